"""Static values: a system scored at the means of its distributions, in place of the numbers as they are written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError, LcaError
from lcaengine.footprints import Footprints, score
from lcaengine.inventory.frame import Frame
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.markets import list_market_amounts
from lcaengine.uncertainty.moments import find_moments
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["STATIC", "check_static", "score_at_means"]

STATIC = ("medians", "means")
"""What static values are: of the numbers as they are written, or of the means of their distributions."""


def check_static(static: str) -> None:
    """Raise where a choice of static values is none."""
    if static not in STATIC:
        raise LcaError(f"static values are no {static!r}", "static", f"choose one of {', '.join(STATIC)}")


def score_at_means(footprints: Footprints, pedigree: Pedigree | None = None) -> Footprints:
    """Score what was scored again, with the mean of every distribution in place of the number it is of.

    Exchanges, market amounts and factors of the method become their means: exp(mu + sigma^2 / 2) of a lognormal.
    Market shares and allocation factors are the means of what is drawn already.

    Parameters
    ----------
    footprints : Footprints
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    Footprints
        Of the same activities and indicators. The mean of the draws differs from it where the score is no sum of
        products of independent numbers: in loops, yields and shares.

    Raises
    ------
    DataError
        Where a distribution has no mean, or the system has no answer at the means.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> at_means = score_at_means(footprints)
    >>> bool(at_means.get("ghg", process_id="refinery") > footprints.get("ghg", process_id="refinery"))
    True
    """
    inventory, method, system = footprints.system.inventory, footprints.method, footprints.system
    frames, listed = inventory.frames, list_distributions(inventory, pedigree)
    amount = inventory.exchanges.amount.copy()
    amount[listed.row] = _find_means(listed, "exchanges", frames["exchanges"].rows)
    exchanges = replace(inventory.exchanges, amount=amount)
    markets, supplied = frames["markets"], list_market_amounts(inventory)
    if len(supplied):
        means = _find_means(supplied, "markets", markets.rows) / supplied.factor
        frames = {**frames, "markets": _write_amounts(markets, supplied.row, means)}
    of_method = list_factor_distributions(method, pedigree)
    if len(of_method):
        factors = list(method.factors)
        means = _find_means(of_method, "factors", np.arange(1, len(factors) + 1))
        for at, mean in zip(of_method.row.tolist(), means.tolist(), strict=True):
            factors[at] = replace(factors[at], value=mean)
        method = replace(method, factors=tuple(factors))
    edited = replace(inventory, exchanges=exchanges, frames=frames)
    return score(edited, method, system.policy, footprints.by)


def _find_means(listed: Distributions, table: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Find the means of distributions [base unit], or refuse the first that has none."""
    mean = find_moments(listed).mean
    wrong = np.flatnonzero(~np.isfinite(mean))
    if len(wrong):
        row = int(rows[listed.row[wrong[0]]])
        what, fix = "the distribution has no mean that is known", "take static values as medians, or state another"
        raise DataError(what, f"{table} row {row}", fix, table=table, row=row)
    return mean


def _write_amounts(frame: Frame, rows: NDArray[np.int64], amount: NDArray[np.float64]) -> Frame:
    """Give a table with other amounts in some rows."""
    column = frame.columns["amount"]
    values = np.array(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    values[rows] = amount
    written = pa.array(values, pa.float64(), mask=np.asarray(column.is_null().to_numpy(zero_copy_only=False)))
    return Frame(frame.table, {**frame.columns, "amount": written}, frame.rows)
