"""Quantiles: the inverse of every distribution, so that one uniform number makes one draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_quantiles", "find_shares_below"]

Numbers = NDArray[np.float64]
"""A number, or several, of every row."""
LEAST_SHARE = 1e-9
"""Share of a distribution that has to lie between its bounds [1]: of less, numbers do not tell draws apart."""
BELOW_ONE = 1.0 - 2.0**-53
Function = Callable[[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers], Numbers]
"""Of u or x, and of loc, scale, shape, minimum and maximum."""


def find_quantiles(
    kind: int,
    uniform: Numbers,
    loc: Numbers,
    scale: Numbers,
    shape: Numbers,
    minimum: Numbers,
    maximum: Numbers,
    negative: NDArray[np.bool_],
) -> Numbers:
    """Find the quantiles of distributions of one type, cut off at their bounds.

    A distribution that has bounds besides its own is that between them: with F its distribution function,
    ``x = F^-1(F(a) + u (F(b) - F(a)))``. One that is mirrored is drawn on the other side of zero.

    Parameters
    ----------
    kind : int
        Number of the type; see :mod:`lcaengine.inventory.uncertainty` for what its parameters mean.
    uniform : (m, d) float64
        Between 0 and 1, neither of them.
    loc, scale, shape, minimum, maximum : (m,) float64
        NaN where one is not given.
    negative : (m,) bool

    Returns
    -------
    (m, d) float64
        [the row's own unit]; NaN where less than a billionth of a distribution lies between its bounds.
    """
    columns = [each[:, None] for each in (loc, scale, shape, minimum, maximum)]
    quantile, cumulate = _TYPES[kind]
    if cumulate is None:  # its bounds are its own
        return quantile(uniform, *columns)
    mirrored = negative[:, None]
    low, high = columns[3:]
    lower = np.where(mirrored, -high, low)
    upper = np.where(mirrored, -low, high)
    before = np.where(np.isnan(lower), 0.0, cumulate(lower, *columns))
    until = np.where(np.isnan(upper), 1.0, cumulate(upper, *columns))
    inside = np.minimum(before + uniform * (until - before), BELOW_ONE)
    inside = np.where(until - before >= LEAST_SHARE, inside, np.nan)
    x = quantile(inside, *columns)
    x = np.where(np.isnan(x), np.nan, np.fmin(np.fmax(x, lower), upper))  # rounding may lead beyond a bound
    return np.where(mirrored, -x, x)


def find_shares_below(
    kind: int,
    x: Numbers,
    loc: Numbers,
    scale: Numbers,
    shape: Numbers,
    minimum: Numbers,
    maximum: Numbers,
    negative: NDArray[np.bool_],
) -> Numbers:
    """Find what share of distributions of one type lies below x: ``(F(x) - F(a)) / (F(b) - F(a))``.

    Parameters
    ----------
    kind : int
        Of a type that can be cut off at bounds.
    x : (m,) float64
        In the row's own unit.
    loc, scale, shape, minimum, maximum, negative
        As of :func:`find_quantiles`.

    Returns
    -------
    (m,) float64
        [1]; NaN where less than a billionth of a distribution lies between its bounds.
    """
    cumulate = _TYPES[kind][1]
    if cumulate is None:
        raise ValueError(f"distributions of type {kind} have no bounds but their own")
    lower, upper = np.where(negative, -maximum, minimum), np.where(negative, -minimum, maximum)
    columns = (loc, scale, shape, minimum, maximum)
    before = np.where(np.isnan(lower), 0.0, cumulate(lower, *columns))
    until = np.where(np.isnan(upper), 1.0, cumulate(upper, *columns))
    inside = np.where(until - before >= LEAST_SHARE, until - before, np.nan)
    share = np.clip((cumulate(np.where(negative, -x, x), *columns) - before) / inside, 0.0, 1.0)
    return np.where(negative, 1.0 - share, share)


def _normal(u: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import ndtri

    return np.asarray(loc + scale * ndtri(u))


def _cumulate_normal(x: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import ndtr

    return np.asarray(ndtr((x - loc) / scale))


def _lognormal(u: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    return np.exp(_normal(u, loc, scale))


def _cumulate_lognormal(x: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    with np.errstate(divide="ignore"):
        return _cumulate_normal(np.log(np.fmax(x, 0.0)), loc, scale)


def _uniform(u: Numbers, _loc: Numbers, _scale: Numbers, _shape: Numbers, low: Numbers, high: Numbers) -> Numbers:
    return low + u * (high - low)


def _triangular(u: Numbers, mode: Numbers, _scale: Numbers, _shape: Numbers, low: Numbers, high: Numbers) -> Numbers:
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width < mode - low, rising, falling)


def _bernoulli(u: Numbers, probability: Numbers, *_: Numbers) -> Numbers:
    return np.where(u > 1.0 - probability, 1.0, 0.0)


def _discrete(u: Numbers, _loc: Numbers, _scale: Numbers, _shape: Numbers, low: Numbers, high: Numbers) -> Numbers:
    low = np.where(np.isnan(low), 0.0, low)
    return np.fmin(low + np.floor(u * (high - low)), high - 1.0)


def _weibull(u: Numbers, loc: Numbers, scale: Numbers, shape: Numbers, *_: Numbers) -> Numbers:
    return _offset(loc) + scale * (-np.log1p(-u)) ** (1.0 / shape)


def _cumulate_weibull(x: Numbers, loc: Numbers, scale: Numbers, shape: Numbers, *_: Numbers) -> Numbers:
    return -np.expm1(-((np.fmax(x - _offset(loc), 0.0) / scale) ** shape))


def _gamma(u: Numbers, loc: Numbers, scale: Numbers, shape: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import gammaincinv

    return np.asarray(_offset(loc) + scale * gammaincinv(shape, u))


def _cumulate_gamma(x: Numbers, loc: Numbers, scale: Numbers, shape: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import gammainc

    return np.asarray(gammainc(shape, np.fmax(x - _offset(loc), 0.0) / scale))


def _beta(u: Numbers, alpha: Numbers, _scale: Numbers, beta: Numbers, low: Numbers, high: Numbers) -> Numbers:
    from scipy.special import betaincinv

    low, high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high)
    return np.asarray(low + (high - low) * betaincinv(alpha, beta, u))


def _pert(u: Numbers, mode: Numbers, weight: Numbers, _shape: Numbers, low: Numbers, high: Numbers) -> Numbers:
    weight, width = np.where(np.isnan(weight), 4.0, weight), high - low
    return _beta(u, 1.0 + weight * (mode - low) / width, weight, 1.0 + weight * (high - mode) / width, low, high)


def _gumbel(u: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    return loc - scale * np.log(-np.log(u))


def _cumulate_gumbel(x: Numbers, loc: Numbers, scale: Numbers, *_: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        return np.exp(-np.exp(-(x - loc) / scale))


def _student(u: Numbers, loc: Numbers, scale: Numbers, freedom: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import stdtrit

    return np.asarray(_offset(loc) + np.where(np.isnan(scale), 1.0, scale) * stdtrit(freedom, u))


def _cumulate_student(x: Numbers, loc: Numbers, scale: Numbers, freedom: Numbers, *_: Numbers) -> Numbers:
    from scipy.special import stdtr

    return np.asarray(stdtr(freedom, (x - _offset(loc)) / np.where(np.isnan(scale), 1.0, scale)))


def _offset(loc: Numbers) -> Numbers:
    return np.where(np.isnan(loc), 0.0, loc)


_TYPES: dict[int, tuple[Function, Function | None]] = {
    2: (_lognormal, _cumulate_lognormal),
    3: (_normal, _cumulate_normal),
    4: (_uniform, None),
    5: (_triangular, None),
    6: (_bernoulli, None),
    7: (_discrete, None),
    8: (_weibull, _cumulate_weibull),
    9: (_gamma, _cumulate_gamma),
    10: (_beta, None),
    11: (_gumbel, _cumulate_gumbel),
    12: (_student, _cumulate_student),
    13: (_pert, None),
}
"""Quantile function of every type, and its distribution function where it can be cut off."""
