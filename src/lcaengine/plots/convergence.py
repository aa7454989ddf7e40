"""Convergence: the mean of the first n draws, and how far the mean of all could still be from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.plots.distributions import Draws, entitle, limit_alternatives
from lcaengine.plots.picture import Picture, compose_picture
from lcaengine.plots.style import DRAWN, FAINT, format_number, spell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_convergence", "run_mean"]

MOST_PANELS = 6
"""How many alternatives one picture holds."""
FEW = 20
"""Means below this number are marked one by one."""
Z = 1.96
"""Standard errors to each side of a mean, for 95 % of a normal distribution."""


def draw_convergence(rows: Sequence[Draws], indicator: str, unit: str, notes: Sequence[str]) -> Picture:
    """Draw the running mean of draws with its 95 % interval, a panel an alternative.

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
    chosen, more = limit_alternatives(rows, MOST_PANELS)
    title = entitle(chosen, indicator, "convergence of the mean")
    band = "The band is 1.96 standard errors of the mean to each side: where it is wide, more draws would tell more."
    every = (*more, band, *notes)

    def draw(figure: Figure) -> None:
        axes = figure.subplots(len(chosen), 1, squeeze=False, sharex=True)[:, 0]
        for panel, row in zip(axes, chosen, strict=True):
            _draw_panel(panel, row)
            panel.set_ylabel(f"{spell(unit)}\nper {spell(row.per)}", fontsize=8)
        axes[-1].set_xlim(0, max(len(row.values) for row in chosen))
        axes[-1].set_xlabel("draws that have an answer")

    return compose_picture(title, every, _tabulate(chosen, unit), 1.6 + 1.35 * len(chosen), draw)


def run_mean(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the mean of the first n values, and its standard error, for n from 2.

    ``m_n = sum_i x_i / n``, ``se_n = sqrt(sum_i (x_i - m_n)^2 / (n - 1) / n)``, summed about the mean of all.

    Parameters
    ----------
    values : (draws,) float64

    Returns
    -------
    mean, error : (draws - 1,) float64

    Examples
    --------
    >>> import numpy as np
    >>> mean, error = run_mean(np.array([1.0, 3.0, 5.0]))
    >>> mean.tolist(), error.round(4).tolist()
    ([2.0, 3.0], [1.0, 1.1547])
    """
    center = float(values.mean())
    moved = values - center
    size = float(np.abs(moved).max()) or 1.0  # squares of the largest numbers are none
    moved = moved / size
    count = np.arange(1, len(values) + 1)[1:]
    first, second = np.cumsum(moved)[1:], np.cumsum(moved**2)[1:]
    variance = np.maximum(second - first**2 / count, 0.0) / (count - 1)
    return np.asarray(center + size * first / count), np.asarray(size * np.sqrt(variance / count))


def _draw_panel(panel: Any, row: Draws) -> None:
    """Draw one running mean; the axis is fitted to what comes after the first few draws."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    mean, error = run_mean(row.values)
    count = np.arange(2, len(row.values) + 1)
    low, high = mean - Z * error, mean + Z * error
    panel.fill_between(count, low, high, color=DRAWN, alpha=0.25, linewidth=0)
    panel.plot(count, mean, color=DRAWN, linewidth=1.4, marker="o" if len(mean) < FEW else "", markersize=3)
    panel.axhline(mean[-1], color="#555555", linewidth=0.7, linestyle="--")
    settled = min(max(10, len(count) // 20), len(count) - 1)
    bottom, top = float(low[settled:].min()), float(high[settled:].max())
    flat = top - bottom <= 1e-9 * max(abs(top), abs(bottom))
    margin = (0.1 * abs(top) or 1.0) if flat else 0.08 * (top - bottom)
    panel.set_ylim(bottom - margin, top + margin)
    panel.yaxis.set_major_locator(MaxNLocator(4))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: format_number(y)))
    panel.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    panel.grid(color=FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    half = Z * float(error[-1])
    share = f" ({100 * half / abs(mean[-1]):.2g} %)" if mean[-1] else ""
    panel.set_title(spell(f"{row.product}, {row.name}", 60))
    found = f"{format_number(float(mean[-1]), 4)} ± {format_number(half, 2)}{share}"
    panel.set_title(found, loc="right", fontsize=8.5, color="#555555")


def _tabulate(rows: Sequence[Draws], unit: str) -> pa.Table:
    ends = [(float(mean[-1]), float(error[-1])) for mean, error in (run_mean(row.values) for row in rows)]
    return pa.table(
        {
            "product": [row.product for row in rows],
            "maker": [row.name for row in rows],
            "draws": pa.array([len(row.values) for row in rows], pa.int64()),
            "mean": pa.array([mean for mean, _ in ends], pa.float64()),
            "standard error": pa.array([error for _, error in ends], pa.float64()),
            "static": pa.array([row.static for row in rows], pa.float64()),
            "unit": [f"{unit} per {row.per}" for row in rows],
        }
    )
