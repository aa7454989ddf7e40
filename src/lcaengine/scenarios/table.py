"""The table of changes: a CSV or a sheet, one row a change, or one supplier of a mix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lcaengine.errors import DataError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.io.sheet import SHEET_ENDINGS, Cell, read_sheet
from lcaengine.io.source import Source, open_source
from lcaengine.scenarios.change import DISTRIBUTION, Change

__all__ = ["COLUMNS", "hash_changes", "read_changes"]

COLUMNS = (
    *("scenario", "process_id", "flow_id", "direction", "old_provider_id", "location"),
    *("amount", "unit", "provider_id", "share", "basis", "comment", *DISTRIBUTION),
)
"""What a table of changes may have; the first and `flow_id` are required."""
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
        A ``.csv``, or the first sheet of an ``.xlsx``, with the columns scenario*, flow_id*, process_id, direction,
        old_provider_id, location, amount, unit, provider_id, share, basis, comment, and those of a distribution of the
        new amount, uncertainty_type, loc, scale, shape, minimum, maximum, negative; * is required.

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
            given = _read_exchange(line) | _read_distribution(line, found)
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


def _open(file: str | Path) -> Source:
    try:
        return open_source(file, SHEET_ENDINGS, "changes")
    except DataError as error:
        fix = f"name a table of changes that ends in {', '.join(SHEET_ENDINGS)}"
        raise DataError(error.what, error.where, fix) from error


def _read_lines(file: str | Path) -> list[_Line]:
    source = _open(file)
    rows = read_sheet(source).rows
    header = [_write(cell) for cell in rows[0]] if rows else []
    fix = f"the columns are: {', '.join(COLUMNS)}"
    for name in _REQUIRED:
        if name not in header:
            raise DataError(f"the table of changes has no column {name!r}", source.label, fix)
    for at, name in enumerate(header):
        if name not in COLUMNS or name in header[:at]:
            what = f"column {name!r} stands twice" if name in header[:at] else f"column {name!r} is not known"
            raise DataError(what, source.label, fix)
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


def _read_exchange(line: _Line) -> dict[str, object]:
    given: dict[str, object] = {
        **_pick(line, "process_id", "provider_id", "direction", "old_provider_id", "location", "basis")
    }
    if line["amount"] or line["unit"]:
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
        elif name == "negative":
            if text.lower() not in _FLAGS:
                _block(line, f"{text!r} is no flag", f"write one of: {', '.join(_FLAGS)}", found, name)
            given[name] = _FLAGS.get(text.lower(), False)
        else:
            try:
                given[name] = float(text)
            except ValueError:
                _block(line, f"{text!r} is no number", "write a finite number", found, name)
    return {"distribution": given} if given else {}


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
