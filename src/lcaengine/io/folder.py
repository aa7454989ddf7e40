"""A folder of results: files written whole or not at all, on any filesystem that ``pyarrow.fs`` opens."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from lcaengine.errors import OutputError
from lcaengine.io.store import Store

try:
    import fcntl
except ImportError:  # pragma: no cover  # Windows has none
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "Folder",
    "check_apart",
    "find_folder",
    "hold_folder",
    "iterate_rows",
    "list_files",
    "make_folder",
    "open_folder",
    "read_file",
    "remove_file",
    "sweep_files",
    "write_file",
    "write_table",
]

ROWS_AT_ONCE = 1024
"""How many rows are read at a time where the first alone are wanted."""
ABANDONED = 3600.0
"""How long a file that is not whole may stand untouched before nobody is taken to write it [s]."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder to write into.

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


def find_folder(place: str | Path) -> Folder:
    """Find where a folder is or will be; nothing is made.

    Raises
    ------
    OutputError
        If its filesystem cannot be opened, or a file is there.
    """
    label = str(place)
    if not isinstance(place, str | Path) or "\0" in label or not label:
        raise OutputError(f"{place!r} is no path of a folder", "", "name a folder")
    try:
        if "://" in label:
            filesystem, root = pafs.FileSystem.from_uri(label)
        else:
            filesystem, root = pafs.LocalFileSystem(), str(Path(label).expanduser().absolute())
        info = filesystem.get_file_info(root)
    except (pa.ArrowException, OSError, ValueError, RuntimeError) as error:
        raise _unwritable(label, error, "check path and rights") from error
    if info.type not in (pafs.FileType.Directory, pafs.FileType.NotFound):
        raise OutputError(f"{label!r} is a file", label, "name a folder: results of suppliers are written in parts")
    return Folder(label, filesystem, root)


def make_folder(folder: Folder) -> None:
    """Make a folder where it is not there.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    try:
        folder.filesystem.create_dir(folder.root, recursive=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unwritable(folder.label, error, "check path and rights") from error


def open_folder(place: str | Path) -> Folder:
    """Find a folder to write into, and make it where it is not there.

    Raises
    ------
    OutputError
        If it cannot be made, or a file is there.
    """
    folder = find_folder(place)
    make_folder(folder)
    return folder


def check_apart(folder: Folder, unders: Sequence[str], stores: Sequence[Store]) -> None:
    """Refuse to write into what is read, however either is spelled.

    Parameters
    ----------
    folder : Folder
    unders : sequence of str
        Folders under it that are written into; a link may lead them elsewhere.
    stores : sequence of Store

    Raises
    ------
    OutputError
        If the folder, or one under it, is a store's or within one.
    """
    for store in stores:
        if store.filesystem.type_name != folder.filesystem.type_name:
            continue
        own = _resolve(store.filesystem, store.root)
        for place in (folder.root, *(f"{folder.root}/{under}" for under in unders)):
            path = _resolve(folder.filesystem, place)
            if own in (path, *path.parents):
                what = f"{folder.label!r} is a part of what is read"
                raise OutputError(what, str(path), "write beside it, not into it")


def _resolve(filesystem: pafs.FileSystem, root: str) -> PurePosixPath:
    """Give the one spelling of a path: without links on this disk, without dots and doubled slashes elsewhere."""
    if filesystem.type_name == "local":
        return PurePosixPath(Path(root).resolve().as_posix())
    return PurePosixPath(os.path.normpath(root).replace(os.sep, "/"))


@contextmanager
def hold_folder(folder: Folder) -> Iterator[bool]:
    """Hold a folder for as long as the block lasts, so that no other process of this machine writes into it.

    The system lets go of it when the process ends, however it ends. Where folders cannot be held (object stores, some
    shared disks) the block runs all the same.

    Yields
    ------
    bool
        Whether it is held.

    Raises
    ------
    OutputError
        If another process, or thread, holds it, or it cannot be opened.
    """
    if folder.filesystem.type_name != "local" or fcntl is None:
        yield False
        return
    try:
        held = os.open(folder.root, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(folder.label, error, "check path and rights") from error
    try:
        is_held = True
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            what = f"another run is writing to {folder.label!r}"
            raise OutputError(what, folder.label, "wait for its end, or name another folder") from error
        except OSError:  # a shared disk that holds nothing
            is_held = False
        yield is_held
    finally:
        os.close(held)


def write_table(table: pa.Table, folder: Folder, name: str) -> str:
    """Write a table as ``NAME.parquet``, and give the file's SHA-256.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    # Numbers hardly repeat: a dictionary of them costs time for nothing.
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=coded, write_statistics=False)
    content = sink.getvalue()
    write_file(content, folder, f"{name}.parquet")
    return hashlib.sha256(content).hexdigest()


