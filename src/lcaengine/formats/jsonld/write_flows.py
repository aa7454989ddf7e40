"""Units, flow properties and flows of an inventory as openLCA has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lcaengine.formats.jsonld.own import make_uuid, write_own
from lcaengine.inventory import Inventory
from lcaengine.inventory.conversion import convert
from lcaengine.units import Unit, read_unit

__all__ = ["Catalog", "find_joined", "list_flows", "open_catalog", "to_plain"]

STANDARD = {
    "kg": ("kg", "g", "mg", "ug", "t", "kt", "Mt"),
    "MJ": ("MJ", "J", "kJ", "GJ", "TJ", "PJ", "Wh", "kWh", "MWh"),
    "m3": ("m3", "l", "dm3"),
    "m2": ("m2", "ha", "km2"),
    "m": ("m", "km"),
    "kBq": ("kBq", "Bq"),
    "m2*a": ("m2*a", "ha*a"),
    "t*km": ("t*km", "kg*km"),
    "p*km": ("p*km",),
    "v*km": ("v*km",),
}
"""Base unit, and units that mean the same in openLCA's own unit groups; there a year has 365 days and `lb av` 0.45 kg.

A dimension of which no other unit is used is written as openLCA's own unit group, with its ids, so that flows fit to
the flow properties and methods of a database; of others a group of our own is written.
"""
NAMES = {
    "mass": "Mass",
    "volume": "Volume",
    "count": "Number of items",
    "heating_value_hhv": "Gross calorific value",
    "heating_value_lhv": "Net calorific value",
}
"""Properties that openLCA has a name for."""
FOLDERS = {"air": "Emission to air", "water": "Emission to water", "soil": "Emission to soil", "resource": "Resource"}
KINDS = {"product": "PRODUCT_FLOW", "waste": "WASTE_FLOW", "elementary": "ELEMENTARY_FLOW"}


@dataclass(frozen=True, slots=True)
class Catalog:
    """The units and flow properties that are used, and how to refer to them.

    Attributes
    ----------
    groups : dict of str to dict of str to Unit
        By dimension: the units in use by label, the reference unit first.
    properties : dict of (str, str) to str
        (property, dimension) to the id of its flow property; the property is empty for what flows are measured in.
    """

    groups: dict[str, dict[str, Unit]] = field(default_factory=dict)
    properties: dict[tuple[str, str], str] = field(default_factory=dict)

    def unit_id(self, unit: Unit) -> str:
        """Give the id of a unit."""
        from olca_schema import units

        known = units.unit_ref(unit.label) if self.is_standard(unit.dimension) else None
        return str(known.id) if known else make_uuid("units", f"{unit.dimension} {unit.label}")

    def group(self, dimension: str) -> tuple[str, str]:
        """Give id and name of a unit group."""
        from olca_schema import units

        base = next(iter(self.groups[dimension]))
        known = units.group_ref(base) if self.is_standard(dimension) else None
        return (str(known.id), str(known.name)) if known else (make_uuid("groups", dimension), f"Units of {base}")

    def property(self, name: str, dimension: str) -> tuple[str, str]:
        """Give id and name of the flow property that is `name` measured in a dimension."""
        from olca_schema import units

        base = next(iter(self.groups[dimension]))
        known = units.property_ref(base) if self.is_standard(dimension) else None
        if known and name in ("", "mass", "volume"):
            return str(known.id), str(known.name)
        shown = NAMES.get(name, name) if name else f"Amount in {base}"
        return make_uuid("properties", f"{name} {dimension}"), shown

    def is_standard(self, dimension: str) -> bool:
        """Tell whether a dimension is written as openLCA's own unit group."""
        labels = self.groups[dimension]
        return set(labels) <= set(STANDARD.get(next(iter(labels)), ()))


def open_catalog(inventory: Inventory) -> Catalog:
    """List the units and flow properties that an inventory uses."""
    catalog = Catalog()
    labels = [unit.label for unit in inventory.flows.units]
    labels += inventory.frames["exchanges"].columns["unit"].unique().to_pylist()
    for label in labels:
        _add_unit(catalog, read_unit(label))
    for unit in inventory.flows.units:
        catalog.properties.setdefault(("", unit.dimension), "")
    for (_, name), known in inventory.flows.properties.items():
        _add_unit(catalog, read_unit(known.base))
        catalog.properties.setdefault((name, read_unit(known.base).dimension), "")
    for name, dimension in list(catalog.properties):
        catalog.properties[name, dimension] = catalog.property(name, dimension)[0]
    return catalog


