"""Scenarios are what scoring the edited tables gives: by hand, and on drawn inventories and drawn changes."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lcaengine as lca
from lcaengine.method import Method
from tests.drawn import draw_chain
from tests.draws import ALIKE, inventories
from tests.scoring import core
from tests.small_method import write_small_method
from tests.tables import CO2, Row, Tables, emits, makes, process, product, takes, waste, write_inventory

Given = dict[str, list[dict[str, Any]]]
Scored = tuple[lca.Footprints | None, list[str]]

quick = settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOUSE: Tables = {
    "processes": [
        *(process("smelter", "processing"), process("mill", "assembly")),
        *(process(name, location="CN") for name in ("coal", "hydro")),
    ],
    "flows": [CO2, product("steel"), product("beam"), product("power", "kWh"), waste("slag")],
    "exchanges": [
        makes("smelter", "steel"),
        takes("smelter", "power", 10, "kWh", provider_id="coal"),
        emits("smelter", 1, uncertainty_type="lognormal", loc=0.0, scale=0.1),
        makes("mill", "beam"),
        takes("mill", "steel", 2),
        takes("mill", "power", 5, "kWh"),
        *(makes(name, "power", 1, "kWh") for name in ("coal", "hydro")),
        *(emits("coal", 0.9), emits("hydro", 0.1)),
    ],
    "markets": [
        {"flow_id": "power", "process_id": "coal", "share": 0.75, "location": "CN"},
        {"flow_id": "power", "process_id": "hydro", "share": 0.25, "location": "CN"},
    ],
}
"""Power of coal 0.9, hydro 0.1, mix 0.7. Steel: 1 + 10 x 0.9 = 10. The mill asks at GLO, where there is no market, so
the tests give it a place. Beam: 2 x 10 + 5 x 0.7 = 23.5."""
HOUSE = {
    **HOUSE,
    "processes": [{**row, "location": "CN"} for row in HOUSE["processes"]],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> lca.Footprints:
    return lca.score(lca.read_inventory(write_inventory(tmp_path_factory.mktemp("house"), HOUSE)), core())


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Method:
    return lca.read_method(write_small_method(tmp_path_factory.mktemp("method")))


def ghg(footprints: lca.Footprints, process_id: str) -> float:
    return footprints.get("ghg", process_id=process_id)


@pytest.mark.parametrize(
    ("changes", "steel", "beam"),
    [
        ([lca.Change("power", "smelter", amount="8 kWh")], 8.2, 2 * 8.2 + 3.5),
        ([lca.Change("power", "smelter", amount="28.8 MJ")], 8.2, 2 * 8.2 + 3.5),
        ([lca.Change("power", "smelter", amount="80%")], 8.2, 2 * 8.2 + 3.5),
        ([lca.Change("power", "smelter", amount="0 kWh")], 1.0, 2 + 3.5),
        ([lca.Change("power", "smelter", amount="-1 kWh")], 0.1, 0.2 + 3.5),
        ([lca.Change("power", "smelter", provider_id="hydro")], 2.0, 4 + 3.5),
        ([lca.Change("power", "smelter", provider_id="hydro", amount="20 kWh")], 3.0, 6 + 3.5),
        ([lca.Change("power", "mill", provider_id="hydro")], 10.0, 20.5),  # past the market
        ([lca.Change("power", "smelter", provider_id="-")], 8.0, 16 + 3.5),  # back to the market
        ([lca.Change("power", location="CN", shares={"coal": 0.25, "hydro": 0.75})], 10.0, 20 + 5 * 0.3),
        ([lca.Change("power", location="CN", shares={"hydro": 1})], 10.0, 20.5),  # who is not named supplies nothing
        ([lca.Change("power", shares={"hydro": 1})], 10.0, 20.5),  # its only market, at CN
        ([lca.Change("steel", "smelter", amount="2 kg")], 5.0, 10 + 3.5),  # twice as much of the same inputs
        ([lca.Change("co2", "coal", amount="450 g")], 5.5, 11 + 5 * (0.75 * 0.45 + 0.025)),
        (
            [lca.Change("power", "smelter", amount="8 kWh"), lca.Change("co2", "hydro", amount="0.5 kg")],
            8.2,
            2 * 8.2 + 5 * (0.75 * 0.9 + 0.25 * 0.5),
        ),
    ],
)
def test_by_hand(house: lca.Footprints, changes: list[lca.Change], steel: float, beam: float) -> None:
    scenario = lca.change(house, changes)
    assert [ghg(house, each) for each in ("smelter", "mill")] == pytest.approx([10.0, 23.5])
    assert ghg(scenario, "smelter") == pytest.approx(steel, rel=1e-12)
    assert ghg(scenario, "mill") == pytest.approx(beam, rel=1e-12)
    assert scenario.system.inventory.changes == tuple(each.describe() for each in changes)
    assert house.system.inventory.changes == ()


def test_one_change_and_what_it_moved(house: lca.Footprints) -> None:
    found = lca.diff(house, lca.change(house, [lca.Change("power", "smelter", amount="8 kWh")]), ["ghg"])
    (effect,) = found.effects.to_pylist()
    assert (effect["changed_process_id"], effect["old_amount"], effect["new_amount"]) == ("smelter", 10.0, 8.0)
    assert effect["effect"] == pytest.approx(-3.6)  # 2 kg of steel, each 2 kWh of 0.9 less


def test_a_scenario_of_a_scenario(house: lca.Footprints) -> None:
    first = lca.change(house, [lca.Change("power", "smelter", amount="8 kWh")])
    second = lca.change(first, [lca.Change("power", "smelter", amount="50 %")])
    assert ghg(second, "smelter") == pytest.approx(1 + 4 * 0.9)
    assert len(second.system.inventory.changes) == 2
    back = lca.change(second, [lca.Change("power", "smelter", amount="10 kWh")])
    assert back.system.inventory.hash == house.system.inventory.hash


def test_a_changed_amount_moves_its_distribution_and_says_so(house: lca.Footprints) -> None:
    scenario = lca.change(house, [lca.Change("co2", "smelter", amount="2000 g")])
    (warning,) = [each for each in scenario.warnings if each.code.startswith("distribution")]
    assert (warning.code, warning.table, warning.row, warning.value) == (
        *("distribution_moved", "exchanges", 3, "lognormal"),
    )
    frame = scenario.system.inventory.frames["exchanges"]
    at = np.flatnonzero(frame.filled("uncertainty_type"))
    # In grams: the median was 1 (kg) and is 2000; sigma is of the logarithm, and stays.
    assert (frame.number("loc")[at].tolist(), frame.number("scale")[at].tolist()) == ([math.log(2000.0)], [0.1])
    for amount in ("0 kg", "-1 kg"):
        dropped = lca.change(house, [lca.Change("co2", "smelter", amount=amount)])
        (warning,) = [each for each in dropped.warnings if each.code.startswith("distribution")]
        assert warning.code == "distribution_dropped"
        assert not dropped.system.inventory.frames["exchanges"].filled("scale").any()
    certain = lca.Change("co2", "smelter", amount="2 kg", distribution={"uncertainty_type": "none"})
    assert not len(lca.list_distributions(lca.change(house.system.inventory, [certain])))
    kept = lca.change(house, [lca.Change("power", "smelter", amount="2 kWh")])
    assert kept.system.inventory.frames["exchanges"].filled("scale").sum() == 1
    assert not [each for each in kept.warnings if each.code.startswith("distribution")]


DISTRIBUTIONS: dict[str, dict[str, Any]] = {
    "lognormal": {"loc": math.log(4.0), "scale": 0.2},
    "lognormal within": {"loc": math.log(4.0), "scale": 0.2, "minimum": 3.0, "maximum": 6.0},
    "normal": {"loc": 4.0, "scale": 0.5},
    "normal within": {"loc": 4.0, "scale": 0.5, "minimum": 3.0},
    "uniform": {"minimum": 3.0, "maximum": 5.0},
    "triangular": {"loc": 4.0, "minimum": 3.0, "maximum": 6.0},
    "weibull": {"loc": 1.0, "scale": 3.0, "shape": 2.0},
    "gamma": {"scale": 2.0, "shape": 2.0},
    "beta": {"loc": 2.0, "shape": 3.0, "maximum": 9.0},
    "generalized_extreme_value": {"loc": 4.0, "scale": 0.5, "shape": 0.0},
    "student_t": {"shape": 5.0, "loc": 4.0},
    "beta_pert": {"loc": 4.0, "minimum": 3.0, "maximum": 6.0, "scale": 3.0},
}


def test_draws_of_a_changed_amount_are_a_multiple_of_what_they_were(tmp_path: Path) -> None:
    """Of 150 %, each draw is 1.5 times the one before, whatever the distribution: X' = c X."""
    names = [name.split()[0] for name in DISTRIBUTIONS]
    given = zip(DISTRIBUTIONS, names, strict=True)
    rows = [
        {**emits(f"p{at}", 4.0), "uncertainty_type": kind, **DISTRIBUTIONS[name]}
        for at, (name, kind) in enumerate(given)
    ]
    tables: Tables = {
        "processes": [process(f"p{at}", "processing") for at in range(len(names))],
        "flows": [CO2, *(product(f"x{at}") for at in range(len(names)))],
        "exchanges": [*(makes(f"p{at}", f"x{at}") for at in range(len(names))), *rows],
    }
    base = lca.read_inventory(write_inventory(tmp_path, tables))
    more = lca.change(base, [lca.Change("co2", f"p{at}", amount="150 %") for at in range(len(names))])
    before, after = (lca.draw_values(lca.list_distributions(each), 3, 0, 64) for each in (base, more))
    assert len(before) == len(names)
    np.testing.assert_allclose(after, 1.5 * before, rtol=1e-11)
    assert [(w.code, w.value) for w in more.warnings if w.code.startswith("distribution")] == [
        ("distribution_moved", kind) for kind in names
    ]


