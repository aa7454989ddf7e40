"""Sums over the exchange rows of suppliers, each row a multiple of a probe that is solved already."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled_parallel

__all__ = ["sum_rows"]


BLOCK = 64
"""Suppliers summed side by side, and most rows that are sorted by insertion."""


@compiled_parallel
def sum_rows(
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    amount: NDArray[np.float64],
    output: NDArray[np.float64],
    vector: NDArray[np.float64],
    status: NDArray[np.int8],
    marks: NDArray[np.uint64],
    sums: NDArray[np.float64],
    worst: NDArray[np.int8],
    union: NDArray[np.uint64],
) -> None:
    """Sum the rows of every supplier, in place: ``sum_r x_r v_c(r) / q``, the worst status, the union of marks.

    Rows of a supplier are taken in order of code and amount, so that their order in the file changes no bit.

    Parameters
    ----------
    starts : (p + 1,) int64
        Where the rows of each supplier start.
    code : (m,) int32
        Probe of each row; probes are numbered in an order that does not depend on the file. Sorted in place.
    amount : (m,) float64
        x, how many times the probe; rows of zero are left out. Sorted with `code`.
    output : (p,) float64
        q, what each supplier makes.
    vector : (c, v) float64
    status : (c, k) int8
    marks : (c, w) uint64
    sums : (v, p) float64
    worst : (p, k) int8
        The least each may be; raised in place.
    union : (p, w) uint64
        Zeros; the marks are joined to it.
    """
    suppliers = len(starts) - 1
    for block in prange((suppliers + BLOCK - 1) // BLOCK):
        lowest, highest = block * BLOCK, min(suppliers, block * BLOCK + BLOCK)
        own = np.empty(vector.shape[1])
        for p in range(lowest, highest):
            first, last = starts[p], starts[p + 1]
            gap = last - first if last - first > BLOCK else 2
            while gap > 1:  # Shell's sort; few rows by insertion alone
                gap //= 2
                for at in range(first + gap, last):
                    c, x, to = code[at], amount[at], at
                    while to >= first + gap and (code[to - gap] > c or (code[to - gap] == c and amount[to - gap] > x)):
                        code[to], amount[to] = code[to - gap], amount[to - gap]
                        to -= gap
                    code[to], amount[to] = c, x
            own[:] = 0.0
            for row in range(first, last):
                c, x = code[row], amount[row]
                if x == 0.0:
                    continue
                for v in range(vector.shape[1]):
                    own[v] += x * vector[c, v]
                for k in range(status.shape[1]):
                    worst[p, k] = max(worst[p, k], status[c, k])
                for w in range(marks.shape[1]):
                    union[p, w] |= marks[c, w]
            for v in range(vector.shape[1]):
                sums[v, p] = own[v] / output[p]
