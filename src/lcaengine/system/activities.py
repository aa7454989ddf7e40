"""Activities, the rows and columns of A: a process with its product; a market; a bill of materials."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory.inventory import Inventory
from lcaengine.inventory.signs import Role
from lcaengine.inventory.words import find_distinct
from lcaengine.system.allocation import report_unused, share_burdens

__all__ = ["Activities", "ActivityKind", "Functions", "find_functions", "make_activities"]


class ActivityKind(IntEnum):
    """What an activity is."""

    PROCESS = 0
    MARKET = 1
    DEMAND = 2


@dataclass(frozen=True, slots=True)
class Functions:
    """What processes make after allocation, in order of (process, product).

    Attributes
    ----------
    process, flow : (n,) int64
    output : (n,) float64
        Gross output [base unit of the flow].
    share : (n,) float64
        Share of the process's burdens [1].
    reference_output : (n,) float64
        Gross output of the process's reference [base unit of that flow].
    first, count : (processes,) int64
        Where a process's functions start, and how many it has.
    causal : dict
        (function, exchange flow) to its own share, for causal allocation.
    substituted : (rows,) bool
        Co-product rows whose provider's supply they replace.
    """

    process: NDArray[np.int64]
    flow: NDArray[np.int64]
    output: NDArray[np.float64]
    share: NDArray[np.float64]
    reference_output: NDArray[np.float64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    causal: dict[tuple[int, int], float]
    substituted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Activities:
    """Rows and columns of A: processes with their products, then markets, then bills of materials.

    Attributes
    ----------
    kind : (n,) int8
        :class:`ActivityKind`.
    process, flow : (n,) int64
        Positions; -1 for a market's process and for a bill's process and flow.
    stage : (n,) int8
        Position in STAGES, -1 for background, markets and bills.
    supplier, location : list of str
        Empty where there is none; a market's location is its place.
    name : list of str
        Process id, demand id, or empty for a market.
    basis : list of str
        Of a market: location, contract, residual, or several of these with a + between; empty for others.
    output : (n,) float64
        Gross output [base unit of the flow].
    """

    kind: NDArray[np.int8]
    process: NDArray[np.int64]
    flow: NDArray[np.int64]
    stage: NDArray[np.int8]
    supplier: list[str]
    location: list[str]
    name: list[str]
    basis: list[str]
    output: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.name)


def find_functions(inventory: Inventory, roles: NDArray[np.int8], rule: str, found: Findings) -> Functions:
    """Find what every process makes, and share its burdens among its products.

    Parameters
    ----------
    inventory : Inventory
    roles : (m,) int8
        Role of every exchange row.
    rule : str
        Allocation for every process with co-products, in place of its own; empty leaves each its own.
    found : Findings
        Receives processes whose burdens cannot be shared.

    Returns
    -------
    Functions
    """
    exchanges = inventory.exchanges
    is_function = (roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)
    reference = np.full(len(inventory.processes), -1, np.int64)
    at = roles == Role.REFERENCE
    reference[exchanges.process[at]] = exchanges.flow[at]
    width = len(inventory.flows) + 1
    keys, inverse = find_distinct(exchanges.process[is_function] * width + exchanges.flow[is_function])
    output = np.bincount(inverse, exchanges.amount[is_function], len(keys)).astype(np.float64)
    process, flow = keys // width, keys % width
    made = np.ones(len(inventory.processes))
    is_reference = flow == reference[process]
    made[process[is_reference]] = output[is_reference]
    _report_outputs(inventory, process[is_reference & (output <= 0)], output[is_reference & (output <= 0)], found)
    share = np.ones(len(keys))
    keep = np.ones(len(keys), np.bool_)
    substituted = np.zeros(len(exchanges), np.bool_)
    causal: dict[tuple[int, int], float] = {}
    several = np.bincount(process, minlength=len(inventory.processes)) > 1
    report_unused(inventory, several, rule, found)
    for each in np.flatnonzero(several).tolist():
        members = np.flatnonzero(process == each)
        shares = share_burdens(inventory, each, rule, int(reference[each]), flow[members], output[members], found)
        share[members] = shares.share
        keep[members] = shares.keep
        causal |= {
            (int(process[members[k]]) * width + int(flow[members[k]]), x): s for (k, x), s in shares.causal.items()
        }
        if shares.substitute:
            rows = (exchanges.process == each) & (roles == Role.CO_PRODUCT) & (exchanges.flow != reference[each])
            substituted |= rows
    position = np.cumsum(keep) - 1
    own = {(int(position[np.searchsorted(keys, key)]), x): s for (key, x), s in causal.items()}
    process, flow, output, share = process[keep], flow[keep], output[keep], share[keep]
    count = np.bincount(process, minlength=len(inventory.processes))
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) if len(count) else np.empty(0, np.int64)
    return Functions(process, flow, output, share, made[process], first.astype(np.int64), count, own, substituted)


def _report_outputs(
    inventory: Inventory, process: NDArray[np.int64], output: NDArray[np.float64], found: Findings
) -> None:
    """Report processes whose reference rows sum to nothing or less; a single such row is reported where it is read."""
    exchanges = inventory.exchanges
    for each, amount in zip(process.tolist(), output.tolist(), strict=True):
        own = exchanges.process == each
        if (exchanges.amount[own & exchanges.is_reference] > 0).all():
            name, row = inventory.processes.ids[each].as_py(), int(exchanges.rows[own & exchanges.is_reference][0])
            what = f"the rows of the reference flow of {name!r} sum to {amount:g}, they must give more than zero"
            fix = "write what is made in one row above zero; what it takes of its own as an input"
            found.block("reference_amount", "exchanges", what, fix, row=row, column="amount", value=f"{amount:g}")


def make_activities(
    inventory: Inventory, functions: Functions, markets: list[tuple[int, str, str]], demands: list[tuple[str, str]]
) -> Activities:
    """Line up processes with their products, markets (flow, place, basis) and bills of materials (id, supplier)."""
    processes = inventory.processes
    n = len(functions.process)
    of = functions.process.tolist()
    ids = processes.ids.to_pylist()
    extra = len(markets) + len(demands)
    kinds = np.repeat(np.array([*ActivityKind], np.int8), [n, len(markets), len(demands)])
    none = np.full(extra, -1, np.int64)
    market_flow = np.array([flow for flow, _, _ in markets] + [-1] * len(demands), np.int64)
    return Activities(
        kinds,
        np.concatenate([functions.process, none]),
        np.concatenate([functions.flow, market_flow]),
        np.concatenate([processes.stage[functions.process], none.astype(np.int8)]),
        [processes.supplier[p] or "" for p in of] + [""] * len(markets) + [supplier for _, supplier in demands],
        [processes.location[p] or "" for p in of] + [place for _, place, _ in markets] + [""] * len(demands),
        [ids[p] for p in of] + [""] * len(markets) + [name for name, _ in demands],
        [""] * n + [basis for _, _, basis in markets] + [""] * len(demands),
        np.concatenate([functions.output, np.ones(extra)]),
    )
