"""What travels along supply chains: the worst status, and which gaps lie upstream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["carry_bits", "carry_worst"]


@compiled
def carry_worst(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    own: NDArray[np.int8],
) -> NDArray[np.int8]:
    """Carry the largest number of a chain to everything downstream of it.

    Parameters
    ----------
    indptr, indices, order, starts
        Who asks of whom, and its components in order of solution.
    own : (n, k) int8

    Returns
    -------
    (n, k) int8
        ``max`` over each node and everything it reaches.
    """
    worst = own.copy()
    for component in range(len(starts) - 1):
        members = order[starts[component] : starts[component + 1]]
        for c in range(own.shape[1]):
            most = np.int8(-128)
            for a in members:
                most = max(most, worst[a, c])
                for e in range(indptr[a], indptr[a + 1]):
                    most = max(most, worst[indices[e], c])
            for a in members:
                worst[a, c] = most
    return worst


@compiled
def carry_bits(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    own: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Carry sets of up to 64 marks to everything downstream, each set as the bits of a word.

    Parameters
    ----------
    indptr, indices, order, starts
        Who asks of whom, and its components in order of solution.
    own : (n,) uint64

    Returns
    -------
    (n,) uint64
        Union over each node and everything it reaches.
    """
    marks = own.copy()
    for component in range(len(starts) - 1):
        members = order[starts[component] : starts[component + 1]]
        union = np.uint64(0)
        for a in members:
            union |= marks[a]
            for e in range(indptr[a], indptr[a + 1]):
                union |= marks[indices[e]]
        for a in members:
            marks[a] = union
    return marks
