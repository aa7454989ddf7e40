"""Reach: what is upstream of an activity, and which drawn numbers its footprint rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.system.coupling import Coupling
from lcaengine.uncertainty.distributions import Distributions
from lcaengine.uncertainty.mixes import Mixes
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.terms import Terms

__all__ = ["find_upstream", "list_drawn_keys"]


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
    reached = np.zeros(len(pattern), np.bool_)
    new = np.array([activity])
    while len(new):
        reached[new] = True
        taken = np.concatenate([pattern.indices[pattern.indptr[a] : pattern.indptr[a + 1]] for a in new.tolist()])
        new = np.unique(taken[~reached[taken]])
    return reached


def list_drawn_keys(sampled: Sampled, activity: int) -> list[NDArray[np.uint64]]:
    """List the keys of the drawn numbers that an activity's footprint rests on, by indicator.

    Two footprints that have a key in common take the same draw there: they are paired.

    Parameters
    ----------
    sampled : Sampled
    activity : int

    Returns
    -------
    list of (m,) uint64
        In order, each once.
    """
    reached = np.flatnonzero(find_upstream(sampled.pattern, activity))
    pattern, k = sampled.pattern, len(sampled.burdens) // len(sampled.outputs)
    entries = np.concatenate([np.arange(pattern.indptr[a], pattern.indptr[a + 1]) for a in reached.tolist()])
    supply = np.concatenate([_list_rows(sampled.amounts, entries), _list_rows(sampled.outputs, reached)])
    used = [np.concatenate([supply, _list_rows(sampled.burdens, reached * k + at)]) for at in range(k)]
    keys = np.concatenate([each.key for each in _list_kinds(sampled)])
    return [np.unique(keys[_list_drawn(sampled, rows)]) for rows in used]


def _list_kinds(sampled: Sampled) -> tuple[Distributions | Mixes, ...]:
    """Give what is drawn, in the order of its rows."""
    return (
        sampled.distributions,
        sampled.market_amounts,
        sampled.factors,
        sampled.market_shares,
        sampled.allocation,
    )


def _list_drawn(sampled: Sampled, used: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the drawn rows behind rows of values: what follows from others is followed back to these, kind by kind."""
    starts, shares, supplies = sampled.starts, sampled.shares, sampled.supplies
    is_used = np.zeros(starts["ones"] + 1, np.bool_)
    is_used[used] = True
    own = _take_rows(is_used, starts["products"], len(sampled.products))
    is_used[np.concatenate([sampled.products.one[own], sampled.products.two[own]])] = True
    own = _take_rows(is_used, starts["supplies"], len(supplies))  # a share moves with all that its whole is made of
    behind = supplies.row[np.isin(supplies.whole, supplies.whole[own])]
    is_used[behind[behind >= 0]] = True
    own = _take_rows(is_used, starts["shares"], len(shares))
    is_used[_list_rows(shares.output, np.flatnonzero(np.isin(shares.process, shares.process[own])))] = True
    for name, mixes in (("market_shares", sampled.market_shares), ("allocation", sampled.allocation)):
        own = _take_rows(is_used, starts[name], len(mixes))
        is_used[starts[name] + np.flatnonzero(np.isin(mixes.whole, mixes.whole[own]))] = True
    return np.flatnonzero(is_used[: starts["shares"]])


def _take_rows(is_used: NDArray[np.bool_], start: int, count: int) -> NDArray[np.int64]:
    """Give those that are used of so many rows, counted from the first of them."""
    return np.flatnonzero(is_used[start : start + count])


def _list_rows(terms: Terms, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the rows of the drawn values that some numbers are made of."""
    some = terms.take(targets)
    counts = some.weight != 0
    return np.concatenate([some.one[counts], some.two[counts]]).astype(np.int64)
