"""Compilation of kernels: cached on disk where there is a place to write, in memory where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["compiled"]

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function of arrays; strict arithmetic, no threads."""
    try:
        fast: Any = njit(cache=True)(kernel)
    except RuntimeError:  # numba finds no folder it may write its cache to
        fast = njit(kernel)
    return cast(Kernel, fast)
