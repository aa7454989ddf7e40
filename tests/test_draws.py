"""Draws: the generator against its published answers, distributions against SciPy, and that a draw stands alone."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from lcaengine.inventory.quantiles import find_quantiles
from lcaengine.kernels.draws import LOGNORMAL, NORMAL, PAIRS, UNIFORM, draw

MASK = 2**32 - 1


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox 4x32-10, word by word, after Salmon et al. (2011), section 4.3."""
    for _ in range(10):
        high, low = divmod(0xD2511F53 * counter[0], 2**32)
        far, near = divmod(0xCD9E8D57 * counter[2], 2**32)
        counter = [far ^ counter[1] ^ key[0], near, high ^ counter[3] ^ key[1], low]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def twin(key: int, seed: int, pair: int) -> list[float]:
    """Two uniform numbers: the middles of the steps of 2^-52 that the upper bits name."""
    words = philox([pair & MASK, pair >> 32, seed & MASK, seed >> 32], [key & MASK, key >> 32])
    return [((words[at] | words[at + 1] << 32) // 2**12 + 0.5) / 2**52 for at in (0, 2)]


def make(
    form: int, keys: NDArray[np.uint64], seed: int, first: int, pairs: int, loc: float = 0.0, scale: float = 1.0
) -> NDArray[np.float64]:
    drawn = np.empty((len(keys), 2 * pairs))
    of_rows = np.full(len(keys), loc), np.full(len(keys), scale)
    draw(keys, *of_rows, form, np.uint64(seed), first, drawn)
    return drawn


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [  # Random123 1.14.0, tests/kat_vectors, lines "philox4x32 10"
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_generator_gives_its_published_answers(counter: str, key: str, words: str) -> None:
    c, k, w = ([int(each, 16) for each in text.split()] for text in (counter, key, words))
    assert philox(c, k) == w
    pair, seed, own = c[0] | c[1] << 32, c[2] | c[3] << 32, k[0] | k[1] << 32
    signed = pair - 2**64 if pair >= 2**63 else pair
    drawn = make(UNIFORM, np.array([own], np.uint64), seed, signed, 1)
    assert drawn[0].tolist() == twin(own, seed, pair)
    assert drawn[0, 0] == pytest.approx((w[0] | w[1] << 32) / 2**64, abs=2**-52)


def test_normal_and_lognormal_numbers_are_those_of_scipy() -> None:
    keys = np.arange(2000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    uniform, normal = make(UNIFORM, keys, 5, 0, 100), make(NORMAL, keys, 5, 0, 100)
    assert (uniform < 2e-5).any()  # far tails are among them
    assert (uniform > 1 - 2e-5).any()
    expected = stats.norm.ppf(uniform)
    assert np.abs(normal - expected).max() < 4e-15 * 8.3
    raised = make(LOGNORMAL, keys, 5, 0, 100, loc=-3.0, scale=2.5)
    assert np.abs(raised / np.exp(2.5 * normal - 3.0) - 1).max() < 1e-14


@pytest.mark.parametrize("far", [600.0, -600.0])
def test_lognormals_reach_as_far_as_numbers_do(far: float) -> None:
    drawn = make(LOGNORMAL, np.arange(9, dtype=np.uint64), 1, 0, 4, loc=far, scale=1e-300)
    assert drawn == pytest.approx(np.full_like(drawn, math.exp(far)), rel=1e-13)


def test_lognormals_beyond_what_a_number_holds_are_zero_or_infinite() -> None:
    """exp(-708.4) and exp(709.78) are the last normal floats; a logarithm that is no number gives none."""
    keys = np.arange(9, dtype=np.uint64)
    for far in (-709.5, -711.0, -800.0, -1e5, -np.inf):
        assert make(LOGNORMAL, keys, 1, 0, 4, loc=far, scale=1e-300).tolist() == [[0.0] * 8] * 9
    for far in (710.0, 711.0, 800.0, 1e5, np.inf):
        assert make(LOGNORMAL, keys, 1, 0, 4, loc=far, scale=1e-300).tolist() == [[np.inf] * 8] * 9
    for near in (-708.0, 709.0):
        drawn = make(LOGNORMAL, keys, 1, 0, 4, loc=near, scale=1e-300)
        assert drawn == pytest.approx(np.full_like(drawn, math.exp(near)), rel=1e-12)
    assert np.isnan(make(LOGNORMAL, keys, 1, 0, 4, loc=math.nan)).all()
    assert (make(LOGNORMAL, np.arange(999, dtype=np.uint64), 1, 0, 64, loc=-690.0, scale=9.0) >= 0).all()


def test_a_draw_stands_alone() -> None:
    """Whatever it is made with: other rows, other draws, blocks that end elsewhere."""
    keys = np.arange(300, dtype=np.uint64) ** np.uint64(3)
    whole = make(LOGNORMAL, keys, 9, 0, PAIRS + 13)
    assert np.array_equal(make(LOGNORMAL, keys[7:8], 9, PAIRS + 5, 1), whole[7:8, 2 * PAIRS + 10 : 2 * PAIRS + 12])
    assert np.array_equal(make(LOGNORMAL, keys[::-1], 9, 3, 4), whole[::-1, 6:14])
    assert len(np.unique(whole)) == whole.size


def test_threads_change_no_bit() -> None:
    code = (
        "import hashlib, numpy as np\nfrom lcaengine.kernels.draws import draw\n"
        "d = np.empty((5000, 16)); k = np.arange(5000, dtype=np.uint64)\n"
        "draw(k, np.zeros(5000), np.ones(5000), 2, np.uint64(3), 0, d)\nprint(hashlib.sha256(d.tobytes()).hexdigest())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "LCAENGINE_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert said[0] == said[1] != ""


CASES: dict[str, tuple[int, dict[str, float], Any]] = {
    "lognormal": (2, {"loc": 1.2, "scale": 0.4}, stats.lognorm(0.4, scale=math.exp(1.2))),
    "normal": (3, {"loc": -2.0, "scale": 0.7}, stats.norm(-2.0, 0.7)),
    "uniform": (4, {"minimum": -1.0, "maximum": 3.0}, stats.uniform(-1.0, 4.0)),
    "triangular": (5, {"loc": 2.0, "minimum": 1.0, "maximum": 5.0}, stats.triang(0.25, 1.0, 4.0)),
    "triangular_at_its_end": (5, {"loc": 5.0, "minimum": 1.0, "maximum": 5.0}, stats.triang(1.0, 1.0, 4.0)),
    "bernoulli": (6, {"loc": 0.3}, stats.bernoulli(0.3)),
    "discrete": (7, {"minimum": 2.0, "maximum": 6.0}, stats.randint(2, 6)),
    "discrete_from_zero": (7, {"maximum": 4.0}, stats.randint(0, 4)),
    "weibull": (8, {"loc": 1.0, "scale": 2.0, "shape": 1.5}, stats.weibull_min(1.5, 1.0, 2.0)),
    "gamma": (9, {"scale": 2.0, "shape": 3.0}, stats.gamma(3.0, 0.0, 2.0)),
    "beta": (10, {"loc": 2.0, "shape": 5.0, "minimum": 1.0, "maximum": 3.0}, stats.beta(2.0, 5.0, 1.0, 2.0)),
    "gumbel": (11, {"loc": 2.0, "scale": 0.5, "shape": 0.0}, stats.gumbel_r(2.0, 0.5)),
    "student": (12, {"loc": 1.0, "scale": 2.0, "shape": 4.0}, stats.t(4.0, 1.0, 2.0)),
    "standard_student": (12, {"shape": 7.0}, stats.t(7.0)),
    # alpha = 1 + 4 (mode - min) / (max - min) = 1 + 4 * 1 / 4 = 2, beta = 1 + 4 * 3 / 4 = 4
    "beta_pert": (13, {"loc": 2.0, "minimum": 1.0, "maximum": 5.0}, stats.beta(2.0, 4.0, 1.0, 4.0)),
}


def quantiles(
    kind: int, given: dict[str, float], u: NDArray[np.float64], negative: bool = False
) -> NDArray[np.float64]:
    loc, scale, shape, low, high = (
        np.array([given.get(name, np.nan)]) for name in ("loc", "scale", "shape", "minimum", "maximum")
    )
    found = find_quantiles(kind, u[None, :], loc, scale, shape, low, high, np.array([negative]))
    return np.asarray(found[0])


@pytest.mark.parametrize("case", CASES)
def test_quantiles_are_those_of_scipy(case: str) -> None:
    kind, given, expected = CASES[case]
    u = np.concatenate([np.linspace(0.0005, 0.9996, 997), [1e-9, 1 - 1e-9]])  # not at a step of those that have any
    assert quantiles(kind, given, u) == pytest.approx(expected.ppf(u), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", ["lognormal", "normal", "weibull", "gamma", "gumbel", "student"])
@pytest.mark.parametrize("bounds", [(0.1, 0.6), (0.3, 1.0), (0.0, 0.8)])
def test_bounds_cut_a_distribution_off(case: str, bounds: tuple[float, float]) -> None:
    """Between a and b its distribution function is (F(x) - F(a)) / (F(b) - F(a))."""
    kind, given, whole = CASES[case]
    low, high = (float(whole.ppf(p)) for p in bounds)
    cut = given | ({"minimum": low} if bounds[0] > 0 else {}) | ({"maximum": high} if bounds[1] < 1 else {})
    u = np.linspace(0.001, 0.999, 500)
    x = quantiles(kind, cut, u)
    assert x.min() >= low
    assert x.max() <= high
    assert (whole.cdf(x) - bounds[0]) / (bounds[1] - bounds[0]) == pytest.approx(u, abs=1e-9)


def test_far_bounds_give_numbers_or_nothing() -> None:
    """Of a normal, 9.9e-10 lies above 6 (scipy), and less than a billionth is refused; 2.9e-7 lies above 5."""
    u = np.array([1e-16, 0.5, 1 - 2.0**-53])
    given = {"loc": 0.0, "scale": 1.0}
    assert np.isnan(quantiles(3, given | {"minimum": 6.0}, u)).all()
    assert np.isnan(quantiles(3, given | {"minimum": 10.0}, u)).all()
    x = quantiles(3, given | {"minimum": 5.0}, u)
    assert np.isfinite(x).all()
    assert x[1] == pytest.approx(stats.norm.isf(stats.norm.sf(5.0) / 2), rel=1e-9)


def test_what_is_mirrored_lies_on_the_other_side_of_zero_and_so_do_its_bounds() -> None:
    u = np.linspace(0.01, 0.99, 99)
    given = {"loc": 0.0, "scale": 0.5}
    assert quantiles(2, given, u, negative=True) == pytest.approx(-quantiles(2, given, u))
    x = quantiles(2, given | {"minimum": -1.5, "maximum": -0.8}, u, negative=True)
    assert x.min() >= -1.5
    assert x.max() <= -0.8
    whole = stats.lognorm(0.5)
    share = (whole.cdf(-x) - whole.cdf(0.8)) / (whole.cdf(1.5) - whole.cdf(0.8))
    assert share == pytest.approx(u)
