"""Flows of an ILCD package, with the unit of each: that of the unit group of its reference flow property.

References
----------
European Commission, Joint Research Centre (2010), *ILCD Handbook: Nomenclature and other conventions*, section 3: the
categories of elementary flows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft
from lcaengine.formats.ilcd.elements import find, find_all, find_id, join_name, number, text
from lcaengine.formats.xml import parse_xml

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Flow", "Quantity", "add_flow", "read_quantities"]

KINDS = {"elementary flow": "elementary", "product flow": "product", "waste flow": "waste"}
COMPARTMENTS = {
    "emissions to air": "air",
    "emission to air": "air",
    "emissions to water": "water",
    "emission to water": "water",
    "emissions to soil": "soil",
    "emission to soil": "soil",
    "resources": "resource",
    "resource": "resource",
    "land use": "resource",
}
"""Categories of the ILCD, and of openLCA (in the singular), by compartment; the next finer one is its part."""
PROPERTIES = {
    "mass": "mass",
    "net calorific value": "heating_value_lhv",
    "gross calorific value": "heating_value_hhv",
}
"""Flow properties by the name that the ILCD gives them, and what they are called here."""
_CAS = re.compile(r"0*(\d{2,7}-\d\d-\d)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A flow property: its name, and the reference unit of its unit group; empty where that is not in the package."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What an exchange has to know of its flow.

    Attributes
    ----------
    kind : str
        Empty for a flow that is neither product, waste nor elementary.
    name : str
    unit : str
        Read here; empty where the package does not say.
    factor : float
        How many of it one of the flow's own reference unit is.
    """

    kind: str
    name: str
    unit: str
    factor: float


def read_quantities(
    groups: Iterable[tuple[str, bytes]], properties: Iterable[tuple[str, bytes]], draft: Draft
) -> dict[str, Quantity]:
    """Read unit groups and flow properties, and give the quantity of each flow property by its UUID.

    Raises
    ------
    DataError
        If a data set is damaged, or stands twice.
    """
    units: dict[str, str] = {}
    for name, content in groups:
        root = parse_xml(content, name)
        group = _claim(find_id(root, "unitGroupInformation", name), units, name)
        wanted = text(root, "unitGroupInformation/quantitativeReference/referenceToReferenceUnit")
        for unit in find_all(root, "units/unit"):
            if unit.get("dataSetInternalID") == wanted:
                units[group] = text(unit, "name")
                if number(unit, "meanValue", name) not in (1.0, None):
                    draft.lose("reference units that are not one of themselves", f"{units[group]!r} in {name}")
        units.setdefault(group, "")
    quantities: dict[str, Quantity] = {}
    for name, content in properties:
        root = parse_xml(content, name)
        information = "flowPropertiesInformation"
        uuid = _claim(find_id(root, information, name), quantities, name)
        group_of = find(root, f"{information}/quantitativeReference/referenceToReferenceUnitGroup")
        group = (group_of.get("refObjectId") or "").lower() if group_of is not None else ""
        quantities[uuid] = Quantity(text(root, f"{information}/dataSetInformation/name"), units.get(group, ""))
    return quantities


def add_flow(content: bytes, name: str, quantities: dict[str, Quantity], flows: dict[str, Flow], draft: Draft) -> None:
    """Read a flow, and add it to the draft where its kind and unit are there.

    Raises
    ------
    DataError
        If the data set is damaged, or stands twice.
    """
    root = parse_xml(content, name)
    uuid = _claim(find_id(root, "flowInformation", name), flows, name)
    information = find(root, "flowInformation/dataSetInformation")
    typed = text(root, "modellingAndValidation/LCIMethod/typeOfDataSet")
    kind = KINDS.get(typed.lower(), "")
    title = join_name(information) or uuid
    references = {each.get("dataSetInternalID"): each for each in find_all(root, "flowProperties/flowProperty")}
    wanted = text(root, "flowInformation/quantitativeReference/referenceToReferenceFlowProperty")
    reference = references.pop(wanted, None)
    label = _find_quantity(reference, quantities).unit
    if not kind or not label:
        what = f"flows of type {typed!r}" if not kind else "flows whose unit is not in the package"
        draft.lose(f"{what}, and all exchanges of them", f"{title} in {name}")
        flows[uuid] = Flow("", title, "", 1.0)
        return
    unit, factor = draft.take_unit(label, name)
    flows[uuid] = Flow(kind, title, unit, factor)
    path = _list_categories(information)
    compartment, part = _find_compartment(path) if kind == "elementary" else ("", "")
    if kind == "elementary" and not compartment:
        draft.lose("compartments that are not known", f"{' / '.join(path) or 'none'!r} of {title} in {name}")
    cas = text(information, "CASNumber")
    known = _CAS.fullmatch(cas)
    if cas and not known:
        draft.lose("CAS numbers that are none", f"{cas!r} of {title} in {name}")
    draft.add(
        "flows",
        flow_id=uuid,
        name=title,
        kind=kind,
        unit=unit,
        compartment=compartment,
        sub_compartment=part,
        cas_number=known[1] if known else "",
        category="/".join(path),
    )
    for each in references.values():
        _add_property(draft, each, uuid, unit, factor, quantities, name)
    if place := text(root, "flowInformation/geography/locationOfSupply"):
        draft.lose("places of supply of flows", f"{place} of {title} in {name}")


def _add_property(
    draft: Draft,
    element: etree._Element,
    flow_id: str,
    flow_unit: str,
    factor: float,
    quantities: dict[str, Quantity],
    name: str,
) -> None:
    """Add how much of another property one reference unit of a flow has, where there is a word for it here."""
    quantity, value = _find_quantity(element, quantities), number(element, "meanValue", name)
    known = PROPERTIES.get(quantity.name.lower())
    has_it = known and quantity.unit and value is not None and value > 0 and not draft.has("properties", flow_id, known)
    if not known or not has_it or value is None or (known == "mass" and flow_unit == "kg"):
        draft.lose("flow properties that are not read", f"{quantity.name or 'one not in the package'} in {name}")
        return
    unit, own = draft.take_unit(quantity.unit, name)
    below = f"({flow_unit})" if "*" in flow_unit else flow_unit
    draft.add("properties", flow_id=flow_id, property=known, value=value * own / factor, unit=f"{unit}/{below}")


def _claim(
    uuid: str, taken: dict[str, object] | dict[str, str] | dict[str, Quantity] | dict[str, Flow], name: str
) -> str:
    """Refuse a data set that stands twice, be it in two versions."""
    if uuid in taken:
        raise DataError(f"data set {uuid} stands twice, the second time in {name}", name, "keep one version", id=uuid)
    return uuid


def _find_quantity(element: etree._Element | None, quantities: dict[str, Quantity]) -> Quantity:
    reference = find(element, "referenceToFlowPropertyDataSet") if element is not None else None
    uuid = (reference.get("refObjectId") or "").lower() if reference is not None else ""
    return quantities.get(uuid, Quantity("", ""))


def _list_categories(information: etree._Element | None) -> list[str]:
    """List the categories of a flow, the coarsest first."""
    if information is None:
        return []
    for path in (
        "classificationInformation/elementaryFlowCategorization/category",
        "classificationInformation/classification/class",
    ):
        found = find_all(information, path)
        if found:
            return [(each.text or "").strip() for each in sorted(found, key=lambda e: e.get("level") or "")]
    return []


def _find_compartment(path: list[str]) -> tuple[str, str]:
    for at, category in enumerate(path):
        if compartment := COMPARTMENTS.get(category.lower()):
            return compartment, path[at + 1] if at + 1 < len(path) else ""
    return "", ""
