"""Drivers: the exchanges, factors and shares a score answers to, and what a better measurement of each would buy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, check_cutoff, choose_activity, follow_chain
from lcaengine.drivers.figure import Far, check_stage, list_far, name_figure
from lcaengine.drivers.sources import Sources, draw_effects, draw_sources, find_sources
from lcaengine.drivers.table import Listed, choose_rows, tabulate_drivers
from lcaengine.errors import SolveError
from lcaengine.footprints import Footprints
from lcaengine.uncertainty import Pedigree, check_choices
from lcaengine.uncertainty.capacity import refuse_size, refusing_memory
from lcaengine.uncertainty.choices import FEWEST_DRAWS, check_progress
from lcaengine.uncertainty.derivatives import find_derivatives
from lcaengine.uncertainty.draws import check_whole
from lcaengine.uncertainty.first_order import LOG, choose_scale, measure_spread
from lcaengine.uncertainty.pedigree import take_pedigree
from lcaengine.uncertainty.ranks import correlate_ranks
from lcaengine.uncertainty.simulation import Plan, draw_indicators, prepare_draws

if TYPE_CHECKING:
    import pandas as pd

    from lcaengine.plots import Picture

__all__ = ["Drivers", "Simulated", "list_drivers"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the draws say of the same score.

    Attributes
    ----------
    draws, seed : int
    without_answer : int
        Draws that have none, and are left out.
    mean, sd, p2_5, p50, p97_5 : float
        [unit of the indicator / reference unit]
    """

    draws: int
    seed: int
    without_answer: int
    mean: float
    sd: float
    p2_5: float
    p50: float
    p97_5: float

    @property
    def answered(self) -> int:
        """Draws that have an answer."""
        return self.draws - self.without_answer


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives one score, and its spread.

    Attributes
    ----------
    name : str
        Of the activity whose score it is; with its product, where its process has several.
    activity : int
        Its position in the footprints.
    source : str
        Inventory, with the beginning of its hash, and method.
    indicator, indicator_name, unit, per, stage : str
    total : float
        The score, of the amounts as written [unit of the indicator / reference unit].
    status : str
        Of the score: complete, fallback, proxy or cut_off.
    uncertain : int
        Uncertain numbers that the score answers to; the shares of one market or allocation count as one.
    scale : {"linear", "log"}
        On what scale the spread is found to first order.
    sd : float
        Standard deviation of the score, to first order [unit of the indicator / reference unit].
    geometric_sd : float or None
        Geometric standard deviation on the logarithmic scale [1].
    far : tuple of Far
        Amounts the score answers to that are not where their draws are; what moves the score most first.
    simulated : Simulated or None
        The same by draws, where they were asked for.
    pedigree : Pedigree
        What was made of pedigrees.
    table : pyarrow.Table
        One row an exchange, a factor of the method, an amount or share of a market, a share of an allocation that is
        given, and a mix: a market or allocation whose shares are uncertain. Its `amount` [amount_unit, the reference
        unit of the flow], `derivative` [unit of the score / amount_unit], `elasticity`, `score_sd` (standard deviation
        of the score by it alone, to first order), `variance_share` (contribution to the variance), `spearman` (rank
        correlation in draws), and by how much of itself the score's 95 % interval would narrow were it known exactly,
        or with half its spread. The shares of a mix sum to one and are one driver: what concerns the spread stands in
        the row of the mix, derivative and elasticity in rows of its shares, which follow and name it in `mix`. Largest
        share of the variance first, then the largest elasticity; then the rest, in one row.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> drivers = lca.list_drivers(footprints, product_id="metal", draws=0)
    >>> drivers.table["part"][0].as_py()
    'grid: Carbon dioxide, fossil (air)'
    """

    name: str
    activity: int
    source: str
    indicator: str
    indicator_name: str
    unit: str
    per: str
    stage: str
    total: float
    status: str
    uncertain: int
    scale: str
    sd: float
    geometric_sd: float | None
    far: tuple[Far, ...]
    simulated: Simulated | None
    pedigree: Pedigree
    table: pa.Table

    def __repr__(self) -> str:
        figure = f"{self.indicator} of {self.name}: {self.total:.6g} {self.unit}/{self.per}"
        return f"Drivers({figure}, sd {self.sd:.3g}, {self.table.num_rows} rows)"

    def to_pandas(self) -> pd.DataFrame:
        """Give the table as a data frame."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame

    def plot(self) -> Picture:
        """Draw a tornado: the score with each uncertain amount one standard deviation lower and higher, to first order.

        Returns
        -------
        Picture
            A notebook shows it; its ``save`` writes ``.png``, ``.svg`` or ``.html``.

        Raises
        ------
        LcaError
            If nothing that is listed varies, or matplotlib (extra ``plots``) is not installed.
        """
        from lcaengine.drivers.tornado import draw_drivers

        return draw_drivers(self)


