"""Flows in another unit: amounts and distributions times a factor, properties divided by it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import MOST
from lcaengine.formats.flow_names.mapping import Identity
from lcaengine.formats.scaling import PARAMETERS, scale_distributions
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.units import read_unit

__all__ = ["Scaled", "find_unfit", "rescale_distributions", "rescale_flows"]

Scaled = tuple[bool, str, int, tuple[str, ...]]
"""A remark to come: whether something was lost, what, how often, examples; ``{table}`` stands for the table's name."""
_EXAMPLES = 5


def find_unfit(tables: Mapping[str, pa.Table], chosen: Mapping[int, Identity]) -> dict[int, str]:
    """Find flows of which an exchange is in another dimension than the table's source unit, and say which.

    Parameters
    ----------
    tables : dict of str to pyarrow.Table
    chosen : dict of int to Identity
        Rows of a mapping table that change the unit, by position of the flow.

    Returns
    -------
    dict of int to str
    """
    flows, exchanges = tables["flows"], tables["exchanges"]
    ids = {flows["flow_id"][at].as_py(): at for at in chosen}
    used = exchanges.filter(pc.is_in(exchanges["flow_id"], pa.array(list(ids), pa.string())))
    unfit = {}
    for row in used.select(["flow_id", "unit"]).group_by(["flow_id", "unit"]).aggregate([]).to_pylist():
        at = ids[row["flow_id"]]
        if not _is_alike(row["unit"], chosen[at].source_unit):
            unfit[at] = f"{flows['name'][at].as_py()} has exchanges in {row['unit']}"
    return unfit


def rescale_flows(
    tables: Mapping[str, pa.Table], chosen: Mapping[int, Identity]
) -> tuple[dict[str, pa.Table], list[Scaled]]:
    """Carry the exchanges and properties of flows to the unit of a mapping table.

    Parameters
    ----------
    tables : dict of str to pyarrow.Table
    chosen : dict of int to Identity
        By position of the flow.

    Returns
    -------
    tables : dict of str to pyarrow.Table
    scaled : list of Scaled

    Raises
    ------
    DataError
        If an amount becomes larger than anything measured.
    """
    if not chosen:
        return dict(tables), []
    ids = {tables["flows"]["flow_id"][at].as_py(): row for at, row in chosen.items()}
    exchanges, scaled = _rescale_exchanges(tables["exchanges"], ids)
    changed = {**tables, "exchanges": exchanges}
    if "properties" in tables:
        properties, lost = _rescale_properties(tables["properties"], ids)
        scaled += lost
        del changed["properties"]
        if properties.num_rows:
            changed["properties"] = properties
    return changed, scaled


def _rescale_exchanges(exchanges: pa.Table, ids: Mapping[str, Identity]) -> tuple[pa.Table, list[Scaled]]:
    index = pc.index_in(exchanges["flow_id"], pa.array(list(ids), pa.string()))
    mine = np.flatnonzero(np.asarray(index.is_valid()))
    rows, flow_ids = list(ids.values()), exchanges["flow_id"].take(pa.array(mine)).to_pylist()
    of = [rows[k] for k in index.take(pa.array(mine)).to_pylist()]
    units = exchanges["unit"].to_pylist()
    factor = np.ones(exchanges.num_rows)
    for at, row in zip(mine.tolist(), of, strict=True):
        per = 1.0 if units[at] == row.source_unit else read_unit(units[at]).factor / read_unit(row.source_unit).factor
        factor[at] = per * row.factor
        units[at] = row.unit
    amount = exchanges["amount"].to_numpy() * factor
    if not (np.abs(amount[mine]) <= MOST).all():
        at = mine[~(np.abs(amount[mine]) <= MOST)][0]
        what = f"an amount of {exchanges['flow_id'][int(at)].as_py()!r} is beyond anything measured"
        raise DataError(what, "exchanges", "correct it where it comes from, or the factor of the mapping table")
    table = _put(_put(exchanges, "amount", pa.array(amount)), "unit", pa.array(units, pa.string()))
    table, lost = rescale_distributions(table, factor)
    changes = {
        f"{f}: {row.source_unit} to {row.unit}, {row.factor!r} each" for f, row in zip(flow_ids, of, strict=True)
    }
    scaled: list[Scaled] = []
    if len(mine):
        what = "amounts of flows whose unit {table} changes: they are multiplied by its factor"
        scaled.append((False, what, len(mine), tuple(sorted(changes)[:_EXAMPLES])))
    if lost.any():
        what = "distributions that cannot be carried to the unit of {table}; the amount stays"
        named = tuple(exchanges["flow_id"].filter(pa.array(lost)).to_pylist()[:_EXAMPLES])
        scaled.append((True, what, int(lost.sum()), named))
    return table, scaled


