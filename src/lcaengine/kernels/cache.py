"""Compiled kernels on disk: one file a kernel, its argument types and the processor; complete, or not there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from lcaengine.version import __version__

__all__ = ["DiskCache", "find_folder", "open_folder"]

SETTINGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX", "DEBUG_ARRAY_OPT", "FULL_TRACEBACKS")
"""Settings of numba that change the code it makes."""
DIGEST = 32
"""Bytes of a SHA-256."""


def find_folder() -> Path | None:
    """Find where caches of this user belong: NUMBA_CACHE_DIR, else by the convention of the platform."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / "lcaengine"
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "lcaengine" if base.is_absolute() else None


def open_folder(place: Path | None, *, make: bool) -> Path | None:
    """Open the folder of this version of the code; None where there is none, or others may write to it.

    What is loaded from it is run, so it has to be this user's own. It is made when there is a kernel to keep.

    Returns
    -------
    Path or None
    """
    if place is None:
        return None
    folder = place / f"kernels-{__version__}-{_hash_code()}"
    try:
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.stat()
    except OSError:
        return None
    is_own = not hasattr(os, "getuid") or (facts.st_uid == os.getuid() and not facts.st_mode & 0o022)
    return folder if is_own else None


@cache
def _hash_code() -> str:
    """Hash all that the machine code follows from, but for the processor: sources of kernels, compilers, settings."""
    state = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        state.update(source.read_bytes() + b"\0")
    made_by = (sys.version, sys.implementation.cache_tag, numba.__version__, llvmlite.__version__, np.__version__)
    state.update(repr((made_by, [getattr(numba.config, each, None) for each in SETTINGS])).encode())
    return state.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class DiskCache:
    """What numba asks of a cache, for one kernel.

    numba's own cache keeps an index of a kernel's files, which two processes that compile for different types write
    over each other, and whose files are stale for as long as one of them writes. Here a file's name follows from all
    that its content follows from, a file is moved into its place when it is complete, and one that is damaged is as
    if it were not there.

    Attributes
    ----------
    name : str
        Of the kernel, with its module.
    """

    name: str

    @property
    def cache_path(self) -> str:
        """Folder of the caches of this user."""
        return str(find_folder())

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Load the kernel for some argument types; None where it is not there, or damaged."""
        target.refresh()
        folder = open_folder(find_folder(), make=False)
        if folder is None:
            return None
        try:
            stored = (folder / self._name_file(signature, target.codegen())).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(stored[DIGEST:]).digest() != stored[:DIGEST]:
            return None
        rebuild: Any = CompileResult._rebuild
        return rebuild(target, *pickle.loads(stored[DIGEST:]))

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Save the kernel for some argument types; a place that is full or gone is no error."""
        if compiled.library.has_dynamic_globals or any(not each.can_cache for each in compiled.lifted):
            return
        folder = open_folder(find_folder(), make=True)
        if folder is None:
            return
        write: Any = dumps
        content = write(compiled._reduce())
        place = folder / self._name_file(signature, compiled.codegen)
        with contextlib.suppress(OSError):
            number, written = tempfile.mkstemp(dir=folder, prefix=".part-")
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                Path(written).replace(place)
            except OSError:
                Path(written).unlink()
                raise

    def enable(self) -> None:
        """Do nothing: it is enabled."""

    def disable(self) -> None:
        """Do nothing: files are complete or not there."""

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def _name_file(self, signature: Any, codegen: Any) -> str:
        key = repr((self.name, signature, codegen.magic_tuple()))
        return f"{self.name.rpartition('.')[2]}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.kernel"
