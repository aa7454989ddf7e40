"""Data quality for a terminal 80 columns wide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.footprints.display import name_shown
from lcaengine.reports.terminal import print_whole
from lcaengine.uncertainty.quality import LEAST_RATED, PEF, Quality, name_levels

__all__ = ["print_quality"]

SHORT = ("rel.", "comp.", "temp.", "geo.", "tech.")
"""The five scores as they fit a column."""
NOTE = (
    "Mean pedigree scores of what is rated, 1 (best) to 5, weighted by |contribution|; DQR of PEF: the mean of "
    f"{', '.join(PEF.values())}. What has no pedigree is in none of them; below {100 * LEAST_RATED:.0f} % rated no "
    "level is named."
)
ELSEWHERE = (
    "The pedigrees there are stand on other exchanges, such as products bought: these have no burden of their own. "
    "Rate the emissions and resources of those who make them."
)


def print_quality(console: Console, quality: Quality, indicators: Sequence[int], everything: bool) -> None:
    """Print the ratings of totals, and of stages where several are rated: a table an indicator.

    Parameters
    ----------
    console : rich.console.Console
    quality : Quality
    indicators : sequence of int
        Positions of the indicators, of those that are rated.
    everything : bool
        Whether to list every activity, not only end products.
    """
    footprints = quality.footprints
    shown, is_rated = name_shown(footprints, everything), False
    for k in indicators:
        at, name = quality.indicators.index(k), footprints.method.indicators[k].heading
        rated = [each for each in shown if quality.rated_share[each[0], -1, at] > 0]
        if rated:
            is_rated = True
            print_whole(console, _tabulate(quality, at, name, rated))
        if len(rated) < len(shown):
            which = f"for {len(shown) - len(rated)} others nothing" if rated else "nothing"
            console.print(f"Data quality, {escape(name)}: {which} that counts has a pedigree; not rated.")
    if is_rated:
        console.print(NOTE)
    elif quality.footprints.system.inventory.frames["exchanges"].filled("pedigree").any():
        console.print(ELSEWHERE)


def _tabulate(quality: Quality, at: int, name: str, rated: Sequence[tuple[int, str, str]]) -> Table:
    """Give the table of one indicator: a line an activity, and its stages where several count."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(escape(f"data quality, {name}"), overflow="fold")
    for each in (*SHORT, "DQR"):
        table.add_column(each, justify="right", no_wrap=True)
    table.add_column("level", no_wrap=True)
    table.add_column("rated", justify="right", no_wrap=True)
    product = ""
    for activity, made, maker in rated:
        if made != product:
            product = made
            table.add_row(Text(product, style="bold"))
        table.add_row(Text(f"  {maker}"), *_list_cells(quality, activity, -1, at))
        counts = np.flatnonzero(~np.isnan(quality.rated_share[activity, :-1, at])).tolist()
        for part in counts if len(counts) > 1 else []:
            table.add_row(Text(f"    {quality.footprints.stages[part]}"), *_list_cells(quality, activity, part, at))
    return table


def _list_cells(quality: Quality, activity: int, part: int, at: int) -> list[str]:
    """Give the cells of one line: five scores, the DQR, its level, and what share is rated."""
    share, dqr = quality.rated_share[activity, part, at], quality.dqr[activity, part, at]
    level = name_levels(np.array([dqr]), np.array([share]))[0].as_py() or "-"
    scores = ["-" if each != each else f"{each:.1f}" for each in quality.scores[activity, part, at].tolist()]
    rating = "-" if dqr != dqr else f"{dqr:.2f}"  # finer than scores: classes end at 1.5, 2, 3 and 4
    return [*scores, rating, level, _percent(float(share))]


def _percent(share: float) -> str:
    """Write a share so that only what is whole reads as 100 %, and only what is nothing as 0 %."""
    if share != share:
        return "-"
    if 0.0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1.0 - 1e-9 else f"{100 * share:.0f} %"
