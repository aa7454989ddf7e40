"""A questionnaire that is scored, written back: the analyst's own rows and columns, and added ones behind them."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.markup import escape

from lcaengine.errors import OutputError
from lcaengine.formats.questionnaire.scores import NOT_SCORED, RowScore, Scored
from lcaengine.io.sheet import Cell
from lcaengine.io.write import replace_file, write_rows, write_table
from lcaengine.reports.terminal import print_rows
from lcaengine.reports.write import describe_run

__all__ = ["SHEETS", "count_reasons", "describe_questionnaire", "print_questionnaire", "write_questionnaire"]

SHEETS = (".xlsx", ".csv", ".parquet")
"""Files that are written."""
_MOST_ROWS, _MOST_COLUMNS, _MOST_LETTERS = 1_048_576, 16_384, 32_767
"""Of a sheet of Excel."""


def write_questionnaire(scored: Scored, path: Path) -> list[Path]:
    """Write the sheet with its scores: the same rows in the same order, all its columns, and the added ones.

    Parameters
    ----------
    scored : Scored
    path : Path
        ``.xlsx``, ``.csv`` or ``.parquet``, checked before. What stands above the header is kept, but in Parquet. How
        the numbers came about stands in a second sheet, in ``out.run.json`` beside a CSV, or in Parquet's metadata.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        If it cannot be written, or Excel is asked for and cannot hold it.
    """
    about = describe_questionnaire(scored)
    try:
        if path.suffix.lower() == ".parquet":
            write_table(_tabulate(scored).replace_schema_metadata({"lcaengine": json.dumps(about)}), path)
        elif path.suffix.lower() == ".csv":
            write_rows(([_write_text(cell) for cell in row] for row in _list_rows(scored)), path)
            run = path.with_name(f"{path.stem}.run.json")
            with replace_file(run) as beside:
                beside.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            return [path, run]
        else:
            _write_workbook(scored, path, about)
    except (OSError, UnicodeError, pa.ArrowException) as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder and its free space") from error
    return [path]


def count_reasons(scored: Scored) -> list[tuple[str, int]]:
    """Count the rows that are not scored by their first reason, most frequent first.

    Returns
    -------
    list of (str, int)
    """
    reasons = Counter(each.problems[0].reason for each in scored.rows if each.problems)
    return sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def describe_questionnaire(scored: Scored) -> dict[str, object]:
    """Describe the run: how many rows, of which status, why others are not scored; ready for JSON."""
    run = None
    if scored.footprints is not None:
        # Gaps were cut off to score the other rows, and held against the policy row by row.
        run = {**describe_run(scored.footprints), **scored.policy.to_dict(), "blank_answers": "as the mapping says"}
    reasons = dict(count_reasons(scored))
    statuses = dict(sorted(Counter(each.status for each in scored.rows).items()))
    return {"run": run, "rows": len(scored.rows), "statuses": statuses, "not_scored": reasons}


def print_questionnaire(console: Console, scored: Scored, files: Sequence[Path]) -> None:
    """Print how many rows are scored, by status, and why others are not."""
    by_status = Counter(each.status for each in scored.rows)
    print_rows(console, ("status", "rows"), [(name, f"{count:,}") for name, count in by_status.most_common()])
    reasons = count_reasons(scored)
    if reasons:
        console.print(f"\nNot scored: {by_status[NOT_SCORED]:,} of {len(scored.rows):,} rows.")
        for reason, count in reasons[:20]:
            console.print(escape(f"  {count:,} x {reason}"))
        if len(reasons) > 20:
            console.print(f"  and {len(reasons) - 20} more reasons")
    console.print(escape(f"\nWritten to {', '.join(map(str, files))}."))


def _list_rows(scored: Scored) -> Iterator[list[Cell]]:
    """Give every row of the sheet with its added cells; rows above the header and blank ones have none."""
    sheet, header_row = scored.questionnaire.sheet, scored.questionnaire.header_row
    width = _count_columns(scored)
    scores = {each.row: each for each in scored.rows}
    for number, cells in enumerate(sheet.rows, 1):
        if number == header_row:
            yield [*cells, *[None] * (width - len(cells)), *_name_added(scored)]
        elif number in scores:
            yield [*cells, *[None] * (width - len(cells)), *_list_added(scores[number])]
        else:
            yield cells


def _count_columns(scored: Scored) -> int:
    sheet, start = scored.questionnaire.sheet, scored.questionnaire.header_row - 1
    return max(len(row) for row in sheet.rows[start:])


def _name_added(scored: Scored) -> list[Cell]:
    """Name the added columns; one whose name the sheet has already says whose it is."""
    header = scored.questionnaire.sheet.rows[scored.questionnaire.header_row - 1]
    taken = {str(cell).strip() for cell in header if cell is not None}
    names: list[Cell] = []
    for name in (*(f"{indicator} ({unit})" for indicator, unit in scored.indicators), "status", "problems"):
        free = name
        while free in taken:
            free = f"lcaengine {free}"
        taken.add(free)
        names.append(free)
    return names


def _list_added(row: RowScore) -> list[Cell]:
    remarks = " ".join([*(each.text for each in row.problems), *row.notes])
    return [*row.values, row.status, remarks or None]


def _write_text(cell: Cell) -> str:
    """Write a cell for a CSV: a number with all its digits, a whole one without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def _tabulate(scored: Scored) -> pa.Table:
    """Give the rows below the header as a table: columns of numbers alone as numbers, all others as text."""
    sheet, header_row = scored.questionnaire.sheet, scored.questionnaire.header_row
    width = _count_columns(scored)
    header = [*sheet.rows[header_row - 1], *[None] * width][:width]
    names: list[str] = []
    for at, cell in enumerate(header):
        name = f"column {at + 1}" if cell is None else str(cell).strip()
        names.append(name if name not in names else f"{name} ({at + 1})")
    scores = {each.row: _list_added(each) for each in scored.rows}
    blank: list[Cell] = [None] * (len(scored.indicators) + 2)
    columns: dict[str, pa.Array] = {}
    below = sheet.rows[header_row:]
    for at, name in enumerate(names):
        columns[name] = _make_array([row[at] if at < len(row) else None for row in below])
    for at, name in enumerate(map(str, _name_added(scored))):
        cells = [scores.get(number, blank)[at] for number in range(header_row + 1, header_row + 1 + len(below))]
        kind = pa.float64() if at < len(scored.indicators) else pa.string()
        columns[name] = pa.array(cells, kind)
    return pa.table(columns)


