"""Scenarios for a terminal 80 columns wide, and the record of their run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lcaengine.comparison import Alternative, PairedComparison
from lcaengine.footprints.detach import identify
from lcaengine.footprints.display import HEADLINES, format_value
from lcaengine.io.write import FORMATS, check_target
from lcaengine.reports.answer import write_tables
from lcaengine.reports.terminal import open_table, print_whole
from lcaengine.reports.write import describe_run
from lcaengine.scenarios import BASE, Scenarios
from lcaengine.scenarios.table import hash_changes, tabulate_changes

__all__ = [
    "add_spreads",
    "describe_scenarios",
    "list_tables",
    "print_changes",
    "print_scenarios",
    "write_scenarios",
]

_STILL = 1e-9
"""A change below this share of a score is rounding [1]."""
_MOST_REMARKS = 5
"""How many warnings are printed a scenario."""


def write_scenarios(found: Scenarios, target: str | Path, file: str | Path | None = None) -> list[Path]:
    """Write the results of scenarios, and beside them the changes, as they can be read again, and what is complete.

    Parameters
    ----------
    found : Scenarios
    target : str or Path
        ``out.parquet``, ``.csv``, ``.json`` or ``.xlsx``.
    file : str or Path, optional
        The table of changes, which is never written over.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        If the target cannot be written, or is a part of the inventory or the table of changes.
    """
    path = check_target(target, FORMATS, found.base.system.inventory.label, file or "")
    return write_tables(path, list_tables(found), describe_scenarios(found, file))


def list_tables(found: Scenarios) -> dict[str, pa.Table]:
    """List what is written of scenarios, by name."""
    return {"results": found.results, "changes": tabulate_changes(found.changes), "completeness": found.completeness}


def add_spreads(
    results: pa.Table, groups: Mapping[str, Sequence[Alternative]], compared: Mapping[str, PairedComparison]
) -> pa.Table:
    """Give results with mean and sd of the figures that were drawn, null of others.

    Parameters
    ----------
    results : pyarrow.Table
        Of scenarios.
    groups : dict of str to sequence of Alternative
        What was compared, named by scenario.
    compared : dict of str to PairedComparison
        By the same titles.

    Returns
    -------
    pyarrow.Table
    """
    names = ("scenario", "process_id", "product_id", "location", "indicator", _part_of(results), "per")
    found: dict[tuple[str, ...], tuple[float | None, float | None]] = {}
    for title, group in groups.items():
        for row in compared[title].spreads.to_pylist():
            (each,) = (one for one in group if one.name == row["alternative"])
            ids = identify(each.footprints, np.array([each.activity]))
            own = tuple(ids[name][0].as_py() for name in names[1:4])
            found[row["alternative"], *own, row["indicator"], row["stage"], row["per"]] = (row["mean"], row["sd"])
    keys = zip(*(results.column(name).to_pylist() for name in names), strict=True)
    drawn = [found.get(key, (None, None)) for key in keys]
    for at, name in enumerate(("mean", "sd")):
        results = results.append_column(name, pa.array([each[at] for each in drawn], pa.float64()))
    return results


def _part_of(results: pa.Table) -> str:
    return "stage" if "stage" in results.column_names else "part"


def describe_scenarios(found: Scenarios, file: str | Path | None = None) -> dict[str, object]:
    """Describe the run: of the base, what each scenario changes, and the hash of what it makes of the inventory."""
    scenarios: dict[str, object] = {}
    for name, changes in found.changes.items():
        refused = [f"{each.where()}: {each.what}. Do: {each.fix}" for each in found.refusals.get(name, [])]
        scenarios[name] = {
            "changes": [each.describe() for each in changes],
            "inventory_hash": found.hashes.get(name),
            "warnings": [f"{each.where()}: {each.what}" for each in found.warnings.get(name, ())],
            **({"refused": refused} if refused else {}),
        }
    return {
        "base": describe_run(found.base),
        **({} if file is None else {"changes": str(file), "changes_sha256": hash_changes(file)}),
        "scenarios": scenarios,
    }


def print_scenarios(console: Console, found: Scenarios, indicators: Sequence[str]) -> None:
    """Print the totals of the base and of every scenario, one table an indicator, and what each scenario changes."""
    known = [each.id for each in found.base.method.indicators]
    shown = indicators or [name for name in HEADLINES if name in known] or known[:1]
    rows = found.to_arrow(shown).to_pylist()
    for indicator in shown:
        mine = [row for row in rows if row["indicator"] == indicator]
        if mine:
            _print_indicator(console, found.base.method.name_indicator(indicator), mine)
    print_changes(console, found)


def print_changes(console: Console, found: Scenarios) -> None:
    """Print what each scenario changes, what there is to remark on it, and why it is not possible."""
    for name, changes in found.changes.items():
        console.print(f"[bold]{escape(name)}[/bold]: {escape('; '.join(each.describe() for each in changes))}")
        remarks = found.warnings.get(name, ())
        for each in remarks[:_MOST_REMARKS]:
            console.print(f"  warning [{each.code}] {each.where()}: {each.what}", markup=False)
        if len(remarks) > _MOST_REMARKS:
            console.print(f"  and {len(remarks) - _MOST_REMARKS} more warnings: -o FILE lists them")
        for refusal in found.refusals.get(name, [])[:1]:
            more = f" (and {len(found.refusals[name]) - 1} more)" if len(found.refusals[name]) > 1 else ""
            place = f"{refusal.where()}: " if refusal.row else ""
            console.print(f"  not possible: {place}{escape(refusal.what)}{more}. Do: {escape(refusal.fix)}.")


def _format_change(value: float) -> str:
    """Write a difference with three digits and its sign.

    Examples
    --------
    >>> _format_change(-0.876), _format_change(1234.5), _format_change(1.0)
    ('-0.876', '+1,234', '+1.00')
    """
    return f"{'+' if value > 0 else ''}{format_value(value)}"


def _print_indicator(console: Console, head: str, rows: Sequence[Mapping[str, Any]]) -> None:
    table = open_table(f"{head}, {rows[0]['unit']}", ["total", "change", "%"], "status")
    groups: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = (row["product_id"] or "bill of materials", row["per"], row["process_id"], row["location"])
        groups.setdefault(key, []).append(row)
    usual: dict[tuple[str, ...], str] = {}
    for product, per, *maker in groups:  # rows per kg, or per kg of a content, follow those per reference unit
        usual.setdefault((product, *maker), per)
    for (product, per, process_id, location), mine in groups.items():
        if usual[product, process_id, location] != per:
            continue
        name = f"{product}, per {per}, {process_id or 'market'} {location}".rstrip()
        table.add_row(Text(name, style="bold"))
        base = mine[0]["base"]
        table.add_row(Text(f"  {BASE}"), format_value(base), "", "", mine[0]["base_status"] or "")
        for row in mine:
            change, ratio = row["change"], row["ratio"]
            is_still = change is not None and abs(change) <= _STILL * abs(base or 0.0)
            moved = "" if change is None else "0" if is_still else _format_change(change)
            percent = "" if ratio is None or is_still else _format_change(100 * (ratio - 1))
            table.add_row(Text(f"  {row['scenario']}"), format_value(row["value"]), moved, percent, row["status"])
    print_whole(console, table)