@pytest.mark.parametrize(("kind", "given"), [("bernoulli", {"loc": 0.5}), ("discrete_uniform", {"maximum": 4.0})])
def test_whole_numbers_are_not_multiplied(kind: str, given: dict[str, Any], tmp_path: Path) -> None:
    rows = [makes("p", "x"), emits("p", 1.0, uncertainty_type=kind, **given)]
    tables: Tables = {"processes": [process("p")], "flows": [CO2, product("x")], "exchanges": rows}
    changed = lca.change(lca.read_inventory(write_inventory(tmp_path, tables)), [lca.Change("co2", "p", amount="2 kg")])
    assert not len(lca.list_distributions(changed))
    assert "distribution_dropped" in [each.code for each in changed.warnings]


def test_a_changed_amount_has_the_distribution_it_is_given(tmp_path: Path) -> None:
    given: dict[str, str | float | bool] = {
        "uncertainty_type": "triangular",
        "loc": 2.0,
        "minimum": 1.0,
        "maximum": 3.0,
    }
    new = [
        {**row, **dict.fromkeys(("scale",)), **given, "amount": 2} if _key(row)[:2] == ("smelter", "co2") else row
        for row in HOUSE["exchanges"]
    ]
    base = lca.score(lca.read_inventory(write_inventory(tmp_path / "old", HOUSE)), core())
    fresh = lca.score(lca.read_inventory(write_inventory(tmp_path / "new", {**HOUSE, "exchanges": new})), core())
    scenario = lca.change(base, [lca.Change("co2", "smelter", amount="2 kg", distribution=given)])
    assert_equal(scenario, fresh)
    assert scenario.warnings == fresh.warnings
    head = "scenario,process_id,flow_id,amount,unit,uncertainty_type,loc,minimum,maximum,negative"
    (tmp_path / "changes.csv").write_text(f"{head}\na,smelter,co2,2,kg,triangular,2,1,3,\n", encoding="utf-8")
    assert (
        lca.change(base, lca.read_changes(tmp_path / "changes.csv")["a"]).system.inventory.hash
        == fresh.system.inventory.hash
    )
    with pytest.raises(lca.DataError, match="uncertainty"):  # the amount lies outside of it
        lca.change(base, [lca.Change("co2", "smelter", amount="20 kg", distribution=given)])
    (tmp_path / "changes.csv").write_text(f"{head}\na,smelter,co2,2,kg,triangular,x,1,3,maybe\n", encoding="utf-8")
    with pytest.raises(lca.DataError, match=r"(?s)'x' is no finite number.*'maybe' is no flag"):
        lca.read_changes(tmp_path / "changes.csv")