def _make_array(cells: list[Cell]) -> pa.Array:
    given = [cell for cell in cells if cell is not None]
    if given and all(isinstance(cell, float) for cell in given):
        return pa.array(cells, pa.float64())
    return pa.array([None if cell is None else _write_text(cell) for cell in cells], pa.string())


def _write_workbook(scored: Scored, path: Path, about: Mapping[str, object]) -> None:
    if find_spec("xlsxwriter") is None:
        raise OutputError("Excel needs the package xlsxwriter", str(path), "pip install 'lcaengine[excel]'")
    rows = len(scored.questionnaire.sheet.rows)
    columns = _count_columns(scored) + len(scored.indicators) + 2
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise OutputError(f"{rows} rows do not fit into a sheet", str(path), "write .parquet or .csv")
    import xlsxwriter

    header = scored.questionnaire.header_row
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with replace_file(path) as beside:
        book = xlsxwriter.Workbook(str(beside), options)
        bold = book.add_format({"bold": True})
        day, time = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
        name = scored.questionnaire.sheet.name or "answers"
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(_list_rows(scored)):
            for at, cell in enumerate(cells):
                if isinstance(cell, dt.datetime | dt.time | dt.timedelta):
                    sheet.write_datetime(number, at, cell, time)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(number, at, cell, day)
                elif cell is not None:
                    value = _read_plain(cell) if isinstance(cell, str) else cell
                    if isinstance(value, str) and len(value) > _MOST_LETTERS:
                        what = f"row {number + 1} has a text of {len(value)} letters, too many for a cell of Excel"
                        raise OutputError(what, str(path), "write .parquet or .csv")
                    sheet.write(number, at, value, bold if number == header - 1 else None)
        sheet.freeze_panes(header, 0)
        beside_it = book.add_worksheet("run" if name.casefold() != "run" else "lcaengine run")
        run = about["run"] if isinstance(about["run"], dict) else {}
        for number, pair in enumerate([*run.items(), *count_reasons(scored)]):
            beside_it.write_row(number, 0, [pair[0], str(pair[1])])
        book.close()


def _read_plain(text: str) -> str | float:
    """Give the number that a text of a CSV is, if it is written as a sheet would write it; else the text."""
    try:
        number = float(text)
    except ValueError:
        return text
    is_plain = math.isfinite(number) and _write_text(number) == text
    return number if is_plain else text
