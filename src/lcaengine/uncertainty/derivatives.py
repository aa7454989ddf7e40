"""Derivatives: how a score answers to every exchange and factor, exactly, from the solved system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.labels import find_labels
from lcaengine.kernels.vectors import DRAWS
from lcaengine.method import SITE_RENEWABLE
from lcaengine.solve import name_activities, order_coupling, solve_coupling
from lcaengine.solve.stages import cut_labelled
from lcaengine.system import Coupling, multiply_off_diagonal, transpose
from lcaengine.system.coupling import find_rows
from lcaengine.uncertainty.derived import Products, Shares
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.sampled import Sampled, sample_system
from lcaengine.uncertainty.supplies import Supplies
from lcaengine.uncertainty.terms import Terms
from lcaengine.uncertainty.values import list_static_rows
from lcaengine.uncertainty.widened import list_every_exchange, list_every_factor

__all__ = ["Derivatives", "find_derivatives"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Derivatives:
    """What a score is, and its first derivatives.

    Attributes
    ----------
    score : float
        [unit of the indicator]
    sampled : Sampled
        The system as sums of all that it rests on, certain or not.
    slope : (m,) float64
        dh/dv of each of its rows that follow from no others [unit of the indicator / base unit of the row].
    contributions : (n,) float64
        What each activity adds to the score [unit of the indicator].
    carried : (t,) float64
        What each direct burden adds to the score, and each demand with all that is upstream of it, row by row [unit of
        the indicator]: all of one sign where nothing is spared.
    """

    score: float
    sampled: Sampled
    slope: Numbers
    contributions: Numbers
    carried: Numbers


@dataclass(frozen=True, slots=True)
class _Adjoint:
    """A score by what it takes of every activity, and what these cost: ``dh/dA'[a, i] = -s_a Y_i - t_a y_i``.

    Attributes
    ----------
    supply, intensity : (n,) float64
        s and Y.
    counted, background : (n,) float64
        t, how much of every activity's direct burdens counts, and y, burdens of the background that are not in Y.
    """

    supply: Numbers
    intensity: Numbers
    counted: Numbers
    background: Numbers

    def cost(self, activity: NDArray[np.int64], provider: NDArray[np.int64]) -> Numbers:
        """Give dh/dA' at some places."""
        taken = self.supply[activity] * self.intensity[provider]
        return np.asarray(-taken - self.counted[activity] * self.background[provider])


def find_derivatives(
    footprints: Footprints,
    activity: int,
    indicator: int,
    part: str = "total",
    pedigree: Pedigree | None = None,
    every_share: bool = True,
) -> Derivatives:
    """Find the first derivatives of a score by every exchange amount, factor and share.

    With ``A s = f`` and ``A' Y = d``, a score ``h = f' Y = s' d`` has::

        dh/dd_a = s_a        dh/dA'[a, i] = -s_a Y_i

    and each number of the system is a sum of products of amounts, shares and factors, differentiated by the chain
    rule; so are shares by mass, energy or price, which move with what a process makes, and those by amounts of a
    market. The derivatives are those at the numbers as written, of the whole system, loops included; by a share of a
    market or of an allocation that is given, with the other shares held:
    :func:`~lcaengine.uncertainty.first_order.find_mix_effects` lets them give way.

    Parameters
    ----------
    footprints : Footprints
    activity : int
        Whose score.
    indicator : int
        Position in the method.
    part : str
        A stage (or other label of the split), ``unassigned`` or ``total``.
    pedigree : Pedigree, optional
        What is made of pedigrees.
    every_share : bool
        Whether the derivatives are by shares of markets and allocations that are certain too.

    Returns
    -------
    Derivatives
        Of one reference unit of the product, or one bill.

    Raises
    ------
    LcaError
        If the indicator is the renewable electricity, whose shares move with amounts in another way; or the part none.

    References
    ----------
    Heijungs, R. (2010). Sensitivity coefficients for matrix-based LCA. Int J Life Cycle Assess 15:511-520.
    """
    system, method = footprints.system, footprints.method
    if method.indicators[indicator].id == SITE_RENEWABLE:
        what = f"{SITE_RENEWABLE} has no derivatives: its shares move with amounts along another chain"
        raise LcaError(what, system.inventory.label, "ask for electricity_site, or another indicator")
    exchanges = list_every_exchange(system.inventory, pedigree)
    factors = list_every_factor(method, indicator, pedigree)
    sampled = sample_system(footprints, [indicator], pedigree, exchanges, factors, every_share)
    values = list_static_rows(sampled, DRAWS)[:, 0]
    direct = _sum(sampled.burdens, values)
    flow = int(system.activities.flow[activity])
    demand = system.inventory.flows.units[flow].factor if flow >= 0 else 1.0
    adjoint = _follow(footprints, direct, activity, demand, part)
    slope = _differentiate(sampled, adjoint, values)
    contributions, own = adjoint.counted * direct, slope[: sampled.starts["shares"]]
    carried = _carry(sampled, adjoint, values)
    return Derivatives(float(contributions.sum()), sampled, own, contributions, carried)


