"""Eight draws of a system side by side: one walk over its structure solves all of them, a draw a lane of a vector.

Arrays are flat. An entry of the matrix has eight numbers, one a draw; an unknown has eight for each right-hand side
that is solved with it. Draws are solved by components, as the static system is, but for two things: a loop starts from
what it is given, and is extrapolated every few sweeps. The last differences between sweeps are combined with weights
that sum to one, to the least they can be, and so are the iterates: the slow modes of the loop go, and so does one that
grows.

References
----------
Sidi, A. (2017). Vector extrapolation methods with applications. SIAM, ch. 2: reduced rank extrapolation.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel
from lcaengine.kernels.vectors import DRAWS, Columns, measure_products, settle_row, subtract_products

__all__ = ["solve_draws"]

Numbers = NDArray[np.float64]

CYCLE = 8
"""Sweeps between two extrapolations."""
BEHIND = 4
"""Differences that are combined: those of the last sweeps of a cycle."""
SAMPLE = 4
"""One unknown in so many says how they are combined."""
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
def _solve_small(matrix: Numbers, right: Numbers) -> None:
    """Solve a small symmetric system in place, leaving out what is not independent."""
    n = len(right)
    for i in range(n):
        if not matrix[i, i] > 0.0:
            for j in range(n):
                matrix[i, j] = matrix[j, i] = 0.0
            matrix[i, i], right[i] = 1.0, 0.0
        for r in range(i + 1, n):
            factor = matrix[r, i] / matrix[i, i]
            for j in range(i, n):
                matrix[r, j] -= factor * matrix[i, j]
            right[r] -= factor * right[i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            right[i] -= matrix[i, j] * right[j]
        right[i] /= matrix[i, i]


@compiled
def _extrapolate(columns: Columns, start: int, end: int, x: Numbers, earlier: Numbers) -> None:
    """Combine the last iterates of a component so that the relative differences between them are least.

    Minimizes ``|sum_r g_r D_r|^2`` over weights g that sum to one, D_r the differences of iterates over the newest, and
    puts ``sum_r g_r x_r`` in place of x; every draw and column has weights of its own.
    """
    width = DRAWS * len(columns)
    gram, differences = np.zeros((BEHIND, BEHIND, width)), np.empty((BEHIND, width))
    for p in range(start, end, SAMPLE):
        for j in range(width):
            newer = x[p * width + j]
            scale = 1.0 / newer if newer != 0.0 else 0.0
            for r in range(BEHIND):
                older = earlier[r, (p - start) * width + j]
                differences[r, j] = (newer - older) * scale
                newer = older
        for r in range(BEHIND):
            for c in range(r + 1):
                for j in range(width):
                    gram[r, c, j] += differences[r, j] * differences[c, j]
    weight = np.zeros((BEHIND, width))
    matrix, right = np.empty((BEHIND - 1, BEHIND - 1)), np.empty(BEHIND - 1)
    for j in range(width):
        for r in range(1, BEHIND):
            for c in range(1, r + 1):
                value = gram[r, c, j] - gram[r, 0, j] - gram[c, 0, j] + gram[0, 0, j]
                matrix[r - 1, c - 1] = matrix[c - 1, r - 1] = value
            matrix[r - 1, r - 1] *= 1.0 + 1e-13
            right[r - 1] = gram[0, 0, j] - gram[r, 0, j]
        _solve_small(matrix, right)
        total = right.sum()
        if np.isfinite(total):
            weight[1:, j] = right
            weight[0, j] = 1.0 - total
        else:
            weight[0, j] = 1.0
    for p in range(start, end):
        for j in range(width):
            value = weight[0, j] * x[p * width + j]
            for r in range(1, BEHIND):
                value += weight[r, j] * earlier[r - 1, (p - start) * width + j]
            x[p * width + j] = value


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
    earlier = np.empty((BEHIND, (end - start) * width))
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
        _extrapolate(columns, start, end, x, earlier)
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
