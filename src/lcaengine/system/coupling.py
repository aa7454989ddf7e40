"""A coupling: one square sparse matrix, row by row, with its diagonal apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.entries import multiply_rows, sum_entries

__all__ = ["Coupling", "build_coupling", "cut_entries", "multiply_off_diagonal", "transpose"]


@dataclass(frozen=True, slots=True)
class Coupling:
    """A square matrix M in compressed rows: ``M x = b`` reads row a as ``diagonal[a] x_a + sum_i data x_i = b_a``.

    Attributes
    ----------
    diagonal : (n,) float64
    indptr : (n + 1,) int64
    indices : (nonzeros,) int64
        Columns of the entries off the diagonal, ascending in a row.
    data : (nonzeros,) float64
    """

    diagonal: NDArray[np.float64]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.diagonal)


def build_coupling(
    diagonal: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64], value: NDArray[np.float64]
) -> Coupling:
    """Build a coupling from entries; entries of one place are summed in the order given.

    Parameters
    ----------
    diagonal : (n,)
        Added to what entries on the diagonal sum to.
    row, column : (m,) int64
    value : (m,) float64

    Returns
    -------
    Coupling
        Without the places that sum to exactly zero.
    """
    if len(row) and not (min(row.min(), column.min()) >= 0 and max(row.max(), column.max()) < len(diagonal)):
        raise IndexError("an entry lies outside the matrix")  # a kernel does not look
    arrays = (np.ascontiguousarray(row, np.int64), np.ascontiguousarray(column, np.int64))
    return Coupling(
        *sum_entries(np.ascontiguousarray(diagonal, np.float64), *arrays, np.ascontiguousarray(value, np.float64))
    )


def transpose(coupling: Coupling) -> Coupling:
    """Give the transposed matrix."""
    return build_coupling(coupling.diagonal, coupling.indices, find_rows(coupling), coupling.data)


def find_rows(coupling: Coupling) -> NDArray[np.int64]:
    """Give the row of every entry off the diagonal."""
    return np.repeat(np.arange(len(coupling), dtype=np.int64), np.diff(coupling.indptr))


def cut_entries(coupling: Coupling, keep: NDArray[np.bool_]) -> Coupling:
    """Keep the entries off the diagonal where `keep` holds; the diagonal stays."""
    counts = np.bincount(find_rows(coupling)[keep], minlength=len(coupling))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Coupling(coupling.diagonal, indptr, coupling.indices[keep], coupling.data[keep])


def multiply_off_diagonal(coupling: Coupling, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply the part off the diagonal with several columns.

    Parameters
    ----------
    coupling : Coupling
    x : (n, k) float64

    Returns
    -------
    (n, k) float64
    """
    if len(x) != len(coupling):
        raise IndexError("the columns are not as long as the matrix")  # a kernel does not look
    return multiply_rows(coupling.indptr, coupling.indices, coupling.data, np.ascontiguousarray(x, np.float64))
