"""A store: the place an inventory stands in, be it a folder, a zip of one, or a URI that pyarrow.fs opens."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.fs as pafs

from lcaengine.errors import DataError
from lcaengine.io.shipped import find_example

__all__ = ["Store", "check_members", "locate", "open_file", "open_store", "open_stream", "read_bytes", "read_files"]

ZIP_BYTES = 8 << 30
"""Most bytes a zip may hold unpacked."""
ZIP_RATIO = 200
"""Most times a zip's member may grow when unpacked, beyond the first 10 MB."""
_DAMAGE = (
    *(OSError, pa.ArrowException, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, NotImplementedError, EOFError, ValueError, LookupError, OverflowError, struct.error),
)
"""What a damaged or encrypted file raises when it is read."""


@dataclass(frozen=True, slots=True)
class Store:
    """Files under one root.

    Attributes
    ----------
    label : str
        The place as the user wrote it.
    filesystem : pyarrow.fs.FileSystem
        Where the root stands.
    root : str
        Path of the folder, or of the zip.
    files : dict of str to str
        Relative path of each file, and the path or member it is read from.
    broken : frozenset of str
        Those of `files` that are there and cannot be opened: links that lead nowhere.
    is_zip : bool
        Whether `root` is a zip.
    """

    label: str
    filesystem: pafs.FileSystem
    root: str
    files: dict[str, str]
    broken: frozenset[str]
    is_zip: bool


def open_store(place: str | Path) -> Store:
    """Open a folder, a zip of one, a URI (``s3://bucket/prefix``) or ``example:NAME``, and list its files.

    Parameters
    ----------
    place : str or Path
        Path or URI.

    Returns
    -------
    Store

    Raises
    ------
    DataError
        If there is nothing there, or the zip is damaged, climbs out of itself, or unpacks to too much.
    """
    label = str(place)
    filesystem, root, is_file = locate(label)
    if is_file:
        return Store(label, filesystem, root, _list_zip(filesystem, root, label), frozenset(), True)
    files, broken = _list_folder(filesystem, root, label)
    return Store(label, filesystem, root, files, broken, False)


def locate(label: str) -> tuple[pafs.FileSystem, str, bool]:
    """Find what stands at a path, a URI or ``example:NAME``: its filesystem, its path there, whether it is a file.

    Raises
    ------
    DataError
        If there is nothing there, or it cannot be opened.
    """
    if not label:
        raise DataError("the place of the inventory is empty", "", "give a folder, zip or URI, or example:NAME")
    try:
        if label.startswith("example:"):
            filesystem, root = pafs.LocalFileSystem(), str(find_example(label.removeprefix("example:")))
        elif "://" in label:
            filesystem, root = pafs.FileSystem.from_uri(label)
        else:
            filesystem, root = pafs.LocalFileSystem(), str(Path(label).expanduser().resolve())
        info = filesystem.get_file_info(root)
    except (pa.ArrowException, OSError, ValueError, RuntimeError) as error:
        raise DataError(f"cannot open {label!r}: {_one_line(error)}", label, "check the path or URI") from error
    if info.type == pafs.FileType.NotFound:
        fix = "give the folder, zip or URI of an inventory (or example:NAME)"
        raise DataError(f"there is nothing at {label!r}", label, fix, given=label)
    return filesystem, root, info.type == pafs.FileType.File


def read_bytes(store: Store, name: str) -> bytes:
    """Read a whole file of the store.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    source = store.files[name]
    try:
        if not store.is_zip:
            with store.filesystem.open_input_file(source) as file:
                return bytes(file.read())
        with (
            store.filesystem.open_input_file(store.root) as file,
            zipfile.ZipFile(file) as archive,
            archive.open(source) as member,
        ):
            declared = archive.getinfo(source).file_size
            content = member.read(declared + 1)
    except _DAMAGE as error:
        raise _unreadable(store, name, error) from error
    if len(content) > declared:
        raise DataError(f"{name} unpacks to more than the zip says", store.label, "make the zip again")
    return content


def read_files(store: Store, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Read whole files one after the other, opening a zip once.

    Yields
    ------
    (str, bytes)
        Name and content.

    Raises
    ------
    DataError
        If a file cannot be read.
    """
    if not store.is_zip:
        for name in names:
            yield name, read_bytes(store, name)
        return
    with store.filesystem.open_input_file(store.root) as file, zipfile.ZipFile(file) as archive:
        for name in names:
            try:
                content = archive.read(store.files[name])
            except _DAMAGE as error:
                fix = "write the file again"
                raise DataError(f"cannot read {name}: {_one_line(error)}", store.label, fix) from error
            yield name, content


