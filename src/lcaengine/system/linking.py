"""Linking: every demand finds the one activity that meets it, or is named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.inventory import Inventory
from lcaengine.inventory.words import find_distinct
from lcaengine.places import GLOBAL, LEVELS, find_level, is_elsewhere, list_fallbacks
from lcaengine.policy import Policy
from lcaengine.system.activities import Functions
from lcaengine.system.markets import Market

__all__ = ["Book", "Fallback", "Fault", "Links", "encode_places", "find_provider", "link_rows"]


@dataclass(frozen=True, slots=True)
class Fallback:
    """A product that is asked for at one place and met, without having been named, from beyond its country.

    Attributes
    ----------
    flow : int
        The product.
    asked, found : str
        The place of the request, and of who meets it.
    path : str
        The places that were tried, ``CN > RAS > RoW > GLO``.
    rows : int
        How many exchange rows rest on it.
    """

    flow: int
    asked: str
    found: str
    path: str
    rows: int


@dataclass(frozen=True, slots=True)
class Links:
    """Who meets each linked row.

    Attributes
    ----------
    provider : (m,) int64
        Activity (functions first, then markets), -1 where nobody does.
    fallback : (m,) int64
        Position in `fallbacks`, -1 where the provider is named or within the country.
    fallbacks : tuple of Fallback
    """

    provider: NDArray[np.int64]
    fallback: NDArray[np.int64]
    fallbacks: tuple[Fallback, ...]


class Fault(IntEnum):
    """Why a request finds no provider."""

    MAKES_NOT = 1
    AMBIGUOUS = 2
    NOBODY = 3


def link_rows(
    inventory: Inventory,
    functions: Functions,
    markets: list[Market],
    rows: NDArray[np.int64],
    is_substituted: NDArray[np.bool_],
    is_avoided: NDArray[np.bool_],
    policy: Policy,
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
        Co-products that displace another's supply: without one there is nothing to score.
    is_avoided : (m,) bool
        Rows that spare another's supply. Neither kind displaces its own process.
    policy : Policy
        Whether a row that nobody meets, or several could, blocks or is counted and left out; and how far a provider may
        be.
    found : Findings

    Returns
    -------
    Links
    """
    exchanges = inventory.exchanges
    flow, provider = exchanges.flow[rows], exchanges.provider[rows]
    asked_by = exchanges.process[rows]
    link = _follow_names(functions, flow, provider)
    fallback = np.full(len(rows), -1, np.int64)
    open_rows = np.flatnonzero(link < 0)
    if not len(open_rows):
        return Links(link, fallback, ())
    places, place = encode_places(inventory, rows[open_rows], GLOBAL)
    own = np.where(is_substituted | is_avoided, asked_by, -1)[open_rows]
    flow, provider, substituted = flow[open_rows], provider[open_rows], is_substituted[open_rows]
    requests, inverse = _list_distinct(flow, provider, np.where(provider >= 0, -1, place), own, substituted)
    linked, apart, fallbacks = _answer(
        inventory, functions, markets, requests, places, rows[open_rows], inverse, policy, found
    )
    link[open_rows], fallback[open_rows] = linked[inverse], apart[inverse]
    _block_far(inventory, fallbacks, fallback, exchanges.rows[rows], policy, found)
    return Links(link, fallback, tuple(fallbacks))


