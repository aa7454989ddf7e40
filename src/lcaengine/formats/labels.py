"""Labels of units and places that other formats write, and what they are called here. Exact, or not at all."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from lcaengine.errors import UnitError
from lcaengine.places import is_place
from lcaengine.units import read_unit

__all__ = ["find_place", "find_unit"]

SAME_UNIT = {
    "kilogram": "kg",
    "gram": "g",
    "metric ton": "t",
    "megajoule": "MJ",
    "kilojoule": "kJ",
    "kilowatt hour": "kWh",
    "watt hour": "Wh",
    "megawatt hour": "MWh",
    "cubic meter": "m3",
    "cubic metre": "m3",
    "standard cubic meter": "Nm3",
    "liter": "L",
    "litre": "L",
    "meter": "m",
    "metre": "m",
    "kilometer": "km",
    "square meter": "m2",
    "square metre": "m2",
    "square kilometer": "km2",
    "hectare": "ha",
    "square meter-year": "m2*a",
    "square metre-year": "m2*a",
    "hectare-year": "ha*a",
    "m2a": "m2*a",
    "m2*year": "m2*a",
    "m2 a": "m2*a",
    "ha a": "ha*a",
    "ton kilometer": "t*km",
    "metric ton*km": "t*km",
    "ton-kilometer": "t*km",
    "person kilometer": "p*km",
    "person*km": "p*km",
    "personkm": "p*km",
    "passenger-kilometer": "p*km",
    "vehicle kilometer": "v*km",
    "vehicle-kilometer": "v*km",
    "unit": "piece",
    "units": "piece",
    "item": "piece",
    "items": "piece",
    "Item": "piece",
    "Items": "piece",
    "pcs": "piece",
    "hour": "h",
    "hr": "h",
    "day": "d",
    "year": "a",
    "minute": "min",
    "second": "s",
    "kilo Becquerel": "kBq",
    "kilo becquerel": "kBq",
    "Becquerel": "Bq",
    "becquerel": "Bq",
    "mole": "mol",
    "barrel": "bbl",
    "ug": "ug",
    "µg": "ug",
    "m³": "m3",
    "m²": "m2",
}
"""Names in full, as ecoinvent, Brightway, SimaPro and openLCA write them."""

CONVERTED: dict[str, tuple[str, Fraction]] = {
    "sh tn": ("kg", Fraction("907.18474")),
    "tn.sh": ("kg", Fraction("907.18474")),
    "short ton": ("kg", Fraction("907.18474")),
    "cu ft": ("m3", Fraction("0.028316846592")),
    "cuft": ("m3", Fraction("0.028316846592")),
    "ft3": ("m3", Fraction("0.028316846592")),
    "sq.ft": ("m2", Fraction("0.09290304")),
    "sq ft": ("m2", Fraction("0.09290304")),
    "ft": ("m", Fraction("0.3048")),
    "gal (US liq)": ("m3", Fraction("0.003785411784")),
}
"""Other units, and how many of a unit read here one of them is: exact, from NIST Handbook 44 (2023), Appendix C."""

_CURRENCY = re.compile(r"([A-Z]{3})[ _-]?((?:19|20)\d\d)")

REGIONS = {
    "Europe": "RER",
    "Europe without Switzerland": "RER",
    "UCTE": "RER",
    "ENTSO-E": "RER",
    "ENTSOE": "RER",
    "WEU": "RER",
    "CENTREL": "RER",
    "NORDEL": "RER",
    "OECD": "GLO",
    "World": "GLO",
    "Global": "GLO",
    "Rest-of-World": "RoW",
    "UN-OCEANIA": "OCE",
}
"""Regions of ecoinvent and others, and the smallest region known here that holds them."""


@lru_cache(maxsize=4096)
def find_unit(label: str) -> tuple[str, float] | None:
    """Give the unit read here for another format's label, and how many of it one of those is.

    Parameters
    ----------
    label : str
        As the format writes it.

    Returns
    -------
    (str, float) or None
        None where it is not known; nothing is guessed.

    Examples
    --------
    >>> find_unit("kilowatt hour"), find_unit("kWh"), find_unit("sh tn"), find_unit("ton")
    (('kWh', 1.0), ('kWh', 1.0), ('kg', 907.18474), None)
    """
    currency = _CURRENCY.fullmatch(label)
    for known in (label, SAME_UNIT.get(label, ""), f"{currency[1]}{currency[2]}" if currency else ""):
        if known and _is_read(known):
            return known, 1.0
    if label in CONVERTED:
        unit, factor = CONVERTED[label]
        return unit, float(factor)
    return None


@lru_cache(maxsize=4096)
def find_place(code: str) -> str | None:
    """Give the place known here for another format's code, or the smallest known one that holds it.

    Returns
    -------
    str or None
        None where it is not known.

    Examples
    --------
    >>> find_place("CN-NM"), find_place("US-WECC"), find_place("UCTE"), find_place("Narnia")
    ('CN-NM', 'US', 'RER', None)
    """
    if is_place(code):
        return code
    if code in REGIONS:
        return REGIONS[code]
    country = code.partition("-")[0]
    return country if len(country) == 2 and is_place(country) else None


def _is_read(label: str) -> bool:
    try:
        read_unit(label)
    except UnitError:
        return False
    return True
