"""Identity: a process stands once, be it among the suppliers of any part or in the background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory import TABLES, type_column
from lcaengine.io.parts import read_part
from lcaengine.io.store import Store
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.record import hash_ids

__all__ = ["report_known", "report_repeated"]

NAMED = 1000
"""How many ids that stand in several parts are named."""
FIX = "keep one of them, or give the other an id of its own"


def report_known(part: Part, hashes: NDArray[np.uint64], probes: Probes, found: Findings) -> None:
    """Report suppliers that have the id of a process of the background.

    Parameters
    ----------
    part : Part
    hashes : (p,) uint64
        Of their ids, in order of size.
    probes : Probes
    found : Findings
    """
    known = probes.background_ids
    at = np.searchsorted(hashes, known)
    if not (hashes[np.minimum(at, len(hashes) - 1)] == known).any():
        return
    is_known = pc.is_in(part.process_id, value_set=pa.array(probes.background.ids, pa.string()))
    wrong = np.asarray(is_known.to_numpy(zero_copy_only=False), np.bool_)
    if wrong.any():
        rows = np.arange(1, len(part) + 1, dtype=np.int64)
        what = "{value} is a process of the background, too"
        found.block_rows("duplicate_key", "processes", wrong, rows, "process_id", part.process_id, what, FIX)


def report_repeated(store: Store, parts: Sequence[str], hashes: Sequence[NDArray[np.uint64]], found: Findings) -> None:
    """Report ids that stand in more than one part.

    Hashes of all ids are put in order, 16 bytes a supplier; where two are equal, the parts that have them are read.

    Parameters
    ----------
    store : Store
    parts : sequence of str
    hashes : sequence of (p,) uint64
        Of the ids of each part.
    found : Findings
    """
    every = np.sort(np.concatenate(hashes))
    twice = np.unique(every[1:][every[1:] == every[:-1]])
    del every
    if not len(twice):
        return
    first: dict[str, str] = {}
    for part, own in zip(parts, hashes, strict=True):
        if not np.isin(twice[:NAMED], own).any():
            continue
        table, *_ = read_part(store, "processes", part, ("process_id",))
        ids = type_column(table, TABLES["processes"], "process_id", Findings()).dictionary_decode()
        for word in ids.filter(pa.array(np.isin(hash_ids(ids), twice[:NAMED]))).to_pylist():
            if word in first:
                what = f"{word!r} stands in part {first[word]} and in part {part}"
                found.block("duplicate_key", "processes", what, FIX, column="process_id", value=word)
            first.setdefault(word, part)
    if len(twice) > NAMED and found.blockers():
        what = f"{len(twice) - NAMED} more ids stand in several parts"
        found.block("duplicate_key", "processes", what, FIX, column="process_id")
