"""EcoSpold 2: each field's meaning by hand, hostile files, and US LCI FY18.Q1 against its own XML."""

from __future__ import annotations

import math
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from lcaengine.errors import DataError, LcaError
from lcaengine.formats import Imported
from lcaengine.formats.ecospold.ecospold2 import read_ecospold2
from tests.imported import Fields, count_links, find, ghg, name_link, rows
from tests.shared_data import SHARED_DATA

PACKAGES = SHARED_DATA / "packages"
USLCI = PACKAGES / "uslci_fy18q1_ecospold2.zip"


def write(fields: dict[str, object]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in fields.items())


def product(flow: str, amount: object, group: str, inside: str = "", unit: str = "kg", **more: object) -> str:
    """Write an intermediate exchange; `group` is i5 for an input of group 5, o0 for an output of group 0."""
    tag = "inputGroup" if group[0] == "i" else "outputGroup"
    fields = write({"id": "x", "intermediateExchangeId": flow, "amount": amount, **more})
    names = f'<name xml:lang="de">Ding</name><name xml:lang="en">{flow}</name><unitName>{unit}</unitName>'
    return f"<intermediateExchange {fields}>{names}{inside}<{tag}>{group[1:]}</{tag}></intermediateExchange>"


def nature(flow: str, amount: object, group: str = "o4", inside: str = "", unit: str = "kg", **more: object) -> str:
    """Write an elementary exchange to the air, or from the ground."""
    tag = "inputGroup" if group[0] == "i" else "outputGroup"
    fields = write({"id": "x", "elementaryExchangeId": flow, "amount": amount, **more})
    place = ("natural resource", "in ground") if tag == "inputGroup" else ("air", "unspecified")
    compartment = f"<compartment>{place[0]}</compartment><subcompartment>{place[1]}</subcompartment>"
    return (
        f"<elementaryExchange {fields}><name>{flow}</name><unitName>{unit}</unitName>"
        f"<compartment>{compartment}</compartment>{inside}<{tag}>{group[1:]}</{tag}></elementaryExchange>"
    )


DATES = 'startDate="2001-01-01" endDate="2004-12-31"'


def document(activity: str, *flows: str, fields: str = "", root: str = "activityDataset", dates: str = DATES) -> str:
    return (
        f'<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold02"><{root}><activityDescription>'
        f'<activity id="{activity}" type="1" specialActivityType="1" {fields}><activityName>{activity} at work'
        '</activityName><generalComment><text index="1" xml:lang="en">as measured</text></generalComment></activity>'
        "<geography><shortname>CN-NM</shortname></geography>"
        f"<timePeriod {dates}/></activityDescription>"
        f"<flowData>{''.join(flows)}</flowData><administrativeInformation>"
        '<dataEntryBy personName="A. Person" personEmail="a@example.org"/>'
        '<dataGeneratorAndPublication personName="B. Person" publishedSourceYear="2001" '
        f'publishedSourceFirstAuthor="Doe"/></administrativeInformation></{root}></ecoSpold>'
    )


def read(folder: Path, **documents: str) -> Imported:
    """Write files by name, and read them."""
    place = folder / "datasets"
    place.mkdir()
    for name, text in documents.items():
        (place / f"{name}.spold").write_text(text, encoding="utf-8")
    return read_ecospold2(place)


GAS = nature("Carbon dioxide, fossil", 2)