@contextmanager
def open_stream(store: Store, name: str) -> Iterator[BinaryIO]:
    """Open a file of the store to read from its start, a piece at a time.

    Raises
    ------
    DataError
        If the file cannot be opened, or turns out damaged while it is read.
    """
    with ExitStack() as opened:
        try:
            stream = _open(store, name, opened)
        except _DAMAGE as error:
            raise _unreadable(store, name, error) from error
        try:
            yield stream
        except (OSError, pa.ArrowException, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
            raise _unreadable(store, name, error) from error


def _open(store: Store, name: str, opened: ExitStack) -> BinaryIO:
    source = store.files[name]
    if not store.is_zip:
        return cast(BinaryIO, opened.enter_context(store.filesystem.open_input_file(source)))
    file = opened.enter_context(store.filesystem.open_input_file(store.root))
    archive = opened.enter_context(zipfile.ZipFile(file))
    return cast(BinaryIO, opened.enter_context(archive.open(source)))


def _unreadable(store: Store, name: str, error: BaseException) -> DataError:
    return DataError(f"cannot read {name}: {_one_line(error)}", store.label, "write the file again")


def open_file(store: Store, name: str) -> pa.NativeFile:
    """Open a file of the store for random access, without reading a local one into memory.

    Raises
    ------
    DataError
        If the file cannot be opened.
    """
    if store.is_zip:
        return pa.BufferReader(read_bytes(store, name))
    try:
        return store.filesystem.open_input_file(store.files[name])
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot open {name}: {_one_line(error)}", store.label, "check the file") from error


def _list_folder(filesystem: pafs.FileSystem, root: str, label: str) -> tuple[dict[str, str], frozenset[str]]:
    try:
        if isinstance(filesystem, pafs.LocalFileSystem):
            kinds = dict(_walk_folder(root, label))
        else:
            found = filesystem.get_file_info(pafs.FileSelector(root, recursive=True))
            kinds = {info.path: info.is_file for info in found if info.type != pafs.FileType.Directory}
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot list {label!r}: {_one_line(error)}", label, "check the permissions") from error
    start = len(root.rstrip("/")) + 1
    broken = frozenset(path[start:] for path, is_file in kinds.items() if not is_file)
    return {path[start:]: path for path in sorted(kinds)}, broken


def _walk_folder(root: str, label: str) -> Iterator[tuple[str, bool]]:
    """List what a local folder and those under it hold but folders, and whether each is a file that can be opened.

    Links are followed; one that leads back to a folder it stands in has no end, and is refused.
    """
    folders: list[tuple[Path, tuple[tuple[int, int], ...]]] = [(Path(root), ())]
    while folders:
        folder, above = folders.pop()
        status = folder.stat()
        own = (status.st_dev, status.st_ino)
        if own in above:
            what = f"the folder {str(folder)!r} is a link to a folder it stands in"
            raise DataError(what, label, "take the link away")
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.append((Path(entry.path), (*above, own)))
                else:
                    yield Path(entry.path).as_posix(), entry.is_file() and _is_text(entry.name)


def _is_text(name: str) -> bool:
    """Tell whether a name is UTF-8: others can be neither hashed nor written down."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list_zip(filesystem: pafs.FileSystem, root: str, label: str) -> dict[str, str]:
    try:
        with filesystem.open_input_file(root) as file, zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except _DAMAGE as error:
        fix = "give a folder, or a zip of one"
        raise DataError(f"{label!r} is neither a folder nor a readable zip: {_one_line(error)}", label, fix) from error
    check_members(members, label)
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(f"the zip holds {twice[0]!r} twice", label, "make the zip again")
    tops = [m.filename[: -len("inventory.toml")] for m in members if m.filename.endswith("inventory.toml")]
    if len(tops) > 1:
        named = ", ".join(repr(top + "inventory.toml") for top in tops[:4])
        raise DataError(f"the zip holds {len(tops)} inventories: {named}", label, "zip one of them")
    top = tops[0] if tops else ""
    return {
        m.filename[len(top) :]: m.filename
        for m in sorted(members, key=lambda m: m.filename)
        if m.filename.startswith(top)
    }


def check_members(members: Iterable[zipfile.ZipInfo], label: str) -> None:
    """Refuse a zip whose members climb out of it or unpack to too much.

    Raises
    ------
    DataError
        With the member.
    """
    total = 0
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
            raise DataError(f"the zip's member {member.filename!r} climbs out of it", label, "make the zip again")
        if member.file_size > 10_000_000 + ZIP_RATIO * member.compress_size:
            what = f"the zip's member {member.filename!r} unpacks {member.compress_size} to {member.file_size} bytes"
            raise DataError(what, label, "unpack it, look at it, and give the folder")
        total += member.file_size
    if total > ZIP_BYTES:
        raise DataError(f"the zip unpacks to more than {ZIP_BYTES >> 30} GiB", label, "unpack it and give the folder")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
