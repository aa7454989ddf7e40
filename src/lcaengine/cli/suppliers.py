"""Suppliers in parts, on the command line."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lcaengine.cli.shared import open_console, presenting, print_json, show_blockers
from lcaengine.errors import DataError, LcaError
from lcaengine.policy import Policy

if TYPE_CHECKING:
    from lcaengine.findings import Finding
    from lcaengine.suppliers import Report
    from lcaengine.suppliers.drawing import Drawing

__all__ = ["Background", "Cluster", "Keep", "Results", "Workers", "read_limits", "score_parts", "simulate_parts"]

Background = Annotated[
    str | None,
    typer.Option("--background", metavar="INVENTORY", help="Score suppliers in parts against this; -o is a folder."),
]
Results = Annotated[
    str | None,
    typer.Option("-o", "--output", help="Write .parquet, .csv, .json or .xlsx; of suppliers, a folder."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Score parts in N processes; needs the extra dist.")
]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="Score parts on a Dask cluster, tcp://host:8786.")
]
Keep = Annotated[
    bool, typer.Option("--keep/--no-keep", help="Keep what was solved beside the inventory, and use it again.")
]

MOST_CODES = 6
"""How many kinds of warning a summary names."""
WIDTH = 79
"""Letters of its lines."""
QUIET = 1.0
"""How long work goes on before its progress is shown [s]."""


def score_parts(
    suppliers: str,
    background: str,
    output: str | None,
    method: str,
    policy: Policy,
    wide: bool,
    as_json: bool,
    keep: bool,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Score suppliers in parts against a background, and say what was written."""

    def run(folder: str) -> Report:
        if workers is None and cluster is None:
            from lcaengine.suppliers import score_suppliers

            return score_suppliers(suppliers, background, folder, method, policy, wide, show_rate(), keep)
        from lcaengine.cluster import score_on_cluster

        return score_on_cluster(
            suppliers, background, folder, method, policy, wide, show_rate(), address=cluster, workers=workers
        )

    _present(run, output, as_json)


def simulate_parts(
    suppliers: str,
    background: str,
    output: str | None,
    method: str,
    policy: Policy,
    wide: bool,
    as_json: bool,
    drawing: Drawing,
    show: Callable[[int, int], None],
    workers: int | None,
    cluster: str | None,
) -> None:
    """Draw suppliers in parts against draws of a background, show the first, and say what was written."""

    def run(folder: str) -> Report:
        if workers is None and cluster is None:
            from lcaengine.suppliers.simulation import draw_suppliers

            return draw_suppliers(suppliers, background, folder, method, drawing, policy, wide, show_rate(), show)
        from lcaengine.cluster import score_on_cluster

        return score_on_cluster(
            *(suppliers, background, folder, method, policy, wide, show_rate()),
            address=cluster,
            workers=workers,
            drawing=drawing,
            show=show,
        )

    def print_first(report: Report) -> None:
        from lcaengine.method import read_method
        from lcaengine.reports.suppliers import print_suppliers

        print_suppliers(open_console(), report, read_method(method), drawing.indicators)

    _present(run, output, as_json, print_first)


def read_limits(given: Sequence[str]) -> dict[str, float]:
    """Read limits such as ``ghg=5.5``.

    Raises
    ------
    LcaError
        If one is not written so, or stands twice.

    Examples
    --------
    >>> read_limits(["ghg=5.5", "energy = 80"])
    {'ghg': 5.5, 'energy': 80.0}
    """
    limits: dict[str, float] = {}
    for each in given:
        name, _, text = (part.strip() for part in each.partition("="))
        try:
            number = float(text)
        except ValueError as error:
            raise LcaError(f"{each!r} is no limit", "--limit", "write INDICATOR=NUMBER, as ghg=5.5") from error
        if name in limits:
            raise LcaError(f"{name} has two limits", "--limit", "leave one away")
        limits[name] = number
    return limits


