"""Casts: columns as they are written, made texts, numbers, flags and dates; null where a value is none."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.inventory.words import encode_words

__all__ = ["CASTS", "is_text"]

_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_NUMBER = r"^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|infinity|nan|Inf|Infinity|NaN|NAN|INF)$"


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type is text, spelled out."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _cast_text(given: pa.Array) -> pa.Array | None:
    kind = given.type.value_type if pa.types.is_dictionary(given.type) else given.type
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return encode_words(given.cast(pa.string()))
    return encode_words(given) if is_text(kind) else None


def _cast_number(given: pa.Array) -> pa.Array | None:
    kind = given.type
    if is_text(kind):
        fits = pc.match_substring_regex(given, _NUMBER).fill_null(False)
        return pc.if_else(fits, given, pa.scalar(None, kind)).cast(pa.float64())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return given.cast(pa.float64(), safe=False)
    return None


def _cast_flag(given: pa.Array) -> pa.Array | None:
    if pa.types.is_boolean(given.type):
        return given
    if pa.types.is_floating(given.type):
        return None
    text = _cast_text(given)
    if text is None:
        return None
    flags = pa.array([_FLAGS.get(word.lower()) for word in text.dictionary.to_pylist()], pa.bool_())
    return flags.take(text.indices)


def _cast_date(given: pa.Array) -> pa.Array | None:
    if pa.types.is_date(given.type) or pa.types.is_timestamp(given.type):
        try:
            return pc.strftime(_within_calendar(given), "%Y-%m-%d")
        except pa.ArrowException:  # a timezone that is not in the database
            return None
    text = _cast_text(given)
    if text is None:
        return None
    dates = pa.array([word if _is_date(word) else None for word in text.dictionary.to_pylist()], pa.string())
    return dates.take(text.indices)


def _within_calendar(given: pa.Array) -> pa.Array:
    """Give days and times of the years 1 to 9999, null for others: far ones are printed as if they were near."""
    is_days = pa.types.is_date32(given.type)
    unit = "ms" if pa.types.is_date64(given.type) else "" if is_days else given.type.unit
    a_day = 1 if is_days else 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    numbers = given.cast(pa.int32() if is_days else pa.int64()).fill_null(0)
    days = numbers.to_numpy(zero_copy_only=False).astype(np.int64) // a_day
    origin = dt.date(1970, 1, 1).toordinal()
    fits = (days > dt.date.min.toordinal() - origin) & (days < dt.date.max.toordinal() - origin)
    return pc.if_else(pa.array(fits), given, pa.scalar(None, given.type))


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


CASTS = {"text": _cast_text, "number": _cast_number, "flag": _cast_flag, "date": _cast_date}
"""By kind of column, what makes it of an array; None where the array holds something else altogether."""
