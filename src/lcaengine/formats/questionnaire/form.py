"""A questionnaire as it is read: the sheet, its mapping, and the background, held against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.questionnaire.mapping import Mapping, OwnFlow, Quantity, Question
from lcaengine.inventory import Inventory, Kind
from lcaengine.inventory.inventory import Property
from lcaengine.io.sheet import Cell, Sheet
from lcaengine.places import is_place
from lcaengine.system.site_energy import BURNED
from lcaengine.units import Unit, read_unit

__all__ = ["Form", "KnownFlow", "build_form", "find_unit_label", "list_columns"]

_UNIT_AT_END = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class KnownFlow:
    """A flow that the background has or the mapping describes."""

    name: str
    kind: str
    unit: Unit
    category: str
    properties: MappingOf[tuple[int, str], Property]


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet and what its columns are.

    Attributes
    ----------
    mapping : Mapping
    sheet : Sheet
    headers : tuple of str
        Text of the header row.
    at : dict of str to int
        Position of each header that stands once.
    background : Inventory or None
    flows : dict of str to KnownFlow
        Flows of the questions and of the mapping, by id; products of the background are looked up when they are named.
    of_background : dict of str to int
        Position of each flow of the background.
    """

    mapping: Mapping
    sheet: Sheet
    headers: tuple[str, ...]
    at: MappingOf[str, int]
    background: Inventory | None
    flows: dict[str, KnownFlow]
    of_background: MappingOf[str, int]

    def find_flow(self, flow_id: str) -> KnownFlow | None:
        """Give a flow of the mapping or the background; None where neither has it."""
        if flow_id not in self.flows and flow_id in self.of_background and self.background is not None:
            self.flows[flow_id] = _take_flow(self.background, self.of_background[flow_id])
        return self.flows.get(flow_id)

    def rows(self) -> Sequence[tuple[int, list[Cell]]]:
        """Give the rows below the header, each with its number in the sheet, blank ones too."""
        start = self.mapping.header_row
        return list(enumerate(self.sheet.rows[start:], start + 1))


def build_form(sheet: Sheet, mapping: Mapping, background: Inventory | None) -> Form:
    """Hold a sheet, its mapping and the background against each other.

    Raises
    ------
    DataError
        If a column, flow or provider that the mapping names is not there, or does not do.
    """
    headers = _read_headers(sheet, mapping)
    at = {header: k for k, header in enumerate(headers) if headers.count(header) == 1}
    ids = {} if background is None else {each: k for k, each in enumerate(background.flows.ids.to_pylist())}
    form = Form(mapping, sheet, headers, at, background, {}, ids)
    for name in list_columns(mapping):
        if name not in at:
            what = f"column {name!r} stands {headers.count(name)} times in the header, row {mapping.header_row}"
            shown = ", ".join(repr(each) for each in headers[:30] if each)
            raise DataError(what, mapping.label, f"write one of: {shown}", given=name)
    for flow_id, own in mapping.flows.items():
        if flow_id in ids:
            what, fix = f"[flows.{flow_id}] is a flow of the background too", "take it out of the mapping"
            raise DataError(what, mapping.label, fix, given=flow_id)
        form.flows[flow_id] = _build_flow(flow_id, own, mapping.label)
    for code in (mapping.place, mapping.place_blank, *mapping.place_names.values()):
        if code and not is_place(code):
            fix = "write an ISO 3166-1 or -2 code, or GLO RoW RER RAF RAS RLA RNA RME OCE"
            raise DataError(f"place {code!r} is not known", f"{mapping.label}, [place]", fix, given=code)
    _check_questions(form)
    return form


def find_unit_label(part: Question | Quantity) -> str:
    """Give the unit label that holds for all rows: the mapping's, else the one in parentheses at the header's end."""
    if part.unit or part.unit_column:
        return part.unit
    found = _UNIT_AT_END.search(part.column)
    return found[1].strip() if found else ""


def _read_headers(sheet: Sheet, mapping: Mapping) -> tuple[str, ...]:
    if len(sheet.rows) < mapping.header_row:
        what = f"the sheet has {len(sheet.rows)} rows, and the header should be in row {mapping.header_row}"
        raise DataError(what, mapping.label, "correct header_row under [sheet]")
    return tuple("" if cell is None else str(cell).strip() for cell in sheet.rows[mapping.header_row - 1])


