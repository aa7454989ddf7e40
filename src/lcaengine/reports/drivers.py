"""Drivers for a terminal 80 columns wide, and the record of their run."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.drivers import Drivers, Simulated
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import format_value
from lcaengine.reports.remarks import describe_off_center, print_few, print_remarks
from lcaengine.reports.terminal import print_whole
from lcaengine.reports.write import describe_run
from lcaengine.uncertainty.counts import say_uncertain
from lcaengine.uncertainty.precision import describe_precision

__all__ = ["describe_drivers", "print_drivers"]

MOST_UNCERTAIN, MOST_CERTAIN = 25, 10
"""How many exchanges are printed."""
MOST_FAR = 3
"""How many amounts that are not where their draws are."""
WITH_SHARES = ("markets", "allocation")
FAR = 0.1
"""From what difference on it is said that first order is off [1]."""


def describe_drivers(footprints: Footprints, drivers: Drivers) -> dict[str, object]:
    """Describe the run, the score, and its spread to first order and by draws.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    return {
        **describe_run(footprints),
        **describe_off_center(footprints),
        "figure": drivers.name,
        "indicator": drivers.indicator,
        "unit": drivers.unit,
        "per": drivers.per,
        "stage": drivers.stage,
        "status": drivers.status,
        "total": drivers.total,
        "uncertain": drivers.uncertain,
        "first_order": {"scale": drivers.scale, "sd": drivers.sd, "geometric_sd": drivers.geometric_sd},
        "far_from_draws": [asdict(each) for each in drivers.far],
        "simulated": _describe_draws(drivers.simulated),
        "pedigree_table": drivers.pedigree.table,
        "pedigree_factors": drivers.pedigree.factors,
        "basic_uncertainty": drivers.pedigree.basic,
    }


def _describe_draws(drawn: Simulated | None) -> dict[str, object] | None:
    """Describe what the draws say, and how well they know it; None where nothing is drawn."""
    return None if drawn is None else {**asdict(drawn), **describe_precision(drawn.answered)}


def print_drivers(console: Console, footprints: Footprints, drivers: Drivers) -> None:
    """Print the exchanges that drive a score, what its spread is, what a better measurement would buy, and gaps."""
    _print_figure(console, footprints.method.name_indicator(drivers.indicator), drivers)
    if drivers.status != "complete":
        console.print(f"Status of the score: {drivers.status.replace('_', ' ')}.")
    print_remarks(console, footprints, (drivers.activity, drivers.indicator))


def _print_figure(console: Console, head: str, drivers: Drivers) -> None:
    part = "" if drivers.stage == "total" else f", {drivers.stage.replace('_', ' ')}"
    total = f"{format_value(drivers.total)} {drivers.unit} per {drivers.per}"
    console.print(f"[bold]{escape(f'{head} of {drivers.name}{part}')}[/bold]: {escape(total)}")
    _print_rows(console, drivers)
    console.print("elasticity: by how many % the score moves where the amount moves by 1 %.")
    if any(row["table"] in WITH_SHARES and not row["amount_unit"] for row in drivers.table.to_pylist()):
        console.print("Where one share of a market or an allocation moves, the others give way.")
    if drivers.total < 0:
        console.print("The score is below zero: an elasticity above zero takes it further below, a rank up.")
    if not drivers.uncertain:
        console.print("[yellow]It rests on nothing that has a distribution or a pedigree: nothing varies.[/yellow]")
        return
    console.print("exact, halved: by how much its 95 % interval would narrow were the amount known")
    console.print("exactly, or with half its spread; to first order, as shares of the variance are.")
    if drivers.simulated is not None:
        console.print("rank: correlation of ranks of amount and score in the draws (Spearman).")
    if any(drivers.table["mix"].to_pylist()):
        console.print("mix, allocation: all of its shares as one, since these sum to one.")
        if drivers.simulated is not None:
            console.print("Its rank: of what all of them together move the score by.")
    _print_spread(console, drivers)


