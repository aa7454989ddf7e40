"""Crossings: amounts whose draws fall on the other side of zero, said before anybody draws them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory import Inventory
from lcaengine.inventory.quantiles import find_shares_below
from lcaengine.uncertainty.distributions import NORMAL, Distributions, list_distributions
from lcaengine.uncertainty.markets import list_market_amounts
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["LEAST_CROSSING", "find_crossings", "report_crossing_rows", "report_crossings"]

_UNBOUNDED = (NORMAL, 11, 12)
"""Normal, extreme value and t: without bounds they reach everywhere."""
LEAST_CROSSING = 1e-3
"""Share of draws on the other side of zero from which on it is said [1]."""


def find_crossings(listed: Distributions) -> NDArray[np.float64]:
    """Find what share of draws falls on the other side of zero than the amount.

    Of a positive amount ``F(0)``, with F the distribution function between the bounds that are stated; of a negative
    one ``1 - F(0)``.

    Returns
    -------
    (m,) float64
        [1]; zero of types that end somewhere by themselves, whose bounds say what is meant, and of an amount of zero.
    """
    share = np.zeros(len(listed))
    for kind in _UNBOUNDED:
        rows = np.flatnonzero((listed.kind == kind) & (listed.amount != 0))
        some = listed.take(rows)
        parameters = (some.loc, some.scale, some.shape, some.minimum, some.maximum, some.negative)
        below = find_shares_below(kind, np.zeros(len(rows)), *parameters)
        share[rows] = np.where(some.amount > 0, below, 1.0 - below)
    return share


def report_crossings(inventory: Inventory, found: Findings) -> None:
    """Report exchanges and market amounts of which one draw in a thousand or more is on the other side of zero.

    Parameters
    ----------
    inventory : Inventory
    found : Findings
        Receives a warning `uncertainty_sign` for each row: an emission becomes an uptake, an input a supply.
    """
    stated = Pedigree("none", "gsd2", 1.05)  # a pedigree makes a lognormal, which crosses nothing
    for table, listed in (
        ("exchanges", list_distributions(inventory, stated)),
        ("markets", list_market_amounts(inventory)),
    ):
        report_crossing_rows(table, listed, inventory.frames[table].rows[listed.row], found)


def report_crossing_rows(table: str, listed: Distributions, rows: NDArray[np.int64], found: Findings) -> None:
    """Report the rows of one table that :func:`report_crossings` speaks of.

    Parameters
    ----------
    table : str
    listed : Distributions
    rows : (m,) int64
        Row of the table that each one stands in, from 1.
    found : Findings
    """
    share = find_crossings(listed)
    crosses = np.flatnonzero(share >= LEAST_CROSSING)
    shown = [f"{100 * each:.2g} %" for each in share[crosses].tolist()]
    what = "of the draws {value} are on the other side of zero than the amount"
    fix = "bound it (minimum 0, of a negative amount maximum 0), or state a distribution that ends there"
    every = np.ones(len(crosses), np.bool_)
    found.block_rows("uncertainty_sign", table, every, rows[crosses], "amount", shown, what, fix, Severity.WARNING)
