"""Water: processes that withdraw it and say nothing of where it goes."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.inventory import Kind
from lcaengine.method import Factor, Method
from lcaengine.system.system import System
from lcaengine.units import Unit, read_unit

__all__ = ["find_open_water"]

VOLUME = read_unit("m3").dimension
_WATER = re.compile(r"^(\w+ )?water\b(?! glass)|waste ?water|sewage|effluent")
"""Names of products and wastes that are water."""
_MEANING = {
    "missing": "its water consumption, and all that rests on it, is missing",
    "consumed": "all of it counts as consumed",
    "refuse": "its water consumption is not known",
}


def find_open_water(
    system: System, method: Method, kind: NDArray[np.int64], indicator: NDArray[np.int64], found: Findings
) -> NDArray[np.bool_]:
    """Find processes with withdrawals and no release: what they consume is not known.

    A release is an elementary output whose name begins with Water (to a river, the air, the sea), a product or waste
    output that is water by its name (tap water, wastewater, sewage), or a waste output measured in volume.

    Parameters
    ----------
    system : System
    method : Method
    kind, indicator : (m,) int64
        Row of B and indicator of every factor that was matched.
    found : Findings
        Receives a warning for each such process, a blocker where the policy refuses.

    Returns
    -------
    (n, k) bool
        Activities and indicators whose value is missing under the policy.
    """
    shape = (len(system.activities), len(method.indicators))
    missing = np.zeros(shape, np.bool_)
    balanced = [k for k in range(shape[1]) if _balances_water(method, k)]
    b, processes = system.interventions, system.inventory.processes
    if not balanced:
        return missing
    is_open = np.zeros((len(processes), shape[1]), np.bool_)
    names, exchanges = system.inventory.flows.names, system.inventory.exchanges
    where = np.zeros(len(processes), np.int64)
    is_water = np.array([names[flow].casefold().startswith("water") for flow in b.flow.tolist()], np.bool_)
    for k in balanced:
        withdrawn = np.zeros(len(b.flow), np.bool_)
        withdrawn[kind[indicator == k]] = True
        withdrawn &= is_water
        rows = b.row[withdrawn[b.kind] & b.is_input[b.kind] & (b.amount > 0)]
        is_open[exchanges.process[rows], k] = True
        where[exchanges.process[rows]] = exchanges.rows[rows]
    is_open &= ~_find_releases(system)[:, None]
    policy = system.policy.open_water
    severity = Severity.BLOCKER if policy == "refuse" else Severity.WARNING
    wrong = np.asarray(is_open.any(axis=1))
    if wrong.any():
        ids = [processes.show(at) if wrong[at] else "" for at in range(len(processes))]
        what = f"process {{value}} withdraws water and says nothing of its release: {_MEANING[policy]}"
        fix = "write what returns to river or ground, evaporates, or goes to treatment; or --open-water consumed"
        found.block_rows("open_water", "exchanges", wrong, where, "process_id", ids, what, fix, severity)
    if policy == "missing":
        of = system.activities.process
        missing[of >= 0] = is_open[of[of >= 0]]
        missing &= _find_takers(system, kind, indicator, is_water, shape)
    return missing


def _find_takers(
    system: System,
    kind: NDArray[np.int64],
    indicator: NDArray[np.int64],
    is_water: NDArray[np.bool_],
    shape: tuple[int, int],
) -> NDArray[np.bool_]:
    """Tell which activities take water that an indicator counts: a co-product that carries none leaves none open."""
    b = system.interventions
    takes = np.zeros(shape, np.bool_)
    for k in range(shape[1]):
        counted = np.isin(b.kind, kind[indicator == k]) & is_water[b.kind] & b.is_input[b.kind] & (b.amount > 0)
        takes[b.activity[counted], k] = True
    return takes


def _find_releases(system: System) -> NDArray[np.bool_]:
    """Tell which processes say where water goes."""
    exchanges, flows = system.inventory.exchanges, system.inventory.flows

    def is_water(name: str, kind: int, unit: Unit) -> bool:
        if kind == Kind.ELEMENTARY:
            return name.casefold().startswith("water")
        return bool(_WATER.search(name.casefold())) or (kind == Kind.WASTE and unit.dimension == VOLUME)

    water = np.array([is_water(*each) for each in zip(flows.names, flows.kind.tolist(), flows.units, strict=True)])
    gives = np.zeros(len(system.inventory.processes), np.bool_)
    gives[exchanges.process[water[exchanges.flow] & ~exchanges.is_input]] = True
    return gives


def _balances_water(method: Method, indicator: int) -> bool:
    """Tell whether an indicator counts water that comes in and takes off water that is returned."""

    def is_water(factor: Factor) -> bool:
        return factor.flow_name.casefold().startswith("water") or factor.per.dimension == VOLUME

    own = [factor for factor in method.factors if factor.indicator == indicator and is_water(factor)]
    return any(f.is_input and f.value > 0 for f in own) and any(not f.is_input and f.value < 0 for f in own)
