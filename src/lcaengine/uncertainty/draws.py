"""Draws: numbers made from distributions, each a function of seed, draw and key."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError, LcaError
from lcaengine.inventory.quantiles import find_quantiles
from lcaengine.kernels import draws as kernel
from lcaengine.uncertainty.capacity import refuse_size
from lcaengine.uncertainty.distributions import LOGNORMAL, NORMAL, Distributions

__all__ = ["check_whole", "draw_uniform", "draw_values", "place_values"]

LARGEST_SEED = 2**64 - 1
MOST_DRAWS = 2**62
"""Numbers of draws end there."""


def draw_values(
    distributions: Distributions,
    seed: int,
    first: int,
    count: int,
    name: Callable[[int], str] = "exchange {}".format,
    out: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Draw values of every distribution.

    Draw d of a row depends on the seed, on d and on the row's key, and on nothing else: it is the same whichever draws
    and rows it is made with.

    Parameters
    ----------
    distributions : Distributions
    seed : int
        From 0 to 2^64 - 1.
    first : int
        Number of the first draw, from 0.
    count : int
        How many draws.
    name : callable
        Tells what a row is called in messages.
    out : (m, count) float64, optional
        Where they are written, if not to an array of their own.

    Returns
    -------
    (m, count) float64
        [base unit of each row]

    Raises
    ------
    LcaError
        If the seed, the draws or the distributions are none.
    DataError
        If less than a billionth of a distribution lies between its bounds.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> lca.draw_values(lca.list_distributions(inventory), seed=7, first=0, count=2).shape
    (8, 2)
    """
    if not isinstance(distributions, Distributions):
        raise LcaError(
            f"{type(distributions).__name__} is no list of distributions",
            "draw_values",
            "give what list_distributions returns",
        )
    seed, first, count = check_whole(seed, "seed"), check_whole(first, "first"), check_whole(count, "count")
    start, end = _find_pairs(seed, first, count)
    refuse_size(count, 16 * len(distributions))
    is_whole = first % 2 == 0 and count % 2 == 0
    drawn = out if out is not None and is_whole else np.empty((len(distributions), 2 * (end - start)))
    is_cut = ~(np.isnan(distributions.minimum) & np.isnan(distributions.maximum))
    group = 2 * distributions.kind.astype(np.int64) + is_cut
    for each in np.flatnonzero(np.bincount(group)).tolist():
        rows = np.flatnonzero(group == each)
        kind, cut = divmod(each, 2)
        if len(rows) == len(drawn):
            _draw_kind(distributions, kind, cut == 1, np.uint64(seed), start, drawn)
            continue
        some = np.empty((len(rows), drawn.shape[1]))
        _draw_kind(distributions.take(rows), kind, cut == 1, np.uint64(seed), start, some)
        drawn[rows] = some
    values = drawn[:, first - 2 * start : first - 2 * start + count]
    lost = is_cut & np.isnan(values).any(axis=1) if is_cut.any() else is_cut
    if lost.any():
        row = int(distributions.row[lost][0])
        what, fix = (
            "next to nothing of a distribution lies between its bounds",
            "correct minimum and maximum, or loc and scale",
        )
        raise DataError(what, name(row), fix)
    if out is None or drawn is out:
        return values
    out[:] = values
    return out


def check_whole(number: object, name: str) -> int:
    """Give a whole number as a plain one, of Python's or of NumPy's.

    Raises
    ------
    LcaError
        If it is none.

    Examples
    --------
    >>> check_whole(np.int64(7), "draws")
    7
    """
    if not isinstance(number, (int, np.integer)) or isinstance(number, bool):
        raise LcaError(f"{name} is {number!r}, no whole number", name, "give a whole number", given=number)
    return int(number)


def place_values(distributions: Distributions, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the values of distributions at uniform numbers, as draws are made of them.

    Parameters
    ----------
    distributions : Distributions
    uniform : (m, count) float64
        Between 0 and 1, neither of them.

    Returns
    -------
    (m, count) float64
        [base unit of each row]
    """
    placed = np.empty(uniform.shape)
    for kind in np.unique(distributions.kind).tolist():
        rows = np.flatnonzero(distributions.kind == kind)
        some = distributions.take(rows)
        parameters = (some.loc, some.scale, some.shape, some.minimum, some.maximum, some.negative)
        placed[rows] = find_quantiles(kind, uniform[rows], *parameters) * some.factor[:, None]
    return placed


def draw_uniform(key: NDArray[np.uint64], seed: int, first: int, count: int) -> NDArray[np.float64]:
    """Draw uniform numbers between 0 and 1, neither of them, under keys; parameters as there.

    Returns
    -------
    (m, count) float64
    """
    start, end = _find_pairs(seed, first, count)
    drawn, unused = np.empty((len(key), 2 * (end - start))), np.zeros(len(key))
    kernel.draw(key, unused, unused, kernel.UNIFORM, np.uint64(seed), start, drawn)
    return drawn[:, first - 2 * start : first - 2 * start + count]


def _find_pairs(seed: int, first: int, count: int) -> tuple[int, int]:
    """Give the first pair of draws and the one behind the last: they are made in pairs."""
    if not (0 <= seed <= LARGEST_SEED):
        raise LcaError(f"a seed of {seed} is none", "seed", "give a whole number from 0 to 2^64 - 1")
    if first < 0 or count < 0 or first + count > MOST_DRAWS:
        raise LcaError(f"draws {first} to {first + count} are none", "draws", "count draws from 0 to 2^62")
    return first // 2, -(-(first + count) // 2)


def _draw_kind(
    given: Distributions, kind: int, is_cut: bool, seed: np.uint64, first: int, drawn: NDArray[np.float64]
) -> None:
    """Draw distributions of one type, with bounds or without, in place."""
    if kind == LOGNORMAL and not is_cut:
        loc = given.loc + np.log(given.factor)
        kernel.draw(given.key, loc, given.scale, kernel.LOGNORMAL, seed, first, drawn)
        if given.negative.any():
            drawn[given.negative] *= -1.0
    elif kind == NORMAL and not is_cut:
        loc, scale = given.loc * given.factor, given.scale * given.factor
        kernel.draw(given.key, loc, scale, kernel.NORMAL, seed, first, drawn)
    else:
        kernel.draw(given.key, given.loc, given.scale, kernel.UNIFORM, seed, first, drawn)
        parameters = (given.loc, given.scale, given.shape, given.minimum, given.maximum, given.negative)
        drawn[:] = find_quantiles(kind, drawn, *parameters) * given.factor[:, None]
