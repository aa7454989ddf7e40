"""The edited inventory: rows written anew, and checked as if they had been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory import TABLES, Inventory, build_frame, build_inventory
from lcaengine.inventory.frame import Frame, canonical_order
from lcaengine.inventory.words import encode_words, join_words, list_codes
from lcaengine.places import GLOBAL
from lcaengine.scenarios.change import DISTRIBUTION, Change
from lcaengine.scenarios.edits import Edits, MarketKey

__all__ = ["edit_inventory"]

_OF_FILES = ("unread_file", "unknown_table", "unknown_column")
"""Warnings of the files an inventory was read from, which nothing else finds again."""
_PARAMETERS = ("loc", "scale", "shape", "minimum", "maximum")


def edit_inventory(inventory: Inventory, edits: Edits, changes: Sequence[Change], found: Findings) -> Inventory | None:
    """Write edits into the tables of an inventory, and check and build it as if it had been read so.

    An amount that is changed loses its distribution, which was of the other amount; a warning says so.

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
    if built is None:
        return None
    return replace(built, changes=(*inventory.changes, *(each.describe() for each in changes)))


def _edit_exchanges(frame: Frame, edits: Edits, found: Findings) -> Frame:
    columns = dict(frame.columns)
    rows = np.array(sorted(edits.amounts), np.int64)
    if len(rows):
        columns["amount"] = _write_numbers(columns["amount"], {row: edits.amounts[row][0] for row in rows.tolist()})
        columns["unit"] = _write_words(columns["unit"], {row: edits.amounts[row][1] for row in rows.tolist()})
        _drop_distributions(frame, columns, rows[~np.isin(rows, list(edits.distributions))], found)
        _write_distributions(columns, edits.distributions)
    if edits.providers:
        columns["provider_id"] = _write_words(columns["provider_id"], edits.providers)
    return _sort(Frame(frame.table, columns, frame.rows))


def _sort(frame: Frame) -> Frame:
    order = canonical_order(frame.columns, TABLES[frame.table])
    if not (order[1:] < order[:-1]).any():
        return frame
    places = pa.array(order)
    return Frame(frame.table, {name: each.take(places) for name, each in frame.columns.items()}, frame.rows[order])


def _drop_distributions(frame: Frame, columns: dict[str, pa.Array], rows: NDArray[np.int64], found: Findings) -> None:
    """Empty the uncertainty columns of rows, and say of which."""
    places = pa.array(rows)
    part = Frame(frame.table, {name: columns[name].take(places) for name in DISTRIBUTION}, frame.rows[rows])
    has = part.flag("negative") | np.logical_or.reduce(
        [part.filled(name) for name in ("uncertainty_type", *_PARAMETERS)]
    )
    if not has.any():
        return
    blank = dict.fromkeys(rows[has].tolist())
    columns["uncertainty_type"] = _write_words(columns["uncertainty_type"], blank)
    for name in _PARAMETERS:
        columns[name] = _write_numbers(columns[name], blank)
    flags = frame.flag("negative").copy()
    flags[rows[has]] = False
    columns["negative"] = pa.array(flags)
    what = "the amount is changed, and has no distribution any more: that was of the other amount"
    fix = "score an inventory in which the row has both, where its uncertainty matters"
    kinds = part.columns["uncertainty_type"]
    found.block_rows(
        *("distribution_dropped", "exchanges", has, part.rows, "uncertainty_type", kinds, what, fix), Severity.WARNING
    )


def _write_distributions(columns: dict[str, pa.Array], new: Mapping[int, Mapping[str, str | float | bool]]) -> None:
    """Write distributions into some rows, whole: what one does not name is empty."""
    if not new:
        return
    words = {row: str(each["uncertainty_type"]) for row, each in new.items()}
    columns["uncertainty_type"] = _write_words(columns["uncertainty_type"], words)
    for name in _PARAMETERS:
        numbers = {row: float(each[name]) if name in each else None for row, each in new.items()}
        columns[name] = _write_numbers(columns[name], numbers)
    flags = np.array(columns["negative"].to_numpy(zero_copy_only=False))
    flags[list(new)] = [bool(each.get("negative", False)) for each in new.values()]
    columns["negative"] = pa.array(flags)


def _write_numbers(column: pa.Array, new: Mapping[int, float | None]) -> pa.Array:
    """Write numbers, or nulls, into some places."""
    at = list(new)
    values = np.array(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    empty = np.array(column.is_null().to_numpy(zero_copy_only=False))
    values[at] = [0.0 if each is None else each for each in new.values()]
    empty[at] = [each is None for each in new.values()]
    return pa.array(values, pa.float64(), mask=empty) if empty.any() else pa.array(values, pa.float64())


def _write_words(column: pa.DictionaryArray, new: Mapping[int, str | None]) -> pa.DictionaryArray:
    """Write words, or nulls, into some places."""
    words: list[str] = column.dictionary.to_pylist()
    position = {word: at for at, word in enumerate(words)}
    more = sorted({word for word in new.values() if word is not None} - set(words))
    position |= {word: len(words) + at for at, word in enumerate(more)}
    codes = list_codes(column).copy()
    codes[list(new)] = [-1 if word is None else position[word] for word in new.values()]
    joined = join_words(codes, pa.array(words + more, pa.string()))
    return encode_words(joined) if more else joined


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
