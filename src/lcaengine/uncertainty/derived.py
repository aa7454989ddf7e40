"""Derived rows: numbers of a draw that follow from drawn ones, shares of a whole and products of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.vectors import DRAWS
from lcaengine.uncertainty.terms import Terms

__all__ = ["Products", "Shares"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """Activities that share the burdens of their process in proportion to what they make, and that is uncertain.

    Attributes
    ----------
    activity : (s,) int64
    process : (s,) int64
        Numbered from zero.
    per_output : (s,) float64
        Share per unit of output, but for a factor of the process.
    output : Terms
        What each makes.
    """

    activity: NDArray[np.int64]
    process: NDArray[np.int64]
    per_output: NDArray[np.float64]
    output: Terms

    def __len__(self) -> int:
        return len(self.activity)

    def find(self, values: Numbers) -> Numbers:
        """Find the shares for drawn values: ``p_i o_i / sum_j p_j o_j``, (s, draws)."""
        draws = values.shape[1]
        made = self.output.sum(values).reshape(-1, len(self.output), DRAWS).transpose(1, 0, 2).reshape(-1, draws)
        part = made * self.per_output[:, None]
        whole = np.zeros((int(self.process.max(initial=-1)) + 1, draws))
        np.add.at(whole, self.process, part)
        return np.asarray(part / whole[self.process])


@dataclass(frozen=True, slots=True)
class Products:
    """Products of two rows of values, where a number is a product of three.

    Attributes
    ----------
    one, two : (p,) int64
        Rows of the values, each before the products.
    """

    one: NDArray[np.int64]
    two: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.one)

    def find(self, values: Numbers) -> Numbers:
        """Find the products, (p, draws)."""
        return np.asarray(values[self.one] * values[self.two])
