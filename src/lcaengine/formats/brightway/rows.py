"""Datasets and exchanges of Brightway as rows of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.scaling import PARAMETERS, scale_distributions
from lcaengine.formats.text import read_number
from lcaengine.units import read_unit

__all__ = ["Book", "add_dataset", "name_nodes"]

Key = tuple[str, str]
Node = Mapping[str, Any]

_MADE, _TAKEN = ("production", "generic production"), ("technosphere", "generic consumption")
_PROCESSES = ("", "process", "processwithreferenceproduct", "multifunctional")
_PRODUCTS = (*_PROCESSES, "product")
"""Types of nodes that processes make; all others are elementary flows."""
_IMPLICIT = ("", "process", "processwithreferenceproduct")
"""Types of nodes that make one of themselves where nothing is said."""
_RESOURCES = ("natural resource", "natural resources", "resource", "resources", "inventory indicator")
_PEDIGREE = ("reliability", "completeness", "temporal correlation", "geographical correlation")
_LAST = "further technological correlation"
_KNOWN = {"name", "reference product", "unit", "location", "database", "code", "type", "id", "comment", "categories"}
_KNOWN |= {"exchanges", "tags", "CAS number", "production amount", "filename", "activity", "flow"}
_KNOWN_OF_EDGES = {"input", "output", "amount", "type", "uncertainty type", "uncertainty_type", "pedigree", "comment"}
_KNOWN_OF_EDGES |= {"formula", "properties", "production volume", "name", "unit", "location", "categories", "negative"}
_KNOWN_OF_EDGES |= {"database", "code", "product", "reference product", "flow", "activity", *PARAMETERS}


@dataclass(frozen=True, slots=True)
class Book:
    """The database being read.

    Attributes
    ----------
    draft : Draft
    database : str
    names : dict
        Id of each node, by its key.
    units : dict
        Unit of each flow that is in the draft, and how many of it one of the database's is.
    find : callable
        Gives a node of the project by its key, None where it is not there.
    """

    draft: Draft
    database: str
    names: dict[Key, str]
    units: dict[str, tuple[str, float]]
    find: Callable[[Key], Node | None]


def name_nodes(datasets: list[dict[str, Any]], database: str) -> dict[Key, str]:
    """Name the datasets of a database by their code."""
    return {(database, str(each["code"])): str(each["code"]) for each in datasets}


def add_dataset(book: Book, dataset: Node, edges: list[dict[str, Any]], sha256: str) -> None:
    """Add a dataset: a process with its exchanges, a product, or an elementary flow.

    Raises
    ------
    DataError
        If a field is of another type than it should be, or an amount is no number.
    """
    code, kind = _text(dataset, "code"), _text(dataset, "type")
    key, draft = (book.database, code), book.draft
    for field in sorted(map(str, set(dataset) - _KNOWN)):
        draft.lose("fields of datasets that have no place in an inventory", f"{field} of {code}")
    if kind not in _PROCESSES:
        _take_flow(book, key, dataset)
        return
    where = f"{draft.source}, {code}"
    name = _text(dataset, "name") or code
    source_id = draft.add_dataset(code, name, f"database {book.database}", sha256)
    for edge in edges:
        if not isinstance(edge.get("input"), tuple | list) or len(edge["input"]) != 2:
            raise DataError(f"an exchange has the input {edge.get('input')!r:.60}", where, "name a database and a code")
    made = [edge for edge in edges if edge.get("type") in _MADE]
    if not made and kind in _IMPLICIT:
        made = [{"input": key, "amount": 1.0, "type": "production"}]
        edges = [*made, *edges]
        draft.change("processes that do not say what they make: one of their own product, as bw2data reads it", code)
    reference = _choose_reference(book, made, key)
    volume = reference.get("production volume") if reference else None
    several = len({tuple(edge["input"]) for edge in made}) > 1
    tags = dataset.get("tags")
    comment = [_text(dataset, "comment")]
    comment += [f"tags: {', '.join(f'{k}: {v}' for k, v in tags.items())}"] if isinstance(tags, dict) and tags else []
    draft.add(
        "processes",
        process_id=code,
        name=name,
        location=draft.take_place(_text(dataset, "location"), code),
        allocation="none" if several else None,
        production_amount=_number(volume, where, "production volume") if volume is not None else None,
        production_unit=_take_flow(book, tuple(reference["input"]))[1] if reference and volume is not None else None,
        source_id=source_id,
        comment="; ".join(each for each in comment if each),
    )
    for edge in edges:
        _add_edge(book, edge, key, edge is reference, source_id)


def _choose_reference(book: Book, made: list[dict[str, Any]], key: Key) -> dict[str, Any] | None:
    """Give the exchange a process is there for: of itself, else the only one, else the first."""
    own = [edge for edge in made if tuple(edge["input"]) == key]
    if len(made) > 1 and not own:
        what = "processes of several products: the first one is the reference, the others carry nothing"
        book.draft.change(what, key[1])
    return next(iter(own or made), None)


def _add_edge(book: Book, edge: dict[str, Any], key: Key, is_reference: bool, source_id: str) -> None:
    draft, kind, of = book.draft, edge.get("type"), (str(edge["input"][0]), str(edge["input"][1]))
    where = f"{of[1]} of {key[1]}"
    if kind not in (*_MADE, *_TAKEN, "substitution", "biosphere"):
        draft.lose("exchanges of a type that has no meaning here", f"{kind!r}: {where}")
        return
    for field in sorted(map(str, set(edge) - _KNOWN_OF_EDGES)):
        draft.lose("fields of exchanges that have no place in an inventory", f"{field}: {where}")
    node = book.find(of)
    if node is None:
        draft.lose("exchanges whose input is not in the project", where)
        return
    is_elementary = _text(node, "type") not in _PRODUCTS
    if is_elementary != (kind == "biosphere"):
        draft.lose("exchanges of a type that does not fit what they exchange", f"{kind}: {where}")
        return
    flow_id, unit, factor = _take_flow(book, of, node)
    provider = None
    if kind in _TAKEN or kind == "substitution":
        if of[0] != book.database:
            draft.lose("providers in other databases: nobody supplies the input here", f"{of[0]}: {where}")
        elif _text(node, "type") in _PROCESSES:
            provider = of[1]
    is_output = kind in _MADE or kind == "substitution" or (is_elementary and not _is_resource(node))
    formula, comment = edge.get("formula"), edge.get("comment")
    notes = [str(comment) if comment else "", f"formula: {formula}" if formula else ""]
    amount = _number(edge.get("amount"), where, "amount")
    draft.add(
        "exchanges",
        process_id=key[1],
        flow_id=flow_id,
        direction="output" if is_output else "input",
        amount=amount if factor == 1.0 else amount * factor,
        unit=unit,
        is_reference=True if is_reference else None,
        is_avoided=True if kind == "substitution" else None,
        provider_id=provider,
        pedigree=_read_pedigree(draft, edge.get("pedigree"), where),
        source_id=source_id,
        comment="; ".join(each for each in notes if each),
        **_read_distribution(draft, edge, factor, where),
    )
    if edge.get("properties"):
        _add_properties(book, flow_id, edge["properties"], kind in _MADE, where)


def _take_flow(book: Book, key: Any, node: Node | None = None) -> tuple[str, str, float]:
    """Give the flow of a node: its id, its unit, and how many of it one of the database's is; add it once."""
    draft = book.draft
    if key not in book.names:
        taken = key[1] in book.names.values()
        book.names[key] = f"{key[0]}:{key[1]}" if taken else key[1]
        if taken:
            draft.change("codes that stand in several databases: the database stands before them", book.names[key])
    flow_id = book.names[key]
    if flow_id in book.units:
        return flow_id, *book.units[flow_id]
    if node is None:
        node = book.find(key) or {}
    if not _text(node, "unit"):
        raise DataError(f"{key[1]!r} says no unit", draft.source, "write its unit in Brightway", id=key[1])
    unit, factor = draft.take_unit(_text(node, "unit"), flow_id)
    book.units[flow_id] = (unit, factor)
    is_elementary = _text(node, "type") not in _PRODUCTS
    categories = node.get("categories") or ()
    parts = [str(each) for each in categories] if isinstance(categories, list | tuple) else [str(categories)]
    if len(parts) > 2 and is_elementary:
        draft.lose("categories below the second", f"{'/'.join(parts)} of {flow_id}")
    draft.add(
        "flows",
        flow_id=flow_id,
        name=(_text(node, "reference product") if not is_elementary else "") or _text(node, "name") or flow_id,
        kind="elementary" if is_elementary else "product",
        unit=unit,
        compartment=parts[0] if parts and is_elementary else None,
        sub_compartment=parts[1] if len(parts) > 1 and is_elementary else None,
        cas_number=_text(node, "CAS number"),
        category="/".join(parts) if not is_elementary else None,
    )
    return flow_id, unit, factor


