"""Samples of a part: statistics of its suppliers over the draws of their own rows and of the background."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.findings import Findings
from lcaengine.kernels.supplier_draws import CERTAIN, GIVEN, NOWHERE, sum_draws
from lcaengine.kernels.supplier_draws import LOGNORMAL as DRAWN_LOGNORMAL
from lcaengine.kernels.supplier_draws import NORMAL as DRAWN_NORMAL
from lcaengine.results import Scored, list_chances
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.drawn import Drawn
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.scores import find_most
from lcaengine.uncertainty import draw_values
from lcaengine.uncertainty.distributions import LOGNORMAL, NORMAL, Distributions
from lcaengine.uncertainty.samples import LEVELS, STATISTICS

__all__ = ["PartSamples", "add_samples", "sample_part"]

Numbers = NDArray[np.float64]

GIVEN_BYTES = 1 << 28
"""What draws that are not made row by row may take up at a time."""
FIX = "state a distribution that stays above zero: a lognormal one, or one with bounds"


@dataclass(frozen=True, slots=True)
class PartSamples:
    """Statistics of the suppliers of a part.

    Attributes
    ----------
    mean, sd : (p, parts, k) float64
        [unit of the indicator / reference unit of the product]
    quantiles : (levels, p, parts, k) float64
    within : (p, parts, k) float64
        Share of draws that are at most a limit [1]; NaN where there is none.
    """

    mean: Numbers
    sd: Numbers
    quantiles: Numbers
    within: Numbers


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a part in the order they are summed in, as the kernel takes them; see there.

    `at` is the distribution of each row, -1 where it has none that matters.
    """

    code: NDArray[np.int32]
    form: NDArray[np.int8]
    amount: Numbers
    key: NDArray[np.uint64]
    loc: Numbers
    scale: Numbers
    at: NDArray[np.int64]
    reference: NDArray[np.int64]


def add_samples(
    scored: Scored, part: Part, at: NDArray[np.int64], probes: Probes, drawing: Drawing, found: Findings
) -> Scored:
    """Give the scores of a part with what draws make of them, of the indicators that are drawn.

    Parameters
    ----------
    scored : Scored
    part : Part
    at : (c,) int64
        The probe of every kind of row of the part.
    probes : Probes
        With their draws.
    drawing : Drawing
    found : Findings
        Receives suppliers that cannot be drawn.

    Returns
    -------
    Scored
        As it was where a blocker was found.
    """
    chosen = [scored.indicators.index(name) for name in drawing.indicators]
    limit = np.broadcast_to([drawing.limits.get(name, np.nan) for name in drawing.indicators], (len(part), len(chosen)))
    samples = sample_part(part, at, probes, drawing, limit, found)
    if samples is None:
        return scored
    is_missing = np.isnan(scored.value[:, :, chosen])
    statistics = (samples.mean, samples.sd, *samples.quantiles)
    for each in (*statistics, samples.within):
        each[is_missing] = np.nan
    return replace(
        scored,
        indicators=drawing.indicators,
        units=tuple(scored.units[k] for k in chosen),
        value=scored.value[:, :, chosen],
        primary_data_share=scored.primary_data_share[:, :, chosen],
        status=scored.status[:, chosen],
        fallback_share=scored.fallback_share[:, chosen],
        statistics=dict(zip(STATISTICS, statistics, strict=True)),
        chances=list_chances(drawing.indicators, drawing.limits, samples.within),
    )


