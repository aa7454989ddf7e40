"""First order: the spread of a score from its derivatives, and what each exchange has to do with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.distributions import LOGNORMAL
from lcaengine.uncertainty.moments import Moments

__all__ = ["LINEAR", "LOG", "FirstOrder", "choose_scale", "measure_spread"]

Numbers = NDArray[np.float64]

LINEAR, LOG = "linear", "log"
MOST_SIGMA = 3.0
TWO_SIDED = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal distribution [1]."""
HALVED = 0.75
"""What of its variance goes with half of a spread [1]."""


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """The spread of a score, to first order.

    Attributes
    ----------
    scale : {"linear", "log"}
        On what scale the score is taken as a sum of what varies.
    sd : float
        Standard deviation of the score [its unit].
    sigma : float
        Standard deviation on the scale: of the score, or of its logarithm.
    share : (m,) float64
        Contribution of each row to the variance on the scale [1]; NaN where nothing varies.
    narrower_if_exact, narrower_if_halved : (m,) float64
        By how much of itself the 95 % interval of the score would narrow were the row known exactly, and with half its
        spread [1].
    """

    scale: str
    sd: float
    sigma: float
    share: Numbers
    narrower_if_exact: Numbers
    narrower_if_halved: Numbers


def choose_scale(
    score: float, contributions: Numbers, amount: Numbers, slope: Numbers, kind: NDArray[np.int8], moments: Moments
) -> str:
    """Choose the scale of a score.

    Logarithmic where all that adds to the score has its sign, at least half of its variance is of lognormals, and its
    logarithm has a standard deviation of at most three: a chain multiplies, and products of lognormals are lognormal.
    Else linear: where burdens are spared, a score may come near zero and beyond.

    Parameters
    ----------
    score : float
    contributions : (e,) float64
        What adds up to it.
    amount, slope : (m,) float64
        x and dh/dx.
    kind : (m,) int8
        Types of the rows.
    moments : Moments
        Of the rows.

    Returns
    -------
    {"linear", "log"}
    """
    if score == 0 or (contributions * np.sign(score) < 0).any():
        return LINEAR
    of_row = _list_variances(score, amount, slope, kind, moments, LINEAR)
    of_lognormals = of_row[kind == LOGNORMAL].sum()
    if of_lognormals == 0 or 2 * of_lognormals < of_row.sum():
        return LINEAR
    of_log = _list_variances(score, amount, slope, kind, moments, LOG)
    return LOG if of_log.sum() <= MOST_SIGMA**2 else LINEAR


def measure_spread(
    score: float, amount: Numbers, slope: Numbers, kind: NDArray[np.int8], moments: Moments, scale: str
) -> FirstOrder:
    """Measure the spread of a score to first order, rows being independent.

    With g the derivatives at the static amounts x, on a linear scale::

        Var h = sum g_i^2 Var x_i

    which is exact for sums of what is uncertain; and on a logarithmic one, with e = g x / h the elasticities::

        Var ln h = sum e_i^2 Var ln x_i        Var h = h^2 exp(s^2) (exp(s^2) - 1), s^2 = Var ln h

    which is exact for products and quotients of lognormals; what is not lognormal counts there by its relative
    standard deviation, ``(g_i / h)^2 Var x_i``.

    Parameters
    ----------
    score : float
        h [unit of the indicator].
    amount, slope : (m,) float64
        x and g.
    kind : (m,) int8
    moments : Moments
    scale : {"linear", "log"}

    Returns
    -------
    FirstOrder

    References
    ----------
    Hong, J., Shaked, S., Rosenbaum, R. K. and Jolliet, O. (2010). Analytical uncertainty propagation in life cycle
    inventory and impact assessment. Int J Life Cycle Assess 15:499-510 (logarithmic).
    Heijungs, R. (2010). Sensitivity coefficients for matrix-based LCA. Int J Life Cycle Assess 15:511-520 (linear).

    Examples
    --------
    A product of two lognormals, of sigma 0.3 and 0.4: the score has 0.5, and 9 and 16 parts of 25 are theirs.

    >>> import numpy as np
    >>> from lcaengine.uncertainty.first_order import measure_spread
    >>> from lcaengine.uncertainty.moments import Moments
    >>> known = Moments(np.ones(2), np.ones(2), np.array([0.09, 0.16]))
    >>> found = measure_spread(6.0, np.array([2.0, 3.0]), np.array([3.0, 2.0]), np.array([2, 2]), known, "log")
    >>> round(found.sigma, 12), found.share.round(12).tolist()
    (0.5, [0.36, 0.64])
    """
    of_row = _list_variances(score, amount, slope, kind, moments, scale)
    variance = float(of_row.sum())
    sigma = float(np.sqrt(variance))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        sd = abs(score) * float(np.sqrt(np.expm1(variance) * np.exp(variance))) if scale == LOG else sigma
        share = of_row / variance if variance > 0 else np.full(len(of_row), np.nan)
        exact, halved = (1.0 - _narrow(sigma, 1.0 - part * share, scale) for part in (1.0, HALVED))
    return FirstOrder(scale, sd, sigma, share, exact, halved)


def _list_variances(
    score: float, amount: Numbers, slope: Numbers, kind: NDArray[np.int8], moments: Moments, scale: str
) -> Numbers:
    """Give what each row adds to the variance on a scale; nothing where the score does not answer to it."""
    moved = slope != 0
    of_row = np.where(moved, slope, 0.0) ** 2 * np.where(moved, moments.variance, 0.0)
    if scale == LINEAR:
        return of_row
    of_log = (slope * amount / score) ** 2 * moments.log_variance
    return np.asarray(np.where(kind == LOGNORMAL, of_log, of_row / score**2))


def _narrow(sigma: float, left: Numbers, scale: str) -> Numbers:
    """Give the width of the 95 % interval that is left with a share of the variance, as a share of what it is.

    On a logarithmic scale it reaches from ``h exp(-z s)`` to ``h exp(z s)``, so that it is ``2 h sinh(z s)`` wide.
    """
    rest = np.sqrt(np.maximum(left, 0.0))
    if scale == LINEAR:
        return rest
    whole = TWO_SIDED * sigma
    return np.asarray(np.exp(whole * (rest - 1.0)) * np.expm1(-2 * whole * rest) / np.expm1(-2 * whole))
