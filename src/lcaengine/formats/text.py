"""Reading what other formats write as text: JSON, dates, numbers; each is a value, or an error with its place."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re

from lcaengine.errors import DataError

__all__ = ["Json", "decode", "read_date", "read_json", "read_number"]

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?=$|[T ]|[+-]\d\d:\d\d$|Z$)")
_YEAR = re.compile(r"(\d{4})(?:-(\d\d))?")


class Json:
    """A JSON object whose fields are asked for by the type they should have; absent and null are empty.

    Parameters
    ----------
    fields : object
        What was read.
    where : str
        File or dataset, for messages.

    Raises
    ------
    DataError
        If it is no object; from each method, if the field is there and of another type.
    """

    __slots__ = ("fields", "where")

    def __init__(self, fields: object, where: str) -> None:
        if not isinstance(fields, dict):
            raise DataError(f"{fields!r:.60} is no JSON object", where, "write it again")
        self.fields = fields
        self.where = where

    def text(self, *names: str) -> str:
        """Give the first of the fields that is there as text; surrogates, which no file can hold, are refused."""
        value = self._first(names)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refuse(names, value, "text")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise self._refuse(names, value, "text that can be written")
        return value.replace("\0", "") if "\0" in value else value

    def number(self, *names: str) -> float | None:
        """Give the first of the fields that is there as a number."""
        value = self._first(names)
        if value is None:
            return None
        return read_number(value, self.where, names[0])

    def flag(self, *names: str) -> bool:
        """Tell whether the first of the fields that is there is true."""
        value = self._first(names)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self._refuse(names, value, "true or false")
        return value

    def child(self, *names: str) -> Json | None:
        """Give the first of the fields that is there as an object."""
        value = self._first(names)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._refuse(names, value, "an object")
        return Json(value, self.where)

    def children(self, *names: str) -> list[Json]:
        """Give the first of the fields that is there as a list of objects."""
        value = self._first(names)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._refuse(names, value, "a list")
        return [Json(each, self.where) for each in value]

    def _first(self, names: tuple[str, ...]) -> object:
        for name in names:
            value = self.fields.get(name)
            if value is not None:
                return value
        return None

    def _refuse(self, names: tuple[str, ...], value: object, wanted: str) -> DataError:
        return DataError(f"{names[0]} is {value!r:.60} and not {wanted}", self.where, "correct it where it comes from")


def decode(content: bytes, name: str) -> str:
    """Decode UTF-8.

    Raises
    ------
    DataError
        With the byte that is none.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"{name} is not UTF-8: byte {error.start} is {content[error.start]:#04x}"
        raise DataError(what, name, "write it again as UTF-8") from error


def read_json(content: bytes, name: str) -> Json:
    """Read a JSON object; ``NaN`` and ``Infinity`` are refused, since JSON has none.

    Raises
    ------
    DataError
        If it is not one.
    """
    try:
        value = json.loads(decode(content, name), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        text = " ".join(str(error).split())[:200]
        raise DataError(f"{name} is no JSON: {text}", name, "write it again") from error
    return Json(value, name)


def read_date(text: str, where: str, last: bool = False) -> dt.date | None:
    """Read a date as ISO 8601 writes it, with or without time and zone; None where the text is empty.

    Parameters
    ----------
    text : str
        ``2015-12-30``, ``2015-12-30T00:00:00-07:00``, ``2015-12-30-07:00``, ``2015-12`` or ``2015``.
    where : str
        Dataset, for the message.
    last : bool
        Whether a year or a month stands for its last day instead of its first.

    Raises
    ------
    DataError
        If it is none, or of the year 0.

    Examples
    --------
    >>> read_date("2015-12-30T00:00:00-07:00", "x"), read_date("2015", "x", last=True)
    (datetime.date(2015, 12, 30), datetime.date(2015, 12, 31))
    """
    text = text.strip()
    if not text:
        return None
    day, year = _DATE.match(text), _YEAR.fullmatch(text)
    try:
        if day:
            return dt.date(int(day[1]), int(day[2]), int(day[3]))
        if year:
            number, month = int(year[1]), int(year[2] or (12 if last else 1))
            return dt.date(number, month, calendar.monthrange(number, month)[1] if last else 1)
    except ValueError as error:
        raise DataError(f"date {text[:40]!r} is not in the calendar: {error}", where, "correct the date") from error
    raise DataError(f"{text[:40]!r} is no date", where, "write it as 2015-12-30")


def read_number(value: object, where: str, name: str) -> float:
    """Read a number that a format gives as one, or as its text.

    Raises
    ------
    DataError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise DataError(f"{name} {value!r:.60} is no number", where, "correct it where it comes from")
    try:
        if isinstance(value, str) and "_" in value:  # Python's own 1_000
            raise ValueError
        return float(value)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{name} {value!r:.60} is no number", where, "correct it where it comes from") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
