"""Labels of a datapackage: what its numbers are the ids of. Matrices alone name nothing and measure in nothing.

A CSV of the package (``add_csv_metadata``), or a file ``labels.csv`` beside ``datapackage.json``, with one row an id:

===================== =============================================================================================
column                meaning
===================== =============================================================================================
id*, name*            the integer of the matrices, and what it is called
unit*                 of a product or an elementary flow; an activity with the id of its product shares the row
kind                  product, waste or elementary, where one id means two things, or a product is a waste
code                  id of the process, or of the elementary flow, to go by instead of the integer
product, product_code name and id of what an activity makes, where they differ from its own
activity              process, market or demand: what a column of the technosphere is
direction             input or output, of an elementary flow
===================== =============================================================================================

and ``location, stage, supplier_id, data_type, compartment, sub_compartment, cas_number, category``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lcaengine.errors import DataError
from lcaengine.formats.brightway.arrays import Manifest
from lcaengine.formats.draft import Draft
from lcaengine.io.source import Source
from lcaengine.io.tables import read_table

__all__ = ["COLUMNS", "DEMAND", "INDICATOR", "MARKET", "Label", "Labels", "list_metadata", "read_labels"]

MARKET, DEMAND = "market", "demand"
INDICATOR = "indicator"
"""Kind of a row of B that is no flow, but what an activity adds to an indicator by itself."""
COLUMNS = (
    *("id", "kind", "code", "name", "unit", "product_code", "product", "activity", "location", "stage", "supplier_id"),
    *("data_type", "direction", "compartment", "sub_compartment", "cas_number", "category"),
)
_OTHER_NAMES = {
    "reference product": "product",
    "CAS number": "cas_number",
    "cas": "cas_number",
    "subcompartment": "sub_compartment",
}
"""Columns as Brightway names them."""
_KINDS = ("", "product", "waste", "elementary", INDICATOR)
FILE = "labels.csv"

Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by id, of what is in the technosphere and of elementary flows."""

    technosphere: Mapping[int, Label]
    biosphere: Mapping[int, Label]


def read_labels(source: Source, manifest: Manifest, draft: Draft) -> Labels:
    """Read the labels of a package; none where it has none.

    Raises
    ------
    DataError
        If an id is no integer or stands twice, or a kind is not known.
    """
    technosphere: dict[int, Label] = {}
    biosphere: dict[int, Label] = {}
    for name, file in list_metadata(source, manifest).items():
        table = read_table(source.store, name, [file])
        columns = {_OTHER_NAMES.get(each, each): each for each in table.column_names}
        if not {"id", "name"} <= set(columns):
            continue
        for each in columns.keys() - set(COLUMNS):
            draft.lose("columns of labels that have no place in an inventory", f"{columns[each]} of {file}")
        texts = {new: table[old].to_pylist() for new, old in columns.items() if new in COLUMNS}
        for at in range(table.num_rows):
            label = {column: values[at] for column, values in texts.items() if values[at]}
            number, kind = _read_id(label.get("id", ""), file), label.get("kind", "")
            if kind not in _KINDS:
                fix = f"write one of {', '.join(_KINDS[1:])}"
                raise DataError(f"id {number} is of the kind {kind!r}", file, fix)
            for of, is_meant in (
                (technosphere, kind in ("", "product", "waste")),
                (biosphere, kind in ("", "elementary", INDICATOR)),
            ):
                if is_meant and number in of:
                    raise DataError(f"id {number} stands twice among the labels", file, "keep one of them")
                if is_meant:
                    of[number] = label
    return Labels(technosphere, biosphere)


def list_metadata(source: Source, manifest: Manifest) -> dict[str, str]:
    """Give the CSV files of a package by the name of their resource; ``labels.csv`` also where it is not listed."""
    found = {each.name: each.file for each in manifest.resources if each.file.endswith(".csv") and not each.matrix}
    beside = manifest.top + FILE
    return found if beside in found.values() or beside not in source.names else {**found, "labels": beside}


def list_rows(source: Source, manifest: Manifest, name: str) -> Iterator[dict[str, str]]:
    """Go through the rows of one CSV of the package; none where it has none of that name."""
    file = list_metadata(source, manifest).get(name)
    if file:
        for row in read_table(source.store, name, [file]).to_pylist():
            yield {column: value for column, value in row.items() if value}


def _read_id(text: str, file: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 1 << 63
    if abs(number) >= 1 << 63:
        raise DataError(f"{text[:40]!r} is no id", file, "write the integers that the matrices use")
    return number
