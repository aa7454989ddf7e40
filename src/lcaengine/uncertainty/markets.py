"""Uncertain markets: their suppliers' shares as Dirichlet distributions, or in proportion to amounts that are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Inventory
from lcaengine.places import GLOBAL
from lcaengine.system import ActivityKind, System
from lcaengine.system.activities import Functions
from lcaengine.system.markets import Part, is_of_whole, read_parts
from lcaengine.uncertainty.alike import number_equals
from lcaengine.uncertainty.distributions import Distributions, find_uncertain, read_distributions
from lcaengine.uncertainty.keys import mix_keys
from lcaengine.uncertainty.mixes import REST, Mixes, build_mixes, find_variances, hash_words
from lcaengine.uncertainty.rows import NONE, Weighed
from lcaengine.uncertainty.supplies import Supplies
from lcaengine.uncertainty.widened import fill_in
from lcaengine.units import read_unit

__all__ = ["MarketDraws", "draw_markets", "list_market_amounts"]

Positions = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MarketDraws:
    """The markets that are uncertain, or all of the table, supplier by supplier.

    Attributes
    ----------
    amounts : Distributions
        Of amounts; `row` is the position in the table.
    supplies : Supplies
        Shares in proportion to them.
    mixes : Mixes
        Shares that are drawn as such.
    activity, provider : (t,) int64
        Market and supplier.
    weight : (t,) float64
        The share, or what of it is certain [1].
    supply, mix, rest : (t,) int64
        The share by amount it is multiplied by, the share of a mix, and that of what contracts leave; -1 for none.
    """

    amounts: Distributions
    supplies: Supplies
    mixes: Mixes
    activity: Positions
    provider: Positions
    weight: Numbers
    supply: Positions
    mix: Positions
    rest: Positions

    def weigh(self, mixes: int, supplies: int) -> Weighed:
        """Give the terms of A', where rows of mixes and of shares by amount start there."""
        share = np.where(self.mix >= 0, mixes + self.mix, np.where(self.supply >= 0, supplies + self.supply, NONE))
        rest = np.where(self.rest >= 0, mixes + self.rest, NONE)
        is_certain = share == NONE
        return Weighed(-self.weight, np.where(is_certain, rest, share), np.where(is_certain, NONE, rest))


@dataclass(slots=True)
class _Lists:
    """What is listed, market by market."""

    terms: list[tuple[int, int, float, int, int, int]] = field(default_factory=list)
    wholes: list[tuple[list[int], Numbers, NDArray[np.uint64]]] = field(default_factory=list)
    members: int = 0
    supplies: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    shared: int = 0


def draw_markets(system: System, functions: Functions, start: int, every: bool = False) -> MarketDraws:
    """List the markets of the table whose rows state distributions.

    A mix by shares is a Dirichlet distribution (:func:`lcaengine.uncertainty.mixes.build_mixes`), one by amounts is in
    proportion to what is drawn. Contracts that leave a part to a residual mix, or to that of the place, share the whole
    with it: what they leave is one more member of their Dirichlet distribution, and the other mix shares that in each
    draw. A residual mix that is given as shares of the whole is of one distribution with the contracts.

    Parameters
    ----------
    system : System
    functions : Functions
    start : int
        Row of the drawn values at which amounts start.
    every : bool
        Whether those that are certain are listed too; but for contracts by amount that are a part of what the place
        supplies.

    Returns
    -------
    MarketDraws

    Raises
    ------
    DataError
        Where distributions contradict their shares, or contracts are an uncertain part of an uncertain amount.
    """
    inventory, activities = system.inventory, system.activities
    frame, lists = inventory.frames["markets"], _Lists()
    share = frame.number("share")
    stated = np.zeros(len(frame), np.bool_)
    stated[find_uncertain(frame, share, None)] = True
    variance = np.full(len(frame), np.nan)
    if stated.any() or (every and len(frame)):
        by_share = np.flatnonzero(stated & ~np.isnan(share))
        variance = find_variances(frame, by_share, share, inventory.label)
        stated &= np.isnan(share) | ~np.isnan(variance)
        parts, _ = read_parts(inventory, functions, Findings())
        listed, keys = np.full(len(frame), True) if every else stated, _make_keys(frame)
        markets = np.flatnonzero(activities.kind == ActivityKind.MARKET)
        rests = _make_rest_keys(system, markets)
        for at, activity in enumerate(markets.tolist()):
            of_place = parts.get((int(activities.flow[activity]), activities.location[activity]), {})
            if activities.basis[activity] == "production" or not of_place:
                continue
            mixes = _list_mixes(frame, of_place, activities.basis[activity], stated)
            if any(listed[list(part.rows)].any() for part in mixes):
                _list_market(lists, activity, mixes, listed, keys, rests[at : at + 1])
    return _build_draws(system, lists, variance, start, stated)


