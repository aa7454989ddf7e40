"""Compilation of kernels: kept on disk where there is a place to write, in memory where there is none."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from numba import config, get_num_threads, njit, set_num_threads

from lcaengine.kernels.cache import DiskCache

__all__ = ["compiled", "compiled_parallel", "count_threads"]

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

THREADS = "LCAENGINE_THREADS"
"""Variable of the environment that says how many threads a parallel kernel may use, where processes share a machine."""
ENTRY = threading.Lock()
"""Held while a parallel kernel runs: numba's own thread pool aborts the process where two threads enter it."""


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function of arrays; strict arithmetic, no threads.

    A kernel calls kernels alone: what is compiled holds a copy of what it calls, and is kept under the hash of all of
    their sources.
    """
    return cast(Kernel, _keep(njit(nogil=True, error_model="numpy")(kernel), kernel))


def compiled_parallel(kernel: Kernel) -> Kernel:
    """Compile a function of arrays that uses ``prange``; one thread of the program enters such kernels at a time.

    Only over independent rows, columns or samples: no sums across them, so that bits do not depend on the number of
    threads. It is called from Python, not from other kernels.
    """
    fast = _keep(njit(parallel=True, nogil=True, error_model="numpy")(kernel), kernel)

    @wraps(kernel)
    def enter(*arrays: Any) -> Any:
        with ENTRY:
            set_num_threads(count_threads())  # of this thread; bits do not depend on it
            return fast(*arrays)

    return cast(Kernel, enter)


def count_threads() -> int:
    """Count the threads that a parallel kernel may use, by the environment or as numba has it."""
    most = os.environ.get(THREADS, "")
    if not most.isdecimal():
        return int(get_num_threads())
    return min(max(1, int(most)), int(config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]


def _keep(fast: Any, kernel: Kernel) -> Any:
    """Give a compiled function its cache on disk; it has none where compilation is switched off."""
    if hasattr(fast, "_cache"):
        fast._cache = DiskCache(f"{kernel.__module__}.{kernel.__qualname__}")
    return fast
