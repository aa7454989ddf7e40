"""Figures: one indicator and part of all alternatives, and statistics over their draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.comparison.drawn import Drawn
from lcaengine.comparison.pair import LEVEL_NAMES, NO_INTERVAL, Interval, Pair
from lcaengine.comparison.pairs import LEVELS, SAME, PairNumbers, compare_pairs, rank_alternatives

__all__ = ["RANKS", "SPREADS", "Figure", "list_pairs", "list_ranks", "list_spreads", "take_figure"]

Numbers = NDArray[np.float64]

SPREADS = pa.schema(
    [
        *((name, pa.string()) for name in ("alternative", "activity", "indicator", "stage", "unit", "per")),
        *((name, pa.float64()) for name in ("value", "mean", "sd", *LEVEL_NAMES)),
        ("drawn_rows", pa.int64()),
        ("varies", pa.bool_()),
        ("status", pa.string()),
    ]
)
MOST_NAMED = 3
"""Of how many rows alike the names are told."""
RANKS = pa.schema(
    [
        *((name, pa.string()) for name in ("alternative", "indicator", "stage")),
        ("place", pa.int64()),
        ("probability", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator and part of all alternatives.

    Attributes
    ----------
    indicator : int
        Its position in the method.
    words : dict of str to str
        indicator, stage, unit and per.
    values, scale : (m, draws) float64
        In the draws that have an answer; and what rounding is measured against.
    static : (m,) float64
    known, varies : (m,) bool
        Whether there is a figure, and whether it moves from draw to draw.
    shared : (m, m) int64
        Drawn rows that move two; on the diagonal, that one rests on.
    place : int
        Of the indicator among those that are drawn.
    """

    indicator: int
    words: dict[str, str]
    values: Numbers
    scale: Numbers
    static: Numbers
    known: NDArray[np.bool_]
    varies: NDArray[np.bool_]
    shared: NDArray[np.int64]
    place: int


def take_figure(drawn: Drawn, k: int, part: int) -> Figure:
    """Take one indicator and part of all alternatives, in the draws that have an answer."""
    first = drawn.alternatives[0]
    indicator = first.footprints.method.indicators[drawn.indicators[k]]
    answered = np.ones(drawn.draws, np.bool_)
    answered[list(drawn.infeasible)] = False
    every = drawn.values[:, :, k][..., answered]
    values = every[:, part]
    is_total = part == len(drawn.parts) - 1
    scale = np.abs(every[:, :-1]).sum(axis=1) if is_total else np.abs(values)
    known = ~np.isnan(drawn.static[:, part, k])
    varies = known & (np.ptp(values, axis=1) > SAME * scale.max(axis=1))
    words = {"indicator": indicator.id, "stage": drawn.parts[part], "unit": indicator.unit.label, "per": first.per}
    static = drawn.static[:, part, k]
    return Figure(drawn.indicators[k], words, values, scale, static, known, varies, drawn.shared[k], k)


def _find_moments(values: Numbers) -> tuple[float, float]:
    """Find mean and standard deviation; what does not vary has no spread, not that of a rounded mean."""
    if np.ptp(values) == 0:
        return float(values[0]), 0.0
    return float(values.mean()), float(values.std(ddof=1))


def list_spreads(drawn: Drawn, figure: Figure) -> list[dict[str, object]]:
    """List the static value of every alternative, and the spread of its draws."""
    rows: list[dict[str, object]] = []
    for at, each in enumerate(drawn.alternatives):
        values, known = figure.values[at], bool(figure.known[at])
        levels = np.quantile(values, LEVELS).tolist() if known else NO_INTERVAL
        mean, sd = _find_moments(values) if known else (None, None)
        rows.append(
            {
                "alternative": each.name,
                "activity": each.describe(),
                **figure.words,
                "value": float(figure.static[at]) if known else None,
                "mean": mean,
                "sd": sd,
                **dict(zip(LEVEL_NAMES, levels, strict=True)),
                "drawn_rows": int(figure.shared[at, at]),
                "varies": bool(figure.varies[at]),
                "status": each.footprints.status_of(each.activity, figure.indicator),
            }
        )
    return rows


