"""Own rows: what is uncertain of the exchange rows that the suppliers of a part have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory import TABLES, build_frame, type_column
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.uncertainty import report_pedigree, report_uncertainty
from lcaengine.inventory.words import pick
from lcaengine.suppliers.part import SPREAD_COLUMNS, Part
from lcaengine.uncertainty import Pedigree
from lcaengine.uncertainty.alike import TELLS, Described, describe_rows
from lcaengine.uncertainty.crossings import report_crossing_rows
from lcaengine.uncertainty.distributions import Distributions, distribute_rows
from lcaengine.units import read_unit

__all__ = ["OwnRows", "list_own_rows"]

_NEEDED = ("process_id", "flow_id", "direction", "amount", "unit", "provider_id", "location")
"""Columns besides, which identify a row or which its distribution is held against."""
_SELDOM = ("source_id", "comment")
"""Words that are read only where rows alike are to be told apart."""


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Distributions of the rows of a part, in the rows' own units.

    Attributes
    ----------
    distributions : Distributions
        Their keys are those the rows have in an inventory; their rows are those of the file.
    at : (m,) int64
        Distribution of each row of the part, -1 where there is none.
    alike : int
        Rows that have others of their identity.
    """

    distributions: Distributions
    at: NDArray[np.int64]
    alike: int


def list_own_rows(
    part: Part,
    exchanges: pa.Table,
    pedigree: Pedigree,
    found: Findings,
    read_more: Callable[[tuple[str, ...]], pa.Table],
) -> OwnRows | None:
    """List the distributions of the rows of a part, as :func:`~lcaengine.list_distributions` does for an inventory.

    Rows alike are told apart as there; but where amounts of one flow are in units of several kinds (MJ and kg), and
    nothing else tells the rows apart, they may take each other's draws.

    Parameters
    ----------
    part : Part
    exchanges : pyarrow.Table
        The table that the part was encoded from, with :data:`~lcaengine.suppliers.part.SPREAD_COLUMNS` as far as they
        are there.
    pedigree : Pedigree
    found : Findings
        Receives every row whose distribution contradicts itself, and the warnings that an inventory gives of it.
    read_more : callable
        Reads other columns of the table, those that are there.

    Returns
    -------
    OwnRows or None
        None where no row says how uncertain it is, or one contradicts itself.
    """
    names = [name for name in SPREAD_COLUMNS if name in exchanges.column_names]
    names = [name for name in names if exchanges.column(name).null_count < len(exchanges)]
    if not names:
        return None
    given = exchanges.select([name for name in (*_NEEDED, *names) if name in exchanges.column_names])
    frame = build_frame(given, TABLES["exchanges"], found)
    report_pedigree(frame, found)
    report_uncertainty(frame, ("amount",), found)
    if found.blockers():
        return None

    alike = 0

    def complete(described: Described) -> Described:
        nonlocal alike
        alike = len(described.listed)
        return _complete(described, frame, exchanges, read_more(_SELDOM), found)

    label = f"part {part.label}"
    listed = distribute_rows(frame, frame.number("amount"), _find_ones, pedigree, label, complete)
    place = np.empty(len(part.row) + 1, np.int64)  # of each row of the file, from 1, among the rows of the part
    place[part.row] = np.arange(len(part.row))
    rows = frame.rows[listed.row]
    at = np.full(len(part.row), -1, np.int64)
    at[place[rows]] = np.arange(len(listed))
    report_crossing_rows("exchanges", listed, rows, found)
    return OwnRows(replace(listed, row=rows), at, alike)


def _complete(described: Described, frame: Frame, exchanges: pa.Table, more: pa.Table, found: Findings) -> Described:
    """Put the amounts of rows alike in base units, and beside them all that the table says of these rows."""
    listed = described.listed
    given = {name: each.column(name) for each in (exchanges, more) for name in TELLS if name in each.column_names}
    some = pa.table({"unit": exchanges.column("unit"), **given}).take(pa.array(frame.rows[listed.row] - 1))
    columns = {name: type_column(some, TABLES["exchanges"], name, found) for name in ("unit", *TELLS)}
    rows, units = np.arange(len(listed)), columns["unit"]
    of_label = np.array([_find_factor(label) for label in units.dictionary.to_pylist()], np.float64)
    factor = np.asarray(pick(units, of_label, 1.0), np.float64)
    listed = replace(listed, row=rows, factor=listed.factor * factor, amount=listed.amount * factor)
    return describe_rows(listed, Frame(frame.table, columns, rows), described.is_stated)


def _find_factor(label: str) -> float:
    """Find base units per unit; a unit that is none is told of with the kinds of row."""
    try:
        return read_unit(label).factor
    except UnitError:
        return 1.0


def _find_ones(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give units of amount per unit of the row: amounts are in the row's own unit."""
    return np.ones(len(rows))
