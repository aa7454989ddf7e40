"""Center: where a distribution lies, to which its row's amount is held.

Of a skewed one that is the span from its mean to its median, of those that exist.

References
----------
Johnson, N. L., Kotz, S. and Balakrishnan, N. (1994, 1995). Continuous univariate distributions, 2nd ed., vol. 1, ch. 17
(gamma), 21 (Weibull); vol. 2, ch. 22 (Gumbel), 25 (beta), 28 (t): their means.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.quantiles import find_quantiles

__all__ = ["CENTER_TOLERANCE", "LARGEST_LOGARITHM", "find_center", "find_spans", "is_outside"]

Numbers = NDArray[np.float64]

CENTER_TOLERANCE = 0.01
"""Share of the center that an amount may be off [1]."""
LARGEST_LOGARITHM = float(np.log(np.finfo(np.float64).max))
_LOGNORMAL, _UNIFORM, _DISCRETE = 2, 4, 7
_WEIBULL, _GAMMA, _BETA, _GUMBEL, _STUDENT = 8, 9, 10, 11, 12
_BY_LOC = (0, 1, 3, 5, 6, 13)
"""Types whose center is loc: the amount itself, a mean, a mode, and the mean of zero and one."""


def find_center(
    kind: NDArray[np.integer], negative: NDArray[np.bool_], parameters: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Find the center that an amount is written for.

    The median exp(loc) of a lognormal, the mean and median loc of a normal, the mode loc of a triangular or beta-PERT.
    Of whole numbers the mean, since two numbers may share the middle: loc of a bernoulli, (minimum + maximum - 1) / 2
    of a discrete uniform, whose maximum is left out.

    Parameters
    ----------
    kind : (m,) int
        Number of the type; -1 for none that is known.
    negative : (m,) bool
        Whether it is mirrored at zero.
    parameters : dict of str to (m,) float64
        ``loc``, ``minimum``, ``maximum`` in the row's own unit; NaN for none.

    Returns
    -------
    (m,) float64
        [unit of the row]; NaN of other types.

    Examples
    --------
    >>> given = {"loc": [0.3, np.nan], "minimum": [np.nan, 1.0], "maximum": [np.nan, 5.0]}
    >>> given = {name: np.array(values) for name, values in given.items()}
    >>> find_center(np.array([6, 7]), np.zeros(2, np.bool_), given).tolist()
    [0.3, 2.5]
    """
    loc = parameters["loc"]
    center = np.where(np.isin(kind, _BY_LOC), loc, np.nan)
    lognormal = (kind == _LOGNORMAL) & (np.abs(loc) <= LARGEST_LOGARITHM)
    center[lognormal] = np.where(negative, -1.0, 1.0)[lognormal] * np.exp(loc[lognormal])
    discrete = kind == _DISCRETE
    low, high = parameters["minimum"][discrete], parameters["maximum"][discrete]
    with np.errstate(over="ignore"):
        center[discrete] = (np.where(np.isnan(low), 0.0, low) + high - 1.0) / 2.0
    return center


def find_spans(
    kind: NDArray[np.integer], negative: NDArray[np.bool_], parameters: Mapping[str, Numbers], amount: Numbers
) -> tuple[Numbers, Numbers]:
    """Find the span that an amount is to lie in: the center, of a skewed distribution from mean to median.

    Center of a uniform is its mean, of others see :func:`find_center`. Weibull, gamma, beta, Gumbel and t span from
    mean to median as they are drawn: from loc on, mirrored, between bounds. Where no mean is known, the median stands
    alone.

    Parameters
    ----------
    kind, negative, parameters
        As of :func:`find_center`, with ``scale`` and ``shape``.
    amount : (m,) float64
        Where it is at the median, the mean of what has bounds is not looked for.

    Returns
    -------
    low, high : (m,) float64
        [unit of the row]; NaN where a type is not known, or not drawn.

    Examples
    --------
    >>> given = {name: np.array([np.nan]) for name in ("loc", "minimum", "maximum")}
    >>> given |= {"scale": np.array([2.0]), "shape": np.array([1.0])}  # exponential: 2 ln 2 to 2
    >>> low, high = find_spans(np.array([9]), np.zeros(1, np.bool_), given, np.array([1.5]))
    >>> low.round(3).tolist(), high.tolist()
    ([1.386], [2.0])
    """
    low = find_center(kind, negative, parameters)
    uniform = kind == _UNIFORM
    low[uniform] = (parameters["minimum"][uniform] / 2.0) + parameters["maximum"][uniform] / 2.0
    high = low.copy()
    for each in (_WEIBULL, _GAMMA, _BETA, _GUMBEL, _STUDENT):
        at = np.flatnonzero(kind == each)
        if len(at):
            some = {name: values[at] for name, values in parameters.items()}
            with np.errstate(all="ignore"):  # of parameters that are refused nothing is said here
                median = _find_median(each, negative[at], some)
                mean = _find_mean(each, negative[at], some, median, amount[at])
            low[at], high[at] = np.fmin(mean, median), np.fmax(mean, median)
    return low, high


