"""Derivatives: how a score answers to every exchange, exactly, from the solved system."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.labels import find_labels
from lcaengine.inventory import Inventory
from lcaengine.kernels.vectors import DRAWS
from lcaengine.method import SITE_RENEWABLE
from lcaengine.solve import name_activities, order_coupling, solve_coupling
from lcaengine.solve.stages import cut_labelled
from lcaengine.system import Coupling, multiply_off_diagonal, transpose
from lcaengine.system.coupling import find_rows
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.sampled import Shares, sample_system
from lcaengine.uncertainty.terms import Terms

__all__ = ["CERTAIN", "Derivatives", "find_derivatives", "list_exchanges"]

Numbers = NDArray[np.float64]

CERTAIN = 1
"""Type of a row that has no distribution."""


@dataclass(frozen=True, slots=True)
class Derivatives:
    """What a score is, and its first derivatives.

    Attributes
    ----------
    score : float
        [unit of the indicator]
    rows : Distributions
        Exchanges that the system rests on, those without a distribution among them.
    slope : (m,) float64
        dh/dx of each [unit of the indicator / base unit of the row].
    contributions : (n,) float64
        What each activity adds to the score [unit of the indicator].
    """

    score: float
    rows: Distributions
    slope: Numbers
    contributions: Numbers


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
    footprints: Footprints, activity: int, indicator: int, part: str = "total", pedigree: Pedigree | None = None
) -> Derivatives:
    """Find the first derivatives of a score by every exchange amount.

    With ``A s = f`` and ``A' Y = d``, a score ``h = f' Y = s' d`` has::

        dh/dd_a = s_a        dh/dA'[a, i] = -s_a Y_i

    and each amount of the system is a sum of products of exchange amounts and shares, differentiated by the chain rule;
    so are shares by mass, energy or price, which move with what a process makes. The derivatives are those at the
    amounts as written, of the whole system, loops included.

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
    system = footprints.system
    if footprints.method.indicators[indicator].id == SITE_RENEWABLE:
        what = f"{SITE_RENEWABLE} has no derivatives: its shares move with amounts along another chain"
        raise LcaError(what, system.inventory.label, "ask for electricity_site, or another indicator")
    sampled = sample_system(footprints, [indicator], exchanges=list_exchanges(system.inventory, pedigree))
    listed, count = sampled.distributions, len(sampled.distributions)
    values = np.repeat(np.append(listed.amount, 1.0)[:, None], DRAWS, axis=1)
    shares = sampled.shares.find(values)[:, 0] if len(sampled.shares.activity) else np.empty(0)
    static = np.concatenate([listed.amount, shares, [1.0]])
    direct = _sum(sampled.burdens, static)
    flow = int(system.activities.flow[activity])
    demand = system.inventory.flows.units[flow].factor if flow >= 0 else 1.0
    adjoint = _follow(footprints, direct, activity, demand, part)
    slope = np.zeros(len(static))
    pattern = sampled.pattern
    _add_slopes(sampled.amounts, adjoint.cost(find_rows(pattern), pattern.indices), static, slope)
    everyone = np.arange(len(direct))
    made = adjoint.cost(everyone, everyone) + adjoint.counted * _declare(footprints, indicator)
    _add_slopes(sampled.outputs, made, static, slope)
    _add_slopes(sampled.burdens, adjoint.counted, static, slope)
    of_shares = slope[count : count + len(shares)].copy()
    if len(shares):
        drawn = np.append(listed.amount, 1.0)
        _add_slopes(
            sampled.shares.output, _differentiate_shares(sampled.shares, shares, of_shares, drawn), drawn, slope
        )
    contributions = adjoint.counted * direct
    return Derivatives(float(contributions.sum()), listed, slope[:count], contributions)


def list_exchanges(inventory: Inventory, pedigree: Pedigree | None = None) -> Distributions:
    """List every exchange of an inventory, with its distribution where it has one.

    Returns
    -------
    Distributions
        Of type :data:`CERTAIN` where there is none.
    """
    listed, amount = list_distributions(inventory, pedigree), inventory.exchanges.amount
    m = len(amount)
    none: dict[str, NDArray[Any]] = {
        "row": np.arange(m),
        "key": np.zeros(m, np.uint64),
        "kind": np.full(m, CERTAIN, np.int8),
    }
    none |= {"negative": np.zeros(m, np.bool_), "factor": np.ones(m), "amount": amount.copy()}
    columns = [none.get(each.name, np.full(m, np.nan)) for each in fields(Distributions)]
    for column, each in zip(columns, fields(Distributions), strict=True):
        column[listed.row] = getattr(listed, each.name)
    return Distributions(*columns)


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


def _declare(footprints: Footprints, indicator: int) -> Numbers:
    """Give declared burdens per unit of output: they grow with it, so that a declared figure is one per unit."""
    declared, output = footprints.matched.declared, footprints.system.activities.output
    own = declared.indicator == indicator
    by_activity = np.bincount(declared.activity[own], declared.value[own], len(output))
    return np.asarray(by_activity / output)


def _sum(terms: Terms, values: Numbers) -> Numbers:
    """Sum the terms of every number for one value of each row."""
    target = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
    weighed = terms.weight * values[terms.one] * values[terms.two]
    return np.bincount(target, weighed, len(terms)).astype(np.float64)


def _add_slopes(terms: Terms, outer: Numbers, values: Numbers, slope: Numbers) -> None:
    """Add to dh/dv, in place, what comes by numbers whose dh/dn is `outer`: n = sum of weight v[one] v[two].

    Where rows of the values are fewer than those of the slopes, the last of them is the row of ones.
    """
    target = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
    weight, ones = outer[target] * terms.weight, len(values) - 1
    for row, other in ((terms.one, terms.two), (terms.two, terms.one)):
        moves = row != ones
        slope[:ones] += np.bincount(row[moves], (weight * values[other])[moves], ones)


def _differentiate_shares(shares: Shares, share: Numbers, outer: Numbers, values: Numbers) -> Numbers:
    """Differentiate ``share_i = p_i o_i / sum_j p_j o_j`` by outputs.

    ``dh/do_i = p_i / sum_j p_j o_j (g_i - sum_j g_j share_j)``, with g = dh/dshare.

    Returns
    -------
    (s,) float64
        dh/do.
    """
    whole = np.bincount(shares.process, shares.per_output * _sum(shares.output, values))
    mean = np.bincount(shares.process, outer * share)
    return np.asarray(shares.per_output / whole[shares.process] * (outer - mean[shares.process]))
