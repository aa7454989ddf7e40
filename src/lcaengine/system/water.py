"""Water: processes that withdraw it and say nothing of where it goes."""

from __future__ import annotations

import numpy as np

from lcaengine.findings import Findings
from lcaengine.inventory.inventory import Kind
from lcaengine.method import Method
from lcaengine.system.characterization import Characterization
from lcaengine.system.system import System
from lcaengine.units import read_unit

__all__ = ["report_open_water"]

CONSUMPTION = "water_consumption"
VOLUME = read_unit("m3").dimension


def report_open_water(system: System, method: Method, matched: Characterization, found: Findings) -> None:
    """Warn of processes with withdrawals and no release: all they take counts as consumed.

    A release is an elementary output whose name begins with Water (to a river, the air, the sea), a waste that goes
    out, or a product that is made, measured in volume.

    Parameters
    ----------
    system : System
    method : Method
    matched : Characterization
    found : Findings
    """
    k = method.find(CONSUMPTION)
    if k < 0:
        return
    b, inventory = system.interventions, system.inventory
    exchanges, flows = inventory.exchanges, inventory.flows
    withdrawn = np.zeros(len(b.flow), np.bool_)
    withdrawn[matched.kind[(matched.indicator == k) & (matched.factor > 0)]] = True
    takes, gives = np.zeros(len(inventory.processes), np.bool_), np.zeros(len(inventory.processes), np.bool_)
    rows = b.row[withdrawn[b.kind] & b.is_input[b.kind] & (b.amount > 0)]
    takes[exchanges.process[rows]] = True
    is_water = np.array(
        [
            (kind == Kind.ELEMENTARY and name.casefold().startswith("water"))
            or (kind != Kind.ELEMENTARY and unit.dimension == VOLUME)
            for kind, name, unit in zip(flows.kind.tolist(), flows.names, flows.units, strict=True)
        ],
        np.bool_,
    )
    gives[exchanges.process[is_water[exchanges.flow] & ~exchanges.is_input]] = True
    for process in np.flatnonzero(takes & ~gives).tolist():
        name = inventory.processes.ids[process].as_py()
        what = f"process {name!r} withdraws water and says nothing of its release: all of it counts as consumed"
        fix = "write what returns to river or ground, evaporates, or goes to treatment"
        found.warn("open_water", "exchanges", what, fix, column="process_id", value=name)
