"""Terms: numbers of the system as sums of drawn values, eight draws side by side."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled_parallel
from lcaengine.kernels.vectors import DRAWS, Columns, subtract_products

__all__ = ["subtract_background", "sum_terms"]

CHUNK = 4096
"""Targets that a thread sums at a time."""


@compiled_parallel
def sum_terms(
    starts: NDArray[np.int64],
    weight: NDArray[np.float64],
    one: NDArray[np.int32],
    two: NDArray[np.int32],
    most: float,
    values: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Sum ``min(weight v[one] v[two], most)`` over the terms of every target, in the order of the terms.

    Parameters
    ----------
    starts : (targets + 1,) int64
    weight : (terms,) float64
    one, two : (terms,) int32
        Rows of the values; the last row of them is ones.
    most : float
        Zero leaves out what is above it; infinity nothing.
    values : (rows, blocks * 8) float64
    sums : (blocks, targets * 8) float64
        Written in place.
    """
    targets, blocks, last = len(starts) - 1, len(sums), len(values) - 1
    chunks = -(-targets // CHUNK)
    for chunk in prange(chunks * blocks):
        block = chunk // max(chunks, 1)
        first = (chunk - block * chunks) * CHUNK
        at, total = block * DRAWS, np.empty(DRAWS)
        for target in range(first, min(first + CHUNK, targets)):
            total[:] = 0.0
            for term in range(starts[target], starts[target + 1]):
                scale, row, other = weight[term], one[term], two[term]
                if other == last:
                    for d in range(DRAWS):
                        total[d] += min(scale * values[row, at + d], most)
                else:
                    for d in range(DRAWS):
                        total[d] += min(scale * values[row, at + d] * values[other, at + d], most)
            for d in range(DRAWS):
                sums[block, target * DRAWS + d] = total[d]


@compiled_parallel
def subtract_background(
    columns: Columns,
    starts: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    background: NDArray[np.float64],
    owned: NDArray[np.float64],
) -> None:
    """Subtract from the burdens of labelled activities, in place, what they take of the background.

    Parameters
    ----------
    columns : tuple of int
    starts : (labelled + 1,) int64
    provider : (entries,) int32
        Places of the background.
    data : (blocks, entries * 8) float64
    background : (blocks, places * columns * 8) float64
    owned : (blocks, labelled * columns * 8) float64
    """
    width = DRAWS * len(columns)
    for block in prange(len(owned)):
        sums = np.empty(width)
        for row in range(len(starts) - 1):
            for j in range(width):
                sums[j] = owned[block, row * width + j]
            subtract_products(columns, sums, data[block], background[block], provider, starts[row], starts[row + 1])
            for j in range(width):
                owned[block, row * width + j] = sums[j]
