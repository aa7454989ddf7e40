"""Site energy: final energy as bought by labelled processes, at its higher heating value, nothing upstream of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory.conversion import energy_content
from lcaengine.system.system import System

__all__ = ["list_site_energy", "report_site_energy"]

CARRIER = "energy carrier"
"""The category of flows that count at their heating value."""
ELECTRICITY = "electricity"
"""The category of electricity."""
BOUGHT = (ELECTRICITY, "steam", "heat", "cooling")
"""Categories of energy whose generation is scope 2 of who buys it."""
BURNED = "burned on site"
"""The category of fuel that is burned where it is used: its burning is scope 1 of who buys it."""


def list_site_energy(
    system: System, category: str = ""
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """List the energy bought by labelled processes: flows measured in energy, and energy carriers at their HHV.

    Parameters
    ----------
    system : System
    category : str
        Only flows of this category; empty for all.

    Returns
    -------
    activity, energy, row, provider : (m,)
        Activity, energy [MJ], exchange row, and who meets each input (-1 where nobody does).
    """
    inventory, demands = system.inventory, system.demands
    at = _find_bought(system)
    if category:
        is_of = np.array([each == category for each in inventory.flows.category], np.bool_)
        at = at[is_of[inventory.exchanges.flow[demands.row[at]]]]
    row = demands.row[at]
    flow = inventory.exchanges.flow[row]
    content = np.zeros(len(inventory.flows))
    for each in np.unique(flow).tolist():
        carries = energy_content(inventory.flows.units[each], each, inventory.flows.properties)
        content[each] = carries[0] if carries else 0.0
    energy = content[flow] * demands.amount[at]
    return demands.activity[at], energy, row, demands.provider[at]


def report_site_energy(system: System, found: Findings) -> None:
    """Report energy carriers that labelled processes buy whose energy is unknown, or known at the lower value only."""
    flows = system.inventory.flows
    for flow in np.unique(system.inventory.exchanges.flow[system.demands.row[_find_bought(system)]]).tolist():
        flow_id, carries = flows.ids[flow].as_py(), energy_content(flows.units[flow], flow, flows.properties)
        if carries is None:
            what = f"{flow_id!r} is an {CARRIER} without a heating value: the energy bought with it is unknown"
            found.block("site_energy", "properties", what, "give heating_value_hhv, or another category", value=flow_id)
        elif carries[1]:
            what = f"{flow_id!r} has a lower heating value only; energy_site rests on it"
            found.warn("energy_lhv", "properties", what, "give heating_value_hhv", value=flow_id)
    known = (CARRIER, *BOUGHT, BURNED)
    for flow, category in enumerate(flows.category):
        meant = category.strip().casefold() if category else ""
        if meant in known and category != meant:
            what = f"category {category!r} is not {meant!r} to the letter and counts for nothing"
            found.warn("category", "flows", what, f"write {meant}", column="category", value=flows.ids[flow].as_py())
        if category == ELECTRICITY and not flows.units[flow].base.startswith("MJ"):
            what = f"electricity is not measured in energy but in {flows.units[flow].label}"
            fix = "measure it in kWh or MJ"
            found.block("electricity_unit", "flows", what, fix, column="unit", value=flows.ids[flow].as_py())


def _find_bought(system: System) -> NDArray[np.int64]:
    """Find the demands of labelled processes for energy: inputs, credits left out."""
    inventory, demands = system.inventory, system.demands
    flows = inventory.flows
    is_energy = np.array([unit.base.startswith("MJ") for unit in flows.kinds_of_unit], np.bool_)[flows.unit]
    is_energy |= np.array([category == CARRIER for category in flows.category], np.bool_)
    row = np.maximum(demands.row, 0)
    bought = (demands.row >= 0) & ~demands.is_credit & (system.activities.stage[demands.activity] >= 0)
    return np.flatnonzero(bought & inventory.exchanges.is_input[row] & is_energy[inventory.exchanges.flow[row]])
