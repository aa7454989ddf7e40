"""Completeness: what is missing from a number, what share of its mass is, and what rests on other places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.footprints.gaps import Status
from lcaengine.inventory.conversion import list_masses
from lcaengine.inventory.inventory import Kind
from lcaengine.solve import solve_coupling
from lcaengine.system import Burdens, Entries, System, build_coupling

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["measure_mass_inputs", "measure_near", "tabulate_completeness"]


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


def tabulate_completeness(footprints: Footprints, coded: bool = False) -> pa.Table:
    """Give the completeness record: one row an activity and indicator.

    Parameters
    ----------
    footprints : Footprints
    coded : bool
        Whether text stays codes and words.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, basis (of a market), indicator, status, missing_inputs,
        missing_factors, unlinked_mass_share, indicators_missing, fallback_share.
    """
    from lcaengine.footprints.table import code_activities, nullable, spell_table, statuses

    n, _, k = footprints.value.shape
    every = np.repeat(np.arange(n), k)
    rows, names = pa.array(every), pa.array([each.id for each in footprints.method.indicators], pa.string())
    basis = pa.array(footprints.system.activities.basis, pa.string()).dictionary_encode()
    table = pa.table(
        {
            **{name: column.take(rows) for name, column in code_activities(footprints).items()},
            "basis": basis.take(rows),
            "indicator": pa.DictionaryArray.from_arrays(pa.array(np.tile(np.arange(k, dtype=np.int32), n)), names),
            "status": statuses(footprints.status.reshape(-1)),
            "missing_inputs": pa.array(footprints.gaps.missing_inputs[every]),
            "missing_factors": pa.array(footprints.gaps.missing_factors[every]),
            "unlinked_mass_share": nullable(footprints.unlinked_mass_share[every]),
            "indicators_missing": _list_missing(footprints).take(rows),
            "fallback_share": nullable(footprints.fallback_share.reshape(-1)),
        }
    )
    return table if coded else spell_table(table)


def _list_missing(footprints: Footprints) -> pa.DictionaryArray:
    """Name the indicators that every activity lacks, as codes and words: few sets of them occur."""
    missing = footprints.status == Status.MISSING
    names = [each.id for each in footprints.method.indicators]
    sets, of = np.unique(missing, axis=0, return_inverse=True) if missing.any() else (missing[:1], 0)
    lacking = [";".join(name for name, m in zip(names, row, strict=True) if m) for row in sets.tolist()]
    codes = np.broadcast_to(np.asarray(of, np.int32).reshape(-1), (len(missing),))
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(lacking, pa.string()))
