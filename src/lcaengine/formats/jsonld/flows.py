"""Units and flows of an openLCA package: unit groups, flow properties, categories, flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import Draft
from lcaengine.formats.jsonld.own import read_own
from lcaengine.formats.labels import find_unit
from lcaengine.formats.text import Json
from lcaengine.units import read_unit

__all__ = ["Flow", "Unit", "Units", "add_flows", "find_compartment", "id_of", "read_category", "read_units"]

KINDS = {"PRODUCT_FLOW": "product", "WASTE_FLOW": "waste", "ELEMENTARY_FLOW": "elementary"}
COMPARTMENTS = {
    **dict.fromkeys(("air", "emission to air", "emissions to air"), "air"),
    **dict.fromkeys(("water", "emission to water", "emissions to water"), "water"),
    **dict.fromkeys(("soil", "emission to soil", "emissions to soil"), "soil"),
    **dict.fromkeys(("resource", "resources", "natural resource"), "resource"),
}
"""Folders of elementary flows that are a compartment; what is below them is the sub-compartment."""
PROPERTIES = {
    "Net calorific value": "heating_value_lhv",
    "Lower heating value": "heating_value_lhv",
    "Gross calorific value": "heating_value_hhv",
    "Higher heating value": "heating_value_hhv",
    "Mass": "mass",
    "Volume": "volume",
    "Number of items": "count",
}
"""Flow properties that join units here; others keep their own name."""
ROUNDED = 1e-3
"""How far a package's own factor of a unit may be from the exact one before it is said."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a package: the label it has here, how many of that one of it is, and the label of the package."""

    label: str
    factor: float
    name: str


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a package by id, the reference unit of each flow property by its id, and what these are called here."""

    by_id: Mapping[str, Unit]
    of_property: Mapping[str, Unit]
    property_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flow:
    """What exchanges need to know of a flow."""

    kind: str
    unit: Unit


def read_units(draft: Draft, groups: Iterable[tuple[str, Json]], properties: Iterable[tuple[str, Json]]) -> Units:
    """Read unit groups and flow properties.

    Units are told apart by id: one name may stand in two groups (``h`` is an hour and a hand, ``a`` a year and an are).
    """
    by_id: dict[str, Unit] = {}
    references: dict[str, Unit] = {}
    for _, group in groups:
        rows = group.children("units")
        reference = next((u for u in rows if u.flag("isRefUnit", "referenceUnit")), None)
        if reference is None:
            raise DataError(f"unit group {group.text('name')!r} has no reference unit", group.where, "name one in it")
        base = _translate(reference.text("name"))
        references[group.text("@id")] = base
        for unit in rows:
            factor = unit.number("conversionFactor")
            by_id[unit.text("@id")] = _read_unit(draft, unit, 1.0 if factor is None else factor, base)
    of_property, names = {}, {}
    for _, each in properties:
        group_id = id_of(each.child("unitGroup"))
        if group_id in references:
            of_property[each.text("@id")] = references[group_id]
            name, own = each.text("name"), read_own("flow_properties", each).get("property")
            names[each.text("@id")] = own or PROPERTIES.get(name, name.strip().lower().replace(" ", "_"))
    return Units(by_id, of_property, names)


def add_flows(
    draft: Draft, units: Units, categories: Mapping[str, str], flows: Iterable[tuple[str, Json]]
) -> dict[str, Flow]:
    """Add every flow and its properties; give what exchanges need to know of each, by id."""
    known = {}
    for name, flow in flows:
        flow_id, kind = flow.text("@id"), KINDS.get(flow.text("flowType"))
        if kind is None:
            what = f"flow {flow_id!r} is of type {flow.text('flowType')!r}"
            raise DataError(what, name, f"one of {', '.join(KINDS)} is read", table="flows", id=flow_id)
        factors = flow.children("flowProperties")
        reference = next((f for f in factors if f.flag("isRefFlowProperty", "referenceFlowProperty")), None)
        property_id = id_of(reference.child("flowProperty")) if reference else ""
        if property_id not in units.of_property:
            fix = "export it again with its flow properties and unit groups"
            raise DataError(f"flow {flow_id!r} has no reference flow property with a unit", name, fix, id=flow_id)
        unit = units.of_property[property_id]
        path = read_category(flow, categories)
        compartment, sub_compartment = find_compartment(path) if kind == "elementary" else ("", "")
        draft.add(
            "flows",
            flow_id=flow_id,
            name=flow.text("name"),
            kind=kind,
            unit=unit.label,
            compartment=compartment,
            sub_compartment=sub_compartment,
            cas_number=flow.text("cas"),
            category=path,
        )
        known[flow_id] = Flow(kind, unit)
        _add_properties(draft, units, flow_id, unit, [f for f in factors if f is not reference])
        for field in ("location", "formula", "description", "synonyms"):
            if flow.fields.get(field):
                draft.lose(f"flows' {field}: there is no column for it", f"{flow.text('name')} ({name})")
    return known


def read_category(entity: Json, categories: Mapping[str, str]) -> str:
    """Give the path of an entity's category, which the new schema writes out and the old one refers to."""
    category = entity.fields.get("category")
    return category if isinstance(category, str) else categories.get(id_of(entity.child("category")), "")