def _is_resource(node: Node) -> bool:
    categories = node.get("categories") or ()
    first = str(next(iter(categories), "")) if isinstance(categories, list | tuple) else str(categories)
    return _text(node, "type") in _RESOURCES or first.lower() in _RESOURCES


def _read_distribution(draft: Draft, edge: Node, factor: float, where: str) -> dict[str, Any]:
    kind = edge.get("uncertainty type", edge.get("uncertainty_type"))
    if not kind:
        return {}
    number = _number(kind, where, "uncertainty type")
    if number not in range(14):
        draft.lose("distributions of a type that is not known; the amount stays", f"{kind!r}: {where}")
        return {}
    given = {name: _number(edge[name], where, name) for name in PARAMETERS if edge.get(name) is not None}
    row = {name: np.array([given.get(name, np.nan)]) for name in PARAMETERS}
    row |= {"uncertainty_type": np.array([number]), "negative": np.array([float(bool(edge.get("negative")))])}
    scaled, carried = scale_distributions(row, np.array([factor]))
    if not carried[0]:
        draft.lose("distributions that have no multiple of their type; the amount stays", where)
        return {}
    fields = {name: float(scaled[name][0]) for name in PARAMETERS if np.isfinite(scaled[name][0])}
    return {**fields, "uncertainty_type": str(int(number)), "negative": bool(scaled["negative"][0])}


