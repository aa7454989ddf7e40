"""The commands. Numeric libraries are imported inside them, so that `--help` answers at once.

Exit 0: done and well. 1: done, and the answer is no. 2: bad input or usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.errors import LcaError
from lcaengine.version import __version__

if TYPE_CHECKING:
    from rich.console import Console

    from lcaengine.method import Method

__all__ = ["app", "main"]

app = typer.Typer(
    help="Energy, water and greenhouse gases per kilogram, for every supplier and product of an inventory at once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Place = Annotated[str, typer.Argument(metavar="INVENTORY", help="Folder, zip, URI, or example:NAME.")]
MethodName = Annotated[str, typer.Option("--method", help="Method by name (core, core/1.0-ar5), or a folder.")]
Unlinked = Annotated[str, typer.Option(help="An input nobody supplies: refuse, or cutoff (left out and counted).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line; an error of the engine is a message and exit code 2, never a traceback."""
    try:
        app()
    except LcaError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)


@app.callback(invoke_without_command=True)
def _start(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"lcaengine {__version__}")
        raise typer.Exit


@app.command()
def check(
    inventory: Place,
    method: Annotated[str | None, typer.Option("--method", help="Match this method's factors too.")] = None,
    unlinked: Unlinked = "refuse",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write findings to .json, .csv or .parquet.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List all findings of an inventory at once: code, table, row, column, value, what to do."""
    from lcaengine.checking import check as check_inventory
    from lcaengine.reports.findings import write_findings
    from lcaengine.reports.terminal import print_findings

    _allow("--unlinked", unlinked, ("refuse", "cutoff"))
    place = _find_place(inventory)
    findings = check_inventory(place, _read_method(method) if method else None, unlinked)
    if output is not None:
        write_findings(findings, output)
    if as_json:
        typer.echo(findings.to_json())
    else:
        print_findings(_console(), findings, inventory, 100)
    if findings.blockers():
        raise typer.Exit(1)


@app.command()
def score(
    inventory: Place,
    method: MethodName = "core",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write .parquet, .csv, .json or .xlsx.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="One row an activity, in the file.")] = False,
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Show this one; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every activity, not only end products.")] = False,
    unlinked: Unlinked = "refuse",
    as_json: AsJson = False,
) -> None:
    """Score every supplier, product and stage of an inventory."""
    from lcaengine.findings import Findings
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.footprints.score import try_score
    from lcaengine.reports.terminal import print_findings, print_footprints
    from lcaengine.reports.write import describe_run, write_results

    _allow("--unlinked", unlinked, ("refuse", "cutoff"))
    findings = Findings()
    footprints = try_score(_find_place(inventory), _read_method(method), unlinked, findings)
    if footprints is None:
        if as_json:
            typer.echo(findings.to_json())
        else:
            print_findings(_console(stderr=True), findings, inventory, 20)
        raise typer.Exit(1)
    known = [each.id for each in footprints.method.indicators]
    shown = footprints.select(indicator or [name for name in HEADLINES if name in known] or known[:3])
    files = [] if output is None else write_results(footprints, output, wide)
    if as_json:
        rows = footprints.to_arrow().to_pylist()
        if indicator:
            rows = [row for row in rows if row["indicator"] in indicator]
        typer.echo(json.dumps({"run": describe_run(footprints), "results": rows}, ensure_ascii=False, allow_nan=False))
    elif files:
        typer.echo(f"{len(footprints.system.activities)} activities written to {', '.join(str(f) for f in files)}")
    else:
        print_footprints(_console(), footprints, shown, everything)


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the methods that come with the engine, and their indicators."""
    from lcaengine.method import list_methods, read_method
    from lcaengine.reports.terminal import print_rows

    found = [read_method(name, version) for name, version in list_methods()]
    if as_json:
        typer.echo(json.dumps([_describe_method(each) for each in found], ensure_ascii=False))
        return
    console = _console()
    rows = [(m.label, m.gwp_set, str(len(m.indicators)), str(len(m.factors)), str(len(m.sources))) for m in found]
    print_rows(console, ("method", "GWP set", "indicators", "factors", "sources"), rows)
    latest = found[-1]
    console.print(f"Indicators of {latest.label}:")
    print_rows(console, ("indicator", "unit", "what"), [(i.id, i.unit.label, i.name) for i in latest.indicators])


@app.command()
def examples() -> None:
    """List the example inventories that come with the engine."""
    from lcaengine.io.shipped import find_example, list_examples

    for name in list_examples():
        typer.echo(f"example:{name}  {find_example(name)}")


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


def _find_place(inventory: str) -> str:
    if inventory.startswith("example:"):
        from lcaengine.io.shipped import find_example

        return str(find_example(inventory.removeprefix("example:")))
    return inventory


def _read_method(name: str) -> Method:
    from lcaengine.method import read_method

    return read_method(name)


def _allow(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise LcaError(f"{option} is {value!r}", "", f"write one of: {', '.join(allowed)}")


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)
