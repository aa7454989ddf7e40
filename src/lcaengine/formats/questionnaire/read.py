"""Supplier questionnaires: one row a supplier and product in Excel or CSV, by a mapping, as processes of an inventory.

The keys of the mapping stand in :mod:`lcaengine.formats.questionnaire.mapping`. Each row becomes a process that makes
one unit of its product; a background's tables are copied beside them. A row with a problem is left out and says why.
A blank answer is a gap: the process takes one piece of a flow ``unanswered:COLUMN`` that nobody makes, so that the
gap is counted and carried to whatever rests on it, and passes by ``--unlinked cutoff`` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lcaengine.errors import DataError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.imported import Imported
from lcaengine.formats.questionnaire.answers import UNANSWERED, Amount, Answers, read_answers, read_identity
from lcaengine.formats.questionnaire.form import Form, build_form, list_columns
from lcaengine.formats.questionnaire.mapping import Mapping, Question, read_mapping
from lcaengine.formats.questionnaire.row import Problem
from lcaengine.inventory import Inventory
from lcaengine.inventory.read import load_inventory
from lcaengine.io.sheet import SHEET_ENDINGS, Cell, Sheet, name_cell, read_sheet
from lcaengine.io.source import open_source

__all__ = ["Questionnaire", "RowRemark", "fill_questionnaire", "read_questionnaire"]

SHOWN = 5
"""How many other rows of one supplier and product a problem names."""


@dataclass(frozen=True, slots=True)
class RowRemark:
    """What became of one row of the sheet.

    Attributes
    ----------
    row : int
        Of the sheet, from 1.
    process_id : str
        Empty where the row is not carried.
    unanswered : int
        Questions it leaves blank that count as missing inputs.
    problems : tuple of Problem
        Why it is not carried.
    notes : tuple of str
        What else there is to know.
    """

    row: int
    process_id: str
    unanswered: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire as it was read.

    Attributes
    ----------
    sheet : Sheet
    header_row : int
        Row of the headers, from 1.
    rows : tuple of RowRemark
        Of every row below the header that is not blank, in order.
    imported : Imported or None
        The inventory of its rows and the background; None where no row could be carried.
    """

    sheet: Sheet
    header_row: int
    rows: tuple[RowRemark, ...]
    imported: Imported | None


