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

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]
Codes = NDArray[np.int32]
Keys = NDArray[np.uint64]
Room = tuple[Keys, Keys, Numbers, Numbers]
"""Where numbers are drawn; see :func:`~lcaengine.kernels.draws.draw_row`."""
Rows = tuple[Positions, Codes, NDArray[np.int8], Numbers, Keys, Numbers, Numbers, Numbers, Positions, Numbers]
"""Rows of suppliers: the parameters of :func:`sum_draws` from `starts` to `per_unit`."""
Background = tuple[Codes, Numbers, Positions, np.uint64]
"""What they buy of, in every draw: `place`, `pool`, `kept`, `seed`."""
Wanted = tuple[Numbers, Numbers, int, Numbers]
"""What is measured: `levels`, `normal`, `indicators`, `limit`."""


@compiled
def _draw_rows(
    form: NDArray[np.int8],
    amount: Numbers,
    key: Keys,
    loc: Numbers,
    scale: Numbers,
    given: Numbers,
    seed: np.uint64,
    room: Room,
    own: Numbers,
) -> None:
    """Draw the rows of a supplier that are not certain, one after the other: (rows, draws)."""
    at = -1
    for row in range(len(form)):
        if form[row] == CERTAIN:
            continue
        at += 1
        draws = own[at]
        if form[row] == GIVEN:
            draws[:] = given[np.int64(key[row])]
        else:
            draw_row(key[row], loc[row], scale[row], form[row] == LOGNORMAL, seed, room, draws)
        if amount[row] != 1.0:
            for d in range(len(draws)):
                draws[d] *= amount[row]


@compiled
def _sum_number(
    code: Codes,
    form: NDArray[np.int8],
    amount: Numbers,
    own: Numbers,
    place: Codes,
    pool: Numbers,
    sums: Numbers,
) -> None:
    """Sum the rows of a supplier for one number, draw by draw; `place` is of that number, (c,)."""
    sums[:] = 0.0
    at = -1
    for row in range(len(code)):
        at += int(form[row] != CERTAIN)
        if place[code[row]] == NOWHERE:
            continue
        background = pool[place[code[row]]]
        if form[row] == CERTAIN:
            for d in range(len(sums)):
                sums[d] = multiply_add(amount[row], background[d], sums[d])
        else:
            draws = own[at]
            for d in range(len(sums)):
                sums[d] = multiply_add(draws[d], background[d], sums[d])


@compiled
def _find_alike(place: Codes, code: Codes, number: int, indicators: int) -> int:
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
    sums: Numbers, kept: Positions, some: Numbers, levels: Numbers, normal: Numbers, limit: float, found: Numbers
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
def _invert(made: Numbers, per_unit: float, kept: Positions) -> int:
    """Turn draws of what is made into one over them, in place; give the first kept that is not above zero, or -1."""
    wrong = -1
    for at in range(len(kept) - 1, -1, -1):
        amount = made[kept[at]] * per_unit
        wrong = wrong if amount > 0.0 and np.isfinite(amount) else kept[at]
    for d in range(len(made)):
        made[d] = 1.0 / (made[d] * per_unit)
    return wrong


@compiled
def _count_drawn(form: NDArray[np.int8]) -> int:
    count = 0
    for row in range(len(form)):
        count += int(form[row] != CERTAIN)
    return count


@compiled
def _measure_block(
    first: int, last: int, rows: Rows, background: Background, wanted: Wanted, measured: Numbers, wrong: Positions
) -> None:
    """Draw and measure the suppliers of a block."""
    starts, code, form, amount, key, loc, scale, given, reference, per_unit = rows
    place, pool, kept, seed = background
    levels, normal, indicators, limit = wanted
    draws, most = pool.shape[1], 0
    for p in range(first, last):
        most = max(most, _count_drawn(form[starts[p] : starts[p + 1]]))
    own, sums, some = np.empty((most, draws)), np.empty(draws), np.empty(len(kept))
    found = np.zeros((len(place), len(measured)))
    room = (np.empty(PAIRS, np.uint64), np.empty(PAIRS, np.uint64), np.empty(2 * PAIRS), np.empty(2 * PAIRS))
    for p in range(first, last):
        begin, end, made = starts[p], starts[p + 1], reference[p]
        codes, forms, amounts = code[begin:end], form[begin:end], amount[begin:end]
        _draw_rows(forms, amounts, key[begin:end], loc[begin:end], scale[begin:end], given, seed, room, own)
        output = own[_count_drawn(form[begin:made])] if form[made] != CERTAIN else sums
        wrong[p] = _invert(output, per_unit[p], kept) if form[made] != CERTAIN else -1
        for v in range(len(place)):
            bound = limit[v, p] if limit.shape[1] > 0 else np.nan
            same = _find_alike(place, codes, v, indicators)
            if same == v:
                found[v] = 0.0
                found[v, -1] = np.nan if np.isnan(bound) else 1.0 if bound >= 0.0 else 0.0
            elif same != NOWHERE and np.isnan(bound):
                found[v] = found[same]
                found[v, -1] = np.nan
            else:
                _sum_number(codes, forms, amounts, own, place[v], pool, sums)
                inverse = 1.0 / (amount[made] * per_unit[p])
                for d in range(draws):
                    sums[d] *= output[d] if form[made] != CERTAIN else inverse
                _measure(sums, kept, some, levels, normal, bound, found[v])
            for each in range(len(measured)):
                measured[each, v, p] = found[v, each]


@compiled_parallel
def sum_draws(
    starts: Positions,
    code: Codes,
    form: NDArray[np.int8],
    amount: Numbers,
    key: Keys,
    loc: Numbers,
    scale: Numbers,
    given: Numbers,
    reference: Positions,
    per_unit: Numbers,
    place: Codes,
    pool: Numbers,
    kept: Positions,
    seed: np.uint64,
    levels: Numbers,
    normal: Numbers,
    indicators: int,
    limit: Numbers,
    measured: Numbers,
    wrong: Positions,
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
        Written in place: the first draw that is measured and in which a supplier makes nothing, -1 for none.
    """
    suppliers = len(starts) - 1
    for block in prange(-(-suppliers // BLOCK)):
        rows = (starts, code, form, amount, key, loc, scale, given, reference, per_unit)
        background, wanted = (place, pool, kept, seed), (levels, normal, indicators, limit)
        first, last = block * BLOCK, min(suppliers, (block + 1) * BLOCK)
        _measure_block(first, last, rows, background, wanted, measured, wrong)
