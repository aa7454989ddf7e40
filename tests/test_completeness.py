"""Completeness by hand: what is missing, what share of the mass it is, the worst status, in tables and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.footprints import Footprints
from tests.scoring import complete, core, ghg, has, row, score, system
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, waste

CUT = lca.Policy(unlinked="cutoff")
HG = row(flow_id="hg", name="Mercury", kind="elementary", unit="kg", compartment="air")
PB = row(flow_id="pb", name="Lead", kind="elementary", unit="kg", compartment="air")
FLOWS = [
    *(HG, PB, product("ore", "t"), product("bar", "piece"), product("box", "piece"), product("power", "kWh")),
    *(product("coke", "t"), product("lime"), product("blast"), product("gas", "m3"), waste("slag")),
]
MASSES = [has("bar", "mass", 4, "kg/piece"), has("box", "mass", 500, "g/piece")]
# A tonne of ore takes 50 kg lime, which nobody makes, and 150 kg blast. A bar takes 20 kg ore, and of what nobody
# makes 2 kg coke, 3 boxes of 0.5 kg, 10 kWh power and 1 m3 gas: these two have no mass. It gives 1 kg slag to nobody.
MINE = [
    makes("mine", "ore", 1, "t"),
    takes("mine", "lime", 50),
    takes("mine", "blast", 150),
    emits("mine", 1, "g", "hg"),
]
SMELTER = [
    *(makes("smelter", "bar", 1, "piece"), takes("smelter", "ore", 20), takes("smelter", "coke", 0.002, "t")),
    *(takes("smelter", "box", 3, "piece"), takes("smelter", "power", 10, "kWh"), takes("smelter", "gas", 1, "m3")),
    *(exchange("smelter", "slag", "output", 1), emits("smelter", 1, "g", "hg"), emits("smelter", 1, "g", "pb")),
]
BLAST = [makes("plant", "blast"), emits("plant", 1)]


def tiers(*rows: Row, **tables: list[Row]) -> Tables:
    return system(*MINE, *SMELTER, *BLAST, *rows, flows=FLOWS, properties=MASSES, **tables)


def test_two_tiers(tmp_path: Path) -> None:
    # The mine: 50 of 200 kg. The smelter: 20 ore, 2 coke, 1.5 boxes, and by its 0.02 t ore 1 lime and 3 blast are
    # 27.5 kg, of which 2 + 1.5 + 1 = 4.5 come from nobody. The plant takes nothing: no share.
    footprints = score(tmp_path, tiers(), CUT)
    record = {r["process_id"]: r for r in complete(footprints, indicator="ghg")}
    shares = {name: r["unlinked_mass_share"] for name, r in record.items()}
    assert shares["mine"] == pytest.approx(0.25, rel=1e-14)
    assert shares["smelter"] == pytest.approx(4.5 / 27.5, rel=1e-14)
    assert shares["plant"] is None
    assert {name: r["missing_inputs"] for name, r in record.items()} == {"mine": 1, "smelter": 6, "plant": 0}
    assert {name: r["missing_factors"] for name, r in record.items()} == {"mine": 1, "smelter": 2, "plant": 0}
    assert {name: r["status"] for name, r in record.items()} == {
        "mine": "cut_off",
        "smelter": "cut_off",
        "plant": "complete",
    }


def test_a_bill_and_a_market_rest_on_what_is_in_them(tmp_path: Path) -> None:
    # The bill of 2 bars and 1 t ore: 2 x 27.5 + 200 = 255 kg of inputs, 2 x 4.5 + 50 = 59 of them from nobody. The
    # market of ore takes half from a second mine that takes nothing: (0.5 x 50) / (0.5 x 200); what a market passes on
    # is no input of its own.
    demand = [
        row(demand_id="bill", process_id="smelter", amount=8, unit="kg"),
        row(demand_id="bill", process_id="mine", amount=1, unit="t"),
    ]
    mix = [row(flow_id="ore", process_id=p, share=0.5, location="CN") for p in ("mine", "mine 2")]
    rows = [each if each["flow_id"] != "ore" or each["process_id"] != "smelter" else
            {**each, "provider_id": "mine"} for each in SMELTER]  # fmt: skip
    tables = tiers(makes("mine 2", "ore", 1, "t"), demand=demand, markets=mix)
    tables = {**tables, "exchanges": [*MINE, *rows, *BLAST, makes("mine 2", "ore", 1, "t")]}
    footprints = score(tmp_path, tables, CUT)
    (bill,) = complete(footprints, process_id="bill", indicator="ghg")
    assert bill["unlinked_mass_share"] == pytest.approx(59 / 255, rel=1e-14)
    assert (bill["missing_inputs"], bill["missing_factors"], bill["status"]) == (6, 2, "cut_off")
    (market,) = complete(footprints, process_id="", product_id="ore", indicator="ghg")
    assert market["unlinked_mass_share"] == pytest.approx(0.25, rel=1e-14)
    assert (market["missing_inputs"], market["basis"], market["location"]) == (1, "location", "CN")


def test_inputs_of_co_products_are_shared(tmp_path: Path) -> None:
    # p takes 3 kg lime from nobody and 5 kg blast for 1 kg x and 3 kg y: each kg takes 2 kg, 3/8 of it from nobody. z
    # takes 1 kg y: 0.75 of 1 + 2 kg.
    rows = [
        *(makes("p", "x"), exchange("p", "y", "output", 3), takes("p", "lime", 3), takes("p", "blast", 5)),
        *(makes("z", "z"), takes("z", "y", 1), *BLAST),
    ]
    flows = [*FLOWS, product("x"), product("y"), product("z")]
    footprints = score(tmp_path, system(*rows, flows=flows, processes=[process("p", allocation="mass")]), CUT)
    shares = {r["product_id"]: r["unlinked_mass_share"] for r in complete(footprints, indicator="ghg")}
    assert shares == {
        **dict.fromkeys("xy", pytest.approx(0.375, rel=1e-14)),
        "z": pytest.approx(0.25, rel=1e-14),
        "blast": None,
    }


def test_mass_in_a_loop(tmp_path: Path) -> None:
    # 1 kg x takes 0.5 kg of its like and 1 kg lime from nobody: 0.5 of a kg net, 1.5 kg of inputs a gross kg: 2 / 3.
    rows = [makes("p", "x"), takes("p", "x", 0.5), takes("p", "lime", 1)]
    footprints = score(tmp_path, system(*rows, flows=[*FLOWS, product("x")]), CUT)
    (record,) = complete(footprints, indicator="ghg")
    assert record["unlinked_mass_share"] == pytest.approx(2 / 3, rel=1e-14)


def test_everything_linked_is_zero_and_not_none(tmp_path: Path) -> None:
    rows = [*BLAST, makes("mine", "ore", 1, "t"), takes("mine", "blast", 1)]
    footprints = score(tmp_path, system(*rows, flows=FLOWS))
    shares = {r["process_id"]: r["unlinked_mass_share"] for r in complete(footprints, indicator="ghg")}
    assert shares == {"plant": None, "mine": 0.0}


def declaring() -> Tables:
    """Give an assembler of a part that declares ghg 2 and energy 30, and one that declares ghg 3 alone."""
    rows = [
        *(makes("a", "x"), makes("b", "y"), makes("p", "z"), emits("p", 1), takes("p", "x", 1), takes("p", "y", 1)),
        *(makes("q", "w"), takes("q", "x", 1)),
    ]
    impacts = [
        row(process_id="a", indicator="ghg", amount=2, unit="kg CO2e", per="kg"),
        row(process_id="a", indicator="energy", amount=30, unit="MJ", per="kg"),
        row(process_id="b", indicator="ghg", amount=3, unit="kg CO2e", per="kg"),
    ]
    return system(*rows, flows=[product(each) for each in "xyzw"], impacts=impacts)


def test_indicators_that_a_supplier_does_not_declare_are_missing_downstream(tmp_path: Path) -> None:
    # p: 1 + 2 + 3 = 6 kg CO2e, no energy since b says none; q: 2 and 30 MJ.
    footprints = score(tmp_path, declaring())
    names = [each.id for each in footprints.method.indicators]
    lacking = {r["process_id"]: r["indicators_missing"].split(";") for r in footprints.completeness.to_pylist()}
    without_both = [name for name in names if name not in ("ghg", "energy")]
    assert lacking["a"] == lacking["q"] == without_both
    assert lacking["b"] == lacking["p"] == [name for name in names if name != "ghg"]
    assert ghg(footprints, "p") == 6.0
    assert (ghg(footprints, "q"), footprints.get("energy", process_id="q")) == (2.0, 30.0)
    for r in footprints.to_arrow().to_pylist():
        missing = r["indicator"] in lacking[r["process_id"]]
        assert (r["value"] is None) == missing
        assert r["status"] == ("missing" if missing else "complete")
    for r in footprints.completeness.to_pylist():
        assert (r["status"] == "missing") == (r["indicator"] in lacking[r["process_id"]])


# What each does to a buyer, from best to worst.
STATUSES: dict[str, Row] = {
    "fallback": takes("p", "far", 1),
    "proxy": takes("p", "guess", 1),
    "cut_off": takes("p", "lost", 1),
    "missing": takes("p", "declared", 1),
}


@pytest.mark.parametrize("other", ["", *STATUSES])
@pytest.mark.parametrize("one", STATUSES)
def test_status_is_the_worst_of_all(tmp_path: Path, one: str, other: str) -> None:
    suppliers = {
        "far": process("far", location="US"),
        "guess": process("guess", location="CN", data_type="proxy"),
        "declared": process("declared", location="CN"),
    }
    rows = [
        *(makes("p", "x"), emits("p", 1), makes("q", "y"), takes("q", "x", 1)),
        *(makes(name, name) for name in suppliers),
        *(STATUSES[name] for name in dict.fromkeys((one, other)) if name),
    ]
    tables = system(
        *rows,
        flows=[product(each) for each in ("x", "y", "far", "guess", "declared", "lost")],
        processes=[*suppliers.values(), *(process(each, location="CN") for each in "pq")],
        impacts=[row(process_id="declared", indicator="energy", amount=1, unit="MJ", per="kg")],
    )
    footprints = score(tmp_path, tables, CUT)
    order = list(STATUSES)
    worst = max((one, other or one), key=order.index)
    for process_id in "pq":
        (record,) = complete(footprints, process_id=process_id, indicator="ghg")
        assert record["status"] == worst
        (energy,) = complete(footprints, process_id=process_id, indicator="energy")
        left = [name for name in (one, other) if name not in ("missing", "")]  # energy is declared
        assert energy["status"] == (max(left, key=order.index) if left else "complete")


def test_an_input_of_nothing_misses_nothing(tmp_path: Path) -> None:
    rows = [makes("p", "x"), takes("p", "lime", 0), takes("p", "far", 0), emits("p", 0, flow_id="hg"), emits("p", 1)]
    made = [process("p", location="CN"), process("far", location="US", data_type="proxy")]
    tables = system(*rows, makes("far", "far"), flows=[*FLOWS, product("x"), product("far")], processes=made)
    (record,) = complete(score(tmp_path, tables, CUT), process_id="p", indicator="ghg")
    assert (record["missing_inputs"], record["missing_factors"]) == (0, 0)
    assert record["unlinked_mass_share"] is None
    assert record["status"] == "complete"


def read(file: Path, name: str) -> list[dict[str, Any]]:
    if file.suffix == ".json":
        rows: list[dict[str, Any]] = json.loads(file.read_text())[name]
        return rows
    beside = file.with_name(f"{file.stem}.{name}{file.suffix}") if name != "results" else file
    table = pq.read_table(beside) if file.suffix == ".parquet" else pacsv.read_csv(beside)
    return [{key: None if value == "" else value for key, value in r.items()} for r in table.to_pylist()]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
@pytest.mark.parametrize("wide", [False, True])
def test_files_say_what_is_missing(tmp_path: Path, suffix: str, wide: bool) -> None:
    footprints: Footprints = score(tmp_path / "in", tiers(), CUT)
    lca.write_results(footprints, tmp_path / f"out{suffix}", wide)
    records = read(tmp_path / f"out{suffix}", "completeness")
    assert len(records) == 3 * len(core().indicators)
    (record,) = [r for r in records if r["process_id"] == "smelter" and r["indicator"] == "ghg"]
    assert record["unlinked_mass_share"] == pytest.approx(4.5 / 27.5, rel=1e-14)
    assert (record["missing_inputs"], record["missing_factors"], record["status"]) == (6, 2, "cut_off")
    assert not record["indicators_missing"]
    results = [r for r in read(tmp_path / f"out{suffix}", "results") if r["process_id"] == "smelter"]
    assert {(r["missing_inputs"], r["missing_factors"]) for r in results} == {(6, 2)}
    status = "ghg.status" if wide else "status"
    assert {r[status] for r in results} == {"cut_off"}
    if wide:
        assert results[0]["unlinked_mass_share"] == pytest.approx(4.5 / 27.5, rel=1e-14)
    gaps = {(g["process_id"], g["flow_id"]): g for g in read(tmp_path / f"out{suffix}", "gaps")}
    assert gaps["smelter", "coke"]["amount"] == pytest.approx(0.002)
    assert gaps["smelter", "coke"]["unit"] == "t"
    assert (gaps["mine", "lime"]["used_by"], gaps["smelter", "coke"]["used_by"]) == (2, 1)
    assert gaps["mine", "lime"]["amount"] == 50
    assert len(gaps) == 6 + 3


def test_json_keeps_missing_as_null(tmp_path: Path) -> None:
    lca.write_results(score(tmp_path / "in", declaring()), tmp_path / "out.json")
    content = json.loads((tmp_path / "out.json").read_text())
    energy = [r for r in content["results"] if r["process_id"] == "p" and r["indicator"] == "energy"]
    assert {(r["value"], r["status"]) for r in energy} == {(None, "missing")}
    (record,) = [r for r in content["completeness"] if r["process_id"] == "p" and r["indicator"] == "ghg"]
    assert "energy" in record["indicators_missing"].split(";")
    assert "ghg" not in record["indicators_missing"].split(";")
