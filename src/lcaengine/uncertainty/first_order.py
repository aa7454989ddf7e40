"""First order: the spread of a score from its derivatives, and what each exchange has to do with it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.distributions import LOGNORMAL
from lcaengine.uncertainty.mixes import Mixes
from lcaengine.uncertainty.moments import Moments

__all__ = [
    "LINEAR",
    "LOG",
    "Effects",
    "FirstOrder",
    "choose_scale",
    "find_effects",
    "find_mix_effects",
    "join_effects",
    "measure_spread",
]

Numbers = NDArray[np.float64]

LINEAR, LOG = "linear", "log"
MOST_SIGMA = 3.0
ROUNDING = 1e-15
"""Share of a whole below which what the others have is no more than rounding [1]."""
NOTHING = 1e-9
"""Share of a score below which what is spared is rounding [1]."""
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
        Contribution of each number or mix to the variance on the scale [1]; NaN where nothing varies.
    narrower_if_exact, narrower_if_halved : (m,) float64
        By how much of itself the 95 % interval of the score would narrow were it known exactly, and with half its
        spread [1].
    """

    scale: str
    sd: float
    sigma: float
    share: Numbers
    narrower_if_exact: Numbers
    narrower_if_halved: Numbers


@dataclass(frozen=True, slots=True)
class Effects:
    """What each of some independent numbers, or mixes of shares, adds to the variance of a score.

    Attributes
    ----------
    linear : (m,) float64
        To Var h [unit of the indicator, squared].
    log : (m,) float64
        To Var ln h [1].
    is_lognormal : (m,) bool
    """

    linear: Numbers
    log: Numbers
    is_lognormal: NDArray[np.bool_]

    def take(self, at: NDArray[np.int64]) -> Effects:
        """Give some of them, in another order."""
        return Effects(*(getattr(self, each.name)[at] for each in fields(self)))


def find_effects(score: float, amount: Numbers, slope: Numbers, kind: NDArray[np.int8], moments: Moments) -> Effects:
    """Find what each of some independent rows adds to the variance of a score, to first order around static amounts x.

    With g = dh/dx, on a linear scale ``g_i^2 Var x_i``; on a logarithmic one, with the elasticity e = g x / h,
    ``e_i^2 Var ln x_i`` of a lognormal, and ``(g_i / h)^2 Var x_i`` of what is not, by its relative standard deviation.

    Parameters
    ----------
    score : float
        h [unit of the indicator].
    amount, slope : (m,) float64
        x and g.
    kind : (m,) int8
        Types of the rows.
    moments : Moments
        Of the rows.

    Returns
    -------
    Effects
        Zero of rows that the score does not answer to; on the logarithmic scale NaN where the score is zero.
    """
    moved, is_lognormal = slope != 0, kind == LOGNORMAL
    linear = np.where(moved, slope, 0.0) ** 2 * np.where(moved, moments.variance, 0.0)
    if score == 0:
        return Effects(linear, np.full(len(linear), np.nan), is_lognormal)
    log = np.where(is_lognormal, (slope * amount / score) ** 2 * moments.log_variance, (np.sqrt(linear) / score) ** 2)
    return Effects(linear, log, is_lognormal)


def find_mix_effects(score: float, mixes: Mixes, slope: Numbers) -> tuple[Effects, Numbers]:
    """Find what each of some mixes adds to the variance of a score, to first order: all shares of one together.

    The shares s of a Dirichlet distribution of concentration a have covariances ``(s_i [i = j] - s_i s_j) / (a + 1)``,
    so that with g = dh/ds and ``m = sum s_j g_j`` the variance of a mix is ``sum s_i (g_i - m)^2 / (a + 1)``. It is
    not split among its shares: no share moves alone, and of two each tells all of the other.

    Where share i moves by t, the others give way in proportion: each becomes ``s_j (1 - s_i - t) / (1 - s_i)``, so that
    all sum to one as before, and ``dh/ds_i = (g_i - m) / (1 - s_i)``. What sums to S, which is one but for digits that
    are not written, keeps that sum. A share of one has none to give way, and moves nothing.

    Parameters
    ----------
    score : float
        h [unit of the indicator].
    mixes : Mixes
    slope : (m,) float64
        g, the other shares held.

    Returns
    -------
    effects : Effects
        Of every mix, one after the other.
    slope : (m,) float64
        dh/ds of every share, where the others give way.

    References
    ----------
    Kotz, S., Balakrishnan, N. and Johnson, N. L. (2000). Continuous multivariate distributions, vol. 1, 2nd ed., ch. 49
    (Dirichlet).
    """
    share, wholes = mixes.share, len(mixes.concentration)
    whole = np.bincount(mixes.whole, share, wholes)[mixes.whole]
    mean = np.bincount(mixes.whole, share * slope, wholes)[mixes.whole] / whole
    apart, others = slope - mean, whole - share
    linear = np.bincount(mixes.whole, share * apart**2, wholes) / (mixes.concentration + 1.0)
    log = (np.sqrt(linear) / score) ** 2 if score else np.full(wholes, np.nan)
    moves = others > ROUNDING * whole
    given = np.divide(apart * whole, others, out=np.zeros(len(share)), where=moves)
    return Effects(linear, log, np.zeros(wholes, np.bool_)), given


