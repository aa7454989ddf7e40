"""Intervals: a median and 95 % of the draws of every supplier of every product, and the static value beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lcaengine.plots.picture import Picture, compose_picture
from lcaengine.plots.style import DRAWN, STATIC, add_legend, fit_axis, name_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Interval", "choose_rows", "draw_intervals"]

MOST_ROWS = 40
"""How many intervals one picture holds."""
LINE = 0.24
"""Height of a line [inch]."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What was drawn of one number.

    Attributes
    ----------
    product, name : str
        What it is of, and whose.
    per : str
        Unit of the product.
    low, median, high : float
        2.5 %, 50 % and 97.5 % of the draws [unit of the indicator / unit of the product].
    static : float
        The static value.
    """

    product: str
    name: str
    per: str
    low: float
    median: float
    high: float
    static: float


def draw_intervals(rows: Sequence[Interval], indicator: str, unit: str, notes: Sequence[str]) -> Picture:
    """Draw intervals: a line a supplier, under its product, a panel a unit of product; the largest medians first.

    Parameters
    ----------
    rows : sequence of Interval
        At least one.
    indicator, unit : str
        Name of the indicator, and its unit.
    notes : sequence of str

    Returns
    -------
    Picture
    """
    chosen = choose_rows(rows)
    more = (f"{len(chosen)} of {len(rows)} shown: the largest medians, one of every product first.",)
    title = f"{indicator[:1].upper()}{indicator[1:]}: 95 % intervals"
    every = (*(more if len(chosen) < len(rows) else ()), *notes)
    panels: dict[str, list[Interval]] = defaultdict(list)
    for row in chosen:
        panels[row.per].append(row)
    lines = [_count_lines(each) for each in panels.values()]

    def draw(figure: Figure) -> None:
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=lines)[:, 0]
        for panel, (per, own) in zip(axes, panels.items(), strict=True):
            _draw_panel(panel, own, f"{indicator} [{unit} per {per}]")
        add_legend(axes[0])

    height = 1.0 + 0.65 * len(panels) + LINE * sum(lines)
    return compose_picture(title, every, _tabulate(chosen, unit), height, draw)


def _count_lines(rows: Sequence[Interval]) -> int:
    products = len({row.product for row in rows})
    return len(rows) + (products if products < len(rows) else 0)


def choose_rows(rows: Sequence[Interval], most: int = MOST_ROWS) -> list[Interval]:
    """Choose the largest medians, one of every product before a second of any; give them by product, largest first."""
    ordered = sorted(rows, key=lambda row: -row.median)
    ranked: dict[str, list[Interval]] = defaultdict(list)
    for row in ordered:
        ranked[row.product].append(row)
    turns = [own[turn] for turn in range(max(map(len, ranked.values()))) for own in ranked.values() if turn < len(own)]
    products = list(ranked)
    return sorted(turns[:most], key=lambda row: products.index(row.product))


def _draw_panel(panel: Any, rows: Sequence[Interval], label: str) -> None:
    """Draw the intervals of products of one unit; where every product has one, no heads are needed."""
    names: list[str] = []
    places: list[float] = []
    heads: list[int] = []
    y, is_single = 0.0, len({row.product for row in rows}) == len(rows)
    for before, row in zip((None, *rows), rows, strict=False):
        if not is_single and (before is None or before.product != row.product):
            heads.append(len(names))
            names.append(row.product)
            places.append(y)
            y -= 1.0
        names.append(f"{row.product}, {row.name}" if is_single else row.name)
        places.append(y)
        y -= 1.0
    at = [place for line, place in enumerate(places) if line not in heads]
    panel.hlines(
        at, [r.low for r in rows], [r.high for r in rows], color=DRAWN, linewidth=4.0, alpha=0.45, label="95 %"
    )
    panel.plot([r.median for r in rows], at, "o", color=DRAWN, markersize=5.5, label="median")
    panel.plot([r.static for r in rows], at, "D", color="none", markeredgecolor=STATIC, markersize=6.5, label="static")
    name_lines(panel, places, names, y + 0.4, 0.6)
    for head in heads:
        panel.get_yticklabels()[head].set_fontweight("bold")
    numbers = [number for r in rows for number in (r.low, r.median, r.high, r.static)]
    fit_axis(panel, min(numbers), max(numbers), label)
    if min(numbers) < 0.0 < max(numbers):
        panel.axvline(0.0, color="#555555", linewidth=0.8)


def _tabulate(rows: Sequence[Interval], unit: str) -> pa.Table:
    names = ("static", "median", "2.5 %", "97.5 %")
    values = ([r.static for r in rows], [r.median for r in rows], [r.low for r in rows], [r.high for r in rows])
    return pa.table(
        {
            "product": [r.product for r in rows],
            "maker": [r.name for r in rows],
            **{name: pa.array(each, pa.float64()) for name, each in zip(names, values, strict=True)},
            "unit": [f"{unit} per {r.per}" for r in rows],
        }
    )
