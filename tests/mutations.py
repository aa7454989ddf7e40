"""Mutations of an inventory: what hands, editors, exports and disks do to tables, each chosen by a random generator."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lcaengine.units import LABELS
from tests.tables import Row

__all__ = ["Sheet", "damage_bytes", "encode", "make_sheet", "mutate_sheet"]

TEXTS = (
    *(
        "",
        " ",
        "\t",
        "a\nb",
        "\r",
        "\r\n",
        "\x1b[31m",
        "\x07",
        "\x00",
        "\u202e",
        "\ufeff",
        "e\u0301",
        "\U0001f71a",
        "٣",
    ),
    *("=1+1", "@SUM(A1)", '"', "'", '"a"b', "a,b", ";", "{value}", "%s", "[bold]", "[/x]", "..", "/", "x" * 5000),
    *("1e308", "-1e308", "-0.0", "nan", "inf", "-inf", "5e-324", "1e-300", "0", "-1", "9223372036854775808", "1_0"),
    *("null", "None", "true", "GLO", "CN", "total", "unassigned", "core", "2024-02-30", "9999-12-31", "1;2;3;4;5"),
)
NUMBERS = (1e308, -1e308, -0.0, 0.0, float("nan"), float("inf"), -float("inf"), 5e-324, 1e-300, 1e150, -1.0, 1.0, 1e-9)
UNITS = (*sorted(LABELS), "ton", "gal", "KG", "kg/kg", "USD2020", "kg CO2e", "m3 world-eq")


@dataclass
class Column:
    """A column: Python values, and the Arrow array where its type was changed."""

    name: str
    values: list[object]
    array: pa.Array | None = None


@dataclass
class Sheet:
    """A table that may be changed into what no table should be."""

    columns: list[Column] = field(default_factory=list)

    def height(self) -> int:
        return min((len(column.values) for column in self.columns), default=0)


def make_sheet(rows: Sequence[Row]) -> Sheet:
    names = dict.fromkeys(name for row in rows for name in row)
    return Sheet([Column(name, [row.get(name) for row in rows]) for name in names])


def encode(sheet: Sheet, encoding: str) -> bytes:
    """Give the bytes of a file; what does not fit one type becomes text, as exports do."""
    if encoding == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([column.name for column in sheet.columns])
        writer.writerows([_text(column.values[at]) for column in sheet.columns] for at in range(sheet.height()))
        return text.getvalue().encode()
    height = sheet.height()
    arrays = [column.array if column.array is not None else _array(column.values) for column in sheet.columns]
    table = pa.Table.from_arrays([each.slice(0, height) for each in arrays], [column.name for column in sheet.columns])
    sink = io.BytesIO()
    try:
        pq.write_table(table, sink)
    except pa.ArrowNotImplementedError:  # a dictionary that holds a null: not to be written as such
        plain = [each.cast(each.type.value_type) if pa.types.is_dictionary(each.type) else each for each in table]
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(plain, table.column_names), sink)
    return sink.getvalue()


def damage_bytes(content: bytes, random: Random) -> bytes:
    """Flip, insert, delete, copy or cut bytes."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        at = random.randrange(len(data) + 1)
        way = random.randrange(6)
        if way == 0 and at < len(data):
            data[at] ^= 1 << random.randrange(8)
        elif way == 1:
            data[at:at] = random.randbytes(random.choice((1, 1, 4, 64)))
        elif way == 2:
            del data[at : at + random.choice((1, 1, 4, 64))]
        elif way == 3:
            data[at:at] = data[: random.randrange(1, 64)]
        elif way == 4 and at < len(data):
            data[at] = random.choice(b"\x00\xff\",;\n\r\t ='[]-+.e0123456789")
        elif random.random() < 0.2:
            del data[at:]
    return bytes(data)


def mutate_sheet(sheet: Sheet, random: Random) -> None:
    """Change a sheet in place, in one way."""
    if not sheet.columns or not sheet.height():
        sheet.columns.append(Column("extra", [1.0]))
        return
    names, weights = zip(*_WAYS.items(), strict=True)
    random.choices(names, weights)[0](sheet, random)


def _hostile(sheet: Sheet, random: Random) -> None:
    column, at = _cell(sheet, random)
    is_number = isinstance(column.values[at], int | float) and not isinstance(column.values[at], bool)
    column.values[at] = random.choice(NUMBERS if is_number and random.random() < 0.8 else TEXTS)


def _scaled(sheet: Sheet, random: Random) -> None:
    column, at = _cell(sheet, random, float)
    value = column.values[at]
    if isinstance(value, float):
        column.values[at] = value * random.choice((-1.0, 0.0, 2.0, 10.0, 1e3, 1e-3, 1e200, 1e-200, 0.999999, 1.02))


def _other_value(sheet: Sheet, random: Random) -> None:
    column, at = _cell(sheet, random)
    column.values[at] = random.choice(column.values)


def _swapped(sheet: Sheet, random: Random) -> None:
    (one, at), (other, to) = _cell(sheet, random), _cell(sheet, random)
    one.values[at], other.values[to] = other.values[to], one.values[at]


def _other_unit(sheet: Sheet, random: Random) -> None:
    units = [column for column in sheet.columns if "unit" in column.name or column.name == "per"]
    if units:
        column = random.choice(units)
        column.values[random.randrange(len(column.values))] = random.choice(UNITS)


def _emptied(sheet: Sheet, random: Random) -> None:
    column, at = _cell(sheet, random)
    column.values[at] = None