def test_a_data_set_keeps_what_it_says(tmp_path: Path) -> None:
    parameter = (
        '<parameter parameterId="q" variableName="loss" amount="0.1" mathematicalRelation="1/10"><name>loss</name>'
        "<unitName>dimensionless</unitName></parameter>"
    )
    pedigree = (
        '<uncertainty><lognormal meanValue="0.5" mu="-0.7" variance="0.01" varianceWithPedigreeUncertainty="0.04"/>'
        '<pedigreeMatrix reliability="2" completeness="3" temporalCorrelation="1" geographicalCorrelation="4" '
        'furtherTechnologyCorrelation="3"/><comment xml:lang="en">from a table</comment></uncertainty>'
    )
    classified = (
        "<classification><classificationSystem>CPC</classificationSystem><classificationValue>4111: Pig iron"
        "</classificationValue></classification>"
    )
    steel = document(
        "a",
        product("steel", 1, "o0", classified, productionVolumeAmount=5e9),
        product("coal", 0.5, "i5", f"<comment xml:lang='en'>weighed</comment>{pedigree}", activityLinkId="b").replace(
            'id="x"', 'id="x" variableName="fuel" mathematicalRelation="loss * 5" casNumber="007440-44-0"'
        ),
        nature("ore", "1.6000000000000001", "i4"),
        parameter,
    )
    imported = read(tmp_path, a=steel, b=document("b", product("coal", 1, "o0")))
    process = rows(imported, "processes")[0]
    assert (process["process_id"], process["name"], process["location"]) == ("a", "a at work", "CN-NM")
    assert (process["production_amount"], process["production_unit"]) == (5e9, "kg")
    assert (str(process["valid_from"]), str(process["valid_until"])) == ("2001-01-01", "2004-12-31")
    for said in ("as measured", "market activity", "parameter loss = 0.1 dimensionless = 1/10"):
        assert said in str(process["comment"])
    made, bought, ore = rows(imported, "exchanges")[:3]
    assert made["is_reference"] is True
    assert (bought["provider_id"], bought["pedigree"], bought["loc"], bought["scale"]) == ("b", "2;3;1;4;3", -0.7, 0.2)
    assert bought["comment"] == "weighed; variable: fuel; formula: loss * 5; uncertainty: from a table"
    assert ore["amount"] == float("1.6000000000000001")
    flows = {row["flow_id"]: row for row in rows(imported, "flows")}
    assert flows["ore"] == {
        "flow_id": "ore",
        "name": "ore",
        "kind": "elementary",
        "unit": "kg",
        "compartment": "resource",
        "sub_compartment": "in ground",
    }
    assert (flows["coal"]["name"], flows["coal"]["cas_number"]) == ("coal", "7440-44-0")
    assert flows["steel"]["category"] == "4111: Pig iron"
    (source, _) = rows(imported, "sources")
    assert source["source_id"] == process["source_id"] == made["source_id"]
    for said in ("data set a in a.spold", "Doe, 2001", "entered by A. Person, a@example.org", "made by B. Person"):
        assert said in str(source["citation"])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '<lognormal meanValue="2" mu="0.69" variance="0.01" varianceWithPedigreeUncertainty="0.09"/>',
            {"uncertainty_type": "lognormal", "loc": 0.69, "scale": 0.3},
        ),
        (
            '<lognormal meanValue="2" variance="0.09"/>',
            {"uncertainty_type": "lognormal", "loc": math.log(2), "scale": 0.3},
        ),
        (
            '<normal meanValue="2" variance="0.04" varianceWithPedigreeUncertainty="0.09"/>',
            {"uncertainty_type": "normal", "loc": 2.0, "scale": 0.3},
        ),
        (
            '<triangular minValue="1" mostLikelyValue="2" maxValue="4"/>',
            {"uncertainty_type": "triangular", "loc": 2.0, "minimum": 1.0, "maximum": 4.0},
        ),
        ('<uniform minValue="1" maxValue="3"/>', {"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 3.0}),
        (  # shapes 1 + 4 (m - a) / (b - a) and 6 less that: a beta-PERT of lambda 4
            '<beta minValue="1" mostFrequentValue="2" maxValue="5"/>',
            {"uncertainty_type": "beta_pert", "loc": 2.0, "minimum": 1.0, "maximum": 5.0, "scale": 4.0},
        ),
        (
            '<gamma shape="2" scale="-0.5" minValue="1"/>',
            {"uncertainty_type": "gamma", "loc": 1.0, "scale": 0.5, "shape": 2.0},
        ),
    ],
)
def test_distributions(tmp_path: Path, written: str, expected: Fields) -> None:
    ore = nature("ore", 2, "i4", f"<uncertainty>{written}</uncertainty>")
    row = rows(read(tmp_path, a=document("a", product("steel", 1, "o0"), ore)), "exchanges")[1]
    kept = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative")
    assert {name: value for name, value in row.items() if name in kept} == expected


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('<lognormal meanValue="2" mu="0.69" variance="0" varianceWithPedigreeUncertainty="0"/>', "no spread"),
        ('<lognormal meanValue="2" mu="0.69" varianceWithPedigreeUncertainty="Infinity"/>', "infinite"),
        ('<lognormal meanValue="2" mu="NaN" variance="0.1"/>', "infinite"),
        ('<lognormal meanValue="2" mu="0.69"/>', "incomplete"),
        ('<uniform minValue="1"/>', "incomplete"),
        ('<uniform minValue="3" maxValue="1"/>', "contradict"),
        ('<binomial n="3" p="0.5"/>', "binomial"),
        ('<undefined minValue="1" maxValue="3" standardDeviation95="1"/>', "undefined"),
        ('<pedigreeMatrix reliability="9" completeness="3"/>', "pedigree"),
    ],
)
def test_distributions_that_say_nothing_are_reported(tmp_path: Path, written: str, what: str) -> None:
    ore = nature("ore", 2, "i4", f"<uncertainty>{written}</uncertainty>")
    imported = read(tmp_path, a=document("a", product("steel", 1, "o0"), ore))
    assert find(imported, what) == 1
    row = rows(imported, "exchanges")[1]
    assert row["amount"] == 2.0
    assert not {"uncertainty_type", "pedigree"} & set(row)


