"""A part: some suppliers of many, their exchange rows as multiples of a few kinds of row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Finding, Findings
from lcaengine.inventory import TABLES, type_column
from lcaengine.inventory.words import list_codes
from lcaengine.places import is_place

if TYPE_CHECKING:
    from lcaengine.suppliers.own import OwnRows

__all__ = ["EXCHANGE_COLUMNS", "KEY", "PROCESS_COLUMNS", "SPREAD_COLUMNS", "Part", "encode_part", "list_keys"]

PROCESS_COLUMNS = ("process_id", "stage", "supplier_id", "location", "data_type", "allocation")
"""Columns of `processes` that scores depend on or carry."""
EXCHANGE_COLUMNS = (
    *("process_id", "flow_id", "direction", "amount", "unit", "is_reference", "is_avoided"),
    *("provider_id", "location", "data_type"),
)
"""Columns of `exchanges` that scores depend on."""
SPREAD_COLUMNS = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative", "pedigree")
"""Those that say how uncertain a row is."""
_TEXTS = ("flow_id", "direction", "unit", "provider_id", "location", "stage", "data_type")
_ROW_TEXTS = tuple(name for name in EXCHANGE_COLUMNS if name not in ("amount", "is_reference", "is_avoided"))
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
    row : (m,) int64
        Row of the file that each one stands in, from 1.
    own : OwnRows or None
        What is uncertain of the rows; None where nothing is drawn.
    warnings : tuple of Finding
        Of its columns, and of its rows: the first of each kind, and how many more.
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
    row: NDArray[np.int64]
    own: OwnRows | None = None
    warnings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.process_id)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text column as positions in a list of words in order; 0 is the empty word."""

    code: NDArray[np.int64]
    words: pa.Array

    def find(self, word: str) -> NDArray[np.bool_]:
        """Tell which rows hold a word."""
        is_word = pc.equal(self.words, word).to_numpy(zero_copy_only=False)
        return np.asarray(is_word[self.code], np.bool_)

    def to_array(self) -> pa.DictionaryArray:
        """Give the column as codes and words."""
        return pa.DictionaryArray.from_arrays(pa.array(self.code.astype(np.int32)), self.words)


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
    for table, given in (("processes", processes), ("exchanges", exchanges)):
        if not given.num_rows:
            found.block("empty_table", table, "the table has no rows", "take the part away, or write its rows")
    if found.blockers():
        return None
    of_process = {name: _read_words("processes", processes, name, found) for name in PROCESS_COLUMNS}
    of_row = {name: _read_words("exchanges", exchanges, name, found) for name in _ROW_TEXTS}
    amounts = type_column(exchanges, TABLES["exchanges"], "amount", found)
    flags = {
        name: type_column(exchanges, TABLES["exchanges"], name, found).to_numpy(zero_copy_only=False)
        for name in ("is_reference", "is_avoided")
    }
    ids = of_process["process_id"].to_array().dictionary_decode()
    _report_twice(of_process["process_id"].code, ids, found)
    process = _find_processes(of_row["process_id"], of_process["process_id"], found)
    _report_places("processes", of_process["location"], found)
    _report_places("exchanges", of_row["location"], found)
    is_double = np.bincount(of_process["process_id"].code)[of_process["process_id"].code] > 1
    if not any(each.column == "is_reference" for each in found.blockers()):
        is_lost = is_double | bool((flags["is_reference"] & (process < 0)).any())
        _report_references(process[flags["is_reference"] & (process >= 0)], ids, is_lost, found)
    if found.blockers():
        return None
    amount = amounts.to_numpy(zero_copy_only=False)
    words = {
        **{name: of_row[name] for name in ("flow_id", "direction", "unit", "provider_id")},
        "location": _join(of_row["location"], of_process["location"], process),
        "stage": _Words(of_process["stage"].code[process], of_process["stage"].words),
        "data_type": _join(of_row["data_type"], of_process["data_type"], process),
    }
    is_none = of_process["allocation"].find("none")
    keys, code, first = _number_keys(words, {**flags, "is_negative": amount < 0, "carries_all": is_none[process]})
    rows = _number(len(process))
    order = slice(None) if (process[1:] >= process[:-1]).all() else np.argsort(process, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(process, minlength=len(ids)))]).astype(np.int64)
    names = (of_process["supplier_id"].to_array(), of_process["location"].to_array())
    is_proxy = of_process["data_type"].find("proxy")
    return Part(label, ids, *names, is_proxy, keys, first, starts, code[order], np.abs(amount)[order], rows[order])


def list_keys(keys: pa.Table) -> list[tuple[object, ...]]:
    """Give kinds of row as tuples."""
    return list(zip(*(keys.column(name).to_pylist() for name in KEY), strict=True))


def _number(rows: int) -> NDArray[np.int64]:
    return np.arange(1, rows + 1, dtype=np.int64)


