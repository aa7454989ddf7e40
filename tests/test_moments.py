"""Mean and variance of every distribution: scipy's, and of what is drawn."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from lcaengine.uncertainty import Distributions, draw_values
from lcaengine.uncertainty.distributions import MIRRORED
from lcaengine.uncertainty.moments import find_moments
from lcaengine.uncertainty.widened import join_lists

NAN = math.nan


def distribution(
    kind: float,
    loc: float = NAN,
    scale: float = NAN,
    shape: float = NAN,
    minimum: float = NAN,
    maximum: float = NAN,
    negative: bool = False,
    factor: float = 1.0,
) -> Distributions:
    return Distributions(
        row=np.array([0]),
        key=np.array([7], np.uint64),
        kind=np.array([kind], np.int8),
        loc=np.array([loc]),
        scale=np.array([scale]),
        shape=np.array([shape]),
        minimum=np.array([minimum]),
        maximum=np.array([maximum]),
        negative=np.array([negative], np.bool_),
        factor=np.array([factor]),
        amount=np.array([1.0]),
    )


TYPES: list[tuple[tuple[Any, ...], Any]] = [
    ((2, 1.0, 0.5), stats.lognorm(0.5, scale=math.e)),
    ((3, 2.0, 0.3), stats.norm(2.0, 0.3)),
    ((4, NAN, NAN, NAN, 1.0, 3.0), stats.uniform(1.0, 2.0)),
    ((5, 2.0, NAN, NAN, 1.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
    ((6, 0.3), stats.bernoulli(0.3)),
    ((7, NAN, NAN, NAN, 2.0, 6.0), stats.randint(2, 6)),
    ((7, NAN, NAN, NAN, NAN, 6.0), stats.randint(0, 6)),
    ((8, 1.0, 2.0, 1.5), stats.weibull_min(1.5, 1.0, 2.0)),
    ((9, NAN, 2.0, 1.5), stats.gamma(1.5, 0.0, 2.0)),
    ((10, 2.0, NAN, 3.0, 1.0, 5.0), stats.beta(2.0, 3.0, 1.0, 4.0)),
    ((10, 2.0, NAN, 3.0), stats.beta(2.0, 3.0)),
    ((11, 1.0, 2.0, 0.0), stats.gumbel_r(1.0, 2.0)),
    ((12, 1.0, 2.0, 5.0), stats.t(5.0, 1.0, 2.0)),
    ((13, 2.0, NAN, NAN, 1.0, 5.0), stats.beta(2.0, 4.0, 1.0, 4.0)),  # 1 + 4 (2 - 1) / 4, 1 + 4 (5 - 2) / 4
]
CUT = [each for each in TYPES if each[0][0] in (2, 3, 8, 9, 11, 12)]


@pytest.mark.parametrize(("given", "expected"), TYPES)
def test_moments_are_scipys(given: tuple[Any, ...], expected: Any) -> None:
    found = find_moments(dataclasses.replace(distribution(*given), factor=np.array([1000.0])))
    assert found.mean[0] == pytest.approx(1e3 * expected.mean(), rel=1e-12)
    assert found.variance[0] == pytest.approx(1e6 * expected.var(), rel=1e-12)
    assert np.isnan(found.log_variance[0]) == (given[0] != 2)


@pytest.mark.parametrize(("low", "high"), [(1.9, 2.6), (NAN, 2.5), (1.8, NAN)])
@pytest.mark.parametrize(("given", "whole"), CUT)
def test_moments_between_bounds_are_integrals_of_the_density(
    given: tuple[Any, ...], whole: Any, low: float, high: float
) -> None:
    bounds = {"minimum": np.array([low]), "maximum": np.array([high])}
    found = find_moments(dataclasses.replace(distribution(*given), **bounds))
    a = whole.ppf(1e-16) if math.isnan(low) else low
    b = whole.isf(1e-16) if math.isnan(high) else high
    inside, closeness = whole.cdf(b) - whole.cdf(a), 1e-6 if given[0] == 12 else 1e-9

    def integrate(power: int, about: float) -> float:
        return float(
            whole.expect(lambda x: (x - about) ** power / inside, lb=a, ub=b, epsabs=0, epsrel=1e-11, limit=500)
        )

    assert found.mean[0] == pytest.approx(integrate(1, 0.0), rel=closeness)
    assert found.variance[0] == pytest.approx(integrate(2, integrate(1, 0.0)), rel=closeness)


def test_bounds_of_a_lognormal_cut_its_logarithm() -> None:
    """ln x is a normal between the logarithms of the bounds: scipy's; between near ones it is uniform, w^2 / 12."""
    for loc, low, high in ((1.0, 2.0, 3.0), (0.0, 12.0, 20.0)):
        a, b = ((math.log(each) - loc) / 0.5 for each in (low, high))
        found = find_moments(distribution(2, loc, 0.5, minimum=low, maximum=high))
        assert found.log_variance[0] == pytest.approx(stats.truncnorm(a, b, loc, 0.5).var(), rel=1e-6)
    near = find_moments(distribution(2, 1.0, 0.5, minimum=2.5, maximum=2.5001))
    assert near.log_variance[0] == pytest.approx(math.log(2.5001 / 2.5) ** 2 / 12, rel=1e-6)
    assert near.variance[0] == pytest.approx(1e-8 / 12, rel=1e-6)