def test_policy_method_and_split_are_kept(house: lca.Footprints) -> None:
    base = lca.score(house.system.inventory, "core/1.0-ar5", lca.Policy(unlinked="cutoff"), by="supplier")
    scenario = lca.change(base, [lca.Change("power", "smelter", amount="8 kWh")])
    assert (scenario.method.label, scenario.by) == ("core/1.0-ar5", "supplier")
    assert scenario.system.policy == lca.Policy(unlinked="cutoff")


@pytest.mark.parametrize(
    ("change", "code", "what"),
    [
        (lca.Change("power", "smelte", amount="8 kWh"), "unknown_process_id", "write one of: smelter"),
        (lca.Change("powr", "smelter", amount="8 kWh"), "unknown_flow_id", "its flows: co2, power, steel"),
        (lca.Change("beam", "smelter", amount="8 kg"), "unknown_flow_id", "its flows: co2, power, steel"),
        (lca.Change("power", "smelter", amount="8 kg"), "unit", "'kg' does not convert to the flow's 'kWh'"),
        (lca.Change("power", "smelter", amount="8 kwh"), "unit", "write one of: kWh"),
        (lca.Change("power", "smelter", amount="8 ton"), "unit", "ambiguous"),
        (lca.Change("power", "smelter", amount="1e308 GWh"), "not_finite", "too large"),
        (lca.Change("steel", "smelter", amount="0 kg"), "reference_amount", "above zero"),
        (lca.Change("steel", "smelter", amount="-1 kg"), "reference_amount", "above zero"),
        (lca.Change("steel", "smelter", amount="0 %"), "reference_amount", "above zero"),
        (
            lca.Change("power", "smelter", provider_id="nobody"),
            "unknown_provider_id",
            "name one that does: coal, hydro",
        ),
        (lca.Change("power", "smelter", provider_id="mill"), "wrong_provider", "name one that does: coal, hydro"),
        (lca.Change("co2", "smelter", provider_id="coal"), "no_demand", "has no provider"),
        (lca.Change("steel", "smelter", provider_id="smelter"), "no_demand", "has no provider"),
        (lca.Change("power", "smelter", amount="1 kWh", direction="output"), "no_such_row", "input from coal (row 2)"),
        (lca.Change("power", "smelter", amount="1 kWh", old_provider_id="hydro"), "no_such_row", "input from coal"),
        (lca.Change("power", "smelter", amount="1 kWh", location="CN"), "no_such_row", "input from coal"),
        (lca.Change("steel", shares={"smelter": 1}), "unknown_market", "no market trades steel"),
        (lca.Change("power", location="DE", shares={"hydro": 1}), "unknown_market", "its markets: CN (location)"),
        (lca.Change("power", location="CN", basis="contract", shares={"hydro": 1}), "unknown_market", "CN (location)"),
        (lca.Change("powr", location="CN", shares={"hydro": 1}), "unknown_flow_id", "write one of: power"),
        (lca.Change("power", location="CN", shares={"mill": 1}), "wrong_provider", "name one that does: coal, hydro"),
        (lca.Change("power", location="CN", shares={"x": 1}), "unknown_provider_id", "name one that does: coal, hydro"),
    ],
)
def test_what_fits_no_row_is_refused_with_candidates(
    house: lca.Footprints, change: lca.Change, code: str, what: str
) -> None:
    for base in (house, house.system.inventory):
        with pytest.raises(lca.DataError) as caught:
            lca.change(base, [change])
        assert f"[{code}]" in str(caught.value)
        assert what in str(caught.value)
        assert "1 blocking" in str(caught.value)


