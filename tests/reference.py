"""The field's reference, bw2calc: the same matrices through its own assembly and solver."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():
    # bw2calc recommends a faster solver when it is imported without one; SciPy's will do.
    hint = re.escape("\nIt seems like you have an ")
    warnings.filterwarnings("ignore", message=hint, category=UserWarning)
    import bw2calc
import bw_processing

__all__ = ["Entries", "Scores", "assert_agree", "score_with_bw2calc"]


@dataclass(frozen=True)
class Entries:
    """A sparse matrix in entries; entries of one place are summed."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]

    def to_dense(self, rows: int, columns: int) -> NDArray[np.float64]:
        dense = np.zeros((rows, columns))
        np.add.at(dense, (self.row, self.column), self.value)
        return dense


@dataclass(frozen=True)
class Scores:
    """Scores of one unit of every activity's product, and the sizes |C| |B| |s| of what they are summed from."""

    value: NDArray[np.float64]
    size: NDArray[np.float64]


def score_with_bw2calc(A: Entries, B: Entries, C: Entries, activities: int, indicators: int) -> Scores:
    """Score all activities: A by (product, activity), B by (kind, activity), C by (kind, indicator).

    Activities stand in for their products, of which each has one.
    """
    kinds = int(max(B.row.max(initial=-1), C.row.max(initial=-1))) + 1
    package = bw_processing.create_datapackage(sum_intra_duplicates=True)
    # Ids of kinds and activities differ, as in a database; bw2calc puts them in order itself.
    _add(package, "technosphere_matrix", A.row + kinds, A.column + kinds, A.value)
    _add(package, "biosphere_matrix", B.row, B.column + kinds, B.value)
    for k in range(indicators):
        own = C.column == k
        _add(package, "characterization_matrix", C.row[own], np.zeros(own.sum(), np.int64), C.value[own], ("m", str(k)))
    used = [k for k in range(indicators) if (C.column == k).any()]
    lca = bw2calc.MultiLCA(
        demands={str(a): {a + kinds: 1.0} for a in range(activities)},
        method_config={"impact_categories": [("m", str(k)) for k in used]},
        data_objs=[package],
    )
    lca.lci()
    lca.lcia()
    scores = lca.scores
    value, size = np.zeros((activities, indicators)), np.zeros((activities, indicators))
    for a in range(activities):
        for k in used:
            value[a, k] = scores[("m", str(k)), str(a)]
            size[a, k] = abs(lca.characterized_inventories[("m", str(k)), str(a)]).sum()
    return Scores(value, size)


def _add(
    package: Any,
    matrix: str,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    value: NDArray[np.float64],
    identifier: tuple[str, str] | None = None,
) -> None:
    if not len(row):
        return
    indices = np.empty(len(row), bw_processing.INDICES_DTYPE)
    indices["row"], indices["col"] = row, column
    more = {} if identifier is None else {"identifier": list(identifier)}
    package.add_persistent_vector(matrix=matrix, data_array=value, indices_array=indices, **more)


def assert_agree(found: NDArray[np.float64], reference: Scores, tolerance: float = 1e-9) -> None:
    """Assert |x - y| <= tolerance (|y| + sum of |contributions|), everywhere."""
    assert found.shape == reference.value.shape
    gap, bound = np.abs(found - reference.value), np.abs(reference.value) + reference.size
    wrong = np.argwhere(~(gap <= tolerance * bound))
    assert not len(wrong), [(at, found[*at], reference.value[*at]) for at in wrong.tolist()[:5]]
