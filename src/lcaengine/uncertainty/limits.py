"""Limits: numbers that totals are compared with, draw by draw."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from lcaengine.errors import LcaError

__all__ = ["check_limits", "refuse_undrawn", "take_limit"]


def take_limit(limit: object, where: str = "limits") -> float:
    """Give a limit as a plain number, of Python's or of NumPy's.

    Parameters
    ----------
    limit : int or float
        [unit of the indicator / reference unit of the product]
    where : str
        What it is given to, for messages.

    Raises
    ------
    LcaError
        If it is none, or not finite.

    Examples
    --------
    >>> take_limit(np.int64(6))
    6.0
    """
    if isinstance(limit, bool) or not isinstance(limit, (int, float, np.integer, np.floating)):
        raise LcaError(f"a limit of {limit!r} is none", where, "give a number", given=limit)
    try:
        number = float(limit)
    except OverflowError as error:  # of thousands of digits, which no message repeats
        raise LcaError("a limit is too large for a number", where, "give one below 1e308") from error
    if not math.isfinite(number):
        raise LcaError(f"a limit of {limit!r} is none", where, "give a number", given=limit)
    return number


def refuse_undrawn(indicator: str) -> LcaError:
    """Give the error of a limit on an indicator that is not drawn.

    Returns
    -------
    LcaError
    """
    what = f"a limit is set on {indicator!r}, which is not drawn"
    fix = f"draw it, too (--indicator {indicator}, or in indicators), or leave its limit away"
    return LcaError(what, "limits", fix, given=indicator)


def check_limits(limits: Mapping[str, float] | None) -> dict[str, float]:
    """Give limits by indicator; none where there are none.

    Raises
    ------
    LcaError
        If they are not by indicator.
    """
    if limits is None:
        return {}
    if not isinstance(limits, Mapping):
        raise LcaError(f"limits are {limits!r}", "limits", 'give them by indicator, as {"ghg": 5.5}', given=limits)
    return dict(limits)
