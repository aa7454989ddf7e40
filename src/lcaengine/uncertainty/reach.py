"""Reach: what is upstream of an activity, and which drawn numbers its footprint rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.system.coupling import Coupling
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.sources import list_keys, trace_rows
from lcaengine.uncertainty.terms import Terms

__all__ = ["find_upstream", "list_drawn_keys"]


def find_upstream(pattern: Coupling, activity: int) -> NDArray[np.bool_]:
    """Find all that an activity takes of, directly or through others, and the activity itself.

    Parameters
    ----------
    pattern : Coupling
        A' of the system: row a holds what activity a takes.
    activity : int

    Returns
    -------
    (n,) bool
    """
    reached = np.zeros(len(pattern), np.bool_)
    new = np.array([activity])
    while len(new):
        reached[new] = True
        taken = np.concatenate([pattern.indices[pattern.indptr[a] : pattern.indptr[a + 1]] for a in new.tolist()])
        new = np.unique(taken[~reached[taken]])
    return reached


def list_drawn_keys(sampled: Sampled, activity: int) -> list[NDArray[np.uint64]]:
    """List the keys of the drawn numbers that an activity's footprint rests on, by indicator.

    Two footprints that have a key in common take the same draw there: they are paired.

    Parameters
    ----------
    sampled : Sampled
    activity : int

    Returns
    -------
    list of (m,) uint64
        In order, each once.
    """
    reached = np.flatnonzero(find_upstream(sampled.pattern, activity))
    pattern, k = sampled.pattern, len(sampled.burdens) // len(sampled.outputs)
    entries = np.concatenate([np.arange(pattern.indptr[a], pattern.indptr[a + 1]) for a in reached.tolist()])
    supply = np.concatenate([_list_rows(sampled.amounts, entries), _list_rows(sampled.outputs, reached)])
    used = [np.concatenate([supply, _list_rows(sampled.burdens, reached * k + at)]) for at in range(k)]
    keys = list_keys(sampled)
    return [np.unique(keys[trace_rows(sampled, rows)]) for rows in used]


def _list_rows(terms: Terms, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the rows of the drawn values that some numbers are made of."""
    some = terms.take(targets)
    counts = some.weight != 0
    return np.concatenate([some.one[counts], some.two[counts]]).astype(np.int64)
