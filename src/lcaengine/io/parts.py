"""Parts: large tables as folders of Parquet files that belong together by their names, and results written so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from lcaengine.errors import DataError, OutputError
from lcaengine.io.store import Store, read_bytes
from lcaengine.io.tables import GROUPS_FREE, UNPACKED_PER_BYTE, read_table

__all__ = [
    "MODEL",
    "Folder",
    "list_names",
    "list_parts",
    "open_folder",
    "read_content",
    "read_metadata",
    "read_part",
    "remove_file",
    "sweep_models",
    "write_bytes",
    "write_part",
]


MODEL = "model-"
"""Begins the name of what workers score with."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder to write into, on any filesystem that ``pyarrow.fs`` opens.

    Attributes
    ----------
    label : str
        The place as the user wrote it.
    filesystem : pyarrow.fs.FileSystem
    root : str
    """

    label: str
    filesystem: pafs.FileSystem
    root: str


def list_parts(store: Store, tables: Sequence[str]) -> list[str]:
    """Name the parts of tables whose files belong together: ``processes/NAME.parquet``, ``exchanges/NAME.parquet``.

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
        If a table is not there, or a part of one has none of another.
    """
    names: dict[str, set[str]] = {table: set() for table in tables}
    for file in store.files:
        path = PurePosixPath(file)
        if len(path.parts) == 1 and path.stem in names and path.suffix in (".parquet", ".csv"):
            names[path.stem].add("")
        elif len(path.parts) == 2 and path.parts[0] in names and path.suffix == ".parquet":
            names[path.parts[0]].add(path.stem)
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
    parts = sorted(names[tables[0]])
    if "" in parts and len(parts) > 1:
        raise DataError(f"{tables[0]} stands in a file and in parts", store.label, "keep one of them")
    return parts


def read_part(store: Store, table: str, part: str, columns: Sequence[str]) -> tuple[pa.Table, str]:
    """Read some columns of a part of a table; text of Parquet comes as codes and words.

    Returns
    -------
    table : pyarrow.Table
        The columns that are there.
    digest : str
        SHA-256 of the file.

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
        return given.select([c for c in columns if c in given.column_names]), digest
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
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, MemoryError) as error:
        text = " ".join(str(error).split())[:300]
        raise DataError(f"{name} cannot be read: {text}", store.label, "write the file again", table=table) from error
    return given, digest


def open_folder(place: str | Path) -> Folder:
    """Open a folder to write into, and make it where it is not there.

    Raises
    ------
    OutputError
        If it cannot be made, or a file is there.
    """
    label = str(place)
    try:
        if "://" in label:
            filesystem, root = pafs.FileSystem.from_uri(label)
        else:
            filesystem, root = pafs.LocalFileSystem(), str(Path(label).expanduser().absolute())
        info = filesystem.get_file_info(root)
        if info.type == pafs.FileType.File:
            raise OutputError(f"{label!r} is a file", label, "name a folder: results of suppliers are written in parts")
        filesystem.create_dir(root, recursive=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise OutputError(f"cannot write: {' '.join(str(error).split())}", label, "check path and rights") from error
    return Folder(label, filesystem, root)


def write_part(table: pa.Table, folder: Folder, name: str) -> None:
    """Write a table as ``NAME.parquet``, beside its place first, so that a kill leaves the whole file or none.

    Raises
    ------
    OutputError
        If it cannot be written.
    """

    def write(stream: pa.NativeFile) -> None:
        pq.write_table(table, stream, compression="zstd", use_dictionary=_list_texts(table), write_statistics=False)

    _replace(folder, f"{name}.parquet", write)


def write_bytes(content: bytes, folder: Folder, name: str) -> None:
    """Write a file, beside its place first.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    _replace(folder, name, lambda stream: stream.write(content))


def read_metadata(folder: Folder, name: str) -> dict[str, str]:
    """Read the metadata of ``NAME.parquet``; empty where there is no such file, or it is damaged."""
    try:
        with folder.filesystem.open_input_file(f"{folder.root}/{name}.parquet") as file:
            metadata = pq.read_schema(file).metadata or {}
    except (pa.ArrowException, OSError, ValueError):
        return {}
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, value in metadata.items()}


def read_content(folder: Folder, name: str) -> bytes:
    """Read a file of a folder of results.

    Raises
    ------
    DataError
        If it is not there, or cannot be read.
    """
    try:
        with folder.filesystem.open_input_file(f"{folder.root}/{name}") as file:
            return bytes(file.read())
    except (pa.ArrowException, OSError) as error:
        fix = "name a target that all machines of the job see under the same name"
        raise DataError(f"cannot read {name}: {' '.join(str(error).split())}", folder.label, fix) from error


def remove_file(folder: Folder, name: str) -> None:
    """Remove a file of a folder of results.

    Raises
    ------
    OutputError
        If it cannot be removed.
    """
    try:
        folder.filesystem.delete_file(f"{folder.root}/{name}")
    except (pa.ArrowException, OSError) as error:
        what = f"cannot remove {name}: {' '.join(str(error).split())}"
        raise OutputError(what, folder.label, "check the rights") from error


def list_names(folder: Folder, under: str = "") -> list[str]:
    """Name what stands in a folder of results, or in one under it, but hidden files."""
    place = f"{folder.root}/{under}" if under else folder.root
    found = folder.filesystem.get_file_info(pafs.FileSelector(place, allow_not_found=True))
    return sorted(each.base_name for each in found if not each.base_name.startswith("."))


def sweep_models(folder: Folder) -> None:
    """Remove models that a killed job left in a folder of results."""
    for name in list_names(folder):
        if name.startswith(MODEL) and name.endswith(".arrow"):
            remove_file(folder, name)


def _list_texts(table: pa.Table) -> list[str]:
    """Name the columns of codes and words; numbers hardly repeat, and a dictionary of them costs time for nothing."""
    return [f.name for f in table.schema if pa.types.is_dictionary(f.type)]


def _replace(folder: Folder, name: str, write: Callable[[pa.NativeFile], object]) -> None:
    path = f"{folder.root}/{name}"
    parent, _, last = path.rpartition("/")
    beside = f"{parent}/.{last}.{uuid4().hex}"  # several machines may write the same part
    try:
        folder.filesystem.create_dir(parent, recursive=True)
        try:
            with folder.filesystem.open_output_stream(beside) as stream:
                write(stream)
            folder.filesystem.move(beside, path)
        except BaseException:
            if folder.filesystem.get_file_info(beside).type == pafs.FileType.File:
                folder.filesystem.delete_file(beside)
            raise
    except (pa.ArrowException, OSError) as error:
        text = " ".join(str(error).split())
        raise OutputError(
            f"cannot write: {text}", f"{folder.label}/{name}", "check the folder and its space"
        ) from error
