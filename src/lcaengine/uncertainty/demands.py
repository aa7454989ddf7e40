"""Demands: what activities take of one another, and of themselves, as sums of drawn values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lcaengine.system import System, build_coupling
from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.rows import NONE, Rows, Weighed
from lcaengine.uncertainty.terms import Terms, build_terms

__all__ = ["DemandTerms", "MarketTerms", "write_demands"]

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What uncertain markets take of their suppliers, supplier by supplier: never below zero.

    Attributes
    ----------
    activity, provider : (t,) int64
    taken : Weighed
    """

    activity: Positions
    provider: Positions
    taken: Weighed


@dataclass(frozen=True, slots=True)
class DemandTerms:
    """A' off the diagonal, and what activities take of their own product.

    Attributes
    ----------
    pattern : Coupling
    amounts, needs : Terms
        Of every entry of the pattern; needs without what is spared.
    own : (m,) int64
        Activities that take of their own product, demand by demand.
    of_own : Weighed
        How much.
    has_credits : bool
        Whether anything that is certain is spared, or taken by a negative amount.
    demanded : (d,) int64
        Rows of the drawn values that are demands.
    sign : (d,) float64
        Below zero for what takes, above it for what spares, where the value is above zero.
    """

    pattern: Coupling
    amounts: Terms
    needs: Terms
    own: Positions
    of_own: Weighed
    has_credits: bool
    demanded: Positions
    sign: NDArray[np.float64]


def write_demands(system: System, rows: Rows, markets: MarketTerms, ones: int) -> DemandTerms:
    """Write the demands of a system as sums of drawn values.

    Parameters
    ----------
    system : System
    rows : Rows
    markets : MarketTerms
        What stands in place of the static shares of uncertain markets.
    ones : int
        The row of ones.

    Returns
    -------
    DemandTerms
    """
    demands, n = system.demands, len(system.activities)
    linked = np.flatnonzero(demands.provider >= 0)
    activity, provider = demands.activity[linked], demands.provider[linked]
    pattern = build_coupling(np.zeros(n), activity, provider, np.ones(len(linked)))
    signed = np.where(demands.is_credit[linked], 1.0, -1.0) * demands.amount[linked]
    weighed = rows.weigh(activity, demands.row[linked], signed)
    is_drawn = weighed.one != NONE
    demanded, sign = weighed.one[is_drawn], np.sign(weighed.weight[is_drawn])
    activity, provider, weighed = _replace_markets(activity, provider, weighed, markets)
    weight, one, two = weighed.weight, weighed.one, weighed.two
    is_own = activity == provider
    keys = find_rows(pattern) * n + pattern.indices
    place = np.searchsorted(keys, (activity * n + provider)[~is_own])
    spares = (one == NONE) & (weight > 0)
    off, needed, count = ~is_own, ~is_own & ~spares, len(pattern.indices)
    needs = build_terms(count, place[needed[off]], weight[needed], one[needed], two[needed], ones)
    return DemandTerms(
        pattern=pattern,
        amounts=build_terms(count, place, weight[off], one[off], two[off], ones),
        needs=replace(needs, most=0.0),
        own=activity[is_own],
        of_own=Weighed(weight[is_own], one[is_own], two[is_own]),
        has_credits=bool(spares.any()),
        demanded=demanded,
        sign=sign,
    )


def _replace_markets(
    activity: Positions, provider: Positions, weighed: Weighed, markets: MarketTerms
) -> tuple[Positions, Positions, Weighed]:
    """Put the terms of uncertain markets in place of their static ones."""
    if not len(markets.activity):
        return activity, provider, weighed
    kept = ~np.isin(activity, markets.activity)
    taken = markets.taken
    return (
        np.concatenate([activity[kept], markets.activity]),
        np.concatenate([provider[kept], markets.provider]),
        Weighed(
            np.concatenate([weighed.weight[kept], taken.weight]),
            np.concatenate([weighed.one[kept], taken.one]),
            np.concatenate([weighed.two[kept], taken.two]),
        ),
    )
