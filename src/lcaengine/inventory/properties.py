"""Properties of flows: read per reference unit, refused where they do not measure what they are named."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory.conversion import ENERGY, ENERGY_HHV, ENERGY_LHV, MASS, mass_content
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Flows, Property
from lcaengine.units import CURRENCY_YEAR, Unit, read_unit

__all__ = ["build_properties"]

_CONVERTING = ("mass", "volume", "count", "heating_value_hhv", "heating_value_lhv")
"""Properties that join a flow's unit to another dimension; they must be above zero."""
_DIMENSIONS = {
    "mass": (MASS,),
    "volume": (read_unit("m3").dimension, read_unit("Nm3").dimension),
    "count": (read_unit("piece").dimension,),
    "carbon_fossil": (MASS,),
    "carbon_biogenic": (MASS,),
    "heating_value_hhv": (ENERGY, ENERGY_HHV),
    "heating_value_lhv": (ENERGY, ENERGY_LHV),
}


def build_properties(
    frame: Frame, flow: NDArray[np.int64], units: list[Unit | None], flows: Flows, found: Findings
) -> dict[tuple[int, str], Property]:
    """Build the properties of all flows, and report those that do not hold.

    Parameters
    ----------
    frame : Frame
        The table `properties`.
    flow : (n,) int64
        Flow of each row, -1 where there is none of that name.
    units : list of Unit or None
        Unit of each row.
    flows : Flows
    found : Findings

    Returns
    -------
    dict
        (flow, property) to :class:`Property`.
    """
    properties: dict[tuple[int, str], Property] = {}
    contents: list[tuple[int, int, str]] = []
    values = frame.number("value")
    for at, (code, name, unit) in enumerate(zip(flow.tolist(), frame.text("property"), units, strict=True)):
        if code < 0 or unit is None or name is None or not np.isfinite(values[at]):
            continue
        row, value, reference = int(frame.rows[at]), float(values[at]), flows.units[code]
        problem = _find_unit_problem(name, unit, reference)
        if problem:
            what, fix = problem
            found.block("property_unit", "properties", what, fix, row=row, column="unit", value=unit.label)
            continue
        built = Property(value * unit.factor, unit.dimension.partition("/")[0], unit.base.partition("/")[0])
        problem = _find_value_problem(name, value, built, reference, properties.get((code, "heating_value_hhv")))
        if problem:
            what, fix = problem
            found.block("property_value", "properties", what, fix, row=row, column="value", value=value)
            continue
        properties[code, name] = built
        if name.startswith("content:"):
            contents.append((at, code, name))
    for at, code, name in contents:  # when the masses are known
        problem = _find_content_problem(name, properties[code, name].value, code, flows, properties)
        if problem:
            what, fix = problem
            row, given = int(frame.rows[at]), float(values[at])
            found.block("property_value", "properties", what, fix, row=row, column="value", value=given)
            del properties[code, name]
    return properties


def _find_unit_problem(name: str, unit: Unit, reference: Unit) -> tuple[str, str] | None:
    above, slash, below = unit.dimension.partition("/")
    if name == "content:":
        return "property 'content:' names nothing that is contained", "write content:Nd or the like"
    if not slash or below != reference.dimension:
        fix = f"write its unit as .../{reference.label}"
        return f"property {name!r} is not per the flow's {reference.label!r}", fix
    expected = _DIMENSIONS.get(name, (MASS,) if name.startswith("content:") else ())
    if (expected and above not in expected) or (name == "price" and not CURRENCY_YEAR.fullmatch(unit.base[:7])):
        return (
            f"unit {unit.label!r} does not measure {name!r}",
            "write it in the unit of that property (kg/..., MJ/...)",
        )
    return None


def _find_content_problem(
    name: str, content: float, flow: int, flows: Flows, properties: Mapping[tuple[int, str], Property]
) -> tuple[str, str] | None:
    if content < 0:
        return f"property {name!r} is below zero", "write what the flow holds"
    mass = mass_content(flows.units[flow], flow, properties)
    if mass is not None and content > mass * (1 + 1e-9):
        return (
            f"the flow holds more of {name.removeprefix('content:')!r} than it weighs: {content:g} kg in {mass:g} kg",
            "check value and unit",
        )
    return None


def _find_value_problem(
    name: str, value: float, built: Property, reference: Unit, hhv: Property | None
) -> tuple[str, str] | None:
    if name in _CONVERTING and value <= 0:
        return f"property {name!r} is {value:g}, it must be above zero", "write it as measured"
    if not np.isfinite(built.value) or (name in _CONVERTING and built.value == 0):
        return f"property {name!r} is out of range in base units", "check value and unit"
    if name == "mass" and reference.dimension == MASS and abs(built.value - 1) > 1e-9:
        return (
            f"a flow measured in {reference.label} has a mass of {value:g}",
            "take the row away: its mass is its amount",
        )
    if name == "heating_value_lhv" and hhv and built.value > hhv.value:
        return "the lower heating value is above the higher one", "check which is which"
    return None