def _read_words(table: str, given: pa.Table, name: str, found: Findings) -> _Words:
    """Read a text column as codes; null is the empty word."""
    coded = type_column(given, TABLES[table], name, found)
    words = pa.concat_arrays([pa.array([""]), coded.dictionary])
    return _Words(list_codes(coded).astype(np.int64) + 1, words)


def _report_twice(code: NDArray[np.int64], ids: pa.Array, found: Findings) -> None:
    """Report process ids that stand more than once in a part."""
    if np.bincount(code).max() > 1:
        twice = np.ones(len(ids), np.bool_)
        twice[np.unique(code, return_index=True)[1]] = False
        what, fix = "{value} stands more than once", "keep one row, or give the other an identity of its own"
        found.block_rows("duplicate_key", "processes", twice, _number(len(ids)), "process_id", ids, what, fix)


def _report_places(table: str, location: _Words, found: Findings) -> None:
    """Report places that are not known where they stand: a row has its process's where it has none of its own."""
    words = location.words.to_pylist()
    known = np.array([not word or is_place(word) for word in words], np.bool_)
    if not known.all():
        fix = "write an ISO 3166-1 or -2 code (CN, CN-NM), or GLO RoW RER RAF RAS RLA RNA RME OCE"
        rows, values = _number(len(location.code)), location.to_array()
        wrong, what = ~known[location.code], "{value} is no place that is known"
        found.block_rows("unknown_location", table, wrong, rows, "location", values, what, fix)


def _report_references(process: NDArray[np.int64], ids: pa.Array, is_lost: NDArray[np.bool_], found: Findings) -> None:
    """Report processes that have no reference flow, where it is not lost by another fault, or several."""
    count = np.bincount(process, minlength=len(ids))
    for code, wrong, what in (
        ("no_reference", (count == 0) & ~is_lost, "process {value} has no reference flow"),
        ("two_references", count > 1, "process {value} has more than one reference flow"),
    ):
        if wrong.any():
            fix, none = "mark exactly one exchange of the process is_reference", np.zeros(len(ids), np.int64)
            found.block_rows(code, "exchanges", wrong, none, "process_id", ids, what, fix)


def _find_processes(of_row: _Words, of_process: _Words, found: Findings) -> NDArray[np.int64]:
    """Give the process of every row, by its place in the table of processes; report rows that have none there."""
    place = np.full(len(of_process.words), -1, np.int64)
    place[of_process.code] = np.arange(len(of_process.code))
    if of_row.words.equals(of_process.words):
        process = place[of_row.code]
    else:
        known = pc.index_in(of_row.words, value_set=of_process.words).fill_null(0).to_numpy(zero_copy_only=False)
        process = place[known[of_row.code]]
    unknown = (process < 0) & (of_row.code > 0)
    if unknown.any():
        values = of_row.to_array()
        what, fix = "{value} is no row of processes in this part", "a process and its exchanges stand in one part"
        rows = _number(len(process))
        found.block_rows("unknown_process_id", "exchanges", unknown, rows, "process_id", values, what, fix)
    return process


def _join(own: _Words, of_process: _Words, process: NDArray[np.int64]) -> _Words:
    """Give each row its own word, or its process's where it has none."""
    if len(own.words) == 1:
        return _Words(of_process.code[process], of_process.words)
    every = pc.unique(pa.concat_arrays([own.words, of_process.words]))
    words = every.take(pc.sort_indices(every))
    mine, other = (
        pc.index_in(each.words, value_set=words).to_numpy(zero_copy_only=False).astype(np.int64)[each.code]
        for each in (own, of_process)
    )
    return _Words(np.where(mine > 0, mine, other[process]), words)


def _number_keys(
    words: dict[str, _Words], flags: dict[str, NDArray[np.bool_]]
) -> tuple[pa.Table, NDArray[np.int32], NDArray[np.int64]]:
    """Find the distinct combinations of words and flags, in order of their words, whatever the order of the rows."""
    most, key = 1, np.zeros(len(flags["is_reference"]), np.int64)
    for name in _TEXTS:
        size = len(words[name].words)
        if most * size >= _MOST_KEYS:
            key, most = _compress(key)
        key, most = key * size + words[name].code, most * size
    if most << len(_FLAGS) >= _MOST_KEYS:
        key, _ = _compress(key)
    for name in _FLAGS:
        key = key * 2 + flags[name]
    encoded = pa.array(key).dictionary_encode()
    code, distinct = encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_numpy(zero_copy_only=False)
    first = np.empty(len(distinct), np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    order = np.argsort(distinct)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rows = first[order]
    texts = {name: words[name].words.take(pa.array(words[name].code[rows])) for name in _TEXTS}
    return pa.table({**texts, **{name: pa.array(flags[name][rows]) for name in _FLAGS}}), rank[code], rows + 1


def _compress(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Replace keys by their places in their order, which fit: there are no more of them than rows."""
    distinct, code = np.unique(key, return_inverse=True)
    return code.astype(np.int64), len(distinct)
