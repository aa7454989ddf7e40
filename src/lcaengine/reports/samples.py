"""Samples for people, and as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lcaengine.footprints import Footprints
from lcaengine.footprints.display import format_value, name_shown
from lcaengine.reports.answer import write_answer, write_tables
from lcaengine.reports.remarks import describe_off_center, print_few, print_remarks, print_status
from lcaengine.reports.terminal import open_table, print_whole
from lcaengine.reports.write import describe_run
from lcaengine.results import Answer
from lcaengine.uncertainty import Samples, detach_samples, list_draws
from lcaengine.uncertainty.counts import say_uncertain
from lcaengine.uncertainty.precision import describe_precision, say_precision
from lcaengine.uncertainty.static import say_static
from lcaengine.uncertainty.unpaired import find_alike

__all__ = ["describe_samples", "print_samples", "write_samples"]

COLUMNS = ("median", "mean", "sd", "2.5 %", "97.5 %")


def print_samples(console: Console, samples: Samples, indicators: Sequence[int], everything: bool) -> None:
    """Print totals with their spread: one line a product and maker, a table an indicator."""
    footprints = samples.static
    for k in indicators:
        indicator, at = footprints.method.indicators[k], samples.indicators.index(k)
        table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        table.add_column(escape(f"{indicator.heading}, {indicator.unit.label}"), overflow="fold")
        for name in ("static", *COLUMNS):
            table.add_column(name, justify="right", no_wrap=True)
        product = ""
        for activity, made, maker in name_shown(footprints, everything):
            if made != product:
                product = made
                table.add_row(Text(product, style="bold"))
            low, median, high = samples.quantiles[activity, -1, at].tolist()
            mean, sd = float(samples.mean[activity, -1, at]), float(samples.sd[activity, -1, at])
            numbers = (float(footprints.value[activity, -1, k]), median, mean, sd, low, high)
            shown = [format_value(None if each != each else each) for each in numbers]  # NaN is not itself
            table.add_row(Text(f"  {maker}"), *shown)
        print_whole(console, table)
        if indicator.id in samples.limits:
            _print_limit(console, samples, k, everything)
    _print_notes(console, samples, indicators, everything)


def _print_limit(console: Console, samples: Samples, k: int, everything: bool) -> None:
    """Print in how many draws each total is at most the limit."""
    indicator, at = samples.static.method.indicators[k], samples.indicators.index(k)
    limit = f"{samples.limits[indicator.id]:g} {indicator.unit.label}"
    table = open_table(f"{indicator.heading}, at most {limit}", ["% of draws"])
    assert samples.p_limit is not None
    for activity, made, maker in name_shown(samples.static, everything):
        share = float(samples.p_limit[activity, -1, at])
        table.add_row(Text(f"{made}, {maker}"), "-" if share != share else f"{100 * share:.1f}")  # NaN is not itself
    print_whole(console, table)


def _print_notes(console: Console, samples: Samples, indicators: Sequence[int], everything: bool) -> None:
    footprints = samples.footprints
    inventory = footprints.system.inventory
    shown = [activity for activity, _, _ in name_shown(footprints, everything)]
    hidden = len(footprints.system.activities) - len(shown)
    more = f"; {hidden} other activities: --all, or -o FILE" if hidden else ""
    console.print(
        f"{escape(inventory.about.name)} {inventory.hash[:12]}, {escape(footprints.method.label)}, per unit of "
        f"product{more}."
    )
    if footprints.by != "stage":
        console.print(f"Totals are shown; their split by {footprints.by} is in the file: -o FILE.")
    if not samples.uncertain:
        console.print("[yellow]No row that is used states a distribution or a pedigree: nothing varies.[/yellow]")
    pedigree = samples.pedigree
    console.print(
        f"{samples.draws} draws of {_count_uncertain(samples)}, seed {samples.seed}; static values "
        f"{say_static(samples.static_values)}; pedigree {pedigree.table}, {pedigree.factors}, basic {pedigree.basic:g}."
    )
    alike = _count_alike(samples)
    if alike:
        console.print(
            f"[yellow]{alike} uncertain rows are alike in process, flow, direction, provider and location[/yellow]: "
            "which of them takes which draw goes by comment, source and amount; lcaengine check names the first."
        )
    if samples.uncertain:
        answered = samples.draws - len(samples.infeasible)
        console.print(f"{say_precision(answered)}.")
        print_few(console, answered)
    if samples.infeasible:
        draw, why = min(samples.infeasible.items())
        console.print(
            f"[yellow]{len(samples.infeasible)} draw(s) have no answer and are left out[/yellow]: in draw {draw}, "
            f"{escape(why)}."
        )
    lacking = list_without_moments(footprints)
    if lacking:
        more = f" and {len(lacking) - 1} other(s)" if len(lacking) > 1 else ""
        console.print(
            f"[yellow]{escape(lacking[0])}{more}[/yellow]: of what rests on it, only quantiles mean something."
        )
    slow = f"; {samples.slow} draw(s) by factorization" if samples.slow else ""
    console.print(f"Every draw verified: componentwise backward error at most {samples.residual:.1e}{slow}.")
    print_status(console, footprints, shown, indicators)
    print_remarks(console, footprints)


def _count_uncertain(samples: Samples) -> str:
    """Say how many rows are uncertain, and of which tables where these are not exchanges alone."""
    counts = samples.uncertain_by_table
    if samples.uncertain == counts["exchanges"]:
        return say_uncertain(samples.uncertain, "exchange")
    listed = ", ".join(f"{name} {n}" for name, n in counts.items() if n)
    return f"{say_uncertain(samples.uncertain, 'row')} ({listed})"


def _count_alike(samples: Samples) -> int:
    """Count uncertain exchanges that have others of their identity."""
    return len(find_alike(samples.footprints.system.inventory, samples.pedigree))


def list_without_moments(footprints: Footprints) -> list[str]:
    """List the rows whose distribution has no mean, or no standard deviation."""
    return [
        f"{each.table} row {each.row}: {each.what.partition(':')[0]}"
        for each in footprints.warnings
        if each.code == "uncertainty_moments"
    ]


def describe_samples(samples: Samples) -> dict[str, object]:
    """Describe how the numbers came about, draws included.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    return {
        **describe_run(samples.footprints),
        **describe_off_center(samples.footprints),
        "draws": samples.draws,
        "seed": samples.seed,
        **{f"uncertain_{table}": count for table, count in samples.uncertain_by_table.items()},
        "alike_rows": _count_alike(samples),
        "static_values": samples.static_values,
        **({"limits": dict(samples.limits)} if samples.limits else {}),
        "pedigree_table": samples.pedigree.table,
        "pedigree_factors": samples.pedigree.factors,
        "basic_uncertainty": samples.pedigree.basic,
        **({"without_moments": lacking} if (lacking := list_without_moments(samples.footprints)) else {}),
        "draws_without_answer": len(samples.infeasible),
        "draws_factorized": samples.slow,
        "residual_of_draws": samples.residual,
        **describe_precision(samples.draws - len(samples.infeasible)),
    }


def write_samples(samples: Samples, path: Path, wide: bool = False, each: bool = False) -> list[Path]:
    """Write the result table with its statistics, gaps and completeness; and the draws one by one, if asked for.

    Parameters
    ----------
    samples : Samples
    path : Path
        ``out.parquet``, ``.csv``, ``.json`` or ``.xlsx``.
    wide : bool
        One row an activity.
    each : bool
        Whether the draws that are kept go to ``out.draws.parquet``, with the same record of the run.

    Returns
    -------
    list of Path
        The files written.
    """
    footprints = samples.footprints
    about = describe_samples(samples)
    answer = Answer(detach_samples(samples), footprints.gaps.table, about, footprints.method.sources)
    files = write_answer(answer, path, wide)
    if each:
        files += write_tables(path.with_name(f"{path.stem}.draws.parquet"), {"draws": list_draws(samples)}, about)
    return files
