"""Room: memory that blocks of draws are made in, one after the other, so that it is asked for once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Room", "make_aligned"]

Numbers = NDArray[np.float64]

LINE = 8
"""Numbers of a line of the cache: a vector of eight draws that starts at one is read in one go."""


def make_aligned(*shape: int) -> Numbers:
    """Make an array that starts at a line of the cache, with whatever stands in it.

    Examples
    --------
    >>> make_aligned(3, 8).ctypes.data % 64
    0
    """
    size = int(np.prod(shape))
    whole = np.empty(size + LINE)
    start = -(whole.ctypes.data // whole.itemsize) % LINE
    return whole[start : start + size].reshape(shape)


@dataclass(frozen=True, slots=True)
class Room:
    """Arrays that are written over by who asks for the same name again."""

    arrays: dict[str, Numbers] = field(default_factory=dict)

    def take(self, name: str, *shape: int) -> Numbers:
        """Give an array of some shape, with whatever stands in it.

        Examples
        --------
        >>> room = Room()
        >>> np.shares_memory(room.take("values", 2, 8), room.take("values", 1, 8))
        True
        """
        size = int(np.prod(shape))
        if name not in self.arrays or len(self.arrays[name]) < size:
            self.arrays[name] = make_aligned(size)
        return self.arrays[name][:size].reshape(shape)
