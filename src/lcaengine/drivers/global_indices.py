"""Global indices: what a few uncertain numbers explain of a score's variance, however wide they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, choose_activity, follow_chain
from lcaengine.drivers.figure import check_stage, name_figure
from lcaengine.drivers.sources import TABLES, Sources, describe_mix, describe_source, find_sources
from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.uncertainty import Distributions, Pedigree, check_choices
from lcaengine.uncertainty.capacity import refusing_memory
from lcaengine.uncertainty.choices import check_progress
from lcaengine.uncertainty.derivatives import find_derivatives
from lcaengine.uncertainty.pedigree import take_pedigree
from lcaengine.uncertainty.simulation import Plan, Prepared, prepare_draws
from lcaengine.uncertainty.variance_indices import check_samples, evaluate_samples, find_indices
from lcaengine.uncertainty.widened import CERTAIN, join_lists

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GlobalIndices", "find_global_indices"]

OTHERS = "all others"
INDICES = ("first_order", "first_order_half_width", "total", "total_half_width")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("part", "table")),
        ("row", pa.int64()),
        *((name, pa.string()) for name in ("process_id", "flow_id", "direction", "provider_id", "location")),
        *((name, pa.float64()) for name in INDICES),
        *((name, pa.string()) for name in ("indicator", "stage")),
        ("score", pa.float64()),
        *((name, pa.string()) for name in ("unit", "per")),
    ]
)


@dataclass(frozen=True, slots=True)
class GlobalIndices:
    """Sobol indices of one score.

    Attributes
    ----------
    name : str
        Of the activity whose score it is; with its product, where its process has several.
    activity : int
        Its position in the footprints.
    indicator, unit, per, stage : str
    total : float
        The score, of the numbers as written [unit of the indicator / reference unit].
    status : str
        Of the score: complete, fallback, proxy or cut_off.
    samples, evaluations, seed : int
        Base samples, and the scores that were found for them.
    pedigree : Pedigree
        What was made of pedigrees.
    table : pyarrow.Table
        One row a number that was chosen, and one for all others together: `first_order`, the share of the variance that
        goes where it is known, and `total`, that which stays where all but it is known; each with the half-width of its
        95 % interval, by bootstrap: null where a resample does not vary.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> lca.find_global_indices(footprints, product_id="metal", count=2, samples=64).table["part"].to_pylist()
    ['grid: Carbon dioxide, fossil (air)', 'mine-a: electricity', 'all others']
    """

    name: str
    activity: int
    indicator: str
    unit: str
    per: str
    stage: str
    total: float
    status: str
    samples: int
    evaluations: int
    seed: int
    pedigree: Pedigree
    table: pa.Table

    def __repr__(self) -> str:
        return f"GlobalIndices({self.indicator} of {self.name}: {self.table.num_rows} rows, {self.samples} samples)"

    def to_pandas(self) -> pd.DataFrame:
        """Give the table as a data frame."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame


