"""Result tables of a part: the columns an inventory's results have, long and wide, and the gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.footprints import Status, divide_renewable
from lcaengine.method import SITE_ELECTRICITY, SITE_RENEWABLE
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.scores import Scores

__all__ = ["list_gaps", "to_long", "to_wide"]


def to_wide(part: Part, probes: Probes, scores: Scores, constants: Mapping[str, str]) -> pa.Table:
    """Give one row a supplier, one float column an indicator and stage; constants are in the schema's metadata.

    Returns
    -------
    pyarrow.Table
        The columns of an inventory's wide table.
    """
    columns: dict[str, pa.Array] = {**_identify(part, probes, scores)}
    columns["per"] = _choose([each.unit for each in probes.products], scores.product)
    for k, indicator in enumerate(probes.indicators):
        for s, name in enumerate(probes.parts):
            columns[f"{indicator}.{name}"] = _nullable(scores.value[:, s, k])
        columns[f"{indicator}.primary_data_share"] = _nullable(scores.primary_data_share[:, -1, k])
        columns[f"{indicator}.status"] = _name_statuses(scores.status[:, k])
        columns[f"{indicator}.fallback_share"] = _nullable(scores.fallback_share[:, k])
    if {SITE_ELECTRICITY, SITE_RENEWABLE} <= set(probes.indicators):
        every, renewable = (probes.indicators.index(name) for name in (SITE_ELECTRICITY, SITE_RENEWABLE))
        share = divide_renewable(scores.value[:, :, renewable], scores.value[:, :, every])
        for s, name in enumerate(probes.parts):
            columns[f"electricity_renewable_share.{name}"] = _nullable(share[:, s])
    columns["unlinked_mass_share"] = _nullable(scores.unlinked_mass_share)
    columns["missing_inputs"] = pa.array(scores.missing_inputs)
    columns["missing_factors"] = pa.array(scores.missing_factors)
    units = {f"unit.{name}": unit for name, unit in zip(probes.indicators, probes.units, strict=True)}
    return pa.table(columns).replace_schema_metadata({**constants, **units})


def to_long(part: Part, probes: Probes, scores: Scores, constants: Mapping[str, str]) -> pa.Table:
    """Give one row a supplier, indicator and stage: per reference unit, per kg, and per kg of what it contains.

    Returns
    -------
    pyarrow.Table
        The columns of an inventory's long table.
    """
    _, parts, k = scores.value.shape
    supplier, factor, per = _list_units(probes, scores)
    value = (scores.value[supplier] * factor[:, None, None]).transpose(0, 2, 1).reshape(-1)
    row = np.arange(len(value))
    line, indicator, stage = row // (parts * k), row // parts % k, row % parts
    whose = supplier[line]
    identity = _identify(part, probes, scores)
    return pa.table(
        {
            **{name: column.take(pa.array(whose)) for name, column in identity.items()},
            "indicator": _choose(list(probes.indicators), indicator),
            "stage": _choose(list(probes.parts), stage),
            "value": _nullable(value),
            "unit": _choose(list(probes.units), indicator),
            "per": per.take(pa.array(line)),
            "primary_data_share": _nullable(scores.primary_data_share[whose, stage, indicator]),
            "status": _name_statuses(scores.status[whose, indicator]),
            "missing_inputs": pa.array(scores.missing_inputs[whose]),
            "missing_factors": pa.array(scores.missing_factors[whose]),
            "inventory_hash": _choose([constants["inventory_hash"]], np.zeros(len(value), np.int64)),
            "method": _choose([constants["method"]], np.zeros(len(value), np.int64)),
        }
    ).replace_schema_metadata(constants)


def list_gaps(part: Part, at: NDArray[np.int64], probes: Probes, scores: Scores) -> pa.Table:
    """List what is missing from the suppliers' own rows, once a kind of row, with how many suppliers it concerns.

    Returns
    -------
    pyarrow.Table
        flow_id, kind, indicator, amount (summed), unit, used_by.
    """
    process = np.repeat(np.arange(len(part)), np.diff(part.starts))
    rows: list[tuple[str | None, str, str | None, float | None, int]] = []
    for kind, is_gap in (("unlinked_input", probes.is_unlinked), ("uncharacterized_flow", probes.is_uncharacterized)):
        for code in np.flatnonzero(is_gap[at]).tolist():
            own = (part.code == code) & (part.amount != 0)
            if own.any():
                amount = float(part.amount[own].sum() * probes.per_unit[at[code]])
                flow = part.keys.column("flow_id")[code].as_py()
                rows.append((flow, kind, None, amount, len(np.unique(process[own]))))
    for bit, k in enumerate(probes.balanced):
        count = int(scores.is_open[:, bit].sum())
        if count:
            rows.append((None, "unknown_release", probes.indicators[k], None, count))
    names = ("flow_id", "kind", "indicator", "amount", "used_by")
    types = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(list(c), t) for n, c, t in zip(names, columns, types, strict=True)})


def _list_units(probes: Probes, scores: Scores) -> tuple[NDArray[np.int64], NDArray[np.float64], pa.Array]:
    """Give the lines of the long table: supplier, factor and unit, in order of the suppliers."""
    every = np.arange(len(scores.product))
    lines = [(every, np.ones(len(every)), _choose([each.unit for each in probes.products], scores.product))]
    others = {"kg": [each.per_kg if each.unit != "kg" else np.nan for each in probes.products]}
    for element in sorted({name for each in probes.products for name in each.per_content}):
        others[f"kg {element}"] = [each.per_content.get(element, np.nan) for each in probes.products]
    for label, factors in others.items():
        factor = np.array(factors)[scores.product]
        at = np.flatnonzero(np.isfinite(factor))
        if len(at):
            lines.append((at, factor[at], _choose([label], np.zeros(len(at), np.int64))))
    supplier = np.concatenate([at for at, _, _ in lines])
    order = np.argsort(supplier, kind="stable")
    per = pa.chunked_array([each.cast(pa.string()) for _, _, each in lines]).combine_chunks()
    return supplier[order], np.concatenate([each for _, each, _ in lines])[order], per.take(pa.array(order))


def _identify(part: Part, probes: Probes, scores: Scores) -> dict[str, pa.Array]:
    return {
        "supplier_id": part.supplier_id,
        "process_id": part.process_id,
        "product_id": _choose([each.id for each in probes.products], scores.product),
        "location": part.location,
    }


def _choose(words: list[str], at: NDArray[np.int64]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(at.astype(np.int32)), pa.array(words, pa.string()))


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    values = np.ascontiguousarray(values)
    missing = np.isnan(values)
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)


def _name_statuses(codes: NDArray[np.int8]) -> pa.Array:
    return _choose([status.name.lower() for status in Status], codes.astype(np.int64))