def read_questionnaire(
    source: str | Path,
    *,
    mapping: str | Path | Mapping,
    background: str | Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read a supplier questionnaire as an inventory of supplier processes, joined with a background.

    Parameters
    ----------
    source : str or Path
        An Excel workbook or a CSV.
    mapping : str, Path or Mapping
        The mapping, a TOML file.
    background : str or Path, optional
        An inventory whose flows and processes the mapping names; its tables are copied.
    progress : callable, optional
        Told how many rows are read, and of how many.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If a file cannot be read, the mapping does not fit it, or no row could be carried.

    Examples
    --------
    >>> import lcaengine as lca
    >>> from lcaengine.formats.questionnaire.read import read_questionnaire
    >>> folder = lca.find_example("two-suppliers").parent / "questionnaire"
    >>> background = lca.find_example("neodymium-magnet")
    >>> imported = read_questionnaire(
    ...     folder / "suppliers.csv", mapping=folder / "mapping.toml", background=background
    ... )
    >>> imported.remarks[0].what
    'rows with a problem: they are not carried'
    """
    filled = fill_questionnaire(source, mapping=mapping, background=background, progress=progress)
    if filled.imported is None:
        first = next((each for each in filled.rows if each.problems), None)
        why = f"row {first.row}: {first.problems[0].text}" if first else "it has no row below the header"
        raise DataError(f"no row can be carried; {why}", str(source), "correct the rows, or the mapping")
    return filled.imported


def fill_questionnaire(
    source: str | Path,
    *,
    mapping: str | Path | Mapping,
    background: str | Path | None = None,
    progress: Progress | None = None,
) -> Questionnaire:
    """Read a supplier questionnaire, and say of every row what became of it.

    Parameters
    ----------
    source, mapping, background, progress
        As in :func:`read_questionnaire`.

    Returns
    -------
    Questionnaire

    Raises
    ------
    DataError
        If a file cannot be read, or the mapping does not fit it.
    """
    known = mapping if isinstance(mapping, Mapping) else read_mapping(mapping)
    opened = open_source(source, SHEET_ENDINGS, "a workbook (.xlsx) or a CSV")
    sheet = read_sheet(opened, known.sheet, known.delimiter)
    form = build_form(sheet, known, _read_background(background))
    filled = _list_filled(form)
    repeated, rivals = _find_repeated(form, filled), _find_rivals(form.background)
    sha256 = opened.hash()
    draft = Draft("questionnaire", str(source))
    _copy_background(draft, form)
    _add_unanswered(draft, known.questions)
    rows = []
    for number, cells in follow(filled, len(filled), progress):
        answers = read_answers(form, number, cells)
        _refuse_repeated(answers, repeated)
        _refuse_rival(answers, rivals)
        process_id = "" if answers.problems else _add_row(draft, form, answers, sha256)
        _report_row(draft, form, answers)
        problems, notes = tuple(answers.problems), tuple(answers.notes)
        rows.append(RowRemark(number, process_id, len(answers.unanswered), problems, notes))
    _report_sheet(draft, form)
    is_empty = not any(each.process_id for each in rows)
    imported = None if is_empty else draft.finish(_describe(form, source), sha256)
    return Questionnaire(sheet, known.header_row, tuple(rows), imported)


def _read_background(place: str | Path | None) -> Inventory | None:
    if place is None:
        return None
    found = Findings()
    inventory = load_inventory(place, found)
    raise_blockers(found, str(place))
    return inventory


def _list_filled(form: Form) -> list[tuple[int, list[Cell]]]:
    """List the rows below the header that are not blank, each with its number in the sheet."""
    return [
        (row, cells)
        for row, cells in form.rows()
        if any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in cells)
    ]


def _find_repeated(form: Form, filled: list[tuple[int, list[Cell]]]) -> dict[tuple[str, str], list[int]]:
    """Find the suppliers and products that stand more than once, and their first rows."""
    rows: dict[tuple[str, str], list[int]] = {}
    for number, cells in filled:
        key = read_identity(form, number, cells)
        same = rows.setdefault(key, [])
        if len(same) <= SHOWN:
            same.append(number)
    return {key: same for key, same in rows.items() if len(same) > 1 and all(key)}


def _refuse_repeated(answers: Answers, repeated: dict[tuple[str, str], list[int]]) -> None:
    """Refuse every row of a supplier and product that stand more than once: which is right is not known."""
    rows = repeated.get((answers.supplier, answers.product))
    if rows is None:
        return
    others = [f"row {row}" for row in rows if row != answers.row]
    shown = ", ".join(others[:SHOWN]) + (" and more" if len(others) > SHOWN else "")
    what = f"Supplier {answers.supplier!r} and product {answers.product_text!r} stand in {shown} too"
    text = f"{what}: keep one of the rows, or tell the products apart."
    answers.problems.append(Problem("supplier and product repeated", text))


def _find_rivals(background: Inventory | None) -> set[str]:
    """Find the products that a background makes, and takes without saying from whom: its own result would change."""
    if background is None:
        return set()
    exchanges, frames = background.exchanges, background.frames
    made = exchanges.is_reference & ~exchanges.is_input
    taken = ~exchanges.is_reference & exchanges.is_input & (exchanges.provider < 0)
    ids = background.flows.ids.to_pylist()
    asked = {ids[flow] for flow in np.unique(exchanges.flow[taken]).tolist()} | set(frames["demand"].text("product_id"))
    rivals = {ids[flow] for flow in np.unique(exchanges.flow[made]).tolist()} & asked
    return rivals - set(frames["markets"].text("flow_id"))


def _refuse_rival(answers: Answers, rivals: set[str]) -> None:
    if answers.product in rivals:
        what = f"The background makes {answers.product!r} and buys it from its only maker, which it would no more be"
        text = f"{what}: give the product a flow_id of its own under [product] flows."
        answers.problems.append(Problem("product that the background makes", text))


def _copy_background(draft: Draft, form: Form) -> None:
    if form.background is None:
        return
    for name, frame in form.background.frames.items():
        if len(frame):
            draft.add_table(name, frame.to_table())


def _add_unanswered(draft: Draft, questions: tuple[Question, ...]) -> None:
    for each in questions:
        if each.flow and not each.required and each.blank == "missing":
            name = f"no answer: {each.column}"
            draft.add("flows", flow_id=UNANSWERED + each.column, name=name, kind="product", unit="piece")


def _add_row(draft: Draft, form: Form, answers: Answers, sha256: str) -> str:
    """Add a row's process and what belongs to it, and give the process's id; empty where it is taken."""
    process_id = f"{answers.supplier}: {answers.product}"
    if draft.has("processes", process_id):
        text = f"Process {process_id!r} is there already: name the supplier or the product otherwise."
        answers.problems.append(Problem("process that is there already", text))
        return ""
    mapping = form.mapping
    sheet = f", sheet {form.sheet.name}" if form.sheet.name else ""
    source_id = f"questionnaire:{sha256[:12]}:{answers.row}"
    draft.add("sources", source_id=source_id, citation=f"{form.sheet.file}{sheet}, row {answers.row}", sha256=sha256)
    if not draft.has("suppliers", answers.supplier):
        name = answers.name or answers.supplier
        draft.add("suppliers", supplier_id=answers.supplier, name=name, location=answers.place)
    unit = _add_product(draft, form, answers)
    draft.add(
        "processes",
        process_id=process_id,
        name=f"{answers.product_text}, {answers.name or answers.supplier}",
        stage=answers.stage,
        supplier_id=answers.supplier,
        location=answers.place,
        data_type=mapping.data_type,
        production_amount=answers.production,
        production_unit=unit if answers.production is not None else None,
        source_id=source_id,
        comment=" ".join(answers.notes),
    )
    given = {"process_id": process_id, "source_id": source_id}
    made = {"flow_id": answers.product, "direction": "output", "unit": unit}
    draft.add("exchanges", **given, **made, amount=1.0, is_reference=True)
    for each in answers.amounts:
        _add_amount(draft, form, answers, each, given)
    for question in answers.unanswered:
        comment = f"{name_cell(answers.row, form.at[question.column])} is blank"
        flow_id = UNANSWERED + question.column
        draft.add("exchanges", **given, flow_id=flow_id, direction="input", amount=1.0, unit="piece", comment=comment)
    for each in answers.stated:
        indicator = each.question.indicator
        draft.add("impacts", process_id=process_id, indicator=indicator, amount=each.amount, unit=each.unit, per=unit)
    return process_id


def _add_amount(draft: Draft, form: Form, answers: Answers, amount: Amount, given: dict[str, str]) -> None:
    question = amount.question
    cell = name_cell(answers.row, form.at[question.column])
    draft.add(
        "exchanges",
        **given,
        flow_id=question.flow,
        direction=question.direction,
        amount=amount.amount,
        unit=amount.unit,
        provider_id=amount.provider,
        comment=f"{cell}: {amount.written}" + (f"; {question.comment}" if question.comment else ""),
    )
    if question.flow in form.mapping.flows:
        _add_flow(draft, form, question.flow)


def _add_product(draft: Draft, form: Form, answers: Answers) -> str:
    """Add the product's flow if it is new, and give its unit."""
    known = form.find_flow(answers.product)
    if known is not None:
        if answers.product in form.mapping.flows:
            _add_flow(draft, form, answers.product)
        return known.unit.label
    unit = form.mapping.product_unit
    if not draft.has("flows", answers.product):
        draft.add("flows", flow_id=answers.product, name=answers.product_text, kind="product", unit=unit)
    return unit


def _add_flow(draft: Draft, form: Form, flow_id: str) -> None:
    """Add a flow that the mapping describes, once."""
    if draft.has("flows", flow_id):
        return
    own = form.mapping.flows[flow_id]
    draft.add("flows", flow_id=flow_id, **own.fields)
    for name, (value, unit) in own.properties.items():
        draft.add("properties", flow_id=flow_id, property=name, value=value, unit=unit)


def _report_row(draft: Draft, form: Form, answers: Answers) -> None:
    """Report what of a row is not carried, or carried in another form."""
    if answers.problems:
        draft.lose("rows with a problem: they are not carried", f"row {answers.row}: {answers.problems[0].text}")
        return
    for question in answers.unanswered:
        what = f"blank answers: each is a missing input, {UNANSWERED}COLUMN"
        draft.change(what, name_cell(answers.row, form.at[question.column]))
    for question in answers.zeros:
        what = "blank answers that the mapping takes for zero: they have no exchange"
        draft.change(what, name_cell(answers.row, form.at[question.column]))
    for note in answers.notes:
        if "is set aside" in note:
            draft.lose("stated footprints beside inputs", f"row {answers.row}: {note}")
    for amount in answers.amounts:
        if amount.question.counts_as_carbon_dioxide:
            what = "figures in kg CO2e: each stands as the same mass of carbon dioxide, under its reporter's GWPs"
            draft.change(what, f"row {answers.row}: {amount.written}")


def _report_sheet(draft: Draft, form: Form) -> None:
    """Report columns that are not carried, and formulas."""
    mapped = set(list_columns(form.mapping))
    for header in form.headers:
        if header and header not in mapped:
            draft.lose("columns that the mapping does not name", header)
    if form.sheet.formulas:
        where = form.sheet.file
        draft.change("formulas: their values are read, their text is not", where, form.sheet.formulas)


def _describe(form: Form, source: str | Path) -> dict[str, str]:
    about = dict(form.mapping.about)
    about["name"] = about["name"] or Path(str(source)).stem
    if form.background is not None:
        beside = form.background.about
        about["boundary"] = about["boundary"] or beside.boundary
        what = f"Background: {beside.name} {beside.version}".strip() + f", {form.background.hash}"
        about["description"] = ". ".join(each for each in (about["description"], what) if each)
    return about
