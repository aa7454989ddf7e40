"""Recall: an answer kept beside an inventory, found again by the bytes of its files, the method and the policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError
from lcaengine.io.kept import find_kept_folder, hash_engine, hash_files, join_key, keep, read_kept
from lcaengine.io.store import open_store
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.results import Answer, pack_answer, unpack_answer

__all__ = ["recall_or_find"]

KIND = "scores"


def recall_or_find(
    place: str | Path, method: Method, policy: Policy, by: str, find: Callable[[], Answer], tell: Callable[[str], None]
) -> Answer:
    """Give the answer that is kept, or find it and keep it.

    Parameters
    ----------
    place : str or Path
        The inventory: a folder or a zip on this disk; of others nothing is kept.
    method : Method
    policy : Policy
    by : str
    find : callable
        Scores the inventory.
    tell : callable
        Is told where something that was kept is damaged and is found anew.

    Returns
    -------
    Answer
        The same whether it was kept or not: the key holds the bytes of all files of the inventory, the method's hash
        and the engine's, and the file's name its own hash.
    """
    store = open_store(place)
    folder = find_kept_folder(store)
    if folder is None:
        return find()
    try:
        digest = hash_files(store)
    except DataError:  # a file that cannot be read: scoring says which, and what else is wrong
        return find()
    key = join_key((hash_engine(), digest, method.hash, sorted(policy.to_dict().items()), by))
    kept = read_kept(folder, KIND, key, unpack_answer, tell)
    if kept is not None:
        return kept
    answer = find()
    pa.default_memory_pool().release_unused()  # what scoring has used: the system and the inventory are gone
    if hash_files(open_store(place)) == digest:  # it has not changed while it was scored
        keep(folder, KIND, key, pack_answer(answer))
    return answer