def test_one_of_several_markets_is_named_by_its_location(tmp_path: Path) -> None:
    more = [{**row, "location": "FR"} for row in HOUSE["markets"]]
    base = lca.read_inventory(write_inventory(tmp_path, {**HOUSE, "markets": [*HOUSE["markets"], *more]}))
    with pytest.raises(lca.DataError) as caught:
        lca.change(base, [lca.Change("power", shares={"hydro": 1})])
    assert "market of power may be any of 2" in str(caught.value)
    assert "name its location, in column location: CN (location), FR (location)" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"process_id": "a"}, "changes nothing"),
        ({}, "changes nothing"),
        ({"process_id": "a", "amount": "nan kg"}, "no amount"),
        ({"process_id": "a", "amount": "inf kg"}, "no amount"),
        ({"process_id": "a", "amount": "1e400 kg"}, "no amount"),
        ({"process_id": "a", "amount": "1,5 kg"}, "no amount"),
        ({"process_id": "a", "amount": "kg"}, "no amount"),
        ({"process_id": "a", "amount": "12"}, "has no unit"),
        ({"process_id": "a", "amount": 12.0}, "amount is 12.0"),
        ({"process_id": "a", "amount": None}, "amount is None"),
        ({"process_id": "a", "amount": "1 kg", "direction": "in"}, "direction is 'in'"),
        ({"process_id": "a", "shares": {"b": 1}}, "no shares"),
        ({"process_id": "a", "amount": "1 kg", "basis": "contract"}, "no shares and no basis"),
        ({"amount": "1 kg"}, "market has no amount"),
        ({"shares": {"b": 0.5, "c": 0.4}}, "sum to 0.9, not to one"),
        ({"shares": {"b": 0.6, "c": 0.41}}, "sum to 1.01, not to one"),
        ({"shares": {"b": 1.5, "c": -0.5}}, "share of 'b' is 1.5"),
        ({"shares": {"b": float("nan")}}, "share of 'b' is nan"),
        ({"shares": {"b": "1"}}, "share of 'b' is '1'"),
        ({"shares": {"": 1.0}}, "'' is no process"),
        ({"shares": [("b", 1.0)]}, "changes nothing"),
        ({"basis": "spot", "shares": {"b": 1}}, "basis is 'spot'"),
        ({"process_id": "a", "amount": "1 kg", "distribution": {"mean": 1.0}}, "no 'mean'"),
        ({"process_id": "a", "amount": "1 kg", "distribution": {"loc": 1.0}}, "uncertainty_type is ''"),
        (
            {"process_id": "a", "amount": "1 kg", "distribution": {"uncertainty_type": "bell"}},
            "uncertainty_type is 'bell'",
        ),
        (
            {"process_id": "a", "amount": "1 kg", "distribution": {"uncertainty_type": "normal", "loc": float("nan")}},
            "loc is nan",
        ),
        ({"process_id": "a", "provider_id": "b", "distribution": {"uncertainty_type": "normal"}}, "without an amount"),
        ({"process_id": "a", "amount": "1 kg", "distribution": "normal"}, "or is none"),
        ({"shares": {"b": 1}, "distribution": {"uncertainty_type": "normal"}}, "a market has no distribution"),
    ],
)
def test_what_is_no_change_is_refused(given: dict[str, Any], what: str) -> None:
    with pytest.raises(lca.DataError, match=what):
        lca.Change("power", **given)


