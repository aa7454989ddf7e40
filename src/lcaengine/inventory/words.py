"""Words: a column of text as codes and the distinct words they stand for, in order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["encode_words", "find_distinct", "join_words", "list_codes", "pick", "rank_codes", "spell"]


def encode_words(given: pa.Array) -> pa.DictionaryArray:
    """Write text as codes and its distinct words in order of their bytes; empty text is null.

    Parameters
    ----------
    given : pyarrow.Array
        Of strings, or of codes and words already.

    Returns
    -------
    pyarrow.DictionaryArray
        Of int32 and strings, whose codes sort as the text does.
    """
    if pa.types.is_dictionary(given.type) and given.dictionary.null_count:
        given = given.dictionary_decode()
    coded = given.dictionary_encode()
    words = coded.dictionary.cast(pa.string())
    order = pc.sort_indices(words).to_numpy()
    ordered = words.take(pa.array(order))
    starts = np.ones(len(words), np.bool_)  # joined parts may repeat a word
    starts[1:] = ~np.asarray(pc.equal(ordered[1:], ordered[:-1]).to_numpy(zero_copy_only=False), np.bool_)
    rank = np.empty(len(words) + 1, np.int32)
    rank[order] = np.cumsum(starts, dtype=np.int32) - np.int32(1)
    rank[-1] = -1
    if not starts.all():
        ordered = ordered.filter(pa.array(starts))
    if len(ordered) and ordered[0].as_py() == "":
        ordered, rank = ordered[1:], np.maximum(rank - np.int32(1), np.int32(-1))
    return join_words(rank[list_codes(coded)], ordered)


def join_words(codes: NDArray[np.int32], words: pa.Array) -> pa.DictionaryArray:
    """Give codes and words as one array, null where the code is -1."""
    is_null = codes < 0
    indices = pa.array(codes, mask=is_null) if is_null.any() else pa.array(codes)
    return pa.DictionaryArray.from_arrays(indices, words)


def list_codes(coded: pa.DictionaryArray) -> NDArray[np.int32]:
    """Give the code of every row, -1 where it is null.

    Returns
    -------
    (n,) int32
    """
    indices = coded.indices
    filled = indices.fill_null(-1) if indices.null_count else indices
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int32)


def pick(coded: pa.DictionaryArray, of_word: NDArray[np.generic], of_null: object) -> NDArray[np.generic]:
    """Give every row what `of_word` has for its word, and `of_null` where it is null."""
    return np.append(of_word, np.array([of_null], of_word.dtype))[list_codes(coded)]


def spell(coded: pa.DictionaryArray) -> list[str | None]:
    """Write a column as Python strings, one object a word."""
    words: list[str | None] = [*coded.dictionary.to_pylist(), None]
    return [words[code] for code in list_codes(coded).tolist()]


def rank_codes(coded: pa.DictionaryArray) -> tuple[NDArray[np.int32], int]:
    """Give the place of every row's text among all words, null behind them, and how many places there are."""
    codes, most = list_codes(coded), len(coded.dictionary)
    return np.where(codes < 0, np.int32(most), codes), most + 1


def find_distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the distinct numbers in order, and each one's position among them, by hashing: in linear time.

    Returns
    -------
    distinct : (d,) int64
    position : (n,) int64
        ``distinct[position]`` is `values`.

    Examples
    --------
    >>> distinct, position = find_distinct(np.array([7, 3, 7]))
    >>> distinct.tolist(), position.tolist()
    ([3, 7], [1, 0, 1])
    """
    coded = pa.array(values).dictionary_encode()
    found = coded.dictionary.to_numpy()
    order = np.argsort(found)
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    return found[order], rank[coded.indices.to_numpy()]
