"""The order in which a system is solved, found once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.ordering import find_components
from lcaengine.system.coupling import Coupling

__all__ = ["Ordering", "order_coupling"]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Strongly connected components in order of solution.

    Attributes
    ----------
    order : (n,) int64
        Activities, component by component, providers first.
    starts : (c + 1,) int64
        Where each component starts in `order`.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    def loops(self) -> list[NDArray[np.int64]]:
        """Give the components of more than one activity."""
        large = np.flatnonzero(np.diff(self.starts) > 1)
        return [self.order[self.starts[c] : self.starts[c + 1]] for c in large.tolist()]


def order_coupling(coupling: Coupling) -> Ordering:
    """Order a system by its strongly connected components."""
    return Ordering(*find_components(coupling.indptr, coupling.indices))