def test_shares_may_miss_one_by_a_millionth(house: lca.Footprints) -> None:
    """They stay as they are written, as in a table; those that miss it by two millionths are refused."""
    scenario = lca.change(house, [lca.Change("power", location="CN", shares={"coal": 1 / 3, "hydro": 0.6666667})])
    assert ghg(scenario, "mill") == pytest.approx(20 + 5 * (0.9 / 3 + 0.1 * 0.6666667), rel=1e-12)
    with pytest.raises(lca.DataError, match=r"sum to 1\.000002, not to one"):
        lca.Change("power", location="CN", shares={"coal": 0.333333, "hydro": 0.666669})


def test_rows_of_one_flow_are_told_apart(tmp_path: Path) -> None:
    tables = {**HOUSE, "exchanges": [*HOUSE["exchanges"], takes("smelter", "power", 1, "kWh", provider_id="hydro")]}
    base = lca.score(lca.read_inventory(write_inventory(tmp_path, tables)), core())
    with pytest.raises(lca.DataError, match=r"are 2 rows: input from coal \(row 2\), input from hydro \(row 11\)"):
        lca.change(base, [lca.Change("power", "smelter", amount="8 kWh")])
    scenario = lca.change(base, [lca.Change("power", "smelter", amount="8 kWh", old_provider_id="coal")])
    assert ghg(scenario, "smelter") == pytest.approx(1 + 7.2 + 0.1)
    unnamed = lca.change(scenario, [lca.Change("power", "smelter", provider_id="-", old_provider_id="hydro")])
    assert ghg(unnamed, "smelter") == pytest.approx(1 + 7.2 + 0.7)
    with pytest.raises(lca.DataError, match="several_rows"):  # empty is any row, not the one that names nobody
        lca.change(unnamed, [lca.Change("power", "smelter", amount="2 kWh")])
    more = lca.change(unnamed, [lca.Change("power", "smelter", amount="2 kWh", old_provider_id="-", location="-")])
    assert ghg(more, "smelter") == pytest.approx(1 + 7.2 + 1.4)


