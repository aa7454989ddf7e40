"""Tables of a store as Arrow tables: Parquet, a folder of Parquet parts, or CSV under the same name."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lcaengine.errors import DataError
from lcaengine.io.store import Store, open_file, read_bytes

__all__ = ["list_tables", "read_table"]

_HIDDEN = (".", "_")
"""Begin the names of files and folders that are passed over, as readers of folders of Parquet do: ``_SUCCESS``."""
_BESIDE = ("import", "results")
"""Folders that stand in an inventory beside its tables: how it came about, and what came of it."""
FIELD_BYTES = 1 << 20
"""Longest field a table may hold."""
UNPACKED_FREE, UNPACKED_PER_BYTE = 1 << 30, 200
"""Most bytes a Parquet file may unpack to: so many, and so many more for each of its own."""
GROUPS_FREE = 10_000_000
"""Most bytes that the groups of a Parquet file may say they unpack to before they are counted for each of its own."""
ROWS_AT_ONCE, CODED_ROWS_AT_ONCE = 1024, 1 << 19
"""How many rows of a Parquet file are unpacked before they are counted; more where text is read as codes and words."""


def list_tables(store: Store, known: Collection[str]) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Name the tables of a store, and files that look like a part of one and cannot be read.

    Parameters
    ----------
    store : Store
    known : collection of str
        Names of the tables of the schema.

    Returns
    -------
    tables : dict of str to list of str
        Each table's files, several where it is a folder of Parquet parts.
    unread : list of (str, str)
        Table and file: ``exchanges.CSV``, ``exchanges/notes.csv``, a link that leads nowhere.

    Raises
    ------
    DataError
        If one table stands in two encodings.
    """
    tables: dict[str, list[str]] = {}
    unread = []
    for name in store.files:
        path = PurePosixPath(name)
        table = path.parts[0].split(".")[0].lower()
        if any(part.startswith(_HIDDEN) for part in path.parts):
            continue
        if len(path.parts) > 1 and path.parts[0] in _BESIDE:
            continue
        readable = name not in store.broken
        if readable and len(path.parts) == 1 and path.suffix in (".parquet", ".csv"):
            tables.setdefault(path.stem, []).append(name)
        elif readable and len(path.parts) > 1 and path.suffix == ".parquet":
            tables.setdefault(path.parts[0].removesuffix(".parquet"), []).append(name)
        elif table in known:
            unread.append((table, name))
    for table, names in tables.items():
        whole = [name for name in names if "/" not in name]
        if whole and len(names) > 1:
            raise DataError(
                f"table {table!r} stands in {len(names)} files: {', '.join(names)}", store.label, "keep one"
            )
    return tables, unread


def read_table(store: Store, table: str, names: list[str], coded: bool = False) -> pa.Table:
    """Read one table; the columns of a CSV come as strings, empty fields as nulls.

    Parameters
    ----------
    store : Store
    table : str
        Name of the table, for messages.
    names : list of str
        Its files, as :func:`list_tables` names them.
    coded : bool
        Whether text of Parquet may come as codes and words (dictionary arrays), as it is packed there.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    DataError
        If a file is damaged, not UTF-8, names a column twice, or parts have different columns.
    """
    parts = []
    for name in names:
        try:
            part = _read_csv(store, name) if name.endswith(".csv") else _read_parquet(store, name, coded)
        except (pa.ArrowException, OSError, ValueError, csv.Error, OverflowError, LookupError, MemoryError) as error:
            text = " ".join(str(error).split())[:300]
            raise DataError(
                f"{name} cannot be read: {text}", store.label, "write the file again", table=table
            ) from error
        try:
            part.validate(full=True)
        except pa.ArrowException as error:
            text = " ".join(str(error).split())[:300]
            raise DataError(f"{name} holds text that is not UTF-8: {text}", store.label, "write it again") from error
        if len(set(part.column_names)) < len(part.column_names):
            twice = sorted({c for c in part.column_names if part.column_names.count(c) > 1})
            raise DataError(f"{name} names column {twice[0]!r} twice", store.label, "keep one of them", table=table)
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    try:
        return pa.concat_tables(_spell_alike(parts, coded), promote_options="permissive")
    except pa.ArrowException as error:
        text = " ".join(str(error).split())[:300]
        raise DataError(
            f"the parts of {table} do not fit together: {text}", store.label, "use one type a column"
        ) from error


