"""ILCD packages: what they say arrives in the tables, and scores as derived by hand."""

from __future__ import annotations

import datetime as dt
import math
import zipfile
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.errors import DataError
from lcaengine.formats.ilcd.read import read_ilcd
from lcaengine.formats.imported import Imported, write_inventory
from tests.conftest import Run
from tests.ilcd_files import BASICS, exchange, flow, process, shared, source, spread, unit_group, write
from tests.scoring import core

TIME = (
    "<time><common:referenceYear>2010</common:referenceYear>"
    "<common:dataSetValidUntil>2014</common:dataSetValidUntil></time>"
)
PLACE = '<geography><locationOfOperationSupplyOrProduction location="DE"/></geography>'
RELATIONS = (
    '<mathematicalRelations><variableParameter name="load"><formula>a*2</formula><meanValue>2.0</meanValue>'
    "</variableParameter></mathematicalRelations>"
)
BY_SOURCE = (
    '<dataSourceType>Primary</dataSourceType><referencesToDataSource><referenceToDataSource refObjectId="s-1"/>'
    '</referencesToDataSource><generalComment xml:lang="de">gewogen</generalComment>'
    '<generalComment xml:lang="en">weighed</generalComment>'
)
VARIED = (
    '<exchange dataSetInternalID="5"><referenceToFlowDataSet refObjectId="co2"/>'
    "<exchangeDirection>Output</exchangeDirection><referenceToVariable>load</referenceToVariable>"
    "<meanAmount>1.5</meanAmount></exchange>"
)
CITED = (
    "<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>Unit process, single operation</typeOfDataSet>"
    "</LCIMethodAndAllocation><dataSourcesTreatmentAndRepresentativeness>"
    '<referenceToDataSource refObjectId="s-1"/></dataSourcesTreatmentAndRepresentativeness></modellingAndValidation>'
)
FILES = BASICS | {
    "sources/s-1": source("s-1", "Mills 2003", "Mills 2003: Steel and its makers"),
    "processes/p-steel": process(
        *("p-steel", "Steel mill"),
        exchange(0, "steel", "Output", 2.0),
        exchange(1, "coal", "Input", 3.0, spread("log-normal", 1.21), 'olca:defaultProvider="p-coal"'),
        exchange(2, "power", "Input", 7.2, spread("normal", 0.5)),
        exchange(3, "ore", "Input", 4.0, BY_SOURCE),
        exchange(4, "dust", "Output", 0.5, spread("uniform", None, 0.25, 1.0)),
        VARIED,
        information=TIME + PLACE + RELATIONS,
        more=CITED,
    ),
    "processes/p-coal": process(
        "p-coal", "Coal mine", exchange(0, "coal", "Output", 1.0), exchange(1, "co2", "Output", 0.1)
    ),
    "processes/p-power": process(
        "p-power", "Power plant", exchange(0, "power", "Output", 3.6), exchange(1, "co2", "Output", 0.5)
    ),
    "processes/p-dust": process(
        "p-dust", "Landfill", exchange(0, "dust", "Input", 2.0), exchange(1, "co2", "Output", 0.2)
    ),
}


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return read_ilcd(write(tmp_path_factory.mktemp("mill"), FILES))


def rows(imported: Imported, table: str, **words: object) -> list[dict[str, Any]]:
    """Give the rows of a table that say so."""
    found: list[dict[str, Any]] = imported.tables[table].to_pylist()
    return [row for row in found if all(row.get(key) == value for key, value in words.items())]


def remarks(imported: Imported) -> dict[str, int]:
    return {remark.what: remark.count for remark in imported.remarks}


def test_mill_scores_as_derived_by_hand(mill: Imported, tmp_path: Path) -> None:
    # Of its own 1.5 * 2 = 3 kg CO2, the mean amount times its variable. Coal: 3 kg of 0.1. Electricity: 7.2 MJ of
    # 0.5 kg a 3.6 MJ: 1. Dust: 0.5 kg of 2 kg that emit 0.2 kg: 0.05. In all 3 + 0.3 + 1 + 0.05 = 4.35 kg for 2 kg.
    found = lca.score(lca.read_inventory(write_inventory(mill, tmp_path / "mill")), core())
    assert found.get("ghg", process_id="p-steel") == pytest.approx(4.35 / 2, rel=1e-12)
    assert found.get("ghg", process_id="p-dust") == pytest.approx(0.1, rel=1e-12)


def test_commands_import_check_and_score(tmp_path: Path, run: Run) -> None:
    assert run("import", "ilcd", write(tmp_path, FILES), tmp_path / "mill")[0] == 0
    assert run("check", tmp_path / "mill", "--method", "core")[0] == 0
    code, out, _ = run("score", tmp_path / "mill", "--method", "core", "--json")
    assert code == 0
    assert "p-steel" in out


