"""The table of changes: a CSV, a sheet or Parquet, one row a change, or one supplier of a mix."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.io.sheet import SHEET_ENDINGS, Cell, read_sheet
from lcaengine.io.source import Source, open_source
from lcaengine.io.tables import read_table
from lcaengine.scenarios.change import DISTRIBUTION, Change, read_amount

__all__ = ["COLUMNS", "hash_changes", "read_changes", "tabulate_changes"]

COLUMNS = (
    *("scenario", "process_id", "flow_id", "direction", "old_provider_id", "location"),
    *("amount", "unit", "provider_id", "share", "basis", "comment", *DISTRIBUTION),
)
"""What a table of changes may have; the first and `flow_id` are required."""
TOLD = ("row", "change")
"""What a table that is written says besides, for people; it is not read."""
ENDINGS = (*SHEET_ENDINGS, ".parquet")
_TABLE = "changes"
"""Name of the table, and of the sheet of a workbook that has several."""
_FLAGS = {"true": True, "false": False}
_REQUIRED = ("scenario", "flow_id")


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the table; empty text where a field is empty."""

    row: int
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def read_changes(file: str | Path) -> dict[str, list[Change]]:
    r"""Read scenarios from a table of changes.

    A row with a `process_id` changes that process's exchange: to `amount` and `unit` (``%`` of the amount as it
    stands), to another `provider_id`, or both. A row without is one supplier of the market of `flow_id` at `location`,
    `provider_id`, with its `share`; all rows of a scenario and market are the whole mix.

    Parameters
    ----------
    file : str or Path
        A ``.csv``, a ``.parquet``, or the sheet ``changes`` of an ``.xlsx``, the first where none is called that; with
        the columns scenario*, flow_id*, process_id, direction, old_provider_id, location, amount, unit,
        provider_id, share, basis, comment, and those of a distribution of the new amount, uncertainty_type, loc, scale,
        shape, minimum, maximum, negative; * is required. The table that is written beside results can be read.

    Returns
    -------
    dict of str to list of Change
        By scenario, in the order of the table.

    Raises
    ------
    DataError
        If it cannot be read, or with every row that is no change.

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "changes.csv")
    ...     _ = file.write_text("scenario,process_id,flow_id,amount,unit\nless,smelter,power,12,kWh\n")
    ...     lca.read_changes(file)["less"][0].describe()
    'smelter, power: amount 12 kWh'
    """
    found = Findings()
    scenarios: dict[str, list[Change]] = {}
    mixes: dict[tuple[str, ...], list[_Line]] = {}
    for line in _read_lines(file):
        name = line["scenario"]
        if not name:
            _block(line, "the row names no scenario", "write a name in every row", found, "scenario")
        elif line["process_id"]:
            known = len(found.items)
            given = _read_exchange(line, found) | _read_distribution(line, found)
            if len(found.items) == known:
                _add(scenarios.setdefault(name, []), line, given, found)
        else:
            scenarios.setdefault(name, [])
            key = (name, line["flow_id"], line["location"], line["basis"])
            mixes.setdefault(key, []).append(line)
    for (name, *_), lines in mixes.items():
        shares = _read_shares(lines, found)
        if shares is not None:
            _add(scenarios[name], lines[0], {"shares": shares, **_pick(lines[0], "location", "basis")}, found)
    raise_blockers(found, str(file), "correct the table of changes; nothing is scored")
    return scenarios


def hash_changes(file: str | Path) -> str:
    """Hash the bytes of a table of changes. SHA-256."""
    return _open(file).hash()


def tabulate_changes(scenarios: Mapping[str, Sequence[Change]]) -> pa.Table:
    """Give the table of changes that :func:`read_changes` reads as these scenarios.

    Returns
    -------
    pyarrow.Table
        The columns of a table of changes but `comment`; `row`, the row of the table they were read from; and `change`,
        the change in words.
    """
    numbers = ("amount", "share", "loc", "scale", "shape", "minimum", "maximum")
    kinds = {**dict.fromkeys(numbers, pa.float64()), "negative": pa.bool_(), "row": pa.int64()}
    names = [name for name in COLUMNS if name != "comment"] + list(TOLD)
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    rows = [row for name, changes in scenarios.items() for each in changes for row in _list_rows(name, each)]
    return pa.Table.from_pylist(rows, schema)


def _list_rows(scenario: str, change: Change) -> Iterator[dict[str, object]]:
    """Write a change as rows: one, or one for each supplier of a mix."""
    names = ("process_id", "flow_id", "direction", "old_provider_id", "location", "provider_id")
    row: dict[str, object] = {"scenario": scenario, **{name: getattr(change, name) or None for name in names}}
    if change.amount:
        row["amount"], row["unit"] = read_amount(change.amount)
    for name, value in change.distribution.items():
        row[name] = value if isinstance(value, str | bool) else float(value)
    row["basis"] = None if change.basis == "location" else change.basis
    row["row"], row["change"] = change.row or None, change.describe()
    if not change.shares:
        yield row
    for supplier, share in change.shares.items():
        yield {**row, "provider_id": supplier, "share": float(share)}


def _open(file: str | Path) -> Source:
    fix = f"name a table of changes that ends in {', '.join(ENDINGS)}"
    try:
        source = open_source(file, ENDINGS, _TABLE)
    except DataError as error:
        raise DataError(error.what, error.where, fix) from error
    if source.store.is_zip or source.store.root not in source.store.files.values():
        raise DataError(f"{source.label!r} is no file, but a folder or a zip", source.label, fix)
    return source


