"""The field's reference, bw2calc: the same matrices through its own assembly and solver."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.entries import Entries, measure_contributions

with warnings.catch_warnings():
    # bw2calc recommends a faster solver when it is imported without one; SciPy's will do.
    hint = re.escape("\nIt seems like you have an ")
    warnings.filterwarnings("ignore", message=hint, category=UserWarning)
    import bw2calc
import bw_processing

__all__ = ["Scores", "assert_agree", "bw2calc", "differ_little", "refine", "score_with_bw2calc"]


@dataclass(frozen=True)
class Scores:
    """What bw2calc says of one unit of every activity's product.

    Attributes
    ----------
    value : (n, k)
        Scores.
    size : (n, k)
        Sums of |contributions| over exchange rows and chains: as if no row below zero and no credit met another.
    supply : (n, n)
        Scaling vectors s, a row a demand.
    """

    value: NDArray[np.float64]
    size: NDArray[np.float64]
    supply: NDArray[np.float64]


def score_with_bw2calc(A: Entries, B: Entries, C: Entries, activities: int, indicators: int) -> Scores:
    """Score all activities: A by (product, activity), B by (kind, activity), C by (kind, indicator).

    Activities stand in for their products, of which each has one.
    """
    kinds = int(max(B.row.max(initial=-1), C.row.max(initial=-1))) + 1
    every = np.arange(kinds)  # bw2calc warns of an empty B: each kind of flow stands in it, with a zero at least
    B = Entries(*(np.concatenate(pair) for pair in ((B.row, every), (B.column, 0 * every), (B.value, 0.0 * every))))
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
    value = np.zeros((activities, indicators))
    for a in range(activities):
        for k in used:
            value[a, k] = scores[("m", str(k)), str(a)]
    at = [lca.dicts.activity[a + kinds] for a in range(activities)]
    supply = np.stack([lca.supply_arrays[str(a)][at] for a in range(activities)])
    return Scores(value, measure_contributions(A, B, C, activities, indicators), supply)


def refine(scores: Scores, A: Entries) -> Scores:
    """Add what the residuals of bw2calc's solutions are worth, at its own scores.

    ``r = f - A s`` is what a supply s leaves unmet; meeting it adds r times the scores of a unit of each product. It is
    taken in extended precision where there is any.
    """
    n = len(scores.value)
    left = np.eye(n, dtype=np.longdouble)
    np.subtract.at(left.T, A.row, A.value.astype(np.longdouble)[:, None] * scores.supply.T[A.column])
    return replace(scores, value=scores.value + left.astype(np.float64) @ scores.value)


def assert_agree(found: NDArray[np.float64], reference: Scores, tolerance: float = 1e-9) -> None:
    """Assert |x - y| <= tolerance (|y| + sum of |contributions|) everywhere, and zero where nothing contributes."""
    assert found.shape == reference.value.shape
    contributes = reference.size > 0
    assert (found[~contributes] == 0).all()
    wrong = contributes & ~differ_little(found, reference, tolerance)
    assert not wrong.any(), [(at, found[*at], reference.value[*at]) for at in np.argwhere(wrong).tolist()[:5]]


def differ_little(found: NDArray[np.float64], reference: Scores, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    gap, bound = np.abs(found - reference.value), np.abs(reference.value) + reference.size
    return np.asarray(gap <= tolerance * bound)


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
