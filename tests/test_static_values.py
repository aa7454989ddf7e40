"""Static values of draws: as they are written, or at medians or means, by declared choice."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.uncertainty.static import say_static
from tests.conftest import Run
from tests.drawn_methods import factor, read_drawn, write_method
from tests.scoring import core
from tests.tables import Tables, emits, takes, write_inventory
from tests.test_markets import amount, buying
from tests.test_simulate import chain, lognormal


def mill() -> Tables:
    """mill <- 2 bar <- 3 ore <- 5 kg CO2, each lognormal: medians give 30."""
    rows = [
        takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
        takes("smelter", "ore", 3.0, **lognormal(3.0, 0.2)),
        emits("mine", 5.0, **lognormal(5.0, 0.3)),
    ]
    return chain(*rows)


def test_means_of_a_chain(tmp_path: Path) -> None:
    """The mean of a lognormal is its median times exp(sigma^2 / 2), also of the factor, 1 kg CO2e/kg and sigma 0.4."""
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", mill()))
    method = read_drawn(tmp_path / "m", factor("ghg", "co2", 1.0, **lognormal(1.0, 0.4)))
    chosen: dict[str, Any] = {"draws": 16, "seed": 1, "indicators": ["ghg"], "keep": ["mill"]}
    written = lca.simulate(inventory, method, **chosen)
    medians = lca.simulate(inventory, method, **chosen, static="medians")
    assert written.static.get("ghg", process_id="mill") == pytest.approx(30.0)
    means = lca.simulate(inventory, method, **chosen, static="means")
    assert medians.static.get("ghg", process_id="mill") == pytest.approx(30.0)
    exact = 30.0 * math.exp((0.1**2 + 0.2**2 + 0.3**2 + 0.4**2) / 2)
    assert means.static.get("ghg", process_id="mill") == pytest.approx(exact, rel=1e-12)
    assert [each.static_values for each in (written, medians, means)] == ["written", "medians", "means"]
    assert means.values.tobytes() == medians.values.tobytes()
    rows = [each for each in means.to_arrow().to_pylist() if (each["process_id"], each["stage"]) == ("mill", "total")]
    assert rows[0]["value"] == pytest.approx(exact, rel=1e-12)
    assert rows[0]["p50"] == medians.quantiles[medians.kept[0], -1, 0, 1]


def test_means_of_market_amounts(tmp_path: Path) -> None:
    """Wind 1 kWh, and coal uniform from 1 to 5 kWh, written as 2: 3 of 4 in place of 2 of 3, at 1 kg/kWh."""
    coal = {"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 5.0}
    wind, other = amount("location", wind=(3.6, "MJ"), coal=(2.0, "kWh"))
    inventory = lca.read_inventory(write_inventory(tmp_path, buying([wind, {**other, **coal}], "CN")))
    samples = lca.simulate(inventory, core(), 4, 1, indicators=["ghg"], static="means")
    assert samples.footprints.get("ghg", process_id="mill-CN") == pytest.approx(2 / 3)
    assert samples.static.get("ghg", process_id="mill-CN") == pytest.approx(3 / 4)


def test_medians_of_skewed_types(tmp_path: Path) -> None:
    """Of a mode the median is another number, by the distribution function, which is 1/2 there.

    Triangular from 0 to 10 with a mode of 2: 10 - sqrt(10 x 8 / 2) = 3.675; exponential (Weibull of shape 1) of scale
    2: 2 ln 2, times a unit of 1000 kg; a lognormal on the other side of zero: -exp(1). A normal is written at it.
    """
    rows = [
        emits("mine", 2.0, uncertainty_type="triangular", loc=2.0, minimum=0.0, maximum=10.0),
        emits("smelter", 2.0, "t", uncertainty_type="weibull", scale=2.0, shape=1.0),
        emits("mill", -3.0, uncertainty_type="lognormal", loc=1.0, scale=0.5, negative=True),
        emits("plant", 5.0, uncertainty_type="normal", loc=5.0, scale=0.1),
    ]
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(*rows)))
    static = lca.simulate(inventory, core(), 4, 1, indicators=["ghg"], static="medians").static
    found = {name: static.get("ghg", process_id=name) for name in ("mine", "smelter", "mill", "plant")}
    exact = {"mine": 10 - math.sqrt(40), "smelter": 2000 * math.log(2), "mill": -math.e, "plant": 5.0}
    assert found == pytest.approx(exact, rel=1e-12)


def test_a_distribution_without_a_mean_is_refused(tmp_path: Path) -> None:
    cauchy: dict[str, Any] = {"uncertainty_type": "student_t", "loc": 5.0, "scale": 0.1, "shape": 1}
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(emits("mine", 5.0, **cauchy))))
    assert lca.simulate(inventory, core(), 4, 1, indicators=["ghg"]).static_values == "written"
    with pytest.raises(lca.DataError, match="no mean that is known") as caught:
        lca.simulate(inventory, core(), 4, 1, static="means")
    assert caught.value.where == "exchanges row 5"


def test_the_command_records_the_choice(run: Run, tmp_path: Path) -> None:
    folder = write_inventory(tmp_path / "i", mill())
    method = write_method(tmp_path / "m", factor("ghg", "co2", 1.0))
    asked = ("simulate", folder, "--method", method, "--draws", 8, "--static")
    code, out, err = run(*asked, "means", "--json")
    assert (code, json.loads(out)["run"]["static_values"]) == (0, "means"), err
    code, out, err = run(*asked, "means")
    assert (code, err) == (0, "")
    assert "static values at means" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    code, out, err = run(*asked, "modes")
    assert (code, out) == (2, "")
    assert "choose one of written, medians, means" in err


@pytest.mark.parametrize("static", ["written", "medians", "means"])
def test_static_median_and_mean_stand_side_by_side(run: Run, tmp_path: Path, static: str) -> None:
    """A mine of 5 kg with sigma 0.3: the static value is 5, or 5 exp(0.045) = 5.230; draws, and their statistics, stay.

    Standard errors of 5,000 draws: of the mean sd / sqrt(n), of the median sqrt(pi / 2) sigma / sqrt(n) of itself.
    """
    folder = write_inventory(tmp_path / "i", chain(emits("mine", 5.0, **lognormal(5.0, 0.3))))
    method = write_method(tmp_path / "m", factor("ghg", "co2", 1.0))
    value = {"written": 5.0, "medians": 5.0, "means": 5.0 * math.exp(0.045)}[static]
    asked = ("simulate", folder, "--method", method, "--draws", 5000, "--static", static, "--indicator", "ghg")
    code, out, _ = run(*asked, "--all")
    assert code == 0
    for word in ("static", "median", "mean", say_static(static)):
        assert word in " ".join(out.split())
    shown = next(line.split() for line in out.splitlines() if line.split()[:1] == ["mine"])
    assert float(shown[1]) == pytest.approx(value, abs=5e-3)
    for name in ("out.json", "wide.parquet"):
        code, _, err = run(*asked, "-o", tmp_path / name, *(["--wide"] if "wide" in name else []))
        assert code == 0, err
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert written["run"]["static_values"] == static
    row = next(r for r in written["results"] if (r["process_id"], r["stage"]) == ("mine", "total"))
    wide = pq.read_table(tmp_path / "wide.parquet")
    assert json.loads(wide.schema.metadata[b"lcaengine"])["static_values"] == static
    other = next(r for r in wide.to_pylist() if r["process_id"] == "mine")
    assert [other[f"ghg.total{name}"] for name in ("", ".mean", ".p50")] == [row["value"], row["mean"], row["p50"]]
    assert row["value"] == pytest.approx(value)
    assert row["mean"] == pytest.approx(5.0 * math.exp(0.045), abs=4 * row["sd"] / math.sqrt(5000))
    assert row["p50"] == pytest.approx(5.0, abs=4 * 5.0 * 0.3 * math.sqrt(math.pi / 2 / 5000))


def test_static_values_of_suppliers_are_as_written_and_said(run: Run, tmp_path: Path) -> None:
    """Of suppliers in parts, means are refused, with nothing written; value, mean and p50 stand in the results."""
    place = lca.find_example("two-suppliers").parent / "suppliers"
    words = ["simulate", place, "--background", "example:two-suppliers", "--indicator", "ghg", "--draws", 8]
    code, out, err = run(*words, "-o", tmp_path / "no", "--static", "means")
    assert (code, out, (tmp_path / "no").exists()) == (2, "", False)
    assert "static values as written" in err
    code, out, _ = run(*words, "-o", tmp_path / "out", "--json")
    assert (code, json.loads(out)["static_values"]) == (0, "written")
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["static_values"] == "written"
    (file,) = (tmp_path / "out" / "results").iterdir()
    assert {"value", "mean", "p50"} < set(pq.read_table(file).column_names)


def mines() -> Tables:
    """The mine emits 5 kg, lognormal of sigma 0.3, the smelter 2 kg, uniform from 1 to 5."""
    uniform: dict[str, Any] = {"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 5.0}
    return chain(emits("mine", 5.0, **lognormal(5.0, 0.3)), emits("smelter", 2.0, **uniform))


def test_alternatives_have_static_values_by_choice(tmp_path: Path) -> None:
    """5 and 2 as written; means are 5 exp(0.3^2 / 2) and 3, a median 3; draws, P and intervals stay.

    A scenario is scored at its own distributions: with 4 kg in place of 5, of the same sigma.
    """
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path, mines())), core())
    less = lca.change(footprints, [lca.Change("co2", "mine", amount="4 kg")])
    versions = [("mine", footprints, "mine"), ("less", less, "mine"), ("smelter", footprints, "smelter")]
    group = [lca.Alternative(name, each, process_id=process) for name, each, process in versions]
    exact = {"written": (5.0, 4.0, 2.0), "medians": (5.0, 4.0, 3.0)}
    exact["means"] = (5.0 * math.exp(0.045), 4.0 * math.exp(0.045), 3.0)
    found = {name: lca.compare_draws(group, 50, 1, ["ghg"], static=name) for name in exact}
    for name, values in exact.items():
        assert found[name].static_values == name
        assert found[name].spreads["value"].to_pylist() == pytest.approx(values, rel=1e-12)
        assert found[name].to_arrow().equals(found["written"].to_arrow())
        assert found[name].spreads.drop(["value"]).equals(found["written"].spreads.drop(["value"]))
        alone = lca.simulate(footprints.system.inventory, core(), 50, 1, indicators=["ghg"], static=name)
        assert alone.static.get("ghg", process_id="mine") == pytest.approx(values[0], rel=1e-12)
    with pytest.raises(lca.LcaError, match="choose one of written, medians, means"):
        lca.compare_draws(group, 50, 1, ["ghg"], static="modes")


def test_the_command_compares_static_values_by_choice(run: Run, tmp_path: Path) -> None:
    folder = write_inventory(tmp_path / "i", mines())
    words = ("compare", folder, "--of", "mine", "--of", "smelter", "--draws", 20, "--indicator", "ghg")
    value = f"{5.0 * math.exp(0.045):.2f}"
    code, out, err = run(*words, "--static", "means")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert next(line.split()[2] for line in out.splitlines() if line.split()[:2] == ["A", "mine"]) == value
    assert "static values at means" in " ".join(out.split())
    assert "static values as written" in " ".join(run(*words)[1].split())
    code, _, err = run(*words, "--static", "means", "-o", tmp_path / "out.parquet")
    assert code == 0, err
    written = pq.read_table(tmp_path / "out.alternatives.parquet")
    assert json.loads(written.schema.metadata[b"lcaengine"])["static_values"] == "means"
    assert f"{written['value'][0].as_py():.2f}" == value


def test_a_mean_that_is_not_known_names_the_inventory(run: Run, tmp_path: Path) -> None:
    cauchy: dict[str, Any] = {"uncertainty_type": "student_t", "loc": 5.0, "scale": 0.1, "shape": 1}
    places = [
        write_inventory(tmp_path / name, chain(emits("mine", 5.0, **spread)))
        for name, spread in (("one", lognormal(5.0, 0.3)), ("two", cauchy))
    ]
    words = ("compare", places[0], "--with", places[1], "--of", "mine", "--draws", 8, "--indicator", "ghg")
    code, out, err = run(*words, "--static", "means", "-o", tmp_path / "out.csv")
    assert (code, out, (tmp_path / "out.csv").exists()) == (2, "", False)
    assert f"{places[1]}, exchanges row 5" in err
    assert run(*words)[0] == 0
