"""The errors of the engine: one base, one family a subject.

::

    LcaError
    ├── DataError        an inventory, a table, a row or a unit that cannot be read or does not hold
    │   └── UnitError    a unit label that is not on the list, or two dimensions that do not meet
    ├── MethodError      a method's indicators, factors or citations
    ├── SolveError       a system that has no answer, or an answer that does not verify
    └── OutputError      a result that cannot be written

Every error says three things: what is wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["DataError", "LcaError", "MethodError", "OutputError", "SolveError", "UnitError"]


class LcaError(Exception):
    """Say what is wrong, where, and what to do.

    Parameters
    ----------
    what : str
        What is wrong, with the value at fault.
    where : str
        The file, table, row or process it concerns; empty where there is no place to name.
    fix : str
        What the reader can do about it.
    table, row, id, given, allowed : optional
        The same as fields, for programs.

    Examples
    --------
    >>> print(LcaError("unit 'ton' is ambiguous", "exchanges row 3", "write t or lb"))
    unit 'ton' is ambiguous
      where: exchanges row 3
      do:    write t or lb
    """

    def __init__(
        self,
        what: str,
        where: str = "",
        fix: str = "",
        *,
        table: str | None = None,
        row: int | None = None,
        id: str | None = None,
        given: object = None,
        allowed: Sequence[str] = (),
    ) -> None:
        parts = [what]
        if where:
            parts.append(f"  where: {where}")
        if fix:
            parts.append(f"  do:    {fix}")
        super().__init__("\n".join(parts))
        self.what = what
        self.where = where
        self.fix = fix
        self.table = table
        self.row = row
        self.id = id
        self.given = given
        self.allowed = tuple(allowed)


class DataError(LcaError):
    """An inventory, a table, a row or a unit that cannot be read or does not hold."""


class UnitError(DataError):
    """A unit label that is not on the list, or two dimensions that do not meet."""


class MethodError(LcaError):
    """A method's indicators, factors or citations do not hold."""


class SolveError(LcaError):
    """A system that has no answer, or an answer that does not verify."""


class OutputError(LcaError):
    """A result that cannot be written."""
