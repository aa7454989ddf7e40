"""Draws, on the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.cli.shared import (
    AsJson,
    BasicUncertainty,
    MethodName,
    PedigreeFactors,
    PedigreeTable,
    Place,
    check_plot,
    list_written,
    note_few,
    open_console,
    presenting,
    print_json,
    score_or_exit,
    with_policy,
)
from lcaengine.cli.start import start_lightly
from lcaengine.cli.suppliers import Background, Cluster, Results, Workers, read_limits, simulate_parts
from lcaengine.errors import LcaError
from lcaengine.policy import Policy

if TYPE_CHECKING:
    from lcaengine.suppliers.drawing import Drawing
    from lcaengine.uncertainty import Samples

__all__ = ["simulate"]

QUIET = 1.0
"""How long work goes on before its progress is shown [s]."""


@with_policy
def simulate(
    inventory: Place,
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="How many draws.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="What the draws follow from.")] = 1,
    method: MethodName = "core",
    output: Results = None,
    wide: Annotated[bool, typer.Option("--wide", help="One row an activity, in the file.")] = False,
    each: Annotated[
        bool, typer.Option("--raw", help="Write each draw of end products, or --keep, to FILE.draws.parquet.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="ID", help="--raw and --plot of this, named as in compare; may be repeated."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw end products, or --keep: .png, .svg or .html.")
    ] = None,
    picture: Annotated[
        str | None, typer.Option(help="What --plot draws: intervals (as is), distributions or convergence.")
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", help="This one only is drawn, shown and written; may be repeated."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every activity, not only end products.")] = False,
    by: Annotated[str, typer.Option("--by", help="Split the file by stage, supplier or location.")] = "stage",
    background: Background = None,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", metavar="NAME=X", help="Share of draws with a total of at most X; may be repeated."),
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    pedigree: PedigreeTable = "ecoinvent-3",
    pedigree_factors: PedigreeFactors = "gsd2",
    basic_uncertainty: BasicUncertainty = 1.05,
    static: Annotated[
        str, typer.Option("--static", help="Static values: as written, or at medians or means.")
    ] = "written",
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Score every supplier, product and stage in a thousand draws of all that is uncertain."""
    start_lightly()
    if background is not None:
        if by != "stage" or everything or each or keep or plot or picture or static != "written":
            what = "suppliers in parts are drawn by stage, static values as written, and of draws statistics are kept"
            raise LcaError(what, "", "leave --by, --all, --raw, --keep, --plot, --static away")
        spread = (pedigree, pedigree_factors, basic_uncertainty)
        drawing = _make_drawing(draws, seed, spread, indicator or [], limit or [])
        given = (inventory, background, output, method, policy, wide, as_json)
        simulate_parts(*given, drawing, show_draws(), workers, cluster)
        return
    if workers is not None or cluster is not None:
        what = "--workers and --cluster are for suppliers in parts"
        raise LcaError(what, "", "add --background, or leave them away")
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method, read_method
    from lcaengine.reports.samples import write_samples
    from lcaengine.uncertainty import Pedigree, check_choices, simulate_footprints
    from lcaengine.uncertainty.pictures import PICTURES

    sources = inventory, find_method(method)
    _check_files(sources, output, wide, each, keep or [], plot, picture, indicator or [])
    path = None if output is None else check_target(output, FORMATS, *sources)
    spread_of = Pedigree(pedigree, pedigree_factors, basic_uncertainty)
    check_choices(draws, seed, by, static)
    footprints = score_or_exit(inventory, read_method(method), policy, as_json, by)
    known = [one.id for one in footprints.method.indicators]
    shown = indicator or [name for name in HEADLINES if name in known] or known[:3]
    limits = read_limits(limit or [])
    shown = shown if indicator else [*shown, *(name for name in limits if name in known and name not in shown)]
    drawn = indicator or ([] if path or as_json else shown)
    samples = simulate_footprints(footprints, draws, seed, spread_of, drawn, keep or [], show_draws(), static, limits)
    named = indicator[0] if indicator else ""
    drawn_picture = None if plot is None else samples.plot(picture or PICTURES[0], named, everything)
    files = [] if path is None else write_samples(samples, path, wide, each)
    if drawn_picture is not None and plot is not None:
        drawn_picture.save(plot)
    _present(samples, footprints.select(shown), files, plot, everything, as_json)


