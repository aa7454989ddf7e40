"""What of our rows openLCA has no field for: written among an entity's other properties, and taken from there again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.text import Json
from lcaengine.units import read_unit

__all__ = ["OWN", "Own", "locate", "make_uuid", "note_own", "read_own", "restore_own", "write_own"]

OWN: dict[str, tuple[str, ...]] = {
    "flows": ("flow_id", "unit", "compartment", "sub_compartment", "category", "product_ids"),
    "processes": ("process_id", "stage", "supplier_id", "data_type"),
    "flow_properties": ("property",),
    "sources": ("source_id", "doi", "url", "licence", "sha256"),
}
"""Columns of text that are kept so, by table; the first is the id."""
_USERS: dict[str, tuple[tuple[str, str], ...]] = {
    "flows": (
        *(("flows", "flow_id"), ("properties", "flow_id"), ("exchanges", "flow_id")),
        *(("allocation", "product_flow_id"), ("allocation", "exchange_flow_id")),
    ),
    "processes": (
        *(("processes", "process_id"), ("allocation", "process_id")),
        *(("exchanges", "process_id"), ("exchanges", "provider_id")),
    ),
    "sources": (("sources", "source_id"),),
}
"""Columns that hold the ids of a table."""
_SPACE = UUID("6f7f3b52-62a4-5c0e-9d8c-0d0f5a9b7a11")
_FIELD, _KEY = "otherProperties", "lcaengine"

Own = dict[str, dict[str, dict[str, str]]]
"""By table and id in the package: what stands in our columns, empty where nothing does."""


def make_uuid(kind: str, id: str) -> str:
    """Give the id of an entity: our own where it is a UUID, else one made from it, always the same.

    Examples
    --------
    >>> make_uuid("flows", "0073ee84-5cb1-3e11-b647-95e2e9d36c5b")
    '0073ee84-5cb1-3e11-b647-95e2e9d36c5b'
    >>> make_uuid("flows", "steel") == make_uuid("flows", "steel") != make_uuid("processes", "steel")
    True
    """
    try:
        if str(UUID(id)) == id:
            return id
    except ValueError:
        pass
    return str(uuid5(_SPACE, f"{kind}:{id}"))


def locate(code: str) -> str:
    """Give the id that openLCA gives a location: the MD5 of its code in lower case, as a UUID.

    Examples
    --------
    >>> locate("CH")
    'd88fc6ed-f21e-3464-935f-f76288b84103'
    """
    return str(UUID(bytes=hashlib.md5(code.lower().encode(), usedforsecurity=False).digest(), version=3))


def write_own(table: str, row: Mapping[str, object]) -> dict[str, object]:
    """Give the other properties of an entity: our columns that openLCA has no field for."""
    return {_FIELD: {_KEY: {name: str(row.get(name) or "") for name in OWN[table]}}}


def read_own(table: str, entity: Json) -> dict[str, str]:
    """Read our columns from the other properties of an entity; empty where they are not there."""
    other = entity.child(_FIELD)
    given = other.child(_KEY) if other else None
    if given is None:
        return {}
    return {name: given.text(name) for name in OWN[table] if given.fields.get(name) is not None}


def note_own(own: Own, table: str, entities: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
    """Pass entities on, and note what they hold of ours."""
    for name, entity in entities:
        if found := read_own(table, entity):
            own.setdefault(table, {})[entity.text("@id")] = found
        yield name, entity


def restore_own(tables: Mapping[str, pa.Table], own: Own, source: str) -> dict[str, pa.Table]:
    """Put our own ids and columns in the place of what a package could carry of them.

    Raises
    ------
    DataError
        If two rows would have one id, or a unit is not of the dimension the package gives.
    """
    restored = dict(tables)
    for table, rows in own.items():
        if table not in restored:
            continue
        ids = restored[table][OWN[table][0]].to_pylist()
        for column in OWN[table][1:]:
            if any(column in row for row in rows.values()):
                restored[table] = _restore_column(restored[table], column, ids, rows, source)
        renamed = {key: row[OWN[table][0]] for key, row in rows.items() if row.get(OWN[table][0])}
        taken = set(ids)
        if table == "sources":  # a dataset that was a source before is one again: the older keeps the package's id
            renamed = {key: name for key, name in renamed.items() if name not in taken}
        for user, column in _USERS[table]:
            if user in restored and column in restored[user].column_names:
                restored[user] = _rename(restored[user], column, renamed)
        named = restored[table][OWN[table][0]]
        if pc.count_distinct(named).as_py() < len(named):
            raise DataError(f"two of its {table} have one id among their other properties", source, "correct them")
    return restored


def _restore_column(
    table: pa.Table, column: str, ids: list[str], rows: Mapping[str, Mapping[str, str]], source: str
) -> pa.Table:
    is_there = column in table.column_names
    given: list[Any] = table[column].to_pylist() if is_there else [None] * len(ids)
    values = [
        rows[key][column] or None if column in rows.get(key, {}) else value
        for key, value in zip(ids, given, strict=True)
    ]
    if column == "unit":
        _check_units(given, values, source)
    filled = pa.array(values, pa.string())
    if is_there:
        return table.set_column(table.column_names.index(column), column, filled)
    return table.append_column(column, filled) if filled.null_count < len(filled) else table


def _check_units(given: Sequence[str], values: list[str | None], source: str) -> None:
    for one, other in set(zip(given, values, strict=True)):
        try:
            fits = one == other or read_unit(one).dimension == read_unit(other or "").dimension
        except UnitError:
            fits = False
        if not fits:
            what = f"a flow measured in {one!r} has the unit {other!r} among its other properties"
            raise DataError(what, source, "correct it", table="flows")


def _rename(table: pa.Table, column: str, renamed: Mapping[str, str]) -> pa.Table:
    values = [renamed.get(value, value) for value in table[column].to_pylist()]
    return table.set_column(table.column_names.index(column), column, pa.array(values, pa.string()))
