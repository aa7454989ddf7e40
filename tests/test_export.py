"""Exports, and the way back: Excel to 1e-15, Parquet to the same hash, JSON-LD bit for bit."""

from __future__ import annotations

import datetime as dt
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from olca_schema import zipio

import lcaengine as lca
from lcaengine.formats import Imported, read_jsonld, read_tables, write_inventory
from lcaengine.formats.jsonld.write import write_jsonld
from tests import tables
from tests.conftest import Run
from tests.shared_data import SHARED_DATA
from tests.tables import CO2, Row, emits, exchange, makes, process, product, takes, waste

USLCI = SHARED_DATA / "packages/uslci_fy17q4_openlca_jsonld.zip"
needs_uslci = pytest.mark.skipif(not USLCI.is_file(), reason=f"US LCI is not at {USLCI}")
EXAMPLES = ("two-suppliers", "neodymium-magnet")
LOGNORMAL: dict[str, Any] = {"uncertainty_type": "lognormal", "loc": math.log(3.3), "scale": 0.17}
NORMAL: dict[str, Any] = {"uncertainty_type": "normal", "loc": 0.1, "scale": 0.013}
TRIANGULAR: dict[str, Any] = {"uncertainty_type": "5", "minimum": 0.1, "loc": 0.3, "maximum": 0.7}
UNIFORM: dict[str, Any] = {"uncertainty_type": "uniform", "minimum": 0.1, "maximum": 1 / 3}

