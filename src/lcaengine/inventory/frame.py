"""A frame: one table with its columns typed by the schema and its rows in canonical order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.casts import CASTS, is_text
from lcaengine.inventory.schema import Column, Table
from lcaengine.inventory.words import list_codes, pick, rank_codes, spell

__all__ = ["Frame", "build_frame", "canonical_order", "hash_frames", "keep_rows", "report_columns", "type_column"]

_ARROW = {"number": pa.float64(), "flag": pa.bool_(), "date": pa.string()}
ROWS_SPELLED = 1 << 16
"""How many rows of text are spelled out at a time to be hashed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A typed table; every column of the schema is there, null where the file had none.

    Attributes
    ----------
    table : str
    columns : dict of str to pyarrow.Array
        Text as codes and words in order (:func:`~lcaengine.inventory.words.encode_words`), dates as strings, numbers as
        float64 (nulls kept), flags as booleans without nulls.
    rows : (n,) int64
        Row of the file each row stood in, from 1.
    """

    table: str
    columns: Mapping[str, pa.Array]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, name: str) -> list[str | None]:
        """Give a text column as Python strings."""
        column = self.columns[name]
        values: list[str | None] = spell(column) if pa.types.is_dictionary(column.type) else column.to_pylist()
        return values

    def strings(self, name: str) -> pa.Array:
        """Give a text column as an array of strings."""
        column = self.columns[name]
        return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

    def to_table(self) -> pa.Table:
        """Give all columns as a table, text as strings."""
        return pa.table({name: self.strings(name) for name in self.columns})

    def number(self, name: str) -> NDArray[np.float64]:
        """Give a number column, NaN where it is null."""
        column = self.columns[name]
        filled = column.fill_null(float("nan")) if column.null_count else column
        return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.float64)

    def flag(self, name: str) -> NDArray[np.bool_]:
        """Give a flag column."""
        return np.asarray(self.columns[name].to_numpy(zero_copy_only=False), dtype=np.bool_)

    def codes(self, name: str, keys: pa.Array) -> NDArray[np.int64]:
        """Give the position of each text in `keys`, -1 where it is null or not there."""
        column = self.columns[name]
        keys = keys.dictionary_decode() if pa.types.is_dictionary(keys.type) else keys
        found = pc.index_in(column.dictionary, value_set=keys, skip_nulls=True).fill_null(-1)
        return np.asarray(pick(column, found.to_numpy(zero_copy_only=False).astype(np.int64), -1))

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Tell where a column is not null."""
        column = self.columns[name]
        if column.null_count in (0, len(column)):
            return np.full(len(column), column.null_count == 0)
        return np.asarray(self.columns[name].is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


def build_frame(raw: pa.Table | None, spec: Table, found: Findings) -> Frame:
    """Type every column of a table, report what does not fit, and put the rows in canonical order.

    Rows are sorted by the schema's columns, identity first, so that neither the order of the rows nor the encoding of
    the file reaches anything downstream.

    Parameters
    ----------
    raw : pyarrow.Table or None
        As read; None where the inventory has no such table.
    spec : Table
        Its schema.
    found : Findings
        Receives what is wrong.

    Returns
    -------
    Frame
    """
    if raw is None:
        if spec.required:
            found.block(
                "missing_table", spec.name, "the table is missing", f"add {spec.name}.parquet or {spec.name}.csv"
            )
        empty = {column.name: _blank(column.kind, 0) for column in spec.columns}
        return Frame(spec.name, empty, np.empty(0, np.int64))
    report_columns(raw.column_names, spec, found)
    if spec.required and raw.num_rows == 0:
        found.block("empty_table", spec.name, "the table has no rows", "add rows")
    rows = np.arange(1, raw.num_rows + 1, dtype=np.int64)
    given = [column.name for column in spec.columns if column.name in raw.column_names]
    kinds = {column.kind for column in spec.columns if column.name not in given}
    blanks = {kind: _blank(kind, len(rows)) for kind in kinds}  # one of each kind: they are large
    columns = {}
    for column in spec.columns:
        columns[column.name] = _type_column(raw, column, spec, rows, blanks.get(column.kind), found)
        raw = raw.drop_columns([column.name]) if column.name in given else raw  # it is large, and read
    del raw
    order = canonical_order(columns, spec)
    if (order[1:] < order[:-1]).any():
        places = pa.array(order)
        columns |= {name: columns[name].take(places) for name in given}  # what is blank is blank in any order
    frame = Frame(spec.name, columns, rows[order])
    is_double = _find_duplicates(frame, spec, found)
    named = [frame.filled(column.name) for column in spec.columns if column.required and column.name in spec.key]
    return keep_rows(frame, np.logical_and.reduce([~is_double, *named]))


def report_columns(names: Sequence[str], spec: Table, found: Findings) -> None:
    """Warn of columns that are not of the schema: such as pandas' ``__index_level_0__``."""
    known = {column.name for column in spec.columns}
    for name in names:
        if name not in known:
            what = f"column {name!r} is not of the schema and is not read"
            found.warn("unknown_column", spec.name, what, "rename or remove it", column=name)


def type_column(raw: pa.Table, spec: Table, name: str, found: Findings) -> pa.Array:
    """Type one column of a table by its schema, and report what does not fit.

    Returns
    -------
    pyarrow.Array
        As :class:`Frame` has it; null where there is no such column.
    """
    column = next(each for each in spec.columns if each.name == name)
    rows = np.arange(1, raw.num_rows + 1, dtype=np.int64)
    return _type_column(raw, column, spec, rows, _blank(column.kind, len(rows)), found)


def keep_rows(frame: Frame, keep: NDArray[np.bool_]) -> Frame:
    """Give the rows where `keep` holds."""
    if keep.all():
        return frame
    mask = pa.array(keep)
    return Frame(frame.table, {n: v.filter(mask) for n, v in frame.columns.items()}, frame.rows[keep])


def hash_frames(frames: Mapping[str, Frame], about: str) -> str:
    """Hash the content of all tables: independent of row order, file encoding and column order.

    Parameters
    ----------
    frames : dict of str to Frame
        In canonical order.
    about : str
        The inventory's own description, canonical text.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    digest = hashlib.sha256(about.encode())
    for name in sorted(frames):
        frame = frames[name]
        for column in sorted(frame.columns):
            values = frame.columns[column]
            if values.null_count == len(values):
                continue
            digest.update(f"\x00{name}\x00{column}\x00{len(values)}\x00".encode())
            for part in _list_content(values):
                digest.update(part)
    return digest.hexdigest()


def _list_content(values: pa.Array) -> Iterator[Any]:
    """List the bytes that a column is hashed by: lengths, -1 for null, then all text; or numbers, then nulls."""
    if pa.types.is_dictionary(values.type):
        lengths = pc.binary_length(values.dictionary).to_numpy(zero_copy_only=False).astype("<i8")
        yield pick(values, lengths, -1)
        for start in range(0, len(values), ROWS_SPELLED):
            yield _join_text(values[start : start + ROWS_SPELLED].dictionary_decode())
    elif pa.types.is_string(values.type):
        yield pc.binary_length(values).fill_null(-1).to_numpy(zero_copy_only=False).astype("<i8")
        yield _join_text(values)
    elif pa.types.is_boolean(values.type):
        yield values.to_numpy(zero_copy_only=False).astype("u1")
    else:
        numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False) + 0.0
        yield numbers.astype("<f8")
        yield values.is_null().to_numpy(zero_copy_only=False).astype("u1")


def _join_text(values: pa.Array) -> memoryview:
    """Give the bytes of all strings of an array, one behind the other: a part of its buffer, nulls left out."""
    filled = values.drop_null() if values.null_count else values
    _, offsets, data = filled.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[filled.offset] : ends[filled.offset + len(filled)]]


def _type_column(
    raw: pa.Table, column: Column, spec: Table, rows: NDArray[np.int64], blank: pa.Array | None, found: Findings
) -> pa.Array:
    """Type one column; `blank`, or one made for it, where it is not there or holds something else."""
    if column.name not in raw.column_names:
        if column.required:
            fix = f"add the column: {column.about or column.kind}"
            found.block("missing_column", spec.name, f"column {column.name!r} is missing", fix, column=column.name)
        return _blank(column.kind, len(rows)) if blank is None else blank
    given = raw.column(column.name).combine_chunks()
    if isinstance(given, pa.ChunkedArray):
        given = pa.concat_arrays(given.chunks) if given.num_chunks else pa.array([], given.type)
    if pa.types.is_dictionary(given.type) and not (column.kind == "text" and is_text(given.type.value_type)):
        given = given.dictionary_decode()
    if pa.types.is_string_view(given.type):
        given = given.cast(pa.string())
    typed = CASTS[column.kind](given)
    if typed is None:
        what = f"column {column.name!r} holds {given.type}, not {column.kind}"
        found.block("wrong_type", spec.name, what, f"write it as {column.kind}", column=column.name)
        return _blank(column.kind, len(rows)) if blank is None else blank
    _report_column(given, typed, column, spec, rows, found)
    return typed.fill_null(False) if column.kind == "flag" else typed


def _blank(kind: str, size: int) -> pa.Array:
    if kind == "text":
        return pa.DictionaryArray.from_arrays(pa.nulls(size, pa.int32()), pa.array([], pa.string()))
    return pa.repeat(pa.scalar(False), size) if kind == "flag" else pa.nulls(size, _ARROW[kind])


def _report_column(
    given: pa.Array, typed: pa.Array, column: Column, spec: Table, rows: NDArray[np.int64], found: Findings
) -> None:
    def report(code: str, wrong: pa.Array, what: str, fix: str) -> None:
        mask = np.asarray(wrong.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)
        if mask.any():
            found.block_rows(code, spec.name, mask, rows, column.name, given, what, fix)

    if typed.null_count > given.null_count or (column.required and typed.null_count):
        blank = typed.is_null() if column.kind == "text" else given.is_null()
        if is_text(given.type):
            blank = pc.or_(blank, pc.equal(given, "").fill_null(False))
        lost = pc.and_(typed.is_null(), pc.invert(blank))
        report("wrong_type", lost, f"{{value}} is not a {column.kind}", "write it so")
        if column.required:
            report("missing_value", blank, f"{column.name} is missing", "fill it in")
    if column.kind == "number":
        finite = pc.is_finite(typed)
        report("not_finite", pc.invert(finite), "{value} is not a finite number", "write the number, or leave it empty")
    if column.allowed:
        fits = pc.is_in(typed.dictionary, value_set=pa.array(column.allowed)).to_numpy(zero_copy_only=False)
        other = pa.array(pick(typed, ~fits, False))
        known = ", ".join(a for a in column.allowed if not a.isdigit())
        report(f"unknown_{column.name}", other, "{value} is not one of those allowed", f"write one of: {known}")


def canonical_order(columns: Mapping[str, pa.Array], spec: Table) -> NDArray[np.int64]:
    """Give the order of rows by identity, then by all other columns; codes sort as their words do, null last."""
    names = [column.name for column in spec.columns]
    first = _IDENTITY.get(spec.name, spec.key)
    names = [*first, *(name for name in names if name not in first)]
    used = [name for name in names if columns[name].null_count < len(columns[name])]
    size = len(columns[names[0]])
    identity, room = np.zeros(size, np.int64), 1
    for name in used:
        if name not in first:
            break
        codes, places = rank_codes(columns[name])
        if room > np.iinfo(np.int64).max // places:
            break  # the rest decides below
        identity *= places
        identity += codes
        room *= places
    order = np.arange(size, dtype=np.int64)
    if (identity[1:] < identity[:-1]).any():
        order = np.argsort(identity, kind="stable")
    same = np.append(False, identity[order[1:]] == identity[order[:-1]]) if size else np.zeros(0, np.bool_)
    tied = np.flatnonzero(same | np.append(same[1:], False))
    if len(tied):
        rows = pa.array(order[tied])
        sorts = {name: columns[name].take(rows) for name in used}
        plain = {n: v.indices if pa.types.is_dictionary(v.type) else v for n, v in sorts.items()}
        table = pa.table({"identity": identity[order[tied]], **plain})
        place = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in table.column_names])
        order[tied] = order[tied][place.to_numpy()]
    return order


_IDENTITY = {
    "exchanges": ("process_id", "flow_id", "direction", "provider_id", "location"),
    "demand": ("demand_id", "product_id", "process_id"),
}
"""Sort order of the tables that have no key of their own."""


def _find_duplicates(frame: Frame, spec: Table, found: Findings) -> NDArray[np.bool_]:
    """Tell which rows have the key of one before them, and report them."""
    if not spec.key or len(frame) < 2:
        return np.zeros(len(frame), np.bool_)
    same = np.ones(len(frame) - 1, np.bool_)
    for name in spec.key:
        codes = list_codes(frame.columns[name])
        same &= codes[1:] == codes[:-1]
    wrong = np.concatenate([[False], same])
    for column in spec.columns:
        if column.required and column.name in spec.key:  # where it is missing, that is reported
            wrong &= frame.filled(column.name)
    if wrong.any():
        shown = [" / ".join(v or "" for v in row) for row in zip(*(frame.text(n) for n in spec.key), strict=True)]
        fix = "keep one row, or give the other an identity of its own"
        what = "{value} stands more than once"
        found.block_rows("duplicate_key", spec.name, wrong, frame.rows, spec.key[0], shown, what, fix, Severity.BLOCKER)
    return wrong
