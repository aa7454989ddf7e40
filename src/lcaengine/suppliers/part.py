"""A part: some suppliers of many, their exchange rows as multiples of a few kinds of row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory import TABLES, type_column

__all__ = ["EXCHANGE_COLUMNS", "KEY", "PROCESS_COLUMNS", "Part", "encode_part", "list_keys"]

PROCESS_COLUMNS = ("process_id", "stage", "supplier_id", "location", "data_type", "allocation")
"""Columns of `processes` that scores depend on or carry."""
EXCHANGE_COLUMNS = (
    *("process_id", "flow_id", "direction", "amount", "unit", "is_reference", "is_avoided"),
    *("provider_id", "location", "data_type"),
)
"""Columns of `exchanges` that scores depend on."""
_TEXTS = ("flow_id", "direction", "unit", "provider_id", "location", "stage", "data_type")
_FLAGS = ("is_reference", "is_avoided", "is_negative", "carries_all")
KEY = (*_TEXTS, *_FLAGS)
"""What tells one kind of row from another: all that its burden per unit of amount depends on.

Place and data type are the row's own, or its process's; the stage is its process's; ``carries_all`` is whether the
process's reference product carries all burdens (allocation ``none``).
"""
_MOST_KEYS = 1 << 62


@dataclass(frozen=True, slots=True)
class Part:
    """Suppliers whose rows are numbered by kind.

    Attributes
    ----------
    label : str
        Name of the part, for messages.
    process_id, supplier_id, location : (p,) pyarrow.Array of str
    is_proxy : (p,) bool
        Whether the process is a proxy as a whole.
    keys : pyarrow.Table
        The kinds of row that occur, sorted; columns :data:`KEY`.
    first_row : (c,) int64
        The first row of each kind, from 1, as the file has them.
    starts : (p + 1,) int64
        Where the rows of each process start.
    code : (m,) int32
        Kind of each row, a position in `keys`.
    amount : (m,) float64
        Size of the amount as written; the sign is in the key.
    """

    label: str
    process_id: pa.Array
    supplier_id: pa.Array
    location: pa.Array
    is_proxy: NDArray[np.bool_]
    keys: pa.Table
    first_row: NDArray[np.int64]
    starts: NDArray[np.int64]
    code: NDArray[np.int32]
    amount: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.process_id)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text column as positions in a list of words; 0 is the empty word."""

    code: NDArray[np.int64]
    words: list[str]


def encode_part(label: str, processes: pa.Table, exchanges: pa.Table, found: Findings) -> Part | None:
    """Sort the rows of suppliers by kind, and report those that cannot be read.

    Parameters
    ----------
    label : str
    processes, exchanges : pyarrow.Table
        Tables of the input contract; columns that do not matter here may be left out, text may be dictionary-encoded.
    found : Findings

    Returns
    -------
    Part or None
        None where a blocker in `found` leaves rows without a meaning.
    """
    if not processes.num_rows or not exchanges.num_rows:
        found.block("empty_table", "processes", "a part has no rows", "take the part away, or write its rows")
        return None
    of_process = {name: _read_words("processes", processes, name, found) for name in PROCESS_COLUMNS}
    of_row = {n: _read_words("exchanges", exchanges, n, found) for n in EXCHANGE_COLUMNS if _is_text(n)}
    ids = pa.array(of_process["process_id"].words).take(pa.array(of_process["process_id"].code))
    _report_twice(ids, found)
    given = type_column(exchanges, TABLES["exchanges"], "amount", found)
    amount = given.fill_null(0.0).to_numpy(zero_copy_only=False)
    flags = {
        name: type_column(exchanges, TABLES["exchanges"], name, found).to_numpy(zero_copy_only=False)
        for name in ("is_reference", "is_avoided")
    }
    position = pc.index_in(pa.array(of_row["process_id"].words), value_set=ids).fill_null(-1)
    process = position.to_numpy(zero_copy_only=False)[of_row["process_id"].code]
    unknown = (process < 0) & (of_row["process_id"].code > 0)
    if unknown.any():
        values = pa.array(of_row["process_id"].words).take(pa.array(of_row["process_id"].code))
        what, fix = "{value} is no row of processes in this part", "a process and its exchanges stand in one part"
        found.block_rows("unknown_process_id", "exchanges", unknown, _number(process), "process_id", values, what, fix)
    if found.blockers():
        return None
    sign = np.signbit(amount) & (amount != 0)
    words = {
        **{name: of_row[name] for name in ("flow_id", "direction", "unit", "provider_id")},
        "location": _join(of_row["location"], of_process["location"], process),
        "stage": _Words(of_process["stage"].code[process], of_process["stage"].words),
        "data_type": _join(of_row["data_type"], of_process["data_type"], process),
    }
    is_none = np.array([word == "none" for word in of_process["allocation"].words])[of_process["allocation"].code]
    keys, code, first = _number_keys(words, {**flags, "is_negative": sign, "carries_all": is_none[process]})
    order = slice(None) if (process[1:] >= process[:-1]).all() else np.argsort(process, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(process, minlength=len(ids)))]).astype(np.int64)
    is_proxy = np.array([word == "proxy" for word in of_process["data_type"].words])[of_process["data_type"].code]
    names = {
        name: pa.DictionaryArray.from_arrays(pa.array(each.code.astype(np.int32)), pa.array(each.words, pa.string()))
        for name, each in of_process.items()
        if name in ("supplier_id", "location")
    }
    return Part(
        *(label, ids, names["supplier_id"], names["location"], is_proxy, keys, first, starts),
        *(code[order], np.abs(amount)[order]),
    )


