"""Circles in a network of flows: what goes around is taken off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["cancel_circles"]


@compiled
def cancel_circles(indptr: NDArray[np.int64], target: NDArray[np.int64], value: NDArray[np.float64]) -> None:
    """Take what goes around off a network of flows, in place; what every node gains or loses stays.

    Walk along positive flows, depth first. Where the walk meets itself, the smallest flow of the circle is taken off
    all of it, and the walk goes on from where the circle broke. Every circle ends a flow, every step back a node.

    Parameters
    ----------
    indptr : (n + 1,)
        Where the flows out of each node start.
    target : (m,)
        Where each flow goes.
    value : (m,) float64
        Changed in place. Flows at or below zero stay as they are.
    """
    nodes = len(indptr) - 1
    most = 0.0
    for e in range(len(value)):
        most = max(most, abs(value[e]))
    small = 1e-15 * most
    upcoming = indptr[:-1].copy()  # the flow to try next: one that is gone, or leads to a node done with, is never back
    done = np.zeros(nodes, np.bool_)
    place = np.full(nodes, -1)  # on the path
    path = np.empty(nodes, np.int64)
    for root in range(nodes):
        if done[root]:
            continue
        path[0], place[root], length = root, 0, 1
        while length > 0:
            at = path[length - 1]
            while upcoming[at] < indptr[at + 1] and (value[upcoming[at]] <= 0.0 or done[target[upcoming[at]]]):
                upcoming[at] += 1
            if upcoming[at] == indptr[at + 1]:
                done[at] = True
                place[at] = -1
                length -= 1
                continue
            following = target[upcoming[at]]
            if place[following] < 0:
                path[length] = following
                place[following] = length
                length += 1
                continue
            start = place[following]
            least = value[upcoming[at]]
            for step in range(start, length):
                least = min(least, value[upcoming[path[step]]])
            broken = length
            for step in range(length - 1, start - 1, -1):
                e = upcoming[path[step]]
                value[e] -= least
                if value[e] <= small:
                    value[e] = 0.0
                    broken = step
            for step in range(broken + 1, length):
                place[path[step]] = -1
            length = broken + 1
