"""Elementary flows and what a method has for them, for a terminal."""

from __future__ import annotations

import pyarrow as pa
from rich.console import Console
from rich.markup import escape

from lcaengine.reports.terminal import print_rows
from lcaengine.system import count_flows

__all__ = ["print_flows"]

SHOWN = 60


def print_flows(console: Console, flows: pa.Table | None, method: str, with_list: bool) -> None:
    """Print how many elementary flows the method has factors for, and on request which, those without first."""
    if flows is None or not flows.num_rows:
        return
    if with_list:
        rows = [
            (each["status"], str(each["rows"]), each["direction"], _show(each), each["matched_by"], each["indicators"])
            for each in flows.slice(0, SHOWN).to_pylist()
        ]
        print_rows(console, ("", "rows", "direction", "elementary flow", "by", "indicators"), rows)
        if flows.num_rows > SHOWN:
            console.print(f"... and {flows.num_rows - SHOWN} more: --json or -o FILE lists them all")
    counts = count_flows(flows)
    matched = counts["matched_by_id"] + counts["matched_by_name"]
    more = "" if with_list else "; --flows lists them"
    console.print(
        f"Elementary flows by direction: {matched} of {counts['flows']} have factors in {escape(method)} "
        f"({counts['matched_by_id']} by id, {counts['matched_by_name']} by name): "
        f"{counts['exchanges_matched']:,} of {counts['exchanges']:,} exchanges. "
        f"{counts['uncharacterized']} have factors in another compartment, direction or unit only, "
        f"{counts['unmatched']} are named by no factor{more}."
    )


def _show(flow: dict[str, str]) -> str:
    place = "/".join(part for part in (flow["compartment"], flow["sub_compartment"]) if part)
    return f"{flow['name']} ({place})" if place else flow["name"]