def list_keys(keys: pa.Table) -> list[tuple[object, ...]]:
    """Give kinds of row as tuples."""
    return list(zip(*(keys.column(name).to_pylist() for name in KEY), strict=True))


def _is_text(column: str) -> bool:
    return next(c for c in TABLES["exchanges"].columns if c.name == column).kind == "text"


def _number(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.arange(1, len(rows) + 1, dtype=np.int64)


def _read_words(table: str, given: pa.Table, name: str, found: Findings) -> _Words:
    """Read a text column as codes; empty and null alike are the empty word."""
    column = given.column(name) if name in given.column_names else None
    if column is not None and pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
        column = column.unify_dictionaries().combine_chunks()
        values = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    else:
        values = type_column(given, TABLES[table], name, found).dictionary_encode()
    words = ["", *values.dictionary.to_pylist()]
    indices = values.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    code = indices.to_numpy(zero_copy_only=False).astype(np.int64) + 1
    if "" in words[1:] or None in words[1:]:
        empty = np.array([not word for word in words])
        code = np.where(empty[code], 0, code)
        words = [word or "" for word in words]
    if name == "process_id" and not code.all():
        missing = code == 0
        blank = [""] * len(code)
        what = f"{name} is missing"
        found.block_rows("missing_value", table, missing, _number(code), name, blank, what, "fill it in")
    return _Words(code, words)


def _join(own: _Words, of_process: _Words, process: NDArray[np.int64]) -> _Words:
    """Give each row its own word, or its process's where it has none."""
    words = list(dict.fromkeys([*own.words, *of_process.words]))
    position = {word: at for at, word in enumerate(words)}
    mine = np.array([position[word] for word in own.words])[own.code]
    other = np.array([position[word] for word in of_process.words])[of_process.code]
    return _Words(np.where(mine > 0, mine, other[process]), words)


def _number_keys(
    words: dict[str, _Words], flags: dict[str, NDArray[np.bool_]]
) -> tuple[pa.Table, NDArray[np.int32], NDArray[np.int64]]:
    """Find the distinct combinations of words and flags, numbered in an order that the file does not change."""
    size, key = 1, np.zeros(len(flags["is_reference"]), np.int64)
    for name in _TEXTS:
        if size * len(words[name].words) >= _MOST_KEYS:  # as many rows at most: numbered anew, they fit
            key, size = _compress(key), len(key) + 1
        key = key * len(words[name].words) + words[name].code
        size *= len(words[name].words)
    if size >= _MOST_KEYS // 16:
        key, size = _compress(key), len(key) + 1
    for name in _FLAGS:
        key = key * 2 + flags[name]
    encoded = pa.array(key).dictionary_encode()
    code = encoded.indices.to_numpy(zero_copy_only=False)
    first = np.full(len(encoded.dictionary), -1, np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    columns: dict[str, list[str] | NDArray[np.bool_]] = {}
    for name in _TEXTS:
        own = words[name]
        columns[name] = [own.words[at] for at in own.code[first].tolist()]
    table = pa.table({**columns, **{name: pa.array(flags[name][first]) for name in _FLAGS}})
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in KEY]).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return table.take(pa.array(order)), rank[code], first[order] + 1


def _compress(key: NDArray[np.int64]) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = pa.array(key).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return codes.astype(np.int64)


def _report_twice(ids: pa.Array, found: Findings) -> None:
    """Report process ids that stand more than once in a part."""
    if pc.count_distinct(ids).as_py() == len(ids):
        return
    codes = ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    first = np.unique(codes, return_index=True)[1]
    twice = np.ones(len(ids), np.bool_)
    twice[first] = False
    what, fix = "{value} stands more than once", "keep one row, or give the other an identity of its own"
    found.block_rows("duplicate_key", "processes", twice, _number(codes), "process_id", ids, what, fix)
