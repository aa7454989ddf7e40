"""The result table: long (one row an activity, indicator and stage) and wide (one row an activity)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.footprints.gaps import Status

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["PER_BILL", "identify", "list_per", "nullable", "statuses", "to_long", "to_wide"]

PER_BILL = "bill"
"""What a bill of materials is scored per."""


def to_long(footprints: Footprints) -> pa.Table:
    """Give the result table, per reference unit and, where the product has a mass or a content, per kg of these.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, indicator, stage, value, unit, per, primary_data_share, status,
        missing_inputs, missing_factors, inventory_hash, method. Split by something else than stages, `by` and `part`
        stand in place of `stage`; of suppliers and locations, parts of zero are left out.
    """
    n = len(footprints.value)
    per, every = list_per(footprints), np.arange(n)
    by_mass = np.array([each != "kg" for each in per]) & np.isfinite(footprints.per_kg)
    blocks: list[tuple[NDArray[np.int64], NDArray[np.float64], list[str]]] = [(every, np.ones(n), per)]
    others = [("kg", np.where(by_mass, footprints.per_kg, np.nan))]
    others += [(f"kg {element}", factor) for element, factor in sorted(footprints.per_content.items())]
    for label, factor in others:
        at = np.flatnonzero(np.isfinite(factor))
        blocks.append((at, factor[at], [label] * len(at)))
    order = np.argsort(np.concatenate([at for at, _, _ in blocks]), kind="stable")
    activity = np.concatenate([at for at, _, _ in blocks])[order]
    factor = np.concatenate([each for _, each, _ in blocks])[order]
    labels = [label for _, _, each in blocks for label in each]
    return _list_rows(footprints, activity, factor, [labels[at] for at in order.tolist()])


def to_wide(footprints: Footprints) -> pa.Table:
    """Give one row an activity, one float column an indicator and stage; constants are in the schema's metadata."""
    stages = footprints.stages
    columns: dict[str, pa.Array] = {**identify(footprints, np.arange(len(footprints.value)))}
    columns["per"] = pa.array(list_per(footprints), pa.string())
    for k, indicator in enumerate(footprints.method.indicators):
        for s, stage in enumerate(stages):
            columns[f"{indicator.id}.{stage}"] = nullable(footprints.value[:, s, k])
        columns[f"{indicator.id}.primary_data_share"] = nullable(footprints.primary_data_share[:, -1, k])
        columns[f"{indicator.id}.status"] = statuses(footprints.status[:, k])
        columns[f"{indicator.id}.fallback_share"] = nullable(footprints.fallback_share[:, k])
    renewable = footprints.renewable_share()
    if renewable is not None:
        for s, stage in enumerate(stages):
            columns[f"electricity_renewable_share.{stage}"] = nullable(renewable[:, s])
    columns["unlinked_mass_share"] = nullable(footprints.unlinked_mass_share)
    columns["missing_inputs"] = pa.array(footprints.gaps.missing_inputs)
    columns["missing_factors"] = pa.array(footprints.gaps.missing_factors)
    constants = {
        "inventory_hash": footprints.system.inventory.hash,
        "method": footprints.method.label,
        "method_hash": footprints.method.hash,
        **{f"unit.{each.id}": each.unit.label for each in footprints.method.indicators},
    }
    return pa.table(columns).replace_schema_metadata(constants)


def _list_rows(
    footprints: Footprints, activity: NDArray[np.int64], factor: NDArray[np.float64], per: list[str]
) -> pa.Table:
    """Give the rows of activities, each with its factor and unit: indicator by indicator, part by part."""
    _, parts, k = footprints.value.shape
    value = (footprints.value[activity] * factor[:, None, None]).transpose(0, 2, 1).reshape(-1)
    rows = np.arange(len(value))
    if footprints.by in ("supplier", "location"):  # these are many, and most have no part in most
        rows = np.flatnonzero((np.nan_to_num(value) != 0) | (rows % parts == parts - 1))
    line, indicator, part = rows // (parts * k), rows // parts % k, rows % parts
    whose = activity[line]
    part_names = pa.array(footprints.stages, pa.string()).take(pa.array(part))
    split = {"stage": part_names}
    if footprints.by != "stage":
        split = {"by": _repeat(footprints.by, len(rows)), "part": part_names}
    identity = identify(footprints, np.arange(len(footprints.value)))
    ids = pa.array([each.id for each in footprints.method.indicators], pa.string())
    units = pa.array([each.unit.label for each in footprints.method.indicators], pa.string())
    return pa.table(
        {
            **{name: column.take(pa.array(whose)) for name, column in identity.items()},
            "indicator": ids.take(pa.array(indicator)),
            **split,
            "value": nullable(value[rows]),
            "unit": units.take(pa.array(indicator)),
            "per": pa.array(per, pa.string()).take(pa.array(line)),
            "primary_data_share": nullable(footprints.primary_data_share[whose, part, indicator]),
            "status": statuses(footprints.status[whose, indicator]),
            "missing_inputs": pa.array(footprints.gaps.missing_inputs[whose]),
            "missing_factors": pa.array(footprints.gaps.missing_factors[whose]),
            "inventory_hash": _repeat(footprints.system.inventory.hash, len(rows)),
            "method": _repeat(footprints.method.label, len(rows)),
        }
    )


def _repeat(text: str, count: int) -> pa.Array:
    return pa.array([text], pa.string()).take(pa.array(np.zeros(count, np.int64)))


def identify(footprints: Footprints, at: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Give the columns that name activities."""
    activities, flows = footprints.system.activities, footprints.system.inventory.flows
    flow = activities.flow[at]
    product = flows.ids.take(pa.array(np.maximum(flow, 0))).to_pylist() if len(flows) else []
    rows = at.tolist()
    return {
        "supplier_id": pa.array([activities.supplier[a] for a in rows], pa.string()),
        "process_id": pa.array([activities.name[a] for a in rows], pa.string()),
        "product_id": pa.array([p if f >= 0 else "" for p, f in zip(product, flow.tolist(), strict=True)], pa.string()),
        "location": pa.array([activities.location[a] for a in rows], pa.string()),
    }


def list_per(footprints: Footprints) -> list[str]:
    """Give the unit every activity is scored per."""
    flows = footprints.system.inventory.flows
    return [flows.units[f].label if f >= 0 else PER_BILL for f in footprints.system.activities.flow.tolist()]


def nullable(values: NDArray[np.float64]) -> pa.Array:
    """Give numbers, null where they are NaN."""
    return pa.array(values, mask=np.isnan(values))


def statuses(codes: NDArray[np.int8]) -> pa.Array:
    """Give statuses by name."""
    names = pa.array([status.name.lower() for status in Status], pa.string())
    return names.take(pa.array(codes.astype(np.int64)))
