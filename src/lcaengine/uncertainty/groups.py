"""Groups: members of a loop that take much of one another, which pay to be swept more often than the rest of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.entries import place_rows
from lcaengine.kernels.ordering import find_components
from lcaengine.solve import Ordering
from lcaengine.system import Coupling

__all__ = ["group_loops"]

Numbers = NDArray[np.float64]

MUCH = 0.05
"""Share of what is handed on to an activity in its loop from which on it takes much of a provider [1]."""
STEPS = 40
"""Steps of the power iteration: shares need no more than one digit."""
KEPT = 0.2
"""What a step keeps of the last [1], so that loops of an even number of members do not swing."""


def group_loops(coupling: Coupling, ordering: Ordering) -> tuple[Ordering, NDArray[np.int64]]:
    """Order every loop so that an activity comes after those that it takes much of, and group those in circles.

    How fast sweeps of a loop converge depends on its tightest circles, mostly of two or three members. With N the
    demand per gross output in a loop and v its Perron vector, ``N v = rho v``, the share of provider j in i is
    ``N_ij v_j / (rho v_i)``, whatever the units are. Strongly connected components of the entries with a large share
    are the groups; in the order in which these are found no large share is taken of a later group.

    Parameters
    ----------
    coupling : Coupling
        Static amounts: speed depends on them, and no answer.
    ordering : Ordering
        Of that coupling.

    Returns
    -------
    ordering : Ordering
        With the same components.
    groups : (g + 1,) int64
        Where each group starts in it; the last number is n.
    """
    n = len(coupling)
    component = np.repeat(np.arange(len(ordering.starts) - 1), np.diff(ordering.starts))
    row = np.repeat(np.arange(n), np.diff(ordering.inner))
    inside = np.flatnonzero(component[row] == component[ordering.provider])
    if not len(inside):
        return ordering, np.arange(n + 1)
    row, provider = row[inside], ordering.provider[inside].astype(np.int64)
    is_large = _find_shares(coupling, ordering, component, row, inside) >= MUCH
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[is_large], minlength=n))]).astype(np.int64)
    found, starts = find_components(indptr, provider[is_large])
    place, group = np.empty(n, np.int64), np.empty(n, np.int64)
    place[found] = np.arange(n)
    group[found] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    moved = np.lexsort((place, component))
    order = ordering.order[moved]
    rows = place_rows(coupling.indptr, coupling.indices, order, ordering.starts)
    bounds = np.flatnonzero(np.diff(group[moved], prepend=-1, append=-1))
    return Ordering(order, ordering.starts, *rows), bounds.astype(np.int64)


def _find_shares(
    coupling: Coupling,
    ordering: Ordering,
    component: NDArray[np.int64],
    row: NDArray[np.int64],
    inside: NDArray[np.int64],
) -> Numbers:
    """Find the shares of the entries inside loops, by power iteration, each loop by itself."""
    provider = ordering.provider[inside]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        demand = np.abs(coupling.data[ordering.entry[inside]] / coupling.diagonal[ordering.order[row]])
        demand = np.where(np.isfinite(demand), demand, 0.0)
        v = np.ones(len(component))
        for _ in range(STEPS):
            handed = np.bincount(row, demand * v[provider], len(v))
            v = KEPT * v + np.where(np.isfinite(handed), handed, 0.0)
            v /= np.maximum.reduceat(v, ordering.starts[:-1])[component]
        share = demand * v[provider] / np.bincount(row, demand * v[provider], len(v))[row]
    return np.where(np.isfinite(share), share, 0.0)
