"""Detached: the numbers of footprints, as result tables are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.results import IDS, PER_BILL, Scored, choose, spell_table

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["detach", "identify", "list_per"]


def detach(footprints: Footprints) -> Scored:
    """Give the numbers of footprints and what names them.

    Returns
    -------
    Scored
    """
    activities, flows = footprints.system.activities, footprints.system.inventory.flows
    labels = pa.array([*(unit.label for unit in flows.kinds_of_unit), PER_BILL], pa.string())
    per = np.full(len(activities), len(labels) - 1)
    per[activities.flow >= 0] = flows.unit[activities.flow[activities.flow >= 0]]
    products = pa.concat_arrays([flows.ids, pa.array([""], pa.string())])
    identity = {
        "supplier_id": pa.array(activities.supplier, pa.string()).dictionary_encode(),
        "process_id": pa.array(activities.name, pa.string()).dictionary_encode(),
        "product_id": choose(products, np.where(activities.flow >= 0, activities.flow, len(flows.ids))),
        "location": pa.array(activities.location, pa.string()).dictionary_encode(),
        "basis": pa.array(activities.basis, pa.string()).dictionary_encode(),
        "per": choose(labels, per),
    }
    method = footprints.method
    return Scored(
        identity=pa.table(identity),
        by=footprints.by,
        parts=footprints.stages,
        indicators=tuple(each.id for each in method.indicators),
        units=tuple(each.unit.label for each in method.indicators),
        value=footprints.value,
        primary_data_share=footprints.primary_data_share,
        status=footprints.status,
        fallback_share=footprints.fallback_share,
        unlinked_mass_share=footprints.unlinked_mass_share,
        missing_inputs=footprints.gaps.missing_inputs,
        missing_factors=footprints.gaps.missing_factors,
        per_kg=footprints.per_kg,
        per_content=footprints.per_content,
        constants={
            "inventory_hash": footprints.system.inventory.hash,
            "method": method.label,
            "method_hash": method.hash,
        },
    )


def identify(footprints: Footprints, at: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Give the columns that name activities."""
    named = detach(footprints).identity.select(IDS).take(pa.array(at))
    return {name: column.combine_chunks() for name, column in zip(IDS, spell_table(named).columns, strict=True)}


def list_per(footprints: Footprints) -> list[str]:
    """Give the unit every activity is scored per."""
    units: list[str] = detach(footprints).identity.column("per").to_pylist()
    return units
