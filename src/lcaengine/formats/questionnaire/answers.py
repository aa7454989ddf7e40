"""The answers of one row: amounts per unit of its product, or sentences that say why it has none."""

from __future__ import annotations

from dataclasses import dataclass, field

from lcaengine.errors import DataError
from lcaengine.formats.draft import is_measured
from lcaengine.formats.questionnaire.form import Form, KnownFlow, find_unit_label
from lcaengine.formats.questionnaire.mapping import Question
from lcaengine.formats.questionnaire.row import (
    Problem,
    Row,
    count_products,
    find_entry,
    find_label,
    find_provider,
    give_per_unit,
    read_label,
    take_quantity,
)
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.schema import STAGES
from lcaengine.io.sheet import Cell
from lcaengine.places import is_place
from lcaengine.units import read_unit

__all__ = ["UNANSWERED", "Amount", "Answers", "read_answers", "read_identity"]

UNANSWERED = "unanswered:"
"""Begins the id of the flow that stands for the answers to a column that are blank."""

_CO2E = read_unit("kg CO2e").dimension


@dataclass(frozen=True, slots=True)
class Amount:
    """One answer: so much per unit of the product, from whom, and as it was written."""

    question: Question
    amount: float
    unit: str
    provider: str
    written: str


@dataclass(slots=True)
class Answers:
    """What one row says; it is not carried where there are problems."""

    row: int
    supplier: str = ""
    name: str = ""
    product: str = ""
    product_text: str = ""
    place: str = ""
    stage: str = ""
    production: float | None = None
    amounts: list[Amount] = field(default_factory=list)
    stated: list[Amount] = field(default_factory=list)
    unanswered: list[Question] = field(default_factory=list)
    zeros: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_answers(form: Form, number: int, cells: list[Cell]) -> Answers:
    """Read a row.

    Parameters
    ----------
    form : Form
    number : int
        Of the row in its sheet, from 1.
    cells : list of Cell

    Returns
    -------
    Answers
        Amounts are per unit of the product, as its flow is measured.
    """
    unit = read_unit(form.mapping.product_unit)
    row = Row(form, number, cells, KnownFlow("", "product", unit, "", {}))
    answers = Answers(number)
    for read in (_read_who, _read_product, _read_place, _read_stage, _read_yield, _read_production):
        try:
            read(row, answers)
        except DataError as error:
            answers.problems.append(_say(error))
    if not answers.problems:
        _read_questions(row, answers)
    return answers


def read_identity(form: Form, number: int, cells: list[Cell]) -> tuple[str, str]:
    """Read supplier and product of a row, empty where they cannot be read."""
    row = Row(form, number, cells, KnownFlow("", "product", read_unit("kg"), "", {}))
    answers = Answers(number)
    for read in (_read_who, _read_product):
        try:
            read(row, answers)
        except DataError:  # reported where the row is read whole
            continue
    return answers.supplier, answers.product


def _say(error: DataError) -> Problem:
    return Problem(error.where, f"{error.what}: {error.fix}.")


