"""Water: processes that withdraw it and say nothing of where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.inventory import Kind
from lcaengine.inventory.words import find_distinct
from lcaengine.method import Factor, Method
from lcaengine.system.system import System
from lcaengine.units import read_unit

__all__ = ["WaterRows", "find_open_water", "list_water"]

VOLUME = read_unit("m3").dimension
_WATER = re.compile(r"((\w+[ -])?water|tapwater)(,.*| to .*| at .*)?|.*(waste ?water|sewage|effluent).*")
"""Names of products and wastes that are water."""
_SEA = ("ocean", "sea", "sea water", "seawater")
SURPLUS = 1e-9
"""How far a balance may be below zero by rounding, of what goes in and out [1]."""
_MEANING = {
    "missing": "its water consumption, and all that rests on it, is missing",
    "consumed": "all of it counts as consumed",
    "refuse": "its water consumption is not known",
}


@dataclass(frozen=True, slots=True)
class WaterRows:
    """Rows that balance water.

    Attributes
    ----------
    balanced : list of int
        The indicators that count water that comes in and take off what is returned.
    taken, given : (m, balanced) bool
        Entries of B that withdraw, and that return, for each of them.
    is_made : (flows,) bool
        Products and wastes that are water.
    released : (rows,) bool
        Exchange rows of water that evaporates, goes to the sea, to treatment, or into what is made.
    """

    balanced: list[int]
    taken: NDArray[np.bool_]
    given: NDArray[np.bool_]
    is_made: NDArray[np.bool_]
    released: NDArray[np.bool_]


def find_open_water(
    system: System,
    method: Method,
    kind: NDArray[np.int64],
    indicator: NDArray[np.int64],
    factor: NDArray[np.float64],
    found: Findings,
) -> NDArray[np.bool_]:
    """Find processes with withdrawals and no release: what they consume is not known.

    A withdrawal is an input that an indicator of water counts. A release is an output that such an indicator takes off,
    an elementary flow by the name of Water to the air or the sea, a product or waste that is water by its name (tap
    water, wastewater, sewage), or a waste measured in volume.

    Parameters
    ----------
    system : System
    method : Method
    kind, indicator : (m,) int64
        Row of B and indicator of every factor that was matched.
    factor : (m,) float64
    found : Findings
        Receives a warning for each such process, a blocker where the policy refuses; and a warning for each that gives
        back more than it takes.

    Returns
    -------
    (n, k) bool
        Activities and indicators whose value is missing under the policy.
    """
    shape = (len(system.activities), len(method.indicators))
    missing = np.zeros(shape, np.bool_)
    water = list_water(system, method, kind, indicator, factor)
    if not water.balanced:
        return missing
    b, exchanges, processes = system.interventions, system.inventory.exchanges, system.inventory.processes
    is_open = np.zeros((len(processes), shape[1]), np.bool_)
    where = np.zeros(len(processes), np.int64)
    for at, k in enumerate(water.balanced):
        taken, given = water.taken[:, at], water.given[:, at]
        is_open[exchanges.process[b.row[taken]], k] = True
        where[exchanges.process[b.row[taken]]] = exchanges.rows[b.row[taken]]
        is_open[exchanges.process[b.row[given]], k] = False
        missing[b.activity[taken], k] = True  # a co-product that takes none leaves none open
    is_open[exchanges.process[water.released]] = False
    _report_open(system, is_open, where, found)
    _report_surplus(system, water.balanced[0], kind, indicator, factor, water.is_made, found)
    if system.policy.open_water != "missing":
        return np.zeros(shape, np.bool_)
    of = system.activities.process
    missing &= is_open[np.maximum(of, 0)] & (of >= 0)[:, None]
    return missing


def list_water(
    system: System,
    method: Method,
    kind: NDArray[np.int64],
    indicator: NDArray[np.int64],
    factor: NDArray[np.float64],
) -> WaterRows:
    """List the rows that withdraw water, and those that say where it goes; parameters as there.

    Returns
    -------
    WaterRows
    """
    balanced = [k for k in range(len(method.indicators)) if _balances_water(method, k)]
    b = system.interventions
    taken, given = (np.zeros((len(b.kind), len(balanced)), np.bool_) for _ in range(2))
    if not balanced:
        none = (np.zeros(len(each), np.bool_) for each in (system.inventory.flows, system.inventory.exchanges))
        return WaterRows(balanced, taken, given, *none)
    is_water, is_made = _find_water(system), _is_water_made(system)
    for at, k in enumerate(balanced):
        counts, returns = np.zeros(len(b.flow), np.bool_), np.zeros(len(b.flow), np.bool_)
        counts[kind[(indicator == k) & (factor > 0)]] = True
        returns[kind[(indicator == k) & (factor < 0)]] = True
        taken[:, at] = counts[b.kind] & is_water[b.kind] & b.is_input[b.kind] & (b.amount > 0)
        given[:, at] = returns[b.kind] & ~b.is_input[b.kind]
    return WaterRows(balanced, taken, given, is_made, _find_releases(system, is_made))


def _report_open(system: System, is_open: NDArray[np.bool_], where: NDArray[np.int64], found: Findings) -> None:
    policy, processes = system.policy.open_water, system.inventory.processes
    severity = Severity.BLOCKER if policy == "refuse" else Severity.WARNING
    wrong = np.asarray(is_open.any(axis=1))
    if wrong.any():
        ids = [processes.show(at) if wrong[at] else "" for at in range(len(processes))]
        what = f"process {{value}} withdraws water and says nothing of its release: {_MEANING[policy]}"
        fix = "write what returns to river or ground, evaporates, or goes to treatment; or --open-water consumed"
        found.block_rows("open_water", "exchanges", wrong, where, "process_id", ids, what, fix, severity)


def _report_surplus(
    system: System,
    indicator_of: int,
    kind: NDArray[np.int64],
    indicator: NDArray[np.int64],
    factor: NDArray[np.float64],
    is_made: NDArray[np.bool_],
    found: Findings,
) -> None:
    """Warn of processes that give back more water than they take, and buy or treat none."""
    b, processes = system.interventions, system.inventory.processes
    exchanges = system.inventory.exchanges
    weight = np.zeros(len(b.flow))
    own = indicator == indicator_of
    weight[kind[own]] = factor[own]
    process = exchanges.process[b.row]
    net = np.bincount(process, weight[b.kind] * b.amount, len(processes))
    size = np.bincount(process, np.abs(weight[b.kind] * b.amount), len(processes))
    buys = np.zeros(len(processes), np.bool_)
    bought = is_made[exchanges.flow] & exchanges.is_input
    buys[exchanges.process[bought]] = True
    wrong = (net < -SURPLUS * size) & ~buys
    if wrong.any():
        ids = [processes.show(at) if wrong[at] else "" for at in range(len(processes))]
        what = "process {value} gives back more water than it takes"
        fix = "check amounts and units of its water; write the water it buys, or that is in what it treats"
        none = np.zeros(len(processes), np.int64)
        found.block_rows("water_balance", "exchanges", wrong, none, "process_id", ids, what, fix, Severity.WARNING)


def _find_water(system: System) -> NDArray[np.bool_]:
    """Tell which rows of B are water: by name, or measured in volume."""
    flows = system.inventory.flows
    own, position = find_distinct(system.interventions.flow)
    is_water = [
        flows.names[f].casefold().startswith("water") or flows.units[f].dimension == VOLUME for f in own.tolist()
    ]
    return np.array(is_water, np.bool_)[position]


def _is_water_made(system: System) -> NDArray[np.bool_]:
    """Tell which products and wastes are water: by name, or a waste measured in volume."""
    flows = system.inventory.flows
    is_volume = np.array([unit.dimension == VOLUME for unit in flows.kinds_of_unit], np.bool_)[flows.unit]
    kind = flows.kind
    named = np.zeros(len(flows), np.bool_)
    for at, name in enumerate(flows.names):
        folded = name.casefold()
        if "water" in folded or "sewage" in folded or "effluent" in folded:  # else it cannot fit
            named[at] = _WATER.fullmatch(folded) is not None
    return np.asarray((named & (kind != Kind.ELEMENTARY)) | ((kind == Kind.WASTE) & is_volume), np.bool_)


def _find_releases(system: System, is_made: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which exchange rows are of water that evaporates, goes to the sea, to treatment, or into what is made."""
    exchanges, flows = system.inventory.exchanges, system.inventory.flows
    away = is_made.copy()
    for f in np.flatnonzero(flows.kind == Kind.ELEMENTARY).tolist():
        to_sink = flows.compartment[f] == "air" or flows.sub_compartment[f] in _SEA
        away[f] = to_sink and flows.names[f].casefold().startswith("water")
    return np.asarray(away[exchanges.flow] & ~exchanges.is_input)


def _balances_water(method: Method, indicator: int) -> bool:
    """Tell whether an indicator counts water that comes in and takes off water that is returned."""

    def is_water(factor: Factor) -> bool:
        return factor.flow_name.casefold().startswith("water") or factor.per.dimension == VOLUME

    own = [factor for factor in method.factors if factor.indicator == indicator and is_water(factor)]
    return any(f.is_input and f.value > 0 for f in own) and any(not f.is_input and f.value < 0 for f in own)
