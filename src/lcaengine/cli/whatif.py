"""The command that scores scenarios: an inventory with some amounts, providers or mixes otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcaengine.cli import paired
from lcaengine.cli.exchange import show_progress
from lcaengine.cli.shared import (
    AsJson,
    IndicatorNames,
    MethodName,
    Place,
    list_written,
    open_console,
    presenting,
    print_json,
    score_or_exit,
    with_policy,
)
from lcaengine.cli.start import start_lightly
from lcaengine.policy import Policy

__all__ = ["whatif"]

_CHANGES = (
    "Table of changes, .csv, .xlsx or .parquet: scenario, process_id, flow_id, amount, unit, provider_id, share ..."
)
Draws = Annotated[int | None, typer.Option("--draws", metavar="N", help="Draw all scenarios N times, too; else none.")]
Results = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Write results (of draws mean and sd, too) as .parquet, .csv, .json or .xlsx, "
        "FILE.changes and FILE.completeness beside; "
        "of draws FILE.pairs, FILE.alternatives (mean, sd, quantiles) and FILE.ranks.",
    ),
]


@with_policy
def whatif(
    inventory: Place,
    changes: Annotated[Path, typer.Argument(metavar="CHANGES", help=_CHANGES)],
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    by: Annotated[str, typer.Option("--by", help="Split the file by stage, supplier, location or scope.")] = "stage",
    draws: Draws = None,
    seed: paired.Seed = None,
    stages: paired.Stages = False,
    unlike: paired.UnlikeTerms = None,
    pedigree: paired.PedigreeTable = None,
    pedigree_factors: paired.PedigreeFactors = None,
    basic_uncertainty: paired.BasicUncertainty = None,
    output: Results = None,
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Score scenarios beside an inventory: other amounts, providers or mixes, as a table of changes says."""
    start_lightly()
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method, read_method
    from lcaengine.reports.answer import write_tables
    from lcaengine.reports.paired import describe_paired, print_paired, tabulate_paired
    from lcaengine.reports.scenarios import (
        add_spreads,
        describe_scenarios,
        list_tables,
        print_changes,
        print_scenarios,
    )
    from lcaengine.scenarios import BASE, change, read_changes, score_scenarios

    spread = (pedigree, pedigree_factors, basic_uncertainty)
    settings = paired.take_settings(draws, seed, *spread, stages, unlike, False)
    if output is not None:
        check_target(output, FORMATS, inventory, changes, find_method(method))
    wanted, known = read_changes(changes), read_method(method)
    base = score_or_exit(inventory, known, policy, as_json, by)
    base.select(indicator or ())
    found = score_scenarios(base, wanted, everything, str(changes), show_progress(f"scoring {changes}"))
    found = found.select(indicator or ())
    tables, about = list_tables(found), describe_scenarios(found, changes)
    compared = {}
    if settings is not None and len(found.names) > 1:
        versions = [(BASE, base), *((name, change(base, found.changes[name])) for name in found.names[1:])]
        groups = paired.group_ends(versions, everything)
        compared = paired.draw_groups(groups, settings, indicator or (), output is None and not as_json)
        tables["results"] = add_spreads(tables["results"], groups, compared)
        tables |= tabulate_paired(compared)
        about["draws"] = describe_paired(compared)
    files = [] if output is None else write_tables(output, tables, about)
    with presenting():
        if as_json:
            print_json({"run": about, **{name: table.to_pylist() for name, table in tables.items()}})
        elif files:
            typer.echo(f"{len(found.names)} scenarios, the base among them, written to {list_written(files)}")
            print_changes(open_console(), found)
            if compared:
                paired.note_few_paired(compared)
        else:
            print_scenarios(open_console(), found, indicator or [])
            if compared:
                print_paired(open_console(), compared, indicator or [])
    if found.refusals:
        raise typer.Exit(1)