PROCESSES: list[Row] = [
    process("grid", location="CN", data_type="secondary", comment="a grid\nof two lines", source_id="book"),
    process("mine", "extraction", supplier_id="acme", location="CN-NM", allocation="mass"),
    process("mill", "processing", allocation="economic", valid_from="2019-01-01", valid_until="2021-12-31"),
    process("works", "processing", allocation="as_given"),
    process("plant", "processing", allocation="causal"),
    process("0073ee84-5cb1-3e11-b647-95e2e9d36c5b", allocation="substitution"),
    process("boiler"),
    process("dump", "end_of_life"),
    process("maker-a", location="DE"),
    process("maker-b", location="FR"),
]
FLOWS: list[Row] = [
    {**CO2, "cas_number": "124-38-9"},
    {"flow_id": "rock", "name": "Rock", "kind": "elementary", "unit": "t", "compartment": "resource"},
    product("power", "kWh", category="energy carrier"),
    product("ore", "t", product_ids="urn:a;urn:b"),
    product("grit"),
    product("metal"),
    product("slag-sand"),
    product("magnet", "piece"),
    product("swarf"),
    product("gas", "m3", category="fuels/gaseous"),
    product("heat", "MJ"),
    product("chips"),
    waste("scrap"),
]
PROPERTIES: list[Row] = [
    {"flow_id": "magnet", "property": "mass", "value": 0.3, "unit": "kg/piece"},
    {"flow_id": "magnet", "property": "content:Nd", "value": 0.09, "unit": "kg/piece"},
    {"flow_id": "gas", "property": "heating_value_hhv", "value": 38.7, "unit": "MJ/m3"},
    {"flow_id": "metal", "property": "price", "value": 4.1, "unit": "USD2020/kg"},
    {"flow_id": "slag-sand", "property": "price", "value": 0.1, "unit": "USD2020/kg"},
]
EXCHANGES: list[Row] = [
    makes("grid", "power", 1.0, "MWh"),
    takes("grid", "gas", 700.1, "MJ", **NORMAL | {"loc": 700.1}),
    emits("grid", 0.1 + 0.2, "t", pedigree="2;3;1;4;3", comment="metered = yes"),
    makes("mine", "ore", 3.0, "t"),
    exchange("mine", "grit", "output", 500.0),
    exchange("mine", "rock", "input", 1 / 3, "t", location="MN"),
    takes("mine", "power", 3.3, "MJ", **LOGNORMAL),
    emits("mine", 0.1, **NORMAL),
    makes("mill", "metal", 0.7, "t"),
    exchange("mill", "slag-sand", "output", 250.0),
    takes("mill", "ore", 1.7, "t"),
    emits("mill", 0.3, **TRIANGULAR),
    makes("works", "magnet", 100.0, "piece"),
    exchange("works", "swarf", "output", 4.0),
    takes("works", "metal", 33.0),
    takes("works", "power", 2.0, "kWh", provider_id="grid"),
    exchange("works", "scrap", "output", 5.0),
    exchange("works", "chips", "input", 0.25, is_avoided=True, provider_id="maker-a"),
    makes("plant", "swarf", 2.0),
    exchange("plant", "heat", "output", 9.0, "MJ"),
    takes("plant", "power", 7.0, "kWh"),
    emits("plant", 0.2, **UNIFORM),
    makes("0073ee84-5cb1-3e11-b647-95e2e9d36c5b", "gas", 10.0, "m3"),
    exchange("0073ee84-5cb1-3e11-b647-95e2e9d36c5b", "heat", "output", 3.0, "MJ", provider_id="boiler"),
    emits(
        "0073ee84-5cb1-3e11-b647-95e2e9d36c5b", -0.5, uncertainty_type="2", loc=math.log(0.5), scale=0.1, negative=True
    ),
    makes("boiler", "heat", 1.0, "MJ"),
    takes("boiler", "gas", 0.03, "m3"),
    emits("boiler", 0.06),
    exchange("dump", "scrap", "input", 1.0, is_reference=True),
    emits("dump", 0.01, uncertainty_type="gamma", shape=2.0, scale=0.005),
    makes("maker-a", "chips"),
    emits("maker-a", 1.1),
    makes("maker-b", "chips"),
    emits("maker-b", 2.3),
    takes("maker-b", "swarf", 0.5, provider_id="plant"),
    takes("grid", "chips", 0.4),
]
ALLOCATION: list[Row] = [
    {"process_id": "works", "product_flow_id": "magnet", "factor": 0.97},
    {"process_id": "works", "product_flow_id": "swarf", "factor": 0.03},
    {"process_id": "plant", "product_flow_id": "swarf", "factor": 0.4},
    {"process_id": "plant", "product_flow_id": "heat", "factor": 0.6},
    {"process_id": "plant", "product_flow_id": "swarf", "factor": 0.9, "exchange_flow_id": "power"},
    {"process_id": "plant", "product_flow_id": "heat", "factor": 0.1, "exchange_flow_id": "power"},
]
WHOLE: dict[str, list[Row]] = {
    "processes": PROCESSES,
    "flows": FLOWS,
    "properties": PROPERTIES,
    "exchanges": EXCHANGES,
    "allocation": ALLOCATION,
    "markets": [
        {"flow_id": "chips", "process_id": "maker-a", "share": 0.3, "location": "GLO"},
        {"flow_id": "chips", "process_id": "maker-b", "share": 0.7, "location": "GLO"},
    ],
    "suppliers": [{"supplier_id": "acme", "name": "Acme"}],
    "demand": [{"demand_id": "toy", "product_id": "magnet", "amount": 2.0, "unit": "piece"}],
    "sources": [{"source_id": "book", "citation": "A. Author (2020) A book", "doi": "10.1/x"}],
}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return tables.write_inventory(tmp_path / "whole", WHOLE)


def export_jsonld(place: str | Path, folder: Path) -> tuple[Imported, dict[str, list[str]]]:
    """Export an inventory as it is linked, read it back, and give what was said of the export."""
    footprints = lca.score(lca.read_inventory(place))
    remarks = write_jsonld(footprints.system.inventory, folder / "package.zip", footprints.system)
    said: dict[str, list[str]] = {}
    for each in remarks:
        said.setdefault("lost" if each.is_lost else "changed", []).append(each.what)
    return read_jsonld(folder / "package.zip"), said


def by_key(imported: Imported, process_id: str, flow_id: str, direction: str) -> dict[str, Any]:
    rows = imported.tables["exchanges"].to_pylist()
    (row,) = [r for r in rows if (r["process_id"], r["flow_id"], r["direction"]) == (process_id, flow_id, direction)]
    return dict(row)


