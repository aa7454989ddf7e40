"""Supplies: market shares in proportion to amounts that are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.solve import show_activity
from lcaengine.system import System

__all__ = ["Supplies", "find_unsupplied"]

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Supplies:
    """Suppliers that share a market in proportion to what they supply, and that is uncertain.

    Attributes
    ----------
    market : (s,) int64
        Activity of the market.
    whole : (s,) int64
        What is shared, numbered from zero.
    row : (s,) int64
        Row of the drawn values that is the amount supplied; -1 where that is certain.
    amount : (s,) float64
        The static amount [base unit].
    static : (s,) float64
        The static share [1].
    """

    market: Positions
    whole: Positions
    row: Positions
    amount: Numbers
    static: Numbers

    def __len__(self) -> int:
        return len(self.row)

    def find(self, values: Numbers) -> Numbers:
        """Find the shares for drawn values, ``x_i / sum_j x_j``, (s, draws); static ones where :meth:`find_wrong`."""
        wrong = (self.find_wrong(values) >= 0).any(axis=0)
        amount = self._list_amounts(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = amount / self._sum_wholes(amount)
        return np.where(wrong, self.static[:, None], shares)

    def find_wrong(self, values: Numbers) -> Positions:
        """Tell the market of who supplies less than nothing, and of all where nobody supplies; else -1: (s, draws)."""
        amount = self._list_amounts(values)
        return np.where((amount < 0) | (self._sum_wholes(amount) <= 0), self.market[:, None], -1)

    def _list_amounts(self, values: Numbers) -> Numbers:
        """Give amounts in shares of the static whole, so that the sum of large ones is within a float."""
        most = np.zeros(int(self.whole.max(initial=-1)) + 1)
        np.maximum.at(most, self.whole, self.amount)
        amount = np.where(self.row[:, None] >= 0, values[self.row], self.amount[:, None])
        return np.asarray(amount / most[self.whole][:, None])

    def _sum_wholes(self, amount: Numbers) -> Numbers:
        sums = np.zeros((int(self.whole.max(initial=-1)) + 1, amount.shape[1]))
        np.add.at(sums, self.whole, amount)
        return np.asarray(sums[self.whole])


def find_unsupplied(system: System, supplies: Supplies, values: Numbers) -> dict[int, str]:
    """Find the draws in which somebody supplies a market with less than nothing, or nobody with anything.

    Parameters
    ----------
    system : System
    supplies : Supplies
    values : (rows, draws) float64

    Returns
    -------
    dict of int to str
        Position of the draw, and what is wrong in it.
    """
    if not len(supplies):
        return {}
    market = supplies.find_wrong(values).max(axis=0)
    return {
        draw: f"the {show_activity(system, int(market[draw]))} is supplied with less than nothing, or with nothing"
        for draw in np.flatnonzero(market >= 0).tolist()
    }
