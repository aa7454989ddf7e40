"""Ends: the end products of an inventory, and what one unit of each calls for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lcaengine.footprints.display import find_ends
from lcaengine.solve import name_activities, solve_coupling
from lcaengine.system import System, transpose

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["MOST_ENDS", "list_reference_units", "supply_ends"]

MOST_ENDS = 64
"""For how many end products, bills and markets first, a check measures what rests on what."""


def list_reference_units(system: System) -> NDArray[np.float64]:
    """Give base units per reference unit of what every activity makes.

    Returns
    -------
    (n,) float64
    """
    made = system.activities.flow
    unit = np.ones(len(made))
    unit[made >= 0] = [system.inventory.flows.units[f].factor for f in made[made >= 0].tolist()]
    return unit


def supply_ends(footprints: Footprints) -> tuple[list[int], NDArray[np.float64]]:
    """Solve ``A s = f`` for one reference unit of each end product.

    Returns
    -------
    ends : list of int
        At most :data:`MOST_ENDS` activities.
    supply : (n, ends) float64
        s, in gross outputs.
    """
    system = footprints.system
    kinds = system.activities.kind
    ends = sorted(find_ends(footprints), key=lambda a: (-int(kinds[a]), a))[:MOST_ENDS]
    demand = np.zeros((len(system.activities), len(ends)))
    demand[ends, np.arange(len(ends))] = list_reference_units(system)[ends]

    def name(at: NDArray[np.int64]) -> str:
        return name_activities(system, at)

    return ends, solve_coupling(transpose(system.coupling), demand, name).x
