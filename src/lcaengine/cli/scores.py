"""Scores presented, and written to a file: what is kept of an inventory is written without solving it again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from lcaengine.cli.shared import list_written, open_console, presenting, print_json, score_or_exit
from lcaengine.policy import Policy

if TYPE_CHECKING:
    from lcaengine.footprints import Footprints
    from lcaengine.method import Method
    from lcaengine.results import Answer
    from lcaengine.uncertainty import Quality

__all__ = ["show_scores", "write_scores"]


def write_scores(
    inventory: str, method: Method, policy: Policy, by: str, output: str, wide: bool, may_keep: bool
) -> None:
    """Write the scores of an inventory, and say how many there are and where."""
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.reports.answer import write_answer
    from lcaengine.reports.recall import recall_or_find

    def find() -> Answer:
        footprints = score_or_exit(inventory, method, policy, False, by, is_last=True)
        from lcaengine.reports.write import answer_of

        return answer_of(footprints)

    def tell(what: str) -> None:
        sys.stderr.write(f"note: {what}\n")

    path = check_target(output, FORMATS, inventory)
    answer = recall_or_find(inventory, method, policy, by, find, tell) if may_keep else find()
    files = write_answer(answer, path, wide)
    with presenting():
        typer.echo(f"{len(answer.scored)} activities written to {list_written(files)}")


def show_scores(
    footprints: Footprints,
    output: str | None,
    wide: bool,
    indicators: Sequence[str],
    everything: bool,
    quality: bool,
    as_json: bool,
) -> None:
    """Present scores, and how good the data are that they rest on: as JSON, as files, or as tables."""
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.reports.write import write_results

    known = [each.id for each in footprints.method.indicators]
    names = list(indicators) or [name for name in HEADLINES if name in known] or known[:3]
    shown = footprints.select(names)
    rated = None
    if quality:
        from lcaengine.uncertainty.quality import rate_quality

        rated = rate_quality(footprints, indicators if output or as_json else names)
    files = [] if output is None else write_results(footprints, output, wide, indicators, rated)
    with presenting():
        if as_json:
            print_json(_describe(footprints, indicators, rated))
        elif files:
            typer.echo(f"{len(footprints.system.activities)} activities written to {list_written(files)}")
        else:
            from lcaengine.reports.terminal import print_footprints

            console = open_console()
            print_footprints(console, footprints, shown, everything)
            if rated is not None:
                from lcaengine.reports.quality import print_quality

                print_quality(console, rated, shown, everything)


def _describe(footprints: Footprints, indicators: Sequence[str], rated: Quality | None) -> dict[str, object]:
    """Give run and tables, of some indicators or all."""
    from lcaengine.reports.write import describe_run

    tables = {"results": footprints.to_arrow().to_pylist(), "completeness": footprints.completeness.to_pylist()}
    about = describe_run(footprints)
    if rated is not None:
        from lcaengine.uncertainty.quality import describe_quality

        tables["quality"] = rated.to_arrow().to_pylist()
        about["data_quality"] = describe_quality()
    if indicators:
        tables = {name: [r for r in rows if r["indicator"] in indicators] for name, rows in tables.items()}
    return {"run": about, **tables, "gaps": footprints.gaps.table.to_pylist()}