@pytest.mark.parametrize("kind", [2, 3, 8, 9, 11, 12])
@pytest.mark.parametrize("cut", [False, True])
def test_moments_are_of_what_is_drawn_mirrored_too(kind: int, cut: bool) -> None:
    """Of 100,000 draws, 5 standard errors of the mean; of the variance, those of its own fourth moment."""
    bounds = (-6.0, -0.5) if cut else (NAN, NAN)
    mirrored = kind in MIRRORED
    given = distribution(kind, 0.5, 0.8, 0.0 if kind == 11 else 9.0, *bounds, negative=mirrored, factor=3.0)
    found, drawn = find_moments(given), draw_values(given, 1, 0, 100_000)[0]
    deviation = (drawn - drawn.mean()) ** 2
    assert abs(found.mean[0] - drawn.mean()) < 5 * drawn.std() / math.sqrt(len(drawn))
    assert abs(found.variance[0] - deviation.mean()) < 5 * deviation.std() / math.sqrt(len(drawn))


def test_what_has_no_variance_says_so() -> None:
    """A t of two degrees of freedom; and one of three open to one side, whose tail no integral reaches."""
    assert find_moments(distribution(12, 0.0, 1.0, 2.0)).variance[0] == np.inf
    assert np.isnan(find_moments(distribution(12, 0.0, 1.0, 3.0, minimum=-1.0)).variance[0])
    assert np.isnan(find_moments(distribution(12, 0.0, 1.0, 1.0)).mean[0])
    assert find_moments(distribution(12, 0.0, 1.0, 1.0, -1.0, 1.0)).variance[0] < 1.0
    assert np.isnan(find_moments(distribution(3, 0.0, 1.0, minimum=50.0)).variance[0])  # nothing of it is there


@pytest.mark.parametrize("freedom", [1.0, 1.4, 1.5, 2.0, 3.0])
def test_means_of_few_degrees_of_freedom_open_to_one_side(freedom: float) -> None:
    """Of one there is none; below 1.5 the integral ends too early; else, with f the density and F the share below,
    d/dx (n + x^2) f(x) = -(n - 1) x f(x), so that the mean above a is (n + a^2) f(a) / ((n - 1) (1 - F(a))).
    """
    found = find_moments(distribution(12, 0.0, 1.0, freedom, minimum=-1.0)).mean[0]
    if freedom < 1.5:
        assert np.isnan(found)
        return
    whole = stats.t(freedom)
    assert found == pytest.approx((freedom + 1.0) * whole.pdf(-1.0) / ((freedom - 1.0) * whole.sf(-1.0)), rel=1e-5)


def test_moments_of_a_row_depend_on_no_other() -> None:
    """Bit by bit: shares of markets are drawn with variances, and added rows leave old draws alone."""
    some = [distribution(3, loc, 0.1, minimum=0.2, maximum=0.7) for loc in np.linspace(0.3, 0.6, 23)]
    together = find_moments(join_lists(*some))
    alone = [find_moments(each) for each in some]
    assert together.mean.tolist() == [each.mean[0] for each in alone]
    assert together.variance.tolist() == [each.variance[0] for each in alone]


def test_certain_amounts_have_their_own_mean_and_no_variance() -> None:
    found = find_moments(distribution(1))
    assert (found.mean[0], found.variance[0]) == (1.0, 0.0)