def _print_rows(console: Console, drivers: Drivers) -> None:
    """Print what varies, a mix with its shares, then what is certain and moves the score most."""
    if not drivers.table.num_rows:
        return
    rows, has_ranks = drivers.table.to_pylist(), drivers.simulated is not None
    rest = [row for row in rows if row["table"] is None]
    uncertain = [row for row in rows if row["score_sd"] is not None or row["mix"]]
    certain = [row for row in rows if row["table"] is not None and row["score_sd"] is None and not row["mix"]]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("exchange, factor or share", overflow="fold")
    for name in ("elasticity", "variance", *(("rank",) if has_ranks else ()), "exact", "halved"):
        table.add_column(name, justify="right", no_wrap=True)
    for some in (uncertain[:MOST_UNCERTAIN], certain[:MOST_CERTAIN], rest):
        for row in some:
            _add_row(table, row, has_ranks)
        table.add_section()
    print_whole(console, table)
    left = max(len(uncertain) - MOST_UNCERTAIN, 0) + max(len(certain) - MOST_CERTAIN, 0)
    if left:
        console.print(f"{left} more rows are not shown; -o FILE writes all of them.")


def _add_row(table: Table, row: dict[str, Any], has_ranks: bool) -> None:
    count = f", {row['parts']} row{'s' if row['parts'] != 1 else ''}" if row["table"] is None else ""
    name = f"  {row['part'].rpartition(': ')[2]}" if row["mix"] else row["part"]
    ranks = [_show(row["spearman"], "{:.2f}")] if has_ranks else []
    shares = [_percent(row[name]) for name in ("variance_share", "narrower_if_exact", "narrower_if_halved")]
    table.add_row(Text(name + count), _show(row["elasticity"], "{:.3f}"), shares[0], *ranks, *shares[1:])


def _print_spread(console: Console, drivers: Drivers) -> None:
    """Print the standard deviation to first order, and by draws."""
    geometric = "" if drivers.geometric_sd is None else f" (geometric {drivers.geometric_sd:.3g})"
    scale = "of logarithms" if drivers.geometric_sd is not None else "of amounts"
    console.print(
        f"sd {format_value(drivers.sd)}{geometric}, first order, {scale}; {say_uncertain(drivers.uncertain, 'number')}."
    )
    _print_far(console, drivers)
    drawn = drivers.simulated
    if drawn is None:
        return
    low, high = format_value(drawn.p2_5), format_value(drawn.p97_5)
    console.print(f"sd {format_value(drawn.sd)}, 95 % from {low} to {high}, in {drawn.draws} draws, seed {drawn.seed}.")
    if drawn.without_answer:
        console.print(f"[yellow]{drawn.without_answer} draw(s) have no answer and are left out.[/yellow]")
    print_few(console, drawn.answered)
    by_chance = 3.0 / math.sqrt(2.0 * max(drawn.answered - 1, 1))  # of an sd of so many draws
    if abs(drivers.sd - drawn.sd) > max(FAR, by_chance) * drawn.sd:
        gap = f"{100 * (drivers.sd / drawn.sd - 1):+.0f} %" if drawn.sd else "all of it"
        why = "it is around the score as written, the draws are not" if drivers.far else "spreads are wide"
        console.print(f"[yellow]First order is off by {gap}: {why}; go by the draws and the ranks.[/yellow]")


def _print_far(console: Console, drivers: Drivers) -> None:
    """Name the amounts that are not where their draws are, what moves the score most first."""
    for each in drivers.far[:MOST_FAR]:
        console.print(
            f"[yellow]not where its draws are[/yellow]: {escape(each.part)}: the amount is {format_value(each.amount)} "
            f"{escape(each.unit)}, its distribution lies around {format_value(each.center)}: see which is meant."
        )
    if len(drivers.far) > MOST_FAR:
        console.print(f"{len(drivers.far) - MOST_FAR} more amounts are not where their draws are: --json lists them.")


def _percent(share: float | None) -> str:
    return _show(None if share is None else 100 * share, "{:.1f} %")


def _show(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