def test_distributions_are_those_of_the_schema(mill: Imported) -> None:
    # Log-normal: the square of the GSD, 1.21, so sigma is ln(1.1). Normal: twice the SD, 0.5, so SD is 0.25.
    coal = rows(mill, "exchanges", process_id="p-steel", flow_id="coal")[0]
    assert coal["scale"] == pytest.approx(math.log(1.1), rel=1e-14)
    assert coal["loc"] == pytest.approx(math.log(3), rel=1e-15)
    power = rows(mill, "exchanges", process_id="p-steel", flow_id="power")[0]
    assert (power["uncertainty_type"], power["loc"], power["scale"]) == ("normal", 7.2, 0.25)
    dust = rows(mill, "exchanges", process_id="p-steel", flow_id="dust")[0]
    assert (dust["uncertainty_type"], dust["minimum"], dust["maximum"]) == ("uniform", 0.25, 1.0)


def test_openlca_writes_deviations_as_they_are(tmp_path: Path) -> None:
    mark = 'olca:unitId="u" olca:amount="1" olca:pedigreeUncertainty="(2;3;1;4;3)" olca:mostLikelyValue="1.5"'
    emitted = (
        exchange(1, "co2", "Output", 1.0, spread("log-normal", 1.1), mark),
        exchange(2, "ore", "Input", 1.0, spread("normal", 0.25), mark),
        exchange(3, "co2", "Output", 1.5, spread("triangular", None, 1.0, 3.0), mark),
        exchange(4, "coal", "Output", 1.0, "", 'olca:avoidedProduct="true" olca:defaultProvider="elsewhere"'),
    )
    files = BASICS | {"processes/p": process("p", "Mill", exchange(0, "steel", "Output", 1.0), *emitted)}
    imported = read_ilcd(write(tmp_path, files))
    logarithmic, triangular = rows(imported, "exchanges", flow_id="co2")
    assert logarithmic["scale"] == pytest.approx(math.log(1.1), rel=1e-14)
    assert logarithmic["pedigree"] == "2;3;1;4;3"
    assert (triangular["loc"], triangular["minimum"], triangular["maximum"]) == (1.5, 1.0, 3.0)
    assert rows(imported, "exchanges", flow_id="ore")[0]["scale"] == 0.25
    avoided = rows(imported, "exchanges", flow_id="coal")[0]
    assert (avoided["is_avoided"], avoided.get("provider_id")) == (True, None)
    assert remarks(imported)["providers that are not in the source"] == 1
    assert rows(imported, "processes")[0].get("allocation") is None


def test_what_the_source_knows_is_kept(mill: Imported) -> None:
    steel = rows(mill, "processes", process_id="p-steel")[0]
    assert (steel["name"], steel["location"]) == ("Steel mill; at plant", "DE")
    assert (steel["valid_from"], steel["valid_until"]) == (dt.date(2010, 1, 1), dt.date(2014, 12, 31))
    assert "Type: Unit process, single operation" in steel["comment"]
    cited = rows(mill, "sources", source_id=steel["source_id"])[0]["citation"]
    assert "p-steel.xml" in cited
    assert "Mills 2003: Steel and its makers" in cited
    assert rows(mill, "sources", source_id="source:s-1")[0]["citation"] == "Mills 2003: Steel and its makers"
    ore = rows(mill, "exchanges", process_id="p-steel", flow_id="ore")[0]
    assert ore["data_type"] == "primary"
    assert ore["comment"] == "weighed\nsources: Mills 2003: Steel and its makers"
    carbon = rows(mill, "flows", flow_id="co2")[0]
    assert (carbon["cas_number"], carbon["compartment"]) == ("124-38-9", "air")
    assert carbon["sub_compartment"] == "Emissions to urban air close to ground"
    iron = rows(mill, "flows", flow_id="ore")[0]
    assert (iron["compartment"], iron["sub_compartment"]) == ("resource", "Resources from ground")
    heating = rows(mill, "properties", flow_id="coal")[0]
    assert (heating["property"], heating["value"], heating["unit"]) == ("heating_value_lhv", 25.5, "MJ/kg")
    emitted = rows(mill, "exchanges", process_id="p-steel", flow_id="co2")[0]
    assert emitted["comment"] == "formula: 1.5 * load, load = a*2"
    assert rows(mill, "exchanges", process_id="p-steel", flow_id="coal")[0]["provider_id"] == "p-coal"
    treated = rows(mill, "exchanges", process_id="p-dust", flow_id="dust")[0]
    assert (treated["direction"], treated["is_reference"]) == ("input", True)


