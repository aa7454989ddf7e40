"""Own rows: what is uncertain of the exchange rows that the suppliers of a part have."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory import TABLES, build_frame
from lcaengine.inventory.uncertainty import report_pedigree, report_uncertainty
from lcaengine.suppliers.part import SPREAD_COLUMNS, Part
from lcaengine.uncertainty import Pedigree
from lcaengine.uncertainty.centers import find_off_center
from lcaengine.uncertainty.distributions import Distributions, distribute_rows

__all__ = ["OwnRows", "list_own_rows"]

_NEEDED = ("process_id", "flow_id", "direction", "amount", "unit", "provider_id", "location")
"""Columns besides, which identify a row or which its distribution is held against."""


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Distributions of the rows of a part, in the rows' own units.

    Attributes
    ----------
    distributions : Distributions
        Their keys are those the rows have in an inventory; their rows are those of the file.
    at : (m,) int64
        Distribution of each row of the part, -1 where there is none.
    off_center : int
        Rows whose amount is more than 1 % off the center of their distribution.
    """

    distributions: Distributions
    at: NDArray[np.int64]
    off_center: int


def list_own_rows(part: Part, exchanges: pa.Table, pedigree: Pedigree, found: Findings) -> OwnRows | None:
    """List the distributions of the rows of a part, as :func:`~lcaengine.list_distributions` does for an inventory.

    Parameters
    ----------
    part : Part
    exchanges : pyarrow.Table
        The table that the part was encoded from, with :data:`~lcaengine.suppliers.part.SPREAD_COLUMNS` as far as they
        are there.
    pedigree : Pedigree
    found : Findings
        Receives every row whose distribution contradicts itself.

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
    listed = distribute_rows(frame, frame.number("amount"), _find_ones, pedigree, f"part {part.label}")
    place = np.empty(len(part.row) + 1, np.int64)  # of each row of the file, from 1, among the rows of the part
    place[part.row] = np.arange(len(part.row))
    rows = frame.rows[listed.row]
    at = np.full(len(part.row), -1, np.int64)
    at[place[rows]] = np.arange(len(listed))
    return OwnRows(replace(listed, row=rows), at, int(np.count_nonzero(find_off_center(listed))))


def _find_ones(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give units of amount per unit of the row: amounts are in the row's own unit."""
    return np.ones(len(rows))
