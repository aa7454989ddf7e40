"""Growth: what loops make in all to give one unit of each of their products away, as far as it takes to see an end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["find_bounded"]

LOOK = 4
"""Sweeps between two looks at what is given away."""


@compiled
def find_bounded(
    diagonal: NDArray[np.float64],
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    starts: NDArray[np.int64],
    most: float,
    most_sweeps: int,
) -> NDArray[np.bool_]:
    """Find the components of M = I - N that are seen to give more than they take; N has no entry below zero.

    Some x > 0 with ``M x > 0`` proves a spectral radius of N below one [1], whatever x is. Sweeps for ``M x = 1`` start
    at x = 0, from where it rises, and end where ``M x >= 1/2`` in every row: then x is at least half the solution.

    Parameters
    ----------
    diagonal, outer, inner, provider, data
        M in order of solution; see :func:`~lcaengine.kernels.entries.place_rows`.
    starts : (c + 1,) int64
        Where components start; what they take of one another is left out.
    most : float
        Largest x of a loop with an end.
    most_sweeps : int

    Returns
    -------
    (c,) bool
        Of the others nothing is known.

    References
    ----------
    [1] Berman, A. and Plemmons, R. (1994). Nonnegative Matrices in the Mathematical Sciences, chapter 6, theorem 2.3.
    """
    bounded = np.zeros(len(starts) - 1, np.bool_)
    x = np.zeros(len(diagonal))
    for component in range(len(starts) - 1):
        start, end = starts[component], starts[component + 1]
        if not (diagonal[start:end] > 0.0).all():
            continue
        for step in range(most_sweeps):
            for p in range(start, end):
                taken = 0.0
                for e in range(outer[p], inner[p + 1]):
                    taken -= data[e] * x[np.uint32(provider[e])]
                x[p] = (1.0 + taken) / diagonal[p]
            if end - start > 1 and step % LOOK != LOOK - 1:
                continue
            gives = True
            for p in range(start, end):
                left = diagonal[p] * x[p]
                for e in range(outer[p], inner[p + 1]):
                    left += data[e] * x[np.uint32(provider[e])]
                gives &= (left >= 0.5) & (x[p] <= most)
            if gives:
                bounded[component] = True
                break
    return bounded
