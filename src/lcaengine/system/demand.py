"""Demand: bills of materials, each scored as one."""

from __future__ import annotations

from dataclasses import dataclass

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import Inventory
from lcaengine.places import GLOBAL
from lcaengine.system.activities import Functions
from lcaengine.system.markets import Market
from lcaengine.units import read_unit

__all__ = ["Bill", "read_demand"]


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of materials.

    Attributes
    ----------
    id, supplier : str
    lines : tuple of (int, float)
        Activity (functions first, then markets) and amount [base unit of its product].
    """

    id: str
    supplier: str
    lines: tuple[tuple[int, float], ...]


def read_demand(inventory: Inventory, functions: Functions, markets: list[Market], found: Findings) -> list[Bill]:
    """Read the table `demand`: each line names a process, or a product met by its market or its only maker.

    Returns
    -------
    list of Bill
        In order of their ids.
    """
    frame = inventory.frames["demand"]
    ids, suppliers, labels = frame.text("demand_id"), frame.text("supplier_id"), frame.text("unit")
    product_ids, process_ids = frame.text("product_id"), frame.text("process_id")
    products, processes = (
        frame.codes("product_id", inventory.flows.ids),
        frame.codes("process_id", inventory.processes.ids),
    )
    amounts = frame.number("amount")
    known = (frame.filled("product_id") <= (products >= 0)) & (frame.filled("process_id") <= (processes >= 0))
    lines: dict[str, list[tuple[int, float]]] = {}
    owner: dict[str, str] = {}
    start = len(functions.process)
    for at, name in enumerate(ids):
        if name is None:
            continue
        owner.setdefault(name, suppliers[at] or "")
        candidates = [
            k
            for k, (process, flow) in enumerate(zip(functions.process, functions.flow, strict=True))
            if (process_ids[at] is None or process == processes[at])
            and (product_ids[at] is None or flow == products[at])
        ]
        if process_ids[at] is None:
            mixes = [start + k for k, m in enumerate(markets) if m.flow == products[at]]
            world = [start + k for k, m in enumerate(markets) if m.flow == products[at] and m.place == GLOBAL]
            candidates = world or mixes or candidates
        row = int(frame.rows[at])
        asked = product_ids[at] or process_ids[at] or ""
        column = "process_id" if process_ids[at] else "product_id"
        if len(candidates) != 1 or not asked:
            if not asked or known[at]:
                what = f"{asked!r} of bill {name!r} names {len(candidates)} activities, it must name one"
                fix = "name a product with one maker or market, or a process_id"
                found.block("demand", "demand", what, fix, row=row, column=column, value=asked)
            continue
        flow = int(functions.flow[candidates[0]]) if candidates[0] < start else markets[candidates[0] - start].flow
        try:
            factor = convert(read_unit(labels[at] or ""), inventory.flows.units[flow], flow, inventory.flows.properties)
        except UnitError as error:
            found.block("unknown_unit", "demand", error.what, error.fix, row=row, column="unit", value=labels[at])
            continue
        lines.setdefault(name, []).append((candidates[0], float(amounts[at]) * factor))
    return [Bill(name, owner[name], tuple(sorted(lines[name]))) for name in sorted(lines)]
