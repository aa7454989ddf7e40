"""Draws, solved: the intensities of every activity in some draws, split by label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.kernels.places import write_parts
from lcaengine.kernels.terms import subtract_background
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import Intensities, name_activities, solve_stages
from lcaengine.uncertainty.lost import name_lost
from lcaengine.uncertainty.room import Room, make_aligned
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.starved import find_starved, take_draw
from lcaengine.uncertainty.structure import Structure
from lcaengine.uncertainty.supplies import find_unsupplied
from lcaengine.uncertainty.values import draw_rows, list_static_rows

__all__ = ["Solved", "solve_draw_blocks", "solve_static", "solve_values"]

Numbers = NDArray[np.float64]

WORST_ERROR = 1e-9
"""Componentwise backward error beyond which a draw counts as not solved [1]."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Intensities in some draws.

    Attributes
    ----------
    intensity : (n, parts, k, draws) float64
        By label, then unassigned, then total, or the total alone where there are no labels; NaN in draws that have no
        answer.
    residual : float
        Worst verified componentwise backward error [1].
    slow : set of int
        Draws whose loops were factorized.
    infeasible : dict of int to str
        Draws in which a loop needs at least what it makes, or has no answer, and what it is.
    """

    intensity: Numbers
    residual: float
    slow: set[int]
    infeasible: dict[int, str]


def solve_draw_blocks(
    sampled: Sampled,
    structure: Structure,
    static: Intensities,
    seed: int,
    first: int,
    blocks: int,
    room: Room | None = None,
    out: Numbers | None = None,
) -> Solved:
    """Draw and solve blocks of eight draws.

    Parameters
    ----------
    sampled : Sampled
    structure : Structure
    static : Intensities
        The static answer, where loops start from.
    seed : int
    first : int
        Block to start with: draws 8 first, 8 first + 1, ...
    blocks : int
    room : Room, optional
        Where it works, for who draws again and again.
    out : (n, parts, k, draws) float64, optional
        Where intensities are written, from draw 8 first on, if not to an array of their own.

    Returns
    -------
    Solved
    """
    room = room or Room()
    values = draw_rows(sampled, seed, first * DRAWS, blocks * DRAWS, room)
    return solve_values(sampled, structure, static, values, first, room, out)


def solve_values(
    sampled: Sampled,
    structure: Structure,
    static: Intensities,
    values: Numbers,
    first: int = 0,
    room: Room | None = None,
    out: Numbers | None = None,
) -> Solved:
    """Solve for values of all rows; parameters as there.

    Parameters
    ----------
    values : (rows, blocks * 8) float64
        As :func:`~lcaengine.uncertainty.values.draw_rows` gives them.

    Returns
    -------
    Solved
    """
    (n, k), blocks, room = static.total.shape, values.shape[1] // DRAWS, room or Room()
    direct = sampled.burdens.sum(values, room.take("burdens", blocks, n * k * DRAWS)).reshape(blocks, n, k, DRAWS)
    whole = make_aligned(n, structure.parts, k, blocks * DRAWS) if out is None else out
    at = 0 if out is None else first * DRAWS
    part, downstream = structure.background, structure.downstream
    background, error = part.solve(values, direct, static.unassigned[part.activity], room, part.activity, "background")
    owned = np.empty((blocks, 0))
    if structure.labels and len(downstream.activity):
        parts, more = _solve_labels(structure, values, direct, background, static, room)
        owned, error = parts.reshape(blocks, -1), np.maximum(error, more)
    write_parts(
        background.reshape(blocks, len(part.activity) * k * DRAWS), part.place, owned, downstream.place, whole, at
    )
    worst = error.reshape(-1)
    starved = find_starved(sampled, structure, values, whole, at, direct, worst <= WORST_ERROR)
    starved |= find_unsupplied(sampled.system, sampled.supplies, values)
    infeasible = {first * DRAWS + draw: why for draw, why in starved.items()}
    intensity = whole[..., at : at + blocks * DRAWS]
    return _solve_others(sampled, structure, values, direct, intensity, worst, first * DRAWS, infeasible)


def solve_static(sampled: Sampled, structure: Structure) -> Intensities:
    """Solve the system as it stands, with every amount at its static value.

    Parameters
    ----------
    sampled : Sampled
    structure : Structure

    Returns
    -------
    Intensities
    """
    system, n = sampled.system, len(sampled.outputs)
    values = list_static_rows(sampled, DRAWS)
    direct = sampled.burdens.sum(values).reshape(n, -1, DRAWS)[:, :, 0]
    return solve_stages(
        system.coupling, direct, structure.label, structure.labels, lambda at: name_activities(system, at)
    )


def _solve_labels(
    structure: Structure, values: Numbers, direct: Numbers, background: Numbers, static: Intensities, room: Room
) -> tuple[Numbers, Numbers]:
    """Solve what labelled activities own, by place: (blocks, m, labels * k, 8)."""
    blocks, k = len(direct), direct.shape[2]
    labels, part = structure.labels, structure.downstream
    owned = np.ascontiguousarray(direct[:, structure.labelled])
    taken = structure.taken.sum(values)
    for column in range(k):
        own = np.ascontiguousarray(owned[:, :, column]).reshape(blocks, -1)
        flat = np.ascontiguousarray(background[:, :, column]).reshape(blocks, -1)
        subtract_background((0,), structure.starts, structure.provider, taken, flat, own)
        owned[:, :, column] = own.reshape(blocks, -1, DRAWS)
    right = np.zeros((blocks, len(part.activity), labels, k, DRAWS))
    right[:, part.place[structure.labelled], structure.label[structure.labelled]] = owned
    start = static.parts[part.activity].reshape(len(part.activity), -1)
    return part.solve(values, right.reshape(blocks, len(part.activity), -1, DRAWS), start, room)


def _solve_others(
    sampled: Sampled,
    structure: Structure,
    values: Numbers,
    direct: Numbers,
    intensity: Numbers,
    error: Numbers,
    first: int,
    infeasible: dict[int, str],
) -> Solved:
    """Factorize the feasible draws whose sweeps do not converge; those that have no answer are no numbers."""
    converged = error <= WORST_ERROR
    residual, slow = float(error[converged].max(initial=0.0)), set[int]()
    for draw in np.flatnonzero(~converged).tolist():
        if first + draw in infeasible:
            continue
        slow.add(first + draw)
        coupling = take_draw(sampled.pattern, sampled.amounts, sampled.outputs, values, draw)
        right = direct[draw // DRAWS, :, :, draw % DRAWS]
        lost = name_lost(sampled, values[:, draw], coupling, right)
        if lost:
            infeasible[first + draw] = lost
            continue
        try:
            solved = solve_stages(
                coupling, right, structure.label, structure.labels, lambda at: name_activities(sampled.system, at)
            )
        except SolveError as refused:
            infeasible[first + draw] = refused.what
            continue
        residual = max(residual, solved.residual)
        intensity[:, -1, :, draw] = solved.total
        if structure.labels:
            intensity[:, :-2, :, draw], intensity[:, -2, :, draw] = solved.parts, solved.unassigned
    intensity[..., [draw - first for draw in infeasible]] = np.nan
    return Solved(intensity, residual, slow, infeasible)
