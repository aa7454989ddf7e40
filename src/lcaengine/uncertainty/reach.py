"""Reach: what is upstream of an activity, and which drawn numbers its footprint rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.sources import list_keys, trace_rows
from lcaengine.uncertainty.terms import Terms

__all__ = ["Reach", "find_reach", "find_upstream", "list_drawn_keys", "list_moving_keys"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the drawn numbers of a system can reach.

    Attributes
    ----------
    sampled : Sampled
    carriers : (n, k) bool
        By indicator, activities that have a burden of their own or take, directly or through others, of one that has.
    keys : (m,) uint64
        Of all that is drawn, in order, each once.
    place : (r,) int64
        Of the key of each drawn row among them.
    """

    sampled: Sampled
    carriers: NDArray[np.bool_]
    keys: NDArray[np.uint64]
    place: NDArray[np.int64]


def find_reach(sampled: Sampled) -> Reach:
    """Find what the drawn numbers of a system can reach."""
    keys, place = np.unique(list_keys(sampled), return_inverse=True)
    return Reach(sampled, _find_carriers(sampled), keys, place)


def find_upstream(pattern: Coupling, activity: int) -> NDArray[np.bool_]:
    """Find all that an activity takes of, directly or through others, and the activity itself.

    Parameters
    ----------
    pattern : Coupling
        A' of the system: row a holds what activity a takes.
    activity : int

    Returns
    -------
    (n,) bool
    """
    return _follow(pattern, np.array([activity]))


def _follow(pattern: Coupling, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Find the activities that some lead to, row by row, and these themselves."""
    reached, new = np.zeros(len(pattern), np.bool_), first
    while len(new):
        reached[new] = True
        taken = np.concatenate([pattern.indices[pattern.indptr[a] : pattern.indptr[a + 1]] for a in new.tolist()])
        new = np.unique(taken[~reached[taken]])
    return reached


def _find_carriers(sampled: Sampled) -> NDArray[np.bool_]:
    """Find the activities with a burden behind them, by indicator: whoever takes of one that has one, and so on."""
    n, pattern = len(sampled.outputs), sampled.pattern
    ends = np.concatenate([[0], np.cumsum(np.bincount(pattern.indices, minlength=n))]).astype(np.int64)
    order = np.argsort(pattern.indices, kind="stable")
    takers = Coupling(pattern.diagonal, ends, find_rows(pattern)[order], pattern.data[order])
    burdens = sampled.burdens
    of = np.repeat(np.arange(len(burdens)), np.diff(burdens.starts))[burdens.weight != 0]
    k = len(burdens) // n
    return np.stack([_follow(takers, np.unique(of[of % k == at] // k)) for at in range(k)], axis=1)


def list_moving_keys(reach: Reach, activity: int) -> list[NDArray[np.uint64]]:
    """List the keys of the drawn numbers that move an activity's footprint, by indicator: a burden lies behind them.

    Parameters
    ----------
    reach : Reach
    activity : int

    Returns
    -------
    list of (m,) uint64
        In order, each once.
    """
    reached = find_upstream(reach.sampled.pattern, activity)
    return [_list_keys(reach, reached & each, each, at) for at, each in enumerate(reach.carriers.T)]


def list_drawn_keys(reach: Reach, activity: int) -> list[NDArray[np.uint64]]:
    """List the keys of the drawn numbers that an activity's footprint rests on, by indicator.

    Two footprints that have a key in common take the same draw there: they are paired.

    Parameters
    ----------
    reach : Reach
    activity : int

    Returns
    -------
    list of (m,) uint64
        In order, each once.
    """
    reached = find_upstream(reach.sampled.pattern, activity)
    return [_list_keys(reach, reached, reached, at) for at in range(reach.carriers.shape[1])]


def _list_keys(reach: Reach, takers: NDArray[np.bool_], providers: NDArray[np.bool_], at: int) -> NDArray[np.uint64]:
    """List the keys of what takers make, burden in the indicator at a place, and take of providers."""
    sampled, k, own = reach.sampled, reach.carriers.shape[1], np.flatnonzero(takers)
    pattern = sampled.pattern
    entries = np.flatnonzero(np.repeat(takers, np.diff(pattern.indptr)) & providers[pattern.indices])
    parts = ((sampled.amounts, entries), (sampled.outputs, own), (sampled.burdens, own * k + at))
    used = np.concatenate([_list_rows(terms, targets) for terms, targets in parts])
    is_used = np.zeros(len(reach.keys), np.bool_)
    is_used[reach.place[trace_rows(sampled, used)]] = True
    return reach.keys[is_used]


def _list_rows(terms: Terms, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the rows of the drawn values that some numbers are made of."""
    some = terms.take(targets)
    counts = some.weight != 0
    return np.concatenate([some.one[counts], some.two[counts]]).astype(np.int64)