def write_file(content: bytes | pa.Buffer, folder: Folder, name: str) -> None:
    """Write a file, beside its place first, so that a kill leaves the whole file or none.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = f"{folder.root}/{name}"
    parent, _, last = path.rpartition("/")
    beside = f"{parent}/.{last}.{uuid4().hex}"  # several machines may write the same part
    try:
        folder.filesystem.create_dir(parent, recursive=True)
        try:
            with folder.filesystem.open_output_stream(beside) as stream:
                stream.write(content)
            folder.filesystem.move(beside, path)
        except BaseException:
            if folder.filesystem.get_file_info(beside).type == pafs.FileType.File:
                folder.filesystem.delete_file(beside)
            raise
    except (pa.ArrowException, OSError) as error:
        raise _unwritable(f"{folder.label}/{name}", error, "check the folder and its space") from error


def read_file(folder: Folder, name: str) -> bytes | None:
    """Read a file of a folder of results; None where there is none, or it cannot be read.

    Returns
    -------
    bytes or None
    """
    path = f"{folder.root}/{name}"
    try:
        if folder.filesystem.get_file_info(path).type != pafs.FileType.File:  # a pipe would never end
            return None
        with folder.filesystem.open_input_file(path) as file:
            return bytes(file.read())
    except (pa.ArrowException, OSError, ValueError):
        return None


def iterate_rows(folder: Folder, name: str, columns: Sequence[str]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Give the rows of ``NAME.parquet`` one after the other; what is not asked for is not read.

    Parameters
    ----------
    folder : Folder
    name : str
    columns : sequence of str
        Those of the columns that are given, where they are there.

    Yields
    ------
    row : dict
    about : dict of str to str
        The file's metadata.

    Raises
    ------
    OutputError
        If it cannot be read.
    """
    try:
        with folder.filesystem.open_input_file(f"{folder.root}/{name}.parquet") as source:
            file = pq.ParquetFile(source, buffer_size=1 << 16, pre_buffer=False)  # pages, not whole columns
            chosen = [each for each in columns if each in file.schema_arrow.names]
            about = {key.decode(): value.decode() for key, value in (file.schema_arrow.metadata or {}).items()}
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=chosen, use_threads=False):
                for row in batch.to_pylist():
                    yield row, about
    except (pa.ArrowException, OSError, ValueError) as error:
        what = f"cannot read {name}.parquet again: {' '.join(str(error).split())}"
        raise OutputError(what, folder.label, "run it again: what is whole stays") from error


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


def list_files(folder: Folder, under: str = "") -> dict[str, bool]:
    """Name what stands in a folder of results, or in one under it, and tell whether it is a file.

    Names that begin with ``.`` or ``_`` are passed over, as readers of folders of Parquet do.

    Raises
    ------
    OutputError
        If it is no folder.
    """
    found = _list(folder, under)
    return {each.base_name: each.is_file for each in found if not each.base_name.startswith((".", "_"))}


def sweep_files(folder: Folder, unders: Sequence[str], is_held: bool) -> None:
    """Remove files that a killed run left half-written.

    Parameters
    ----------
    folder : Folder
    unders : sequence of str
        Folders under it, besides itself.
    is_held : bool
        Whether nobody else writes to it; else what was touched within the hour is left.
    """
    for under in ("", *unders):
        for each in _list(folder, under):
            last = each.base_name.rpartition(".")[2]
            is_ours = each.base_name.startswith(".") and len(last) == 32 and set(last) <= set("0123456789abcdef")
            is_old = is_held or (each.mtime_ns is not None and time.time() - each.mtime_ns / 1e9 > ABANDONED)
            if is_ours and is_old and each.is_file:
                with suppress(pa.ArrowException, OSError):
                    folder.filesystem.delete_file(each.path)


def _list(folder: Folder, under: str) -> list[pafs.FileInfo]:
    place = f"{folder.root}/{under}" if under else folder.root
    try:
        found = folder.filesystem.get_file_info(pafs.FileSelector(place, allow_not_found=True))
    except (pa.ArrowException, OSError) as error:
        what = f"cannot list {place!r}: {' '.join(str(error).split())}"
        raise OutputError(what, folder.label, "take away what stands there, or name another folder") from error
    return sorted(found, key=lambda each: each.base_name)


def _unwritable(where: str, error: BaseException, fix: str) -> OutputError:
    return OutputError(f"cannot write: {' '.join(str(error).split())}", where, fix)
