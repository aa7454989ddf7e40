"""Conversion between dimensions, by properties of that very flow and no default."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.inventory.inventory import Flows, Property
from lcaengine.units import Unit, read_unit

__all__ = ["convert", "energy_content", "list_masses", "mass_content"]

ENERGY = read_unit("MJ").dimension
ENERGY_HHV = read_unit("MJ_hhv").dimension
ENERGY_LHV = read_unit("MJ_lhv").dimension
MASS = read_unit("kg").dimension

_EQUIVALENTS = ("mass", "volume", "count")
"""Properties that say how much of one dimension a reference unit is in another."""


def convert(unit: Unit, reference: Unit, flow: int, properties: Mapping[tuple[int, str], Property]) -> float:
    """Give base units of a flow per `unit`.

    Parameters
    ----------
    unit : Unit
        The unit an amount is written in.
    reference : Unit
        The flow's reference unit.
    flow : int
        Position of the flow.
    properties : dict
        Properties of all flows.

    Returns
    -------
    float
        [base unit of the flow / `unit`]

    Raises
    ------
    UnitError
        If the dimensions differ and no property of this flow joins them, or two do and disagree in basis.
    """
    if unit.dimension == reference.dimension:
        return unit.factor
    hhv = properties.get((flow, "heating_value_hhv"))
    lhv = properties.get((flow, "heating_value_lhv"))
    if unit.dimension == ENERGY and hhv and lhv:
        fix = "write MJ_hhv or MJ_lhv: the flow has both heating values"
        raise UnitError(f"unit {unit.label!r} does not say which heating value", "", fix, given=unit.label)
    for joined, dimensions in ((hhv, (ENERGY, ENERGY_HHV)), (lhv, (ENERGY, ENERGY_LHV))):
        if joined and unit.dimension in dimensions:
            return unit.factor / joined.value
    for name in _EQUIVALENTS:
        joined = properties.get((flow, name))
        if joined and joined.dimension == unit.dimension:
            return unit.factor / joined.value
    what = f"unit {unit.label!r} does not convert to the flow's {reference.label!r}"
    joins = "the property that joins them (mass, volume, heating value)"
    fix = f"write the amount in {reference.label}, or give the flow {joins}"
    raise UnitError(what, "", fix, given=unit.label, allowed=(reference.label,))


def mass_content(reference: Unit, flow: int, properties: Mapping[tuple[int, str], Property]) -> float | None:
    """Give kg per base unit of a flow, None where it has no mass."""
    if reference.dimension == MASS:
        return 1.0
    mass = properties.get((flow, "mass"))
    return mass.value if mass else None


def list_masses(flows: Flows) -> NDArray[np.float64]:
    """Give kg per base unit of every flow, NaN where one has no mass; as :func:`mass_content` does of one.

    Returns
    -------
    (n,) float64
    """
    is_mass = np.array([unit.dimension == MASS for unit in flows.kinds_of_unit], np.bool_)
    masses = np.where(is_mass, 1.0, np.nan)[flows.unit]
    for (flow, name), known in flows.properties.items():
        if name == "mass" and not is_mass[flows.unit[flow]]:
            masses[flow] = known.value
    return masses


def energy_content(
    reference: Unit, flow: int, properties: Mapping[tuple[int, str], Property]
) -> tuple[float, bool] | None:
    """Give MJ per base unit of a flow at its higher heating value, and whether only the lower one was there.

    Returns
    -------
    (float, bool) or None
        [MJ / base unit of the flow]; None where the flow has no energy content.
    """
    if reference.dimension in (ENERGY, ENERGY_HHV):
        return 1.0, False
    hhv = properties.get((flow, "heating_value_hhv"))
    if hhv:
        return hhv.value, False
    if reference.dimension == ENERGY_LHV:
        return 1.0, True
    lhv = properties.get((flow, "heating_value_lhv"))
    return (lhv.value, True) if lhv else None
