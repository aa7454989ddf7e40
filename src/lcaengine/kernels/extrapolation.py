"""Extrapolation of sweeps: from the last iterates of a loop to where they lead.

References
----------
Sidi, A. (2017). Vector extrapolation methods with applications. SIAM, ch. 2: reduced rank extrapolation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled
from lcaengine.kernels.vectors import DRAWS

__all__ = ["BEHIND", "CYCLE", "extrapolate"]

CYCLE = 8
"""Sweeps from one extrapolation to the next."""
BEHIND = 4
"""Differences that are combined: those of the last sweeps of a cycle."""
SAMPLE = 4
"""One unknown in so many says how they are combined."""
MANY = 256
"""Unknowns from which on only a sample is looked at."""


@compiled
def extrapolate(
    start: int,
    end: int,
    columns: int,
    x: NDArray[np.float64],
    earlier: NDArray[np.float64],
    active: NDArray[np.float64],
    room: NDArray[np.float64],
) -> None:
    """Combine the last iterates of some rows so that the relative differences between them are least.

    Minimizes ``|sum_r g_r D_r|^2`` over weights g that sum to one, D_r the differences of iterates over the newest, and
    puts ``sum_r g_r x_r`` in place of x. The slow modes of a loop go, and so does one that grows. Each of the numbers
    of a row, a right-hand side or a draw, has weights of its own.

    Parameters
    ----------
    start, end : int
        Rows.
    columns : int
        Right-hand sides: a row has eight numbers of each, `width` together.
    x : (n * width,) float64
        The newest iterate, and what comes of it.
    earlier : (BEHIND, m * width) float64
        Those before it, the last first; m is at least ``end - start``.
    active : (width,) float64
        Above zero where x moves; the others stay as they are.
    room : (BEHIND * (BEHIND + 2) * 8,) float64
        Where it may work.
    """
    gram = room[: BEHIND * BEHIND * DRAWS].reshape((BEHIND, BEHIND, DRAWS))
    differences = room[BEHIND * BEHIND * DRAWS : BEHIND * (BEHIND + 1) * DRAWS].reshape((BEHIND, DRAWS))
    weight = room[BEHIND * (BEHIND + 1) * DRAWS : BEHIND * (BEHIND + 2) * DRAWS].reshape((BEHIND, DRAWS))
    for column in range(columns):
        own = column * DRAWS
        gram[:] = 0.0
        for p in range(start, end, SAMPLE if end - start >= MANY else 1):
            at, before = p * columns * DRAWS + own, (p - start) * columns * DRAWS + own
            for j in range(DRAWS):
                newer = x[at + j]
                scale = 1.0 / newer if newer != 0.0 else 0.0
                for r in range(BEHIND):
                    older = earlier[r, before + j]
                    differences[r, j] = (newer - older) * scale
                    newer = older
            for r in range(BEHIND):
                for c in range(r + 1):
                    for j in range(DRAWS):
                        gram[r, c, j] += differences[r, j] * differences[c, j]
        _weigh(gram, active[own : own + DRAWS], weight)
        for p in range(start, end):
            at, before = p * columns * DRAWS + own, (p - start) * columns * DRAWS + own
            for j in range(DRAWS):
                value = weight[0, j] * x[at + j]
                for r in range(1, BEHIND):
                    value += weight[r, j] * earlier[r - 1, before + j]
                x[at + j] = value


@compiled
def _weigh(gram: NDArray[np.float64], active: NDArray[np.float64], weight: NDArray[np.float64]) -> None:
    """Find the weights that make the combined difference least, column by column; the newest alone where none do."""
    matrix, right = np.empty((BEHIND - 1, BEHIND - 1)), np.empty(BEHIND - 1)
    for j in range(gram.shape[2]):
        for r in range(1, BEHIND):
            for c in range(1, r + 1):
                value = gram[r, c, j] - gram[r, 0, j] - gram[c, 0, j] + gram[0, 0, j]
                matrix[r - 1, c - 1] = matrix[c - 1, r - 1] = value
            matrix[r - 1, r - 1] *= 1.0 + 1e-13
            right[r - 1] = gram[0, 0, j] - gram[r, 0, j]
        _solve_small(matrix, right)
        total = right.sum()
        is_used = active[j] > 0.0 and np.isfinite(total)
        weight[0, j] = 1.0 - total if is_used else 1.0
        for r in range(1, BEHIND):
            weight[r, j] = right[r - 1] if is_used else 0.0


@compiled
def _solve_small(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> None:
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