def sample_part(
    part: Part,
    at: NDArray[np.int64],
    probes: Probes,
    drawing: Drawing,
    limit: Numbers,
    found: Findings,
    levels: tuple[float, ...] = LEVELS,
) -> PartSamples | None:
    """Draw and measure the suppliers of a part: ``h_p(d) = sum_r x_r(d) y_c(r)(d) / q_p(d)``.

    Parameters
    ----------
    part : Part
    at : (c,) int64
        The probe of every kind of row of the part.
    probes : Probes
        With their draws.
    drawing : Drawing
    limit : (p, k) float64
        What totals are compared with [unit of the indicator / reference unit of the product], by drawn indicator; NaN
        for nothing.
    found : Findings
        Receives suppliers that cannot be drawn.
    levels : tuple of float
        Of the quantiles; of none, draws are not searched for them.

    Returns
    -------
    PartSamples or None
        None where a blocker was found.

    Notes
    -----
    A supplier that makes nothing, or less, in any draw is refused: in one inventory with the others, that draw would
    have no answer for any of them.
    """
    drawn = probes.drawn
    assert drawn is not None
    parts, k, _ = drawn.place.shape
    place = np.ascontiguousarray(drawn.place[:, :, at].reshape(parts * k, len(at)))
    rows = _order_rows(part, place, probes.product[at] >= 0)
    per_unit = probes.per_unit[at[rows.code[rows.reference]]]
    bounds = np.full((parts * k, 0 if np.isnan(limit).all() else len(part)), np.nan)
    if bounds.size:
        bounds[-k:] = limit.T
    pieces, failed = [], []
    for first, last in _cut(part, rows, drawn.pool.shape[1]):
        measured, wrong = _measure(part, rows, per_unit, place, drawn, drawing.seed, bounds, levels, slice(first, last))
        pieces.append(measured)
        failed.append(np.where(wrong < drawing.draws, wrong, -1))  # of an odd number, one more is drawn
    every = pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=2)
    _report(part, probes, rows, at, every, np.concatenate(failed), found)
    if found.blockers():
        return None
    # One number of all suppliers after another, as the columns of a table stand.
    shaped = every.reshape(len(every), parts, k, len(part)).transpose(0, 3, 1, 2)
    return PartSamples(shaped[0], shaped[1], shaped[2:-1], shaped[-1])


def _order_rows(part: Part, place: NDArray[np.int32], is_made: NDArray[np.bool_]) -> _Rows:
    """Put the rows of every supplier in an order that does not depend on the file, with what each is drawn from."""
    process = np.repeat(np.arange(len(part)), np.diff(part.starts))
    count = len(process)
    form, key, at = np.full(count, CERTAIN, np.int8), np.zeros(count, np.uint64), np.full(count, -1, np.int64)
    loc, scale, amount = np.zeros(count), np.zeros(count), part.amount.copy()
    if part.own is not None:
        matters = (place != NOWHERE).any(axis=0) | is_made  # what has no burden is not drawn
        at = np.where(matters[part.code], part.own.at, -1)
        has = np.flatnonzero(at >= 0)
        own = part.own.distributions.take(at[has])
        form[has], key[has] = _find_forms(own), own.key
        loc[has], scale[has] = np.nan_to_num(own.loc), np.nan_to_num(own.scale)
        # A probe of a negative row is of minus one unit, and draws carry their sign.
        amount[has] = np.where(part.keys.column("is_negative").to_numpy()[part.code[has]], -1.0, 1.0)
        amount[has] *= np.where((form[has] == DRAWN_LOGNORMAL) & own.negative, -1.0, 1.0)
    order = _sort_rows(process * len(part.keys) + part.code, part.amount, key)
    return _Rows(
        code=part.code[order],
        form=form[order],
        amount=amount[order],
        key=key[order],
        loc=loc[order],
        scale=scale[order],
        at=at[order],
        reference=np.flatnonzero(is_made[part.code[order]]),
    )


