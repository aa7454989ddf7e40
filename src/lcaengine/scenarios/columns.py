"""Columns of a frame with other values in some places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lcaengine.inventory.words import encode_words, join_words, list_codes

__all__ = ["write_numbers", "write_words"]


def write_numbers(column: pa.Array, new: Mapping[int, float | None]) -> pa.Array:
    """Write numbers, or nulls, into some places."""
    at = list(new)
    values = np.array(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    empty = np.array(column.is_null().to_numpy(zero_copy_only=False))
    values[at] = [0.0 if each is None else each for each in new.values()]
    empty[at] = [each is None for each in new.values()]
    return pa.array(values, pa.float64(), mask=empty) if empty.any() else pa.array(values, pa.float64())


def write_words(column: pa.DictionaryArray, new: Mapping[int, str | None]) -> pa.DictionaryArray:
    """Write words, or nulls, into some places."""
    words: list[str] = column.dictionary.to_pylist()
    position = {word: at for at, word in enumerate(words)}
    more = sorted({word for word in new.values() if word is not None} - set(words))
    position |= {word: len(words) + at for at, word in enumerate(more)}
    codes = list_codes(column).copy()
    codes[list(new)] = [-1 if word is None else position[word] for word in new.values()]
    joined = join_words(codes, pa.array(words + more, pa.string()))
    return encode_words(joined) if more else joined
