"""A place and what contains it: subdivision, country, region, rest of world, world.

The table of countries and regions stands beside this file as CSV with its sources.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib.resources import files

__all__ = ["GLOBAL", "LEVELS", "find_level", "is_elsewhere", "is_place", "list_fallbacks"]

GLOBAL = "GLO"
REST_OF_WORLD = "RoW"
LEVELS = ("country", "region", "RoW", "GLO")
"""How far one place is from another, nearest first."""

_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")


def is_place(code: str) -> bool:
    """Tell whether `code` is a country, one of its subdivisions, or a region that is known.

    Examples
    --------
    >>> is_place("CN"), is_place("CN-NM"), is_place("RER"), is_place("Narnia")
    (True, True, True, False)
    """
    subdivision = _SUBDIVISION.fullmatch(code)
    country = subdivision[1] if subdivision else code
    return country in _countries() or (not subdivision and (code in _regions() or code in (GLOBAL, REST_OF_WORLD)))


@lru_cache(maxsize=8192)
def list_fallbacks(code: str) -> tuple[str, ...]:
    """List a place and everything that contains it, nearest first.

    Parameters
    ----------
    code : str
        A place, as :func:`is_place` knows it.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> list_fallbacks("CN-NM")
    ('CN-NM', 'CN', 'RAS', 'RoW', 'GLO')
    >>> list_fallbacks("GLO")
    ('GLO',)
    """
    if code == GLOBAL:
        return (GLOBAL,)
    if code == REST_OF_WORLD:
        return (REST_OF_WORLD, GLOBAL)
    chain = [code]
    subdivision = _SUBDIVISION.fullmatch(code)
    if subdivision:
        chain.append(subdivision[1])
    place = _countries().get(chain[-1]) or _regions().get(chain[-1], "")
    while place:
        chain.append(place)
        place = _regions().get(place, "")
    return (*chain, REST_OF_WORLD, GLOBAL)


def is_elsewhere(asked: str, found: str) -> bool:
    """Tell whether `found` is beyond the country of `asked`.

    Examples
    --------
    >>> is_elsewhere("CN-NM", "CN"), is_elsewhere("CN", "CN-SC"), is_elsewhere("CN", "GLO"), is_elsewhere("RER", "RER")
    (False, False, True, False)
    """
    return found.partition("-")[0] != asked.partition("-")[0]


def find_level(asked: str, found: str) -> int:
    """Give the position in :data:`LEVELS` of the smallest place that holds both.

    Examples
    --------
    >>> [LEVELS[find_level("CN-NM", place)] for place in ("CN", "RAS", "JP", "RoW", "US", "GLO")]
    ['country', 'region', 'region', 'RoW', 'GLO', 'GLO']
    """
    if not is_elsewhere(asked, found):
        return LEVELS.index("country")
    if REST_OF_WORLD in (asked, found):
        return LEVELS.index("GLO" if GLOBAL in (asked, found) else "RoW")
    shared = set(list_fallbacks(asked)) & set(list_fallbacks(found)) - {REST_OF_WORLD, GLOBAL}
    return LEVELS.index("region" if shared else "GLO")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    return {row["code"]: row["region"] for row in _read("countries.csv")}


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    return {row["region"]: row["parent"] for row in _read("regions.csv")}


def _read(name: str) -> list[dict[str, str]]:
    text = files("lcaengine.places").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
