"""Uncertain allocation factors: the shares that a process gives its products, as Dirichlet distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.system import System
from lcaengine.system.activities import Functions
from lcaengine.uncertainty.distributions import find_uncertain
from lcaengine.uncertainty.mixes import Mixes, build_mixes, find_variances, hash_words
from lcaengine.uncertainty.rows import NONE, CausalShare

__all__ = ["AllocationDraws", "draw_allocation"]

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AllocationDraws:
    """The allocation factors that are uncertain, or all that are given.

    Attributes
    ----------
    mixes : Mixes
        One whole a process, and one an exchange of a causal allocation.
    share : (n,) int64
        Which of its shares every activity has in the exchanges of its process; -1 where it has none.
    causal : tuple of CausalShare
        Shares in single exchanges of processes that are listed, others included.
    """

    mixes: Mixes
    share: Positions
    causal: tuple[CausalShare, ...]


def draw_allocation(system: System, functions: Functions, every: bool = False) -> AllocationDraws:
    """List the processes whose allocation factors, as given or causal, state distributions.

    The factors of a process are a Dirichlet distribution (:func:`lcaengine.uncertainty.mixes.build_mixes`), and so are
    those of each exchange that a causal allocation names.

    Parameters
    ----------
    system : System
    functions : Functions
    every : bool
        Whether those that are certain are listed too.

    Returns
    -------
    AllocationDraws

    Raises
    ------
    DataError
        Where distributions contradict their factors.
    """
    inventory, n = system.inventory, len(system.activities)
    frame = inventory.frames["allocation"]
    factor, share = frame.number("factor"), np.full(n, NONE)
    rows = find_uncertain(frame, factor, None)
    if not (len(frame) if every else len(rows)):
        return AllocationDraws(build_mixes(frame, [], factor), share, ())
    variance = find_variances(frame, rows, factor, inventory.label)
    wholes = _find_wholes(system, functions)
    if not every:
        wholes = {key: at for key, at in wholes.items() if not np.isnan(variance[list(at)]).all()}
    keys = hash_words("allocation", *([each or "" for each in frame.text(name)] for name in _IDENTITY))
    members = [(list(at), factor[list(at)], keys[list(at)]) for at in wholes.values()]
    mixes = build_mixes(frame, members, variance)
    place = np.full(len(frame), NONE)
    place[mixes.row] = np.arange(len(mixes))
    activity = _find_activities(system, functions)
    processes = set()
    for (process, exchange), at in wholes.items():
        processes.add(process)
        if exchange < 0:
            share[activity[list(at)]] = place[list(at)]
    drawn = {
        (int(activity[row]), exchange): int(place[row])
        for (_, exchange), at in wholes.items()
        for row in at
        if exchange >= 0
    }
    causal = tuple(
        CausalShare(function, exchange, drawn.get((function, exchange), NONE), static)
        for (function, exchange), static in functions.causal.items()
        if int(functions.process[function]) in processes
    )
    return AllocationDraws(mixes, share, causal)


_IDENTITY = ("process_id", "product_flow_id", "exchange_flow_id")


def _find_activities(system: System, functions: Functions) -> Positions:
    """Find the activity that every row of the table gives a share, -1 where none."""
    inventory = system.inventory
    frame, flows = inventory.frames["allocation"], len(inventory.flows)
    process = frame.codes("process_id", inventory.processes.ids)
    product = frame.codes("product_flow_id", inventory.flows.ids)
    key, wanted = functions.process * flows + functions.flow, process * flows + product
    at = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    found = (process >= 0) & (product >= 0) & (key[at] == wanted)
    return np.where(found, at, NONE)


def _find_wholes(system: System, functions: Functions) -> dict[tuple[int, int], tuple[int, ...]]:
    """Find the rows of every (process, exchange flow or -1) that the table allocates."""
    inventory = system.inventory
    frame = inventory.frames["allocation"]
    process = frame.codes("process_id", inventory.processes.ids)
    exchange, named = frame.codes("exchange_flow_id", inventory.flows.ids), frame.filled("exchange_flow_id")
    rules = [system.policy.allocation or each or "" for each in inventory.processes.allocation]
    wholes: dict[tuple[int, int], list[int]] = {}
    for row, (p, x, is_named) in enumerate(zip(process.tolist(), exchange.tolist(), named.tolist(), strict=True)):
        reads = p >= 0 and functions.count[p] > 1 and rules[p] in (("causal",) if is_named else ("causal", "as_given"))
        if reads:
            wholes.setdefault((p, x if is_named else NONE), []).append(row)
    return {key: tuple(at) for key, at in sorted(wholes.items())}
