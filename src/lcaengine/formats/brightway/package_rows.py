"""The matrices of a datapackage as rows of an inventory.

=============================================== ====================================================================
entry of the technosphere                       row
=============================================== ====================================================================
at the reference of its activity                product, output; the first one is the reference
flipped, or below zero                          product, input, from whoever is there for that product
above zero, of a product another is there for   product, avoided; of a treatment's: what is sent to it, below zero
above zero, of a product nobody is there for    product, output, a co-product that carries nothing
=============================================== ====================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.formats.brightway.labels import DEMAND, INDICATOR, MARKET, Label, Labels
from lcaengine.formats.brightway.matrix import FIELDS, Matrix
from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.scaling import scale_distributions
from lcaengine.inventory.schema import STAGES

__all__ = ["add_biosphere", "add_technosphere"]

_RESOURCES = ("natural resource", "natural resources", "resource", "resources", "raw", "inventory indicator")
"""Compartments whose flows are taken in."""
_ALLOWED = {
    "stage": ("", *STAGES),
    "data_type": ("", "primary", "secondary", "proxy"),
    "direction": ("", "input", "output"),
    "activity": ("", "process", MARKET, DEMAND),
}


Made = tuple[str, float, str]
"""Id of a process, what it makes, and in which unit."""
Entry = tuple[int, int, int, float, bool, tuple[float, ...] | None]
"""Row, column, group, amount, whether it is flipped, and its distribution."""


@dataclass(frozen=True, slots=True)
class _Book:
    """What is known of the technosphere: reference of each activity, maker of each product, and how they are named."""

    draft: Draft
    labels: Labels
    reference: Mapping[int, int]
    maker: Mapping[int, int]
    treats: frozenset[int]
    units: dict[str, tuple[str, float, str]]
    sources: list[str]

    def is_a(self, activity: int, what: str) -> bool:
        return self.labels.technosphere.get(activity, {}).get("activity") == what

    def process(self, activity: int) -> str:
        return self.labels.technosphere.get(activity, {}).get("code") or str(activity)

    def place(self, activity: int) -> str:
        return self.labels.technosphere.get(activity, {}).get("location", "")

    def product(self, row: int) -> tuple[str, float, str]:
        """Give the flow of a row: id, how many of its unit one of the package's is, and the unit; add it once."""
        label = self.labels.technosphere.get(row, {})
        flow_id = label.get("product_code") or label.get("code") or str(row)
        kind = "waste" if label.get("kind") == "waste" and row not in self.treats else "product"
        return _take_flow(self.draft, self.units, flow_id, label.get("product") or label["name"], kind, label)


def add_technosphere(
    draft: Draft,
    matrix: Matrix,
    labels: Labels,
    reference: Mapping[int, int],
    sources: list[str],
    progress: Progress | None,
) -> dict[int, Made]:
    """Add processes, markets, bills of materials, products and their exchanges.

    Parameters
    ----------
    draft : Draft
    matrix : Matrix
    labels : Labels
        With a label for every id of the matrix.
    reference : dict of int to int
        Row of each column.
    sources : list of str
        ``source_id`` of each group.
    progress : Progress, optional

    Returns
    -------
    dict of int to (str, float, str)
        Of each activity that is a process: its id, what it makes, and in which unit.
    """
    signed = matrix.signed()
    columns = np.array(sorted(reference), np.int64)
    of_column = np.array([reference[c] for c in columns.tolist()], np.int64)
    at_reference = of_column[np.searchsorted(columns, matrix.column)] == matrix.row
    output: dict[int, float] = {}
    first: dict[int, int] = {}
    for at in np.flatnonzero(at_reference & (signed != 0)).tolist():
        column = int(matrix.column[at])
        output[column] = output.get(column, 0.0) + signed[at]
        if column not in first or (matrix.is_flipped[first[column]] and not matrix.is_flipped[at]):
            first[column] = at
    for column, row in reference.items():
        if not output.get(column):
            fix = "write how much of it the activity makes"
            raise DataError(f"activity {column} makes nothing of {row}, its product", draft.source, fix, id=str(column))
    treats = frozenset(reference[column] for column, value in output.items() if value < 0)
    maker = {row: column for column, row in reference.items()}
    book = _Book(draft, labels, reference, maker, treats, {}, sources)
    free = _find_free(matrix, signed, at_reference, maker)
    processes = {c: book.process(c) for c in reference if not book.is_a(c, MARKET) and not book.is_a(c, DEMAND)}
    group = {int(matrix.column[at]): int(matrix.group[at]) for at in first.values()}
    for column in processes:
        _add_process(book, column, sources[group[column]], "none" if column in free else "")
    starts = frozenset(first.values())
    for at, entry in enumerate(follow(_list_entries(matrix), len(matrix), progress)):
        _add_entry(book, entry, bool(at_reference[at]), at in starts)
    made = {}
    for column, process_id in processes.items():
        _, factor, unit = book.product(reference[column])
        made[column] = (process_id, output[column] * factor, unit)
    return made


