"""Negative reference products, the way ecoinvent and Brightway write the treatment of waste, turned into waste flows.

A process that makes -1 of a product treats one of it. The flow becomes a waste, and every exchange of it changes
direction and sign, which leaves each entry of A at the same distance from its process's reference:

    product, output, reference, -x   ->  waste, input, reference, x       what is treated
    product, input, -x               ->  waste, output, x                 what is sent to treatment

The other way round, a process that treats -1 of a waste makes one of it, which then is a product.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError
from lcaengine.formats.scaling import PARAMETERS, scale_distributions
from lcaengine.inventory.schema import UNCERTAINTY_TYPES

__all__ = ["turn_products", "turn_treatments"]


def turn_treatments(tables: Mapping[str, pa.Table], source: str) -> tuple[dict[str, pa.Table], list[str]]:
    """Turn flows that are a negative reference product into waste.

    Parameters
    ----------
    tables : dict of str to pyarrow.Table
        With ``flows`` and ``exchanges``.
    source : str
        For the message.

    Returns
    -------
    tables : dict of str to pyarrow.Table
    turned : list of str
        Ids of the flows.

    Raises
    ------
    DataError
        If a flow is the reference of one process in a positive amount and of another in a negative one.
    """
    return _turn(tables, source, "product", "output", "waste")


def turn_products(tables: Mapping[str, pa.Table], source: str) -> tuple[dict[str, pa.Table], list[str]]:
    """Turn wastes that are treated in a negative amount into products.

    Parameters, what is returned and what is raised are those of :func:`turn_treatments`.
    """
    return _turn(tables, source, "waste", "input", "product")


def _turn(
    tables: Mapping[str, pa.Table], source: str, kind: str, direction: str, other: str
) -> tuple[dict[str, pa.Table], list[str]]:
    exchanges, flows = tables["exchanges"], tables["flows"]
    if "is_reference" not in exchanges.column_names:
        return dict(tables), []
    kinds = pc.index_in(exchanges["flow_id"], flows["flow_id"].combine_chunks())
    is_kind = pc.equal(pc.take(flows["kind"], kinds), kind).fill_null(False)
    is_direction = pc.equal(exchanges["direction"], direction).fill_null(False)
    made = pc.and_(pc.and_(exchanges["is_reference"].fill_null(False), is_direction), is_kind)
    negative = pc.and_(made, pc.less(exchanges["amount"], 0).fill_null(False))
    turning = pc.unique(exchanges["flow_id"].filter(negative))
    if not len(turning):
        return dict(tables), []
    positive = pc.unique(
        exchanges["flow_id"].filter(pc.and_(made, pc.greater(exchanges["amount"], 0).fill_null(False)))
    )
    both = positive.filter(pc.is_in(positive, turning))
    if len(both):
        flow_id = both[0].as_py()
        what = f"flow {flow_id!r} is made by one process and treated by another"
        raise DataError(what, source, "give what is treated a flow of its own", table="flows", id=flow_id)
    mask = pc.is_in(flows["flow_id"], turning)
    turned = _replace(flows, "kind", pc.if_else(mask, other, flows["kind"]))
    return {**tables, "flows": turned, "exchanges": _turn_rows(exchanges, turning)}, turning.to_pylist()


def _turn_rows(exchanges: pa.Table, treated: pa.Array) -> pa.Table:
    mask = pc.is_in(exchanges["flow_id"], treated)
    other = pc.if_else(pc.equal(exchanges["direction"], "output"), "input", "output")
    turned = _replace(exchanges, "direction", pc.if_else(mask, other, exchanges["direction"]))
    turned = _replace(turned, "amount", pc.if_else(mask, pc.negate(exchanges["amount"]), exchanges["amount"]))
    if "uncertainty_type" not in exchanges.column_names:
        return turned
    return _turn_distributions(turned, np.asarray(mask.to_numpy(), np.bool_))


def _turn_distributions(table: pa.Table, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Table:
    """Mirror distributions at zero; those whose type has no mirror image are emptied."""
    given = {name: _take_numbers(table, name) for name in PARAMETERS}
    names = pa.array([*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))])
    at = pc.index_in(table["uncertainty_type"], value_set=names).fill_null(0)
    given["uncertainty_type"] = np.asarray(at.to_numpy(), np.float64) % len(UNCERTAINTY_TYPES)
    negative = table["negative"].fill_null(False) if "negative" in table.column_names else None
    given["negative"] = np.zeros(len(mask)) if negative is None else np.asarray(negative.to_numpy(), np.float64)
    scaled, carried = scale_distributions(given, np.where(mask, -1.0, 1.0))
    for name in PARAMETERS:
        if name in table.column_names or not np.isnan(scaled[name]).all():
            table = _replace(table, name, pa.array(scaled[name], from_pandas=True))
    if negative is not None or scaled["negative"].any():
        table = _replace(table, "negative", pa.array(scaled["negative"] > 0))
    for name in ("uncertainty_type", "negative", *PARAMETERS) if not carried.all() else ():
        if name in table.column_names:
            none = pa.scalar(None, table.schema.field(name).type)
            table = _replace(table, name, pc.if_else(pa.array(carried), table[name], none))
    return table


def _take_numbers(table: pa.Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return np.asarray(table[name].to_numpy(), np.float64)


def _replace(table: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    """Put a column in the place of the one of that name, or behind the others."""
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)
