"""Hashes of words, by which many are told apart in little room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["hash_words"]


@compiled
def hash_words(offsets: NDArray[np.int32], data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Hash words to 64 bits: FNV-1a over their bytes, then the finalizer of MurmurHash3, which spreads every bit.

    Parameters
    ----------
    offsets : (n + 1,) int32
        Where each word starts in `data`, and the last one ends.
    data : (m,) uint8
        The bytes of all words, one behind the other.

    Returns
    -------
    (n,) uint64
        Not against an adversary: whoever wants two words with one hash finds them.

    References
    ----------
    Fowler, Noll, Vo, and Eastlake (2019), The FNV non-cryptographic hash algorithm, IETF draft, parameters of 64 bits;
    Appleby (2011), MurmurHash3, `fmix64`.
    """
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for word in range(len(hashes)):
        value = np.uint64(14695981039346656037)
        for at in range(offsets[word], offsets[word + 1]):
            value = (value ^ np.uint64(data[at])) * np.uint64(1099511628211)
        value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        hashes[word] = value ^ (value >> np.uint64(33))
    return hashes
