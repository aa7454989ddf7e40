"""Edits: the rows of an inventory that changes are of, found by name; every change that fits none is reported."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory import Inventory, Role, convert
from lcaengine.inventory.signs import assign_roles
from lcaengine.places import GLOBAL
from lcaengine.policy import Policy
from lcaengine.scenarios.change import NONE, PERCENT, Change, read_amount
from lcaengine.system.activities import Functions, find_functions
from lcaengine.system.markets import find_markets
from lcaengine.units import read_unit

__all__ = ["Edits", "Makers", "find_edits", "find_makers"]

MOST_NAMED = 8
"""How many candidates a message names."""
MarketKey = tuple[str, str, str]
"""A mix: flow, place and basis."""


@dataclass(slots=True)
class Edits:
    """What is written into which rows.

    Attributes
    ----------
    amounts : dict of int to (float, str)
        New amount and unit of exchange rows, by position.
    given : dict of int to Change
        Which change gives them.
    distributions : dict of int to dict
        Of new amounts, by position, where they are given.
    providers : dict of int to (str or None)
        New provider of exchange rows, by position; None for the market or the only maker.
    mixes : dict of (flow, place, basis) to Change
    """

    amounts: dict[int, tuple[float, str]] = field(default_factory=dict)
    given: dict[int, Change] = field(default_factory=dict)
    distributions: dict[int, Mapping[str, str | float | bool]] = field(default_factory=dict)
    providers: dict[int, str | None] = field(default_factory=dict)
    mixes: dict[MarketKey, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes what, which mixes there are, and which rows ask for a provider.

    Attributes
    ----------
    of_flow : dict of str to list of str
        Processes that make a flow and carry a part of their burdens with it.
    mixes : set of (flow, place, basis)
        Those of the table, and those made of what makers state to produce, of the basis location.
    asks : (m,) bool
    """

    of_flow: dict[str, list[str]]
    mixes: set[MarketKey]
    asks: NDArray[np.bool_]


def find_makers(inventory: Inventory, policy: Policy, changes: Iterable[Change]) -> Makers:
    """Find who makes what in an inventory that is allocated by a policy, as far as the changes ask for it.

    Returns
    -------
    Makers
        Empty where nothing but amounts is changed.
    """
    if not any(each.provider_id or each.shares for each in changes):
        return Makers({}, set(), np.zeros(0, np.bool_))
    roles = assign_roles(inventory.exchanges, inventory.flows)
    functions: Functions = find_functions(inventory, roles, policy.allocation, Findings())
    flows, processes = inventory.flows.ids.to_pylist(), inventory.processes.ids.to_pylist()
    of_flow: dict[str, list[str]] = {}
    for process, flow in zip(functions.process.tolist(), functions.flow.tolist(), strict=True):
        of_flow.setdefault(flows[flow], []).append(processes[process])
    frame = inventory.frames["markets"]
    given = zip(frame.text("flow_id"), frame.text("location"), frame.text("basis"), strict=True)
    mixes = {(flow or "", place or GLOBAL, basis or "location") for flow, place, basis in given}
    for market in find_markets(inventory, functions, policy.basis, Findings()):
        if market.basis == "production":
            mixes.add((flows[market.flow], market.place, "location"))
    asks = (roles == Role.DEMAND) | (roles == Role.AVOIDED) | functions.substituted
    return Makers(of_flow, mixes, asks)


def find_edits(inventory: Inventory, changes: Sequence[Change], makers: Makers, found: Findings) -> Edits:
    """Find the rows that changes are of.

    Parameters
    ----------
    inventory : Inventory
    changes : sequence of Change
    makers : Makers
        Of this inventory and these changes.
    found : Findings
        Receives a blocker for every change that fits no row or several, names a process that is not there or does not
        make the flow, or has a unit that does not fit.

    Returns
    -------
    Edits
    """
    edits = Edits()
    for each in changes:
        if not each.process_id:
            _edit_market(inventory, each, makers, edits, found)
            continue
        row = _find_row(inventory, each, found)
        if row is None:
            continue
        if each.amount and _once(row in edits.amounts, each, "amount", found):
            amount = _convert(inventory, row, each, found)
            if amount is not None:
                edits.amounts[row], edits.given[row] = amount, each
                if each.distribution:
                    edits.distributions[row] = each.distribution
        if each.provider_id and _once(row in edits.providers, each, "provider_id", found):
            if not makers.asks[row]:
                what = f"the row of {each} asks nobody for anything: it has no provider"
                _block("no_demand", each, what, "change the provider of a product input or a waste output", found)
            elif each.provider_id == NONE:
                edits.providers[row] = None
            elif _may_supply(inventory, each, each.provider_id, makers, found):
                edits.providers[row] = each.provider_id
    return edits


def _once(is_there: bool, change: Change, column: str, found: Findings) -> bool:
    if is_there:
        what = f"{change} is changed twice in one scenario"
        _block(
            "changed_twice", change, what, "keep one of them, or give the other a scenario of its own", found, column
        )
    return not is_there


