"""Gaps in a chain: unlinked inputs and uncharacterized flows, by how much mass or energy rests on them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lcaengine.chains.chain import Chain
from lcaengine.inventory.conversion import ENERGY, ENERGY_HHV, ENERGY_LHV, mass_content

__all__ = ["list_gaps"]

SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("flow_id", pa.string()),
        ("direction", pa.string()),
        ("amount", pa.float64()),
        ("unit", pa.string()),
        ("mass_kg", pa.float64()),
        ("energy_MJ", pa.float64()),
        ("processes", pa.int64()),
    ]
)


def list_gaps(chain: Chain) -> pa.Table:
    """List what is missing from the chain of one unit: by mass, then by energy, then others, largest first.

    Returns
    -------
    pyarrow.Table
        kind, flow_id, direction, amount and unit (scaled through the chain, sum of |amount|), mass_kg, energy_MJ
        (where the flow has them), processes.
    """
    system = chain.footprints.system
    inventory, demands, b = system.inventory, system.demands, system.interventions
    open_ended = (demands.provider < 0) & (demands.amount != 0)
    bare = chain.footprints.matched.is_uncharacterized[b.kind] & (b.amount != 0)
    rows = []
    for kind, activity, row, amount in (
        ("unlinked_input", demands.activity[open_ended], demands.row[open_ended], demands.amount[open_ended]),
        ("uncharacterized_flow", b.activity[bare], b.row[bare], b.amount[bare]),
    ):
        scaled = np.abs(amount * chain.supply[activity])
        key = inventory.exchanges.flow[row] * 2 + inventory.exchanges.is_input[row]
        keys, inverse = np.unique(key[scaled > 0], return_inverse=True)
        sums = np.bincount(inverse, scaled[scaled > 0], len(keys))
        process = inventory.exchanges.process[row][scaled > 0]
        for at, each in enumerate(keys.tolist()):
            count = len(np.unique(process[inverse == at]))
            rows.append(_describe_gap(chain, kind, each // 2, bool(each % 2), float(sums[at]), count))
    rows.sort(key=lambda r: (r["kind"] != "unlinked_input", *_rank(r), str(r["flow_id"])))
    return pa.Table.from_pylist(rows, SCHEMA)


def _describe_gap(
    chain: Chain, kind: str, flow: int, is_input: bool, amount: float, processes: int
) -> dict[str, str | float | int | None]:
    flows = chain.footprints.system.inventory.flows
    unit = flows.units[flow]
    mass = mass_content(unit, flow, flows.properties)
    return {
        "kind": kind,
        "flow_id": flows.ids[flow].as_py(),
        "direction": "input" if is_input else "output",
        "amount": amount / unit.factor,
        "unit": unit.label,
        "mass_kg": None if mass is None else mass * amount,
        "energy_MJ": amount if unit.dimension in (ENERGY, ENERGY_HHV, ENERGY_LHV) else None,
        "processes": processes,
    }


def _rank(row: dict[str, str | float | int | None]) -> tuple[int, float]:
    for at, column in enumerate(("mass_kg", "energy_MJ", "amount")):
        if row[column] is not None:
            return at, -float(row[column] or 0.0)
    return 3, 0.0
