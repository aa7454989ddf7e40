"""Precision: how well so many draws know a mean, and the ends of a 95 % interval."""

from __future__ import annotations

import math

from lcaengine.uncertainty.samples import LEVELS

__all__ = ["FEWEST_FOR_TAILS", "describe_precision", "say_precision", "warn_of_few"]

FEWEST_FOR_TAILS = round(1.0 / LEVELS[0])
"""Draws of which, on average, one lies below 2.5 % and one above 97.5 %: 40."""


def describe_precision(draws: int) -> dict[str, float | str]:
    """Describe how well draws know what is measured of them, whatever is drawn.

    The mean of n draws has a standard error of ``sd / sqrt(n)``. The share of draws that lies below the place where a
    share p of the distribution does is binomial, with a standard error of ``sqrt(p (1 - p) / n)``; p is 0.025 here.

    Parameters
    ----------
    draws : int
        That have an answer.

    Returns
    -------
    dict
        ``standard_error_of_mean`` [sd of the row], ``standard_error_of_tails`` [share of the draws], and ``caution``,
        which is empty where there are draws enough for an interval.

    References
    ----------
    David, H. A. and Nagaraja, H. N. (2003). Order statistics, 3rd ed., section 7.1.

    Examples
    --------
    >>> describe_precision(400)["standard_error_of_mean"]
    0.05
    """
    p = LEVELS[0]
    return {
        "standard_error_of_mean": 1.0 / math.sqrt(draws),
        "standard_error_of_tails": math.sqrt(p * (1.0 - p) / draws),
        "caution": warn_of_few(draws),
    }


def say_precision(draws: int) -> str:
    """Say in a line how well draws know means and intervals.

    Examples
    --------
    >>> say_precision(1000)
    'Standard errors: of a mean 0.032 sd; of the 2.5 % beyond each end 0.49 %'
    """
    known = describe_precision(draws)
    mean, tails = known["standard_error_of_mean"], float(known["standard_error_of_tails"])
    return f"Standard errors: of a mean {mean:.2g} sd; of the 2.5 % beyond each end {100 * tails:.2g} %"


def warn_of_few(draws: int) -> str:
    """Say that there are too few draws for the ends of a 95 % interval; nothing where there are enough.

    Examples
    --------
    >>> warn_of_few(8)
    '8 draws are too few for 2.5 % and 97.5 %, which need at least 40'
    """
    if draws >= FEWEST_FOR_TAILS:
        return ""
    return f"{draws} draws are too few for 2.5 % and 97.5 %, which need at least {FEWEST_FOR_TAILS}"
