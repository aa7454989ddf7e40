"""Lost draws: those in which a number is too large for one, and the rows it comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.solve import name_activities
from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.sampled import Sampled

__all__ = ["name_lost"]

Numbers = NDArray[np.float64]

MOST_NAMED = 3
HUGE = 1e150
"""What is beyond it is named where a product of numbers is too large [base unit]."""


def name_lost(sampled: Sampled, values: Numbers, coupling: Coupling, direct: Numbers) -> str:
    """Name the rows whose draw is no finite number; else the activities whose amounts are none.

    Parameters
    ----------
    sampled : Sampled
    values : (rows,) float64
        Of one draw, in the order of ``sampled.starts``.
    coupling : Coupling
        The matrix of that draw.
    direct : (n, k) float64
        Its direct burdens.

    Returns
    -------
    str
        Empty where all is finite.
    """
    lost = ~np.isfinite(direct).all(axis=1) | ~np.isfinite(coupling.diagonal)
    lost[find_rows(coupling)[~np.isfinite(coupling.data)]] = True
    if not lost.any():
        return ""
    named = _name_rows(sampled, ~np.isfinite(values)) or _name_rows(sampled, np.abs(values) > HUGE)
    activities = name_activities(sampled.system, np.flatnonzero(lost))
    return f"{activities} has a number too large for one" + (f", by the draw of {named}" if named else "")


def _name_rows(sampled: Sampled, wrong: NDArray[np.bool_]) -> str:
    """Name rows of exchanges, markets and factors."""
    frames, starts = sampled.system.inventory.frames, sampled.starts
    names = []
    for kind, table, listed in (
        ("exchanges", "exchanges", sampled.distributions),
        ("market_amounts", "markets", sampled.market_amounts),
        ("factors", "factors", sampled.factors),
    ):
        own = listed.row[wrong[starts[kind] : starts[kind] + len(listed)]]
        rows = own + 1 if table == "factors" else frames[table].rows[own]
        names += [f"{table} row {row}" for row in rows.tolist()]
    return ", ".join(names[:MOST_NAMED]) + (
        f" and {len(names) - MOST_NAMED} other(s)" if len(names) > MOST_NAMED else ""
    )
