"""Renewable electricity: followed from the grid to the generator, and there by the energy its chain takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.footprints.primary import build_graph
from lcaengine.kernels.chain import carry_bits
from lcaengine.method import SITE_ELECTRICITY, SITE_RENEWABLE, Method
from lcaengine.results import SHARE_ROUNDING, divide_renewable
from lcaengine.solve import Ordering, name_activities, order_coupling, solve_coupling
from lcaengine.system import (
    ELECTRICITY,
    Burdens,
    Entries,
    System,
    build_coupling,
    list_site_energy,
    make_entries,
)

__all__ = ["add_renewable", "share_renewable"]


def add_renewable(
    system: System, method: Method, entries: Entries, burdens: Burdens, ordering: Ordering
) -> tuple[Entries, NDArray[np.bool_]]:
    """Add what of the electricity that labelled processes buy is renewable.

    Parameters
    ----------
    system : System
    method : Method
    entries : Entries
        Direct contributions so far.
    burdens : Burdens
        Their sums.
    ordering : Ordering
        Of the system's coupling.

    Returns
    -------
    entries : Entries
        With those of ``electricity_site_renewable``.
    is_missing : (n,) bool
        Buyers of electricity of which that is not known.
    """
    k = method.find(SITE_RENEWABLE)
    buyer, energy, row, provider = list_site_energy(system, ELECTRICITY)
    is_missing = np.zeros(len(system.activities), np.bool_)
    if k < 0 or not len(buyer):
        return entries, is_missing
    share = _find_renewable(system, method, burdens, ordering)
    of = np.where(provider >= 0, share[np.maximum(provider, 0)], np.nan)
    unknown = np.isnan(of) & (provider >= 0) & (energy != 0)  # who is cut off is counted as that
    is_missing[buyer[unknown]] = True
    value = np.nan_to_num(of) * energy / method.indicators[k].unit.factor
    added = make_entries(system, buyer, np.full(len(buyer), k), value, row, np.zeros(len(buyer), np.bool_))
    columns = ("activity", "indicator", "value", "row", "data_type", "is_elsewhere")
    return Entries(*(np.concatenate([getattr(entries, c), getattr(added, c)]) for c in columns)), is_missing


def _find_renewable(system: System, method: Method, burdens: Burdens, ordering: Ordering) -> NDArray[np.float64]:
    """Find the renewable share r of every activity's electricity.

    With w_ai what activity a takes of the electricity of i per unit it makes, at most one in all, and q_a the
    renewable share of the cumulative energy demand of a::

        r_a = sum_i w_ai r_i + (1 - sum_i w_ai) q_a

    A grid, a transformer or a store passes on what it takes; a generator is what its chain takes.

    Returns
    -------
    (n,) float64
        [1]; NaN where it is not known, or the activity makes no electricity.
    """
    activities, demands, flows = system.activities, system.demands, system.inventory.flows
    n = len(activities)
    makes = np.array([f >= 0 and flows.category[f] == ELECTRICITY for f in activities.flow.tolist()], np.bool_)

    def name(at: NDArray[np.int64]) -> str:
        return name_activities(system, at)

    energy = [method.find("energy"), method.find("energy_renewable")]
    demanded = solve_coupling(system.coupling, burdens.direct[:, energy], name, ordering).x
    lacks = _carry_down(system, np.asarray(burdens.is_missing[:, energy].any(axis=1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(demanded[:, 0] > 0, demanded[:, 1] / demanded[:, 0], np.nan)
    inner = (demands.provider >= 0) & ~demands.is_credit & (demands.amount > 0) & makes[demands.activity]
    inner &= makes[np.maximum(demands.provider, 0)]
    asks, meets = demands.activity[inner], demands.provider[inner]
    weight = demands.amount[inner] / activities.output[asks]
    taken = np.bincount(asks, weight, n)
    weight = weight / np.maximum(taken, 1.0)[asks]
    left = 1.0 - np.minimum(taken, 1.0)
    left[left < SHARE_ROUNDING] = 0.0  # shares that sum to one but for rounding
    passes = build_coupling(np.ones(n), asks, meets, -weight)
    unknown = (makes & (left > 0) & (lacks | ~np.isfinite(own))).astype(np.float64)
    right = np.stack([np.where(left > 0, left * np.nan_to_num(np.clip(own, 0.0, 1.0)), 0.0), unknown], axis=1)
    solved = solve_coupling(passes, right, name).x
    return np.where(makes & (solved[:, 1] == 0), solved[:, 0], np.nan)


def _carry_down(system: System, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark every activity that has a marked one in its chain."""
    if not marked.any():
        return marked
    graph = build_graph(system)
    ordering = order_coupling(graph)
    marks = marked.astype(np.uint64)
    return np.asarray(carry_bits(graph.indptr, graph.indices, ordering.order, ordering.starts, marks) > 0)


def share_renewable(method: Method, value: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Give the renewable share of the electricity bought, by activity and part; None where the method has it not.

    Parameters
    ----------
    method : Method
    value : (n, parts, k) float64
        Footprints.

    Returns
    -------
    (n, parts) float64 or None
        [1]; NaN where no electricity is bought, it is not known, or credits leave less of one than of the other.
    """
    all_of, renewable = method.find(SITE_ELECTRICITY), method.find(SITE_RENEWABLE)
    return None if min(all_of, renewable) < 0 else divide_renewable(value[:, :, renewable], value[:, :, all_of])