def test_shares_of_all_exchanges_are_as_given(tmp_path: Path) -> None:
    # 3 kg CO2, 75 % to 2 kg of steel and 25 % to 1 kg of slag.
    part = shared((0, 75.0), (1, 25.0))
    made = process(
        *("p", "Mill", exchange(0, "steel", "Output", 2.0), exchange(1, "slag", "Output", 1.0)),
        exchange(2, "co2", "Output", 3.0, part),
        references="0 1",
    )
    imported = read_ilcd(write(tmp_path, BASICS | {"processes/p": made}))
    assert rows(imported, "processes")[0]["allocation"] == "as_given"
    found = lca.score(lca.read_inventory(write_inventory(imported, tmp_path / "out")), core())
    assert found.get("ghg", process_id="p", product_id="steel") == pytest.approx(0.75 * 3 / 2, rel=1e-12)
    assert found.get("ghg", process_id="p", product_id="slag") == pytest.approx(0.25 * 3, rel=1e-12)


def test_shares_of_single_exchanges_are_causal(tmp_path: Path) -> None:
    # CO2: 3 kg, all to steel. Coal: 2 kg of 0.1 kg CO2, half to slag. Steel: (3 + 0.1) / 2, slag: 0.1.
    made = process(
        *("p", "Mill", exchange(0, "steel", "Output", 2.0), exchange(1, "slag", "Output", 1.0)),
        exchange(2, "co2", "Output", 3.0, shared((0, 100.0))),
        exchange(3, "coal", "Input", 2.0, shared((0, 50.0), (1, 50.0))),
        exchange(4, "ore", "Input", 1.0),
    )
    imported = read_ilcd(write(tmp_path, BASICS | {"processes/p": made, "processes/p-coal": FILES["processes/p-coal"]}))
    assert rows(imported, "processes", process_id="p")[0]["allocation"] == "causal"
    assert remarks(imported)["exchanges without allocation: the reference carries them"] == 1
    found = lca.score(lca.read_inventory(write_inventory(imported, tmp_path / "out")), core())
    assert found.get("ghg", process_id="p", product_id="steel") == pytest.approx(3.1 / 2, rel=1e-12)
    assert found.get("ghg", process_id="p", product_id="slag") == pytest.approx(0.1, rel=1e-12)


def test_products_without_shares_have_no_allocation(tmp_path: Path) -> None:
    made = process("p", "Mill", exchange(0, "steel", "Output", 2.0), exchange(1, "slag", "Output", 1.0))
    imported = read_ilcd(write(tmp_path, BASICS | {"processes/p": made}))
    assert rows(imported, "processes")[0]["allocation"] == "none"


def test_reference_units_convert(tmp_path: Path) -> None:
    # The unit group counts in short tons of 907.18474 kg (NIST Handbook 44), and the flow has 20 MJ a short ton.
    files = BASICS | {
        "unitgroups/ug-mass": unit_group("ug-mass", "sh tn"),
        "flows/coal": flow("coal", "Coal", "Product flow", "fp-mass", more='<flowProperty dataSetInternalID="1">'
            '<referenceToFlowPropertyDataSet refObjectId="fp-lhv"/><meanValue>20000</meanValue></flowProperty>'),
        "processes/p": process("p", "Mine", exchange(0, "coal", "Output", 2.0, spread("normal", 0.2))),
    }  # fmt: skip
    imported = read_ilcd(write(tmp_path, files))
    coal = rows(imported, "exchanges")[0]
    assert (coal["amount"], coal["unit"]) == (2 * 907.18474, "kg")
    assert coal["scale"] == pytest.approx(0.1 * 907.18474, rel=1e-15)
    assert rows(imported, "properties")[0]["value"] == pytest.approx(20000 / 907.18474, rel=1e-15)


