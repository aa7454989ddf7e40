"""Distributions without moments, numbers beyond what a float holds, and such as are next to nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.uncertainty.simulation import Plan, prepare_draws
from lcaengine.uncertainty.solved import solve_values
from lcaengine.uncertainty.values import draw_rows
from tests.conftest import Run
from tests.tables import CO2, emits, makes, process, product, write_inventory


def write_emitter(folder: Path, amount: float = 1.0, **distribution: Any) -> Path:
    """Write a process that makes a kg and gives off CO2."""
    tables = {
        "processes": [process("plant", "processing")],
        "flows": [product("acid"), CO2],
        "exchanges": [makes("plant", "acid"), emits("plant", amount, **distribution)],
    }
    return write_inventory(folder, tables)


@pytest.mark.parametrize(
    ("shape", "bounds", "lacks"),
    [
        # Johnson, Kotz and Balakrishnan (1995), vol. 2, ch. 28: moments of order below the degrees of freedom exist.
        (1.0, {}, "has no mean and no standard deviation"),
        (2.0, {}, "has no standard deviation"),
        (1.5, {"minimum": 0.0}, "has no standard deviation"),
        (1.0, {"minimum": 0.0, "maximum": 5.0}, ""),
        (2.1, {}, ""),
    ],
)
def test_rows_without_moments_are_told(
    run: Run, tmp_path: Path, shape: float, bounds: dict[str, float], lacks: str
) -> None:
    place = write_emitter(tmp_path / "i", uncertainty_type="student_t", loc=1.0, scale=0.1, shape=shape, **bounds)
    found = [each for each in lca.check(place).warnings() if each.code == "uncertainty_moments"]
    assert [(each.table, each.row, lacks in each.what) for each in found] == ([("exchanges", 2, True)] if lacks else [])
    code, out, _ = run("simulate", place, "--draws", "16", "--json")
    told = json.loads(out)["run"].get("without_moments", [])
    assert (code, len(told)) == (0, bool(lacks))
    code, out, _ = run("simulate", place, "--draws", "16")
    assert (code, "only quantiles mean something" in " ".join(out.split())) == (0, bool(lacks))


@pytest.mark.parametrize(
    "distribution",
    [
        {"uncertainty_type": "uniform", "minimum": -1e308, "maximum": 1e308},
        {"uncertainty_type": "triangular", "loc": 1.0, "minimum": 0.0, "maximum": 1e300},
        {"uncertainty_type": "normal", "loc": 1.0, "scale": 1e300},
        {"uncertainty_type": "gamma", "scale": 1e300, "shape": 1.0},
    ],
    ids=lambda each: str(each["uncertainty_type"]),
)
def test_parameters_whose_squares_are_no_numbers_are_refused_by_row(
    tmp_path: Path, distribution: dict[str, Any]
) -> None:
    with pytest.raises(lca.DataError, match=r"(?s)exchanges row 2.*beyond what a number holds"):
        lca.read_inventory(write_emitter(tmp_path / "i", **distribution))


def test_a_weibull_whose_variance_is_no_number_is_named(tmp_path: Path) -> None:
    # Variance / scale^2 = G(1 + 2 / .01) - G(1 + 1 / .01)^2, and 200! is 10^375.
    place = write_emitter(tmp_path / "i", uncertainty_type="weibull", scale=1.0, shape=0.01)
    scored = lca.score(lca.read_inventory(place))
    with pytest.raises(lca.DataError, match="no variance that is known"):
        lca.list_drivers(scored, process_id="plant", draws=0)


@pytest.mark.parametrize("value", [np.inf, 1.7e308])  # the latter is, times 29.8 kg CO2e a kg of methane
def test_draws_that_are_lost_name_process_and_row(tmp_path: Path, value: float) -> None:
    tables = {
        "processes": [process("plant")],
        "flows": [product("acid"), {**CO2, "flow_id": "ch4", "name": "Methane, fossil"}],
        "exchanges": [
            makes("plant", "acid"),
            emits("plant", 1.0, flow_id="ch4", uncertainty_type="normal", loc=1.0, scale=0.1),
        ],
    }
    scored = lca.score(lca.read_inventory(write_inventory(tmp_path / "i", tables)))
    plan = Plan(scored, 8, 1, lca.Pedigree(), np.zeros(1, np.int64), None)
    prepared = prepare_draws(plan, scored.select(["ghg"]))
    values = draw_rows(prepared.sampled, 1, 0, 8)
    values[0, 3] = value
    solved = solve_values(prepared.sampled, prepared.structure, prepared.static, values)
    assert list(solved.infeasible) == [3]
    assert solved.infeasible[3].endswith("plant has a number too large for one, by the draw of exchanges row 2")


@pytest.mark.parametrize("size", [1e-100, 1e-150, 1e-162, 1e-200, 1e-290])
def test_small_numbers_have_the_spread_of_large_ones(tmp_path: Path, size: float) -> None:
    place = write_emitter(tmp_path / "i", size, uncertainty_type="normal", loc=size, scale=0.2 * size)
    samples = lca.simulate(lca.read_inventory(place), draws=64, indicators=["ghg"])
    exact = (samples.get("ghg", process_id="plant") / size).std(ddof=1)
    assert float(samples.sd[0, -1, 0]) / size == pytest.approx(float(exact), rel=1e-12)
    assert np.isfinite(samples.mean).all()