def add_biosphere(
    draft: Draft,
    matrix: Matrix,
    labels: Labels,
    made: Mapping[int, Made],
    sources: list[str],
    progress: Progress | None,
) -> None:
    """Add elementary flows and their exchanges; what suppliers declare becomes rows of `impacts`.

    Parameters
    ----------
    draft : Draft
    matrix : Matrix
    labels : Labels
    made : dict of int to (str, float, str)
        As :func:`add_technosphere` gives it.
    sources : list of str
        ``source_id`` of each group.
    progress : Progress, optional
    """
    units: dict[str, tuple[str, float, str]] = {}
    for entry in follow(_list_entries(matrix), len(matrix), progress):
        row, column, group, amount, is_flipped, distribution = entry
        label, process_id = labels.biosphere.get(row, {}), made[column][0] if column in made else ""
        if column not in made:
            draft.lose("elementary flows of activities that make nothing, which take no part", f"{row} of {column}")
            continue
        if label.get("kind") == INDICATOR:
            _add_declared(draft, label, -amount if is_flipped else amount, made[column])
            continue
        direction = _check(label, "direction", draft.source) or _guess_direction(draft, label, row)
        flow_id = label.get("code") or str(row)
        if draft.has("flows", flow_id) and flow_id not in units:
            draft.change("elementary flows that have the id of a product: biosphere: stands before it", flow_id)
            flow_id = f"biosphere:{flow_id}"
        flow_id, factor, unit = _take_flow(draft, units, flow_id, label["name"], "elementary", label)
        fields = _scale(draft, distribution, -factor if is_flipped else factor, f"{flow_id} of {process_id}")
        draft.add(
            "exchanges",
            process_id=process_id,
            flow_id=flow_id,
            direction=direction,
            amount=_times(amount, -factor if is_flipped else factor),
            unit=unit,
            location=draft.take_place(label.get("location"), flow_id),
            source_id=sources[group],
            **fields,
        )


def _list_entries(matrix: Matrix) -> Iterator[Entry]:
    """Go through the entries: row, column, group, amount, whether flipped, distribution; some at a time."""
    step = 1 << 16
    for start in range(0, len(matrix), step):
        piece = slice(start, start + step)
        spread = matrix.is_spread[piece].tolist()
        given: list[tuple[float, ...] | None] = [None] * len(spread)
        if matrix.distributions is not None:
            numbers = zip(*(matrix.distributions[field][piece].tolist() for field in FIELDS), strict=True)
            given = [each if is_spread else None for each, is_spread in zip(numbers, spread, strict=True)]
        columns = (matrix.row, matrix.column, matrix.group, matrix.amount, matrix.is_flipped)
        yield from zip(*(each[piece].tolist() for each in columns), given, strict=True)


def _add_entry(book: _Book, entry: Entry, is_own: bool, is_first: bool) -> None:
    row, column, group, amount, is_flipped, distribution = entry
    draft = book.draft
    if book.is_a(column, MARKET) or book.is_a(column, DEMAND):
        if not is_own:
            _add_mixed(book, entry)
        return
    flow_id, factor, unit = book.product(row)
    maker = book.maker.get(row)
    is_waste = book.labels.technosphere[row].get("kind") == "waste" and row not in book.treats
    signed = -amount if is_flipped else amount
    is_made = (is_own and (is_first or not is_flipped)) or (not is_flipped and signed > 0 and maker is None)
    is_avoided = not is_made and not is_flipped and signed > 0 and row not in book.treats
    sign = (-1.0 if is_flipped else 1.0) if is_made or is_avoided else (1.0 if is_flipped else -1.0)
    fields = _scale(draft, distribution, sign * factor, f"{flow_id} of {book.process(column)}")
    provider, place = None, None
    if not is_made and maker is not None:
        is_market = book.is_a(maker, MARKET)
        place = (draft.take_place(book.place(maker), f"market {maker}") or "GLO") if is_market else None
        provider = None if is_market else book.process(maker)
    elif not is_made:
        draft.change("products that no activity of the package is there for: nobody supplies them", flow_id)
    draft.add(
        "exchanges",
        process_id=book.process(column),
        flow_id=flow_id,
        direction="output" if (is_made or is_avoided) != is_waste else "input",
        amount=_times(amount, sign * factor),
        unit=unit,
        is_reference=True if is_first else None,
        is_avoided=True if is_avoided else None,
        provider_id=provider,
        location=place,
        source_id=book.sources[group],
        **fields,
    )


