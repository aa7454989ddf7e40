"""The tornado of a score: what each uncertain amount, factor or share that is listed does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lcaengine.errors import LcaError
from lcaengine.footprints.display import format_value
from lcaengine.plots import Bar, Picture, draw_tornado, require_matplotlib
from lcaengine.uncertainty.counts import say_uncertain

if TYPE_CHECKING:
    from lcaengine.drivers.drivers import Drivers

__all__ = ["draw_drivers"]


def draw_drivers(drivers: Drivers) -> Picture:
    """Draw the score with each uncertain amount one standard deviation lower and higher, to first order.

    With x an amount and sd its standard deviation, a bar goes from ``h - sd dh/dx`` to ``h + sd dh/dx``. The shares of
    one market or allocation are one bar, of the standard deviation of h by them alone to each side: they move together,
    the way that moves the score.

    Parameters
    ----------
    drivers : Drivers

    Returns
    -------
    Picture

    Raises
    ------
    LcaError
        If nothing that is listed varies, or matplotlib is not installed.
    """
    require_matplotlib()
    rows = drivers.table.to_pylist()
    bars = []
    for row in rows:
        if row["score_sd"] is not None:
            moved = row["score_sd"] if row["derivative"] is None else row["derivative"] * row["amount_sd"]
            bars.append(Bar(row["part"], drivers.total - moved, drivers.total + moved, row["variance_share"]))
    if not bars:
        what = "nothing that is listed varies" if drivers.uncertain else "the score rests on nothing uncertain"
        raise LcaError(what, f"tornado of {drivers.name}", "state distributions or pedigrees, or lower the cut-off")
    part = "" if drivers.stage == "total" else f", {drivers.stage.replace('_', ' ')}"
    notes = ["To first order, one amount at a time, the others as written."]
    if any(row["score_sd"] is not None and row["derivative"] is None for row in rows):
        notes.append("The shares of one market or allocation are one bar: together, as they move the score up.")
    left = drivers.uncertain - len(bars)
    if left > 0:
        notes.append(f"Below the cut-off: {left} more.")
    notes.append(_say_run(drivers))
    what, unit = f"{drivers.indicator_name}{part}", f"{drivers.unit} per {drivers.per}"
    return draw_tornado(bars, drivers.total, f"{drivers.indicator_name} of {drivers.name}{part}", what, unit, notes)


def _say_run(drivers: Drivers) -> str:
    """Say what the score, its spread and the draws beside it come of."""
    pedigree, drawn = drivers.pedigree, drivers.simulated
    sd = f"sd {format_value(drivers.sd)} to first order"
    beside = f", {format_value(drawn.sd)} in {drawn.draws} draws, seed {drawn.seed}" if drawn else "; no draws"
    return (
        f"{drivers.source}; {say_uncertain(drivers.uncertain, 'number')}: {sd}{beside}; "
        f"pedigree {pedigree.table}, {pedigree.factors}, basic {pedigree.basic:g}."
    )
