"""The report of an import, for a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from lcaengine.formats.imported import Imported
from lcaengine.reports.terminal import print_rows

__all__ = ["print_import"]

SHOWN = 12


def print_import(console: Console, imported: Imported, target: Path) -> None:
    """Print how many rows there are, what could not be carried, what was changed, and where all of it is written."""
    rows = [(name, f"{table.num_rows:,}") for name, table in imported.tables.items()]
    print_rows(console, ("table", "rows"), rows)
    for is_lost, title in ((True, "Could not be carried:"), (False, "Carried in another form:")):
        remarks = [each for each in imported.remarks if each.is_lost == is_lost]
        if remarks:
            console.print(f"\n{title}")
        for each in remarks[:SHOWN]:
            console.print(escape(f"  {each.count:,} x {each.what}"))
            console.print(escape(f"      such as {each.examples[0]}"), soft_wrap=False)
        if len(remarks) > SHOWN:
            console.print(f"  and {len(remarks) - SHOWN} more kinds")
    console.print(escape(f"\nWritten to {target}; the whole report is in {target / 'import' / 'report.json'}."))
    console.print(escape(f"Next: lcaengine check {target}"))
