"""The edited inventory: rows written anew, and checked as if they had been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from lcaengine.findings import Findings, Severity
from lcaengine.inventory import TABLES, Inventory, build_frame, build_inventory
from lcaengine.inventory.frame import Frame, canonical_order
from lcaengine.places import GLOBAL
from lcaengine.scenarios.change import DISTRIBUTION, Change
from lcaengine.scenarios.columns import write_numbers, write_words
from lcaengine.scenarios.distributions import change_distributions
from lcaengine.scenarios.edits import Edits, MarketKey

__all__ = ["edit_inventory"]

_OF_FILES = ("unread_file", "unknown_table", "unknown_column")
"""Warnings of the files an inventory was read from, which nothing else finds again."""
_GIVEN = ("amount", "unit", *DISTRIBUTION)
"""Columns of a row that are a change's where it gives an amount."""


def edit_inventory(inventory: Inventory, edits: Edits, changes: Sequence[Change], found: Findings) -> Inventory | None:
    """Write edits into the tables of an inventory, and check and build it as if it had been read so.

    The distribution of an amount that is changed is changed with it; a share that is changed loses its own, which was
    of the other share; warnings say so. What is wrong with a row that is changed is told of the change.

    Parameters
    ----------
    inventory : Inventory
        Without blocking findings.
    edits : Edits
    changes : sequence of Change
        What the edits come of, for the record.
    found : Findings
        Receives blockers and warnings.

    Returns
    -------
    Inventory or None
        Its hash is that of the edited tables, as reading them from files would give it.
    """
    reports = Findings([each for each in inventory.warnings if each.code in _OF_FILES])
    frames = dict(inventory.frames)
    if edits.amounts or edits.providers:
        frames["exchanges"] = _edit_exchanges(frames["exchanges"], edits, reports)
    if edits.mixes:
        frames["markets"] = _edit_markets(frames["markets"], edits.mixes, reports)
    given = [name for name, frame in frames.items() if len(frame)]
    built = build_inventory(inventory.label, inventory.about, frames, given, reports)
    found.items.extend(reports.items)
    _name_changes(found, edits, inventory.frames["exchanges"])
    if built is None:
        return None
    return replace(built, changes=(*inventory.changes, *(each.describe() for each in changes)))


def _edit_exchanges(frame: Frame, edits: Edits, found: Findings) -> Frame:
    columns = dict(frame.columns)
    rows = np.array(sorted(edits.amounts), np.int64)
    if len(rows):
        columns["amount"] = write_numbers(columns["amount"], {row: edits.amounts[row][0] for row in rows.tolist()})
        columns["unit"] = write_words(columns["unit"], {row: edits.amounts[row][1] for row in rows.tolist()})
        change_distributions(frame, columns, edits, found)
    if edits.providers:
        columns["provider_id"] = write_words(columns["provider_id"], edits.providers)
    return _sort(Frame(frame.table, columns, frame.rows))


def _name_changes(found: Findings, edits: Edits, frame: Frame) -> None:
    """Tell what is wrong with an amount or a distribution that a change gives as what is wrong with the change."""
    given = {int(frame.rows[row]): change for row, change in edits.given.items()}
    for at, finding in enumerate(found.items):
        change = given.get(finding.row or 0) if finding.table == frame.table else None
        if change is not None and finding.severity is Severity.BLOCKER and finding.column in _GIVEN:
            row, what = change.row or None, f"{change}: {finding.what}"
            found.items[at] = replace(finding, table="changes", row=row, what=what)


def _sort(frame: Frame) -> Frame:
    order = canonical_order(frame.columns, TABLES[frame.table])
    if not (order[1:] < order[:-1]).any():
        return frame
    places = pa.array(order)
    return Frame(frame.table, {name: each.take(places) for name, each in frame.columns.items()}, frame.rows[order])


def _edit_markets(frame: Frame, mixes: Mapping[MarketKey, Change], found: Findings) -> Frame:
    """Put other suppliers and shares in place of those of some mixes."""
    kept: list[dict[str, object]] = []
    rows: list[int] = []
    before: dict[tuple[MarketKey, object], tuple[dict[str, object], int]] = {}
    for row, number in zip(frame.to_table().to_pylist(), frame.rows.tolist(), strict=True):
        key = (row["flow_id"], row["location"] or GLOBAL, row["basis"] or "location")
        if key in mixes:
            before[key, row["process_id"]] = (row, number)
        else:
            kept.append(row)
            rows.append(number)
    blank = dict.fromkeys(("amount", "unit", *DISTRIBUTION))
    for key, change in mixes.items():
        place = {
            "flow_id": key[0],
            "location": change.location or None,
            "basis": None if key[2] == "location" else key[2],
        }
        for process_id, share in change.shares.items():
            row, number = before.get((key, process_id), (place, 0))
            had = row.get("uncertainty_type") is not None
            if had:
                what = "the share is changed, and has no distribution any more: that was of the other share"
                fix = "score an inventory in which the row has both, where its uncertainty matters"
                found.warn("distribution_dropped", "markets", what, fix, row=number, column="uncertainty_type")
            kept.append({**row, **blank, "process_id": process_id, "share": float(share)})
            rows.append(number)
    spec = TABLES["markets"]
    columns = {
        column.name: pa.array([row.get(column.name) for row in kept], _ARROW[column.kind]) for column in spec.columns
    }
    built = build_frame(pa.table(columns), spec, found)
    return replace(built, rows=np.array(rows, np.int64)[built.rows - 1])


_ARROW = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_(), "date": pa.string()}