def test_jsonld_carries_every_exchange_bit_for_bit(whole: Path, tmp_path: Path) -> None:
    imported, _ = export_jsonld(whole, tmp_path)
    for given in EXCHANGES:
        gas = str(given["process_id"]).startswith("0073")
        direction = "input" if gas and given["flow_id"] == "heat" else str(given["direction"])  # displaced: avoided
        read = by_key(imported, str(given["process_id"]), str(given["flow_id"]), direction)
        assert (read["amount"], read["unit"]) == (given["amount"], given["unit"])
        assert bool(read["is_reference"]) == bool(given.get("is_reference"))
        assert bool(read["is_avoided"]) == bool(given.get("is_avoided") or (gas and given["flow_id"] == "heat"))
        for name in ("location", "pedigree", "comment"):
            assert read[name] == given.get(name)
        if "provider_id" in given:
            assert read["provider_id"] == given["provider_id"]


def test_jsonld_carries_distributions(whole: Path, tmp_path: Path) -> None:
    imported, said = export_jsonld(whole, tmp_path)
    checked = 0
    for given in EXCHANGES:
        if given.get("uncertainty_type") in (None, "gamma"):
            continue
        read = by_key(imported, str(given["process_id"]), str(given["flow_id"]), str(given["direction"]))
        named = {"2": "lognormal", "5": "triangular"}.get(str(given["uncertainty_type"]), given["uncertainty_type"])
        assert read["uncertainty_type"] == named
        assert bool(read.get("negative")) == bool(given.get("negative"))
        for name in ("loc", "scale", "minimum", "maximum"):
            # exp and then log of the format lose at most a few ulps of one: 1e-14 of the larger of it and one.
            assert (read[name] is None) == (given.get(name) is None)
            if read[name] is not None:
                assert read[name] == pytest.approx(given[name], rel=1e-14, abs=1e-14)
        checked += 1
    assert checked == 6
    assert "gamma distributions: the amount stays" in said["lost"]


def test_jsonld_carries_the_rest(whole: Path, tmp_path: Path) -> None:
    imported, said = export_jsonld(whole, tmp_path)
    flows = {row["flow_id"]: row for row in imported.tables["flows"].to_pylist()}
    assert set(flows) == {row["flow_id"] for row in FLOWS}
    for given in FLOWS:
        for name in ("name", "kind", "unit", "compartment", "cas_number", "category", "product_ids"):
            assert flows[given["flow_id"]].get(name) == given.get(name), (given["flow_id"], name)
    processes = {row["process_id"]: row for row in imported.tables["processes"].to_pylist()}
    assert set(processes) - {row["process_id"] for row in PROCESSES} == {"market:chips@GLO"}
    for given in PROCESSES:
        for name in ("name", "stage", "supplier_id", "location", "data_type", "comment"):
            assert processes[given["process_id"]].get(name) == (given.get(name) or None)
    mill = processes["mill"]
    assert (mill["valid_from"], mill["valid_until"]) == (dt.date(2019, 1, 1), dt.date(2021, 12, 31))
    read = {(r["flow_id"], r["property"]): (r["value"], r["unit"]) for r in imported.tables["properties"].to_pylist()}
    assert read == {(r["flow_id"], r["property"]): (r["value"], r["unit"]) for r in PROPERTIES}
    factors = {
        (r["process_id"], r["product_flow_id"], r["exchange_flow_id"]): r["factor"]
        for r in imported.tables["allocation"].to_pylist()
    }
    # By hand: 3 t of ore and 0.5 t of grit; 700 kg at 4.1 and 250 kg at 0.1 USD.
    assert factors["mine", "ore", None] == pytest.approx(3 / 3.5, rel=1e-15)
    assert factors["mill", "metal", None] == pytest.approx(2870 / 2895, rel=1e-15)
    for given in ALLOCATION[:2] + ALLOCATION[4:]:
        key = (given["process_id"], given["product_flow_id"], given.get("exchange_flow_id"))
        assert factors[key] == given["factor"]
    assert factors["plant", "heat", "co2"] == 0.6  # what has no factor of its own has the overall one
    sources = {row["source_id"]: row["citation"] for row in imported.tables["sources"].to_pylist()}
    assert sources["book"] == "A. Author (2020) A book"
    assert "A. Author (2020) A book" in sources[processes["grid"]["source_id"]]
    assert {"bills of materials", "suppliers: their ids stay with the processes, their names are not carried"} <= set(
        said["lost"]
    )
    assert "markets are processes that make one unit of their mix" in said["changed"]


