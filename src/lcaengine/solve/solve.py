"""Solving M X = B for many right-hand sides, with a residual that is verified."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.kernels.sweep import LANES, measure_residual, solve_block, solve_blocks, subtract_earlier
from lcaengine.solve.factors import Factors, factorize_loop
from lcaengine.solve.ordering import Ordering, order_coupling
from lcaengine.system.coupling import Coupling

__all__ = ["RESIDUAL_TOLERANCE", "Solution", "solve_coupling"]

RESIDUAL_TOLERANCE = 1e-12
"""Largest componentwise backward error an answer may have [1]."""
SWEEP_TOLERANCE = 1e-14
MOST_SWEEPS = 400
MANY_BLOCKS = 8
"""Blocks of right-hand sides that are held in memory, and solved by several threads, at a time."""
WORTH_THREADS = 8_000_000
"""Entries times blocks from which starting threads pays."""


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer and how it was found.

    Attributes
    ----------
    x : (n, k) float64
    residual : float
        Worst componentwise backward error over rows and right-hand sides [1].
    sweeps : int
        Sweeps made in loops, summed over loops; the most of any block of right-hand sides.
    substituted : int
        Activities in no loop, solved by substitution.
    swept : int
        Loops solved by sweeps.
    factorized : int
        Loops whose sweeps did not converge and which were factorized.
    """

    x: NDArray[np.float64]
    residual: float
    sweeps: int
    substituted: int
    swept: int
    factorized: int


def solve_coupling(
    coupling: Coupling,
    right: NDArray[np.float64],
    name: Callable[[NDArray[np.int64]], str],
    ordering: Ordering | None = None,
    guess: NDArray[np.float64] | None = None,
) -> Solution:
    """Solve M X = B by components: substitution, sweeps in loops, LU where sweeps fail.

    Right-hand sides that are the same are solved once.

    Parameters
    ----------
    coupling : Coupling
        M by rows.
    right : (n, k) float64
        B.
    name : callable
        Names activities, for messages.
    ordering : Ordering, optional
        Of this coupling, or of one with the same entries and other amounts. Found by :func:`order_coupling` where it
        is not given.
    guess : (n, k) float64, optional
        X as far as it is known: loops that it solves are not swept again.

    Returns
    -------
    Solution

    Raises
    ------
    SolveError
        If a component is singular, or the verified residual is over the tolerance; its processes are named.
    """
    if not np.isfinite(right).all() or not np.isfinite(coupling.data).all() or not np.isfinite(coupling.diagonal).all():
        raise SolveError("the system holds numbers that are not finite", "", "check amounts and factors for overflow")
    ordering = ordering or order_coupling(coupling)
    if len(ordering.order) != len(coupling) or len(ordering.entry) != len(coupling.data):
        raise ValueError("the ordering is of another system")
    diagonal, data = coupling.diagonal[ordering.order], coupling.data[ordering.entry]
    x = np.empty(right.shape)
    errors = np.zeros(len(right))
    factors: dict[int, Factors] = {}
    sweeps = 0
    columns, same = _find_distinct(right)
    blocks = -(-len(columns) // LANES)
    width = LANES * (MANY_BLOCKS if blocks > 1 and len(data) * blocks > WORTH_THREADS else 1)
    for first in range(0, len(columns), width):
        own = columns[first : first + width]
        each = _lay_out(right, own, ordering.order)
        answer = _make_zeros(each.shape) if guess is None else _lay_out(guess, own, ordering.order)
        sweeps = max(sweeps, _solve_blocks(diagonal, data, ordering, each, answer, factors, name))
        errors = np.maximum(errors, measure_residual(diagonal, ordering.inner, ordering.provider, data, each, answer))
        for at in range(len(own)):
            block, lane = divmod(at, LANES)
            for column in np.flatnonzero(same == first + at).tolist():
                x[ordering.order, column] = answer[block, :, lane]
    worst = float(errors.max(initial=0.0))
    if not worst <= RESIDUAL_TOLERANCE:
        by_activity = np.empty(len(errors))
        by_activity[ordering.order] = errors
        bad = np.argsort(by_activity)[::-1][:5]
        what = f"the answer does not verify: componentwise backward error {worst:.1e}"
        raise SolveError(what, name(bad), "check the amounts of these processes; they may nearly cancel")
    loops = int((np.diff(ordering.starts) > 1).sum())
    alone = len(ordering.starts) - 1 - loops
    return Solution(x, worst, sweeps, alone, loops - len(factors), len(factors))


def _find_distinct(right: NDArray[np.float64]) -> tuple[list[int], NDArray[np.int64]]:
    """Find right-hand sides that differ: the first of each, and which of these every one is.

    Sizes of contributions are the contributions where none is below zero, and what one label owns may be nothing.
    """
    places: dict[bytes, int] = {}
    same, columns = np.empty(right.shape[1], np.int64), list[int]()
    for column in range(right.shape[1]):
        place = places.setdefault(hashlib.sha256(right[:, column].tobytes()).digest(), len(places))
        if place == len(columns):
            columns.append(column)
        same[column] = place
    return columns, same


def _lay_out(given: NDArray[np.float64], columns: list[int], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Lay columns out in order of solution, in blocks of four; the last is filled up with zeros."""
    blocks = _make_zeros((-(-len(columns) // LANES), len(given), LANES))
    for at, column in enumerate(columns):
        blocks[at // LANES, :, at % LANES] = given[order, column]
    return blocks


def _make_zeros(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Make an array that starts on a cache line, so that four numbers of a row share one."""
    count = int(np.prod(shape))
    memory = np.zeros(count + 7)
    start = -memory.ctypes.data % 64 // 8
    return memory[start : start + count].reshape(shape)


def _solve_blocks(
    diagonal: NDArray[np.float64],
    data: NDArray[np.float64],
    ordering: Ordering,
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    factors: dict[int, Factors],
    name: Callable[[NDArray[np.int64]], str],
) -> int:
    """Solve blocks of right-hand sides in place, from `x` as it stands, and count sweeps.

    Factors of loops that do not converge are found once and kept in `factors`.
    """
    structure = (ordering.outer, ordering.inner, ordering.provider, data)
    limits = (SWEEP_TOLERANCE, MOST_SWEEPS)
    count = len(ordering.starts) - 1
    at, sweeps = np.zeros(len(right), np.int64), np.zeros(len(right), np.int64)
    while (at < count).any():
        if len(right) == 1:
            at[0], made = solve_block(diagonal, *structure, ordering.starts, at[0], right[0], x[0], *limits)
            sweeps[0] += made
        else:
            at, more = solve_blocks(diagonal, *structure, ordering.starts, at, right, x, *limits)
            sweeps += more
        for block in np.flatnonzero(at < count).tolist():
            component = int(at[block])
            if component not in factors:
                factors[component] = factorize_loop(diagonal, data, ordering, component, name)
            start, end = ordering.starts[component], ordering.starts[component + 1]
            rest = np.empty_like(right[block])
            subtract_earlier(start, end, *structure, right[block], x[block], rest)
            x[block, start:end] = factors[component].solve_refined(rest[start:end])
            at[block] += 1
    return int(sweeps.max(initial=0))
