"""Reading openLCA JSON-LD: what each field becomes, in both schemas, and US LCI as it is downloaded."""

from __future__ import annotations

import datetime as dt
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from lcaengine.formats import Imported, read_jsonld, write_inventory
from tests.olca import encode, make_package
from tests.packages import write_files, write_zip
from tests.shared_data import SHARED_DATA

USLCI = SHARED_DATA / "packages/uslci_fy17q4_openlca_jsonld.zip"
needs_uslci = pytest.mark.skipif(not USLCI.is_file(), reason=f"US LCI is not at {USLCI}")


def read(tmp_path: Path, old: bool = False) -> Imported:
    return read_jsonld(write_zip(tmp_path / "package.zip", encode(make_package(old))))


def find(imported: Imported, process: str, flow: str) -> dict[str, Any]:
    rows = imported.tables["exchanges"].to_pylist()
    (row,) = [r for r in rows if (r["process_id"], r["flow_id"]) == (process, flow)]
    return dict(row)


@pytest.mark.parametrize("old", [False, True])
def test_every_field_becomes_what_it_means(tmp_path: Path, old: bool) -> None:
    imported = read(tmp_path, old)
    ore = find(imported, "smelter", "ore")
    assert (ore["direction"], ore["amount"], ore["unit"], ore["provider_id"]) == ("input", 2.0, "t", "mine")
    assert (ore["uncertainty_type"], ore["loc"], ore["scale"]) == ("lognormal", math.log(2.0), math.log(1.1))
    power = find(imported, "smelter", "power")
    assert (power["uncertainty_type"], power["minimum"], power["loc"], power["maximum"]) == ("triangular", 2, 3, 5)
    assert power["pedigree"] == "1;2;3;4;5"
    assert find(imported, "smelter", "co2")["comment"] == "measured; formula: 2 * carbon"
    assert find(imported, "smelter", "slag")["direction"] == "output"
    assert find(imported, "smelter", "slag")["provider_id"] is None  # "gone" is not in the package
    assert find(imported, "smelter", "heat")["is_avoided"] is True
    assert find(imported, "smelter", "metal")["is_reference"] is True
    flows = {row["flow_id"]: row for row in imported.tables["flows"].to_pylist()}
    co2 = flows["co2"]
    assert (co2["compartment"], co2["sub_compartment"], co2["cas_number"]) == ("air", "unspecified", "000124-38-9")
    assert (flows["rock"]["compartment"], flows["rock"]["sub_compartment"]) == ("resource", "in ground")
    assert flows["metal"]["category"] == "Products"
    (heat_of_ore,) = imported.tables["properties"].to_pylist()
    assert (heat_of_ore["flow_id"], heat_of_ore["value"], heat_of_ore["unit"]) == ("ore", 25.0, "MJ/kg")
    smelter = next(r for r in imported.tables["processes"].to_pylist() if r["process_id"] == "smelter")
    assert (smelter["location"], smelter["valid_from"]) == ("US", dt.date(2018, 1, 1))
    assert smelter["valid_until"] == dt.date(2019, 12, 31)
    sources = {row["source_id"]: row for row in imported.tables["sources"].to_pylist()}
    assert sources["src"]["citation"] == "Doe 2020, Journal of Ores 1:1, 2020"
    told = sources[smelter["source_id"]]["citation"]
    assert told.startswith("Smelter, data set smelter in processes/smelter.json")
    assert told.endswith("Doe 2020, Journal of Ores 1:1, 2020")


@pytest.mark.parametrize("old", [False, True])
def test_a_product_taken_in_as_reference_is_a_waste_that_is_treated(tmp_path: Path, old: bool) -> None:
    imported = read(tmp_path, old)
    flows = {row["flow_id"]: row["kind"] for row in imported.tables["flows"].to_pylist()}
    assert (flows["slag"], flows["sludge"]) == ("waste", "waste")
    pond, mill = find(imported, "pond", "sludge"), find(imported, "mill", "sludge")
    assert (pond["direction"], pond["amount"], pond["is_reference"]) == ("input", 1.0, True)
    # A mill that takes in -0.25 of what is treated gives 0.25 to treatment.
    assert (mill["direction"], mill["amount"]) == ("output", 0.25)


def test_factors_of_the_default_method_are_kept_and_others_reported(tmp_path: Path) -> None:
    imported = read(tmp_path)
    allocation = {row["product_flow_id"]: row["factor"] for row in imported.tables["allocation"].to_pylist()}
    assert allocation == {"power": 0.7, "heat": 0.3}
    mill = next(r for r in imported.tables["processes"].to_pylist() if r["process_id"] == "mill")
    assert mill["allocation"] == "as_given"
    lost = {each.what: each.count for each in imported.remarks if each.is_lost}
    assert lost["allocation factors of other methods than the process's default"] == 1
    assert lost["providers that are not in the package"] == 1
    assert lost["parameters: the amounts they gave are kept, they are not"] == 1


