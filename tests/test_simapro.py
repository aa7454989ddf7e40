"""SimaPro CSV: what a file says arrives in the tables, and scores as derived by hand."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.formats.imported import Imported, write_inventory
from lcaengine.formats.simapro.read import read_simapro
from tests.conftest import Run
from tests.scoring import core
from tests.simapro_files import HEADER, LANDFILL, MILL, REST, STEEL, UNITS, co2, process, write


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return read_simapro(write(tmp_path_factory.mktemp("mill"), *MILL))


def rows(imported: Imported, table: str, **words: object) -> list[dict[str, Any]]:
    """Give the rows of a table that say so."""
    found: list[dict[str, Any]] = imported.tables[table].to_pylist()
    return [row for row in found if all(row.get(key) == value for key, value in words.items())]


def remarks(imported: Imported) -> dict[str, int]:
    return {remark.what: remark.count for remark in imported.remarks}


def test_mill_scores_as_derived_by_hand(mill: Imported, tmp_path: Path) -> None:
    # The furnace: a = 1.5, db = 2, share = db^2 / 2 = 2, so 3 kg CO2. Coal: 2 kg of a ton (1000 kg) that emits 100 kg:
    # 0.2. Electricity: 4 kWh of 0.5 kg: 2. Scrap: 0.5 kg of 2 kg that emit 0.2 kg: 0.05. Heat avoided: 10 MJ of
    # 0.06 kg: 0.6. In all 3 + 0.2 + 2 + 0.05 - 0.6 = 4.65 kg; 70 % of it go to 2 kg of steel, 30 % to 1 kg of slag.
    found = lca.score(lca.read_inventory(write_inventory(mill, tmp_path / "mill")), core())
    assert found.get("ghg", process_id="steel-1", product_id="Steel") == pytest.approx(0.7 * 4.65 / 2, rel=1e-12)
    assert found.get("ghg", process_id="steel-1", product_id="Slag") == pytest.approx(0.3 * 4.65, rel=1e-12)
    assert found.get("ghg", process_id="landfill-1") == pytest.approx(0.1, rel=1e-12)


def test_commands_import_check_and_score(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("import", "simapro", write(tmp_path, *MILL), tmp_path / "mill")
    assert code == 0
    assert "exchanges" in out
    assert run("check", tmp_path / "mill", "--method", "core")[0] == 0
    code, out, _ = run("score", tmp_path / "mill", "--method", "core", "--json")
    assert code == 0
    assert "steel-1" in out


def test_distributions_are_simapros(mill: Imported) -> None:
    # Lognormal: the square of the GSD, 1.21, so sigma is ln(1.1). Normal: twice the SD, 0.5. The rest are bounds.
    coal = rows(mill, "exchanges", process_id="steel-1", flow_id="Coal")[0]
    assert (coal["uncertainty_type"], coal["amount"], coal["pedigree"]) == ("lognormal", 2.0, "2;3;1;4;3")
    assert coal["loc"] == pytest.approx(math.log(2), rel=1e-15)
    assert coal["scale"] == pytest.approx(math.log(1.1), rel=1e-14)
    power = rows(mill, "exchanges", process_id="steel-1", flow_id="Electricity {AT}| mix")[0]
    assert (power["uncertainty_type"], power["loc"], power["scale"]) == ("normal", 4.0, 0.25)
    emitted = rows(mill, "exchanges", process_id="steel-1", flow_id="air/high. pop./Carbon dioxide, fossil")[0]
    assert (emitted["amount"], emitted["loc"], emitted["minimum"], emitted["maximum"]) == (3.0, 3.0, 1.5, 4.5)
    assert emitted["comment"] == "formula: a*Share"
    dust = rows(mill, "exchanges", process_id="steel-1", flow_id="final waste flow//Dust")[0]
    assert (dust["amount"], dust["unit"], dust["minimum"], dust["maximum"]) == (7.0, "g", 6.0, 8.0)


def test_units_of_the_file_carry_amounts_and_distributions(tmp_path: Path) -> None:
    # A ton is none here, and 1000 kg in the file: 2 ton +- 2 SD of 0.4 are 2000 kg with an SD of 200 kg.
    spread = "Materials/fuels\nOre;ton;2;Normal;0,4;0;0;\nGas;kcal;3;Lognormal;4;0;0;\nLime;ton;1;Uniform;0;0,5;2;"
    made = process("p", "Products\nIron;lb;1;100;not defined;;", spread)
    imported = read_simapro(write(tmp_path, made, UNITS))
    ore, gas, lime = (rows(imported, "exchanges", flow_id=name)[0] for name in ("Ore", "Gas", "Lime"))
    assert (ore["amount"], ore["unit"], ore["loc"], ore["scale"]) == (2000.0, "kg", 2000.0, 200.0)
    assert (gas["amount"], gas["unit"]) == (3 * 0.0041855, "MJ")
    assert gas["loc"] == pytest.approx(math.log(3 * 0.0041855), rel=1e-14)
    assert gas["scale"] == pytest.approx(math.log(2), rel=1e-15)
    assert (lime["minimum"], lime["maximum"]) == (500.0, 2000.0)
    assert rows(imported, "exchanges", flow_id="Iron")[0]["unit"] == "lb"


def test_what_the_source_knows_is_kept(mill: Imported) -> None:
    steel = rows(mill, "processes", process_id="steel-1")[0]
    assert (steel["name"], steel["allocation"]) == ("Steel mill", "as_given")
    assert (steel["valid_from"], steel["valid_until"]) == (dt.date(2005, 1, 1), dt.date(2009, 12, 31))
    assert steel["comment"].startswith("first line\nsecond line, 5 µm\n")
    assert "Technology: Average" in steel["comment"]
    assert "Müller 2003: page 7" in steel["comment"]
    shares = {row["product_flow_id"]: row["factor"] for row in rows(mill, "allocation")}
    assert shares == {"Steel": 0.7, "Slag": 0.3}
    source = rows(mill, "sources", source_id=steel["source_id"])[0]
    assert "mill.csv" in source["citation"]
    assert "Müller 2003. Mills." in source["citation"]
    assert rows(mill, "sources", source_id="literature reference:Müller 2003")[0]["url"] == "https://example.org/m"
    carbon = rows(mill, "flows", flow_id="air/high. pop./Carbon dioxide, fossil")[0]
    assert (carbon["cas_number"], carbon["compartment"], carbon["sub_compartment"]) == ("124-38-9", "air", "high. pop.")
    assert carbon["product_ids"] == "urn:uuid:dbe27c73-9df4-4f21-b2eb-a0ce1fe87a4b"
    assert rows(mill, "flows", flow_id="Steel")[0]["category"] == "material\\Metals\\Ferro"
    assert rows(mill, "processes", process_id="electricity-1")[0]["location"] == "AT"


def test_wastes_go_to_their_treatment(mill: Imported) -> None:
    sent = rows(mill, "exchanges", process_id="steel-1", flow_id="Scrap")[0]
    treated = rows(mill, "exchanges", process_id="landfill-1", flow_id="Scrap")[0]
    assert (sent["direction"], sent["provider_id"], sent["amount"]) == ("output", "landfill-1", 0.5)
    assert (treated["direction"], treated["is_reference"], treated["amount"]) == ("input", True, 2.0)
    assert treated["comment"] == "by law\nwaste type: Ferro"
    avoided = rows(mill, "exchanges", process_id="steel-1", flow_id="Heat")[0]
    assert (avoided["is_avoided"], avoided["provider_id"]) == (True, "heat-1")


def test_negative_references_change_side(tmp_path: Path) -> None:
    # Treating -1 kg of a waste that emits 2 kg CO2 makes 1 kg of it: sending -3 kg there takes 3 kg, which emit 6 kg.
    # Making -1 kg of sludge treats one: taking -2 kg of it sends 2 kg, which emit 2 * 5 kg.
    parts = (
        process("market", "Waste treatment\nScrap;kg;-1;All waste types;;", co2("2"), kind="waste treatment"),
        process("burner", "Products\nSludge;kg;-1;100;not defined;;", co2("5")),
        process(
            "mill",
            "Products\nSteel;kg;1;100;not defined;;",
            "Materials/fuels\nSludge;kg;-2;Undefined;0;0;0;",
            "Waste to treatment\nScrap;kg;-3;Undefined;0;0;0;",
        ),
    )
    imported = read_simapro(write(tmp_path, *parts, UNITS))
    kinds = {row["flow_id"]: row["kind"] for row in rows(imported, "flows")}
    assert (kinds["Scrap"], kinds["Sludge"]) == ("product", "waste")
    found = lca.score(lca.read_inventory(write_inventory(imported, tmp_path / "out")), core())
    assert found.get("ghg", process_id="mill") == pytest.approx(6 + 10, rel=1e-12)


def test_what_cannot_be_carried_is_reported(tmp_path: Path) -> None:
    scenario = process(
        "s", "Waste scenario\nMixed;kg;1;All waste types;;", "Separated waste\nScrap;Ferro;90", kind="waste scenario"
    )
    odd = process("odd", "Products\nBolt;kg;1;60;not defined;;", co2("1", rest="Lognormal;0;0;0;"))
    stage = "Product stage\n\nCategory type\nassembly\n\nEnd\n\n"
    imported = read_simapro(write(tmp_path, scenario, odd, LANDFILL, stage, UNITS, REST))
    found = remarks(imported)
    assert found["waste scenarios: they split by types of waste, and are left out"] == 1
    assert found["allocations of an only product to less than all: it carries all"] == 1
    assert found["distributions that have no spread; the amount stays"] == 1
    assert found["blocks of 'Product stage': they are no processes"] == 1
    assert found["parameters: their values are in the amounts, they themselves are not kept"] == 1
    assert found["comments on substances"] == 1
    assert not rows(imported, "exchanges", flow_id="Mixed")


def test_a_product_of_two_processes_names_no_provider(tmp_path: Path) -> None:
    made = [process(name, "Products\nCoal;kg;1;100;not defined;;", co2("1")) for name in ("a", "b")]
    taken = process("c", "Products\nHeat;MJ;1;100;not defined;;", "Materials/fuels\nCoal;kg;1;Undefined;0;0;0;")
    imported = read_simapro(write(tmp_path, *made, taken, UNITS))
    assert rows(imported, "exchanges", process_id="c", flow_id="Coal")[0].get("provider_id") is None
    assert remarks(imported)["products that several processes make: their inputs name none"] == 1


def test_shares_that_are_rounded_sum_to_one(tmp_path: Path) -> None:
    made = process("p", "Products\n" + "\n".join(f"{name};kg;1;33,3;not defined;;" for name in "abc"), co2("3"))
    imported = read_simapro(write(tmp_path, made, UNITS))
    assert [row["factor"] for row in rows(imported, "allocation")] == pytest.approx([1 / 3] * 3, rel=1e-12)
    assert remarks(imported)["allocations that are rounded: they are made to sum to one"] == 1


def test_substances_of_another_dimension_have_an_id_of_their_own(tmp_path: Path) -> None:
    water = "Resources\nWater, river;in water;m3;1;Undefined;0;0;0;\nWater, river;in water;kg;5;Undefined;0;0;0;"
    imported = read_simapro(write(tmp_path, process("p", "Products\nA;kg;1;100;not defined;;", water), UNITS))
    ids = [row["flow_id"] for row in rows(imported, "flows", compartment="resource")]
    assert ids == ["resource/in water/Water, river [m3]", "resource/in water/Water, river"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_encodings_give_the_same(tmp_path: Path, encoding: str, mill: Imported) -> None:
    imported = read_simapro(write(tmp_path, *MILL, encoding=encoding))
    assert imported.tables["flows"].equals(mill.tables["flows"])
    assert rows(imported, "processes")[0]["comment"] == rows(mill, "processes")[0]["comment"]


def test_points_and_tabs_read_as_commas_and_semicolons(tmp_path: Path, mill: Imported) -> None:
    header = HEADER.replace("Semicolon", "Tab").replace("Decimal separator: ,", "Decimal separator: .")
    # Arguments of Iff are separated by commas then.
    numbers = "".join((STEEL.replace("0,5; 0)", "0,5! 0)").replace("1,5; db", "1,5! db"), *MILL[1:]))
    for number in ("1,21", "0,5", "1,5", "4,5", "0,06", "0,001", "0,4535924", "3,6", "0,0041855"):
        numbers = numbers.replace(number, number.replace(",", "."))
    numbers = numbers.replace("0,2;", "0.2;").replace(";", "\t").replace("!", ",")
    imported = read_simapro(write(tmp_path, numbers, header=header))
    columns = ["flow_id", "amount", "unit", "loc", "scale", "minimum", "maximum", "provider_id"]
    assert imported.tables["exchanges"].select(columns).equals(mill.tables["exchanges"].select(columns))


@pytest.mark.parametrize(
    ("section", "compartment", "direction"),
    [
        ("Resources", "resource", "input"),
        ("Emissions to air", "air", "output"),
        ("Emissions to water", "water", "output"),
        ("Emissions to soil", "soil", "output"),
        ("Final waste flows", "final waste flow", "output"),
        ("Non material emissions", "non-material emission", "output"),
        ("Social issues", "social issue", "output"),
        ("Economic issues", "economic issue", "output"),
    ],
)
def test_sections_are_compartments(tmp_path: Path, section: str, compartment: str, direction: str) -> None:
    made = process(
        "p", "Products\nA;kg;1;100;not defined;;", f"{section}\nThing;(unspecified);kg;-2;Undefined;0;0;0;said"
    )
    imported = read_simapro(write(tmp_path, made, UNITS))
    flow = rows(imported, "flows", kind="elementary")[0]
    assert (flow["flow_id"], flow["name"], flow["compartment"]) == (f"{compartment}//Thing", "Thing", compartment)
    exchange = rows(imported, "exchanges", flow_id=f"{compartment}//Thing")[0]
    assert (exchange["direction"], exchange["amount"], exchange["comment"]) == (direction, -2.0, "said")
