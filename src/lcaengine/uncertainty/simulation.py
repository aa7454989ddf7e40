"""Simulation: footprints of everything, in a thousand draws of all that is uncertain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.footprints import Footprints, score
from lcaengine.footprints.ends import list_reference_units
from lcaengine.footprints.labels import find_labels
from lcaengine.inventory import Inventory
from lcaengine.kernels.statistics import measure_rows
from lcaengine.kernels.vectors import DRAWS
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.solve import Intensities
from lcaengine.uncertainty.capacity import refuse_size, refusing_memory
from lcaengine.uncertainty.choices import check_choices, check_progress, find_kept, match_limits
from lcaengine.uncertainty.pedigree import Pedigree, take_pedigree
from lcaengine.uncertainty.room import Room, make_aligned
from lcaengine.uncertainty.sampled import Sampled, sample_system
from lcaengine.uncertainty.samples import LEVELS, Samples
from lcaengine.uncertainty.solved import solve_draw_blocks, solve_static
from lcaengine.uncertainty.static import WRITTEN, score_at
from lcaengine.uncertainty.structure import Structure, build_structure
from lcaengine.uncertainty.table import refuse_overflow
from lcaengine.uncertainty.turns import split_blocks

__all__ = [
    "Plan",
    "Prepared",
    "draw_indicators",
    "prepare_draws",
    "refuse_infeasible",
    "simulate",
    "simulate_footprints",
]

Numbers = NDArray[np.float64]

MOST_BYTES = 1 << 30
"""What draws may hold at a time; where all indicators need more, they are drawn in turns, in the same draws."""
UNSPLIT = 2
"""Parts of a footprint where there are no labels: what is unassigned, and the total."""
MOST_INFEASIBLE = 0.01
"""Share of draws without an answer beyond which there is no result [1]."""


def simulate(
    inventory: Inventory,
    method: Method | str | Path = "core",
    draws: int = 1000,
    seed: int = 1,
    policy: Policy | None = None,
    by: str = "stage",
    pedigree: Pedigree | None = None,
    indicators: Sequence[str] = (),
    keep: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
    static: str = "written",
    limits: Mapping[str, float] | None = None,
) -> Samples:
    """Draw and score every product, supplier, stage and indicator of an inventory.

    In each draw every exchange, market share, allocation factor and factor of the method that has a distribution takes
    a value of its own, and ``A' Y = (C B)'`` is solved for all activities. Draw d is a function of the seed, of d and
    of what identifies each of them: it is the same with other draws, rows and threads.

    Parameters
    ----------
    inventory : Inventory
    method : Method, str or Path
    draws : int
        At least 2.
    seed : int
        From 0 to 2^64 - 1.
    policy : Policy, optional
    by : {"stage", "supplier", "location"}
        What each footprint is split by.
    pedigree : Pedigree, optional
        What is made of pedigrees: by default ecoinvent's table of squared factors, with a basic factor of 1.05.
    indicators : sequence of str
        Those that are drawn; all of the method by default.
    keep : sequence of str
        Ids of processes, bills, products and suppliers whose draws are kept one by one, ``PROCESS:PRODUCT`` or
        ``PRODUCT@PLACE``; end products by default.
    progress : callable, optional
        Is told draws done, and all.
    static : {"written", "medians", "means"}
        What `value` is scored at: amounts as they are written, or the medians or means of their distributions. Draws
        are the same.
    limits : dict of str to float, optional
        By indicator, what totals are compared with [unit of the indicator / reference unit of the product]; results get
        columns limit and p_limit, the share of draws at most the limit.

    Returns
    -------
    Samples

    Raises
    ------
    DataError
        With every blocking finding of the inventory.
    SolveError
        If more than one draw in a hundred has no answer; the loop is named.
    LcaError
        If a choice is none.

    Notes
    -----
    Shares by mass, energy or price move with what a process makes. Those of markets and allocations are Dirichlet
    distributions (:func:`~lcaengine.uncertainty.mixes.build_mixes`) that sum to one. Held at their static value: mixes
    by production_amount, and the renewable share of electricity.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> samples = lca.simulate(inventory, "core", draws=100, seed=7, indicators=["ghg"])
    >>> samples.get("ghg", process_id="refinery").shape
    (100,)
    """
    draws, seed = check_choices(draws, seed, by, static)
    footprints = score(inventory, method, policy, by)
    return simulate_footprints(footprints, draws, seed, pedigree, indicators, keep, progress, static, limits)


def simulate_footprints(
    footprints: Footprints,
    draws: int,
    seed: int,
    pedigree: Pedigree | None = None,
    indicators: Sequence[str] = (),
    keep: Sequence[str | int] = (),
    progress: Callable[[int, int], None] | None = None,
    static: str = "written",
    limits: Mapping[str, float] | None = None,
) -> Samples:
    """Draw what is scored; see :func:`simulate`. Activities may be kept by their position, too.

    Returns
    -------
    Samples
    """
    draws, seed = check_choices(draws, seed, footprints.by, static)
    check_progress(progress)
    every = range(len(footprints.method.indicators))
    chosen = list(dict.fromkeys(footprints.select(() if indicators is None else indicators))) or list(every)
    wanted = match_limits(footprints, limits, chosen)
    plan = Plan(footprints, draws, seed, take_pedigree(pedigree), find_kept(footprints, keep), progress, wanted)
    rescored = None if static == WRITTEN else score_at(footprints, static, plan.pedigree)
    with refusing_memory():
        samples = _draw_all(plan, chosen)
        refuse_overflow(samples)
    return samples if rescored is None else replace(samples, rescored=rescored, static_values=static)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn, and how; limits are of indicators by their position."""

    footprints: Footprints
    draws: int
    seed: int
    pedigree: Pedigree
    kept: NDArray[np.int64]
    progress: Callable[[int, int], None] | None
    limits: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the draws of some indicators need."""

    plan: Plan
    chosen: tuple[int, ...]
    sampled: Sampled
    structure: Structure
    static: Intensities
    units: Numbers


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the draws of some indicators gave."""

    mean: Numbers
    sd: Numbers
    quantiles: Numbers
    values: Numbers
    p_limit: Numbers
    uncertain: Mapping[str, int]
    infeasible: dict[int, str]
    slow: set[int]
    residual: float