@pytest.mark.parametrize("place", ["whole", *EXAMPLES])
def test_jsonld_scores_the_same(request: pytest.FixtureRequest, tmp_path: Path, place: str) -> None:
    given = str(request.getfixturevalue("whole")) if place == "whole" else f"example:{place}"
    imported, _ = export_jsonld(given, tmp_path)
    one = lca.score(lca.read_inventory(given))
    other = lca.score(lca.read_inventory(write_inventory(imported, tmp_path / "read")))
    compared = 0
    flows = one.system.inventory.flows.ids.to_pylist()
    for a, name in enumerate(one.system.activities.name):
        flow, location = int(one.system.activities.flow[a]), one.system.activities.location[a]
        if flow < 0:
            continue  # bills of materials are not carried
        (b,) = other.find(process_id=name or f"market:{flows[flow]}@{location}", product_id=flows[flow])
        for k in range(one.value.shape[2]):
            for stage in one.stages:
                value = one.value[a, one.stages.index(stage), k]
                read = other.value[b, other.stages.index(stage), k] if stage in other.stages else 0.0
                size = np.nanmax(np.abs(one.value[a, :, k]), initial=0.0)
                assert read == pytest.approx(value, rel=1e-12, abs=1e-12 * size, nan_ok=True)
        compared += 1
    assert compared > 4


def test_jsonld_is_read_by_the_library_of_openlca(whole: Path, tmp_path: Path) -> None:
    footprints = lca.score(lca.read_inventory(whole))
    write_jsonld(footprints.system.inventory, tmp_path / "a.zip", footprints.system)
    import olca_schema as olca

    with zipio.ZipReader(tmp_path / "a.zip") as package:
        processes = {each.name: each for each in package.read_each(olca.Process)}
        groups = {each.name: each for each in package.read_each(olca.UnitGroup)}
        codes = {each.code: each.id for each in package.read_each(olca.Location)}
    assert len(processes) == len(PROCESSES) + 1
    market = processes["market for chips, GLO"]
    shares = {e.default_provider.name: e.amount for e in market.exchanges if e.is_input}
    assert shares == {"maker-a": 0.3, "maker-b": 0.7}
    buys = next(e for e in processes["grid"].exchanges if e.flow.name == "chips")
    assert buys.default_provider.id == market.id
    burns = next(e for e in processes["grid"].exchanges if e.flow.name == "gas")
    assert (burns.flow_property.name, burns.unit.name) == ("Gross calorific value", "MJ")
    assert groups["Units of mass"].id == "93a60a57-a4c8-11da-a746-0800200c9a66"  # openLCA's own, as US LCI has it
    assert codes["CN"] == "7efdfc94-655a-35dc-aa3e-c85e9bb703fa"
    avoided = next(e for e in processes["works"].exchanges if e.is_avoided_product)
    assert avoided.is_input  # an avoided product is an input, says openLCA's Exchange
    write_jsonld(footprints.system.inventory, tmp_path / "b.zip", footprints.system)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_jsonld_leaves_declared_footprints_out_aloud(tmp_path: Path) -> None:
    place = tables.write_inventory(
        tmp_path / "declared",
        {
            "processes": [process("maker"), process("user")],
            "flows": [product("part"), product("whole"), CO2],
            "exchanges": [makes("maker", "part"), makes("user", "whole"), takes("user", "part", 2.0), emits("user", 1)],
            "impacts": [{"process_id": "maker", "indicator": "ghg", "amount": 3, "unit": "kg CO2e", "per": "kg"}],
        },
    )
    imported, said = export_jsonld(place, tmp_path)
    assert any(each.startswith("declared footprints") for each in said["lost"])
    read = write_inventory(imported, tmp_path / "read")
    # Whoever scores it is told that nobody supplies the part: 1 kg CO2 would be wrong, 7 is right.
    assert "unlinked_input" in {each.code for each in lca.check(read).blockers()}


