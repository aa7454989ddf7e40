"""Terms: every entry of a system, by what it is, so that two versions can be laid side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.footprints import Footprints
from lcaengine.footprints.measures import find_burdens
from lcaengine.inventory.inventory import Kind
from lcaengine.solve import order_coupling
from lcaengine.system import ActivityKind

__all__ = ["SAME", "Key", "Label", "Terms", "find_key", "list_terms", "scale_processes", "sum_rows"]

SAME = 1e-12
"""Two amounts closer than this are one, but for rounding [1]."""

Key = tuple[str, str, str]
"""An activity across versions: process (or bill), product, and the place of a market."""
Label = tuple[str, str, str, str, str, str, str]
"""An entry: process, product, market place, kind, flow, direction, provider."""
Add = Callable[[Label, int, int, int, float, float], None]
"""Takes label, activity, provider, column, value and amount of one entry."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Entries of A and D of one version, in the activities of both.

    Attributes
    ----------
    label : list of Label
        Each stands once.
    activity, provider : (m,) int64
        Column and row of A; the provider is -1 for an entry of D.
    value : (m, k) float64
        The entry of A in the first column, the entries of D by indicator.
    amount : (m,) float64
        As the exchange has it [base unit of the flow].
    """

    label: list[Label]
    activity: NDArray[np.int64]
    provider: NDArray[np.int64]
    value: NDArray[np.float64]
    amount: NDArray[np.float64]


def find_key(footprints: Footprints, activity: int) -> Key:
    """Identify an activity across versions."""
    activities, flows = footprints.system.activities, footprints.system.inventory.flows
    flow = int(activities.flow[activity])
    place = activities.location[activity] if activities.kind[activity] == ActivityKind.MARKET else ""
    return activities.name[activity], flows.ids[flow].as_py() if flow >= 0 else "", place


def list_terms(footprints: Footprints, union: Mapping[Key, int], chosen: NDArray[np.int64]) -> Terms:
    """List the entries of a system: what activities make, take and spare, and their direct contributions.

    Parameters
    ----------
    footprints : Footprints
    union : dict of Key to int
        Activities of both versions.
    chosen : (k,) int64
        Indicators.

    Returns
    -------
    Terms
        Entries alike are summed. Activities the version does not have are not in it.
    """
    keys = [find_key(footprints, a) for a in range(len(footprints.value))]
    rows: dict[Label, tuple[int, int, NDArray[np.float64], list[float]]] = {}

    def add(label: Label, activity: int, provider: int, at: int, value: float, amount: float) -> None:
        if label not in rows:
            rows[label] = (union[keys[activity]], provider, np.zeros(max(1, len(chosen))), [0.0])
        rows[label][2][at] += value
        rows[label][3][0] += amount

    _add_technosphere(footprints, union, keys, add)
    _add_direct(footprints, chosen, keys, add)
    listed = sorted(rows)
    columns = [rows[label] for label in listed]
    return Terms(
        listed,
        np.array([c[0] for c in columns], np.int64),
        np.array([c[1] for c in columns], np.int64),
        np.array([c[2] for c in columns]).reshape(len(listed), max(1, len(chosen))),
        np.array([c[3][0] for c in columns]),
    )


def _add_technosphere(footprints: Footprints, union: Mapping[Key, int], keys: list[Key], add: Add) -> None:
    system = footprints.system
    activities, flows, demands = system.activities, system.inventory.flows, system.demands
    for a, output in enumerate(activities.output.tolist()):
        add((*keys[a], "reference", keys[a][1], "output", ""), a, union[keys[a]], 0, output, output)
    exchanges = system.inventory.exchanges
    for a, i, amount, credit, row in zip(
        *(column.tolist() for column in (demands.activity, demands.provider, demands.amount, demands.is_credit)),
        demands.row.tolist(),
        strict=True,
    ):
        if i < 0:
            continue
        own = "line" if keys[a][0] else "share"  # of a bill, or of a market
        kind = "avoided" if credit else "input" if row >= 0 else own
        direction = "output" if row >= 0 and not exchanges.is_input[row] else "input"
        flow = int(activities.flow[i])
        label = (*keys[a], kind, flows.ids[flow].as_py(), direction, " ".join(part for part in keys[i] if part))
        add(label, a, union[keys[i]], 0, amount if credit else -amount, amount)


def _add_direct(footprints: Footprints, chosen: NDArray[np.int64], keys: list[Key], add: Add) -> None:
    system = footprints.system
    inventory = system.inventory
    ordering = order_coupling(system.coupling)
    entries, _ = find_burdens(system, footprints.method, footprints.matched, ordering)
    column = {int(k): at for at, k in enumerate(chosen.tolist())}
    amount_of = _list_amounts(footprints)
    counted: set[tuple[int, int]] = set()
    for a, k, value, row in zip(
        *(each.tolist() for each in (entries.activity, entries.indicator, entries.value, entries.row)), strict=True
    ):
        if k not in column:
            continue
        if row < 0:
            name = footprints.method.indicators[k].id
            add((*keys[a], "declared", name, "", ""), a, -1, column[k], value, value)
            continue
        flow = int(inventory.exchanges.flow[row])
        is_elementary = inventory.flows.kind[flow] == Kind.ELEMENTARY
        direction = "input" if inventory.exchanges.is_input[row] else "output"
        kind = "elementary" if is_elementary else "energy bought"
        label = (*keys[a], kind, inventory.flows.ids[flow].as_py(), direction, "")
        amount = 0.0 if (a, row) in counted else amount_of.get((a, row), 0.0)
        counted.add((a, row))
        add(label, a, -1, column[k], value, amount)


def _list_amounts(footprints: Footprints) -> dict[tuple[int, int], float]:
    """Give what each activity has of each exchange row [base unit]."""
    amounts: dict[tuple[int, int], float] = {}
    for of in (footprints.system.interventions, footprints.system.demands):
        for a, row, amount in zip(of.activity.tolist(), of.row.tolist(), of.amount.tolist(), strict=True):
            if row >= 0:
                amounts[a, row] = amount
    return amounts


def scale_processes(old: Terms, new: Terms) -> Terms:
    """Write the old processes on the basis of the new where that leaves more of their amounts as they are.

    A process whose amounts are all doubled is the same process.

    Returns
    -------
    Terms
        The old ones.
    """
    position = {label: at for at, label in enumerate(new.label)}
    scale: dict[int, float] = {}
    for at, label in enumerate(old.label):
        if label[3] == "reference" and label in position:
            scale[int(old.activity[at])] = new.amount[position[label]] / old.amount[at]
    as_is: dict[int, int] = {}
    scaled: dict[int, int] = {}
    for at, label in enumerate(old.label):
        activity = int(old.activity[at])
        if label not in position or activity not in scale:
            continue
        other = new.value[position[label]]
        as_is[activity] = as_is.get(activity, 0) + int(is_same(old.value[at], other))
        scaled[activity] = scaled.get(activity, 0) + int(is_same(old.value[at] * scale[activity], other))
    chosen = {activity: scale[activity] for activity in scaled if scaled[activity] > as_is[activity]}
    factor = np.array([chosen.get(activity, 1.0) for activity in old.activity.tolist()])
    return replace(old, value=old.value * factor[:, None], amount=old.amount * factor)


def is_same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether two entries are one, but for rounding."""
    return bool((np.abs(one - other) <= SAME * np.maximum(np.abs(one), np.abs(other))).all())


def sum_rows(activity: NDArray[np.int64], value: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum rows of values by activity.

    Returns
    -------
    (count, k) float64
    """
    total = np.zeros((count, value.shape[1]))
    np.add.at(total, activity, value)
    return total
