"""Widened lists: every exchange and every factor, with its distribution where it has one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory import Inventory
from lcaengine.method import Method
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["CERTAIN", "fill_in", "join_lists", "list_every_exchange", "list_every_factor"]

CERTAIN = 1
"""Type of a row that has no distribution."""


def list_every_exchange(inventory: Inventory, pedigree: Pedigree | None = None) -> Distributions:
    """List every exchange of an inventory, with its distribution where it has one.

    Returns
    -------
    Distributions
        Of type :data:`CERTAIN` where there is none.
    """
    return fill_in(list_distributions(inventory, pedigree), inventory.exchanges.amount)


def list_every_factor(method: Method, indicator: int, pedigree: Pedigree | None = None) -> Distributions:
    """List every factor of an indicator, with its distribution where it has one.

    Returns
    -------
    Distributions
        Of type :data:`CERTAIN` where there is none.
    """
    value = np.array([each.value for each in method.factors], np.float64)
    own = np.array([each.indicator == indicator for each in method.factors], np.bool_)
    return fill_in(list_factor_distributions(method, pedigree), value).take(own)


def join_lists(*lists: Distributions) -> Distributions:
    """Put lists behind one another."""
    return Distributions(*(np.concatenate([getattr(each, f.name) for each in lists]) for f in fields(Distributions)))


def fill_in(listed: Distributions, amount: NDArray[np.float64]) -> Distributions:
    """Put rows that are certain between those that are not.

    Parameters
    ----------
    listed : Distributions
        Those that are not, by their positions among all.
    amount : (m,) float64
        Of all [base unit].

    Returns
    -------
    Distributions
        Of all.
    """
    m = len(amount)
    none: dict[str, NDArray[Any]] = {
        "row": np.arange(m),
        "key": np.arange(m).astype(np.uint64),  # no two alike
        "kind": np.full(m, CERTAIN, np.int8),
        "negative": np.zeros(m, np.bool_),
        "factor": np.ones(m),
        "amount": amount.copy(),
    }
    columns = [none.get(each.name, np.full(m, np.nan)) for each in fields(Distributions)]
    for column, each in zip(columns, fields(Distributions), strict=True):
        column[listed.row] = getattr(listed, each.name)
    return Distributions(*columns)
