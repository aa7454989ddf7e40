"""What the commands share: their options, and how an answer is presented."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import wraps
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.policy import Policy

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

    from lcaengine.findings import Findings
    from lcaengine.footprints import Footprints
    from lcaengine.method import Method

__all__ = [
    "Allocation",
    "AsJson",
    "BasicUncertainty",
    "Basis",
    "Cutoff",
    "IndicatorNames",
    "MaxFallback",
    "MethodName",
    "OpenWater",
    "Output",
    "PedigreeFactors",
    "PedigreeTable",
    "Place",
    "Unlinked",
    "check_plot",
    "note_few",
    "open_console",
    "present_tables",
    "presenting",
    "print_json",
    "score_or_exit",
    "show_blockers",
    "with_policy",
]

Place = Annotated[str, typer.Argument(metavar="INVENTORY", help="Folder, zip, URI, or example:NAME.")]
MethodName = Annotated[str, typer.Option("--method", help="Method by name (core, core/1.0-ar5), or a folder.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write .parquet, .csv, .json or .xlsx.")]
IndicatorNames = Annotated[
    list[str] | None, typer.Option("--indicator", help="This one only, shown and written; may be repeated.")
]
Cutoff = Annotated[float, typer.Option(help="Parts below this share are summed into a rest.")]
Unlinked = Annotated[str, typer.Option(help="An input without one provider: refuse, or cutoff (left out, counted).")]
Basis = Annotated[str, typer.Option(help="Markets by location, or by contract with the residual mix.")]
MaxFallback = Annotated[str, typer.Option(help="How far a product or factor may come: country, region, RoW, GLO.")]
Allocation = Annotated[str, typer.Option(help="One rule for all co-products in place of the inventory's own.")]
OpenWater = Annotated[str, typer.Option(help="Water without a release: missing, consumed, or refuse.")]
PedigreeTable = Annotated[
    str, typer.Option("--pedigree", help="Table for pedigrees without a distribution: ecoinvent-3, ciroth-2016, none.")
]
PedigreeFactors = Annotated[str, typer.Option(help="What its factors are: gsd2 (squares) or gsd.")]
BasicUncertainty = Annotated[float, typer.Option(help="Basic uncertainty factor of these.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


_POLICY = {
    "unlinked": Unlinked,
    "basis": Basis,
    "max_fallback": MaxFallback,
    "allocation": Allocation,
    "open_water": OpenWater,
}


def with_policy(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a policy in place of its parameter `policy`."""
    signature, defaults = inspect.signature(command, eval_str=True), asdict(Policy())
    parameters: list[inspect.Parameter] = []
    for each in signature.parameters.values():
        if each.name == "policy":
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters += [
                inspect.Parameter(name, kind, default=defaults[name], annotation=option)
                for name, option in _POLICY.items()
            ]
        else:
            parameters.append(each.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @wraps(command)
    def run(**given: object) -> None:
        chosen = {name: str(given.pop(name)) for name in _POLICY}
        command(**given, policy=Policy(**chosen))

    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


_NOT_THERE = ("unknown_flow_id", "unknown_provider_id")
"""Codes of what another inventory may have."""


@contextmanager
def presenting() -> Iterator[None]:
    """Present an answer; a reader that has enough and leaves does not change it, nor the exit code that carries it."""
    try:
        yield
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:  # rich turns the first into the second
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BrokenPipeError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_json(content: object) -> None:
    """Print JSON; letters the output cannot carry are escaped the way JSON does."""
    plain = not str(getattr(sys.stdout, "encoding", "")).lower().startswith("utf")
    typer.echo(json.dumps(content, ensure_ascii=plain, allow_nan=False))


def open_console(stderr: bool = False) -> Console:
    """Open a console no narrower than numbers need."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    console.width = max(console.width, 72)  # narrower, numbers would be cut
    return console


def score_or_exit(
    inventory: str,
    method: Method,
    policy: Policy,
    as_json: bool,
    by: str = "stage",
    findings: Findings | None = None,
    is_last: bool = False,
) -> Footprints:
    """Score an inventory; where blockers forbid it, show them and exit with 1.

    Where scoring is the last that is asked of the inventory, its table of exchanges is let go once it is read: scoring
    goes by the exchanges in base units, and the table is as large again.
    """
    from lcaengine.findings import Findings
    from lcaengine.inventory import load_inventory

    found = Findings() if findings is None else findings
    # The compiler of the kernels takes as long to import as 20,000 activities to read: these are done side by side.
    importing = Thread(target=import_module, args=("lcaengine.footprints.score",), daemon=True)
    importing.start()
    try:
        tables = load_inventory(inventory, found)
    finally:
        importing.join()
    from lcaengine.footprints.score import score_inventory

    if is_last and tables is not None:
        tables = replace(tables, frames={name: each for name, each in tables.frames.items() if name != "exchanges"})
    footprints = None if tables is None else score_inventory(tables, method, policy, by, found)
    if footprints is None:
        show_blockers(found, inventory, as_json)
        if not as_json and any(each.code in _NOT_THERE for each in found.blockers()):
            sys.stderr.write(
                "If these are suppliers that draw on another inventory, name it: lcaengine score\n"
                f"{inventory} --background INVENTORY -o FOLDER\n"
            )
        raise typer.Exit(1)
    return footprints


def show_blockers(found: Findings, inventory: str, as_json: bool) -> None:
    """Show why an inventory cannot be scored."""
    from lcaengine.reports.terminal import print_findings

    with presenting():
        if as_json:
            print_json({"run": None, "findings": found.to_dicts()})
        else:
            print_findings(open_console(stderr=True), found, inventory, 20)


def present_tables(
    tables: Mapping[str, pa.Table],
    about: dict[str, object],
    output: Path | None,
    as_json: bool,
    show: Callable[[Console], None],
) -> None:
    """Write tables to a file where one is named; else print them as JSON, or as people read them."""
    from lcaengine.reports.answer import write_tables

    files = [] if output is None else write_tables(output, tables, about)
    with presenting():
        if as_json:
            print_json({"run": about, **{name: table.to_pylist() for name, table in tables.items()}})
        elif files:
            typer.echo(f"written to {list_written(files)}")
        else:
            show(open_console())


def check_plot(plot: Path, *sources: str | Path) -> None:
    """Refuse a picture that cannot be written, before anything is scored."""
    from lcaengine.io.write import check_target
    from lcaengine.plots import ENDINGS, require_matplotlib

    require_matplotlib()
    check_target(plot, ENDINGS, *sources)


def note_few(draws: int) -> None:
    """Caution on standard error, beside a file that is written, of intervals of few draws that have an answer."""
    from lcaengine.uncertainty.precision import warn_of_few

    few = warn_of_few(draws)
    if few:
        sys.stderr.write(f"note: {few}\n")


def list_written(files: Sequence[Path]) -> str:
    """Name the files that were written."""
    return ", ".join(str(file) for file in files)
