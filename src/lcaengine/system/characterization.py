"""Characterization: C, and the direct contributions C B of every activity, exchange row by exchange row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import DataType
from lcaengine.method import Factor, Method
from lcaengine.places import GLOBAL, is_elsewhere, list_fallbacks
from lcaengine.system.declared import Declared, read_declared
from lcaengine.system.system import System, list_site_energy

__all__ = ["Burdens", "Characterization", "characterize", "match_factors"]

SITE_ENERGY = "energy_site"
"""The indicator that is counted from energy bought, not from elementary flows."""


@dataclass(frozen=True, slots=True)
class Characterization:
    """C in entries, in order of B's rows.

    Attributes
    ----------
    kind, indicator : (m,) int64
        Row of B and indicator of each factor.
    factor : (m,) float64
        [unit of the indicator / base unit of the flow]
    is_elsewhere : (m,) bool
        Whether the factor is another place's, where the method has factors by place.
    is_uncharacterized : (b,) bool
        Rows of B for which no indicator has a factor.
    declared : Declared
        Footprints that suppliers declare.
    warnings : tuple of Finding
    """

    kind: NDArray[np.int64]
    indicator: NDArray[np.int64]
    factor: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    is_uncharacterized: NDArray[np.bool_]
    declared: Declared
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Burdens:
    """Direct contributions of every activity, per its gross output.

    Attributes
    ----------
    direct : (n, k) float64
        d = C B, summed over exchange rows [unit of the indicator].
    size, primary : (n, k) float64
        Sum of |contribution| over exchange rows, all and those from primary data.
    is_elsewhere : (n, k) bool
        Whether a factor of another place is in it.
    is_missing : (n, k) bool
        Whether its supplier declares other indicators and not this one.
    """

    direct: NDArray[np.float64]
    size: NDArray[np.float64]
    primary: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]


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
                    entries.append(
                        (at, indicator, at_place[near][0], by_place and (not place or is_elsewhere(asked, near)))
                    )
                    uncharacterized[at] = False
                    break
    declared = read_declared(system.inventory, system.activities, method, reports)
    if found is None:
        raise_blockers(reports, method.label)
    columns = list(zip(*entries, strict=True)) or [(), (), (), ()]
    return Characterization(
        np.array(columns[0], np.int64),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.bool_),
        uncharacterized,
        declared,
        tuple(Findings(reports.items[known:]).warnings()),
    )


def characterize(system: System, method: Method, matched: Characterization) -> Burdens:
    """Give the direct contributions d = C B of every activity, and their sizes by exchange row.

    Returns
    -------
    Burdens
    """
    activity, indicator, value, data_type, elsewhere = _list_contributions(system, method, matched)
    shape = (len(system.activities), len(method.indicators))
    direct, size, primary = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(direct, (activity, indicator), value)
    np.add.at(size, (activity, indicator), np.abs(value))
    is_primary = data_type == DataType.PRIMARY
    np.add.at(primary, (activity[is_primary], indicator[is_primary]), np.abs(value[is_primary]))
    marked = np.zeros(shape, np.bool_)
    marked[activity[elsewhere], indicator[elsewhere]] = True
    return Burdens(direct, size, primary, marked, matched.declared.is_missing)


def _list_contributions(
    system: System, method: Method, matched: Characterization
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int8], NDArray[np.bool_]]:
    """List activity, indicator, contribution, data type, and whether the factor is another place's."""
    b, of_row = system.interventions, system.inventory.exchanges.data_type
    count = np.bincount(matched.kind, minlength=len(b.flow))
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) if len(count) else count
    repeats = count[b.kind]
    entry = np.repeat(np.arange(len(b.kind)), repeats)
    offset = np.arange(len(entry)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    factor = first[b.kind[entry]] + offset
    lists = [
        (
            b.activity[entry],
            matched.indicator[factor],
            matched.factor[factor] * b.amount[entry],
            of_row[b.row[entry]],
            matched.is_elsewhere[factor],
        )
    ]
    site = method.find(SITE_ENERGY)
    if site >= 0:
        buyer, energy, bought = list_site_energy(system)
        at = np.full(len(buyer), site, np.int64)
        lists.append(
            (buyer, at, energy / method.indicators[site].unit.factor, of_row[bought], np.zeros(len(buyer), np.bool_))
        )
    own = matched.declared
    declaring = system.inventory.processes.data_type[system.activities.process[own.activity]]
    lists.append((own.activity, own.indicator, own.value, declaring, np.zeros(len(own.activity), np.bool_)))
    activity, indicator, value, data_type, elsewhere = (np.concatenate(columns) for columns in zip(*lists, strict=True))
    return activity, indicator, value, data_type, elsewhere


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