def find_global_indices(
    footprints: Footprints,
    *,
    process_id: str = "",
    product_id: str = "",
    supplier_id: str = "",
    location: str = "",
    indicator: str = "ghg",
    stage: str = "total",
    count: int = 5,
    rows: Sequence[tuple[str, int]] = (),
    samples: int = 512,
    seed: int = 1,
    pedigree: Pedigree | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GlobalIndices:
    """Find the Sobol indices of one score by a chosen few of the numbers and mixes it rests on, and by all others.

    With V the variance of the score h, an index of first order is ``Var(E[h | x_i]) / V``, a total one
    ``1 - Var(E[h | all but x_i]) / V``. They hold however wide spreads are. Needs the extra ``sensitivity`` (SALib).

    Parameters
    ----------
    footprints : Footprints
    process_id, product_id, supplier_id, location, indicator, stage : str
        As in :func:`list_drivers`.
    count : int
        How many are chosen, where `rows` names none: what contributes most to the variance, to first order.
    rows : sequence of (table, row)
        Uncertain rows of ``exchanges``, ``factors``, ``markets`` or ``allocation``, from 1, as :func:`list_drivers`
        gives them. A share stands for its mix: all shares of one market or allocation are one number of the scheme.
    samples : int
        N, a power of two: ``N (count + 3)`` scores are found.
    seed : int
    pedigree : Pedigree, optional
        What is made of pedigrees.
    progress : callable, optional
        Is told samples done, and all.

    Returns
    -------
    GlobalIndices

    Raises
    ------
    LcaError
        If SALib is not there, what is named is not one activity, a choice is none, or a sample has no answer.

    References
    ----------
    Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Comput Phys Commun 181:259-270.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> lca.find_global_indices(footprints, product_id="metal", rows=[("exchanges", 4)], samples=64).evaluations
    256
    """
    check_stage(footprints, stage)
    check_progress(progress)
    _, seed = check_choices(2, seed, footprints.by)
    samples = check_samples(samples)
    if not isinstance(rows, list | tuple):
        raise LcaError(f"rows are {rows!r}", "find_global_indices", 'give a list: [("exchanges", 4)]', given=rows)
    ids = {"process_id": process_id, "product_id": product_id, "supplier_id": supplier_id, "location": location}
    chain = follow_chain(footprints, choose_activity(footprints, **ids), indicator)
    plan = Plan(footprints, 2 * samples, seed, take_pedigree(pedigree), np.array([chain.activity]), progress)
    found = find_derivatives(footprints, chain.activity, chain.indicator, stage, plan.pedigree, every_share=False)
    sources = find_sources(chain, found)
    chosen = _choose_rows(chain, sources, rows) if rows else _choose_largest(sources, count)
    chosen = chosen[np.argsort(chosen >= len(sources.independent), kind="stable")]  # mixes are the last
    prepared = prepare_draws(plan, [chain.indicator])
    places = _find_places(prepared, sources, chosen)
    with refusing_memory("samples"):
        evaluated = evaluate_samples(prepared, footprints.stages.index(stage), *places, samples)
        lines = _list_lines(chain, sources, chosen, find_indices(evaluated, seed))
    figure = {"indicator": indicator, "stage": stage, "score": found.score, "unit": chain.unit, "per": chain.per}
    return GlobalIndices(
        name=name_figure(chain),
        activity=chain.activity,
        indicator=indicator,
        unit=chain.unit,
        per=chain.per,
        stage=stage,
        total=found.score,
        status=footprints.status_of(chain.activity, chain.indicator),
        samples=samples,
        evaluations=len(evaluated.scores),
        seed=seed,
        pedigree=plan.pedigree,
        table=pa.Table.from_pylist([{**each, **figure} for each in lines], SCHEMA),
    )


def _find_places(
    prepared: Prepared, sources: Sources, chosen: NDArray[np.int64]
) -> tuple[Distributions, NDArray[np.int64], list[NDArray[np.int64]]]:
    """Find the distributions of the rows that are chosen, the drawn values that they are, and those of each mix."""
    sampled, count = prepared.sampled, len(sources.independent)
    lists = (sampled.distributions, sampled.market_amounts, sampled.factors)
    listed = join_lists(*lists)
    table = np.repeat(np.arange(len(lists)), [len(each) for each in lists])  # as the first of TABLES
    places = {key: at for at, key in enumerate(zip(table.tolist(), listed.row.tolist(), strict=True))}
    rows = chosen[chosen < count].tolist()
    own = np.array([places[int(sources.table[at]), int(sources.row[at])] for at in rows], np.int64)
    shares = sampled.starts["market_shares"] + np.arange(len(sources.driver) - count)  # allocation follows markets
    return listed.take(own), own, [shares[sources.driver[count:] == each] for each in chosen[len(rows) :]]


def _list_lines(
    chain: Chain, sources: Sources, chosen: NDArray[np.int64], indices: dict[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """Give a row for each that was chosen, the largest first, and one for all others."""
    described = [
        describe_source(chain, int(sources.table[at]), int(sources.row[at]))
        if at < len(sources.independent)
        else describe_mix(chain, sources, at)
        for at in chosen.tolist()
    ]
    columns = zip(*(indices[name].tolist() for name in ("S1", "S1_conf", "ST", "ST_conf")), strict=True)
    lines = [
        {**each, **{name: number if isfinite(number) else None for name, number in zip(INDICES, numbers, strict=True)}}
        for each, numbers in zip([*described, {"part": OTHERS}], columns, strict=True)
    ]
    order = np.argsort(-sources.effects.linear[chosen], kind="stable").tolist()
    return [*(lines[at] for at in order), lines[-1]]


def _choose_largest(sources: Sources, count: int) -> NDArray[np.int64]:
    """Choose the drivers, rows and mixes, that add most to the variance."""
    if not isinstance(count, int) or count < 1:
        raise LcaError(f"count is {count!r}", "find_global_indices", "choose one or more", given=count)
    effect = sources.effects.linear
    largest = np.argsort(-effect, kind="stable")[:count]
    largest = largest[effect[largest] > 0]
    if not len(largest):
        what = "the score answers to no uncertain number"
        fix = "state distributions or pedigrees of what drives it: contributions --drivers, or list_drivers, names that"
        raise LcaError(what, "global indices", fix)
    return largest


def _choose_rows(chain: Chain, sources: Sources, rows: Sequence[tuple[str, int]]) -> NDArray[np.int64]:
    """Find the drivers that are named; a share stands for its mix."""
    known: dict[tuple[str, int], int] = {}
    varies = np.concatenate([sources.independent.kind != CERTAIN, sources.row[len(sources.independent) :] >= 0])
    for source in np.flatnonzero(varies).tolist():
        own = describe_source(chain, int(sources.table[source]), int(sources.row[source]))
        known[own["table"], own["row"]] = int(sources.driver[source])
    fix = f"name rows of {', '.join(TABLES)} as list_drivers gives them, each once"
    chosen = []
    for each in rows:
        at = known.get((str(each[0]), each[1])) if isinstance(each, tuple) and len(each) == 2 else None
        if at is None:
            what = f"{each!r} is no uncertain row that the system rests on"
            raise LcaError(what, "find_global_indices", fix, given=each)
        if at in chosen:
            what = f"{each!r} is named twice" if rows.count(each) > 1 else f"{each!r} is of a mix that is named already"
            raise LcaError(what, "find_global_indices", fix, given=each)
        chosen.append(at)
    return np.array(chosen)