def _follow_names(functions: Functions, flow: NDArray[np.int64], provider: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the activity of each named provider whose only product is what is asked for, -1 for all other rows."""
    named = np.maximum(provider, 0)
    is_sole = (provider >= 0) & (functions.count[named] == 1)
    maker = np.where(is_sole, functions.first[named], 0)
    return np.where(is_sole & (functions.flow[maker] == flow), maker, -1) if len(functions.flow) else maker - 1


def _list_distinct(*columns: NDArray[np.int64] | NDArray[np.bool_]) -> tuple[list[list[int]], NDArray[np.int64]]:
    """Give the distinct rows of columns of numbers from -1 on, in order, and each row's position among them."""
    key, room = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        width = int(column.max(initial=0)) + 2
        if room > np.iinfo(np.int64).max // width:
            distinct, key = find_distinct(key)
            room = len(distinct)
        key, room = key * width + column + 1, room * width
    distinct, inverse = find_distinct(key)
    first = np.empty(len(distinct), np.int64)
    first[inverse[::-1]] = np.arange(len(key))[::-1]
    return np.stack([column[first].astype(np.int64) for column in columns], axis=1).tolist(), inverse


def _answer(
    inventory: Inventory,
    functions: Functions,
    markets: list[Market],
    requests: list[list[int]],
    places: list[str],
    rows: NDArray[np.int64],
    inverse: NDArray[np.int64],
    policy: Policy,
    found: Findings,
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Fallback]]:
    """Give the activity and the fallback of each distinct request, -1 where there is none, and the fallbacks."""
    book, counts = Book(functions, markets), np.bincount(inverse)
    link, fallback = np.full(len(requests), -1, np.int64), np.full(len(requests), -1, np.int64)
    fallbacks: list[Fallback] = []
    for at, (wanted, named, place, without, substituted) in enumerate(requests):
        asked = places[place] if place >= 0 else GLOBAL
        answer, there = find_provider(book, inventory.processes.location, wanted, named, asked, without)
        if isinstance(answer, Fault):
            own_rows, may_cut = inventory.exchanges.rows[rows[inverse == at]], policy.unlinked == "cutoff"
            _report_unlinked(inventory, book, answer, wanted, named, own_rows, may_cut, bool(substituted), found)
            continue
        link[at] = answer
        if named < 0 and is_elsewhere(asked, there):
            fallback[at] = len(fallbacks)
            path = _trace_path(asked, there, is_market=answer >= len(functions.process))
            fallbacks.append(Fallback(wanted, asked, there, path, int(counts[at])))
    return link, fallback, fallbacks


class Book:
    """Who makes what, looked up by flow; functions come first, markets after them."""

    def __init__(self, functions: Functions, markets: list[Market]) -> None:
        self.process = functions.process.tolist()
        self.makers: dict[int, list[int]] = {}
        for at, flow in enumerate(functions.flow.tolist()):
            self.makers.setdefault(flow, []).append(at)
        start = len(functions.process)
        self.markets = {(market.flow, market.place): start + k for k, market in enumerate(markets)}
        self.with_market = {market.flow for market in markets}

    def find_maker(self, process: int, flow: int) -> int | None:
        """Give the function of a process that makes a flow, None where it makes none."""
        return next((maker for maker in self.makers.get(flow, []) if self.process[maker] == process), None)


def find_provider(
    book: Book, locations: list[str | None], flow: int, named: int, asked: str, without: int
) -> tuple[int | Fault, str]:
    """Give the activity that meets a request and its place, or what stands in the way."""
    if named >= 0:
        maker = book.find_maker(named, flow)
        return (Fault.MAKES_NOT, "") if maker is None else (maker, asked)
    if flow in book.with_market:
        for place in list_fallbacks(asked):
            if (flow, place) in book.markets:
                return book.markets[flow, place], place
    makers = [maker for maker in book.makers.get(flow, []) if book.process[maker] != without]
    if len(makers) == 1:
        return makers[0], locations[book.process[makers[0]]] or GLOBAL
    return (Fault.AMBIGUOUS if makers else Fault.NOBODY), ""


def encode_places(inventory: Inventory, rows: NDArray[np.int64], none: str) -> tuple[list[str], NDArray[np.int64]]:
    """Give the place of exchange rows: their own, else their process's, else `none`.

    Returns
    -------
    places : list of str
        In order.
    code : (m,) int64
        Position of each row's place.
    """
    exchanges, processes = inventory.exchanges, inventory.processes
    of_process = [place or none for place in processes.location]
    places = sorted({*of_process, *exchanges.places})
    position = {place: at for at, place in enumerate(places)}
    own = np.array([position[place] for place in exchanges.places] + [-1], np.int64)[exchanges.place[rows]]
    inherited = np.array([position[place] for place in of_process], np.int64)[exchanges.process[rows]]
    return places, np.where(own >= 0, own, inherited)