def _read_who(row: Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.supplier = row.text(mapping.supplier)
    answers.name = row.text(mapping.supplier_name) if mapping.supplier_name else ""
    if not answers.supplier:
        raise DataError(
            f"{row.name(mapping.supplier)} is blank", "supplier, product or place blank", "write who the supplier is"
        )


def _read_product(row: Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.product_text = answers.product = mapping.product
    if mapping.product_column:
        answers.product_text = row.text(mapping.product_column)
        if not answers.product_text:
            raise DataError(
                f"{row.name(mapping.product_column)} is blank",
                "supplier, product or place blank",
                "write what the product is",
            )
        answers.product = mapping.product_flows.get(answers.product_text, answers.product_text)
    if answers.product.startswith(UNANSWERED):
        what = f"The product {answers.product!r} is called like an answer that is missing"
        raise DataError(what, "product that is no product", "give it another flow_id under [product] flows")
    known = row.form.find_flow(answers.product)
    if known is not None and known.kind != "product":
        where = row.name(mapping.product_column) if mapping.product_column else "the mapping's product"
        what = f"{where} names the flow {answers.product!r}, which is {known.kind} and no product"
        raise DataError(
            what, "product that is no product", "name a product, or give it a flow_id under [product] flows"
        )
    row.product = known or row.product


def _read_place(row: Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.place = mapping.place
    if not mapping.place_column:
        return
    text = row.text(mapping.place_column)
    if not text and not mapping.place_blank:
        raise DataError(
            f"{row.name(mapping.place_column)} is blank",
            "supplier, product or place blank",
            "write the country as ISO 3166 code",
        )
    code = mapping.place_names.get(text, text) if text else mapping.place_blank
    if not is_place(code):
        what = f"{row.name(mapping.place_column)} is {text[:60]!r}, a place that is not known"
        raise DataError(what, "place not known", "write an ISO 3166 code, or add the name under [place] names")
    answers.place = code


def _read_stage(row: Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.stage = mapping.stage or row.text(mapping.stage_column)
    if answers.stage not in STAGES:
        what = f"{row.name(mapping.stage_column)} is {answers.stage[:60]!r}, which is no stage"
        raise DataError(what, "stage not known", f"write one of: {', '.join(STAGES)}")


def _read_yield(row: Row, answers: Answers) -> None:
    """Read the yield, where the mapping has one."""
    quantity = row.form.mapping.product_yield
    if quantity is None:
        return
    name = row.name(quantity.column) if quantity.column else "the yield"
    fix = "write product per unit put in, above 0 and up to 1 (or 100 %)"
    value = row.number_of(quantity.column) if quantity.column else quantity.value
    if value is None:
        raise DataError(f"{name} is blank", "yield blank or out of range", fix)
    label = row.text(quantity.unit_column) if quantity.unit_column else find_unit_label(quantity)
    if label == "%":
        if value <= 1:
            # A cell that a sheet shows as 90 % holds 0.9: taken for 0.9 %, amounts would be a hundred times too large.
            what = f"{name} is {value!r} %, which may be a fraction shown as a percentage"
            raise DataError(what, "yield blank or out of range", 'if it is, write unit = "1" under [yield]')
        row.fraction = value / 100
    elif label in ("", "1", "-", "fraction"):
        row.fraction = value
    else:
        unit = read_label(label, name)
        above, _, below = unit.dimension.partition("/")
        if above != below:
            raise DataError(f"{name} is in {label!r}, neither a fraction nor %", "unit that does not fit", fix)
        row.fraction = value * unit.factor
    if not 0 < row.fraction <= 1:
        raise DataError(f"{name} is {value!r}", "yield blank or out of range", fix)


def _read_production(row: Row, answers: Answers) -> None:
    """Read what is made in the period, in units of the product; rows without it may do without."""
    quantity = row.form.mapping.production
    if quantity is None:
        return
    taken = take_quantity(row, quantity)
    if taken is None:
        return
    value, label = taken
    name = row.name(quantity.column) if quantity.column else "the production"
    if value <= 0:
        raise DataError(
            f"{name} is {value!r}, not above zero", "production not above zero", "write what is made in the period"
        )
    answers.production = row.production = value * count_products(row, read_label(label, name), name)


def _read_questions(row: Row, answers: Answers) -> None:
    for question in row.form.mapping.questions:
        try:
            value = row.number_of(question.column)
            if value is None and question.required:
                raise DataError(
                    f"{row.name(question.column)} is blank and required", "required answer blank", "fill it in"
                )
            if value is None:
                if question.flow:
                    (answers.zeros if question.blank == "zero" else answers.unanswered).append(question)
                continue
            if value < 0 and not question.may_be_negative:
                what = f"{row.name(question.column)} is {value!r}, below zero"
                raise DataError(
                    what, "negative answer", "correct it, or let it be by may_be_negative = true in the mapping"
                )
            amount = _read_amount(row, question, value, answers.place)
            (answers.amounts if question.flow else answers.stated).append(amount)
        except DataError as error:
            answers.problems.append(_say(error))
    if answers.problems:
        return
    if answers.amounts and answers.stated:
        _set_aside(row, answers)
    stated = [each.question.indicator for each in answers.stated]
    for indicator in sorted({each for each in stated if stated.count(each) > 1}):
        text = f"Two columns state {indicator!r}: leave one of them blank."
        answers.problems.append(Problem("footprint stated twice", text))
    if answers.stated and answers.unanswered:
        answers.unanswered = []
        answers.notes.append("Only a stated footprint: the indicators it does not tell are missing.")
    if not answers.amounts and not answers.stated:
        text = "No question is answered: fill in what is known."
        answers.problems.append(Problem("no question answered", text))
    answers.notes += [
        f"No answer in {row.name(each.column)}: it counts as a missing input." for each in answers.unanswered
    ]


def _set_aside(row: Row, answers: Answers) -> None:
    for each in answers.stated:
        name = row.name(each.question.column)
        if each.question.beside_inputs == "refuse":
            what = f"{name} states a footprint, and the row answers what goes into it: it would count twice"
            text = f"{what}: keep one, or write beside_inputs = 'set_aside' in the mapping."
            answers.problems.append(Problem("footprint stated beside inputs", text))
        else:
            answers.notes.append(f"{name}, {each.written}, is set aside: the row is scored by its inputs.")
    answers.stated = []


def _read_amount(row: Row, question: Question, value: float, place: str) -> Amount:
    """Carry an answer to an amount per unit of the product."""
    name = row.name(question.column)
    label = find_label(row, question)
    entry = find_entry(row, question)
    per = entry.per or question.per
    above, slash, _ = entry.unit.partition("/")
    amount = give_per_unit(row, value * entry.times, entry.unit, per, name)
    if question.divide_by_yield and slash and (per or "product") == "product":
        amount /= row.fraction
    if question.counts_as_carbon_dioxide:
        read = read_label(above, name)
        if read.dimension != _CO2E:
            raise DataError(f"{name} is in {above}, not in kg CO2e", "unit that does not fit", "correct the unit")
        amount, above = amount * read.factor, "kg"
    flow = row.form.find_flow(question.flow) if question.flow else None
    if flow is not None:
        try:
            convert(read_label(above, name), flow.unit, 0, flow.properties)
        except DataError as error:
            raise DataError(f"{name}: {error.what}", "unit that does not fit", error.fix) from error
    if not is_measured(amount):
        raise DataError(
            f"{name} is {amount!r} per unit of the product, beyond anything measured",
            "a number beyond anything measured",
            "correct it",
        )
    return Amount(question, amount, above, find_provider(row, question, place), f"{value!r} {label}")
