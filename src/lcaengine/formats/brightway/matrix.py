"""One matrix of a datapackage: its groups laid over each other as matrix_utils does, and what each column makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.formats.brightway.arrays import Group, Manifest
from lcaengine.formats.scaling import PARAMETERS, scale_distributions

__all__ = ["Matrix", "find_references", "lay_groups"]

FIELDS = ("uncertainty_type", *PARAMETERS, "negative")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Entries of a matrix, several at one place where they are added.

    Attributes
    ----------
    row, column, group : (m,) int64
        Ids of the package, and position of the group an entry comes from.
    amount : (m,) float64
        As the package writes it, times its rescale.
    is_flipped : (m,) bool
        Whether the matrix has the amount with its sign turned.
    is_reference : (m,) bool
    distributions : dict of str to (m,) float64, or None
        Of the amount, before it is flipped.
    is_spread : (m,) bool
        Whether the entry has a distribution that says something.
    overwritten, rigid : int
        Entries that a later one of the same place stands for, and distributions that have no multiple of their type.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    group: NDArray[np.int64]
    amount: NDArray[np.float64]
    is_flipped: NDArray[np.bool_]
    is_reference: NDArray[np.bool_]
    distributions: Mapping[str, NDArray[np.float64]] | None
    is_spread: NDArray[np.bool_]
    overwritten: int
    rigid: int

    def __len__(self) -> int:
        return len(self.row)

    def signed(self) -> NDArray[np.float64]:
        """Give the entries as they stand in the matrix."""
        return np.where(self.is_flipped, -self.amount, self.amount)


def lay_groups(groups: Sequence[Group], manifest: Manifest) -> Matrix:
    """Lay the groups of a matrix over each other, in their order.

    Entries of one place are added within a group where the package says so, and between groups where it says so; else
    the last one stands.

    Parameters
    ----------
    groups : sequence of Group
    manifest : Manifest

    Returns
    -------
    Matrix
    """
    row, column = (_join([getattr(g, name) for g in groups], np.int64) for name in ("row", "column"))
    group = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    amount = _join([g.value * g.rescale for g in groups], np.float64)
    flipped, reference = (_join([getattr(g, n) for g in groups], np.bool_) for n in ("is_flipped", "is_reference"))
    spread, rigid = np.zeros(len(row), np.bool_), 0
    distributions = None
    if any(g.distributions for g in groups):
        given = {field: _join([_field(g, field) for g in groups], np.float64) for field in FIELDS}
        spread = given["uncertainty_type"] >= 2
        rescale = _join([g.rescale for g in groups], np.float64)
        distributions, carried = scale_distributions(given, rescale)
        rigid = int((spread & ~carried).sum())
        spread &= carried
    keep = _find_standing(row, column, group, reference, manifest)
    if not keep.all():
        distributions = distributions and {field: values[keep] for field, values in distributions.items()}
    return Matrix(
        *(row[keep], column[keep], group[keep], amount[keep], flipped[keep], reference[keep]),
        *(distributions, spread[keep], int((~keep).sum()), rigid),
    )


def find_references(matrix: Matrix, label: str) -> dict[int, int]:
    """Find the product that each activity is there for: the row of each column.

    In this order: the entry the package marks as reference; the entry of its own id, written as production; the only
    row above zero; the only row. An activity of which none of these holds is refused, since any choice would be a
    guess.

    Parameters
    ----------
    matrix : Matrix
        The technosphere.
    label : str
        The source, for the message.

    Returns
    -------
    dict of int to int
        Row by column.

    Raises
    ------
    DataError
        If the reference of an activity is not known, or two activities have one and the same.
    """
    signed = matrix.signed()
    own, uses_flips = matrix.row == matrix.column, bool(matrix.is_flipped.any())
    positive = signed > 0
    has_positive = np.isin(matrix.column, np.unique(matrix.column[positive]))
    # Without flips nothing tells production below zero, which is treatment, from consumption.
    produced = own & ~matrix.is_flipped & ((signed > 0) | ((signed < 0) & (uses_flips | ~has_positive)))
    unclear = own & (signed < 0) & ~produced & ~matrix.is_flipped
    found: dict[int, int] = {}
    for which in (matrix.is_reference, produced, positive, np.ones(len(matrix), np.bool_)):
        pairs = np.unique(np.stack([matrix.column[which], matrix.row[which]], axis=1), axis=0)
        columns, first, count = np.unique(pairs[:, 0], return_index=True, return_counts=True)
        for column, row, several in zip(columns.tolist(), pairs[first, 1].tolist(), count.tolist(), strict=True):
            if several == 1:
                found.setdefault(column, row)
    lost = set(np.unique(matrix.column).tolist()) - found.keys()
    flagged = set(matrix.column[matrix.is_reference].tolist())
    lost |= {each for each in set(matrix.column[unclear].tolist()) - flagged if found.get(each) != each}
    if lost:
        some = ", ".join(map(str, sorted(lost)[:5]))
        what = f"nothing says which product {len(lost)} of the activities are there for: {some}"
        fix = "mark it: bw_processing's reference_array, or the same id for the activity and its product"
        raise DataError(what, label, fix)
    maker: dict[int, int] = {}
    for column, row in found.items():
        if row in maker:
            what = f"the activities {maker[row]} and {column} are both there for the product {row}"
            raise DataError(what, label, "give each its own product, joined by an activity that buys from both")
        maker[row] = column
    return found


def _field(group: Group, field: str) -> NDArray[np.float64]:
    if group.distributions is not None:
        return group.distributions[field]
    if field == "loc":
        return group.value
    return np.full(len(group), 0.0 if field in ("uncertainty_type", "negative") else np.nan)


def _find_standing(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    group: NDArray[np.int64],
    reference: NDArray[np.bool_],
    manifest: Manifest,
) -> NDArray[np.bool_]:
    """Tell which entries no later one stands for; what stands where a reference stood is the reference."""
    keep = np.ones(len(row), np.bool_)
    several = not manifest.sums_inter and len(group) and group[-1] > group[0]
    if manifest.sums_intra and not several:
        return keep
    order = np.lexsort((column, row))  # stable: entries of one place stay in their order
    is_new = np.ones(len(row), np.bool_)
    is_new[1:] = (np.diff(row[order]) != 0) | (np.diff(column[order]) != 0)
    place = np.empty(len(row), np.int64)
    place[order] = np.cumsum(is_new) - 1
    marked = np.zeros(len(row), np.bool_)
    marked[place[reference]] = True
    reference |= marked[place]
    if several:
        last = np.zeros(len(row), np.int64)
        np.maximum.at(last, place, group)
        keep &= group == last[place]
    if not manifest.sums_intra:
        last = np.zeros(len(row) * (int(group[-1]) + 1 if len(group) else 1), np.int64)
        key = place * (int(group[-1]) + 1 if len(group) else 1) + group
        last[key] = np.arange(len(row))
        keep &= last[key] == np.arange(len(row))
    return keep


def _join(arrays: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
