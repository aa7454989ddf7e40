"""Draws of suppliers: sums over their rows in every draw of the background, measured and let go.

A draw of a number of a supplier is ``sum_r x_r(d) y_r(d) / q(d)``: x of its own row, y of what the row stands for, q of
what it makes. No more than the draws of one supplier are held at a time.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lcaengine.kernels.compiled import compiled, compiled_parallel
from lcaengine.kernels.draws import PAIRS, draw_row
from lcaengine.kernels.statistics import measure_draws
from lcaengine.kernels.vectors import multiply_add

__all__ = ["CERTAIN", "GIVEN", "LOGNORMAL", "NORMAL", "NOWHERE", "sum_draws"]

CERTAIN, NORMAL, LOGNORMAL, GIVEN = 0, 1, 2, 3
"""What a row is: its amount, or this times a number that is drawn, or that is given."""
NOWHERE = -1
"""Place of what is zero in every draw."""
BLOCK = 16
"""Suppliers that a thread does at a time."""


@compiled
def _draw_rows(
    form: NDArray[np.int8],
    amount: NDArray[np.float64],
    key: NDArray[np.uint64],
    loc: NDArray[np.float64],
    scale: NDArray[np.float64],
    given: NDArray[np.float64],
    seed: np.uint64,
    room: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.float64], NDArray[np.float64]],
    own: NDArray[np.float64],
) -> None:
    """Draw the rows of a supplier that are not certain, (rows, draws)."""
    for row in range(len(form)):
        draws = own[row]
        if form[row] == CERTAIN:
            continue
        if form[row] == GIVEN:
            draws[:] = given[np.int64(key[row])]
        else:
            draw_row(key[row], loc[row], scale[row], form[row] == LOGNORMAL, seed, room, draws)
        if amount[row] != 1.0:
            for d in range(len(draws)):
                draws[d] *= amount[row]


@compiled
def _sum_number(
    code: NDArray[np.int32],
    form: NDArray[np.int8],
    amount: NDArray[np.float64],
    own: NDArray[np.float64],
    place: NDArray[np.int32],
    pool: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Sum the rows of a supplier for one number, draw by draw; `place` is of that number, (c,)."""
    sums[:] = 0.0
    for row in range(len(code)):
        if place[code[row]] == NOWHERE:
            continue
        background = pool[place[code[row]]]
        if form[row] == CERTAIN:
            for d in range(len(sums)):
                sums[d] = multiply_add(amount[row], background[d], sums[d])
        else:
            draws = own[row]
            for d in range(len(sums)):
                sums[d] = multiply_add(draws[d], background[d], sums[d])


@compiled
def _find_alike(place: NDArray[np.int32], code: NDArray[np.int32], number: int, indicators: int) -> int:
    """Find an earlier part of the same indicator that is the sum of the same draws, else NOWHERE; itself if it is zero.

    A supplier whose rows are all of one stage has that as its total.
    """
    is_zero = True
    for row in range(len(code)):
        is_zero &= place[number, code[row]] == NOWHERE
    if is_zero:
        return number
    for other in range(number % indicators, number, indicators):
        is_alike = True
        for row in range(len(code)):
            is_alike &= place[number, code[row]] == place[other, code[row]]
        if is_alike:
            return other
    return NOWHERE


@compiled
def _measure(
    sums: NDArray[np.float64],
    kept: NDArray[np.int64],
    some: NDArray[np.float64],
    levels: NDArray[np.float64],
    normal: NDArray[np.float64],
    limit: float,
    found: NDArray[np.float64],
) -> None:
    """Measure the draws that are kept, and find the share of them that is at most a limit."""
    draws = sums
    if len(kept) < len(sums):
        draws = some
        for d in range(len(kept)):
            some[d] = sums[kept[d]]
    measure_draws(draws, levels, normal, found)
    found[-1] = np.nan
    if not np.isnan(limit):
        count = 0
        for d in range(len(draws)):
            count += int(draws[d] <= limit)
        found[-1] = count / len(draws)


@compiled
def _invert(made: NDArray[np.float64], per_unit: float) -> int:
    """Turn draws of what a supplier makes into one over them, in place; give the first that is not above zero, or -1."""
    wrong = -1
    for d in range(len(made) - 1, -1, -1):
        amount = made[d] * per_unit
        wrong = wrong if amount > 0.0 and np.isfinite(amount) else d
        made[d] = 1.0 / amount
    return wrong


