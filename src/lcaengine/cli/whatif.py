"""The command that scores scenarios: an inventory with some amounts, providers or mixes otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcaengine.cli.exchange import show_progress
from lcaengine.cli.shared import (
    Allocation,
    AsJson,
    Basis,
    IndicatorNames,
    MaxFallback,
    MethodName,
    OpenWater,
    Output,
    Place,
    Unlinked,
    list_written,
    open_console,
    presenting,
    print_json,
    score_or_exit,
)
from lcaengine.cli.start import start_lightly
from lcaengine.policy import Policy

__all__ = ["whatif"]

_CHANGES = (
    "Table of changes, .csv, .xlsx or .parquet: scenario, process_id, flow_id, amount, unit, provider_id, share ..."
)


def whatif(
    inventory: Place,
    changes: Annotated[Path, typer.Argument(metavar="CHANGES", help=_CHANGES)],
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    by: Annotated[str, typer.Option("--by", help="Split the file by stage, supplier, location or scope.")] = "stage",
    output: Output = None,
    unlinked: Unlinked = "refuse",
    basis: Basis = "location",
    max_fallback: MaxFallback = "GLO",
    allocation: Allocation = "",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Score scenarios beside an inventory: other amounts, providers or mixes, as a table of changes says."""
    start_lightly()
    from lcaengine.method import read_method
    from lcaengine.reports.scenarios import (
        check_apart,
        describe_scenarios,
        list_tables,
        print_changes,
        print_scenarios,
        write_scenarios,
    )
    from lcaengine.scenarios import read_changes, score_scenarios

    policy = Policy(unlinked, basis, max_fallback, allocation, open_water)
    if output is not None:
        check_apart(output, inventory, changes)
    wanted, known = read_changes(changes), read_method(method)
    base = score_or_exit(inventory, known, policy, as_json, by)
    base.select(indicator or ())
    found = score_scenarios(base, wanted, everything, str(changes), show_progress(f"scoring {changes}"))
    found = found.select(indicator or ())
    files = [] if output is None else write_scenarios(found, output, changes)
    with presenting():
        if as_json:
            rows = {name: table.to_pylist() for name, table in list_tables(found).items()}
            print_json({"run": describe_scenarios(found, changes), **rows})
        elif files:
            typer.echo(f"{len(found.names)} scenarios, the base among them, written to {list_written(files)}")
            print_changes(open_console(), found)
        else:
            print_scenarios(open_console(), found, indicator or [])
    if found.refusals:
        raise typer.Exit(1)
