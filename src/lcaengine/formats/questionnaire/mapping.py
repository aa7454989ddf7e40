"""The mapping of a supplier questionnaire: which column of the sheet is what, as a TOML file.

Columns, units, flows and providers are named letter by letter; nothing is guessed. A quantity is ``{column = "..."}``
or ``{value = 0.9}``, each with ``unit`` or ``unit_column`` where the header does not end in the unit in parentheses.

::

    name = "Answers of 2025"               # of the inventory; also version, licence, description, boundary,
                                           # reference_period, as in inventory.toml
    stage = "processing"                   # * of every row; or {column = "stage"}
    data_type = "primary"                  # the usual; or secondary, proxy

    [sheet]
    name = "Answers"                       # sheet of a workbook; else its first
    header_row = 3                         # row of the headers, from 1; what stands above is left alone
    delimiter = ";"                        # of a CSV; else a comma
    decimal = ","                          # of numbers that are text; else a point
    no_answer = ["n/a", "-"]               # words that stand for a blank cell

    [supplier]
    column = "supplier"                    # * who answers; supplier and product name a row, and stand once
    name_column = "company"                # a name for people

    [place]                                # else rows have no place, which is the world
    column = "country"                     # or code = "CN", for all rows
    names = {Canada = "CA"}                # what the sheet calls places that are no ISO 3166 code
    blank = "GLO"                          # place of rows that name none; else these are not scored

    [product]
    column = "product"                     # or flow = "ndpr_oxide", for all rows
    flows = {"Nd oxide" = "nd_oxide"}      # text of the cell to flow_id; else the text is the flow_id
    unit = "kg"                            # of products described nowhere else

    [production]                           # a quantity: what is made in the period of amounts that say no "per"
    column = "production (t)"

    [yield]                                # a quantity: product per kg put in, a fraction or (%), above 0 and up to 1
    column = "yield (%)"                   # divides amounts per unit of product, but where a column says otherwise;
                                           # of cells that hold 0.9 and show 90 %, write unit = "1"

    [bases.ore]                            # a quantity: how much of another basis a unit of product takes (t/kg),
    column = "ore processed (t)"           # or how much of it there was in the period, divided by the production

    [units]                                # labels of the sheet that are not read as they are
    "GJ/t ore processed" = {unit = "GJ/t", per = "ore"}
    "m3/oz" = "m3/oz_troy"                 # the same without a basis of its own
    "koz" = {unit = "oz_troy", times = 1000}

    [flows.water]                          # flows that the background does not have, as in the table `flows`
    name = "Water, unspecified natural origin"
    kind = "elementary"
    unit = "m3"
    compartment = "resource"               # also sub_compartment, cas_number, category
    properties = {mass = {value = 1000, unit = "kg/m3"}}

    [[columns]]                            # one for each question
    column = "electricity (kWh/kg)"        # * header, letter by letter
    flow = "electricity"                   # * flow_id, of the background or above; or indicator, below
    direction = "input"                    # the usual; or output
    unit = "kWh/kg"                        # where the header has none; or unit_column = "unit of electricity"
    per = "ore"                            # a basis; else the product; an amount with no "per" is of the period
    divide_by_yield = false                # else true, where there is a yield and the amount is per unit of product
    provider = "grid_CN"                   # process_id of the background; else it is linked by flow and place
    provider_by_place = {CN = "grid_CN", GLO = "grid_GLO"}  # the nearest that is named; none is a problem of the row
    blank = "missing"                      # the usual: a gap, counted, the status says so; or "zero"
    required = true                        # a row without an answer is not scored
    may_be_negative = true                 # else a negative answer is a problem
    comment = "metered"

    [[columns]]                            # direct emissions reported as kg CO2e
    column = "scope 1 (kg CO2e/kg)"
    flow = "co2"                           # carbon dioxide to air
    counts_as_carbon_dioxide = true        # a kg CO2e stands as a kg of it
    without_burning = true                 # where fuels are mapped that the background burns: theirs is not in it

    [[columns]]                            # a footprint that the supplier states, for rows that say nothing else
    column = "footprint (kg CO2e/kg)"
    indicator = "ghg"
    beside_inputs = "set_aside"            # else "refuse": a row with inputs and a stated footprint is not scored

A figure in kg CO2e is characterized already. One that is scope 1 can stand as the same mass of carbon dioxide, whose
factor is one in every set of GWPs: the row keeps its inputs and gets one total, under the GWPs of whoever reported it,
and counted as fossil. Any other (scope 1 and 2, cradle to gate) would count the inputs twice: it goes to the table
`impacts` of rows that answer nothing else, where the indicators it does not tell are missing.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path

from lcaengine.errors import DataError
from lcaengine.formats.questionnaire.keys import Keys
from lcaengine.inventory.schema import STAGES

__all__ = ["Mapping", "OwnFlow", "Quantity", "Question", "UnitEntry", "read_mapping"]

_ABOUT = ("name", "version", "licence", "description", "boundary", "reference_period")
_MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of each row: of a column, or fixed; with its unit where the header does not tell it."""

    column: str
    value: float
    unit: str
    unit_column: str


