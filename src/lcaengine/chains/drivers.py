"""Drivers: the exchanges a score answers to, and what a better measurement of each would buy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, check_cutoff, choose_activity, follow_chain
from lcaengine.chains.parts import name_flow
from lcaengine.errors import DataError, LcaError
from lcaengine.footprints import Footprints
from lcaengine.inventory.inventory import Kind
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.uncertainty import Pedigree, check_choices, draw_values
from lcaengine.uncertainty.derivatives import Derivatives, find_derivatives
from lcaengine.uncertainty.first_order import LOG, FirstOrder, choose_scale, measure_spread
from lcaengine.uncertainty.moments import Moments, find_moments
from lcaengine.uncertainty.ranks import correlate_ranks
from lcaengine.uncertainty.simulation import FEWEST_DRAWS, Plan, draw_indicators, prepare_draws

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Drivers", "Simulated", "list_drivers"]

Numbers = NDArray[np.float64]

REST = "rest"
SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("row", pa.int64()),
        ("process_id", pa.string()),
        ("flow_id", pa.string()),
        ("direction", pa.string()),
        ("provider_id", pa.string()),
        ("location", pa.string()),
        ("amount", pa.float64()),
        ("amount_unit", pa.string()),
        ("distribution", pa.string()),
        ("amount_sd", pa.float64()),
        ("derivative", pa.float64()),
        ("elasticity", pa.float64()),
        ("variance_share", pa.float64()),
        ("spearman", pa.float64()),
        ("narrower_if_exact", pa.float64()),
        ("narrower_if_halved", pa.float64()),
        ("parts", pa.int64()),
    ]
)
"""`row` is that of the table `exchanges`, from 1; `parts` counts what a row of this table holds: one, or the rest."""


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


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives one score, and its spread.

    Attributes
    ----------
    name : str
        Of the activity whose score it is.
    indicator, unit, per, stage : str
    total : float
        The score, of the amounts as written [unit of the indicator / reference unit].
    uncertain : int
        Uncertain exchanges that the score answers to.
    scale : {"linear", "log"}
        On what scale the spread is found to first order.
    sd : float
        Standard deviation of the score, to first order [unit of the indicator / reference unit].
    geometric_sd : float or None
        Geometric standard deviation on the logarithmic scale [1].
    simulated : Simulated or None
        The same by draws, where they were asked for.
    pedigree : Pedigree
        What was made of pedigrees.
    table : pyarrow.Table
        One row an exchange: its `derivative` [unit of the indicator / amount_unit], `elasticity`, `variance_share`
        (contribution to the variance, to first order), `spearman` (rank correlation in the draws), and by how much of
        itself the 95 % interval of the score would narrow were its amount known exactly, or with half its spread.
        Largest share of the variance first, then the largest elasticity; then the rest, in one row.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> drivers = lca.list_drivers(footprints, product_id="metal", draws=0)
    >>> drivers.table["part"][0].as_py()
    'grid: Carbon dioxide, fossil (air)'
    """

    name: str
    indicator: str
    unit: str
    per: str
    stage: str
    total: float
    uncertain: int
    scale: str
    sd: float
    geometric_sd: float | None
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
    """List the exchanges that drive one score, and its spread.

    The elasticity of a score h by an amount x is ``x/h dh/dx``: by how many percent h moves where x moves by one. The
    derivatives are exact, of the whole system, loops included; see
    :func:`~lcaengine.uncertainty.derivatives.find_derivatives`. The variance, and each exchange's contribution to it,
    are to first order, around the amounts as written; see
    :func:`~lcaengine.uncertainty.first_order.measure_spread`. Draws stand beside them: where spreads are wide the two
    differ, and the draws are right.

    Parameters
    ----------
    footprints : Footprints
    process_id : str
        A process, or a bill of materials by its demand_id.
    product_id : str
        A product; alone it names its market, or its only maker.
    supplier_id, location, indicator : str
        Of whom, where, and of what.
    stage : str
        A stage (or other label by which the footprints are split), ``unassigned`` or ``total``.
    cutoff : float
        Exchanges below this elasticity and this share of the variance are one row, the rest [1].
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

    Notes
    -----
    Market shares, factors of the method and allocation factors that are given are held at their static value.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> drivers = lca.list_drivers(footprints, product_id="metal", draws=0)
    >>> [(r["part"], round(r["elasticity"], 3)) for r in drivers.table.to_pylist()[:2]]
    [('grid: Carbon dioxide, fossil (air)', 0.844), ('mine-a: electricity', 0.533)]
    """
    check_cutoff(cutoff)
    check_choices(draws or FEWEST_DRAWS, seed, footprints.by if draws else "stage")
    ids = {"process_id": process_id, "product_id": product_id, "supplier_id": supplier_id, "location": location}
    activity = choose_activity(footprints, **ids)
    if stage not in footprints.stages or (footprints.by == "scope" and stage != "total"):
        named = "total" if footprints.by == "scope" else ", ".join(footprints.stages)
        raise LcaError(f"stage is {stage!r}", "drivers", f"choose one of: {named}", given=stage)
    chain, used = follow_chain(footprints, activity, indicator), pedigree or Pedigree()
    found = find_derivatives(footprints, activity, chain.indicator, stage, used)
    moments = find_moments(found.rows)
    _refuse_variance(chain, found, moments)
    amount, slope, kind = found.rows.amount, found.slope, found.rows.kind
    scale = choose_scale(found.score, found.contributions, amount, slope, kind, moments)
    spread = measure_spread(found.score, amount, slope, kind, moments, scale)
    kept = _choose_rows(found, spread, cutoff)
    simulated, spearman = None, np.full(len(kept), np.nan)
    if draws:
        plan = Plan(footprints, draws, seed, used, np.array([activity]), progress)
        simulated, spearman = _simulate(plan, chain.indicator, footprints.stages.index(stage), found, kept)
    return Drivers(
        name=chain.name(np.array([activity])),
        indicator=indicator,
        unit=chain.unit,
        per=chain.per,
        stage=stage,
        total=found.score,
        uncertain=int(((moments.variance > 0) & (slope != 0)).sum()),
        scale=scale,
        sd=spread.sd,
        geometric_sd=float(np.exp(spread.sigma)) if scale == LOG else None,
        simulated=simulated,
        pedigree=used,
        table=_tabulate(chain, found, moments, spread, kept, spearman),
    )


