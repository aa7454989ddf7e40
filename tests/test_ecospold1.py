"""EcoSpold 1: each field's meaning by hand, hostile documents, and US LCI FY20.Q4 against its own XML."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lcaengine.errors import DataError, LcaError
from lcaengine.formats import Imported
from lcaengine.formats.compartments import find_compartment
from lcaengine.formats.ecospold.ecospold1 import read_ecospold1
from tests.conftest import Run
from tests.imported import Fields, count_links, find, ghg, name_link, remarks, rows
from tests.shared_data import SHARED_DATA

USLCI = SHARED_DATA / "packages/uslci_fy20q4_ecospold1.zip"


def exchange(number: int, name: str, amount: object, group: str, unit: object = "kg", **more: object) -> str:
    """Write an exchange; `group` is i5 for an input of group 5, o0 for an output of group 0."""
    tag = "inputGroup" if group[0] == "i" else "outputGroup"
    fields = {"number": number, "name": name, "meanValue": amount, "unit": unit, **more}
    written = " ".join(f'{key}="{value}"' for key, value in fields.items())
    return f"<exchange {written}><{tag}>{group[1:]}</{tag}></exchange>"


def dataset(number: object, name: str, *flows: str, location: str = "CN", kind: int = 1, more: str = "") -> str:
    return (
        f'<dataset number="{number}"><metaInformation><processInformation><referenceFunction name="{name}" unit="kg" '
        f'amount="1" category="metals" generalComment="as measured"/><geography location="{location}" text="a valley"/>'
        f'<technology text="a furnace"/>{more}<dataSetInformation type="{kind}"/></processInformation>'
        '<modellingAndValidation><source number="7" firstAuthor="Doe" year="2001" title="On steel"/>'
        '</modellingAndValidation><administrativeInformation><dataEntryBy person="3"/>'
        '<dataGeneratorAndPublication person="3" referenceToPublishedSource="7"/><person number="3" name="A. Person"/>'
        f"</administrativeInformation></metaInformation><flowData>{''.join(flows)}</flowData></dataset>"
    )


def read(folder: Path, *datasets: str) -> Imported:
    path = folder / "small.xml"
    head = '<?xml version="1.0" encoding="UTF-8"?><ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01">'
    path.write_text(f"{head}{''.join(datasets)}</ecoSpold>", encoding="utf-8")
    return read_ecospold1(path)


STEEL = exchange(1, "steel", 1, "o0")


def test_a_data_set_keeps_what_it_says(tmp_path: Path) -> None:
    period = "<timePeriod><startYear>2001</startYear><endYearMonth>2004-02</endYearMonth></timePeriod>"
    ore = exchange(
        9, "ore", "1.6000000000000001", "i4", category="resource", subCategory="in ground", CASNumber="007439-89-6"
    )
    coal = exchange(2, "coal", 0.5, "i1", location="AU", generalComment="(2,3,1,4,3,5); weighed", category="fuels")
    imported = read(
        tmp_path, dataset(1, "steel", STEEL, ore, coal, more=period), dataset(2, "coal", exchange(2, "coal", 1, "o0"))
    )
    steel = rows(imported, "processes")[0]
    assert steel["process_id"] == "1"
    assert steel["name"] == "steel"
    assert steel["location"] == "CN"
    assert str(steel["valid_from"]) == "2001-01-01"
    assert str(steel["valid_until"]) == "2004-02-29"
    for said in ("as measured", "category: metals", "geography: a valley", "technology: a furnace"):
        assert said in str(steel["comment"])
    made, taken, bought = rows(imported, "exchanges")[:3]
    assert made["is_reference"] is True
    assert (taken["amount"], taken["direction"]) == (float("1.6000000000000001"), "input")
    assert (bought["provider_id"], bought["location"], bought["pedigree"]) == ("2", "AU", "2;3;1;4;3")
    assert bought["comment"] == "(2,3,1,4,3,5); weighed"
    flows = {row["flow_id"]: row for row in rows(imported, "flows")}
    assert flows["9"] == {
        "flow_id": "9",
        "name": "ore",
        "kind": "elementary",
        "unit": "kg",
        "compartment": "resource",
        "sub_compartment": "in ground",
        "cas_number": "7439-89-6",
    }
    assert flows["2"]["category"] == "fuels"
    source = rows(imported, "sources")[0]
    assert source["source_id"] == made["source_id"] == steel["source_id"]
    for said in ("data set 1 in small.xml", "[7] Doe, 2001, On steel", "made by A. Person", "published in [7]"):
        assert said in str(source["citation"])


def distribution(folder: Path, amount: object, **fields: object) -> Fields:
    imported = read(folder, dataset(1, "steel", STEEL, exchange(9, "ore", amount, "i4", category="resource", **fields)))
    kept = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative")
    return {name: value for name, value in rows(imported, "exchanges")[1].items() if name in kept}


def test_distributions(tmp_path: Path) -> None:
    # EcoSpold01FlowData.xsd, fields 3708 and 3709: lognormal, SDg^2: sigma = ln(SDg^2) / 2; SDg^2 = 1.44, SDg = 1.2.
    found = distribution(tmp_path, 2, uncertaintyType=1, standardDeviation95=1.44)
    assert found == {"uncertainty_type": "lognormal", "loc": math.log(2), "scale": pytest.approx(math.log(1.2))}
    assert distribution(tmp_path, 2, standardDeviation95=1.44) == found  # lognormal is the default
    found = distribution(tmp_path, -2, uncertaintyType=1, standardDeviation95=1.44)
    assert (found["loc"], found["negative"]) == (math.log(2), True)
    # Normal: twice the standard deviation.
    found = distribution(tmp_path, 2, uncertaintyType=2, standardDeviation95=0.5)
    assert found == {"uncertainty_type": "normal", "loc": 2.0, "scale": 0.25}
    found = distribution(tmp_path, 2, uncertaintyType=3, minValue=1, maxValue=4, mostLikelyValue=2.5)
    assert found == {"uncertainty_type": "triangular", "loc": 2.5, "minimum": 1.0, "maximum": 4.0}
    # Field 3797: mean = (min + most likely + max) / 3; 2 = (1 + 1.5 + 3.5) / 3.
    found = distribution(tmp_path, 2, uncertaintyType=3, minValue=1, maxValue=3.5)
    assert found["loc"] == 1.5
    found = distribution(tmp_path, 2, uncertaintyType=4, minValue=1, maxValue=3)
    assert found == {"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 3.0}
    assert distribution(tmp_path, 2, uncertaintyType=1, standardDeviation95=1) == {
        "uncertainty_type": "none",
        "loc": 2.0,
    }


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"uncertaintyType": 1, "standardDeviation95": 0}, "no spread"),
        ({"uncertaintyType": 1, "standardDeviation95": 0.5}, "incomplete"),
        ({"uncertaintyType": 0, "standardDeviation95": 2}, "incomplete"),
        ({"uncertaintyType": 2, "minValue": 1}, "incomplete"),
        ({"uncertaintyType": 4, "minValue": 1}, "incomplete"),
        ({"uncertaintyType": 3, "minValue": 3, "maxValue": 1}, "contradict"),
        ({"uncertaintyType": 1, "standardDeviation95": "INF"}, "infinite"),
        ({"uncertaintyType": 4, "minValue": "NaN", "maxValue": 2}, "infinite"),
    ],
)
def test_distributions_that_say_nothing_are_reported(tmp_path: Path, fields: Fields, what: str) -> None:
    flow = exchange(9, "ore", 2, "i4", category="resource", **fields)
    imported = read(tmp_path, dataset(1, "steel", STEEL, flow))
    assert find(imported, what) == 1
    assert rows(imported, "exchanges")[1]["amount"] == 2.0
    assert "uncertainty_type" not in rows(imported, "exchanges")[1]


def allocate(product: int, fraction: object, *exchanges: int) -> str:
    named = "".join(f"<referenceToInputOutput>{each}</referenceToInputOutput>" for each in exchanges)
    return (
        f'<allocation referenceToCoProduct="{product}" allocationMethod="1" fraction="{fraction}" '
        f'explanations="by price">{named}</allocation>'
    )


HEAT = exchange(11, "heat", 3, "o2", "MJ")
GAS = exchange(9, "Carbon dioxide, fossil", 2, "o4", category="air", subCategory="unspecified")
COAL = exchange(8, "coal in ground", 1, "i4", category="resource", subCategory="in ground")


def test_fractions_that_are_alike_are_as_given(tmp_path: Path) -> None:
    flows = (STEEL, HEAT, GAS, COAL, allocate(1, 75, 9, 8), allocate(11, 25, 9, 8))
    imported = read(tmp_path, dataset(1, "steel", *flows))
    assert rows(imported, "processes")[0]["allocation"] == "as_given"
    assert "by price" in str(rows(imported, "processes")[0]["comment"])
    shares = [(row["product_flow_id"], row["factor"]) for row in rows(imported, "allocation")]
    assert shares == [("1", 0.75), ("11", 0.25)]


def test_fractions_by_exchange_are_causal(tmp_path: Path) -> None:
    flows = (STEEL, HEAT, GAS, COAL, allocate(1, 75, 9), allocate(11, 25, 9), allocate(1, 100, 8), allocate(11, 0, 8))
    imported = read(tmp_path, dataset(1, "steel", *flows))
    assert rows(imported, "processes")[0]["allocation"] == "causal"
    shares = {(r["product_flow_id"], r.get("exchange_flow_id")): r["factor"] for r in rows(imported, "allocation")}
    assert shares == {
        ("1", None): 1.0,
        ("11", None): 0.0,
        ("1", "9"): 0.75,
        ("11", "9"): 0.25,
        ("1", "8"): 1.0,
        ("11", "8"): 0.0,
    }
    # 2 kg of CO2 for 1 kg of steel and 3 MJ of heat: 2 * 0.75 / 1 a kg, 2 * 0.25 / 3 a MJ; the coal is steel's alone.
    scores = ghg(imported, tmp_path, "1", "11")
    assert scores == pytest.approx({"1": 1.5, "11": 0.5 / 3})


def test_fractions_that_leave_an_exchange_out_are_its_references(tmp_path: Path) -> None:
    # CO2 is shared 60 to 40; methane is not named, and stays with the steel: 0.6 * 2 + 29.8 = 31 a kg of steel, and
    # 0.4 * 2 a 3 MJ of heat.
    methane = exchange(7, "Methane, fossil", 1, "o4", category="air", subCategory="unspecified")
    shared = allocate(1, 60, 9) + allocate(11, 40, 9)
    imported = read(tmp_path, dataset(1, "steel", STEEL, HEAT, GAS, methane, shared))
    assert rows(imported, "processes")[0]["allocation"] == "causal"
    found = ghg(imported, tmp_path, "1", "11")
    assert found == {"1": pytest.approx(31.0), "11": pytest.approx(0.8 / 3)}


def test_fractions_of_zero_need_not_be_written(tmp_path: Path) -> None:
    # All CO2 is the steel's, all methane the heat's: 2 kg, and 29.8 kg a 3 MJ.
    methane = exchange(7, "Methane, fossil", 1, "o4", category="air", subCategory="unspecified")
    shared = allocate(1, 100, 9) + allocate(11, 100, 7)
    imported = read(tmp_path, dataset(1, "steel", STEEL, HEAT, GAS, methane, shared))
    found = ghg(imported, tmp_path, "1", "11")
    assert found == {"1": pytest.approx(2.0), "11": pytest.approx(29.8 / 3)}


def test_co_products_without_fractions_carry_nothing(tmp_path: Path) -> None:
    assert rows(read(tmp_path, dataset(1, "steel", STEEL, HEAT)), "processes")[0]["allocation"] == "none"


def test_a_multi_output_data_set_of_co_products_only(tmp_path: Path) -> None:
    # ecoinvent 2: the reference function of such a data set is a name, its products are all of group 2.
    flows = (exchange(21, "a", 1, "o2"), exchange(22, "b", 1, "o2"), GAS, allocate(21, 40, 9), allocate(22, 60, 9))
    user = dataset(5, "c", exchange(5, "c", 1, "o0"), exchange(22, "b", 2, "i5"))
    imported = read(tmp_path, dataset(4, "a and b, at plant", *flows, kind=5), user)
    assert [row["flow_id"] for row in rows(imported, "exchanges") if row.get("is_reference")] == ["21", "5"]
    assert any("several equal products" in what for what in remarks(imported))
    # c takes 2 b, and b carries 0.6 of 2 kg.
    scores = ghg(imported, tmp_path, "21", "22", "5")
    assert scores == pytest.approx({"21": 0.8, "22": 1.2, "5": 2.4})


def test_avoided_products_are_substituted(tmp_path: Path) -> None:
    maker = dataset(
        3, "heat", exchange(3, "heat", 1, "o0", "MJ"), exchange(9, "Carbon dioxide, fossil", 1, "o4", category="air")
    )
    imported = read(tmp_path, dataset(1, "steel", STEEL, exchange(3, "heat", 2, "o1", "MJ")), maker)
    row = rows(imported, "exchanges")[1]
    assert (row["direction"], row["is_avoided"], row["amount"]) == ("output", True, 2.0)
    scores = ghg(imported, tmp_path, "1", "3")
    assert scores == pytest.approx({"1": -2.0, "3": 1.0})


@pytest.mark.parametrize(
    ("made", "group", "sent", "amount"),
    [(-1, "i5", -3, 3.0), (-1, "o3", 3, 3.0), (1, "o3", 3, 3.0), (1, "i5", 3, 3.0)],
)
def test_waste_treatment(tmp_path: Path, made: int, group: str, sent: int, amount: float) -> None:
    # Whether a treatment takes -1 of a waste or sells 1 of a service, 3 kg sent there cost three times what one does.
    landfill = dataset(
        2, "landfill", exchange(2, "slag", made, "o0"), exchange(9, "Carbon dioxide, fossil", 0.5, "o4", category="air")
    )
    imported = read(tmp_path, dataset(1, "steel", STEEL, exchange(2, "slag", sent, group)), landfill)
    kind = {row["flow_id"]: row["kind"] for row in rows(imported, "flows")}["2"]
    row = rows(imported, "exchanges")[1]
    assert (kind, row["direction"], row["amount"]) == (
        ("waste", "output", amount) if made < 0 else ("product", "input", amount)
    )
    scores = ghg(imported, tmp_path, "1", "2")
    assert scores == pytest.approx({"1": 1.5, "2": 0.5})


def test_waste_that_nobody_treats(tmp_path: Path) -> None:
    imported = read(tmp_path, dataset(1, "steel", STEEL, exchange(4, "dust", 2, "o3")))
    assert rows(imported, "flows")[1]["kind"] == "waste"
    assert rows(imported, "exchanges")[1]["direction"] == "output"


def test_providers_must_make_that_product(tmp_path: Path) -> None:
    # 2 is a data set that makes coal under a number of its own; 3 makes something else than what bears its number.
    taken = (exchange(2, "coal", 1, "i5"), exchange(3, "coke", 1, "i5"), exchange(40, "gas", 1, "i5"))
    others = (
        dataset(2, "coal", exchange(77, "coal", 1, "o0")),
        dataset(3, "brick", exchange(78, "brick", 1, "o0")),
    )
    taken_rows = rows(read(tmp_path, dataset(1, "steel", STEEL, *taken), *others), "exchanges")[1:4]
    assert [(row["flow_id"], row.get("provider_id")) for row in taken_rows] == [("77", "2"), ("3", None), ("40", None)]


def test_one_number_for_several_things(tmp_path: Path) -> None:
    wood = [exchange(9, "Wood", 1, "i4", unit, category="resource", subCategory="biotic") for unit in ("kg", "MJ", "t")]
    imported = read(tmp_path, dataset(1, "steel", STEEL, *wood), dataset(5, "brick", exchange(1, "brick", 1, "o0")))
    flows = [row["flow_id"] for row in rows(imported, "exchanges")]
    assert flows == ["1:steel", "9", "9:resource/biotic:MJ", "9", "1:brick"]  # 1 t is kg already
    assert len(rows(imported, "flows")) == 4


def test_units_are_converted_with_their_distribution(tmp_path: Path) -> None:
    # 2 short tons, a lognormal of median 2: 2 * 907.18474 kg, mu = ln 2 + ln 907.18474, sigma as it was.
    ore = exchange(9, "ore", 2, "i4", "sh tn", category="resource", uncertaintyType=1, standardDeviation95=1.44)
    row = rows(read(tmp_path, dataset(1, "steel", STEEL, ore)), "exchanges")[1]
    assert (row["amount"], row["unit"]) == (1814.36948, "kg")
    assert row["loc"] == pytest.approx(math.log(1814.36948), rel=1e-14)
    assert row["scale"] == pytest.approx(math.log(1.2), rel=1e-14)


def test_what_is_no_process_is_reported(tmp_path: Path) -> None:
    impact = '<exchange number="1" name="CO2" unit="kg" meanValue="1"/>'
    others = (dataset(2, "warming", impact, kind=4), dataset(3, "CO2", impact, kind=3), dataset(4, "empty", COAL))
    imported = read(tmp_path, dataset(1, "steel", STEEL, COAL), *others)
    assert [row["process_id"] for row in rows(imported, "processes")] == ["1"]
    assert [find(imported, word) for word in ("impact categories", "definitions", "make nothing")] == [1, 1, 1]


def test_compartments() -> None:
    # The contexts of the Federal Elementary Flow List, as openLCA writes the last two levels of their path.
    cases = {
        ("emission", "ground", False): ("soil", ""),
        ("human-dominated", "industrial", False): ("soil", "human-dominated/industrial"),
        ("resource", "water", True): ("resource", "water"),
        ("water", "subterranean", True): ("resource", "water/subterranean"),
        ("saline water body", "ocean", False): ("water", "saline water body/ocean"),
        ("air", "low population density", False): ("air", "low population density"),
        ("water", "ground-", False): ("water", "ground-"),
        ("natural resource", "in ground", True): ("resource", "in ground"),
        ("inventory indicator", "waste", False): ("inventory indicator", "waste"),
        ("", "", False): ("", ""),
    }
    assert {case: find_compartment(*case) for case in cases} == cases


HEAD = '<?xml version="1.0"?>'
BOMB = "".join(f'<!ENTITY x{at} "{f"&x{at - 1};" * 10}">' for at in range(1, 20))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "no XML"),
        ("no xml", "no XML"),
        ("<ecoSpold/>", "no EcoSpold 1 data set"),
        ("<html><body/></html>", "no EcoSpold 1 data set"),
        (f"{HEAD}<!DOCTYPE e [<!ENTITY x0 'ha'>{BOMB}]><ecoSpold>&x19;</ecoSpold>", "document type"),
        (f"{HEAD}<!--{'-=' * 40000}--><!DOCTYPE e [<!ENTITY x 'y'>]>{dataset(1, '&x;', STEEL)}", "document type"),
        ('<!DOCTYPE e SYSTEM "file:///etc/passwd"><ecoSpold/>', "document type"),
        ("<a>" * 5000 + "</a>" * 5000, "no XML"),
        (dataset(1, "steel", STEEL)[:-20], "no XML"),
        (dataset("", "steel", STEEL), "number is missing"),
        (dataset(1, "steel", exchange(1, "steel", "NaN", "o0")), "nan"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "1e308", "i5")), "beyond anything measured"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "INF", "i5")), "beyond anything measured"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "1e999", "i5")), "beyond anything measured"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "1,5", "i5")), "no number"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "1_5", "i5")), "no number"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", "", "i5")), "meanValue is missing"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", 1, "i7")), "no meaning"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", 1, "inan")), "no meaning"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", 1, "i")), "neither input nor output"),
        (dataset(1, "steel", STEEL, exchange(1, "", 1, "i5")), "name is missing"),
        (dataset(1, "steel", STEEL, exchange(1, "steel", 1, "i5", unit="")), "unit is missing"),
        (dataset(1, "", STEEL), "name of processes is empty"),
        (dataset(1, "steel", STEEL, more="<timePeriod><startYear>0000</startYear></timePeriod>"), "calendar"),
        (dataset(1, "steel", STEEL, more="<timePeriod><endYear>0000</endYear></timePeriod>"), "calendar"),
        (dataset(1, "steel", STEEL, more="<timePeriod><endYearMonth>2001-13</endYearMonth></timePeriod>"), "calendar"),
        (dataset(1, "steel", STEEL, more="<timePeriod><endDate>soon</endDate></timePeriod>"), "no date"),
        (f"<e>{dataset(1, 'steel', STEEL)}{dataset(1, 'brick', STEEL)}</e>", "stands twice"),
        (dataset(1, "steel", COAL), "there are no processes"),
    ],
)
def test_hostile_documents(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LcaError, match=what) as error:
        read_ecospold1(path)
    assert error.value.fix


def test_hostile_encodings(tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    text = f"<e>{dataset(1, 'stähl', STEEL)}</e>"
    for content in (
        text.encode("latin-1"),
        f'<?xml version="1.0" encoding="none"?>{text}'.encode(),
        b"\xff\xfe" + text.encode(),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match="no XML"):
            read_ecospold1(path)
    path.write_bytes(f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16"))
    assert rows(read_ecospold1(path), "processes")[0]["name"] == "stähl"
    path.write_bytes(f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE e>{text}'.encode("utf-16"))
    with pytest.raises(DataError, match="document type"):
        read_ecospold1(path)


def test_zips(tmp_path: Path) -> None:
    path = tmp_path / "source.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b/2.XML", f"<e>{dataset(2, 'brick', exchange(2, 'brick', 1, 'o0'))}</e>")
        archive.writestr("a/1.xml", f"<e>{dataset(1, 'steel', STEEL)}</e>")
        archive.writestr("a/categories.xml", "<categories/>")
    imported = read_ecospold1(path)
    assert [row["process_id"] for row in rows(imported, "processes")] == ["1", "2"]
    assert remarks(imported)["files without data sets"] == 1
    for name, content in (("../1.xml", "<e/>"), ("1.xml", "<e>" + " " * 30_000_000 + "</e>")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        with pytest.raises(DataError):
            read_ecospold1(path)


def test_the_command_writes_an_inventory_or_nothing(run: Run, tmp_path: Path) -> None:
    path, target = tmp_path / "small.xml", tmp_path / "inventory"
    path.write_text(dataset(1, "steel", STEEL, exchange(9, "ore", "1e308", "i4")), encoding="utf-8")
    code, _, err = run("import", "ecospold1", str(path), str(target))
    assert code == 2
    assert "beyond anything measured" in err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["small.xml"]
    path.write_text(dataset(1, "steel", STEEL, GAS), encoding="utf-8")
    assert run("import", "ecospold1", str(path), str(target))[0] == 0
    code, out, _ = run("score", str(target), "--indicator", "ghg", "--json")
    assert code == 0
    assert [r["value"] for r in json.loads(out)["results"] if r["stage"] == "total"] == [2.0]


@pytest.fixture(scope="module")
def uslci() -> tuple[Imported, ET.Element]:
    if not USLCI.exists():
        pytest.skip(f"no {USLCI.name}: the data at hand are absent")
    with zipfile.ZipFile(USLCI) as archive:
        root = ET.parse(io.BytesIO(archive.read(archive.namelist()[0]))).getroot()
    return read_ecospold1(USLCI), root


NS = "{http://www.EcoInvent.org/EcoSpold01}"
DIMENSIONS = {"kWh": "MJ", "kJ": "MJ", "MWh": "MJ", "l": "m3", "t": "kg", "kg*km": "t*km"}
"""Units of FY20.Q4 that another one of the same dimension stands for here."""


def test_uslci_is_whole(uslci: tuple[Imported, ET.Element]) -> None:
    imported, root = uslci
    amounts = [(d.get("number"), float(e.get("meanValue", ""))) for d in root for e in d.iter(f"{NS}exchange")]
    assert imported.tables["processes"].num_rows == len(root) == 631
    assert imported.tables["exchanges"].num_rows == len(amounts) == 36647
    table = imported.tables["exchanges"]
    # All units are read as they are written, so amounts are the file's, bit for bit.
    assert list(zip(table["process_id"].to_pylist(), table["amount"].to_pylist(), strict=True)) == amounts
    kinds = Counter(imported.tables["flows"]["kind"].to_pylist())
    assert set(kinds) == {"product", "waste", "elementary"}
    json.dumps(imported.to_report())


def test_uslci_inputs_are_linked_as_counted(uslci: tuple[Imported, ET.Element]) -> None:
    imported, root = uslci
    makers: dict[tuple[str, str], list[bool]] = defaultdict(list)
    inputs: list[tuple[str, str]] = []
    for each in root.iter(f"{NS}exchange"):
        unit = each.get("unit", "")
        key = each.get("number", ""), DIMENSIONS.get(unit, unit)
        if each.findtext(f"{NS}outputGroup") in ("0", "2"):
            makers[key].append(each.findtext(f"{NS}outputGroup") == "0")
        elif each.findtext(f"{NS}inputGroup") == "5":
            inputs.append(key)
    counted = Counter(name_link(makers.get(key, [])) for key in inputs)

    found = count_links(imported)
    found["unlinked"] -= 1  # the one waste of group 3 that is also bought as a product stands as an input
    assert found == counted
    assert sum(counted.values()) == 6581
