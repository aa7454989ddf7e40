"""LU factors of a loop whose sweeps do not converge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.solve.ordering import Ordering

__all__ = ["Factors", "factorize_loop"]

WORST_CONDITION = 1e13


@dataclass(frozen=True, slots=True)
class Factors:
    """A loop's matrix scaled by rows and columns, and its factors.

    Attributes
    ----------
    matrix : sparse array
        ``diag(1 / by_row) M diag(1 / by_column)``.
    solve : callable
        Solves it for several right-hand sides.
    by_row, by_column : (members,) float64
        Largest size in a row, and then in a column.
    """

    matrix: Any
    solve: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    by_row: NDArray[np.float64]
    by_column: NDArray[np.float64]

    def solve_refined(self, rest: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solve for right-hand sides, less what is solved already, and refine twice."""
        scaled = rest / self.by_row[:, None]
        answer = self.solve(scaled)
        for _ in range(2):
            answer += self.solve(scaled - self.matrix @ answer)
        return np.asarray(answer / self.by_column[:, None], dtype=np.float64)


def factorize_loop(
    diagonal: NDArray[np.float64],
    data: NDArray[np.float64],
    ordering: Ordering,
    component: int,
    name: Callable[[NDArray[np.int64]], str],
) -> Factors:
    """Factorize one component, scaled to one by rows and then by columns.

    Parameters
    ----------
    diagonal, data : (n,), (nonzeros,) float64
        The matrix in order of solution.
    ordering : Ordering
    component : int
    name : callable
        Names activities, for messages.

    Returns
    -------
    Factors

    Raises
    ------
    SolveError
        If the component is singular; its processes are named.
    """
    import scipy.sparse as sparse  # late: most systems need no factors, and it is slow to import
    from scipy.sparse.linalg import LinearOperator, onenormest

    start, end = int(ordering.starts[component]), int(ordering.starts[component + 1])
    members = ordering.order[start:end]
    what = f"the loop of {name(members)} is singular: no amounts meet a demand on it"
    fix = "check which of these processes takes as much of another as it gives; look for a wrong amount or provider"
    singular = SolveError(what, name(members), fix)
    matrix = _extract(diagonal, data, ordering, start, end)
    by_row = abs(matrix).max(axis=1).toarray().ravel()
    if (by_row == 0).any():
        raise singular
    matrix = (sparse.diags_array(1.0 / by_row) @ matrix).tocsc()
    by_column = abs(matrix).max(axis=0).toarray().ravel()
    if (by_column == 0).any():
        raise singular
    matrix = (matrix @ sparse.diags_array(1.0 / by_column)).tocsc()
    try:
        solve = _factorize(matrix)
    except RuntimeError as error:
        raise singular from error
    inverse: Any = LinearOperator(matrix.shape, matvec=solve, rmatvec=lambda v: solve(v, True), dtype=np.float64)
    condition = onenormest(inverse) * abs(matrix).sum(axis=0).max()
    if not condition < WORST_CONDITION:
        raise singular
    return Factors(matrix, solve, by_row, by_column)


def _factorize(matrix: Any) -> Callable[..., Any]:
    """Factorize a matrix or its transpose, and give what solves it, or its transpose if asked.

    SuperLU orders columns by ``M' M``, in which a row of r entries makes a block of r^2: what many take of (power)
    makes a long column of A' and a long row of A. The orientation with the smaller blocks fills in less.
    """
    from scipy.sparse.linalg import splu

    by_row = np.bincount(matrix.indices, minlength=matrix.shape[0]).astype(np.float64)
    by_column = np.diff(matrix.indptr).astype(np.float64)
    if (by_row**2).sum() <= (by_column**2).sum():
        factors: Any = splu(matrix)
        return lambda right, transposed=False: factors.solve(right, "T" if transposed else "N")
    factors = splu(matrix.T.tocsc())
    return lambda right, transposed=False: factors.solve(right, "N" if transposed else "T")


def _extract(diagonal: NDArray[np.float64], data: NDArray[np.float64], ordering: Ordering, start: int, end: int) -> Any:
    """Give the matrix of one component."""
    import scipy.sparse as sparse

    count = ordering.inner[start + 1 : end + 1] - ordering.outer[start:end]
    row = np.repeat(np.arange(end - start), count)
    entry = np.repeat(ordering.outer[start:end] - np.cumsum(count) + count, count) + np.arange(len(row))
    each = np.arange(end - start)
    rows, columns = np.concatenate([each, row]), np.concatenate([each, ordering.provider[entry] - start])
    values = np.concatenate([diagonal[start:end], data[entry]])
    return sparse.csc_array((values, (rows, columns)), shape=(end - start, end - start))
