"""Matching: which factor of a method holds for which row of B. Exact names and ids only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings, raise_blockers
from lcaengine.method import SITE_ENERGY, Method
from lcaengine.places import GLOBAL, LEVELS, find_level, is_elsewhere, list_fallbacks
from lcaengine.system.characterization import Characterization
from lcaengine.system.declared import read_declared
from lcaengine.system.factors import Chosen, FactorIndex
from lcaengine.system.site_energy import report_site_energy
from lcaengine.system.system import System
from lcaengine.system.water import find_open_water

__all__ = ["match_factors"]


def match_factors(system: System, method: Method, found: Findings | None = None) -> Characterization:
    """Match the method's factors to the rows of B: an id beats a name, a finer compartment a coarser, near a far place.

    Parameters
    ----------
    system : System
    method : Method
    found : Findings, optional
        Receives factors that do not fit; without it blockers are raised.

    Returns
    -------
    Characterization
    """
    reports = Findings() if found is None else found
    known = len(reports.items)
    reports.items.extend(method.warnings)
    index = FactorIndex(method)
    rows = system.interventions
    candidates: dict[tuple[int, bool], Chosen] = {}
    entries: list[tuple[int, int, float, bool, int]] = []
    uncharacterized = np.ones(len(rows.flow), np.bool_)
    for at, (flow, is_input, place) in enumerate(
        zip(rows.flow.tolist(), rows.is_input.tolist(), rows.place, strict=True)
    ):
        if (flow, is_input) not in candidates:
            candidates[flow, is_input] = index.choose(system.inventory.flows, flow, is_input, reports)
        for indicator, at_place in candidates[flow, is_input].items():
            asked = place or GLOBAL
            for near in list_fallbacks(asked):
                if near in at_place:
                    by_place = len(at_place) > 1 or near != GLOBAL
                    elsewhere = by_place and (not place or is_elsewhere(asked, near))
                    value, row = at_place[near]
                    entries.append((at, indicator, value, elsewhere, row - 1))
                    uncharacterized[at] = False
                    if elsewhere and find_level(place or "", near) > LEVELS.index(system.policy.max_fallback):
                        _block_far(system, method, flow, indicator, place, near, reports)
                    break
    _report_uncharacterized(system, index, uncharacterized, reports)
    if method.find(SITE_ENERGY) >= 0:
        report_site_energy(system, reports)
    declared = read_declared(system.inventory, system.activities, method, reports)
    columns = list(zip(*entries, strict=True)) or [()] * 5
    kind, of = np.array(columns[0], np.int64), np.array(columns[1], np.int64)
    factors = np.array(columns[2], np.float64)
    matched = Characterization(
        kind=kind,
        indicator=of,
        factor=factors,
        is_elsewhere=np.array(columns[3], np.bool_),
        position=np.array(columns[4], np.int64),
        is_uncharacterized=uncharacterized,
        declared=declared,
        is_open=find_open_water(system, method, kind, of, factors, reports),
        warnings=(),
    )
    if found is None:
        raise_blockers(reports, method.label)
    return replace(matched, warnings=tuple(Findings(reports.items[known:]).warnings()))


def _block_far(
    system: System, method: Method, flow: int, indicator: int, place: str, near: str, found: Findings
) -> None:
    """Block a factor of a place that is farther than the policy lets it be."""
    flow_id, name = system.inventory.flows.ids[flow].as_py(), method.indicators[indicator].id
    what = f"{name} of {flow_id} at {place or 'no place that is named'} has a factor for {near} only"
    fix = "add a factor nearer by, name the place, or allow more by --max-fallback"
    found.block("factor_too_far", "factors", what, fix, column="location", value=flow_id)


def _report_uncharacterized(
    system: System, index: FactorIndex, uncharacterized: NDArray[np.bool_], found: Findings
) -> None:
    """Warn once of flows without a factor, and of each that a factor nearly names: nothing is matched by likeness."""
    flows, rows, method = system.inventory.flows, system.interventions, index.method
    bare = sorted({(int(rows.flow[at]), bool(rows.is_input[at])) for at in np.flatnonzero(uncharacterized)})
    if not bare:
        return
    known_by_name = sum(flows.names[f] in index.names or flows.ids[f].as_py() in index.ids for f, _ in bare)
    what = (
        f"{len(bare)} elementary flow(s) have no factor in {method.label} and count for nothing: {known_by_name} have "
        f"one in another compartment, direction or place only, {len(bare) - known_by_name} are named by none"
    )
    found.warn("uncharacterized", "flows", what, "see the gaps table; give them the names the method uses, or factors")
    known: dict[str, set[tuple[str, str, str, bool]]] = defaultdict(set)
    for factor in method.factors:
        if factor.flow_name:
            key = (factor.flow_name, factor.compartment, factor.sub_compartment, factor.is_input)
            known[_fold(factor.flow_name)].add(key)
    for flow, is_input in bare:
        own = _fold(flows.compartment[flow] or "")
        alike = sorted(
            each
            for each in known.get(_fold(flows.names[flow]), ())
            if _may_mean(own, is_input, _fold(each[1]), each[3])
        )
        if alike:
            name, compartment, sub, direction = alike[0]
            place = f"{compartment}/{sub}" if sub else compartment
            flow_id = flows.ids[flow].as_py()
            mine = f"{flows.names[flow]!r} ({flows.compartment[flow] or 'no compartment'}, {_way(is_input)})"
            what = f"{mine} has no factor; the method has {name!r} ({place}, {_way(direction)})"
            fix = "write name, compartment and direction as the method does, if they mean the same"
            found.warn("near_factor", "flows", what, fix, column="name", value=flow_id)


def _may_mean(own: str, is_input: bool, other: str, other_is_input: bool) -> bool:
    """Tell whether a factor of another compartment or direction may be meant: what goes to the air is not in water."""
    if own in ("", other):
        return True
    return is_input and other_is_input  # resources are filed in many ways


def _fold(name: str) -> str:
    """Write a name without case and spare spaces, for a hint."""
    return " ".join(name.casefold().split())


def _way(is_input: bool) -> str:
    return "input" if is_input else "output"
