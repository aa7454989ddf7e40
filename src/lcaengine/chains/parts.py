"""Parts: by what a figure is taken apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, is_pass_through, sum_by
from lcaengine.errors import LcaError
from lcaengine.footprints.labels import find_labels
from lcaengine.footprints.scopes import SCOPES, split_scopes
from lcaengine.inventory.inventory import Kind
from lcaengine.solve import solve_coupling
from lcaengine.solve.stages import cut_labelled
from lcaengine.system import multiply_off_diagonal, transpose

__all__ = ["PARTS", "Part", "name_flow", "take_apart"]

PARTS = ("process", "exchange", "flow", "input", "tier", "stage", "supplier", "location", "scope")
"""By what a figure can be taken apart."""
MOST_TIERS = 30
LAST_TIER = 1e-6
"""Tiers are followed until what is further upstream is less than this share of the total."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a part is; empty text and None where a field does not apply."""

    name: str
    process_id: str = ""
    flow_id: str = ""
    direction: str = ""
    supplier_id: str = ""
    location: str = ""
    amount: float | None = None
    amount_unit: str = ""


Parts = tuple[NDArray[np.float64], Callable[[int], Part]]
"""The value of each part, and a function that says what a part is."""


def take_apart(chain: Chain, by: str) -> Parts:
    """Take a figure apart.

    Parameters
    ----------
    chain : Chain
    by : str
        One of :data:`PARTS`.

    Returns
    -------
    values : (m,) float64
        [unit of the indicator]; they add up to the total.
    describe : callable
        Position to :class:`Part`.

    Raises
    ------
    LcaError
        If `by` is none of them.
    """
    if by not in PARTS:
        raise LcaError(f"by is {by!r}", "contributions, --by", f"write one of: {', '.join(PARTS)}", given=by)
    if by in ("stage", "supplier", "location"):
        return _by_label(chain, by)
    ways: dict[str, Callable[[Chain], Parts]] = {
        "process": _by_process,
        "exchange": _by_exchange,
        "flow": _by_flow,
        "input": _by_input,
        "tier": _by_tier,
        "scope": _by_scope,
    }
    return ways[by](chain)


def describe_activity(chain: Chain, activity: int, amount: float | None = None) -> Part:
    """Describe an activity, and how much it makes."""
    activities, flows = chain.footprints.system.activities, chain.footprints.system.inventory.flows
    flow = int(activities.flow[activity])
    unit = flows.units[flow] if flow >= 0 else None
    return Part(
        name=chain.name(np.array([activity])),
        process_id=activities.name[activity],
        flow_id=flows.ids[flow].as_py() if flow >= 0 else "",
        supplier_id=activities.supplier[activity],
        location=activities.location[activity],
        amount=amount / unit.factor if amount is not None and unit is not None else amount,
        amount_unit=unit.label if amount is not None and unit is not None else "",
    )


def _by_process(chain: Chain) -> Parts:
    output = chain.footprints.system.activities.output
    return chain.supply * chain.direct, lambda a: describe_activity(chain, a, float(chain.supply[a] * output[a]))


def _by_exchange(chain: Chain) -> Parts:
    entries = chain.entries
    key = np.where(entries.row >= 0, entries.row, -1 - entries.activity)
    keys, inverse = np.unique(key, return_inverse=True)
    values = sum_by(inverse, entries.value * chain.supply[entries.activity], len(keys))
    amounts = scale_rows(chain)

    def describe(at: int) -> Part:
        row = int(keys[at])
        return _describe_row(chain, row, float(amounts[row])) if row >= 0 else describe_activity(chain, -1 - row)

    return values, describe


def _by_flow(chain: Chain) -> Parts:
    entries, exchanges = chain.entries, chain.footprints.system.inventory.exchanges
    flows = chain.footprints.system.inventory.flows
    row = np.maximum(entries.row, 0)
    of = exchanges.flow[row] * 2 + exchanges.is_input[row]
    key = np.where(entries.row >= 0, of, -1)
    keys, inverse = np.unique(key, return_inverse=True)
    values = sum_by(inverse, entries.value * chain.supply[entries.activity], len(keys))
    by_row = scale_rows(chain)
    rows = np.unique(entries.row[entries.row >= 0])
    amounts = dict.fromkeys(keys.tolist(), 0.0)
    for r in rows.tolist():
        amounts[int(exchanges.flow[r]) * 2 + int(exchanges.is_input[r])] += float(by_row[r])

    def describe(at: int) -> Part:
        flow, is_input = divmod(int(keys[at]), 2)
        if keys[at] < 0:
            return Part("declared by suppliers")
        unit = flows.units[flow]
        return Part(
            name=name_flow(chain, flow),
            flow_id=flows.ids[flow].as_py(),
            direction="input" if is_input else "output",
            amount=amounts[int(keys[at])] / unit.factor,
            amount_unit=unit.label,
        )

    return values, describe


def _by_input(chain: Chain) -> Parts:
    """Take the figure apart by what the activity itself emits and buys."""
    a = chain.activity
    demands, exchanges = chain.footprints.system.demands, chain.footprints.system.inventory.exchanges
    own = np.flatnonzero((demands.activity == a) & (demands.provider >= 0) & (demands.provider != a))
    provider, row, credit = demands.provider[own], demands.row[own], demands.is_credit[own]
    flow = np.where(row >= 0, exchanges.flow[np.maximum(row, 0)], -1) if len(exchanges) else row
    alike = np.stack([provider, flow, credit], axis=1)  # rows alike are one input
    _, first, inverse = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    # What it makes for itself is in its net output. What of its own comes back in a loop is a part of what it buys.
    net = chain.demand / chain.coupling.diagonal[a]
    amounts = net * sum_by(inverse.ravel(), demands.amount[own], len(first))
    bought = np.where(credit[first], -amounts, amounts) * chain.intensity[provider[first]]
    values = np.concatenate([[net * chain.direct[a]], bought])

    def describe(at: int) -> Part:
        if at == 0:
            return Part(f"{chain.name(np.array([a]))} itself", process_id=chain.footprints.system.activities.name[a])
        which, amount = int(first[at - 1]), float(amounts[at - 1])
        if row[which] >= 0:
            return _describe_row(chain, int(row[which]), amount, int(provider[which]), bool(credit[which]))
        return describe_activity(chain, int(provider[which]), amount)

    return values, describe


