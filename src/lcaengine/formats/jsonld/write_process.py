"""Processes and markets of an inventory as openLCA has processes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.formats.imported import Losses
from lcaengine.formats.jsonld.own import locate, make_uuid, write_own
from lcaengine.formats.jsonld.write_flows import Catalog, find_joined, to_plain
from lcaengine.inventory import Inventory
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.inventory.signs import assign_roles
from lcaengine.system import System
from lcaengine.system.activities import ActivityKind, Functions, find_functions
from lcaengine.units import read_unit

__all__ = ["Links", "link", "list_markets", "list_processes"]

METHODS = {
    "none": "NO_ALLOCATION",
    "mass": "PHYSICAL_ALLOCATION",
    "energy": "PHYSICAL_ALLOCATION",
    "as_given": "PHYSICAL_ALLOCATION",
    "economic": "ECONOMIC_ALLOCATION",
    "causal": "CAUSAL_ALLOCATION",
    "substitution": "NO_ALLOCATION",
}
"""Rules of allocation, and what openLCA calls the method whose factors they give."""


@dataclass(frozen=True, slots=True)
class Links:
    """Who supplies whom, and how burdens are shared.

    Attributes
    ----------
    provider : dict of int to (str, str)
        Exchange row to id and name of the process that is written as its provider.
    functions : Functions
    rule : str
        Allocation for all processes, empty where each has its own.
    declared : frozenset of int
        Processes known by a declared footprint, which are not written.
    market_places : tuple of str
    """

    provider: Mapping[int, tuple[str, str]]
    functions: Functions
    rule: str
    declared: frozenset[int]
    market_places: tuple[str, ...]


def link(inventory: Inventory, system: System | None) -> Links:
    """Find the provider of each row: the one it names; or, where others make its flow too, the one it was linked to."""
    exchanges, processes = inventory.exchanges, inventory.processes
    roles = assign_roles(exchanges, inventory.flows)
    rule = system.policy.allocation if system else ""
    functions = find_functions(inventory, roles, rule, Findings())
    codes = inventory.frames["impacts"].codes("process_id", processes.ids)
    declared = frozenset(codes[codes >= 0].tolist())
    ids = processes.ids.to_pylist()
    provider = {
        row: (make_uuid("processes", ids[p]), processes.names[p])
        for row, p in enumerate(exchanges.provider.tolist())
        if p >= 0 and p not in declared
    }
    if system is None:
        return Links(provider, functions, rule, declared, ())
    activities, demands = system.activities, system.demands
    makers = np.bincount(activities.flow[activities.flow >= 0], minlength=len(inventory.flows))
    for row, a in zip(demands.row.tolist(), demands.provider.tolist(), strict=True):
        if row < 0 or a < 0 or row in provider:
            continue
        p = int(activities.process[a])
        if activities.kind[a] == ActivityKind.MARKET:
            provider[row] = _name_market(system, a)
        elif makers[activities.flow[a]] > 1 and p not in declared:
            provider[row] = make_uuid("processes", ids[p]), processes.names[p]
    places = tuple(activities.location[a] for a in _list_markets(system))
    return Links(provider, functions, rule, declared, places)


def list_processes(
    inventory: Inventory, catalog: Catalog, links: Links, losses: Losses
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the processes."""
    import olca_schema as olca

    exchanges = inventory.exchanges
    columns = {name: values.to_pylist() for name, values in inventory.frames["processes"].columns.items()}
    order = np.argsort(exchanges.process, kind="stable")
    bounds = np.searchsorted(exchanges.process[order], np.arange(len(inventory.processes) + 1))
    rows = _open_rows(inventory)
    for p in range(len(inventory.processes)):
        if p in links.declared:
            continue
        own = {name: values[p] for name, values in columns.items()}
        at = order[bounds[p] : bounds[p + 1]].tolist()
        process = olca.Process(make_uuid("processes", own["process_id"]), name=own["name"])
        process.process_type = olca.ProcessType.UNIT_PROCESS
        process.description = own["comment"]
        process.location = _refer_place(own["location"])
        process.exchanges = [
            _write_exchange(inventory, catalog, links, losses, row, k, rows) for k, row in enumerate(at, 1)
        ]
        process.last_internal_id = len(at)
        cited = {own["source_id"], *(rows["source_id"][row] for row in at)} - {None}
        process.process_documentation = olca.ProcessDocumentation(
            valid_from=own["valid_from"],
            valid_until=own["valid_until"],
            sources=[
                olca.Ref(id=make_uuid("sources", each), name=each, ref_type=olca.RefType.Source)
                for each in sorted(str(each) for each in cited)
            ],
        )
        _add_allocation(process, inventory, links, losses, p, at)
        yield f"processes/{process.id}.json", to_plain(process) | write_own("processes", own)


