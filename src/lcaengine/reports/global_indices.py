"""Global indices for a terminal 80 columns wide, and the record of their run."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.drivers import GlobalIndices
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import format_value
from lcaengine.reports.remarks import describe_off_center, print_remarks
from lcaengine.reports.terminal import print_whole
from lcaengine.reports.write import describe_run

__all__ = ["describe_global_indices", "print_global_indices"]

WIDE = 0.1
"""Half-width of an interval from which on more samples are advised [1]."""


def describe_global_indices(footprints: Footprints, indices: GlobalIndices) -> dict[str, object]:
    """Describe the run, the score, and how its indices were found.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    return {
        **describe_run(footprints),
        **describe_off_center(footprints),
        "figure": indices.name,
        "indicator": indices.indicator,
        "unit": indices.unit,
        "per": indices.per,
        "stage": indices.stage,
        "status": indices.status,
        "total": indices.total,
        "samples": indices.samples,
        "evaluations": indices.evaluations,
        "seed": indices.seed,
        "pedigree_table": indices.pedigree.table,
        "pedigree_factors": indices.pedigree.factors,
        "basic_uncertainty": indices.pedigree.basic,
    }


def print_global_indices(console: Console, footprints: Footprints, indices: GlobalIndices) -> None:
    """Print what a few numbers explain of the variance of a score, how well that is known, and gaps."""
    part = "" if indices.stage == "total" else f", {indices.stage.replace('_', ' ')}"
    total = f"{format_value(indices.total)} {indices.unit} per {indices.per}"
    console.print(f"[bold]{escape(f'{indices.indicator} of {indices.name}{part}')}[/bold]: {escape(total)}")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("exchange, factor or mix", overflow="fold")
    for name in ("first order", "+/-", "total", "+/-"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = indices.table.to_pylist()
    for row in rows:
        names = ("first_order", "first_order_half_width", "total", "total_half_width")
        table.add_row(Text(row["part"]), *(_percent(row[name]) for name in names))
    print_whole(console, table)
    console.print("first order: share of the variance that goes where the number is known exactly.")
    console.print("total: share that stays where all but it is known; what it is above first order")
    console.print("comes of it together with others. +/-: half of the 95 % interval, by bootstrap.")
    console.print(
        f"{indices.samples} samples, {indices.evaluations} scores, seed {indices.seed}; Sobol indices, by SALib."
    )
    if any(row[name] is None or row[name] > WIDE for row in rows for name in row if name.endswith("_half_width")):
        console.print(f"[yellow]Some are not known well: --samples {2 * indices.samples} narrows them.[/yellow]")
    if indices.status != "complete":
        console.print(f"Status of the score: {indices.status.replace('_', ' ')}.")
    print_remarks(console, footprints, (indices.activity, indices.indicator))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
