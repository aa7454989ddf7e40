"""Measures: all that is summed along supply chains, for every activity at once, before it is divided into shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.footprints.completeness import measure_mass_inputs, measure_near
from lcaengine.footprints.electricity import add_renewable
from lcaengine.footprints.gaps import trace_status
from lcaengine.footprints.labels import find_labels
from lcaengine.footprints.primary import build_graph, find_credit_chains, measure_sizes
from lcaengine.footprints.scopes import SCOPES, split_scopes
from lcaengine.method import SITE_RENEWABLE, Method
from lcaengine.solve import Ordering, name_activities, order_coupling, solve_stages
from lcaengine.system import Burdens, Characterization, Coupling, Entries, System, list_entries, sum_entries

__all__ = ["Measures", "find_burdens", "measure_system"]


@dataclass(frozen=True, slots=True)
class Measures:
    """Sums along the chains of all activities, per base unit of what each makes.

    Attributes
    ----------
    parts : tuple of str
        Stages (or other labels) that occur, then ``unassigned``, then ``total``.
    intensity : (n, parts, k) float64
        Y [unit of the indicator].
    size, primary : (n, parts, k) float64
        Sums of |direct contribution| along the chain, all and those from primary data.
    mass : (n, 2) float64
        Mass inputs along the chain, all and those nobody supplies [kg].
    near : (n, k) float64
        Y without products and factors of other places; NaN where what is left has no solution.
    status : (n, k) int8
        :class:`~lcaengine.results.Status`.
    credited : (m,) int64
        Activities with avoided or negative amounts in their chain: their sizes do not add up.
    graph, graph_order
        Who asks of whom, and its order.
    residual : float
        Worst verified componentwise backward error [1].
    sweeps, factorized : int
        Work done in loops, and loops that were factorized.
    """

    parts: tuple[str, ...]
    intensity: NDArray[np.float64]
    size: NDArray[np.float64]
    primary: NDArray[np.float64]
    mass: NDArray[np.float64]
    near: NDArray[np.float64]
    status: NDArray[np.int8]
    credited: NDArray[np.int64]
    graph: Coupling
    graph_order: Ordering
    residual: float
    sweeps: int
    factorized: int


def measure_system(system: System, method: Method, matched: Characterization, by: str = "stage") -> Measures:
    """Measure a system that is linked, allocated, free of starved loops, and matched to a method.

    Returns
    -------
    Measures
    """

    def name(activities: NDArray[np.int64]) -> str:
        return name_activities(system, activities)

    labels, label = find_labels(system, by)
    k = len(method.indicators)
    ordering = order_coupling(system.coupling)
    entries, burdens = find_burdens(system, method, matched, ordering)
    far = entries.take(entries.is_elsewhere)
    del entries  # as long as the exchanges, and not needed again
    pa.default_memory_pool().release_unused()
    graph = build_graph(system)
    graph_order = ordering if graph is system.coupling else order_coupling(graph)
    mass_inputs = measure_mass_inputs(system)
    direct = np.concatenate([burdens.direct, burdens.size, burdens.primary], axis=1)
    solved = solve_stages(system.coupling, direct, label, len(labels), name, ordering, mass_inputs)
    split = (solved.parts, solved.unassigned[:, None], solved.total[:, None])
    intensity, size = (np.concatenate([each[:, :, at] for each in split], axis=1) for at in (slice(k), slice(k, None)))
    credited = find_credit_chains(system, graph, graph_order)
    sizes = np.concatenate([direct[:, k:], mass_inputs], axis=1)
    along = measure_sizes(system, graph, credited, ordering, sizes, label, len(labels), name)
    mass = solved.apart.copy()
    size[credited], mass[credited] = along[:, :, : 2 * k], along[:, -1, 2 * k :]
    if by == "scope":
        labels = SCOPES
        is_declared = np.zeros(len(direct), np.bool_)
        is_declared[matched.declared.activity] = True
        scopes = split_scopes(system, direct, solved.total, is_declared, name)
        scopes[credited, :, k:] = 0.0  # no share is given: what runs backwards counts by its size there
        intensity, size = _insert_scopes(intensity, size, scopes, k)
    return Measures(
        parts=(*labels, "unassigned", "total"),
        intensity=intensity,
        size=size[:, :, :k],
        primary=size[:, :, k:],
        mass=mass,
        near=measure_near(system, burdens, far, solved.total[:, :k], name),
        status=trace_status(system, burdens, graph, graph_order),
        credited=credited,
        graph=graph,
        graph_order=graph_order,
        residual=solved.residual,
        sweeps=solved.sweeps,
        factorized=solved.factorized,
    )


def find_burdens(
    system: System, method: Method, matched: Characterization, ordering: Ordering
) -> tuple[Entries, Burdens]:
    """Find the direct contributions of every activity, one by one and in sum, those of renewable electricity included.

    Returns
    -------
    Entries, Burdens
    """
    entries = list_entries(system, method, matched)
    burdens = sum_entries(system, method, matched, entries)
    known = len(entries)
    entries, unknown = add_renewable(system, method, entries, burdens, ordering)
    if len(entries) > known:
        burdens = sum_entries(system, method, matched, entries)
    if unknown.any():
        burdens.is_missing[unknown, method.find(SITE_RENEWABLE)] = True
    return entries, burdens


def _insert_scopes(
    intensity: NDArray[np.float64], size: NDArray[np.float64], scopes: NDArray[np.float64], k: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put the scopes before `unassigned`, which keeps what has none."""
    is_split = ~np.asarray(np.isnan(scopes).any(axis=(1, 2)))[:, None]
    unassigned = [np.where(is_split, 0.0, each[:, 0])[:, None] for each in (intensity, size)]
    return (
        np.concatenate([scopes[:, :, :k], unassigned[0], intensity[:, -1:]], axis=1),
        np.concatenate([np.abs(np.nan_to_num(scopes[:, :, k:])), unassigned[1], size[:, -1:]], axis=1),
    )
