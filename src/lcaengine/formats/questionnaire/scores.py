"""Scores of a questionnaire: each row of the sheet with its intensities, status, and what stands in its way."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.footprints import Footprints
from lcaengine.footprints.score import score_inventory
from lcaengine.formats.imported import Imported, write_inventory
from lcaengine.formats.questionnaire.answers import UNANSWERED
from lcaengine.formats.questionnaire.read import Questionnaire, RowRemark
from lcaengine.formats.questionnaire.row import Problem
from lcaengine.inventory.read import load_inventory
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.results import Status

__all__ = ["NOT_SCORED", "RowScore", "Scored", "score_questionnaire"]

NOT_SCORED = "not scored"
"""Status of a row with a problem."""
_NO_LIMIT = 1 << 62
_TRIES = 5


@dataclass(frozen=True, slots=True)
class RowScore:
    """What one row of the sheet scores.

    Attributes
    ----------
    row : int
        Of the sheet, from 1.
    values : tuple of float or None
        One an indicator, per kg of product; None where there is none.
    status : str
        The worst of its indicators, or ``not scored``.
    problems : tuple of Problem
        Why it is not scored.
    notes : tuple of str
        What is missing of it.
    """

    row: int
    values: tuple[float | None, ...]
    status: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A questionnaire that is scored.

    Attributes
    ----------
    questionnaire : Questionnaire
    indicators : tuple of (str, str)
        Name and unit, such as ``("ghg", "kg CO2e/kg")``.
    rows : tuple of RowScore
        Of every row below the header that is not blank, in order.
    policy : Policy
        As it was asked for.
    footprints : Footprints or None
        Of the inventory of its rows and the background; None where no row could be scored.
    """

    questionnaire: Questionnaire
    indicators: tuple[tuple[str, str], ...]
    rows: tuple[RowScore, ...]
    policy: Policy
    footprints: Footprints | None


def score_questionnaire(
    questionnaire: Questionnaire,
    method: Method,
    policy: Policy | None = None,
    indicators: Sequence[str] = (),
) -> Scored:
    """Score every row of a questionnaire that can be; a row that cannot does not stop the others.

    Parameters
    ----------
    questionnaire : Questionnaire
        As :func:`~lcaengine.formats.questionnaire.fill_questionnaire` gives it.
    method : Method
    policy : Policy, optional
        Under ``unlinked = "refuse"`` a row that rests on an input nobody supplies is not scored. Blank answers are no
        such input: the mapping says what they are.
    indicators : sequence of str
        All of the method's where none is named.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the background cannot be scored, or an indicator is not of the method.
    """
    chosen = [method.find(each) for each in indicators] or list(range(len(method.indicators)))
    if -1 in chosen:
        known = ", ".join(each.id for each in method.indicators)
        what = f"there is no indicator {indicators[chosen.index(-1)]!r}"
        raise DataError(what, method.label, f"choose from: {known}")
    wanted = policy or Policy()
    refused: dict[str, list[Problem]] = {}
    footprints = None
    if questionnaire.imported is not None:
        footprints = _score(questionnaire.imported, method, wanted, refused)
    rows = _score_rows(questionnaire.rows, footprints, chosen, wanted, refused)
    named = tuple((method.indicators[k].id, f"{method.indicators[k].unit.label}/kg") for k in chosen)
    return Scored(questionnaire, named, rows, wanted, footprints)


def _score(imported: Imported, method: Method, policy: Policy, refused: dict[str, list[Problem]]) -> Footprints | None:
    """Score what was imported, again without the rows that block, until none does; None where no row is left."""
    own = _list_own(imported)
    for _ in range(_TRIES):
        found = Findings(rows_named=_NO_LIMIT)
        with tempfile.TemporaryDirectory() as folder:
            inventory = load_inventory(write_inventory(imported, Path(folder) / "inventory"), found)
        if inventory is not None:
            # Gaps are cut off here and held against the policy row by row, so that one does not stop the others.
            inventory = replace(inventory, label=imported.source)
            footprints = score_inventory(inventory, method, replace(policy, unlinked="cutoff"), "stage", found)
            if footprints is not None:
                return footprints
        blocked = _blame(imported, own, found.blockers())
        if blocked is None:
            raise_blockers(found, imported.source)
            return None
        refused.update(blocked)
        if own <= set(refused):
            return None
        imported = _leave_out(imported, set(blocked))
    raise_blockers(found, imported.source)
    return None


def _list_own(imported: Imported) -> set[str]:
    """List the processes that are rows of the sheet."""
    processes = imported.tables["processes"]
    is_own = pc.starts_with(processes["source_id"], f"questionnaire:{imported.sha256[:12]}:").fill_null(False)
    return set(processes["process_id"].filter(is_own).to_pylist())