def list_ranks(drawn: Drawn, figure: Figure) -> list[dict[str, object]]:
    """List places; none where a figure is missing, for then nobody's place is known."""
    if not figure.known.all():
        return []
    ranks = rank_alternatives(figure.values, figure.scale)
    words = {name: figure.words[name] for name in ("indicator", "stage")}
    return [
        {"alternative": each.name, **words, "place": place + 1, "probability": float(ranks[at, place])}
        for at, each in enumerate(drawn.alternatives)
        for place in range(len(ranks))
    ]


def list_pairs(drawn: Drawn, figure: Figure) -> list[Pair]:
    """List each alternative with each that follows it."""
    m = len(drawn.alternatives)
    every = np.array([(i, j) for i in range(m) for j in range(i + 1, m)])
    known = figure.known[every].all(axis=1)
    numbers = compare_pairs(figure.values, figure.scale, every[known, 0], every[known, 1])
    place = np.cumsum(known) - 1
    pairs = []
    for at, (i, j) in enumerate(every.tolist()):
        one, other = drawn.alternatives[i].name, drawn.alternatives[j].name
        p_less: float | None = None
        p_equal: float | None = None
        error: float | None = None
        difference, ratio = NO_INTERVAL, NO_INTERVAL
        if known[at]:
            x = int(place[at])
            p_less, p_equal = float(numbers.less[x]), float(numbers.equal[x])
            moves = (figure.varies[i] or figure.varies[j]) and p_equal < 1.0
            error = float(numbers.error[x]) if moves else None
            difference, ratio = _interval(numbers.difference[x]), _interval(numbers.ratio[x])
            notes = _note(drawn, figure, numbers, x, i, j)
        else:
            missing = " and ".join(drawn.alternatives[a].name for a in (i, j) if not figure.known[a])
            notes = [f"no figure: it is missing for {missing}"]
        pairs.append(
            Pair(
                **figure.words,
                first=one,
                second=other,
                draws=figure.values.shape[1],
                p_less=p_less,
                p_equal=p_equal,
                p_less_error=error,
                difference=difference,
                ratio=ratio,
                shared_rows=int(figure.shared[i, j]),
                note=". ".join(notes),
            )
        )
    return pairs


def _interval(levels: Numbers) -> Interval:
    low, median, high = (None if np.isnan(each) else float(each) for each in levels.tolist())
    return low, median, high


def _note(drawn: Drawn, figure: Figure, numbers: PairNumbers, x: int, i: int, j: int) -> list[str]:
    """Say why something is not given, or is not what it seems."""
    notes = []
    names = {a: drawn.alternatives[a].name for a in (i, j)}
    still = [a for a in names if not figure.varies[a] and figure.values[a].any()]
    unstated = [names[a] for a in still if not figure.shared[a, a]]
    unmoved = [names[a] for a in still if figure.shared[a, a]]
    if unstated:
        notes.append(f"nothing behind {' or '.join(unstated)} states a distribution: a width of zero is no certainty")
    if unmoved:
        notes.append(f"nothing that is drawn moves {' or '.join(unmoved)}: a width of zero is no certainty")
    if not still and figure.varies[i] and figure.varies[j] and not figure.shared[i, j]:
        notes.append("the two share no drawn row: they are drawn independently")
    zero = [name for a, name in names.items() if not figure.values[a].any()]
    if zero:
        ratio = ": no ratio" if names[i] in zero else ""
        notes.append(f"{' and '.join(zero)} {'is' if len(zero) == 1 else 'are'} zero in every draw{ratio}")
    if numbers.equal[x] == 1.0 and len(zero) < 2:
        notes.append("the two are the same in every draw")
    unpaired = drawn.unpaired.get((figure.place, i, j), [])
    if unpaired:
        notes.append(_tell_unpaired(unpaired))
    count, below = figure.values.shape[1], int(numbers.not_above[x])
    if np.isnan(numbers.ratio[x, 0]) and names[i] not in zero:
        notes.append(f"no ratio: {names[i]} is zero or below in {below} of {count} draws")
    elif below == count and names[i] not in zero:
        notes.append(f"{names[i]} is below zero: a ratio above one is farther below")
    return notes


def _tell_unpaired(names: list[str]) -> str:
    """Say of which rows alike it is not known who takes whose draw."""
    listed = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else "")
    why = "their number differs, or neither comment nor source tells them apart"
    return f"which takes whose draw of rows alike is not known, and so the difference is not: {listed}; {why}"