def find_compartment(path: str) -> tuple[str, str]:
    """Give compartment and sub-compartment of an elementary flow from the folders it stands in.

    Examples
    --------
    >>> find_compartment("Elementary flows/Emission to air/high population density")
    ('air', 'high population density')
    >>> find_compartment("resource/in ground"), find_compartment("Elementary flows/emission/water")
    (('resource', 'in ground'), ('water', ''))
    """
    parts = [part for part in path.split("/") if part.casefold() != "elementary flows"]
    for at, part in enumerate(parts):
        if part.casefold() in COMPARTMENTS:
            return COMPARTMENTS[part.casefold()], "/".join(parts[at + 1 :])
    return (parts[0], "/".join(parts[1:])) if parts else ("", "")


def _add_properties(draft: Draft, units: Units, flow_id: str, reference: Unit, factors: list[Json]) -> None:
    for factor in factors:
        property_id, value = id_of(factor.child("flowProperty")), factor.number("conversionFactor")
        unit = units.of_property.get(property_id)
        if unit is None or value is None or (below := _write_below(reference.label)) is None:
            draft.lose("flow properties that have no unit or no value", f"{flow_id} ({factor.where})")
            continue
        # One reference unit of the flow is `value` of the property's reference unit, both of the package.
        given = value * unit.factor / reference.factor
        draft.add(
            "properties",
            flow_id=flow_id,
            property=units.property_names[property_id],
            value=given,
            unit=f"{unit.label}/{below}",
        )


def _write_below(label: str) -> str | None:
    return None if "/" in label else f"({label})" if "*" in label else label


def _translate(name: str) -> Unit:
    known = find_unit(name)
    return Unit(name, 1.0, name) if known is None else Unit(known[0], known[1], name)


def _read_unit(draft: Draft, unit: Json, factor: float, base: Unit) -> Unit:
    """Carry a unit of a group: its own label where it means the same here, else the group's reference unit."""
    name = unit.text("name")
    known = find_unit(name)
    try:
        if known is not None:
            here, reference = read_unit(known[0]), read_unit(base.label)
            if here.dimension == reference.dimension:
                exact = known[1] * here.factor / (reference.factor * base.factor)
                if abs(factor / exact - 1) > ROUNDED:
                    what = "units whose factor in their own group is not the exact one, which is taken"
                    draft.change(what, f"{name} is {factor!r} {base.name} there and {exact!r} in truth", 1)
                return Unit(known[0], known[1], name)
    except UnitError:
        pass  # the reference unit is not known here: amounts stay in it, and block until it is corrected
    return Unit(base.label, factor * base.factor, name)


def id_of(reference: Json | None) -> str:
    """Give the id of what is referred to, empty where nothing is."""
    return reference.text("@id") if reference else ""
