"""Drivers of a score, on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lcaengine.cli.shared import note_few, present_tables
from lcaengine.cli.simulation import show_draws
from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from lcaengine.footprints import Footprints

__all__ = ["CUTOFF", "Asked", "check_asked", "show_drivers", "show_global_indices"]

CUTOFF = 0.01
"""Share below which parts are summed into a rest, where none is asked for [1]."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of drivers.

    Attributes
    ----------
    stage : str
    draws, seed : int
    pedigree : (str, str, float)
        Table, what its factors are, and the basic uncertainty.
    plot : Path, optional
        Where a picture goes.
    is_global : bool
        Whether global indices are asked for.
    samples : int
        Of these.
    """

    stage: str = "total"
    draws: int = 1000
    seed: int = 1
    pedigree: tuple[str, str, float] = ("ecoinvent-3", "gsd2", 1.05)
    plot: Path | None = None
    is_global: bool = False
    samples: int = 512


def check_asked(asked: Asked, drivers: bool, otherwise: bool, cutoff: float) -> None:
    """Refuse options of drivers without these, and drivers beside another way to take a figure apart."""
    if drivers and otherwise:
        raise LcaError("--drivers is given, and --sankey or --by too", "", "give one of them")
    if not drivers and asked != Asked():
        what = "--plot, --stage, --draws, --seed, --pedigree, --global and --samples are of --drivers"
        raise LcaError(what, "", "add --drivers, or leave them away")
    if not asked.is_global:
        if asked.samples != Asked().samples:
            raise LcaError("--samples is of --global", "", "add --global, or write --draws")
        return
    if asked.plot is not None or asked.draws != Asked().draws or cutoff != CUTOFF:
        what = "--global takes no --plot, --draws or --cutoff: it says what the five largest explain"
        raise LcaError(what, "", "leave them away; --samples says how many samples it takes")
    from lcaengine.uncertainty.variance_indices import check_samples

    check_samples(asked.samples)


def show_drivers(
    footprints: Footprints,
    ids: dict[str, str],
    indicator: str,
    cutoff: float,
    asked: Asked,
    output: Path | None,
    as_json: bool,
) -> None:
    """Find the drivers of one score, and write or print them."""
    from lcaengine.drivers import list_drivers
    from lcaengine.reports.drivers import describe_drivers, print_drivers
    from lcaengine.uncertainty import Pedigree

    found = list_drivers(
        footprints,
        **ids,
        indicator=indicator,
        stage=asked.stage,
        cutoff=cutoff,
        draws=asked.draws,
        seed=asked.seed,
        pedigree=Pedigree(*asked.pedigree),
        progress=show_draws(),
    )
    # What cannot be drawn is refused before anything is written.
    picture = None if asked.plot is None else found.plot()
    tables, about = {"drivers": found.table}, describe_drivers(footprints, found)
    present_tables(tables, about, output, as_json, lambda console: print_drivers(console, footprints, found))
    if output is not None and not as_json and found.simulated is not None and found.uncertain:
        note_few(found.simulated.answered)
    if picture is not None and asked.plot is not None:
        picture.save(asked.plot)
        typer.echo(f"picture written to {asked.plot}", err=as_json)


def show_global_indices(
    footprints: Footprints, ids: dict[str, str], indicator: str, asked: Asked, output: Path | None, as_json: bool
) -> None:
    """Find what the largest drivers of one score explain of its variance, and write or print that."""
    from lcaengine.drivers import find_global_indices
    from lcaengine.reports.global_indices import describe_global_indices, print_global_indices
    from lcaengine.uncertainty import Pedigree

    found = find_global_indices(
        footprints,
        process_id=ids["process_id"],
        product_id=ids["product_id"],
        supplier_id=ids["supplier_id"],
        location=ids["location"],
        indicator=indicator,
        stage=asked.stage,
        samples=asked.samples,
        seed=asked.seed,
        pedigree=Pedigree(*asked.pedigree),
        progress=show_draws(name="sample"),
    )
    about = describe_global_indices(footprints, found)
    tables = {"global_indices": found.table}
    present_tables(tables, about, output, as_json, lambda console: print_global_indices(console, footprints, found))
