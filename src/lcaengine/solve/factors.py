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
"""Condition number of a balanced loop from which on it is singular as far as double precision can tell [1]."""
MOST_ROUNDS, BALANCED = 100, 0.5
"""Rounds of balancing, and the change of all scales in a round from which on no more are made [powers of two]."""


@dataclass(frozen=True, slots=True)
class Factors:
    """A loop's balanced matrix, and its factors.

    Attributes
    ----------
    matrix : sparse array
        ``2^row M 2^column``.
    solve : callable
        Solves it for several right-hand sides.
    row, column : (members,) int64
        Scales of rows and columns, as powers of two: scaling rounds nothing.
    """

    matrix: Any
    solve: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    row: NDArray[np.int64]
    column: NDArray[np.int64]

    def solve_refined(self, rest: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solve for right-hand sides, less what is solved already, and refine twice."""
        size = np.where(rest != 0, np.frexp(rest)[1] + self.row[:, None], np.iinfo(np.int32).min).max(axis=0)
        size = np.where((rest != 0).any(axis=0), size, 0)  # each right-hand side near one, so that none overflows
        scaled = _shift(rest, self.row[:, None] - size)
        answer = self.solve(scaled)
        for _ in range(2):
            answer += self.solve(scaled - self.matrix @ answer)
        return _shift(answer, self.column[:, None] + size)


def factorize_loop(
    diagonal: NDArray[np.float64],
    data: NDArray[np.float64],
    ordering: Ordering,
    component: int,
    name: Callable[[NDArray[np.int64]], str],
) -> Factors:
    """Factorize one component, balanced so that it does not depend on the units its flows are in.

    Whether a matrix is taken for singular is judged by its condition number, which follows the scales of rows and
    columns: kWh a piece and kg a piece may be twelve orders of magnitude apart in a loop that is sound.

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
    from scipy.sparse.linalg import LinearOperator, onenormest  # late: few systems need factors

    start, end = int(ordering.starts[component]), int(ordering.starts[component + 1])
    members = ordering.order[start:end]
    what = f"the loop of {name(members)} is singular: no amounts meet a demand on it"
    fix = "check which of these processes takes as much of another as it gives; look for a wrong amount or provider"
    singular = SolveError(what, name(members), fix)
    matrix = _extract(diagonal, data, ordering, start, end)
    if (np.diff(matrix.indptr) == 0).any() or len(np.unique(matrix.indices)) < end - start:
        raise singular  # a row or a column of zeros
    row, column = balance_matrix(matrix)
    matrix.data = _shift(matrix.data, row[matrix.indices] + np.repeat(column, np.diff(matrix.indptr)))
    try:
        solve = _factorize(matrix)
    except RuntimeError as error:
        raise singular from error
    inverse: Any = LinearOperator(matrix.shape, matvec=solve, rmatvec=lambda v: solve(v, True), dtype=np.float64)
    condition = onenormest(inverse) * abs(matrix).sum(axis=0).max()
    if not condition < WORST_CONDITION:
        raise singular
    return Factors(matrix, solve, row, column)


def balance_matrix(matrix: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find powers of two that bring the sizes in every row and column of a matrix to a sum near one.

    Rows and columns are scaled in turn until that changes nothing. For a loop without zeros on its diagonal there is
    one balanced matrix, and it is the same in whatever units rows and columns are.

    Parameters
    ----------
    matrix : scipy.sparse.csc_array
        (m, m), without stored zeros, and with an entry in every row and column.

    Returns
    -------
    row, column : (m,) int64

    References
    ----------
    Sinkhorn, R. and Knopp, P. (1967). Pacific Journal of Mathematics 21, 343-348.
    """
    rows, columns = matrix.indices, np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    sizes = np.log2(np.abs(matrix.data))
    row, column = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
    for _ in range(MOST_ROUNDS):
        before = column
        row = -_sum_logarithms(sizes + column[columns], rows, len(row))
        column = -_sum_logarithms(sizes + row[rows], columns, len(column))
        if np.abs(column - before).max() <= BALANCED:
            break
    return np.rint(row).astype(np.int64), np.rint(column).astype(np.int64)


def _sum_logarithms(sizes: NDArray[np.float64], group: NDArray[np.integer], groups: int) -> NDArray[np.float64]:
    """Give log2 of the sum of powers of two in every group."""
    most = np.full(groups, -np.inf)
    np.maximum.at(most, group, sizes)
    return np.asarray(most + np.log2(np.bincount(group, np.exp2(sizes - most[group]), groups)), dtype=np.float64)


def _shift(values: NDArray[np.float64], exponent: NDArray[np.int64]) -> NDArray[np.float64]:
    """Multiply by powers of two; beyond a float is infinite or zero, which the verified residual tells."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(values, np.clip(exponent, -5000, 5000).astype(np.int32)), dtype=np.float64)


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
    """Give the matrix of one component, without stored zeros."""
    import scipy.sparse as sparse

    count = ordering.inner[start + 1 : end + 1] - ordering.outer[start:end]
    row = np.repeat(np.arange(end - start), count)
    entry = np.repeat(ordering.outer[start:end] - np.cumsum(count) + count, count) + np.arange(len(row))
    each = np.arange(end - start)
    rows, columns = np.concatenate([each, row]), np.concatenate([each, ordering.provider[entry] - start])
    values = np.concatenate([diagonal[start:end], data[entry]])
    matrix = sparse.csc_array((values, (rows, columns)), shape=(end - start, end - start))
    matrix.eliminate_zeros()
    return matrix