def test_units_go_by_id_and_those_not_read_here_by_their_exact_factor(tmp_path: Path) -> None:
    rock = find(read(tmp_path), "smelter", "rock")
    # A short ton is 2000 lb of 0.45359237 kg, which the package's own 907.18 rounds.
    assert (rock["amount"], rock["unit"]) == (7.0 * 907.18474, "kg")


def test_an_unlisted_unit_goes_by_the_factor_of_its_group(tmp_path: Path) -> None:
    files = make_package()
    mine: Any = files["processes/mine.json"]
    mine["exchanges"].append({"flow": {"@id": "power"}, "amount": 2.0, "unit": {"@id": "unit-toe"}, "isInput": True})
    imported = read_jsonld(write_zip(tmp_path / "p.zip", encode(files)))
    power = find(imported, "mine", "power")
    assert (power["amount"], power["unit"]) == (2.0 * 41868.0, "MJ")


@pytest.mark.parametrize("old", [False, True])
def test_import_then_score(tmp_path: Path, old: bool) -> None:
    folder = write_inventory(read(tmp_path, old), tmp_path / "inventory")
    footprints = lca.score(lca.read_inventory(folder))
    # Mill, 1 MJ of power: 0.7 of (1 kg CO2 and 0.25 kg of sludge at 0.2) = 0.7 * 1.05 = 0.735; of heat 0.315.
    # Smelter: 4 own; 2 t of ore at 0.5 = 1000; 3 kWh = 10.8 MJ of power at 0.735 = 7.938; slag 5 * 0.1 = 0.5;
    # avoided heat 6 * -0.315 = -1.89. Sum 1010.548.
    assert footprints.get("ghg", process_id="mill", product_id="heat") == pytest.approx(0.315, rel=1e-12)
    assert footprints.get("ghg", process_id="smelter") == pytest.approx(1010.548, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("NORMAL_DISTRIBUTION", {"mean": 1.0, "sd": 0.1}, {"loc": 1.0, "scale": 0.1}),
        ("UNIFORM_DISTRIBUTION", {"minimum": 0.5, "maximum": 1.75}, {"minimum": 0.5, "maximum": 1.75}),
        (
            "TRIANGLE_DISTRIBUTION",
            {"minimum": 0.5, "mode": 1.0, "maximum": 1.75},
            {"minimum": 0.5, "loc": 1.0, "maximum": 1.75},
        ),
        ("LOG_NORMAL_DISTRIBUTION", {"geomMean": 1.0, "geomSd": 1.1}, {"loc": 0.0, "scale": math.log(1.1)}),
    ],
)
def test_what_is_treated_keeps_its_distribution(
    tmp_path: Path, kind: str, given: dict[str, float], expected: dict[str, float]
) -> None:
    files = make_package()
    pond: Any = files["processes/pond.json"]
    pond["exchanges"][0]["uncertainty"] = {"distributionType": kind, **given}
    row = find(read_jsonld(write_zip(tmp_path / "p.zip", encode(files))), "pond", "sludge")
    assert (row["direction"], row["amount"]) == ("input", 1.0)
    assert {name: row[name] for name in expected} == expected
    assert not row.get("negative")


def test_a_folder_reads_as_its_zip(tmp_path: Path) -> None:
    files = encode(make_package())
    zipped = read_jsonld(write_zip(tmp_path / "p.zip", files))
    folder = read_jsonld(write_files(tmp_path / "p", files))
    assert folder.tables == zipped.tables


def change(name: str, change: Callable[[Any], object]) -> dict[str, bytes]:
    files = make_package()
    change(files[name])
    return encode(files)


