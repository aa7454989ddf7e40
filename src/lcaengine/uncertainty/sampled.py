"""A sampled system: A and the burdens of an inventory as sums of drawn values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.footprints import Footprints
from lcaengine.inventory.signs import Role, assign_roles
from lcaengine.system import Entries, System, build_system
from lcaengine.system.activities import Functions, find_functions
from lcaengine.system.coupling import Coupling
from lcaengine.uncertainty.allocation import AllocationDraws, draw_allocation
from lcaengine.uncertainty.demands import MarketTerms, write_demands
from lcaengine.uncertainty.derived import Products, Shares
from lcaengine.uncertainty.distributions import Distributions, find_uncertain, list_distributions
from lcaengine.uncertainty.factors import FactorDraws, draw_factors, list_factor_distributions
from lcaengine.uncertainty.markets import MarketDraws, draw_markets
from lcaengine.uncertainty.mixes import Mixes
from lcaengine.uncertainty.outputs import build_outputs, build_shares, find_moving
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.rows import NONE, Rows, multiply_factors
from lcaengine.uncertainty.supplies import Supplies
from lcaengine.uncertainty.terms import Terms, build_terms

__all__ = ["Sampled", "Shares", "sample_system"]

LIFTED = 2.0**-40
"""Stands in for an amount of zero: so little that it moves nothing else, and a power of two that divides exactly."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A system whose numbers are drawn.

    Attributes
    ----------
    system : System
    distributions : Distributions
        First rows of the drawn values: of exchanges that some number rests on.
    market_amounts : Distributions
        Rows behind them: of amounts in the table of markets.
    factors : Distributions
        Rows behind them: of the method's factors, one for all that are alike.
    market_shares, allocation : Mixes
        Rows behind them: shares that are drawn, of markets and of allocations.
    uncertain_by_table : dict of str to int
        Rows with a distribution by table; of markets and allocation those that the policy draws.
    shares, supplies, products : Shares, Supplies, Products
        Rows behind these, which follow from them; a row of ones is the last of all.
    starts : dict of str to int
        First row of each kind, in this order: ``exchanges``, ``market_amounts``, ``factors``, ``market_shares``,
        ``allocation``, ``shares``, ``supplies``, ``products``, and that of ``ones``.
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
    market_amounts: Distributions
    factors: Distributions
    market_shares: Mixes
    allocation: Mixes
    uncertain_by_table: Mapping[str, int]
    shares: Shares
    supplies: Supplies
    products: Products
    starts: Mapping[str, int]
    pattern: Coupling
    amounts: Terms
    needs: Terms
    outputs: Terms
    burdens: Terms
    has_credits: bool
    demanded: NDArray[np.int64]
    sign: NDArray[np.float64]

    @property
    def uncertain(self) -> int:
        """How many rows have a distribution."""
        return sum(self.uncertain_by_table.values())


