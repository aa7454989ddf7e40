"""Drivers of a score, on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lcaengine.cli.shared import present_tables
from lcaengine.cli.simulation import show_draws
from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from lcaengine.footprints import Footprints

__all__ = ["Asked", "check_asked", "show_drivers"]


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
    """

    stage: str = "total"
    draws: int = 1000
    seed: int = 1
    pedigree: tuple[str, str, float] = ("ecoinvent-3", "gsd2", 1.05)
    plot: Path | None = None


def check_asked(asked: Asked, drivers: bool, otherwise: bool) -> None:
    """Refuse options of drivers without these, and drivers beside another way to take a figure apart."""
    if drivers and otherwise:
        raise LcaError("--drivers is given, and --sankey or --by too", "", "give one of them")
    if not drivers and asked != Asked():
        what = "--plot, --stage, --draws, --seed and --pedigree are of --drivers"
        raise LcaError(what, "", "add --drivers, or leave them away")


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
    if picture is not None and asked.plot is not None:
        picture.save(asked.plot)
        typer.echo(f"picture written to {asked.plot}", err=as_json)
