"""The result table: long (one row an activity, indicator and stage) and wide (one row an activity)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.footprints.gaps import Status

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = [
    "PER_BILL",
    "code_activities",
    "identify",
    "list_per",
    "nullable",
    "spell_table",
    "statuses",
    "to_long",
    "to_wide",
]

PER_BILL = "bill"
"""What a bill of materials is scored per."""


def to_long(footprints: Footprints, coded: bool = False) -> pa.Table:
    """Give the result table, per reference unit and, where the product has a mass or a content, per kg of these.

    Parameters
    ----------
    footprints : Footprints
    coded : bool
        Whether text stays codes and words (dictionary arrays), a tenth of the size.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, indicator, stage, value, unit, per, primary_data_share, status,
        missing_inputs, missing_factors, inventory_hash, method. Split by something else than stages, `by` and `part`
        stand in place of `stage`; of suppliers and locations, parts of zero are left out.
    """
    n, flows = len(footprints.value), footprints.system.inventory.flows
    elements = sorted(footprints.per_content)
    labels = [*(unit.label for unit in flows.kinds_of_unit), PER_BILL, "kg", *(f"kg {each}" for each in elements)]
    bill, kg = len(labels) - len(elements) - 2, len(labels) - len(elements) - 1
    flow = footprints.system.activities.flow
    per = np.where(flow >= 0, flows.unit[np.maximum(flow, 0)], bill) if len(flows) else np.full(n, bill)
    is_kg = np.array([label == "kg" for label in labels], np.bool_)[per]
    blocks = [(np.arange(n), np.ones(n), per)]
    others = [np.where(is_kg, np.nan, footprints.per_kg), *(footprints.per_content[each] for each in elements)]
    for label, factors in enumerate(others, kg):
        at = np.flatnonzero(np.isfinite(factors))
        blocks.append((at, factors[at], np.full(len(at), label)))
    activity, factor, of_label = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = np.argsort(activity, kind="stable")
    table = _list_rows(footprints, activity[order], factor[order], _choose(pa.array(labels), of_label[order]))
    return table if coded else spell_table(table)


def to_wide(footprints: Footprints) -> pa.Table:
    """Give one row an activity, one float column an indicator and stage; constants are in the schema's metadata."""
    stages = footprints.stages
    columns: dict[str, pa.Array] = {**identify(footprints, np.arange(len(footprints.value)))}
    columns["per"] = pa.array(list_per(footprints), pa.string())
    for k, indicator in enumerate(footprints.method.indicators):
        for s, stage in enumerate(stages):
            columns[f"{indicator.id}.{stage}"] = nullable(footprints.value[:, s, k])
        columns[f"{indicator.id}.primary_data_share"] = nullable(footprints.primary_data_share[:, -1, k])
        columns[f"{indicator.id}.status"] = statuses(footprints.status[:, k]).dictionary_decode()
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
    footprints: Footprints, activity: NDArray[np.int64], factor: NDArray[np.float64], per: pa.DictionaryArray
) -> pa.Table:
    """Give the rows of activities, each with its factor and unit: indicator by indicator, part by part."""
    _, parts, k = footprints.value.shape
    value = (footprints.value[activity] * factor[:, None, None]).transpose(0, 2, 1).reshape(-1)
    rows = np.arange(len(value))
    if footprints.by in ("supplier", "location"):  # these are many, and most have no part in most
        rows = np.flatnonzero((np.nan_to_num(value) != 0) | (rows % parts == parts - 1))
        value = value[rows]
    line, indicator, part = rows // (parts * k), rows // parts % k, rows % parts
    whose = activity[line]
    part_names = _choose(pa.array(footprints.stages, pa.string()), part)
    split = {"stage": part_names}
    if footprints.by != "stage":
        split = {"by": _repeat(footprints.by, len(rows)), "part": part_names}
    ids = pa.array([each.id for each in footprints.method.indicators], pa.string())
    units = pa.array([each.unit.label for each in footprints.method.indicators], pa.string())
    places = pa.array(whose)
    return pa.table(
        {
            **{name: column.take(places) for name, column in code_activities(footprints).items()},
            "indicator": _choose(ids, indicator),
            **split,
            "value": nullable(value),
            "unit": _choose(units, indicator),
            "per": per.take(pa.array(line)),
            "primary_data_share": nullable(footprints.primary_data_share[whose, part, indicator]),
            "status": statuses(footprints.status[whose, indicator]),
            "missing_inputs": pa.array(footprints.gaps.missing_inputs[whose]),
            "missing_factors": pa.array(footprints.gaps.missing_factors[whose]),
            "inventory_hash": _repeat(footprints.system.inventory.hash, len(rows)),
            "method": _repeat(footprints.method.label, len(rows)),
        }
    )


def _choose(words: pa.Array, codes: NDArray[np.integer]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)


def _repeat(text: str, count: int) -> pa.DictionaryArray:
    return _choose(pa.array([text], pa.string()), np.zeros(count, np.int32))


def code_activities(footprints: Footprints) -> dict[str, pa.DictionaryArray]:
    """Give the columns that name all activities, as codes and words."""
    activities, ids = footprints.system.activities, footprints.system.inventory.flows.ids
    products = pa.concat_arrays([ids, pa.array([""], pa.string())])
    return {
        "supplier_id": pa.array(activities.supplier, pa.string()).dictionary_encode(),
        "process_id": pa.array(activities.name, pa.string()).dictionary_encode(),
        "product_id": _choose(products, np.where(activities.flow >= 0, activities.flow, len(ids))),
        "location": pa.array(activities.location, pa.string()).dictionary_encode(),
    }


def identify(footprints: Footprints, at: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Give the columns that name activities."""
    places = pa.array(at)
    return {name: column.take(places).dictionary_decode() for name, column in code_activities(footprints).items()}


def spell_table(table: pa.Table) -> pa.Table:
    """Give a table whose text is strings, not codes and words."""
    columns = {
        name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pa.table(columns).replace_schema_metadata(table.schema.metadata)


def list_per(footprints: Footprints) -> list[str]:
    """Give the unit every activity is scored per."""
    flows = footprints.system.inventory.flows
    return [flows.units[f].label if f >= 0 else PER_BILL for f in footprints.system.activities.flow.tolist()]


def nullable(values: NDArray[np.float64]) -> pa.Array:
    """Give numbers, null where they are NaN."""
    return pa.array(values, mask=np.isnan(values))


def statuses(codes: NDArray[np.int8]) -> pa.DictionaryArray:
    """Give statuses by name, as codes and words."""
    return _choose(pa.array([status.name.lower() for status in Status], pa.string()), codes)
