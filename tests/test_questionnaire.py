"""Supplier questionnaires: amounts by unit, basis, yield and period; problems; blanks; what is written back."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.errors import DataError
from lcaengine.formats import write_inventory as write_imported
from lcaengine.formats.questionnaire.read import Questionnaire, fill_questionnaire, read_questionnaire
from lcaengine.formats.questionnaire.scores import Scored, score_questionnaire
from lcaengine.reports.questionnaire import write_questionnaire
from tests.scoring import core, has, row, system
from tests.tables import Row, emits, makes, process, product, takes, write_inventory

HEAD = """
stage = "processing"
[supplier]
column = "supplier"
[product]
flow = "oxide"
"""
POWER = """
[[columns]]
column = "electricity (kWh/kg)"
flow = "electricity"
"""
WATER = row(flow_id="river", name="Water, river", kind="elementary", unit="m3", compartment="resource")


@pytest.fixture
def background(tmp_path: Path) -> Path:
    """Give a grid of 0.5 kg CO2 a kWh in CN and 0.1 in CA, and gas of 50 MJ a kg."""
    flows = [WATER, product("electricity", "kWh", category="electricity"), product("gas", category="energy carrier")]
    exchanges = [
        makes("grid_CN", "electricity", 1.0, "kWh"),
        emits("grid_CN", 0.5),
        makes("grid_CA", "electricity", 1.0, "kWh"),
        emits("grid_CA", 0.1),
        makes("gas field", "gas"),
        emits("gas field", 0.2),
    ]
    processes = [process("grid_CN", location="CN"), process("grid_CA", location="CA"), process("gas field")]
    markets = [row(flow_id="electricity", process_id=f"grid_{at}", share=1, location=at) for at in ("CN", "CA")]
    properties = [has("gas", "heating_value_hhv", 50.0, "MJ/kg")]
    tables = system(*exchanges, flows=flows, processes=processes, markets=markets, properties=properties)
    return write_inventory(tmp_path / "background", tables)


def near(value: float, rel: float = 1e-9) -> Any:
    return pytest.approx(value, rel=rel)


def fill(folder: Path, sheet: str, mapping: str, background: Path | None) -> Questionnaire:
    (folder / "sheet.csv").write_text(sheet, encoding="utf-8")
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    return fill_questionnaire(folder / "sheet.csv", mapping=folder / "map.toml", background=background)


def score(filled: Questionnaire, *indicators: str, unlinked: str = "refuse") -> Scored:
    policy = lca.Policy(unlinked=unlinked, open_water="consumed")
    return score_questionnaire(filled, core(), policy, indicators or ("ghg",))


def amounts(filled: Questionnaire, process_id: str) -> dict[str, tuple[float, str]]:
    assert filled.imported is not None
    rows = filled.imported.tables["exchanges"].to_pylist()
    own = [each for each in rows if each["process_id"] == process_id and not each["is_reference"]]
    return {each["flow_id"]: (each["amount"], each["unit"]) for each in own}


def reasons(filled: Questionnaire) -> list[str]:
    return [each.problems[0].reason if each.problems else "" for each in filled.rows]


PLACE = '\n[place]\ncolumn = "country"\n'


def test_a_row_is_scored_by_hand(tmp_path: Path, background: Path) -> None:
    # a: 10 kWh x 0.5 in CN; b: 10 kWh x 0.1 in CA, and 100 MJ = 2 kg of gas x 0.2.
    mapping = HEAD + PLACE + POWER + '[[columns]]\ncolumn = "gas (MJ/kg)"\nflow = "gas"\nblank = "zero"\n'
    sheet = "supplier,country,electricity (kWh/kg),gas (MJ/kg)\na,CN,10,\nb,CA-QC,10,100\n"
    scored = score(fill(tmp_path, sheet, mapping, background), "ghg", "energy_site")
    assert [each.values for each in scored.rows] == [
        (near(5.0), near(36.0)),
        (near(1.4), near(136.0)),
    ]
    assert [each.status for each in scored.rows] == ["complete", "fallback"]  # the gas comes from no stated place
    assert scored.indicators == (("ghg", "kg CO2e/kg"), ("energy_site", "MJ/kg"))


@pytest.mark.parametrize(
    ("unit", "more", "cells", "expected"),
    [
        # 3 MWh a t of product; an ounce is 0.0311034768 kg; 0.5 of yield doubles what is per product.
        ("MWh/t", "", "3", (0.003, "MWh")),
        ("kWh/oz_troy", "", "3", (3 / 0.0311034768, "kWh")),
        ("kWh/kg", '[yield]\ncolumn = "x"\nunit = "%"\n', "3,50", (6.0, "kWh")),
        ("kWh/kg", '[yield]\ncolumn = "x"\n', "3,0.5", (6.0, "kWh")),
        # 600 kWh in the period in which 200 kg are made; the yield is in them already.
        ("kWh", '[production]\ncolumn = "x"\nunit = "kg"\n', "600,200", (3.0, "kWh")),
        ("kWh", '[production]\ncolumn = "x"\nunit = "t"\n[yield]\nvalue = 0.5\n', "600,0.2", (3.0, "kWh")),
        # 2 kWh a t of ore, of which a kg of product takes 0.25 t; or 50 t for 200 kg.
        ("kWh/t ore", '[bases.ore]\ncolumn = "x"\nunit = "t/kg"\n', "2,0.25", (0.5, "kWh")),
        ("kWh/t ore", '[bases.ore]\ncolumn = "x"\nunit = "kg/kg"\n', "2,250", (0.5, "kWh")),
        (
            "kWh/t ore",
            '[bases.ore]\nvalue = 50\nunit = "t"\n[production]\ncolumn = "x"\nunit = "kg"\n',
            "2,200",
            (0.5, "kWh"),
        ),
        ("MWh a koz", "", "1", (1e-3 / 0.0311034768, "MWh")),
    ],
)
def test_amounts_are_carried_to_one_unit_of_product(
    tmp_path: Path, background: Path, unit: str, more: str, cells: str, expected: tuple[float, str]
) -> None:
    units = '[units]\n"MWh a koz" = { unit = "MWh/oz_troy", times = 0.001 }\n'
    if "ore" in unit:
        units += '"kWh/t ore" = { unit = "kWh/t", per = "ore" }\n'
    mapping = f'{HEAD}{more}{units}[[columns]]\ncolumn = "power"\nflow = "electricity"\nunit = "{unit}"\n'
    header = "supplier,power" + (",x" if "," in cells else "")
    filled = fill(tmp_path, f"{header}\na,{cells}\n", mapping, background)
    amount, label = amounts(filled, "a: oxide")["electricity"]
    assert (amount, label) == (near(expected[0], rel=1e-15), expected[1])


def test_a_fraction_shown_as_a_percentage_is_asked_about(tmp_path: Path, background: Path) -> None:
    # A sheet shows 0.9 as 90 %; read as 0.9 %, amounts would be a hundred times too large.
    sheet = "supplier,yield (%),electricity (kWh/kg)\na,0.9,10\n"
    yields = '[yield]\ncolumn = "yield (%)"\n'
    assert reasons(fill(tmp_path, sheet, HEAD + yields + POWER, background)) == ["yield blank or out of range"]
    filled = fill(tmp_path, sheet, HEAD + yields + 'unit = "1"\n' + POWER, background)
    assert amounts(filled, "a: oxide")["electricity"] == (near(10 / 0.9), "kWh")


def test_amounts_in_the_products_own_unit_are_bit_for_bit(tmp_path: Path, background: Path) -> None:
    filled = fill(tmp_path, "supplier,electricity (kWh/kg)\na,0.1234567890123456789\n", HEAD + POWER, background)
    assert amounts(filled, "a: oxide")["electricity"] == (0.1234567890123456789, "kWh")


def test_a_problem_stops_its_row_alone_and_says_cell_value_and_what_to_do(tmp_path: Path, background: Path) -> None:
    mapping = HEAD.replace('flow = "oxide"', 'column = "product"') + PLACE
    mapping += '[yield]\ncolumn = "yield"\n[units]\nl = "L"\n' + POWER.replace("(kWh/kg)", "")
    mapping = mapping.replace('column = "electricity "', 'column = "power"\nrequired = true\nunit_column = "unit"')
    sheet = """supplier,product,country,yield,power,unit
