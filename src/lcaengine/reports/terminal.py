"""Tables for a terminal 80 columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from lcaengine.findings import Finding, Findings, Severity
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import find_ends, format_value, list_lines, list_renewable, list_stages
from lcaengine.solve import show_activity

__all__ = [
    "hang",
    "open_table",
    "print_findings",
    "print_footprints",
    "print_gaps",
    "print_own_shares",
    "print_rows",
    "print_uncertain",
    "print_whole",
]

SHORT = {
    "scope_1": "scope 1",
    "scope_2": "scope 2",
    "extraction": "extract.",
    "processing": "process.",
    "assembly": "assemb.",
    "unassigned": "unassig.",
}
"""Stage names that fit a column."""
FEWEST_LETTERS, LONGEST_WORD = 12, 40
"""Letters of a name on a line, at least, and of a word that is not broken where a terminal is wide."""

UNSUPPLIED = "of the mass of inputs is supplied by nobody"
ELSEWHERE = "rests on products or factors of other places"


def print_footprints(console: Console, footprints: Footprints, indicators: Sequence[int], everything: bool) -> None:
    """Print the footprints by indicator: one line a product and maker, one column a stage or scope.

    Suppliers and locations may be many: these stand one a line.
    """
    for k in indicators:
        if footprints.by in ("supplier", "location"):
            _print_parts(console, footprints, k, everything)
        else:
            _print_stages(console, footprints, k, everything)
    if footprints.by == "stage" and any(footprints.method.indicators[k].unit.base == "MJ" for k in indicators):
        _print_renewable(console, footprints, everything)
    if footprints.by == "scope":
        console.print(
            "Gate to gate is scope 1 and scope 2; cradle to gate is the total. Markets and bills have no scope."
        )
    _print_notes(console, footprints, everything)


def _print_stages(console: Console, footprints: Footprints, k: int, everything: bool) -> None:
    indicator = footprints.method.indicators[k]
    lines = list_lines(footprints, k, everything)
    shown = list_stages(footprints, lines)
    table = open_table(f"{indicator.heading}, {indicator.unit.label}", [footprints.stages[s] for s in shown], "status")
    product = ""
    for line in lines:
        if line.product != product:
            product = line.product
            table.add_row(Text(product, style="bold"))
        values = [format_value(line.values[s]) for s in shown]
        table.add_row(Text(f"  {line.maker}"), *values, line.status)
    print_whole(console, table)


def _print_parts(console: Console, footprints: Footprints, k: int, everything: bool) -> None:
    """Print each figure with its parts below it, largest first."""
    indicator = footprints.method.indicators[k]
    table = open_table(f"{indicator.heading}, {indicator.unit.label}", [f"by {footprints.by}"], "status")
    for line in list_lines(footprints, k, everything):
        table.add_row(Text(f"{line.product}, {line.maker}", style="bold"), format_value(line.values[-1]), line.status)
        parts = [(v, name) for v, name in zip(line.values[:-1], footprints.stages[:-1], strict=True) if v]
        for value, name in sorted(parts, key=lambda each: -abs(each[0])):
            table.add_row(Text(f"  {name}"), format_value(value), "")
    print_whole(console, table)


def _print_renewable(console: Console, footprints: Footprints, everything: bool) -> None:
    """Print the renewable share of the electricity that labelled processes buy, where any is bought."""
    lines = list_renewable(footprints, everything)
    shown = [s for s in range(len(footprints.stages)) if any(line.values[s] is not None for line in lines)]
    if not shown:
        return
    table = open_table("renewable share of electricity, %", [footprints.stages[s] for s in shown])
    for line in lines:
        values = [format_value(None if v is None else 100 * v) for v in (line.values[s] for s in shown)]
        table.add_row(Text(f"{line.product}, {line.maker}"), *values)
    print_whole(console, table)


def open_table(first: str, others: Sequence[str], last: str = "") -> Table:
    """Open a table of one column of text, some of numbers, and one more of text where it is named."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(escape(first), overflow="fold")
    for name in others:
        table.add_column(escape(SHORT.get(name, name)), justify="right", no_wrap=True)
    if last:
        table.add_column(last, no_wrap=True)
    return table


def print_whole(console: Console, table: Table) -> None:
    """Print a table no narrower than its numbers: a number that is cut is a wrong number.

    A column of names gets what they leave; what is longer goes on below, indented, so that it is no row of its own.
    """
    widths = [_measure(console, column) for column in table.columns]
    needed = sum(2 + width for width in widths)
    names = [at for at, column in enumerate(table.columns) if not column.no_wrap]
    width = console.width
    if len(names) == 1:
        room = max(width - needed + widths[names[0]], FEWEST_LETTERS)
        table = _hang_names(table, names[0], room)
        needed += min(0, room - widths[names[0]])
    console.width = max(width, needed)
    console.print(table)
    console.width = width


def _measure(console: Console, column: Column) -> int:
    """Measure a column: whole where it is not wrapped, else its longest word."""
    texts = [console.measure(text) for text in (column.header, *column.cells)]
    return max(text.maximum if column.no_wrap else min(text.minimum, LONGEST_WORD) for text in texts)


