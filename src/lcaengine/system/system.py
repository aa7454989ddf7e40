"""The system: activities, A and B in sparse form, and what is missing from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.inventory.inventory import Inventory
from lcaengine.inventory.signs import Role, assign_roles
from lcaengine.inventory.words import find_distinct
from lcaengine.policy import Policy
from lcaengine.system.activities import Activities, Functions, find_functions, make_activities
from lcaengine.system.coupling import Coupling, build_coupling
from lcaengine.system.declared import report_declaring
from lcaengine.system.demand import Bill, read_demand
from lcaengine.system.linking import Fallback, encode_places, link_rows
from lcaengine.system.markets import Market, find_markets

__all__ = ["Demands", "Interventions", "System", "build_system"]


@dataclass(frozen=True, slots=True)
class Demands:
    """Entries off the balance of A, one a linked exchange row, market supplier or bill line, in canonical order.

    Attributes
    ----------
    activity, provider : (m,) int64
        Who asks, and who meets it; the provider is -1 where nobody does.
    amount : (m,) float64
        Demanded of the provider [base unit of the flow]; of a credit, what it is spared.
    is_credit : (m,) bool
        Avoided supply.
    fallback : (m,) int64
        Position in the system's fallbacks, -1 where the provider is named or within the country.
    row : (m,) int64
        Exchange row, -1 for a market's or a bill's.
    """

    activity: NDArray[np.int64]
    provider: NDArray[np.int64]
    amount: NDArray[np.float64]
    is_credit: NDArray[np.bool_]
    fallback: NDArray[np.int64]
    row: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interventions:
    """Entries of B, one an elementary exchange row and activity, and B's rows.

    Attributes
    ----------
    activity, row, kind : (m,) int64
        Activity, exchange row, and row of B.
    amount : (m,) float64
        As written [base unit of the flow].
    flow : (b,) int64
    is_input : (b,) bool
    place : list of str
        The rows of B: elementary flow, direction, location.
    """

    activity: NDArray[np.int64]
    row: NDArray[np.int64]
    kind: NDArray[np.int64]
    amount: NDArray[np.float64]
    flow: NDArray[np.int64]
    is_input: NDArray[np.bool_]
    place: list[str]


@dataclass(frozen=True, slots=True)
class System:
    """An inventory as matrices.

    Attributes
    ----------
    inventory : Inventory
    activities : Activities
    coupling : Coupling
        A', the transposed technosphere matrix: row a holds what activity a makes, net, and what it takes.
    demands : Demands
    interventions : Interventions
    policy : Policy
        What was applied.
    fallbacks : tuple of Fallback
        Products that are met from beyond the country that asks.
    warnings : tuple of Finding
    """

    inventory: Inventory
    activities: Activities
    coupling: Coupling
    demands: Demands
    interventions: Interventions
    policy: Policy
    fallbacks: tuple[Fallback, ...]
    warnings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return f"System({len(self.activities)} activities, {len(self.coupling.data)} entries off the diagonal)"


def build_system(inventory: Inventory, policy: Policy | None = None, found: Findings | None = None) -> System:
    """Link and allocate an inventory, and write it as A and B.

    ``A[a, a]`` is what activity a makes less what it takes of its own; ``A[i, a]`` is minus what it takes of i, plus
    what it spares i.

    Parameters
    ----------
    inventory : Inventory
    policy : Policy, optional
        What is done where the inventory leaves a choice.
    found : Findings, optional
        Receives the findings; without it blockers are raised.

    Returns
    -------
    System

    Raises
    ------
    DataError
        With every blocking finding, where `found` is not given.
    """
    policy = policy or Policy()
    reports = Findings() if found is None else found
    known = len(reports.items)
    report_declaring(inventory, reports)
    roles = assign_roles(inventory.exchanges, inventory.flows)
    functions = find_functions(inventory, roles, policy.allocation, reports)
    markets = find_markets(inventory, functions, policy.basis, reports)
    bills = read_demand(inventory, functions, markets, reports)
    market_names = [(market.flow, market.place, market.basis) for market in markets]
    activities = make_activities(inventory, functions, market_names, [(bill.id, bill.supplier) for bill in bills])
    demands, fallbacks = _build_demands(inventory, functions, markets, bills, roles, policy, reports)
    interventions = _build_interventions(inventory, functions, roles)
    linked = demands.provider >= 0
    sign = np.where(demands.is_credit, 1.0, -1.0)
    coupling = build_coupling(
        activities.output, demands.activity[linked], demands.provider[linked], (sign * demands.amount)[linked]
    )
    if found is None:
        raise_blockers(reports, inventory.label)
    new = Findings(reports.items[known:])
    return System(inventory, activities, coupling, demands, interventions, policy, fallbacks, tuple(new.warnings()))


def _build_demands(
    inventory: Inventory,
    functions: Functions,
    markets: list[Market],
    bills: list[Bill],
    roles: NDArray[np.int8],
    policy: Policy,
    found: Findings,
) -> tuple[Demands, tuple[Fallback, ...]]:
    exchanges = inventory.exchanges
    asks = (roles == Role.DEMAND) | (roles == Role.AVOIDED) | functions.substituted
    rows = np.flatnonzero(asks)
    avoided = roles[rows] == Role.AVOIDED
    links = link_rows(inventory, functions, markets, rows, functions.substituted[rows], avoided, policy, found)
    activity, entry, weight = _spread(functions, exchanges.process[rows], exchanges.flow[rows], len(inventory.flows))
    credit = (roles[rows] == Role.AVOIDED) | functions.substituted[rows]
    own = Demands(
        activity,
        links.provider[entry],
        exchanges.amount[rows][entry] * weight,
        credit[entry],
        links.fallback[entry],
        rows[entry],
    )
    if not markets and not bills:
        return own, links.fallbacks
    start = len(functions.process)
    extra = [(start + k, maker, share) for k, market in enumerate(markets) for maker, share in market.suppliers]
    start += len(markets)
    extra += [(start + k, provider, amount) for k, bill in enumerate(bills) for provider, amount in bill.lines]
    count = len(extra)
    demands = Demands(
        np.concatenate([own.activity, np.array([a for a, _, _ in extra], np.int64)]),
        np.concatenate([own.provider, np.array([p for _, p, _ in extra], np.int64)]),
        np.concatenate([own.amount, np.array([x for _, _, x in extra], np.float64)]),
        np.concatenate([own.is_credit, np.zeros(count, np.bool_)]),
        np.concatenate([own.fallback, np.full(count, -1, np.int64)]),
        np.concatenate([own.row, np.full(count, -1, np.int64)]),
    )
    return demands, links.fallbacks


def _build_interventions(inventory: Inventory, functions: Functions, roles: NDArray[np.int8]) -> Interventions:
    exchanges = inventory.exchanges
    rows = np.flatnonzero(roles == Role.ELEMENTARY)
    activity, entry, weight = _spread(functions, exchanges.process[rows], exchanges.flow[rows], len(inventory.flows))
    places, place = encode_places(inventory, rows, "")
    distinct, kind = find_distinct((exchanges.flow[rows] * 2 + exchanges.is_input[rows]) * len(places) + place)
    flow, is_input = np.divmod(distinct // max(len(places), 1), 2)
    return Interventions(
        *(activity, rows[entry], kind[entry], exchanges.amount[rows][entry] * weight),
        *(flow, is_input == 1, [places[at] for at in (distinct % max(len(places), 1)).tolist()]),
    )


def _spread(
    functions: Functions, process: NDArray[np.int64], flow: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give each row to every activity of its process, with that activity's share of it."""
    if len(functions.process) == len(functions.count) and (functions.count == 1).all() and not functions.causal:
        activity = functions.first[process]
        return activity, np.arange(len(process), dtype=np.int64), functions.share[activity]
    count = functions.count[process]
    entry = np.repeat(np.arange(len(process), dtype=np.int64), count)
    offset = np.arange(len(entry), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    activity = functions.first[process[entry]] + offset
    weight = functions.share[activity].copy()
    for (function, exchange), share in functions.causal.items():
        weight[(activity == function) & (flow[entry] == exchange)] = share
    return activity, entry, weight
