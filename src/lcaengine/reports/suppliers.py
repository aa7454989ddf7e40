"""Drawn suppliers for a terminal 80 columns wide: the first of them, for results of a million stand in files."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lcaengine.footprints.display import HEADLINES, format_value
from lcaengine.method import Method
from lcaengine.reports.terminal import open_table, print_whole
from lcaengine.suppliers import Report
from lcaengine.suppliers.preview import Total, read_totals

__all__ = ["print_suppliers"]

MOST_SUPPLIERS = 10
"""How many suppliers are printed."""
COLUMNS = ("static", "mean", "sd", "2.5 %", "97.5 %")


def print_suppliers(console: Console, report: Report, method: Method, indicators: Sequence[str]) -> None:
    """Print totals of the first suppliers with their spread, a table an indicator, and where all others are.

    Parameters
    ----------
    console : rich.console.Console
    report : Report
        Of a job that draws.
    method : Method
    indicators : sequence of str
        Those that are shown; the headlines where none are named, and those with a limit.
    """
    totals = read_totals(report, MOST_SUPPLIERS)
    drawn = list(dict.fromkeys(each.indicator for each in totals))
    usual = [name for name in HEADLINES if name in drawn] or drawn[:3]
    limited = {each.indicator for each in totals if each.limit is not None}
    shown = [each for each in totals if each.indicator in (indicators or (*usual, *limited))]
    for name in drawn:
        _print_totals(console, method, [each for each in shown if each.indicator == name])
    _print_status(console, shown)
    left = report.every - len({each.process_id for each in totals})
    what = f"{left:,} more suppliers, and all of them by stage, are" if left else "All of them by stage are"
    console.print(f"{what} in {escape(report.target)}/results.")


def _print_totals(console: Console, method: Method, totals: Sequence[Total]) -> None:
    """Print one line a supplier, under its product."""
    if not totals:
        return
    first = totals[0]
    limit = [] if first.limit is None else [f"P(<= {first.limit:g})"]
    table = open_table(f"{method.name_indicator(first.indicator)}, {first.unit}", [*COLUMNS, *limit])
    product = ""
    for each in totals:
        made = f"{each.product_id}, per {each.per}"
        if made != product:
            product = made
            table.add_row(Text(product, style="bold"))
        numbers = map(format_value, (each.value, each.mean, each.sd, each.p2_5, each.p97_5))
        share = "-" if each.p_limit is None else f"{100 * each.p_limit:.1f} %"
        table.add_row(Text(f"  {each.process_id} {each.location}".rstrip()), *numbers, *([share] if limit else []))
    print_whole(console, table)


def _print_status(console: Console, totals: Sequence[Total]) -> None:
    """Say which of the figures shown are not complete."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in totals:
        if each.status != "complete":
            found.setdefault((each.status, each.process_id), []).append(each.indicator)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (status, process), indicators in found.items():
        alike.setdefault((status, tuple(indicators)), []).append(process)
    for (status, names), processes in alike.items():
        who = f"{', '.join(names)} of {', '.join(processes)}"
        console.print(f"Status {status.replace('_', ' ')}: {escape(who)}.")
