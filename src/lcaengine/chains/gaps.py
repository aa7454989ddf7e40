"""Gaps in a chain: unlinked inputs and uncharacterized flows, by how much mass or energy rests on them."""

from __future__ import annotations

import pyarrow as pa

from lcaengine.chains.chain import Chain
from lcaengine.footprints.ranking import scale_gaps

__all__ = ["list_gaps"]

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "flow_id", "name", "direction")),
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
        kind, flow_id, name, direction, amount and unit (scaled through the chain, sum of |amount|), mass_kg, energy_MJ
        (where the flow has them), processes.
    """
    rows = [
        {
            "kind": gap.kind,
            "flow_id": gap.flow_id,
            "name": gap.name,
            "direction": gap.direction,
            "amount": gap.amount,
            "unit": gap.unit,
            "mass_kg": gap.mass,
            "energy_MJ": gap.energy,
            "processes": gap.processes,
        }
        for gap in scale_gaps(chain.footprints, chain.supply[:, None])
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
