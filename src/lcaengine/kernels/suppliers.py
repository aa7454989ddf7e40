"""Sums over the exchange rows of suppliers, each row a multiple of a probe that is solved already."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled_parallel

__all__ = ["sum_rows"]


@compiled_parallel
def sum_rows(
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    amount: NDArray[np.float64],
    vector: NDArray[np.float64],
    status: NDArray[np.int8],
    marks: NDArray[np.uint64],
    order: NDArray[np.int64],
    sums: NDArray[np.float64],
    worst: NDArray[np.int8],
    union: NDArray[np.uint64],
) -> None:
    """Sum the rows of every supplier, in place: ``sum_r x_r v_c(r)``, the worst status, the union of marks.

    Rows of a supplier are taken in order of code and amount, so that their order in the file changes no bit.

    Parameters
    ----------
    starts : (p + 1,) int64
        Where the rows of each supplier start.
    code : (m,) int32
        Probe of each row; probes are numbered in an order that does not depend on the file.
    amount : (m,) float64
        x, how many times the probe; rows of zero are left out.
    vector : (c, v) float64
    status : (c, k) int8
    marks : (c, w) uint64
    order : (m,) int64
        Work space.
    sums : (p, v) float64
        Zeros; the sums are added to it.
    worst : (p, k) int8
        The least each may be; raised in place.
    union : (p, w) uint64
        Zeros; the marks are joined to it.
    """
    for p in prange(len(starts) - 1):
        first, last = starts[p], starts[p + 1]
        for at in range(first, last):
            order[at] = at
        gap = last - first
        while gap > 1:  # Shell's sort: rows are few, and mostly in order
            gap = gap // 2
            for at in range(first + gap, last):
                row, to = order[at], at
                while to >= first + gap:
                    other = order[to - gap]
                    if code[other] < code[row] or (code[other] == code[row] and amount[other] <= amount[row]):
                        break
                    order[to] = other
                    to -= gap
                order[to] = row
        for at in range(first, last):
            row = order[at]
            c, x = code[row], amount[row]
            if x == 0.0:
                continue
            for v in range(vector.shape[1]):
                sums[p, v] += x * vector[c, v]
            for k in range(status.shape[1]):
                worst[p, k] = max(worst[p, k], status[c, k])
            for w in range(marks.shape[1]):
                union[p, w] |= marks[c, w]
