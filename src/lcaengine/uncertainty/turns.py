"""Turns: which blocks of draws are solved side by side."""

from __future__ import annotations

from lcaengine.kernels.compiled import count_threads
from lcaengine.kernels.vectors import DRAWS

__all__ = ["split_blocks"]

BLOCK_BYTES = 1 << 26
"""What the amounts and answers of the blocks of a turn may take up, but for one block a thread."""
MOST_BLOCKS = 128
"""Blocks of a turn."""
FEWEST_BLOCKS, MOST_THREADS = 2, 16
"""Blocks of a turn, whatever they take up: one a thread."""


def split_blocks(blocks: int, numbers: int) -> list[tuple[int, int]]:
    """Split blocks of eight draws into turns that keep all threads at work, first and count; no bit depends on it.

    Parameters
    ----------
    blocks : int
    numbers : int
        Amounts and answers of a draw.

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> sum(count for _, count in split_blocks(11, 1_000_000))
    11
    """
    threads = min(max(count_threads(), FEWEST_BLOCKS), MOST_THREADS)
    most = min(max(BLOCK_BYTES // (8 * DRAWS * max(numbers, 1)), threads), MOST_BLOCKS)
    most -= most % threads
    return [(first, min(most, blocks - first)) for first in range(0, blocks, most)]