def test_activity_links_go_by_activity_and_product(tmp_path: Path) -> None:
    # A refinery of an allocated system is two files of one activity; the other product stands in each with amount zero.
    petrol = document("r", product("petrol", 1, "o0"), product("diesel", 0, "o0"), GAS)
    diesel = document("r", product("petrol", 0, "o0"), product("diesel", 1, "o0"), nature("Carbon dioxide, fossil", 3))
    truck = document("t", product("haul", 1, "o0"), product("diesel", 2, "i5", activityLinkId="r"))
    car = document(
        "c",
        product("drive", 1, "o0"),
        product("petrol", 1, "i5", activityLinkId="r"),
        product("diesel", 1, "i5", activityLinkId="nobody"),
        product("haul", 1, "i5", activityLinkId="r"),
    )
    imported = read(tmp_path, r_petrol=petrol, r_diesel=diesel, t=truck, c=car)
    assert {row["process_id"] for row in rows(imported, "processes")} == {"r_petrol", "r_diesel", "t", "c"}
    links = {(r["process_id"], r["flow_id"]): r.get("provider_id") for r in rows(imported, "exchanges")}
    assert links["t", "diesel"] == "r_diesel"
    assert links["c", "petrol"] == "r_petrol"
    assert links["c", "diesel"] is links["c", "haul"] is None
    assert find(imported, "activity links to what is not in the source") == 2
    assert find(imported, "co-products of amount zero") == 2
    # diesel: 3 a kg, so 6 a haul; the car takes 1 petrol (2), 1 diesel (3) and 1 haul (6).
    assert ghg(imported, tmp_path, "haul", "drive") == pytest.approx({"haul": 6.0, "drive": 11.0})


@pytest.mark.parametrize(
    ("made", "sent", "group"), [(-1, -3, "i5"), (-1, 3, "o2"), (-1, 3, "o3"), (1, 3, "o3"), (1, 3, "i5")]
)
def test_waste_treatment(tmp_path: Path, made: int, sent: int, group: str) -> None:
    # Whether a treatment takes -1 of a waste or sells 1 of a service, 3 kg sent there cost three times its 2 kg.
    unsure = '<uncertainty><lognormal meanValue="3" mu="1.1" variance="0.04"/></uncertainty>'
    steel = document("a", product("steel", 1, "o0"), product("slag", sent, group, unsure, activityLinkId="b"))
    imported = read(tmp_path, a=steel, b=document("b", product("slag", made, "o0"), GAS))
    row = rows(imported, "exchanges")[1]
    assert row["direction"] == ("output" if made < 0 else "input")
    assert (row["amount"], row["provider_id"], row["loc"]) == (3.0, "b", 1.1)
    assert not row.get("negative", False)
    assert ghg(imported, tmp_path, "steel", "slag") == pytest.approx({"steel": 6.0, "slag": 2.0})


def test_several_products(tmp_path: Path) -> None:
    sheep = document(
        "s",
        product("mutton", 1, "o0"),
        product("wool", 1, "o0"),
        product("manure", 1, "o2"),
        product("hide", 4, "o5"),
        product("bones", 1, "o3"),
        fields='masterAllocationPropertyId="price"',
    )
    imported = read(tmp_path, s_wool=sheep)
    (process,) = rows(imported, "processes")
    assert (process["process_id"], process["allocation"]) == ("s", "none")
    found = {row["flow_id"]: (row["direction"], row.get("is_reference")) for row in rows(imported, "exchanges")}
    assert found == {
        "mutton": ("output", None),
        "wool": ("output", True),
        "manure": ("output", None),
        "bones": ("output", None),
    }
    assert {r["flow_id"]: r["kind"] for r in rows(imported, "flows")}["bones"] == "waste"
    assert [find(imported, word) for word in ("stock", "allocates by", "several reference products")] == [1, 1, 1]


