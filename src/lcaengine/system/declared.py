"""Declared footprints: suppliers known only by the figures they publish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.method import Method
from lcaengine.system.system import System
from lcaengine.units import read_unit

__all__ = ["Declared", "read_declared"]


@dataclass(frozen=True, slots=True)
class Declared:
    """Declared intensities as direct contributions.

    Attributes
    ----------
    activity, indicator : (m,) int64
    value : (m,) float64
        Per gross output [unit of the indicator].
    is_missing : (n, k) bool
        Indicators a declaring supplier does not declare.
    """

    activity: NDArray[np.int64]
    indicator: NDArray[np.int64]
    value: NDArray[np.float64]
    is_missing: NDArray[np.bool_]


def read_declared(system: System, method: Method, found: Findings) -> Declared:
    """Read the table `impacts`: a declared figure stands for the whole chain of its process.

    Returns
    -------
    Declared
    """
    inventory = system.inventory
    frame = inventory.frames["impacts"]
    processes = frame.codes("process_id", inventory.processes.ids)
    names, amounts = frame.text("indicator"), frame.number("amount")
    units, pers = frame.text("unit"), frame.text("per")
    missing = np.zeros((len(system.activities), len(method.indicators)), np.bool_)
    own = [np.flatnonzero(system.activities.process == p) for p in processes.tolist()]
    for at in range(len(frame)):
        missing[own[at]] = True
    entries = []
    for at, indicator in enumerate(names):
        k = method.find(indicator or "")
        row = int(frame.rows[at])
        activity = _find_declaring(
            system, int(processes[at]), own[at], frame.columns["process_id"][at].as_py(), row, found
        )
        if activity is None:
            continue
        if k < 0:
            what = f"indicator {indicator!r} is not of the method {method.label}"
            found.warn(
                "unknown_indicator", "impacts", what, "it is not read", row=row, column="indicator", value=indicator
            )
            continue
        flow = int(system.activities.flow[activity])
        try:
            unit = read_unit(units[at] or "", frozenset({method.indicators[k].unit.label}))
            per = convert(read_unit(pers[at] or ""), inventory.flows.units[flow], flow, inventory.flows.properties)
        except UnitError as error:
            found.block("unknown_unit", "impacts", error.what, error.fix, row=row, column="unit", value=units[at])
            continue
        if unit.dimension != method.indicators[k].unit.dimension:
            what = f"unit {unit.label!r} does not measure {indicator!r}"
            fix = f"write it in {method.indicators[k].unit.label}"
            found.block("wrong_dimension", "impacts", what, fix, row=row, column="unit", value=unit.label)
            continue
        value = amounts[at] * unit.factor / method.indicators[k].unit.factor / per
        entries.append((activity, k, value * system.activities.output[activity]))
        missing[activity, k] = False
    columns = list(zip(*entries, strict=True)) or [(), (), ()]
    return Declared(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64), np.array(columns[2], float), missing
    )


def _find_declaring(
    system: System, process: int, own: NDArray[np.int64], name: str, row: int, found: Findings
) -> int | None:
    """Give the one activity of a declaring process; a blocker where it has inputs, or several products."""
    if process < 0:
        found.block(
            "unknown_process_id", "impacts", f"{name!r} is no row of processes", "correct it", row=row, value=name
        )
        return None
    exchanges = system.inventory.exchanges
    if ((exchanges.process == process) & ~exchanges.is_reference).any():
        what = (
            f"process {name!r} has declared impacts and exchanges besides its reference: its burdens would count twice"
        )
        found.block("impacts_and_inputs", "impacts", what, "keep the impacts or the exchanges", row=row, value=name)
        return None
    return int(own[0])
