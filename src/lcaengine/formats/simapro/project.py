"""What a SimaPro CSV file says outside its processes, and who makes what: all that is known before one is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.labels import find_unit
from lcaengine.formats.simapro.file import Block, SimaproFile, list_blocks, list_sections
from lcaengine.formats.simapro.formulas import evaluate_all
from lcaengine.formats.text import read_number
from lcaengine.units import read_unit

__all__ = ["COMPARTMENTS", "Project", "Substance", "read_project", "read_value", "take_unit"]

COMPARTMENTS = {
    "Resources": ("resource", "input", "Raw materials"),
    "Emissions to air": ("air", "output", "Airborne emissions"),
    "Emissions to water": ("water", "output", "Waterborne emissions"),
    "Emissions to soil": ("soil", "output", "Emissions to soil"),
    "Final waste flows": ("final waste flow", "output", "Final waste flows"),
    "Non material emission": ("non-material emission", "output", "Non material emissions"),
    "Non material emissions": ("non-material emission", "output", "Non material emissions"),
    "Social issues": ("social issue", "output", "Social issues"),
    "Economic issues": ("economic issue", "output", "Economic issues"),
}
"""Sections of elementary flows: their compartment, their direction, and the block that lists their substances."""
SAME_UNIT = 0.01
"""How far a unit's definition in the file may be from the one known here: a year of 365 d is one of 365.25 d."""
_SUBSTANCES = {block for _, _, block in COMPARTMENTS.values()}
_NUMBER = re.compile(r"\s*[-+]?\d+\.?\d*([Ee][-+]?\d+)?\s*")
_CAS = re.compile(r"0*(\d{2,7}-\d\d-\d)")


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance of the lists at the end of a file."""

    unit: str
    cas_number: str
    platform_id: str


@dataclass(slots=True)
class Project:
    """What the file says outside its processes.

    Attributes
    ----------
    units : dict
        Unit to how many of which reference unit one of it is.
    values : dict
        Parameters of the database and the project, by name in capitals.
    substances : dict
        (block, name) to :class:`Substance`.
    sources : dict
        Name of a literature reference to its citation.
    makers : dict
        Product to the processes that make it.
    treaters : dict
        Waste to the processes that treat it.
    sent : set
        Names that go to treatment somewhere.
    """

    units: dict[str, tuple[float, str]] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    substances: dict[tuple[str, str], Substance] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    makers: dict[str, list[str]] = field(default_factory=dict)
    treaters: dict[str, list[str]] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    def is_waste(self, name: str) -> bool:
        """Tell whether a name is a waste: one that is treated, or that nobody makes and that is sent to treatment."""
        return name in self.treaters or (name not in self.makers and name in self.sent)


def read_project(file: SimaproFile, draft: Draft) -> Project:
    """Read everything but the processes themselves, and of these who makes and treats what.

    Raises
    ------
    DataError
        If a number, a unit or a parameter does not hold.
    """
    project = Project()
    inputs: dict[str, dict[str, float]] = {"Database": {}, "Project": {}}
    formulas: dict[str, dict[str, str]] = {"Database": {}, "Project": {}}
    for block in list_blocks(file):
        level = block.kind.partition(" ")[0]
        if block.kind == "Process":
            _note_process(project, block, file)
        elif block.kind == "Units":
            for where, row in _list_rows(block, file, 4):
                project.units[row[0]] = (read_value(row[2], where, "conversion factor", file.decimal), row[3])
        elif block.kind in _SUBSTANCES:
            _read_substances(project, block, file, draft)
        elif block.kind in ("Database Input parameters", "Project Input parameters"):
            for where, row in _list_rows(block, file, 2):
                inputs[level][row[0].upper()] = read_value(row[1], where, "parameter", file.decimal)
                draft.lose(
                    "parameters: their values are in the amounts, they themselves are not kept", f"{row[0]} of {where}"
                )
        elif block.kind in ("Database Calculated parameters", "Project Calculated parameters"):
            for where, row in _list_rows(block, file, 2):
                formulas[level][row[0].upper()] = row[1]
                draft.lose(
                    "parameters: their values are in the amounts, they themselves are not kept", f"{row[0]} of {where}"
                )
        elif block.kind in ("Literature reference", "System description"):
            _read_source(project, block, file, draft)
        elif block.kind != "Quantities":
            draft.lose(f"blocks of {block.kind!r}: they are no processes", f"{file.name}, row {_first(block)}")
    for level in ("Database", "Project"):
        known = project.values | inputs[level]
        project.values |= evaluate_all(formulas[level], known, f"{file.name}, {level} parameters", file.decimal)
    return project


def read_value(text: str, where: str, name: str, decimal: str) -> float:
    """Read a number with the file's sign before decimals.

    Raises
    ------
    DataError
        If it is none.
    """
    value = text.replace(decimal, ".") if decimal != "." else text
    if not _NUMBER.fullmatch(value) or not is_measured(float(value)):
        raise DataError(
            f"{name} {text!r:.60} is no number that measures anything", where, "correct it where it comes from"
        )
    return read_number(value, where, name)


def take_unit(project: Project, draft: Draft, label: str, where: str) -> tuple[str, float]:
    """Give the unit read here for a unit of the file, and how many of it one of those is.

    A unit that is known here keeps its name and its amounts, where the file means the same by it; another stands in
    the reference unit that the file gives.

    Raises
    ------
    DataError
        If the file means something else by a unit that is known here.
    """
    defined, known = project.units.get(label), find_unit(label)
    reference = find_unit(defined[1]) if defined else None
    if defined is None or reference is None:
        return draft.take_unit(label, where)
    factor = defined[0] * reference[1]
    if known is None:
        draft.change(f"amounts in {label} stand in {reference[0]}, {factor!r} each, as the file defines it", where)
        return reference[0], factor
    here, there = read_unit(known[0]), read_unit(reference[0])
    mine, theirs = here.factor * known[1], there.factor * factor
    if here.dimension != there.dimension or abs(theirs - mine) > SAME_UNIT * mine:
        what = f"a {label} is {defined[0]!r} {defined[1]} in this file, and {mine!r} {here.base} here"
        raise DataError(what, where, "correct the block Units", given=label)
    return draft.take_unit(label, where)


def _note_process(project: Project, block: Block, file: SimaproFile) -> None:
    """Note what a process makes, treats and sends to treatment."""
    made: list[str] = []
    treated: list[str] = []
    for section, _, row in list_sections(block):
        if section == "Products":
            made.append(row[0])
        elif section == "Waste treatment":
            treated.append(row[0])
        elif section == "Waste to treatment":
            project.sent.add(row[0])
    if not (made or treated):
        return
    process_id = _find_id(block) or (made or treated)[0]
    for name in made:
        project.makers.setdefault(name, []).append(process_id)
    for name in treated:
        project.treaters.setdefault(name, []).append(process_id)
    for name in {*made, *treated}:
        if name in project.makers and name in project.treaters:
            where = f"{file.name}, row {_first(block)}"
            what = f"{name!r} is made by one process and treated by another"
            raise DataError(what, where, "give what is treated a name of its own", id=name)


def _find_id(block: Block) -> str:
    rows = iter(block.rows)
    for _, row in rows:
        if row and row[0] == "Process identifier":
            _, value = next(rows, (0, [""]))
            return value[0] if value else ""
    return ""


def _read_substances(project: Project, block: Block, file: SimaproFile, draft: Draft) -> None:
    for where, row in _list_rows(block, file, 2):
        cas = _CAS.fullmatch(row[2]) if len(row) > 2 else None
        if len(row) > 2 and row[2] and not cas:
            draft.lose("CAS numbers that are none", f"{row[2]!r} of {row[0]}, {where}")
        if len(row) > 3 and row[3]:
            draft.lose("comments on substances", f"{row[3]!r:.80} on {row[0]}, {where}")
        known = Substance(row[1], cas[1] if cas else "", row[4] if len(row) > 4 else "")
        project.substances[block.kind, row[0]] = known


def _read_source(project: Project, block: Block, file: SimaproFile, draft: Draft) -> None:
    """Read a literature reference or a system description: names and values in turn, one a row."""
    fields: dict[str, str] = {}
    key = ""
    for _, row in block.rows:
        if not any(row):
            key = ""
        elif not key:
            key = row[0]
        else:
            fields[key] = "\n".join(filter(None, (fields.get(key), *row)))
    name = fields.pop("Name", "")
    if not name:
        draft.lose(f"blocks of {block.kind!r} without a name", f"{file.name}, row {_first(block)}")
        return
    url, text = fields.pop("Documentation link", ""), fields.pop("Description", "")
    rest = "; ".join(f"{k}: {v}" for k, v in fields.items())
    citation = ". ".join(filter(None, (name, text, rest)))
    if block.kind == "Literature reference":
        project.sources[name] = citation
    draft.add("sources", source_id=f"{block.kind.lower()}:{name}", citation=citation, url=url)


def _list_rows(block: Block, file: SimaproFile, least: int) -> Iterator[tuple[str, list[str]]]:
    """Give the rows of a block that are filled, each with its place."""
    for at, row in block.rows:
        if any(row):
            where = f"{file.name}, row {at}"
            if len(row) < least or not row[0]:
                what = f"a row of {block.kind!r} has {len(row)} fields: {';'.join(row)[:80]!r}"
                raise DataError(what, where, "export the file again")
            yield where, row


def _first(block: Block) -> int:
    return block.rows[0][0] if block.rows else 0