def test_rows_stand_in_the_order_they_would_be_read_in(tmp_path: Path) -> None:
    # Rows are sorted by provider: coal before hydro, but wind behind it.
    more = [makes("wind", "power", 1, "kWh"), takes("smelter", "power", 1, "kWh", provider_id="hydro")]
    tables = {
        **HOUSE,
        "processes": [*HOUSE["processes"], process("wind", location="CN")],
        "exchanges": [*HOUSE["exchanges"], *more],
    }
    new = {
        **tables,
        "exchanges": [
            {**row, "provider_id": "wind"} if row.get("provider_id") == "coal" else row for row in tables["exchanges"]
        ],
    }
    base = lca.score(lca.read_inventory(write_inventory(tmp_path / "old", tables)), core())
    fresh = lca.score(lca.read_inventory(write_inventory(tmp_path / "new", new)), core())
    change = lca.Change("power", "smelter", provider_id="wind", old_provider_id="coal")
    assert_equal(lca.change(base, [change]), fresh)


def test_rows_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    tables = {**HOUSE, "exchanges": [*HOUSE["exchanges"], takes("smelter", "power", 1, "kWh", provider_id="coal")]}
    base = lca.read_inventory(write_inventory(tmp_path, tables))
    with pytest.raises(lca.DataError, match="write these rows as one in the inventory"):
        lca.change(base, [lca.Change("power", "smelter", amount="8 kWh", old_provider_id="coal")])


def test_every_wrong_change_is_told_at_once_and_twice_the_same_is_wrong(house: lca.Footprints) -> None:
    changes = [
        lca.Change("power", "smelter", amount="8 kWh"),
        lca.Change("power", "smelter", amount="9 kWh"),
        lca.Change("power", "nobody", amount="9 kWh"),
        lca.Change("power", location="CN", shares={"hydro": 1}),
        lca.Change("power", location="CN", shares={"coal": 1}),
    ]
    with pytest.raises(lca.DataError) as caught:
        lca.change(house, changes)
    assert [each.code for each in caught.value.given] == ["changed_twice", "changed_twice", "unknown_process_id"]  # type: ignore[attr-defined]


def test_footprints_take_no_second_policy(house: lca.Footprints) -> None:
    changes = [lca.Change("power", "smelter", amount="8 kWh")]
    with pytest.raises(lca.LcaError, match="have a policy already"):
        lca.change(house, changes, lca.Policy())  # type: ignore[call-overload]
    assert lca.change(house.system.inventory, changes, lca.Policy()).changes == (changes[0].describe(),)


def test_progress_is_told(house: lca.Footprints) -> None:
    told: list[tuple[int, int]] = []
    changes = {name: [lca.Change("power", "smelter", amount="8 kWh")] for name in ("a", "b")}
    lca.score_scenarios(house, changes, progress=lambda at, total: told.append((at, total)))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("nothing", [[], None, 3, ["amount"], {}])
def test_nothing_to_change_is_refused(house: lca.Footprints, nothing: Any) -> None:
    with pytest.raises(lca.LcaError, match="nothing to change"):
        lca.change(house, nothing)
    with pytest.raises(lca.LcaError):
        lca.change(nothing, [lca.Change("power", "smelter", amount="8 kWh")])