def _open_rows(inventory: Inventory) -> dict[str, list[Any]]:
    """Give the columns of exchanges, by position in the inventory's exchanges."""
    frame = inventory.frames["exchanges"]
    return {name: values.to_pylist() for name, values in frame.columns.items()}


def _write_exchange(
    inventory: Inventory,
    catalog: Catalog,
    links: Links,
    losses: Losses,
    row: int,
    number: int,
    rows: Mapping[str, list[Any]],
) -> Any:
    import olca_schema as olca

    exchanges, flows = inventory.exchanges, inventory.flows
    flow = int(exchanges.flow[row])
    own = {name: values[row] for name, values in rows.items()}
    unit, reference = read_unit(own["unit"]), flows.units[flow]
    shown = f"{own['flow_id']} of {own['process_id']}"
    is_input, is_avoided = bool(exchanges.is_input[row]), bool(exchanges.is_avoided[row])
    if links.functions.substituted[row]:
        losses.note(False, "co-products that displace another's supply are avoided products", shown)
        is_avoided = True
    if is_avoided and is_input != (own_kind(inventory, flow) == "product"):  # how openLCA calculates
        if not links.functions.substituted[row]:
            losses.note(False, "avoided products are inputs and avoided wastes outputs, as openLCA has them", shown)
        is_input = not is_input
    name = find_joined(inventory, flow, unit)
    base = read_unit(reference.base)
    factor = 1.0
    if name is None:
        factor = convert(unit, reference, flow, flows.properties)
        losses.note(False, f"amounts in {unit.label} stand in {base.label}, by a property of the flow", shown)
        name, unit = "", base
    written = olca.Exchange(amount=own["amount"] * factor if factor != 1.0 else own["amount"])
    written.internal_id = number
    written.flow = olca.Ref(id=make_uuid("flows", own["flow_id"]), name=flows.names[flow], ref_type=olca.RefType.Flow)
    property_id, property_name = catalog.property(name, unit.dimension)
    written.flow_property = olca.Ref(id=property_id, name=property_name, ref_type=olca.RefType.FlowProperty)
    written.unit = olca.Ref(id=catalog.unit_id(unit), name=unit.label, ref_type=olca.RefType.Unit)
    written.is_input, written.is_avoided_product = is_input, is_avoided
    written.is_quantitative_reference = bool(exchanges.is_reference[row])
    written.location = _refer_place(exchanges.locate(row))
    written.description = own["comment"]
    written.dq_entry = f"({own['pedigree']})" if own["pedigree"] else None
    if row in links.provider:
        provider_id, provider = links.provider[row]
        written.default_provider = olca.Ref(id=provider_id, name=provider, ref_type=olca.RefType.Process)
    elif exchanges.provider[row] >= 0:
        losses.note(True, "providers that are known by a declared footprint, and not written", shown)
    written.uncertainty = _write_distribution(own, factor, losses, shown)
    return written


def own_kind(inventory: Inventory, flow: int) -> str:
    """Name the kind of a flow."""
    return ("product", "waste", "elementary")[inventory.flows.kind[flow]]


def _write_distribution(own: Mapping[str, Any], factor: float, losses: Losses, shown: str) -> Any:
    import olca_schema as olca

    text = own["uncertainty_type"] or "0"
    kind = UNCERTAINTY_TYPES[int(text)] if text.isdigit() else text
    loc, scale, low, high = (own[name] for name in ("loc", "scale", "minimum", "maximum"))
    kinds = olca.UncertaintyType
    if kind in ("undefined", "none"):
        return None
    if kind in ("lognormal", "normal") and (low is not None or high is not None):
        losses.note(True, f"bounds of {kind} distributions", shown)
    if kind == "lognormal":
        middle = math.exp(loc) * factor
        return olca.Uncertainty(
            distribution_type=kinds.LOG_NORMAL_DISTRIBUTION,
            geom_mean=-middle if own["negative"] else middle,
            geom_sd=math.exp(scale),
        )
    if kind == "normal":
        return olca.Uncertainty(distribution_type=kinds.NORMAL_DISTRIBUTION, mean=loc * factor, sd=scale * factor)
    if kind in ("triangular", "uniform"):
        written = olca.Uncertainty(minimum=low * factor, maximum=high * factor)
        written.distribution_type = kinds.UNIFORM_DISTRIBUTION
        if kind == "triangular":
            written.distribution_type, written.mode = kinds.TRIANGLE_DISTRIBUTION, loc * factor
        return written
    losses.note(True, f"{kind} distributions: the amount stays", shown)
    return None


