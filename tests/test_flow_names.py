"""Identity of elementary flows: exact names and ids, units carried along, and what the tables that come along say."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.errors import DataError
from lcaengine.formats import Imported, map_flows, read_jsonld, suggest_mappings, write_inventory
from lcaengine.formats.draft import Draft
from lcaengine.formats.flow_names.mapping import COLUMNS, list_mappings, read_mapping
from lcaengine.io.shipped import find_factors
from tests.conftest import Run
from tests.shared_data import SHARED_DATA

PACKAGE = SHARED_DATA / "packages" / "uslci_fy17q4_openlca_jsonld.zip"
needs_package = pytest.mark.skipif(not PACKAGE.is_file(), reason=f"US LCI is not at {PACKAGE}")


def draft(*exchanges: dict[str, Any], **flows: dict[str, Any]) -> Imported:
    """Give a process that makes a kg of x, with elementary flows and exchanges of them."""
    made = Draft("test", "here")
    made.add("processes", process_id="p", name="p")
    made.add("flows", flow_id="x", name="x", kind="product", unit="kg")
    made.add("exchanges", process_id="p", flow_id="x", direction="output", amount=1.0, unit="kg", is_reference=True)
    for flow_id, fields in flows.items():
        made.add("flows", flow_id=flow_id, kind="elementary", **{"unit": "kg", **fields})
    for fields in exchanges:
        made.add("exchanges", process_id="p", **{"direction": "output", "unit": "kg", **fields})
    return made.finish({"name": "test", "version": "1"}, "")


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "own.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(source: str, name: str, **more: object) -> dict[str, Any]:
    return {"source_name": source, "source_compartment": "air", "name": name, "compartment": "air", **more}


def flow(imported: Imported, flow_id: str) -> dict[str, Any]:
    return next(each for each in imported.tables["flows"].to_pylist() if each["flow_id"] == flow_id)


def exchange(imported: Imported, flow_id: str) -> dict[str, Any]:
    return next(each for each in imported.tables["exchanges"].to_pylist() if each["flow_id"] == flow_id)


N2O = {"name": "Nitrous oxide", "compartment": "air", "sub_compartment": "unspecified", "category": "air/unspecified"}


def test_a_flow_takes_the_name_and_keeps_its_own_in_the_category() -> None:
    named = map_flows(draft({"flow_id": "a", "amount": 0.1}, a=N2O), "uslci")
    assert flow(named, "a") == {
        "flow_id": "a",
        "name": "Dinitrogen monoxide",
        "kind": "elementary",
        "unit": "kg",
        "compartment": "air",
        "sub_compartment": "unspecified",
        "category": "air/unspecified: Nitrous oxide",
    }
    assert exchange(named, "a")["amount"] == 0.1
    decision = next(csv.DictReader(io.StringIO(named.files["flows.csv"])))
    assert (decision["flow_id"], decision["source_name"], decision["name"]) == ("a", N2O["name"], "Dinitrogen monoxide")
    assert (decision["table"], "Federal LCA Commons Elementary Flow List" in decision["source"]) == ("uslci", True)


@pytest.mark.parametrize("name", ["nitrous oxide", "Nitrous oxide ", "Nitrous  oxide", "Nitrous oxid"])
def test_nothing_is_matched_by_likeness(name: str) -> None:
    imported = draft({"flow_id": "a", "amount": 1.0}, a={**N2O, "name": name})
    assert map_flows(imported, "uslci").tables["flows"] == imported.tables["flows"]


def test_methane_of_no_stated_origin_is_not_guessed() -> None:
    imported = draft({"flow_id": "a", "amount": 1.0}, a={"name": "Methane", "compartment": "air"})
    for name in ("uslci", "fedefl", "simapro"):
        assert flow(map_flows(imported, name), "a")["name"] == "Methane"
    assert flow(map_flows(imported, "assume-fossil"), "a")["name"] == "Methane, fossil"
    assert any("would take them for fossil" in each.what for each in suggest_mappings(imported).remarks)


def test_two_flows_of_one_name_stay_two() -> None:
    other = {"name": "Dinitrogen monoxide", "compartment": "air"}
    imported = draft({"flow_id": "a", "amount": 1.0}, {"flow_id": "b", "amount": 2.0}, a=N2O, b=other)
    named = map_flows(imported, "uslci")
    assert [flow(named, each)["name"] for each in "ab"] == ["Dinitrogen monoxide"] * 2
    assert named.tables["exchanges"].num_rows == 3


def test_amounts_and_distributions_go_to_the_new_unit() -> None:
    # 1 m3 of water is 1000 kg: 2000 kg are 2 m3, and 3 t are 3. A lognormal of median 2000 has ln 2000 = 7.6009, and in
    # m3 ln 2 = 0.6931 with the same sigma; a normal has mean and deviation divided by 1000.
    water = {"name": "Water, river", "compartment": "resource", "sub_compartment": "in water"}
    taken = {"flow_id": "a", "direction": "input"}
    lognormal = {"uncertainty_type": "lognormal", "loc": math.log(2000), "scale": 0.2}
    normal = {"uncertainty_type": "normal", "loc": 4000.0, "scale": 100.0, "minimum": 3000.0}
    imported = draft(
        {**taken, "amount": 2000.0, **lognormal},
        {**taken, "amount": 3.0, "unit": "t"},
        {**taken, "amount": 4000.0, **normal},
        a=water,
    )
    rows = [r for r in map_flows(imported, "uslci").tables["exchanges"].to_pylist() if r["flow_id"] == "a"]
    assert [r["amount"] for r in rows] == pytest.approx([2.0, 3.0, 4.0], rel=1e-15)
    assert {r["unit"] for r in rows} == {"m3"}
    assert (rows[0]["loc"], rows[0]["scale"]) == (pytest.approx(math.log(2), rel=1e-14), 0.2)
    assert rows[1]["loc"] is None
    assert [rows[2][name] for name in ("loc", "scale", "minimum")] == pytest.approx([4.0, 0.1, 3.0], rel=1e-15)
    assert flow(map_flows(imported, "uslci"), "a")["unit"] == "m3"


def test_a_product_beside_it_keeps_every_bit() -> None:
    water = {"name": "Water, river", "compartment": "resource"}
    odd = {"flow_id": "b", "amount": 0.1 + 0.2, "uncertainty_type": "normal", "loc": 0.1 + 0.2, "scale": 0.7}
    other = {"name": "Lead", "compartment": "air"}
    imported = draft({"flow_id": "a", "amount": 1.0, "direction": "input"}, odd, a=water, b=other)
    assert exchange(map_flows(imported, "uslci"), "b") == exchange(imported, "b")


def test_properties_are_per_the_new_unit(tmp_path: Path) -> None:
    # 26 MJ/kg of a coal, of which a kg is 24 MJ in the table: 26/24 MJ_hhv a MJ; 0.7 kg carbon a kg: 0.7/24 kg/MJ.
    made = Draft("test", "here")
    made.add("processes", process_id="p", name="p")
    made.add("flows", flow_id="a", name="coal", kind="elementary", unit="kg", compartment="resource")
    made.add("properties", flow_id="a", property="carbon_fossil", value=0.7, unit="kg/kg")
    made.add("properties", flow_id="a", property="price", value=0.1, unit="USD2020/t")
    made.add("exchanges", process_id="p", flow_id="a", direction="input", amount=2.0, unit="kg")
    rescaled = {"source_unit": "kg", "unit": "MJ", "factor": 24, "compartment": "resource"}
    path = table(tmp_path, row("coal", "Energy, from coal", source_compartment="resource") | rescaled)
    named = map_flows(made.finish({"name": "t", "version": "1"}, ""), path)
    carbon, price = named.tables["properties"].to_pylist()
    assert (carbon["value"], carbon["unit"]) == (pytest.approx(0.7 / 24, rel=1e-15), "kg/MJ")
    assert (price["value"], price["unit"]) == (pytest.approx(0.1 / 1000 / 24, rel=1e-15), "USD2020/MJ")
    assert exchange(named, "a")["amount"] == 48.0


def test_an_id_beats_a_name_and_a_finer_compartment_a_coarser(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        {"source_flow_id": "a", "name": "by id", "compartment": "air"},
        row("n", "anywhere"),
        row("n", "low", source_sub_compartment="low. pop."),
    )
    sub = {"name": "n", "compartment": "air"}
    imported = draft(
        *({"flow_id": each, "amount": 1.0} for each in "abcd"),
        a=sub,
        b={**sub, "sub_compartment": "low. pop."},
        c={**sub, "sub_compartment": "high. pop."},
        d={**sub, "compartment": "water"},
    )
    named = map_flows(imported, path)
    assert [flow(named, each)["name"] for each in "abcd"] == ["by id", "low", "anywhere", "n"]


def test_what_goes_both_ways_is_not_named_by_one(tmp_path: Path) -> None:
    path = table(tmp_path, row("n", "m", direction="input"))
    sub = {"name": "n", "compartment": "air"}
    both = ({"flow_id": "a", "amount": 1.0, "direction": "input"}, {"flow_id": "a", "amount": 1.0})
    one = {"flow_id": "b", "amount": 1.0, "direction": "input"}
    named = map_flows(draft(*both, one, a=sub, b=sub), path)
    assert [flow(named, each)["name"] for each in "ab"] == ["n", "m"]
    assert [(r.count, r.examples) for r in named.remarks if r.is_lost] == [(1, ("n (air)",))]


def test_a_flow_with_amounts_in_another_dimension_stays(tmp_path: Path) -> None:
    path = table(tmp_path, row("n", "m", source_unit="kg", unit="MJ", factor=2))
    imported = draft({"flow_id": "a", "amount": 1.0, "unit": "m3"}, a={"name": "n", "compartment": "air"})
    named = map_flows(imported, path)
    assert (flow(named, "a"), exchange(named, "a")) == (flow(imported, "a"), exchange(imported, "a"))
    assert [r.examples for r in named.remarks if r.is_lost] == [("n has exchanges in m3",)]


def test_the_first_of_two_tables_stands(tmp_path: Path) -> None:
    first = map_flows(draft({"flow_id": "a", "amount": 1.0}, a=N2O), "uslci")
    again = map_flows(first, table(tmp_path, row("Dinitrogen monoxide", "other")))
    assert flow(again, "a") == flow(first, "a")
    assert len(again.files["flows.csv"].splitlines()) == 2


def test_an_amount_beyond_anything_measured_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, row("n", "m", source_unit="kg", unit="MJ", factor="1e29"))
    imported = draft({"flow_id": "a", "amount": 1e59}, a={"name": "n", "compartment": "air"})
    with pytest.raises(DataError, match="beyond anything measured"):
        map_flows(imported, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no rows"),
        ("source_name,name,compartment\n", "has no rows"),
        ("source_name,name,compartment,spelling\na,b,air,x\n", "spelling"),
        ("source_name,name,compartment\na,b,air,more\n", "rows that fit"),
        ("source_name,name,compartment\n,b,air\n", "names no flow"),
        ("source_name,name,compartment\na,,air\n", "names no flow"),
        ("source_name,name,compartment\na,b,\n", "no compartment"),
        ("source_name,name,compartment,direction\na,b,air,out\n", "direction"),
        ("source_name,name,compartment,factor\na,b,air,many\n", "no number"),
        *(
            (f"source_name,name,compartment,factor\na,b,air,{bad}\n", "above zero")
            for bad in ("-1", "nan", "inf", "1e308")
        ),
        ("source_name,name,compartment,factor\na,b,air,2\n", "stands alone"),
        ("source_name,name,compartment,unit\na,b,air,kg\n", "stands alone"),
        ("source_name,name,compartment,source_unit,unit\na,b,air,ton,kg\n", "ambiguous"),
        ("source_name,name,compartment\na,b,air\na,c,air\n", "same flow"),
        ('source_name,name,compartment\n"a,b,air\n', "no CSV"),
    ],
)
def test_a_table_that_does_not_hold_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_mapping(path)


def test_a_table_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "own.csv"
    binary.write_bytes(b"\xff\xfe\x00a")
    for place in ("nowhere", tmp_path, binary, "a\0b"):
        with pytest.raises(DataError, match="no mapping table"):
            read_mapping(place)


# What comes with the engine


def factor_names() -> set[tuple[str, str]]:
    names = set()
    for path in find_factors().glob("*/*/factors.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            names |= {(each["flow_name"], each["compartment"]) for each in csv.DictReader(file)}
    return names


@pytest.mark.parametrize("name", list_mappings())
def test_each_row_leads_to_a_factor_and_has_a_source(name: str) -> None:
    mapping, known = read_mapping(name), factor_names()
    assert [each.row for each in mapping.rows if (each.name, each.compartment) not in known] == []
    assert all(mapping.sources[each.source_id] for each in mapping.rows)
    assert len(mapping.rows) < 500


@pytest.mark.parametrize("name", [each for each in list_mappings() if each != "assume-fossil"])
def test_origins_of_carbon_stay_apart(name: str) -> None:
    kinds = {
        "fossil": ("Carbon dioxide, fossil", "Methane, fossil"),
        "biogenic": ("Carbon dioxide, biogenic", "Methane, biogenic", "Carbon dioxide, non-fossil"),
        "land": ("Carbon dioxide, land transformation", "Carbon dioxide, from soil or biomass stock"),
    }
    for each in read_mapping(name).rows:
        for word, targets in kinds.items():
            assert each.name not in targets or word in each.source_name


def test_mappings_are_no_method() -> None:
    assert {name for name, _ in lca.list_methods()} == {"core", "ecosystems"}


@needs_package
def test_factors_are_those_of_the_federal_list() -> None:
    """The map as it stands beside the flows of US LCI: what one unit of the source is in the list's unit."""
    import pandas as pd

    flows = pd.read_parquet(SHARED_DATA / "uslci_fy17q4" / "flows.parquet").dropna(subset=["fedefl_factor"])
    columns = ["name", "fedefl_source_unit", "fedefl_unit", "fedefl_factor"]
    known = {(str(n), str(of)): (str(to), float(factor)) for n, of, to, factor in flows[columns].to_numpy()}
    compared = 0
    for each in read_mapping("uslci").rows:
        if (
            each.source_id != "fedefl_uslci"
            or not each.is_rescaled
            or (each.source_name, each.source_unit) not in known
        ):
            continue
        unit, factor = known[each.source_name, each.source_unit]
        if each.name.startswith("Water"):  # kg there, m3 here: 1000 kg a m3, which is the list's own factor
            factor, unit = factor / 1000, "m3"
        if each.name.startswith("Peat"):  # MJ there, kg here: by what the list gives for peat in kg
            factor, unit = 1 / known["Peat, in ground", "kg"][1], "kg"
        assert each.unit == unit
        assert each.factor == pytest.approx(factor, rel=1e-9)
        compared += 1
    assert compared > 40


