"""Values: all numbers of some draws, row by row: what is drawn, what follows from it, and ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.draws import draw_values
from lcaengine.uncertainty.mixes import draw_mixes
from lcaengine.uncertainty.room import Room
from lcaengine.uncertainty.sampled import Sampled

__all__ = ["draw_rows", "list_static_rows", "replace_rows"]

Numbers = NDArray[np.float64]


def draw_rows(sampled: Sampled, seed: int, first: int, count: int, room: Room | None = None) -> Numbers:
    """Draw every row of a sampled system.

    Parameters
    ----------
    sampled : Sampled
    seed, first, count : int
        As in :func:`lcaengine.draw_values`.
    room : Room, optional
        Where they are written, for who draws again and again.

    Returns
    -------
    (rows, count) float64
        In the order of ``sampled.starts``; the last are ones.
    """
    frames = sampled.system.inventory.frames
    exchanges, markets = frames["exchanges"].rows, frames["markets"].rows
    values, at = _make_rows(sampled, count, room or Room()), 0
    for each, name in (
        (sampled.distributions, lambda row: f"exchanges row {exchanges[row]}"),
        (sampled.market_amounts, lambda row: f"markets row {markets[row]}"),
        (sampled.factors, lambda row: f"factors row {row + 1}"),
    ):
        draw_values(each, seed, first, count, name, values[at : at + len(each)])
        at += len(each)
    for mixes in (sampled.market_shares, sampled.allocation):
        values[at : at + len(mixes)] = draw_mixes(mixes, seed, first, count)
        at += len(mixes)
    _derive_rows(sampled, values)
    return values


def list_static_rows(sampled: Sampled, count: int) -> Numbers:
    """List the static value of every row, in so many columns that are alike.

    Returns
    -------
    (rows, count) float64
    """
    of = (sampled.distributions, sampled.market_amounts, sampled.factors)
    amounts = [*(each.amount for each in of), sampled.market_shares.share, sampled.allocation.share]
    values = _make_rows(sampled, count, Room())
    values[: sampled.starts["shares"]] = np.concatenate(amounts)[:, None]
    _derive_rows(sampled, values)
    return values


def _make_rows(sampled: Sampled, count: int, room: Room) -> Numbers:
    """Make room for all rows; the last is ones."""
    values = room.take("values", sampled.starts["ones"] + 1, count)
    values[-1] = 1.0
    return values


def replace_rows(sampled: Sampled, values: Numbers, rows: NDArray[np.int64], numbers: Numbers) -> Numbers:
    """Give values with other numbers in some rows, and what follows from them.

    Parameters
    ----------
    sampled : Sampled
    values : (rows, count) float64
    rows : (m,) int64
        That follow from no others.
    numbers : (m, count) float64

    Returns
    -------
    (rows, count) float64
    """
    changed = values.copy()
    changed[rows] = numbers
    _derive_rows(sampled, changed)
    return changed


def _derive_rows(sampled: Sampled, values: Numbers) -> None:
    """Write, in place, the rows that follow from others."""
    starts = sampled.starts
    for name, derived in (
        ("shares", sampled.shares),
        ("supplies", sampled.supplies),
        ("products", sampled.products),
    ):
        if len(derived):
            values[starts[name] : starts[name] + len(derived)] = derived.find(values)
