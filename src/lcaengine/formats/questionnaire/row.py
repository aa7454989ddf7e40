"""One row of a questionnaire: its cells by column, and its amounts and units carried to one unit of its product."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from lcaengine.errors import DataError
from lcaengine.formats.draft import is_measured
from lcaengine.formats.questionnaire.form import Form, KnownFlow, find_unit_label
from lcaengine.formats.questionnaire.mapping import Quantity, Question, UnitEntry
from lcaengine.inventory.conversion import convert
from lcaengine.io.sheet import Cell, name_cell
from lcaengine.places import GLOBAL, list_fallbacks
from lcaengine.units import Unit, read_unit

__all__ = [
    "Problem",
    "Row",
    "count_products",
    "find_entry",
    "find_label",
    "find_provider",
    "give_per_unit",
    "read_label",
    "take_quantity",
]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not scored: the kind, to count by, and a sentence with cell, value and what to do."""

    reason: str
    text: str


@dataclass(slots=True)
class Row:
    """A row while it is read; what does not fit raises a DataError whose `where` is the reason."""

    form: Form
    number: int
    cells: list[Cell]
    product: KnownFlow
    production: float | None = None
    fraction: float = 1.0
    """The yield."""

    def find(self, column: str) -> Cell:
        """Give the cell of a column, None where it is blank or says that there is no answer."""
        at = self.form.at[column]
        cell = self.cells[at] if at < len(self.cells) else None
        if isinstance(cell, str):
            cell = cell.strip()
            return None if not cell or cell in self.form.mapping.no_answer else cell
        return cell

    def name(self, column: str) -> str:
        """Name the cell of a column for people."""
        return f"{name_cell(self.number, self.form.at[column])} ({column})"

    def text(self, column: str) -> str:
        """Give the text in a cell, empty where it is blank."""
        cell = self.find(column)
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))  # a number that a sheet keeps as 17.0 and shows as 17
        return "" if cell is None else str(cell).replace("\0", "")

    def number_of(self, column: str) -> float | None:
        """Give the number in a cell, None where it is blank."""
        cell = self.find(column)
        if cell is None:
            return None
        value: Cell = cell
        if isinstance(cell, str):
            point = self.form.mapping.decimal
            text = cell if point == "." or "." in cell else cell.replace(point, ".")
            value = float(text) if _NUMBER.fullmatch(text) and (point == "." or "." not in cell) else None
        if isinstance(value, bool | dt.date | dt.time | dt.timedelta) or value is None:
            what = f"{self.name(column)} is {str(cell)[:60]!r}, which is no number"
            raise DataError(what, "text where a number should be", "write a number, or leave the cell blank")
        if not isinstance(value, float | int) or not is_measured(value):
            raise DataError(
                f"{self.name(column)} is {value!r}, beyond anything measured",
                "a number beyond anything measured",
                "correct it",
            )
        return float(value)


def give_per_unit(row: Row, value: float, unit: str, per: str, name: str) -> float:
    """Give how much there is per unit of the product of what is measured per product, per basis, or in the period."""
    _, slash, below = unit.partition("/")
    read_label(unit, name)
    if not slash:
        if per and per != "product":
            raise DataError(
                f"{name} is per {per} and its unit {unit!r} is not", "unit that does not fit", "write the unit as GJ/t"
            )
        if row.production is None:
            what = f"{name} is an amount of the period ({unit}), and the production is not known"
            raise DataError(what, "production not known", "give the production, or the amount per unit of product")
        return value / row.production
    under = read_label(below.removeprefix("(").removesuffix(")"), name)
    if per in ("", "product"):
        return value / count_products(row, under, name)
    quantity = row.form.mapping.bases[per]
    basis_name = row.name(quantity.column) if quantity.column else f"[bases.{per}]"
    taken = take_quantity(row, quantity)
    if taken is None:
        raise DataError(
            f"{name} is per {per}, and {basis_name} is blank", "basis not known", f"say how much {per} there is"
        )
    amount, label = taken
    if amount < 0:
        raise DataError(f"{basis_name} is {amount!r}, below zero", "negative answer", "correct it")
    basis = read_label(label.partition("/")[0], basis_name)
    if basis.dimension != under.dimension:
        what = f"{name} is per {below} and {basis_name} in {label}"
        raise DataError(what, "unit that does not fit", "measure both by mass, or both by volume")
    return value * (basis.factor / under.factor) * give_per_unit(row, amount, label, "", basis_name)


def take_quantity(row: Row, quantity: Quantity) -> tuple[float, str] | None:
    """Give a quantity and its unit; None where the row leaves it blank."""
    value = row.number_of(quantity.column) if quantity.column else quantity.value
    if value is None:
        return None
    entry = find_entry(row, quantity)
    return value * entry.times, entry.unit


def find_label(row: Row, part: Question | Quantity) -> str:
    """Give the unit label of an answer: of its own column, else the one for all rows."""
    if not part.unit_column:
        return find_unit_label(part)
    label = row.text(part.unit_column)
    if not label:
        raise DataError(f"{row.name(part.unit_column)} is blank", "unit blank", "write the unit")
    return label


def find_entry(row: Row, part: Question | Quantity) -> UnitEntry:
    """Give what the unit label of an answer stands for."""
    label = find_label(row, part)
    return row.form.mapping.units.get(label) or UnitEntry(label, "", 1.0)


def read_label(label: str, name: str) -> Unit:
    """Read a unit label; `name` is the cell, for the message."""
    try:
        return read_unit(label)
    except DataError as error:
        raise DataError(
            f"{name}: {error.what}", "unit not known", f"{error.fix}, or explain it under [units]"
        ) from error


def count_products(row: Row, unit: Unit, name: str) -> float:
    """Give how many units of the product one `unit` of it is."""
    try:
        return convert(unit, row.product.unit, 0, row.product.properties) / row.product.unit.factor
    except DataError as error:
        raise DataError(f"{name}: {error.what} (its product)", "unit that does not fit", error.fix) from error


def find_provider(row: Row, question: Question, place: str) -> str:
    """Give the provider that the mapping names, the nearest to the place; empty where it leaves that to linking."""
    if not question.provider_by_place:
        return question.provider
    for each in list_fallbacks(place or GLOBAL):
        if each in question.provider_by_place:
            return question.provider_by_place[each]
    what = f"no provider of {question.flow!r} is named for {place or GLOBAL}"
    raise DataError(
        what,
        "no provider named for the place",
        f"add it under provider_by_place of {question.column!r}, or GLO for all others",
    )