def sample_system(
    footprints: Footprints,
    indicators: list[int],
    pedigree: Pedigree | None = None,
    exchanges: Distributions | None = None,
    factors: Distributions | None = None,
    every_share: bool = False,
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
    exchanges, factors : Distributions, optional
        Those that are written as drawn; all that are uncertain by default.
    every_share : bool
        Whether shares of markets and allocations that are certain are written as drawn too.

    Returns
    -------
    Sampled
    """
    inventory, method, n, k = footprints.system.inventory, footprints.method, len(footprints.value), len(indicators)
    every = list_distributions(inventory, pedigree) if exchanges is None else exchanges
    of_method = list_factor_distributions(method, pedigree) if factors is None else factors
    position = np.full(len(method.indicators), -1)
    position[indicators] = np.arange(k)
    parts = _list_parts(footprints, every, of_method, position >= 0, every_share)
    rows, starts, entries, markets = _number_rows(parts), dict(parts.starts), parts.factors.entries, parts.markets
    burdens, products = multiply_factors(
        rows.weigh(entries.activity, entries.row, entries.value),
        np.where(parts.factors.row >= 0, starts["factors"] + parts.factors.row, NONE),
        parts.factors.static,
        starts["products"],
    )
    ones = starts["ones"] = starts["products"] + len(products)
    of_markets = markets.weigh(starts["market_shares"], starts["supplies"])
    demands = write_demands(parts.system, rows, MarketTerms(markets.activity, markets.provider, of_markets), ones)
    target = entries.activity * k + position[entries.indicator]
    return Sampled(
        system=footprints.system,
        distributions=parts.exchanges,
        market_amounts=markets.amounts,
        factors=parts.factors.distributions,
        market_shares=markets.mixes,
        allocation=parts.allocation.mixes,
        uncertain_by_table=_count_uncertain(parts, every, of_method),
        supplies=markets.supplies,
        shares=build_shares(parts.system, parts.functions, parts.roles, rows.row, parts.moving, ones),
        products=products,
        starts=starts,
        pattern=demands.pattern,
        amounts=demands.amounts,
        needs=demands.needs,
        outputs=build_outputs(parts.system, parts.functions, parts.roles, rows, demands, ones),
        burdens=build_terms(n * k, target, burdens.weight, burdens.one, burdens.two, ones),
        has_credits=demands.has_credits,
        demanded=demands.demanded,
        sign=demands.sign,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is drawn of a system, table by table, and where its rows start."""

    system: System
    functions: Functions
    roles: NDArray[np.int8]
    exchanges: Distributions
    factors: FactorDraws
    markets: MarketDraws
    allocation: AllocationDraws
    moving: NDArray[np.int64]
    starts: Mapping[str, int]


def _list_parts(
    footprints: Footprints,
    every: Distributions,
    of_method: Distributions,
    is_chosen: NDArray[np.bool_],
    every_share: bool,
) -> _Parts:
    """List what is drawn of a scored system, for some indicators."""
    system = _lift_zeros(footprints.system, every)
    factors = draw_factors(footprints, system, of_method, is_chosen)
    roles = assign_roles(system.inventory.exchanges, system.inventory.flows)
    functions = find_functions(system.inventory, roles, system.policy.allocation, Findings())
    exchanges = every.take(_find_used(system, roles, factors.entries)[every.row])
    markets = draw_markets(system, functions, len(exchanges), every_share)
    allocation = draw_allocation(system, functions, every_share)
    moving = find_moving(system, functions, roles, exchanges.row)
    counts = {
        "exchanges": len(exchanges),
        "market_amounts": len(markets.amounts),
        "factors": len(factors.distributions),
        "market_shares": len(markets.mixes),
        "allocation": len(allocation.mixes),
        "shares": len(moving),
        "supplies": len(markets.supplies),
    }
    ends = np.cumsum([0, *counts.values()]).tolist()
    starts = dict(zip((*counts, "products"), ends, strict=True))
    return _Parts(system, functions, roles, exchanges, factors, markets, allocation, moving, starts)


def _count_uncertain(parts: _Parts, every: Distributions, of_method: Distributions) -> dict[str, int]:
    """Count the rows with a distribution, table by table; of markets and allocation those that the policy draws."""
    frames, markets = parts.system.inventory.frames, parts.markets
    drawn = {
        "markets": np.concatenate([markets.amounts.row, markets.mixes.row]),
        "allocation": parts.allocation.mixes.row,
    }
    of_shares = {
        name: int(np.isin(find_uncertain(frames[name], np.empty(0), None), rows).sum()) for name, rows in drawn.items()
    }
    return {"exchanges": len(every), "factors": len(of_method), **of_shares}


def _lift_zeros(system: System, listed: Distributions) -> System:
    """Give the system with a little in place of listed amounts of zero: weights are what a unit of them makes."""
    zero = listed.row[listed.amount == 0]
    if not len(zero):
        return system
    amount = system.inventory.exchanges.amount.copy()
    amount[zero] = LIFTED
    exchanges = replace(system.inventory.exchanges, amount=amount)
    return build_system(replace(system.inventory, exchanges=exchanges), system.policy)


def _find_used(system: System, roles: NDArray[np.int8], entries: Entries) -> NDArray[np.bool_]:
    """Tell which exchange rows some number rests on: a flow without a factor is not drawn."""
    used = (roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)
    for counted in (system.demands.row[system.demands.provider >= 0], entries.row):
        used[counted[counted >= 0]] = True
    return np.asarray(used)


def _number_rows(parts: _Parts) -> Rows:
    """Give every exchange and every activity's share its row of the drawn values."""
    exchanges, n, start = parts.system.inventory.exchanges, len(parts.system.activities), parts.starts["allocation"]
    row = np.full(len(exchanges) + 1, NONE)
    row[parts.exchanges.row] = np.arange(len(parts.exchanges))
    own = parts.allocation.share
    share = np.where(own != NONE, start + own, NONE)
    share[parts.moving] = parts.starts["shares"] + np.arange(len(parts.moving))
    of_share = np.ones(n)
    of_share[: len(parts.functions.share)] = parts.functions.share
    causal = tuple(
        each if each.row == NONE else replace(each, row=start + each.row) for each in parts.allocation.causal
    )
    return Rows(row, np.append(exchanges.amount, 1.0), share, of_share, np.append(exchanges.flow, -1), causal)
