"""Distributions times a factor: draws of stats_arrays, an independent implementation, times the factor."""

from __future__ import annotations

import numpy as np
import pytest

from lcaengine.formats.scaling import PARAMETERS, scale_distributions

stats_arrays = pytest.importorskip("stats_arrays", reason="stats_arrays comes with bw2calc, which is not installed")
DRAWS = 200_000
ROWS = [
    (2, {"loc": 0.3, "scale": 0.4}),
    (2, {"loc": 0.3, "scale": 0.4, "negative": 1.0, "minimum": -5.0}),
    (3, {"loc": 2.0, "scale": 0.5, "minimum": 1.0}),
    (4, {"minimum": -1.0, "maximum": 3.0}),
    (5, {"loc": 2.5, "minimum": 1.0, "maximum": 3.0}),
    (8, {"loc": 0.5, "scale": 2.0, "shape": 1.5}),
    (9, {"loc": 0.5, "scale": 2.0, "shape": 1.5}),
    (10, {"loc": 2.0, "shape": 5.0}),
    (10, {"loc": 2.0, "shape": 5.0, "minimum": 1.0, "maximum": 4.0}),
    (11, {"loc": 2.0, "scale": 0.5, "shape": 0.0}),
    (12, {"shape": 9.0}),
    (12, {"shape": 9.0, "loc": 3.0, "scale": 0.2}),
    (13, {"loc": 2.5, "minimum": 1.0, "maximum": 3.0, "scale": 4.0}),
]


def draw(kind: float, parameters: dict[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Draw with stats_arrays, bounded as it is in a Monte Carlo run."""
    given = {name: value for name, value in parameters.items() if not np.isnan(value)}
    given["negative"] = bool(given.get("negative", 0.0))
    row = stats_arrays.UncertaintyBase.from_dicts({"uncertainty_type": int(kind), **given})
    own = stats_arrays.uncertainty_choices[int(kind)]
    return np.asarray(own.bounded_random_variables(row, DRAWS, np.random.RandomState(7), 200)).ravel()


@pytest.mark.parametrize("factor", [1000.0, 0.04, -1.0, -2.5])
@pytest.mark.parametrize(("kind", "given"), ROWS)
def test_draws_are_multiplied(kind: int, given: dict[str, float], factor: float) -> None:
    row = {name: np.array([given.get(name, np.nan)]) for name in PARAMETERS}
    row |= {"uncertainty_type": np.array([float(kind)]), "negative": np.array([given.get("negative", 0.0)])}
    scaled, carried = scale_distributions(row, np.array([factor]))
    if kind == 11 and factor < 0:  # the mirror image of a Gumbel distribution is none
        assert not carried[0]
        return
    assert carried[0]
    expected = factor * draw(kind, {name: float(values[0]) for name, values in row.items()})
    found = draw(kind, {name: float(values[0]) for name, values in scaled.items()})
    spread = expected.std()
    # Two samples: standard errors of mean and deviation, the fourth moment from the sample, times the root of two.
    fourth = ((expected - expected.mean()) ** 4).mean()
    of_deviation = np.sqrt(max(fourth - spread**4, 0.0) / DRAWS) / (2 * spread)
    assert abs(found.mean() - expected.mean()) <= 4 * np.sqrt(2.0 / DRAWS) * spread
    assert abs(found.std() - spread) <= 4 * np.sqrt(2.0) * of_deviation
    for q in (0.05, 0.5, 0.95):  # asymmetry too: quantiles to a fortieth of the spread
        assert abs(np.quantile(found, q) - np.quantile(expected, q)) <= spread / 40


@pytest.mark.parametrize("kind", [6, 7])
def test_whole_numbers_have_no_multiple(kind: int) -> None:
    row = {name: np.array([0.5]) for name in (*PARAMETERS, "negative")} | {"uncertainty_type": np.array([float(kind)])}
    assert not scale_distributions(row, np.array([2.0]))[1][0]
    scaled, carried = scale_distributions(row, np.array([1.0]))
    assert carried[0]
    assert all(scaled[name] == row[name] for name in PARAMETERS)
