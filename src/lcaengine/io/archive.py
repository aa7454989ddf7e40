"""Zips: writing one, and how much one holds before it is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from lcaengine.io.store import Store

__all__ = ["count_unpacked", "write_zip"]

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time a zip gives its members: always the same, so that the same content is the same file."""


def write_zip(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a zip, in the order given.

    Parameters
    ----------
    path : Path
    files : iterable of (str, bytes)
        Name and content of each.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            member = zipfile.ZipInfo(name, _EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)


def count_unpacked(store: Store) -> int:
    """Give how many bytes a zip says it unpacks to; zero for a folder."""
    if not store.is_zip:
        return 0
    with store.filesystem.open_input_file(store.root) as file, zipfile.ZipFile(file) as archive:
        return sum(member.file_size for member in archive.infolist())
