"""Sources: all that a score rests on, row by row, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain
from lcaengine.chains.parts import name_flow
from lcaengine.errors import DataError
from lcaengine.inventory.inventory import Kind
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.places import GLOBAL
from lcaengine.uncertainty import Distributions, draw_values
from lcaengine.uncertainty.derivatives import Derivatives
from lcaengine.uncertainty.first_order import Effects, find_effects, find_mix_effects, join_effects
from lcaengine.uncertainty.mixes import REST, Mixes, draw_mixes, join_mixes
from lcaengine.uncertainty.moments import Moments, find_moments
from lcaengine.uncertainty.widened import CERTAIN, join_lists

__all__ = ["TABLES", "Sources", "describe_mix", "describe_source", "draw_effects", "draw_sources", "find_sources"]

Numbers = NDArray[np.float64]

EXCHANGES, MARKETS, FACTORS, ALLOCATION = TABLES = ("exchanges", "markets", "factors", "allocation")
DIRICHLET = "dirichlet"
OF_BASIS = {"contract": ", contract", "residual": ", residual mix"}
"""What is added to the name of a share or an amount whose basis is not the location."""
MIX_OF_BASIS = {"contract": "mix of contracts", "residual": "residual mix"}
"""What a mix is called whose rows are all of one such basis."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All rows that a score rests on: those that are independent, then the shares of mixes.

    A driver is what varies by itself: an independent row, or a mix, all shares of one market or allocation together.
    Shares of a mix that is certain are drivers of their own, which do not vary.

    Attributes
    ----------
    table : (m,) int64
        Position in :data:`TABLES`.
    row : (m,) int64
        Position in the table; -1 - r for what the contracts of a market leave, r the first of these.
    amount, sd : (m,) float64
        Static value, and standard deviation [base unit].
    slope : (m,) float64
        dh/dx [unit of the indicator / base unit]; by a share of a mix where the others give way in proportion.
    distribution : list of str
    is_mixed : (m,) bool
        Whether each is a share of a mix that varies.
    driver : (m,) int64
        Of which driver each is: itself, or its mix.
    effects : Effects
        Of the drivers: the independent rows, then the mixes, then shares that are certain.
    independent : Distributions
        Of the first rows.
    mixes : Mixes
        Of the others: of markets, then of allocations.
    """

    table: NDArray[np.int64]
    row: NDArray[np.int64]
    amount: Numbers
    sd: Numbers
    slope: Numbers
    distribution: list[str]
    is_mixed: NDArray[np.bool_]
    driver: NDArray[np.int64]
    effects: Effects
    independent: Distributions
    mixes: Mixes


def find_sources(chain: Chain, found: Derivatives) -> Sources:
    """Find the rows a score rests on, with their spread and what each adds to that of the score.

    Returns
    -------
    Sources

    Raises
    ------
    DataError
        If one that the score answers to has no variance.
    """
    sampled, starts = found.sampled, found.sampled.starts
    lists = (sampled.distributions, sampled.market_amounts, sampled.factors)
    mixes = join_mixes(sampled.market_shares, sampled.allocation)
    rows, count = join_lists(*lists), starts["market_shares"]
    moments, slope = find_moments(rows), found.slope[:count]
    _refuse_variance(chain, np.repeat(np.arange(len(lists)), [len(each) for each in lists]), rows, slope, moments)
    of_rows = find_effects(found.score, rows.amount, slope, rows.kind, moments)
    of_mixes, of_shares = find_mix_effects(found.score, mixes, found.slope[count:])
    driver, effects = _number_drivers(mixes, of_rows, of_mixes)
    variance = np.where(np.isfinite(moments.variance), moments.variance, 0.0)
    of_share = mixes.share * (1.0 - mixes.share) / (mixes.concentration[mixes.whole] + 1.0)
    tables = (EXCHANGES, MARKETS, FACTORS, MARKETS, ALLOCATION)
    sizes = [len(each) for each in (*lists, sampled.market_shares, sampled.allocation)]
    named = [UNCERTAINTY_TYPES[kind] for kind in rows.kind.tolist()]
    return Sources(
        table=np.repeat([TABLES.index(each) for each in tables], sizes),
        row=np.concatenate([rows.row, _list_rows(mixes)]),
        amount=np.concatenate([rows.amount, mixes.share]),
        sd=np.sqrt(np.concatenate([variance, of_share])),
        slope=np.concatenate([slope, of_shares]),
        distribution=named + [DIRICHLET if each else UNCERTAINTY_TYPES[CERTAIN] for each in mixes.is_drawn.tolist()],
        is_mixed=np.concatenate([np.zeros(count, np.bool_), mixes.is_drawn]),
        driver=driver,
        effects=effects,
        independent=rows,
        mixes=mixes,
    )


def _number_drivers(mixes: Mixes, of_rows: Effects, of_mixes: Effects) -> tuple[NDArray[np.int64], Effects]:
    """Give every source its driver, and the effects of drivers: independent rows, mixes that vary, certain shares."""
    count, varies, is_drawn = len(of_rows.linear), np.isfinite(mixes.concentration), mixes.is_drawn
    of_share = count + np.cumsum(varies)[mixes.whole] - 1
    of_share[~is_drawn] = count + varies.sum() + np.arange(len(mixes) - is_drawn.sum())
    certain = of_mixes.take(mixes.whole[~is_drawn])
    effects = join_effects(of_rows, of_mixes.take(np.flatnonzero(varies)), certain)
    return np.concatenate([np.arange(count), of_share]), effects


def _list_rows(mixes: Mixes) -> NDArray[np.int64]:
    """List the rows of shares; what others leave by the first of these."""
    first = np.full(len(mixes.concentration), np.iinfo(np.int64).max)
    np.minimum.at(first, mixes.whole[mixes.row != REST], mixes.row[mixes.row != REST])
    return np.where(mixes.row == REST, -1 - first[mixes.whole], mixes.row)


def draw_sources(sources: Sources, chosen: NDArray[np.int64], seed: int, draws: int) -> Numbers:
    """Draw some sources, as a simulation of that seed does.

    Returns
    -------
    (chosen, draws) float64
        NaN of those that are certain.
    """
    count, values = len(sources.independent), np.full((len(chosen), draws), np.nan)
    own = np.flatnonzero(chosen < count)
    own = own[sources.independent.kind[chosen[own]] != CERTAIN]
    if len(own):
        values[own] = draw_values(sources.independent.take(chosen[own]), seed, 0, draws)
    shares = np.flatnonzero(sources.is_mixed[chosen])
    if len(shares):
        place = np.cumsum(sources.is_mixed) - 1
        values[shares] = _draw_shares(sources, seed, draws)[place[chosen[shares]]]
    return values


def draw_effects(sources: Sources, drivers: NDArray[np.int64], seed: int, draws: int) -> Numbers:
    """Draw what some mixes that vary do to the score, to first order: ``sum s_i dh/ds_i``.

    Returns
    -------
    (drivers, draws) float64
        [unit of the indicator], but for a constant.
    """
    if not len(drivers):
        return np.empty((0, draws))
    slope, share, driver = (each[sources.is_mixed] for each in (sources.slope, sources.amount, sources.driver))
    moved = (slope * (1.0 - share))[:, None] * _draw_shares(sources, seed, draws)  # the part of dh/ds that is its own
    return np.array([moved[driver == each].sum(axis=0) for each in drivers])


def _draw_shares(sources: Sources, seed: int, draws: int) -> Numbers:
    """Draw the shares of mixes that vary."""
    return draw_mixes(sources.mixes.take_drawn(), seed, 0, draws)


def describe_source(chain: Chain, table: int, row: int) -> dict[str, Any]:
    """Say what a row is, and how many base units its amount is counted in (``factor``)."""
    ways = {EXCHANGES: _describe_exchange, FACTORS: _describe_factor, MARKETS: _describe_supply}
    return {"table": TABLES[table], **ways.get(TABLES[table], _describe_allocation)(chain, row)}


def describe_mix(chain: Chain, sources: Sources, driver: int) -> dict[str, Any]:
    """Say what a mix is: a market, or an allocation; its row is the first that is not what others leave."""
    members = np.flatnonzero(sources.driver == driver)
    first = members[np.argmax(sources.row[members] >= 0)]
    table, row = TABLES[int(sources.table[first])], int(sources.row[first])
    own = describe_source(chain, int(sources.table[first]), row)
    if table == MARKETS:
        bases = {_find_basis(chain, row) for row in sources.row[members].tolist() if row >= 0}
        mix = MIX_OF_BASIS.get(bases.pop(), "mix") if len(bases) == 1 else "mix"
        return {**own, "part": f"market of {own['flow_id']} at {own['location']}: {mix}", "provider_id": ""}
    exchange = chain.footprints.system.inventory.frames[table].columns["exchange_flow_id"][row].as_py()
    name = f"{own['process_id']}: allocation" + (f" of {exchange}" if exchange else "")
    return {**own, "part": name, "flow_id": exchange or ""}


def _refuse_variance(
    chain: Chain, table: NDArray[np.int64], rows: Distributions, slope: Numbers, moments: Moments
) -> None:
    """Raise where the score answers to a distribution that has no variance."""
    known = np.isfinite(moments.variance) & np.isfinite(moments.mean)
    without = np.flatnonzero((slope != 0) & ~known)
    if len(without):
        at = int(without[0])
        own = describe_source(chain, int(table[at]), int(rows.row[at]))
        what = (
            f"the {UNCERTAINTY_TYPES[int(rows.kind[at])]} distribution of {own['part']} has no variance that is known"
        )
        where = f"{chain.footprints.system.inventory.label}, {own['table']} row {own['row']}"
        raise DataError(what, where, "give it bounds on both sides, or another distribution")


def _describe_exchange(chain: Chain, row: int) -> dict[str, Any]:
    """Describe an exchange: its process and flow, whom it is taken from, and whether it is made or spared."""
    inventory = chain.footprints.system.inventory
    exchanges, processes, flow = inventory.exchanges, inventory.processes, int(inventory.exchanges.flow[row])
    process, provider, unit = int(exchanges.process[row]), int(exchanges.provider[row]), inventory.flows.units[flow]
    whom = f" from {processes.show(provider)}" if provider >= 0 else ""
    return {
        "part": f"{processes.show(process)}: {name_flow(chain, flow)}{whom}{_say_role(chain, row)}",
        "row": int(exchanges.rows[row]),
        "process_id": processes.ids[process].as_py(),
        "flow_id": inventory.flows.ids[flow].as_py(),
        "direction": "input" if exchanges.is_input[row] else "output",
        "provider_id": processes.ids[provider].as_py() if provider >= 0 else "",
        "location": exchanges.locate(row) or processes.location[process] or "",
        "amount_unit": unit.label,
        "factor": unit.factor,
    }


def _say_role(chain: Chain, row: int) -> str:
    """Say of a product or waste whether it is made, treated or spared."""
    inventory = chain.footprints.system.inventory
    kind, is_input = inventory.flows.kind[int(inventory.exchanges.flow[row])], inventory.exchanges.is_input[row]
    if inventory.exchanges.is_avoided[row]:
        return ", avoided"
    if kind == Kind.WASTE and is_input:
        return ", treated"
    return ", made" if kind == Kind.PRODUCT and not is_input else ""


def _describe_factor(chain: Chain, row: int) -> dict[str, Any]:
    """Describe a factor of the method."""
    method = chain.footprints.method
    factor = method.factors[row]
    where = "/".join(part for part in (factor.compartment, factor.sub_compartment) if part)
    place = f", {factor.location}" if factor.location not in ("", "GLO") else ""
    name = factor.flow_name or factor.flow_id
    return {
        "part": f"factor of {name} ({where}{place})" if where or place else f"factor of {name}",
        "row": factor.row,
        "process_id": "",
        "flow_id": factor.flow_id,
        "direction": "input" if factor.is_input else "output",
        "provider_id": "",
        "location": factor.location,
        "amount_unit": f"{chain.unit}/{factor.per.label}",
        "factor": 1.0 / factor.per.factor,
    }


def _describe_supply(chain: Chain, row: int) -> dict[str, Any]:
    """Describe a supplier's share in a market, or the amount it supplies."""
    inventory = chain.footprints.system.inventory
    frame, flows = inventory.frames["markets"], inventory.flows
    if row < 0:
        flow, place = (frame.columns[name][-1 - row].as_py() for name in ("flow_id", "location"))
        return {**_describe_share(f"market of {flow} at {place or GLOBAL}: what contracts leave"), "flow_id": flow}
    flow, maker, place = (frame.columns[name][row].as_py() for name in ("flow_id", "process_id", "location"))
    unit = flows.units[int(frame.codes("flow_id", flows.ids)[row])]
    is_amount = not frame.filled("share")[row]
    more = {"amount_unit": unit.label, "factor": unit.factor} if is_amount else {}
    what = f"{'amount' if is_amount else 'share'} of {maker}{OF_BASIS.get(_find_basis(chain, row), '')}"
    name = f"market of {flow} at {place or GLOBAL}: {what}"
    own = {"row": int(frame.rows[row]), "flow_id": flow, "provider_id": maker, "location": place or GLOBAL}
    return {**_describe_share(name), **own, **more}


def _find_basis(chain: Chain, row: int) -> str:
    """Give what a row of markets is of: location, contract or residual."""
    return chain.footprints.system.inventory.frames["markets"].columns["basis"][row].as_py() or "location"


def _describe_allocation(chain: Chain, row: int) -> dict[str, Any]:
    """Describe an allocation factor."""
    frame = chain.footprints.system.inventory.frames["allocation"]
    names = ("process_id", "product_flow_id", "exchange_flow_id")
    process, product, exchange = (frame.columns[name][row].as_py() for name in names)
    name = f"{process}: share of {product}" + (f" in {exchange}" if exchange else "")
    return {**_describe_share(name), "row": int(frame.rows[row]), "process_id": process, "flow_id": product}


def _describe_share(name: str) -> dict[str, Any]:
    none = {"row": None, "process_id": "", "flow_id": "", "direction": "", "provider_id": "", "location": ""}
    return {"part": name, **none, "amount_unit": "", "factor": 1.0}
