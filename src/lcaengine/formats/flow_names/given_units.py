"""Units the user explains: a label that is not read here, and how much of a unit that is read one of it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import MOST
from lcaengine.formats.flow_names.rescaling import rescale_distributions
from lcaengine.formats.imported import Imported, Remark
from lcaengine.formats.text import read_number
from lcaengine.units import read_unit

__all__ = ["explain_units"]

_MEASURED = (("processes", "production_unit", "production_amount"), ("markets", "unit", "amount"))
"""Tables besides the exchanges whose rows have an amount in a unit of their own."""


def explain_units(imported: Imported, given: Sequence[str]) -> Imported:
    """Carry amounts in units that are not read here to units that are.

    Parameters
    ----------
    imported : Imported
    given : sequence of str
        ``LABEL=FACTOR UNIT`` each: ``t*mi=1.609344 t*km``.

    Returns
    -------
    Imported
        With a remark a label, which the report keeps.

    Raises
    ------
    DataError
        If one is not written like that, no amount is in it, or its unit is not read.

    Examples
    --------
    >>> from lcaengine.formats import explain_units, read_tables
    >>> import lcaengine as lca
    >>> explain_units(read_tables(lca.find_example("two-suppliers")), ["t*mi=1.609344 t*km"])
    Traceback (most recent call last):
    lcaengine.errors.DataError: no amount is in 't*mi'
      where: --unit
      do:    write the label as the source does, letter by letter
    """
    tables, remarks = dict(imported.tables), list(imported.remarks)
    for each in given:
        label, factor, unit = _read(each)
        exchanges = tables["exchanges"]
        mine = np.asarray(pc.equal(exchanges["unit"], label).fill_null(False))
        if not mine.any():
            fix = "write the label as the source does, letter by letter"
            raise DataError(f"no amount is in {label!r}", "--unit", fix)
        factors = np.where(mine, factor, 1.0)
        amount = exchanges["amount"].to_numpy() * factors
        if not (np.abs(amount) <= MOST).all():
            raise DataError(f"an amount in {label!r} is beyond anything measured", "--unit", "correct the factor")
        exchanges = _put(exchanges, "amount", pa.array(amount))
        exchanges = _put(exchanges, "unit", pc.if_else(pa.array(mine), unit, exchanges["unit"]))
        tables["exchanges"], lost = rescale_distributions(exchanges, factors)
        flows = tables["flows"]
        own = pc.equal(flows["unit"], label).fill_null(False)
        tables["flows"] = _put(flows, "unit", pc.if_else(own, unit, flows["unit"]))
        whose = f"{int(pc.sum(own).as_py() or 0)} flows are measured in it"
        what = f"amounts in {label} stand in {unit}, {factor!r} each, as given"
        remarks.append(Remark(False, what, int(mine.sum()), (whose,)))
        if lost.any():
            remarks.append(Remark(True, f"distributions that cannot be carried to {unit}", int(lost.sum()), (label,)))
        tables = _carry_properties(tables, label, factor, unit)
        for name, column, value in (
            ("processes", "production_unit", "production_amount"),
            ("markets", "unit", "amount"),
        ):
            if name in tables and column in tables[name].column_names:
                tables[name] = _carry_column(tables[name], column, value, label, factor, unit)
    return replace(imported, tables=tables, remarks=tuple(remarks))


def _read(text: str) -> tuple[str, float, str]:
    label, _, meaning = text.rpartition("=")
    number, _, unit = meaning.strip().partition(" ")
    try:
        factor = read_number(number, "--unit", "factor")
    except DataError:
        factor = math.nan
    if not label or not unit or not 0 < factor <= MOST:
        raise DataError(f"{text!r} explains no unit", "--unit", "write LABEL=FACTOR UNIT, as t*mi=1.609344 t*km")
    read_unit(unit.strip())
    if _is_read(label.strip()):
        raise DataError(f"unit {label.strip()!r} is known", "--unit", "explain only units that are not")
    return label.strip(), factor, unit.strip()


def _carry_properties(tables: dict[str, pa.Table], label: str, factor: float, unit: str) -> dict[str, pa.Table]:
    """Carry properties that are measured in the label, or per one of it."""
    if "properties" not in tables:
        return tables
    rows = tables["properties"].to_pylist()
    below = f"({unit})" if "*" in unit else unit
    for row in rows:
        above, slash, per = str(row["unit"]).rpartition("/")
        if slash and per.strip("()") == label:
            row |= {"value": row["value"] / factor, "unit": f"{above}/{below}"}
        above, slash, per = str(row["unit"]).rpartition("/")
        if slash and above == label:
            row |= {"value": row["value"] * factor, "unit": f"{unit}/{per}"}
    return tables | {"properties": pa.Table.from_pylist(rows, tables["properties"].schema)}


def _carry_column(table: pa.Table, column: str, value: str, label: str, factor: float, unit: str) -> pa.Table:
    mine = pc.equal(table[column], label).fill_null(False)
    table = _put(table, value, pc.if_else(mine, pc.multiply(table[value], factor), table[value]))
    return _put(table, column, pc.if_else(mine, unit, table[column]))


def _is_read(label: str) -> bool:
    try:
        read_unit(label)
    except UnitError:
        return False
    return True


def _put(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)
