"""Places: numbers of draws put into the order of solution, and back into that of activities.

What is solved stands eight draws side by side, (places, columns, 8) a block; what is given back, all draws of a number.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled_parallel
from lcaengine.kernels.vectors import DRAWS, add_vector, copy_vector

__all__ = ["CHUNK", "find_lowest", "prepare_rows", "write_parts"]

Numbers = NDArray[np.float64]

CHUNK = 1024
"""Rows that a thread takes at a time."""


@compiled_parallel
def prepare_rows(
    source: Numbers, rows: NDArray[np.int64], first: int, start: Numbers, width: int, right: Numbers, x: Numbers
) -> None:
    """Put right-hand sides, and where loops start, into order of solution.

    Parameters
    ----------
    source : (blocks, any * columns * 8) float64
    rows : (m,) int64
        Row of the source of every place.
    first : int
        First of the columns that are taken.
    start : (m, columns) float64
        The same in all draws.
    width : int
        How many columns are taken.
    right, x : (blocks, m * width * 8) float64
        Written in place.
    """
    columns, chunks = start.shape[1], -(-len(rows) // CHUNK)
    for part in prange(len(source) * chunks):
        block, chunk = part // chunks, part % chunks
        given, left, begin = source[block], right[block], x[block]
        for p in range(chunk * CHUNK, min(len(rows), (chunk + 1) * CHUNK)):
            for column in range(width):
                own, here = (rows[p] * columns + first + column) * DRAWS, (p * width + column) * DRAWS
                copy_vector(given, own, left, here)
                for lane in range(DRAWS):
                    begin[here + lane] = start[p, first + column]


@compiled_parallel
def write_parts(
    background: Numbers,
    place: NDArray[np.int64],
    owned: Numbers,
    downstream: NDArray[np.int64],
    intensity: Numbers,
    at: int,
) -> None:
    """Write what is solved, activity by activity: by label, unassigned, and their sum; or that alone.

    Parameters
    ----------
    background : (blocks, places * k * 8) float64
        Of unlabelled activities.
    place : (n,) int64
        Place of every activity among them, -1 for none: nothing is unassigned of it.
    owned : (blocks, places * labels * k * 8) float64
        By label.
    downstream : (n,) int64
        Place of every activity among those, -1 for none.
    intensity : (n, labels + 2, k, draws) or (n, 1, k, draws) float64
        Written in place.
    at : int
        Where the first of the draws stands.
    """
    n, parts, k, draws = intensity.shape
    labels, flat, nothing = max(parts - 2, 0), intensity.reshape(-1), np.zeros(DRAWS)
    for chunk in prange(-(-n // CHUNK)):
        for row in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            for column in range(k):
                for block in range(len(background)):
                    to, step = ((row * parts * k) + column) * draws + at + block * DRAWS, k * draws
                    unassigned, total = to + labels * step, to + (parts - 1) * step
                    if place[row] >= 0:
                        own = (place[row] * k + column) * DRAWS
                        copy_vector(background[block], own, flat, total)
                    else:
                        copy_vector(nothing, 0, flat, total)
                    if parts > 1:
                        copy_vector(flat, total, flat, unassigned)
                    for label in range(labels):
                        if downstream[row] >= 0:
                            own = ((downstream[row] * labels + label) * k + column) * DRAWS
                            copy_vector(owned[block], own, flat, to + label * step)
                            add_vector(owned[block], own, flat, total)
                        else:
                            copy_vector(nothing, 0, flat, to + label * step)


@compiled_parallel
def find_lowest(numbers: Numbers, rows: NDArray[np.int64], at: int, lowest: Numbers) -> None:
    """Find the lowest number of some rows in every column; minus infinity where one is no number.

    Parameters
    ----------
    numbers : (tables, any, columns) float64
    rows : (m,) int64
    at : int
        First of the columns that are looked at.
    lowest : (tables, chunks, width) float64
        Written in place, chunk by chunk of `CHUNK` rows.
    """
    tables, chunks, width = lowest.shape
    for part in prange(tables * chunks):
        table, chunk = part // chunks, part % chunks
        least = lowest[table, chunk]
        least[:] = np.inf
        for p in range(chunk * CHUNK, min(len(rows), (chunk + 1) * CHUNK)):
            own = numbers[table, rows[p], at : at + width]
            for j in range(width):
                value = own[j] if own[j] == own[j] else -np.inf
                least[j] = min(least[j], value)