@needs_uslci
def test_jsonld_of_uslci_comes_back(tmp_path: Path) -> None:
    inventory = lca.read_inventory(write_inventory(read_jsonld(USLCI), tmp_path / "uslci"))
    write_jsonld(inventory, tmp_path / "package.zip")
    again = lca.read_inventory(write_inventory(read_jsonld(tmp_path / "package.zip"), tmp_path / "again"))
    for name in ("process_id", "flow_id", "direction", "amount", "unit", "provider_id", "is_reference", "pedigree"):
        one, other = (each.frames["exchanges"].columns[name] for each in (inventory, again))
        assert one.equals(other), name
    assert again.frames["flows"].columns["unit"].equals(inventory.frames["flows"].columns["unit"])


def test_other_properties_cannot_lie(whole: Path, tmp_path: Path) -> None:
    export_jsonld(whole, tmp_path)
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        members = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    ore = next(name for name, each in members.items() if each.get("name") == "ore")
    for field, value, said in (("flow_id", "gas", "one id"), ("unit", "kWh", "measured in"), ("unit", 7, "text")):
        changed = json.loads(json.dumps(members))
        changed[ore]["otherProperties"]["lcaengine"][field] = value
        with zipfile.ZipFile(tmp_path / "lies.zip", "w") as archive:
            for name, content in changed.items():
                archive.writestr(name, json.dumps(content))
        with pytest.raises(lca.DataError, match=said):
            read_jsonld(tmp_path / "lies.zip")


@pytest.mark.parametrize("place", ["whole", *EXAMPLES])
def test_excel_comes_back(request: pytest.FixtureRequest, run: Run, tmp_path: Path, place: str) -> None:
    given = str(request.getfixturevalue("whole")) if place == "whole" else f"example:{place}"
    assert run("export", "excel", given, tmp_path / "out.xlsx")[0] == 0
    one = lca.read_inventory(given)
    other = lca.read_inventory(write_inventory(read_tables(tmp_path / "out.xlsx"), tmp_path / "read"))
    assert other.about == one.about
    for name, frame in one.frames.items():
        for column, values in frame.columns.items():
            read = other.frames[name].columns[column]
            if str(values.type) == "double":
                # Excel holds 16 digits: half a unit of the last is 5e-16 at most.
                np.testing.assert_allclose(other.frames[name].number(column), frame.number(column), rtol=1e-15)
            else:
                assert read.equals(values), (name, column)


