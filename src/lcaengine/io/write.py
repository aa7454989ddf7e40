"""Writing tables: beside the target first, then in its place, so that a killed run leaves no half-written file."""

from __future__ import annotations

import csv
import os
import re
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

__all__ = [
    "FORMATS",
    "check_folder",
    "check_target",
    "is_beside",
    "refuse_sources",
    "replace_file",
    "replace_folder",
    "write_rows",
    "write_table",
]

FORMATS = (".parquet", ".csv", ".json", ".xlsx")
"""Endings of files that results are written to."""
_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/+")
WORDS_BYTES = 1 << 26
"""Most bytes that the distinct words of a column may take where it is packed as codes and words."""


def check_target(target: str | Path, endings: tuple[str, ...], *sources: str | Path) -> Path:
    """Give the path of a file to write, or say why it cannot be written.

    Parameters
    ----------
    target : str or Path
    endings : tuple of str
        Endings that can be written, lower case.
    *sources : str or Path
        Whatever is read: inventories, tables, methods; none of them is written into or over. Empty ones are none.

    Raises
    ------
    OutputError
        If the ending is none of them, there is no such folder, or a source would be written over: by the file, or by
        one of those beside it, which :func:`is_beside` tells.
    """
    if not isinstance(target, str | Path) or "\0" in str(target):
        raise OutputError(f"{target!r} is no path of a file", "", "name a file")
    path = Path(target)
    if path.is_dir():
        raise OutputError(
            f"{str(path)!r} is a folder", str(path), f"name a file in it that ends in {', '.join(endings)}"
        )
    if path.suffix.lower() not in endings:
        raise OutputError(
            f"{path.name!r} ends in none of {', '.join(endings)}", str(path), "choose one of these endings"
        )
    if not path.parent.is_dir() and (address := _URI.match(str(target))):
        slashes = "///" if address["scheme"].lower() == "file" else "//"  # of which a Path keeps one
        shown = f"{address['scheme']}:{slashes}{str(target)[address.end() :]}"
        what = f"{shown!r} is an address, and object stores are no target here"
        raise OutputError(what, shown, "name a file by its path in a folder of this machine")
    if not path.parent.is_dir():
        raise OutputError(f"there is no folder {str(path.parent)!r}", str(path), "make it, or name another")
    refuse_sources(path, *sources)
    folders = [each for each in path.parent.iterdir() if is_beside(each.name, path) and each.is_dir()]
    if folders:
        what = f"{str(folders[0])!r} is a folder, and what stands beside {path.name!r} is written there"
        raise OutputError(what, str(path), "take it away, or name another file")
    return path


def refuse_sources(path: Path, *sources: str | Path) -> None:
    """Refuse to write over what is read, into it, or over it by what stands beside a file.

    Raises
    ------
    OutputError
    """
    for each in sources:
        _refuse_source(path, each)


def _refuse_source(path: Path, source: str | Path) -> None:
    own = _find_folder(str(source)) if str(source) else None
    if own is None or not own.exists():
        return
    target = _stand_together(path)
    if own.resolve() in (path.resolve(), target, *target.parents) or _stand_together(own) == target:
        if own.is_dir() or own.suffix.lower() == ".zip":
            what, fix = f"{str(path)!r} is a part of the inventory or method", "write beside it, not into it"
        else:
            what, fix = f"{str(path)!r} is what is read", "name another file"
        raise OutputError(what, str(path), fix)
    places = (_stand_together(own), own.resolve())
    if any(each.parent == target.parent and is_beside(each.name, path) for each in places):
        what = f"{own.name!r} is what is read, and has the name of what is written beside {path.name!r}"
        raise OutputError(what, str(path), "name another file")


def is_beside(name: str, target: Path) -> bool:
    """Tell whether a file of a name may be written beside a target: whatever NAME is.

    Beside ``out.csv`` are ``out.NAME.csv`` and ``out.run.json``, beside ``out.parquet`` is ``out.NAME.parquet``, beside
    any ``out.draws.parquet``.

    Examples
    --------
    >>> is_beside("out.gaps.csv", Path("out.csv")), is_beside("other.gaps.csv", Path("out.csv"))
    (True, False)
    """
    stem, ending, name = target.stem.lower(), target.suffix.lower(), name.lower()
    _, _, after = name.removeprefix(f"{stem}.").partition(".")
    if not name.startswith(f"{stem}.") or ending not in FORMATS:
        return False
    tables = (".csv", ".parquet")
    return (ending in tables and f".{after}" == ending) or name in (f"{stem}.run.json", f"{stem}.draws.parquet")


