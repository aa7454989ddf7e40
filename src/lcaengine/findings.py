"""Findings: what a check says of an inventory or a method, all at once.

A blocker stops scoring; a warning travels with the results. Each names table, row, column and value, says what is
wrong and what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError

__all__ = ["Finding", "Findings", "Severity", "raise_blockers", "read_findings"]

ROWS_NAMED = 1000
"""How many rows one rule names one by one in one column; the rest are counted in one more finding."""
MORE = "more rows of the same kind"


class Severity(StrEnum):
    """How much a finding weighs."""

    BLOCKER = "blocker"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Attributes
    ----------
    severity : Severity
        ``blocker`` stops scoring, ``warning`` travels with the results.
    code : str
        Short stable name of the rule, for programs.
    table, column : str
        Where; empty where the finding is of the whole inventory or row.
    row : int or None
        Row of the table as given, counted from 1 below the header.
    value : str
        The value at fault, as given; of a finding that counts more rows, how many these are.
    what, fix : str
        What is wrong, and what to do.
    """

    severity: Severity
    code: str
    table: str
    row: int | None
    column: str
    value: str
    what: str
    fix: str

    def where(self) -> str:
        """Name the place in one line.

        Examples
        --------
        >>> Finding(Severity.BLOCKER, "unit", "exchanges", 3, "unit", "ton", "", "").where()
        'exchanges row 3, column unit'
        """
        row = "" if self.row is None else f" row {self.row}"
        column = f", column {self.column}" if self.column else ""
        return f"{self.table}{row}{column}"

    def count(self) -> int:
        """Count the rows it speaks of: one, or as many as it sums up.

        Examples
        --------
        >>> found = Findings(rows_named=1)
        >>> found.block_rows("unit", "exchanges", np.ones(5, np.bool_), np.arange(1, 6), "unit", list("abcde"), "", "")
        >>> [each.count() for each in found.items]
        [1, 4]
        """
        return int(self.value) if self.row is None and MORE in self.what else 1


@dataclass(slots=True)
class Findings:
    """A list that rules append to while an inventory is read; the one mutable thing of a check.

    Examples
    --------
    >>> found = Findings()
    >>> found.block("no_table", "exchanges", "the table is missing", "add exchanges.parquet")
    >>> [f.code for f in found.blockers()]
    ['no_table']
    """

    items: list[Finding] = field(default_factory=list)
    rows_named: int = ROWS_NAMED
    """How many rows a finding names one by one; the rest are counted."""

    def block(
        self,
        code: str,
        table: str,
        what: str,
        fix: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = "",
    ) -> None:
        """Add a blocker."""
        self.items.append(Finding(Severity.BLOCKER, code, table, row, column, _text(value), what, fix))

    def warn(
        self,
        code: str,
        table: str,
        what: str,
        fix: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = "",
    ) -> None:
        """Add a warning."""
        self.items.append(Finding(Severity.WARNING, code, table, row, column, _text(value), what, fix))

    def block_rows(
        self,
        code: str,
        table: str,
        wrong: NDArray[np.bool_],
        rows: NDArray[np.int64],
        column: str,
        values: Sequence[object],
        what: str,
        fix: str,
        severity: Severity = Severity.BLOCKER,
    ) -> None:
        """Add a finding for every row where `wrong` holds; `what` may hold ``{value}``, a row of 0 names none."""
        places = np.flatnonzero(wrong)
        for at in places[: self.rows_named].tolist():
            value = _text(_plain(values[at]))
            text = what.replace("{value}", repr(value))
            row = int(rows[at]) or None
            self.items.append(Finding(severity, code, table, row, column, value, text, fix))
        if len(places) > self.rows_named:
            more = f"{len(places) - self.rows_named} {MORE} ({len(places)} in all)"
            self.items.append(
                Finding(severity, code, table, None, column, str(len(places) - self.rows_named), more, fix)
            )

    def blockers(self) -> list[Finding]:
        """Give the blockers, in a stable order."""
        return _sorted(f for f in self.items if f.severity is Severity.BLOCKER)

    def warnings(self) -> list[Finding]:
        """Give the warnings, in a stable order."""
        return _sorted(f for f in self.items if f.severity is Severity.WARNING)

    def to_dicts(self) -> list[dict[str, object]]:
        """Give all findings as plain dictionaries, blockers first."""
        return [asdict(f) for f in (*self.blockers(), *self.warnings())]

    def to_json(self) -> str:
        """Write all findings as a JSON list."""
        return json.dumps(self.to_dicts(), indent=1, ensure_ascii=False)


def read_findings(given: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Read findings again that were written as plain dictionaries."""
    return tuple(Finding(**{**each, "severity": Severity(each["severity"])}) for each in given)


def raise_blockers(findings: Findings, where: str, fix: str = "") -> None:
    """Raise one error that lists every blocker, if there is any.

    Parameters
    ----------
    findings : Findings
    where : str
        What was read.
    fix : str
        What to do; without it, to check the inventory that `where` names.

    Raises
    ------
    DataError
        The first twenty in full, and how many more there are; all of them as its field ``given``.
    """
    blockers = findings.blockers()
    if not blockers:
        return
    lines = [f"{len(blockers)} blocking finding(s):"]
    lines += [f"  [{f.code}] {f.where()}: {f.what}. Do: {f.fix}" for f in blockers[:20]]
    if len(blockers) > 20:
        lines.append(f"  ... and {len(blockers) - 20} more")
    fix = fix or f"run `lcaengine check {where}` to see them all, and mend the tables"
    raise DataError("\n".join(lines), where, fix, given=tuple(blockers))


def _plain(value: object) -> object:
    """Give the Python value of an Arrow scalar; others as they are."""
    try:
        return value.as_py() if hasattr(value, "as_py") else value
    except (ArithmeticError, ValueError, LookupError):  # a day beyond the calendar, a timezone that is not known
        return "out of range"


def _text(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "..."


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(
        findings, key=lambda f: (f.table, f.code, f.row if f.row is not None else -1, f.column, f.value, f.what)
    )
