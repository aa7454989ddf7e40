"""Static values: a system scored at medians or means of its distributions, in place of the numbers as written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError, LcaError
from lcaengine.footprints import Footprints, score
from lcaengine.inventory.frame import Frame
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.draws import place_values
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.markets import list_market_amounts
from lcaengine.uncertainty.moments import find_moments
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["STATIC", "WRITTEN", "check_static", "say_static", "score_at"]

WRITTEN, MEDIANS, MEANS = STATIC = ("written", "medians", "means")
"""What static values are of: the amounts as they are written, or the medians or means of their distributions."""


def check_static(static: str) -> None:
    """Raise where a choice of static values is none."""
    if static not in STATIC:
        raise LcaError(f"static values are no {static!r}", "static", f"choose one of {', '.join(STATIC)}")


def score_at(footprints: Footprints, static: str, pedigree: Pedigree | None = None) -> Footprints:
    """Score what was scored again, with the median or mean of every distribution in place of the amount as written.

    Exchanges, market amounts and factors of the method become their medians or means: exp(mu) or exp(mu + sigma^2 / 2)
    of a lognormal. Market shares and allocation factors are the means of what is drawn already, and stay.

    Parameters
    ----------
    footprints : Footprints
    static : {"medians", "means"}
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    Footprints
        Of the same activities and indicators. The mean of the draws differs from that at means where the score is no
        sum of products of independent numbers: in loops, yields and shares. The median of the draws differs from that
        at medians where it is no product of lognormals.

    Raises
    ------
    DataError
        Where a distribution has no mean, or the system has no answer at what was chosen.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> at_means = score_at(footprints, "means")
    >>> bool(at_means.get("ghg", process_id="refinery") > footprints.get("ghg", process_id="refinery"))
    True
    """
    inventory, method, system = footprints.system.inventory, footprints.method, footprints.system
    frames, listed = inventory.frames, list_distributions(inventory, pedigree)
    amount = inventory.exchanges.amount.copy()
    amount[listed.row] = _find_values(listed, static, "exchanges", frames["exchanges"].rows)
    exchanges = replace(inventory.exchanges, amount=amount)
    markets, supplied = frames["markets"], list_market_amounts(inventory)
    if len(supplied):
        values = _find_values(supplied, static, "markets", markets.rows) / supplied.factor
        frames = {**frames, "markets": _write_amounts(markets, supplied.row, values)}
    of_method = list_factor_distributions(method, pedigree)
    if len(of_method):
        factors = list(method.factors)
        values = _find_values(of_method, static, "factors", np.arange(1, len(factors) + 1))
        for at, value in zip(of_method.row.tolist(), values.tolist(), strict=True):
            factors[at] = replace(factors[at], value=value)
        method = replace(method, factors=tuple(factors))
    edited = replace(inventory, exchanges=exchanges, frames=frames)
    return score(edited, method, system.policy, footprints.by)


def _find_values(listed: Distributions, static: str, table: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Find medians or means of distributions [base unit], or refuse the first that has none."""
    if static == MEDIANS:
        found, one = place_values(listed, np.full((len(listed), 1), 0.5))[:, 0], "median"
    else:
        found, one = find_moments(listed).mean, "mean"
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        row = int(rows[listed.row[wrong[0]]])
        what, fix = f"the distribution has no {one} that is known", "take static values as written, or state another"
        raise DataError(what, f"{table} row {row}", fix, table=table, row=row)
    return found


def _write_amounts(frame: Frame, rows: NDArray[np.int64], amount: NDArray[np.float64]) -> Frame:
    """Give a table with other amounts in some rows."""
    column = frame.columns["amount"]
    values = np.array(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    values[rows] = amount
    written = pa.array(values, pa.float64(), mask=np.asarray(column.is_null().to_numpy(zero_copy_only=False)))
    return Frame(frame.table, {**frame.columns, "amount": written}, frame.rows)


def say_static(static: str) -> str:
    """Say in words what static values are of: as written, at medians or at means."""
    return f"as {static}" if static == WRITTEN else f"at {static}"
