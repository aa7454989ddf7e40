"""Water by hand: withdrawn, consumed, scarce; where it goes back to, and what is not said of it.

Factors of scarcity are AWARE 1.2C, annual, non-agricultural, by country (WULCA; Boulay et al. 2018, Int J LCA 23,
368-378): CN 27.08065257, US 9.087076287, JP 0.573191418, the world 20 m3 world-eq/m3.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import lcaengine as lca
from lcaengine.footprints import Footprints
from tests.scoring import codes, core, row, score, system
from tests.tables import Row, Tables, exchange, makes, process, product, takes, waste, write_inventory

CN, US, JP, WORLD = 27.08065257, 9.087076287, 0.573191418, 20.0


def water(flow_id: str, name: str, compartment: str, sub_compartment: str = "") -> Row:
    return row(
        flow_id=flow_id,
        name=name,
        kind="elementary",
        unit="m3",
        compartment=compartment,
        sub_compartment=sub_compartment,
    )


FLOWS = [
    *(product("ore"), product("bar"), product("tap water", "m3"), waste("sewage", "m3")),
    water("river", "Water, river", "resource", "in water"),
    water("well", "Water, well, in ground", "resource", "in water"),
    water("turbine", "Water, turbine use, unspecified natural origin", "resource", "in water"),
    water("rain", "Water, rain", "resource", "in water"),
    water("sea", "Water, salt, ocean", "resource", "in water"),
    *(water("to river", "Water", "water", "surface water"), water("to ground", "Water", "water", "ground-")),
    *(water("to sea", "Water", "water", "ocean"), water("to air", "Water", "air")),
]


def drinks(flow_id: str, amount: float, process_id: str = "mine", **more: object) -> Row:
    return exchange(process_id, flow_id, "input", amount, "m3", **more)


def returns(flow_id: str, amount: float, process_id: str = "mine", **more: object) -> Row:
    return exchange(process_id, flow_id, "output", amount, "m3", **more)


def mine(*rows: Row, location: str = "CN", **tables: list[Row]) -> Tables:
    """Give a mine, with a smelter that takes 2 kg of its ore a bar."""
    made = [process("mine", "extraction", location=location), process("smelter", "processing", location=location)]
    chain = [makes("mine", "ore"), makes("smelter", "bar"), takes("smelter", "ore", 2)]
    return system(*chain, *rows, flows=FLOWS, processes=made, **tables)


def measure(footprints: Footprints, process_id: str = "mine") -> list[float]:
    names = ("water_withdrawal", "water_consumption", "water_scarcity")
    return [footprints.get(name, process_id=process_id) for name in names]


WORKS = [exchange("works", "sewage", "input", 1, "m3", is_reference=True), returns("to river", 0.9, "works")]
NOT_GIVEN_BACK = {
    # What goes to the sea or the air is consumed; m3 in, m3 back to river or ground, m3 withdrawn.
    "to the river": ([drinks("river", 5), returns("to river", 3)], (5, 2)),
    "to the ground": ([drinks("well", 5), returns("to ground", 3)], (5, 2)),
    "from a river to the ground": ([drinks("river", 5), returns("to ground", 5)], (5, 0)),
    "more than was taken, of rain": ([drinks("river", 1), drinks("rain", 4), returns("to river", 3)], (1, -2)),
    "to the sea": ([drinks("river", 5), returns("to sea", 5)], (5, 5)),
    "to the air": ([drinks("river", 5), returns("to air", 5)], (5, 5)),
    "to river and air": ([drinks("river", 2), drinks("well", 3), returns("to river", 4), returns("to air", 1)], (5, 1)),
    # The works give back 0.9 of what they treat: 5 - 0.9 x 4.
    "to treatment": ([drinks("river", 5), returns("sewage", 4), *WORKS], (5, 1.4)),
    "rain": ([drinks("rain", 5), returns("to air", 5)], (0, 0)),
    "rain without a release": ([drinks("rain", 5)], (0, 0)),
    "the sea": ([drinks("sea", 5), returns("to sea", 5)], (0, 0)),
    "the sea without a release": ([drinks("sea", 5)], (0, 0)),
    "a turbine": ([drinks("turbine", 500), returns("to river", 500)], (0, 0)),
    "a reservoir that loses water": ([drinks("turbine", 500), returns("to river", 499), returns("to air", 1)], (0, 1)),
}


@pytest.mark.parametrize("name", NOT_GIVEN_BACK)
def test_withdrawal_and_consumption(tmp_path: Path, name: str) -> None:
    rows, (withdrawn, consumed) = NOT_GIVEN_BACK[name]
    works = [process("works", location="CN")] if name == "to treatment" else []
    tables = mine(*rows)
    tables = {**tables, "processes": [*(p for p in tables["processes"] if p["process_id"] != "works"), *works]}
    footprints = score(tmp_path, tables)
    expected = [withdrawn, consumed, consumed * CN]
    assert measure(footprints) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert measure(footprints, "smelter") == pytest.approx([2 * each for each in expected], rel=1e-12, abs=1e-12)
    assert "open_water" not in codes(footprints.warnings)


OPEN = [drinks("river", 5), drinks("river", 1, "smelter"), returns("to air", 1, "smelter")]


def test_water_without_a_release_is_missing_downstream(tmp_path: Path) -> None:
    # A bar takes 2 kg ore of 5 m3 that go nobody says where, and 1 m3 that evaporates: 11 m3 are withdrawn.
    footprints = score(tmp_path, mine(*OPEN))
    for process_id, withdrawn in (("mine", 5), ("smelter", 11)):
        values = measure(footprints, process_id)
        assert values[0] == withdrawn
        assert all(math.isnan(value) for value in values[1:])
        (a,) = footprints.find(process_id=process_id)
        for name in ("water_consumption", "water_scarcity"):
            assert footprints.status_of(a, footprints.method.find(name)) == "missing"
    gaps = [(g["process_id"], g["kind"], g["indicator"], g["used_by"]) for g in footprints.gaps.table.to_pylist()]
    known = [("mine", "unknown_release", name, 2) for name in ("water_consumption", "water_scarcity")]
    assert [gap for gap in gaps if gap[1] == "unknown_release"] == known


@pytest.mark.parametrize(("flow_id", "flagged"), [("well", True), ("turbine", True), ("rain", False), ("sea", False)])
def test_which_water_wants_a_release(tmp_path: Path, flow_id: str, flagged: bool) -> None:
    footprints = score(tmp_path, mine(drinks(flow_id, 5)))
    assert footprints.get("water_withdrawal", process_id="mine") == (5.0 if flow_id == "well" else 0.0)
    assert math.isnan(footprints.get("water_consumption", process_id="mine")) == flagged
    assert ("open_water" in codes(footprints.warnings)) == flagged


def test_water_without_a_release_that_counts_as_consumed(tmp_path: Path) -> None:
    footprints = score(tmp_path, mine(*OPEN), lca.Policy(open_water="consumed"))
    assert measure(footprints) == pytest.approx([5, 5, 5 * CN], rel=1e-14)
    assert measure(footprints, "smelter") == pytest.approx([11, 11, 11 * CN], rel=1e-14)
    assert codes(footprints.warnings).count("open_water") == 1
    assert footprints.system.policy.to_dict()["open_water"] == "consumed"


def test_water_without_a_release_that_is_refused(tmp_path: Path) -> None:
    place = write_inventory(tmp_path, mine(*OPEN))
    policy = lca.Policy(open_water="refuse")
    (found,) = lca.check(place, core(), policy).blockers()
    assert (found.code, found.value) == ("open_water", "mine")
    with pytest.raises(lca.DataError, match="open_water"):
        lca.score(lca.read_inventory(place), core(), policy)


def test_a_co_product_that_carries_no_water_has_no_open_end(tmp_path: Path) -> None:
    # All 5 m3 go with the ore, by its own share; of the coal's water nothing is open.
    shares = [("ore", 0.5, ""), ("coal", 0.5, ""), ("ore", 1, "river"), ("coal", 0, "river")]
    given = [row(process_id="mine", product_flow_id=p, factor=s, exchange_flow_id=x) for p, s, x in shares]
    rows = [makes("mine", "ore"), exchange("mine", "coal", "output", 1), drinks("river", 5)]
    made = [process("mine", "extraction", location="CN", allocation="causal")]
    footprints = score(tmp_path, system(*rows, flows=[*FLOWS, product("coal")], processes=made, allocation=given))
    found = {p: footprints.get("water_consumption", process_id="mine", product_id=p) for p in ("ore", "coal")}
    assert math.isnan(found["ore"])
    assert found["coal"] == 0.0
    assert codes(footprints.warnings) == ["open_water"]


def test_water_that_is_sold_is_no_open_end(tmp_path: Path) -> None:
    # A utility draws 1.25 m3 and sells 1; the mine takes 4 and returns 3 to the river: 5 withdrawn, 2 consumed.
    rows = [makes("utility", "tap water", 1, "m3"), drinks("river", 1.25, "utility")]
    utility = {**mine(*rows, takes("mine", "tap water", 4, "m3"), returns("to river", 3))}
    utility["processes"] = [process("utility", location="CN"), *utility["processes"][:2]]
    footprints = score(tmp_path, utility)
    assert measure(footprints) == pytest.approx([5, 2, 2 * CN], rel=1e-14)
    assert codes(footprints.warnings) == []


@pytest.mark.parametrize(
    ("location", "taken_at", "given_at", "scarcity", "status"),
    [
        ("CN", "", "", 2 * CN, "complete"),  # 5 in, 3 back
        ("CN-NM", "", "", 2 * CN, "complete"),  # the country's holds for its provinces
        ("CN", "US", "US", 2 * US, "complete"),  # the exchange's place beats the process's
        ("CN", "US-NV", "US-NV", 2 * US, "complete"),
        ("CN", "", "JP", 5 * CN - 3 * JP, "complete"),  # given back elsewhere it is worth what it is there
        ("", "JP", "JP", 2 * JP, "complete"),
        ("", "", "", 2 * WORLD, "fallback"),  # no place: the world's, and marked
        ("GLO", "", "", 2 * WORLD, "complete"),  # the world's is asked for
        ("HK", "", "", 2 * WORLD, "fallback"),  # a country without a factor of its own
        ("RER", "", "", 2 * WORLD, "fallback"),
    ],
)
def test_scarcity_is_that_of_the_place(
    tmp_path: Path, location: str, taken_at: str, given_at: str, scarcity: float, status: str
) -> None:
    rows = [drinks("river", 5, location=taken_at), returns("to river", 3, location=given_at)]
    footprints = score(tmp_path, mine(*rows, location=location))
    assert measure(footprints) == pytest.approx([5, 2, scarcity], rel=1e-12)
    for process_id in ("mine", "smelter"):
        (a,) = footprints.find(process_id=process_id)
        assert footprints.status_of(a, footprints.method.find("water_scarcity")) == status
        for name in ("water_withdrawal", "water_consumption", "ghg"):
            assert footprints.status_of(a, footprints.method.find(name)) == "complete"


def test_water_measured_by_mass(tmp_path: Path) -> None:
    # 5 t of river water at 0.001 m3/kg, 3000 L back.
    kilograms = {**FLOWS[4], "unit": "kg"}
    tables = mine(takes("mine", "river", 5, "t"), exchange("mine", "to river", "output", 3000, "L"))
    tables = {**tables, "flows": [kilograms if f["flow_id"] == "river" else f for f in tables["flows"]]}
    density = row(flow_id="river", property="volume", value=0.001, unit="m3/kg")
    footprints = score(tmp_path, {**tables, "properties": [density]})
    assert measure(footprints) == pytest.approx([5, 2, 2 * CN], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "is_water"),
    [
        *(("Tap water, at user", True), ("Water, deionised", True), ("Wastewater, to treatment", True)),
        *(("Sodium silicate, water glass", False), ("Waterproof coat", False), ("Ore", False)),
    ],
)
def test_a_product_is_a_release_where_it_is_water_by_name(tmp_path: Path, name: str, is_water: bool) -> None:
    made = row(flow_id="made", name=name, kind="product", unit="kg")
    rows = [makes("plant", "made"), drinks("river", 5, "plant")]
    footprints = score(tmp_path, system(*rows, flows=[*FLOWS, made]))
    assert math.isnan(footprints.get("water_consumption", process_id="plant")) != is_water


def test_evaporation_is_not_taken_for_water_that_is_returned(tmp_path: Path) -> None:
    # Water to the air has no factor, and no hint that it might mean the river.
    found = lca.check(write_inventory(tmp_path, mine(drinks("river", 5), returns("to air", 5))), core())
    assert [each for each in found.items if each.code == "near_factor"] == []


def test_an_output_without_a_factor_is_no_release(tmp_path: Path) -> None:
    # 4 of the 10 m3 that are taken go back to the river under a name that the method does not have.
    given = returns("river", 4)
    footprints = score(tmp_path, mine(drinks("river", 10), given))
    assert math.isnan(footprints.get("water_consumption", process_id="mine"))


@pytest.mark.parametrize(
    ("rows", "warned"),
    [
        ((drinks("river", 10), returns("to river", 40)), True),
        ((drinks("river", -10), returns("to air", 1)), True),
        ((drinks("river", 10), returns("to river", 10)), False),
        ((takes("mine", "tap water", 5, "m3"), returns("to river", 4), makes("utility", "tap water", 1, "m3")), False),
    ],
)
def test_more_water_given_than_taken_is_a_warning(tmp_path: Path, rows: tuple[Row, ...], warned: bool) -> None:
    assert ("water_balance" in codes(score(tmp_path, mine(*rows)).warnings)) == warned
