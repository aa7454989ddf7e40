"""Properties of EcoSpold 2 exchanges, as properties of their flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.ecospold.elements import Flow, join, read_attribute, read_measure, read_text
from lcaengine.formats.labels import find_unit
from lcaengine.units import CURRENCY_YEAR, read_unit

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["add_properties"]

NAMES = {
    "wet mass": "mass",
    "heating value, net": "heating_value_lhv",
    "heating value, gross": "heating_value_hhv",
    "price": "price",
}
"""Names of ecoinvent's properties, and of the same here; others keep their own."""
CONVERTING = ("mass", "heating_value_lhv", "heating_value_hhv")
"""Properties that join dimensions: they must be above zero, and a mass in kilograms has none."""


def add_properties(
    draft: Draft,
    values: dict[tuple[str, str], float],
    exchange: etree._Element,
    flow: Flow,
    factor: float,
    source_id: str,
    where: str,
) -> str:
    """Add the properties of an exchange, which are per unit of it, to its flow, and write the others as a comment.

    Parameters
    ----------
    draft : Draft
    values : dict
        Values by flow and property that are there; grows.
    exchange : lxml.etree._Element
    flow : Flow
        In the unit that the exchange has here.
    factor : float
        How many of that unit one of the exchange's own is.
    source_id, where : str
        Data set.

    Returns
    -------
    str
        The properties that the table cannot hold: those without dimension, and second values.
    """
    notes = []
    for element in exchange.iterfind("{*}property"):
        label, unit_label = read_text(element, "name"), read_text(element, "unitName")
        name, value, unit = NAMES.get(label, label), read_measure(element, "amount", where), find_unit(unit_label)
        example = f"{label} of {flow.name} in {where}"
        if not name or value is None or not is_measured(value):
            draft.lose("properties without a name or an amount", example)
            continue
        formula = read_attribute(element, "mathematicalRelation")
        note = f"{label} = {read_attribute(element, 'amount')} {unit_label}" + (f" = {formula}" if formula else "")
        problem = _find_problem(name, value, unit, flow)
        if not problem and unit is not None:
            value = value * unit[1] / factor if (unit[1], factor) != (1.0, 1.0) else value
            if values.setdefault((flow.flow_id, name), value) != value:
                problem = "properties that differ from one exchange to another: the first is the flow's"
        if problem:
            draft.change(f"{problem}; they stand in the comment", example)
            notes.append(note)
            continue
        if formula:
            notes.append(note)
        if unit is not None and not draft.has("properties", flow.flow_id, name):
            below = f"({flow.unit})" if "*" in flow.unit else flow.unit
            per = f"{unit[0]}/{below}"
            draft.add("properties", flow_id=flow.flow_id, property=name, value=value, unit=per, source_id=source_id)
    return join(*notes)


def _find_problem(name: str, value: float, unit: tuple[str, float] | None, flow: Flow) -> str:
    """Say why a property cannot stand in the table; empty where it can."""
    if unit is None or "/" in unit[0] or find_unit(flow.unit) is None:
        return "properties of no unit, or of one that is not known"
    if name in CONVERTING and value <= 0:
        return "masses and heating values that are not above zero"
    if name == "mass" and read_unit(flow.unit).base == "kg":
        return "masses of flows that are measured in mass: their mass is their amount"
    if name == "price" and not CURRENCY_YEAR.fullmatch(unit[0]):
        return "prices without a currency and its year"
    return ""
