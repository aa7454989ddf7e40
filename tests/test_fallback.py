"""Fallback by hand: what is met from other places, by which path, how much rests on it, how far it may come."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from lcaengine.places import LEVELS
from tests.conftest import Run
from tests.scoring import codes, complete, core, ghg, row, score, system
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_method import factor, score_gas, write_method

FLOWS = [product("ore"), product("bar")]


def market(place: str) -> list[Row]:
    return [row(flow_id="ore", process_id="mine", share=1, location=place)]


def supplied(asked: str, maker: str, markets: list[Row], **more: object) -> Tables:
    """Give a smelter at `asked` that emits 1 and takes 2 kg ore of 2 kg CO2e a bar, and a mine."""
    made = [process("smelter", "processing", location=asked), process("mine", location=maker)]
    rows = [makes("mine", "ore"), emits("mine", 2), makes("smelter", "bar"), emits("smelter", 1)]
    return system(*rows, takes("smelter", "ore", 2, "kg", **more), flows=FLOWS, processes=made, markets=markets)


# asked at, maker at, market at, path, level
PATHS = [
    ("CN", "CN", None, "", "country"),
    ("CN-NM", "CN", None, "", "country"),
    ("CN", "CN-SC", None, "", "country"),  # within the country
    ("CN-NM", "CN-SC", None, "", "country"),
    ("CN-NM", "US", "CN", "", "country"),  # the market is there, whoever supplies it
    ("CN-NM", "CN", "RAS", "CN-NM > CN > RAS", "region"),
    ("CN", "CN", "RoW", "CN > RAS > RoW", "RoW"),
    ("CN", "CN", "GLO", "CN > RAS > RoW > GLO", "GLO"),
    ("AE", "CN", "RAS", "AE > RME > RAS", "region"),  # the Middle East lies in Asia
    ("RER", "CN", "GLO", "RER > RoW > GLO", "GLO"),
    ("RoW", "CN", "GLO", "RoW > GLO", "GLO"),
    ("CN", "JP", None, "CN > only maker, JP", "region"),
    ("CN", "RAS", None, "CN > only maker, RAS", "region"),
    ("CN", "RoW", None, "CN > only maker, RoW", "RoW"),
    ("CN", "US", None, "CN > only maker, US", "GLO"),
    ("CN", "", None, "CN > only maker, GLO", "GLO"),  # no place is the world
    ("CN", "JP", "DE", "CN > only maker, JP", "region"),  # a market of elsewhere is none
]


@pytest.mark.parametrize("most", LEVELS)
@pytest.mark.parametrize(("asked", "maker", "place", "path", "level"), PATHS)
def test_products_of_other_places(
    tmp_path: Path, asked: str, maker: str, place: str | None, path: str, level: str, most: str
) -> None:
    at = write_inventory(tmp_path, supplied(asked, maker, [] if place is None else market(place)))
    policy = lca.Policy(max_fallback=most)
    if LEVELS.index(level) > LEVELS.index(most):
        (found,) = lca.check(at, policy=policy).blockers()
        assert (found.code, found.table, found.row, found.value) == ("too_far", "exchanges", 5, "ore")
        assert path in found.what
        with pytest.raises(lca.DataError, match="too_far"):
            lca.score(lca.read_inventory(at), core(), policy)
        return
    footprints = lca.score(lca.read_inventory(at), core(), policy)
    assert ghg(footprints, "smelter") == 5.0
    assert [each.path for each in footprints.system.fallbacks] == ([path] if path else [])
    (record,) = complete(footprints, process_id="smelter", indicator="ghg")
    assert record["status"] == ("fallback" if path else "complete")
    assert record["fallback_share"] == pytest.approx(0.8 if path else 0.0, rel=1e-12)  # 4 of 5


def test_a_provider_that_is_named_is_no_fallback(tmp_path: Path) -> None:
    tables = supplied("CN", "US", market("GLO"), provider_id="mine")
    footprints = score(tmp_path, tables, lca.Policy(max_fallback="country"))
    assert footprints.system.fallbacks == ()
    assert codes(footprints.warnings) == []
    (record,) = complete(footprints, process_id="smelter", indicator="ghg")
    assert (record["status"], record["fallback_share"]) == ("complete", 0.0)


def nested() -> Tables:
    """Give a car plant (CN: 1) that takes a motor (DE: 1, and 2 kg copper of 1, US) and a seat (CN: 2)."""
    made = [
        process("plant", "assembly", location="CN"),
        *(process("motors", location="DE"), process("copper", location="US"), process("seats", location="CN")),
    ]
    rows = [
        *(makes("plant", "car", 1, "piece"), emits("plant", 1)),
        *(takes("plant", "motor", 1, "piece"), takes("plant", "seat", 1, "piece")),
        *(makes("motors", "motor", 1, "piece"), emits("motors", 1), takes("motors", "copper", 2)),
        *(makes("copper", "copper"), emits("copper", 1), makes("seats", "seat", 1, "piece"), emits("seats", 2)),
    ]
    flows = [product("copper"), *(product(each, "piece") for each in ("car", "motor", "seat"))]
    return system(*rows, flows=flows, processes=made)


def test_nested_fallbacks_count_once(tmp_path: Path) -> None:
    # 1 + (1 + 2) + 2 = 6; without the motor 3: half. Of the motor's 3, 2 are copper. The seat rests on nothing.
    footprints = score(tmp_path, nested())
    shares = {r["process_id"]: r["fallback_share"] for r in complete(footprints, indicator="ghg")}
    assert shares == pytest.approx({"plant": 0.5, "motors": 2 / 3, "copper": 0.0, "seats": 0.0}, rel=1e-12)
    assert ghg(footprints, "plant") == 6.0
    wide = footprints.to_wide().to_pylist()
    assert {r["process_id"]: r["ghg.fallback_share"] for r in wide} == shares


def test_check_says_how_much_rests_on_each(tmp_path: Path) -> None:
    # Of the car's 6, 3 pass through the motor and 2 through its copper.
    found = {f.value: f for f in lca.check(write_inventory(tmp_path, nested()), "core").warnings()}
    assert set(found) == {"motor", "copper"}
    assert {f.code for f in found.values()} == {"fallback"}
    assert "CN > only maker, DE" in found["motor"].what
    assert "up to 0.5 of ghg of plant" in found["motor"].what
    assert "DE > only maker, US" in found["copper"].what
    assert "up to 0.33 of ghg of plant" in found["copper"].what


def test_a_warning_a_place_says_most_of_its_fallbacks(tmp_path: Path) -> None:
    # Bars of CN and JP take 2 and 1 kg of the world's ore, of 2 kg CO2e: 4 of 5 and 2 of 4 kg CO2e.
    made = [process("mine"), *(process(f"smelter-{p}", "processing", location=p) for p in ("CN", "JP"))]
    rows = [
        *(makes("mine", "ore"), emits("mine", 2)),
        *(makes("smelter-CN", "bar"), emits("smelter-CN", 1), takes("smelter-CN", "ore", 2)),
        *(makes("smelter-JP", "bar"), emits("smelter-JP", 2), takes("smelter-JP", "ore", 1)),
    ]
    tables = system(*rows, flows=FLOWS, processes=made, markets=market("GLO"))
    (found,) = lca.check(write_inventory(tmp_path, tables), "core").warnings()
    assert (found.code, found.value) == ("fallback", "ore")
    assert "2 row(s) ask for ore and are met from GLO" in found.what
    assert "CN > RAS > RoW > GLO; JP > RAS > RoW > GLO" in found.what
    assert "up to 0.8 of ghg of smelter-CN" in found.what


def test_a_bar_per_tonne_rests_on_the_same_share(tmp_path: Path) -> None:
    # The same in other units: 2 t ore a t bar, 2 t CO2 a t ore.
    tables = supplied("CN", "US", [])
    tables = {**tables, "flows": [tables["flows"][0], product("ore", "g"), product("bar", "t")]}
    (found,) = lca.check(write_inventory(tmp_path, tables), "core").warnings()
    assert "up to 0.8 of ghg of smelter" in found.what


def test_a_fallback_that_is_a_credit(tmp_path: Path) -> None:
    # The smelter emits 6 and spares 2 kg ore of 2, met from elsewhere: 2 = 6 - 4. Without it 6: 4 / (4 + 6).
    made = [process("smelter", "processing", location="CN"), process("mine", location="US")]
    spared = exchange("smelter", "ore", "output", 2, is_avoided=True)
    rows = [makes("mine", "ore"), emits("mine", 2), makes("smelter", "bar"), emits("smelter", 6), spared]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=made))
    (record,) = complete(footprints, process_id="smelter", indicator="ghg")
    assert ghg(footprints, "smelter") == pytest.approx(2.0)
    assert (record["status"], record["fallback_share"]) == ("fallback", pytest.approx(0.4, rel=1e-12))


FACTORS = [factor(1), factor(2, location="RoW"), factor(3, location="RAS"), factor(4, location="CN")]


@pytest.mark.parametrize("most", LEVELS)
@pytest.mark.parametrize(
    ("place", "value", "level"),
    [
        *[("CN", 4, "country"), ("CN-NM", 4, "country"), ("JP", 3, "region"), ("DE", 2, "RoW")],
        *[("RAS", 3, "country"), ("RoW", 2, "country"), ("GLO", 1, "country"), ("", 1, "GLO")],
    ],
)
def test_factors_of_other_places(tmp_path: Path, place: str, value: float, level: str, most: str) -> None:
    policy = lca.Policy(max_fallback=most)
    score_gas(tmp_path, FACTORS, place)
    inventory, method = lca.read_inventory(tmp_path / "inventory"), lca.read_method(tmp_path / "method")
    if LEVELS.index(level) > LEVELS.index(most):
        (found,) = lca.check(tmp_path / "inventory", method, policy).blockers()
        assert (found.code, found.table, found.value) == ("factor_too_far", "factors", "gas-1")
        with pytest.raises(lca.DataError, match="factor_too_far"):
            lca.score(inventory, method, policy)
        return
    footprints = lca.score(inventory, method, policy)
    assert footprints.get("score", process_id="p") == value
    (record,) = footprints.completeness.to_pylist()
    elsewhere = level != "country"
    assert record["status"] == ("fallback" if elsewhere else "complete")
    assert record["fallback_share"] == float(elsewhere)


def test_a_factor_that_holds_anywhere_is_no_fallback(tmp_path: Path) -> None:
    score_gas(tmp_path, [factor(7)], "CN")
    policy = lca.Policy(max_fallback="country")
    inventory, method = lca.read_inventory(tmp_path / "inventory"), lca.read_method(tmp_path / "method")
    (record,) = lca.score(inventory, method, policy).completeness.to_pylist()
    assert (record["status"], record["fallback_share"]) == ("complete", 0.0)


def test_a_factor_of_another_place_for_nothing_is_no_fallback(tmp_path: Path) -> None:
    gas = row(flow_id="gas-1", name="Gas", kind="elementary", unit="kg", compartment="air")
    rows = [makes("p", "ore"), emits("p", 0, flow_id="gas-1"), emits("p", 2, flow_id="gas-1", location="CN")]
    place = write_inventory(tmp_path / "in", system(*rows, flows=[*FLOWS, gas]))
    footprints = lca.score(lca.read_inventory(place), lca.read_method(write_method(tmp_path / "m", FACTORS)))
    assert footprints.get("score", process_id="p") == 8.0  # 2 x 4
    (record,) = footprints.completeness.to_pylist()
    assert (record["status"], record["fallback_share"]) == ("complete", 0.0)


def test_share_of_factors_and_of_products_together(tmp_path: Path) -> None:
    # A plant at JP emits 1 kg gas there (Asia's factor: 3), 1 kg at CN (4), and takes 2 kg ore of 4 (CN) each, by name
    # half of it, half as a fallback: 3 + 4 + 4 + 4 = 15. Without other places 4 + 4 = 8: 7 / 15.
    gas = row(flow_id="gas-1", name="Gas", kind="elementary", unit="kg", compartment="air")
    made = [process("plant", "processing", location="JP"), process("mine", location="CN")]
    rows = [
        *(makes("mine", "ore"), emits("mine", 1, flow_id="gas-1"), makes("plant", "bar")),
        *(emits("plant", 1, flow_id="gas-1"), emits("plant", 1, flow_id="gas-1", location="CN")),
        *(takes("plant", "ore", 1), takes("plant", "ore", 1, provider_id="mine")),
    ]
    place = write_inventory(tmp_path / "in", system(*rows, flows=[*FLOWS, gas], processes=made))
    footprints = lca.score(lca.read_inventory(place), lca.read_method(write_method(tmp_path / "m", FACTORS)))
    assert footprints.get("score", process_id="plant") == pytest.approx(15.0)
    (record,) = complete(footprints, process_id="plant")
    assert record["fallback_share"] == pytest.approx(7 / 15, rel=1e-12)


def test_what_is_missing_has_no_fallback_share(tmp_path: Path) -> None:
    # The mine declares ghg alone: of the bar's 5, 4 come from elsewhere; of its energy nothing is known.
    tables = supplied("CN", "US", [])
    declared = row(process_id="mine", indicator="ghg", amount=2, unit="kg CO2e", per="kg")
    rows = [each for each in tables["exchanges"] if each["process_id"] != "mine" or each["flow_id"] == "ore"]
    footprints = score(tmp_path, {**tables, "exchanges": rows, "impacts": [declared]})
    shares = {r["indicator"]: r["fallback_share"] for r in complete(footprints, process_id="smelter")}
    assert shares["ghg"] == pytest.approx(0.8, rel=1e-12)
    assert shares["energy"] is None


def test_command_line(run: Run, tmp_path: Path) -> None:
    place = write_inventory(tmp_path, supplied("CN", "JP", []))
    for most, exit_code in (("country", 1), ("region", 0), ("RoW", 0), ("GLO", 0)):
        for command in ("check", "score"):
            code, out, err = run(command, place, "--max-fallback", most)
            assert code == exit_code
            assert ("too_far" in out + err) == bool(exit_code)


def test_fallbacks_in_a_loop(tmp_path: Path) -> None:
    # A bar takes 1 kg ore from elsewhere, a kg ore 0.5 kg bar; 1 kg CO2 each: b = 1 + o, o = 1 + b/2: b = 4, o = 3.
    # Without the link b = 1: 3 of 4. Ore without it is 1 + 1/2: 1.5 of 3.
    made = [process("smelter", location="CN"), process("mine", location="US")]
    rows = [
        *(makes("mine", "ore"), emits("mine", 1), takes("mine", "bar", 0.5, provider_id="smelter")),
        *(makes("smelter", "bar"), emits("smelter", 1), takes("smelter", "ore", 1)),
    ]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=made))
    shares = {r["process_id"]: r["fallback_share"] for r in complete(footprints, indicator="ghg")}
    assert shares == pytest.approx({"smelter": 0.75, "mine": 0.5}, rel=1e-9)
