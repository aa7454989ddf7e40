"""What goes beside the matrices of a datapackage: labels of its ids, and what matrices cannot hold."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from lcaengine.footprints import Footprints
from lcaengine.formats.brightway.entries import Block
from lcaengine.formats.brightway.labels import DEMAND, INDICATOR, MARKET
from lcaengine.inventory import DataType, Inventory, Kind
from lcaengine.inventory.schema import STAGES
from lcaengine.system import System
from lcaengine.system.activities import ActivityKind

__all__ = ["label_ids", "list_cut_off", "list_missing", "list_not_carried", "list_properties", "list_suppliers"]

Rows = list[dict[str, object]]


def label_ids(
    footprints: Footprints, extra: Block, is_declared: NDArray[np.bool_], extra_row: NDArray[np.int64]
) -> Rows:
    """Label activities, kinds of intervention, and what adds to an indicator by itself, in order of their ids.

    An allocated process is an activity a product, each a process of its own in the package; its code then names the
    product as well.

    Returns
    -------
    list of dict
    """
    system = footprints.system
    rows = [*_label_activities(system), *_label_interventions(system, 1 + len(system.activities))]
    first = 1 + len(rows)
    for number in range(int(extra_row.max(initial=-1)) + 1):
        at = int(np.flatnonzero(extra_row == number)[0])
        indicator = footprints.method.indicators[int(extra.row[at])]
        name = "declared" if is_declared[at] else "counted from exchanges"
        more = {"kind": INDICATOR, "code": indicator.id, "name": name, "unit": indicator.unit.label}
        rows.append({"id": first + number, **more})
    return rows


def list_properties(inventory: Inventory) -> Rows:
    """List properties of flows as the inventory has them: per any unit of the flow's dimension."""
    frame = inventory.frames["properties"]
    columns = [frame.columns[each].to_pylist() for each in ("flow_id", "property", "value", "unit")]
    names = ("flow_id", "property", "value", "unit")
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def list_suppliers(inventory: Inventory) -> Rows:
    """List the suppliers."""
    frame = inventory.frames["suppliers"]
    names = ("supplier_id", "name", "location", "group", "identifiers")
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame.text(each) for each in names), strict=True)]


def list_cut_off(system: System) -> Rows:
    """List inputs that nobody supplies, and that the policy leaves out: A has no place for them."""
    inventory, demands, codes = system.inventory, system.demands, name_processes(system)
    flows, exchanges = inventory.flows, inventory.exchanges
    rows: Rows = []
    for at in np.flatnonzero((demands.provider < 0) & (demands.row >= 0)).tolist():
        exchange = int(demands.row[at])
        flow = int(exchanges.flow[exchange])
        rows.append(
            {
                "process_id": codes[int(demands.activity[at])],
                "flow_id": flows.ids[flow].as_py(),
                "name": flows.names[flow],
                "kind": Kind(flows.kind[flow]).name.lower(),
                "direction": "input" if exchanges.is_input[exchange] else "output",
                "amount": float(demands.amount[at]),
                "unit": flows.units[flow].base,
                "location": exchanges.locate(exchange),
                "category": flows.category[flow],
            }
        )
    return rows


def list_missing(footprints: Footprints, is_missing: NDArray[np.bool_]) -> Rows:
    """List scores that are withheld, since a part of their chain is not known."""
    names = [each.id for each in footprints.method.indicators]
    return [{"id": a + 1, "indicator": names[k]} for a, k in np.argwhere(is_missing).tolist()]