def _find_row(inventory: Inventory, change: Change, found: Findings) -> int | None:
    """Find the one exchange row a change is of."""
    process = _find(inventory.processes.ids, change.process_id)
    flow = _find(inventory.flows.ids, change.flow_id)
    exchanges = inventory.exchanges
    if process < 0:
        what = f"there is no process {change.process_id!r}"
        _block(
            "unknown_process_id", change, what, _suggest(change.process_id, inventory.processes.ids.to_pylist()), found
        )
        return None
    own = np.flatnonzero(exchanges.process == process)
    rows = own[exchanges.flow[own] == flow]
    if not len(rows):
        flows = sorted({inventory.flows.ids[f].as_py() for f in exchanges.flow[own].tolist()})
        what = f"{change.process_id} has no exchange of {change.flow_id!r}"
        _block("unknown_flow_id", change, what, f"write one of its flows: {_list(flows)}", found, "flow_id")
        return None
    fits = [row for row in rows.tolist() if _fits(inventory, row, change)]
    if len(fits) == 1:
        return int(fits[0])
    shown = _list([_show(inventory, row) for row in (fits or rows.tolist())])
    if not fits:
        what = f"no row of {change} is as the change says; it has: {shown}"
        _block(
            "no_such_row", change, what, "correct direction, old_provider_id or location, or leave them empty", found
        )
        return None
    what, fix = (
        f"{change} are {len(fits)} rows: {shown}",
        "name one by direction, old_provider_id or location (- for the row that has none)",
    )
    if len({_show(inventory, row).rpartition(" (")[0] for row in fits}) == 1:
        fix = "write these rows as one in the inventory: nothing tells them apart"
    _block("several_rows", change, what, fix, found)
    return None


def _fits(inventory: Inventory, row: int, change: Change) -> bool:
    exchanges = inventory.exchanges
    provider = int(exchanges.provider[row])
    named = inventory.processes.ids[provider].as_py() if provider >= 0 else NONE
    direction = "input" if exchanges.is_input[row] else "output"
    return (
        change.direction in ("", direction)
        and change.old_provider_id in ("", named)
        and change.location in ("", exchanges.locate(row) or NONE)
    )


def _show(inventory: Inventory, row: int) -> str:
    """Name a row by what tells it from others of its process and flow."""
    exchanges = inventory.exchanges
    provider, place = int(exchanges.provider[row]), exchanges.locate(row)
    parts = ["input" if exchanges.is_input[row] else "output"]
    parts += [f"from {inventory.processes.ids[provider].as_py()}"] if provider >= 0 else []
    parts += [f"at {place}"] if place else []
    return f"{' '.join(parts)} (row {int(exchanges.rows[row])})"


def _convert(inventory: Inventory, row: int, change: Change, found: Findings) -> tuple[float, str] | None:
    """Give the amount as the row is to have it, where its unit fits the flow."""
    frame, exchanges, flows = inventory.frames["exchanges"], inventory.exchanges, inventory.flows
    value, unit = read_amount(change.amount, str(change))
    if unit == PERCENT:
        value, unit = value / 100.0 * float(frame.columns["amount"][row].as_py()), frame.columns["unit"][row].as_py()
    flow = int(exchanges.flow[row])
    try:
        factor = convert(read_unit(unit), flows.units[flow], flow, flows.properties)
    except UnitError as error:
        _block("unit", change, error.what, error.fix, found, "unit", unit)
        return None
    if not np.isfinite(value * factor):
        _block("not_finite", change, f"{change.amount} is too large", "check amount and unit", found, "amount")
        return None
    if exchanges.is_reference[row] and not value > 0:
        what = f"{change.amount} is no reference amount: it is what the process makes"
        _block("reference_amount", change, what, "write an amount above zero", found, "amount", change.amount)
        return None
    return value, unit


def _edit_market(inventory: Inventory, change: Change, makers: Makers, edits: Edits, found: Findings) -> None:
    key = (change.flow_id, change.location or GLOBAL, change.basis)
    if _find(inventory.flows.ids, change.flow_id) < 0:
        what = f"there is no flow {change.flow_id!r}"
        _block(
            "unknown_flow_id", change, what, _suggest(change.flow_id, inventory.flows.ids.to_pylist()), found, "flow_id"
        )
        return
    there = sorted(each for each in makers.mixes if each[0] == change.flow_id)
    same = [each for each in there if each[2] == change.basis]
    if not change.location and key not in makers.mixes and len(same) == 1:
        key = same[0]  # its only market is meant
    if key not in makers.mixes:
        places = _list([f"{place or GLOBAL} ({basis})" for _, place, basis in there])
        fix = f"no market trades {change.flow_id}: add one to the inventory"
        if there:
            fix = (
                f"name its location, in column location: {places}" if not change.location else f"its markets: {places}"
            )
        what = f"there is no {change}" if change.location or not same else f"{change} may be any of {len(same)}"
        _block("unknown_market", change, what, fix, found, "location", change.location)
        return
    if not _once(key in edits.mixes, change, "share", found):
        return
    wrong = [each for each in change.shares if not _may_supply(inventory, change, each, makers, found)]
    if not wrong:
        edits.mixes[key] = change


def _may_supply(inventory: Inventory, change: Change, process_id: str, makers: Makers, found: Findings) -> bool:
    """Tell whether a process is there and makes the flow, and report it if not."""
    of_flow = makers.of_flow.get(change.flow_id, [])
    if process_id in of_flow:
        return True
    fix = f"name one that does: {_list(of_flow)}" if of_flow else f"no process makes {change.flow_id}: add one"
    if _find(inventory.processes.ids, process_id) < 0:
        _block(
            "unknown_provider_id", change, f"there is no process {process_id!r}", fix, found, "provider_id", process_id
        )
    else:
        what = f"provider {process_id!r} does not make {change.flow_id!r}"
        _block("wrong_provider", change, what, fix, found, "provider_id", process_id)
    return False


def _find(ids: object, id: str) -> int:
    at: int = pc.index(ids, id).as_py()
    return at


def _suggest(given: str, known: list[str]) -> str:
    near = difflib.get_close_matches(given, known, n=3, cutoff=0.6)
    return f"write one of: {', '.join(near)}" if near else "write an id of the inventory, letter by letter"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def _block(
    code: str, change: Change, what: str, fix: str, found: Findings, column: str = "", value: object = ""
) -> None:
    found.block(code, "changes", what, fix, row=change.row or None, column=column, value=value)
