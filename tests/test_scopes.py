"""Splits by hand: scopes, suppliers, locations; what has no label, and parts that add to the total."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.footprints import Footprints
from tests.conftest import Run
from tests.scoring import codes, ghg, row, score, system
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, write_inventory

FLOWS = [
    *(product(each, "kWh", category="electricity") for each in ("low", "high")),
    *(product(each, "MJ", category=each) for each in ("steam", "heat", "cooling")),
    product("burned", "MJ", category="burned on site"),
    *(product(each) for each in ("ore", "bar", "coal", "oil", "reagent", "turbine")),
]
# 1 kWh high: half coal (0.8 at the stack, 0.4 kg coal of 0.5 each), half wind (0.01 for its turbine). A transformer
# takes 1.1 kWh high and emits 0.01 of its own a kWh low. Steam 0.1 at the boiler and 0.03 kg coal; heat burned on
# site 0.07 and 0.025 kg oil of 0.6.
BACKGROUND = [
    *(makes("coal power", "high", 1, "kWh"), emits("coal power", 0.8), takes("coal power", "coal", 0.4)),
    *(makes("wind power", "high", 1, "kWh"), takes("wind power", "turbine", 0.001)),
    *(makes("transformer", "low", 1, "kWh"), emits("transformer", 0.01), takes("transformer", "high", 1.1, "kWh")),
    *(makes("boiler", "steam", 1, "MJ"), emits("boiler", 0.1), takes("boiler", "coal", 0.03)),
    *(makes("burner", "burned", 1, "MJ"), emits("burner", 0.07), takes("burner", "oil", 0.025)),
    *(makes("coal mine", "coal"), emits("coal mine", 0.5), makes("oil well", "oil"), emits("oil well", 0.6)),
    *(makes("maker", "turbine"), emits("maker", 10), makes("chemist", "reagent"), emits("chemist", 5)),
]
MIX = [row(flow_id="high", process_id=f"{each} power", share=0.5) for each in ("coal", "wind")]
MINE = [
    *(makes("mine", "ore"), emits("mine", 3), takes("mine", "low", 2, "kWh"), takes("mine", "steam", 1, "MJ")),
    *(takes("mine", "burned", 1, "MJ"), takes("mine", "reagent", 1)),
]
SMELTER = [makes("smelter", "bar"), emits("smelter", 1), takes("smelter", "ore", 2), takes("smelter", "low", 1, "kWh")]
PLANTS = [process("mine", "extraction"), process("smelter", "processing")]


def chain() -> Tables:
    return system(*BACKGROUND, *MINE, *SMELTER, flows=FLOWS, processes=PLANTS, markets=MIX)


def parts(footprints: Footprints, process_id: str = "", **words: str) -> dict[str, float]:
    return {part: ghg(footprints, process_id, stage=part, **words) for part in footprints.stages}


def scopes(one: float, two: float, upstream: float) -> dict[str, Any]:
    split = {"scope_1": one, "scope_2": two, "upstream": upstream, "unassigned": 0.0, "total": one + two + upstream}
    return {part: pytest.approx(value, rel=1e-12) for part, value in split.items()}


def unassigned(total: float) -> dict[str, Any]:
    none = dict.fromkeys(("scope_1", "scope_2", "upstream"), pytest.approx(math.nan, nan_ok=True))
    return {**none, "unassigned": pytest.approx(total), "total": pytest.approx(total)}


# At the stacks: high 0.5 x 0.8 = 0.4, low 0.01 + 1.1 x 0.4 = 0.45. Upstream of them: high 0.5 x 0.2 + 0.5 x 0.01 =
# 0.105, low 1.1 x 0.105 = 0.1155.
def test_scopes(tmp_path: Path) -> None:
    # The mine: 3 + 0.07; 2 x 0.45 + 0.1; 2 x 0.1155 + 0.015 + 0.015 + 5 = 5.261; 9.331 in all. The smelter: 1; 0.45;
    # 0.1155 and two ores.
    footprints = score(tmp_path, chain(), by="scope")
    assert footprints.stages == ("scope_1", "scope_2", "upstream", "unassigned", "total")
    assert parts(footprints, "mine") == scopes(3.07, 1.0, 5.261)
    assert parts(footprints, "smelter") == scopes(1.0, 0.45, 0.1155 + 2 * 9.331)
    # What has no label, a market among it, has no scopes.
    assert parts(footprints, "coal power") == unassigned(1.0)
    assert parts(footprints, "transformer") == unassigned(0.01 + 1.1 * 0.505)
    assert parts(footprints, product_id="high") == unassigned(0.505)
    # Scope 1 and 2 are what happens from gate to gate, with the power and steam it takes.
    mine = parts(footprints, "mine")
    assert mine["scope_1"] + mine["scope_2"] == pytest.approx(3 + 0.07 + 2 * 0.45 + 0.1)


@pytest.mark.parametrize("category", ["electricity", "steam", "heat", "cooling", "burned on site", "", "Heat"])
def test_categories(tmp_path: Path, category: str) -> None:
    # 2 MJ of 0.3 at the plant and 0.1 for its fuel: 0.6 is scope 2, or 1 where it is burned on site, or upstream.
    flows = [product("energy", "MJ", category=category), product("ore"), product("oil")]
    rows = [
        *(makes("plant", "energy", 1, "MJ"), emits("plant", 0.3), takes("plant", "oil", 1)),
        *(makes("well", "oil"), emits("well", 0.1), makes("mine", "ore"), takes("mine", "energy", 2, "MJ")),
    ]
    footprints = score(tmp_path, system(*rows, flows=flows, processes=PLANTS[:1]), by="scope")
    bought = category in ("electricity", "steam", "heat", "cooling")
    burned = category == "burned on site"
    expected = (0.6 * burned, 0.6 * bought, 0.2 + 0.6 * (not bought and not burned))
    assert parts(footprints, "mine") == scopes(*expected)
    assert ("category" in codes(footprints.warnings)) == (category == "Heat")  # not to the letter
    assert not any(math.copysign(1.0, value) < 0 for value in parts(footprints, "mine").values())  # no -0


def test_scopes_in_loops(tmp_path: Path) -> None:
    # The plant emits 0.8 and takes 0.2 of its own kWh and 0.4 kg coal; a kg coal is 0.5 and 0.5 kWh. At the stacks g =
    # 0.8 + 0.2 g = 1. In all g = 0.8 + 0.2 g + 0.4 c, c = 0.5 + 0.5 g: g = 5/3. The mine emits 3, takes 1 kWh and half
    # a kg of its own ore: twice of 3, 1 and 2/3.
    rows = [
        *(makes("plant", "high", 1, "kWh"), emits("plant", 0.8), takes("plant", "high", 0.2, "kWh")),
        *(takes("plant", "coal", 0.4), makes("coal mine", "coal"), emits("coal mine", 0.5)),
        *(takes("coal mine", "high", 0.5, "kWh"), makes("mine", "ore"), emits("mine", 3)),
        *(takes("mine", "ore", 0.5), takes("mine", "high", 1, "kWh")),
    ]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=PLANTS[:1]), by="scope")
    assert parts(footprints, "mine") == scopes(6.0, 2.0, 4 / 3)


def test_scopes_of_two_labelled_processes_that_buy_of_each_other(tmp_path: Path) -> None:
    # m = 3 + 0.5 b, b = 1 + m and 1 kWh of 1 at the stack: m = 3 + 0.5 (2 + m) = 8, b = 10.
    rows = [
        *(makes("plant", "low", 1, "kWh"), emits("plant", 1), takes("mine", "bar", 0.5)),
        *(makes("mine", "ore"), emits("mine", 3), makes("smelter", "bar"), emits("smelter", 1)),
        *(takes("smelter", "ore", 1), takes("smelter", "low", 1, "kWh")),
    ]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=PLANTS), by="scope")
    assert parts(footprints, "mine") == scopes(3.0, 0.0, 5.0)
    assert parts(footprints, "smelter") == scopes(1.0, 1.0, 8.0)


def test_a_generator_with_a_label_is_scope_1_of_itself_and_scope_2_of_who_buys(tmp_path: Path) -> None:
    # The plant emits 0.8 and burns 0.4 kg coal of 0.5; the mine takes 2 kWh.
    chosen = [each for each in BACKGROUND if each["process_id"] in ("coal power", "coal mine")]
    rows = [*chosen, makes("mine", "ore"), takes("mine", "high", 2, "kWh")]
    made = [PLANTS[0], process("coal power", "processing")]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=made), by="scope")
    assert parts(footprints, "coal power") == scopes(0.8, 0.0, 0.2)
    assert parts(footprints, "mine") == scopes(0.0, 1.6, 0.4)


def test_co_products_share_every_scope(tmp_path: Path) -> None:
    # 1 kg ore and 3 kg bar by mass: a quarter of 4 and of 8 kWh of 1 goes with the kg of ore.
    rows = [
        *(makes("plant", "low", 1, "kWh"), emits("plant", 1), makes("mine", "ore"), emits("mine", 4)),
        *(exchange("mine", "bar", "output", 3), takes("mine", "low", 8, "kWh")),
    ]
    made = [process("mine", "extraction", allocation="mass")]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=made), by="scope")
    for product_id in ("ore", "bar"):
        assert parts(footprints, "mine", product_id=product_id) == scopes(1.0, 2.0, 0.0)


# A trader of JP sells what a mine of CN digs: mine 3 and 1 kWh of 1; trader 0.5 and 2 kWh of 1; shop without a
# supplier 0.25. The grid has no supplier; it stands in CN and is the background of a supplier, and a place of its own.
OWNERS = [
    *(makes("grid", "low", 1, "kWh"), emits("grid", 1), makes("mine", "ore"), emits("mine", 3)),
    *(takes("mine", "low", 1, "kWh"), makes("trader", "coal"), emits("trader", 0.5), takes("trader", "ore", 2)),
    *(takes("trader", "low", 2, "kWh"), makes("shop", "bar"), emits("shop", 0.25), takes("shop", "coal", 1)),
]


def owners() -> Tables:
    made = [
        process("grid", location="CN"),
        process("mine", "extraction", supplier_id="digger", location="CN"),
        process("trader", supplier_id="dealer", location="JP"),
        process("shop", "assembly"),
    ]
    mix = row(flow_id="coal", process_id="trader", share=1)
    demand = row(demand_id="bill", process_id="shop", amount=2, unit="kg", supplier_id="digger")
    return system(*OWNERS, flows=FLOWS, processes=made, markets=[mix], demand=[demand])


# mine 4, trader 0.5 + 2 + 8 = 10.5, shop 10.75. By supplier the grid's burdens go with who draws on it.
BY: dict[str, dict[str, dict[str, float]]] = {
    "supplier": {
        "grid": {"unassigned": 1},
        "mine": {"digger": 4},
        "trader": {"digger": 8, "dealer": 2.5},
        "market": {"digger": 8, "dealer": 2.5},
        "shop": {"digger": 8, "dealer": 2.5, "unassigned": 0.25},  # nobody's, and nobody above it who is somebody
        "bill": {"digger": 16, "dealer": 5, "unassigned": 0.5},  # the label of a bill owns nothing
    },
    "location": {
        "grid": {"CN": 1},
        "mine": {"CN": 4},
        "trader": {"CN": 8 + 2, "JP": 0.5},
        "market": {"CN": 10, "JP": 0.5},
        "shop": {"CN": 10, "JP": 0.5, "unassigned": 0.25},
        "bill": {"CN": 20, "JP": 1, "unassigned": 0.5},
    },
    "stage": {
        "grid": {"unassigned": 1},
        "mine": {"extraction": 4},
        "trader": {"extraction": 8, "unassigned": 2.5},
        "market": {"extraction": 8, "unassigned": 2.5},
        "shop": {"extraction": 8, "assembly": 2.75},
        "bill": {"extraction": 16, "assembly": 5.5},
    },
}


@pytest.mark.parametrize("by", BY)
def test_by_supplier_and_location(tmp_path: Path, by: str) -> None:
    footprints = score(tmp_path, owners(), by=by)
    labels = {"supplier": ("dealer", "digger"), "location": ("CN", "JP"), "stage": ("extraction", "assembly")}[by]
    assert footprints.stages == (*labels, "unassigned", "total")
    for name, expected in BY[by].items():
        found = parts(footprints, "" if name == "market" else name, product_id="coal" if name == "market" else "")
        every = {**dict.fromkeys(footprints.stages, 0.0), **expected, "total": sum(expected.values())}
        assert found == {part: pytest.approx(value, rel=1e-12, abs=1e-15) for part, value in every.items()}


@pytest.mark.parametrize("by", ["stage", "supplier", "location", "scope"])
def test_tables_name_the_split(tmp_path: Path, by: str) -> None:
    footprints = score(tmp_path, owners(), by=by)
    table = footprints.to_arrow()
    columns = table.column_names
    if by == "stage":
        assert columns[4:8] == ["indicator", "stage", "value", "unit"]
        assert not {"by", "part"} & set(columns)
    else:
        assert columns[4:9] == ["indicator", "by", "part", "value", "unit"]
        assert "stage" not in columns
        assert set(table["by"].to_pylist()) == {by}
    sums: dict[tuple[str, ...], list[float]] = {}
    for r in table.to_pylist():
        key = (r["process_id"], r["product_id"], r["location"], r["indicator"], r["per"])
        total = r["part" if by != "stage" else "stage"] == "total"
        if r["indicator"] != "electricity_site_renewable":  # this grid says nothing of its energy
            sums.setdefault(key, [0.0, 0.0])[total] += r["value"] or 0.0
    assert len(sums) == 6 * (len(footprints.method.indicators) - 1)  # four processes, a market, a bill
    for parted, total in sums.values():
        assert parted == pytest.approx(total, rel=1e-9, abs=1e-12)


def test_command_line(run: Run, tmp_path: Path) -> None:
    place = write_inventory(tmp_path, chain())
    code, out, _ = run("score", place, "--by", "scope", "--json", "--indicator", "ghg")
    rows: list[Row] = [r for r in json.loads(out)["results"] if r["process_id"] == "mine"]
    assert code == 0
    assert {r["part"]: r["value"] for r in rows} == scopes(3.07, 1.0, 5.261)
    code, out, _ = run("score", place, "--by", "scope", "--indicator", "ghg")
    assert code == 0
    assert "20.2" in out  # the bar: 1 + 0.45 + 0.1155 + 18.662
    with pytest.raises(lca.LcaError, match="write one of"):
        score(tmp_path / "x", chain(), by="owner")


def test_electricity_that_burning_on_site_takes_is_scope_2(tmp_path: Path) -> None:
    # Each MJ burned at the mine takes 0.1 kWh low: 0.1 x 0.45 more in scope 2, 0.1 x 0.1155 more upstream.
    blown = takes("burner", "low", 0.1, "kWh")
    tables = system(*BACKGROUND, blown, *MINE, *SMELTER, flows=FLOWS, processes=PLANTS, markets=MIX)
    assert parts(score(tmp_path, tables, by="scope"), "mine") == scopes(3.07, 1.0 + 0.045, 5.261 + 0.01155)


def test_what_a_bought_boiler_burns_is_scope_2(tmp_path: Path) -> None:
    # The boiler emits nothing in its own rows: 1.25 MJ burned a MJ steam, 0.07 each at the stack, 0.025 kg oil of 0.6.
    boiler = [makes("boiler", "steam", 1, "MJ"), takes("boiler", "burned", 1.25, "MJ")]
    rest = [each for each in BACKGROUND if each["process_id"] != "boiler"]
    buyer = [makes("mine", "ore"), emits("mine", 3), takes("mine", "steam", 1, "MJ")]
    tables = system(*rest, *boiler, *buyer, flows=FLOWS, processes=PLANTS[:1], markets=MIX)
    assert parts(score(tmp_path, tables, by="scope"), "mine") == scopes(3.0, 0.0875, 0.01875)


def test_a_declared_footprint_has_no_scopes(tmp_path: Path) -> None:
    # The mine's 40 is cradle to gate: how much of it is its own is not said. The mill emits 1 and buys 2 kWh of a
    # plant that is known by 0.5 a kWh alone: neither is its scope 2. The smelter emits 1 and has all else upstream.
    rows = [makes("mine", "ore"), makes("plant", "low", 1, "kWh"), makes("smelter", "bar"), emits("smelter", 1)]
    rows += [takes("smelter", "ore", 2), makes("mill", "coal"), emits("mill", 1), takes("mill", "low", 2, "kWh")]
    declared = [row(process_id=p, indicator="ghg", amount=a, unit="kg CO2e", per=u) for p, a, u in DECLARED]
    plants = [process(name, "processing") for name in ("mine", "smelter", "mill")]
    footprints = score(tmp_path, system(*rows, flows=FLOWS, processes=plants, impacts=declared), by="scope")
    assert parts(footprints, "mine") == unassigned(40.0)
    assert parts(footprints, "mill") == unassigned(2.0)
    assert parts(footprints, "smelter") == scopes(1.0, 0.0, 80.0)


DECLARED = (("mine", 40, "kg"), ("plant", 0.5, "kWh"))


def test_exported_power_does_not_lower_scope_2(tmp_path: Path) -> None:
    # 2 kWh bought at 0.45 are 0.9 in scope 2, whatever the mine spares others; the 1 kWh spared is 0.45 + 0.1155 less
    # upstream: 2 x 0.1155 - 0.5655.
    buyer = [makes("mine", "ore"), takes("mine", "low", 2, "kWh")]
    spared = exchange("mine", "low", "output", 1, "kWh", is_avoided=True)
    tables = system(*BACKGROUND, *buyer, spared, flows=FLOWS, processes=PLANTS[:1], markets=MIX)
    assert parts(score(tmp_path, tables, by="scope"), "mine") == scopes(0.0, 0.9, 2 * 0.1155 - 0.5655)