def test_properties(tmp_path: Path) -> None:
    def has(name: str, amount: object, unit: str) -> str:
        return f'<property amount="{amount}"><name>{name}</name><unitName>{unit}</unitName></property>'

    gas = has("dry mass", 0.8, "kg") + has("price", 0.3, "EUR2005") + has("wet mass", 0.9, "kg")
    gas += has("heating value, net", 36, "MJ") + has("carbon content, fossil", 0.7, "dimensionless")
    maker = document("a", product("gas", 1, "o0", gas, unit="m3"))
    user = document(
        "b",
        product("heat", 1, "o0", has("wet mass", 0, "kg"), unit="MJ"),
        product("gas", 1, "i5", has("price", 9, "EUR2005"), unit="m3"),
    )
    imported = read(tmp_path, a=maker, b=user)
    found = {row["property"]: (row["value"], row["unit"]) for row in rows(imported, "properties")}
    assert found == {
        "dry mass": (0.8, "kg/m3"),
        "price": (0.3, "EUR2005/m3"),
        "mass": (0.9, "kg/m3"),
        "heating_value_lhv": (36.0, "MJ/m3"),
    }
    comments = {(r["process_id"], r["flow_id"]): r.get("comment") for r in rows(imported, "exchanges")}
    assert comments["a", "gas"] == "carbon content, fossil = 0.7 dimensionless"
    assert comments["b", "gas"] == "price = 9 EUR2005"
    assert comments["b", "heat"] == "wet mass = 0 kg"


def test_what_is_left_out_is_reported(tmp_path: Path) -> None:
    more = "<synonym>x</synonym><tag>y</tag>"
    steel = document(
        "a",
        product("steel", 1, "o0", more),
        nature("ore", 1, "i4", formula="Fe2O3")
        .replace("<compartment>natural resource</compartment>", "")
        .replace("<subcompartment>in ground</subcompartment>", ""),
        '<impactIndicator amount="3"/>',
        root="childActivityDataset",
    )
    imported = read(tmp_path, a=steel, b=document("b", product("coal", 1, "i5")))
    words = ("synonyms", "tags", "compartment", "formulas", "impact indicator", "child data sets", "make nothing")
    assert [find(imported, word) for word in words] == [1] * 7


STEEL = product("steel", 1, "o0")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "no XML"),
        ("<ecoSpold/>", "no activity data set"),
        ('<!DOCTYPE e [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><ecoSpold>&b;</ecoSpold>', "document type"),
        ("<a>" * 5000, "no XML"),
        (document("", STEEL), "id is missing"),
        (document("a", product("", 1, "o0")), "intermediateExchangeId is missing"),
        (document("a", STEEL.replace('amount="1"', "")), "amount is missing"),
        (document("a", STEEL.replace(">steel<", "><").replace(">Ding<", "><")), "name is missing"),
        (document("a", product("steel", 1, "o0", unit="")), "unitName is missing"),
        (document("a", product("steel", 1, "o4")), "no meaning"),
        (document("a", STEEL, nature("ore", 1, "i5")), "no meaning"),
        (document("a", product("steel", "NaN", "o0")), "beyond anything measured"),
        (document("a", product("steel", "1e308", "o0")), "beyond anything measured"),
        (document("a", product("steel", "-INF", "o0")), "beyond anything measured"),
        (document("a", product("steel", 1, "o0", productionVolumeAmount="NaN")), "beyond anything measured"),
        (document("a", product("steel", "many", "o0")), "no number"),
        (document("a", STEEL, dates='startDate="0000-01-01"'), "calendar"),
        (document("a", STEEL, dates='endDate="2001-02-30"'), "calendar"),
        (document("a", product("steel", 1, "i5")), "there are no processes"),
    ],
)
def test_hostile_documents(tmp_path: Path, content: str, what: str) -> None:
    with pytest.raises(LcaError, match=what) as error:
        read(tmp_path, a=content)
    assert error.value.fix


