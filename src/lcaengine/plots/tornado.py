"""Tornados: how far each uncertain amount moves a score, the widest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lcaengine.plots.picture import Picture, compose_picture
from lcaengine.plots.style import DRAWN, STATIC, add_legend, fit_axis, name_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bar", "draw_tornado"]

MOST_BARS = 20
"""How many amounts one picture holds."""
LOWER, HIGHER = "amount one sd lower", "one sd higher"
LINE = 0.3
"""Height of a line [inch]."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What one uncertain amount does to a score.

    Attributes
    ----------
    name : str
    low, high : float
        The score with the amount one standard deviation lower, and higher [unit of the score].
    variance_share : float
        Its contribution to the variance of the score [1].
    """

    name: str
    low: float
    high: float
    variance_share: float


def draw_tornado(bars: Sequence[Bar], score: float, of: str, what: str, unit: str, notes: Sequence[str]) -> Picture:
    """Draw a tornado: a line an amount, from the score with it low to the score with it high.

    Parameters
    ----------
    bars : sequence of Bar
        At least one.
    score : float
        With every amount as written [unit of the score].
    of, what, unit : str
        What the score is of, and what it is, beside its axis, with its unit.
    notes : sequence of str

    Returns
    -------
    Picture
    """
    ranked = sorted(bars, key=lambda bar: -max(abs(bar.low - score), abs(bar.high - score)))
    chosen = ranked[:MOST_BARS]
    more = (f"{len(chosen)} of {len(bars)} shown: the widest.",) if len(chosen) < len(bars) else ()
    right = "At the right: the share of the variance that each amount contributes."
    title, every = f"{of[:1].upper()}{of[1:]}: what drives it", (*more, right, *notes)

    def draw(figure: Figure) -> None:
        panel = figure.subplots()
        _draw_bars(panel, chosen, score, f"{what} [{unit}]")
        add_legend(panel)

    return compose_picture(title, every, _tabulate(chosen, score, unit), 1.6 + LINE * len(chosen), draw)


def _draw_bars(panel: Any, bars: Sequence[Bar], score: float, label: str) -> None:
    places = [-float(at) for at in range(len(bars))]
    for name, ends, color, hatch in (
        (LOWER, [bar.low for bar in bars], DRAWN, ""),
        (HIGHER, [bar.high for bar in bars], STATIC, "////"),
    ):
        widths = [end - score for end in ends]
        panel.barh(places, widths, 0.62, score, color=color, hatch=hatch, edgecolor="white", linewidth=0.0, label=name)
    panel.axvline(score, color="#333333", linewidth=1.0, label="as written")
    name_lines(panel, places, [bar.name for bar in bars], -len(bars) + 0.4, 0.6)
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    fit_axis(panel, min(score, *ends), max(score, *ends), label, is_linear=True)
    shares = panel.secondary_yaxis("right")
    shares.set_yticks(places, [_percent(bar.variance_share) for bar in bars])
    shares.tick_params(length=0, labelsize=8, labelcolor="#555555")
    shares.spines["right"].set_visible(False)
    beside = {"transform": panel.transAxes, "color": "#555555", "fontsize": 8}
    panel.text(1.01, 1.0, "variance", va="bottom", **beside)


def _percent(share: float) -> str:
    return "< 1 %" if 0.0 < share < 0.005 else f"{100 * share:.0f} %"


def _tabulate(bars: Sequence[Bar], score: float, unit: str) -> pa.Table:
    return pa.table(
        {
            "amount of": [bar.name for bar in bars],
            LOWER: pa.array([bar.low for bar in bars], pa.float64()),
            "as written": pa.array([score] * len(bars), pa.float64()),
            HIGHER: pa.array([bar.high for bar in bars], pa.float64()),
            "unit": [unit] * len(bars),
            "share of the variance": pa.array([bar.variance_share for bar in bars], pa.float64()),
        }
    )
