"""Moments: mean and variance of every distribution, bounds included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.quantiles import find_quantiles
from lcaengine.uncertainty.distributions import LOGNORMAL, Distributions

__all__ = ["Moments", "find_moments"]

Numbers = NDArray[np.float64]

OUTMOST = 8.125
"""Where integrals over a normal number end: as far out as draws go [1]."""
NODES = 261
"""Nodes between, a sixteenth apart: of what is smooth, sums over them are integrals but for rounding."""
NARROW = 1e-6
"""Variance per square of the mean below which a difference of squares has too few digits left [1]."""
STUDENT, FEWEST_FOR_MEAN, FEWEST_FOR_VARIANCE = 12, 1.5, 4.0
"""Degrees of freedom of a t, open to one side, below which what lies beyond the outmost node matters."""
CHUNK = 4096
"""Distributions that are integrated at a time."""
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and variance of distributions.

    Attributes
    ----------
    mean, variance : (m,) float64
        [base unit of the row, and its square]; infinite or NaN where there is none, or none that is known.
    log_variance : (m,) float64
        Variance of the logarithm of what is lognormal [1]; NaN for others.
    """

    mean: Numbers
    variance: Numbers
    log_variance: Numbers


def find_moments(distributions: Distributions) -> Moments:
    """Find mean and variance of distributions as they are drawn.

    Those without bounds besides their own by their formulas; a lognormal between bounds by
    ``E[x^k] = exp(k mu + k^2 sigma^2 / 2) (F(b - k sigma) - F(a - k sigma)) / (F(b) - F(a))``, with F the normal
    distribution function and a, b the bounds less mu by sigma, unless it is narrow; any other one between bounds by an
    integral of its quantile function over a normal number.

    Parameters
    ----------
    distributions : Distributions

    Returns
    -------
    Moments

    References
    ----------
    Johnson, N. L., Kotz, S. and Balakrishnan, N. (1994, 1995). Continuous univariate distributions, 2nd ed., vol. 1,
    ch. 13 (normal), 14 (lognormal), 17 (gamma), 21 (Weibull); vol. 2, ch. 22 (Gumbel), 25 (beta), 28 (t).

    Examples
    --------
    >>> import lcaengine as lca
    >>> from lcaengine.uncertainty.moments import find_moments
    >>> listed = lca.list_distributions(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> find_moments(listed).variance.shape
    (8,)
    """
    m = len(distributions)
    mean, variance, of_log = distributions.amount.copy(), np.zeros(m), np.full(m, np.nan)
    is_cut = ~(np.isnan(distributions.minimum) & np.isnan(distributions.maximum))
    for kind in np.unique(distributions.kind).tolist():
        for cut in (False, True):
            at = np.flatnonzero((distributions.kind == kind) & (is_cut == cut))
            if not len(at) or kind not in _FORMULAS:
                continue
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # beyond a number is none that is known
                mean[at], variance[at], of_log[at] = _find_kind(distributions.take(at), kind, cut)
    return Moments(mean, variance, of_log)


