"""Scores written to a file: what is kept of an inventory is written without solving it again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from lcaengine.cli.shared import list_written, presenting, score_or_exit
from lcaengine.policy import Policy

if TYPE_CHECKING:
    from lcaengine.method import Method
    from lcaengine.results import Answer

__all__ = ["write_scores"]


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
