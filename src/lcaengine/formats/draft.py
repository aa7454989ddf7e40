"""A draft: rows collected while another format is read, and what of it could not be carried."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import pyarrow as pa

from lcaengine.errors import DataError
from lcaengine.formats.distributions import drop_contradictions
from lcaengine.formats.imported import Imported, Remark
from lcaengine.formats.labels import find_place, find_unit
from lcaengine.formats.treatment import turn_products, turn_treatments
from lcaengine.inventory.schema import TABLES

__all__ = ["MOST", "Draft", "Progress", "follow", "is_measured"]

Progress = Callable[[int, int], None]
"""Told how many files or datasets are read, and of how many; zero where that is not known."""

MOST = 1e60
"""An amount beyond this in any unit measures nothing, and would overflow on its way."""
ROWS_AT_ONCE = 1 << 15
EXAMPLES = 5
_STATIC = {"amount", "factor", "share", "value", "production_amount"}
"""Number columns that every row fills with a measured value."""
_ARROW = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_(), "date": pa.date32()}

T = TypeVar("T")
Value = str | float | bool | dt.date | None


class Draft:
    """Rows of the tables to come, and remarks.

    Rows are kept as Arrow batches, so that a large source costs little more than its tables.

    Parameters
    ----------
    format : str
        Name of the format.
    source : str
        Where it is read from.
    """

    def __init__(self, format: str, source: str) -> None:
        self.format = format
        self.source = source
        self._rows: dict[str, list[list[Value]]] = {name: [] for name in TABLES}
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
        self._keys: dict[str, set[tuple[Value, ...]]] = {name: set() for name in TABLES}
        self._columns = {name: {c.name: at for at, c in enumerate(table.columns)} for name, table in TABLES.items()}
        self._required = {name: [c.name for c in table.columns if c.required] for name, table in TABLES.items()}
        self._remarks: dict[tuple[bool, str], list[str]] = {}
        self._counts: dict[tuple[bool, str], int] = {}

    def add(self, table: str, **fields: Value) -> None:
        """Add a row.

        Raises
        ------
        DataError
            If its id is there already, or an amount is not finite or larger than anything measured.
        """
        key = tuple(fields.get(name) for name in TABLES[table].key)
        if key:
            if key in self._keys[table]:
                named = ", ".join(str(part) for part in key if part)
                what = f"{table} {named!r} stands twice"
                raise DataError(what, self.source, "keep one of them, or give each its own id", table=table, id=named)
            self._keys[table].add(key)
        columns = self._columns[table]
        row: list[Value] = [None] * len(columns)
        for name, value in fields.items():
            row[columns[name]] = None if value == "" else value
            if (
                name in _STATIC and value is not None and not (isinstance(value, int | float) and abs(value) <= MOST)
            ):  # NaN is not either
                named = next((str(v) for v in fields.values() if v), "")
                what = f"{name} {value!r} in {table} of {named!r} is beyond anything measured"
                raise DataError(what, self.source, "correct it where it comes from", table=table, id=named)
        for name in self._required[table]:
            if row[columns[name]] is None:
                named = ", ".join(str(value) for value in fields.values() if value)[:100]
                what, fix = f"{name} of {table} is empty ({named})", "fill it in where it comes from"
                raise DataError(what, self.source, fix, table=table)
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= ROWS_AT_ONCE:
            self._flush(table)

    def add_table(self, name: str, table: pa.Table) -> None:
        """Add the rows of a table that holds already: the columns of a frame of another inventory.

        Raises
        ------
        DataError
            If an id of it is there already.
        """
        keys = TABLES[name].key
        if keys:
            for key in zip(*(table[column].to_pylist() for column in keys), strict=True):
                if key in self._keys[name]:
                    named = ", ".join(str(part) for part in key if part)
                    raise DataError(f"{name} {named!r} stands twice", self.source, "keep one of them", table=name)
                self._keys[name].add(key)
        self._flush(name)
        columns = TABLES[name].columns
        arrays = [pa.chunked_array(table[c.name]).cast(_ARROW[c.kind]).combine_chunks() for c in columns]
        self._batches[name] += pa.Table.from_arrays(arrays, [c.name for c in columns]).to_batches()

    def add_dataset(self, dataset: str, name: str, file: str, sha256: str, sources: Iterable[str] = ()) -> str:
        """Add the row of ``sources`` that names the dataset and file which rows come from, and give its id.

        Parameters
        ----------
        dataset, name : str
            Id and name of the dataset.
        file : str
            The file it stands in, relative to the source.
        sha256 : str
            Of the file.
        sources : iterable of str
            Citations that the dataset itself gives.

        Returns
        -------
        str
            For the ``source_id`` of its process, its exchanges and its allocation.
        """
        source_id = f"dataset:{dataset}"
        after = "; ".join(sources)
        citation = f"{name}, data set {dataset} in {file}" + (f"; its sources: {after}" if after else "")
        self.add("sources", source_id=source_id, citation=citation, sha256=sha256)
        return source_id

    def has(self, table: str, *key: str) -> bool:
        """Tell whether a row with this identity is there."""
        return key in self._keys[table]

    def lose(self, what: str, example: str, count: int = 1) -> None:
        """Report something that cannot be carried; `what` names the kind, `example` the case and where it stands."""
        self._remark(True, what, example, count)

    def change(self, what: str, example: str, count: int = 1) -> None:
        """Report something that was carried in another form."""
        self._remark(False, what, example, count)

    def finish(self, about: dict[str, str], sha256: str) -> Imported:
        """Give what was read.

        Raises
        ------
        DataError
            If there is no process or no exchange.
        """
        tables = {}
        for name in TABLES:
            self._flush(name)
            if self._batches[name]:
                tables[name] = _drop_empty(name, pa.Table.from_batches(self._batches.pop(name)))
            elif TABLES[name].required:
                fix = "look whether this is the right file and the right format"
                raise DataError(f"there are no {name} in it", self.source, fix, table=name)
        tables, treated = turn_treatments(tables, self.source)
        for flow in treated:
            self.change("negative reference products are wastes that are treated", flow)
        tables, made = turn_products(tables, self.source)
        for flow in made:
            self.change("wastes that are treated in a negative amount are products that are made", flow)
        for name in tables:
            tables[name], lost = drop_contradictions(name, tables[name])
            for what, examples in lost.items():
                for example in examples:
                    self.lose(what, example)
        remarks = [
            Remark(lost, what, self._counts[lost, what], tuple(examples))
            for (lost, what), examples in self._remarks.items()
        ]
        remarks.sort(key=lambda each: (not each.is_lost, -each.count, each.what))
        return Imported(self.format, self.source, sha256, about, tables, tuple(remarks), {})

    def take_unit(self, label: str, where: str) -> tuple[str, float]:
        """Give the unit read here for a label, and how many of it one of those is; one that is not known stays."""
        known = find_unit(label)
        if known is None:
            self.change(
                "units that are not known here: they stay, and block; import again with --unit LABEL=FACTOR UNIT",
                f"{label!r} in {where}",
            )
            return label, 1.0
        if known[1] != 1.0:
            self.change(f"amounts in {label} stand in {known[0]}, {known[1]!r} each", where)
        return known

    def take_place(self, code: str | None, where: str) -> str | None:
        """Give the place known here for a code, or the smallest known one that holds it; none where there is none."""
        if not code:
            return None
        place = find_place(code)
        if place is None:
            self.lose("places that are not known here: left blank, which is the world", f"{code!r} of {where}")
        elif place != code:
            self.change(
                "places that are not known here: the smallest known place that holds them",
                f"{code!r} of {where} is {place}",
            )
        return place

    def _remark(self, lost: bool, what: str, example: str, count: int) -> None:
        examples = self._remarks.setdefault((lost, what), [])
        if len(examples) < EXAMPLES and example not in examples:
            examples.append(example)
        self._counts[lost, what] = self._counts.get((lost, what), 0) + count

    def _flush(self, table: str) -> None:
        rows = self._rows[table]
        if not rows:
            return
        columns = TABLES[table].columns
        try:
            arrays = [pa.array([row[at] for row in rows], _ARROW[c.kind]) for at, c in enumerate(columns)]
        except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError) as error:
            text = " ".join(str(error).split())[:200]
            fix = "correct it where it comes from"
            raise DataError(f"a value of {table} is not what it should be: {text}", self.source, fix) from error
        self._batches[table].append(pa.RecordBatch.from_arrays(arrays, [column.name for column in columns]))
        self._rows[table] = []


def _drop_empty(name: str, table: pa.Table) -> pa.Table:
    """Leave out columns of a table that no row fills, but those the schema requires."""
    required = {column.name for column in TABLES[name].columns if column.required}
    kept = [c for c in table.column_names if c in required or table[c].null_count < table.num_rows]
    return table.select(kept)


def is_measured(*numbers: float | None) -> bool:
    """Tell whether all numbers that are given are finite and not beyond anything measured."""
    return all(number is None or (math.isfinite(number) and abs(number) <= MOST) for number in numbers)


def follow(items: Iterable[T], total: int, progress: Progress | None) -> Iterator[T]:
    """Go through items and tell `progress` of each."""
    for at, item in enumerate(items, 1):
        yield item
        if progress is not None:
            progress(at, total)
