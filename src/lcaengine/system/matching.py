"""Matching: which factor of a method holds for which row of B. Exact names and ids only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory.conversion import convert
from lcaengine.method import SITE_ENERGY, Factor, Method
from lcaengine.places import GLOBAL, LEVELS, find_level, is_elsewhere, list_fallbacks
from lcaengine.system.characterization import Characterization
from lcaengine.system.declared import read_declared
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
    by_id: dict[tuple[str, bool], list[Factor]] = defaultdict(list)
    by_name: dict[tuple[str, str, bool], list[Factor]] = defaultdict(list)
    for factor in method.factors:
        if factor.flow_id:
            by_id[factor.flow_id, factor.is_input].append(factor)
        else:
            by_name[factor.flow_name, factor.compartment, factor.is_input].append(factor)
    flows, rows = system.inventory.flows, system.interventions
    candidates: dict[tuple[int, bool], dict[int, dict[str, tuple[float, int]]]] = {}
    entries: list[tuple[int, int, float, bool]] = []
    uncharacterized = np.ones(len(rows.flow), np.bool_)
    for at, (flow, is_input, place) in enumerate(
        zip(rows.flow.tolist(), rows.is_input.tolist(), rows.place, strict=True)
    ):
        if (flow, is_input) not in candidates:
            ids = by_id.get((flows.ids[flow].as_py(), is_input), [])
            names = by_name.get((flows.names[flow], flows.compartment[flow] or "", is_input), [])
            candidates[flow, is_input] = _choose(system, method, flow, ids, names, reports)
        for indicator, at_place in candidates[flow, is_input].items():
            asked = place or GLOBAL
            for near in list_fallbacks(asked):
                if near in at_place:
                    by_place = len(at_place) > 1 or near != GLOBAL
                    elsewhere = by_place and (not place or is_elsewhere(asked, near))
                    entries.append((at, indicator, at_place[near][0], elsewhere))
                    uncharacterized[at] = False
                    if elsewhere and find_level(place or "", near) > LEVELS.index(system.policy.max_fallback):
                        _block_far(system, method, flow, indicator, place, near, reports)
                    break
    _report_uncharacterized(system, method, uncharacterized, reports)
    if method.find(SITE_ENERGY) >= 0:
        report_site_energy(system, reports)
    declared = read_declared(system.inventory, system.activities, method, reports)
    columns = list(zip(*entries, strict=True)) or [(), (), (), ()]
    kind, of = np.array(columns[0], np.int64), np.array(columns[1], np.int64)
    factors = np.array(columns[2], np.float64)
    matched = Characterization(
        kind=kind,
        indicator=of,
        factor=factors,
        is_elsewhere=np.array(columns[3], np.bool_),
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
    system: System, method: Method, uncharacterized: NDArray[np.bool_], found: Findings
) -> None:
    """Warn once of flows without a factor, and of each that a factor nearly names: nothing is matched by likeness."""
    flows, rows = system.inventory.flows, system.interventions
    bare = sorted({(int(rows.flow[at]), bool(rows.is_input[at])) for at in np.flatnonzero(uncharacterized)})
    if not bare:
        return
    what = f"{len(bare)} elementary flow(s) have no factor in {method.label} and count for nothing"
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


def _choose(
    system: System, method: Method, flow: int, ids: list[Factor], names: list[Factor], found: Findings
) -> dict[int, dict[str, tuple[float, int]]]:
    """Choose the factors of one flow and direction: indicator to place to (factor, row)."""
    flows = system.inventory.flows
    sub = flows.sub_compartment[flow] or ""
    chosen: dict[int, dict[str, tuple[float, int]]] = {}
    level: dict[int, int] = {}
    levels = (ids, [f for f in names if f.sub_compartment == sub], [f for f in names if sub and not f.sub_compartment])
    unfit: set[int] = set()
    for rank, factors in enumerate(levels):
        for factor in factors:
            if level.setdefault(factor.indicator, rank) != rank or factor.indicator in unfit:
                continue
            at_place = chosen.setdefault(factor.indicator, {})
            flow_id = flows.ids[flow].as_py()
            if factor.location in at_place:
                both = f"rows {at_place[factor.location][1]} and {factor.row}"
                what = f"{both} both hold for {flow_id!r} at {factor.location}"
                found.block("equal_factors", "factors", what, "keep one of them", row=factor.row, value=flow_id)
                continue
            try:
                per = factor.per.factor / convert(factor.per, flows.units[flow], flow, flows.properties)
            except UnitError as error:
                unfit.add(factor.indicator)  # one finding a flow and indicator, not one a place
                given = f"the factor for {method.indicators[factor.indicator].id} of {flow_id!r}"
                what = f"{given} is per {factor.per.label}: {error.what}"
                found.block("factor_dimension", "factors", what, error.fix, row=factor.row, value=flow_id)
                continue
            at_place[factor.location] = (factor.value * per, factor.row)
    return chosen
