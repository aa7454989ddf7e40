"""Comparisons in the same draws, on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.cli.shared import list_written, note_few, open_console, presenting, print_json
from lcaengine.cli.simulation import show_draws
from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from lcaengine.comparison import Alternative, PairedComparison
    from lcaengine.footprints import Footprints
    from lcaengine.uncertainty import Pedigree

__all__ = ["DrawSettings", "compare_in_draws", "draw_groups", "group_ends", "note_few_paired", "take_settings"]

DRAWS = 1000
MOST_GROUPS = 200
"""How many products are compared at a time, each across inventories, policies or scenarios."""
Draws = Annotated[
    int | None,
    typer.Option(
        "--draws", metavar="N", help="Compare in the same N draws; with --of or --with 1000 by default, else none."
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="S", help="What the draws follow from; 1 by default.")]
PedigreeTable = Annotated[
    str | None, typer.Option("--pedigree", help="Table for pedigrees: ecoinvent-3, ciroth-2016, none.")
]
PedigreeFactors = Annotated[
    str | None, typer.Option("--pedigree-factors", help="What its factors are: gsd2 (squares) or gsd.")
]
BasicUncertainty = Annotated[
    float | None, typer.Option("--basic-uncertainty", help="Basic uncertainty factor of these; 1.05 by default.")
]
Static = Annotated[
    str | None,
    typer.Option("--static", help="Static values of draws: as written (default), or at medians or means."),
]
Stages = Annotated[bool, typer.Option("--stages", help="Compare stages too, in the draws.")]
UnlikeTerms = Annotated[
    str | None, typer.Option("--unlike", help="Unlike stages, allocation, period ...: flag (default), or refuse.")
]


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """What is drawn, and how."""

    draws: int
    seed: int
    pedigree: Pedigree
    stages: bool
    unlike: str
    static: str = "written"


def take_settings(
    draws: int | None,
    seed: int | None,
    pedigree: str | None,
    factors: str | None,
    basic: float | None,
    stages: bool,
    unlike: str | None,
    is_drawn: bool,
    static: str | None = None,
) -> DrawSettings | None:
    """Take the options of draws; None where nothing is drawn.

    Raises
    ------
    LcaError
        If one is given and nothing is drawn, or is none.
    """
    given = {
        "--seed": seed,
        "--pedigree": pedigree,
        "--pedigree-factors": factors,
        "--basic-uncertainty": basic,
        "--stages": stages or None,
        "--unlike": unlike,
        "--static": static,
    }
    if draws is None and not is_drawn:
        named = [name for name, value in given.items() if value is not None]
        if named:
            raise LcaError(f"{', '.join(named)}: of draws, and nothing is drawn", "", "add --draws N, or leave it away")
        return None
    from lcaengine.uncertainty import Pedigree, check_choices

    chosen = {"table": pedigree, "factors": factors, "basic": basic}
    known = Pedigree(**{name: value for name, value in chosen.items() if value is not None})  # type: ignore[arg-type]
    settings = DrawSettings(
        DRAWS if draws is None else draws,
        1 if seed is None else seed,
        known,
        stages,
        "flag" if unlike is None else unlike,
        "written" if static is None else static,
    )
    check_choices(settings.draws, settings.seed, "stage", settings.static)
    return settings


def group_ends(versions: Sequence[tuple[str, Footprints]], everything: bool) -> dict[str, list[Alternative]]:
    """Give, for every end product of the first version, or for all of its activities, that of all versions.

    Raises
    ------
    LcaError
        If no two versions have one in common, or there are too many.
    """
    from lcaengine.comparison import Alternative, find_same
    from lcaengine.footprints.display import find_ends

    first = versions[0][1]
    groups: dict[str, list[Alternative]] = {}
    shown = list(range(len(first.value))) if everything else find_ends(first)
    if len(shown) > MOST_GROUPS:
        what = f"{len(shown)} {'activities' if everything else 'end products'} are more than {MOST_GROUPS}"
        raise LcaError(what, first.system.inventory.label, "name what is compared: --of ID")
    for activity in shown:
        same = [(name, each, find_same(first, activity, each)) for name, each in versions]
        group = [Alternative(name, each, activity=at) for name, each, at in same if at >= 0]
        if len(group) > 1:
            product = f"{group[0].product}, " if group[0].product else ""
            groups[f"{product}{group[0].describe()}"] = group
    if not groups:
        where = ", ".join(each.system.inventory.label for _, each in versions)
        raise LcaError("no end product of the first is in another", where, "name what is compared: --of ID --of ID")
    return groups


def draw_groups(
    groups: Mapping[str, Sequence[Alternative]], settings: DrawSettings, indicators: Sequence[str], is_shown: bool
) -> dict[str, PairedComparison]:
    """Compare groups of alternatives in the same draws; where it is only shown, in the headline indicators.

    Returns
    -------
    dict of str to PairedComparison
        By title.
    """
    from lcaengine.comparison import compare_groups
    from lcaengine.footprints.display import HEADLINES

    method = next(iter(groups.values()))[0].footprints.method
    known = [each.id for each in method.indicators]
    shown = [name for name in HEADLINES if name in known] or known[:1]
    found = compare_groups(
        list(groups.values()),
        settings.draws,
        settings.seed,
        indicators or (shown if is_shown else ()),
        settings.pedigree,
        settings.stages,
        settings.unlike,
        show_draws(settings.draws),
        settings.static,
    )
    return dict(zip(groups, found, strict=True))


def note_few_paired(compared: Mapping[str, PairedComparison]) -> None:
    """Caution on standard error, beside a file that is written, of intervals of few draws."""
    from lcaengine.reports.paired import count_answered, is_uncertain

    if is_uncertain(compared):
        note_few(count_answered(compared))


def compare_in_draws(
    groups: Mapping[str, Sequence[Alternative]],
    settings: DrawSettings,
    indicators: Sequence[str],
    output: Path | None,
    as_json: bool,
    refused: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Compare groups of alternatives in the same draws, and present it."""
    from lcaengine.reports.answer import write_tables
    from lcaengine.reports.paired import describe_paired, print_paired, tabulate_paired

    compared = draw_groups(groups, settings, indicators, output is None and not as_json)
    tables = tabulate_paired(compared)
    about = {**describe_paired(compared), **({"refused": refused} if refused else {})}
    files = [] if output is None else write_tables(output, tables, about)
    with presenting():
        if as_json:
            print_json({"run": about, **{name: table.to_pylist() for name, table in tables.items()}})
        elif files:
            counts = [len(each.alternatives) for each in compared.values()]
            pairs = sum(count * (count - 1) // 2 for count in counts)
            said = f"{pairs} pair{'' if pairs == 1 else 's'}"
            typer.echo(f"{said} in {settings.draws} draws written to {list_written(files)}")
            note_few_paired(compared)
        else:
            print_paired(open_console(), compared, indicators)