def _find_kind(given: Distributions, kind: int, is_cut: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Give mean, variance and variance of the logarithm of distributions of one type."""
    from_outside = kind not in _BOUNDED and is_cut
    of_log = np.full(len(given), np.nan)
    if kind == LOGNORMAL:
        of_log = _integrate(given, kind, np.log)[1] if is_cut else given.scale**2
    if from_outside:
        mean, variance = _integrate(given, kind, np.asarray)
        mean = np.where(_has_far_tail(given, kind, FEWEST_FOR_MEAN), np.nan, mean)
        variance = np.where(_has_far_tail(given, kind, FEWEST_FOR_VARIANCE), np.nan, variance)
        if kind == LOGNORMAL:
            by_formula = _cut_lognormal(given)
            wide = by_formula[1] > NARROW * by_formula[0] ** 2
            mean, variance = (np.where(wide, *pair) for pair in zip(by_formula, (mean, variance), strict=True))
    else:
        mean, variance = _FORMULAS[kind](given)
    sign = np.where(given.negative, -1.0, 1.0)
    return sign * mean * given.factor, variance * given.factor**2, of_log


def _integrate(given: Distributions, kind: int, transform: Callable[[Numbers], Numbers]) -> tuple[Numbers, Numbers]:
    """Integrate a function of what is drawn, and the square of its deviation, unmirrored, over a normal number."""
    from scipy.special import ndtr

    z = np.linspace(-OUTMOST, OUTMOST, NODES)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    uniform = np.clip(ndtr(z), 2.0**-53, 1.0 - 2.0**-53)
    mean, variance = np.empty(len(given)), np.empty(len(given))
    for first in range(0, len(given), CHUNK):
        some = given.take(np.arange(first, min(first + CHUNK, len(given))))
        u = np.repeat(uniform[None], len(some), axis=0)
        parameters = (some.loc, some.scale, some.shape, some.minimum, some.maximum, some.negative)
        x = transform(find_quantiles(kind, u, *parameters) * np.where(some.negative, -1.0, 1.0)[:, None])
        middle = x[:, NODES // 2 :][:, :1]  # subtracted first, so that a narrow one keeps its digits
        at = ((x - middle) * weight).sum(axis=1)  # row by row: sums of a product of matrices go by their size
        own = slice(first, first + len(some))
        mean[own] = middle[:, 0] + at
        variance[own] = ((x - middle - at[:, None]) ** 2 * weight).sum(axis=1)
    return mean, variance


def _has_far_tail(given: Distributions, kind: int, fewest: float) -> NDArray[np.bool_]:
    """Tell which are a t of so few degrees of freedom, open to one side, that the integral ends too early."""
    is_open = np.isnan(given.minimum) | np.isnan(given.maximum)
    return np.asarray(is_open & (given.shape < fewest) & (kind == STUDENT))


def _cut_lognormal(given: Distributions) -> tuple[Numbers, Numbers]:
    from scipy.special import ndtr

    low = np.where(given.negative, -given.maximum, given.minimum)
    high = np.where(given.negative, -given.minimum, given.maximum)
    with np.errstate(divide="ignore"):
        a = (np.log(np.fmax(np.where(np.isnan(low), 0.0, low), 0.0)) - given.loc) / given.scale
        b = (np.log(np.where(np.isnan(high), np.inf, high)) - given.loc) / given.scale

    def moment(k: int) -> Numbers:
        lower, upper = a - k * given.scale, b - k * given.scale
        flip = lower > 0  # two numbers near one tell less apart than two near zero
        share = np.where(flip, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower))
        return np.asarray(np.exp(k * given.loc + k * k * given.scale**2 / 2) * share)

    with np.errstate(divide="ignore", invalid="ignore"):
        mean, square = moment(1) / moment(0), moment(2) / moment(0)
    return mean, np.maximum(square - mean**2, 0.0)


def _lognormal(given: Distributions) -> tuple[Numbers, Numbers]:
    square = given.scale**2
    mean = np.exp(given.loc + square / 2)
    with np.errstate(over="ignore"):
        return mean, np.expm1(square) * mean * mean


def _normal(given: Distributions) -> tuple[Numbers, Numbers]:
    return given.loc, given.scale**2


def _uniform(given: Distributions) -> tuple[Numbers, Numbers]:
    return (given.minimum + given.maximum) / 2, (given.maximum - given.minimum) ** 2 / 12


def _triangular(given: Distributions) -> tuple[Numbers, Numbers]:
    low, mode, high = given.minimum, given.loc, given.maximum
    width, rise = high - low, mode - low
    return (low + mode + high) / 3, (width**2 - rise * (high - mode)) / 18


def _bernoulli(given: Distributions) -> tuple[Numbers, Numbers]:
    return given.loc, given.loc * (1.0 - given.loc)


def _discrete(given: Distributions) -> tuple[Numbers, Numbers]:
    low = np.where(np.isnan(given.minimum), 0.0, given.minimum)
    return (low + given.maximum - 1.0) / 2, ((given.maximum - low) ** 2 - 1.0) / 12


def _weibull(given: Distributions) -> tuple[Numbers, Numbers]:
    from scipy.special import gamma

    one, two = gamma(1.0 + 1.0 / given.shape), gamma(1.0 + 2.0 / given.shape)
    return _offset(given) + given.scale * one, given.scale**2 * (two - one**2)


def _gamma(given: Distributions) -> tuple[Numbers, Numbers]:
    return _offset(given) + given.shape * given.scale, given.shape * given.scale**2


def _beta(given: Distributions) -> tuple[Numbers, Numbers]:
    return _spread_beta(given, given.loc, given.shape)


def _pert(given: Distributions) -> tuple[Numbers, Numbers]:
    weight, width = np.where(np.isnan(given.scale), 4.0, given.scale), given.maximum - given.minimum
    rise = (given.loc - given.minimum) / width
    return _spread_beta(given, 1.0 + weight * rise, 1.0 + weight * (1.0 - rise))


def _spread_beta(given: Distributions, alpha: Numbers, beta: Numbers) -> tuple[Numbers, Numbers]:
    low, high = (
        np.where(np.isnan(given.minimum), 0.0, given.minimum),
        np.where(np.isnan(given.maximum), 1.0, given.maximum),
    )
    whole = alpha + beta
    return low + (high - low) * alpha / whole, (high - low) ** 2 * alpha * beta / (whole**2 * (whole + 1.0))


def _gumbel(given: Distributions) -> tuple[Numbers, Numbers]:
    return given.loc + _EULER * given.scale, (np.pi * given.scale) ** 2 / 6


def _student(given: Distributions) -> tuple[Numbers, Numbers]:
    scale, freedom = np.where(np.isnan(given.scale), 1.0, given.scale), given.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(freedom > 2, freedom / (freedom - 2.0), np.inf)
    return np.where(freedom > 1, _offset(given), np.nan), scale**2 * spread


def _offset(given: Distributions) -> Numbers:
    return np.where(np.isnan(given.loc), 0.0, given.loc)


_BOUNDED = (4, 5, 6, 7, 10, 13)
"""Types whose bounds are their own."""
_FORMULAS: dict[int, Callable[[Distributions], tuple[Numbers, Numbers]]] = {
    2: _lognormal,
    3: _normal,
    4: _uniform,
    5: _triangular,
    6: _bernoulli,
    7: _discrete,
    8: _weibull,
    9: _gamma,
    10: _beta,
    11: _gumbel,
    12: _student,
    13: _pert,
}
"""Mean and variance of every type that has no bounds but its own, in the row's own unit, unmirrored."""
