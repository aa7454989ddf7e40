"""Electricity by hand: what labelled processes buy, and what of it is renewable by who generates it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.footprints import Footprints
from tests.conftest import Run
from tests.scoring import complete, core, row, score, system
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, write_inventory


def resource(flow_id: str, name: str) -> Row:
    return row(flow_id=flow_id, name=name, kind="elementary", unit="MJ", compartment="resource")


FLOWS = [
    *(product(each, "kWh", category="electricity") for each in ("power", "line")),
    *(product("steam", "MJ", category="steam"), product("turbine"), product("chips")),
    *(product("ore"), product("bar"), product("coke")),
    resource("wind energy", "Energy, kinetic (in wind), converted"),
    resource("wood", "Energy, gross calorific value, in biomass"),
    *(resource("hard coal", "Energy, from coal"), resource("crude", "Energy, from oil")),
]
# Renewable by the energy of the chain of a kWh: wind 3.6 of 3.6 MJ; coal 0 of 10; wood 9 of the 10 MJ of its chips,
# which a chipper makes with 1 MJ of oil.
WIND = [makes("wind", "power", 1, "kWh"), takes("wind", "wind energy", 3.6, "MJ")]
COAL = [makes("coal", "power", 1, "kWh"), takes("coal", "hard coal", 10, "MJ"), emits("coal", 1)]
WOOD = [
    *(makes("wood plant", "power", 1, "kWh"), takes("wood plant", "chips", 1), makes("chipper", "chips")),
    *(takes("chipper", "wood", 9, "MJ"), takes("chipper", "crude", 1, "MJ")),
]
LINE = [makes("line", "line", 1, "kWh"), takes("line", "power", 1.25, "kWh")]
MINE = [makes("mine", "ore"), takes("mine", "line", 4, "kWh")]
STAGES = [process("mine", "extraction"), process("smelter", "processing")]
RENEWABLE = "electricity_site_renewable"


def mix(basis: str = "location", **shares: float) -> list[Row]:
    names = {"wood": "wood plant"}
    return [row(flow_id="power", process_id=names.get(p, p), share=s, basis=basis) for p, s in shares.items()]


def buying(*rows: Row, markets: list[Row] | None = None, **tables: list[Row]) -> Tables:
    used = {str(each["process_id"]) for each in rows}
    made = [each for each in STAGES if each["process_id"] in used]
    return system(*rows, flows=FLOWS, processes=made, markets=markets or [], **tables)


def measure(footprints: Footprints, process_id: str = "mine", stage: str = "total") -> tuple[float, float, float]:
    """Give MJ of electricity bought, MJ of it renewable, and their ratio."""
    (a,) = footprints.find(process_id=process_id)
    share = footprints.renewable_share()
    assert share is not None
    names = ("electricity_site", RENEWABLE)
    bought, renewable = (footprints.get(name, process_id=process_id, stage=stage) for name in names)
    return bought, renewable, float(share[a, footprints.stages.index(stage)])


def close(bought: float, share: float) -> object:
    return pytest.approx((bought, bought * share, share), rel=1e-12)


# kWh of the mix by kWh, not by energy: a line that loses a fifth passes on the mix it takes.
@pytest.mark.parametrize(
    ("shares", "renewable"),
    [
        *[({"wind": 1.0}, 1.0), ({"coal": 1.0}, 0.0), ({"wood": 1.0}, 0.9)],
        *[({"wind": 0.25, "coal": 0.75}, 0.25), ({"wind": 0.2, "coal": 0.3, "wood": 0.5}, 0.2 + 0.45)],
    ],
)
def test_grid_mix_through_a_line(tmp_path: Path, shares: dict[str, float], renewable: float) -> None:
    # 4 kWh are 14.4 MJ at the meter; what the line loses is not bought.
    footprints = score(tmp_path, buying(*WIND, *COAL, *WOOD, *LINE, *MINE, markets=mix("location", **shares)))
    assert measure(footprints) == close(14.4, renewable)
    assert footprints.get("energy_site", process_id="mine") == pytest.approx(14.4)
    (record,) = complete(footprints, process_id="mine", indicator=RENEWABLE)
    assert record["status"] == "complete"
    # Processes without a label buy nothing that counts.
    bought, of_it, share = measure(footprints, "line")
    assert (bought, of_it) == (0, 0)
    assert math.isnan(share)


def test_by_stage(tmp_path: Path) -> None:
    # The mine: 4 kWh, a quarter wind. A bar: 2 kg ore, 1 kWh by line, 1 from the wood plant and 2 from wind by name,
    # and 5 MJ steam, which is no electricity: 8 kWh at 0.25, and 4 kWh with 0.25 + 0.9 + 2.
    smelter = [
        *(makes("smelter", "bar"), takes("smelter", "ore", 2), takes("smelter", "line", 1, "kWh")),
        *(takes("smelter", "power", 1, "kWh", provider_id="wood plant"), takes("smelter", "steam", 5, "MJ")),
        *(takes("smelter", "power", 7.2, "MJ", provider_id="wind"), makes("boiler", "steam", 1, "MJ")),
    ]
    markets = mix(wind=0.25, coal=0.75)
    footprints = score(tmp_path, buying(*WIND, *COAL, *WOOD, *LINE, *MINE, *smelter, markets=markets))
    assert measure(footprints, "smelter", "extraction") == close(8 * 3.6, 0.25)
    assert measure(footprints, "smelter", "processing") == close(4 * 3.6, 3.15 / 4)
    assert measure(footprints, "smelter") == close(12 * 3.6, (2 + 3.15) / 12)
    assert measure(footprints, "mine", "extraction") == close(14.4, 0.25)
    bought, _, share = measure(footprints, "mine", "processing")
    assert bought == 0
    assert math.isnan(share)
    wide = {r["process_id"]: r for r in footprints.to_wide().to_pylist()}["smelter"]
    assert wide["electricity_renewable_share.total"] == pytest.approx(5.15 / 12, rel=1e-12)
    assert {r["electricity_renewable_share.processing"] for r in footprints.to_wide().to_pylist() if
            r["process_id"] == "mine"} == {None}  # fmt: skip


@pytest.mark.parametrize(("basis", "renewable"), [("location", 0.25), ("contract", 0.6 + 0.4 * 0.1)])
def test_a_contract_with_wind(tmp_path: Path, basis: str, renewable: float) -> None:
    # By contract 0.6 wind, and of the rest a tenth.
    markets = [*mix(wind=0.25, coal=0.75), *mix("contract", wind=0.6), *mix("residual", wind=0.1, coal=0.9)]
    tables = buying(*WIND, *COAL, *LINE, *MINE, markets=markets)
    assert measure(score(tmp_path, tables, lca.Policy(basis=basis))) == close(14.4, renewable)


def test_a_store_is_what_it_is_charged_with(tmp_path: Path) -> None:
    # The grid g is 0.45 wind, 0.45 coal, 0.1 from a store that takes 1.25 of the grid: g = 0.45 + 0.1 g = 0.5.
    store = [makes("store", "power", 1, "kWh"), takes("store", "power", 1.25, "kWh")]
    tables = buying(*WIND, *COAL, *store, *LINE, *MINE, markets=mix(wind=0.45, coal=0.45, store=0.1))
    assert measure(score(tmp_path, tables)) == close(14.4, 0.5)


def test_a_plant_that_takes_some_electricity_of_another(tmp_path: Path) -> None:
    # Coal power takes 0.05 kWh of wind: what it passes on is wind; the rest is as its chain: 0.18 of 10.18 MJ.
    own = takes("coal", "power", 0.05, "kWh", provider_id="wind")
    tables = buying(*WIND, *COAL, own, *LINE, *MINE, markets=mix(coal=1))
    assert measure(score(tmp_path, tables)) == close(14.4, 0.05 + 0.95 * 0.18 / 10.18)


def test_a_plant_that_takes_of_its_own(tmp_path: Path) -> None:
    # A tenth of its own changes nothing: 0.9.
    own = takes("wood plant", "power", 0.1, "kWh", provider_id="wood plant")
    tables = buying(*WOOD, own, *LINE, *MINE, markets=mix(wood=1))
    assert measure(score(tmp_path, tables)) == close(14.4, 0.9)


def declare(process_id: str, per: str, **amounts: float) -> list[Row]:
    units = {"ghg": "kg CO2e"}
    return [
        row(process_id=process_id, indicator=i, amount=a, unit=units.get(i, "MJ"), per=per) for i, a in amounts.items()
    ]


SITE = {"electricity_site": 0.0, RENEWABLE: 0.0}


@pytest.mark.parametrize(
    ("declared", "share"),
    [
        ({"energy": 8.0, "energy_renewable": 2.0, **SITE}, 0.25),
        ({"ghg": 1.0}, None),
        ({"ghg": 1.0, **SITE}, None),
        ({"energy": 8.0, **SITE}, None),
        ({"energy": 0.0, "energy_renewable": 0.0, **SITE}, None),  # no electricity is of no energy
    ],
)
def test_a_supplier_who_declares(tmp_path: Path, declared: dict[str, float], share: float | None) -> None:
    tables = buying(makes("utility", "power", 1, "kWh"), *LINE, *MINE, impacts=declare("utility", "kWh", **declared))
    footprints = score(tmp_path, tables)
    (record,) = complete(footprints, process_id="mine", indicator=RENEWABLE)
    if share is not None:
        assert measure(footprints) == close(14.4, share)
        assert record["status"] == "complete"
        return
    _, renewable, ratio = measure(footprints)
    assert math.isnan(renewable)
    assert math.isnan(ratio)
    assert record["status"] == "missing"


def test_a_share_of_the_mix_that_is_not_known_is_not_known_of_the_whole(tmp_path: Path) -> None:
    utility = makes("utility", "power", 1, "kWh")
    impacts = declare("utility", "kWh", ghg=1.0, **SITE)
    footprints = score(
        tmp_path, buying(*WIND, utility, *LINE, *MINE, markets=mix(wind=0.9, utility=0.1), impacts=impacts)
    )
    bought, renewable, _ = measure(footprints)
    assert bought == pytest.approx(14.4)
    assert math.isnan(renewable)


def test_fuel_whose_energy_is_not_declared(tmp_path: Path) -> None:
    # The plant burns 1 kg chips of 9 MJ wood and 1 MJ oil, and 1 kg coke, of which no energy is declared.
    impacts = declare("cokery", "kg", ghg=1.0, **SITE)
    rows = [*WOOD, takes("wood plant", "coke", 1), makes("cokery", "coke"), *LINE, *MINE]
    footprints = score(tmp_path, buying(*rows, markets=mix(wood=1), impacts=impacts))
    bought, renewable, _ = measure(footprints)
    assert bought == pytest.approx(14.4)
    assert math.isnan(renewable)
    (record,) = complete(footprints, process_id="mine", indicator=RENEWABLE)
    assert record["status"] == "missing"


def test_electricity_that_nobody_supplies(tmp_path: Path) -> None:
    # 1 kWh of wind by name, 3 from nobody: bought all the same, and marked.
    rows = [*WIND, makes("mine", "ore"), takes("mine", "power", 1, "kWh"), takes("mine", "line", 3, "kWh")]
    footprints = score(tmp_path, buying(*rows), lca.Policy(unlinked="cutoff"))
    assert measure(footprints) == close(14.4, 0.25)
    (record,) = complete(footprints, process_id="mine", indicator=RENEWABLE)
    assert (record["status"], record["missing_inputs"]) == ("cut_off", 1)


@pytest.mark.parametrize(("own", "spared"), [("coal", "wind"), ("wind", "coal")])
def test_credits_that_leave_no_share(tmp_path: Path, own: str, spared: str) -> None:
    # A bar takes 2 kWh of one kind and spares an ore with 1 kWh of the other: 1 kWh in all, and of wind -1 or 2.
    rows = [
        *(makes("mine", "ore"), takes("mine", "power", 1, "kWh", provider_id=spared), makes("smelter", "bar")),
        *(
            takes("smelter", "power", 2, "kWh", provider_id=own),
            exchange("smelter", "ore", "output", 1, is_avoided=True),
        ),
    ]
    footprints = score(tmp_path, buying(*WIND, *COAL, *rows))
    bought, renewable, share = measure(footprints, "smelter")
    assert (bought, renewable) == pytest.approx((3.6, 3.6 * (2 if own == "wind" else -1)))
    assert math.isnan(share)
    assert measure(footprints, "smelter", "processing") == close(7.2, float(own == "wind"))


def test_a_method_without_the_indicators_tells_nothing(tmp_path: Path) -> None:
    inventory = lca.read_inventory(write_inventory(tmp_path, buying(*WIND, *LINE, *MINE)))
    assert lca.score(inventory, "ecosystems").renewable_share() is None
    share = lca.score(inventory, core()).renewable_share()
    assert share is not None
    assert np.isfinite(share).sum() == 2  # the mine, its stage and its total


def test_terminal_shows_the_share(run: Run, tmp_path: Path) -> None:
    place = write_inventory(tmp_path, buying(*WIND, *COAL, *LINE, *MINE, markets=mix(wind=0.25, coal=0.75)))
    code, out, _ = run("score", place)
    assert code == 0
    assert "renewable share of electricity, %" in out
    (line,) = [each for each in out.partition("renewable share")[2].splitlines() if "mine" in each]
    assert line.split()[-2:] == ["25.0", "25.0"]