def _trace_path(asked: str, there: str, is_market: bool) -> str:
    """Write the places that were tried on the way from `asked` to `there`."""
    if not is_market:
        return f"{asked} > only maker, {there}"
    chain = list_fallbacks(asked)
    return " > ".join(chain[: chain.index(there) + 1])


def _block_far(
    inventory: Inventory,
    fallbacks: list[Fallback],
    fallback: NDArray[np.int64],
    rows: NDArray[np.int64],
    policy: Policy,
    found: Findings,
) -> None:
    """Block rows that are met from farther than the policy lets them."""
    most = LEVELS.index(policy.max_fallback)
    for at, each in enumerate(fallbacks):
        if find_level(each.asked, each.found) > most:
            flow_id, own = inventory.flows.ids[each.flow].as_py(), rows[fallback == at]
            what = f"{flow_id} is asked for at {each.asked} and met from {each.found} ({each.path})"
            fix = f"add a market or a maker of {flow_id} nearer by, name a provider_id, or allow more by --max-fallback"
            every = np.ones(len(own), np.bool_)
            found.block_rows("too_far", "exchanges", every, own, "location", [flow_id] * len(own), what, fix)


def _report_unlinked(
    inventory: Inventory,
    book: Book,
    fault: Fault,
    flow: int,
    named: int,
    rows: NDArray[np.int64],
    may_cut: bool,
    is_substituted: bool,
    found: Findings,
) -> None:
    ids = inventory.processes.ids
    flow_id, flow_name = inventory.flows.ids[flow].as_py(), inventory.flows.show(flow)
    places = inventory.processes.location
    of = [book.process[maker] for maker in book.makers.get(flow, [])]
    makers = [f"{ids[p].as_py()} ({places[p]})" if places[p] else ids[p].as_py() for p in of]
    candidates = ", ".join(makers[:8]) + (f" and {len(makers) - 8} more" if len(makers) > 8 else "")
    every = np.ones(len(rows), np.bool_)
    severity = Severity.WARNING if may_cut and not is_substituted else Severity.BLOCKER
    if fault is Fault.MAKES_NOT:
        what = f"provider {ids[named].as_py()!r} does not make {flow_name!r}"
        fix = f"name one that does: {candidates}" if makers else f"no process makes {flow_name!r}: add one"
        found.block_rows(
            "wrong_provider", "exchanges", every, rows, "provider_id", [ids[named].as_py()] * len(rows), what, fix
        )
    elif fault is Fault.AMBIGUOUS:
        what = f"{flow_name!r} is made by several processes and has no market there"
        traded = sorted(place for of_flow, place in book.markets if of_flow == flow)
        known = f"; markets at {', '.join(traded[:8])}" if traded else ""
        fix = f"name a provider_id or add markets; makers: {candidates}{known}"
        if severity is Severity.BLOCKER and not is_substituted:
            fix += "; --unlinked cutoff leaves it out and says so"
        found.block_rows(
            "ambiguous_provider", "exchanges", every, rows, "provider_id", [flow_id] * len(rows), what, fix, severity
        )
    else:
        what = f"nobody supplies or treats {flow_name!r}"
        fix = "add a process, a market or a provider; --unlinked cutoff leaves it out and says so"
        if makers:  # they were left out: a process neither displaces nor spares itself
            what = f"nobody but the process itself supplies or treats {flow_name!r}, and it does not spare itself"
            fix = (
                "name it as its own provider_id if that is meant, or add who else does; --unlinked cutoff leaves it out"
            )
        if is_substituted:
            fix = "substitution needs who else makes it: add a process, a market or a provider, or allocate otherwise"
        found.block_rows(
            "unlinked_input", "exchanges", every, rows, "provider_id", [flow_id] * len(rows), what, fix, severity
        )
