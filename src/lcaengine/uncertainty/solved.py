"""Draws, solved: the intensities of every activity in some draws, split by label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.kernels.terms import subtract_background
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import Intensities, name_activities, solve_stages
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.starved import find_starved, take_draw
from lcaengine.uncertainty.structure import Structure
from lcaengine.uncertainty.supplies import find_unsupplied
from lcaengine.uncertainty.values import draw_rows, list_static_rows

__all__ = ["Solved", "solve_draw_blocks", "solve_static"]

Numbers = NDArray[np.float64]

WORST_ERROR = 1e-9
"""Componentwise backward error beyond which a draw counts as not solved [1]."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Intensities in some draws.

    Attributes
    ----------
    intensity : (n, labels + 2, k, draws) float64
        By label, then unassigned, then total; NaN in draws that have no answer.
    residual : float
        Worst verified componentwise backward error [1].
    slow : int
        Draws whose loops were factorized.
    infeasible : dict of int to str
        Draws in which a loop needs at least what it makes, or has no answer, and what it is.
    """

    intensity: Numbers
    residual: float
    slow: int
    infeasible: dict[int, str]


def solve_draw_blocks(
    sampled: Sampled, structure: Structure, static: Intensities, seed: int, first: int, blocks: int
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

    Returns
    -------
    Solved
    """
    values = draw_rows(sampled, seed, first * DRAWS, blocks * DRAWS)
    n, k = static.total.shape
    direct = sampled.burdens.sum(values).reshape(blocks, n, k, DRAWS)
    unassigned, error = _solve_background(structure, values, direct, static)
    parts, more = _solve_labels(structure, values, direct, unassigned, static)
    error = np.maximum(error, more)
    whole = np.empty((n, structure.labels + 2, k, blocks, DRAWS))
    whole[:, :-2] = parts
    whole[:, -2] = unassigned.transpose(1, 2, 0, 3)
    whole[:, -1] = parts.sum(axis=1) + whole[:, -2]
    intensity = whole.reshape(n, structure.labels + 2, k, blocks * DRAWS)
    return _solve_others(sampled, structure, values, direct, intensity, error.reshape(-1), first * DRAWS)


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


def _solve_background(
    structure: Structure, values: Numbers, direct: Numbers, static: Intensities
) -> tuple[Numbers, Numbers]:
    """Solve the unlabelled activities: (blocks, n, k, 8), zero for the others."""
    part, answer = structure.background, np.zeros(direct.shape)
    if not len(part.activity):
        return answer, np.zeros((len(direct), DRAWS))
    x, error = part.solve(values, direct[:, part.activity], static.unassigned[part.activity])
    answer[:, part.activity] = x
    return answer, error


def _solve_labels(
    structure: Structure, values: Numbers, direct: Numbers, unassigned: Numbers, static: Intensities
) -> tuple[Numbers, Numbers]:
    """Solve what labelled activities own: (n, labels, k, blocks, 8)."""
    blocks, n, k, _ = direct.shape
    labels, part = structure.labels, structure.downstream
    answer = np.zeros((n, labels, k, blocks, DRAWS))
    if not labels or not len(part.activity):
        return answer, np.zeros((blocks, DRAWS))
    owned = np.ascontiguousarray(direct[:, structure.labelled])
    taken = structure.taken.sum(values)
    places = unassigned[:, structure.background.activity]
    for column in range(k):
        own = np.ascontiguousarray(owned[:, :, column]).reshape(blocks, -1)
        flat = np.ascontiguousarray(places[:, :, column]).reshape(blocks, -1)
        subtract_background((0,), structure.starts, structure.provider, taken, flat, own)
        owned[:, :, column] = own.reshape(blocks, -1, DRAWS)
    right = np.zeros((blocks, len(part.activity), labels, k, DRAWS))
    right[:, part.place[structure.labelled], structure.label[structure.labelled]] = owned
    start = static.parts[part.activity].reshape(len(part.activity), -1)
    x, error = part.solve(values, right.reshape(blocks, len(part.activity), -1, DRAWS), start)
    answer[part.activity] = x.reshape(blocks, len(part.activity), labels, k, DRAWS).transpose(1, 2, 3, 0, 4)
    return answer, error


def _solve_others(
    sampled: Sampled,
    structure: Structure,
    values: Numbers,
    direct: Numbers,
    intensity: Numbers,
    error: Numbers,
    first: int,
) -> Solved:
    """Find the draws that have no answer, and factorize those whose sweeps do not converge."""
    converged = error <= WORST_ERROR
    starved = find_starved(sampled, structure, values, intensity, direct)
    starved |= find_unsupplied(sampled.system, sampled.supplies, values)
    infeasible = {first + draw: why for draw, why in starved.items()}
    residual, slow = float(error[converged].max(initial=0.0)), 0
    for draw in np.flatnonzero(~converged).tolist():
        if first + draw in infeasible:
            continue
        slow += 1
        coupling = take_draw(sampled.pattern, sampled.amounts, sampled.outputs, values, draw)
        right = direct[draw // DRAWS, :, :, draw % DRAWS]
        try:
            solved = solve_stages(
                coupling, right, structure.label, structure.labels, lambda at: name_activities(sampled.system, at)
            )
        except SolveError as refused:
            infeasible[first + draw] = refused.what
            continue
        residual = max(residual, solved.residual)
        intensity[:, :-2, :, draw] = solved.parts
        intensity[:, -2, :, draw], intensity[:, -1, :, draw] = solved.unassigned, solved.total
    intensity[..., [draw - first for draw in infeasible]] = np.nan
    return Solved(intensity, residual, slow, infeasible)