def list_columns(mapping: Mapping) -> list[str]:
    """List the columns that a mapping names."""
    named = [mapping.stage_column, mapping.supplier, mapping.supplier_name, mapping.place_column]
    named.append(mapping.product_column)
    quantities = [mapping.production, mapping.product_yield, *mapping.bases.values()]
    parts: list[Quantity | Question] = [*(each for each in quantities if each), *mapping.questions]
    for part in parts:
        named += [part.column, part.unit_column]
    return [each for each in dict.fromkeys(named) if each]


def _take_flow(background: Inventory, at: int) -> KnownFlow:
    flows = background.flows
    kind = Kind(int(flows.kind[at])).name.lower()
    properties = {(0, name): each for (flow, name), each in flows.properties.items() if flow == at}
    return KnownFlow(flows.names[at], kind, flows.units[at], flows.category[at] or "", properties)


def _build_flow(flow_id: str, own: OwnFlow, label: str) -> KnownFlow:
    where = f"{label}, [flows.{flow_id}]"
    try:
        unit = read_unit(own.fields["unit"])
        properties = {}
        for name, (value, written) in own.properties.items():
            per = read_unit(written)
            built = Property(value * per.factor, per.dimension.partition("/")[0], per.base.partition("/")[0])
            properties[0, name] = built
    except UnitError as error:
        raise DataError(error.what, where, error.fix, given=error.given) from error
    return KnownFlow(own.fields["name"], own.fields["kind"], unit, own.fields["category"], properties)


def _check_questions(form: Form) -> None:
    """Refuse questions that no row could be read by."""
    known = set() if form.background is None else set(form.background.processes.ids.to_pylist())
    burned = [q for q in form.mapping.questions if q.flow and _is_burned(form, q)]
    for question in form.mapping.questions:
        where = f"{form.mapping.label}, column {question.column!r}"
        if not question.unit_column and not find_unit_label(question):
            raise DataError("the column says no unit", where, "write unit or unit_column, or (kWh/kg) in the header")
        if question.indicator:
            continue
        flow = form.find_flow(question.flow)
        if flow is None:
            there = "the background" if form.background is not None else "a background, and none is given"
            fix = f"write a flow_id of the background, or describe it: [flows.{question.flow}]"
            raise DataError(f"flow {question.flow!r} is not in {there}", where, fix, given=question.flow)
        if (flow.kind, question.direction) in (("product", "output"), ("waste", "input")):
            what = f"{flow.kind} as {question.direction}: a second product would need an allocation"
            raise DataError(what, where, "leave the column out, and say in the boundary what is done with it")
        for process in (question.provider, *question.provider_by_place.values()):
            if process and (process not in known or flow.kind == "elementary"):
                what = f"provider {process!r} of {question.flow!r} is no process of the background"
                if flow.kind == "elementary":
                    what = f"{question.flow!r} is an elementary flow, which nobody provides"
                raise DataError(what, where, "name a process_id, or leave it to the place", given=process)
        for place in question.provider_by_place:
            if not is_place(place):
                raise DataError(f"place {place!r} is not known", where, "write an ISO 3166 code", given=place)
        if question.counts_as_carbon_dioxide:
            _check_carbon_dioxide(question, flow, burned, where)


def _check_carbon_dioxide(question: Question, flow: KnownFlow, burned: list[Question], where: str) -> None:
    is_gas = flow.kind == "elementary" and flow.name.startswith("Carbon dioxide") and flow.unit.base == "kg"
    if not is_gas or question.direction != "output":
        what = f"{question.flow!r}, {question.direction}, is not carbon dioxide that is emitted"
        raise DataError(what, where, 'name carbon dioxide, measured by mass, and direction = "output"')
    if burned and not question.without_burning:
        what = f"the burning of {burned[0].flow!r} is in the background: scope 1 would count it twice"
        fix = "leave the column out; or, where the figure holds no burning of these, write without_burning = true"
        raise DataError(what, where, fix)


def _is_burned(form: Form, question: Question) -> bool:
    flow = form.find_flow(question.flow)
    return flow is not None and flow.category == BURNED
