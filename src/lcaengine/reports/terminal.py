"""Tables for a terminal 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.findings import Finding, Findings, Severity
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import find_ends, format_value, list_lines, list_stages

__all__ = ["print_findings", "print_footprints", "print_rows"]

SHORT = {"extraction": "extract.", "processing": "process.", "assembly": "assemb.", "unassigned": "unassig."}
"""Stage names that fit a column."""


def print_footprints(console: Console, footprints: Footprints, indicators: Sequence[int], everything: bool) -> None:
    """Print the footprints by indicator: one line a product and maker, one column a stage."""
    for k in indicators:
        indicator = footprints.method.indicators[k]
        lines = list_lines(footprints, k, everything)
        shown = list_stages(footprints, lines)
        table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        table.add_column(f"{indicator.name}, {indicator.unit.label}", overflow="fold")
        for s in shown:
            stage = footprints.stages[s]
            table.add_column(SHORT.get(stage, stage), justify="right", no_wrap=True)
        table.add_column("status", no_wrap=True)
        product = ""
        for line in lines:
            if line.product != product:
                product = line.product
                table.add_row(Text(product, style="bold"))
            values = [format_value(line.values[s]) for s in shown]
            table.add_row(Text(f"  {line.maker}"), *values, line.status)
        _print_whole(console, table)
    _print_notes(console, footprints, everything)


def _print_whole(console: Console, table: Table) -> None:
    """Print a table no narrower than its numbers: a number that is cut is a wrong number."""
    needed = 0
    for at, column in enumerate(table.columns):
        texts = [console.measure(text) for text in (column.header, *column.cells)]
        needed += 3 + max(text.maximum if at else min(text.minimum, 40) for text in texts)
    width = console.width
    console.width = max(width, needed)
    console.print(table)
    console.width = width


def _print_notes(console: Console, footprints: Footprints, everything: bool) -> None:
    inventory, method = footprints.system.inventory, footprints.method
    hidden = len(footprints.system.activities) - (
        len(footprints.system.activities) if everything else len(find_ends(footprints))
    )
    more = f"; {hidden} other activities: --all, or -o FILE" if hidden else ""
    console.print(
        f"{escape(inventory.about.name)} {inventory.hash[:12]}, {escape(method.label)}, per unit of product{more}."
    )
    console.print(f"Every solve verified: componentwise backward error at most {footprints.residual:.1e}.")
    gaps = footprints.gaps.table
    if gaps.num_rows:
        kinds = gaps.column("kind").to_pylist()
        counts = ", ".join(f"{kinds.count(kind)} {kind.replace('_', ' ')}(s)" for kind in sorted(set(kinds)))
        console.print(f"Gaps: {counts}; -o FILE lists them.")
    if footprints.warnings:
        console.print(f"{len(footprints.warnings)} warning(s): lcaengine check {escape(inventory.label)}")


def print_findings(console: Console, findings: Findings, label: str, most: int) -> None:
    """Print all findings, blockers first, then how many there are."""
    blockers, warnings = findings.blockers(), findings.warnings()
    for finding in [*blockers, *warnings][:most]:
        _print_finding(console, finding)
    left = len(blockers) + len(warnings) - most
    if left > 0:
        console.print(f"... and {left} more: --json or -o FILE lists them all")
    verdict = "cannot be scored" if blockers else "can be scored"
    console.print(f"{escape(label)} {verdict}: {len(blockers)} blocker(s), {len(warnings)} warning(s).")


def _print_finding(console: Console, finding: Finding) -> None:
    color = "red" if finding.severity is Severity.BLOCKER else "yellow"
    console.print(f"[{color}]{finding.severity}[/{color}] {escape(finding.code)}: {escape(finding.where())}")
    console.print(f"    {escape(finding.what)}", highlight=False)
    console.print(f"    [dim]do: {escape(finding.fix)}[/dim]", highlight=False)


def print_rows(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table."""
    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
