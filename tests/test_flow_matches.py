"""Which elementary flows a method has factors for: matched by id and by name, uncharacterized, unmatched."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.system import count_flows
from tests.conftest import Run
from tests.scoring import system
from tests.tables import Row, emits, makes, takes, write_inventory


def elementary(flow_id: str, name: str, compartment: str, sub_compartment: str = "") -> Row:
    where = {"compartment": compartment, "sub_compartment": sub_compartment}
    return {"flow_id": flow_id, "name": name, "kind": "elementary", "unit": "kg", **where}


FLOWS = [
    elementary("id-1", "anything", "soil"),
    elementary("low", "Methane, fossil", "air", "low. pop."),
    elementary("wet", "Methane, fossil", "water"),
    elementary("lead", "Lead", "air"),
]
# Rows: co2 given off by p twice and by q, and taken by q; the others once, lead twice.
EXCHANGES = [
    *(makes("p", "x"), emits("p", 1), emits("p", 2), emits("p", 1, flow_id="lead"), emits("q", 1, flow_id="lead")),
    *(makes("q", "y"), emits("q", 1), takes("q", "co2", 1), emits("q", 1, flow_id="id-1")),
    *(emits("q", 1, flow_id="low"), emits("q", 1, flow_id="wet")),
]
# By hand: the flow, its direction, its rows, and what the method below has for it.
EXPECTED = [
    ("lead", "output", 2, "unmatched", "", ""),
    ("co2", "input", 1, "uncharacterized", "", ""),  # the other direction
    ("wet", "output", 1, "uncharacterized", "", ""),  # another compartment
    ("co2", "output", 3, "matched", "name", "climate;toxicity"),
    ("id-1", "output", 1, "matched", "id", "climate"),
    ("low", "output", 1, "matched", "name", "climate"),  # a factor without sub-compartment holds for any
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    flows = [*FLOWS, *({"flow_id": each, "name": each, "kind": "product", "unit": "kg"} for each in "xy")]
    return write_inventory(tmp_path / "inventory", system(*EXCHANGES, flows=flows))


@pytest.fixture
def method(tmp_path: Path) -> Path:
    folder = tmp_path / "method"
    folder.mkdir()
    (folder / "method.toml").write_text('name = "own"\nversion = "1"\n', encoding="utf-8")
    (folder / "sources.csv").write_text("source_id,citation\ns,made up\n", encoding="utf-8")
    indicators = "indicator,name,unit\nclimate,climate,kg CO2e\ntoxicity,toxicity,CTU\n"
    (folder / "indicators.csv").write_text(indicators, encoding="utf-8")
    (folder / "factors.csv").write_text(
        "indicator,flow_id,flow_name,compartment,direction,factor,unit,source_id\n"
        'climate,,"Carbon dioxide, fossil",air,output,1,kg CO2e/kg,s\n'
        'toxicity,,"Carbon dioxide, fossil",air,output,2,CTU/kg,s\n'
        'climate,,"Methane, fossil",air,output,30,kg CO2e/kg,s\n'
        "climate,id-1,,,output,7,kg CO2e/kg,s\n",
        encoding="utf-8",
    )
    return folder


def test_each_flow_and_direction(place: Path, method: Path) -> None:
    table = lca.list_flows(lca.read_inventory(place), lca.read_method(method))
    columns = ("flow_id", "direction", "rows", "status", "matched_by", "indicators")
    assert [tuple(each[name] for name in columns) for each in table.to_pylist()] == EXPECTED
    assert count_flows(table) == {
        "flows": 6,
        "matched_by_id": 1,
        "matched_by_name": 2,
        "uncharacterized": 2,
        "unmatched": 1,
        "exchanges": 9,
        "exchanges_matched": 5,
    }


def test_it_agrees_with_what_scoring_leaves_out(place: Path, method: Path) -> None:
    footprints = lca.score(lca.read_inventory(place), lca.read_method(method))
    gaps = footprints.gaps.table.to_pylist()
    assert {each["flow_id"] for each in gaps} == {flow for flow, _, _, status, *_ in EXPECTED if status != "matched"}


def test_check_says_it(place: Path, method: Path, run: Run) -> None:
    code, out, _ = run("check", place, "--method", method)
    text = " ".join(out.split())
    assert code == 0
    assert "3 of 6 have factors" in text
    assert "(1 by id, 2 by name): 5 of 9 exchanges" in text
    assert "2 have factors in another compartment, direction or unit only, 1 are named by no factor; --flows" in text
    assert "2 have one in another compartment, direction or place only, 1 are named by none" in text
    code, out, _ = run("check", place, "--method", method, "--flows", columns=200)
    assert [line.split()[0] for line in out.splitlines() if "output" in line or "input" in line][-6:] == [
        status for *_, status, _, _ in EXPECTED
    ]


def test_check_writes_it(place: Path, method: Path, run: Run, tmp_path: Path) -> None:
    for ending in ("json", "csv", "parquet"):
        code, _, _ = run("check", place, "--method", method, "--flows", "-o", tmp_path / f"out.{ending}")
        assert code == 0
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [each["flow_id"] for each in written["flows"]["list"]] == [each[0] for each in EXPECTED]
    assert written["flows"]["unmatched"] == 1
    assert [each["code"] for each in written["findings"]][-1] == "uncharacterized"
    with (tmp_path / "out.flows.csv").open(encoding="utf-8") as file:
        assert [each["status"] for each in csv.DictReader(file)] == [each[3] for each in EXPECTED]
    assert pq.read_table(tmp_path / "out.flows.parquet")["rows"].to_pylist() == [each[2] for each in EXPECTED]
    _, out, _ = run("check", place, "--method", method, "--flows", "--json")
    assert json.loads(out)["flows"] == written["flows"]
    _, out, _ = run("check", place, "--method", method, "--json")
    assert json.loads(out) == written["findings"]