def _present(
    run: Callable[[str], Report],
    output: str | None,
    as_json: bool,
    print_first: Callable[[Report], None] | None = None,
) -> None:
    """Run a job over parts, and say what came of it, or why nothing did."""
    if output is None:
        raise LcaError("results of suppliers are written in parts, and no folder is named", "", "add -o FOLDER")
    if output.lower().endswith((".parquet", ".csv", ".json", ".xlsx")):
        what = f"results of suppliers are written in parts, into a folder, and {output!r} is the name of a file"
        raise LcaError(what, output, "name a folder: -o FOLDER")
    try:
        report = run(output)
    except DataError as error:
        blockers = error.given if isinstance(error.given, tuple) else ()
        if not blockers:
            raise
        from lcaengine.findings import Findings

        show_blockers(Findings(list(blockers)), error.where, as_json)
        raise typer.Exit(1) from error
    with presenting():
        if as_json:
            print_json({**report.run, "target": report.target, "scored": report.suppliers, "resumed": report.resumed})
        else:
            if print_first is not None:
                print_first(report)
            typer.echo(describe(report))


def describe(report: Report) -> str:
    """Say in a line or two what came of a job."""
    text = f"{report.suppliers} suppliers written to {report.target}, parts: {report.parts - report.resumed}"
    if report.resumed:
        text += f"; {report.resumed} were there already"
    lines = summarize_warnings(report.warnings)
    return "\n".join(
        [text, *_describe_draws(report.run), *lines, *([f"All of them: {report.target}/run.json"] if lines else [])]
    )


def _describe_draws(run: Mapping[str, Any]) -> list[str]:
    """Say how draws came about, in a line or two; in none where nothing was drawn."""
    if "draws" not in run:
        return []
    from lcaengine.uncertainty.counts import say_uncertain

    own, theirs = run["uncertain_exchanges"], run["uncertain_in_background"]
    varies = f"{say_uncertain(own, 'exchange')}, {theirs} of the background"
    lines = [f"{run['draws']} draws, seed {run['seed']}: {varies}"]
    if not own + theirs:
        lines.append("No exchange states a distribution or a pedigree: nothing varies.")
    else:
        from lcaengine.uncertainty.precision import say_precision, warn_of_few

        answered = run["draws"] - run["draws_without_answer"]
        lines.append(say_precision(answered))
        few = warn_of_few(answered)
        lines += [few] if few else []
    if run["amounts_off_center"]:
        lines.append(f"{run['amounts_off_center']} amount(s) are more than 1 % off the center of their distribution")
        lines.append(_cut(f"  the first: {run['first_off_center']}"))
    if run["alike_rows"]:
        lines.append(f"{run['alike_rows']} uncertain rows are alike in process, flow, direction, provider, location:")
        lines.append("  which of them takes which draw goes by comment, source and amount")
    if run["draws_without_answer"]:
        lines.append(f"{run['draws_without_answer']} draw(s) of the background have no answer and are left out")
    return lines


def summarize_warnings(warnings: Sequence[Finding]) -> list[str]:
    """Name each code once, the most frequent first: how often, and where and what the first is, in a line each.

    Returns
    -------
    list of str
        None where there is no warning; else lines of at most 79 letters, few.
    """
    codes: Counter[str] = Counter()
    for each in warnings:
        codes[each.code] += each.count()
    lines = [f"{codes.total()} warning(s)"] if warnings else []
    for code, count in codes.most_common(MOST_CODES):
        first = next(each for each in warnings if each.code == code)
        lines += [_cut(f"  {count} x {code}, such as {first.where()}:"), _cut(f"    {' '.join(first.what.split())}")]
    if len(codes) > MOST_CODES:
        lines.append(f"  and {len(codes) - MOST_CODES} other kinds")
    return lines


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def show_rate() -> Callable[[int, int, int], None]:
    """Give a function that tells on standard error how far a job is, how fast it goes, and how long it will take."""
    start = last = time.monotonic()
    is_terminal = sys.stderr.isatty()
    before: list[int] = []

    def show(done: int, parts: int, suppliers: int) -> None:
        nonlocal last
        now = time.monotonic()
        before[:] = before or [done - 1]  # parts of an earlier run tell nothing of the rate
        if now - start < QUIET or (now - last < (0.2 if is_terminal else 5.0) and done != parts):
            return
        last, spent = now, now - start
        left = spent / (done - before[0]) * (parts - done)
        rate = f"{suppliers / spent:,.0f} suppliers/s"
        text = f"part {done} of {parts}: {suppliers} suppliers, {rate}, {_show_time(left)} left"
        end = "\n" if done == parts or not is_terminal else ""
        sys.stderr.write(f"\r{text[:78]:<78}{end}" if is_terminal else text + end)
        sys.stderr.flush()

    return show


def _show_time(seconds: float) -> str:
    """Write a duration.

    Examples
    --------
    >>> _show_time(3.2), _show_time(125), _show_time(7300)
    ('3 s', '2 min 5 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
