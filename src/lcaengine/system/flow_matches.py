"""Which elementary flows a method has factors for, which it only knows by name, and which not at all."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from lcaengine.findings import Findings
from lcaengine.inventory import Inventory
from lcaengine.inventory.inventory import Kind
from lcaengine.method import Method
from lcaengine.system.factors import FactorIndex

__all__ = ["STATUSES", "count_flows", "list_flows"]

STATUSES = ("matched", "uncharacterized", "unmatched")
"""A factor holds for it; its name or id has factors, but not in this compartment, direction or unit; none names it."""

_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("flow_id", "name", "compartment", "sub_compartment", "unit", "direction")),
        ("rows", pa.int64()),
        *((name, pa.string()) for name in ("status", "matched_by", "indicators")),
    ]
)


def list_flows(inventory: Inventory, method: Method) -> pa.Table:
    """List each elementary flow and direction that exchanges have, and what a method has for it.

    Parameters
    ----------
    inventory : Inventory
    method : Method

    Returns
    -------
    pyarrow.Table
        ``flow_id``, ``name``, ``compartment``, ``sub_compartment``, ``unit``, ``direction``; ``rows`` of exchanges;
        ``status``, one of :data:`STATUSES`; ``matched_by``, ``id`` or ``name``; ``indicators`` that have a factor,
        separated by ``;``. What is not matched comes first, by number of rows.

    Notes
    -----
    Exact, as in scoring: by id, or by name, compartment and sub-compartment. Whether a factor holds at the place of an
    exchange is not asked here.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> table = lca.list_flows(inventory, lca.read_method("core"))
    >>> set(table["status"].to_pylist()), set(table["matched_by"].to_pylist())
    ({'matched'}, {'name'})
    """
    index = FactorIndex(method)
    flows, exchanges = inventory.flows, inventory.exchanges
    mine = flows.kind[exchanges.flow] == Kind.ELEMENTARY
    keys, rows = np.unique(exchanges.flow[mine] * 2 + exchanges.is_input[mine], return_counts=True)
    has_id = {factor.row for factor in method.factors if factor.flow_id}
    listed = []
    for key, count in zip(keys.tolist(), rows.tolist(), strict=True):
        flow, is_input = key // 2, bool(key % 2)
        chosen = index.choose(flows, flow, is_input, Findings())
        used = {indicator: {row for _, row in places.values()} for indicator, places in chosen.items() if places}
        flow_id, name = flows.ids[flow].as_py(), flows.names[flow]
        known = flow_id in index.ids or name in index.names
        by_id = any(used_rows & has_id for used_rows in used.values())
        listed.append(
            {
                "flow_id": flow_id,
                "name": name,
                "compartment": flows.compartment[flow] or "",
                "sub_compartment": flows.sub_compartment[flow] or "",
                "unit": flows.units[flow].label,
                "direction": "input" if is_input else "output",
                "rows": count,
                "status": STATUSES[0] if used else STATUSES[1] if known else STATUSES[2],
                "matched_by": ("id" if by_id else "name") if used else "",
                "indicators": ";".join(method.indicators[each].id for each in sorted(used)),
            }
        )
    listed.sort(key=lambda each: (-STATUSES.index(each["status"]), -each["rows"], each["flow_id"], each["direction"]))
    return pa.Table.from_pylist(listed, _SCHEMA)


def count_flows(table: pa.Table) -> dict[str, int]:
    """Count the rows of :func:`list_flows`, and the exchanges in them.

    Returns
    -------
    dict of str to int
        ``flows``, ``matched_by_id``, ``matched_by_name``, ``uncharacterized``, ``unmatched``: flow and direction pairs;
        ``exchanges`` and ``exchanges_matched``: their rows.
    """
    by, status = Counter(table["matched_by"].to_pylist()), Counter(table["status"].to_pylist())
    rows = zip(table["rows"].to_pylist(), table["status"].to_pylist(), strict=True)
    counted = [(count, each == STATUSES[0]) for count, each in rows]
    return {
        "flows": table.num_rows,
        "matched_by_id": by["id"],
        "matched_by_name": by["name"],
        "uncharacterized": status["uncharacterized"],
        "unmatched": status["unmatched"],
        "exchanges": sum(count for count, _ in counted),
        "exchanges_matched": sum(count for count, is_matched in counted if is_matched),
    }
