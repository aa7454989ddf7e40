"""Remarks beside draws: what the figures lack, and which amounts are not where their draws are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from lcaengine.footprints import Footprints
from lcaengine.reports.terminal import print_gaps, print_own_shares
from lcaengine.solve import show_activity
from lcaengine.uncertainty.precision import warn_of_few

__all__ = ["describe_off_center", "print_few", "print_remarks", "print_status"]

OFF_CENTER = "uncertainty_center"
"""Code of the finding that names an amount off the center of its distribution."""
MOST_NAMES = 3


def describe_off_center(footprints: Footprints) -> dict[str, object]:
    """Count the amounts that are off the center of their distribution, and name the first, for a run record.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    found = [each for each in footprints.warnings if each.code == OFF_CENTER]
    named = [each for each in found if each.row is not None]
    more = sum(int(each.value) for each in found if each.row is None)  # of many rows, the rest is one finding
    return {
        "amounts_off_center": len(named) + more,
        "first_off_center": named[0].where() if named else None,
    }


def print_remarks(console: Console, footprints: Footprints, figure: tuple[int, str] | None = None) -> None:
    """Print what the draws rest on: amounts off the center of their distribution, gaps, other places, warnings.

    Of one figure, an activity and an indicator, what is not supplied or of other places is told of it alone; the rest
    is of the whole inventory, and said to be.
    """
    off = describe_off_center(footprints)
    if figure is not None:
        print_own_shares(console, footprints, *figure)
        if off["amounts_off_center"] or footprints.gaps.table.num_rows or footprints.warnings:
            console.print("Of the whole inventory, not of this figure alone:")
    if off["amounts_off_center"]:
        console.print(
            f"[yellow]{off['amounts_off_center']} amount(s) are more than 1 % off the center of their distribution"
            f"[/yellow]: static values go by the amount, draws by the distribution; the first: "
            f"{escape(str(off['first_off_center']))}."
        )
    print_gaps(console, footprints, has_shares=figure is None)


def print_few(console: Console, draws: int) -> None:
    """Caution of an interval of few draws that have an answer; say nothing where there are enough."""
    few = warn_of_few(draws)
    if few:
        console.print(f"[yellow]{few}[/yellow]: what stands there is near the least and the largest draw.")


def print_status(
    console: Console, footprints: Footprints, activities: Sequence[int], indicators: Sequence[int]
) -> None:
    """Say which of the figures shown are not complete."""
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for k in indicators:
        by_status: dict[str, list[int]] = {}
        for activity in activities:
            by_status.setdefault(footprints.status_of(activity, k), []).append(activity)
        for status, some in by_status.items():
            if status != "complete":
                found.setdefault((status, tuple(some)), []).append(footprints.method.indicators[k].id)
    for (status, places), names in found.items():
        who = ", ".join(show_activity(footprints.system, activity) for activity in places[:MOST_NAMES])
        more = f" and {len(places) - MOST_NAMES} more" if len(places) > MOST_NAMES else ""
        shown = "all" if len(places) == len(activities) > 1 else who + more
        console.print(f"Status {status.replace('_', ' ')}: {escape(', '.join(names))} of {escape(shown)}.")