@compiled_parallel
def sum_draws(
    starts: NDArray[np.int64],
    code: NDArray[np.int32],
    form: NDArray[np.int8],
    amount: NDArray[np.float64],
    key: NDArray[np.uint64],
    loc: NDArray[np.float64],
    scale: NDArray[np.float64],
    given: NDArray[np.float64],
    reference: NDArray[np.int64],
    per_unit: NDArray[np.float64],
    place: NDArray[np.int32],
    pool: NDArray[np.float64],
    kept: NDArray[np.int64],
    seed: np.uint64,
    levels: NDArray[np.float64],
    normal: NDArray[np.float64],
    indicators: int,
    limit: NDArray[np.float64],
    measured: NDArray[np.float64],
    wrong: NDArray[np.int64],
) -> None:
    """Draw and measure every number of every supplier.

    Parameters
    ----------
    starts : (p + 1,) int64
        Where the rows of each supplier start.
    code : (m,) int32
        Kind of each row.
    form : (m,) int8
        CERTAIN, NORMAL, LOGNORMAL or GIVEN.
    amount : (m,) float64
        Of a row, or that its draws are multiplied by.
    key : (m,) uint64
        Of a given row, its place in `given`.
    loc, scale : (m,) float64
    given : (g, draws) float64
    reference : (p,) int64
        Row of what each supplier makes.
    per_unit : (p,) float64
        What its amount is multiplied by.
    place : (v, c) int32
        Place in `pool` of every number of a kind of row, or NOWHERE; numbers are part by part, indicator by indicator.
    pool : (r, draws) float64
        Draws of the background, an even number.
    kept : (d,) int64
        Draws that are measured, in order.
    seed : uint64
    levels, normal : (q,) float64
        As in :func:`~lcaengine.kernels.statistics.measure_draws`.
    indicators : int
        How many there are in a part.
    limit : (v, p) float64
        What draws are compared with, NaN for nothing; or (v, 0).
    measured : (3 + q, v, p) float64
        Written in place: mean, standard deviation, quantiles, and the share of draws that are at most the limit.
    wrong : (p,) int64
        Written in place: the first draw in which a supplier makes nothing, -1 for none.
    """
    suppliers, draws = len(starts) - 1, pool.shape[1]
    for block in prange(-(-suppliers // BLOCK)):
        first, last = block * BLOCK, min(suppliers, (block + 1) * BLOCK)
        most = 0
        for p in range(first, last):
            most = max(most, starts[p + 1] - starts[p])
        own, sums, some = np.empty((most, draws)), np.empty(draws), np.empty(len(kept))
        found = np.zeros((len(place), len(measured)))
        room = (np.empty(PAIRS, np.uint64), np.empty(PAIRS, np.uint64), np.empty(2 * PAIRS), np.empty(2 * PAIRS))
        for p in range(first, last):
            rows, made = slice(starts[p], starts[p + 1]), reference[p]
            codes, forms, amounts, wrong[p] = code[rows], form[rows], amount[rows], NOWHERE
            _draw_rows(forms, amounts, key[rows], loc[rows], scale[rows], given, seed, room, own)
            if form[made] != CERTAIN:
                wrong[p] = _invert(own[made - starts[p]], per_unit[p])
            for v in range(len(place)):
                bound = limit[v, p] if limit.shape[1] > 0 else np.nan
                same = _find_alike(place, codes, v, indicators)
                if same == v:
                    found[v] = 0.0
                    found[v, -1] = np.nan if np.isnan(bound) else 1.0 if bound >= 0.0 else 0.0
                elif same != NOWHERE and np.isnan(bound):
                    found[v], found[v, -1] = found[same], np.nan
                else:
                    _sum_number(codes, forms, amounts, own, place[v], pool, sums)
                    if form[made] == CERTAIN:
                        sums *= 1.0 / (amount[made] * per_unit[p])
                    else:
                        sums *= own[made - starts[p]]
                    _measure(sums, kept, some, levels, normal, bound, found[v])
                for each in range(len(measured)):
                    measured[each, v, p] = found[v, each]
