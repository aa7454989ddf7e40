"""Declared footprints: suppliers known only by the figures they publish."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import Inventory
from lcaengine.method import Method
from lcaengine.system.activities import Activities
from lcaengine.units import read_unit

__all__ = ["Declared", "read_declared", "report_declaring"]


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


def read_declared(inventory: Inventory, activities: Activities, method: Method, found: Findings) -> Declared:
    """Read the table `impacts`: a declared figure stands for the whole chain of its process.

    Returns
    -------
    Declared
    """
    frame = inventory.frames["impacts"]
    processes = frame.codes("process_id", inventory.processes.ids)
    names, amounts = frame.text("indicator"), frame.number("amount")
    units, pers = frame.text("unit"), frame.text("per")
    missing = np.zeros((len(activities), len(method.indicators)), np.bool_)
    own = [np.flatnonzero((activities.process == p) & (p >= 0)) for p in processes.tolist()]
    for at in range(len(frame)):
        missing[own[at]] = True
    entries = []
    for at, indicator in enumerate(names):
        k = method.find(indicator or "")
        row = int(frame.rows[at])
        if len(own[at]) != 1:
            continue  # reported where the system was built
        activity = int(own[at][0])
        if k < 0:
            what = f"indicator {indicator!r} is not of the method {method.label}"
            found.warn(
                "unknown_indicator", "impacts", what, "it is not read", row=row, column="indicator", value=indicator
            )
            continue
        flow = int(activities.flow[activity])
        try:
            unit = read_unit(units[at] or "", method.own_units())
            per = convert(read_unit(pers[at] or ""), inventory.flows.units[flow], flow, inventory.flows.properties)
        except UnitError as error:
            found.block("unknown_unit", "impacts", error.what, error.fix, row=row, column="unit", value=units[at])
            continue
        if unit.dimension != method.indicators[k].unit.dimension:
            what = f"unit {unit.label!r} does not measure {indicator!r}"
            fix = f"write it in {method.indicators[k].unit.label}"
            found.block("wrong_dimension", "impacts", what, fix, row=row, column="unit", value=unit.label)
            continue
        value = float(amounts[at]) * unit.factor / method.indicators[k].unit.factor / per
        value *= float(activities.output[activity])
        if not math.isfinite(value):
            what, fix = "the declared figure is too large in base units", "check amount and unit"
            found.block("not_finite", "impacts", what, fix, row=row, column="amount", value=amounts[at])
            continue
        entries.append((activity, k, value))
        missing[activity, k] = False
    columns = list(zip(*entries, strict=True)) or [(), (), ()]
    return Declared(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64), np.array(columns[2], float), missing
    )


def report_declaring(inventory: Inventory, found: Findings) -> None:
    """Report processes with declared impacts and exchanges besides their reference: they would count twice."""
    frame, exchanges = inventory.frames["impacts"], inventory.exchanges
    processes = frame.codes("process_id", inventory.processes.ids)
    has_more = np.zeros(len(inventory.processes), np.bool_)
    has_more[exchanges.process[~exchanges.is_reference]] = True
    wrong = (processes >= 0) & has_more[processes]
    if wrong.any():
        what = "process {value} has declared impacts and exchanges besides its reference"
        ids, fix = frame.columns["process_id"], "keep the impacts or the exchanges: its burdens would count twice"
        found.block_rows("impacts_and_inputs", "impacts", wrong, frame.rows, "process_id", ids, what, fix)