def _add_mixed(book: _Book, entry: Entry) -> None:
    """Add a share of a market, or a line of a bill of materials."""
    row, column, _, given, is_flipped, distribution = entry
    maker, (flow_id, factor, unit) = book.maker.get(row), book.product(row)
    amount = _times(given, factor if is_flipped else -factor)
    if distribution is not None:
        book.draft.lose("distributions of market shares and of bills of materials; the amount stays", f"{column}")
    if maker is None or book.is_a(maker, DEMAND) or (book.is_a(maker, MARKET) and book.is_a(column, MARKET)):
        fix = "let markets buy from processes, and bills of materials from these and from markets"
        raise DataError(f"{column} buys {row} from no process", book.draft.source, fix, id=str(column))
    if book.is_a(column, MARKET):
        place = book.draft.take_place(book.place(column), f"market {column}")
        fields: dict[str, str | float | None] = {"share": amount, "location": place}
        book.draft.add("markets", flow_id=flow_id, process_id=book.process(maker), **fields)
        return
    bill = book.process(column)
    supplier = book.labels.technosphere[column].get("supplier_id", "")
    of = "" if book.is_a(maker, MARKET) else book.process(maker)
    line: dict[str, str | float | None] = {"amount": amount, "unit": unit, "supplier_id": supplier}
    book.draft.add("demand", demand_id=bill, product_id=flow_id, process_id=of, **line)


def _add_process(book: _Book, column: int, source_id: str, allocation: str) -> None:
    label, draft = book.labels.technosphere[column], book.draft
    supplier = label.get("supplier_id", "")
    if supplier and not draft.has("suppliers", supplier):
        draft.add("suppliers", supplier_id=supplier, name=supplier)
    _check(label, "activity", draft.source)
    draft.add(
        "processes",
        process_id=book.process(column),
        name=label["name"],
        stage=_check(label, "stage", draft.source),
        supplier_id=supplier,
        location=draft.take_place(label.get("location"), book.process(column)),
        data_type=_check(label, "data_type", draft.source),
        allocation=allocation,
        source_id=source_id,
    )


def _find_free(
    matrix: Matrix, signed: NDArray[np.float64], at_reference: NDArray[np.bool_], maker: Mapping[int, int]
) -> set[int]:
    """Find activities with a product that no activity is there for."""
    made = ~at_reference & (signed > 0) & ~matrix.is_flipped & ~np.isin(matrix.row, list(maker))
    return set(matrix.column[made].tolist())


def _add_declared(draft: Draft, label: Label, value: float, made: Made) -> None:
    process_id, output, per = made
    if label.get("name") != "declared":
        draft.change(
            "indicators that are counted again from the inventory itself", f"{label.get('code')}: {process_id}"
        )
        return
    figure = value / output
    draft.add("impacts", process_id=process_id, indicator=label.get("code"), amount=figure, unit=label["unit"], per=per)


def _take_flow(
    draft: Draft, units: dict[str, tuple[str, float, str]], flow_id: str, name: str, kind: str, label: Label
) -> tuple[str, float, str]:
    known = units.get(flow_id)
    if known is not None:
        if known[2] != label["unit"]:
            fix = "give what is measured differently a code of its own"
            what = f"{flow_id!r} is measured in {known[2]} and in {label['unit']}"
            raise DataError(what, draft.source, fix, table="flows", id=flow_id)
        return flow_id, known[1], known[0]
    unit, factor = draft.take_unit(label["unit"], f"flow {flow_id}")
    units[flow_id] = (unit, factor, label["unit"])
    more = {each: label.get(each) for each in ("compartment", "sub_compartment", "cas_number", "category")}
    draft.add("flows", flow_id=flow_id, name=name, kind=kind, unit=unit, **more)
    return flow_id, factor, unit


def _guess_direction(draft: Draft, label: Label, row: int) -> str:
    compartment = label.get("compartment") or label.get("category") or ""
    if compartment.lower() in _RESOURCES:
        return "input"
    if not compartment:
        what = "elementary flows that say neither direction nor compartment: as outputs, which factors for inputs miss"
        draft.change(what, f"{label['name']} ({row})")
    return "output"


def _scale(
    draft: Draft, given: tuple[float, ...] | None, factor: float, where: str
) -> dict[str, str | float | bool | None]:
    if given is None:
        return {}
    numbers = dict(zip(FIELDS, given, strict=True))
    if factor != 1.0:
        scaled, carried = scale_distributions({k: np.array([v]) for k, v in numbers.items()}, np.array([factor]))
        if not carried[0]:
            draft.lose("distributions that have no multiple of their type; the amount stays", where)
            return {}
        numbers = {name: float(values[0]) for name, values in scaled.items()}
    fields: dict[str, str | float | bool | None] = {k: v for k, v in numbers.items() if np.isfinite(v)}
    return {**fields, "uncertainty_type": str(int(numbers["uncertainty_type"])), "negative": bool(numbers["negative"])}


def _times(amount: float, factor: float) -> float:
    return amount if factor == 1.0 else amount * factor


def _check(label: Label, field: str, source: str) -> str:
    value = label.get(field, "")
    if value not in _ALLOWED[field]:
        fix = f"write one of {', '.join(_ALLOWED[field][1:])}, or nothing"
        raise DataError(f"{field} {value!r} of the labels is not known", source, fix, id=label.get("id"))
    return value
