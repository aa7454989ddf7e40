"""Substitution and sweeps: solve M X = B component by component, four right-hand sides at a time."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel

__all__ = ["LANES", "measure_residual", "solve_block", "solve_blocks", "subtract_earlier"]

LANES = 4
"""Right-hand sides that are solved together, held in registers."""
STILL = 1e-15
"""Relative change of an unknown in one sweep below which it stands still [1]."""
MOST_MOVING = 0.01
"""Share of unknowns that may still move where it pays to measure the error: credits nearly cancel in some rows [1]."""
LEAP = 6
"""Sweeps from one extrapolation to the next."""
ALIKE, MOST_KEPT = 0.9, 0.95
"""Squared cosine of two changes from which on they are of one kind, and the most of a change that the next may keep."""
LOOK_NEAR, LOOK_FAR = 4, 32
"""Sweeps between two measurements of the error, with fewer moving than that and with more."""


@compiled
def subtract_earlier(
    start: int,
    end: int,
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    rest: NDArray[np.float64],
) -> None:
    """Subtract from the right-hand sides of a component what its rows take of earlier ones."""
    for p in range(start, end):
        t0, t1, t2, t3 = right[p, 0], right[p, 1], right[p, 2], right[p, 3]
        for e in range(inner[p], outer[p]):
            value, at = data[e], np.uint32(provider[e])
            t0 -= value * x[at, 0]
            t1 -= value * x[at, 1]
            t2 -= value * x[at, 2]
            t3 -= value * x[at, 3]
        rest[p, 0], rest[p, 1], rest[p, 2], rest[p, 3] = t0, t1, t2, t3


@compiled
def _sweep(
    start: int,
    end: int,
    diagonal: NDArray[np.float64],
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    rest: NDArray[np.float64],
    x: NDArray[np.float64],
) -> int:
    """Solve every row of a component for its own unknown, with the others as they stand; count those that moved."""
    still = 0  # counted, not decided lane by lane: nobody can predict which lane moves
    for p in range(start, end):
        t0, t1, t2, t3 = rest[p, 0], rest[p, 1], rest[p, 2], rest[p, 3]
        for e in range(outer[p], inner[p + 1]):
            value, at = data[e], np.uint32(provider[e])
            t0 -= value * x[at, 0]
            t1 -= value * x[at, 1]
            t2 -= value * x[at, 2]
            t3 -= value * x[at, 3]
        own = diagonal[p]
        t0, t1, t2, t3 = t0 / own, t1 / own, t2 / own, t3 / own
        still += int(abs(t0 - x[p, 0]) <= STILL * abs(t0)) + int(abs(t1 - x[p, 1]) <= STILL * abs(t1))
        still += int(abs(t2 - x[p, 2]) <= STILL * abs(t2)) + int(abs(t3 - x[p, 3]) <= STILL * abs(t3))
        x[p, 0], x[p, 1], x[p, 2], x[p, 3] = t0, t1, t2, t3
    return LANES * (end - start) - still


@compiled
def _extrapolate(
    start: int, end: int, before: NDArray[np.float64], last: NDArray[np.float64], x: NDArray[np.float64]
) -> None:
    """Carry unknowns on to where sweeps lead, ``x + d c / (1 - c)`` with d the last change and c d' the one before.

    Aitken's rule for a vector: c by least squares over relative changes, in any units the same, lane by lane. Where two
    changes are not of one kind, or the second hardly shrinks, nothing is done.
    """
    for lane in range(LANES):
        dot, first, second = 0.0, 0.0, 0.0
        for p in range(start, end):
            now = x[p, lane]
            if now != 0.0:
                d, e = (now - last[p, lane]) / now, (last[p, lane] - before[p, lane]) / now
                dot += d * e
                first += e * e
                second += d * d
        kept = dot / first if first > 0.0 else 0.0
        if 0.0 < kept <= MOST_KEPT and dot * dot >= ALIKE * first * second:
            on = kept / (1.0 - kept)
            for p in range(start, end):
                x[p, lane] += on * (x[p, lane] - last[p, lane])


@compiled
def _measure(
    start: int,
    end: int,
    diagonal: NDArray[np.float64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    errors: NDArray[np.float64],
) -> float:
    """Raise the componentwise backward errors of some rows to those of four lanes, infinite where one is not finite.

    Gives the largest.
    """
    worst = 0.0
    for p in range(start, end):
        own = diagonal[p]
        o0, o1, o2, o3 = own * x[p, 0], own * x[p, 1], own * x[p, 2], own * x[p, 3]
        b0, b1, b2, b3 = right[p, 0], right[p, 1], right[p, 2], right[p, 3]
        r0, r1, r2, r3 = b0 - o0, b1 - o1, b2 - o2, b3 - o3
        s0, s1, s2, s3 = abs(b0) + abs(o0), abs(b1) + abs(o1), abs(b2) + abs(o2), abs(b3) + abs(o3)
        for e in range(inner[p], inner[p + 1]):
            value, at = data[e], np.uint32(provider[e])
            o0, o1, o2, o3 = value * x[at, 0], value * x[at, 1], value * x[at, 2], value * x[at, 3]
            r0, r1, r2, r3 = r0 - o0, r1 - o1, r2 - o2, r3 - o3
            s0, s1, s2, s3 = s0 + abs(o0), s1 + abs(o1), s2 + abs(o2), s3 + abs(o3)
        error = max(
            abs(r0) / s0 if s0 > 0.0 else 0.0,
            abs(r1) / s1 if s1 > 0.0 else 0.0,
            abs(r2) / s2 if s2 > 0.0 else 0.0,
            abs(r3) / s3 if s3 > 0.0 else 0.0,
        )
        if not (np.isfinite(s0) & np.isfinite(s1) & np.isfinite(s2) & np.isfinite(s3)):
            error = np.inf
        errors[p] = max(errors[p], error)
        worst = max(worst, error)
    return worst


@compiled
def _sweep_loop(
    start: int,
    end: int,
    diagonal: NDArray[np.float64],
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    rest: NDArray[np.float64],
    x: NDArray[np.float64],
    errors: NDArray[np.float64],
    before: NDArray[np.float64],
    last: NDArray[np.float64],
    limits: tuple[float, int],
) -> tuple[bool, int]:
    """Sweep a component of several rows until it is solved; tell whether it is, and count sweeps."""
    tolerance, most_sweeps = limits
    last_error = _measure(start, end, diagonal, inner, provider, data, right, x, errors)
    if last_error <= tolerance:
        return True, 0
    for step in range(most_sweeps):
        moving = _sweep(start, end, diagonal, outer, inner, provider, data, rest, x)
        is_far = moving > MOST_MOVING * LANES * (end - start)
        if step % LEAP == LEAP - 3:
            before[start:end] = x[start:end]
        elif step % LEAP == LEAP - 2:
            last[start:end] = x[start:end]
        elif is_far and step % LEAP == LEAP - 1:
            _extrapolate(start, end, before, last, x)
        look = LOOK_FAR if is_far else LOOK_NEAR
        if moving > 0 and step % look != look - 1:
            continue
        error = _measure(start, end, diagonal, inner, provider, data, right, x, errors)
        if error == np.inf:
            return False, step + 1
        if error <= 1e-16 or (error <= tolerance and (moving == 0 or error > 0.5 * last_error)):
            return True, step + 1
        last_error = error
    return False, most_sweeps


@compiled
def solve_block(
    diagonal: NDArray[np.float64],
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    starts: NDArray[np.int64],
    first: int,
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    tolerance: float,
    most_sweeps: int,
) -> tuple[int, int]:
    """Solve components from `first` on, until one does not converge.

    A component of one row is a step of substitution, ``x_p = (b_p - sum_i m_pi x_i) / m_pp``. A larger one is swept
    (Gauss-Seidel): what its rows take of earlier components is subtracted once, and the rest row by row, carried on now
    and then to where the sweeps lead, until no unknown moves, or the componentwise backward error

        max_p |b_p - sum_i m_pi x_i| / (|b_p| + sum_i |m_pi| |x_i|)

    stops shrinking. It ends where that error is at or below `tolerance`. One that `x` solves to the tolerance as it is
    given is not swept.

    Parameters
    ----------
    diagonal, outer, inner, provider, data
        The matrix in order of solution; see :func:`~lcaengine.kernels.entries.place_rows`.
    starts : (c + 1,) int64
        Where components start.
    first : int
        Component to start with.
    right, x : (n, 4) float64
        Right-hand sides, and the answer, written in place; sweeps start from what stands there.
    tolerance, most_sweeps : float, int

    Returns
    -------
    component : int
        The component that did not converge or has a zero on its diagonal; the number of components if all did.
    sweeps : int
        Sweeps made, summed over components.
    """
    sweeps = 0
    rest, errors = np.empty_like(right), np.zeros(len(right))
    before, last = np.empty_like(right), np.empty_like(right)
    for component in range(first, len(starts) - 1):
        start, end = starts[component], starts[component + 1]
        if (diagonal[start:end] == 0.0).any():
            return component, sweeps
        subtract_earlier(start, end, outer, inner, provider, data, right, x, rest)
        if end - start == 1:
            _sweep(start, end, diagonal, outer, inner, provider, data, rest, x)
            continue
        limits = (tolerance, most_sweeps)
        converged, made = _sweep_loop(
            start, end, diagonal, outer, inner, provider, data, right, rest, x, errors, before, last, limits
        )
        sweeps += made
        if not converged:
            return component, sweeps
    return len(starts) - 1, sweeps


@compiled_parallel
def solve_blocks(
    diagonal: NDArray[np.float64],
    outer: NDArray[np.int64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    starts: NDArray[np.int64],
    first: NDArray[np.int64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    tolerance: float,
    most_sweeps: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Solve blocks of four right-hand sides, each on its own; see :func:`solve_block`.

    Parameters
    ----------
    diagonal, outer, inner, provider, data, starts, tolerance, most_sweeps
        As in :func:`solve_block`.
    first : (blocks,) int64
    right, x : (blocks, n, 4) float64

    Returns
    -------
    component, sweeps : (blocks,) int64
    """
    component, sweeps = np.empty(len(first), np.int64), np.empty(len(first), np.int64)
    for block in prange(len(first)):
        component[block], sweeps[block] = solve_block(
            diagonal, outer, inner, provider, data, starts, first[block], right[block], x[block], tolerance, most_sweeps
        )
    return component, sweeps


@compiled
def measure_residual(
    diagonal: NDArray[np.float64],
    inner: NDArray[np.int64],
    provider: NDArray[np.int32],
    data: NDArray[np.float64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Measure the componentwise backward error of every row, the worst of its right-hand sides.

    Parameters
    ----------
    diagonal, inner, provider, data
        The matrix in order of solution.
    right, x : (blocks, n, 4) float64

    Returns
    -------
    (n,) float64
        [1]; infinite where anything is not finite.

    References
    ----------
    Oettli, W. and Prager, W. (1964). Numer. Math. 6, 405-409.
    """
    errors = np.zeros(len(diagonal))
    for block in range(len(right)):
        _measure(0, len(diagonal), diagonal, inner, provider, data, right[block], x[block], errors)
    return errors