def test_a_loop_that_a_change_starves_is_found(tmp_path: Path) -> None:
    # Coal takes steel, steel takes coal power: 10 kWh x 0.05 kg is half of what it gives, 10 x 0.2 is twice.
    tables = {**HOUSE, "exchanges": [*HOUSE["exchanges"], takes("coal", "steel", 0.05)]}
    base = lca.score(lca.read_inventory(write_inventory(tmp_path, tables)), core())
    with pytest.raises(lca.DataError, match="loop_starved"):
        lca.change(base, [lca.Change("steel", "coal", amount="0.2 kg")])
    found = lca.score_scenarios(
        base,
        {
            "starved": [lca.Change("steel", "coal", amount="0.2 kg")],
            "fed": [lca.Change("steel", "coal", amount="0.02 kg")],
        },
    )
    assert found.names == ("base", "fed")
    assert [each.code for each in found.refusals["starved"]] == ["loop_starved"]
    # Steel x = 1 + 10 p, coal p = 0.9 + a x: x = 10 / (1 - 10 a); a = 0.02: 12.5.
    assert ghg(lca.change(base, [lca.Change("steel", "coal", amount="0.02 kg")]), "smelter") == pytest.approx(12.5)


def test_scenarios_side_by_side(house: lca.Footprints) -> None:
    changes = {
        "less": [lca.Change("power", "smelter", amount="8 kWh")],
        "hydro": [lca.Change("power", location="CN", shares={"hydro": 1.0})],
    }
    found = lca.score_scenarios(house, changes)
    rows = found.to_arrow(["ghg"]).to_pylist()
    assert [(r["scenario"], r["process_id"]) for r in rows] == [("less", "mill"), ("hydro", "mill")]
    assert [r["value"] for r in rows] == pytest.approx([19.9, 20.5])
    assert [r["change"] for r in rows] == pytest.approx([-3.6, -3.0])
    assert [r["ratio"] for r in rows] == pytest.approx([19.9 / 23.5, 20.5 / 23.5])
    for name, own in changes.items():
        scenario = lca.change(house, own)
        assert found.hashes[name] == scenario.system.inventory.hash
        mine = [r for r in found.results.to_pylist() if r["scenario"] == name]
        alone = [r for r in scenario.to_arrow().to_pylist() if r["process_id"] == "mill"]
        assert [{"scenario": name, **r} for r in alone] == mine
    everything = lca.score_scenarios(house, changes, everything=True)
    assert everything.results.num_rows == 3 * house.to_arrow().num_rows
    assert everything.completeness.num_rows == 3 * house.completeness.num_rows
    with pytest.raises(lca.LcaError, match="no indicator 'gwp'"):
        found.to_arrow(["gwp"])


@pytest.mark.parametrize("name", ["", "base", " a", 3])
def test_a_scenario_needs_a_name_of_its_own(house: lca.Footprints, name: Any) -> None:
    with pytest.raises(lca.DataError, match="no name for a scenario"):
        lca.score_scenarios(house, {name: [lca.Change("power", "smelter", amount="8 kWh")]})


def test_a_mix_by_production_can_be_replaced(tmp_path: Path) -> None:
    # Coal 3, hydro 1 a year: 0.7 a kWh, as the market of the table.
    stated = {"coal": 3, "hydro": 1}
    tables = {
        **HOUSE,
        "processes": [
            {**row, "production_amount": stated.get(str(row["process_id"])), "production_unit": "kWh"}
            if row["process_id"] in stated
            else row
            for row in HOUSE["processes"]
        ],
    }
    del tables["markets"]
    base = lca.score(lca.read_inventory(write_inventory(tmp_path, tables)), core())
    assert ghg(base, "mill") == pytest.approx(23.5)
    scenario = lca.change(base, [lca.Change("power", shares={"hydro": 1})])
    assert ghg(scenario, "mill") == pytest.approx(20.5)


# The same edits, made in the tables by hand, read and scored afresh.


@dataclass
class Pair:
    """Changes, and the tables as they are to be."""

    changes: list[lca.Change]
    tables: Given


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) or "" for name in ("process_id", "flow_id", "direction", "provider_id", "location"))


