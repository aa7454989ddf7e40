"""Kernels of suppliers' draws: exact quantiles without sorting, and sums over rows, against slow twins."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from lcaengine.kernels import supplier_draws
from lcaengine.kernels.draws import LOGNORMAL, NORMAL, draw
from lcaengine.kernels.statistics import measure_rows
from lcaengine.kernels.supplier_draws import CERTAIN, GIVEN, NOWHERE, sum_draws

LEVELS = np.array([0.025, 0.5, 0.975])
NORMAL_LEVELS = np.array([NormalDist().inv_cdf(each) for each in LEVELS])
Numbers = NDArray[np.float64]


def measure(rows: Numbers) -> Numbers:
    measured = np.full((len(rows), 5), np.nan)
    measure_rows(rows, np.arange(len(rows)), LEVELS, NORMAL_LEVELS, measured)
    return measured


def test_what_does_not_vary_has_no_spread() -> None:
    """A third, a thousand times: its mean by sums is off in the last digit, and deviations from that are no zero."""
    alike = np.repeat(np.array([[1.0 / 3.0], [-0.1], [1e-300], [0.0], [-7e100]]), 1001, axis=1)
    measured = measure(alike)
    assert measured[:, 0].tolist() == alike[:, 0].tolist()
    assert measured[:, 1].tolist() == [0.0] * 5
    nearly = alike.copy()
    nearly[:, 0] = np.nextafter(alike[:, 0], np.inf)  # one draw is another number: it varies
    assert (measure(nearly)[:3, 1] > 0).all()  # of 1e-300 too, though squares of its deviations are no numbers


def make_rows(draws: int) -> dict[str, Numbers]:
    """Make rows that are smooth, skewed, tied, on both sides of zero, far apart, and of both zeros."""
    random = np.random.default_rng(draws)
    shape = (20, draws)
    return {
        "normal": random.normal(0.0, 1.0, shape),
        "lognormal": random.lognormal(3.0, 1.5, shape),
        "below zero": -random.lognormal(-3.0, 0.2, shape),
        "ties": random.integers(0, 3, shape).astype(np.float64),
        "mostly one": np.where(random.random(shape) < 0.03, random.normal(0.0, 1.0, shape), 2.5),
        "alike": np.full(shape, -7.25),
        "both zeros": random.choice([0.0, -0.0, 1.0], shape),
        "far apart": random.normal(0.0, 1.0, shape) * 10.0 ** random.integers(-150, 150, shape),
        "least numbers": random.integers(-3, 4, shape) * 5e-324,
        "two humps": np.where(random.random(shape) < 0.5, random.lognormal(0.0, 0.1, shape), -1e9),
    }


@pytest.mark.parametrize("draws", [2, 3, 8, 41, 1000])
def test_quantiles_are_those_of_sorted_rows(draws: int) -> None:
    """Order statistics are draws, to the bit; between two of them as numpy's `linear` has it."""
    for name, rows in make_rows(draws).items():
        measured = measure(rows)
        ordered = np.sort(rows, axis=1)
        for at, level in enumerate(LEVELS):
            below = min(int(level * (draws - 1)), draws - 2)
            low, high = ordered[:, below], ordered[:, below + 1]
            expected = low + (level * (draws - 1) - below) * (high - low)
            assert np.array_equal(measured[:, 2 + at], expected), (name, level)
        with np.errstate(over="ignore"):
            size = np.abs(rows).max(axis=1)
            assert (np.abs(measured[:, 0] - rows.mean(axis=1)) <= 1e-13 * size).all(), name
            lift = 2.0**600 if size.max() < 1e-140 else 1.0  # numpy loses the squares of small numbers
            sd = (rows * lift).std(axis=1, ddof=1) / lift
            assert np.allclose(measured[:, 1], sd, rtol=1e-10, atol=1e-13 * size.max() + 1e-323), name


def test_of_both_zeros_none_is_below_the_other() -> None:
    """The mean, where the search begins, is zero: two draws are below it, and a zero of either sign is not."""
    for zero in (0.0, -0.0):
        rows = np.array([[-3.0, -1.0, zero, 4.0], [-2.0, zero, zero, 2.0]])
        assert measure(rows)[:, 3].tolist() == [-0.5, 0.0]


def test_a_row_is_measured_alone() -> None:
    """What is measured of a row does not depend on the rows beside it, on their order, or on where it stands."""
    rows = np.random.default_rng(1).lognormal(0.0, 1.0, (200, 63))
    measured = measure(rows)
    assert np.array_equal(measure(rows[::-1].copy()), measured[::-1])
    assert np.array_equal(measure(rows[77:78]), measured[77:78])


def test_what_is_no_number_comes_to_an_end() -> None:
    """Draws that overflow give what is no finite number, for the caller to refuse; the search ends all the same."""
    rows = np.random.default_rng(2).normal(0.0, 1.0, (4, 50))
    rows[0, 3], rows[1, 5], rows[2, 7], rows[3, :30] = np.nan, np.inf, -np.inf, np.inf
    assert not np.isfinite(measure(rows)).all(axis=1).any()


