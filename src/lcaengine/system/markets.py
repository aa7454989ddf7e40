"""Markets: the mix of one product at one place, from the table or from what makers state they produce."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import Inventory
from lcaengine.places import GLOBAL
from lcaengine.system.activities import Functions
from lcaengine.system.allocation import SUM_TOLERANCE
from lcaengine.units import read_unit

__all__ = ["Market", "find_markets"]


@dataclass(frozen=True, slots=True)
class Market:
    """The mix of one product at one place.

    Attributes
    ----------
    flow : int
    place : str
    suppliers : tuple of (int, float)
        Function and share of each supplier.
    """

    flow: int
    place: str
    suppliers: tuple[tuple[int, float], ...]


def find_markets(inventory: Inventory, functions: Functions, found: Findings) -> list[Market]:
    """Build the markets: those of the table, and mixes by production where every maker states it.

    Rows of the basis contract or residual are checked and take no part in the mix by location.

    Returns
    -------
    list of Market
        In order of flow and place.
    """
    frame = inventory.frames["markets"]
    flows, processes = frame.codes("flow_id", inventory.flows.ids), frame.codes("process_id", inventory.processes.ids)
    makers = {(int(p), int(f)): k for k, (p, f) in enumerate(zip(functions.process, functions.flow, strict=True))}
    by_amount = ~np.isnan(frame.number("amount"))
    places, bases = frame.text("location"), frame.text("basis")
    mixes: dict[tuple[int, str], list[tuple[int, float]]] = {}
    kinds: dict[tuple[int, str], set[bool]] = {}
    spoiled = set()
    unused: list[int] = []
    for at in range(len(frame)):
        flow, place = int(flows[at]), places[at] or GLOBAL
        maker = makers.get((int(processes[at]), flow))
        value = None if flow < 0 or processes[at] < 0 else _read_row(inventory, at, flow, maker, found)
        if bases[at] not in (None, "location"):
            unused.append(int(frame.rows[at]))
            continue
        if maker is None or value is None:
            spoiled.add((flow, place))
            continue
        mixes.setdefault((flow, place), []).append((maker, value))
        kinds.setdefault((flow, place), set()).add(bool(by_amount[at]))
    if unused:
        what = f"{len(unused)} row(s) of the basis contract or residual take no part in the mix by location"
        fix = "write the basis location, or leave it blank, for rows that should"
        found.warn("unused_market", "markets", what, fix, row=min(unused), column="basis")
    markets = [
        Market(flow, place, _share_out(inventory, flow, place, mix, kinds[flow, place], found))
        for (flow, place), mix in sorted(mixes.items())
        if (flow, place) not in spoiled
    ]
    taken = {flow for flow, _ in (*mixes, *spoiled)}
    return sorted([*markets, *_mix_by_production(inventory, functions, taken)], key=lambda m: (m.flow, m.place))


def _read_row(inventory: Inventory, at: int, flow: int, maker: int | None, found: Findings) -> float | None:
    """Give the share, or the amount in base units, of one row; None (and a blocker) where it does not hold."""
    frame = inventory.frames["markets"]
    row, process_id = int(frame.rows[at]), frame.columns["process_id"][at].as_py()
    share, amount = float(frame.number("share")[at]), float(frame.number("amount")[at])
    if maker is None:
        what = f"process {process_id!r} does not make {inventory.flows.ids[flow].as_py()!r}"
        fix = "name a process that does"
        found.block("wrong_provider", "markets", what, fix, row=row, column="process_id", value=process_id)
        return None
    if np.isnan(share) == np.isnan(amount):
        what = "a market row needs a share or an amount, and not both"
        found.block("market_share", "markets", what, "fill in one of them", row=row, column="share", value=process_id)
        return None
    if min(x for x in (share, amount) if not np.isnan(x)) < 0:
        column = "amount" if np.isnan(share) else "share"
        value = amount if np.isnan(share) else share
        fix = "write shares and amounts of zero or more"
        found.block("market_share", "markets", f"{column} is below zero", fix, row=row, column=column, value=value)
        return None
    if np.isnan(amount):
        return share
    label = frame.columns["unit"][at].as_py() or ""
    try:
        value = amount * convert(read_unit(label), inventory.flows.units[flow], flow, inventory.flows.properties)
    except UnitError as error:
        found.block("unknown_unit", "markets", error.what, error.fix, row=row, column="unit", value=label)
        return None
    if not np.isfinite(value):
        what = "the amount is too large in base units"
        found.block("not_finite", "markets", what, "check amount and unit", row=row, column="amount", value=amount)
        return None
    return value


def _share_out(
    inventory: Inventory, flow: int, place: str, mix: list[tuple[int, float]], kinds: set[bool], found: Findings
) -> tuple[tuple[int, float], ...]:
    """Give the shares of a market; a blocker where they do not sum to one."""
    total = sum(value for _, value in mix)
    name = f"{inventory.flows.ids[flow].as_py()} at {place}"
    if len(kinds) > 1:
        what = f"the market of {name} mixes shares and amounts"
        found.block("market_mixed", "markets", what, "use one of them", column="share", value=name)
    elif kinds == {True} and total > 0:
        most = max(value for _, value in mix)  # the sum of large amounts may be beyond a float
        parts = sum(value / most for _, value in mix)
        return tuple(sorted((maker, value / most / parts) for maker, value in mix))
    elif abs(total - 1.0) > SUM_TOLERANCE:
        what = f"the shares of the market of {name} sum to {total:.9g}, not to one"
        found.block("market_sum", "markets", what, "correct the shares", column="share", value=f"{total:.9g}")
    return tuple(sorted(mix))


def _mix_by_production(inventory: Inventory, functions: Functions, has_market: set[int]) -> list[Market]:
    """Make a market of every product that has none and whose makers, two or more, all state what they make."""
    stated = inventory.processes.production[functions.process]
    if not np.isfinite(stated).any():
        return []
    with np.errstate(all="ignore"):  # a reference of zero is a blocker of its own
        production = stated * functions.output / functions.reference_output
    markets = []
    for flow in np.unique(functions.flow).tolist():
        makers = np.flatnonzero(functions.flow == flow)
        if flow in has_market or len(makers) < 2 or np.isnan(production[makers]).any():
            continue
        made = production[makers] / max(production[makers].max(), np.finfo(float).tiny)
        if made.sum() > 0:
            mix = zip(makers.tolist(), (made / made.sum()).tolist(), strict=True)
            markets.append(Market(flow, GLOBAL, tuple(mix)))
    return markets