def _differentiate(sampled: Sampled, adjoint: _Adjoint, values: Numbers) -> Numbers:
    """Differentiate a score by every row of the values, backwards: first what follows from others."""
    slope, pattern, starts = np.zeros(len(values)), sampled.pattern, sampled.starts
    everyone = np.arange(len(sampled.outputs))
    _add_slopes(sampled.amounts, adjoint.cost(find_rows(pattern), pattern.indices), values, slope)
    _add_slopes(sampled.outputs, adjoint.cost(everyone, everyone), values, slope)
    _add_slopes(sampled.burdens, adjoint.counted, values, slope)
    products, supplies, shares = (slope[starts[name] :] for name in ("products", "supplies", "shares"))
    _add_products(sampled.products, products[: len(sampled.products)].copy(), values, slope)
    if len(sampled.supplies):
        supplied = _differentiate_supplies(sampled.supplies, supplies[: len(sampled.supplies)], values)
        drawn = sampled.supplies.row >= 0
        slope += np.bincount(sampled.supplies.row[drawn], supplied[drawn], len(values))
    if len(sampled.shares):
        made = _differentiate_shares(sampled.shares, shares[: len(sampled.shares)], values)
        _add_slopes(sampled.shares.output, made, values, slope)
    return slope


def _follow(footprints: Footprints, direct: Numbers, activity: int, demand: float, part: str) -> _Adjoint:
    """Solve forward and backward for one score, or for the part of it that one label owns.

    With e_L = d_L - A_UL' y_U what labelled activities own, the part of a label is ``s' e`` over its members: with
    t their s, and what these take of the background, it is ``t' d``.
    """
    system, n = footprints.system, len(direct)
    coupling, forward = system.coupling, transpose(system.coupling)

    def name(at: NDArray[np.int64]) -> str:
        return name_activities(system, at)

    def solve(matrix: Coupling, right: Numbers) -> Numbers:
        return solve_coupling(matrix, right[:, None], name, order_coupling(matrix)).x[:, 0]

    demanded = np.zeros(n)
    demanded[activity] = demand
    if part == "total":
        supply = solve(forward, demanded)
        return _Adjoint(supply, solve(coupling, direct), supply, np.zeros(n))
    if part not in footprints.stages:
        raise LcaError(f"there is no part {part!r} here", "", f"choose one of: {', '.join(footprints.stages)}")
    labels, label = find_labels(system, footprints.by)
    labelled = label >= 0
    background = cut_labelled(coupling, labelled)
    burdens = solve(background, np.where(labelled, 0.0, direct))
    if part == "unassigned":
        counted = np.zeros(n) if labelled[activity] else solve(transpose(background), demanded)
        return _Adjoint(np.zeros(n), np.zeros(n), np.where(labelled, 0.0, counted), burdens)
    owned = label == labels.index(part)
    supply = solve(forward, demanded)
    own = np.where(owned, direct - multiply_off_diagonal(coupling, burdens[:, None])[:, 0], 0.0)
    taken = np.where(owned, supply, 0.0)
    called = np.where(labelled, 0.0, -multiply_off_diagonal(forward, taken[:, None])[:, 0])
    counted = taken + np.where(labelled, 0.0, solve(transpose(background), called))
    return _Adjoint(supply, solve(coupling, own), counted, burdens)