def list_not_carried(footprints: Footprints, rigid: int) -> list[str]:
    """Say what of the inventory a datapackage has no place for."""
    system = footprints.system
    inventory, demands = system.inventory, system.demands
    counts = {
        "distributions that have no multiple of their type": rigid,
        "inputs that nobody supplies: in cut_off.csv, and in no matrix": int((demands.provider < 0).sum()),
        "exchange rows shared by co-products: their draws are independent here": _count_shared(system),
    }
    for table, column, what in (
        ("markets", "uncertainty_type", "distributions of market shares"),
        ("allocation", "uncertainty_type", "distributions of allocation factors"),
        ("exchanges", "pedigree", "pedigrees"),
        ("exchanges", "comment", "comments of exchanges"),
        ("exchanges", "source_id", "sources of exchanges"),
        ("processes", "comment", "comments of processes"),
        ("processes", "source_id", "sources of processes"),
        ("processes", "production_amount", "production amounts: markets by production are in the technosphere"),
    ):
        counts[what] = int(inventory.frames[table].filled(column).sum())
    return [f"{count} {what}" for what, count in counts.items() if count]


def name_processes(system: System) -> list[str]:
    """Name every activity: its process, with the product where it has several; a market by its product and place."""
    activities, ids = system.activities, system.inventory.flows.ids
    several = Counter(activities.process[activities.process >= 0].tolist())
    names = []
    for a, of in enumerate(activities.name):
        name, flow = of, (ids[int(activities.flow[a])].as_py() if activities.flow[a] >= 0 else "")
        if activities.kind[a] == ActivityKind.MARKET:
            name = f"market:{flow}:{activities.location[a]}"
        elif activities.kind[a] == ActivityKind.PROCESS and several[int(activities.process[a])] > 1:
            name = f"{of}:{flow}"
        names.append(name)
    return names


def _label_activities(system: System) -> Rows:
    activities, inventory = system.activities, system.inventory
    processes, codes, rows = inventory.processes, name_processes(system), []
    words = {ActivityKind.PROCESS: "process", ActivityKind.MARKET: MARKET, ActivityKind.DEMAND: DEMAND}
    for a, kind in enumerate(activities.kind.tolist()):
        process, flow = int(activities.process[a]), int(activities.flow[a])
        row: dict[str, object] = {"id": a + 1, "activity": words[ActivityKind(kind)], "code": codes[a]}
        row |= {"supplier_id": activities.supplier[a], "location": activities.location[a], "name": codes[a]}
        if flow >= 0:
            row |= _label_flow(inventory, flow) | {"kind": "waste" if inventory.flows.kind[flow] else "product"}
            row |= {"product": inventory.flows.names[flow], "product_code": inventory.flows.ids[flow].as_py()}
        else:
            row["kind"] = "product"
        if process >= 0:
            data_type = DataType(processes.data_type[process])
            row |= {"name": processes.names[process], "data_type": "" if data_type < 0 else data_type.name.lower()}
            row["stage"] = STAGES[activities.stage[a]] if activities.stage[a] >= 0 else ""
        rows.append(row)
    return rows


def _label_interventions(system: System, first: int) -> Rows:
    inventory, b = system.inventory, system.interventions
    rows: Rows = []
    for k, flow in enumerate(b.flow.tolist()):
        row = {"id": first + k, "kind": "elementary", "code": inventory.flows.ids[flow].as_py()}
        row |= {"name": inventory.flows.names[flow], "direction": "input" if b.is_input[k] else "output"}
        rows.append({**row, **_label_flow(inventory, flow), "location": b.place[k]})
    return rows


def _label_flow(inventory: Inventory, flow: int) -> dict[str, object]:
    flows, frame = inventory.flows, inventory.frames["flows"]
    return {
        "unit": flows.units[flow].base,
        "compartment": flows.compartment[flow],
        "sub_compartment": flows.sub_compartment[flow],
        "category": flows.category[flow],
        "cas_number": frame.columns["cas_number"][flow].as_py(),
    }


def _count_shared(system: System) -> int:
    frame = system.inventory.frames["exchanges"]
    known = {int(row) for row in frame.rows[frame.filled("uncertainty_type")].tolist()}
    rows = np.concatenate([system.demands.row[system.demands.row >= 0], system.interventions.row])
    shared, count = np.unique(rows, return_counts=True)
    return sum(int(system.inventory.exchanges.rows[row]) in known for row in shared[count > 1].tolist())
