"""Mapping tables: what other lists call an elementary flow, and what the factors of our methods call it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lcaengine.errors import DataError, UnitError
from lcaengine.io.shipped import find_factors
from lcaengine.units import read_unit

__all__ = ["FlowMapping", "Identity", "list_mappings", "read_mapping", "take_mapping"]

COLUMNS = (
    *("source_flow_id", "source_name", "source_compartment", "source_sub_compartment", "source_unit", "direction"),
    *("name", "compartment", "sub_compartment", "unit", "factor", "source_id", "comment"),
)
"""Columns of a mapping table; ``name`` and ``compartment`` are needed, and an id or a name of the source."""
DIRECTIONS = ("", "input", "output")
LARGEST = 1 << 24
"""Bytes of a mapping table."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One row of a mapping table: a flow of another list, and what it is called here.

    Attributes
    ----------
    flow_id : str
        Id of the source's flow; where it is given the row holds for that id, whatever its name.
    source_name, source_compartment, source_sub_compartment : str
        The row holds for the flow of exactly this name and compartment. An empty sub-compartment holds for any that no
        finer row names, as in factors.
    source_unit : str
        The row holds for flows measured in this dimension only; needed where the unit changes.
    direction : str
        The row holds for flows that are only taken (``input``), or only given off (``output``); empty for any.
    name, compartment, sub_compartment : str
        Of the flow here; an empty sub-compartment leaves the source's own.
    unit : str
        Its unit here; empty where it stays.
    factor : float
        [unit / source_unit]
    source_id : str
        Where the identity is published.
    row : int
        Row of the table, from 1.
    """

    flow_id: str
    source_name: str
    source_compartment: str
    source_sub_compartment: str
    source_unit: str
    direction: str
    name: str
    compartment: str
    sub_compartment: str
    unit: str
    factor: float
    source_id: str
    row: int

    @property
    def is_rescaled(self) -> bool:
        """Whether the unit changes, and amounts with it."""
        return bool(self.unit) and (self.unit != self.source_unit or self.factor != 1.0)


@dataclass(frozen=True, slots=True)
class FlowMapping:
    """A mapping table.

    Attributes
    ----------
    name : str
        Of the table.
    rows : tuple of Identity
    sources : dict of str to str
        Citation of each source_id.
    is_assumption : bool
        Whether it says what a flow is to be taken for, and not what it is.
    """

    name: str
    rows: tuple[Identity, ...]
    sources: Mapping[str, str]
    is_assumption: bool


def list_mappings() -> list[str]:
    """Name the mapping tables that come with the engine.

    Examples
    --------
    >>> "uslci" in list_mappings()
    True
    """
    return sorted(path.stem for path in _folder().glob("*.csv") if path.stem != "sources")


def take_mapping(table: FlowMapping | str | Path) -> FlowMapping:
    """Give a mapping table, read where it is named."""
    return table if isinstance(table, FlowMapping) else read_mapping(table)


def read_mapping(table: str | Path) -> FlowMapping:
    """Read a mapping table and check it whole.

    Parameters
    ----------
    table : str or Path
        Name of a table that comes with the engine, or a CSV file with the columns :data:`COLUMNS`.

    Returns
    -------
    FlowMapping

    Raises
    ------
    DataError
        If there is none, or a row names nothing, names two things, or does not fit.

    Examples
    --------
    >>> read_mapping("uslci").is_assumption
    False
    """
    shipped = str(table) in list_mappings()
    path = _folder() / f"{table}.csv" if shipped else Path(table)
    rows = _read_rows(path, table)
    sources = {}
    if shipped:
        cited = _read_rows(_folder() / "sources.csv", table)
        sources = {each["source_id"]: each["citation"] for each in cited}
    identities = tuple(_read_row(row, at, str(path), sources if shipped else None) for at, row in enumerate(rows, 1))
    _refuse_equals(identities, str(path))
    is_assumption = shipped and str(table).startswith("assume-")
    used = {each.source_id for each in identities}
    return FlowMapping(str(table), identities, {k: v for k, v in sources.items() if k in used}, is_assumption)


def _folder() -> Path:
    return find_factors() / "mappings"


def _read_rows(path: Path, table: str | Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name} is larger than a mapping table", str(path), "look whether it is one")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        fix = f"give a CSV file in UTF-8, or one of: {', '.join(list_mappings())}"
        raise DataError(f"there is no mapping table {str(table)!r} to read: {error}", "", fix) from error
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="", restval="")
        rows = list(reader)
    except csv.Error as error:
        raise DataError(f"{path.name} is no CSV: {error}", str(path), "write it again") from error
    unknown = [each for each in reader.fieldnames or () if each not in COLUMNS] if path.stem != "sources" else []
    if unknown or not rows or any("" in row for row in rows):
        what = f"columns {unknown} of {path.name} are not known" if unknown else f"{path.name} has no rows that fit"
        raise DataError(what, str(path), f"the columns are: {', '.join(COLUMNS)}", allowed=COLUMNS)
    return rows


def _read_row(row: Mapping[str, str], at: int, path: str, sources: Mapping[str, str] | None) -> Identity:
    where = f"{path} row {at}"

    def refuse(what: str, fix: str) -> DataError:
        return DataError(what, where, fix, row=at)

    field = {name: row.get(name) or "" for name in COLUMNS}
    if not (field["source_flow_id"] or field["source_name"]) or not field["name"].strip():
        raise refuse("the row names no flow", "fill in source_flow_id or source_name, and name")
    if not field["compartment"]:
        raise refuse("the row has no compartment", "fill it in")
    if field["direction"] not in DIRECTIONS:
        raise refuse(f"direction is {field['direction']!r}", "write input or output, or leave it blank")
    try:
        factor = float(field["factor"] or 1.0)
    except ValueError:
        raise refuse(f"factor {field['factor']!r} is no number", "write a number above zero") from None
    if not (math.isfinite(factor) and 1e-30 < factor < 1e30):
        raise refuse(f"factor {factor!r} is no number above zero", "write a number above zero")
    for label in (field["source_unit"], field["unit"]):
        try:
            if label:
                read_unit(label)
        except UnitError as error:
            raise refuse(error.what, error.fix) from error
    if (field["unit"] or factor != 1.0) and not (field["unit"] and field["source_unit"]):
        raise refuse("a factor or a unit stands alone", "fill in source_unit, unit and factor")
    if sources is not None and field["source_id"] not in sources:
        raise refuse(f"source {field['source_id']!r} is not in sources.csv", "name one that is")
    return Identity(
        flow_id=field["source_flow_id"],
        source_name=field["source_name"],
        source_compartment=field["source_compartment"],
        source_sub_compartment=field["source_sub_compartment"],
        source_unit=field["source_unit"],
        direction=field["direction"],
        name=field["name"],
        compartment=field["compartment"],
        sub_compartment=field["sub_compartment"],
        unit=field["unit"],
        factor=factor,
        source_id=field["source_id"],
        row=at,
    )


def _refuse_equals(rows: tuple[Identity, ...], path: str) -> None:
    """Refuse two rows that hold for the same flow."""
    known: dict[tuple[str, ...], int] = {}
    for row in rows:
        dimension = read_unit(row.source_unit).dimension if row.source_unit else ""
        own = (row.flow_id,) if row.flow_id else (row.source_name, row.source_compartment, row.source_sub_compartment)
        key = (*own, dimension, row.direction)
        if key in known:
            what = f"rows {known[key]} and {row.row} hold for the same flow"
            raise DataError(what, path, "keep one of them", row=row.row)
        known[key] = row.row