def _stand_together(path: Path) -> Path:
    """Give a path with its folder resolved, and not the link that it may be itself."""
    return path.parent.resolve() / path.name


def _find_folder(inventory: str) -> Path:
    """Give where an inventory is, if it is on this disk."""
    if inventory.startswith("example:"):
        return find_example(inventory.removeprefix("example:"))
    return Path(unquote(urlsplit(inventory).path) if inventory.startswith("file:") else inventory).expanduser()


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and put it in its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def check_folder(target: Path, overwrite: bool = False, *sources: str | Path) -> None:
    """Say why a folder cannot be made at `target`, if it cannot.

    Parameters
    ----------
    target : Path
    overwrite : bool
        Whether an inventory that stands there may be replaced, if there is nothing else in its folder.
    *sources : str or Path
        What is read for it, which is never written into or replaced. Empty ones are none.

    Raises
    ------
    OutputError
        If there is something already that may not be replaced, its own folder is not there, or it is a source's.
    """
    if "\0" in str(target) or not target.name or not target.resolve().parent.is_dir():
        what = f"{str(target)!r} is no folder in one that is there"
        raise OutputError(what, str(target), "make the folder around it")
    for own in (_find_folder(str(each)) for each in sources if str(each)):
        if not own.exists():
            continue
        inner, outer = own.resolve(), target.resolve()
        if outer == inner or outer in inner.parents or (own.is_dir() and inner in outer.parents):
            raise OutputError(
                f"{str(target)!r} and {str(own)!r}, which is read, stand in one another",
                str(target),
                "name another folder",
            )
    is_there = target.is_symlink() or target.exists()
    if is_there and not (overwrite and (target / "inventory.toml").is_file() and not target.is_symlink()):
        fix = "name another folder" + ("" if overwrite else ", or add --overwrite to replace an inventory")
        raise OutputError(f"there is something at {str(target)!r} already", str(target), fix)
    others = [each.name for each in target.iterdir() if not _is_written(each)] if is_there else []
    if others:
        what = f"{str(target)!r} holds {sorted(others)[0]!r}, which no import writes"
        raise OutputError(what, str(target), "move it away, or name another folder")


def _is_written(path: Path) -> bool:
    """Tell whether a file or folder is of the kind that an import or export leaves in an inventory's folder."""
    if path.is_dir():
        return path.name in ("import", "results") or path.suffix == ".parquet"
    return path.name == "inventory.toml" or path.suffix == ".parquet"


@contextmanager
def replace_folder(target: Path, overwrite: bool = False, source: str = "") -> Iterator[Path]:
    """Give a new folder beside `target` to write to, and put it in its place when all went well.

    Parameters
    ----------
    target, overwrite, source
        As in :func:`check_folder`.

    Raises
    ------
    OutputError
        As there; or if a file cannot be written.
    """
    check_folder(target, overwrite, source)
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
        shutil.rmtree(beside, ignore_errors=True)
        if target.exists():  # else the old one is all there is
            shutil.rmtree(old, ignore_errors=True)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of `path`."""
    with replace_file(path) as beside:
        if path.suffix.lower() == ".csv":
            pacsv.write_csv(table, str(beside))
        else:
            _write_parquet(table, beside)


def _write_parquet(table: pa.Table, path: Path) -> None:
    """Write codes and words as they are; they are read as text: a reader need not know how they stood here."""
    if not any(pa.types.is_dictionary(field.type) for field in table.schema):
        pq.write_table(table, str(path), compression="zstd")
        return
    packed = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    options = {"use_dictionary": packed, "dictionary_pagesize_limit": WORDS_BYTES, "store_schema": False}
    with pq.ParquetWriter(str(path), table.schema, compression="zstd", **options) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(table.schema.metadata or {})


def write_rows(rows: Iterable[Sequence[str]], path: Path) -> None:
    """Write rows of text, not all of one length, as CSV."""
    with replace_file(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
