"""Draws in which a loop needs at least as much of itself as it makes: they have no answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.kernels.places import CHUNK, find_lowest
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import name_activities, solve_coupling
from lcaengine.solve.loops import MOST_GROWTH, measure_growth
from lcaengine.system import build_coupling
from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.distributions import LOGNORMAL
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.structure import Part, Structure
from lcaengine.uncertainty.terms import Terms

__all__ = ["find_changing", "find_starved", "take_draw"]

Numbers = NDArray[np.float64]


def find_starved(
    sampled: Sampled,
    structure: Structure,
    values: Numbers,
    intensity: Numbers,
    at: int,
    direct: Numbers,
    is_solved: NDArray[np.bool_],
) -> dict[int, str]:
    """Find the draws in which a loop needs at least as much of itself as it makes, credits left out.

    Where nothing is spared in a draw and no burden is below zero, an intensity above zero for all members of a loop
    proves that it gives something away. Else, or where there is none, ``(I - N) x = 1`` is solved for the loops, N the
    demand per gross output: it has a positive solution if and only if they do (Collatz and Wielandt).

    Parameters
    ----------
    sampled : Sampled
    structure : Structure
    values : (rows, draws) float64
    intensity : (n, parts, k, any) float64
        As solved; its last part is the total.
    at : int
        Where the first of the draws stands.
    direct : (blocks, n, k, 8) float64
    is_solved : (draws,) bool
        Whether intensities are an answer that was verified: what was left unfinished proves nothing.

    Returns
    -------
    dict of int to str
        Position of the draw, and what is wrong in it.
    """
    found = _find_negative(sampled, values)
    loops, draws = structure.loops, values.shape[1]
    members = loops.activity
    if not len(members):
        return found
    doubtful = np.ones(draws, np.bool_)
    changes = find_changing(sampled)
    spares = ((values[sampled.demanded[changes]] * sampled.sign[changes, None]) > 0).any(axis=0)
    if not sampled.has_credits and not spares.all():
        doubtful = np.asarray(spares | ~is_solved | ~_prove(members, intensity, at, direct).any(axis=0))
    if not doubtful.any():
        return found
    blocks = np.unique(np.flatnonzero(doubtful) // DRAWS)
    lanes = (blocks[:, None] * DRAWS + np.arange(DRAWS)).reshape(-1)
    some = np.ascontiguousarray(values[:, lanes])
    made = loops.outputs.sum(some).reshape(len(blocks), len(members), 1, DRAWS)
    start = np.ones((len(members), 1))  # of no draw: one without an answer says nothing of the others
    x, error = loops.solve(some, made, start)
    with np.errstate(over="ignore", invalid="ignore"):  # a draw without an answer
        growth = measure_growth(x, lambda given: loops.solve(some, made * given, start)[0])
    gives = ((x > 0) & (growth < MOST_GROWTH))[:, :, 0].transpose(1, 0, 2).reshape(len(members), -1)
    for at, draw in enumerate(lanes.tolist()):
        own = gives[:, at] if error.reshape(-1)[at] < np.inf else _give_away(loops, some, at)
        if doubtful[draw] and not own.all():
            found[draw] = f"the loop of {_name_loop(sampled, loops, own)} needs at least as much of itself as it makes"
    return found


def take_draw(pattern: Coupling, amounts: Terms, outputs: Terms, values: Numbers, draw: int) -> Coupling:
    """Give the matrix of one draw."""
    block, lane = divmod(draw, DRAWS)
    some = np.ascontiguousarray(values[:, block * DRAWS : (block + 1) * DRAWS])
    entries, diagonal = (each.sum(some).reshape(-1, DRAWS)[:, lane] for each in (amounts, outputs))
    return build_coupling(diagonal, find_rows(pattern), pattern.indices, entries)


def find_changing(sampled: Sampled) -> NDArray[np.bool_]:
    """Tell which demands may spare something in some draw; a lognormal is on one side of zero in all of them."""
    given, row = sampled.distributions, sampled.demanded
    side = np.zeros(max(int(row.max(initial=-1)) + 1, len(given)))
    side[: len(given)] = np.where(given.kind == LOGNORMAL, np.where(given.negative, -1.0, 1.0), 0.0)
    return np.asarray(side[row] * sampled.sign >= 0)


def _prove(members: NDArray[np.int64], intensity: Numbers, at: int, direct: Numbers) -> NDArray[np.bool_]:
    """Tell where intensities of members are above zero and no burden is below it, (k, draws)."""
    blocks, n, k, _ = direct.shape
    burden = _find_lowest(direct.reshape(blocks, n, -1), np.arange(n), 0, k * DRAWS).reshape(blocks, k, DRAWS)
    row, flat = (
        (members * intensity.shape[1] + intensity.shape[1] - 1) * k,
        intensity.reshape(1, -1, intensity.shape[3]),
    )
    total = [_find_lowest(flat, row + column, at, blocks * DRAWS)[0] for column in range(k)]
    return np.asarray((np.stack(total) > 0) & (burden.transpose(1, 0, 2).reshape(k, -1) >= 0))


def _find_lowest(numbers: Numbers, rows: NDArray[np.int64], at: int, width: int) -> Numbers:
    """Find the lowest number of some rows in every column, (tables, width)."""
    lowest = np.empty((len(numbers), -(-len(rows) // CHUNK), width))
    find_lowest(numbers, rows, at, lowest)
    return np.asarray(lowest.min(axis=1))


def _list_doubtful(outputs: Terms, ones: int) -> NDArray[np.int64]:
    """List the activities whose net output is not a number that is certain, and above zero."""
    is_sure = (outputs.one == ones) & (outputs.two == ones) & (outputs.weight > 0)
    sure = np.concatenate([[0], np.cumsum(is_sure)])[outputs.starts]
    count = np.diff(outputs.starts)
    return np.flatnonzero((count == 0) | (np.diff(sure) < count))


def _find_negative(sampled: Sampled, values: Numbers) -> dict[int, str]:
    """Find the draws in which a process makes no more than it takes of its own product."""
    doubtful = _list_doubtful(sampled.outputs, sampled.starts["ones"])
    net = sampled.outputs.take(doubtful).sum(values).reshape(values.shape[1] // DRAWS, len(doubtful), DRAWS)
    found = {}
    for block, lane in np.argwhere((net <= 0).any(axis=1)).tolist():
        named = name_activities(sampled.system, doubtful[net[block, :, lane] <= 0])
        found[block * DRAWS + lane] = f"{named} makes no more of its product than it takes"
    return found


def _give_away(loops: Part, values: Numbers, draw: int) -> NDArray[np.bool_]:
    """Tell which members of loops give something away, by factorization."""
    ordering, block = loops.ordering, draw // DRAWS
    some = np.ascontiguousarray(values[:, block * DRAWS : (block + 1) * DRAWS])
    entries, made = (each.sum(some).reshape(-1, DRAWS)[:, draw % DRAWS] for each in (loops.amounts, loops.outputs))
    rows = np.repeat(np.arange(len(made)), np.diff(ordering.inner))
    try:
        coupling = build_coupling(made, rows, ordering.provider.astype(np.int64), entries)
        x = solve_coupling(coupling, made[:, None], str).x
        growth = measure_growth(x, lambda given: solve_coupling(coupling, made[:, None] * given, str).x)
    except SolveError:
        return np.zeros(len(made), np.bool_)
    return np.asarray(((x > 0) & (growth < MOST_GROWTH))[:, 0])


def _name_loop(sampled: Sampled, loops: Part, gives: NDArray[np.bool_]) -> str:
    """Name the first loop that does not give anything away."""
    starts = loops.ordering.starts
    component = int(np.searchsorted(starts, np.flatnonzero(~gives)[0], side="right")) - 1
    return name_activities(sampled.system, loops.activity[starts[component] : starts[component + 1]])
