"""Pictures of samples: which activities they show, under which names, with what to say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lcaengine.errors import LcaError
from lcaengine.footprints.detach import list_per
from lcaengine.footprints.display import find_ends, name_shown
from lcaengine.plots import (
    Draws,
    Interval,
    Picture,
    draw_convergence,
    draw_distributions,
    draw_intervals,
    require_matplotlib,
)
from lcaengine.uncertainty.counts import say_uncertain
from lcaengine.uncertainty.static import say_static

if TYPE_CHECKING:
    from lcaengine.uncertainty.samples import Samples

__all__ = ["PICTURES", "check_picture", "draw_samples"]

PICTURES = ("intervals", "distributions", "convergence")
"""What can be drawn of samples."""
USUAL = "ghg"
"""The indicator that is drawn where none is named."""


def check_picture(picture: str) -> None:
    """Refuse a picture that is none, or that cannot be drawn here.

    Raises
    ------
    LcaError
    """
    if picture not in PICTURES:
        raise LcaError(f"{picture!r} is no picture", "picture", f"choose one of: {', '.join(PICTURES)}", given=picture)
    require_matplotlib()


def draw_samples(
    samples: Samples, picture: str = "intervals", indicator: str = "", everything: bool = False
) -> Picture:
    """Draw the totals of samples.

    Parameters
    ----------
    samples : Samples
    picture : {"intervals", "distributions", "convergence"}
        Of the activities whose draws are kept: end products, where no others were named.
    indicator : str
        One that was drawn; by default ghg, or the first.
    everything : bool
        Whether intervals are of all activities.

    Returns
    -------
    Picture

    Raises
    ------
    LcaError
        If there is no such picture or indicator, or no figure to draw.
    """
    check_picture(picture)
    at = _choose_indicator(samples, indicator)
    k = samples.indicators[at]
    shown, found = _name_rows(samples, everything and picture == "intervals"), samples.footprints.method.indicators[k]
    known = [row for row in shown if not np.isnan(samples.static.value[row.activity, -1, k])]
    if not known:
        what = f"no figure of {found.id} is known" if shown else "there is nothing to show"
        raise LcaError(what, f"picture of {picture}", "name another indicator or activity; results have a status")
    notes = _list_notes(samples, len(shown) - len(known))
    if picture == "intervals":
        return draw_intervals([_take_interval(samples, at, row) for row in known], found.name, found.unit.label, notes)
    draw = draw_distributions if picture == "distributions" else draw_convergence
    return draw([_take_draws(samples, at, row) for row in known], found.name, found.unit.label, notes)


@dataclass(frozen=True, slots=True)
class _Row:
    """What names a number."""

    activity: int
    product: str
    name: str
    per: str


def _choose_indicator(samples: Samples, indicator: str) -> int:
    """Give the position of an indicator among those that were drawn."""
    method = samples.footprints.method
    drawn = [method.indicators[k].id for k in samples.indicators]
    if not indicator:
        return drawn.index(USUAL) if USUAL in drawn else 0
    if indicator not in drawn:
        what = f"{indicator!r} is no indicator that was drawn"
        raise LcaError(what, method.label, f"choose one of: {', '.join(drawn)}", given=indicator)
    return drawn.index(indicator)


def _name_rows(samples: Samples, everything: bool) -> list[_Row]:
    """Name the activities to show: those whose draws are kept, or all."""
    footprints, kept = samples.footprints, set(samples.kept.tolist())
    named = name_shown(footprints, everything or not kept <= set(find_ends(footprints)))
    per = list_per(footprints)
    return [
        _Row(a, product.removesuffix(f", per {per[a]}"), maker, per[a])
        for a, product, maker in named
        if everything or a in kept
    ]


def _take_interval(samples: Samples, at: int, row: _Row) -> Interval:
    low, median, high = samples.quantiles[row.activity, -1, at].tolist()
    static = float(samples.static.value[row.activity, -1, samples.indicators[at]])
    return Interval(row.product, row.name, row.per, low, median, high, static)


def _take_draws(samples: Samples, at: int, row: _Row) -> Draws:
    """Take the draws that have an answer."""
    values = samples.values[int(np.searchsorted(samples.kept, row.activity)), -1, at]
    static = float(samples.static.value[row.activity, -1, samples.indicators[at]])
    return Draws(row.product, row.name, row.per, values[~np.isnan(values)], static)


def _list_notes(samples: Samples, unknown: int) -> list[str]:
    """List what a reader of a picture must know."""
    footprints, pedigree = samples.footprints, samples.pedigree
    inventory = footprints.system.inventory
    notes = [f"{unknown} without a figure left out: it is missing."] if unknown else []
    if samples.infeasible:
        notes.append(f"{len(samples.infeasible)} of {samples.draws} draws have no answer and are left out.")
    if not samples.uncertain:
        notes.append("No row that is used states a distribution or a pedigree: nothing varies.")
    spread = f"pedigree {pedigree.table}, {pedigree.factors}, basic {pedigree.basic:g}"
    notes.append(
        f"{inventory.about.name} {inventory.hash[:12]}, {footprints.method.label}; {samples.draws} draws of "
        f"{say_uncertain(samples.uncertain, 'row')}, seed {samples.seed}; "
        f"static values {say_static(samples.static_values)}; {spread}."
    )
    return notes