def _carry(sampled: Sampled, adjoint: _Adjoint, values: Numbers) -> Numbers:
    """Find what burdens and demands carry of a score, term by term: ``s_a d`` and ``-s_a Y_i A'[a, i]``."""
    costs = adjoint.cost(find_rows(sampled.pattern), sampled.pattern.indices)
    burdens = adjoint.counted[_find_targets(sampled.burdens)] * _weigh(sampled.burdens, values)
    return np.concatenate([burdens, costs[_find_targets(sampled.amounts)] * _weigh(sampled.amounts, values)])


def _find_targets(terms: Terms) -> NDArray[np.int64]:
    """Find the number that each term is of."""
    return np.repeat(np.arange(len(terms)), np.diff(terms.starts))


def _weigh(terms: Terms, values: Numbers) -> Numbers:
    """Give every term for one value of each row."""
    return np.asarray(terms.weight * values[terms.one] * values[terms.two])


def _sum(terms: Terms, values: Numbers) -> Numbers:
    """Sum the terms of every number for one value of each row."""
    return np.bincount(_find_targets(terms), _weigh(terms, values), len(terms)).astype(np.float64)


def _add_slopes(terms: Terms, outer: Numbers, values: Numbers, slope: Numbers) -> None:
    """Add to dh/dv, in place, what comes by numbers n of dh/dn `outer`, each a sum of weight v[one] v[two]."""
    weight, count = outer[_find_targets(terms)] * terms.weight, len(values)
    slope += np.bincount(terms.one, weight * values[terms.two], count)
    slope += np.bincount(terms.two, weight * values[terms.one], count)


def _add_products(products: Products, outer: Numbers, values: Numbers, slope: Numbers) -> None:
    """Add to dh/dv, in place, what comes by products of two rows."""
    slope += np.bincount(products.one, outer * values[products.two], len(values))
    slope += np.bincount(products.two, outer * values[products.one], len(values))


def _differentiate_shares(shares: Shares, outer: Numbers, values: Numbers) -> Numbers:
    """Differentiate ``share_i = p_i o_i / sum_j p_j o_j`` by outputs.

    ``dh/do_i = p_i / sum_j p_j o_j (g_i - sum_j g_j share_j)``, with g = dh/dshare.

    Returns
    -------
    (s,) float64
        dh/do.
    """
    part = shares.per_output * _sum(shares.output, values)
    whole = np.bincount(shares.process, part)
    mean = np.bincount(shares.process, outer * part) / whole
    return np.asarray(shares.per_output / whole[shares.process] * (outer - mean[shares.process]))


def _differentiate_supplies(supplies: Supplies, outer: Numbers, values: Numbers) -> Numbers:
    """Differentiate ``share_i = x_i / sum_j x_j`` by amounts: ``dh/dx_i = (g_i - sum_j g_j share_j) / sum_j x_j``.

    Returns
    -------
    (s,) float64
    """
    share = supplies.find(values[:, None])[:, 0]
    amount = np.where(supplies.row >= 0, values[supplies.row], supplies.amount)
    whole = np.bincount(supplies.whole, amount)
    mean = np.bincount(supplies.whole, outer * share)
    return np.asarray((outer - mean[supplies.whole]) / whole[supplies.whole])
