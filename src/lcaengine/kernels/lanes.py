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
from lcaengine.kernels.vectors import DRAWS, Columns, measure_products, settle_row, subtract_products

__all__ = ["solve_draws"]

Numbers = NDArray[np.float64]

CLOSE = 1e-8
"""Relative change in a sweep below which the error is measured [1]."""
LOOK = 4
"""Cycles between measurements whatever the changes: an unknown whose terms nearly cancel goes on changing."""


@compiled
def _subtract_earlier(
    columns: Columns,
    start: int,
    end: int,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    right: Numbers,
    x: Numbers,
    rest: Numbers,
) -> None:
    """Subtract from the right-hand sides of a component what its rows take of earlier ones."""
    width = DRAWS * len(columns)
    sums = np.empty(width)
    for p in range(start, end):
        for j in range(width):
            sums[j] = right[p * width + j]
        subtract_products(columns, sums, data, x, provider, inner[p], outer[p])
        for j in range(width):
            rest[p * width + j] = sums[j]


@compiled
def _sweep(
    columns: Columns,
    start: int,
    end: int,
    inverse: Numbers,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    rest: Numbers,
    x: Numbers,
    change: Numbers,
) -> None:
    """Solve every row of a component for its own unknown; raise `change`, by draw, to the largest relative one."""
    width = DRAWS * len(columns)
    sums = np.empty(width)
    for p in range(start, end):
        for j in range(width):
            sums[j] = rest[p * width + j]
        subtract_products(columns, sums, data, x, provider, outer[p], inner[p + 1])
        settle_row(columns, sums, inverse, x, change, p)


@compiled
def _measure(
    columns: Columns,
    start: int,
    end: int,
    inverse: Numbers,
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    right: Numbers,
    x: Numbers,
    error: Numbers,
) -> None:
    """Raise `error`, by draw, to the componentwise backward error of some rows; infinite where one is not finite."""
    width = DRAWS * len(columns)
    rest, size = np.empty(width), np.empty(width)
    for p in range(start, end):
        for column in range(len(columns)):
            for d in range(DRAWS):
                j = column * DRAWS + d
                own = x[p * width + j] / inverse[p * DRAWS + d]
                rest[j] = right[p * width + j] - own
                size[j] = abs(right[p * width + j]) + abs(own)
        measure_products(columns, rest, size, data, x, provider, inner[p], inner[p + 1])
        for column in range(len(columns)):
            for d in range(DRAWS):
                j = column * DRAWS + d
                own_error = abs(rest[j]) / size[j] if size[j] > 0.0 else 0.0
                if not np.isfinite(rest[j]):
                    own_error = np.inf
                error[d] = max(error[d], own_error)


@compiled
def _solve_loop(
    columns: Columns,
    start: int,
    end: int,
    inverse: Numbers,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    right: Numbers,
    rest: Numbers,
    x: Numbers,
    tolerance: float,
    most_cycles: int,
    lost: NDArray[np.bool_],
) -> int:
    """Sweep and extrapolate a loop until every draw has converged; mark those that do not. Gives the sweeps made."""
    width = DRAWS * len(columns)
    earlier, room = np.empty((BEHIND, (end - start) * width)), np.empty(BEHIND * (BEHIND + 2) * width)
    change, error = np.empty(DRAWS), np.empty(DRAWS)
    for cycle in range(most_cycles):
        for step in range(CYCLE):
            at = CYCLE - 1 - step
            if at < BEHIND:
                earlier[at] = x[start * width : end * width]
            change[:] = 0.0
            _sweep(columns, start, end, inverse, outer, inner, provider, data, rest, x, change)
        if (change <= CLOSE).all() or cycle % LOOK == LOOK - 1:
            error[:] = 0.0
            _measure(columns, start, end, inverse, inner, provider, data, right, x, error)
            if (error <= tolerance).all():
                return (cycle + 1) * CYCLE
        extrapolate(start, end, width, x, earlier, room)
    for d in range(DRAWS):
        lost[d] |= not error[d] <= tolerance
    return most_cycles * CYCLE


@compiled_parallel
def solve_draws(
    columns: Columns,
    inverse: Numbers,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: Numbers,
    starts: NDArray[np.int64],
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
    n = len(outer)
    for block in prange(blocks):
        rest, lost, change = np.empty(n * width), np.zeros(DRAWS, np.bool_), np.zeros(DRAWS)
        own_inverse, own_data, own_right, own_x = inverse[block], data[block], right[block], x[block]
        for component in range(len(starts) - 1):
            start, end = starts[component], starts[component + 1]
            _subtract_earlier(columns, start, end, outer, inner, provider, own_data, own_right, own_x, rest)
            if end - start == 1:
                _sweep(columns, start, end, own_inverse, outer, inner, provider, own_data, rest, own_x, change)
            else:
                sweeps[block] += _solve_loop(
                    columns,
                    start,
                    end,
                    own_inverse,
                    outer,
                    inner,
                    provider,
                    own_data,
                    own_right,
                    rest,
                    own_x,
                    tolerance,
                    most_cycles,
                    lost,
                )
        _measure(columns, 0, n, own_inverse, inner, provider, own_data, own_right, own_x, errors[block])
        for d in range(DRAWS):
            if lost[d]:
                errors[block, d] = np.inf
    return errors, sweeps
