"""Allocation: how the co-products of one process share its burdens, by the process's own choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.conversion import energy_content, mass_content
from lcaengine.inventory.inventory import Inventory
from lcaengine.units.definitions import CURRENCIES

Block = Callable[[str, str, str], None]

__all__ = ["SUM_TOLERANCE", "Shares", "report_unused", "share_burdens"]

SUM_TOLERANCE = 1e-6
"""How far shares that are given may be from summing to one."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The burdens of one process, shared.

    Attributes
    ----------
    share : (k,) float64
        Share of each product [1].
    keep : (k,) bool
        Whether the product is an activity of its own.
    causal : dict
        (product, exchange flow) to the share of that exchange.
    substitute : bool
        Whether co-products replace the supply of others instead.
    """

    share: NDArray[np.float64]
    keep: NDArray[np.bool_]
    causal: dict[tuple[int, int], float] = field(default_factory=dict)
    substitute: bool = False


def share_burdens(
    inventory: Inventory,
    process: int,
    rule: str,
    reference: int,
    flows: NDArray[np.int64],
    output: NDArray[np.float64],
    found: Findings,
) -> Shares:
    """Share the burdens of a process among its products by the rule it names.

    Mass, energy and economic shares are ``w_k a_k / sum_j w_j a_j``, with a the amounts and w the mass, the higher
    heating value or the price of a unit.

    Parameters
    ----------
    inventory : Inventory
    process, reference : int
        Positions of the process and of its reference flow.
    rule : str
        The rule to use, empty for the one the process names.
    flows, output : (k,)
        Its products, and how much it makes of each [base unit].
    found : Findings
        Receives what keeps the rule from being applied.

    Returns
    -------
    Shares
        Where a rule cannot be applied the reference carries all, and a blocker says so.
    """
    rule = rule or inventory.processes.allocation[process] or ""
    is_reference = flows == reference
    alone = Shares(is_reference.astype(np.float64), is_reference)
    name = inventory.processes.ids[process].as_py()
    ids = [inventory.flows.ids[flow].as_py() for flow in flows.tolist()]
    others = ", ".join(i for i, r in zip(ids, is_reference, strict=True) if not r)

    def block(code: str, what: str, fix: str) -> None:
        row = int(inventory.frames["processes"].rows[process])
        found.block(code, "processes", what, fix, row=row, column="allocation", value=rule)

    if not rule:
        what = f"process {name!r} makes {others} besides its reference and names no allocation"
        block("no_allocation", what, "write none, mass, energy, economic, causal, as_given or substitution")
        return alone
    if rule == "none":
        what = f"process {name!r}: its reference carries all burdens, {others} carry none and supply nobody"
        fix, row = "choose an allocation if they are sold", int(inventory.frames["processes"].rows[process])
        found.warn("allocation_none", "processes", what, fix, row=row, column="allocation", value=rule)
        return alone
    if (output[~is_reference] <= 0).any():
        what = f"process {name!r} makes nothing, or less, of a co-product among {others}"
        block("allocation_amount", what, "write amounts above zero, or take the co-product away")
        return alone
    if rule == "substitution":
        return Shares(alone.share, alone.keep, substitute=True)
    if rule in ("as_given", "causal"):
        return _read_given(inventory, process, rule, flows, ids, block) or alone
    weights = _weigh(inventory, rule, flows, ids, name, block, found)
    if weights is None:
        return alone
    with np.errstate(over="ignore"):  # refused here
        total = float(np.sum(weights * output))
    if not 0 < total < np.inf:
        what = f"process {name!r}: the {rule} of its products sums to {total:g}"
        block("allocation_weight", what, "check properties")
        return alone
    return Shares(weights * output / total, np.ones(len(flows), np.bool_))


def _weigh(
    inventory: Inventory, rule: str, flows: NDArray[np.int64], ids: list[str], name: str, block: Block, found: Findings
) -> NDArray[np.float64] | None:
    """Give the weight of a base unit of each product, None (and blockers) where one has none."""
    weights = np.zeros(len(flows))
    dimensions = set()
    known = inventory.flows.properties
    for k, flow in enumerate(flows.tolist()):
        unit = inventory.flows.units[flow]
        weight: float | None = None
        if rule == "mass":
            weight = mass_content(unit, flow, known)
        elif rule == "energy":
            energy = energy_content(unit, flow, known)
            weight = energy[0] if energy else None
            if energy and energy[1]:
                what = f"{ids[k]!r} has a lower heating value only; its energy share rests on it"
                found.warn("energy_lhv", "properties", what, "give heating_value_hhv", value=ids[k])
        elif (price := known.get((flow, "price"))) is not None:
            weight = price.value
            dimensions.add(price.base)
            if price.base[:3] not in CURRENCIES:
                weight = None
        if weight is None:
            what = f"process {name!r} is allocated by {rule}, and its product {ids[k]!r} has none"
            block("allocation_property", what, f"give {ids[k]!r} the property in the table properties")
            return None
        weights[k] = weight
    if len(dimensions) > 1:
        what = f"process {name!r}: prices in {' and '.join(sorted(dimensions))} do not compare"
        block("allocation_currency", what, "give all prices of a process in one currency and year")
        return None
    if (weights < 0).any():
        block(
            "allocation_weight",
            f"process {name!r}: a product's {rule} is below zero",
            "treat it as waste, or give another rule",
        )
        return None
    return weights


def _read_given(
    inventory: Inventory, process: int, rule: str, flows: NDArray[np.int64], ids: list[str], block: Block
) -> Shares | None:
    """Read the shares of a process from the table `allocation`; None (and blockers) where they do not hold."""
    frame = inventory.frames["allocation"]
    name = inventory.processes.ids[process].as_py()
    rows = np.flatnonzero(frame.codes("process_id", pa.array([name])) == 0)
    factors = frame.number("factor")
    products, exchanges = (
        frame.codes("product_flow_id", inventory.flows.ids),
        frame.codes("exchange_flow_id", inventory.flows.ids),
    )
    named = frame.filled("exchange_flow_id")
    position = {flow: k for k, flow in enumerate(flows.tolist())}
    share = np.zeros(len(flows))
    causal: dict[tuple[int, int], float] = {}
    given: set[int] = set()
    for at in rows.tolist():
        product, exchange = int(products[at]), int(exchanges[at])
        if product not in position or (named[at] and exchange < 0) or factors[at] < 0:
            what = f"row {frame.rows[at]} of allocation names no product or exchange of {name!r}, or a share below zero"
            block("allocation_row", what, f"its products are {', '.join(ids)}")
            return None
        if named[at] and rule == "causal":
            causal[position[product], exchange] = float(factors[at])
        elif not named[at]:
            share[position[product]] = factors[at]
            given.add(position[product])
    missing = [name for k, name in enumerate(ids) if k not in given]
    if missing:
        what = f"the table allocation has no row for {', '.join(missing)} of {name!r}"
        block("allocation_row", what, "give each product its share, zero where it carries nothing")
        return None
    sums = {"all exchanges": float(share.sum())}
    for exchange in sorted({x for _, x in causal}):
        sums[inventory.flows.ids[exchange].as_py()] = sum(v for (_, x), v in causal.items() if x == exchange)
        for k in range(len(flows)):
            causal.setdefault((k, exchange), 0.0)
    for over, total in sums.items():
        if abs(total - 1.0) > SUM_TOLERANCE:
            what = f"the shares of {name!r} over {over} sum to {total:g}, not to one"
            block("allocation_sum", what, "give each product its share in the table allocation")
            return None
    return Shares(share, np.ones(len(flows), np.bool_), causal)


def report_unused(inventory: Inventory, used: NDArray[np.bool_], rule: str, found: Findings) -> None:
    """Warn of rows of the table `allocation` that the process's rule does not read.

    Parameters
    ----------
    inventory : Inventory
    used : (processes,) bool
        Processes with several products.
    rule : str
        The rule for all of them, empty where each has its own.
    found : Findings
    """
    frame = inventory.frames["allocation"]
    if not len(frame):
        return
    process = frame.codes("process_id", inventory.processes.ids)
    rules = inventory.processes.allocation
    by_exchange = frame.filled("exchange_flow_id")
    reads = {"as_given": (True, False), "causal": (True, True)}
    wrong = np.array(
        [
            p >= 0 and not (used[p] and reads.get(rule or rules[p] or "", (False, False))[int(exchange)])
            for p, exchange in zip(process.tolist(), by_exchange.tolist(), strict=True)
        ],
        np.bool_,
    )
    exchanges, width = inventory.exchanges, len(inventory.flows) + 1
    exchange = frame.codes("exchange_flow_id", inventory.flows.ids)
    wrong |= (
        by_exchange & (process >= 0) & ~np.isin(process * width + exchange, exchanges.process * width + exchanges.flow)
    )
    if wrong.any():
        what, fix = (
            "the allocation of {value} does not read this row",
            "choose as_given, or causal with the exchange_flow_id of an exchange it has",
        )
        ids = frame.columns["process_id"]
        found.block_rows(
            "unused_allocation", "allocation", wrong, frame.rows, "process_id", ids, what, fix, Severity.WARNING
        )
