"""Random systems for property tests: loops, background that buys staged products, wide scales."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from lcaengine.system import Coupling, build_coupling


def to_coupling(A: NDArray[np.float64]) -> Coupling:
    """Write a dense A as the transposed coupling the engine solves."""
    activity, provider = np.nonzero((A - np.diag(np.diag(A))).T)
    return build_coupling(np.diag(A).copy(), activity, provider, A[provider, activity])


@st.composite
def technospheres(draw: st.DrawFn, most: int = 12, credits: bool = False) -> NDArray[np.float64]:
    """Draw a technosphere matrix whose loops give more than they take; with credits, some entries are positive.

    Demand per gross output has row sums of at most 0.9 before units are scaled, so its spectral radius is below one
    in any units. Credits are kept to a tenth of that, so that the matrix stays diagonally dominant.
    """
    n = draw(st.integers(1, most))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    demand = random.random((n, n)) * (random.random((n, n)) < draw(st.floats(0.05, 0.9)))
    demand *= (0.9 * random.random(n) / np.maximum(demand.sum(axis=0), 1e-9)).clip(max=1.0)
    if credits:
        demand = np.where(random.random((n, n)) < 0.2, -0.1 * demand, demand)
    scale = 10.0 ** random.uniform(-4, 4, n)
    output = 10.0 ** random.uniform(-2, 2, n)
    return np.asarray((np.eye(n) - demand) * scale[:, None] / scale[None, :] * output[None, :])