def list_drivers(
    footprints: Footprints,
    *,
    process_id: str = "",
    product_id: str = "",
    supplier_id: str = "",
    location: str = "",
    indicator: str = "ghg",
    stage: str = "total",
    cutoff: float = 0.01,
    draws: int = 1000,
    seed: int = 1,
    pedigree: Pedigree | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Drivers:
    """List the exchanges, factors and shares that drive one score, and its spread.

    The elasticity of a score h by an amount x is ``x/h dh/dx``: by how many percent h moves where x moves by one;
    derivatives are exact (:func:`~lcaengine.uncertainty.derivatives.find_derivatives`). The variance, and what each
    adds to it, are to first order around the numbers as written
    (:func:`~lcaengine.uncertainty.first_order.measure_spread`). Draws stand beside: where spreads are wide they differ
    from that, and the draws are right.

    Shares of markets, and factors of an allocation that are given, count whether they are certain or not. Where share i
    moves by t, every other one of its market or allocation becomes ``s_j (1 - s_i - t) / (1 - s_i)``, so that they sum
    to one as before; all shares of one that is uncertain are one driver of the spread. A share of zero moves nothing
    where it moves in proportion, one of one has nothing that gives way: neither has a row, nor have mixes by production
    and contracts by amount that are a part of what their place supplies.

    Parameters
    ----------
    footprints : Footprints
    process_id, product_id, supplier_id, location, indicator : str
        As in :func:`list_contributions`.
    stage : str
        A stage (or other label by which the footprints are split), ``unassigned`` or ``total``.
    cutoff : float
        Where both the elasticity, per all that adds up to the score, and the share of the variance are below this, an
        amount is in one row with others, the rest [1].
    draws : int
        For Monte Carlo numbers beside; none with 0.
    seed : int
    pedigree : Pedigree, optional
        What is made of pedigrees.
    progress : callable, optional
        Is told draws done, and all.

    Returns
    -------
    Drivers

    Raises
    ------
    LcaError
        If what is named is not one activity, its figure is missing, or a choice is none.
    DataError
        If a distribution that the score answers to has no variance.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> drivers = lca.list_drivers(footprints, product_id="metal", draws=0)
    >>> [(r["part"], round(r["elasticity"], 3)) for r in drivers.table.to_pylist()[:2]]
    [('grid: Carbon dioxide, fossil (air)', 0.844), ('mine-a: electricity', 0.533)]
    """
    check_cutoff(cutoff)
    check_stage(footprints, stage)
    check_progress(progress)
    is_drawn = check_whole(draws, "draws") != 0
    drawn, seed = check_choices(draws if is_drawn else FEWEST_DRAWS, seed, footprints.by if is_drawn else "stage")
    ids = {"process_id": process_id, "product_id": product_id, "supplier_id": supplier_id, "location": location}
    activity = choose_activity(footprints, **ids)
    chosen = np.array([activity])
    plan = Plan(footprints, drawn if is_drawn else 0, seed, take_pedigree(pedigree), chosen, progress)
    return _find_drivers(follow_chain(footprints, activity, indicator), plan, stage, cutoff)


def _find_drivers(chain: Chain, plan: Plan, stage: str, cutoff: float) -> Drivers:
    """Find the drivers of one part of a figure, and its spread to first order and, where asked for, by draws."""
    footprints, activity = chain.footprints, np.array([chain.activity])
    found = find_derivatives(footprints, chain.activity, chain.indicator, stage, plan.pedigree)
    sources = find_sources(chain, found)
    scale = choose_scale(found.score, found.carried, sources.effects)
    spread = measure_spread(found.score, sources.effects, scale)
    if not np.isfinite(spread.sd):
        raise SolveError("the spread is too large for a number", chain.name(activity), "check amounts and units")
    listed = choose_rows(found, sources, spread, cutoff)
    simulated, spearman = None, np.full(len(listed.rows) + len(listed.mixes), np.nan)
    if plan.draws:
        simulated, spearman = _simulate(plan, chain.indicator, footprints.stages.index(stage), sources, listed)
    indicator, inventory = footprints.method.indicators[chain.indicator], footprints.system.inventory
    return Drivers(
        name=name_figure(chain),
        activity=chain.activity,
        source=f"{inventory.about.name} {inventory.hash[:12]}, {footprints.method.label}",
        indicator=indicator.id,
        indicator_name=indicator.name or indicator.id,
        unit=chain.unit,
        per=chain.per,
        stage=stage,
        total=found.score,
        status=footprints.status_of(chain.activity, chain.indicator),
        uncertain=len(np.unique(sources.driver[(sources.sd > 0) & (sources.slope != 0)])),
        scale=scale,
        sd=spread.sd,
        geometric_sd=float(np.exp(spread.sigma)) if scale == LOG else None,
        far=list_far(chain, sources),
        simulated=simulated,
        pedigree=plan.pedigree,
        table=tabulate_drivers(chain, (found.score, stage), sources, spread, listed, spearman),
    )


def _simulate(plan: Plan, indicator: int, part: int, sources: Sources, listed: Listed) -> tuple[Simulated, Numbers]:
    """Draw the score, and correlate it with what is drawn of the rows and mixes that are listed."""
    # The rows that are listed, their ranks, and room to find these.
    refuse_size(plan.draws, 8 * 3 * (len(listed.rows) + len(listed.mixes) + 1))
    with refusing_memory():
        turn = draw_indicators(prepare_draws(plan, [indicator]), 0, 1)
        scores, activity = turn.values[0, part, 0], int(plan.kept[0])
        drawn = draw_sources(sources, listed.rows, plan.seed, plan.draws)
        moved = draw_effects(sources, listed.mixes, plan.seed, plan.draws)
        spearman = correlate_ranks(np.concatenate([drawn, moved]), scores)
    low, middle, high = turn.quantiles[activity, part, 0].tolist()
    mean, sd = float(turn.mean[activity, part, 0]), float(turn.sd[activity, part, 0])
    return Simulated(plan.draws, plan.seed, len(turn.infeasible), mean, sd, low, middle, high), spearman
