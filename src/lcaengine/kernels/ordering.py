"""Order of solution: strongly connected components, providers before those who ask of them."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["find_components"]


@njit(cache=True)
def find_components(
    indptr: NDArray[np.int64], indices: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the strongly connected components of a graph, in an order in which every edge points back.

    Tarjan's algorithm with its own stack, so that a chain of a million suppliers does not end the program. Within a
    component nodes stand in the order the depth-first search left them: few edges point forward.

    Parameters
    ----------
    indptr : (n + 1,) int64
    indices : (m,) int64
        Row a points to ``indices[indptr[a]:indptr[a + 1]]``.

    Returns
    -------
    order : (n,) int64
        Nodes, component by component.
    starts : (c + 1,) int64
        Where each component starts in `order`.

    References
    ----------
    Tarjan, R. (1972). Depth-first search and linear graph algorithms. SIAM J. Comput. 1(2), 146-160.
    """
    n = len(indptr) - 1
    number = np.full(n, -1, np.int64)
    low = np.zeros(n, np.int64)
    finished = np.zeros(n, np.int64)
    in_stack = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int64)
    path = np.empty(n, np.int64)
    edge = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    starts = np.zeros(n + 1, np.int64)
    visited, left, depth, height, placed, components = 0, 0, 0, 0, 0, 0
    for root in range(n):
        if number[root] >= 0:
            continue
        path[0], depth = root, 1
        number[root] = low[root] = visited
        visited += 1
        stack[height] = root
        height += 1
        in_stack[root] = True
        edge[root] = indptr[root]
        while depth > 0:
            node = path[depth - 1]
            if edge[node] < indptr[node + 1]:
                target = indices[edge[node]]
                edge[node] += 1
                if number[target] < 0:
                    number[target] = low[target] = visited
                    visited += 1
                    stack[height] = target
                    height += 1
                    in_stack[target] = True
                    edge[target] = indptr[target]
                    path[depth] = target
                    depth += 1
                elif in_stack[target]:
                    low[node] = min(low[node], number[target])
                continue
            depth -= 1
            finished[node] = left
            left += 1
            if depth > 0:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == number[node]:
                first = placed
                while True:
                    height -= 1
                    member = stack[height]
                    in_stack[member] = False
                    order[placed] = member
                    placed += 1
                    if member == node:
                        break
                if placed - first > 1:
                    members = order[first:placed]
                    order[first:placed] = members[np.argsort(finished[members])]
                components += 1
                starts[components] = placed
    return order, starts[: components + 1].copy()
