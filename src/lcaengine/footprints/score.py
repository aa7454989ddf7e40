"""Scoring: from an inventory and a method to the footprints of everything in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError, SolveError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.footprints.fallbacks import report_fallbacks
from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import find_gaps
from lcaengine.footprints.labels import find_labels
from lcaengine.footprints.measures import measure_system
from lcaengine.inventory import Flows, Inventory, load_inventory
from lcaengine.inventory.conversion import list_masses
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy, take_policy
from lcaengine.results import Status, divide_sizes, share_far
from lcaengine.solve import name_activities, report_loops
from lcaengine.system import Characterization, System, build_system, match_factors

__all__ = ["measure_flows", "score", "score_inventory", "score_system", "try_score"]

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
    footprints = score_inventory(inventory, take_method(method), take_policy(policy), by, found)
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
    pa.default_memory_pool().release_unused()  # what reading has used and does not keep
    system = build_system(inventory, policy, found)
    pa.default_memory_pool().release_unused()
    report_loops(system, found)
    matched = match_factors(system, method, found)
    return None if found.blockers() else score_system(system, method, matched, by)


def score_system(system: System, method: Method, matched: Characterization, by: str = "stage") -> Footprints:
    """Score a system that is linked, allocated, free of starved loops, and matched to a method.

    Returns
    -------
    Footprints
    """
    labels, _ = find_labels(system, by)
    _refuse_size(system, len(labels), len(method.indicators), by)
    measures = measure_system(system, method, matched, by)
    pa.default_memory_pool().release_unused()  # right-hand sides and answers of the solution are large
    reference, per_kg, per_content = _reference_units(system)
    with np.errstate(over="ignore"):  # refused below, by name
        value = measures.intensity * reference[:, None, None]
    for factor in (per_kg, *per_content.values()):
        _refuse_overflow(value, factor, lambda activities: name_activities(system, activities))
    missing = measures.status == Status.MISSING
    value[np.broadcast_to(missing[:, None], value.shape)] = np.nan
    remarks = Findings()
    report_fallbacks(system, remarks)
    return Footprints(
        system=system,
        method=method,
        matched=matched,
        by=by,
        stages=measures.parts,
        value=value,
        primary_data_share=divide_sizes(measures.primary, measures.size),
        status=measures.status,
        per_kg=per_kg,
        per_content=per_content,
        gaps=find_gaps(system, method, matched, measures.graph, measures.graph_order),
        unlinked_mass_share=divide_sizes(measures.mass[:, 1], measures.mass[:, 0]),
        fallback_share=np.where(missing, np.nan, share_far(measures.intensity[:, -1], measures.near)),
        residual=measures.residual,
        sweeps=measures.sweeps,
        factorized=measures.factorized,
        warnings=(*system.inventory.warnings, *system.warnings, *matched.warnings, *remarks.warnings()),
    )


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


def _reference_units(
    system: System,
) -> tuple[NDArray[np.float64], NDArray[np.float64], Mapping[str, NDArray[np.float64]]]:
    """Give base units per reference unit of what activities make, and reference units a kg of it and of its content."""
    base, per_kg, per_content = measure_flows(system.inventory.flows)
    made = system.activities.flow

    def of_activity(by_flow: NDArray[np.float64], none: float) -> NDArray[np.float64]:
        return np.where(made >= 0, by_flow[np.maximum(made, 0)], none) if len(by_flow) else np.full(len(made), none)

    contents = {element: of_activity(by_flow, np.nan) for element, by_flow in per_content.items()}
    made_contents = {element: factor for element, factor in contents.items() if not np.isnan(factor).all()}
    return of_activity(base, 1.0), of_activity(per_kg, np.nan), made_contents


@np.errstate(divide="ignore", over="ignore")  # refused by name, where intensities are known
def measure_flows(
    flows: Flows,
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Give base units per reference unit of every flow, and reference units a kg of it and of what it contains.

    Returns
    -------
    base, per_kg : (n,) float64
        The second NaN where a flow has no mass.
    per_content : dict of str to (n,) float64
        By element, NaN where a flow has none of it.
    """
    base = np.array([unit.factor for unit in flows.kinds_of_unit])[flows.unit]
    per_kg = np.divide(1.0, list_masses(flows) * base)
    per_content: dict[str, NDArray[np.float64]] = {}
    for (flow, name), content in flows.properties.items():
        element = name.removeprefix("content:")
        if element != name and content.value > 0:
            per_content.setdefault(element, np.full(len(flows), np.nan))
            per_content[element][flow] = np.divide(1.0, content.value * flows.units[flow].factor)
    return base, per_kg, per_content
