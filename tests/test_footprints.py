"""Footprints: status, gaps, primary data, per kg, bills of materials, declared figures, result tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.footprints import Footprints
from lcaengine.footprints.primary import measure_by_process, measure_forward
from lcaengine.solve import order_coupling
from tests.systems import technospheres, to_coupling
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, waste, write_inventory
from tests.twins import share_primary, split_by_owner

CHAIN: Tables = {
    "processes": [
        *[process("grid", location="GLO"), process("mine", "extraction", supplier_id="miner", location="CN")],
        process("smelter", "processing", supplier_id="smelter", location="CN", data_type="primary"),
    ],
    "flows": [CO2, product("power", "kWh"), product("ore", "t"), product("bar", "piece")],
    "properties": [{"flow_id": "bar", "property": "mass", "value": 4, "unit": "kg/piece"}],
    "exchanges": [
        *[makes("grid", "power", 1, "kWh"), emits("grid", 0.5)],
        *[makes("mine", "ore", 1, "t"), takes("mine", "power", 100, "kWh"), emits("mine", 30)],
        *[makes("smelter", "bar", 1, "piece"), takes("smelter", "ore", 20), emits("smelter", 1.4)],
    ],
}
RESULT_COLUMNS = [
    *["supplier_id", "process_id", "product_id", "location", "indicator", "stage", "value", "unit", "per"],
    *["primary_data_share", "status", "missing_inputs", "missing_factors", "inventory_hash", "method"],
]


def score(folder: Path, tables: Tables, unlinked: str = "refuse") -> Footprints:
    return lca.score(lca.read_inventory(write_inventory(folder, tables)), policy=lca.Policy(unlinked=unlinked))


def rows(footprints: Footprints, **words: str) -> list[dict[str, Any]]:
    return [r for r in footprints.to_arrow().to_pylist() if all(r[k] == v for k, v in words.items())]


def test_stages_units_and_per_kg_by_hand(tmp_path: Path) -> None:
    # A tonne of ore: 30 + 100 x 0.5 = 80 kg CO2e. A bar of 4 kg takes 20 kg: 1.6 extraction, 1.4 processing.
    footprints = score(tmp_path, CHAIN)
    values = {(r["stage"], r["per"]): r["value"] for r in rows(footprints, process_id="smelter", indicator="ghg")}
    expected = {"extraction": 1.6, "processing": 1.4, "unassigned": 0.0, "total": 3.0}
    for stage, value in expected.items():
        assert values[stage, "piece"] == pytest.approx(value, rel=1e-14)
        assert values[stage, "kg"] == pytest.approx(value / 4, rel=1e-14)
    ore = {r["per"]: r["value"] for r in rows(footprints, process_id="mine", indicator="ghg", stage="total")}
    assert ore == {"t": pytest.approx(80.0), "kg": pytest.approx(0.08)}
    assert {r["per"] for r in rows(footprints, process_id="grid")} == {"kWh"}
    grid = {r["stage"]: r["value"] for r in rows(footprints, process_id="grid", indicator="ghg")}
    assert grid == {"extraction": 0.0, "processing": 0.0, "unassigned": 0.5, "total": 0.5}


def test_result_table_is_the_contract(tmp_path: Path) -> None:
    footprints = score(tmp_path, CHAIN)
    table = footprints.to_arrow()
    assert table.column_names == RESULT_COLUMNS
    assert list(footprints.to_pandas().columns) == RESULT_COLUMNS
    assert set(table["inventory_hash"].to_pylist()) == {footprints.system.inventory.hash}
    assert set(table["method"].to_pylist()) == {"core/1.0-ar6"}
    # 3 activities x 18 indicators x 4 stages, and the two with a mass that are not per kg again per kg.
    assert table.num_rows == 3 * 18 * 4 + 2 * 18 * 4
    wide = footprints.to_wide()
    assert wide.num_rows == 3
    assert wide["ghg.extraction"].to_pylist() == pytest.approx([0.0, 80.0, 1.6])


def test_primary_data_share_by_hand(tmp_path: Path) -> None:
    # The smelter's own 1.4 of 3.0 is primary; in its own stage all of it; upstream none.
    footprints = score(tmp_path, CHAIN)
    shares = {
        r["stage"]: r["primary_data_share"]
        for r in rows(footprints, process_id="smelter", indicator="ghg", per="piece")
    }
    assert shares == {
        "extraction": 0.0,
        "processing": 1.0,
        "unassigned": None,
        "total": pytest.approx(1.4 / 3.0, rel=1e-14),
    }


@settings(deadline=None, max_examples=60)
@given(technospheres(most=7, credits=True), st.integers(0, 2**16))
def test_primary_sums_forward_equal_dense(A: NDArray[np.float64], seed: int) -> None:
    random = np.random.default_rng(seed)
    label = random.integers(-1, 2, len(A)).astype(np.int64)
    size = random.random((len(A), 1))
    primary = size * (random.random((len(A), 1)) < 0.5)
    sizes = np.concatenate([size, primary], axis=1)
    sums = measure_forward(np.arange(len(A)), to_coupling(A), sizes, label, 2, str)
    share = sums[:, -1, 1:] / sums[:, -1, :1]
    assert np.allclose(share, share_primary(A, size, primary), rtol=1e-9)
    coupling = to_coupling(A)
    some = np.flatnonzero(random.random(len(A)) < 0.5) if (A - np.diag(np.diag(A)) <= 0).all() else np.arange(len(A))
    together = measure_by_process(some, order_coupling(coupling), coupling, sizes, label, 2, str)
    assert np.allclose(together, sums, rtol=1e-9, atol=1e-12 * sums.max())
    for j in range(len(A)):  # each activity alone: |s_j| by owner is the size of what the twin gives for d = e_j
        one = np.zeros((len(A), 1))
        one[j] = 1.0
        by_owner = np.abs(split_by_owner(A, one, label, 2))
        found = measure_forward(np.arange(len(A)), to_coupling(A), one, label, 2, str)
        assert np.allclose(found[:, :-1], by_owner, rtol=1e-9, atol=0)


def test_primary_share_with_a_credit_by_hand(tmp_path: Path) -> None:
    # The smelter emits 2 (primary) and spares the grid 1 kWh (secondary, 0.5, run backwards): 2 / (2 + 0.5) = 0.8.
    tables = dict(CHAIN)
    tables["exchanges"] = [
        *[makes("grid", "power", 1, "kWh"), emits("grid", 0.5), makes("mine", "ore", 1, "t")],
        *[makes("smelter", "bar", 1, "piece"), emits("smelter", 2)],
        exchange("smelter", "power", "output", 1, "kWh", is_avoided=True),
    ]
    total = rows(score(tmp_path, tables), process_id="smelter", indicator="ghg", stage="total", per="piece")[0]
    assert total["value"] == pytest.approx(1.5)
    assert total["primary_data_share"] == pytest.approx(0.8)


def status(footprints: Footprints, process_id: str, indicator: str = "ghg") -> str:
    (a,) = footprints.find(process_id=process_id)
    return footprints.status_of(a, footprints.method.find(indicator))


def test_status_is_the_worst_of_the_chain(tmp_path: Path) -> None:
    # The grid stands in for China from GLO: the mine falls back, the smelter rests on it; a proxy mine is worse.
    footprints = score(tmp_path / "a", CHAIN)
    assert [status(footprints, p) for p in ("grid", "mine", "smelter")] == ["complete", "fallback", "fallback"]
    assert [f.code for f in footprints.warnings] == ["fallback"]
    tables = dict(CHAIN)
    tables["processes"] = [
        *CHAIN["processes"][:1],
        {**CHAIN["processes"][1], "data_type": "proxy"},
        CHAIN["processes"][2],
    ]
    assert status(score(tmp_path / "b", tables), "smelter") == "proxy"
    tables["exchanges"] = [*CHAIN["exchanges"], takes("mine", "lime", 1)]
    tables["flows"] = [*CHAIN["flows"], product("lime")]
    assert status(score(tmp_path / "c", tables, "cutoff"), "smelter") == "cut_off"


def test_gaps_are_counted_named_and_carried(tmp_path: Path) -> None:
    mercury = {"flow_id": "hg", "name": "Mercury", "kind": "elementary", "unit": "kg", "compartment": "air"}
    tables = dict(CHAIN)
    tables["flows"] = [*CHAIN["flows"], product("lime"), mercury]
    tables["exchanges"] = [*CHAIN["exchanges"], takes("mine", "lime", 0.25, "t"), emits("mine", 3, "g", "hg")]
    with pytest.raises(lca.DataError, match="unlinked_input"):
        score(tmp_path / "refused", tables)
    footprints = score(tmp_path / "cut", tables, "cutoff")
    assert footprints.gaps.missing_inputs.tolist() == [0, 1, 1]
    assert footprints.gaps.missing_factors.tolist() == [0, 1, 1]
    lime = {"process_id": "mine", "flow_id": "lime", "kind": "unlinked_input", "amount": 250.0, "unit": "kg"}
    metal = {"process_id": "mine", "flow_id": "hg", "kind": "uncharacterized_flow", "amount": 0.003, "unit": "kg"}
    rest = {"indicator": None, "used_by": 2}  # the mine and the smelter
    assert footprints.gaps.table.to_pylist() == [lime | rest, metal | rest]


def test_many_gaps_are_counted_exactly(tmp_path: Path) -> None:
    # 130 unlinked inputs of the mine and 70 of the smelter: more than a machine word of each.
    tables = dict(CHAIN)
    tables["flows"] = [*CHAIN["flows"], *(product(f"x{k:03}") for k in range(130))]
    tables["exchanges"] = [
        *CHAIN["exchanges"],
        *(takes("mine", f"x{k:03}", 1) for k in range(130)),
        *(takes("smelter", f"x{k:03}", 1) for k in range(70)),
    ]
    gaps = score(tmp_path, tables, "cutoff").gaps
    assert gaps.missing_inputs.tolist() == [0, 130, 200]
    assert sorted(gaps.table["used_by"].to_pylist()) == [1] * 70 + [2] * 130


@pytest.mark.parametrize(("amount", "unit", "per"), [(80, "g CO2e", "kg"), (80, "kg CO2e", "t"), (0.08, "t CO2e", "t")])
def test_declared_footprint_stands_for_its_chain_and_lacks_the_rest(
    tmp_path: Path, amount: float, unit: str, per: str
) -> None:
    # The mine declares 80 g CO2e per kg ore and no energy: the bar takes 20 kg: 1.6 + 1.4; its energy is unknown.
    tables = dict(CHAIN)
    tables["exchanges"] = [e for e in CHAIN["exchanges"] if e["process_id"] != "mine" or e.get("is_reference")]
    tables["impacts"] = [{"process_id": "mine", "indicator": "ghg", "amount": amount, "unit": unit, "per": per}]
    footprints = score(tmp_path, tables)
    assert footprints.get("ghg", process_id="smelter") == pytest.approx(3.0)
    assert footprints.get("ghg", process_id="smelter", stage="extraction") == pytest.approx(1.6)
    assert status(footprints, "smelter", "energy") == "missing"
    assert rows(footprints, process_id="smelter", indicator="energy", stage="total")[0]["value"] is None
    assert "undeclared_indicator" in footprints.gaps.table["kind"].to_pylist()


def test_bill_of_materials_is_scored_as_one_and_scales(tmp_path: Path) -> None:
    # Two bars (2 x 3) and 10 kWh (10 x 0.5) are 11; a bill twice as large, 22.
    tables = dict(CHAIN)
    tables["demand"] = [
        *[{"demand_id": "rack", "product_id": "bar", "amount": 2, "unit": "piece"}],
        *[{"demand_id": "rack", "product_id": "power", "amount": 36, "unit": "MJ"}],
        *[{"demand_id": "two racks", "process_id": "smelter", "amount": 16, "unit": "kg"}],
        *[{"demand_id": "two racks", "process_id": "grid", "amount": 20, "unit": "kWh"}],
    ]
    footprints = score(tmp_path, tables)
    assert footprints.get("ghg", process_id="rack") == pytest.approx(11.0, rel=1e-14)
    assert footprints.get("ghg", process_id="two racks") == 2 * footprints.get("ghg", process_id="rack")
    bill = rows(footprints, process_id="rack", indicator="ghg", stage="total")
    assert [(r["product_id"], r["per"]) for r in bill] == [("", "bill")]


def test_site_energy_counts_what_labelled_processes_buy(tmp_path: Path) -> None:
    # The mine: 100 kWh = 360 MJ and 2 kg diesel at 45 MJ HHV = 90 MJ: 450 MJ a tonne; the bar takes 20 kg: 9 MJ.
    # Diesel the grid burns counts nowhere, nor does lime, which is no energy carrier.
    tables = dict(CHAIN)
    diesel = product("diesel", category="energy carrier")
    tables["flows"] = [*CHAIN["flows"], diesel, product("lime")]
    tables["processes"] = [*CHAIN["processes"], process("refinery"), process("kiln")]
    tables["properties"] = [
        *CHAIN["properties"],
        *[{"flow_id": "diesel", "property": "heating_value_hhv", "value": 45, "unit": "MJ/kg"}],
        *[{"flow_id": "diesel", "property": "heating_value_lhv", "value": 42, "unit": "MJ/kg"}],
    ]
    tables["exchanges"] = [
        *[*CHAIN["exchanges"], makes("refinery", "diesel"), makes("kiln", "lime"), takes("grid", "diesel", 0.2)],
        *[takes("mine", "diesel", 90, "MJ_hhv"), takes("mine", "lime", 5)],
    ]
    footprints = score(tmp_path, tables)
    assert footprints.get("energy_site", process_id="mine") == pytest.approx(450.0)
    assert footprints.get("energy_site", process_id="smelter") == pytest.approx(9.0)
    assert footprints.get("energy_site", process_id="smelter", stage="processing") == 0.0
    assert footprints.get("energy_site", process_id="grid") == 0.0


RIVER = {"flow_id": "river", "name": "Water, river", "kind": "elementary", "unit": "m3", "compartment": "resource"}
MIST = {"flow_id": "mist", "name": "Water", "kind": "elementary", "unit": "m3", "compartment": "air"}


@pytest.mark.parametrize(
    ("release", "flagged"),
    [
        (None, ["open_water"]),
        (exchange("mine", "mist", "output", 1, "m3"), []),
        (exchange("mine", "sewage", "output", 2, "m3"), []),
    ],
)
def test_water_without_a_release_is_flagged(tmp_path: Path, release: Row | None, flagged: list[str]) -> None:
    # 5 m3 a tonne of ore are all consumed, released to the air or not; sent to treatment that gives nothing back, too.
    tables = dict(CHAIN)
    tables["processes"] = [*CHAIN["processes"], process("works", location="CN")]
    tables["flows"] = [*CHAIN["flows"], RIVER | {"sub_compartment": "in water"}, MIST, waste("sewage", "m3")]
    treats = exchange("works", "sewage", "input", 1, "m3", is_reference=True)
    tables["exchanges"] = [
        *CHAIN["exchanges"],
        treats,
        takes("mine", "river", 5, "m3"),
        *([release] if release else []),
    ]
    place = write_inventory(tmp_path, tables)
    footprints = lca.score(lca.read_inventory(place), policy=lca.Policy(open_water="consumed"))
    assert [f.code for f in footprints.warnings if f.code == "open_water"] == flagged
    assert footprints.get("water_consumption", process_id="mine") == pytest.approx(5.0)
    # Unless the policy says so, what is not said is missing, for the mine and for all that rests on it.
    footprints = lca.score(lca.read_inventory(place))
    for process_id in ("mine", "smelter"):
        assert np.isnan(footprints.get("water_consumption", process_id=process_id)) == bool(flagged)
        assert np.isnan(footprints.get("water_scarcity", process_id=process_id)) == bool(flagged)
        assert not np.isnan(footprints.get("water_withdrawal", process_id=process_id))
    kinds = [(r["process_id"], r["indicator"]) for r in footprints.gaps.table.to_pylist() if "release" in r["kind"]]
    assert kinds == ([("mine", "water_consumption"), ("mine", "water_scarcity")] if flagged else [])
    found = lca.check(place, "core", lca.Policy(open_water="refuse"))
    assert [f.code for f in found.blockers()] == flagged


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json", ".xlsx"])
@pytest.mark.parametrize("wide", [False, True])
def test_files_hold_the_table(tmp_path: Path, suffix: str, wide: bool) -> None:
    footprints = score(tmp_path / "in", CHAIN)
    files = lca.write_results(footprints, tmp_path / f"out{suffix}", wide)
    expected = footprints.to_wide() if wide else footprints.to_arrow()
    column = "ghg.total" if wide else "value"
    if suffix == ".parquet":
        found = pq.read_table(files[0])
        assert json.loads(found.schema.metadata[b"lcaengine"])["inventory_hash"] == footprints.system.inventory.hash
        assert found[column].to_pylist() == expected[column].to_pylist()
    elif suffix == ".csv":
        assert pacsv.read_csv(files[0])[column].to_pylist() == expected[column].to_pylist()
    elif suffix == ".json":
        content = json.loads(files[0].read_text())
        assert [r[column] for r in content["results"]] == expected[column].to_pylist()
        assert content["run"]["method"] == "core/1.0-ar6"
    else:
        openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is in the extra `test`")
        sheet = openpyxl.load_workbook(files[0])["results"]
        at = [cell.value for cell in sheet[1]].index(column)
        values = [row[at] for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert values == pytest.approx(expected[column].to_pylist(), rel=1e-15)
    assert all(file.is_file() for file in files)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


@pytest.mark.parametrize("target", ["out.txt", "nowhere/out.csv", "."])
def test_targets_that_cannot_be_written(tmp_path: Path, target: str) -> None:
    footprints = score(tmp_path / "in", CHAIN)
    with pytest.raises(lca.OutputError, match="do:"):
        lca.write_results(footprints, tmp_path / target)


def test_questions_that_name_nothing(tmp_path: Path) -> None:
    footprints = score(tmp_path, CHAIN)
    for words in ({"process_id": "nobody"}, {"product_id": "bar", "stage": "birth"}, {}):
        with pytest.raises(lca.LcaError, match="do:"):
            footprints.get("ghg", **words)
    with pytest.raises(lca.LcaError, match="choose one of"):
        footprints.get("gwp", process_id="mine")


def test_notebook_display_shows_the_end_products(tmp_path: Path) -> None:
    html = score(tmp_path, CHAIN)._repr_html_()
    assert "bar, per piece" in html
    assert ">smelter CN</td>" in html
    assert "ore, per t" not in html
    assert html.count("<table>") == 4