def _spell_alike(parts: list[pa.Table], coded: bool) -> list[pa.Table]:
    """Give parts in which text of several types, in one or the other of them, is of one type."""
    kinds: dict[str, set[pa.DataType]] = {}
    for part in parts:
        for field in part.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    odd = {name for name, found in kinds.items() if len(found) > 1 and any(_holds_text(kind) for kind in found)}
    alike = []
    for part in parts:
        columns = dict(zip(part.column_names, part.columns, strict=True))
        for name in odd & set(columns):
            if _holds_text(columns[name].type) or pa.types.is_null(columns[name].type):
                text = columns[name].cast(pa.string())
                columns[name] = text.dictionary_encode() if coded else text
        alike.append(pa.table(columns))
    return alike


def _holds_text(kind: pa.DataType) -> bool:
    values = kind.value_type if pa.types.is_dictionary(kind) else kind
    return _is_text(values) or bool(pa.types.is_string_view(values))


def _read_parquet(store: Store, name: str, coded: bool) -> pa.Table:
    """Read a few rows at a time: a file of some bytes can hold more text than there is memory, as one word repeated."""
    with open_file(store, name) as source:
        most, total, parts = UNPACKED_FREE + UNPACKED_PER_BYTE * source.size(), 0, []
        file = pq.ParquetFile(source)
        # Not of each column: asking a damaged file for those ends the process, inside the library.
        groups = [file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups)]
        if sum(groups) > GROUPS_FREE + UNPACKED_PER_BYTE * source.size():
            raise ValueError(f"it unpacks {source.size()} bytes to {sum(groups)}")
        is_flat = coded and all(_is_flat(field.type) for field in file.schema_arrow)
        if is_flat:
            texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
            file = pq.ParquetFile(source, metadata=file.metadata, read_dictionary=texts)
        at_once = CODED_ROWS_AT_ONCE if is_flat else ROWS_AT_ONCE
        for batch in file.iter_batches(at_once, use_threads=not is_flat):  # threads cost more than they save here
            total += sum(_count_bytes(column) for column in batch.columns)
            if total > most:
                raise ValueError(f"it unpacks {source.size()} bytes to more than {most}")
            part = _spell_views(pa.Table.from_batches([batch]))
            _refuse_long_fields(part, name)
            parts.append(part)
        return pa.concat_tables(parts) if parts else file.schema_arrow.empty_table()


def _spell_views(part: pa.Table) -> pa.Table:
    """Give views of strings as strings, which all that follows knows."""
    for at, field in enumerate(part.schema):
        if pa.types.is_string_view(field.type):
            part = part.set_column(at, field.name, part.column(at).cast(pa.string()))
    return part


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_flat(kind: pa.DataType) -> bool:
    """Tell whether a column is text, or takes no more than eight bytes a row."""
    simple = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp)
    return _is_text(kind) or any(fits(kind) for fits in simple)


def _count_bytes(column: pa.Array) -> int:
    """Give what a column takes up, one of codes and words when it is spelled out."""
    if not pa.types.is_dictionary(column.type) or not pa.types.is_string(column.type.value_type):
        return int(column.nbytes)
    return int(pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0)


def _refuse_long_fields(part: pa.Table, name: str) -> None:
    for at, column in enumerate(part.column_names):
        for chunk in part.column(at).chunks:
            texts = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
                longest = pc.max(pc.binary_length(texts)).as_py() or 0
                if longest > FIELD_BYTES:
                    raise ValueError(f"column {column!r} has a field of {longest} bytes, {FIELD_BYTES} are the most")


def _read_csv(store: Store, name: str) -> pa.Table:
    content = read_bytes(store, name)
    if not content.strip():
        raise ValueError("the file is empty, a header is needed")
    if b"\x00" in content:
        raise ValueError("the file holds NUL bytes: it is not text in UTF-8")
    text = content.decode("utf-8-sig")
    if longest_line(content) > FIELD_BYTES:
        raise ValueError(f"a line is longer than {FIELD_BYTES} bytes")
    records = csv.reader(io.StringIO(text, newline=""), strict=True)  # a quote that is not closed is an error here
    header = next(row for row in records if row)
    for row in records:
        if row and len(row) != len(header):
            raise ValueError(f"line {records.line_num} has {len(row)} fields, the header has {len(header)}")
    return pacsv.read_csv(
        pa.BufferReader(text.encode() + b"\n"),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types={column: pa.string() for column in header},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def longest_line(content: bytes) -> int:
    r"""Give the length of the longest line [bytes].

    Examples
    --------
    >>> longest_line(b"ab\nabc\n")
    3
    """
    return max((len(line) for line in content.split(b"\n")), default=0)
