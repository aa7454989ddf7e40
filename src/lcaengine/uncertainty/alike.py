"""Rows alike: several uncertain rows of one identity, and which of them takes which draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.inventory.frame import Frame
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.inventory.words import list_codes
from lcaengine.uncertainty.keys import hash_rows, mix_keys

if TYPE_CHECKING:
    from lcaengine.uncertainty.distributions import Distributions

__all__ = [
    "IDENTITY",
    "TELLING",
    "TELLS",
    "Described",
    "describe_rows",
    "find_equals",
    "hash_identity",
    "number_alike",
    "number_equals",
]

Numbers = NDArray[np.float64]

IDENTITY = ("process_id", "flow_id", "direction", "provider_id", "location")
"""What identifies an exchange, apart from its ordinal among rows alike in it."""
TELLING = ("source_id", "comment", "data_type", "pedigree")
"""Words that tell rows of one identity apart, the most telling first."""
_FLAGS = ("is_reference", "is_avoided")
TELLS = (*TELLING, *_FLAGS)
"""Columns that tell such rows apart."""
_BITS = 40
"""Of a number that is compared: 12 digits, so that one converted from another unit is the same."""
_LOGNORMAL = UNCERTAINTY_TYPES.index("lognormal")
_OWN_LOC = tuple(UNCERTAINTY_TYPES.index(name) for name in ("bernoulli", "beta"))
"""Types whose `loc` is no amount; so is their `scale`, and that of a `beta_pert`."""
_OWN_SCALE = (_LOGNORMAL, *_OWN_LOC, UNCERTAINTY_TYPES.index("beta_pert"))


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of some uncertain rows besides their identity.

    Attributes
    ----------
    listed : Distributions
        With factors and amounts in base units.
    is_stated : (m,) bool
        Whether the row states its distribution, and does not leave it to its pedigree.
    words : tuple of pyarrow.DictionaryArray
        :data:`TELLING`, in codes that sort as the text does.
    flags : (m,) int64
    """

    listed: Distributions
    is_stated: NDArray[np.bool_]
    words: tuple[pa.DictionaryArray, ...]
    flags: NDArray[np.int64]

    def list_numbers(self) -> list[Numbers]:
        """List amount and parameters in base units, in 12 digits; minus infinity where one is not given."""
        of, factor = self.listed, self.listed.factor
        with np.errstate(over="ignore"):
            loc = np.where(np.isin(of.kind, _OWN_LOC), of.loc, of.loc * factor)
            lognormal = of.kind == _LOGNORMAL
            loc[lognormal] = np.exp(of.loc[lognormal]) * factor[lognormal]  # a median: a logarithm may be near zero
            scale = np.where(np.isin(of.kind, _OWN_SCALE), of.scale, of.scale * factor)
            numbers = (of.amount, loc, scale, of.shape, of.minimum * factor, of.maximum * factor)
        return [_shorten(each) for each in (*numbers, of.negative.astype(np.float64))]


def describe_rows(listed: Distributions, frame: Frame, is_stated: NDArray[np.bool_]) -> Described:
    """Take what a table says of uncertain rows besides their identity.

    Parameters
    ----------
    listed : Distributions
        In base units; their rows are positions in the table.
    frame : Frame
        `exchanges`.
    is_stated : (m,) bool

    Returns
    -------
    Described
    """
    places = pa.array(listed.row)
    flags = sum((1 + at) * frame.flag(name)[listed.row] for at, name in enumerate(_FLAGS))
    words = tuple(frame.columns[name].take(places) for name in TELLING)
    return Described(listed, is_stated, words, np.asarray(flags, np.int64))


def hash_identity(frame: Frame) -> NDArray[np.uint64]:
    """Hash what identifies every exchange: rows alike have one number."""
    return hash_rows("exchanges", [frame.columns[name] for name in IDENTITY])


def number_alike(
    identity: NDArray[np.uint64], describe: Callable[[NDArray[np.int64]], Described]
) -> NDArray[np.uint64]:
    """Make keys of identities: rows alike are told apart by an ordinal.

    Rows that state a distribution come before those that leave it to a pedigree. Then what does not change with the
    amount decides: source, comment, data type, pedigree, type of the distribution, where a blank comes first; then the
    amount in base units, and the parameters. Rows that are alike in all of this may stand for each other.

    Parameters
    ----------
    identity : (m,) uint64
        Of the uncertain rows of a table.
    describe : callable
        Describes some of them, by position; asked only of rows that have others alike.

    Returns
    -------
    (m,) uint64
    """
    ordinal = np.zeros(len(identity), np.uint64)
    alike = find_equals(identity)
    if len(alike):
        some = describe(alike)
        columns = (
            *(~some.is_stated, *(list_codes(each) for each in some.words), some.flags, some.listed.kind),
            *some.list_numbers(),
        )
        order = np.lexsort((*reversed(columns), identity[alike]))
        ordinal[alike[order]] = number_equals(identity[alike][order])
    return mix_keys(identity, ordinal)


def number_equals(ordered: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give the position of each key among its equals, of keys that are sorted.

    Returns
    -------
    (m,) int64

    Examples
    --------
    >>> number_equals(np.array([3, 5, 5, 5, 8], np.uint64)).tolist()
    [0, 0, 1, 2, 0]
    """
    starts = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]))
    return np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))


def find_equals(identity: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Find the rows whose identity others have too, in order."""
    ordered = np.sort(identity)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(np.isin(identity, twice)) if len(twice) else np.empty(0, np.int64)


def _shorten(numbers: Numbers) -> Numbers:
    """Round numbers to 40 bits of their own."""
    mantissa, exponent = np.frexp(numbers)
    short = np.ldexp(np.round(np.ldexp(mantissa, _BITS)), exponent - _BITS)
    return np.asarray(np.where(np.isnan(numbers), -np.inf, short + 0.0))