def _refuse_variance(chain: Chain, found: Derivatives, moments: Moments) -> None:
    """Raise where the score answers to a distribution that has no variance."""
    without = np.flatnonzero((found.slope != 0) & ~(np.isfinite(moments.variance) & np.isfinite(moments.mean)))
    if not len(without):
        return
    at, inventory = int(without[0]), chain.footprints.system.inventory
    row, kind = int(found.rows.row[at]), UNCERTAINTY_TYPES[int(found.rows.kind[at])]
    what = f"the {kind} distribution of {_name_row(chain, row)} has no variance that is known"
    where = f"{inventory.label}, exchanges, row {inventory.exchanges.rows[row]}"
    raise DataError(what, where, "give it bounds on both sides, or another distribution")


def _choose_rows(found: Derivatives, spread: FirstOrder, cutoff: float) -> NDArray[np.int64]:
    """Choose the rows that are listed, in their order."""
    effect, share = np.abs(found.slope * found.rows.amount), np.nan_to_num(spread.share)
    counts = (effect >= cutoff * np.abs(found.contributions).sum()) | (share >= max(cutoff, np.finfo(float).tiny))
    kept = np.flatnonzero(counts & (found.slope != 0))
    return kept[np.lexsort((-effect[kept], -share[kept]))]


def _simulate(
    plan: Plan, indicator: int, part: int, found: Derivatives, kept: NDArray[np.int64]
) -> tuple[Simulated, Numbers]:
    """Draw the score, and correlate it with what is drawn of the rows that are listed."""
    turn = draw_indicators(prepare_draws(plan, [indicator]), 0, 1)
    scores, activity = turn.values[0, part, 0], int(plan.kept[0])
    spearman = np.full(len(kept), np.nan)
    drawn = np.flatnonzero(found.rows.kind[kept] > 1)
    if len(drawn):
        values = draw_values(found.rows.take(kept[drawn]), plan.seed, 0, plan.draws)
        spearman[drawn] = correlate_ranks(values, scores)
    low, middle, high = turn.quantiles[activity, part, 0].tolist()
    mean, sd = float(turn.mean[activity, part, 0]), float(turn.sd[activity, part, 0])
    return Simulated(plan.draws, plan.seed, len(turn.infeasible), mean, sd, low, middle, high), spearman


