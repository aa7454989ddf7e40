"""Sparse matrices in entries, and the size of what a score is summed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path


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


def measure_contributions(A: Entries, B: Entries, C: Entries, activities: int, indicators: int) -> NDArray[np.float64]:
    """Sum |contributions| over exchange rows and chains: as if no row below zero and no credit met another.

    A is by (product, activity), B by (kind, activity), C by (kind, indicator), as in
    :func:`tests.reference.score_with_bw2calc`. What no chain reaches is exactly zero.
    """
    kinds = int(max(B.row.max(initial=-1), C.row.max(initial=-1))) + 1
    chain = replace(A, value=np.where(A.row == A.column, A.value, -np.abs(A.value))).to_dense(activities, activities)
    reached = find_reached(A, activities)
    rows = replace(B, value=np.abs(B.value)).to_dense(kinds, activities)
    direct = rows.T @ np.abs(C.to_dense(kinds, indicators))
    return np.asarray(np.where(reached, np.linalg.inv(chain).T, 0.0) @ direct)


def find_reached(A: Entries, activities: int) -> NDArray[np.bool_]:
    """Tell whether a demand on an activity (row) can reach another (column): solvers leave dust where it cannot."""
    links = csr_array((np.ones(len(A.row)), (A.column, A.row)), shape=(activities, activities))
    return np.isfinite(shortest_path(links, unweighted=True))
