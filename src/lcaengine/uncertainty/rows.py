"""Rows: which drawn values the numbers of a system are in proportion to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.uncertainty.derived import Products

__all__ = ["NONE", "CausalShare", "Rows", "Weighed", "multiply_factors"]

NONE = -1
"""Stands for no row of the drawn values: what is certain."""
Positions = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Numbers as ``weight v[one] v[two]``.

    Attributes
    ----------
    weight : (m,) float64
    one, two : (m,) int64
        Rows of the drawn values, -1 where there is none.
    """

    weight: Numbers
    one: Positions
    two: Positions


@dataclass(frozen=True, slots=True)
class CausalShare:
    """The share of an activity in one exchange of its process.

    Attributes
    ----------
    activity, flow : int
        The activity, and the flow of the exchange.
    row : int
        Its row among those of allocation factors; -1 where it is certain.
    static : float
        Its static value [1].
    """

    activity: int
    flow: int
    row: int
    static: float


@dataclass(frozen=True, slots=True)
class Rows:
    """How exchange rows, and the shares of activities in them, are rows of drawn values.

    Attributes
    ----------
    row : (exchanges + 1,) int64
        Row of every exchange; the last is for an exchange of -1.
    amount : (exchanges + 1,) float64
        Its static value.
    share : (n,) int64
        Row of the share that every activity has in the exchanges of its process.
    of_share : (n,) float64
        Its static value.
    flow : (exchanges + 1,) int64
        Flow of every exchange.
    causal : tuple of CausalShare
        Shares in single exchanges, in place of these; their row is of the drawn values.
    """

    row: Positions
    amount: Numbers
    share: Positions
    of_share: Numbers
    flow: Positions
    causal: tuple[CausalShare, ...]

    def weigh(self, activity: Positions, row: Positions, value: Numbers) -> Weighed:
        """Weigh numbers that are in proportion to an exchange row each, or to none (-1)."""
        has_row = row >= 0
        one = np.where(has_row, self.row[row], NONE)
        two, static = np.where(has_row, self.share[activity], NONE), self.of_share[activity]
        if self.causal:
            width = int(self.flow.max()) + 2  # a flow of -1 is zero
            key = np.array([each.activity * width + each.flow + 1 for each in self.causal])
            order = np.argsort(key)
            wanted = activity * width + self.flow[row] + 1
            at = order[np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)]
            own = has_row & (key[at] == wanted)
            two[own] = np.array([each.row for each in self.causal])[at[own]]
            static[own] = np.array([each.static for each in self.causal])[at[own]]
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(one != NONE, value / self.amount[row], value)
            shared = np.where(static != 0, weight / static, 0.0)
        return Weighed(np.where(two != NONE, shared, weight), one, two)


def multiply_factors(weighed: Weighed, row: Positions, static: Numbers, start: int) -> tuple[Weighed, Products]:
    """Multiply burdens by factors that are drawn; of amount, share and factor two may become a row of their own.

    Parameters
    ----------
    weighed : Weighed
        Burdens in proportion to amounts and shares.
    row : (m,) int64
        Row of the drawn values of every factor, -1 where it is certain.
    static : (m,) float64
        What it is worth as long as that is.
    start : int
        Row of the first product.

    Returns
    -------
    Weighed, Products
    """
    drawn = row != NONE
    if not drawn.any():
        return weighed, Products(np.empty(0, np.int64), np.empty(0, np.int64))
    weight = weighed.weight.copy()
    weight[drawn] /= static[drawn]
    one = np.where(drawn & (weighed.one == NONE), row, weighed.one)
    two = np.where(drawn & (weighed.one != NONE), row, weighed.two)
    three = drawn & (weighed.one != NONE) & (weighed.two != NONE)
    pairs, place = np.unique(np.stack([weighed.two[three], row[three]], axis=1), axis=0, return_inverse=True)
    two[three] = start + place.reshape(-1)
    return Weighed(weight, one, two), Products(pairs[:, 0], pairs[:, 1])