def _draw_all(plan: Plan, chosen: list[int]) -> Samples:
    """Draw all indicators, in turns where memory does not hold them."""
    footprints = plan.footprints
    n, parts = len(footprints.value), _count_parts(footprints)
    padded = -(-plan.draws // DRAWS) * DRAWS
    at_once = max(1, MOST_BYTES // (8 * n * parts * padded))
    turns = [
        draw_indicators(prepare_draws(plan, chosen[first : first + at_once]), first, len(chosen))
        for first in range(0, len(chosen), at_once)
    ]
    return Samples(
        footprints=footprints,
        indicators=tuple(chosen),
        draws=plan.draws,
        seed=plan.seed,
        pedigree=plan.pedigree,
        mean=np.concatenate([turn.mean for turn in turns], axis=2),
        sd=np.concatenate([turn.sd for turn in turns], axis=2),
        quantiles=np.concatenate([turn.quantiles for turn in turns], axis=2),
        kept=plan.kept,
        values=np.concatenate([turn.values for turn in turns], axis=2),
        limits={footprints.method.indicators[k].id: limit for k, limit in plan.limits.items()},
        p_limit=np.concatenate([turn.p_limit for turn in turns], axis=2),
        uncertain=sum(turns[0].uncertain.values()),
        uncertain_by_table=turns[0].uncertain,
        infeasible={draw: why for turn in reversed(turns) for draw, why in turn.infeasible.items()},
        slow=len(set[int]().union(*(turn.slow for turn in turns))),
        residual=max(turn.residual for turn in turns),
    )


def _count_parts(footprints: Footprints) -> int:
    """Count the parts that are drawn: where there are no labels, what is unassigned is the total, to the bit."""
    return len(footprints.stages) if len(footprints.stages) > UNSPLIT else 1


def prepare_draws(plan: Plan, chosen: list[int]) -> Prepared:
    """Write the system as sums of drawn values for some indicators, find its structure, and solve it as it stands."""
    labels, label = find_labels(plan.footprints.system, plan.footprints.by)
    sampled = sample_system(plan.footprints, chosen, plan.pedigree)
    structure = build_structure(sampled, label, len(labels))
    units = list_reference_units(plan.footprints.system)
    return Prepared(plan, tuple(chosen), sampled, structure, solve_static(sampled, structure), units)


def draw_indicators(prepared: Prepared, before: int, every: int) -> _Turn:
    """Draw some indicators for all activities, and take statistics over the draws."""
    plan, chosen = prepared.plan, list(prepared.chosen)
    footprints, draws, sampled = plan.footprints, plan.draws, prepared.sampled
    n, parts = len(footprints.value), prepared.structure.parts
    blocks = -(-draws // DRAWS)
    whole = 1 if draws % DRAWS == 0 else 2  # draws that are not all of their blocks are copied to be measured
    refuse_size(draws, 8 * (parts * n * len(chosen) * whole + 2 * len(footprints.stages) * len(plan.kept) * every))
    values = make_aligned(n, parts, len(chosen), blocks * DRAWS)
    infeasible: dict[int, str] = {}
    residual, slow = prepared.static.residual, set[int]()
    room = Room()
    for first, count in split_blocks(blocks, len(sampled.amounts) + n * parts * len(chosen)):
        solved = solve_draw_blocks(sampled, prepared.structure, prepared.static, plan.seed, first, count, room, values)
        infeasible |= {draw: why for draw, why in solved.infeasible.items() if draw < draws}
        slow |= {draw for draw in solved.slow if draw < draws}
        residual = max(residual, solved.residual)
        if plan.progress:
            plan.progress((before * blocks + len(chosen) * (first + count)) * draws // (every * blocks), draws)
    refuse_infeasible(infeasible, draws)
    feasible = np.ones(values.shape[-1], np.bool_)
    feasible[draws:] = False
    feasible[list(infeasible)] = False
    known = ~np.isnan(footprints.value[:, :, chosen])
    measured = _measure(values, feasible, known) * prepared.units[:, None, None, None]
    kept = values[plan.kept, ..., :draws] * prepared.units[plan.kept, None, None, None]
    kept = np.where(known[plan.kept][..., None], kept, np.nan)  # also gives what is unassigned where it is the total
    p_limit = np.full(known.shape, np.nan)
    for at, k in enumerate(chosen):
        if k in plan.limits:
            totals = values[:, -1, at][:, feasible] * prepared.units[:, None]
            p_limit[:, -1, at] = np.where(known[:, -1, at], (totals <= plan.limits[k]).mean(axis=1), np.nan)
    mean, sd, quantiles = measured[..., 0], measured[..., 1], measured[..., 2:]
    return _Turn(mean, sd, quantiles, kept, p_limit, sampled.uncertain_by_table, infeasible, slow, residual)


def _measure(values: Numbers, feasible: NDArray[np.bool_], known: NDArray[np.bool_]) -> Numbers:
    """Measure mean, sd and quantiles over the draws that have an answer, of what is known: (n, parts, k, 5)."""
    rows, parts = values.reshape(-1, values.shape[-1]), values.shape[1]
    counted = known if parts > 1 else known.any(axis=1, keepdims=True)
    chosen = np.flatnonzero(counted)
    if not feasible.all():
        rows, chosen = rows[np.ix_(chosen, np.flatnonzero(feasible))], np.arange(len(chosen))
    normal = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    found = np.empty((len(chosen), 2 + len(LEVELS)))
    measure_rows(rows, chosen, np.array(LEVELS), normal, found)
    measured = np.full((*counted.shape, 2 + len(LEVELS)), np.nan)
    measured[counted] = found
    return np.where(known[..., None], measured, np.nan)


def refuse_infeasible(infeasible: Mapping[int, str], draws: int, of: str = "") -> None:
    """Raise where too many draws, `of` what, have no answer."""
    if len(infeasible) > MOST_INFEASIBLE * draws:
        draw, why = min(infeasible.items())
        what = f"{len(infeasible)} of {draws} draws{of} have no answer; in draw {draw}, {why}"
        raise SolveError(what, "simulate", "narrow the distributions of what it names")
