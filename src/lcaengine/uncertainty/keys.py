"""Keys: a number for every row by what identifies it, under which its draws are made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.inventory.words import pick

__all__ = ["hash_rows", "make_keys"]

_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def make_keys(table: str, columns: Sequence[pa.DictionaryArray]) -> NDArray[np.uint64]:
    """Make the key of every row from the words that identify it, and its ordinal among rows alike in them.

    Words are hashed once each, and the hashes of a row are mixed column by column: its key depends on no other row but
    those alike, and a row that is added changes no key. Two rows share a key by chance in one of 2^64 / m^2 tables.

    Parameters
    ----------
    table : str
        So that rows of different tables have different keys.
    columns : sequence of pyarrow.DictionaryArray
        Columns of words; what is null is a word of its own.

    Returns
    -------
    (m,) uint64

    References
    ----------
    Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number generators. OOPSLA '14: the
    mixing function of SplitMix64.
    """
    keys = hash_rows(table, columns)
    return _mix(keys, _count_alike(keys))


def hash_rows(table: str, columns: Sequence[pa.DictionaryArray]) -> NDArray[np.uint64]:
    """Hash the words of every row, as keys of rows that are alike on purpose.

    Parameters
    ----------
    table : str
    columns : sequence of pyarrow.DictionaryArray

    Returns
    -------
    (m,) uint64
    """
    keys = np.full(len(columns[0]), _hash_word(table), np.uint64)
    for column in columns:
        of_word = np.array([_hash_word(f"={word}") for word in column.dictionary.to_pylist()], np.uint64)
        keys = _mix(keys, np.asarray(pick(column, of_word, _hash_word("")), np.uint64))
    return keys


def _hash_word(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little"))


def _mix(keys: NDArray[np.uint64], more: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix more bits into keys, so that every bit of both changes every bit of the result."""
    mixed = (keys + _STEP) ^ more
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)


def _count_alike(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give rows with one key numbers from zero, in the order they stand in."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]))
    ordinal = np.empty(len(keys), np.uint64)
    ordinal[order] = np.arange(len(keys)) - np.repeat(starts, np.diff(starts, append=len(keys)))
    return ordinal