def _add_allocation(process: Any, inventory: Inventory, links: Links, losses: Losses, p: int, rows: list[int]) -> None:
    """Add the factors of a process with several products: each product's share, by exchange where they are causal."""
    import olca_schema as olca

    functions = links.functions
    rule = links.rule or inventory.processes.allocation[p] or ""
    first, count = int(functions.first[p]), int(functions.count[p])
    if rule not in METHODS:
        return
    process.default_allocation_method = olca.AllocationType(METHODS[rule])
    if count < 2:
        return
    if rule not in ("as_given", "causal"):
        losses.note(False, f"allocation by {rule}: the factors that follow from it", process.name)
    ids = inventory.flows.ids.to_pylist()
    products = {int(functions.flow[first + k]): first + k for k in range(count)}
    process.allocation_factors = []

    def add(flow: int, share: float, exchange: int | None) -> None:
        factor = olca.AllocationFactor(process.default_allocation_method, value=share)
        factor.product = olca.Ref(id=make_uuid("flows", ids[flow]), ref_type=olca.RefType.Flow)
        factor.exchange = None if exchange is None else olca.ExchangeRef(exchange)
        process.allocation_factors.append(factor)

    for flow, function in products.items():
        share = float(functions.share[function])
        if rule != "causal":
            add(flow, share, None)
            continue
        for number, row in enumerate(rows, 1):
            exchange = int(inventory.exchanges.flow[row])
            if exchange not in products:
                add(flow, functions.causal.get((function, exchange), share), number)


def list_markets(
    system: System, catalog: Catalog, links: Links, losses: Losses
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the markets as processes: one unit out, the shares of their suppliers in."""
    import olca_schema as olca

    inventory, activities, demands = system.inventory, system.activities, system.demands
    ids = inventory.processes.ids.to_pylist()
    for a in _list_markets(system):
        flow = int(activities.flow[a])
        own_id, name = _name_market(system, a)
        process = olca.Process(own_id, name=name, process_type=olca.ProcessType.UNIT_PROCESS)
        process.location = _refer_place(activities.location[a])
        lines: NDArray[np.int64] = np.flatnonzero(demands.activity == a)
        is_waste = own_kind(inventory, flow) == "waste"
        process.exchanges = [_write_line(inventory, catalog, flow, 1.0, is_waste, 1)]
        process.exchanges[0].is_quantitative_reference = True
        for number, line in enumerate(lines.tolist(), 2):
            supplier = int(activities.process[demands.provider[line]])
            amount = float(demands.amount[line])
            exchange = _write_line(inventory, catalog, flow, amount, not is_waste, number)
            if supplier not in links.declared:
                own = make_uuid("processes", ids[supplier])
                named = inventory.processes.names[supplier]
                exchange.default_provider = olca.Ref(id=own, name=named, ref_type=olca.RefType.Process)
            process.exchanges.append(exchange)
        process.last_internal_id = len(process.exchanges)
        losses.note(False, "markets are processes that make one unit of their mix", name)
        key = f"market:{inventory.flows.ids[flow].as_py()}@{activities.location[a]}"
        yield f"processes/{own_id}.json", to_plain(process) | write_own("processes", {"process_id": key})


def _write_line(inventory: Inventory, catalog: Catalog, flow: int, amount: float, is_input: bool, number: int) -> Any:
    import olca_schema as olca

    base = read_unit(inventory.flows.units[flow].base)
    property_id, property_name = catalog.property("", base.dimension)
    flow_id = inventory.flows.ids[flow].as_py()
    return olca.Exchange(
        amount=amount,
        internal_id=number,
        is_input=is_input,
        is_avoided_product=False,
        is_quantitative_reference=False,
        flow=olca.Ref(id=make_uuid("flows", flow_id), name=inventory.flows.names[flow], ref_type=olca.RefType.Flow),
        flow_property=olca.Ref(id=property_id, name=property_name, ref_type=olca.RefType.FlowProperty),
        unit=olca.Ref(id=catalog.unit_id(base), name=base.label, ref_type=olca.RefType.Unit),
    )


def _list_markets(system: System) -> list[int]:
    found: list[int] = np.flatnonzero(system.activities.kind == ActivityKind.MARKET).tolist()
    return found


def _name_market(system: System, activity: int) -> tuple[str, str]:
    """Give id and name of a market's process."""
    flow, place = int(system.activities.flow[activity]), system.activities.location[activity]
    flows = system.inventory.flows
    return make_uuid("markets", f"{flows.ids[flow].as_py()}@{place}"), f"market for {flows.names[flow]}, {place}"


def _refer_place(code: str | None) -> Any:
    import olca_schema as olca

    return olca.Ref(id=locate(code), name=code, ref_type=olca.RefType.Location) if code else None