def _tabulate(
    chain: Chain,
    found: Derivatives,
    moments: Moments,
    spread: FirstOrder,
    kept: NDArray[np.int64],
    spearman: Numbers,
) -> pa.Table:
    """Give a row for each exchange that counts, and the rest."""
    score = found.score
    rows = []
    for at, rank in zip(kept.tolist(), spearman.tolist(), strict=True):
        slope, amount, kind = float(found.slope[at]), float(found.rows.amount[at]), int(found.rows.kind[at])
        varies = moments.variance[at] > 0
        own = _describe_row(chain, int(found.rows.row[at]))
        factor = own.pop("factor")
        rows.append(
            {
                **own,
                "amount": amount / factor,
                "distribution": UNCERTAINTY_TYPES[kind],
                "amount_sd": float(np.sqrt(moments.variance[at])) / factor if varies else None,
                "derivative": slope * factor,
                "elasticity": amount * slope / score if score else None,
                "variance_share": float(spread.share[at]) if varies else None,
                "spearman": None if np.isnan(rank) else rank,
                "narrower_if_exact": float(spread.narrower_if_exact[at]) if varies else None,
                "narrower_if_halved": float(spread.narrower_if_halved[at]) if varies else None,
                "parts": 1,
            }
        )
    left = found.slope != 0
    left[kept] = False
    if left.any():
        share = float(spread.share[left].sum())
        rows.append({"part": REST, "variance_share": None if np.isnan(share) else share, "parts": int(left.sum())})
    return pa.Table.from_pylist(rows, SCHEMA)


def _describe_row(chain: Chain, row: int) -> dict[str, Any]:
    """Say which exchange a row is, and how many base units its flow's unit has."""
    inventory = chain.footprints.system.inventory
    exchanges, processes, flow = inventory.exchanges, inventory.processes, int(inventory.exchanges.flow[row])
    process, provider, unit = int(exchanges.process[row]), int(exchanges.provider[row]), inventory.flows.units[flow]
    return {
        "part": _name_row(chain, row),
        "row": int(exchanges.rows[row]),
        "process_id": processes.ids[process].as_py(),
        "flow_id": inventory.flows.ids[flow].as_py(),
        "direction": "input" if exchanges.is_input[row] else "output",
        "provider_id": processes.ids[provider].as_py() if provider >= 0 else "",
        "location": exchanges.locate(row) or processes.location[process] or "",
        "amount_unit": unit.label,
        "factor": unit.factor,
    }


def _name_row(chain: Chain, row: int) -> str:
    """Name an exchange: its process and flow, whom it is taken from, and whether it is made or spared."""
    inventory = chain.footprints.system.inventory
    exchanges, processes, flow = inventory.exchanges, inventory.processes, int(inventory.exchanges.flow[row])
    name = f"{processes.show(int(exchanges.process[row]))}: {name_flow(chain, flow)}"
    if exchanges.provider[row] >= 0:
        name += f" from {processes.show(int(exchanges.provider[row]))}"
    if exchanges.is_avoided[row]:
        return f"{name}, avoided"
    made = exchanges.is_reference[row] or (inventory.flows.kind[flow] == Kind.PRODUCT and not exchanges.is_input[row])
    treated = inventory.flows.kind[flow] == Kind.WASTE and exchanges.is_input[row]
    return f"{name}, treated" if treated else f"{name}, made" if made else name
