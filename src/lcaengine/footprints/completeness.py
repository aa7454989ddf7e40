"""Completeness: what is missing from a number, what share of its mass is, and what rests on other places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.inventory.conversion import list_masses
from lcaengine.inventory.inventory import Kind
from lcaengine.solve import solve_coupling
from lcaengine.system import Burdens, Entries, System, build_coupling

__all__ = ["measure_mass_inputs", "measure_near"]


def measure_mass_inputs(system: System) -> NDArray[np.float64]:
    """Measure the products every activity takes that have a mass, all of them and those nobody supplies.

    Returns
    -------
    (n, 2) float64
        Sums of |amount| over exchange rows, per gross output [kg].
    """
    inventory, demands = system.inventory, system.demands
    exchanges, flows = inventory.exchanges, inventory.flows
    mass = list_masses(flows)
    mass = np.where((flows.kind == Kind.PRODUCT) & ~np.isnan(mass), mass, 0.0)
    own = np.flatnonzero((demands.row >= 0) & ~demands.is_credit & exchanges.is_input[np.maximum(demands.row, 0)])
    amount = np.abs(demands.amount[own]) * mass[exchanges.flow[demands.row[own]]]
    activity, count = demands.activity[own], len(system.activities)
    unlinked = np.where(demands.provider[own] < 0, amount, 0.0)
    return np.stack([np.bincount(activity, amount, count), np.bincount(activity, unlinked, count)], axis=1)


def measure_near(
    system: System,
    burdens: Burdens,
    entries: Entries,
    total: NDArray[np.float64],
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Measure every intensity without products and factors of other places.

    Parameters
    ----------
    system : System
    burdens : Burdens
    entries : Entries
        At least those whose factor is another place's.
    total : (n, k) float64
        Y.
    name : callable

    Returns
    -------
    (n, k) float64
        Y' [unit of the indicator]; Y where nothing rests on them, NaN where what is left has no solution.
    """
    demands = system.demands
    far = demands.fallback >= 0
    if not far.any() and not entries.is_elsewhere.any():
        return total
    linked = (demands.provider >= 0) & ~far
    sign = np.where(demands.is_credit, 1.0, -1.0)
    near = build_coupling(
        system.activities.output,
        demands.activity[linked],
        demands.provider[linked],
        (sign * demands.amount)[linked],
    )
    direct = burdens.direct.copy()
    at = entries.is_elsewhere
    np.subtract.at(direct, (entries.activity[at], entries.indicator[at]), entries.value[at])
    try:
        return solve_coupling(near, direct, name).x
    except SolveError:
        return np.full(total.shape, np.nan)