SMELTER = "processes/smelter.json"
HOSTILE: dict[str, tuple[dict[str, bytes], str]] = {
    "climbs": ({"../processes/x.json": b"{}"}, "climbs out"),
    "no json": (encode(make_package()) | {SMELTER: b"{"}, "is no JSON"),
    "not utf-8": (encode(make_package()) | {SMELTER: b'{"name": "\xe9"}'}, "not UTF-8"),
    "deep": (encode(make_package()) | {SMELTER: b'{"a":' + b"[" * 100_000}, "is no JSON"),
    "NaN": (encode(make_package()) | {SMELTER: b'{"@id": "x", "exchanges": [{"amount": NaN}]}'}, "NaN is no number"),
    "a list": (encode(make_package()) | {SMELTER: b"[]"}, "is no JSON object"),
    "surrogate": (encode(make_package()) | {SMELTER: b'{"@id": "\\ud800", "name": "x"}'}, "text that can be written"),
    "huge": (change(SMELTER, lambda p: p["exchanges"][1].update(amount=1e308)), "beyond anything measured"),
    "infinite": (change(SMELTER, lambda p: p["exchanges"][1].update(amount=10**400)), "is no number"),
    "text": (change(SMELTER, lambda p: p["exchanges"][1].update(amount="many")), "amount 'many' is no number"),
    "no amount": (change(SMELTER, lambda p: p["exchanges"][1].pop("amount")), "is missing"),
    "no flow": (change(SMELTER, lambda p: p["exchanges"][1].pop("flow")), "is not in the package"),
    "exchanges": (change(SMELTER, lambda p: p.update(exchanges=5)), "exchanges is 5 and not a list"),
    "rows": (change(SMELTER, lambda p: p.update(exchanges=[5])), "is no JSON object"),
    "year 0": (
        change(SMELTER, lambda p: p["processDocumentation"].update(validFrom="0000-01-01")),
        "not in the calendar",
    ),
    "no date": (change(SMELTER, lambda p: p["processDocumentation"].update(validFrom="soon")), "'soon' is no date"),
    "twice": (change("processes/mine.json", lambda p: p.update({"@id": "smelter"})), "'dataset:smelter' stands twice"),
    "no id": (change("processes/mine.json", lambda p: p.pop("@id")), "process_id of processes is empty"),
    "flow type": (change("flows/ore.json", lambda f: f.update(flowType="X")), "is of type 'X'"),
    "no property": (change("flows/ore.json", lambda f: f.pop("flowProperties")), "no reference flow property"),
    "both": (
        change("processes/mine.json", lambda p: p["exchanges"][0].update(flow={"@id": "sludge"})),
        "is made by one process and treated by another",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_packages_are_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    files, message = HOSTILE[case]
    package = write_zip(tmp_path / "p.zip", files)
    done = CliRunner().invoke(app, ["import", "jsonld", str(package), str(tmp_path / "out")])
    assert isinstance(done.exception, lca.LcaError)
    assert message in str(done.exception)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p.zip"]


@needs_uslci
def test_us_lci_counts(tmp_path: Path) -> None:
    imported = read_jsonld(USLCI)
    rows = {name: table.num_rows for name, table in imported.tables.items()}
    # SOURCES.md: 766 processes, 32,526 exchanges, 4,601 flows.
    assert (rows["processes"], rows["exchanges"], rows["flows"]) == (766, 32_526, 4_601)
    folder = write_inventory(imported, tmp_path / "uslci")
    found = lca.check(folder).to_dicts()
    ambiguous = [f for f in found if f["code"] == "ambiguous_provider"]
    unlinked = [f for f in found if f["code"] == "unlinked_input"]
    # An independent reading found 3,590 inputs with one maker, 135 with several, 294 that only a co-product could meet
    # and 2,461 without any; 74 rows of waste besides, which nobody treats (tests/uslci.py counts them).
    assert count(ambiguous) == 135
    assert count(unlinked) == 294 + 2461 + 74
    # 3,590 have one: all inputs of products, less those.
    kinds = {row["flow_id"]: row["kind"] for row in imported.tables["flows"].select(["flow_id", "kind"]).to_pylist()}
    exchanges = imported.tables["exchanges"].select(["flow_id", "direction"]).to_pylist()
    inputs = sum(row["direction"] == "input" and kinds[row["flow_id"]] == "product" for row in exchanges)
    assert inputs - 135 - 294 - 2461 == 3590


def count(findings: list[dict[str, object]]) -> int:
    """Count rows: those that are named one by one, and those that a finding counts."""
    more = [str(f["what"]).split()[0] for f in findings if f["row"] is None]
    return sum(f["row"] is not None for f in findings) + sum(int(each) for each in more)


CARRIED = {"sh tn": 907.18474, "cu ft": 0.028316846592, "btu": 0.00106, "gal": 0.00378541, "USD": 1.0}
"""The only units of the package that are carried to another: by exact factors, by its own where there is none."""


@needs_uslci
def test_us_lci_amounts_are_those_of_the_package(tmp_path: Path) -> None:
    imported = read_jsonld(USLCI)
    own: dict[str, list[float]] = {}
    with zipfile.ZipFile(USLCI) as archive:
        for name in archive.namelist():
            if name.startswith("processes/") and name.endswith(".json"):
                process = json.loads(archive.read(name))
                own[process["@id"]] = [
                    row["amount"] * CARRIED.get(row["unit"]["name"], 1.0) for row in process["exchanges"]
                ]
    here: dict[str, list[float]] = {process: [] for process in own}
    for row in imported.tables["exchanges"].select(["process_id", "amount"]).to_pylist():
        here[row["process_id"]].append(row["amount"])
    assert here == own