def draw_rows(form: NDArray[np.int8], key: NDArray[np.uint64], loc: Numbers, scale: Numbers, draws: int) -> Numbers:
    """Draw every row by the engine's kernel of blocks of keys; ones where a row is certain."""
    values = np.ones((len(form), draws))
    for kind, of in ((supplier_draws.NORMAL, NORMAL), (supplier_draws.LOGNORMAL, LOGNORMAL)):
        at = np.flatnonzero(form == kind)
        some = np.empty((len(at), draws))
        draw(key[at], loc[at], scale[at], of, np.uint64(7), 0, some)
        values[at] = some
    return values


def test_sums_are_those_of_a_slow_twin() -> None:
    """Certain, drawn and given rows, uncertain outputs, numbers of nothing, parts alike, draws left out, limits."""
    random = np.random.default_rng(3)
    suppliers, kinds, parts, indicators, draws = 45, 12, 3, 2, 700
    count = random.integers(0, 7, suppliers) + 1
    starts = np.concatenate([[0], np.cumsum(count)])
    reference = starts[:-1] + random.integers(0, count)
    rows, numbers = int(starts[-1]), parts * indicators
    code = random.integers(1, kinds, rows).astype(np.int32)
    code[reference] = 0
    form = random.choice([CERTAIN, supplier_draws.NORMAL, supplier_draws.LOGNORMAL, GIVEN], rows).astype(np.int8)
    form[reference] = random.choice([CERTAIN, supplier_draws.LOGNORMAL], suppliers)
    amount = np.where(form == CERTAIN, random.lognormal(0.0, 1.0, rows), random.choice([1.0, -1.0], rows))
    amount[reference] = np.abs(amount[reference])
    key = random.integers(0, 2**63, rows).astype(np.uint64)
    given = random.normal(1.0, 1.0, (int((form == GIVEN).sum()), draws))
    key[form == GIVEN] = np.arange(len(given))
    loc, scale = random.normal(0.0, 0.5, rows), np.full(rows, 0.3)
    per_unit = random.choice([1.0, 1000.0], suppliers)
    pool = random.lognormal(0.0, 0.5, (9, draws))
    place = random.integers(NOWHERE, 9, (numbers, kinds)).astype(np.int32)
    place[:, 0] = NOWHERE
    place[:, :6][indicators:4] = NOWHERE
    place[-indicators:, 6:] = place[:indicators, 6:]  # totals that are a part
    kept = np.setdiff1d(np.arange(draws - 1), [3, 500])
    limit = np.where(random.random((numbers, suppliers)) < 0.5, random.normal(0.5, 1.0, (numbers, suppliers)), np.nan)
    measured, wrong = np.empty((6, numbers, suppliers)), np.empty(suppliers, np.int64)
    own = (starts, code, form, amount, key, loc, scale, given, reference, per_unit)
    background = (place, pool, kept, np.uint64(7), LEVELS, NORMAL_LEVELS, indicators)
    sum_draws(*own, *background, limit, measured, wrong)
    x = amount[:, None] * draw_rows(form, key, loc, scale, draws)
    x[form == GIVEN] = amount[form == GIVEN, None] * given
    has_zero = False
    for p in range(suppliers):
        made = x[reference[p]] * per_unit[p]
        assert wrong[p] == NOWHERE
        for v in range(numbers):
            terms = [x[r] * pool[place[v, code[r]]] for r in range(starts[p], starts[p + 1]) if place[v, code[r]] >= 0]
            values = (np.sum(terms, axis=0) / made)[kept] if terms else np.zeros(len(kept))
            has_zero |= not terms
            expected = [values.mean(), values.std(ddof=1), *np.quantile(values, LEVELS)]
            assert measured[:5, v, p] == pytest.approx(expected, rel=1e-12, abs=1e-13), (p, v)
            share = np.nan if np.isnan(limit[v, p]) else (values <= limit[v, p]).mean()
            assert measured[5, v, p] == pytest.approx(share, nan_ok=True, abs=1e-15)
    assert has_zero


def test_what_makes_nothing_is_named_by_draw() -> None:
    """Normals of 1 and sd 1: the first draw that is not above zero, as the kernel of blocks of keys draws it."""
    suppliers, draws = 5, 64
    starts, key = np.arange(suppliers + 1), np.arange(suppliers, dtype=np.uint64)
    form, ones = np.full(suppliers, supplier_draws.NORMAL, np.int8), np.ones(suppliers)
    measured, wrong = np.empty((3, 1, suppliers)), np.empty(suppliers, np.int64)
    none, nobody = np.zeros(0), np.zeros((0, draws))
    own = (starts, np.zeros(suppliers, np.int32), form, ones, key, ones, ones, nobody, starts[:-1], ones)
    place = np.full((1, 1), NOWHERE, np.int32)
    limit = np.zeros((1, 0))
    sum_draws(*own, place, nobody, np.arange(draws), np.uint64(7), none, none, 1, limit, measured, wrong)
    made = draw_rows(form, key, ones, ones, draws)
    assert wrong.tolist() == [int(np.flatnonzero(each <= 0)[0]) for each in made]
    kept = np.flatnonzero((made > 0).all(axis=0))  # draws that have no answer, and one to make them even, are not asked
    sum_draws(*own, place, nobody, kept, np.uint64(7), none, none, 1, limit, measured, wrong)
    assert wrong.tolist() == [-1] * suppliers
