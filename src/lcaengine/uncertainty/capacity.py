"""Capacity: what draws may hold in memory, known before any is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lcaengine.errors import LcaError

__all__ = ["refuse_size", "refusing_memory"]

MOST_BYTES = 4 << 30
"""What the draws of a job may hold at a time; the system, and what is made of the draws, come to that."""


def refuse_size(draws: int, bytes_a_draw: int, name: str = "draws") -> None:
    """Raise where draws would hold more than :data:`MOST_BYTES`, before they are made.

    Parameters
    ----------
    draws : int
    bytes_a_draw : int
    name : str
        What they are called: ``draws``, or ``samples``.

    Raises
    ------
    LcaError
        With how many would fit.

    Examples
    --------
    >>> refuse_size(1000, 8)
    >>> refuse_size(10**9, 80)
    Traceback (most recent call last):
    lcaengine.errors.LcaError: 1000000000 draws would hold 74.5 GiB, more than 4
      where: draws
      do:    ask for 53687091 or fewer, or for fewer indicators, activities or rows
    """
    if draws * bytes_a_draw <= MOST_BYTES:
        return
    size = draws * bytes_a_draw / (1 << 30)
    what = f"{draws} {name} would hold {size:,.1f} GiB, more than {MOST_BYTES >> 30}"
    fits = MOST_BYTES // bytes_a_draw
    fewer = "or for fewer indicators, activities or rows"
    fix = f"ask for {fits} or fewer, {fewer}" if fits > 1 else f"ask {fewer.removeprefix('or ')}"
    raise LcaError(what, name, fix, given=draws)


@contextmanager
def refusing_memory(name: str = "draws") -> Iterator[None]:
    """Refuse, in words, what memory does not hold.

    Raises
    ------
    LcaError
    """
    try:
        yield
    except MemoryError as error:
        what = f"there is not enough memory: {error}" if str(error) else "there is not enough memory"
        raise LcaError(what, name, "ask for fewer draws, indicators or activities, or use a larger machine") from error
