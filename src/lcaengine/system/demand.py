"""Demand: bills of materials, each scored as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Inventory
from lcaengine.places import GLOBAL
from lcaengine.system.activities import Functions
from lcaengine.system.linking import Book, Fault, find_provider
from lcaengine.system.markets import Market
from lcaengine.units import read_unit

__all__ = ["Bill", "read_demand"]


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of materials.

    Attributes
    ----------
    id, supplier : str
        The supplier is a label of the bill; it selects nobody.
    lines : tuple of (int, float)
        Activity (functions first, then markets) and amount [base unit of its product].
    """

    id: str
    supplier: str
    lines: tuple[tuple[int, float], ...]


def read_demand(inventory: Inventory, functions: Functions, markets: list[Market], found: Findings) -> list[Bill]:
    """Read the table `demand`: a line names a process, or a product that is linked as an input at GLO would be.

    Returns
    -------
    list of Bill
        In order of their ids.
    """
    frame = inventory.frames["demand"]
    if not len(frame):
        return []
    book = Book(functions, markets)
    flows = [*functions.flow.tolist(), *(market.flow for market in markets)]
    ids, amounts, labels = frame.text("demand_id"), frame.number("amount"), frame.text("unit")
    suppliers: dict[str, set[str]] = {}
    lines: dict[str, list[tuple[int, float]]] = {}
    for at, name in enumerate(ids):
        if name is None:
            continue
        suppliers.setdefault(name, set()).add(frame.columns["supplier_id"][at].as_py() or "")
        activity = _find_line(inventory, functions, book, frame, at, found)
        if activity is None:
            continue
        flow, label, row = flows[activity], labels[at] or "", int(frame.rows[at])
        try:
            factor = convert(read_unit(label), inventory.flows.units[flow], flow, inventory.flows.properties)
        except UnitError as error:
            found.block("unknown_unit", "demand", error.what, error.fix, row=row, column="unit", value=label)
            continue
        amount = float(amounts[at]) * factor
        if not np.isfinite(amount):
            what, fix = "the amount is too large in base units", "check amount and unit"
            found.block("not_finite", "demand", what, fix, row=row, column="amount", value=amounts[at])
            continue
        lines.setdefault(name, []).append((activity, amount))
    known = set(inventory.processes.ids.to_pylist())
    for name, labelled in sorted(suppliers.items()):
        if len(labelled) > 1:
            what, fix = f"bill {name!r} has several supplier_ids", "write one: it labels the bill and selects nobody"
            found.block("demand", "demand", what, fix, column="supplier_id", value=", ".join(sorted(labelled)))
        if name in known:
            what, fix = f"bill {name!r} has the id of a process", "give the bill an id of its own"
            found.block("demand", "demand", what, fix, column="demand_id", value=name)
    return [Bill(name, min(suppliers[name]), tuple(sorted(lines[name]))) for name in sorted(lines)]


def _find_line(
    inventory: Inventory, functions: Functions, book: Book, frame: Frame, at: int, found: Findings
) -> int | None:
    """Find the activity a line names; None (and a blocker, unless its id is reported already) where there is none."""
    product, process = frame.columns["product_id"][at].as_py(), frame.columns["process_id"][at].as_py()
    flow = int(frame.codes("product_id", inventory.flows.ids)[at])
    maker = int(frame.codes("process_id", inventory.processes.ids)[at])
    if (product and flow < 0) or (process and maker < 0):
        return None
    if process:
        own = np.flatnonzero((functions.process == maker) & ((functions.flow == flow) | (product is None))).tolist()
        what = f"process {process!r} makes {len(own)} products that {product or 'the line'!r} could mean"
    elif product:
        answer, _ = find_provider(book, inventory.processes.location, flow, -1, GLOBAL, -1)
        own = [] if isinstance(answer, Fault) else [answer]
        what = f"{product!r} has no market at {GLOBAL} and no maker that is the only one"
    else:
        own, what = [], "the line names neither a product nor a process"
    if len(own) == 1:
        return int(own[0])
    column = "process_id" if process else "product_id"
    fix = "name a process_id, or a product with a market at GLO or a single maker"
    row = int(frame.rows[at])
    found.block("demand", "demand", what, fix, row=row, column=column, value=process or product or "")
    return None
