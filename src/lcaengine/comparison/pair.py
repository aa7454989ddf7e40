"""A pair: two alternatives in the same draws, as a record and as a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

__all__ = ["LEVEL_NAMES", "NO_INTERVAL", "Interval", "Pair", "tabulate_pairs"]

Interval = tuple[float | None, float | None, float | None]
"""2.5 %, median and 97.5 %, None where there is none."""
NO_INTERVAL: Interval = (None, None, None)
LEVEL_NAMES = ("p2_5", "p50", "p97_5")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two alternatives in the same draws, in one indicator and part.

    Attributes
    ----------
    indicator, stage, first, second : str
    unit, per : str
        Of the difference.
    draws : int
        In which all alternatives have an answer.
    p_less, p_equal : float or None
        P(first < second), and P(first = second) but for rounding [1]; None where a figure is missing.
    p_less_error : float or None
        Monte Carlo standard error of `p_less` [1]; None where neither varies, or both are the same in every draw.
    difference : (float, float, float)
        2.5 %, median and 97.5 % of second - first.
    ratio : (float, float, float)
        The same of second / first; None where the first is not of one sign.
    shared_rows : int
        Drawn rows that move both: a burden lies behind them.
    note : str
        Why something is not given, or is not what it seems; empty where there is nothing to say.
    """

    indicator: str
    stage: str
    first: str
    second: str
    unit: str
    per: str
    draws: int
    p_less: float | None
    p_equal: float | None
    p_less_error: float | None
    difference: Interval
    ratio: Interval
    shared_rows: int
    note: str


def tabulate_pairs(pairs: Sequence[Pair]) -> pa.Table:
    """Give one row a pair.

    Returns
    -------
    pyarrow.Table
    """
    return pa.Table.from_pylist([_write_row(each) for each in pairs], _SCHEMA)


_PAIR_KEYS = ("indicator", "stage", "first", "second", "unit", "per")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _PAIR_KEYS),
        ("draws", pa.int64()),
        *((name, pa.float64()) for name in ("p_less", "p_less_error", "p_equal", "p_greater")),
        *((f"{of}_{level}", pa.float64()) for of in ("difference", "ratio") for level in LEVEL_NAMES),
        ("shared_rows", pa.int64()),
        ("note", pa.string()),
    ]
)


def _write_row(pair: Pair) -> dict[str, object]:
    known = pair.p_less is not None and pair.p_equal is not None
    intervals = {"difference": pair.difference, "ratio": pair.ratio}
    return {
        **{name: getattr(pair, name) for name in (*_PAIR_KEYS, "draws", "p_less", "p_less_error", "p_equal")},
        "p_greater": max(0.0, 1.0 - (pair.p_less or 0.0) - (pair.p_equal or 0.0)) if known else None,
        **{f"{of}_{n}": v for of, each in intervals.items() for n, v in zip(LEVEL_NAMES, each, strict=True)},
        "shared_rows": pair.shared_rows,
        "note": pair.note,
    }
