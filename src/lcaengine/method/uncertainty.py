"""Uncertainty of factors: the distribution of a row of factors.csv, checked as that of an exchange is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lcaengine.errors import MethodError

if TYPE_CHECKING:
    from lcaengine.findings import Finding
    from lcaengine.inventory.frame import Frame

__all__ = ["COLUMNS", "read_uncertainty"]

COLUMNS = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative", "pedigree")
"""The columns of factors.csv that say how sure a factor is."""


def read_uncertainty(rows: Sequence[dict[str, str]], folder: Path) -> tuple[Frame | None, tuple[Finding, ...]]:
    """Read the distributions of a method's factors, and refuse what contradicts itself.

    Parameters
    ----------
    rows : sequence of dict
        Of factors.csv, whose factors are numbers.
    folder : Path
        Of the method.

    Returns
    -------
    frame : Frame or None
        Factor, unit and uncertainty columns of every row, in the order of the file; None where no row states any.
    warnings : tuple of Finding
        Factors that are off the center of their distribution.

    Raises
    ------
    MethodError
        With the row and column of the first contradiction.
    """
    if not any(row.get(name) for row in rows for name in COLUMNS):
        return None, ()
    import numpy as np
    import pyarrow as pa

    from lcaengine.findings import Findings, Severity
    from lcaengine.inventory.frame import Frame, type_column
    from lcaengine.inventory.schema import TABLES, Column, Table
    from lcaengine.inventory.uncertainty import report_pedigree, report_uncertainty

    known = {column.name: column for column in TABLES["exchanges"].columns}
    columns = (Column("factor", "number", True, (), ""), *(known[name] for name in ("unit", *COLUMNS)))
    spec = Table("factors", True, (), columns)
    raw = pa.table({each.name: pa.array([row.get(each.name, "") for row in rows], pa.string()) for each in columns})
    found = Findings()
    typed = {each.name: type_column(raw, spec, each.name, found) for each in columns}
    frame = Frame("factors", typed, np.arange(1, len(rows) + 1, dtype=np.int64))
    report_uncertainty(frame, ("factor",), found)
    report_pedigree(frame, found)
    blockers = [each for each in found.items if each.severity is Severity.BLOCKER]
    if blockers:
        first = min(blockers, key=lambda each: each.row or 0)  # the first of a row: what follows may come of it
        more = f" ({len(blockers)} such findings in all)" if len(blockers) > 1 else ""
        where = f"{folder}/factors.csv row {first.row}, column {first.column}"
        raise MethodError(first.what + more, where, first.fix, table="factors.csv", row=first.row, given=first.value)
    return frame, tuple(found.warnings())
