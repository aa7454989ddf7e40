"""Terms: which drawn values, with which weights, make up every number of the system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels import terms as kernel
from lcaengine.kernels.vectors import DRAWS

__all__ = ["Terms", "build_terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Numbers, each a sum of ``weight v[one] v[two]``.

    Attributes
    ----------
    starts : (targets + 1,) int64
        Where the terms of each number start.
    weight : (terms,) float64
    one, two : (terms,) int32
        Rows of the drawn values; the last row of these is ones.
    most : float
        Largest term that counts as it is; zero leaves out those above it.
    """

    starts: NDArray[np.int64]
    weight: NDArray[np.float64]
    one: NDArray[np.int32]
    two: NDArray[np.int32]
    most: float = np.inf

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, targets: NDArray[np.int64]) -> Terms:
        """Give the terms of some of the numbers, in another order."""
        count = np.diff(self.starts)[targets]
        starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        term = np.repeat(self.starts[targets] - starts[:-1], count) + np.arange(starts[-1])
        return Terms(starts, self.weight[term], self.one[term], self.two[term], self.most)

    def sum(self, values: NDArray[np.float64], out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Sum the terms for drawn values.

        Parameters
        ----------
        values : (rows, blocks * 8) float64
        out : (blocks, targets * 8) float64, optional
            Where the sums are written, if not to an array of their own.

        Returns
        -------
        (blocks, targets * 8) float64
        """
        sums = np.empty((values.shape[1] // DRAWS, len(self) * DRAWS)) if out is None else out
        kernel.sum_terms(self.starts, self.weight, self.one, self.two, self.most, values, sums)
        return sums


def build_terms(
    targets: int,
    target: NDArray[np.int64],
    weight: NDArray[np.float64],
    one: NDArray[np.int64],
    two: NDArray[np.int64],
    ones: int,
) -> Terms:
    """Build terms; those of one number that are certain are summed to one term.

    Parameters
    ----------
    targets : int
        How many numbers there are.
    target : (m,) int64
        Number that each term is of.
    weight : (m,) float64
    one, two : (m,) int64
        Rows of the drawn values, -1 where there is none.
    ones : int
        The row of ones.

    Returns
    -------
    Terms
    """
    one, two = np.where(one < 0, ones, one), np.where(two < 0, ones, two)
    is_certain = (one == ones) & (two == ones)
    certain = np.bincount(target[is_certain], weight[is_certain], targets)
    has = np.flatnonzero(np.bincount(target[is_certain], minlength=targets))
    left = np.flatnonzero(~is_certain)
    every = np.concatenate([has, target[left]])
    order = np.argsort(every, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(every, minlength=targets))]).astype(np.int64)
    row = np.full(len(has), ones)
    return Terms(
        starts,
        np.concatenate([certain[has], weight[left]])[order],
        np.concatenate([row, one[left]])[order].astype(np.int32),
        np.concatenate([row, two[left]])[order].astype(np.int32),
    )
