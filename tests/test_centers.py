"""Amounts are held to where their distribution lies: its center, or what is between its mean and its median."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

import lcaengine as lca
from lcaengine.findings import Finding
from lcaengine.inventory.center import find_spans
from tests.tables import emits, write_inventory
from tests.test_drivers import chain

NAMES = ("loc", "scale", "shape", "minimum", "maximum")


def find_off(folder: Path, amount: float, columns: dict[str, Any]) -> list[Finding]:
    tables = chain(emits("mine", amount, **columns))
    found = lca.read_inventory(write_inventory(folder, tables)).warnings
    return [each for each in found if each.code == "uncertainty_center"]


def spell(kind: str, **given: float) -> dict[str, Any]:
    return {"uncertainty_type": kind, **given}


# Mean and median, Johnson, Kotz and Balakrishnan (1994, 1995):
# uniform 1 .. 10: 5.5; exponential (gamma, Weibull of shape 1) of scale 2: 2 ln 2 = 1.386 to 2, from an offset of 1:
# 2.386 to 3; beta (2, 1) on 0 .. 1: mean 2/3, F = x^2 has the median sqrt(1/2) = 0.7071; Gumbel (3, 1): median
# 3 - ln ln 2 = 3.3665, mean 3.5772; t: loc, its mean and median; of one degree the median alone.
@pytest.mark.parametrize(
    ("columns", "near", "off", "said"),
    [
        (spell("uniform", minimum=1.0, maximum=10.0), (5.46, 5.54), (1.0, 5.4, 5.6), "5.5"),
        (spell("gamma", scale=2.0, shape=1.0), (1.38, 1.7, 2.01), (1.36, 2.03), "1.38629 to 2"),
        (spell("weibull", scale=2.0, shape=1.0, loc=1.0), (2.37, 3.02), (1.5, 2.3, 3.05), "2.38629 to 3"),
        (spell("beta", loc=2.0, shape=1.0), (0.661, 0.713), (0.655, 0.72, 0.1), "0.666667 to 0.707107"),
        (spell("11", loc=3.0, scale=1.0, shape=0.0), (3.34, 3.6), (3.0, 3.62), "3.36651 to 3.57722"),
        (spell("student_t", loc=3.0, scale=0.1, shape=5.0), (2.98, 3.02), (2.9, 3.1), "3"),
        (spell("student_t", loc=3.0, scale=0.1, shape=1.0), (2.98, 3.02), (2.9, 3.1), "3"),
    ],
    ids=lambda each: str(each["uncertainty_type"]) if isinstance(each, dict) else "",
)  # fmt: skip
def test_amounts_off_their_span_warn(
    tmp_path: Path, columns: dict[str, Any], near: tuple[float, ...], off: tuple[float, ...], said: str
) -> None:
    for at, amount in enumerate(near):
        assert find_off(tmp_path / f"near{at}", amount, columns) == [], amount
    for at, amount in enumerate(off):
        found = find_off(tmp_path / f"off{at}", amount, columns)
        assert [(each.value, each.column) for each in found] == [(said, "amount")], amount


def test_what_is_mirrored_has_its_span_below_zero(tmp_path: Path) -> None:
    columns = {**spell("gamma", scale=2.0, shape=1.0), "negative": True}
    assert find_off(tmp_path / "near", -1.7, columns) == []
    assert [each.value for each in find_off(tmp_path / "off", -3.0, columns)] == ["-2 to -1.38629"]


@pytest.mark.parametrize(
    ("kind", "frozen", "given"),
    [
        (8, stats.weibull_min(1.5, loc=0.5, scale=2.0), {"loc": 0.5, "scale": 2.0, "shape": 1.5}),
        (9, stats.gamma(2.0, scale=1.5), {"scale": 1.5, "shape": 2.0}),
        (11, stats.gumbel_r(loc=1.0, scale=0.7), {"loc": 1.0, "scale": 0.7, "shape": 0.0}),
        (12, stats.t(3.0, loc=2.0, scale=0.5), {"loc": 2.0, "scale": 0.5, "shape": 3.0}),
    ],
)
@pytest.mark.parametrize("negative", [False, True])
def test_spans_between_bounds_are_those_of_scipy(
    kind: int, frozen: Any, given: dict[str, float], negative: bool
) -> None:
    """Of what is drawn between 0.8 and 2.2: the integral of x f(x) by its share, and the middle of its share."""
    low, high = 0.8, 2.2
    below, above = frozen.cdf(low), frozen.cdf(high)
    mean = integrate.quad(lambda x: x * frozen.pdf(x), low, high)[0] / (above - below)
    median = frozen.ppf((below + above) / 2)
    sign = -1.0 if negative and kind in (8, 9) else 1.0
    bounds = {"minimum": low, "maximum": high} if sign > 0 else {"minimum": -high, "maximum": -low}
    parameters = {name: np.array([{**given, **bounds}.get(name, np.nan)]) for name in NAMES}
    spans = find_spans(np.array([kind]), np.array([sign < 0]), parameters, np.array([99.0]))
    expected = sorted([sign * mean, sign * median])
    assert [float(each[0]) for each in spans] == pytest.approx(expected, rel=1e-3)
    alone = find_spans(np.array([kind]), np.array([sign < 0]), parameters, np.array([sign * median]))
    assert [float(each[0]) for each in alone] == pytest.approx([sign * median] * 2, rel=1e-12)


@pytest.mark.parametrize("name", ["neodymium-magnet", "neodymium-magnet-csv", "two-suppliers"])
def test_examples_are_written_at_their_centers(name: str) -> None:
    found = lca.read_inventory(lca.find_example(name)).warnings
    assert [each for each in found if each.code.startswith("uncertainty")] == []


UNREAD = "uncertainty_unread"


# Which parameters a type reads: stats_arrays 4.0, `distributions`; a uniform reads its bounds alone.
@pytest.mark.parametrize(
    ("columns", "unread"),
    [
        (spell("beta_pert", loc=1.0, minimum=0.0, maximum=3.0, shape=9.0), ["shape"]),
        (spell("beta_pert", loc=1.0, minimum=0.0, maximum=3.0, scale=9.0), []),
        (spell("beta", loc=1.0, shape=1.0, minimum=0.0, maximum=2.0, scale=2.0), ["scale"]),
        (spell("normal", loc=1.0, scale=0.1, shape=2.0, minimum=0.0), ["shape"]),
        (spell("uniform", loc=1.5, scale=0.1, minimum=0.0, maximum=2.0), ["loc", "scale"]),
        (spell("uniform", loc=1.0, minimum=0.0, maximum=2.0), []),  # it says again what the amount says
        (spell("none", loc=1.0, minimum=0.0, scale=0.1), ["minimum", "scale"]),
        (spell("gamma", loc=0.0, scale=0.5, shape=2.0, minimum=0.0), []),
        (spell("student_t", loc=1.0, scale=0.1, shape=9.0, maximum=2.0), []),
        (spell("6", loc=1.0, minimum=0.0, maximum=1.0), []),
    ],
)
def test_parameters_that_are_not_read_are_told(tmp_path: Path, columns: dict[str, Any], unread: list[str]) -> None:
    rows = [emits("mine", 1.0, **columns), emits("mine", 1.0, comment="again", **columns), emits("mine", 1.0)]
    found = lca.read_inventory(write_inventory(tmp_path, chain(*rows))).warnings
    told = [each for each in found if each.code == UNREAD]
    assert sorted(each.column for each in told if each.row) == sorted(unread)
    assert sorted(each.column for each in told if each.row is None and each.value == "1") == sorted(unread)
    assert len(told) == 2 * len(unread)
    assert len({each.row for each in told if each.row}) == bool(unread)


def test_what_a_beta_pert_reads_is_said(tmp_path: Path) -> None:
    columns = spell("beta_pert", loc=1.0, minimum=0.0, maximum=3.0, shape=9.0)
    found = lca.read_inventory(write_inventory(tmp_path, chain(emits("mine", 1.0, **columns)))).warnings
    (told,) = [each for each in found if each.code == UNREAD]
    assert (told.what, told.value) == ("shape is '9.0', and is not read of a distribution that is beta_pert", "9.0")
    assert told.fix.endswith("of beta_pert these are loc scale minimum maximum")
