"""Slow, readable twins of the fast algorithms: dense, forward, one demand at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def eliminate(M: Matrix, right: Matrix) -> Matrix:
    """Solve M x = right by Gaussian elimination without exchanges of rows.

    The systems drawn are diagonally dominant in some units of their products. Without exchanges every step is the same
    in any units, so that amounts over many orders of magnitude cost no digits; LAPACK's exchanges do.
    """
    M, x = M.astype(np.float64).copy(), right.astype(np.float64).copy()
    n = len(M)
    for k in range(n):
        for row in range(k + 1, n):
            factor = M[row, k] / M[k, k]
            M[row, k:] -= factor * M[k, k:]
            x[row] -= factor * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - M[k, k + 1 :] @ x[k + 1 :]) / M[k, k]
    return x


def split_by_owner(A: Matrix, d: Matrix, label: NDArray[np.int64], labels: int) -> Matrix:
    """Follow every unit of activity forward, together with the labelled activity it is run for.

    A state is (activity, owner). A labelled activity owns itself; an unlabelled one is owned by who asked for it, or by
    nobody (the last owner) where the demand itself did. Each state makes A[j, j] of its product and takes -A[i, j] of
    product i from the state (i, owner of i when j's owner asks). Solved forward, one demand at a time.

    Returns (n, labels + 1, k): burdens by owner of one unit of each activity's product, the last for nobody.
    """
    n, owners = len(A), labels + 1

    def state(activity: int, asking: int) -> int:
        return activity * owners + (int(label[activity]) if label[activity] >= 0 else asking)

    M = np.eye(n * owners)
    for j in range(n):
        for owner in range(owners):
            column = j * owners + owner
            if label[j] >= 0 and owner != label[j]:
                continue  # this state is never entered: a labelled activity owns itself
            M[:, column] = 0.0
            for i in range(n):
                if A[i, j] != 0:
                    M[column if i == j else state(i, owner), column] += A[i, j]
    split = np.zeros((n, owners, d.shape[1]))
    demands = np.zeros((n * owners, n))
    demands[[state(a, labels) for a in range(n)], np.arange(n)] = 1.0
    s = eliminate(M, demands).reshape(n, owners, n)
    for owner in range(owners):
        split[:, owner] = s[:, owner].T @ d
    return split


def share_primary(A: Matrix, size: Matrix, primary: Matrix) -> Matrix:
    """Give sum |s_j| primary_j / sum |s_j| size_j for one unit of each activity's product; NaN where there is none."""
    s = np.abs(eliminate(A, np.eye(len(A))))
    with np.errstate(invalid="ignore"):
        return np.asarray((s.T @ primary) / (s.T @ size))


def find_reach(A: Matrix) -> NDArray[np.bool_]:
    """Tell whom each activity reaches by asking (Warshall), itself included."""
    reach = (A.T != 0) | np.eye(len(A), dtype=bool)
    for k in range(len(A)):
        reach |= reach[:, [k]] & reach[[k], :]
    return np.asarray(reach)