def test_excel_is_made_for_reading(run: Run, tmp_path: Path) -> None:
    assert run("export", "excel", "example:two-suppliers", tmp_path / "out.xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    names = ["inventory", "processes", "flows", "exchanges", "markets"]
    assert book.sheetnames == [*names, "footprints", "results", "completeness", "gaps", "method_sources", "run"]
    page = book["footprints"]
    header = [cell.value for cell in page[1]]
    assert "ghg.total [kg CO2e]" in header
    assert all(cell.font.bold for cell in page[1])
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref is not None
    at = header.index("ghg.total [kg CO2e]")
    totals = {row[header.index("process_id")].value: row[at].value for row in page.iter_rows(min_row=2)}
    assert totals["refinery"] == pytest.approx(5.4)  # by hand, in the test of the command score
    share = header.index("ghg.primary_data_share")
    assert page.cell(2, share + 1).number_format == "0.0%"
    fields = {row[0].value: row[1].value for row in book["run"].iter_rows(min_row=2)}
    assert fields["inventory_hash"] == lca.read_inventory("example:two-suppliers").hash
    assert fields["method"] == "core/1.0-ar6"
    assert len(fields["method_hash"]) == 64


@pytest.mark.parametrize("place", EXAMPLES)
def test_parquet_is_the_same_inventory(run: Run, tmp_path: Path, place: str) -> None:
    assert run("export", "parquet", f"example:{place}", tmp_path / "out")[0] == 0
    assert lca.read_inventory(tmp_path / "out").hash == lca.read_inventory(f"example:{place}").hash
    assert [f for f in lca.check(tmp_path / "out").warnings() if f.code == "unknown_table"] == []
    run("score", f"example:{place}", "-o", tmp_path / "score.parquet")
    assert pq.read_table(tmp_path / "out/results/results.parquet").equals(pq.read_table(tmp_path / "score.parquet"))
    assert run("export", "parquet", f"example:{place}", tmp_path / "out")[0] == 2
    assert run("export", "parquet", f"example:{place}", tmp_path / "out", "--overwrite")[0] == 0


def test_json_is_one_document(run: Run, tmp_path: Path) -> None:
    assert run("export", "json", "example:two-suppliers", tmp_path / "out.json")[0] == 0
    content = json.loads((tmp_path / "out.json").read_text())
    assert list(content) == ["run", "inventory", "results", "completeness", "gaps", "sources"]
    assert content["inventory"]["name"] == "Two suppliers"
    assert {"process_id": "mine-b", "flow_id": "co2", "direction": "output", "amount": 150.0, "unit": "g"}.items() <= (
        next(r for r in content["inventory"]["tables"]["exchanges"] if r["unit"] == "g").items()
    )
    (total,) = [
        row["value"]
        for row in content["results"]
        if (row["process_id"], row["indicator"], row["stage"]) == ("refinery", "ghg", "total")
    ]
    assert total == pytest.approx(5.4)


@pytest.mark.parametrize("words", [("excel", "a.xlsx"), ("parquet", "a"), ("json", "a.json"), ("jsonld", "a.zip")])
def test_what_cannot_be_scored_is_exported_alone(run: Run, tmp_path: Path, words: tuple[str, str]) -> None:
    parts = {
        "processes": [process("mill")],
        "flows": [product("steel"), product("coal"), CO2],
        "exchanges": [makes("mill", "steel"), takes("mill", "coal", 1.0), emits("mill", 1)],
    }
    place = tables.write_inventory(tmp_path / "unlinked", parts)
    name, target = words
    assert run("export", name, place, tmp_path / target)[0] == 1
    assert not (tmp_path / target).exists()
    assert run("export", name, place, tmp_path / target, "--inventory-only")[0] == 0
    assert (tmp_path / target).exists()
    assert run("export", name, place, tmp_path / f"x{target}", "--unlinked", "cutoff")[0] == 0


def test_export_refuses_with_a_reason(run: Run, tmp_path: Path) -> None:
    for words in (
        ("ods", "example:two-suppliers", tmp_path / "a.ods"),
        ("excel", "example:two-suppliers", tmp_path / "a.csv"),
        ("jsonld", "example:two-suppliers", tmp_path / "none/a.zip"),
        ("datapackage", "example:two-suppliers", tmp_path / "a.zip", "--inventory-only"),
        ("json", "example:none", tmp_path / "a.json"),
    ):
        code, out, err = run("export", *words)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_export_reports_what_is_lost(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("export", "jsonld", "example:neodymium-magnet", tmp_path / "a.zip")
    assert code == 0
    assert "bills of materials" in out
    report = json.loads((tmp_path / "a.zip.report.json").read_text())
    assert {"what": "bills of materials", "count": 2, "examples": ["hard_disk_drive"]} in report["lost"]
    code, out, _ = run("export", "jsonld", "example:neodymium-magnet", tmp_path / "a.zip", "--json", "--overwrite")
    assert json.loads(out)["lost"] == report["lost"]
    (tmp_path / "b.json").write_text("mine", encoding="utf-8")
    code, _, err = run("export", "json", "example:neodymium-magnet", tmp_path / "b.json")
    assert code == 2
    assert "there is something at" in err
    assert (tmp_path / "b.json").read_text(encoding="utf-8") == "mine"


def test_long_texts_are_cut_aloud(run: Run, tmp_path: Path) -> None:
    parts = {
        "processes": [process("mill", comment="x" * 40_000)],
        "flows": [product("steel"), CO2],
        "exchanges": [makes("mill", "steel"), emits("mill", 1)],
    }
    place = tables.write_inventory(tmp_path / "long", parts)
    code, out, _ = run("export", "excel", place, tmp_path / "a.xlsx")
    assert code == 0
    assert "cut" in out
    (comment,) = read_tables(tmp_path / "a.xlsx").tables["processes"]["comment"].to_pylist()
    assert comment == "x" * 32_767