def _read_pedigree(draft: Draft, given: object, where: str) -> str | None:
    if not given:
        return None
    scores = [given.get(name) for name in (*_PEDIGREE, _LAST)] if isinstance(given, dict) else []
    if isinstance(given, list | tuple):
        scores = list(given)
    if len(scores) != 5 or any(score not in (1, 2, 3, 4, 5) for score in scores):
        draft.lose("pedigrees that are not five scores from 1 to 5", f"{given!r:.80}: {where}")
        return None
    return ";".join(f"{score:.0f}" for score in scores)


def _add_properties(book: Book, flow_id: str, given: object, is_made: bool, where: str) -> None:
    """Add properties of what is made; those of other exchanges, and those without a unit, have no place."""
    draft = book.draft
    for name, value in given.items() if isinstance(given, dict) else [(str(given), None)]:
        number, label = (value.get("amount"), value.get("unit")) if isinstance(value, dict) else (None, None)
        unit = f"{label}/{book.units[flow_id][0]}"
        number = number if isinstance(number, int | float) and is_measured(number) else None
        is_read = number is not None and isinstance(label, str) and _is_unit(unit)
        if not is_made or not is_read or book.units[flow_id][1] != 1.0 or draft.has("properties", flow_id, str(name)):
            draft.lose("properties without a unit that is read, of exchanges, or given again", f"{name}: {where}")
            continue
        draft.add("properties", flow_id=flow_id, property=str(name), value=number, unit=unit)


def _is_unit(label: str) -> bool:
    try:
        read_unit(label)
    except UnitError:
        return False
    return True


def _text(node: Node, field: str) -> str:
    value = node.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        value = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _number(value: object, where: str, name: str) -> float:
    return read_number(value.item() if isinstance(value, np.generic) else value, where, name)