@st.composite
def edits(draw: st.DrawFn, tables: Mapping[str, Sequence[Row]]) -> Pair:
    """Draw changes of some rows and mixes."""
    new: Given = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    counts = Counter(_key(row) for row in new["exchanges"])
    alone = [at for at, row in enumerate(new["exchanges"]) if counts[_key(row)] == 1]
    changes = []
    units = {row["flow_id"]: row["unit"] for row in new["flows"]}
    makers: dict[str, list[str]] = {}
    for row in new["exchanges"]:
        if row.get("is_reference"):
            makers.setdefault(row["flow_id"], []).append(row["process_id"])
    for at in draw(st.lists(st.sampled_from(alone), unique=True, max_size=3)):
        row = new["exchanges"][at]
        names = {"direction": row["direction"], "old_provider_id": row.get("provider_id") or "-"}
        given: dict[str, Any] = {}
        if row.get("provider_id") and draw(st.booleans()):
            row["provider_id"] = draw(st.sampled_from([*makers.get(row["flow_id"], [row["provider_id"]]), None]))
            given["provider_id"] = row["provider_id"] or "-"
        if not given or draw(st.booleans()):
            row["unit"] = draw(st.sampled_from([row["unit"], *ALIKE.get(units[row["flow_id"]], ())]))
            factor = draw(st.floats(0.5, 1.5 if row.get("is_reference") else 1.0))
            row["amount"] = float(row["amount"]) * factor
            given["amount"] = f"{row['amount']!r} {row['unit']}"
        changes.append(lca.Change(row["flow_id"], row["process_id"], **names, **given))
    traded = sorted({row["flow_id"] for row in new.get("markets", ())})
    if traded and (not changes or draw(st.booleans())):
        flow = draw(st.sampled_from(traded))
        suppliers = draw(st.lists(st.sampled_from(makers[flow]), unique=True, min_size=1))
        weights = [draw(st.floats(0.1, 1.0)) for _ in suppliers]
        shares = {each: weight / sum(weights) for each, weight in zip(suppliers, weights, strict=True)}
        new["markets"] = [row for row in new["markets"] if row["flow_id"] != flow]
        new["markets"] += [{"flow_id": flow, "process_id": each, "share": x} for each, x in shares.items()]
        changes.append(lca.Change(flow, shares=shares))
    return Pair(changes, new)


def _score(inventory: lca.Inventory, method: Method) -> Scored:
    try:
        return lca.score(inventory, method), []
    except lca.DataError as error:
        return None, sorted(each.code for each in error.given)  # type: ignore[attr-defined]


def assert_equal(found: lca.Footprints, fresh: lca.Footprints) -> None:
    """Assert that all numbers, statuses, gaps and findings are those of the fresh score, bit by bit."""
    assert found.system.inventory.hash == fresh.system.inventory.hash
    for name in ("value", "primary_data_share", "status", "unlinked_mass_share", "fallback_share"):
        np.testing.assert_array_equal(getattr(found, name), getattr(fresh, name))
    assert found.to_arrow().equals(fresh.to_arrow())
    assert found.completeness.equals(fresh.completeness)
    assert found.gaps.table.equals(fresh.gaps.table)


def _check(base: Tables, pair: Pair, method: Method) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = lca.read_inventory(write_inventory(Path(folder) / "old", base))
        after = lca.read_inventory(write_inventory(Path(folder) / "new", pair.tables))
    scored, blocked = _score(before, method)
    assert not blocked
    assert scored is not None
    fresh, refused = _score(after, method)
    if fresh is None:  # a change can starve a loop
        with pytest.raises(lca.DataError) as caught:
            lca.change(scored, pair.changes)
        assert sorted(each.code for each in caught.value.given) == refused  # type: ignore[attr-defined]
        return
    scenario = lca.change(scored, pair.changes)
    assert_equal(scenario, fresh)
    assert lca.change(before, pair.changes).hash == after.hash


@quick
@given(tables=inventories(), data=st.data())
def test_a_scenario_is_the_edited_inventory_scored_afresh(
    tables: dict[str, list[Row]], data: st.DataObject, method: Method
) -> None:
    pair = data.draw(edits(tables).filter(lambda each: bool(each.changes)))
    _check(tables, pair, method)


@settings(max_examples=12, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), data=st.data())
def test_scenarios_of_chains_with_all_they_can_have(seed: int, data: st.DataObject) -> None:
    tables = draw_chain(seed)
    pair = data.draw(edits(tables).filter(lambda each: bool(each.changes)))
    _check(tables, pair, core())