def join_effects(*effects: Effects) -> Effects:
    """Put effects behind one another."""
    return Effects(*(np.concatenate([getattr(each, f.name) for each in effects]) for f in fields(Effects)))


def choose_scale(score: float, carried: Numbers, effects: Effects) -> str:
    """Choose the scale of a score.

    Logarithmic where all that adds to the score has its sign, at least half of its variance is of lognormals, and its
    logarithm has a standard deviation of at most three: a chain multiplies, and products of lognormals are lognormal.
    Else linear: where burdens are spared, a score may come near zero and beyond.

    Parameters
    ----------
    score : float
    carried : (t,) float64
        What every burden and every demand adds to it, as :func:`~lcaengine.uncertainty.derivatives.find_derivatives`
        gives it.
    effects : Effects

    Returns
    -------
    {"linear", "log"}
    """
    if score == 0 or (carried * np.sign(score) < -NOTHING * abs(score)).any():
        return LINEAR
    of_lognormals = effects.linear[effects.is_lognormal].sum()
    if of_lognormals == 0 or 2 * of_lognormals < effects.linear.sum():
        return LINEAR
    return LOG if effects.log.sum() <= MOST_SIGMA**2 else LINEAR


def measure_spread(score: float, effects: Effects, scale: str) -> FirstOrder:
    """Measure the spread of a score to first order.

    On a linear scale ``Var h = sum g_i^2 Var x_i``, which is exact for sums of what is uncertain; on a logarithmic one
    ``s^2 = Var ln h = sum e_i^2 Var ln x_i`` and ``Var h = h^2 exp(s^2) (exp(s^2) - 1)``, which is exact for products
    and quotients of lognormals.

    Parameters
    ----------
    score : float
        h [unit of the indicator].
    effects : Effects
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
    >>> from lcaengine.uncertainty.first_order import find_effects, measure_spread
    >>> from lcaengine.uncertainty.moments import Moments
    >>> known = Moments(np.ones(2), np.ones(2), np.array([0.09, 0.16]))
    >>> effects = find_effects(6.0, np.array([2.0, 3.0]), np.array([3.0, 2.0]), np.array([2, 2], np.int8), known)
    >>> found = measure_spread(6.0, effects, "log")
    >>> round(found.sigma, 12), found.share.round(12).tolist()
    (0.5, [0.36, 0.64])
    """
    of_row = effects.log if scale == LOG else effects.linear
    variance = float(of_row.sum())
    sigma = float(np.sqrt(variance))
    sd = abs(score) * float(np.sqrt(np.expm1(variance) * np.exp(variance))) if scale == LOG else sigma
    if variance == 0:
        none = np.full(len(of_row), np.nan)
        return FirstOrder(scale, sd, sigma, none, none, none)
    share = of_row / variance
    exact, halved = (1.0 - _narrow(sigma, 1.0 - part * share, scale) for part in (1.0, HALVED))
    return FirstOrder(scale, sd, sigma, share, exact, halved)


def _narrow(sigma: float, left: Numbers, scale: str) -> Numbers:
    """Give the width of the 95 % interval that is left with a share of the variance, as a share of what it is.

    On a logarithmic scale it reaches from ``h exp(-z s)`` to ``h exp(z s)``, so that it is ``2 h sinh(z s)`` wide.
    """
    rest = np.sqrt(np.maximum(left, 0.0))
    if scale == LINEAR:
        return rest
    whole = TWO_SIDED * sigma
    return np.asarray(np.exp(whole * (rest - 1.0)) * np.expm1(-2 * whole * rest) / np.expm1(-2 * whole))
