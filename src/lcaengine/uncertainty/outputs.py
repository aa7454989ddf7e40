"""Outputs: what activities make in a draw, and the shares of co-products that move with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.signs import Role
from lcaengine.system import System
from lcaengine.system.activities import Functions
from lcaengine.uncertainty.demands import DemandTerms
from lcaengine.uncertainty.derived import Shares
from lcaengine.uncertainty.rows import NONE, Rows
from lcaengine.uncertainty.terms import Terms, build_terms

__all__ = ["build_outputs", "build_shares", "find_moving"]

Positions = NDArray[np.int64]

_BY_OUTPUT = ("mass", "energy", "economic")
"""Allocations whose shares are in proportion to a property of what is made."""


def find_moving(system: System, functions: Functions, roles: NDArray[np.int8], drawn: Positions) -> Positions:
    """Find the activities whose share moves with what their process makes.

    Parameters
    ----------
    system : System
    functions : Functions
    roles : (exchanges,) int8
    drawn : (m,) int64
        Exchanges that are drawn.

    Returns
    -------
    (s,) int64
    """
    inventory = system.inventory
    rule = [system.policy.allocation or each for each in inventory.processes.allocation]
    is_drawn = np.zeros(len(inventory.exchanges), np.bool_)
    is_drawn[drawn] = True
    makes = ((roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)) & is_drawn
    moves = np.zeros(len(inventory.processes), np.bool_)
    moves[inventory.exchanges.process[makes]] = True
    moves &= (functions.count > 1) & np.array([each in _BY_OUTPUT for each in rule], np.bool_)
    return np.flatnonzero(moves[functions.process])


def build_outputs(
    system: System, functions: Functions, roles: NDArray[np.int8], rows: Rows, demands: DemandTerms, ones: int
) -> Terms:
    """Write what every activity makes, less what it takes of its own: the diagonal of A.

    Returns
    -------
    Terms
        (n,)
    """
    activity, weight, one = _list_outputs(system, functions, roles, rows.row)
    of_own = demands.of_own
    return build_terms(
        len(system.activities),
        np.concatenate([activity, demands.own]),
        np.concatenate([weight, of_own.weight]),
        np.concatenate([one, of_own.one]),
        np.concatenate([np.full(len(one), NONE), of_own.two]),
        ones,
    )


def build_shares(
    system: System, functions: Functions, roles: NDArray[np.int8], row: Positions, moving: Positions, ones: int
) -> Shares:
    """Build the shares of activities that move with what their process makes; parameters as there.

    Returns
    -------
    Shares
    """
    activity, weight, one = _list_outputs(system, functions, roles, row)
    target = np.full(len(system.activities), -1)
    target[moving] = np.arange(len(moving))
    keep = target[activity] >= 0
    none = np.full(int(keep.sum()), NONE)
    output = build_terms(len(moving), target[activity[keep]], weight[keep], one[keep], none, ones)
    _, process = np.unique(functions.process[moving], return_inverse=True)
    return Shares(moving, process, functions.share[moving] / functions.output[moving], output)


def _list_outputs(
    system: System, functions: Functions, roles: NDArray[np.int8], row: Positions
) -> tuple[Positions, NDArray[np.float64], Positions]:
    """List what every activity makes, exchange by exchange: activity, weight, row of the drawn values."""
    exchanges, flows = system.inventory.exchanges, len(system.inventory.flows)
    makes = np.flatnonzero((roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT))
    key = functions.process * flows + functions.flow
    at = np.searchsorted(key, exchanges.process[makes] * flows + exchanges.flow[makes])
    at = np.minimum(at, max(len(key) - 1, 0))
    kept = key[at] == exchanges.process[makes] * flows + exchanges.flow[makes]
    activity, makes = at[kept], makes[kept]
    others = np.arange(len(functions.process), len(system.activities))  # markets and bills
    one = np.concatenate([row[makes], np.full(len(others), NONE)])
    amount = np.concatenate([exchanges.amount[makes], system.activities.output[others]])
    return np.concatenate([activity, others]), np.where(one != NONE, 1.0, amount), one