@pytest.fixture(scope="module")
def us_lci() -> Imported:
    return read_jsonld(PACKAGE)


@needs_package
def test_us_lci_before_and_after(us_lci: Imported, tmp_path: Path) -> None:
    core = lca.read_method("core")
    before, after = us_lci, map_flows(us_lci, "uslci")
    rows = {}
    for name, imported in (("before", before), ("after", after)):
        inventory = lca.read_inventory(write_inventory(imported, tmp_path / name))
        listed = lca.list_flows(inventory, core).to_pylist()
        rows[name] = {each["flow_id"]: each for each in listed if each["status"] == "matched"}
        assert sum(each["rows"] for each in listed) == 24950  # the elementary rows that come with the data
    assert set(rows["before"]) < set(rows["after"])
    # Counted in the data as it comes: 283 rows of fossil carbon dioxide have a blank behind their name, 29 of oil too;
    # 17 rows of gas in kg and 17 in m3. Plain methane, 263 rows to air, has no origin and stays.
    names = {each["flow_id"]: each["name"] for each in us_lci.tables["flows"].to_pylist()}
    gained = {
        name: sum(each["rows"] for flow_id, each in rows["after"].items() if names[flow_id] == name)
        for name in ("Carbon dioxide, fossil ", "Oil, crude, in ground ", "Gas, natural, in ground ", "Methane")
    }
    assert list(gained.values()) == [283, 29, 34, 0]
    assert all(names[flow_id] not in gained for flow_id in rows["before"])
    found = lca.check(tmp_path / "after", core, lca.Policy(unlinked="cutoff"))
    assert found.blockers() == []


@needs_package
def test_command_line(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("import", "jsonld", PACKAGE, tmp_path / "plain")
    assert code == 0
    assert "named by the mapping table uslci: add --flows uslci" in " ".join(out.split())
    code, out, _ = run("import", "jsonld", PACKAGE, tmp_path / "named", "--flows", "uslci", "--flows", "assume-fossil")
    assert (code, "add --flows uslci" in out) == (0, False)
    assert (tmp_path / "named" / "import" / "flows.csv").read_text(encoding="utf-8").count(",assume-fossil,") == 5
    report = json.loads((tmp_path / "named" / "import" / "report.json").read_text(encoding="utf-8"))
    assert any("the mapping table uslci" in each["what"] for each in report["changed"])


def test_a_table_that_is_not_there_is_said_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    code, _, err = run("import", "jsonld", tmp_path / "nothing.zip", tmp_path / "out", "--flows", "nonesuch")
    assert code == 2
    assert "no mapping table 'nonesuch'" in err
    assert not (tmp_path / "out").exists()