def _sort_rows(kind: NDArray[np.int64], amount: Numbers, key: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give the order of rows by supplier and kind, and of those few that are alike in it by amount and key."""
    order = np.argsort(kind, kind="stable")
    same = kind[order[1:]] == kind[order[:-1]]
    alike = np.flatnonzero(np.append(False, same) | np.append(same, False))
    some = order[alike]
    order[alike] = some[np.lexsort((key[some], amount[some], kind[some]))]
    return order


def _find_forms(own: Distributions) -> NDArray[np.int8]:
    """Find how rows are drawn: lognormal and normal ones without bounds by the kernel, all others before it."""
    is_free = np.isnan(own.minimum) & np.isnan(own.maximum)
    form = np.full(len(own), GIVEN, np.int8)
    form[is_free & (own.kind == LOGNORMAL)] = DRAWN_LOGNORMAL
    form[is_free & (own.kind == NORMAL)] = DRAWN_NORMAL
    return form


def _cut(part: Part, rows: _Rows, draws: int) -> list[tuple[int, int]]:
    """Cut suppliers into pieces whose draws that are given fit into memory; one piece where there are none."""
    before = np.append(0, np.cumsum(rows.form == GIVEN))[part.starts]
    most, first, pieces = max(1, GIVEN_BYTES // (8 * draws)), 0, []
    while first < len(part):
        last = int(np.searchsorted(before, before[first] + most, side="right")) - 1
        last = min(len(part), max(first + 1, last))
        pieces.append((first, last))
        first = last
    return pieces


def _measure(
    part: Part,
    rows: _Rows,
    per_unit: Numbers,
    place: NDArray[np.int32],
    drawn: Drawn,
    seed: int,
    bounds: Numbers,
    levels: tuple[float, ...],
    piece: slice,
) -> tuple[Numbers, NDArray[np.int64]]:
    """Draw and measure some suppliers: (3 + levels, numbers, suppliers), and the draws in which they make nothing."""
    first, last = int(part.starts[piece.start]), int(part.starts[piece.stop])
    here = slice(first, last)
    given_rows = np.flatnonzero(rows.form[here] == GIVEN)
    key = rows.key[here].copy()
    key[given_rows] = np.arange(len(given_rows))
    given = np.empty((0, drawn.pool.shape[1]))
    if part.own is not None and len(given_rows):
        some = part.own.distributions.take(rows.at[here][given_rows])
        try:
            given = draw_values(some, seed, 0, drawn.pool.shape[1])
        except DataError as error:
            raise DataError(error.what, f"part {part.label}, {error.where}", error.fix) from error
    count = piece.stop - piece.start
    measured = np.empty((3 + len(levels), len(place), count))
    wrong = np.empty(count, np.int64)
    sum_draws(
        part.starts[piece.start : piece.stop + 1] - first,
        rows.code[here],
        rows.form[here],
        rows.amount[here],
        key,
        rows.loc[here],
        rows.scale[here],
        np.ascontiguousarray(given),
        rows.reference[piece] - first,
        per_unit[piece],
        place,
        drawn.pool,
        drawn.kept,
        np.uint64(seed),
        np.array(levels),
        np.array([NormalDist().inv_cdf(level) for level in levels]),
        drawn.place.shape[1],
        np.ascontiguousarray(bounds[:, piece]),
        measured,
        wrong,
    )
    return measured, wrong


def _report(
    part: Part,
    probes: Probes,
    rows: _Rows,
    at: NDArray[np.int64],
    measured: Numbers,
    wrong: NDArray[np.int64],
    found: Findings,
) -> None:
    """Report suppliers that make nothing in some draw, or whose draws are no numbers."""
    none = np.zeros(len(part), np.int64)
    if (wrong >= 0).any():
        draw = int(wrong[wrong >= 0][0])
        what = f"what process {{value}} makes is not above zero in a draw (the first: {draw})"
        found.block_rows("reference_amount", "exchanges", wrong >= 0, none, "amount", part.process_id, what, FIX)
        return
    most = find_most(probes)[probes.product[at[rows.code[rows.reference]]]]
    with np.errstate(over="ignore", invalid="ignore"):
        is_lost = np.asarray(~np.isfinite(measured[:-1] * most).all(axis=(0, 1)))
    if is_lost.any():
        what, fix = (
            "a draw of process {value} is too large for a number",
            "check amounts, units and distributions there",
        )
        found.block_rows("overflow", "exchanges", is_lost, none, "amount", part.process_id, what, fix)
