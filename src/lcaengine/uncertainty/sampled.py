"""A sampled system: A and the burdens of an inventory as sums of drawn values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.footprints import Footprints
from lcaengine.footprints.measures import find_burdens
from lcaengine.inventory.signs import Role, assign_roles
from lcaengine.solve import order_coupling
from lcaengine.system import System, build_coupling, build_system
from lcaengine.system.activities import Functions, find_functions
from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.terms import Terms, build_terms

__all__ = ["Sampled", "Shares", "sample_system"]

LIFTED = 2.0**-40
"""Stands in for an amount of zero: so little that it moves nothing else, and a power of two that divides exactly."""
_BY_OUTPUT = ("mass", "energy", "economic")
"""Allocations whose shares are in proportion to a property of what is made."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Activities that share the burdens of their process in proportion to what they make, and that is uncertain.

    Attributes
    ----------
    activity : (s,) int64
    process : (s,) int64
        Numbered from zero.
    per_output : (s,) float64
        Share per unit of output, but for a factor of the process.
    output : Terms
        What each makes.
    """

    activity: NDArray[np.int64]
    process: NDArray[np.int64]
    per_output: NDArray[np.float64]
    output: Terms

    def find(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Find the shares for drawn values: ``p_i o_i / sum_j p_j o_j``, (s, draws)."""
        draws = values.shape[1]
        made = self.output.sum(values).reshape(-1, len(self.output), 8).transpose(1, 0, 2).reshape(-1, draws)
        part = made * self.per_output[:, None]
        whole = np.zeros((int(self.process.max(initial=-1)) + 1, draws))
        np.add.at(whole, self.process, part)
        return np.asarray(part / whole[self.process])


