"""The command that scores the rows of a supplier questionnaire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcaengine.cli.exchange import show_progress
from lcaengine.cli.shared import (
    AsJson,
    IndicatorNames,
    MethodName,
    open_console,
    presenting,
    print_json,
    with_policy,
)
from lcaengine.policy import Policy

__all__ = ["questionnaire"]


@with_policy
def questionnaire(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Excel workbook or CSV, one row a supplier.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="What its columns are, a TOML file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Write .xlsx, .csv or .parquet.")],
    background: Annotated[str | None, typer.Option("--background", help="Inventory that supplies the inputs.")] = None,
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Score the rows of a supplier questionnaire: the same sheet with scores, status and problems in added columns."""
    from lcaengine.formats.questionnaire.read import fill_questionnaire
    from lcaengine.formats.questionnaire.scores import score_questionnaire
    from lcaengine.io.write import check_target
    from lcaengine.method import find_method, read_method
    from lcaengine.reports.questionnaire import (
        SHEETS,
        describe_questionnaire,
        print_questionnaire,
        write_questionnaire,
    )

    check_target(output, SHEETS, sheet, mapping, background or "", find_method(method))
    progress = show_progress(f"reading {sheet}")
    filled = fill_questionnaire(sheet, mapping=mapping, background=background, progress=progress)
    scored = score_questionnaire(filled, read_method(method), policy, indicator or ())
    files = write_questionnaire(scored, output)
    with presenting():
        if as_json:
            print_json(describe_questionnaire(scored))
        else:
            print_questionnaire(open_console(), scored, files)
    if scored.footprints is None:
        raise typer.Exit(1)
