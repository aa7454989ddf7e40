"""Substitution and sweeps: solve M x = b component by component, for several right-hand sides at once."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["measure_residual", "solve_components"]


@njit(cache=True)
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
    right : (n, k) float64
    x : (n, k) float64
        Written in place.
    tolerance : float
        [1]
    most_sweeps : int

    Returns
    -------
    component : int
        The component that did not converge or has a zero on its diagonal; the number of components if all did.
    sweeps : int
        Sweeps made, summed over components.
    """
    k = right.shape[1]
    sweeps = 0
    for component in range(first, len(starts) - 1):
        begin, end = starts[component], starts[component + 1]
        single = end - begin == 1
        last_error = np.inf
        converged = False
        for step in range(most_sweeps):
            for at in range(begin, end):
                a = order[at]
                if diagonal[a] == 0.0:
                    return component, sweeps
                for c in range(k):
                    total = right[a, c]
                    for e in range(indptr[a], indptr[a + 1]):
                        total -= data[e] * x[indices[e], c]
                    x[a, c] = total / diagonal[a]
            if single:
                converged = True
                break
            sweeps += 1
            if step % 4 != 3:
                continue
            error = 0.0
            for at in range(begin, end):
                a = order[at]
                for c in range(k):
                    residual = right[a, c] - diagonal[a] * x[a, c]
                    size = abs(right[a, c]) + abs(diagonal[a] * x[a, c])
                    for e in range(indptr[a], indptr[a + 1]):
                        term = data[e] * x[indices[e], c]
                        residual -= term
                        size += abs(term)
                    if not np.isfinite(residual):
                        return component, sweeps
                    if size > 0.0:
                        error = max(error, abs(residual) / size)
            if (error <= tolerance and error > 0.5 * last_error) or error <= 1e-16:
                converged = True
                break
            last_error = error
        if not converged:
            return component, sweeps
    return len(starts) - 1, sweeps


@njit(cache=True)
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
    n, k = right.shape
    errors = np.zeros(n)
    for a in range(n):
        for c in range(k):
            residual = right[a, c] - diagonal[a] * x[a, c]
            size = abs(right[a, c]) + abs(diagonal[a] * x[a, c])
            for e in range(indptr[a], indptr[a + 1]):
                term = data[e] * x[indices[e], c]
                residual -= term
                size += abs(term)
            if not np.isfinite(residual):
                errors[a] = np.inf
            elif size > 0.0:
                errors[a] = max(errors[a], abs(residual) / size)
    return errors