@dataclass(frozen=True, slots=True)
class Sampled:
    """A system whose numbers are drawn.

    Attributes
    ----------
    system : System
    distributions : Distributions
        Rows of the drawn values: of exchanges that some number rests on.
    uncertain : int
        Exchanges with a distribution, all of them.
    shares : Shares
        Rows behind them; a row of ones is the last.
    pattern : Coupling
        The places of A' off the diagonal, whatever stands there.
    amounts : Terms
        Of every entry of the pattern.
    needs : Terms
        The same without what is spared, demand by demand and draw by draw: an amount may change its sign.
    outputs : Terms
        Of the diagonal, (n,).
    burdens : Terms
        Direct burdens of every activity and indicator, (n * k,).
    has_credits : bool
        Whether anything that is certain is spared, or taken by a negative amount.
    demanded : (d,) int64
        Rows of the drawn values that are demands.
    sign : (d,) float64
        Below zero for what takes, above it for what spares, where the value is above zero.
    """

    system: System
    distributions: Distributions
    uncertain: int
    shares: Shares
    pattern: Coupling
    amounts: Terms
    needs: Terms
    outputs: Terms
    burdens: Terms
    has_credits: bool
    demanded: NDArray[np.int64]
    sign: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Rows:
    """How exchange rows become rows of drawn values."""

    row: NDArray[np.int64]
    amount: NDArray[np.float64]
    share: NDArray[np.int64]
    of_share: NDArray[np.float64]
    ones: int

    def weigh(
        self, activity: NDArray[np.int64], row: NDArray[np.int64], value: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Give weight, row and share of numbers that are in proportion to an exchange row each, or to none (-1)."""
        has_row = row >= 0
        one = np.where(has_row, self.row[row], self.ones)
        two = np.where(has_row, self.share[activity], self.ones)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(one != self.ones, value / self.amount[row], value)
            shared = np.where(self.of_share[activity] != 0, weight / self.of_share[activity], 0.0)
        return np.where(two != self.ones, shared, weight), one, two


def sample_system(
    footprints: Footprints,
    indicators: list[int],
    pedigree: Pedigree | None = None,
    exchanges: Distributions | None = None,
) -> Sampled:
    """Write a scored system as sums of drawn values.

    Parameters
    ----------
    footprints : Footprints
        What was scored: system, method and matched factors.
    indicators : list of int
        Positions of those that are drawn.
    pedigree : Pedigree, optional
        What is made of pedigrees.
    exchanges : Distributions, optional
        Those that are written as drawn; all that are uncertain by default.

    Returns
    -------
    Sampled
    """
    every = list_distributions(footprints.system.inventory, pedigree) if exchanges is None else exchanges
    system = _lift_zeros(footprints.system, every)
    inventory, demands, n, k = system.inventory, system.demands, len(system.activities), len(indicators)
    roles = assign_roles(inventory.exchanges, inventory.flows)
    functions = find_functions(inventory, roles, system.policy.allocation, Findings())
    linked = np.flatnonzero(demands.provider >= 0)
    entries, _ = find_burdens(system, footprints.method, footprints.matched, order_coupling(system.coupling))
    position = np.full(len(footprints.method.indicators), -1)
    position[indicators] = np.arange(k)
    entries = entries.take(position[entries.indicator] >= 0)
    used = (roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)
    for counted in (demands.row[linked], entries.row):
        used[counted[counted >= 0]] = True
    listed = every.take(used[every.row])  # a flow without a factor is not drawn
    shares, of_share = _find_shares(system, functions, roles, listed)
    ones = len(listed) + len(shares.activity)
    row = np.full(len(inventory.exchanges) + 1, ones)  # the last is for a row of -1
    row[listed.row] = np.arange(len(listed))
    share = np.full(n, ones)
    share[shares.activity] = len(listed) + np.arange(len(shares.activity))
    amount = np.append(inventory.exchanges.amount, 1.0)
    rows = _Rows(row, amount, share, of_share, ones)
    activity, provider = demands.activity[linked], demands.provider[linked]
    pattern = build_coupling(np.zeros(n), activity, provider, np.ones(len(linked)))
    signed = np.where(demands.is_credit[linked], 1.0, -1.0) * demands.amount[linked]
    weight, one, two = rows.weigh(activity, demands.row[linked], signed)
    own = activity == provider
    keys = find_rows(pattern) * n + pattern.indices
    place = np.searchsorted(keys, (activity * n + provider)[~own])
    made = _list_outputs(system, functions, roles, row, ones)
    outputs = [
        np.concatenate(pair) for pair in zip(made, (activity[own], weight[own], one[own], two[own]), strict=True)
    ]
    burdens = rows.weigh(entries.activity, entries.row, entries.value)
    target = entries.activity * k + position[entries.indicator]
    off, is_drawn = ~own, one != ones
    spares = ~is_drawn & (signed > 0)
    needed, count = ~own & ~spares, len(pattern.indices)
    amounts = build_terms(count, place, weight[off], one[off], two[off], ones)
    needs = build_terms(count, place[needed[off]], weight[needed], one[needed], two[needed], ones)
    return Sampled(
        system=footprints.system,
        distributions=listed,
        uncertain=len(every),
        shares=shares,
        pattern=pattern,
        amounts=amounts,
        needs=replace(needs, most=0.0),
        outputs=build_terms(n, outputs[0], outputs[1], outputs[2], outputs[3], ones),
        burdens=build_terms(n * k, target, *burdens, ones),
        has_credits=bool(spares.any()),
        demanded=one[is_drawn],
        sign=np.sign(weight[is_drawn]),
    )


def _lift_zeros(system: System, listed: Distributions) -> System:
    """Give the system with a little in place of listed amounts of zero: weights are what a unit of them makes."""
    zero = listed.row[listed.amount == 0]
    if not len(zero):
        return system
    amount = system.inventory.exchanges.amount.copy()
    amount[zero] = LIFTED
    exchanges = replace(system.inventory.exchanges, amount=amount)
    return build_system(replace(system.inventory, exchanges=exchanges), system.policy)


def _list_outputs(
    system: System, functions: Functions, roles: NDArray[np.int8], row: NDArray[np.int64], ones: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """List what every activity makes, row by row: activity, weight, and rows of the drawn values."""
    exchanges, flows = system.inventory.exchanges, len(system.inventory.flows)
    makes = np.flatnonzero((roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT))
    key = functions.process * flows + functions.flow
    at = np.searchsorted(key, exchanges.process[makes] * flows + exchanges.flow[makes])
    at = np.minimum(at, max(len(key) - 1, 0))
    kept = key[at] == exchanges.process[makes] * flows + exchanges.flow[makes]
    activity, makes = at[kept], makes[kept]
    others = np.arange(len(functions.process), len(system.activities))  # markets and bills
    one = np.concatenate([row[makes], np.full(len(others), ones)])
    amount = np.concatenate([exchanges.amount[makes], system.activities.output[others]])
    weight = np.where(one != ones, 1.0, amount)
    return np.concatenate([activity, others]), weight, one, np.full(len(one), ones)


def _find_shares(
    system: System, functions: Functions, roles: NDArray[np.int8], listed: Distributions
) -> tuple[Shares, NDArray[np.float64]]:
    """Find activities whose share moves with what their process makes; and the static share of every activity."""
    inventory = system.inventory
    of_share = np.ones(len(system.activities))
    of_share[: len(functions.share)] = functions.share
    rule = [system.policy.allocation or each for each in inventory.processes.allocation]
    drawn = np.zeros(len(inventory.exchanges), np.bool_)
    drawn[listed.row] = True
    makes = ((roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)) & drawn
    moves = np.zeros(len(inventory.processes), np.bool_)
    moves[inventory.exchanges.process[makes]] = True
    moves &= (functions.count > 1) & np.array([each in _BY_OUTPUT for each in rule], np.bool_)
    activity = np.flatnonzero(moves[functions.process])
    number = np.cumsum(moves) - 1
    own = _list_outputs(system, functions, roles, _number_rows(listed, len(inventory.exchanges)), len(listed))
    target = np.full(len(system.activities), -1)
    target[activity] = np.arange(len(activity))
    keep = target[own[0]] >= 0
    output = build_terms(len(activity), target[own[0][keep]], own[1][keep], own[2][keep], own[3][keep], len(listed))
    per_output = functions.share[activity] / functions.output[activity]
    return Shares(activity, number[functions.process[activity]], per_output, output), of_share


def _number_rows(listed: Distributions, rows: int) -> NDArray[np.int64]:
    """Give the row of the drawn values of every exchange, and the row of ones for those that are certain."""
    row = np.full(rows + 1, len(listed))
    row[listed.row] = np.arange(len(listed))
    return row
