"""Scoring: from an inventory and a method to the footprints of everything in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError, SolveError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.footprints.completeness import measure_fallback, measure_mass_inputs
from lcaengine.footprints.electricity import add_renewable
from lcaengine.footprints.fallbacks import report_fallbacks
from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import Status, find_gaps, trace_status
from lcaengine.footprints.labels import find_labels
from lcaengine.footprints.primary import build_graph, find_credit_chains, measure_sizes
from lcaengine.footprints.scopes import SCOPES, split_scopes
from lcaengine.inventory import Inventory, load_inventory
from lcaengine.inventory.conversion import list_masses
from lcaengine.method import SITE_RENEWABLE, Method, take_method
from lcaengine.policy import Policy
from lcaengine.solve import Ordering, name_activities, order_coupling, report_loops, solve_stages
from lcaengine.system import (
    Burdens,
    Characterization,
    Entries,
    System,
    build_system,
    list_entries,
    match_factors,
    sum_entries,
)

__all__ = ["find_burdens", "score", "score_inventory", "score_system", "try_score"]

MOST_NUMBERS = 150_000_000
"""How many numbers the split of all activities may hold."""


def score(
    inventory: Inventory,
    method: Method | str | Path = "core",
    policy: Policy | None = None,
    by: str = "stage",
) -> Footprints:
    """Score every product, supplier, stage and indicator of an inventory.

    ``A' Y = (C B)'``, one solve for all activities; see :func:`~lcaengine.solve.solve_stages` for the stages.

    Parameters
    ----------
    inventory : Inventory
    method : Method, str or Path
        A method, the name of one that comes with the engine, or a folder.
    policy : Policy, optional
        What is done where the inventory leaves a choice.
    by : {"stage", "supplier", "location", "scope"}
        What each footprint is split by.

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
    footprints = score_inventory(inventory, take_method(method), policy or Policy(), by, found)
    raise_blockers(found, inventory.label)
    assert footprints is not None
    return footprints


def try_score(
    place: str | Path, method: Method, policy: Policy, found: Findings, by: str = "stage"
) -> Footprints | None:
    """Read and score an inventory; None, with the blockers in `found`, where that cannot be done.

    Returns
    -------
    Footprints or None
    """
    inventory = load_inventory(place, found)
    return None if inventory is None else score_inventory(inventory, method, policy, by, found)


def score_inventory(
    inventory: Inventory, method: Method, policy: Policy, by: str, found: Findings
) -> Footprints | None:
    """Score an inventory that is read; None, with the blockers in `found`, where that cannot be done.

    Returns
    -------
    Footprints or None
    """
    _give_back()
    system = build_system(inventory, policy, found)
    report_loops(system, found)
    matched = match_factors(system, method, found)
    return None if found.blockers() else score_system(system, method, matched, by)


def score_system(system: System, method: Method, matched: Characterization, by: str = "stage") -> Footprints:
    """Score a system that is linked, allocated, free of starved loops, and matched to a method.

    Returns
    -------
    Footprints
    """

    def name(activities: NDArray[np.int64]) -> str:
        return name_activities(system, activities)

    labels, label = find_labels(system, by)
    k = len(method.indicators)
    _refuse_size(system, len(labels), k, by)
    ordering = order_coupling(system.coupling)
    entries, burdens = find_burdens(system, method, matched, ordering)
    far = entries.take(entries.is_elsewhere)
    del entries  # as long as the exchanges, and not needed again
    _give_back()
    graph = build_graph(system)
    graph_order = order_coupling(graph)
    sizes = np.concatenate([burdens.size, burdens.primary, measure_mass_inputs(system)], axis=1)
    direct = np.concatenate([burdens.direct, sizes], axis=1)
    solved = solve_stages(system.coupling, direct, label, len(labels), name, ordering)
    every = np.concatenate([solved.parts, solved.unassigned[:, None], solved.total[:, None]], axis=1)
    credited = find_credit_chains(system, graph, graph_order)
    intensity, size = every[:, :, :k], every[:, :, k:].copy()
    size[credited] = measure_sizes(system, graph, credited, ordering, sizes, label, len(labels), name)
    if by == "scope":
        labels = SCOPES
        is_declared = np.zeros(len(direct), np.bool_)
        is_declared[matched.declared.activity] = True
        scopes = split_scopes(system, direct, solved.total, is_declared, name)
        scopes[credited, :, k:] = 0.0  # no share is given: what runs backwards counts by its size there
        intensity, size = _insert_scopes(intensity, size, scopes, k)
    share = np.full(intensity.shape, np.nan)
    np.divide(size[:, :, k : 2 * k], size[:, :, :k], out=share, where=size[:, :, :k] > 0)
    reference, per_kg, per_content = _reference_units(system)
    with np.errstate(over="ignore"):  # refused below, by name
        value = intensity * reference[:, None, None]
    for factor in (per_kg, *per_content.values()):
        _refuse_overflow(value, factor, name)
    status = trace_status(system, burdens, graph, graph_order)
    missing = status == Status.MISSING
    value[np.broadcast_to(missing[:, None], value.shape)] = np.nan
    remarks = Findings()
    report_fallbacks(system, remarks)
    fallback = measure_fallback(system, burdens, far, solved.total[:, :k], name)
    return Footprints(
        system=system,
        method=method,
        matched=matched,
        by=by,
        stages=(*labels, "unassigned", "total"),
        value=value,
        primary_data_share=np.clip(share, 0.0, 1.0),
        status=status,
        per_kg=per_kg,
        per_content=per_content,
        gaps=find_gaps(system, method, matched, graph, graph_order),
        unlinked_mass_share=_divide(size[:, -1, 2 * k + 1], size[:, -1, 2 * k]),
        fallback_share=np.where(missing, np.nan, fallback),
        residual=solved.residual,
        sweeps=solved.sweeps,
        factorized=solved.factorized,
        warnings=(*system.inventory.warnings, *system.warnings, *matched.warnings, *remarks.warnings()),
    )


