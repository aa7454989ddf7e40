"""The tornado of a score: what each uncertain amount, factor or share that is listed does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lcaengine.errors import LcaError
from lcaengine.plots import Bar, Picture, draw_tornado, require_matplotlib

if TYPE_CHECKING:
    from lcaengine.drivers.drivers import Drivers

__all__ = ["draw_drivers"]


def draw_drivers(drivers: Drivers) -> Picture:
    """Draw the score with each uncertain amount one standard deviation lower and higher, to first order.

    With x an amount and sd its standard deviation, a bar goes from ``h - sd dh/dx`` to ``h + sd dh/dx``.

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
    bars = [
        Bar(
            row["part"],
            drivers.total - row["derivative"] * row["amount_sd"],
            drivers.total + row["derivative"] * row["amount_sd"],
            row["variance_share"],
        )
        for row in rows
        if row["amount_sd"] is not None
    ]
    if not bars:
        what = "nothing that is listed varies" if drivers.uncertain else "the score rests on nothing uncertain"
        raise LcaError(what, f"tornado of {drivers.name}", "state distributions or pedigrees, or lower the cut-off")
    part = "" if drivers.stage == "total" else f", {drivers.stage.replace('_', ' ')}"
    notes = ["To first order, one amount at a time, the others as written; where a share moves, its others give way."]
    left = drivers.uncertain - len(bars)
    if left > 0:
        notes.append(f"{left} more uncertain amounts are below the cut-off.")
    label = f"{drivers.indicator}{part} [{drivers.unit} per {drivers.per}]"
    return draw_tornado(bars, drivers.total, f"{drivers.indicator} of {drivers.name}{part}", label, notes)
