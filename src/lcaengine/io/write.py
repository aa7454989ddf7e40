"""Writing tables: beside the target first, then in its place, so that a killed run leaves no half-written file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lcaengine.errors import OutputError
from lcaengine.io.shipped import find_example

__all__ = ["check_target", "replace_file", "write_table"]


def check_target(target: str | Path, endings: tuple[str, ...], inventory: str) -> Path:
    """Give the path of a file to write, or say why it cannot be written.

    Parameters
    ----------
    target : str or Path
    endings : tuple of str
        Endings that can be written, lower case.
    inventory : str
        Place of the inventory, which is never written into.

    Raises
    ------
    OutputError
        If the ending is none of them, there is no such folder, or it is the inventory's.
    """
    if not isinstance(target, str | Path) or "\0" in str(target):
        raise OutputError(f"{target!r} is no path of a file", "", "name a file")
    path = Path(target)
    if path.suffix.lower() not in endings:
        raise OutputError(
            f"{path.name!r} ends in none of {', '.join(endings)}", str(path), "choose one of these endings"
        )
    if path.is_dir() or not path.parent.is_dir():
        raise OutputError(
            f"{str(path)!r} is no file in a folder that is there", str(path), "make the folder, name a file"
        )
    own = _find_folder(inventory)
    if own.exists() and own.resolve() in (path.resolve(), *path.resolve().parents):
        raise OutputError(
            f"{str(path)!r} is a part of the inventory", str(path), "write beside the inventory, not into it"
        )
    return path


def _find_folder(inventory: str) -> Path:
    """Give where an inventory is, if it is on this disk."""
    if inventory.startswith("example:"):
        return find_example(inventory.removeprefix("example:"))
    return Path(unquote(urlsplit(inventory).path) if inventory.startswith("file:") else inventory)


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and put it in its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of `path`."""
    with replace_file(path) as beside:
        if path.suffix.lower() == ".csv":
            pacsv.write_csv(table, str(beside))
        else:
            pq.write_table(table, str(beside), compression="zstd")
