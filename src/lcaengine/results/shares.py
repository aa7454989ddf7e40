"""Shares: what part of a sum is of a kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHARE_ROUNDING", "divide_renewable", "divide_sizes", "share_far"]

ROUNDING = 1e-12
"""What rounding leaves of a difference, of what it is the difference of [1]."""
SHARE_ROUNDING = 1e-9
"""How far shares may be from zero and one by rounding [1]."""


def divide_sizes(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide a sum of sizes by the sum it is a part of.

    Returns
    -------
    ndarray of float64
        [1], from zero to one; NaN where the whole is zero, not known, or too large for a number.
    """
    share = np.full_like(whole, np.nan)  # in the order the numbers stand in memory
    np.divide(part, whole, out=share, where=(whole > 0) & np.isfinite(whole))
    return np.clip(share, 0.0, 1.0, out=share)


def share_far(total: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of intensities that rests on products and factors of other places.

    With Y' the intensities without them, ``|Y - Y'| / (|Y - Y'| + |Y'|)``.

    Parameters
    ----------
    total, near : ndarray of float64
        Y and Y'.

    Returns
    -------
    ndarray of float64
        [1]; zero where nothing rests on them, NaN where Y' is not known.
    """
    total, near = total * 0.25, near * 0.25  # the largest numbers have a difference and a sum, too
    gap = np.abs(total - near)
    share = np.zeros_like(gap)
    np.divide(gap, gap + np.abs(near), out=share, where=~(gap <= ROUNDING * np.abs(total)))
    return share


def divide_renewable(renewable: NDArray[np.float64], every: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide renewable electricity by all that is bought; NaN where the quotient is no share.

    Returns
    -------
    ndarray of float64
        [1]
    """
    share = np.full(every.shape, np.nan)
    np.divide(renewable, every, out=share, where=every > 0)
    share[(share < -SHARE_ROUNDING) | (share > 1.0 + SHARE_ROUNDING)] = np.nan
    return np.asarray(np.clip(share, 0.0, 1.0))