def _blame(imported: Imported, own: set[str], blockers: list[Finding]) -> dict[str, list[Problem]] | None:
    """Give the rows of the sheet that blockers are of, and why; None where one is of something else."""
    blamed: dict[str, list[Problem]] = defaultdict(list)
    for each in blockers:
        table = imported.tables.get(each.table)
        if table is None or each.row is None or "process_id" not in table.column_names:
            return None
        process_id = table["process_id"][each.row - 1].as_py()
        if process_id not in own:
            return None
        text = f"{each.what[:1].upper()}{each.what[1:]}: {each.fix}."
        blamed[process_id].append(Problem(each.code.replace("_", " "), text))
    return dict(blamed) or None


def _leave_out(imported: Imported, processes: set[str]) -> Imported:
    given = pa.array(sorted(processes), pa.string())
    tables = {}
    for name, table in imported.tables.items():
        kept = table
        if "process_id" in table.column_names:
            kept = table.filter(pc.invert(pc.is_in(table["process_id"], value_set=given)))
        if kept.num_rows:
            tables[name] = kept
    return replace(imported, tables=tables)


def _score_rows(
    rows: tuple[RowRemark, ...],
    footprints: Footprints | None,
    chosen: list[int],
    policy: Policy,
    refused: MappingOf[str, list[Problem]],
) -> tuple[RowScore, ...]:
    at: dict[str, int] = {}
    others: dict[str, list[str]] = {}
    if footprints is not None:
        at = {name: activity for activity, name in enumerate(footprints.system.activities.name) if name}
        others = _list_unlinked(footprints)
    nothing = (None,) * len(chosen)
    scored = []
    for each in rows:
        problems = [*each.problems, *refused.get(each.process_id, ())]
        if not problems and footprints is not None:
            problems = _find_problems(each, footprints, at[each.process_id], policy, others)
        if problems or footprints is None:
            scored.append(RowScore(each.row, nothing, NOT_SCORED, tuple(problems), each.notes))
            continue
        scored.append(_score_row(each, footprints, at[each.process_id], chosen, others))
    return tuple(scored)


def _list_unlinked(footprints: Footprints) -> dict[str, list[str]]:
    """List the flows that processes take and nobody supplies, other than answers that are blank."""
    table = footprints.gaps.table
    unlinked: dict[str, list[str]] = defaultdict(list)
    is_open = pc.equal(table["kind"], "unlinked_input")
    for process, flow in zip(*(table.filter(is_open)[n].to_pylist() for n in ("process_id", "flow_id")), strict=True):
        if not flow.startswith(UNANSWERED):
            unlinked[process].append(flow)
    return dict(unlinked)


def _find_problems(
    row: RowRemark, footprints: Footprints, activity: int, policy: Policy, unlinked: MappingOf[str, list[str]]
) -> list[Problem]:
    """Say why a row that is linked and solved is still not scored."""
    no_mass = "The product has no mass, and scores are per kg"
    if np.isnan(footprints.per_kg[activity]):
        return [Problem("product without a mass", f"{no_mass}: give it one under [flows.ID] properties.")]
    beyond = int(footprints.gaps.missing_inputs[activity]) - row.unanswered
    if policy.unlinked == "refuse" and unlinked and beyond > 0:
        own = unlinked.get(row.process_id, [])
        such = f", such as {own[0]!r}" if own else ""
        text = f"Nobody supplies {beyond} inputs of its chain{such}: add who does, or score with --unlinked cutoff."
        return [Problem("input that nobody supplies", text)]
    return []


def _score_row(
    row: RowRemark,
    footprints: Footprints,
    activity: int,
    chosen: list[int],
    unlinked: MappingOf[str, list[str]],
) -> RowScore:
    value = footprints.value[activity, -1, chosen] * footprints.per_kg[activity]
    status = Status(int(footprints.status[activity, chosen].max()))
    notes = list(row.notes)
    missing = [footprints.method.indicators[k].id for k, v in zip(chosen, value.tolist(), strict=True) if np.isnan(v)]
    if missing:
        notes.append(f"Missing: {', '.join(missing)} (not stated, or water without a release: --open-water).")
    cut = unlinked.get(row.process_id, [])
    if cut:
        notes.append(f"Left out, since nobody supplies it: {', '.join(cut[:5])}.")
    values = tuple(None if np.isnan(each) else each for each in value.tolist())
    return RowScore(row.row, values, status.name.lower(), (), tuple(notes))