def _add_unit(catalog: Catalog, unit: Unit) -> None:
    units = catalog.groups.setdefault(unit.dimension, {unit.base: read_unit(unit.base)})
    units.setdefault(unit.label, unit)


def find_joined(inventory: Inventory, flow: int, unit: Unit) -> str | None:
    """Name the property of a flow through which an amount in a unit is read; None where its value must be converted.

    Empty where the unit is of the flow's own dimension.
    """
    flows = inventory.flows
    if unit.dimension == flows.units[flow].dimension:
        return ""
    factor = convert(unit, flows.units[flow], flow, flows.properties)
    for name in ("heating_value_hhv", "heating_value_lhv", "mass", "volume", "count"):
        known = flows.properties.get((flow, name))
        if known and read_unit(known.base).dimension == unit.dimension and unit.factor / known.value == factor:
            return name
    return None


def list_units(catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the unit groups and flow properties."""
    import olca_schema as olca

    for dimension, units in catalog.groups.items():
        own_id, name = catalog.group(dimension)
        rows = [
            olca.Unit(catalog.unit_id(u), u.factor, name=label, is_ref_unit=not at)
            for at, (label, u) in enumerate(units.items())
        ]
        group = olca.UnitGroup(own_id, name=name, units=rows)
        yield f"unit_groups/{own_id}.json", to_plain(group)
    written = set[str]()
    for (name, dimension), own_id in catalog.properties.items():
        if own_id in written:
            continue
        written.add(own_id)
        kind = olca.FlowPropertyType.ECONOMIC_QUANTITY if name == "price" else olca.FlowPropertyType.PHYSICAL_QUANTITY
        group_id, group_name = catalog.group(dimension)
        reference = olca.Ref(id=group_id, name=group_name, ref_type=olca.RefType.UnitGroup)
        entity = olca.FlowProperty(own_id, name=catalog.property(name, dimension)[1], unit_group=reference)
        entity.flow_property_type = kind
        yield f"flow_properties/{own_id}.json", to_plain(entity) | write_own("flow_properties", {"property": name})


def list_flows(inventory: Inventory, catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the flows, each with its properties, and the unit groups and flow properties before them."""
    import olca_schema as olca

    yield from list_units(catalog)
    frame, flows = inventory.frames["flows"], inventory.flows
    of_flow: dict[int, list[tuple[str, float, str]]] = {}
    for (flow, name), known in flows.properties.items():
        of_flow.setdefault(flow, []).append((name, known.value, read_unit(known.base).dimension))
    columns = {name: values.to_pylist() for name, values in frame.columns.items()}
    for at, unit in enumerate(flows.units):
        row = {name: values[at] for name, values in columns.items()}
        entity = olca.Flow(make_uuid("flows", row["flow_id"]), name=row["name"], cas=row["cas_number"])
        entity.flow_type = olca.FlowType(KINDS[row["kind"]])
        entity.category = _write_category(row)
        entity.flow_properties = [_factor(olca, catalog, "", unit.dimension, 1.0, True)]
        for name, value, dimension in of_flow.get(at, ()):
            entity.flow_properties.append(_factor(olca, catalog, name, dimension, value, False))
        yield f"flows/{entity.id}.json", to_plain(entity) | write_own("flows", row)


def to_plain(entity: Any) -> dict[str, Any]:
    """Give an entity ready for JSON, without the time it was made: the same inventory is the same package."""
    content: dict[str, Any] = entity.to_dict()
    return {key: value for key, value in content.items() if key not in ("version", "lastChange")}


def _factor(olca: Any, catalog: Catalog, name: str, dimension: str, value: float, is_reference: bool) -> Any:
    own_id, shown = catalog.property(name, dimension)
    reference = olca.Ref(id=own_id, name=shown, ref_type=olca.RefType.FlowProperty)
    return olca.FlowPropertyFactor(value, reference, is_reference)


def _write_category(row: dict[str, Any]) -> str | None:
    if row["kind"] != "elementary":
        return str(row["category"]) if row["category"] else None
    compartment = row["compartment"] or ""
    parts = ["Elementary flows", FOLDERS.get(compartment, compartment), row["sub_compartment"] or ""]
    return "/".join(part for part in parts if part)
