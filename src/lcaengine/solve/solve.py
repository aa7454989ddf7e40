"""Solving M X = B for many right-hand sides, with a residual that is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, onenormest, splu

from lcaengine.errors import SolveError
from lcaengine.kernels.sweep import measure_residual, solve_components
from lcaengine.solve.ordering import Ordering, order_coupling
from lcaengine.system.coupling import Coupling

__all__ = ["RESIDUAL_TOLERANCE", "Solution", "solve_coupling"]

RESIDUAL_TOLERANCE = 1e-12
"""Largest componentwise backward error an answer may have [1]."""
SWEEP_TOLERANCE = 1e-14
MOST_SWEEPS = 400
WORST_CONDITION = 1e13


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer and how it was found.

    Attributes
    ----------
    x : (n, k) float64
    residual : float
        Worst componentwise backward error over rows and right-hand sides [1].
    sweeps : int
        Sweeps made in loops, summed.
    factorized : int
        Loops whose sweeps did not converge and which were factorized.
    """

    x: NDArray[np.float64]
    residual: float
    sweeps: int
    factorized: int


def solve_coupling(
    coupling: Coupling,
    right: NDArray[np.float64],
    name: Callable[[NDArray[np.int64]], str],
    ordering: Ordering | None = None,
) -> Solution:
    """Solve M X = B by components: substitution, sweeps in loops, LU where sweeps fail.

    Parameters
    ----------
    coupling : Coupling
        M by rows.
    right : (n, k) float64
        B.
    name : callable
        Names activities, for messages.
    ordering : Ordering, optional
        Found by :func:`order_coupling` where it is not given.

    Returns
    -------
    Solution

    Raises
    ------
    SolveError
        If a component is singular, or the verified residual is over the tolerance; its processes are named.
    """
    if not np.isfinite(right).all() or not np.isfinite(coupling.data).all() or not np.isfinite(coupling.diagonal).all():
        raise SolveError("the system holds numbers that are not finite", "", "check amounts and factors for overflow")
    ordering = ordering or order_coupling(coupling)
    right = np.ascontiguousarray(right)
    x = np.zeros_like(right)
    matrix = (coupling.diagonal, coupling.indptr, coupling.indices, coupling.data)
    count = len(ordering.starts) - 1
    at, sweeps, factorized = 0, 0, 0
    while at < count:
        at, made = solve_components(
            *matrix, ordering.order, ordering.starts, at, right, x, SWEEP_TOLERANCE, MOST_SWEEPS
        )
        sweeps += made
        if at < count:
            members = ordering.order[ordering.starts[at] : ordering.starts[at + 1]]
            x[members] = _factorize(coupling, members, right, x, name)
            factorized += 1
            at += 1
    errors = measure_residual(*matrix, right, x)
    worst = float(errors.max(initial=0.0))
    if not worst <= RESIDUAL_TOLERANCE:
        bad = np.argsort(errors)[::-1][:5]
        what = f"the answer does not verify: componentwise backward error {worst:.1e}"
        raise SolveError(what, name(bad), "check the amounts of these processes; they may nearly cancel")
    return Solution(x, worst, sweeps, factorized)


def _factorize(
    coupling: Coupling,
    members: NDArray[np.int64],
    right: NDArray[np.float64],
    x: NDArray[np.float64],
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Solve one component by LU of its rows scaled to one, refined twice."""
    matrix, rest = _extract(coupling, members, right, x)
    singular = f"the loop of {name(members)} is singular: no amounts meet a demand on it"
    fix = "check which of these processes takes as much of another as it gives; look for a wrong amount or provider"
    scale = abs(matrix).max(axis=1).toarray().ravel()
    if (scale == 0).any():
        raise SolveError(singular, name(members), fix)
    scaled = (sparse.diags_array(1.0 / scale) @ matrix).tocsc()
    across = abs(scaled).max(axis=0).toarray().ravel()
    if (across == 0).any():
        raise SolveError(singular, name(members), fix)
    scaled = (scaled @ sparse.diags_array(1.0 / across)).tocsc()
    try:
        factors: Any = splu(scaled)
    except RuntimeError as error:
        raise SolveError(singular, name(members), fix) from error
    inverse: Any = LinearOperator(
        scaled.shape, matvec=factors.solve, rmatvec=lambda v: factors.solve(v, "T"), dtype=np.float64
    )
    condition = onenormest(inverse) * abs(scaled).sum(axis=0).max()
    if not condition < WORST_CONDITION:
        raise SolveError(singular, name(members), fix)
    scaled_rest = rest / scale[:, None]
    answer = factors.solve(scaled_rest)
    for _ in range(2):
        answer += factors.solve(scaled_rest - scaled @ answer)
    return np.asarray(answer / across[:, None], dtype=np.float64)


def _extract(
    coupling: Coupling, members: NDArray[np.int64], right: NDArray[np.float64], x: NDArray[np.float64]
) -> tuple[Any, NDArray[np.float64]]:
    """Give the matrix of one component, and its right-hand side less what is solved already."""
    position = np.full(len(coupling), -1, np.int64)
    position[members] = np.arange(len(members))
    count = np.diff(coupling.indptr)[members]
    owner = np.repeat(np.arange(len(members)), count)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    entry = np.repeat(coupling.indptr[members], count) + offset
    target, value = coupling.indices[entry], coupling.data[entry]
    inside = position[target] >= 0
    rest = right[members].copy()
    np.subtract.at(rest, owner[~inside], value[~inside, None] * x[target[~inside]])
    diagonal = np.arange(len(members))
    rows, columns = np.concatenate([diagonal, owner[inside]]), np.concatenate([diagonal, position[target[inside]]])
    values = np.concatenate([coupling.diagonal[members], value[inside]])
    return sparse.csc_array((values, (rows, columns)), shape=(len(members), len(members))), rest
