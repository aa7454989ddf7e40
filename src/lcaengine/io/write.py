"""Writing tables: beside the target first, then in its place, so that a killed run leaves no half-written file."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lcaengine.errors import OutputError
from lcaengine.io.shipped import find_example

__all__ = ["check_folder", "check_target", "replace_file", "replace_folder", "write_rows", "write_table"]


def check_target(target: str | Path, endings: tuple[str, ...], inventory: str) -> Path:
    """Give the path of a file to write, or say why it cannot be written.

    Parameters
    ----------
    target : str or Path
    endings : tuple of str
        Endings that can be written, lower case.
    inventory : str
        Place of the inventory, which is never written into; empty where there is none.

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
    own = _find_folder(inventory) if inventory else None
    if own is not None and own.exists() and own.resolve() in (path.resolve(), *path.resolve().parents):
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


def check_folder(target: Path, overwrite: bool = False) -> None:
    """Say why a folder cannot be made at `target`, if it cannot.

    Raises
    ------
    OutputError
        If there is something already, but an inventory that may be replaced; or its own folder is not there.
    """
    if "\0" in str(target) or not target.name or not target.resolve().parent.is_dir():
        raise OutputError(
            f"{str(target)!r} is no folder in one that is there", str(target), "make the folder around it"
        )
    is_there = target.is_symlink() or target.exists()
    if is_there and not (overwrite and (target / "inventory.toml").is_file() and not target.is_symlink()):
        fix = "name another folder" + ("" if overwrite else ", or add --overwrite to replace an inventory")
        raise OutputError(f"there is something at {str(target)!r} already", str(target), fix)


@contextmanager
def replace_folder(target: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a new folder beside `target` to write to, and put it in its place when all went well.

    Parameters
    ----------
    target : Path
    overwrite : bool
        Whether an inventory that stands there may be replaced; nothing else ever is.

    Raises
    ------
    OutputError
        If there is something at the target, or its own folder is not there.
    """
    check_folder(target, overwrite)
    is_there = target.exists()
    beside, old = (target.with_name(f".{target.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    try:
        beside.mkdir()
        yield beside
        if is_there:
            target.rename(old)
        try:
            beside.rename(target)
        except OSError:
            if is_there:
                old.rename(target)
            raise
    except OSError as error:
        raise OutputError(f"cannot write: {error}", str(target), "check the folder and the disk") from error
    finally:
        for each in (beside, old):
            shutil.rmtree(each, ignore_errors=True)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of `path`."""
    with replace_file(path) as beside:
        if path.suffix.lower() == ".csv":
            pacsv.write_csv(table, str(beside))
        else:
            pq.write_table(table, str(beside), compression="zstd")


def write_rows(rows: Iterable[Sequence[str]], path: Path) -> None:
    """Write rows of text, not all of one length, as CSV."""
    with replace_file(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
