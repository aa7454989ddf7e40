"""Sums over the exchange rows of suppliers, each row a multiple of a probe that is solved already."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel

__all__ = ["sum_rows"]


BLOCK = 64
"""Suppliers that are sorted and summed side by side, and most rows that are sorted by insertion."""
FEW = 32
"""Most rows a supplier that a network sorts."""
BITS = 8
"""Of a key, for the place of a row among those of its supplier."""
LAST = np.iinfo(np.int64).max
"""Key of a row that is not there."""


@compiled
def _sort_side_by_side(key: NDArray[np.int64]) -> None:
    """Sort each column of keys, (rows, :data:`BLOCK`) int64, by Batcher's network (Knuth 1998, vol. 3, 5.2.2, M).

    Which rows are compared does not depend on what is in them, so that all columns go through it in one vector.
    """
    rows, top = len(key), 1
    while top * 2 < rows:
        top *= 2
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            for i in range(rows - d):
                if i & p == r:
                    for column in range(BLOCK):
                        a, b = key[i, column], key[i + d, column]
                        key[i, column], key[i + d, column] = min(a, b), max(a, b)
            if q == p:
                break
            q, r, d = q // 2, p, q - p
        p //= 2


@compiled
def _sort_alone(rows: int, code: NDArray[np.uint32], amount: NDArray[np.float64]) -> None:
    """Sort rows by code and amount: Shell's sort, few rows by insertion alone."""
    gap = rows if rows > BLOCK else 2
    while gap > 1:
        gap //= 2
        for at in range(gap, rows):
            c, x, to = code[at], amount[at], at
            while to >= gap and (code[to - gap] > c or (code[to - gap] == c and amount[to - gap] > x)):
                code[to], amount[to] = code[to - gap], amount[to - gap]
                to -= gap
            code[to], amount[to] = c, x


@compiled
def _order_rows(
    lowest: int,
    highest: int,
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    amount: NDArray[np.float64],
    codes: NDArray[np.uint32],
    amounts: NDArray[np.float64],
) -> None:
    """Copy the rows of the suppliers of a block, each supplier's in order of code and amount, to (block, rows)."""
    most = codes.shape[1]
    if most > FEW:
        for p in range(lowest, highest):
            own, rows = p - lowest, starts[p + 1] - starts[p]
            for row in range(rows):
                codes[own, row], amounts[own, row] = np.uint32(code[starts[p] + row]), amount[starts[p] + row]
            _sort_alone(rows, codes[own], amounts[own])
        return
    key = np.empty((most, BLOCK), np.int64)  # of the code of a row and its place: a supplier is a column
    for p in range(lowest, highest):
        first, rows = starts[p], starts[p + 1] - starts[p]
        for row in range(rows):
            key[row, p - lowest] = (np.int64(code[first + row]) << BITS) | row
        for row in range(rows, most):
            key[row, p - lowest] = LAST
    _sort_side_by_side(key)
    for p in range(lowest, highest):
        own, first, rows = p - lowest, starts[p], starts[p + 1] - starts[p]
        is_tied, before = False, np.int64(-1)
        for row in range(rows):
            c = key[row, own] >> BITS
            codes[own, row], amounts[own, row] = np.uint32(c), amount[first + (key[row, own] & ((1 << BITS) - 1))]
            is_tied |= c == before
            before = c
        if is_tied:
            _sort_alone(rows, codes[own], amounts[own])


@compiled
def _sum_block(
    lowest: int,
    highest: int,
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    amount: NDArray[np.float64],
    output: NDArray[np.float64],
    table: NDArray[np.float64],
    column: NDArray[np.int64],
    marks: NDArray[np.uint64],
    sums: NDArray[np.float64],
    union: NDArray[np.uint64],
) -> None:
    """Sum the rows of the suppliers of a block; parameters as in :func:`sum_rows`."""
    most = 0
    for p in range(lowest, highest):
        most = max(most, starts[p + 1] - starts[p])
    codes, amounts = np.empty((BLOCK, most), np.uint32), np.empty((BLOCK, most))
    _order_rows(lowest, highest, starts, code, amount, codes, amounts)
    own, across = np.empty(table.shape[1]), np.empty((table.shape[1], BLOCK))
    for p in range(lowest, highest):
        rows, at = starts[p + 1] - starts[p], p - lowest
        own[:] = 0.0
        # One row is added after the other; four are at hand, so that a sum is loaded and stored a quarter as often.
        whole = rows - rows % 4
        for row in range(0, whole, 4):
            a, b, c, d = codes[at, row], codes[at, row + 1], codes[at, row + 2], codes[at, row + 3]
            x, y, z, t = amounts[at, row], amounts[at, row + 1], amounts[at, row + 2], amounts[at, row + 3]
            for v in range(table.shape[1]):
                own[v] = (((own[v] + x * table[a, v]) + y * table[b, v]) + z * table[c, v]) + t * table[d, v]
        for row in range(whole, rows):
            a, x = codes[at, row], amounts[at, row]
            for v in range(table.shape[1]):
                own[v] += x * table[a, v]
        for w in range(marks.shape[1]):
            word = np.uint64(0)
            for row in range(rows):
                word |= marks[codes[at, row], w] * np.uint64(amounts[at, row] != 0.0)
            union[p, w] = word
        inverse = 1.0 / output[p]
        for v in range(table.shape[1]):
            across[v, at] = own[v] * inverse
    for v in range(len(column)):
        to = sums[column[v]]
        for p in range(lowest, highest):
            to[p] = across[v, p - lowest]


@compiled_parallel
def sum_rows(
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    amount: NDArray[np.float64],
    output: NDArray[np.float64],
    table: NDArray[np.float64],
    column: NDArray[np.int64],
    marks: NDArray[np.uint64],
    sums: NDArray[np.float64],
    union: NDArray[np.uint64],
) -> None:
    """Sum the rows of every supplier: ``sum_r x_r v_c(r) (1 / q)``, and the union of marks.

    Rows of a supplier are taken in order of code and amount, so that their order in the file changes no bit.

    Parameters
    ----------
    starts : (p + 1,) int64
        Where the rows of each supplier start.
    code : (m,) int32
        Probe of each row; probes are numbered in an order that does not depend on the file.
    amount : (m,) float64
        x, how many times the probe; rows of zero leave no marks.
    output : (p,) float64
        q, what each supplier makes.
    table : (c, n) float64
        Numbers of each probe, finite; a multiple of eight, of which the last may be padding.
    column : (v,) int64
        Row of `sums` that each number goes to, v <= n.
    marks : (c, w) uint64
    sums : (s, p) float64
        Written in place, the rows named by `column`.
    union : (p, w) uint64
        Zeros; the marks are joined to it.
    """
    suppliers = len(starts) - 1
    for block in prange((suppliers + BLOCK - 1) // BLOCK):
        lowest, highest = block * BLOCK, min(suppliers, block * BLOCK + BLOCK)
        _sum_block(lowest, highest, starts, code, amount, output, table, column, marks, sums, union)
