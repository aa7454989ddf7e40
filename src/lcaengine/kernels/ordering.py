"""Order of solution: strongly connected components, providers before those who ask of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled

__all__ = ["find_components"]


@compiled
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
    number, low = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    edge, base = indptr[:-1].copy(), np.zeros(n, np.int64)
    path, left = np.empty(n, np.int64), np.empty(n, np.int64)
    is_placed = np.zeros(n, np.bool_)
    order, starts = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    visited, depth, height, placed, components = 0, 0, 0, 0, 0
    for root in range(n):
        entered = root if number[root] < 0 else -1
        while entered >= 0 or depth > 0:
            if entered >= 0:
                number[entered] = low[entered] = visited
                base[entered] = height
                path[depth] = entered
                visited += 1
                depth += 1
                entered = -1
            node = path[depth - 1]
            if edge[node] < indptr[node + 1]:
                target = indices[edge[node]]
                edge[node] += 1
                if number[target] < 0:
                    entered = target
                elif not is_placed[target]:
                    low[node] = min(low[node], number[target])
                continue
            depth -= 1
            left[height] = node
            height += 1
            if depth > 0:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == number[node]:
                # What was left since this node was entered, and is not placed yet, is its component.
                for at in range(base[node], height):
                    order[placed] = left[at]
                    is_placed[left[at]] = True
                    placed += 1
                height = base[node]
                components += 1
                starts[components] = placed
    return order, starts[: components + 1].copy()