def _hang_names(table: Table, at: int, room: int) -> Table:
    """Give a table with one column wrapped by hand, at so many letters."""
    hung = Table(box=table.box, pad_edge=table.pad_edge, collapse_padding=table.collapse_padding)
    for place, column in enumerate(table.columns):
        header = hang(column.header, room) if place == at else column.header
        hung.add_column(header, justify=column.justify, no_wrap=column.no_wrap, overflow=column.overflow)
    for row, cells in zip(table.rows, zip(*(column.cells for column in table.columns), strict=True), strict=True):
        shown = [hang(cell, room) if place == at else cell for place, cell in enumerate(cells)]
        hung.add_row(*shown, end_section=row.end_section)
    return hung


def hang(cell: RenderableType, room: int) -> RenderableType:
    """Wrap text at blanks, lines after the first two letters further in; a word longer than these at hyphens and such.

    Examples
    --------
    >>> hang(Text("  mountain_pass_refinery US-CA"), 18).plain.splitlines()
    ['  mountain_pass_', '    refinery US-CA']
    """
    text = Text.from_markup(cell) if isinstance(cell, str) else cell
    if not isinstance(text, Text) or text.cell_len <= room:
        return cell
    plain = text.plain
    indent = len(plain) - len(plain.lstrip())
    lines, further = [" " * indent], " " * min(indent + 2, room // 2)
    words = re.findall(r"\S*\s?", plain.lstrip())
    for part in (part for word in words for part in _split_word(word, room - len(further))):
        rest = part
        while rest:
            if cell_len(lines[-1]) + cell_len(rest.rstrip()) <= room:
                lines[-1] += rest
                break
            if lines[-1].strip():
                lines.append(further)
            else:  # a word longer than a line
                lines[-1] += rest[: room - len(further)]
                rest = rest[room - len(further) :]
    return Text("\n".join(line.rstrip() for line in lines), style=text.style)


def _split_word(word: str, room: int) -> list[str]:
    """Split a word that does not fit a line of its own, where one may be broken."""
    return [word] if cell_len(word.rstrip()) <= room else re.findall(r"[^\s_/,:-]*[\s_/,:-]?", word)


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
    print_gaps(console, footprints)


def print_gaps(console: Console, footprints: Footprints, has_shares: bool = True) -> None:
    """Say what the figures lack: gaps, what rests on other places, and how many warnings there are."""
    method = footprints.method
    gaps = footprints.gaps.table
    if gaps.num_rows:
        kinds = gaps.column("kind").to_pylist()
        counts = ", ".join(f"{kinds.count(kind)} {kind.replace('_', ' ')}(s)" for kind in sorted(set(kinds)))
        console.print(f"Gaps: {counts}; score -o FILE lists them.")
    if has_shares:
        _print_shares(console, footprints)
    options = footprints.system.policy.to_options() + ("" if method.name == "core" else f" --method {method.label}")
    if footprints.warnings:
        label = footprints.system.inventory.label
        console.print(f"{len(footprints.warnings)} warning(s): lcaengine check {escape(label + options)}")


def _print_shares(console: Console, footprints: Footprints) -> None:
    """Say how much of the end products is not supplied, and how much of their first indicator rests on other places."""
    ends = find_ends(footprints)
    k = max(0, footprints.method.find("ghg"))
    indicator = footprints.method.indicators[k].id
    for shares, what in (
        (footprints.unlinked_mass_share, UNSUPPLIED),
        (footprints.fallback_share[:, k], f"of {indicator} {ELSEWHERE}"),
    ):
        known = [(float(shares[a]), a) for a in ends if shares[a] > 0]
        if known:
            share, most = max(known, key=lambda each: (each[0], -each[1]))
            console.print(
                f"Up to {format_value(100 * share)} % {what} ({escape(show_activity(footprints.system, most))})."
            )


def print_own_shares(console: Console, footprints: Footprints, activity: int, indicator: str) -> None:
    """Say how much of one product is not supplied, and how much of one of its totals rests on other places."""
    (k,) = footprints.select([indicator])
    for share, what in (
        (float(footprints.unlinked_mass_share[activity]), UNSUPPLIED),
        (float(footprints.fallback_share[activity, k]), f"of its total {indicator} {ELSEWHERE}"),
    ):
        if share > 0:
            console.print(f"{format_value(100 * share)} % {what}.")


def print_findings(console: Console, findings: Findings, label: str, most: int) -> None:
    """Print all findings, blockers first, then how many there are."""
    blockers = findings.blockers()
    warnings = sorted(findings.warnings(), key=lambda each: each.row is not None)  # what sums up many rows first
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


def print_uncertain(console: Console, uncertain: Mapping[str, int] | None) -> None:
    """Print how many rows of each table are uncertain."""
    if uncertain is not None:
        counts = ", ".join(f"{count} of {table}" for table, count in uncertain.items() if count)
        console.print(f"Uncertain rows: {counts or 'none, nothing varies in draws'}.")


def print_rows(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table."""
    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