def _check_files(
    sources: tuple[str | Path, ...],
    output: str | None,
    wide: bool,
    each: bool,
    keep: Sequence[str],
    plot: Path | None,
    picture: str | None,
    indicators: Sequence[str],
) -> None:
    """Refuse options of a file that is not named, and a picture that cannot be drawn, before anything is."""
    from lcaengine.uncertainty.pictures import PICTURES, check_picture

    if (wide or each) and output is None:
        raise LcaError("--wide and --raw are of a file, and no file is named", "", "add -o FILE, or leave them away")
    if keep and not (each or plot):
        raise LcaError("--keep says whose draws --raw writes, and --plot draws", "", "add one, or leave --keep away")
    if plot is not None:
        check_plot(plot, *sources)
        check_picture(picture or PICTURES[0])
        if len(set(indicators)) > 1:
            raise LcaError("a picture is of one indicator", "--plot", "name one --indicator")
    elif picture is not None:
        raise LcaError("--picture is of a file, and no file is named", "", "add --plot FILE, or leave --picture away")


def _present(
    samples: Samples, shown: Sequence[int], files: Sequence[Path], plot: Path | None, everything: bool, as_json: bool
) -> None:
    """Print samples, or where they were written."""
    from lcaengine.reports.samples import describe_samples, print_samples

    with presenting():
        if as_json:
            results = samples.to_arrow().to_pylist()
            drawn = {samples.footprints.method.indicators[k].id for k in samples.indicators}
            complete = [row for row in samples.footprints.completeness.to_pylist() if row["indicator"] in drawn]
            tables = {"results": results, "completeness": complete, "gaps": samples.footprints.gaps.table.to_pylist()}
            print_json({"run": describe_samples(samples), **tables})
        elif files:
            typer.echo(f"{len(samples.mean)} activities in {samples.draws} draws written to {list_written(files)}")
            if samples.infeasible:
                draw, why = min(samples.infeasible.items())
                left = f"{len(samples.infeasible)} draw(s) have no answer and are left out"
                sys.stderr.write(f"note: {left}: in draw {draw}, {why}\n")
            if samples.uncertain:
                note_few(samples.draws - len(samples.infeasible))
        else:
            print_samples(open_console(), samples, shown, everything)
        if plot is not None:
            typer.echo(f"picture written to {plot}", err=as_json)


def _make_drawing(
    draws: int, seed: int, spread: tuple[str, str, float], indicators: list[str], limits: list[str]
) -> Drawing:
    from lcaengine.suppliers.simulation import make_drawing
    from lcaengine.uncertainty import Pedigree

    return make_drawing(draws, seed, Pedigree(*spread), indicators, read_limits(limits))


def show_draws(each: int = 0, name: str = "draw") -> Callable[[int, int], None]:
    """Give a function that tells on standard error how far the draws are, and how long they will take.

    Where several versions of an inventory are drawn, `each` so many times, it says which of them is.
    """
    start = last = time.monotonic()
    is_terminal = sys.stderr.isatty()

    def show(done: int, draws: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - start < QUIET or done == 0 or (now - last < (0.2 if is_terminal else 5.0) and done != draws):
            return
        last = now
        left = (now - start) / done * (draws - done)
        many, at = (draws // each, (done - 1) // each) if each else (1, 0)
        version = f", version {at + 1} of {many}" if many > 1 else ""
        of = f"{done - at * each} of {each}" if many > 1 else f"{done} of {draws}"
        text = f"{name} {of}{version}, {done / (now - start):,.0f} a second, {left:,.0f} s left"
        end = "\n" if done == draws or not is_terminal else ""
        sys.stderr.write(f"\r{text[:78]:<78}{end}" if is_terminal else text + end)
        sys.stderr.flush()

    return show
