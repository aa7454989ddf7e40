"""Distributions: the draws of up to eight alternatives, each a line of its own over a common axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.plots.picture import Picture, compose_picture
from lcaengine.plots.style import DRAWN, STATIC, add_legend, fit_axis, name_lines, needs_logarithm

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MOST_ALTERNATIVES", "Draws", "draw_distributions", "entitle", "limit_alternatives"]

MOST_ALTERNATIVES = 8
"""How many alternatives one picture holds."""
ENDS = (0.5, 99.5)
"""The axis ends at these percentiles of the draws; a long tail would leave no room for what is likely [%]."""
LEAST_SEEN = 0.004
"""Share of the axis below which a histogram is drawn as a line [1]."""
FEWEST_BARS, MOST_BARS = 8, 48


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one number.

    Attributes
    ----------
    product, name : str
        What it is of, and whose.
    per : str
        Unit of the product.
    values : (draws,) float64
        Those that have an answer, in their order [unit of the indicator / unit of the product].
    static : float
        The static value.
    """

    product: str
    name: str
    per: str
    values: NDArray[np.float64]
    static: float


def draw_distributions(rows: Sequence[Draws], indicator: str, unit: str, notes: Sequence[str]) -> Picture:
    """Draw distributions: histograms, each scaled to its own peak, of alternatives of one unit of product.

    Parameters
    ----------
    rows : sequence of Draws
        At least one, each of two draws or more.
    indicator, unit : str
    notes : sequence of str

    Returns
    -------
    Picture
    """
    chosen, more = limit_alternatives(rows)
    title = entitle(chosen, indicator, "distributions")
    low = min(min(float(np.percentile(row.values, ENDS[0])), row.static) for row in chosen)
    high = max(max(float(np.percentile(row.values, ENDS[1])), row.static) for row in chosen)
    outside = sum(int(((row.values < low) | (row.values > high)).sum()) for row in chosen)
    drawn = sum(len(row.values) for row in chosen)
    heights = "Heights are numbers of draws, each scaled to its own peak; the axis leaves out "
    every = (*more, f"{heights}{100 * outside / drawn:.2g} % of the draws.", *notes)

    def draw(figure: Figure) -> None:
        panel = figure.subplots()
        places = [-float(at) for at in range(len(chosen))]
        for place, row in zip(places, chosen, strict=True):
            _draw_line(panel, row, place, (low, high))
        names = [f"{row.product}, {row.name}" if _differ(chosen) else row.name for row in chosen]
        name_lines(panel, places, names, -len(chosen) + 0.7, 0.95)
        panel.spines["left"].set_visible(False)
        fit_axis(panel, low, high, f"{indicator} [{unit} per {chosen[0].per}]")
        add_legend(panel)

    return compose_picture(title, every, tabulate_draws(chosen, unit), 1.9 + 0.62 * len(chosen), draw)


def limit_alternatives(rows: Sequence[Draws], most: int = MOST_ALTERNATIVES) -> tuple[list[Draws], tuple[str, ...]]:
    """Choose alternatives of the unit that most have, and of these the largest medians; say what is left out."""
    (per, _), *others = Counter(row.per for row in rows).most_common()
    alike = [row for row in rows if row.per == per]
    ranked = sorted(range(len(alike)), key=lambda at: (-float(np.median(alike[at].values)), at))
    chosen = [alike[at] for at in sorted(ranked[:most])]
    if len(chosen) == len(rows):
        return chosen, ()
    which = ([f"those per {per}"] if others else []) + (["the largest medians"] if len(chosen) < len(alike) else [])
    return chosen, (f"{len(chosen)} of {len(rows)} shown: {', '.join(which)}.",)


def entitle(rows: Sequence[Draws], indicator: str, what: str) -> str:
    """Give the title of a picture, with the product where it is one."""
    products = {row.product for row in rows}
    of = f" of {products.pop()}" if len(products) == 1 else ""
    return f"{indicator[:1].upper()}{indicator[1:]}{of}: {what}"


def _differ(rows: Sequence[Draws]) -> bool:
    return len({row.product for row in rows}) > 1


def _draw_line(panel: Any, row: Draws, y: float, ends: tuple[float, float]) -> None:
    """Draw one histogram over its 95 % interval, with median and static value."""
    low, median, high = np.quantile(row.values, [0.025, 0.5, 0.975]).tolist()
    inside = row.values[(row.values >= ends[0]) & (row.values <= ends[1])]
    by_logarithm = needs_logarithm(*ends)
    if _spans(inside, ends, by_logarithm) > LEAST_SEEN:
        edges = _cut_bars(inside, by_logarithm)
        count, _ = np.histogram(inside, edges)
        panel.stairs(y + 0.8 * count / count.max(), edges, baseline=y, fill=True, color=DRAWN, alpha=0.35)
    else:
        panel.vlines([median], y, y + 0.8, color=DRAWN, linewidth=2.0, alpha=0.6)
    panel.hlines([y], [max(low, ends[0])], [min(high, ends[1])], color=DRAWN, linewidth=3.0, label="95 %")
    panel.plot([median], [y], "o", color=DRAWN, markersize=5.5, label="median")
    panel.plot([row.static], [y], "D", color="none", markeredgecolor=STATIC, markersize=6.5, label="static")


def _spans(values: NDArray[np.float64], ends: tuple[float, float], by_logarithm: bool) -> float:
    """Give the share of the axis that values take up."""
    if not len(values) or ends[0] == ends[1]:
        return 0.0
    first, last, low, high = (float(each) for each in (values.min(), values.max(), *ends))
    if by_logarithm:
        return float(np.log(last / first) / np.log(high / low))
    return (last - first) / (high - low)


def _cut_bars(values: NDArray[np.float64], by_logarithm: bool) -> NDArray[np.float64]:
    """Cut a range into bars as wide as Freedman and Diaconis have them, within reason."""
    scaled = np.log(values) if by_logarithm else values
    first, last = float(scaled.min()), float(scaled.max())
    width = 2.0 * float(np.subtract(*np.percentile(scaled, [75, 25]))) / len(scaled) ** (1 / 3)
    bars = int(np.clip((last - first) / width if width > 0 else FEWEST_BARS, FEWEST_BARS, MOST_BARS))
    edges = np.linspace(first, last, bars + 1)
    if by_logarithm:
        edges = np.exp(edges)
        edges[0], edges[-1] = values.min(), values.max()
    return np.asarray(edges, np.float64)


def tabulate_draws(rows: Sequence[Draws], unit: str) -> pa.Table:
    """Give the statistics of draws: a row an alternative."""
    quantiles = np.array([np.quantile(row.values, [0.5, 0.025, 0.975]) for row in rows]).T
    size = [float(np.abs(row.values).max()) or 1.0 for row in rows]  # squares of the largest numbers are none
    sd = [each * float((row.values / each).std(ddof=1)) for row, each in zip(rows, size, strict=True)]
    return pa.table(
        {
            "product": [row.product for row in rows],
            "maker": [row.name for row in rows],
            "static": pa.array([row.static for row in rows], pa.float64()),
            "mean": pa.array([float(row.values.mean()) for row in rows], pa.float64()),
            "sd": pa.array(sd, pa.float64()),
            **{name: pa.array(each) for name, each in zip(("median", "2.5 %", "97.5 %"), quantiles, strict=True)},
            "unit": [f"{unit} per {row.per}" for row in rows],
        }
    )