def is_outside(amount: Numbers, low: Numbers, high: Numbers) -> NDArray[np.bool_]:
    """Tell which amounts are more than 1 % outside their span; of a span that is NaN, none."""
    with np.errstate(over="ignore", invalid="ignore"):
        below = low - amount > CENTER_TOLERANCE * np.abs(low)
        return np.asarray(below | (amount - high > CENTER_TOLERANCE * np.abs(high)))


def _find_median(kind: int, negative: NDArray[np.bool_], given: Mapping[str, Numbers]) -> Numbers:
    half = np.full((len(negative), 1), 0.5)
    return np.asarray(_quantile(kind, half, negative, given)[:, 0])


def _find_mean(
    kind: int, negative: NDArray[np.bool_], given: Mapping[str, Numbers], median: Numbers, amount: Numbers
) -> Numbers:
    """Find means by formula, between bounds by an integral where the amount is not at the median; else NaN."""
    from scipy.special import ndtr

    sign = np.where((kind in (_WEIBULL, _GAMMA)) & negative, -1.0, 1.0)
    mean = sign * _MEANS[kind](given)
    if kind == _BETA:  # its bounds are its own
        return np.asarray(mean)
    is_open = np.isnan(given["minimum"]) | np.isnan(given["maximum"])
    is_cut = ~(np.isnan(given["minimum"]) & np.isnan(given["maximum"]))
    mean[is_cut] = np.nan
    has_mean = ~is_open | (given["shape"] >= _FEWEST) if kind == _STUDENT else np.ones(len(mean), np.bool_)
    at = np.flatnonzero(is_cut & has_mean & is_outside(amount, median, median))
    z = np.linspace(-8.0, 8.0, 65)
    weight, uniform = np.exp(-0.5 * z * z), np.clip(ndtr(z), 2.0**-53, 1.0 - 2.0**-53)
    for first in range(0, len(at), _CHUNK):
        own = at[first : first + _CHUNK]
        u = np.repeat(uniform[None], len(own), axis=0)
        x = _quantile(kind, u, negative[own], {name: values[own] for name, values in given.items()})
        mean[own] = (x * weight).sum(axis=1) / weight.sum()
    return np.asarray(mean)


def _quantile(kind: int, uniform: Numbers, negative: NDArray[np.bool_], given: Mapping[str, Numbers]) -> Numbers:
    loc, scale, shape, low, high = (given[name] for name in ("loc", "scale", "shape", "minimum", "maximum"))
    return find_quantiles(kind, uniform, loc, scale, shape, low, high, negative)


def _weibull(given: Mapping[str, Numbers]) -> Numbers:
    from scipy.special import gamma

    return np.asarray(_offset(given) + given["scale"] * gamma(1.0 + 1.0 / given["shape"]))


def _gamma(given: Mapping[str, Numbers]) -> Numbers:
    return np.asarray(_offset(given) + given["scale"] * given["shape"])


def _beta(given: Mapping[str, Numbers]) -> Numbers:
    low = np.where(np.isnan(given["minimum"]), 0.0, given["minimum"])
    high = np.where(np.isnan(given["maximum"]), 1.0, given["maximum"])
    return np.asarray(low + (high - low) * given["loc"] / (given["loc"] + given["shape"]))


def _gumbel(given: Mapping[str, Numbers]) -> Numbers:
    return np.asarray(given["loc"] + np.euler_gamma * given["scale"])


def _student(given: Mapping[str, Numbers]) -> Numbers:
    return np.where(given["shape"] > 1.0, _offset(given), np.nan)


def _offset(given: Mapping[str, Numbers]) -> Numbers:
    return np.where(np.isnan(given["loc"]), 0.0, given["loc"])


_MEANS = {_WEIBULL: _weibull, _GAMMA: _gamma, _BETA: _beta, _GUMBEL: _gumbel, _STUDENT: _student}
_CHUNK = 4096
"""Distributions whose mean is integrated at a time."""
_FEWEST = 1.5
"""Degrees of freedom of a t that is open to one side, below which its mean is not known."""
