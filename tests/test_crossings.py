"""Amounts whose draws cross zero, and counts of uncertain rows, in a check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.crossings import find_crossings
from tests.conftest import Run
from tests.tables import Tables, emits, takes, write_inventory
from tests.test_simulate import chain, lognormal


def normal(mean: float, sd: float, **more: Any) -> dict[str, Any]:
    return {"uncertainty_type": "normal", "loc": mean, "scale": sd, **more}


def tables() -> Tables:
    """Crossing, in tonnes: 1.1 with an sd of 0.8; cut at zero; far from it; a Gumbel; a t, cut above."""
    gumbel: dict[str, Any] = {
        "uncertainty_type": "generalized_extreme_value",
        "loc": 1.0,
        "scale": 1.0,
        "shape": 0.0,
    }
    student: dict[str, Any] = {"uncertainty_type": "student_t", "loc": 1.0, "scale": 0.5, "shape": 3.0, "maximum": 2.0}
    return chain(
        takes("mill", "bar", 1.1, "t", **normal(1.1, 0.8)),
        takes("smelter", "ore", 1.0, **normal(1.0, 0.8, minimum=0.0)),
        emits("mine", 5.0, **normal(5.0, 0.5)),
        emits("mill", 1.5, **gumbel),
        emits("smelter", 1.2, **student),
        emits("plant", 1.0, **lognormal(1.0, 3.0)),
    )


def test_shares_by_distribution_functions(tmp_path: Path) -> None:
    """P(x < 0) by the distribution functions of scipy."""
    listed = lca.list_distributions(lca.read_inventory(write_inventory(tmp_path, tables())))
    student = stats.t(3.0, 1.0, 0.5)
    exact = {
        1100.0: stats.norm.cdf(-1.1 / 0.8),
        1.0: 0.0,
        5.0: stats.norm.cdf(-10.0),
        1.5: stats.gumbel_r.cdf(0.0, 1.0, 1.0),
        1.2: student.cdf(0.0) / student.cdf(2.0),
    }
    found = dict(zip(listed.amount.tolist(), find_crossings(listed).tolist(), strict=True))
    assert found == pytest.approx(exact, rel=1e-9, abs=1e-20)
    drawn = lca.draw_values(listed, seed=1, first=0, count=20_000)
    crossed = ((drawn < 0) != (listed.amount < 0)[:, None]).mean(axis=1)
    assert crossed == pytest.approx(find_crossings(listed), abs=4 * (0.25 / 20_000) ** 0.5)  # four standard errors


def test_check_warns_and_counts(run: Run, tmp_path: Path) -> None:
    """By tables: Phi(-1.375) = 0.085; exp(-exp(1)) = 0.066; of a t of 3 degrees, F(-2) / F(2) = 0.0697 / 0.9303."""
    folder = write_inventory(tmp_path / "i", tables())
    warned = [each for each in lca.check(folder).warnings() if each.code == "uncertainty_sign"]
    assert [(each.row, each.value) for each in warned] == [(5, "8.5 %"), (8, "6.6 %"), (9, "7.5 %")]
    code, out, _ = run("check", folder)
    assert code == 0
    assert "Uncertain rows: 6 of exchanges." in out
    code, out, _ = run("check", folder, "--flows", "--json")
    assert json.loads(out)["uncertain"] == {"exchanges": 6, "factors": 0, "markets": 0, "allocation": 0}


def test_check_says_that_nothing_varies(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("check", write_inventory(tmp_path / "i", chain(emits("mine", 5.0))))
    assert code == 0
    assert "Uncertain rows: none, nothing varies in draws." in out