def _make_keys(frame: Frame) -> NDArray[np.uint64]:
    """Make the key of every row: flow, place, process and basis, whether these are written or left blank.

    Rows that are alike then, one of them blank, are one supplier's twice; the second has a key of its own.
    """
    keys = hash_words(
        "markets",
        [each or "" for each in frame.text("flow_id")],
        [each or GLOBAL for each in frame.text("location")],
        [each or "" for each in frame.text("process_id")],
        [each or "location" for each in frame.text("basis")],
    )
    order = np.argsort(keys, kind="stable")
    ordinal = np.zeros(len(keys), np.uint64)
    ordinal[order] = number_equals(keys[order])
    return np.where(ordinal > 0, mix_keys(keys, ordinal), keys)


def _make_rest_keys(system: System, markets: Positions) -> NDArray[np.uint64]:
    """Make the keys of what contracts leave of some markets: flow and place."""
    flows = system.inventory.flows.ids.take(pa.array(system.activities.flow[markets])).to_pylist()
    return hash_words("rest", flows, [system.activities.location[at] for at in markets.tolist()])


def _list_mixes(frame: Frame, parts: dict[str, Part], basis: str, stated: NDArray[np.bool_]) -> list[Part]:
    """List the mixes of a market: one of the whole, or contracts and then the mix that shares what they leave."""
    first, _, other = basis.partition("+")
    whole, location = parts[first], parts.get("location")
    if first == "contract" and whole.by_amount and other != "residual" and location and location.by_amount:
        both = np.array([*whole.rows, *location.rows])
        if not stated[both].any():
            return []
        row = int(frame.rows[both[stated[both]][0]])
        what = (
            "contracts by amount are a part of what the place supplies, and uncertain: they may be more than all of it"
        )
        fix = "give the contracts as shares, add a residual mix by amount, or take the distributions away"
        raise DataError(what, f"markets row {row}", fix, table="markets", row=row)
    if not other:
        return [whole]
    rest = parts[other]
    if whole.by_amount or (other == "residual" and is_of_whole(whole, rest)):
        return [Part((*whole.mix, *rest.mix), whole.by_amount, (*whole.rows, *rest.rows))]
    return [whole, rest]


