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

__all__ = ["Market", "Part", "find_markets", "is_of_whole", "read_parts"]


BASES = ("location", "contract", "residual")
"""What a row of the table `markets` is a part of; a blank one is of the location."""


@dataclass(frozen=True, slots=True)
class Market:
    """The mix of one product at one place.

    Attributes
    ----------
    flow : int
    place : str
    basis : str
        What the mix is made of: ``location``, ``contract``, ``residual``, two of these with a + between, or
        ``production`` where it is made from what makers state.
    suppliers : tuple of (int, float)
        Function and share of each supplier.
    """

    flow: int
    place: str
    basis: str
    suppliers: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one basis of a market.

    Attributes
    ----------
    mix : tuple of (int, float)
        Function and share, or amount [base unit], of each supplier.
    by_amount : bool
    rows : tuple of int
        Position of each in the table, where they are rows of it.
    """

    mix: tuple[tuple[int, float], ...]
    by_amount: bool
    rows: tuple[int, ...] = ()

    def total(self) -> float:
        """Give what the rows sum to."""
        return sum(value for _, value in self.mix)


def find_markets(inventory: Inventory, functions: Functions, basis: str, found: Findings) -> list[Market]:
    """Build the markets: those of the table, and mixes by production where every maker states it.

    Parameters
    ----------
    inventory : Inventory
    functions : Functions
    basis : {"location", "contract"}
        Whether a market is the mix of its place, or, where the table has them, its contracts and, for what these
        leave, its residual mix.
    found : Findings

    Returns
    -------
    list of Market
        In order of flow and place.
    """
    parts, spoiled = read_parts(inventory, functions, found)
    of_basis = {key for key, mine in parts.items() if basis == "contract" and set(mine) != {"location"}}
    markets = []
    for (flow, place), mine in sorted(parts.items()):
        used, unused = Findings(), Findings()  # what is not used here is checked all the same
        is_contract, by_contract = (flow, place) in of_basis, None
        by_location = _take_location(inventory, flow, place, mine, unused if is_contract else used)
        if set(mine) != {"location"}:
            by_contract = _join_contracts(inventory, flow, place, mine, used if is_contract else unused)
        known = {"contract_rest", *(each.code for each in used.items)}
        found.items.extend([*used.items, *(each for each in unused.blockers() if each.code not in known)])
        market = by_contract if is_contract else by_location
        if market is not None and (flow, place) not in spoiled:
            markets.append(market)
    _report_basis(inventory, parts, of_basis, basis, found)
    taken = {market.flow for market in markets} | {flow for flow, _ in spoiled}
    return sorted([*markets, *_mix_by_production(inventory, functions, taken)], key=lambda m: (m.flow, m.place))


def read_parts(
    inventory: Inventory, functions: Functions, found: Findings
) -> tuple[dict[tuple[int, str], dict[str, Part]], set[tuple[int, str]]]:
    """Read the rows of every market by basis, and tell which markets have a row that does not hold.

    Parameters
    ----------
    inventory : Inventory
    functions : Functions
    found : Findings

    Returns
    -------
    parts : dict
        (flow, place) to basis to :class:`Part`.
    spoiled : set of (int, str)
    """
    frame = inventory.frames["markets"]
    if not len(frame):
        return {}, set()
    flows, processes = frame.codes("flow_id", inventory.flows.ids), frame.codes("process_id", inventory.processes.ids)
    makers = {(int(p), int(f)): k for k, (p, f) in enumerate(zip(functions.process, functions.flow, strict=True))}
    by_amount = ~np.isnan(frame.number("amount"))
    places, bases = frame.text("location"), frame.text("basis")
    mixes: dict[tuple[int, str], dict[str, list[tuple[int, float, int]]]] = {}
    kinds: dict[tuple[int, str, str], set[bool]] = {}
    spoiled = set()
    for at in range(len(frame)):
        flow, place, basis = int(flows[at]), places[at] or GLOBAL, bases[at] or BASES[0]
        maker = makers.get((int(processes[at]), flow))
        value = None if flow < 0 or processes[at] < 0 else _read_row(inventory, at, flow, maker, found)
        if maker is None or value is None or basis not in BASES:
            spoiled.add((flow, place))
            continue
        mixes.setdefault((flow, place), {}).setdefault(basis, []).append((maker, value, at))
        kinds.setdefault((flow, place, basis), set()).add(bool(by_amount[at]))
    parts: dict[tuple[int, str], dict[str, Part]] = {}
    for (flow, place), of_place in mixes.items():
        for basis, mix in of_place.items():
            kind = kinds[flow, place, basis]
            if len(kind) > 1:
                _block_mixed(inventory, flow, place, "", found)
                spoiled.add((flow, place))
                continue
            mix.sort()
            pairs, rows = tuple((maker, value) for maker, value, _ in mix), tuple(row for _, _, row in mix)
            parts.setdefault((flow, place), {})[basis] = Part(pairs, kind == {True}, rows)
    return parts, spoiled


def _take_location(
    inventory: Inventory, flow: int, place: str, parts: dict[str, Part], found: Findings
) -> Market | None:
    """Give the mix of a place; None where the table has no rows for it."""
    if "location" not in parts:
        return None
    return Market(flow, place, "location", _share_out(inventory, flow, place, parts["location"], found))


def _join_contracts(
    inventory: Inventory, flow: int, place: str, parts: dict[str, Part], found: Findings
) -> Market | None:
    """Give the mix of contracts and, for what they leave, of the residual mix; without one, of the place.

    With contracts c that sum to C and a residual mix r that sums to R, the share of a supplier is
    ``c + (1 - C) r / R``. By amount, contracts and residual mix are parts of one whole; without a residual mix, the
    whole is what the place supplies.
    """
    contract, rest_of = parts.get("contract"), "residual"
    rest = parts.get("residual")
    name = f"{inventory.flows.ids[flow].as_py()} at {place}"
    if contract is None and rest is not None:
        return Market(flow, place, "residual", _share_out(inventory, flow, place, rest, found, " (residual)"))
    assert contract is not None
    if rest is not None and rest.by_amount != contract.by_amount:
        _block_mixed(inventory, flow, place, " (contract, residual)", found)
        return None
    if contract.by_amount and rest is None:
        contract = _cover(inventory, flow, place, contract, parts.get("location"), found)
        if contract is None:
            return None
    if contract.by_amount:
        whole = Part((*contract.mix, *(rest.mix if rest else ())), by_amount=True)
        basis = "contract+residual" if rest else "contract"
        return Market(flow, place, basis, _share_out(inventory, flow, place, whole, found))
    covered = contract.total()
    left = 1.0 - covered
    if abs(left) <= SUM_TOLERANCE:
        if rest is not None and rest.total() > SUM_TOLERANCE:  # nothing is left for it, and it is checked all the same
            _share_out(inventory, flow, place, rest, found, " (residual)")
        return Market(flow, place, "contract", contract.mix)
    if left < 0:
        what = f"the contracts of the market of {name} sum to {covered:.9g}, more than one"
        found.block("market_sum", "markets", what, "correct the shares", column="share", value=f"{covered:.9g}")
        return None
    if rest is None and "location" in parts:
        rest, rest_of = parts["location"], "location"
        what = (
            f"contracts for {name} cover {covered:.4g} and there is no residual mix: the mix by location meets the rest"
        )
        fix = "add rows of the basis residual: the mix by location counts contracted supply a second time"
        found.warn("no_residual", "markets", what, fix, column="basis", value=name)
    if rest is None:
        what = f"contracts for {name} cover {covered:.4g} and nothing meets the rest"
        fix = "add rows of the basis residual"
        found.block("contract_rest", "markets", what, fix, column="share", value=f"{covered:.9g}")
        return None
    if rest_of == "residual" and is_of_whole(contract, rest):
        shares = rest.mix
    else:
        label = f" ({rest_of})"
        shares = tuple((m, left * v) for m, v in _share_out(inventory, flow, place, rest, found, label))
    return Market(flow, place, f"contract+{rest_of}", tuple(sorted([*contract.mix, *shares])))


def is_of_whole(contract: Part, residual: Part) -> bool:
    """Tell whether the shares of a residual mix are of the whole, contracts included, not of what these leave."""
    return abs(residual.total() - (1.0 - contract.total())) <= SUM_TOLERANCE


def _cover(
    inventory: Inventory, flow: int, place: str, contract: Part, location: Part | None, found: Findings
) -> Part | None:
    """Give contracts by amount, without a residual mix, as shares of what the place supplies, where that is said."""
    name, covered = f"{inventory.flows.ids[flow].as_py()} at {place}", contract.total()
    if location is None or not location.by_amount:
        what = f"contracts for {name} are given by amount, with no amounts beside them: they count as all there is"
        fix = "add rows of the basis residual, or location, by amount; or give the contracts as shares"
        found.warn("contract_whole", "markets", what, fix, column="basis", value=name)
        return contract
    supplied = location.total()
    if covered > supplied * (1.0 + SUM_TOLERANCE):
        what = f"the contracts of the market of {name} sum to {covered:g}, all that is supplied there to {supplied:g}"
        fix = "correct the amounts"
        found.block("market_sum", "markets", what, fix, column="amount", value=f"{covered:g}")
        return None
    return Part(tuple((maker, amount / supplied) for maker, amount in contract.mix), by_amount=False)


def _report_basis(
    inventory: Inventory,
    parts: dict[tuple[int, str], dict[str, Part]],
    of_basis: set[tuple[int, str]],
    basis: str,
    found: Findings,
) -> None:
    """Warn of rows that take no part, and of markets that stay the mix of their place beside others with contracts."""
    other = {key for key, mine in parts.items() if set(mine) != {"location"}}
    if basis == "location" and other:
        what = f"{len(other)} market(s) have contracts or a residual mix, which take no part in the mix by location"
        fix = "score with --basis contract to use them"
        found.warn("unused_market", "markets", what, fix, column="basis")
    flows = {flow for flow, _ in of_basis}
    if basis == "contract" and not flows:
        what = "the basis is contract, and no market has contracts or a residual mix: all stay the mix of their place"
        found.warn("no_contract", "markets", what, "add rows of the basis contract or residual", column="basis")
    for flow in sorted(flows):
        stay = sorted(place for each, place in parts if each == flow and (each, place) not in of_basis)
        if stay:
            flow_id = inventory.flows.ids[flow].as_py()
            what = f"{flow_id} at {', '.join(stay)} has neither contracts nor a residual mix and stays by location"
            fix = "add a residual mix, if there is one"
            found.warn("no_contract", "markets", what, fix, column="basis", value=flow_id)


def _block_mixed(inventory: Inventory, flow: int, place: str, of: str, found: Findings) -> None:
    name = f"{inventory.flows.ids[flow].as_py()} at {place}"
    what = f"the market of {name}{of} mixes shares and amounts"
    found.block("market_mixed", "markets", what, "use one of them", column="share", value=name)


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
    inventory: Inventory, flow: int, place: str, part: Part, found: Findings, of: str = ""
) -> tuple[tuple[int, float], ...]:
    """Give the shares of a mix; a blocker where they do not sum to one."""
    total = part.total()
    if part.by_amount and total > 0:
        most = max(value for _, value in part.mix)  # the sum of large amounts may be beyond a float
        parts = sum(value / most for _, value in part.mix)
        return tuple(sorted((maker, value / most / parts) for maker, value in part.mix))
    if abs(total - 1.0) > SUM_TOLERANCE:
        name = f"{inventory.flows.ids[flow].as_py()} at {place}{of}"
        what = f"the shares of the market of {name} sum to {total:.9g}, not to one"
        found.block("market_sum", "markets", what, "correct the shares", column="share", value=f"{total:.9g}")
    return part.mix


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
            markets.append(Market(flow, GLOBAL, "production", tuple(mix)))
    return markets
