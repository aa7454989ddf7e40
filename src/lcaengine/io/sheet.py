"""A sheet: the cells of one sheet of a workbook, or of a CSV, in their rows."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from lcaengine.errors import DataError
from lcaengine.io.source import Source
from lcaengine.io.store import check_members
from lcaengine.io.tables import FIELD_BYTES, longest_line

__all__ = ["SHEET_ENDINGS", "Cell", "Sheet", "name_cell", "read_sheet"]

SHEET_ENDINGS = (".xlsx", ".xlsm", ".csv")
"""Files that are read as a sheet."""
MOST_CELLS = 30_000_000
"""Most cells a sheet of a workbook may span: its reader holds all of them at once, empty ones too."""

Cell = str | float | bool | dt.date | dt.time | dt.timedelta | None
"""What a cell holds; None where it is empty. Numbers of a CSV are text."""

_BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
# Every pattern below is bounded, so that a file made to be slow is not.
_PLACE = re.compile(rb"<(?:\w+:)?c\b[^<>]{0,500}?\br=[\"']([A-Za-z]{1,4})(\d{1,9})[\"']")
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^<>]{0,500}?\bt=[\"']e[\"'][^<>]{0,500})>")
_ADDRESS = re.compile(rb"\br=[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})<|</?(?:\w+:)?c\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet.

    Attributes
    ----------
    file, name : str
        The file, and the sheet of it; a CSV has none.
    rows : list of list of Cell
        From the first row of the sheet on; rows may differ in length.
    formulas : int
        Cells of the workbook that hold a formula; its value is what is read.
    """

    file: str
    name: str
    rows: list[list[Cell]]
    formulas: int


def read_sheet(source: Source, sheet: str = "", delimiter: str = ",", or_first: bool = False) -> Sheet:
    """Read a sheet.

    Parameters
    ----------
    source : Source
        Of one file that ends in one of :data:`SHEET_ENDINGS`.
    sheet : str
        Name of the sheet of a workbook; the first where it is empty.
    delimiter : str
        What stands between the fields of a CSV.
    or_first : bool
        Whether the first sheet is read where there is none of that name.

    Returns
    -------
    Sheet

    Raises
    ------
    DataError
        If there are several files, the file is damaged, unpacks or spans too much, or has no sheet of that name.
    """
    if len(source.names) != 1:
        fix = "name the one file to read"
        raise DataError(f"there are {len(source.names)} sheets: {', '.join(source.names[:5])}", source.label, fix)
    name = source.names[0]
    content = source.read(name)
    if PurePosixPath(name).suffix.lower() == ".csv":
        return Sheet(name, "", _read_csv(content, source.label, delimiter), 0)
    return _read_workbook(content, name, source.label, sheet, or_first)


