"""Random numbers by counter: a function of seed, draw and key, so that any draw can be made again by itself.

Philox 4x32-10 turns (draw pair, seed) under a key into 128 bits: two draws of that key. Each becomes a uniform number
by its upper 52 bits, a normal one by the inverse of the normal distribution, and a lognormal one by the exponential.
Polynomials stand in place of the mathematics library, for two reasons: the compiler turns them into vector code, and
their bits do not depend on the library of the machine.

References
----------
Salmon, J. K. et al. (2011). Parallel random numbers: as easy as 1, 2, 3. SC '11, section 4.3 (Philox).
Giles, M. (2012). Approximating the erfinv function. GPU Computing Gems Jade Edition, ch. 10, table of the double
precision polynomials.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel
from lcaengine.kernels.vectors import multiply_add

__all__ = ["LOGNORMAL", "NORMAL", "PAIRS", "UNIFORM", "draw", "draw_row"]

UNIFORM, NORMAL, LOGNORMAL = 0, 1, 2
"""What a uniform number is turned into: itself, loc + scale z, or exp(loc + scale z)."""
PAIRS = 256
"""Pairs of draws that are made side by side: what they need stays in the nearest memory."""
BLOCKS = 16
"""Blocks of so many pairs that a thread makes at a time."""

_ONE_FACTOR, _TWO_FACTOR = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_ONE_STEP, _TWO_STEP = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_DROPPED, _ONE_BITS = np.uint64(12), np.uint64(0x3FF0000000000000)
_HALF_STEP = 2.0**-53
_ROOT_HALF_BITS = np.uint64(0x3FE6A09E667F3BCD)
_EXPONENT, _BIAS = np.int64(52), np.int64(0x3FF0000000000000)
_LOG_TWO, _LOG_TWO_HIGH, _LOG_TWO_LOW = 0.6931471805599453, 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG_E, _ROUNDER = 1.4426950408889634, 6755399441055744.0
_LEAST_LOG, _MOST_LOG = -709.0, 710.0
"""Logarithms at and beyond which an exponential is zero, and infinite: its power of two is no float there."""
_ROOT_TWO = 1.4142135623730951
_NEAR, _FAR = 6.25, 16.0
"""Where the polynomials of the inverse normal meet, of -log(1 - x^2)."""


_CENTER = np.array(
    (
        -3.6444120640178196996e-21,
        -1.685059138182016589e-19,
        1.2858480715256400167e-18,
        1.115787767802518096e-17,
        -1.333171662854620906e-16,
        2.0972767875968561637e-17,
        6.6376381343583238325e-15,
        -4.0545662729752068639e-14,
        -8.1519341976054721522e-14,
        2.6335093153082322977e-12,
        -1.2975133253453532498e-11,
        -5.4154120542946279317e-11,
        1.051212273321532285e-09,
        -4.1126339803469836976e-09,
        -2.9070369957882005086e-08,
        4.2347877827932403518e-07,
        -1.3654692000834678645e-06,
        -1.3882523362786468719e-05,
        0.0001867342080340571352,
        -0.00074070253416626697512,
        -0.0060336708714301490533,
        0.24015818242558961693,
        1.6536545626831027356,
    )
)
_NEAR_TAIL = np.array(
    (
        2.2137376921775787049e-09,
        9.0756561938885390979e-08,
        -2.7517406297064545428e-07,
        1.8239629214389227755e-08,
        1.5027403968909827627e-06,
        -4.013867526981545969e-06,
        2.9234449089955446044e-06,
        1.2475304481671778723e-05,
        -4.7318229009055733981e-05,
        6.8284851459573175448e-05,
        2.4031110387097893999e-05,
        -0.0003550375203628474796,
        0.00095328937973738049703,
        -0.0016882755560235047313,
        0.0024914420961078508066,
        -0.0037512085075692412107,
        0.005370914553590063617,
        1.0052589676941592334,
        3.0838856104922207635,
    )
)
_FAR_TAIL = np.array(
    (
        -2.7109920616438573243e-11,
        -2.5556418169965252055e-10,
        1.5076572693500548083e-09,
        -3.7894654401267369937e-09,
        7.6157012080783393804e-09,
        -1.4960026627149240478e-08,
        2.9147953450901080826e-08,
        -6.7711997758452339498e-08,
        2.2900482228026654717e-07,
        -9.9298272942317002539e-07,
        4.5260625972231537039e-06,
        -1.9681778105531670567e-05,
        7.5995277030017761139e-05,
        -0.00021503011930044477347,
        -0.00013871931833623122026,
        1.0103004648645343977,
        4.8499064014085844221,
    )
)
"""Giles (2012): inverse error function over x, in -log(1 - x^2) less 3.125, and in its root less 3.25 and less 5."""
_LOG_SERIES = 1.0 / np.arange(21.0, 1.0, -2.0)
"""atanh(s) / s - 1 over s^2, from the highest power."""
_EXP_SERIES = 1.0 / np.cumprod(np.arange(1.0, 14.0))[::-1]
"""exp(r) - 1 over r, from the highest power."""


@compiled
def _make_uniform(
    keys: NDArray[np.uint64], pairs: NDArray[np.uint64], seed: np.uint64, uniform: NDArray[np.float64]
) -> None:
    """Make two uniform numbers for each pair of draws, in the middle of 2^52 steps: never 0, never 1."""
    for i in range(len(keys)):
        first, second, third, fourth = pairs[i] & _LOW, pairs[i] >> _HALF, seed & _LOW, seed >> _HALF
        one, two = keys[i] & _LOW, keys[i] >> _HALF
        for _ in range(10):
            high, low = _ONE_FACTOR * first, _TWO_FACTOR * third
            first, second = (low >> _HALF) ^ second ^ one, low & _LOW
            third, fourth = (high >> _HALF) ^ fourth ^ two, high & _LOW
            one, two = (one + _ONE_STEP) & _LOW, (two + _TWO_STEP) & _LOW
        even, odd = first | (second << _HALF), third | (fourth << _HALF)
        uniform[2 * i] = np.uint64((even >> _DROPPED) | _ONE_BITS).view(np.float64) - (1.0 - _HALF_STEP)
        uniform[2 * i + 1] = np.uint64((odd >> _DROPPED) | _ONE_BITS).view(np.float64) - (1.0 - _HALF_STEP)


@compiled
def _make_normal(uniform: NDArray[np.float64], depth: NDArray[np.float64], normal: NDArray[np.float64]) -> None:
    """Turn uniform numbers into normal ones, z = sqrt(2) erfinv(2 u - 1); `depth` is room for -log(1 - x^2)."""
    for i in range(len(uniform)):
        bits = np.float64(4.0 * uniform[i] * (1.0 - uniform[i])).view(np.uint64)
        power = np.int64(bits - _ROOT_HALF_BITS) >> _EXPONENT
        part = np.uint64(bits - np.uint64(power << _EXPONENT)).view(np.float64)  # from sqrt(1/2) to sqrt(2)
        s = (part - 1.0) / (part + 1.0)
        square, series = s * s, _LOG_SERIES[0]
        for k in range(1, len(_LOG_SERIES)):
            series = multiply_add(series, square, _LOG_SERIES[k])
        depth[i] = -multiply_add(np.float64(power), _LOG_TWO, 2.0 * s * multiply_add(square, series, 1.0))
    for i in range(len(uniform)):
        w, series = depth[i] - 3.125, _CENTER[0]
        for k in range(1, len(_CENTER)):
            series = multiply_add(series, w, _CENTER[k])
        normal[i] = _ROOT_TWO * (2.0 * uniform[i] - 1.0) * series
    for start in range(0, len(uniform), 32):
        end, tails = min(start + 32, len(uniform)), 0
        for i in range(start, end):
            tails += int(depth[i] >= _NEAR)
        if tails > 0:  # two in a thousand numbers are
            for i in range(start, end):
                if depth[i] >= _NEAR:
                    normal[i] = _ROOT_TWO * (2.0 * uniform[i] - 1.0) * _find_tail(depth[i])


@compiled
def _find_tail(depth: float) -> float:
    """Evaluate the inverse error function over x, far from its center."""
    w = np.sqrt(depth) - (3.25 if depth < _FAR else 5.0)
    polynomial = _NEAR_TAIL if depth < _FAR else _FAR_TAIL
    series = float(polynomial[0])
    for k in range(1, len(polynomial)):
        series = multiply_add(series, w, polynomial[k])
    return series


@compiled
def _raise_exp(x: NDArray[np.float64]) -> None:
    """Raise e to every number, in place; zero and infinity where that is no normal float."""
    for i in range(len(x)):
        number = _LEAST_LOG if x[i] < _LEAST_LOG else x[i]  # what is no number stays none
        number = _MOST_LOG if number > _MOST_LOG else number
        shifted = multiply_add(number, _LOG_E, _ROUNDER)
        power = np.float64(shifted).view(np.int64)  # the whole number stands in its last bits
        whole = shifted - _ROUNDER
        rest = multiply_add(whole, -_LOG_TWO_LOW, multiply_add(whole, -_LOG_TWO_HIGH, number))
        series = _EXP_SERIES[0]
        for k in range(1, len(_EXP_SERIES)):
            series = multiply_add(series, rest, _EXP_SERIES[k])
        scale = np.int64((power << _EXPONENT) + _BIAS).view(np.float64)
        x[i] = multiply_add(series, rest, 1.0) * scale


@compiled_parallel
def draw(
    keys: NDArray[np.uint64],
    loc: NDArray[np.float64],
    scale: NDArray[np.float64],
    form: int,
    seed: np.uint64,
    first: int,
    draws: NDArray[np.float64],
) -> None:
    """Draw numbers, key by key and draw by draw.

    Parameters
    ----------
    keys : (m,) uint64
    loc, scale : (m,) float64
        What they mean depends on the form; a uniform number has no use for them.
    form : int
        UNIFORM, NORMAL or LOGNORMAL.
    seed : uint64
    first : int
        Pair of draws to start with: draws 2 first, 2 first + 1, ...
    draws : (m, 2 p) float64
        Written in place.
    """
    count, pairs = len(keys), draws.shape[1] // 2
    rows = max(1, PAIRS // max(pairs, 1))  # in a block; a long row is several blocks
    share = rows * BLOCKS
    flat = draws.reshape(-1)
    for part in prange(-(-count // share)):
        key, pair = np.empty(PAIRS, np.uint64), np.empty(PAIRS, np.uint64)
        uniform, depth = np.empty(2 * PAIRS), np.empty(2 * PAIRS)
        for start in range(part * share, min(count, (part + 1) * share), rows):
            end = min(start + rows, count, (part + 1) * share)
            for at in range(0, pairs, PAIRS):
                width = min(PAIRS, pairs - at)
                filled = width * (end - start)
                for row in range(end - start):
                    for j in range(width):
                        key[row * width + j], pair[row * width + j] = keys[start + row], np.uint64(first + at + j)
                here = 2 * (start * pairs + at)
                number = flat[here : here + 2 * filled]
                if form == UNIFORM:
                    _make_uniform(key[:filled], pair[:filled], seed, number)
                    continue
                _make_uniform(key[:filled], pair[:filled], seed, uniform[: 2 * filled])
                _make_normal(uniform[: 2 * filled], depth[: 2 * filled], number)
                for row in range(end - start):
                    own_loc, own_scale = loc[start + row], scale[start + row]
                    for j in range(2 * row * width, 2 * (row + 1) * width):
                        number[j] = multiply_add(own_scale, number[j], own_loc)
                if form == LOGNORMAL:
                    _raise_exp(number)


@compiled
def draw_row(
    key: np.uint64,
    loc: float,
    scale: float,
    is_lognormal: bool,
    seed: np.uint64,
    room: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.float64], NDArray[np.float64]],
    draws: NDArray[np.float64],
) -> None:
    """Draw the numbers of one key from the first draw on, normal or lognormal: the same bits as :func:`draw`.

    Parameters
    ----------
    key : uint64
    loc, scale : float
    is_lognormal : bool
    seed : uint64
    room : tuple
        (PAIRS,) uint64 twice, and (2 PAIRS,) float64 twice.
    draws : (2 p,) float64
        Written in place.
    """
    keys, pair, uniform, depth = room
    pairs = len(draws) // 2
    keys[: min(pairs, PAIRS)] = key
    for at in range(0, pairs, PAIRS):
        width = min(PAIRS, pairs - at)
        for j in range(width):
            pair[j] = np.uint64(at + j)
        number = draws[2 * at : 2 * (at + width)]
        _make_uniform(keys[:width], pair[:width], seed, uniform[: 2 * width])
        _make_normal(uniform[: 2 * width], depth[: 2 * width], number)
        for j in range(2 * width):
            number[j] = multiply_add(scale, number[j], loc)
        if is_lognormal:
            _raise_exp(number)
