"""Draws, on the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from lcaengine.cli.shared import (
    Allocation,
    AsJson,
    BasicUncertainty,
    Basis,
    IndicatorNames,
    MaxFallback,
    MethodName,
    OpenWater,
    Output,
    PedigreeFactors,
    PedigreeTable,
    Place,
    Unlinked,
    list_written,
    open_console,
    presenting,
    print_json,
    score_or_exit,
)
from lcaengine.cli.start import start_lightly
from lcaengine.errors import LcaError
from lcaengine.policy import Policy

__all__ = ["simulate"]

QUIET = 1.0
"""How long work goes on before its progress is shown [s]."""


def simulate(
    inventory: Place,
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="How many draws.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="What the draws follow from.")] = 1,
    method: MethodName = "core",
    output: Output = None,
    wide: Annotated[bool, typer.Option("--wide", help="One row an activity, in the file.")] = False,
    each: Annotated[
        bool, typer.Option("--raw", help="Write each draw of end products, or of --keep, to FILE.draws.parquet.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="ID", help="--raw of this process or product; may be repeated."),
    ] = None,
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every activity, not only end products.")] = False,
    by: Annotated[str, typer.Option("--by", help="Split by stage, supplier or location.")] = "stage",
    pedigree: PedigreeTable = "ecoinvent-3",
    pedigree_factors: PedigreeFactors = "gsd2",
    basic_uncertainty: BasicUncertainty = 1.05,
    unlinked: Unlinked = "refuse",
    basis: Basis = "location",
    max_fallback: MaxFallback = "GLO",
    allocation: Allocation = "",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Score every supplier, product and stage in a thousand draws of all that is uncertain."""
    start_lightly()
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import read_method
    from lcaengine.reports.samples import describe_samples, print_samples, write_samples
    from lcaengine.uncertainty import Pedigree, check_choices, simulate_footprints

    if (wide or each) and output is None:
        raise LcaError("--wide and --raw are of a file, and no file is named", "", "add -o FILE, or leave them away")
    if keep and not each:
        raise LcaError("--keep says whose draws --raw writes", "", "add --raw, or leave --keep away")
    path = None if output is None else check_target(output, FORMATS, inventory)
    policy = Policy(unlinked, basis, max_fallback, allocation, open_water)
    spread = Pedigree(pedigree, pedigree_factors, basic_uncertainty)
    check_choices(draws, seed, by)
    footprints = score_or_exit(inventory, read_method(method), policy, as_json, by)
    known = [one.id for one in footprints.method.indicators]
    shown = indicator or [name for name in HEADLINES if name in known] or known[:3]
    drawn = indicator or ([] if path or as_json else shown)
    samples = simulate_footprints(footprints, draws, seed, spread, drawn, keep or [], show_draws())
    files = [] if path is None else write_samples(samples, path, wide, each)
    with presenting():
        if as_json:
            results = samples.to_arrow().to_pylist()
            print_json({"run": describe_samples(samples), "results": results})
        elif files:
            typer.echo(f"{len(samples.mean)} activities in {draws} draws written to {list_written(files)}")
            if samples.infeasible:
                draw, why = min(samples.infeasible.items())
                left = f"{len(samples.infeasible)} draw(s) have no answer and are left out"
                sys.stderr.write(f"note: {left}: in draw {draw}, {why}\n")
        else:
            print_samples(open_console(), samples, footprints.select(shown), everything)


def show_draws() -> Callable[[int, int], None]:
    """Give a function that tells on standard error how far the draws are, and how long they will take."""
    start = last = time.monotonic()
    is_terminal = sys.stderr.isatty()

    def show(done: int, draws: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - start < QUIET or done == 0 or (now - last < (0.2 if is_terminal else 5.0) and done != draws):
            return
        last = now
        left = (now - start) / done * (draws - done)
        text = f"draw {done} of {draws}, {done / (now - start):,.0f} a second, {left:,.0f} s left"
        end = "\n" if done == draws or not is_terminal else ""
        sys.stderr.write(f"\r{text[:78]:<78}{end}" if is_terminal else text + end)
        sys.stderr.flush()

    return show
