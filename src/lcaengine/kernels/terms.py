"""Terms: numbers of the system as sums of drawn values, eight draws side by side."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled_parallel
from lcaengine.kernels.vectors import DRAWS, Columns, subtract_row, sum_row

__all__ = ["subtract_background", "sum_terms"]

CHUNK = 1024
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
    targets, blocks, draws = len(starts) - 1, len(sums), values.shape[1]
    flat = values.reshape(-1)
    for chunk in prange(-(-targets // CHUNK)):
        for target in range(chunk * CHUNK, min((chunk + 1) * CHUNK, targets)):
            begin, end = starts[target], starts[target + 1]
            for block in range(blocks):  # what stands side by side is read together
                sum_row(flat, weight, one, two, begin, end, most, draws, block * DRAWS, sums[block], target)


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
    for block in prange(len(owned)):
        left = owned[block]
        for row in range(len(starts) - 1):
            subtract_row(
                columns, left, data[block], background[block], provider, starts[row], starts[row + 1], left, row
            )