def name_cell(row: int, column: int) -> str:
    """Name a cell the way sheets do; rows count from 1, columns from 0.

    Examples
    --------
    >>> name_cell(7, 3), name_cell(1, 26)
    ('D7', 'AA1')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


def _read_csv(content: bytes, label: str, delimiter: str) -> list[list[Cell]]:
    fix = "write it again as CSV in UTF-8"
    if b"\x00" in content:
        raise DataError("it holds NUL bytes: it is not text in UTF-8", label, fix)
    if longest_line(content) > FIELD_BYTES:
        raise DataError(f"a line is longer than {FIELD_BYTES} bytes", label, fix)
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except UnicodeDecodeError as error:
        what = f"it is not UTF-8: byte {error.start} is {content[error.start]:#04x}"
        raise DataError(what, label, fix) from error
    except csv.Error as error:
        raise DataError(f"it cannot be read as CSV: {error}", label, fix) from error
    return [[cell if cell else None for cell in row] for row in rows]


def _read_workbook(content: bytes, name: str, label: str, sheet: str, or_first: bool) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook

    formulas, errors = _check_workbook(content, label)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = list(book.sheet_names)
            sheet = sheet if sheet in names or not or_first else ""
            if sheet and sheet not in names:
                what = f"there is no sheet {sheet!r}; there are: {', '.join(map(repr, names[:10]))}"
                raise DataError(what, label, "name one of them, letter by letter", given=sheet, allowed=names)
            if not names:
                raise DataError("the workbook has no sheet", label, "write it again")
            chosen = sheet or names[0]
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except DataError:
        raise
    except BaseException as error:
        # A damaged workbook can make the library panic, which Python sees as no ordinary exception.
        wrong = (CalamineError, OSError, ValueError, OverflowError, MemoryError)
        if not isinstance(error, wrong) and type(error).__name__ != "PanicException":
            raise
        text = " ".join(str(error).split())[:200]
        raise DataError(f"the workbook cannot be read: {text}", label, "save it again as .xlsx, or as CSV") from error
    cells: list[list[Cell]] = [[None if cell == "" else cell for cell in row] for row in rows]
    if errors:
        _put_errors(cells, content, errors, chosen, label)
    return Sheet(name, chosen, cells, formulas)


def _put_errors(
    cells: list[list[Cell]], content: bytes, errors: dict[str, list[tuple[int, int, str]]], sheet: str, label: str
) -> None:
    """Put ``#DIV/0!`` and the like back as text: the reader gives such cells as blank, which means something else."""
    file = _find_file(content, sheet)
    if file is None:
        what = "the workbook has cells that hold an error such as #DIV/0!, and their sheet cannot be told"
        raise DataError(what, label, "correct these cells, or save the sheet as CSV")
    for row, column, text in errors.get(file, ()):
        if row <= len(cells) and column <= len(cells[row - 1]):
            cells[row - 1][column - 1] = text
        else:
            cells.extend([] for _ in range(row - len(cells)))
            cells[row - 1].extend([None] * (column - len(cells[row - 1])))
            cells[row - 1][column - 1] = text


def _find_file(content: bytes, sheet: str) -> str | None:
    """Find the member of a workbook that holds a sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not set(_BOOK) <= set(archive.namelist()):
            return None
        book, links = (archive.read(name).decode("utf-8", "replace") for name in _BOOK)
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^<>]{0,2000}>", book):
        fields = dict(re.findall(r'\b(name|id)="([^"]*)"', tag))
        if html.unescape(fields.get("name", "")) != sheet:
            continue
        for link in re.findall(r"<(?:\w+:)?Relationship\b[^<>]{0,2000}>", links):
            linked = dict(re.findall(r'\b(Id|Target)="([^"]*)"', link))
            if linked.get("Id") == fields.get("id") and "Target" in linked:
                return str(PurePosixPath("xl") / linked["Target"].removeprefix("/xl/"))
    return None


def _check_workbook(content: bytes, label: str) -> tuple[int, dict[str, list[tuple[int, int, str]]]]:
    """Refuse a workbook that unpacks or spans too much; count its formulas, and list cells that hold an error."""
    formulas, errors = 0, {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            check_members(members, label)
            for member in members:
                if not member.filename.lower().startswith("xl/worksheets/"):
                    continue
                text = archive.read(member)
                formulas += sum(1 for _ in _FORMULA.finditer(text))
                row = column = 0
                for at in _PLACE.finditer(text):
                    row, column = max(row, int(at[2])), max(column, _count_columns(at[1]))
                if found := [_read_error(text, each, label) for each in _ERROR.finditer(text)]:
                    errors[member.filename] = found
                if row * column > MOST_CELLS:
                    what = f"{member.filename} spans {row} rows and {column} columns"
                    raise DataError(what, label, "delete what stands far off, or save the sheet as CSV")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        text_of = " ".join(str(error).split())[:200]
        raise DataError(f"it is no workbook: {text_of}", label, "save it again as .xlsx, or as CSV") from error
    return formulas, errors


def _read_error(text: bytes, tag: re.Match[bytes], label: str) -> tuple[int, int, str]:
    """Give row, column and text of a cell that holds an error."""
    address = _ADDRESS.search(tag[1])
    if address is None:
        raise DataError("a cell holds an error and has no address", label, "save it again, or as CSV")
    value = _VALUE.search(text, tag.end(), tag.end() + 20_000)
    shown = html.unescape(value[1].decode("utf-8", "replace")) if value and value[1] else "#ERROR"
    return int(address[2]), _count_columns(address[1]), shown


def _count_columns(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
