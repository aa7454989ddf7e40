"""Sources: the drawn numbers that rows of values rest on, and the keys these are drawn under."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.mixes import Mixes
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.supplies import Supplies

__all__ = ["list_keys", "trace_rows"]

Positions = NDArray[np.int64]


def list_keys(sampled: Sampled) -> NDArray[np.uint64]:
    """List the keys of all rows that are drawn: those before ``sampled.starts["shares"]``.

    Returns
    -------
    (drawn,) uint64
    """
    of = (sampled.distributions, sampled.market_amounts, sampled.factors, sampled.market_shares, sampled.allocation)
    return np.concatenate([each.key for each in of])


def trace_rows(sampled: Sampled, rows: Positions) -> Positions:
    """Trace rows of values to the drawn ones they follow from.

    A product follows from its two rows, a co-product's share from all that its process makes, a market share by amount
    from all amounts of its market, and a share of a mix from the gammas of all its members.

    Parameters
    ----------
    sampled : Sampled
    rows : (m,) int64
        Rows of the values, as terms name them.

    Returns
    -------
    (d,) int64
        Rows that are drawn, in order, each once.
    """
    starts = sampled.starts
    products = _take_own(rows, starts["products"], len(sampled.products))
    rows = np.concatenate([rows, sampled.products.one[products], sampled.products.two[products]])
    rows = np.concatenate([rows, *(_trace_shares(sampled, rows), _trace_supplies(sampled.supplies, rows, starts))])
    for name, mixes in (("market_shares", sampled.market_shares), ("allocation", sampled.allocation)):
        rows = np.concatenate([rows, starts[name] + _list_members(mixes, _take_own(rows, starts[name], len(mixes)))])
    return np.unique(rows[rows < starts["shares"]])


def _take_own(rows: Positions, start: int, count: int) -> Positions:
    """Give the positions of rows of one kind among these."""
    return np.unique(rows[(rows >= start) & (rows < start + count)]) - start


def _trace_shares(sampled: Sampled, rows: Positions) -> Positions:
    shares = sampled.shares
    own = _take_own(rows, sampled.starts["shares"], len(shares))
    made = shares.output.take(np.flatnonzero(np.isin(shares.process, shares.process[own])))
    return np.concatenate([made.one, made.two]).astype(np.int64)


def _trace_supplies(supplies: Supplies, rows: Positions, starts: Mapping[str, int]) -> Positions:
    own = _take_own(rows, starts["supplies"], len(supplies))
    amounts = supplies.row[np.isin(supplies.whole, supplies.whole[own])]
    return amounts[amounts >= 0]


def _list_members(mixes: Mixes, own: Positions) -> Positions:
    return np.flatnonzero(np.isin(mixes.whole, mixes.whole[own]))