good,oxide,CN,1,10,kWh/kg
unit,oxide,CN,1,10,kwh/kg
dimension,oxide,CN,1,10,m3/kg
no yield,oxide,CN,,10,kWh/kg
minus yield,oxide,CN,-0.5,10,kWh/kg
big yield,oxide,CN,1.01,10,kWh/kg
text,oxide,CN,1,ten,kWh/kg
infinite,oxide,CN,1,inf,kWh/kg
huge,oxide,CN,1,1e308,kWh/kg
beyond,oxide,CN,1,1e999,kWh/kg
underscore,oxide,CN,1,1_0,kWh/kg
nowhere,oxide,Narnia,1,10,kWh/kg
blank country,oxide,,1,10,kWh/kg
blank,oxide,CN,1,,kWh/kg
minus,oxide,CN,1,-10,kWh/kg
,oxide,CN,1,10,kWh/kg
no product,,CN,1,10,kWh/kg
twice,oxide,CN,1,10,kWh/kg
twice,oxide,CN,1,11,kWh/kg
elementary,co2,CN,1,10,kWh/kg
no unit,oxide,CN,1,10,
"""
    filled = fill(tmp_path, sheet, mapping, background)
    assert reasons(filled) == [
        "",
        "unit not known",
        "unit that does not fit",
        *["yield blank or out of range"] * 3,
        "text where a number should be",
        "text where a number should be",
        "a number beyond anything measured",
        "a number beyond anything measured",
        "text where a number should be",
        "place not known",
        "supplier, product or place blank",
        "required answer blank",
        "negative answer",
        *["supplier, product or place blank"] * 2,
        *["supplier and product repeated"] * 2,
        "product that is no product",
        "unit blank",
    ]
    text = next(each.problems[0].text for each in filled.rows if each.row == 8)
    assert text == "E8 (power) is 'ten', which is no number: write a number, or leave the cell blank."
    scored = score(filled)
    assert scored.rows[0].values == (near(5.0),)
    assert {each.status for each in scored.rows[1:]} == {"not scored"}
    assert all(each.values == (None,) for each in scored.rows[1:])
    assert filled.imported is not None
    assert filled.imported.remarks[0].count == 20


def test_blank_is_not_zero(tmp_path: Path, background: Path) -> None:
    # The same blank: a gap where nothing is said, nothing where the mapping says zero.
    gas = '[[columns]]\ncolumn = "gas (kg/kg)"\nflow = "gas"\n'
    sheet = "supplier,electricity (kWh/kg),gas (kg/kg)\na,10,n/a\nb,,\n"
    words = '[sheet]\nno_answer = ["n/a"]\n'
    mapping = HEAD + words + '[place]\ncode = "CN"\n' + POWER + gas
    gap, nothing = score(fill(tmp_path, sheet, mapping, background)).rows
    assert (gap.values, gap.status) == ((near(5.0),), "cut_off")
    assert gap.notes == ("No answer in C2 (gas (kg/kg)): it counts as a missing input.",)
    assert (nothing.status, nothing.problems[0].reason) == ("not scored", "no question answered")
    zero = score(fill(tmp_path, sheet, mapping + 'blank = "zero"\n', background)).rows[0]
    assert (zero.values, zero.status) == ((near(5.0),), "complete")


def test_a_gap_blocks_the_inventory_until_it_is_cut_off(tmp_path: Path, background: Path) -> None:
    mapping = HEAD + '[place]\ncode = "CN"\n' + POWER + '[[columns]]\ncolumn = "gas (kg/kg)"\nflow = "gas"\n'
    filled = fill(tmp_path, "supplier,electricity (kWh/kg),gas (kg/kg)\na,10,\n", mapping, background)
    assert filled.imported is not None
    inventory = lca.read_inventory(write_imported(filled.imported, tmp_path / "inventory"))
    with pytest.raises(DataError, match="nobody supplies or treats 'unanswered:gas"):
        lca.score(inventory)
    footprints = lca.score(inventory, "core", lca.Policy(unlinked="cutoff"))
    (at,) = footprints.find(process_id="a: oxide")
    assert (footprints.status_of(at, 0), footprints.gaps.missing_inputs[at]) == ("cut_off", 1)


def test_an_input_nobody_supplies_stops_the_rows_that_take_it(tmp_path: Path, background: Path) -> None:
    mapping = (
        HEAD
        + '[place]\ncode = "CN"\n'
        + POWER
        + '[[columns]]\ncolumn = "acid (kg/kg)"\nflow = "acid"\nblank = "zero"\n'
    )
    mapping += '[flows.acid]\nname = "acid"\nkind = "product"\nunit = "kg"\n'
    sheet = "supplier,electricity (kWh/kg),acid (kg/kg)\na,10,\nb,10,2\n"
    filled = fill(tmp_path, sheet, mapping, background)
    refused = score(filled)
    assert [each.status for each in refused.rows] == ["complete", "not scored"]
    assert refused.rows[1].problems[0].reason == "input that nobody supplies"
    assert [each.status for each in score(filled, unlinked="cutoff").rows] == ["complete", "cut_off"]


def test_a_place_without_a_market_stops_its_row_alone(tmp_path: Path, background: Path) -> None:
    # Two makers, markets in CN and CA: in JP nobody is the one to buy from.
    sheet = "supplier,country,electricity (kWh/kg)\na,CN,10\nb,JP,10\n"
    scored = score(fill(tmp_path, sheet, HEAD + PLACE + POWER, background))
    assert scored.rows[0].values == (near(5.0),)
    assert (scored.rows[1].status, scored.rows[1].values) == ("not scored", (None,))
    assert "electricity" in scored.rows[1].problems[0].text


def test_providers_by_place(tmp_path: Path, background: Path) -> None:
    power = POWER + 'provider_by_place = { CA = "grid_CA", RAS = "grid_CN" }\n'
    sheet = "supplier,country,electricity (kWh/kg)\na,CA-ON,10\nb,JP,10\nc,BR,10\n"
    scored = score(fill(tmp_path, sheet, HEAD + PLACE + power, background))
    assert [each.values[0] for each in scored.rows] == [near(1.0), near(5.0), None]
    assert scored.rows[2].problems[0].reason == "no provider named for the place"


SCOPE_1 = """
[[columns]]
column = "scope 1 (g CO2e/kg)"
flow = "co2"
direction = "output"
counts_as_carbon_dioxide = true
"""


def test_scope_1_stands_as_carbon_dioxide(tmp_path: Path, background: Path) -> None:
    # 10 kWh x 0.5 + 250 g.
    mapping = HEAD + '[place]\ncode = "CN"\n' + POWER + SCOPE_1
    filled = fill(tmp_path, "supplier,electricity (kWh/kg),scope 1 (g CO2e/kg)\na,10,250\n", mapping, background)
    assert amounts(filled, "a: oxide")["co2"] == (0.25, "kg")
    assert score(filled).rows[0].values == (near(5.25),)


FOOTPRINT = '\n[[columns]]\ncolumn = "footprint (kg CO2e/t)"\nindicator = "ghg"\n'


@pytest.mark.parametrize("beside", ["refuse", "set_aside"])
def test_a_stated_footprint_stands_alone(tmp_path: Path, background: Path, beside: str) -> None:
    mapping = HEAD + '[place]\ncode = "CN"\n' + POWER + FOOTPRINT + f'beside_inputs = "{beside}"\n'
    sheet = "supplier,electricity (kWh/kg),footprint (kg CO2e/t)\na,,7000\nb,10,7000\n"
    alone, both = score(fill(tmp_path, sheet, mapping, background), "ghg", "energy").rows
    assert (alone.values, alone.status) == ((near(7.0), None), "missing")
    if beside == "refuse":
        assert both.problems[0].reason == "footprint stated beside inputs"
    else:
        assert both.values[0] == near(5.0)
        assert "is set aside" in both.notes[0]


def test_sources_name_file_sheet_and_row(tmp_path: Path, background: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Answers"
    for line in (["A title"], [], ["supplier", "since", "electricity (kWh/kg)"], ["a", dt.date(2024, 5, 1), 10]):
        sheet.append(line)
    book.save(tmp_path / "sheet.xlsx")
    words = '[sheet]\nname = "Answers"\nheader_row = 3\n'
    (tmp_path / "map.toml").write_text(HEAD + words + POWER, encoding="utf-8")
    filled = fill_questionnaire(tmp_path / "sheet.xlsx", mapping=tmp_path / "map.toml", background=background)
    assert filled.imported is not None
    (source,) = filled.imported.tables["sources"].to_pylist()
    assert source["citation"] == "sheet.xlsx, sheet Answers, row 4"
    own = [each for each in filled.imported.tables["exchanges"].to_pylist() if each["process_id"] == "a: oxide"]
    assert {each["source_id"] for each in own} == {source["source_id"]}
    assert own[1]["comment"] == "C4: 10.0 kWh/kg"
    assert filled.imported.tables["processes"].to_pylist()[-1]["source_id"] == source["source_id"]
    (lost,) = [each for each in filled.imported.remarks if each.is_lost]
    assert (lost.what, lost.examples) == ("columns that the mapping does not name", ("since",))
    out = tmp_path / "out.xlsx"
    write_questionnaire(score(filled, unlinked="cutoff"), out)
    written = [list(line) for line in openpyxl.load_workbook(out)["Answers"].iter_rows(values_only=True)]
    assert [line[:3] for line in written] == [
        ["A title", None, None],
        [None, None, None],
        ["supplier", "since", "electricity (kWh/kg)"],
        ["a", dt.datetime(2024, 5, 1), 10],
    ]
    assert written[2][3:] == ["ghg (kg CO2e/kg)", "status", "problems"]


def test_rows_come_back_as_they_were(tmp_path: Path, background: Path) -> None:
    sheet = 'note,supplier,electricity (kWh/kg),status\n=1+1,a,10,007\n,,,\n"b, c",b,abc,x\n'
    filled = fill(tmp_path, sheet, HEAD + '[place]\ncode = "CN"\n' + POWER, background)
    scored = score(filled)
    write_questionnaire(scored, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    given = list(csv.reader(sheet.splitlines()))
    assert [line[:4] for line in written] == given
    assert written[0][4:] == ["ghg (kg CO2e/kg)", "lcaengine status", "problems"]
    assert float(written[1][4]) == near(5.0)
    assert written[1][5:] == ["complete", ""]
    assert written[2][4:] == []
    assert written[3][4:6] == ["", "not scored"]
    assert "C4" in written[3][6]
    write_questionnaire(scored, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [each["status"] for each in table] == ["007", None, "x"]
    assert [each["lcaengine status"] for each in table] == ["complete", None, "not scored"]


def test_a_decimal_comma_is_read_where_the_mapping_says_so(tmp_path: Path, background: Path) -> None:
    sheet = "supplier;electricity (kWh/kg)\na;1,5\nb;1.500,5\n"
    mapping = HEAD + '[sheet]\ndelimiter = ";"\ndecimal = ","\n' + POWER
    filled = fill(tmp_path, sheet, mapping, background)
    assert amounts(filled, "a: oxide")["electricity"] == (1.5, "kWh")
    assert reasons(filled) == ["", "text where a number should be"]


def test_a_product_of_the_background_keeps_its_maker(tmp_path: Path) -> None:
    # The works buy oxide from its only maker; a second one would make that buy ambiguous.
    exchanges: list[Row] = [
        makes("maker", "oxide"),
        emits("maker", 1.0),
        makes("works", "ware"),
        takes("works", "oxide", 1),
    ]
    flows = [product("oxide"), product("ware"), product("electricity", "kWh")]
    place = write_inventory(tmp_path / "background", system(*exchanges, flows=flows))
    filled = fill(tmp_path, "supplier,electricity (kWh/kg)\na,10\n", HEAD + POWER, place)
    assert reasons(filled) == ["product that the background makes"]


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        ("= nonsense", "cannot be read"),
        (HEAD, "no \\[\\[columns\\]\\]"),
        (HEAD + POWER + "colour = 1\n", "key 'colour' is not known"),
        (HEAD + POWER.replace("electricity (", "power ("), "stands 0 times in the header"),
        (HEAD + POWER.replace('flow = "electricity"', 'flow = "wind"'), "'wind' is not in the background"),
        (HEAD + POWER + 'provider = "grid_MX"\n', "no process of the background"),
        (HEAD + POWER + 'provider_by_place = { Narnia = "grid_CN" }\n', "place 'Narnia'"),
        (HEAD + POWER + 'direction = "output"\n', "second product"),
        (HEAD + POWER + "required = 1\n", "required is 1"),
        (HEAD + POWER + 'per = "ore"\n', "basis 'ore' is described nowhere"),
        (HEAD + POWER + "counts_as_carbon_dioxide = true\n", "is not carbon dioxide"),
        (HEAD.replace("processing", "refining") + POWER, "stage is 'refining'"),
        (HEAD + "[sheet]\nheader_row = 50\n" + POWER, "the sheet has 2 rows"),
        (HEAD + '[place]\ncode = "XX"\n' + POWER, "place 'XX'"),
        (HEAD + '[flows.electricity]\nname = "e"\nkind = "product"\nunit = "kWh"\n' + POWER, "of the background too"),
        (HEAD + '[flows.f]\nname = "e"\nkind = "product"\nunit = "kw"\n' + POWER, "unit 'kw'"),
        (HEAD + POWER + POWER, "mapped twice"),
    ],
)
def test_a_mapping_that_does_not_hold_is_refused(tmp_path: Path, background: Path, mapping: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        fill(tmp_path, "supplier,electricity (kWh/kg)\na,10\n", mapping, background)


def test_scope_1_is_not_counted_beside_fuel_that_the_background_burns(tmp_path: Path) -> None:
    flows = [product("burned", "MJ", category="burned on site")]
    place = write_inventory(tmp_path / "background", system(makes("engine", "burned", 1.0, "MJ"), flows=flows))
    mapping = HEAD + '[[columns]]\ncolumn = "diesel (MJ/kg)"\nflow = "burned"\n' + SCOPE_1
    sheet = "supplier,diesel (MJ/kg),scope 1 (g CO2e/kg)\na,10,5\n"
    with pytest.raises(DataError, match="scope 1 would count it twice"):
        fill(tmp_path, sheet, mapping, place)
    assert reasons(fill(tmp_path, sheet, mapping + "without_burning = true\n", place)) == [""]


def test_no_row_at_all_is_an_error_of_the_import(tmp_path: Path, background: Path) -> None:
    filled = fill(tmp_path, "supplier,electricity (kWh/kg)\na,abc\n", HEAD + POWER, background)
    assert filled.imported is None
    assert score(filled).rows[0].status == "not scored"
    with pytest.raises(DataError, match="no row can be carried; row 2: B2"):
        read_questionnaire(tmp_path / "sheet.csv", mapping=tmp_path / "map.toml", background=background)


EXAMPLE = lca.find_example("two-suppliers").parent / "questionnaire"


def test_the_example_is_scored(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    words = ["questionnaire", EXAMPLE / "suppliers.csv", "--mapping", EXAMPLE / "mapping.toml"]
    words += ["--background", "example:neodymium-magnet", "-o", tmp_path / "scored.csv"]
    code, printed, _ = run(*words, "--indicator", "energy_site", "--indicator", "water_withdrawal")
    assert code == 0
    assert "Not scored: 5 of 8 rows" in printed
    with (tmp_path / "scored.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[3:]
    # Alpha: (12 kWh x 3.6 + 40 MJ) / 0.9; Beta: (9 x 3.6 + 60) / 0.8; Gamma: 15 x 3.6 / 0.95, its gas is not answered.
    energy = [(12 * 3.6 + 40) / 0.9, (9 * 3.6 + 60) / 0.8, 15 * 3.6 / 0.95]
    assert [float(each[10]) for each in rows[:3]] == [near(value) for value in energy]
    assert all(float(each[11]) > float(each[8]) for each in rows[:3])  # the power's water comes on top
    assert [each[12] for each in rows] == ["proxy", "proxy", "cut_off", *["not scored"] * 5]
    assert json.loads((tmp_path / "scored.run.json").read_text(encoding="utf-8"))["run"]["unlinked"] == "refuse"


def test_the_example_is_imported(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    words = ["import", "questionnaire", EXAMPLE / "suppliers.csv", tmp_path / "inventory"]
    words += ["--mapping", EXAMPLE / "mapping.toml", "--background", "example:neodymium-magnet"]
    code, printed, _ = run(*words)
    assert code == 0
    assert "5 x rows with a problem" in printed
    joined = lca.read_inventory(tmp_path / "inventory")
    beside = lca.read_inventory(lca.find_example("neodymium-magnet"))
    assert len(joined.processes) == len(beside.processes) + 3
    # The background scores as it did.
    scored, before = lca.score(joined, "core", lca.Policy(unlinked="cutoff")), lca.score(beside)
    assert scored.get("ghg", process_id="a_magnet") == near(before.get("ghg", process_id="a_magnet"), rel=1e-12)
