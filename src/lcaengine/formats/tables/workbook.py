"""Reading a workbook of Excel: what each cell holds, and where it stands. Nothing is calculated, nothing guessed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcaengine.errors import DataError
from lcaengine.formats.xml import list_elements, parse_xml
from lcaengine.io.archive import count_unpacked
from lcaengine.io.source import Source, open_source

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["ENDINGS", "Workbook", "name_cell", "open_workbook", "read_sheet"]

ENDINGS = (".xlsx", ".xlsm")
"""Endings of the files that are read."""
UNPACKED = 2 << 30
"""Most bytes a workbook may unpack to."""
FREE, PER_CELL = 5_000_000, 20
"""Largest rectangle that the cells of a sheet may span: so many cells, or so many times those that are filled."""
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_MEMBER = re.compile(r"xl/worksheets/[^/]+\.xml")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose sheets can be read.

    Attributes
    ----------
    label : str
        The place as the user wrote it.
    names : tuple of str
        Its sheets, in order.
    sha256 : str
        Of the file.
    members : dict of str to str
        The part of the file that each sheet stands in.
    parts : Source
        The parts.
    book : python_calamine.CalamineWorkbook
    """

    label: str
    names: tuple[str, ...]
    sha256: str
    members: dict[str, str]
    parts: Source
    book: CalamineWorkbook


def open_workbook(place: str | Path) -> Workbook:
    """Open a workbook.

    Parameters
    ----------
    place : str or Path
        File that ends in ``.xlsx`` or ``.xlsm``.

    Returns
    -------
    Workbook

    Raises
    ------
    DataError
        If it is not there, is none, is damaged or protected by a password, or unpacks to too much.
    """
    file = open_source(place, ENDINGS, "a workbook")
    parts = open_source(place, (), "the parts of a workbook")
    if (size := count_unpacked(parts.store)) > UNPACKED:
        raise DataError(f"it unpacks to {size:,} bytes", file.label, "write the tables as CSV or Parquet")
    members = _find_members(parts, file.label)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read(file.names[0])))
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(file.label, error) from error
    return Workbook(file.label, tuple(members), file.hash(), members, parts, book)


def read_sheet(workbook: Workbook, name: str) -> list[list[Any]]:
    """Read the cells of a sheet, row by row from A1: text, numbers, booleans, dates; empty ones are empty text.

    Parameters
    ----------
    workbook : Workbook
    name : str
        Of the sheet. ``name_cell(name, row, column)`` names a cell of what is returned, both counted from zero.

    Returns
    -------
    list of list
        Of a formula, the value that was calculated last.

    Raises
    ------
    DataError
        If a cell holds an error (``#REF!``) or a formula that was never calculated, or the sheet is damaged or spans a
        rectangle that is next to empty.
    """
    from python_calamine import CalamineError

    _check_cells(workbook, name)
    try:
        return workbook.book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise _damaged(f"{workbook.label}, sheet {name}", error) from error


def name_cell(sheet: str, row: int, column: int) -> str:
    """Name a cell as Excel does, from its row and column counted from zero.

    Examples
    --------
    >>> name_cell("exchanges", 0, 3), name_cell("exchanges", 11, 27)
    ('exchanges!D1', 'exchanges!AB12')
    """
    letters = ""
    column += 1
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(ord("A") + left) + letters
    return f"{sheet}!{letters}{row + 1}"


def _find_members(parts: Source, label: str) -> dict[str, str]:
    """Find the part of each sheet: the workbook names the sheets, and its relations where they stand."""
    wanted = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    for name in wanted:
        if name not in parts.names:
            raise DataError(f"it has no {name}: it is no workbook", label, "save it in Excel as .xlsx")
    book, relations = (parse_xml(parts.read(name), name) for name in wanted)
    targets: dict[str, str] = {}
    for each in relations.iterfind("{*}Relationship"):
        target = each.get("Target", "")
        key = each.get("Id", "")
        if key in targets:
            raise DataError(f"relation {key!r} stands twice in it", label, "save it again in Excel")
        targets[key] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    members: dict[str, str] = {}
    for sheet in book.iter("{*}sheet"):
        name = sheet.get("name", "")
        key = next((value for each, value in sheet.attrib.items() if str(each).endswith("}id")), "")
        member = targets.get(str(key), "")
        if name in members:
            raise DataError(f"sheet {name!r} stands twice in it", label, "save it again in Excel")
        if _MEMBER.fullmatch(member) and member in parts.names:  # and not a sheet that is a chart
            members[name] = member
    return members


def _check_cells(workbook: Workbook, name: str) -> None:
    """Refuse what the library would pass over, or not survive."""
    where = f"{workbook.label}, sheet {name}"
    last_row = last_column = filled = 0
    for row, column, cell in _list_cells(workbook, name, where):
        last_row, last_column = max(last_row, row), max(last_column, column)
        filled += 1
        parts = {str(part.tag).rpartition("}")[2]: part.text for part in cell}
        address = name_cell(name, row, column)
        if cell.get("t") == "e":
            what, fix = f"{address} holds the error {parts.get('v') or '#N/A'}", "correct the formula in it"
            raise DataError(what, workbook.label, fix, table=name, given=parts.get("v"))
        if "f" in parts and parts.get("v") is None and cell.get("t") != "str":
            what, fix = f"{address} holds a formula that was never calculated", "open it in Excel, and save it"
            raise DataError(what, workbook.label, fix, table=name)
    if (last_row + 1) * (last_column + 1) > FREE + PER_CELL * filled:
        corner = name_cell(name, last_row, last_column)
        what = f"its {filled:,} cells reach to {corner}: most of the rectangle is empty"
        raise DataError(what, where, "delete the cells far from the table", table=name)


def _list_cells(workbook: Workbook, name: str, where: str) -> Iterator[tuple[int, int, Any]]:
    for row in list_elements(workbook.parts, workbook.members[name], "row"):
        for cell in row:
            address = _ADDRESS.fullmatch(cell.get("r", ""))
            if address is None:
                what = f"a cell has the address {cell.get('r', '')!r:.20}"
                raise DataError(what, where, "save it again in Excel", table=name)
            column = 0
            for letter in address[1]:
                column = column * 26 + ord(letter) - 64
            yield int(address[2]) - 1, column - 1, cell


def _damaged(where: str, error: Exception) -> DataError:
    text = " ".join(str(error).split())[:200]
    return DataError(f"it cannot be read as a workbook: {text}", where, "save it again in Excel, without a password")
