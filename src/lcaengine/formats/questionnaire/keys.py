"""The keys of a table of a TOML file, asked for by the type they should have; those nobody asks for are refused."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lcaengine.errors import DataError

__all__ = ["Keys"]


class Keys:
    """One table of a TOML file.

    Parameters
    ----------
    fields : dict
        As TOML reads it.
    where : str
        File and table, for messages.
    """

    __slots__ = ("asked", "fields", "where")

    def __init__(self, fields: dict[str, object], where: str) -> None:
        self.fields = fields
        self.where = where
        self.asked: set[str] = set()

    def text(self, name: str, usual: str = "", allowed: tuple[str, ...] = ()) -> str:
        """Give text, one of `allowed` if there are any; `usual` where the key is not there."""
        value = self._take(name)
        if value is None:
            return usual
        if not isinstance(value, str) or (not value and not allowed):
            raise self._refuse(name, value, "text, in quotes")
        if allowed and value not in allowed:
            raise self._refuse(name, value, f"one of: {', '.join(map(repr, allowed))}")
        return value

    def need(self, name: str, allowed: tuple[str, ...] = ()) -> str:
        """Give text that must be there."""
        if name not in self.fields:
            raise DataError(f"{name!r} is missing", self.where, f'write {name} = "..."')
        return self.text(name, "", allowed)

    def number(self, name: str) -> float | None:
        """Give a number."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e60:
            raise self._refuse(name, value, "a number")
        return float(value)

    def count(self, name: str, usual: int) -> int:
        """Give a whole number from 1 on."""
        value = self.number(name)
        if value is None:
            return usual
        if value < 1 or value > 1e7 or not math.isclose(value, int(value), rel_tol=0.0):
            raise self._refuse(name, value, "a whole number from 1 on")
        return int(value)

    def flag(self, name: str, usual: bool) -> bool:
        """Give true or false."""
        value = self._take(name)
        if value is None:
            return usual
        if not isinstance(value, bool):
            raise self._refuse(name, value, "true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts."""
        value = self._take(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._refuse(name, value, 'a list of texts, ["a", "b"]')
        return tuple(value)

    def pairs(self, name: str) -> dict[str, str]:
        """Give a table of texts."""
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(each, str) and each for each in value.values()):
            raise self._refuse(name, value, 'a table of texts, {a = "b"}')
        return dict(value)

    def is_table(self, name: str) -> bool:
        """Tell whether the key holds a table."""
        return isinstance(self.fields.get(name), dict)

    def child(self, name: str) -> Keys:
        """Give a table, an empty one where the key is not there."""
        value = self._take(name)
        if value is not None and not isinstance(value, dict):
            raise self._refuse(name, value, f"a table, [{name}]")
        return Keys(value or {}, f"{self.where}, [{name}]")

    def children(self, name: str) -> Iterator[tuple[str, Keys]]:
        """Give the tables of a table, by name."""
        child = self.child(name)
        for each in child.fields:
            yield each, child.child(each)

    def list(self, name: str) -> Iterator[Keys]:
        """Give a list of tables."""
        value = self._take(name)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self._refuse(name, value, f"tables, [[{name}]]")
        for at, each in enumerate(value, 1):
            yield Keys(each, f"{self.where}, [[{name}]] {at}")

    def refuse_others(self) -> None:
        """Refuse keys that nobody asked for: one that is misspelled would go unseen.

        Raises
        ------
        DataError
            With the first of them.
        """
        others = [each for each in self.fields if each not in self.asked]
        if others:
            known = ", ".join(sorted(self.asked))
            raise DataError(f"key {others[0]!r} is not known", self.where, f"write one of: {known}", given=others[0])

    def _take(self, name: str) -> object:
        self.asked.add(name)
        return self.fields.get(name)

    def _refuse(self, name: str, value: object, wanted: str) -> DataError:
        return DataError(f"{name} is {value!r:.60}", self.where, f"write {wanted}", given=value)
