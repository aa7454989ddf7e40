"""Drawn probes: what each kind of row stands for in every draw of the background."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints.score import score_system
from lcaengine.io.bundle import Bundle, pack_bundle, unpack_bundle
from lcaengine.kernels.supplier_draws import NOWHERE
from lcaengine.kernels.vectors import DRAWS
from lcaengine.method import Method
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.extended import Extended
from lcaengine.uncertainty.capacity import refuse_size
from lcaengine.uncertainty.simulation import Plan, prepare_draws, refuse_infeasible
from lcaengine.uncertainty.solved import solve_draw_blocks
from lcaengine.uncertainty.turns import split_blocks

__all__ = ["Drawn", "draw_probes", "pack_drawn", "unpack_drawn"]

Numbers = NDArray[np.float64]

MOST_BYTES = 1 << 30
"""What the draws of kinds of row may take up, and what is solved at a time; beyond it the first is refused."""
ALWAYS = 8
"""Numbers of a draw that are held whatever is bought: its own number, and room to sum a supplier's."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Burdens of one unit of every kind of row, draw by draw.

    Attributes
    ----------
    pool : (r, draws) float64
        Draws of a number each, an even number of them; what is the same in all draws stands once.
    place : (parts, k, c) int32
        Where the draws of a number of a kind of row stand, by the probes' parts and the drawn indicators; NOWHERE for
        what is zero.
    kept : (d,) int64
        Draws that have an answer.
    infeasible : dict of int to str
        Draws that have none, and why.
    slow : int
        Draws whose loops were factorized.
    residual : float
        Worst verified componentwise backward error [1].
    uncertain : int
        Rows of the background with a distribution, of all tables and of the method.
    """

    pool: Numbers
    place: NDArray[np.int32]
    kept: NDArray[np.int64]
    infeasible: Mapping[int, str]
    slow: int
    residual: float
    uncertain: int


def draw_probes(
    extended: Extended,
    method: Method,
    parts: tuple[str, ...],
    count: int,
    drawing: Drawing,
    progress: Callable[[int, int], None] | None = None,
) -> Drawn:
    """Draw the background with its probes, and keep the draws of these.

    Parameters
    ----------
    extended : Extended
    method : Method
    parts : tuple of str
        Parts that results have, as in :class:`~lcaengine.suppliers.probes.Probes`.
    count : int
        Kinds of row, with and without a probe.
    drawing : Drawing
    progress : callable, optional
        Is told draws done, and all.

    Returns
    -------
    Drawn

    Raises
    ------
    SolveError
        If more than one draw in a hundred has no answer; the loop is named.
    LcaError
        If there are more numbers than memory is meant to hold.
    """
    footprints = score_system(extended.system, method, extended.matched)
    none = np.zeros(0, np.int64)
    plan = Plan(footprints, drawing.draws, drawing.seed, drawing.pedigree, none, progress)
    chosen = footprints.select(drawing.indicators)
    of = [parts.index(part) for part in footprints.stages]
    place = np.full((len(parts), len(chosen), count), NOWHERE, np.int32)
    pool: list[Numbers] = []
    known: dict[bytes, int] = {}
    solved = _Solved({}, 0, 0.0, 0)
    padded = -(-drawing.draws // DRAWS) * DRAWS
    at_once = max(1, MOST_BYTES // max(1, 8 * len(extended.probed) * len(of) * padded))
    refuse_size(drawing.draws, 8 * (len(extended.probed) * len(of) + ALWAYS))
    for first in range(0, len(chosen), at_once):
        some = chosen[first : first + at_once]
        values, solved = _draw_turn(plan, some, extended.activity, solved, (first, len(chosen)))
        for part, k, probe in np.argwhere(np.moveaxis(np.asarray(values.any(axis=-1)), 0, -1)).tolist():
            draws = values[probe, part, k]
            digest = hashlib.blake2b(draws.tobytes(), digest_size=16).digest()
            if digest not in known:
                known[digest] = len(pool)
                pool.append(draws.copy())
                _refuse_size(pool, drawing)
            place[of[part], first + k, extended.probed[probe]] = known[digest]
    kept = np.setdiff1d(np.arange(drawing.draws), list(solved.infeasible))
    width = 2 * -(-drawing.draws // 2)
    every = np.stack(pool) if pool else np.zeros((0, width))
    return Drawn(every, place, kept, solved.infeasible, solved.slow, solved.residual, solved.uncertain)


@dataclass(frozen=True, slots=True)
class _Solved:
    """How the draws were solved."""

    infeasible: Mapping[int, str]
    slow: int
    residual: float
    uncertain: int


def _draw_turn(
    plan: Plan, chosen: list[int], activity: NDArray[np.int64], before: _Solved, turn: tuple[int, int]
) -> tuple[Numbers, _Solved]:
    """Draw some indicators of the probes: (q, parts, k, draws), zero in draws that have no answer."""
    prepared = prepare_draws(plan, chosen)
    blocks, width = -(-plan.draws // DRAWS), 2 * -(-plan.draws // 2)
    values = np.empty((len(activity), len(plan.footprints.stages), len(chosen), blocks * DRAWS))
    infeasible: dict[int, str] = {}
    slow, residual = set[int](), max(before.residual, prepared.static.residual)
    entries = len(prepared.sampled.amounts) + plan.footprints.value[:, :, 0].size * len(chosen)
    for first, count in split_blocks(blocks, entries):
        solved = solve_draw_blocks(prepared.sampled, prepared.structure, prepared.static, plan.seed, first, count)
        values[..., first * DRAWS : (first + count) * DRAWS] = solved.intensity[activity]  # of parts, or all alike
        infeasible |= solved.infeasible
        slow |= {draw for draw in solved.slow if draw < plan.draws}
        residual = max(residual, solved.residual)
        if plan.progress:
            done = turn[0] * blocks + len(chosen) * (first + count)
            plan.progress(done * plan.draws // (turn[1] * blocks), plan.draws)
    values[..., list(infeasible)] = 0.0
    infeasible = {draw: why for draw, why in infeasible.items() if draw < plan.draws}
    refuse_infeasible(infeasible, plan.draws, " of the background")
    uncertain = prepared.sampled.uncertain
    return values[..., :width], _Solved(infeasible, max(before.slow, len(slow)), residual, uncertain)


def _refuse_size(pool: list[Numbers], drawing: Drawing) -> None:
    """Raise where the draws of kinds of row are more than memory is meant to hold."""
    if len(pool) * pool[0].nbytes > MOST_BYTES:
        what = f"{drawing.draws} draws of {len(drawing.indicators)} indicators of all that suppliers buy are too many"
        raise LcaError(f"{what}: more than {MOST_BYTES >> 30} GiB", "simulate", "name fewer indicators, or fewer draws")


def pack_drawn(drawn: Drawn) -> bytes:
    """Write drawn probes as bytes, the same for the same draws."""
    about = {
        "infeasible": {str(draw): why for draw, why in drawn.infeasible.items()},
        **{name: getattr(drawn, name) for name in ("slow", "residual", "uncertain")},
    }
    arrays = {name: getattr(drawn, name) for name in ("pool", "place", "kept")}
    return b"".join(piece.to_pybytes() for piece in pack_bundle(Bundle(about, arrays, {})))


def unpack_drawn(content: bytes | memoryview) -> Drawn:
    """Read drawn probes that :func:`pack_drawn` wrote."""
    bundle = unpack_bundle(content)
    infeasible = {int(draw): why for draw, why in bundle.about["infeasible"].items()}
    about, arrays = bundle.about, bundle.arrays
    return Drawn(
        pool=arrays["pool"].copy(),  # kernels are compiled for what can be written to
        place=arrays["place"],
        kept=arrays["kept"].copy(),
        infeasible=infeasible,
        slow=about["slow"],
        residual=about["residual"],
        uncertain=about["uncertain"],
    )
