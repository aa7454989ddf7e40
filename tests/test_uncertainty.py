"""Distributions: what is refused is what stats_arrays refuses, type by type and parameter by parameter."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from lcaengine.findings import Findings
from lcaengine.inventory import load_inventory
from tests.tables import emits, write_inventory
from tests.test_check import add, exchanges

VALUES = (None, None, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0)
NAMES = ("loc", "scale", "shape", "minimum", "maximum")
ROWS = 900


def build_row(random: Random) -> dict[str, Any]:
    return {"uncertainty_type": random.randrange(2, 14), **{name: random.choice(VALUES) for name in NAMES}}


def is_sound(stats_arrays: Any, row: dict[str, Any]) -> bool:
    """Ask stats_arrays, and add what it lets through and cannot draw from."""
    kind = row["uncertainty_type"]
    given = {name: value for name, value in row.items() if value is not None}
    distribution = {each.id: each for each in stats_arrays.uncertainty_choices.choices}[kind]
    try:
        distribution.validate(distribution.from_dicts(given))
    except (stats_arrays.InvalidParamsError, stats_arrays.ImproperBoundsError):
        return False
    low, high = row["minimum"], row["maximum"]
    if low is not None and high is not None and low > high:  # bounds that cut everything off
        return False
    if kind in (5, 6) and row["loc"] is None:  # no mode, no probability: every draw is none
        return False
    if kind == 7:  # whole numbers from minimum, or zero, to below maximum
        return low in (None, *map(float, range(-9, 9))) and high == int(high) and (low or 0.0) < high
    if kind == 6:  # 0 or 1, whatever it says: what says else is refused here
        return low in (None, 0.0) and high in (None, 1.0)
    if kind == 10:  # from 0 to 1 unless it says otherwise
        return bool((1.0 if high is None else high) > (0.0 if low is None else low))
    if kind in (8, 9) and high is not None:  # begins at loc, or zero
        return bool(high >= (row["loc"] or 0.0))
    return True


@pytest.mark.parametrize("seed", range(6))
def test_what_is_refused_is_what_the_field_refuses(tmp_path: Path, seed: int) -> None:
    stats_arrays = pytest.importorskip("stats_arrays", reason="stats_arrays comes with bw2calc, which is not installed")
    random = Random(seed)
    rows = [build_row(random) for _ in range(ROWS)]
    table = add(exchanges(*(emits("p", 1.0, **row) for row in rows)))
    first = len(table["exchanges"]) - ROWS + 1
    write_inventory(tmp_path, table, "parquet")
    found: Any = Findings()
    load_inventory(tmp_path, found)
    refused = {f.row - first for f in found.blockers() if f.column in NAMES}
    expected = {at for at, row in enumerate(rows) if not is_sound(stats_arrays, row)}
    assert [(at in refused, rows[at]) for at in sorted(refused ^ expected)] == []
    assert 0 < len(refused) < ROWS
