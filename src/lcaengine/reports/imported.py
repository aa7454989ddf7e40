"""The report of an import, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.markup import escape

from lcaengine.formats.imported import Imported
from lcaengine.reports.terminal import print_rows

__all__ = ["print_import", "print_links"]

SHOWN = 12
CANDIDATES = 3


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


def print_links(console: Console, table: pa.Table, files: Sequence[Path]) -> None:
    """Print how many inputs find no provider, those of most rows with their candidates, and what to do."""
    rows = table.to_pylist()
    starved = [row for row in rows if row["process_id"]]
    rows = [row for row in rows if not row["process_id"]]
    requests = {(row["flow_id"], row["asked_at"]): row["rows"] for row in rows}
    bare = sum(row["provider_id"] is None for row in rows)
    console.print(
        f"{sum(requests.values()):,} input(s) of {len(requests):,} flow(s) and place(s) find no provider, or several; "
        f"for {bare:,} of these nobody is called alike."
    )
    for row in starved[:SHOWN]:
        console.print(escape(f"\n{row['flow_name']} of {row['process_id']}\n  {row['reason']}"))
    most = sorted(requests, key=lambda request: -requests[request])[:SHOWN]
    for flow_id, place in most:
        own = [row for row in rows if (row["flow_id"], row["asked_at"]) == (flow_id, place)]
        console.print(escape(f"\n{own[0]['flow_name']} at {place} ({own[0]['rows']:,} rows)"))
        for row in own[:CANDIDATES]:
            named = f"{row['rank']}. {row['provider_name']}: " if row["provider_id"] else ""
            console.print(escape(f"  {named}{row['reason']}"))
        if len(own) > CANDIDATES:
            console.print(f"  and {len(own) - CANDIDATES} more")
    if files:
        console.print(escape(f"\nWritten to {', '.join(map(str, files))}."))
        console.print("Write `use` under decision in the chosen rows, or `cutoff` to leave an input out, and who")
        console.print("decided and when; then")
        console.print("lcaengine links INVENTORY --apply FILE --to TARGET")
    elif rows:
        console.print("\nAll of them, to decide on: lcaengine links INVENTORY -o links.csv")
