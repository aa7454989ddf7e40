"""Values: all numbers of some draws, row by row: what is drawn, what follows from it, and ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.draws import draw_values
from lcaengine.uncertainty.mixes import draw_mixes
from lcaengine.uncertainty.sampled import Sampled

__all__ = ["draw_rows", "list_static_rows"]

Numbers = NDArray[np.float64]


def draw_rows(sampled: Sampled, seed: int, first: int, count: int) -> Numbers:
    """Draw every row of a sampled system.

    Parameters
    ----------
    sampled : Sampled
    seed, first, count : int
        As in :func:`lcaengine.draw_values`.

    Returns
    -------
    (rows, count) float64
        In the order of ``sampled.starts``; the last are ones.
    """
    frames = sampled.system.inventory.frames
    exchanges, markets = frames["exchanges"].rows, frames["markets"].rows
    drawn = [
        draw_values(sampled.distributions, seed, first, count, lambda at: f"exchanges row {exchanges[at]}"),
        draw_values(sampled.market_amounts, seed, first, count, lambda at: f"markets row {markets[at]}"),
        draw_values(sampled.factors, seed, first, count, lambda at: f"factors row {at + 1}"),
        draw_mixes(sampled.market_shares, seed, first, count),
        draw_mixes(sampled.allocation, seed, first, count),
    ]
    return _complete_rows(sampled, drawn, count)


def list_static_rows(sampled: Sampled, count: int) -> Numbers:
    """List the static value of every row, in so many columns that are alike.

    Returns
    -------
    (rows, count) float64
    """
    of = (sampled.distributions, sampled.market_amounts, sampled.factors)
    amounts = [*(each.amount for each in of), sampled.market_shares.share, sampled.allocation.share]
    return _complete_rows(sampled, [np.repeat(each[:, None], count, axis=1) for each in amounts], count)


def _complete_rows(sampled: Sampled, drawn: list[Numbers], count: int) -> Numbers:
    """Put what follows from drawn values behind them, and then a row of ones."""
    starts = sampled.starts
    values = np.ones((starts["ones"] + 1, count))
    np.concatenate(drawn, out=values[: starts["shares"]])
    for name, derived in (
        ("shares", sampled.shares),
        ("supplies", sampled.supplies),
        ("products", sampled.products),
    ):
        if len(derived):
            values[starts[name] : starts[name] + len(derived)] = derived.find(values)
    return values