def _give_back() -> None:
    """Give memory that a step has used and does not keep back to the system."""
    pa.default_memory_pool().release_unused()


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


def _divide(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.full(above.shape, np.nan)
    np.divide(above, below, out=share, where=below > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _refuse_size(system: System, labels: int, indicators: int, by: str) -> None:
    """Refuse a split that no memory holds."""
    if len(system.activities) * (labels + 2) * (3 * indicators + 2) > MOST_NUMBERS:
        what = f"{len(system.activities)} activities by {labels} {by}s are too many numbers for one table"
        raise LcaError(what, f"--by {by}", f"split chosen products: lcaengine contributions --by {by}")


def _refuse_overflow(
    value: NDArray[np.float64], per_kg: NDArray[np.float64], name: Callable[[NDArray[np.int64]], str]
) -> None:
    """Raise where an intensity, per reference unit or per kg, is beyond what a float holds."""
    with np.errstate(over="ignore", invalid="ignore"):
        by_mass = value * np.where(np.isnan(per_kg), 1.0, per_kg)[:, None, None]
    # A part may be NaN, which has no scope; a total may not.
    bad = np.flatnonzero((np.isinf(value) | np.isinf(by_mass)).any(axis=(1, 2)) | np.isnan(value[:, -1]).any(axis=1))
    if len(bad):
        raise SolveError(
            "an intensity is too large for a number", name(bad[:5]), "check amounts, units and masses there"
        )


@np.errstate(divide="ignore", over="ignore")  # refused by name, where intensities are known
def _reference_units(
    system: System,
) -> tuple[NDArray[np.float64], NDArray[np.float64], Mapping[str, NDArray[np.float64]]]:
    """Give base units per reference unit of what activities make, and reference units a kg of it and of its content."""
    flows = system.inventory.flows
    base = np.array([unit.factor for unit in flows.kinds_of_unit])[flows.unit]
    per_kg = np.divide(1.0, list_masses(flows) * base)
    per_content: dict[str, NDArray[np.float64]] = {}
    for (flow, name), content in flows.properties.items():
        element = name.removeprefix("content:")
        if element != name and content.value > 0:
            per_content.setdefault(element, np.full(len(flows), np.nan))
            per_content[element][flow] = np.divide(1.0, content.value * flows.units[flow].factor)
    made = system.activities.flow

    def of_activity(by_flow: NDArray[np.float64], none: float) -> NDArray[np.float64]:
        return np.where(made >= 0, by_flow[np.maximum(made, 0)], none) if len(by_flow) else np.full(len(made), none)

    contents = {element: of_activity(by_flow, np.nan) for element, by_flow in per_content.items()}
    made_contents = {element: factor for element, factor in contents.items() if not np.isnan(factor).all()}
    return of_activity(base, 1.0), of_activity(per_kg, np.nan), made_contents
