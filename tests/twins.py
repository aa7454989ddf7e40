"""Slow, readable twins of the fast algorithms: dense, forward, one demand at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def split_by_owner(A: Matrix, d: Matrix, label: NDArray[np.int8], labels: int) -> Matrix:
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
    for a in range(n):
        f = np.zeros(n * owners)
        f[state(a, labels)] = 1.0
        s = np.linalg.solve(M, f).reshape(n, owners)
        for owner in range(owners):
            split[a, owner] = s[:, owner] @ d
    return split


def share_primary(A: Matrix, size: Matrix, primary: Matrix) -> Matrix:
    """Give sum |s_j| primary_j / sum |s_j| size_j for one unit of each activity's product; NaN where there is none."""
    s = np.abs(np.linalg.inv(A))
    with np.errstate(invalid="ignore"):
        return np.asarray((s.T @ primary) / (s.T @ size))


def find_reach(A: Matrix) -> NDArray[np.bool_]:
    """Tell whom each activity reaches by asking (Warshall), itself included."""
    reach = (A.T != 0) | np.eye(len(A), dtype=bool)
    for k in range(len(A)):
        reach |= reach[:, [k]] & reach[[k], :]
    return np.asarray(reach)
