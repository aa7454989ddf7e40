"""Writing workbooks of Excel: a table a sheet, as a reader of spreadsheets expects it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.io.write import replace_file

__all__ = ["LONGEST_TEXT", "MOST_ROWS", "Sheet", "write_workbook"]

MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
"""Rows below a header, and columns, that a sheet holds."""
LONGEST_TEXT = 32_767
"""Letters a cell holds."""
ROWS_CHECKED = 10_000
"""How many rows below a header a list of allowed values covers, for rows to come."""
FIRST_DAY = dt.date(1900, 3, 1)
"""First day that is written as one: Excel counts a 29 February 1900, and no day before 1900. Others are text."""
NUMBER_LETTERS = 11
"""Width of a column of numbers: Excel rounds what it shows to the width."""
MOST_PRINTED = 20
"""Columns that are printed side by side on one page."""
LIST_LETTERS = 255
"""Letters that Excel takes for a list of allowed values."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: a table, and what its header says.

    Attributes
    ----------
    name : str
    table : pyarrow.Table
        Text, numbers, flags and dates.
    units : dict of str to str
        Unit of a column, shown behind its name.
    notes : dict of str to str
        Explanation of a column, shown when the pointer rests on its header.
    required : collection of str
        Columns whose header is marked.
    allowed : dict of str to sequence of str
        Values that a column's cells offer.
    shares : collection of str
        Columns shown as percentages.
    """

    name: str
    table: pa.Table
    units: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    allowed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shares: frozenset[str] = frozenset()


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> list[str]:
    """Write a workbook: headers bold and frozen, columns as wide as what they hold, a filter on each.

    Parameters
    ----------
    path : Path
    sheets : sequence of Sheet

    Returns
    -------
    list of str
        Cells whose text is longer than a cell holds, and was cut.

    Raises
    ------
    OutputError
        If the package is missing, a table does not fit into a sheet, or the file cannot be written.

    Notes
    -----
    Numbers are written with 16 significant digits (a relative error of at most 5e-16) and shown as Excel shows numbers.
    """
    if find_spec("xlsxwriter") is None:
        raise OutputError("Excel needs the package xlsxwriter", str(path), "pip install 'lcaengine[excel]'")
    for sheet in sheets:
        if sheet.table.num_rows > MOST_ROWS or sheet.table.num_columns > MOST_COLUMNS:
            what = f"{sheet.table.num_rows} rows of {sheet.name} do not fit into a sheet"
            raise OutputError(what, str(path), "write .parquet or .csv")
    import xlsxwriter

    cut: list[str] = []
    with replace_file(path) as beside:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
        book = xlsxwriter.Workbook(str(beside), options)
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "required": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#FFE699"}
            ),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "share": book.add_format({"num_format": "0.0%"}),
        }
        try:
            for sheet in sheets:
                _write_sheet(book.add_worksheet(sheet.name), sheet, formats, cut)
            book.close()
        except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
            raise OutputError(f"cannot write: {error}", str(path), "check the folder and its free space") from error
    return cut


def _write_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], cut: list[str]) -> None:
    table = sheet.table
    headers = [f"{name} [{sheet.units[name]}]" if name in sheet.units else name for name in table.column_names]
    for at, (name, header) in enumerate(zip(table.column_names, headers, strict=True)):
        shown = table.column(name).slice(0, 1000).to_pylist()
        longest = max((len(_show(value)) for value in shown), default=0)
        if pa.types.is_floating(table.column(name).type):
            longest = min(longest, NUMBER_LETTERS)
        page.set_column(at, at, min(40, max(len(header) if len(header) < 24 else 14, longest) + 2))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.repeat_rows(0)
    if table.num_columns <= MOST_PRINTED:
        page.fit_to_pages(1, 0)
    if table.num_rows:
        page.autofilter(0, 0, table.num_rows, table.num_columns - 1)
    for at, (name, header) in enumerate(zip(table.column_names, headers, strict=True)):
        page.write_string(0, at, header, formats["required" if name in sheet.required else "header"])
        if sheet.notes.get(name):
            page.write_comment(0, at, sheet.notes[name], {"x_scale": 1.5})
        values = list(sheet.allowed.get(name, ()))
        if values and len(",".join(values)) <= LIST_LETTERS:
            page.data_validation(1, at, ROWS_CHECKED, at, {"validate": "list", "source": values})
    row, names = 0, table.column_names
    is_share = [name in sheet.shares for name in names]
    for batch in table.to_batches(4096):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for at, value in enumerate(cells):
                _write_cell(page, row, at, value, formats, is_share[at])
                if isinstance(value, str) and len(value) > LONGEST_TEXT:
                    cut.append(f"{sheet.name}, row {row + 1}, {names[at]}")


def _write_cell(page: Any, row: int, at: int, value: object, formats: Mapping[str, Any], is_share: bool) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, at, value)
    elif isinstance(value, int | float):
        page.write_number(row, at, value, formats["share"] if is_share else None)
    elif isinstance(value, dt.date) and value >= FIRST_DAY:
        page.write_datetime(row, at, dt.datetime(value.year, value.month, value.day), formats["date"])
    else:
        page.write_string(row, at, str(value)[:LONGEST_TEXT])


def _show(value: object) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
