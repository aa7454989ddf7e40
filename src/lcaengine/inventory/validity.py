"""Validity: the days a process's data hold, and whether they meet the inventory's reference period."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.about import read_period
from lcaengine.inventory.frame import Frame

__all__ = ["report_validity"]


def report_validity(frame: Frame, reference_period: str, found: Findings) -> None:
    """Report processes that end before they begin, and those whose data hold outside the reference period.

    Parameters
    ----------
    frame : Frame
        The table `processes`.
    reference_period : str
        As in inventory.toml; empty where none is given.
    found : Findings
    """
    begins, ends = frame.columns["valid_from"], frame.columns["valid_until"]
    wrong = _holds(pc.greater(begins, ends))
    what, fix = "valid_from, {value}, is after valid_until", "correct one of them"
    found.block_rows("validity", frame.table, wrong, frame.rows, "valid_from", begins, what, fix)
    period = read_period(reference_period)
    if period is None:
        return
    first, last = (day.isoformat() for day in period)
    for column, values, outside in (
        ("valid_from", begins, _holds(pc.greater(begins, last))),
        ("valid_until", ends, _holds(pc.less(ends, first))),
    ):
        what = f"{column}, {{value}}, is outside the reference period {first}/{last}"
        fix = "use data of the period, or say why these stand for it"
        at = outside & ~wrong
        found.block_rows("reference_period", frame.table, at, frame.rows, column, values, what, fix, Severity.WARNING)


def _holds(comparison: object) -> NDArray[np.bool_]:
    filled = comparison.fill_null(False)  # type: ignore[attr-defined]
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.bool_)
