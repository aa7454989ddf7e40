"""A source: other people's files, be they a folder, a zip of one, or one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lcaengine.errors import DataError
from lcaengine.io.store import Store, locate, open_store, open_stream, read_bytes, read_files

__all__ = ["Source", "open_source"]


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one kind under one root.

    Attributes
    ----------
    label : str
        The place as the user wrote it.
    names : tuple of str
        The files with a wanted ending, in order.
    store : Store
        Where they stand.
    """

    label: str
    names: tuple[str, ...]
    store: Store

    def read(self, name: str) -> bytes:
        """Read a whole file."""
        return read_bytes(self.store, name)

    def read_all(self, names: tuple[str, ...] | None = None) -> Iterator[tuple[str, bytes]]:
        """Read whole files one after the other; all, unless some are named."""
        return read_files(self.store, self.names if names is None else names)

    def stream(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a file to read a piece at a time."""
        return open_stream(self.store, name)

    def hash(self) -> str:
        """Hash the bytes of the zip or the one file; of a folder, of every name and content. SHA-256."""
        digest = hashlib.sha256()
        if self.store.is_zip or self.store.root in self.store.files.values():
            with self.store.filesystem.open_input_file(self.store.root) as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
            return digest.hexdigest()
        for name, content in self.read_all():
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode())
            digest.update(content)
        return digest.hexdigest()


def open_source(place: str | Path, endings: tuple[str, ...], what: str) -> Source:
    """Open a folder, a zip of one, or one file, and list the files with one of the endings.

    Parameters
    ----------
    place : str or Path
        Path or URI.
    endings : tuple of str
        Wanted endings, lower case, with their dot; none for all files.
    what : str
        What is looked for, for messages: ``an EcoSpold 2 data set``.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If there is nothing there, no file has such an ending, or a zip is damaged, climbs out of itself or unpacks to
        too much.
    """
    label = str(place)
    filesystem, root, is_file = locate(label)
    name = PurePosixPath(root).name
    if is_file and endings and name.lower().endswith(endings) and ".zip" not in endings:
        store = Store(label, filesystem, root, {name: root}, frozenset(), False)
    else:
        store = open_store(label)
    names = tuple(
        each
        for each in store.files
        if each not in store.broken
        and (not endings or each.lower().endswith(endings))
        and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(each).parts)
    )
    if not names:
        fix = f"give a folder, a zip or a file with {what}"
        ending = f" that ends in {', '.join(endings)}" if endings else ""
        raise DataError(f"there is no file{ending}", label, fix, given=label, allowed=endings)
    return Source(label, names, store)