def _list_market(
    lists: _Lists,
    activity: int,
    mixes: list[Part],
    listed: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    rest_key: NDArray[np.uint64],
) -> None:
    """List the suppliers of one market; `rest_key` is of what contracts leave."""
    left, rest = 1.0, NONE
    for part in mixes:
        rows, value = list(part.rows), np.array([value for _, value in part.mix])
        is_last = part is mixes[-1]
        weight, supply, mix = np.full(len(rows), left), np.full(len(rows), NONE), np.full(len(rows), NONE)
        next_left, next_rest = 1.0 - float(value.sum()), NONE
        share = value / value.max() / (value / value.max()).sum() if part.by_amount else value
        if part.by_amount and listed[rows].any():
            supply = len(lists.supplies) + np.arange(len(rows))
            lists.supplies += [
                (activity, lists.shared, row if listed[row] else NONE, x, s)
                for row, x, s in zip(rows, value.tolist(), share.tolist(), strict=True)
            ]
            lists.shared += 1
        elif listed[rows].any():
            mix = np.where(share > 0, lists.members + np.cumsum(share > 0) - 1, NONE)
            weight = np.where(share > 0, left, 0.0)
            lists.members += int((share > 0).sum())
            key, members = keys[rows], value
            if not is_last:
                next_left, next_rest = 1.0, lists.members
                lists.members += 1
                rows, members = [*rows, REST], np.append(value, 1.0 - value.sum())
                key = np.concatenate([key, rest_key])
            lists.wholes.append((rows, members, key))
        else:
            weight = left * share
        makers = [maker for maker, _ in part.mix]
        rests = [rest] * len(makers)
        columns = (weight.tolist(), supply.tolist(), mix.tolist(), rests)
        lists.terms += [(activity, *each) for each in zip(makers, *columns, strict=True)]
        left, rest = next_left, next_rest


def _build_draws(
    system: System, lists: _Lists, variance: Numbers, start: int, stated: NDArray[np.bool_]
) -> MarketDraws:
    """Build arrays of what was listed."""
    inventory, count = system.inventory, len(lists.supplies)
    frame = inventory.frames["markets"]
    market, whole, row = (np.array([each[at] for each in lists.supplies], np.int64) for at in range(3))
    amount, static = (np.array([each[at] for each in lists.supplies], np.float64) for at in (3, 4))
    drawn = row != NONE
    rows = row[drawn]
    amounts = _read_amounts(inventory, rows, stated)
    place = np.full(count, NONE)
    place[drawn] = start + np.arange(len(rows))
    activity, provider, supply, mix, rest = (np.array([t[at] for t in lists.terms], np.int64) for at in (0, 1, 3, 4, 5))
    return MarketDraws(
        amounts=amounts,
        supplies=Supplies(market, whole, place, amount, static),
        mixes=build_mixes(frame, lists.wholes, variance),
        activity=activity,
        provider=provider,
        weight=np.array([each[2] for each in lists.terms], np.float64),
        supply=supply,
        mix=mix,
        rest=rest,
    )


def list_market_amounts(inventory: Inventory) -> Distributions:
    """List the distributions of all amounts in the table of markets, whether a market draws them or not.

    Returns
    -------
    Distributions
        `row` is the position in the table.
    """
    frame = inventory.frames["markets"]
    amount = frame.number("amount")
    rows = find_uncertain(frame, amount, None)
    return _read_amounts(inventory, rows[~np.isnan(amount[rows])], np.full(len(frame), True))


def _read_amounts(inventory: Inventory, rows: Positions, stated: NDArray[np.bool_]) -> Distributions:
    """Read the distributions of the amounts of some rows; those that state none are certain."""
    frame, factor = inventory.frames["markets"], np.ones(len(stated))
    factor[rows] = _find_factors(inventory, rows)
    amount, drawn = frame.number("amount") * factor, rows[stated[rows]]
    listed = read_distributions(
        frame, drawn, _make_keys(frame)[drawn], factor[drawn], amount[drawn], None, inventory.label
    )
    return listed if len(drawn) == len(rows) else fill_in(listed, amount).take(rows)


def _find_factors(inventory: Inventory, rows: Positions) -> Numbers:
    """Find base units per unit of the amounts of some rows, which were read before."""
    flows, frame = inventory.flows, inventory.frames["markets"]
    flow, units = frame.codes("flow_id", flows.ids)[rows].tolist(), frame.columns["unit"]
    return np.array(
        [
            convert(read_unit(units[row].as_py() or ""), flows.units[at], at, flows.properties)
            for at, row in zip(flow, rows.tolist(), strict=True)
        ],
        np.float64,
    )