@dataclass(frozen=True, slots=True)
class Question:
    """A column whose answers are amounts of a flow, or a stated footprint; the fields are the keys of the file."""

    column: str
    flow: str
    indicator: str
    direction: str
    unit: str
    unit_column: str
    per: str
    divide_by_yield: bool
    provider: str
    provider_by_place: MappingOf[str, str]
    blank: str
    required: bool
    may_be_negative: bool
    counts_as_carbon_dioxide: bool
    without_burning: bool
    beside_inputs: str
    comment: str


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """What a label of the sheet stands for: a unit, how many of it, and the basis it is per."""

    unit: str
    per: str
    times: float


@dataclass(frozen=True, slots=True)
class OwnFlow:
    """A flow that the mapping describes: fields of its row of `flows`, and of its rows of `properties`."""

    fields: MappingOf[str, str]
    properties: MappingOf[str, tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a questionnaire are; the fields are the keys of the file."""

    label: str
    about: MappingOf[str, str]
    stage: str
    stage_column: str
    data_type: str
    sheet: str
    header_row: int
    delimiter: str
    decimal: str
    no_answer: tuple[str, ...]
    supplier: str
    supplier_name: str
    place: str
    place_column: str
    place_names: MappingOf[str, str]
    place_blank: str
    product: str
    product_column: str
    product_flows: MappingOf[str, str]
    product_unit: str
    production: Quantity | None
    product_yield: Quantity | None
    bases: MappingOf[str, Quantity]
    units: MappingOf[str, UnitEntry]
    flows: MappingOf[str, OwnFlow]
    questions: tuple[Question, ...]


def read_mapping(place: str | Path) -> Mapping:
    """Read a mapping file; its keys are listed in this module's docstring.

    Parameters
    ----------
    place : str or Path
        A TOML file.

    Returns
    -------
    Mapping

    Raises
    ------
    DataError
        If it cannot be read, a key is not known, missing, or not of the type it should be.
    """
    label = str(place)
    try:
        path = Path(place)
        if path.stat().st_size > _MOST_BYTES:
            raise DataError(f"the mapping is larger than {_MOST_BYTES} bytes", label, "name the mapping file")
        fields = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        text = " ".join(str(error).split())[:200]
        raise DataError(f"the mapping cannot be read: {text}", label, "give a TOML file in UTF-8") from error
    top = Keys(fields, label)
    about = {name: top.text(name) for name in _ABOUT}
    stage, stage_column = _read_stage(top)
    sheet, supplier, where, product = (top.child(name) for name in ("sheet", "supplier", "place", "product"))
    data_type = top.text("data_type", "primary", ("primary", "secondary", "proxy"))
    mapping = Mapping(
        label=label,
        about=about,
        stage=stage,
        stage_column=stage_column,
        data_type=data_type,
        sheet=sheet.text("name"),
        header_row=sheet.count("header_row", 1),
        delimiter=sheet.text("delimiter", ",", (",", ";", "\t", "|")),
        decimal=sheet.text("decimal", ".", (".", ",")),
        no_answer=sheet.texts("no_answer"),
        supplier=supplier.need("column"),
        supplier_name=supplier.text("name_column"),
        place=where.text("code"),
        place_column=where.text("column"),
        place_names=where.pairs("names"),
        place_blank=where.text("blank"),
        product=product.text("flow"),
        product_column=product.text("column"),
        product_flows=product.pairs("flows"),
        product_unit=product.text("unit", "kg"),
        production=_read_quantity(top.child("production")),
        product_yield=_read_quantity(top.child("yield")),
        bases={name: _need_quantity(each) for name, each in top.children("bases")},
        units=_read_units(top),
        flows={name: _read_flow(each) for name, each in top.children("flows")},
        questions=tuple(_read_question(each) for each in top.list("columns")),
    )
    for each in (sheet, supplier, where, product):
        each.refuse_others()
    top.refuse_others()
    _check_whole(mapping)
    return mapping


def _read_stage(top: Keys) -> tuple[str, str]:
    if top.is_table("stage"):
        child = top.child("stage")
        column = child.need("column")
        child.refuse_others()
        return "", column
    return top.need("stage", STAGES), ""


def _read_quantity(keys: Keys) -> Quantity | None:
    if not keys.fields:
        return None
    return _need_quantity(keys)


def _need_quantity(keys: Keys) -> Quantity:
    column, value = keys.text("column"), keys.number("value")
    if bool(column) == (value is not None):
        raise DataError("a quantity has a column or a value, one of the two", keys.where, "write one")
    quantity = Quantity(column, math.nan if value is None else value, keys.text("unit"), keys.text("unit_column"))
    keys.refuse_others()
    return quantity


def _read_units(top: Keys) -> dict[str, UnitEntry]:
    """Read the labels of the sheet."""
    units = {}
    child = top.child("units")
    for label in list(child.fields):
        if child.is_table(label):
            own = child.child(label)
            times = own.number("times")
            if times is not None and times <= 0:
                raise DataError(f"times is {times!r}, not above zero", own.where, "write times = 1000", given=times)
            units[label] = UnitEntry(own.need("unit"), own.text("per"), 1.0 if times is None else times)
            own.refuse_others()
        else:
            units[label] = UnitEntry(child.need(label), "", 1.0)
    return units


def _read_flow(keys: Keys) -> OwnFlow:
    kinds = ("product", "waste", "elementary")
    fields = {"name": keys.need("name"), "kind": keys.need("kind", kinds), "unit": keys.need("unit")}
    for name in ("compartment", "sub_compartment", "cas_number", "category", "product_ids"):
        fields[name] = keys.text(name)
    properties = {}
    for name, each in keys.children("properties"):
        value = each.number("value")
        if value is None or value <= 0:
            raise DataError(f"property {name!r} has no value above zero", each.where, "write value = 45.3")
        properties[name] = (value, each.need("unit"))
        each.refuse_others()
    keys.refuse_others()
    return OwnFlow(fields, properties)


def _read_question(keys: Keys) -> Question:
    question = Question(
        column=keys.need("column"),
        flow=keys.text("flow"),
        indicator=keys.text("indicator"),
        direction=keys.text("direction", "input", ("input", "output")),
        unit=keys.text("unit"),
        unit_column=keys.text("unit_column"),
        per=keys.text("per"),
        divide_by_yield=keys.flag("divide_by_yield", True),
        provider=keys.text("provider"),
        provider_by_place=keys.pairs("provider_by_place"),
        blank=keys.text("blank", "missing", ("missing", "zero")),
        required=keys.flag("required", False),
        may_be_negative=keys.flag("may_be_negative", False),
        counts_as_carbon_dioxide=keys.flag("counts_as_carbon_dioxide", False),
        without_burning=keys.flag("without_burning", False),
        beside_inputs=keys.text("beside_inputs", "refuse", ("refuse", "set_aside")),
        comment=keys.text("comment"),
    )
    keys.refuse_others()
    wrong, fix = "", ""
    if bool(question.flow) == bool(question.indicator):
        wrong, fix = "a column is of a flow or of an indicator, one of the two", "write one"
    elif question.required and question.blank == "zero":
        wrong, fix = "a column is required, and zero where it is blank", "write one of the two"
    elif question.unit and question.unit_column:
        wrong, fix = "a column has a unit and a unit_column", "write one of the two"
    elif question.provider and question.provider_by_place:
        wrong, fix = "a column has a provider and a provider_by_place", "write one of the two"
    if wrong:
        raise DataError(f"{wrong}: {question.column!r}", keys.where, fix, given=question.column)
    return question


def _check_whole(mapping: Mapping) -> None:
    def refuse(what: str, fix: str) -> None:
        raise DataError(what, mapping.label, fix)

    if not mapping.questions:
        refuse("the mapping has no [[columns]]", "map at least one column to a flow")
    if bool(mapping.product) == bool(mapping.product_column):
        refuse("[product] has a column or a flow, one of the two", "write one")
    if mapping.place and mapping.place_column:
        refuse("[place] has a column and a code", "write one of the two")
    columns = [each.column for each in mapping.questions]
    twice = sorted({each for each in columns if columns.count(each) > 1})
    if twice:
        refuse(f"column {twice[0]!r} is mapped twice", "map it once")
    bases = {each.per for each in mapping.questions} | {each.per for each in mapping.units.values()}
    unknown = sorted(bases - set(mapping.bases) - {"", "product"})
    if unknown:
        refuse(f"basis {unknown[0]!r} is described nowhere", f"add [bases.{unknown[0]}]")
    if "product" in mapping.bases:
        refuse("a basis is called 'product'", "give it another name")
