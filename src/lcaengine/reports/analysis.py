"""Contributions, comparisons and differences for a terminal 80 columns wide, and the record of their run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.chains import Contributions, Sankey
from lcaengine.comparison import Comparison, Difference
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import HEADLINES, format_value
from lcaengine.inventory.inventory import show_id
from lcaengine.method import Method
from lcaengine.reports.terminal import print_whole
from lcaengine.reports.write import describe_run

__all__ = [
    "describe_comparison",
    "describe_difference",
    "describe_figure",
    "print_comparison",
    "print_contributions",
    "print_difference",
    "print_refusals",
    "print_sankey",
]

MOST_ROWS = 40
"""How many edges of a Sankey are printed."""
WORDS = {"elementary": "", "energy bought": "energy bought as", "reference": "makes", "share": "share of"}
"""Kinds of changes as they read before a flow."""
STILL = 1e-9
"""A change below this share of a score is rounding [1]."""
MOST_EFFECTS = 5
"""How many effects of a change are printed a score."""


def describe_figure(footprints: Footprints, figure: Contributions | Sankey) -> dict[str, object]:
    """Describe the run and the figure that is taken apart."""
    of = {"figure": figure.name, "indicator": figure.indicator, "unit": figure.unit, "per": figure.per}
    more = {"by": figure.by, "status": figure.status} if isinstance(figure, Contributions) else {}
    return {**describe_run(footprints), **of, "total": figure.total, **more}


def describe_comparison(compared: Comparison) -> dict[str, dict[str, Any]]:
    """Describe the run of every policy, and why some cannot be applied."""
    runs = {n: describe_run(f) for n, f in zip(compared.names, compared.footprints, strict=True) if f is not None}
    refusals = {name: [f"{f.what}. Do: {f.fix}" for f in found] for name, found in compared.refusals.items()}
    return {"policies": runs, "refused": refusals}


def describe_difference(old: Footprints, new: Footprints) -> dict[str, object]:
    """Describe the runs of both versions."""
    return {"old": describe_run(old), "new": describe_run(new)}


def print_contributions(console: Console, footprints: Footprints, parts: Contributions) -> None:
    """Print the parts of a figure, and what is missing from its chain."""
    rows = parts.table.to_pylist()
    has_amounts = any(row["amount"] is not None for row in rows)
    _print_title(console, footprints, parts)
    table = _open_table(f"by {parts.by}", *(["amount"] if has_amounts else []), parts.unit, "share")
    for row in rows:
        count = f" ({row['parts']})" if row["part"].startswith("rest, ") else ""
        unit = f" {row['amount_unit']}" if row["amount_unit"] else ""
        amount = "" if row["amount"] is None else f"{format_value(row['amount'])}{unit}"
        amounts = [amount] if has_amounts else []
        table.add_row(Text(row["part"] + count), *amounts, format_value(row["value"]), _percent(row["share"]))
    table.add_section()
    empty = [""] if has_amounts else []
    table.add_row(Text(f"total, per {parts.per}", style="bold"), *empty, format_value(parts.total), "")
    print_whole(console, table)
    if parts.by == "scope" and all(row["part"] == "unassigned" for row in rows):
        console.print("Markets, bills and processes without a stage have no scope.")
    if parts.status != "complete":
        console.print(f"Status: {parts.status.replace('_', ' ')}.")
    _print_gaps(console, parts)


def _print_title(console: Console, footprints: Footprints, figure: Contributions | Sankey) -> None:
    head = footprints.method.name_indicator(figure.indicator)
    total = f"{format_value(figure.total)} {figure.unit} per {figure.per}"
    console.print(f"[bold]{escape(head)} of {escape(figure.name)}[/bold]: {escape(total)}")


def _print_gaps(console: Console, parts: Contributions) -> None:
    gaps = parts.gaps.to_pylist()
    for kind, what in (("unlinked_input", "Nobody supplies"), ("uncharacterized_flow", "Without a factor")):
        mine = [row for row in gaps if row["kind"] == kind]
        if mine:
            named = ", ".join(
                f"{format_value(r['amount'])} {r['unit']} {show_id(r['flow_id'], r['name'])}" for r in mine[:5]
            )
            more = f" and {len(mine) - 5} more" if len(mine) > 5 else ""
            console.print(f"{what}: {escape(named)}{more}.")


def print_sankey(console: Console, footprints: Footprints, flows: Sankey) -> None:
    """Print the edges of a Sankey, largest first."""
    _print_title(console, footprints, flows)
    table = _open_table("from", "to", flows.unit, "share")
    edges = flows.edges.to_pylist()
    for row in edges[:MOST_ROWS]:
        names = Text(row["source_name"]), Text(row["target_name"])
        table.add_row(*names, format_value(row["value"]), _percent(row["share"]))
    print_whole(console, table)
    more = f"; {len(edges) - MOST_ROWS} smaller edges: -o FILE" if len(edges) > MOST_ROWS else ""
    console.print(f"{flows.nodes.num_rows} nodes, {len(edges)} edges, loops taken off{more}.")


def print_comparison(console: Console, compared: Comparison, indicators: Sequence[str], everything: bool) -> None:
    """Print the totals under each policy side by side, one table an indicator."""
    rows = compared.to_arrow(everything, indicators).to_pylist()
    known = list(dict.fromkeys(row["indicator"] for row in rows))
    method = next(each.method for each in compared.footprints if each is not None)
    policies = [name for name in compared.names if name not in compared.refusals]
    for indicator in indicators or [name for name in HEADLINES if name in known] or known[:1]:
        mine = [row for row in rows if row["indicator"] == indicator]
        unit = f", {mine[0]['unit']}" if mine else ""
        heads = [name.removeprefix("allocation ").removeprefix("basis ") for name in policies]
        table = _open_table(f"{method.name_indicator(indicator)}{unit}", *heads, "spread")
        for product, makers in _group_by_product(mine).items():
            table.add_row(Text(product, style="bold"))
            for row in makers:
                who = f"  {row['process_id'] or 'market'} {row['location']}".rstrip()
                table.add_row(Text(who), *(format_value(row[p]) for p in policies), _percent(row["spread"]))
        print_whole(console, table)
    print_refusals(console, compared)


def print_refusals(console: Console, compared: Comparison) -> None:
    """Print which policies cannot be applied, and why."""
    for name, found in compared.refusals.items():
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        console.print(f"Not possible, {escape(name)}: {escape(found[0].what)}{more}. Do: {escape(found[0].fix)}.")


def _group_by_product(rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(f"{row['product_id'] or 'bill of materials'}, per {row['per']}", []).append(row)
    return groups


def print_difference(console: Console, method: Method, found: Difference) -> None:
    """Print every score that moved, and the exchanges that moved it."""
    keys = ("process_id", "product_id", "location", "indicator")
    effects: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in found.effects.to_pylist():
        effects.setdefault(tuple(row[key] for key in keys), []).append(row)
    still = 0
    for score in found.scores.to_pylist():
        mine = effects.get(tuple(score[key] for key in keys), [])
        old, new = score["old"], score["new"]
        if old == new or (old and new and abs(new - old) <= STILL * abs(old)):
            still += 1
            continue
        who = score["process_id"] or f"market {score['location']}"
        name = f"{method.name_indicator(score['indicator'])} of {score['product_id']} {who}".replace("  ", " ")
        change = "" if score["ratio"] is None else f" ({100 * (score['ratio'] - 1):+.3g} %)"
        values = f"{format_value(score['old'])} -> {format_value(score['new'])} {score['unit']} per {score['per']}"
        console.print(f"[bold]{escape(name)}[/bold]: {escape(values)}{change}")
        for row in mine[:MOST_EFFECTS]:
            via = f" from {row['provider']}" if row["provider"] else ""
            kind = WORDS.get(row["kind"], row["kind"])
            what = f"{row['changed_process_id']}: {kind} {row['flow_id']}{via}".replace("  ", " ")
            before, after = ("none" if row[a] is None else format_value(row[a]) for a in ("old_amount", "new_amount"))
            amounts = f"{before} -> {after} {row['amount_unit']}".rstrip()
            console.print(f"  {row['effect']:+.3g}  {escape(what)}, {escape(amounts)}")
        if len(mine) > MOST_EFFECTS:
            rest = sum(row["effect"] for row in mine[MOST_EFFECTS:])
            console.print(f"  {rest:+.3g}  {len(mine) - MOST_EFFECTS} more: -o FILE lists them")
    console.print(f"{found.scores.num_rows - still} score(s) moved, {still} did not.")


def _open_table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(escape(first), overflow="fold")
    for name in others:
        table.add_column(
            escape(name), justify="left" if name == "to" else "right", no_wrap=name != "to", overflow="fold"
        )
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
