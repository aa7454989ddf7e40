"""Mixes: shares that sum to one in every draw, by Dirichlet distributions around what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.inventory.frame import Frame
from lcaengine.uncertainty.distributions import read_distributions
from lcaengine.uncertainty.draws import draw_uniform
from lcaengine.uncertainty.keys import hash_rows
from lcaengine.uncertainty.moments import find_moments

__all__ = ["REST", "Mixes", "build_mixes", "draw_mixes", "find_variances", "hash_words", "join_mixes"]

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]

REST = -1
"""Stands in place of a row for what others leave of a whole."""
MOST_CONCENTRATION = 1e30
"""Beyond it shares vary by less than rounding [1]."""
LEAST_LOGARITHM = -39.0
"""Below it, x^a / Gamma(a + 1) is the distribution function of a gamma but for rounding [1]."""


@dataclass(frozen=True, slots=True)
class Mixes:
    """Shares of some wholes, each whole a Dirichlet distribution.

    Their means are the static shares s, their variances ``s (1 - s) / (a + 1)`` and covariances ``-s t / (a + 1)``,
    with a the concentration: infinite where a whole is certain.

    Attributes
    ----------
    row : (m,) int64
        Position in the table, whole by whole; -1 for what the others leave.
    key : (m,) uint64
    whole : (m,) int64
        Numbered from zero, in order.
    share : (m,) float64
        Above zero; they sum to one in every whole, those of one that is certain as nearly as they are written.
    concentration : (wholes,) float64
        Sum of the parameters of each Dirichlet distribution [1].
    """

    row: Positions
    key: NDArray[np.uint64]
    whole: Positions
    share: Numbers
    concentration: Numbers

    def __len__(self) -> int:
        return len(self.row)

    @property
    def is_drawn(self) -> NDArray[np.bool_]:
        """Whether each share is of a whole that is not certain."""
        return np.isfinite(self.concentration)[self.whole]

    def take_drawn(self) -> Mixes:
        """Give the wholes that are not certain."""
        kept, of_whole = self.is_drawn, np.isfinite(self.concentration)
        number = np.cumsum(of_whole) - 1
        rows = (self.row[kept], self.key[kept], number[self.whole[kept]], self.share[kept])
        return Mixes(*rows, self.concentration[of_whole])


def join_mixes(*mixes: Mixes) -> Mixes:
    """Put mixes behind one another."""
    before = np.cumsum([0, *(len(each.concentration) for each in mixes)])
    whole = [at + each.whole for at, each in zip(before, mixes, strict=False)]
    row, key, share, concentration = (
        np.concatenate([getattr(each, name) for each in mixes]) for name in ("row", "key", "share", "concentration")
    )
    return Mixes(row, key, np.concatenate(whole), share, concentration)


def draw_mixes(mixes: Mixes, seed: int, first: int, count: int) -> Numbers:
    """Draw shares: of every row a gamma of shape ``a s``, divided by the sum of its whole.

    A draw depends on the seed, on its number, and on the keys and shares of its whole; nothing else.

    Parameters
    ----------
    mixes : Mixes
    seed, first, count : int
        As in :func:`lcaengine.draw_values`.

    Returns
    -------
    (m, count) float64
        [1]; each whole sums to one.

    References
    ----------
    Devroye, L. (1986). Non-uniform random variate generation. Springer, ch. XI, theorem 4.1.
    """
    if not len(mixes):
        return np.empty((0, count))
    shape = mixes.concentration[mixes.whole] * mixes.share
    logarithm = _find_log_gammas(shape[:, None], draw_uniform(mixes.key, seed, first, count))
    starts = np.flatnonzero(np.diff(mixes.whole, prepend=-1))
    logarithm -= np.maximum.reduceat(logarithm, starts, axis=0)[mixes.whole]
    part = np.exp(logarithm)
    return np.asarray(part / np.add.reduceat(part, starts, axis=0)[mixes.whole])


def _find_log_gammas(shape: Numbers, uniform: Numbers) -> Numbers:
    """Find logarithms of quantiles of gamma distributions: those of small shapes are below the least float."""
    from scipy.special import gammaincinv, gammaln

    low = (np.log(uniform) + gammaln(shape + 1.0)) / shape
    with np.errstate(divide="ignore"):
        return np.where(low < LEAST_LOGARITHM, low, np.log(gammaincinv(shape, uniform)))


def find_variances(frame: Frame, rows: Positions, share: Numbers, label: str) -> Numbers:
    """Find the variance of the distribution that every row of shares states; NaN where it states none, or one value.

    Parameters
    ----------
    frame : Frame
        `markets` or `allocation`.
    rows : (m,) int64
        Those that state a distribution.
    share : (n,) float64
        Of every row.
    label : str
        Name of the inventory.

    Returns
    -------
    (n,) float64
        [1]
    """
    none, ones = np.zeros(len(rows), np.uint64), np.ones(len(rows))
    variance = np.full(len(frame), np.nan)
    variance[rows] = find_moments(read_distributions(frame, rows, none, ones, share[rows], None, label)).variance
    wrong = rows[~np.isfinite(variance[rows])]
    if len(wrong):
        what = "the distribution of a share has no finite variance, and that is what is drawn with"
        raise _refuse(frame, int(wrong[0]), what, "state another distribution")
    return np.where(variance > 0, variance, np.nan)


def build_mixes(
    frame: Frame, wholes: Sequence[tuple[Sequence[int], Numbers, NDArray[np.uint64]]], variance: Numbers
) -> Mixes:
    """Build the Dirichlet distributions of some wholes.

    The concentration of a whole is that whose variances sum, over the rows that state a distribution, to the variances
    these state: ``a = sum s (1 - s) / sum var - 1``. Rows that state none move with the others, since all sum to one.
    A whole of which no row states a distribution is certain, and its shares are left as they are written.

    Parameters
    ----------
    frame : Frame
    wholes : sequence of (rows, shares, keys)
        Positions in the table, -1 for what the others leave.
    variance : (n,) float64
        Of what every row of the table states [1]; NaN where it states none.

    Returns
    -------
    Mixes
        Without rows whose share is zero, which is zero in every draw.

    Raises
    ------
    DataError
        With the row, where a share of zero or one states a distribution, or those stated are wider than shares of that
        size can be.
    """
    rows, keys, whole, shares, concentration = [], [], [], [], []
    for number, (at, share, key) in enumerate(wholes):
        place, part = np.array(at, np.int64), share
        is_certain = np.isnan(variance[place[place != REST]]).all()
        if not is_certain:
            part = share / share.sum()
        concentration.append(np.inf if is_certain else _find_concentration(frame, place, part, variance))
        kept = part > 0
        rows.append(place[kept])
        keys.append(key[kept])
        shares.append(part[kept])
        whole.append(np.full(int(kept.sum()), number))
    return Mixes(
        np.concatenate([np.empty(0, np.int64), *rows]),
        np.concatenate([np.empty(0, np.uint64), *keys]),
        np.concatenate([np.empty(0, np.int64), *whole]),
        np.concatenate([np.empty(0, np.float64), *shares]),
        np.array(concentration, np.float64),
    )


def _find_concentration(frame: Frame, row: Positions, share: Numbers, variance: Numbers) -> float:
    """Find the concentration of one whole, or refuse its widest row."""
    stated = (row != REST) & ~np.isnan(variance[row])
    free = share[stated] * (1.0 - share[stated])
    given = variance[row[stated]]
    fixed = np.flatnonzero(free <= 0)
    if len(fixed):
        at, value = row[stated][fixed[0]], share[stated][fixed[0]]
        what = f"a share of {value:g} states a distribution, and shares that sum to one leave it none"
        raise _refuse(frame, int(at), what, "take the distribution away, or correct the share")
    with np.errstate(over="ignore"):
        concentration = min(float(free.sum() / given.sum() - 1.0), MOST_CONCENTRATION)
    if concentration <= 0:
        at = row[stated][np.argmax(given / free)]
        what = (
            f"the distributions of shares that sum to one are wider than such shares can be: their variances sum to "
            f"{given.sum():.3g}, and must be below the sum of s (1 - s), {free.sum():.3g}"
        )
        fix = "narrow them; scale of a normal is in shares, that of a lognormal in logarithms"
        raise _refuse(frame, int(at), what, fix)
    return concentration


def hash_words(table: str, *columns: Sequence[str]) -> NDArray[np.uint64]:
    """Hash rows of words, as keys of what they identify.

    Returns
    -------
    (m,) uint64
    """
    return hash_rows(table, [pa.array(each, pa.string()).dictionary_encode() for each in columns])


def _refuse(frame: Frame, at: int, what: str, fix: str) -> DataError:
    """Make the error of one row."""
    row = int(frame.rows[at])
    return DataError(what, f"{frame.table} row {row}", fix, table=frame.table, row=row)
