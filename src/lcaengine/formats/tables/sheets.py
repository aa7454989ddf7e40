"""Reading our own tables: from Excel, one sheet a table, or from a folder or zip of CSV or Parquet."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, Progress, Value
from lcaengine.formats.imported import Imported
from lcaengine.formats.tables.workbook import ENDINGS, name_cell, open_workbook, read_sheet
from lcaengine.formats.text import decode, read_date, read_number
from lcaengine.inventory.about import SCHEMA_VERSION
from lcaengine.inventory.schema import TABLES, Column
from lcaengine.io.source import open_source
from lcaengine.io.tables import list_tables, read_table

__all__ = ["ABOUT", "EXPLAINED", "read_tables"]

ABOUT = ("name", "version", "licence", "description", "reference_period", "boundary")
"""Fields of ``inventory.toml`` beside its schema_version."""
EXPLAINED = "columns"
"""The sheet in which a template explains the others; it is passed over."""
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SHOWN_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by column, and the name of each cell for messages."""

    cells: Mapping[str, object]
    names: Mapping[str, str]


def read_tables(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read an inventory in our own tables.

    Parameters
    ----------
    source : str or Path
        A workbook with a sheet for each table and a sheet ``inventory`` of two columns, field and value; or a folder
        or zip of ``.csv`` or ``.parquet`` files and an ``inventory.toml``.
    progress : callable, optional
        Told how many rows are read.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If it cannot be opened, or a cell does not hold what its column is for: the cell is named.

    Notes
    -----
    A sheet's first row that is not empty holds the names of the columns; rows without a value are passed over. A number
    in a column of text stands as it is shown without a format: 12, not 12.0. Formulas give what was calculated last.

    Examples
    --------
    >>> import lcaengine as lca
    >>> from lcaengine.formats import read_tables
    >>> read_tables(lca.find_example("two-suppliers")).tables["processes"].num_rows
    4
    """
    if PurePosixPath(str(source)).suffix.lower() in ENDINGS:
        return _read_workbook(source, progress)
    files = open_source(source, (".csv", ".parquet", ".toml"), "tables")
    draft = Draft("tables", files.label)
    about = {"name": PurePosixPath(files.label).stem}
    if "inventory.toml" in files.names:
        about |= _read_toml(draft, files.read("inventory.toml"), files.label)
    tables, unread = list_tables(files.store, TABLES)
    for name, file in unread:
        draft.lose("files that look like a part of a table and cannot be read", f"{file} of {name}")
    known = [name for name in TABLES if name in tables]
    for name in sorted(set(tables) - set(known)):
        draft.lose("tables that are not of the schema", name)
    done = 0
    for name in known:
        table = read_table(files.store, name, tables[name])
        columns = _keep_columns(draft, name, table.column_names, table.column_names)
        at = 0
        for batch in table.select([each for each in table.column_names if each in columns]).to_batches(1 << 14):
            for cells in batch.to_pylist():
                at += 1
                _add_row(draft, name, Row(cells, dict.fromkeys(cells, f"{name} row {at}")))
            done += batch.num_rows
            if progress is not None:
                progress(done, 0)
    return draft.finish(about, files.hash())


def _read_workbook(source: str | Path, progress: Progress | None) -> Imported:
    workbook = open_workbook(source)
    draft = Draft("tables", workbook.label)
    about = {"name": PurePosixPath(workbook.label).stem}
    if "inventory" in workbook.names:
        about |= _read_about(draft, read_sheet(workbook, "inventory"), workbook.label)
    for name in workbook.names:
        if name not in (*TABLES, "inventory", EXPLAINED):
            draft.lose("sheets that are no table of an inventory", name)
    done = 0
    for name in (each for each in TABLES if each in workbook.names):
        for row in _list_rows(draft, name, read_sheet(workbook, name), workbook.label):
            _add_row(draft, name, row)
            done += 1
            if progress is not None and not done % _SHOWN_EVERY:
                progress(done, 0)
    return draft.finish(about, workbook.sha256)


def _list_rows(draft: Draft, sheet: str, cells: list[list[Any]], label: str) -> Iterator[Row]:
    """Give the rows below the header that hold anything."""
    filled = [at for at, row in enumerate(cells) if any(cell != "" for cell in row)]
    if not filled:
        return
    first = filled[0]
    header = [str(cell).strip() for cell in cells[first]]
    shown = [name_cell(sheet, first, at) for at in range(len(header))]
    columns = _keep_columns(draft, sheet, header, shown)
    if twice := next((name for name in header if name and header.count(name) > 1), None):
        at = len(header) - 1 - header[::-1].index(twice)
        raise DataError(f"column {twice!r} stands twice, in {shown[at]}", label, "keep one of them", table=sheet)
    for at in filled[1:]:
        row = {name: cells[at][k] for k, name in enumerate(header) if name in columns}
        names = {name: name_cell(sheet, at, k) for k, name in enumerate(header) if name in columns}
        if any(cell != "" for cell in row.values()):
            yield Row(row, names)
        else:
            draft.lose("rows that fill unknown columns only", f"{sheet} row {at + 1}")


def _keep_columns(draft: Draft, table: str, names: Sequence[str], shown: Sequence[str]) -> dict[str, Column]:
    """Give the columns of the schema that are there, and report the others."""
    known = {column.name: column for column in TABLES[table].columns}
    for name, where in zip(names, shown, strict=True):
        if name and name not in known:
            draft.lose("columns that are not of the schema", f"{name!r} ({where})" if where != name else f"{name!r}")
    return {name: known[name] for name in names if name in known}


def _add_row(draft: Draft, table: str, row: Row) -> None:
    fields: dict[str, Value] = {}
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    where = next(iter(row.names.values()), table)
    for name, cell in row.cells.items():
        if cell is None or cell == "":
            continue
        try:
            fields[name] = _READ[kinds[name]](cell, row.names[name], name)
        except DataError as error:
            raise DataError(error.what, f"{draft.source}, {row.names[name]}", error.fix, table=table) from error
    try:
        draft.add(table, **fields)
    except DataError as error:
        raise DataError(error.what, f"{draft.source}, {where}", error.fix, table=table, id=error.id) from error


def _read_text(cell: object, where: str, name: str) -> str:
    if isinstance(cell, str):
        if any("\ud800" <= letter <= "\udfff" for letter in cell):
            raise _refuse(cell, name, "text that can be written")
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1 << 53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return (cell.date() if cell.time() == dt.time() else cell).isoformat()
    if isinstance(cell, int | dt.date):
        return str(cell)
    raise _refuse(cell, name, "text")


def _read_number(cell: object, where: str, name: str) -> float:
    if isinstance(cell, str) and "_" in cell:  # which Python reads as a separator
        raise _refuse(cell, name, "a number")
    return read_number(cell, where, name)


def _read_flag(cell: object, where: str, name: str) -> bool:
    if isinstance(cell, bool):
        return cell
    text = str(int(cell)) if isinstance(cell, float) and cell in (0.0, 1.0) else str(cell).strip().lower()
    if text not in _FLAGS:
        raise _refuse(cell, name, "true or false")
    return _FLAGS[text]


def _read_day(cell: object, where: str, name: str) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return read_date(cell, where)
    raise _refuse(cell, name, "a date")


_READ: dict[str, Callable[[object, str, str], Value]] = {
    "text": _read_text,
    "number": _read_number,
    "flag": _read_flag,
    "date": _read_day,
}


def _refuse(cell: object, name: str, wanted: str) -> DataError:
    return DataError(f"{name} is {cell!r:.60} and not {wanted}", "", "correct the cell")


def _read_about(draft: Draft, cells: list[list[Any]], label: str) -> dict[str, str]:
    """Read the sheet ``inventory``: a field and its value in each row."""
    given: dict[str, object] = {}
    for at, row in enumerate(cells):
        found = [(k, cell) for k, cell in enumerate(row) if cell != ""]
        if not found or [cell for _, cell in found] == ["field", "value"]:
            continue
        key = str(found[0][1]).strip()
        if key in given:
            what = f"field {key!r} stands twice, in {name_cell('inventory', at, found[0][0])}"
            raise DataError(what, label, "keep one of them")
        if len(found) > 1:
            given[key] = found[1][1]
    return _take_about(draft, given, label)


def _read_toml(draft: Draft, content: bytes, label: str) -> dict[str, str]:
    try:
        given = tomllib.loads(decode(content, "inventory.toml"))
    except (ValueError, RecursionError) as error:
        text = " ".join(str(error).split())[:200]
        raise DataError(f"inventory.toml is no TOML: {text}", label, "write it again") from error
    return _take_about(draft, given, label)


def _take_about(draft: Draft, given: Mapping[str, object], label: str) -> dict[str, str]:
    version = given.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, bool) or version not in (SCHEMA_VERSION, str(SCHEMA_VERSION)):
        what = f"schema_version is {version!r:.40}, this engine reads {SCHEMA_VERSION}"
        raise DataError(what, label, f"write {SCHEMA_VERSION}")
    for name in sorted(set(given) - {*ABOUT, "schema_version"}):
        draft.lose("fields of the inventory that are not of the schema", name)
    try:
        return {name: _read_text(given[name], "", name) for name in ABOUT if given.get(name) not in (None, "")}
    except DataError as error:
        raise DataError(error.what, f"{label}, inventory", error.fix) from error
