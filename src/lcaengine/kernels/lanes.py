"""Eight draws of a system side by side: one walk over its structure solves all of them, a draw a lane of a vector.

Arrays are flat. An entry of the matrix has eight numbers, one a draw; an unknown has eight for each right-hand side
that is solved with it. Draws are solved by components and sweeps that are extrapolated, as the static system is.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel
from lcaengine.kernels.extrapolation import BEHIND, CYCLE, extrapolate
from lcaengine.kernels.vectors import DRAWS, Columns, measure_row, solve_row, subtract_row

__all__ = ["solve_draws"]

Numbers = NDArray[np.float64]
Matrix = tuple[Numbers, NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], Numbers]
"""One over the diagonal, `outer`, `inner`, `provider` and the entries of a block; see :func:`solve_draws`."""

REPEAT = 4
"""Sweeps of a group of rows that take much of one another, for each of their loop."""
CLOSE = 1.0 / REPEAT
"""Relative change of unknowns in a sweep, of the tolerance, below which a draw has converged.

A row that was solved is off by no more than what its terms have changed by since, and they may do so `REPEAT` times.
"""
LOOK = 2
"""Cycles between measurements of the error: an unknown whose terms nearly cancel goes on changing."""


@compiled
def _make_aligned(size: int) -> Numbers:
    """Make an array that starts at a line of the cache: a vector is read in one go."""
    whole = np.empty(size + DRAWS)
    start = -(whole.ctypes.data // 8) % DRAWS
    return whole[start : start + size]


@compiled
def _sweep(
    columns: Columns,
    matrix: Matrix,
    groups: NDArray[np.int64],
    begin: int,
    stop: int,
    rest: Numbers,
    x: Numbers,
    close: float,
    active: Numbers,
    moving: Numbers,
) -> None:
    """Solve every row of a component for its own unknown, group by group."""
    inverse, outer, inner, provider, data = matrix
    for group in range(begin, stop):
        first, last = groups[group], groups[group + 1]
        for _ in range(1 if last - first == 1 else REPEAT):
            for p in range(first, last):
                solve_row(columns, rest, data, x, provider, outer[p], inner[p + 1], inverse, p, close, active, moving)


@compiled
def _solve_loop(
    columns: Columns,
    matrix: Matrix,
    groups: NDArray[np.int64],
    begin: int,
    stop: int,
    right: Numbers,
    rest: Numbers,
    x: Numbers,
    tolerance: float,
    most_cycles: int,
    error: Numbers,
) -> int:
    """Sweep and extrapolate a loop until every number has converged, or for so many cycles. Gives the sweeps made.

    A number that has converged is left as it is, so that it depends on no other draw and on no other right-hand side.
    """
    width, start, end = DRAWS * len(columns), groups[begin], groups[stop]
    earlier = _make_aligned(BEHIND * (end - start) * width).reshape((BEHIND, (end - start) * width))
    room = np.empty(BEHIND * (BEHIND + 2) * DRAWS)
    active, moving, sweeps = np.ones(width), np.empty(width), 0
    for cycle in range(most_cycles):
        for step in range(CYCLE):
            at = CYCLE - 1 - step
            if at < BEHIND:
                earlier[at] = x[start * width : end * width]
            moving[:] = 0.0
            _sweep(columns, matrix, groups, begin, stop, rest, x, CLOSE * tolerance, active, moving)
            sweeps += 1
            for j in range(width):
                active[j] = active[j] if moving[j] > 0.0 else 0.0
            if not active.any():
                break
        if active.any() and cycle % LOOK == LOOK - 1:
            _measure(columns, matrix, start, end, right, x, error)
            for j in range(width):
                active[j] = active[j] if error[j] > tolerance else 0.0
        if not active.any():
            break
        extrapolate(start, end, len(columns), x, earlier, active, room)
    _measure(columns, matrix, start, end, right, x, error)
    for j in range(width):
        if active[j] > 0.0:
            error[j] = np.inf
    return sweeps


@compiled
def _measure(
    columns: Columns, matrix: Matrix, start: int, end: int, right: Numbers, x: Numbers, error: Numbers
) -> None:
    """Find the largest componentwise backward error of some rows; infinite where one is no number."""
    inverse, _, inner, provider, data = matrix
    error[:] = 0.0
    for p in range(start, end):
        measure_row(columns, right, data, x, provider, inner[p], inner[p + 1], inverse, p, error)


@compiled_parallel
def solve_draws(
    columns: Columns,
    inverse: Numbers,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    starts: NDArray[np.int64],
    groups: NDArray[np.int64],
    right: Numbers,
    x: Numbers,
    tolerance: float,
    most_cycles: int,
) -> tuple[Numbers, NDArray[np.int64]]:
    """Solve blocks of eight draws; see :func:`~lcaengine.kernels.sweep.solve_block` for the order of solution.

    Parameters
    ----------
    columns : tuple of int
        As many as right-hand sides.
    inverse : (blocks, n * 8) float64
        One over the diagonal.
    outer, inner, provider, starts
        The structure in order of solution.
    data : (blocks, nonzeros * 8) float64
    groups : (g + 1,) int64
        Where groups of rows start: of one row each, or of several in one loop that take much of one another.
    right : (blocks, n * columns * 8) float64
    x : (blocks, n * columns * 8) float64
        Where loops start, and the answer, written in place.
    tolerance : float
        Componentwise backward error at which a loop is left [1].
    most_cycles : int

    Returns
    -------
    error : (blocks, 8) float64
        Componentwise backward error of every draw over all rows [1]; infinite for one that did not converge.
    sweeps : (blocks,) int64
    """
    blocks, width = len(data), DRAWS * len(columns)
    errors, sweeps = np.zeros((blocks, DRAWS)), np.zeros(blocks, np.int64)
    for block in prange(blocks):
        rest, error = _make_aligned(len(outer) * width), np.empty(width)
        active, moving = np.ones(width), np.zeros(width)
        own_inverse, own_data, own_right, own_x = inverse[block], data[block], right[block], x[block]
        matrix = (own_inverse, outer, inner, provider, own_data)
        group = 0
        for component in range(len(starts) - 1):
            begin, start, end = group, starts[component], starts[component + 1]
            while groups[group] < end:
                group += 1
            if end - start == 1:
                solve_row(
                    *(columns, own_right, own_data, own_x, provider, inner[start], inner[end]),
                    *(own_inverse, start, 0.0, active, moving),
                )
                _measure(columns, matrix, start, end, own_right, own_x, error)
            else:
                for p in range(start, end):
                    subtract_row(columns, own_right, own_data, own_x, provider, inner[p], outer[p], rest, p)
                sweeps[block] += _solve_loop(
                    columns, matrix, groups, begin, group, own_right, rest, own_x, tolerance, most_cycles, error
                )
            for j in range(width):
                errors[block, j % DRAWS] = max(errors[block, j % DRAWS], error[j])
    return errors, sweeps
