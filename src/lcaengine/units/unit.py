"""A unit: its label, its dimension, and its factor to the base unit of that dimension."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from lcaengine.errors import UnitError
from lcaengine.units.definitions import CURRENCIES, LABELS, REFUSED
from lcaengine.units.exact import EXACT
from lcaengine.units.registry import ask_pint

__all__ = ["CURRENCY_YEAR", "Unit", "read_unit"]

CURRENCY_YEAR = re.compile(r"([A-Z]{3})((?:19|20)\d\d)")
"""A currency with its year, ``USD2020``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was written, and what it means.

    Attributes
    ----------
    label : str
        The label as written.
    dimension : str
        The dimension, canonical: equal for two units that convert into one another.
    factor : float
        Base units per this unit: ``amount_in_base = amount * factor``.
    base : str
        Label of the base unit of the dimension, as the arrays inside hold it.
    """

    label: str
    dimension: str
    factor: float
    base: str


def read_unit(label: str, own: frozenset[str] = frozenset()) -> Unit:
    """Read a unit label, exactly and case-sensitively.

    Parameters
    ----------
    label : str
        A label of the list, a currency with its year (``USD2020``), or a ratio of two of these (``MJ/kg``,
        ``m2*a/(m2*a)``; a product below the line stands in parentheses).
    own : frozenset of str
        Labels a method defines for itself; each is a dimension of its own.

    Returns
    -------
    Unit
        With the factor rounded once, from exact fractions.

    Raises
    ------
    UnitError
        If the label is not on the list; the candidates are named.

    Examples
    --------
    >>> read_unit("kWh").factor, read_unit("kWh").base
    (3.6, 'MJ')
    >>> read_unit("g CO2e/kWh").base
    'kg CO2e/MJ'
    """
    if not isinstance(label, str):
        raise UnitError(f"{label!r} is no unit label", "", "give the label as text", given=label)
    return _read_label(label, own)


@lru_cache(maxsize=4096)
def _read_label(label: str, own: frozenset[str]) -> Unit:
    if label in own:
        return Unit(label, f"[{label}]", 1.0, label)
    above, slash, below = label.partition("/")
    if not slash:
        return _read_side(label, own)
    if "/" in below or below.count("(") != below.count(")"):
        raise UnitError(f"unit {label!r} is no ratio of two units", "", "write a/b or a/(b*c)", given=label)
    over = _read_side(above, own)
    if below.startswith("(") and below.endswith(")"):
        below = below[1:-1]
    elif "*" in below:
        fix = f"write {above}/({below})"
        raise UnitError(f"unit {label!r} does not say how far the '/' reaches", "", fix, given=label)
    under = _read_side(below, own)
    factor = float(_find(above, own)[1] / _find(below, own)[1])
    base_below = f"({under.base})" if "*" in under.base else under.base
    return Unit(label, f"{over.dimension}/{under.dimension}", factor, f"{over.base}/{base_below}")


def _read_side(label: str, own: frozenset[str]) -> Unit:
    dimension, factor, base = _find(label, own)
    return Unit(label, dimension, float(factor), base)


def _find(label: str, own: frozenset[str]) -> tuple[str, Fraction, str]:
    """Give dimension, exact factor and base of a label on the list, or refuse it by name."""
    if label in own:
        return f"[{label}]", Fraction(1), label
    if label in EXACT:
        return EXACT[label]
    if label in LABELS:
        return ask_pint(label)
    currency = CURRENCY_YEAR.fullmatch(label)
    if currency and currency[1] in CURRENCIES:
        return f"[{label}]^1", Fraction(1), label  # a dimension of its own, which never converts
    raise _refusal(label)


def _refusal(label: str) -> UnitError:
    candidates: Iterable[str] = REFUSED.get(label, ())
    if not candidates:
        folded = {known.casefold(): known for known in LABELS}
        near = difflib.get_close_matches(label.casefold(), folded, n=3, cutoff=0.6)
        candidates = [folded[key] for key in near]
    if label in CURRENCIES:
        candidates = [f"{label}2020"]
        what = f"currency {label!r} carries no year"
    elif label in REFUSED:
        what = f"unit {label!r} is ambiguous"
    else:
        what = f"unit {label!r} is not on the list of units that are read"
    named = ", ".join(candidates)
    fix = f"write one of: {named}" if named else "write a listed unit, letter by letter (see README, units)"
    return UnitError(what, "", fix, given=label, allowed=tuple(candidates))