def test_what_cannot_be_carried_is_reported(tmp_path: Path) -> None:
    more = (
        "<LCIAResults><LCIAResult><meanAmount>3</meanAmount></LCIAResult></LCIAResults>"
        '<common:other><epd xmlns="http://example.org">x</epd></common:other>'
    )
    files = BASICS | {
        "flows/model": flow("model", "Model", "Other flow", "fp-mass"),
        "flows/unitless": flow("unitless", "Unitless", "Product flow", "fp-none"),
        "contacts/c": "<contactDataSet/>",
        "processes/p": process(
            *("p", "Mill", exchange(0, "steel", "Output", 1.0)),
            exchange(1, "model", "Input", 1.0),
            exchange(2, "absent", "Input", 1.0),
            exchange(3, "unitless", "Input", 1.0, spread("log-normal")),
            exchange(4, "co2", "Output", 1.0, spread("log-normal")),
            information='<geography><locationOfOperationSupplyOrProduction location="Narnia"/></geography>',
            more=more,
        ),
    }
    found = remarks(read_ilcd(write(tmp_path, files)))
    assert found["flows of type 'Other flow', and all exchanges of them"] == 1
    assert found["flows whose unit is not in the package, and all exchanges of them"] == 1
    assert found["exchanges of flows that could not be read"] == 2
    assert found["exchanges of flows that are not in the package"] == 1
    assert found["distributions that say no spread; the amount stays"] == 1
    assert found["results of impact assessment: an inventory is scored anew"] == 1
    assert found["extensions in common:other"] == 1
    assert found["files of contacts: they are no part of an inventory"] == 1
    assert found["places that are not known here: left blank, which is the world"] == 1


@pytest.mark.parametrize("top", ["", "ILCD/", "stock/ILCD/"])
def test_packages_are_zips_or_folders(tmp_path: Path, top: str, mill: Imported) -> None:
    zipped = write(tmp_path, FILES, top)
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(tmp_path / "folder")
    for place in (zipped, tmp_path / "folder"):
        imported = read_ilcd(place)
        assert imported.tables["exchanges"].equals(mill.tables["exchanges"])


def bad(name: str, old: str, new: str) -> dict[str, str]:
    """Give the files with a change in one of them."""
    assert old in FILES[name]
    return FILES | {name: FILES[name].replace(old, new)}


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<processDataSet>&c;</processDataSet>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><processDataSet>&a;</processDataSet>'


@pytest.mark.parametrize(
    ("files", "what"),
    [
        (FILES | {"processes/p": BOMB}, "declares a document type"),
        (FILES | {"processes/p": OUTSIDE}, "declares a document type"),
        (FILES | {"processes/p": "<processDataSet>"}, "is no XML"),
        (FILES | {"processes/p": "no xml"}, "is no XML"),
        (FILES | {"processes/p": "<a>" * 100_000}, "is no XML"),
        (FILES | {"processes/p": "<processDataSet/>"}, "has no UUID"),
        (FILES | {"processes/p": FILES["processes/p-coal"]}, "stands twice"),
        (FILES | {"flows/p": FILES["flows/coal"]}, "stands twice"),
        (bad("processes/p-steel", ">7.2<", ">NaN<"), "beyond anything measured"),
        (bad("processes/p-steel", ">7.2<", ">1e308<"), "beyond anything measured"),
        (bad("processes/p-steel", ">7.2<", ">7,2<"), "is no number"),
        (bad("processes/p-steel", ">7.2<", ">1_000<"), "is no number"),
        (bad("processes/p-steel", ">7.2<", "><"), "has no amount"),
        (bad("processes/p-steel", ">0.5</rel", ">wide</rel"), "is no number"),
        (bad("processes/p-steel", ">load<", ">other<"), "'other' has no value"),
        (bad("processes/p-steel", ">2010<", ">0000<"), "not in the calendar"),
        (bad("processes/p-steel", ">2014<", ">soon<"), "is no date"),
        (bad("processes/p-steel", ">Input<", ">Sideways<"), "goes in no direction"),
        (bad("processes/p-steel", 'dataSetInternalID="3"', 'dataSetInternalID="2"'), "stands twice"),
        ({k: v for k, v in FILES.items() if "process" not in k}, "no data sets under processes/"),
        ({k: v for k, v in FILES.items() if "flows/" not in k}, "no data sets under flows/"),
    ],
)
def test_bad_packages_are_refused(tmp_path: Path, run: Run, files: dict[str, str], what: str) -> None:
    path = write(tmp_path, files)
    with pytest.raises(DataError, match=what) as caught:
        read_ilcd(path)
    assert caught.value.where
    assert caught.value.fix
    assert run("import", "ilcd", path, tmp_path / "out")[0] == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["package.zip"]


def test_hostile_zips_are_refused(tmp_path: Path) -> None:
    for name, members in {
        "climbs": {"../processes/p.xml": FILES["processes/p-coal"]},
        "bomb": {"processes/p.xml": " " * 50_000_000},
        "none": {"readme.txt": "nothing"},
    }.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in members.items():
                archive.writestr(member, text)
    for name, what in (("climbs", "climbs out"), ("bomb", "unpacks"), ("none", "there is no file")):
        with pytest.raises(DataError, match=what):
            read_ilcd(tmp_path / f"{name}.zip")
    (tmp_path / "one.zip").write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(DataError, match="zip"):
        read_ilcd(tmp_path / "one.zip")
