"""A picture of what was measured: time against size, ours and the reference's, a panel a job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.job import Job, Measured
from benchmarks.report import format_ratio

__all__ = ["write_plot"]

OURS, REFERENCE = "#0b6e4f", "#b5541c"


def write_plot(path: Path, jobs: Sequence[Job], rows: Sequence[Measured], machine: dict[str, Any]) -> None:
    """Write a picture of the jobs that ran.

    Parameters
    ----------
    path : Path
        Its ending says the format: .png, .svg or .pdf.
    jobs : sequence of Job
    rows : sequence of Measured
    machine : dict
        Of :func:`benchmarks.report.describe_machine`, for the title.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    ran = [job for job in jobs if any(row.job == job.name for row in rows)]
    across = min(3, len(ran))
    down = -(-len(ran) // across)
    figure, axes = plt.subplots(down, across, figsize=(4.2 * across, 3.4 * down), squeeze=False, layout="constrained")
    for panel in axes.flat[len(ran) :]:
        panel.set_axis_off()
    for job, panel in zip(ran, axes.flat, strict=False):
        _draw(panel, job, sorted((row for row in rows if row.job == job.name), key=lambda row: row.size))
    figure.suptitle(
        f"Seconds against size, medians. {machine['processor']}, {machine['cores']} cores, {machine['date']}",
        fontsize=9,
    )
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _draw(panel: Any, job: Job, rows: Sequence[Measured]) -> None:
    from matplotlib.ticker import LogLocator

    sizes = [row.size for row in rows]
    panel.loglog(sizes, [row.reference_median for row in rows], "s-", color=REFERENCE, label=rows[0].against)
    panel.loglog(sizes, [row.median for row in rows], "o-", color=OURS, label="lcaengine")
    for row in rows:
        middle = (row.median * row.reference_median) ** 0.5
        panel.annotate(
            f"{format_ratio(row.ratio)}x", (row.size, middle), ha="center", va="center", fontsize=8, color="#444444"
        )
    low, high = sizes[0], sizes[-1]
    panel.set_xlim(low / 1.8, high * 1.8)
    panel.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=30 if len(sizes) > 3 else 0)
    panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if _spans_little(rows) else (1.0,)))
    panel.minorticks_off()
    panel.yaxis.set_major_formatter(lambda seconds, _: f"{seconds:g} s" if seconds >= 1 else f"{1e3 * seconds:g} ms")
    panel.set_title(job.name, fontsize=10)
    panel.set_xlabel(job.unit, fontsize=8)
    panel.tick_params(labelsize=8)
    panel.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    panel.margins(y=0.35)
    panel.legend(fontsize=7, frameon=False, loc="upper left")


def _spans_little(rows: Sequence[Measured]) -> bool:
    """Tell whether all times are within two decades, where ticks a decade would be too few."""
    times = [time for row in rows for time in (row.median, row.reference_median)]
    return max(times) < 100 * min(times)
