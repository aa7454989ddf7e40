"""Statistics of alternatives in the same draws: which is lower, how far, and in which place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "SAME", "PairNumbers", "compare_pairs", "rank_alternatives"]

Numbers = NDArray[np.float64]

LEVELS = (0.025, 0.5, 0.975)
"""Quantiles that are given, as p2_5, p50 and p97_5."""
SAME = 1e-9
"""Two draws closer than this share of what they are made of are one: draws are solved to it [1]."""


@dataclass(frozen=True, slots=True)
class PairNumbers:
    """Two alternatives in the same draws, pair by pair.

    Attributes
    ----------
    less, equal : (pairs,) float64
        Share of draws in which the first is lower than the second, and in which they are the same [1].
    error : (pairs,) float64
        Monte Carlo standard error of `less` [1].
    difference, ratio : (pairs, 3) float64
        Of the second to the first, at :data:`LEVELS`; NaN where there is no ratio.
    not_above : (pairs,) int64
        Draws in which the first is zero or below.
    """

    less: Numbers
    equal: Numbers
    error: Numbers
    difference: Numbers
    ratio: Numbers
    not_above: NDArray[np.int64]


def compare_pairs(values: Numbers, scale: Numbers, first: NDArray[np.int64], second: NDArray[np.int64]) -> PairNumbers:
    """Compare pairs of alternatives draw by draw.

    With a and b the same draw of both: ``P(A < B)`` is the share of draws with a < b, the difference is b - a, the
    ratio b / a. A ratio of draws of both signs, or of zero, is none.

    Parameters
    ----------
    values : (m, draws) float64
        Of every alternative, finite.
    scale : (m, draws) float64
        Sum of the absolute parts of each, against which rounding is measured.
    first, second : (pairs,) int64

    Returns
    -------
    PairNumbers

    Notes
    -----
    The standard error is that of the share after two draws for and two against are added: a share of none or of all
    draws is no certainty.

    References
    ----------
    Agresti, A. and Coull, B. A. (1998). Approximate is better than "exact" for interval estimation of binomial
    proportions. The American Statistician 52(2), 119-126.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 3.0, 1.0]])
    >>> numbers = compare_pairs(values, values, np.array([0]), np.array([1]))
    >>> float(numbers.less[0]), float(numbers.equal[0])
    (0.5, 0.25)
    """
    pairs, draws = len(first), values.shape[1]
    less, equal, not_above = np.empty(pairs), np.empty(pairs), np.empty(pairs, np.int64)
    difference, ratio = np.empty((pairs, len(LEVELS))), np.full((pairs, len(LEVELS)), np.nan)
    for at, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        apart = values[j] - values[i]
        apart[np.abs(apart) <= SAME * np.maximum(scale[i], scale[j])] = 0.0
        less[at], equal[at] = np.mean(apart > 0), np.mean(apart == 0)
        difference[at] = np.quantile(apart, LEVELS)
        is_zero = np.abs(values[i]) <= SAME * scale[i]
        not_above[at] = np.count_nonzero(is_zero | (values[i] < 0))
        if not is_zero.any() and not_above[at] in (0, draws):
            ratio[at] = np.quantile(np.where(apart == 0, 1.0, values[j] / values[i]), LEVELS)
    added = (less * draws + 2.0) / (draws + 4.0)
    return PairNumbers(less, equal, np.sqrt(added * (1.0 - added) / (draws + 4.0)), difference, ratio, not_above)


def rank_alternatives(values: Numbers, scale: Numbers) -> Numbers:
    """Find how often each alternative is in each place, the lowest in the first.

    Alternatives that are the same in a draw share the places they take: two in the first and second have half a draw of
    each. So the places of an alternative, and the alternatives of a place, sum to one.

    Parameters
    ----------
    values, scale : (m, draws) float64
        As in :func:`compare_pairs`.

    Returns
    -------
    (m, m) float64
        A row an alternative, a column a place [1].

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.0, 3.0], [2.0, 3.0], [4.0, 1.0]])
    >>> rank_alternatives(values, values).tolist()
    [[0.5, 0.25, 0.25], [0.0, 0.75, 0.25], [0.5, 0.0, 0.5]]
    """
    m, draws = values.shape
    order = np.argsort(values, axis=0, kind="stable")
    ordered, rounding = (np.take_along_axis(each, order, axis=0) for each in (values, SAME * scale))
    is_new = np.ones((m, draws), np.bool_)
    is_new[1:] = np.diff(ordered, axis=0) > np.maximum(rounding[1:], rounding[:-1])
    place = np.arange(m)[:, None]
    start = np.maximum.accumulate(np.where(is_new, place, 0), axis=0)
    next_new = np.where(is_new, place, m)
    ends = np.full((m, draws), m)  # where those alike end: the next place that is new
    ends[:-1] = np.minimum.accumulate(next_new[:0:-1], axis=0)[::-1]
    ranks = np.empty((m, m))
    for rank in range(m):
        part = np.where((start <= rank) & (rank < ends), 1.0 / (ends - start), 0.0)
        ranks[:, rank] = np.bincount(order.reshape(-1), part.reshape(-1), m) / draws
    return ranks