def _by_tier(chain: Chain) -> Parts:
    """Take the figure apart by how many steps upstream it arises; markets and bills are no step."""
    coupling = chain.coupling
    forward = transpose(coupling)
    passes = is_pass_through(chain)
    needed = np.zeros((len(coupling), 1))
    needed[chain.activity] = chain.demand
    values: list[float] = []
    for _ in range(MOST_TIERS):
        for _ in range(2):  # a bill asks of markets, and these of processes
            run = np.where(passes[:, None], needed / coupling.diagonal[:, None], 0.0)
            needed = np.where(passes[:, None], 0.0, needed) - multiply_off_diagonal(forward, run)
        run = needed / coupling.diagonal[:, None]
        values.append(float(run[:, 0] @ chain.direct))
        needed = -multiply_off_diagonal(forward, run)
        left = float(np.abs(needed[:, 0] * chain.intensity).sum())  # in sizes: a credit further up may hide a burden
        if left <= LAST_TIER * max(abs(chain.total), float(np.abs(values).sum())):
            break
    last = len(values)
    rest = chain.total - sum(values)
    return np.array([*values, rest if left else 0.0]), lambda at: Part(
        f"tier {at}" if at < last else f"beyond tier {last - 1}"
    )


def _by_label(chain: Chain, by: str) -> Parts:
    """Take the figure apart by owner: a labelled activity owns its burdens and those of the unlabelled it draws on."""
    labels, label = find_labels(chain.footprints.system, by)
    labelled = (label >= 0)[:, None]
    direct = chain.direct[:, None]
    background = solve_coupling(cut_labelled(chain.coupling, label >= 0), np.where(labelled, 0.0, direct), chain.name)
    owned = np.where(labelled, direct - multiply_off_diagonal(chain.coupling, background.x), 0.0)[:, 0]
    own = label >= 0
    values = sum_by(label[own], (chain.supply * owned)[own], len(labels))
    unassigned = float(background.x[chain.activity, 0]) * chain.demand
    values = np.append(values, 0.0 if own[chain.activity] else unassigned)

    def describe(at: int) -> Part:
        if at == len(labels):
            return Part("unassigned")
        name = labels[at]
        return Part(name, supplier_id=name if by == "supplier" else "", location=name if by == "location" else "")

    return values, describe


def _by_scope(chain: Chain) -> Parts:
    system, declared = chain.footprints.system, chain.footprints.matched.declared
    is_declared = np.zeros(len(chain.direct), np.bool_)
    is_declared[declared.activity] = True
    total = chain.intensity[:, None]
    split = split_scopes(system, chain.direct[:, None], total, is_declared, chain.name)[chain.activity, :, 0]
    is_split = not np.isnan(split).any()
    values = np.append(np.nan_to_num(split), 0.0 if is_split else chain.intensity[chain.activity]) * chain.demand
    return values, lambda at: Part((*SCOPES, "unassigned")[at])


def scale_rows(chain: Chain) -> NDArray[np.float64]:
    """Give how much of every exchange row the chain takes.

    Returns
    -------
    (rows,) float64
        [base unit of the flow]
    """
    system = chain.footprints.system
    amounts = np.zeros(len(system.inventory.exchanges))
    b, demands = system.interventions, system.demands
    np.add.at(amounts, b.row, b.amount * chain.supply[b.activity])
    own = demands.row >= 0
    np.add.at(amounts, demands.row[own], demands.amount[own] * chain.supply[demands.activity[own]])
    return amounts


def _describe_row(chain: Chain, row: int, amount: float, provider: int = -1, is_credit: bool = False) -> Part:
    inventory, activities = chain.footprints.system.inventory, chain.footprints.system.activities
    exchanges, processes = inventory.exchanges, inventory.processes
    flow, process = int(exchanges.flow[row]), int(exchanges.process[row])
    unit = inventory.flows.units[flow]
    by = f"{processes.show(process)}: " if provider < 0 else "avoided " if is_credit else ""
    whose = f" from {chain.name(np.array([provider]))}" if provider >= 0 else ""
    return Part(
        name=f"{by}{name_flow(chain, flow)}{whose}",
        process_id=processes.ids[process].as_py(),
        flow_id=inventory.flows.ids[flow].as_py(),
        direction="input" if exchanges.is_input[row] else "output",
        supplier_id=activities.supplier[provider] if provider >= 0 else processes.supplier[process] or "",
        location=exchanges.locate(row) or processes.location[process] or "",
        amount=amount / unit.factor,
        amount_unit=unit.label,
    )


def name_flow(chain: Chain, flow: int) -> str:
    """Name a flow; an elementary one with its compartment."""
    flows = chain.footprints.system.inventory.flows
    if flows.kind[flow] != Kind.ELEMENTARY:
        return flows.show(flow)
    where = "/".join(part for part in (flows.compartment[flow], flows.sub_compartment[flow]) if part)
    return f"{flows.names[flow]} ({where})" if where else flows.names[flow]
