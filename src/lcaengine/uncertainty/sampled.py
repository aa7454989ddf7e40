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
from lcaengine.uncertainty.demands import write_demands
from lcaengine.uncertainty.derived import Products, Shares
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.factors import draw_factors, list_factor_distributions
from lcaengine.uncertainty.outputs import build_outputs, build_shares, find_moving
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.rows import NONE, Rows, multiply_factors
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
    factors : Distributions
        Rows behind them: of the method's factors, one for all that are alike.
    uncertain : dict of str to int
        Rows with a distribution by table, all of them.
    shares, products : Shares, Products
        Rows behind these, which follow from them; a row of ones is the last of all.
    starts : dict of str to int
        First row of each kind: ``exchanges``, ``factors``, ``shares``, ``products``, and that of ``ones``.
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
    factors: Distributions
    uncertain: Mapping[str, int]
    shares: Shares
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


def sample_system(
    footprints: Footprints,
    indicators: list[int],
    pedigree: Pedigree | None = None,
    exchanges: Distributions | None = None,
    factors: Distributions | None = None,
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

    Returns
    -------
    Sampled
    """
    every = list_distributions(footprints.system.inventory, pedigree) if exchanges is None else exchanges
    system = _lift_zeros(footprints.system, every)
    n, k = len(system.activities), len(indicators)
    position = np.full(len(footprints.method.indicators), -1)
    position[indicators] = np.arange(k)
    of_method = list_factor_distributions(footprints.method, pedigree) if factors is None else factors
    drawn = draw_factors(footprints, system, of_method, position >= 0)
    roles = assign_roles(system.inventory.exchanges, system.inventory.flows)
    functions = find_functions(system.inventory, roles, system.policy.allocation, Findings())
    listed = every.take(_find_used(system, roles, drawn.entries)[every.row])
    moving = find_moving(system, functions, roles, listed.row)
    starts = _line_up(exchanges=len(listed), factors=len(drawn.distributions), shares=len(moving))
    rows = _number_rows(system, functions, listed, moving, starts["shares"])
    entries = drawn.entries
    burdens, products = multiply_factors(
        rows.weigh(entries.activity, entries.row, entries.value),
        np.where(drawn.row >= 0, starts["factors"] + drawn.row, NONE),
        drawn.static,
        starts["end"],
    )
    starts |= {"products": starts["end"], "ones": starts["end"] + len(products)}
    ones = starts["ones"]
    target = entries.activity * k + position[entries.indicator]
    demands = write_demands(system, rows, ones)
    return Sampled(
        system=footprints.system,
        distributions=listed,
        factors=drawn.distributions,
        uncertain={"exchanges": len(every), "factors": len(of_method)},
        shares=build_shares(system, functions, roles, rows.row, moving, ones),
        products=products,
        starts=starts,
        pattern=demands.pattern,
        amounts=demands.amounts,
        needs=demands.needs,
        outputs=build_outputs(system, functions, roles, rows, demands, ones),
        burdens=build_terms(n * k, target, burdens.weight, burdens.one, burdens.two, ones),
        has_credits=demands.has_credits,
        demanded=demands.demanded,
        sign=demands.sign,
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


def _find_used(system: System, roles: NDArray[np.int8], entries: Entries) -> NDArray[np.bool_]:
    """Tell which exchange rows some number rests on: a flow without a factor is not drawn."""
    used = (roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT)
    for counted in (system.demands.row[system.demands.provider >= 0], entries.row):
        used[counted[counted >= 0]] = True
    return np.asarray(used)


def _line_up(**counts: int) -> dict[str, int]:
    """Give the first row of each kind of row, in their order, and where they end."""
    starts, at = {}, 0
    for name, count in counts.items():
        starts[name], at = at, at + count
    return {**starts, "end": at}


def _number_rows(
    system: System, functions: Functions, listed: Distributions, moving: NDArray[np.int64], shares: int
) -> Rows:
    """Give every exchange and every activity's share its row of the drawn values."""
    exchanges, n = system.inventory.exchanges, len(system.activities)
    row = np.full(len(exchanges) + 1, NONE)
    row[listed.row] = np.arange(len(listed))
    share = np.full(n, NONE)
    share[moving] = shares + np.arange(len(moving))
    of_share = np.ones(n)
    of_share[: len(functions.share)] = functions.share
    return Rows(row, np.append(exchanges.amount, 1.0), share, of_share)
