"""What is kept beside an inventory: answers that took a solution to find, named by what they answer and by content.

A file is called ``KIND-KEY-DIGEST.arrow``: the key says of what it is the answer, so that one of an inventory that has
changed since is never found, and the digest is the SHA-256 of its bytes, so that a damaged one is noticed. Kind and key
stand behind its content too, so that one that was renamed is noticed as well.
"""

from __future__ import annotations

import hashlib
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pyarrow as pa

from lcaengine.io.store import Store, read_files
from lcaengine.version import __version__

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

__all__ = ["find_kept_folder", "hash_engine", "hash_files", "join_key", "keep", "read_kept"]

FOLDER = ".lcaengine"
ABANDONED = 3600.0
"""How long a file that is not whole may stand before nobody is taken to write it [s]."""
_NOT_THAT = (pa.ArrowException, ValueError, LookupError, TypeError, AttributeError, OverflowError, MemoryError, OSError)
"""What comes of reading something else than was kept."""
Answer = TypeVar("Answer")
MOST_KEPT = 4
"""How many answers of a kind are kept; the oldest make place."""


def find_kept_folder(store: Store) -> Path | None:
    """Give the folder in which answers of an inventory are kept; None where it is not on this disk or is shipped.

    Returns
    -------
    Path or None
        In the inventory's folder, or beside its zip.
    """
    if store.filesystem.type_name != "local" or store.label.startswith("example:"):
        return None
    root = Path(store.root)
    return (root.parent if store.is_zip else root) / FOLDER


def hash_files(store: Store) -> str:
    """Hash the bytes of all files of a store but hidden ones, with their names. SHA-256."""
    digest = hashlib.sha256()
    names = sorted(name for name in store.files if not any(part.startswith(".") for part in name.split("/")))
    for name, content in read_files(store, [name for name in names if name not in store.broken]):
        digest.update(f"{len(name)}:{name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def hash_engine() -> str:
    """Hash the engine's own source: an answer of other code, be its version the same, is not this one's. SHA-256."""
    package, digest = Path(__file__).resolve().parents[1], hashlib.sha256(__version__.encode())
    for file in sorted(package.rglob("*.py")):
        digest.update(f"{file.relative_to(package)}:{file.stat().st_size}:".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def join_key(parts: Iterable[object]) -> str:
    """Give one key of all that an answer depends on."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]


def read_kept(
    folder: Path | None, kind: str, key: str, unpack: Callable[[memoryview], Answer], tell: Callable[[str], None]
) -> Answer | None:
    """Read what is kept under a key; None where there is nothing, or it is damaged.

    Parameters
    ----------
    folder : Path or None
    kind, key : str
    unpack : callable
        Makes an answer of the bytes that were kept.
    tell : callable
        Is told of a damaged file, which is deleted.

    Returns
    -------
    object or None
        What `unpack` gives.
    """
    ending = _seal(kind, key)
    for file in _list_files(folder, f"{kind}-{key}-*.arrow"):
        try:
            content = file.read_bytes()
        except OSError:
            continue
        is_sound = file.stem.endswith(hashlib.sha256(content).hexdigest()) and content.endswith(ending)
        with suppress(*_NOT_THAT):
            if is_sound:
                return unpack(memoryview(content)[: -len(ending)])
        tell(f"{file} is damaged: it is deleted, and its answer found anew")
        with suppress(OSError):
            file.unlink()
    return None


def keep(folder: Path | None, kind: str, key: str, pieces: Iterable[Buffer]) -> bool:
    """Keep an answer, whole or not at all; where nothing can be written, nothing is kept.

    Parameters
    ----------
    folder : Path or None
    kind, key : str
    pieces : iterable of bytes
        One behind the other: each is written and let go before the next is made.

    Returns
    -------
    bool
        Whether it was kept.
    """
    if folder is None:
        return False
    beside, digest = folder / f".{kind}-{key}-part.arrow.{uuid4().hex}", hashlib.sha256()
    try:
        if not folder.is_dir():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        with beside.open("wb") as unfinished:
            for piece in chain(pieces, [_seal(kind, key)]):
                digest.update(piece)
                unfinished.write(piece)
        name = f"{kind}-{key}-{digest.hexdigest()}.arrow"
        beside.replace(folder / name)
    except OSError:  # a disk that is full, or a folder that is not ours
        with suppress(OSError):
            beside.unlink()
        return False
    former = [file for file in _list_files(folder, f"{kind}-{key}-*.arrow") if file.name != name]
    left = [f for f in _list_files(folder, ".*-*-*.arrow.*") if time.time() - _read_time(f) / 1e9 > ABANDONED]
    kept = sorted(set(_list_files(folder, f"{kind}-*.arrow")) - set(former), key=_read_time)
    for file in (*former, *left, *kept[:-MOST_KEPT]):
        with suppress(OSError):
            file.unlink()
    return True


def _seal(kind: str, key: str) -> bytes:
    """Give what stands behind the content of a file; readers of Arrow's streams stop before it."""
    return f"\n{kind}-{key}".encode()


def _list_files(folder: Path | None, pattern: str) -> list[Path]:
    """List files, in order; no links, which lead elsewhere, no pipes, which never end, and no folders."""
    found = []
    with suppress(OSError):
        for file in sorted(folder.glob(pattern)) if folder is not None else ():
            with suppress(OSError):
                if stat.S_ISREG(file.lstat().st_mode):
                    found.append(file)
    return found


def _read_time(file: Path) -> int:
    """Give when a file was written [ns]; one that is gone counts as oldest."""
    try:
        return file.lstat().st_mtime_ns
    except OSError:
        return 0
