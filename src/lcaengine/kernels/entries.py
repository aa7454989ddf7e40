"""Entries of a square sparse matrix: sort them by place, sum those of one place, multiply by rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["multiply_rows", "place_rows", "sum_entries"]


@compiled
def _count(key: NDArray[np.int64], keys: int) -> NDArray[np.int64]:
    """Count entries by key and say where each key starts."""
    starts = np.zeros(keys + 1, np.int64)
    for e in range(len(key)):
        starts[key[e] + 1] += 1
    for each in range(keys):
        starts[each + 1] += starts[each]
    return starts


@compiled
def sum_entries(
    diagonal: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64], value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Sum the entries of every place, in the order given, and lay them out by rows.

    Two passes of counting sort, by column and then by row: linear in the entries.

    Parameters
    ----------
    diagonal : (n,) float64
    row, column : (m,) int64
        In 0 .. n - 1.
    value : (m,) float64

    Returns
    -------
    diagonal : (n,) float64
        What was given plus what the entries on it sum to.
    indptr : (n + 1,) int64
    indices : (nonzeros,) int64
        Columns off the diagonal, ascending in a row, without the places that sum to exactly zero.
    data : (nonzeros,) float64
    """
    n, m = len(diagonal), len(row)
    upcoming = _count(column, n)
    by_column, rows, values = upcoming.copy(), np.empty(m, np.int32), np.empty(m, np.float64)
    for e in range(m):
        at = upcoming[column[e]]
        rows[at], values[at] = row[e], value[e]
        upcoming[column[e]] += 1
    upcoming = _count(row, n)
    starts, columns, sorted_values = upcoming.copy(), np.empty(m, np.int32), np.empty(m, np.float64)
    for each in range(n):
        for e in range(by_column[each], by_column[each + 1]):
            at = upcoming[rows[e]]
            columns[at], sorted_values[at] = each, values[e]
            upcoming[rows[e]] += 1
    total, indptr, filled = diagonal.copy(), np.zeros(n + 1, np.int64), 0
    for a in range(n):
        at, end = starts[a], starts[a + 1]
        while at < end:
            place, amount = columns[at], sorted_values[at]
            at += 1
            while at < end and columns[at] == place:
                amount += sorted_values[at]
                at += 1
            if place == a:
                total[a] += amount
            elif amount != 0.0:
                columns[filled], sorted_values[filled] = place, amount  # behind what is still to be read
                filled += 1
        indptr[a + 1] = filled
    return total, indptr, columns[:filled].astype(np.int64), sorted_values[:filled].copy()


@compiled
def multiply_rows(
    indptr: NDArray[np.int64], indices: NDArray[np.int64], data: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Multiply rows with several columns, terms added in the order of the entries.

    Parameters
    ----------
    indptr, indices, data
        The matrix by rows.
    x : (n, k) float64

    Returns
    -------
    (n, k) float64
    """
    product = np.zeros_like(x)
    for a in range(len(indptr) - 1):
        for e in range(indptr[a], indptr[a + 1]):
            for c in range(x.shape[1]):
                product[a, c] += data[e] * x[indices[e], c]
    return product


@compiled
def place_rows(
    indptr: NDArray[np.int64], indices: NDArray[np.int64], order: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Lay rows out in order of solution, in every row first what is solved before its component.

    Parameters
    ----------
    indptr, indices
        Rows as they stand.
    order, starts
        Components in order of solution.

    Returns
    -------
    outer, inner : (n,), (n + 1,) int64
        Row p has its providers of earlier components at ``inner[p]:outer[p]``, those of its own at
        ``outer[p]:inner[p + 1]``.
    provider : (nonzeros,) int32
        Places in the order of solution.
    entry : (nonzeros,) int64
        Where each entry stands in `indices`.
    """
    n = len(order)
    place, outer, inner = np.empty(n, np.int32), np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    for p in range(n):
        place[order[p]] = p
    provider, entry = np.empty(len(indices), np.int32), np.empty(len(indices), np.int64)
    filled = 0
    for component in range(len(starts) - 1):
        first = starts[component]
        for p in range(first, starts[component + 1]):
            a = order[p]
            for is_own in (False, True):
                for e in range(indptr[a], indptr[a + 1]):
                    if (place[indices[e]] >= first) == is_own:
                        provider[filled], entry[filled] = place[indices[e]], e
                        filled += 1
                if not is_own:
                    outer[p] = filled
            inner[p + 1] = filled
    return outer, inner, provider, entry