def _row_dropped(sheet: Sheet, random: Random) -> None:
    at = random.randrange(sheet.height())
    for column in sheet.columns:
        del column.values[at]
        column.array = None


def _row_doubled(sheet: Sheet, random: Random) -> None:
    at, to = random.randrange(sheet.height()), random.randrange(sheet.height() + 1)
    for column in sheet.columns:
        column.values.insert(to, column.values[at])
        column.array = None


def _rows_shuffled(sheet: Sheet, random: Random) -> None:
    order = random.sample(range(sheet.height()), sheet.height())
    for column in sheet.columns:
        column.values, column.array = [column.values[at] for at in order], None


def _column_dropped(sheet: Sheet, random: Random) -> None:
    sheet.columns.remove(random.choice(sheet.columns))


def _column_renamed(sheet: Sheet, random: Random) -> None:
    column = random.choice(sheet.columns)
    names = (column.name.upper(), column.name + " ", "", random.choice(sheet.columns).name, random.choice(TEXTS))
    column.name = random.choice(names)


def _column_doubled(sheet: Sheet, random: Random) -> None:
    column = random.choice(sheet.columns)
    name = random.choice((column.name, "comment", "location", "supplier_id", "shape"))
    sheet.columns.insert(random.randrange(len(sheet.columns) + 1), Column(name, list(column.values)))


def _column_retyped(sheet: Sheet, random: Random) -> None:
    column = random.choice(sheet.columns)
    size = len(column.values)
    make = random.choice(_TYPES)
    try:
        column.array = make(column.values, size, random)
        column.values = column.array.to_pylist()
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
        pass  # it stays as it is, or has values that Python cannot hold


_WAYS: Mapping[Callable[[Sheet, Random], None], int] = {
    _hostile: 6,
    _scaled: 6,
    _other_value: 4,
    _swapped: 2,
    _other_unit: 3,
    _emptied: 2,
    _row_dropped: 2,
    _row_doubled: 2,
    _rows_shuffled: 1,
    _column_dropped: 1,
    _column_renamed: 1,
    _column_doubled: 1,
    _column_retyped: 3,
}
_EXTREMES = (-(2**63), 2**63 - 1, 0, -1, 2**53 + 1)
_Maker = Callable[[list[Any], int, Random], pa.Array]
_TYPES: tuple[_Maker, ...] = (
    lambda values, size, random: pa.array([_text(v) or None for v in values], pa.string()),
    lambda values, size, random: pa.array([_text(v) for v in values], pa.large_string()),
    lambda values, size, random: pa.array([_text(v) for v in values], pa.string_view()),
    lambda values, size, random: pa.array([_text(v).encode() for v in values], pa.binary()),
    lambda values, size, random: pa.array([_text(v) or None for v in values]).dictionary_encode(),
    lambda values, size, random: pa.array(values).dictionary_encode(),
    lambda values, size, random: pa.array([random.choice(NUMBERS) for _ in values]),
    lambda values, size, random: pa.array([random.choice((1.0, 0.5, 2.0, None)) for _ in values], pa.float32()),
    lambda values, size, random: pa.array([float(v) if v is not None else None for v in values], pa.float32()),
    lambda values, size, random: pa.array([random.choice(_EXTREMES) for _ in values], pa.int64()),
    lambda values, size, random: pa.array([random.randrange(3) for _ in values], pa.uint8()),
    lambda values, size, random: pa.array([2**64 - 1] * size, pa.uint64()),
    lambda values, size, random: pa.array([random.random() < 0.5 for _ in values]),
    lambda values, size, random: pa.array([dt.date(2024, 1, 1 + random.randrange(28)) for _ in values]),
    lambda values, size, random: pa.array([random.choice((-1, 1)) << 30 for _ in values], pa.int32()).cast(pa.date32()),
    lambda values, size, random: pa.array([random.choice((-1, 1)) << 50 for _ in values], pa.timestamp("s", "UTC")),
    lambda values, size, random: pa.array([dt.datetime(2024, 2, 3)] * size, pa.timestamp("us", "Europe/Paris")),
    lambda values, size, random: pa.array([dt.time(1)] * size),
    lambda values, size, random: pa.array([dt.timedelta(days=1)] * size),
    lambda values, size, random: pa.array([[v] for v in values]),
    lambda values, size, random: pa.array([{"a": v} for v in values]),
    lambda values, size, random: pa.array([[("a", 1)]] * size, pa.map_(pa.string(), pa.int64())),
    lambda values, size, random: pa.array([Decimal(str(v)) if v is not None else None for v in values]),
    lambda values, size, random: pa.array([Decimal(10) ** 70] * size, pa.decimal256(76)),
    lambda values, size, random: pa.nulls(size),
    lambda values, size, random: pa.nulls(size, pa.float64()),
    lambda values, size, random: pa.nulls(size, pa.dictionary(pa.int32(), pa.string())),
)


def _cell(sheet: Sheet, random: Random, kind: type | None = None) -> tuple[Column, int]:
    """Choose a cell, of a column that holds a `kind` where there is one; its column forgets its changed type."""
    columns = [c for c in sheet.columns if kind is None or any(isinstance(v, kind) for v in c.values)] or sheet.columns
    column = random.choice(columns)
    column.array = None
    filled = [at for at, v in enumerate(column.values) if v is not None and (kind is None or isinstance(v, kind))]
    is_filled = filled and (kind is not None or random.random() < 0.7)
    return column, random.choice(filled) if is_filled else random.randrange(len(column.values))


def _array(values: list[object]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)
