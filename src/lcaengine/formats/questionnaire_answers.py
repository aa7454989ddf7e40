"""The answers of one row: amounts per unit of its product, or sentences that say why it has none."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from lcaengine.errors import DataError
from lcaengine.formats.draft import is_measured
from lcaengine.formats.questionnaire_form import Form, KnownFlow, find_unit_label
from lcaengine.formats.questionnaire_mapping import Quantity, Question
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.schema import STAGES
from lcaengine.io.sheet import Cell, name_cell
from lcaengine.places import GLOBAL, is_place, list_fallbacks
from lcaengine.units import Unit, read_unit

__all__ = ["Amount", "Answers", "read_answers"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
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
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """A row while it is read."""

    form: Form
    number: int
    cells: list[Cell]
    product: KnownFlow
    production: float | None = None
    fraction: float = 1.0
    """The yield."""

    def find(self, column: str) -> Cell:
        at = self.form.at[column]
        cell = self.cells[at] if at < len(self.cells) else None
        if isinstance(cell, str):
            cell = cell.strip()
            return None if not cell or cell in self.form.mapping.no_answer else cell
        return cell

    def name(self, column: str) -> str:
        return f"{name_cell(self.number, self.form.at[column])} ({column})"

    def text(self, column: str) -> str:
        cell = self.find(column)
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))  # a number that a sheet keeps as 17.0 and shows as 17
        return "" if cell is None else str(cell).replace("\0", "")

    def number_of(self, column: str) -> float | None:
        """Give the number in a cell, None where it is blank."""
        cell = self.find(column)
        if cell is None:
            return None
        value = cell
        if isinstance(cell, str):
            point = self.form.mapping.decimal
            text = cell if point == "." or "." in cell else cell.replace(point, ".")
            value = float(text) if _NUMBER.fullmatch(text) and (point == "." or "." not in cell) else None
        if isinstance(value, bool | dt.date | dt.time | dt.timedelta) or value is None:
            what = f"{self.name(column)} is {str(cell)[:60]!r}, which is no number"
            raise DataError(what, "", "write a number, or leave the cell blank")
        if not isinstance(value, float | int) or not is_measured(value):
            raise DataError(f"{self.name(column)} is {value!r}, beyond anything measured", "", "correct it")
        return float(value)


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
    row = _Row(form, number, cells, KnownFlow("", "product", unit, "", {}))
    answers = Answers(number)
    for read in (_read_who, _read_product, _read_place, _read_stage, _read_yield, _read_production):
        try:
            read(row, answers)
        except DataError as error:
            answers.problems.append(_say(error))
    if not answers.problems:
        _read_questions(row, answers)
    return answers


def _say(error: DataError) -> str:
    return f"{error.what}: {error.fix}."


def _read_who(row: _Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.supplier = row.text(mapping.supplier)
    answers.name = row.text(mapping.supplier_name) if mapping.supplier_name else ""
    if not answers.supplier:
        raise DataError(f"{row.name(mapping.supplier)} is blank", "", "write who the supplier is")


def _read_product(row: _Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.product_text = answers.product = mapping.product
    if mapping.product_column:
        answers.product_text = row.text(mapping.product_column)
        if not answers.product_text:
            raise DataError(f"{row.name(mapping.product_column)} is blank", "", "write what the product is")
        answers.product = mapping.product_flows.get(answers.product_text, answers.product_text)
    known = row.form.find_flow(answers.product)
    if known is not None and known.kind != "product":
        where = row.name(mapping.product_column) if mapping.product_column else "the mapping's product"
        what = f"{where} names the flow {answers.product!r}, which is {known.kind} and no product"
        raise DataError(what, "", "name a product, or give it a flow_id under [product] flows")
    row.product = known or row.product


def _read_place(row: _Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.place = mapping.place
    if not mapping.place_column:
        return
    text = row.text(mapping.place_column)
    if not text and not mapping.place_blank:
        raise DataError(f"{row.name(mapping.place_column)} is blank", "", "write the country as ISO 3166 code")
    code = mapping.place_names.get(text, text) if text else mapping.place_blank
    if not is_place(code):
        what = f"{row.name(mapping.place_column)} is {text[:60]!r}, a place that is not known"
        raise DataError(what, "", "write an ISO 3166 code, or add the name under [place] names")
    answers.place = code


def _read_stage(row: _Row, answers: Answers) -> None:
    mapping = row.form.mapping
    answers.stage = mapping.stage or row.text(mapping.stage_column)
    if answers.stage not in STAGES:
        what = f"{row.name(mapping.stage_column)} is {answers.stage[:60]!r}, which is no stage"
        raise DataError(what, "", f"write one of: {', '.join(STAGES)}")


def _read_yield(row: _Row, answers: Answers) -> None:
    """Read the yield, where the mapping has one."""
    quantity = row.form.mapping.product_yield
    if quantity is None:
        return
    name = row.name(quantity.column) if quantity.column else "the yield"
    fix = "write product per unit put in, above 0 and up to 1 (or 100 %)"
    value = row.number_of(quantity.column) if quantity.column else quantity.value
    if value is None:
        raise DataError(f"{name} is blank", "", fix)
    label = row.text(quantity.unit_column) if quantity.unit_column else find_unit_label(quantity)
    if label == "%":
        row.fraction = value / 100
    elif label in ("", "1", "-", "fraction"):
        row.fraction = value
    else:
        unit = _read_label(label, name)
        above, _, below = unit.dimension.partition("/")
        if above != below:
            raise DataError(f"{name} is in {label!r}, neither a fraction nor %", "", fix)
        row.fraction = value * unit.factor
    if not 0 < row.fraction <= 1:
        raise DataError(f"{name} is {value!r}", "", fix)


def _read_production(row: _Row, answers: Answers) -> None:
    """Read what is made in the period, in units of the product; rows without it may do without."""
    quantity = row.form.mapping.production
    if quantity is None:
        return
    taken = _take(row, quantity)
    if taken is None:
        return
    value, label = taken
    name = row.name(quantity.column) if quantity.column else "the production"
    if value <= 0:
        raise DataError(f"{name} is {value!r}, not above zero", "", "write what is made in the period")
    answers.production = row.production = value * _per_product(row, _read_label(label, name), name)


def _read_questions(row: _Row, answers: Answers) -> None:
    for question in row.form.mapping.questions:
        try:
            value = row.number_of(question.column)
            if value is None and question.required:
                raise DataError(f"{row.name(question.column)} is blank and required", "", "fill it in")
            if value is None and question.blank == "zero":
                value = 0.0
            if value is None:
                if question.flow:
                    answers.unanswered.append(question)
                continue
            if value < 0 and not question.may_be_negative:
                what = f"{row.name(question.column)} is {value!r}, below zero"
                raise DataError(what, "", "correct it, or let it be by may_be_negative = true in the mapping")
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
        answers.problems.append(f"Two columns state {indicator!r}: leave one of them blank.")
    if answers.stated and answers.unanswered:
        answers.unanswered = []
        answers.notes.append("Only a stated footprint: the indicators it does not tell are missing.")
    if not answers.amounts and not answers.stated:
        answers.problems.append("No question is answered: fill in what is known.")
    answers.notes += [
        f"No answer in {row.name(each.column)}: it counts as a missing input." for each in answers.unanswered
    ]


def _set_aside(row: _Row, answers: Answers) -> None:
    for each in answers.stated:
        name = row.name(each.question.column)
        if each.question.beside_inputs == "refuse":
            what = f"{name} states a footprint, and the row answers what goes into it: it would count twice"
            answers.problems.append(f"{what}: keep one, or write beside_inputs = 'set_aside' in the mapping.")
        else:
            answers.notes.append(f"{name}, {each.written}, is set aside: the row is scored by its inputs.")
    answers.stated = []


def _read_amount(row: _Row, question: Question, value: float, place: str) -> Amount:
    """Carry an answer to an amount per unit of the product."""
    name = row.name(question.column)
    label = _find_label(row, question)
    unit, per = row.form.mapping.units.get(label, (label, ""))
    above, slash, _ = unit.partition("/")
    amount = _per_unit(row, value, unit, per or question.per, name)
    if question.divide_by_yield and slash and (per or question.per or "product") == "product":
        amount /= row.fraction
    if question.counts_as_carbon_dioxide:
        read = _read_label(above, name)
        if read.dimension != _CO2E:
            raise DataError(f"{name} is in {above}, not in kg CO2e", "", "correct the unit")
        amount, above = amount * read.factor, "kg"
    flow = row.form.find_flow(question.flow) if question.flow else None
    if flow is not None:
        try:
            convert(_read_label(above, name), flow.unit, 0, flow.properties)
        except DataError as error:
            raise DataError(f"{name}: {error.what}", "", error.fix) from error
    if not is_measured(amount):
        raise DataError(f"{name} is {amount!r} per unit of the product, beyond anything measured", "", "correct it")
    return Amount(question, amount, above, _find_provider(row, question, place), f"{value!r} {label}")


def _per_unit(row: _Row, value: float, unit: str, per: str, name: str) -> float:
    """Give how much there is per unit of the product of what is measured per product, per basis, or in the period."""
    _, slash, below = unit.partition("/")
    _read_label(unit, name)
    if not slash:
        if per and per != "product":
            raise DataError(f"{name} is per {per} and its unit {unit!r} is not", "", "write the unit as GJ/t")
        if row.production is None:
            what = f"{name} is an amount of the period ({unit}), and the production is not known"
            raise DataError(what, "", "give the production, or the amount per unit of product")
        return value / row.production
    under = _read_label(below.removeprefix("(").removesuffix(")"), name)
    if per in ("", "product"):
        return value / _per_product(row, under, name)
    quantity = row.form.mapping.bases[per]
    basis_name = row.name(quantity.column) if quantity.column else f"[bases.{per}]"
    taken = _take(row, quantity)
    if taken is None:
        raise DataError(f"{name} is per {per}, and {basis_name} is blank", "", f"say how much {per} there is")
    amount, label = taken
    if amount < 0:
        raise DataError(f"{basis_name} is {amount!r}, below zero", "", "correct it")
    basis = _read_label(label.partition("/")[0], basis_name)
    if basis.dimension != under.dimension:
        what = f"{name} is per {below} and {basis_name} in {label}"
        raise DataError(what, "", "measure both by mass, or both by volume")
    return value * (basis.factor / under.factor) * _per_unit(row, amount, label, "", basis_name)


def _take(row: _Row, quantity: Quantity) -> tuple[float, str] | None:
    """Give a quantity and its unit; None where the row leaves it blank."""
    value = row.number_of(quantity.column) if quantity.column else quantity.value
    if value is None:
        return None
    label = _find_label(row, quantity)
    return value, row.form.mapping.units.get(label, (label, ""))[0]


def _find_label(row: _Row, part: Question | Quantity) -> str:
    if not part.unit_column:
        return find_unit_label(part)
    label = row.text(part.unit_column)
    if not label:
        raise DataError(f"{row.name(part.unit_column)} is blank", "", "write the unit")
    return label


def _read_label(label: str, name: str) -> Unit:
    try:
        return read_unit(label)
    except DataError as error:
        raise DataError(f"{name}: {error.what}", "", f"{error.fix}, or explain it under [units]") from error


def _per_product(row: _Row, unit: Unit, name: str) -> float:
    """Give how many units of the product one `unit` of it is."""
    try:
        return convert(unit, row.product.unit, 0, row.product.properties) / row.product.unit.factor
    except DataError as error:
        raise DataError(f"{name}: {error.what} (its product)", "", error.fix) from error


def _find_provider(row: _Row, question: Question, place: str) -> str:
    if not question.provider_by_place:
        return question.provider
    for each in list_fallbacks(place or GLOBAL):
        if each in question.provider_by_place:
            return question.provider_by_place[each]
    what = f"no provider of {question.flow!r} is named for {place or GLOBAL}"
    raise DataError(what, "", f"add it under provider_by_place of {question.column!r}, or GLO for all others")
