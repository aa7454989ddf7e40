"""Statistics of many rows of draws: mean, standard deviation and exact quantiles, without sorting.

An order statistic is found by counting: of how many draws are below a number, a pass over a row tells, and a few such
passes close in on it. A row of a thousand is sorted in the time of a hundred passes.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel

__all__ = ["measure_draws", "measure_rows"]

BLOCK = 64
"""Rows that a thread measures at a time."""
FEW = 8
"""Passes after which it is no matter of a good guess any more."""
ROUNDING = 1e-12
"""Spread per mean below which it may be that nothing varies [1]."""
LEAST_SQUARE = 1e-280
"""A sum of squares below it has lost digits, or all of them."""
MEAN, SD, FIRST = 0, 1, 2
"""Places of what is measured; quantiles are the last."""
_LEAST, _MOST = np.int64(np.iinfo(np.int64).min), np.int64(np.iinfo(np.int64).max)
_SIGN = np.int64(63)


@compiled
def _to_place(number: float) -> np.int64:
    """Give the place of a float among all floats: neighbors have neighboring places."""
    bits = np.float64(number).view(np.int64)
    return np.int64(bits ^ ((bits >> _SIGN) & _MOST))


@compiled
def _to_number(place: np.int64) -> float:
    """Give the float at a place."""
    return float(np.int64(place ^ ((place >> _SIGN) & _MOST)).view(np.float64))


@compiled
def _count_below(draws: NDArray[np.float64], bound: float) -> int:
    count = 0
    for i in range(len(draws)):
        count += int(draws[i] < bound)
    return count


@compiled
def _find_range(draws: NDArray[np.float64]) -> tuple[float, float]:
    """Find the least and the largest draw; by their places, which the compiler makes vector code of."""
    low, high = _MOST, _LEAST
    bits = draws.view(np.int64)
    for i in range(len(bits)):
        place = bits[i] ^ ((bits[i] >> _SIGN) & _MOST)
        low, high = min(low, place), max(high, place)
    return _to_number(low), _to_number(high)


@compiled
def _find_neighbors(draws: NDArray[np.float64], bound: float) -> tuple[float, float]:
    """Find the largest draw below a bound, and the least that is not."""
    low, high, limit = _LEAST, _MOST, _to_place(bound)
    bits = draws.view(np.int64)
    for i in range(len(bits)):
        place = bits[i] ^ ((bits[i] >> _SIGN) & _MOST)
        is_below = place < limit
        low, high = max(low, place if is_below else _LEAST), min(high, _MOST if is_below else place)
    return _to_number(low), _to_number(high)


@compiled
def _find_pair(draws: NDArray[np.float64], rank: int, guess: float, low: float, high: float) -> tuple[float, float]:
    """Find the draws of two ranks, `rank` (from 0) and the next.

    Neither is below `start`, both are below `end`; the next bound is where a line through the counts at both says. What
    takes long has many draws alike: then it is halfway by place, and both ends move on to draws.
    """
    start, end = low, _to_number(_to_place(high) + 1)
    before, until, bound, passes = 0, len(draws), guess, 0
    while _to_place(start) + 1 < _to_place(end):
        passes += 1
        if not start < bound < end or passes > FEW:
            one, other = _to_place(start), _to_place(end)
            bound = _to_number((one >> 1) + (other >> 1) + (one & other & 1))
        count = _count_below(draws, bound)
        if count == rank + 1:
            return _find_neighbors(draws, bound if bound != 0.0 else -0.0)  # of both zeros none was counted
        if count <= rank:
            start, before = bound, count
        else:
            end, until = bound, count
        if passes > FEW:
            below, above = _find_neighbors(draws, bound)
            start, end = (above, end) if count <= rank else (start, _to_number(_to_place(below) + 1))
        bound = start + (end - start) * ((rank + 1 - before) / (until - before))
    return start, start


@compiled
def _sum(draws: NDArray[np.float64], mean: float, power: int) -> float:
    """Sum draws, or the squares of how far they are from their mean, in eight sums that are added at the end."""
    a = b = c = d = e = f = g = h = 0.0
    whole = len(draws) - len(draws) % 8
    if power == 1:
        for i in range(0, whole, 8):
            a, b, c, d = a + draws[i], b + draws[i + 1], c + draws[i + 2], d + draws[i + 3]
            e, f, g, h = e + draws[i + 4], f + draws[i + 5], g + draws[i + 6], h + draws[i + 7]
        for i in range(whole, len(draws)):
            a += draws[i]
    else:
        for i in range(0, whole, 8):
            a, b = a + (draws[i] - mean) ** 2, b + (draws[i + 1] - mean) ** 2
            c, d = c + (draws[i + 2] - mean) ** 2, d + (draws[i + 3] - mean) ** 2
            e, f = e + (draws[i + 4] - mean) ** 2, f + (draws[i + 5] - mean) ** 2
            g, h = g + (draws[i + 6] - mean) ** 2, h + (draws[i + 7] - mean) ** 2
        for i in range(whole, len(draws)):
            a += (draws[i] - mean) ** 2
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@compiled
def _spread_small(draws: NDArray[np.float64], mean: float) -> float:
    """Find the standard deviation of draws so near their mean that squares would be lost: by the largest deviation."""
    most, square = 0.0, 0.0
    for i in range(len(draws)):
        most = max(most, abs(draws[i] - mean))
    if most == 0.0:
        return 0.0
    for i in range(len(draws)):
        square += ((draws[i] - mean) / most) ** 2
    return float(most * np.sqrt(square / (len(draws) - 1)))


@compiled
def measure_draws(
    draws: NDArray[np.float64], levels: NDArray[np.float64], normal: NDArray[np.float64], measured: NDArray[np.float64]
) -> None:
    """Measure a row of draws; a function of the row alone.

    Parameters
    ----------
    draws : (d,) float64
        Two or more.
    levels : (q,) float64
        Of quantiles, from 0 to 1; between two neighbors where they fall there.
    normal : (q,) float64
        Quantiles of the standard normal distribution, where the search begins.
    measured : (2 + q,) float64
        Written in place: mean, standard deviation (of d - 1), quantiles.
    """
    count = len(draws)
    mean = _sum(draws, 0.0, 1) / count
    square = _sum(draws, mean, 2)
    sd = _spread_small(draws, mean) if square < LEAST_SQUARE else np.sqrt(square / (count - 1))
    if sd <= ROUNDING * abs(mean):
        low, high = _find_range(draws)
        if low == high:  # what does not vary has no spread, not that of a rounded mean
            mean, sd = low + 0.0, 0.0
    measured[MEAN], measured[SD] = mean, sd
    if not len(levels):
        return
    low, high = _find_range(draws)
    # Sums of what is lognormal are nearly so; a variation of 20 is beyond any of use, and squares stay numbers.
    is_skewed = low > 0.0 or high < 0.0
    variance = np.log1p(min(abs(sd / mean), 20.0) ** 2) if is_skewed else 0.0
    for at in range(len(levels)):
        place = levels[at] * (count - 1)
        rank = min(int(place), count - 2)
        guess = mean + sd * normal[at]
        if is_skewed:
            toward = normal[at] if mean > 0.0 else -normal[at]
            guess = mean * np.exp(toward * np.sqrt(variance) - variance / 2.0)
        one, other = _find_pair(draws, rank, guess, low, high)
        measured[FIRST + at] = one + (place - rank) * (other - one)


@compiled_parallel
def measure_rows(
    draws: NDArray[np.float64],
    chosen: NDArray[np.int64],
    levels: NDArray[np.float64],
    normal: NDArray[np.float64],
    measured: NDArray[np.float64],
) -> None:
    """Measure chosen rows of draws, (rows, d) float64, each as :func:`measure_draws` does one."""
    for block in prange(-(-len(chosen) // BLOCK)):
        for at in range(block * BLOCK, min(len(chosen), (block + 1) * BLOCK)):
            measure_draws(draws[chosen[at]], levels, normal, measured[at])
