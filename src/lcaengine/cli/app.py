"""The commands. Numeric libraries are imported inside them, so that `--help` answers at once.

Exit 0: done and well. 1: done, and the answer is no. 2: bad input or usage.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.cli import analysis, exchange, export, links, questionnaire, simulation, whatif
from lcaengine.cli.scores import show_scores, write_scores
from lcaengine.cli.shared import (
    AsJson,
    IndicatorNames,
    MethodName,
    Place,
    open_console,
    presenting,
    print_json,
    score_or_exit,
    with_policy,
)
from lcaengine.cli.start import start_lightly
from lcaengine.cli.suppliers import Background, Cluster, Keep, Workers, score_parts
from lcaengine.errors import LcaError
from lcaengine.policy import Policy
from lcaengine.version import __version__

if TYPE_CHECKING:
    from lcaengine.method import Method

__all__ = ["app", "main"]

app = typer.Typer(
    help="Energy, water and greenhouse gases per kilogram, for every supplier and product of an inventory at once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

By = Annotated[str, typer.Option("--by", help="Split by stage, supplier, location or scope.")]


def main() -> None:
    """Run the command line; an error of the engine is a message and exit code 2, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an id the terminal cannot show is escaped, not an error
            stream.reconfigure(errors="backslashreplace")
    # A command is over before what goes in circles takes up room: looking for it is a tenth of a run on 20,000 rows.
    gc.set_threshold(200_000, 20, 100)
    atexit.register(gc.freeze)  # nor is it looked for at the end, when all of it goes
    try:
        app()
    except LcaError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    except MemoryError as error:
        sys.stderr.write(
            f"error: there is not enough memory: {error}\n  do:    ask for less at a time: draws, indicators\n"
        )
        sys.exit(2)
    except OSError as error:
        sys.stderr.write(f"error: {error}\n  do:    check the disk and what the output goes to\n")
        sys.stderr.flush()
        os._exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)


@app.callback(invoke_without_command=True)
def _start(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"lcaengine {__version__}")
        raise typer.Exit


@app.command()
@with_policy
def check(
    inventory: Place,
    method: MethodName = "core",
    policy: Policy = Policy(),
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write findings to .json, .csv or .parquet.")
    ] = None,
    flows: Annotated[
        bool, typer.Option("--flows", help="List elementary flows too, and what the method has for each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List all findings of an inventory at once: code, table, row, column, value, what to do."""
    start_lightly()
    from lcaengine.checking import examine
    from lcaengine.io.write import check_target
    from lcaengine.method import find_method
    from lcaengine.reports.findings import FINDINGS, describe_check, write_check
    from lcaengine.reports.flows import print_flows
    from lcaengine.reports.terminal import print_findings, print_uncertain

    if output is not None:
        check_target(output, FINDINGS, inventory, find_method(method))
    checked = examine(inventory, method, policy)
    if output is not None:
        write_check(checked, output, inventory, flows)
    with presenting():
        if as_json:
            print_json(describe_check(checked) if flows else checked.findings.to_dicts())
        else:
            console = open_console()
            print_findings(console, checked.findings, inventory, 100)
            print_uncertain(console, checked.uncertain)
            print_flows(console, checked.flows, method, flows)
    if checked.findings.blockers():
        raise typer.Exit(1)


@app.command()
@with_policy
def score(
    inventory: Place,
    method: MethodName = "core",
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write .parquet, .csv, .json or .xlsx; of suppliers, a folder.")
    ] = None,
    wide: Annotated[bool, typer.Option("--wide", help="One row an activity, in the file.")] = False,
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every activity, not only end products.")] = False,
    by: By = "stage",
    quality: Annotated[
        bool, typer.Option("--quality", help="Rate the data by pedigree: PEF's DQR, and the share that is rated.")
    ] = False,
    background: Background = None,
    workers: Workers = None,
    cluster: Cluster = None,
    keep: Keep = True,
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Score every supplier, product and stage of an inventory."""
    start_lightly()
    if background is not None:
        if by != "stage" or indicator or everything or quality:
            what = "suppliers in parts are scored by stage, in all indicators, and not rated"
            raise LcaError(what, "", "leave --by, --indicator, --all, --quality away")
        score_parts(inventory, background, output, method, policy, wide, as_json, keep, workers, cluster)
        return
    if workers is not None or cluster is not None:
        raise LcaError("--workers and --cluster are for suppliers in parts", "", "add --background, or leave them away")
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method, read_method

    if wide and output is None:
        raise LcaError("--wide is a layout of a file, and no file is named", "", "add -o FILE, or leave --wide away")
    if output is not None:
        check_target(output, FORMATS, inventory, find_method(method))
        if not (as_json or indicator or everything or quality):
            write_scores(inventory, read_method(method), policy, by, output, wide, keep)
            return
    footprints = score_or_exit(inventory, read_method(method), policy, as_json, by)
    show_scores(footprints, output, wide, indicator or [], everything, quality, as_json)


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the methods that come with the engine, and their indicators."""
    from lcaengine.method import list_methods, read_method

    found = [read_method(name, version) for name, version in list_methods()]
    with presenting():
        if as_json:
            print_json([_describe_method(each) for each in found])
        else:
            _print_methods(found)


@app.command()
def examples() -> None:
    """List the example inventories that come with the engine."""
    from lcaengine.io.shipped import find_example, list_examples

    with presenting():
        for name in list_examples():
            typer.echo(f"example:{name}  {find_example(name)}")


def _print_methods(found: list[Method]) -> None:
    from lcaengine.reports.terminal import print_rows

    console = open_console()
    rows = [(m.label, m.gwp_set, str(len(m.indicators)), str(len(m.factors)), str(len(m.sources))) for m in found]
    print_rows(console, ("method", "GWP set", "indicators", "factors", "sources"), rows)
    for latest in {each.name: each for each in found}.values():  # the last of a name is its latest version
        console.print(f"Indicators of {latest.label}:")
        print_rows(console, ("indicator", "unit", "what"), [(i.id, i.unit.label, i.name) for i in latest.indicators])


def _describe_method(method: Method) -> dict[str, object]:
    return {
        "method": method.label,
        "gwp_set": method.gwp_set,
        "hash": method.hash,
        "citation": method.citation,
        "indicators": [
            {"indicator": i.id, "unit": i.unit.label, "description": i.description} for i in method.indicators
        ],
        "sources": dict(method.sources),
    }


for _command in (simulation.simulate, analysis.contributions, analysis.compare, analysis.diff):
    app.command()(_command)
app.command()(whatif.whatif)
app.command("import")(exchange.import_)
app.command("export")(export.export)
app.command()(export.template)
app.command()(links.links)
app.command()(questionnaire.questionnaire)