def _read_cells(source: Source) -> list[list[Cell]]:
    if source.names[0].lower().endswith(".parquet"):
        table = read_table(source.store, _TABLE, list(source.names))
        return [table.column_names, *map(list, zip(*(each.to_pylist() for each in table.columns), strict=True))]
    rows = read_sheet(source, _TABLE, or_first=True).rows
    if not any(any(cell is not None for cell in row) for row in rows):
        raise DataError("the table of changes is empty", source.label, f"write a header: {', '.join(COLUMNS)}")
    for letter, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(rows[0]) == 1 and letter in str(rows[0][0]):
            what = f"the fields of the table of changes are separated by {name}"
            raise DataError(what, source.label, "separate them by commas, and write numbers with a point")
    return rows


def _read_lines(file: str | Path) -> list[_Line]:
    source = _open(file)
    rows = _read_cells(source)
    header = [_write(cell) for cell in rows[0]]
    fix = f"the columns are: {', '.join(COLUMNS)}"
    for at, name in enumerate(header):
        if name in header[:at]:
            raise DataError(f"column {name!r} stands twice", source.label, "keep one of them")
        if name not in (*COLUMNS, *TOLD):
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            named = f"name it {near[0]!r}, or take it away" if near else fix
            raise DataError(f"column {name!r} is not known", source.label, named, given=name, allowed=COLUMNS)
    for name in _REQUIRED:
        if name not in header:
            raise DataError(f"the table of changes has no column {name!r}", source.label, fix)
    lines = []
    for at, row in enumerate(rows[1:], 1):
        cells = [_write(cell) for cell in row]
        if len(cells) > len(header) and any(cells[len(header) :]):
            what = f"the row has {len(cells)} fields, the header has {len(header)}"
            raise DataError(what, f"{source.label} row {at}", "write fields with a comma in quotes", row=at)
        if any(cells):
            lines.append(_Line(at, dict(zip(header, cells, strict=False))))
    if not lines:
        raise DataError("the table of changes has no rows", source.label, "write a row for every change")
    return lines


def _write(cell: Cell) -> str:
    """Write a cell as text; a number as it would stand in a CSV."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _pick(line: _Line, *names: str) -> dict[str, str]:
    return {name: line[name] for name in names if line[name]}


def _read_exchange(line: _Line, found: Findings) -> dict[str, object]:
    given: dict[str, object] = {
        **_pick(line, "process_id", "provider_id", "direction", "old_provider_id", "location", "basis")
    }
    if line["unit"] and not line["amount"]:
        _block(line, "the amount is missing", "write it beside its unit, or take the unit away", found, "amount")
    elif line["amount"]:
        try:
            read_amount(f"{line['amount']} {line['unit']}")
        except DataError as error:
            _block(line, error.what, error.fix, found, "amount" if line["unit"] else "unit")
        given["amount"] = f"{line['amount']} {line['unit']}"
    if line["share"]:
        given["shares"] = {line["provider_id"]: line["share"]}  # refused: an exchange has none
    return given


def _read_distribution(line: _Line, found: Findings) -> dict[str, object]:
    """Read the distribution of the new amount, where the row has one."""
    given: dict[str, str | float | bool] = {}
    for name, text in _pick(line, *DISTRIBUTION).items():
        if name == "uncertainty_type":
            given[name] = text
            if text not in (*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))):
                near = difflib.get_close_matches(text.lower(), UNCERTAINTY_TYPES, n=1)
                _block(
                    line, f"{text!r} is no distribution", f"write {' or '.join(near or UNCERTAINTY_TYPES)}", found, name
                )
        elif name == "negative":
            if text.lower() not in _FLAGS:
                _block(line, f"{text!r} is no flag", f"write one of: {', '.join(_FLAGS)}", found, name)
            given[name] = _FLAGS.get(text.lower(), False)
        else:
            number = _read_number(text)
            given[name] = number
            if not math.isfinite(number):
                _block(line, f"{text!r} is no finite number", "write one, with a point", found, name)
    if given and not line["amount"]:
        fix = "write the amount with its unit, or take the distribution away"
        _block(line, "a distribution is given without an amount", fix, found, next(iter(given)))
    elif given and "uncertainty_type" not in given:
        fix = f"write one of: {', '.join(UNCERTAINTY_TYPES)}"
        _block(line, f"{next(iter(given))} is given, and no distribution is named", fix, found, "uncertainty_type")
    return {"distribution": given} if given else {}


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _read_shares(lines: list[_Line], found: Findings) -> dict[str, float] | None:
    """Read the suppliers of one mix."""
    shares: dict[str, float] = {}
    known = len(found.items)
    for line in lines:
        for name in ("amount", "unit", "direction", "old_provider_id", *DISTRIBUTION):
            if line[name]:
                fix = "write the process_id of the exchange; or provider_id and share, for a market"
                _block(line, f"a market has no {name}", fix, found, name)
        supplier = line["provider_id"]
        if not supplier or supplier in shares:
            what = (
                f"{supplier!r} supplies twice" if supplier else "the row names no process and no supplier of a market"
            )
            _block(line, what, "write each supplier once, under provider_id", found, "provider_id")
        try:
            shares[supplier] = float(line["share"])
        except ValueError:
            what = f"{line['share']!r} is no share" if line["share"] else f"the share of {supplier!r} is missing"
            _block(line, what, "write a number from 0 to 1", found, "share")
    return None if len(found.items) > known else shares


def _add(changes: list[Change], line: _Line, given: Mapping[str, object], found: Findings) -> None:
    try:
        changes.append(Change(line["flow_id"], row=line.row, **given))  # type: ignore[arg-type]
    except DataError as error:
        _block(line, error.what, error.fix, found)


def _block(line: _Line, what: str, fix: str, found: Findings, column: str = "") -> None:
    found.block("change", "changes", what, fix, row=line.row, column=column, value=line[column] if column else "")
