"""Linking: every demand finds the one activity that meets it, or is named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings, Severity
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import Inventory
from lcaengine.places import GLOBAL, is_elsewhere, list_fallbacks
from lcaengine.system.activities import Functions
from lcaengine.units import read_unit

__all__ = ["Links", "Market", "find_markets", "link_rows"]


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


@dataclass(frozen=True, slots=True)
class Links:
    """Who meets each linked row.

    Attributes
    ----------
    provider : (m,) int64
        Activity (functions first, then markets), -1 where nobody does.
    is_elsewhere : (m,) bool
        Whether the provider is beyond the country that was asked for, without having been named.
    """

    provider: NDArray[np.int64]
    is_elsewhere: NDArray[np.bool_]


class _Fault(IntEnum):
    MAKES_NOT = 1
    AMBIGUOUS = 2
    NOBODY = 3


def find_markets(inventory: Inventory, functions: Functions, found: Findings) -> list[Market]:
    """Build the markets: those of the table, and mixes by production where every maker states it.

    Returns
    -------
    list of Market
        In order of flow and place.
    """
    frame = inventory.frames["markets"]
    flows, processes = frame.codes("flow_id", inventory.flows.ids), frame.codes("process_id", inventory.processes.ids)
    makers = {(int(p), int(f)): k for k, (p, f) in enumerate(zip(functions.process, functions.flow, strict=True))}
    shares, amounts = frame.number("share"), frame.number("amount")
    units, places, bases = frame.text("unit"), frame.text("location"), frame.text("basis")
    mixes: dict[tuple[int, str], list[tuple[int, float]]] = {}
    by_amount: dict[tuple[int, str], set[bool]] = {}
    for at in range(len(frame)):
        if bases[at] not in (None, "location"):
            continue
        flow, process = int(flows[at]), int(processes[at])
        maker = makers.get((process, flow))
        place = places[at] or GLOBAL
        if maker is None or np.isnan(shares[at]) == np.isnan(amounts[at]):
            _report_market_row(inventory, at, flow, maker, found)
            continue
        if np.isnan(shares[at]):
            value = _read_market_amount(inventory, at, flow, float(amounts[at]), units[at], found)
        else:
            value = float(shares[at])
        if value < 0:
            fix = "write shares and amounts of zero or more"
            found.block("market_share", "markets", "a share is below zero", fix, row=int(frame.rows[at]), value=value)
        mixes.setdefault((flow, place), []).append((maker, value))
        by_amount.setdefault((flow, place), set()).add(bool(np.isnan(shares[at])))
    markets = []
    for (flow, place), mix in sorted(mixes.items()):
        total = sum(value for _, value in mix)
        name = f"{inventory.flows.ids[flow].as_py()} at {place}"
        mix_shares = mix
        if len(by_amount[flow, place]) > 1:
            found.block(
                "market_mixed",
                "markets",
                f"the market of {name} mixes shares and amounts",
                "use one of them",
                value=name,
            )
        elif True in by_amount[flow, place] and total > 0:
            mix_shares = [(maker, value / total) for maker, value in mix]
        elif abs(total - 1.0) > 1e-6:
            what = f"the shares of the market of {name} sum to {total:.9g}, not to one"
            found.block("market_sum", "markets", what, "correct the shares", column="share", value=f"{total:.9g}")
        markets.append(Market(flow, place, tuple(sorted(mix_shares))))
    return sorted([*markets, *_mix_by_production(inventory, functions, {m.flow for m in markets})], key=_market_key)


def link_rows(
    inventory: Inventory,
    functions: Functions,
    markets: list[Market],
    rows: NDArray[np.int64],
    is_substituted: NDArray[np.bool_],
    unlinked: str,
    found: Findings,
) -> Links:
    """Find the activity that meets each row: named provider, market by place, only maker; else a finding.

    Parameters
    ----------
    inventory : Inventory
    functions : Functions
    markets : list of Market
    rows : (m,) int64
        Exchange rows that ask for a product or a treatment.
    is_substituted : (m,) bool
        Rows whose own process makes the flow and displaces another's: it is no candidate itself.
    unlinked : {"refuse", "cutoff"}
        Whether a row nobody meets blocks, or is counted and left out.
    found : Findings

    Returns
    -------
    Links
    """
    exchanges, processes = inventory.exchanges, inventory.processes
    flow, provider = exchanges.flow[rows], exchanges.provider[rows]
    asked_by = exchanges.process[rows]
    places, place_code = _encode_places(exchanges.location, processes.location, rows, asked_by)
    own = np.where(is_substituted, asked_by, -1)
    request = np.stack([flow, provider, np.where(provider >= 0, -1, place_code), own], axis=1)
    distinct, inverse = np.unique(request, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    book = _Book(functions, markets)
    link = np.full(len(distinct), -1, np.int64)
    elsewhere = np.zeros(len(distinct), np.bool_)
    far: dict[tuple[int, str], dict[str, int]] = {}
    for at, (wanted, named, place, without) in enumerate(distinct.tolist()):
        asked = places[place] if place >= 0 else GLOBAL
        answer, there = _find_provider(book, processes.location, wanted, named, asked, without)
        if isinstance(answer, _Fault):
            mine = inverse == at
            _report_unlinked(inventory, book, answer, wanted, named, exchanges.rows[rows[mine]], unlinked, found)
            continue
        link[at] = answer
        elsewhere[at] = named < 0 and is_elsewhere(asked, there)
        if elsewhere[at]:
            far.setdefault((wanted, there), {})[asked] = int((inverse == at).sum())
    _report_fallbacks(inventory, far, found)
    return Links(link[inverse], elsewhere[inverse])


class _Book:
    """Who makes what, looked up by flow; functions come first, markets after them."""

    def __init__(self, functions: Functions, markets: list[Market]) -> None:
        self.makers: dict[int, list[int]] = {}
        self.process = functions.process.tolist()
        self.of: dict[tuple[int, int], int] = {}
        for at, (process, flow) in enumerate(zip(self.process, functions.flow.tolist(), strict=True)):
            self.makers.setdefault(flow, []).append(at)
            self.of[process, flow] = at
        start = len(functions.process)
        self.markets = {(market.flow, market.place): start + k for k, market in enumerate(markets)}
        self.with_market = {market.flow for market in markets}


def _find_provider(
    book: _Book, locations: list[str | None], flow: int, named: int, asked: str, without: int
) -> tuple[int | _Fault, str]:
    """Give the activity that meets a request and its place, or what stands in the way."""
    if named >= 0:
        maker = book.of.get((named, flow))
        return (_Fault.MAKES_NOT, "") if maker is None else (maker, asked)
    if flow in book.with_market:
        for place in list_fallbacks(asked):
            if (flow, place) in book.markets:
                return book.markets[flow, place], place
    makers = [maker for maker in book.makers.get(flow, []) if book.process[maker] != without]
    if len(makers) == 1:
        return makers[0], locations[book.process[makers[0]]] or asked
    return (_Fault.AMBIGUOUS if makers else _Fault.NOBODY), ""


def _encode_places(
    own: list[str | None], of_process: list[str | None], rows: NDArray[np.int64], process: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64]]:
    asked = [own[r] or of_process[p] or GLOBAL for r, p in zip(rows.tolist(), process.tolist(), strict=True)]
    places = sorted(set(asked))
    code = {place: at for at, place in enumerate(places)}
    return places, np.array([code[place] for place in asked], np.int64)


def _mix_by_production(inventory: Inventory, functions: Functions, has_market: set[int]) -> list[Market]:
    """Make a market of every product that has none and whose makers, two or more, all state what they make."""
    production = inventory.processes.production[functions.process]
    if not np.isfinite(production).any():
        return []
    markets = []
    for flow in np.unique(functions.flow).tolist():
        makers = np.flatnonzero(functions.flow == flow)
        made = production[makers]
        if flow not in has_market and len(makers) > 1 and np.isfinite(made).all() and made.sum() > 0:
            mix = zip(makers.tolist(), (made / made.sum()).tolist(), strict=True)
            markets.append(Market(flow, GLOBAL, tuple(mix)))
    return markets


def _market_key(market: Market) -> tuple[int, str]:
    return market.flow, market.place


def _read_market_amount(
    inventory: Inventory, at: int, flow: int, amount: float, label: str | None, found: Findings
) -> float:
    try:
        unit = read_unit(label or "")
        return amount * convert(unit, inventory.flows.units[flow], flow, inventory.flows.properties)
    except UnitError as error:
        row = int(inventory.frames["markets"].rows[at])
        found.block("unknown_unit", "markets", error.what, error.fix, row=row, column="unit", value=label or "")
        return amount


def _report_market_row(inventory: Inventory, at: int, flow: int, maker: int | None, found: Findings) -> None:
    frame = inventory.frames["markets"]
    row = int(frame.rows[at])
    flow_id, process_id = frame.columns["flow_id"][at].as_py(), frame.columns["process_id"][at].as_py()
    if flow < 0:
        found.block(
            "unknown_flow_id",
            "markets",
            f"{flow_id!r} is no row of flows",
            "correct it",
            row=row,
            column="flow_id",
            value=flow_id,
        )
    elif maker is None:
        what = f"process {process_id!r} does not make {flow_id!r}"
        found.block(
            "wrong_provider",
            "markets",
            what,
            "name a process that does",
            row=row,
            column="process_id",
            value=process_id,
        )
    else:
        what = "a market row needs a share or an amount, and not both"
        found.block("market_share", "markets", what, "fill in one of them", row=row, column="share", value=process_id)


def _report_fallbacks(inventory: Inventory, far: dict[tuple[int, str], dict[str, int]], found: Findings) -> None:
    """Warn of inputs that are met from beyond the country, once a product and place they are met from."""
    for (flow, there), asked in sorted(far.items()):
        flow_id = inventory.flows.ids[flow].as_py()
        places = ", ".join(sorted(asked)[:12]) + (f" and {len(asked) - 12} more" if len(asked) > 12 else "")
        what = f"{sum(asked.values())} row(s) ask for {flow_id} at {places} and are met from {there}"
        fix = f"add a market or a maker of {flow_id} there, or name the provider_id that is meant"
        found.warn("fallback", "exchanges", what, fix, column="location", value=flow_id)


def _report_unlinked(
    inventory: Inventory,
    book: _Book,
    fault: _Fault,
    flow: int,
    named: int,
    rows: NDArray[np.int64],
    unlinked: str,
    found: Findings,
) -> None:
    ids = inventory.processes.ids
    flow_id = inventory.flows.ids[flow].as_py()
    makers = [ids[book.process[maker]].as_py() for maker in book.makers.get(flow, [])]
    candidates = ", ".join(makers[:8]) + (f" and {len(makers) - 8} more" if len(makers) > 8 else "")
    every = np.ones(len(rows), np.bool_)
    if fault is _Fault.MAKES_NOT:
        what = f"provider {ids[named].as_py()!r} does not make {flow_id!r}"
        fix = f"name one that does: {candidates}" if makers else f"no process makes {flow_id!r}: add one"
        found.block_rows(
            "wrong_provider", "exchanges", every, rows, "provider_id", [ids[named].as_py()] * len(rows), what, fix
        )
    elif fault is _Fault.AMBIGUOUS:
        what = f"{flow_id!r} is made by several processes and has no market there"
        fix = f"name a provider_id or add markets; makers: {candidates}"
        found.block_rows(
            "ambiguous_provider", "exchanges", every, rows, "provider_id", [flow_id] * len(rows), what, fix
        )
    else:
        severity = Severity.BLOCKER if unlinked == "refuse" else Severity.WARNING
        what = f"nobody supplies or treats {flow_id!r}"
        fix = "add a process, a market or a provider; --unlinked cutoff leaves it out and says so"
        found.block_rows(
            "unlinked_input", "exchanges", every, rows, "provider_id", [flow_id] * len(rows), what, fix, severity
        )
