"""Scoring: from an inventory and a method to the footprints of everything in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError, SolveError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import Status, find_gaps, trace_status
from lcaengine.footprints.primary import (
    build_graph,
    find_backward,
    find_credit_chains,
    measure_by_process,
    measure_forward,
)
from lcaengine.inventory import STAGES, Inventory, load_inventory
from lcaengine.inventory.conversion import mass_content
from lcaengine.method import Method, take_method
from lcaengine.solve import name_activities, order_coupling, report_loops, solve_stages
from lcaengine.system import Characterization, System, build_system, characterize, match_factors

__all__ = ["score", "score_system", "try_score"]


def score(inventory: Inventory, method: Method | str | Path = "core", unlinked: str = "refuse") -> Footprints:
    """Score every product, supplier, stage and indicator of an inventory.

    ``A' Y = (C B)'``, one solve for all activities; see :func:`~lcaengine.solve.solve_stages` for the stages.

    Parameters
    ----------
    inventory : Inventory
    method : Method, str or Path
        A method, the name of one that comes with the engine, or a folder.
    unlinked : {"refuse", "cutoff"}
        Whether an input nobody supplies stops the work, or is counted and left out.

    Returns
    -------
    Footprints

    Raises
    ------
    DataError
        With every blocking finding of the inventory.
    SolveError
        If the system is singular or the answer does not verify.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> lca.score(inventory).stages
    ('extraction', 'processing', 'unassigned', 'total')
    """
    if not isinstance(inventory, Inventory):
        raise LcaError(f"{type(inventory).__name__} is no inventory", "score", "give what read_inventory returns")
    found = Findings()
    footprints = _score_inventory(inventory, take_method(method), unlinked, found)
    raise_blockers(found, inventory.label)
    assert footprints is not None
    return footprints


def try_score(place: str | Path, method: Method, unlinked: str, found: Findings) -> Footprints | None:
    """Read and score an inventory; None, with the blockers in `found`, where that cannot be done.

    Returns
    -------
    Footprints or None
    """
    inventory = load_inventory(place, found)
    return None if inventory is None else _score_inventory(inventory, method, unlinked, found)


def _score_inventory(inventory: Inventory, method: Method, unlinked: str, found: Findings) -> Footprints | None:
    system = build_system(inventory, unlinked, found)
    report_loops(system, found)
    matched = match_factors(system, method, found)
    return None if found.blockers() else score_system(system, method, matched)


def score_system(system: System, method: Method, matched: Characterization) -> Footprints:
    """Score a system that is linked, allocated, free of starved loops, and matched to a method.

    Returns
    -------
    Footprints
    """
    burdens = characterize(system, method, matched)
    graph = build_graph(system)
    graph_order = order_coupling(graph)
    stages, label = _use_labels(system.activities.stage)
    k = len(method.indicators)

    def name(activities: NDArray[np.int64]) -> str:
        return name_activities(system, activities)

    sizes = np.concatenate([burdens.size, burdens.primary], axis=1)
    ordering, direct = order_coupling(system.coupling), np.concatenate([burdens.direct, sizes], axis=1)
    solved = solve_stages(system.coupling, direct, label, len(stages), name, ordering)
    every = np.concatenate([solved.parts, solved.unassigned[:, None], solved.total[:, None]], axis=1)
    size, primary = every[:, :, k : 2 * k].copy(), every[:, :, 2 * k :].copy()
    downstream = find_credit_chains(system, graph, graph_order)
    if len(downstream):
        # A process that runs backwards counts by its size all the same, which no linear solve gives.
        backward = find_backward(system, graph)
        measure = (system.coupling, sizes, label, len(stages), name)
        if len(backward) < len(downstream):
            sums = measure_by_process(backward, ordering, *measure)[downstream]
        else:
            sums = measure_forward(downstream, *measure)
        size[downstream], primary[downstream] = sums[:, :, :k], sums[:, :, k:]
    share = np.full(size.shape, np.nan)
    np.divide(primary, size, out=share, where=size > 0)
    reference, per_kg = _reference_units(system)
    with np.errstate(over="ignore"):  # refused below, by name
        value = every[:, :, :k] * reference[:, None, None]
    _refuse_overflow(value, per_kg, name)
    status = trace_status(system, burdens, graph, graph_order)
    value[np.broadcast_to((status == Status.MISSING)[:, None], value.shape)] = np.nan
    return Footprints(
        system,
        method,
        (*stages, "unassigned", "total"),
        value,
        np.clip(share, 0.0, 1.0),
        status,
        per_kg,
        find_gaps(system, method, matched, graph, graph_order),
        *(solved.residual, solved.sweeps, solved.factorized),
        (*system.inventory.warnings, *system.warnings, *matched.warnings),
    )


def _use_labels(stage: NDArray[np.int8]) -> tuple[tuple[str, ...], NDArray[np.int8]]:
    """Give the stages that occur, and every activity's position among them."""
    used = [at for at in range(len(STAGES)) if (stage == at).any()]
    label = np.full(len(stage), -1, np.int8)
    for position, at in enumerate(used):
        label[stage == at] = position
    return tuple(STAGES[at] for at in used), label


def _refuse_overflow(
    value: NDArray[np.float64], per_kg: NDArray[np.float64], name: Callable[[NDArray[np.int64]], str]
) -> None:
    """Raise where an intensity, per reference unit or per kg, is beyond what a float holds."""
    with np.errstate(over="ignore", invalid="ignore"):
        by_mass = value * np.where(np.isnan(per_kg), 1.0, per_kg)[:, None, None]
    bad = np.flatnonzero(~(np.isfinite(value) & np.isfinite(by_mass)).all(axis=(1, 2)))
    if len(bad):
        raise SolveError(
            "an intensity is too large for a number", name(bad[:5]), "check amounts, units and masses there"
        )


@np.errstate(divide="ignore", over="ignore")  # refused by name, where intensities are known
def _reference_units(system: System) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give base units per reference unit of every activity's product, and reference units a kg."""
    flows = system.inventory.flows
    base = np.ones(len(system.activities))
    per_kg = np.full(len(system.activities), np.nan)
    for a, flow in enumerate(system.activities.flow.tolist()):
        if flow < 0:
            continue
        unit = flows.units[flow]
        base[a] = unit.factor
        mass = mass_content(unit, flow, flows.properties)
        if mass is not None:
            per_kg[a] = np.divide(1.0, mass * unit.factor)
    return base, per_kg
