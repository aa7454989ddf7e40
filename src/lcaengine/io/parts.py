"""Parts: large tables as folders of Parquet files that belong together by their names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from lcaengine.errors import DataError
from lcaengine.io.store import Store, read_bytes
from lcaengine.io.tables import GROUPS_FREE, UNPACKED_PER_BYTE, list_tables, read_table

__all__ = ["list_parts", "read_part", "refuse_semicolons"]


def list_parts(store: Store, tables: Sequence[str]) -> list[str]:
    """Name the parts of tables whose files belong together: ``processes/NAME.parquet``, ``exchanges/NAME.parquet``.

    Names that begin with ``.`` or ``_`` are passed over, as in :func:`~lcaengine.io.tables.list_tables`.

    Parameters
    ----------
    store : Store
    tables : sequence of str

    Returns
    -------
    list of str
        In order; one empty name where each table is one file.

    Raises
    ------
    DataError
        If a table is not there, a part of one has none of another, or a file cannot be read as a part.
    """
    files, unread = list_tables(store, tables)
    for table, file in unread:
        fix = f"name it {table}/NAME.parquet, or take it away"
        raise DataError(f"{file} looks like a part of {table!r} and cannot be read", store.label, fix, table=table)
    names: dict[str, set[str]] = {table: set() for table in tables}
    for table in tables:
        for file in files.get(table, ()):
            path = PurePosixPath(file)
            if (path.parts[0] != table and len(path.parts) > 1) or len(path.parts) > 2:
                fix = f"put the parts into one folder: {table}/NAME.parquet"
                raise DataError(f"{file} is no part of {table!r}", store.label, fix, table=table)
            names[table].add(path.stem if len(path.parts) > 1 else "")
    for table, own in names.items():
        if not own:
            fix = f"write {table}.parquet or {table}.csv, or a folder {table} of Parquet parts"
            raise DataError(f"the table {table} is missing", store.label, fix, table=table)
    for table, own in names.items():
        for other, theirs in names.items():
            lonely = sorted(theirs - own)
            if lonely:
                what = f"part {lonely[0]!r} of {other} has none of {table}" if lonely[0] else f"{other} is one file"
                fix = f"write {table} in the same parts as {other}, under the same names"
                raise DataError(what, store.label, fix, table=table)
    return sorted(names[tables[0]])


def read_part(store: Store, table: str, part: str, columns: Sequence[str]) -> tuple[pa.Table, str, tuple[str, ...]]:
    """Read some columns of a part of a table; text of Parquet comes as codes and words.

    Parameters
    ----------
    store : Store
    table, part : str
    columns : sequence of str
        Those to read.

    Returns
    -------
    table : pyarrow.Table
        The columns that are there.
    digest : str
        SHA-256 of the file.
    names : tuple of str
        All columns that the file has.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    name = (
        f"{table}/{part}.parquet" if part else next(n for n in (f"{table}.parquet", f"{table}.csv") if n in store.files)
    )
    content = read_bytes(store, name)
    digest = hashlib.sha256(content).hexdigest()
    if name.endswith(".csv"):
        given = read_table(store, table, [name])
        refuse_semicolons(given.column_names, name, store.label)
        return given.select([c for c in columns if c in given.column_names]), digest, tuple(given.column_names)
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        texts = [f.name for f in schema if f.name in columns and pa.types.is_string(f.type)]
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        groups = sum(file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups))
        if groups > GROUPS_FREE + UNPACKED_PER_BYTE * len(content):
            raise ValueError(f"it unpacks {len(content)} bytes to {groups}")
        twice = {c for c in columns if schema.names.count(c) > 1}
        if twice:
            raise ValueError(f"it names column {min(twice)!r} twice")
        given = file.read([c for c in columns if c in schema.names])
        given.validate(full=True)
        names = schema.names
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, MemoryError) as error:
        text = " ".join(str(error).split())[:300]
        raise DataError(f"{name} cannot be read: {text}", store.label, "write the file again", table=table) from error
    return given, digest, tuple(names)


def refuse_semicolons(names: Sequence[str], file: str, where: str) -> None:
    """Refuse a CSV whose fields are separated by semicolons: its one column would be no column that is known.

    Raises
    ------
    DataError
    """
    if len(names) == 1 and ";" in names[0]:
        fix = "separate them by commas, and write numbers with a point"
        raise DataError(f"the fields of {file} are separated by semicolons", where, fix)
