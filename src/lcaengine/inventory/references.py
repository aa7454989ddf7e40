"""References between tables: rows that name a process, flow, place, source or supplier which is not there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.words import pick
from lcaengine.places import is_place

__all__ = ["report_places", "report_references_between", "report_unknown"]

RESERVED = ("total", "unassigned", "status", "primary_data_share", "fallback_share")
"""Parts and columns that every result has."""
_LABELS = {
    "source_id": ("sources", ("processes", "properties", "exchanges")),
    "supplier_id": ("suppliers", ("processes", "demand")),
}
"""Columns that name a row of a table which may be absent: that table, and those the columns stand in."""


def report_references_between(
    frames: Mapping[str, Frame], given: Collection[str], processes: pa.Array, flows: pa.Array, found: Findings
) -> None:
    """Report rows of the smaller tables that name no process or flow, places that are not known, and loose labels.

    Parameters
    ----------
    frames : dict of str to Frame
    given : collection of str
        The tables that the inventory has.
    processes, flows : pyarrow.Array of str
        Their ids.
    found : Findings
    """
    keys = {"processes": processes, "flows": flows}
    for name, column, table in (
        ("allocation", "process_id", "processes"),
        ("allocation", "product_flow_id", "flows"),
        ("allocation", "exchange_flow_id", "flows"),
        ("markets", "flow_id", "flows"),
        ("markets", "process_id", "processes"),
        ("impacts", "process_id", "processes"),
        ("demand", "product_id", "flows"),
        ("demand", "process_id", "processes"),
    ):
        report_unknown(frames[name], column, frames[name].codes(column, keys[table]), table, found)
    report_places(frames["markets"], found)
    report_places(frames["suppliers"], found)
    _report_reserved(frames["processes"], found)
    for column, (table, users) in _LABELS.items():
        if table in given:
            _report_loose(column, frames[table], [frames[user] for user in users], found)


def _report_reserved(frame: Frame, found: Findings) -> None:
    """Report suppliers with the name of a part of every result: nobody could tell their part from the total."""
    names = frame.columns["supplier_id"]
    reserved = np.array([name in RESERVED for name in names.dictionary.to_pylist()], np.bool_)
    wrong = np.asarray(pick(names, reserved, False), np.bool_)
    if wrong.any():
        what, fix = "{value} is no name for a supplier: results have a part of that name", "give another supplier_id"
        found.block_rows("reserved_name", frame.table, wrong, frame.rows, "supplier_id", names, what, fix)


def report_unknown(frame: Frame, column: str, codes: NDArray[np.int64], table: str, found: Findings) -> None:
    """Report rows that name something in `column` for which `codes` has found no row of `table`."""
    wrong = (codes < 0) & frame.filled(column)
    if wrong.any():
        what, fix = f"{{value}} is no row of {table}", f"correct it, or add it to {table}"
        found.block_rows(f"unknown_{column}", frame.table, wrong, frame.rows, column, frame.columns[column], what, fix)


def report_places(frame: Frame, found: Findings) -> None:
    """Report rows whose location is no place that is known."""
    labels = frame.columns["location"]
    known = np.array([is_place(label) for label in labels.dictionary.to_pylist()], np.bool_)
    wrong = ~np.asarray(pick(labels, known, True), np.bool_)
    if wrong.any():
        fix = "write an ISO 3166-1 or -2 code (CN, CN-NM), or GLO RoW RER RAF RAS RLA RNA RME OCE"
        what, values = "{value} is no place that is known", frame.columns["location"]
        found.block_rows(
            "unknown_location", frame.table, wrong, frame.rows, "location", values, what, fix, Severity.BLOCKER
        )


def _report_loose(column: str, named: Frame, users: list[Frame], found: Findings) -> None:
    """Warn of ids that stand in a table and have no row of their own, once an id, where it stands first."""
    keys, seen = named.strings(column), set[str]()
    for frame in users:
        wrong = (frame.codes(column, keys) < 0) & frame.filled(column)
        places = np.flatnonzero(wrong)
        places = places[np.argsort(frame.rows[places], kind="stable")]
        ids = frame.strings(column).take(pa.array(places)).to_pylist()
        first = dict(zip(reversed(ids), reversed(places.tolist()), strict=True))
        loose = np.zeros(len(frame), np.bool_)
        loose[[at for value, at in first.items() if value not in seen]] = True
        seen.update(first)
        what, fix = f"{{value}} is no row of {named.table}", f"add it to {named.table}, or correct it"
        found.block_rows(
            *(f"unknown_{column}", frame.table, loose, frame.rows, column, frame.columns[column], what, fix),
            Severity.WARNING,
        )
