"""Substitution and sweeps: solve M x = b component by component, for several right-hand sides at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["measure_residual", "solve_components"]


@compiled
def _measure_row(
    diagonal: NDArray[np.float64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    a: int,
) -> float:
    """Measure the componentwise backward error of row a, infinite where anything is not finite."""
    error = 0.0
    for c in range(right.shape[1]):
        own = diagonal[a] * x[a, c]
        residual = right[a, c] - own
        size = abs(right[a, c]) + abs(own)
        for e in range(indptr[a], indptr[a + 1]):
            term = data[e] * x[indices[e], c]
            residual -= term
            size += abs(term)
        if not np.isfinite(residual):
            return np.inf
        if size > 0.0:
            error = max(error, abs(residual) / size)
    return error


@compiled
def _substitute_row(
    diagonal: NDArray[np.float64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    a: int,
) -> None:
    """Solve row a for its own unknown, with the others as they stand."""
    for c in range(right.shape[1]):
        total = right[a, c]
        for e in range(indptr[a], indptr[a + 1]):
            total -= data[e] * x[indices[e], c]
        x[a, c] = total / diagonal[a]


@compiled
def solve_components(
    diagonal: NDArray[np.float64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    first: int,
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    tolerance: float,
    most_sweeps: int,
) -> tuple[int, int]:
    """Solve components from `first` on, until one does not converge.

    A component of one node is a step of substitution, ``x_a = (b_a - sum_i m_ai x_i) / m_aa``. A larger one is swept
    (Gauss-Seidel) until the componentwise backward error

        max_a |b_a - sum_i m_ai x_i| / (|b_a| + sum_i |m_ai| |x_i|)

    stops shrinking, at or below `tolerance`.

    Parameters
    ----------
    diagonal, indptr, indices, data
        The matrix by rows, its diagonal apart.
    order, starts
        Components in order of solution.
    first : int
        Component to start with.
    right, x : (n, k) float64
        Right-hand sides, and the answer, written in place.
    tolerance, most_sweeps : float, int

    Returns
    -------
    component : int
        The component that did not converge or has a zero on its diagonal; the number of components if all did.
    sweeps : int
        Sweeps made, summed over components.
    """
    matrix = (diagonal, indptr, indices, data)
    sweeps = 0
    for component in range(first, len(starts) - 1):
        members = order[starts[component] : starts[component + 1]]
        last_error = np.inf
        converged = False
        for step in range(most_sweeps):
            for a in members:
                if diagonal[a] == 0.0:
                    return component, sweeps
                _substitute_row(*matrix, right, x, a)
            if len(members) == 1:
                converged = True
                break
            sweeps += 1
            if step % 4 != 3:
                continue
            error = 0.0
            for a in members:
                error = max(error, _measure_row(*matrix, right, x, a))
            if error == np.inf:
                break
            if error <= 1e-16 or (error <= tolerance and error > 0.5 * last_error):
                converged = True
                break
            last_error = error
        if not converged:
            return component, sweeps
    return len(starts) - 1, sweeps


@compiled
def measure_residual(
    diagonal: NDArray[np.float64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Measure the componentwise backward error of every row, the worst of its right-hand sides.

    Parameters
    ----------
    diagonal, indptr, indices, data
        The matrix by rows, its diagonal apart.
    right, x : (n, k) float64

    Returns
    -------
    (n,) float64
        [1]; infinite where anything is not finite.

    References
    ----------
    Oettli, W. and Prager, W. (1964). Numer. Math. 6, 405-409.
    """
    errors = np.zeros(len(right))
    for a in range(len(right)):
        errors[a] = _measure_row(diagonal, indptr, indices, data, right, x, a)
    return errors
