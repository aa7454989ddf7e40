"""Keys: a number for every row by what identifies it, under which its draws are made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.inventory.words import pick

__all__ = ["hash_rows", "mix_keys"]

_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def hash_rows(table: str, columns: Sequence[pa.DictionaryArray]) -> NDArray[np.uint64]:
    """Hash the words that identify every row, as its key.

    Words are hashed once each, and the hashes of a row are mixed column by column: its key depends on no other row. Two
    rows that differ share a key by chance in one of 2^64 / m^2 tables.

    Parameters
    ----------
    table : str
        So that rows of different tables have different keys.
    columns : sequence of pyarrow.DictionaryArray
        Columns of words; what is null is a word of its own.

    Returns
    -------
    (m,) uint64
    """
    keys = np.full(len(columns[0]), _hash_word(table), np.uint64)
    for column in columns:
        of_word = np.array([_hash_word(f"={word}") for word in column.dictionary.to_pylist()], np.uint64)
        keys = mix_keys(keys, np.asarray(pick(column, of_word, _hash_word("")), np.uint64))
    return keys


def _hash_word(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little"))


def mix_keys(keys: NDArray[np.uint64], more: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix more bits into keys, so that every bit of both changes every bit of the result.

    References
    ----------
    Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number generators. OOPSLA '14: the
    mixing function of SplitMix64.
    """
    mixed = (keys + _STEP) ^ more
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)
