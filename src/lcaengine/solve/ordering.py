"""The order in which a system is solved, and its structure in that order: found once, kept while amounts change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.entries import place_rows
from lcaengine.kernels.ordering import find_components
from lcaengine.system.coupling import Coupling

__all__ = ["Ordering", "order_coupling"]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Strongly connected components in order of solution, and where the entries of the matrix stand in it.

    It depends on which entries there are, not on their amounts: a system whose amounts change is solved in the same
    ordering, ``solve_coupling(replace(coupling, data=changed), right, name, ordering)``.

    Attributes
    ----------
    order : (n,) int64
        Activities, component by component, providers first. Place p is solved for activity ``order[p]``.
    starts : (c + 1,) int64
        Where each component starts in `order`.
    outer, inner : (n,), (n + 1,) int64
        Place p takes of earlier components by the entries ``inner[p]:outer[p]``, of its own component by
        ``outer[p]:inner[p + 1]``.
    provider : (nonzeros,) int32
        Place each entry takes of.
    entry : (nonzeros,) int64
        Entry of the coupling that each of these is.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    outer: NDArray[np.int64]
    inner: NDArray[np.int64]
    provider: NDArray[np.int32]
    entry: NDArray[np.int64]

    def loops(self) -> list[NDArray[np.int64]]:
        """Give the components of more than one activity."""
        large = np.flatnonzero(np.diff(self.starts) > 1)
        return [self.order[self.starts[c] : self.starts[c + 1]] for c in large.tolist()]


def order_coupling(coupling: Coupling) -> Ordering:
    """Order a system by its strongly connected components."""
    order, starts = find_components(coupling.indptr, coupling.indices)
    return Ordering(order, starts, *place_rows(coupling.indptr, coupling.indices, order, starts))