def rescale_distributions(table: pa.Table, factor: NDArray[np.float64]) -> tuple[pa.Table, NDArray[np.bool_]]:
    """Carry distributions along; give which rows lose theirs."""
    lost = np.zeros(table.num_rows, np.bool_)
    mask = factor != 1.0
    if "uncertainty_type" not in table.column_names or not mask.any():
        return table, lost
    names = [*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))]
    codes = pc.index_in(table["uncertainty_type"], pa.array(names)).fill_null(0).to_numpy() % len(UNCERTAINTY_TYPES)
    parameters = {each: _numbers(table, each) for each in PARAMETERS}
    parameters["uncertainty_type"] = codes.astype(np.float64)
    negative = (
        table["negative"].fill_null(False).to_numpy() if "negative" in table.column_names else np.zeros(len(mask))
    )
    parameters["negative"] = np.asarray(negative, np.float64)
    has = np.asarray(table["uncertainty_type"].is_valid())
    scaled, is_carried = scale_distributions(parameters, factor)
    lost = has & mask & ~is_carried
    for each in PARAMETERS:
        if each not in table.column_names and np.isnan(scaled[each][mask & has]).all():
            continue
        values = np.where(mask & has, scaled[each], parameters[each])
        table = _put(table, each, pa.array(values, mask=np.isnan(values) | lost))
    if lost.any():
        kinds = pc.if_else(pa.array(lost), pa.scalar(None, pa.string()), table["uncertainty_type"])
        table = _put(table, "uncertainty_type", kinds)
        if "negative" in table.column_names:
            table = _put(table, "negative", pc.if_else(pa.array(lost), pa.scalar(None, pa.bool_()), table["negative"]))
    return table, lost


def _rescale_properties(properties: pa.Table, ids: Mapping[str, Identity]) -> tuple[pa.Table, list[Scaled]]:
    """Carry properties, which are per unit of the flow, from one unit to the other; what is per another is lost."""
    kept, lost = [], []
    for row in properties.to_pylist():
        identity = ids.get(row["flow_id"])
        if identity is not None:
            above, slash, below = row["unit"].rpartition("/")
            if not slash or not _is_alike(below.strip("()"), identity.source_unit):
                lost.append(f"{row['property']} of {row['flow_id']}, {row['unit']}")
                continue
            per = read_unit(below.strip("()")).factor / read_unit(identity.source_unit).factor
            new = f"({identity.unit})" if "*" in identity.unit else identity.unit
            if read_unit(identity.unit).dimension == _dimension(above):
                lost.append(f"{row['property']} of {row['flow_id']}: the table's factor stands in its place")
                continue
            kept.append({**row, "value": row["value"] / (per * identity.factor), "unit": f"{above}/{new}"})
        else:
            kept.append(row)
    table = pa.Table.from_pylist(kept, properties.schema)
    what = "properties of flows whose unit {table} changes: they are not per that unit, or join the two units"
    return table, [(True, what, len(lost), tuple(lost[:_EXAMPLES]))] if lost else []


def _is_alike(label: str, other: str) -> bool:
    return bool(_dimension(label)) and _dimension(label) == _dimension(other)


def _dimension(label: str) -> str:
    try:
        return read_unit(label).dimension
    except UnitError:
        return ""


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return np.array(table[name].cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _put(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)