def test_hostile_sources(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="stands twice"):
        read(tmp_path, a=document("a", STEEL), b=document("a", STEEL))
    with pytest.raises(DataError, match="nothing at"):
        read_ecospold2(tmp_path / "nowhere")
    (tmp_path / "datasets/a.spold").write_bytes(document("a", STEEL).replace("steel", "stähl").encode("latin-1"))
    with pytest.raises(DataError, match="no XML"):
        read_ecospold2(tmp_path / "datasets/a.spold")
    path = tmp_path / "source.zip"
    for name, content in (("../a.spold", "x"), ("a.spold", " " * 30_000_000), ("a.txt", "x")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        with pytest.raises(DataError):
            read_ecospold2(path)


@pytest.fixture(scope="module")
def uslci() -> tuple[Imported, dict[str, ET.Element]]:
    if not USLCI.exists():
        pytest.skip(f"no {USLCI.name}: the data at hand are absent")
    with zipfile.ZipFile(USLCI) as archive:
        roots = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    return read_ecospold2(USLCI), {name: roots[name] for name in sorted(roots)}


NS = "{http://www.EcoInvent.org/EcoSpold02}"


def exchanges_of(root: ET.Element) -> Iterator[ET.Element]:
    """Give the exchanges of a data set, products first, without the master data that repeat them."""
    flow_data = root.find(f"{NS}activityDataset/{NS}flowData")
    assert flow_data is not None
    yield from flow_data.iterfind(f"{NS}intermediateExchange")
    yield from flow_data.iterfind(f"{NS}elementaryExchange")


def makes_something(root: ET.Element) -> bool:
    return any(each.findtext(f"{NS}outputGroup") in ("0", "2") for each in exchanges_of(root))


def test_uslci_is_whole(uslci: tuple[Imported, dict[str, ET.Element]]) -> None:
    imported, roots = uslci
    # 21 of the 767 files have no output of a product at all; nobody could ask for them, and they would block a score.
    kept = [root for root in roots.values() if makes_something(root)]
    assert (len(roots), len(kept)) == (767, 746)
    assert imported.tables["processes"].num_rows == 746
    assert find(imported, "data sets that make nothing") == 21
    written = [float(each.get("amount", "")) for root in kept for each in exchanges_of(root)]
    amounts = imported.tables["exchanges"]["amount"].to_pylist()
    # All amounts are the file's, bit for bit, but one of gas in cubic feet.
    assert len(amounts) == len(written) == 30986
    differing = [(a, w) for a, w in zip(amounts, written, strict=True) if a != w]
    assert differing == [(pytest.approx(w * 0.3048**3, rel=1e-15), w) for _, w in differing]
    assert len(differing) == 1


def test_uslci_inputs_are_linked_as_counted(uslci: tuple[Imported, dict[str, ET.Element]]) -> None:
    imported, roots = uslci
    makers: dict[str, list[bool]] = defaultdict(list)
    inputs: list[str] = []
    for root in filter(makes_something, roots.values()):
        for each in exchanges_of(root):
            flow = each.get("intermediateExchangeId")
            if flow and each.findtext(f"{NS}outputGroup") in ("0", "2"):
                makers[flow].append(each.findtext(f"{NS}outputGroup") == "0")
            elif flow and each.findtext(f"{NS}inputGroup"):
                btu = "-btu" if each.findtext(f"{NS}unitName") == "btu" else ""  # an unknown unit: a flow of its own
                inputs.append(flow + btu)
    assert count_links(imported) == Counter(name_link(makers.get(flow, [])) for flow in inputs)


def test_uslci_distributions_agree_with_its_own_release_in_another_format(
    uslci: tuple[Imported, dict[str, ET.Element]],
) -> None:
    # FY17.Q4, as its JSON-LD has it, states geometric standard deviations; where an exchange of the same process, flow
    # and amount is in both, sigma is their logarithm. EcoSpold 2 writes most as infinite or zero variance.
    imported, _ = uslci
    other = SHARED_DATA / "uslci_fy17q4/exchanges.parquet"
    names = ["process_id", "flow_id", "amount", "unc_type", "unc_geom_sd"]
    known = {
        (r["process_id"], r["flow_id"], r["amount"]): r["unc_geom_sd"]
        for r in pq.read_table(other, columns=names).to_pylist()
        if r["unc_geom_sd"]
    }
    pairs = []
    for row in rows(imported, "exchanges"):
        key = row["process_id"], row["flow_id"], row["amount"]
        if row.get("uncertainty_type") == "lognormal" and key in known:
            pairs.append((row["scale"], math.log(known[key])))
    assert len(pairs) > 5
    for sigma, expected in pairs:
        assert sigma == pytest.approx(expected, rel=1e-12)


MEASURE = """
import sys
from pathlib import Path
from lcaengine.cli.exchange import read
imported = read(sys.argv[1], sys.argv[2])
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(peak * 1024, sum(table.nbytes for table in imported.tables.values()))
"""
"""Reads, and tells the most memory it held and what its tables hold; getrusage would count the parent's as well."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    ("format", "name"),
    [("ecospold1", "uslci_fy20q4_ecospold1.zip"), ("ecospold2", "uslci_fy18q1_ecospold2.zip")],
)
def test_memory(format: str, name: str) -> None:
    if not (PACKAGES / name).exists():
        pytest.skip(f"no {name}: the data at hand are absent")
    command = [sys.executable, "-c", MEASURE, format, str(PACKAGES / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peak, tables = map(int, done.stdout.split())
    assert peak <= 2 * tables + (500 << 20), f"{peak >> 20} MiB for tables of {tables >> 20} MiB"
