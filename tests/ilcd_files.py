"""ILCD packages for tests, written the way the format's schemas say."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

COMMON = 'xmlns:common="http://lca.jrc.it/ILCD/Common" xmlns:olca="http://openlca.org/ilcd-extensions" version="1.1"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def unit_group(uuid: str, reference: str, *others: tuple[str, float]) -> str:
    """Write a unit group; its reference unit has the internal id 1."""
    units = ((reference, 1.0), *others)
    rows = "".join(
        f'<unit dataSetInternalID="{at}"><name>{name}</name><meanValue>{value}</meanValue></unit>'
        for at, (name, value) in enumerate(units, 1)
    )
    return (
        f'{HEAD}<unitGroupDataSet xmlns="http://lca.jrc.it/ILCD/UnitGroup" {COMMON}><unitGroupInformation>'
        f'<dataSetInformation><common:UUID>{uuid}</common:UUID><common:name xml:lang="en">Units</common:name>'
        "</dataSetInformation><quantitativeReference><referenceToReferenceUnit>1</referenceToReferenceUnit>"
        f"</quantitativeReference></unitGroupInformation><units>{rows}</units></unitGroupDataSet>"
    )


def flow_property(uuid: str, name: str, group: str) -> str:
    """Write a flow property."""
    return (
        f'{HEAD}<flowPropertyDataSet xmlns="http://lca.jrc.it/ILCD/FlowProperty" {COMMON}><flowPropertiesInformation>'
        f"<dataSetInformation><common:UUID>{uuid}</common:UUID>"
        f'<common:name xml:lang="de">Anders</common:name><common:name xml:lang="en">{name}</common:name>'
        "</dataSetInformation><quantitativeReference>"
        f'<referenceToReferenceUnitGroup type="unit group data set" refObjectId="{group}"/>'
        "</quantitativeReference></flowPropertiesInformation></flowPropertyDataSet>"
    )


def flow(uuid: str, name: str, kind: str, quantity: str, *, cas: str = "", categories: str = "", more: str = "") -> str:
    """Write a flow whose reference flow property has the internal id 0."""
    levels = "".join(
        f'<common:category level="{at}" catId="{at}">{category}</common:category>'
        for at, category in enumerate(filter(None, categories.split("/")))
    )
    named = f"<common:elementaryFlowCategorization>{levels}</common:elementaryFlowCategorization>"
    return (
        f'{HEAD}<flowDataSet xmlns="http://lca.jrc.it/ILCD/Flow" {COMMON}><flowInformation><dataSetInformation>'
        f'<common:UUID>{uuid}</common:UUID><name><baseName xml:lang="en">{name}</baseName></name>'
        f"<classificationInformation>{named}</classificationInformation>"
        + (f"<CASNumber>{cas}</CASNumber>" if cas else "")
        + "</dataSetInformation><quantitativeReference><referenceToReferenceFlowProperty>0"
        "</referenceToReferenceFlowProperty></quantitativeReference></flowInformation><modellingAndValidation>"
        f"<LCIMethod><typeOfDataSet>{kind}</typeOfDataSet></LCIMethod></modellingAndValidation><flowProperties>"
        f"{property_of(0, quantity, 1)}{more}</flowProperties></flowDataSet>"
    )


def property_of(internal_id: int, quantity: str, value: float) -> str:
    """Write a flow property of a flow."""
    return (
        f'<flowProperty dataSetInternalID="{internal_id}"><referenceToFlowPropertyDataSet refObjectId="{quantity}"/>'
        f"<meanValue>{value}</meanValue></flowProperty>"
    )


def exchange(
    internal_id: int, flow_id: str, direction: str, amount: float | str, more: str = "", attributes: str = ""
) -> str:
    """Write an exchange; `more` are elements behind its amounts."""
    return (
        f'<exchange dataSetInternalID="{internal_id}" {attributes}>'
        f'<referenceToFlowDataSet type="flow data set" refObjectId="{flow_id}">'
        f'<common:shortDescription xml:lang="en">short {flow_id}</common:shortDescription></referenceToFlowDataSet>'
        f"<exchangeDirection>{direction}</exchangeDirection>"
        f"<meanAmount>{amount}</meanAmount><resultingAmount>{amount}</resultingAmount>{more}</exchange>"
    )


def process(uuid: str, name: str, *exchanges: str, references: str = "0", information: str = "", more: str = "") -> str:
    """Write a process; `information` stands behind its quantitative reference, `more` before its exchanges."""
    wanted = "".join(f"<referenceToReferenceFlow>{each}</referenceToReferenceFlow>" for each in references.split())
    return (
        f'{HEAD}<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" {COMMON}><processInformation>'
        f'<dataSetInformation><common:UUID>{uuid}</common:UUID><name><baseName xml:lang="en">{name}</baseName>'
        '<mixAndLocationTypes xml:lang="en">at plant</mixAndLocationTypes></name></dataSetInformation>'
        f'<quantitativeReference type="Reference flow(s)">{wanted}</quantitativeReference>{information}'
        f"</processInformation>{more}<exchanges>{''.join(exchanges)}</exchanges></processDataSet>"
    )


def source(uuid: str, name: str, citation: str) -> str:
    """Write a source."""
    return (
        f'{HEAD}<sourceDataSet xmlns="http://lca.jrc.it/ILCD/Source" {COMMON}><sourceInformation><dataSetInformation>'
        f'<common:UUID>{uuid}</common:UUID><common:shortName xml:lang="en">{name}</common:shortName>'
        f"<sourceCitation>{citation}</sourceCitation></dataSetInformation></sourceInformation></sourceDataSet>"
    )


def spread(kind: str, value: float | None = None, low: float | None = None, high: float | None = None) -> str:
    """Write a distribution, in the order of the schema."""
    parts = (("minimumAmount", low), ("maximumAmount", high))
    bounds = "".join(f"<{name}>{number}</{name}>" for name, number in parts if number is not None)
    deviation = f"<relativeStandardDeviation95In>{value}</relativeStandardDeviation95In>" if value else ""
    return f"{bounds}<uncertaintyDistributionType>{kind}</uncertaintyDistributionType>{deviation}"


def shared(*shares: tuple[int, float]) -> str:
    """Write the allocation of an exchange to co-products, by internal id, in percent."""
    rows = "".join(
        f'<allocation internalReferenceToCoProduct="{at}" allocatedFraction="{share}"/>' for at, share in shares
    )
    return f"<allocations>{rows}</allocations>"


BASICS = {
    "unitgroups/ug-mass": unit_group("ug-mass", "kg", ("t", 1000.0)),
    "unitgroups/ug-energy": unit_group("ug-energy", "MJ", ("kWh", 3.6)),
    "flowproperties/fp-mass": flow_property("fp-mass", "Mass", "ug-mass"),
    "flowproperties/fp-lhv": flow_property("fp-lhv", "Net calorific value", "ug-energy"),
    "flows/co2": flow(
        *("co2", "Carbon dioxide, fossil", "Elementary flow", "fp-mass"),
        cas="000124-38-9",
        categories="Emissions/Emissions to air/Emissions to urban air close to ground",
    ),
    "flows/ore": flow(
        "ore", "Iron", "Elementary flow", "fp-mass", categories="Resources/Resources from ground/Elements"
    ),
    "flows/steel": flow("steel", "Steel", "Product flow", "fp-mass"),
    "flows/slag": flow("slag", "Slag", "Product flow", "fp-mass"),
    "flows/coal": flow("coal", "Coal", "Product flow", "fp-mass", more=property_of(1, "fp-lhv", 25.5)),
    "flows/power": flow("power", "Electricity", "Product flow", "fp-lhv"),
    "flows/dust": flow("dust", "Dust", "Waste flow", "fp-mass"),
}
"""Units, properties and flows of a mill."""


def write(folder: Path, files: Mapping[str, str], top: str = "ILCD/") -> Path:
    """Write a package as a zip."""
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{top}{name}.xml", text)
    return path
