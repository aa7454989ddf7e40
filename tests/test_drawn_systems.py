"""Draws of inventories of every kind, all that can be uncertain at once: each draw is the static engine's answer."""

from __future__ import annotations

import csv
import math
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lcaengine as lca
from tests.drawn_inventories import IN_LOOPS, compare_draws
from tests.draws import inventories
from tests.small_method import write_small_method
from tests.tables import Row, Tables, write_inventory

SIGMA = 0.02
"""So narrow that loops, which take up to seven tenths of what they make, give something away in all draws."""


def spread(row: Row, column: str) -> Row:
    """Give a row a lognormal around its number, mirrored where that is below zero."""
    number = float(str(row[column]))
    own = {"uncertainty_type": "lognormal", "loc": math.log(abs(number)), "scale": SIGMA}
    return {**row, **own, "negative": number < 0}


def spread_some(draw: st.DrawFn, rows: list[Row], column: str) -> list[Row]:
    chosen = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return [spread(row, column) if has and row.get(column) else row for row, has in zip(rows, chosen, strict=True)]


@st.composite
def uncertain(draw: st.DrawFn) -> Tables:
    """Draw an inventory, with distributions for some of its exchanges, market rows and allocation factors."""
    tables = dict(draw(inventories()))
    tables["exchanges"] = spread_some(draw, tables["exchanges"], "amount")
    for name, column in (("markets", "share"), ("markets", "amount"), ("allocation", "factor")):
        if name in tables:
            tables[name] = spread_some(draw, tables[name], column)
    return tables


def write_uncertain_method(folder: Path) -> Path:
    """Write the small method with a lognormal for every factor."""
    write_small_method(folder)
    with (folder / "factors.csv").open(encoding="utf-8") as file:
        rows = [spread(row, "factor") for row in csv.DictReader(file)]
    with (folder / "factors.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(tables=uncertain(), rule=st.sampled_from(("", "", "mass", "economic")))
def test_every_draw_is_what_the_static_engine_gives(tables: Tables, rule: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inventory = lca.read_inventory(write_inventory(Path(folder), tables))
        (Path(folder) / "method").mkdir()
        method = lca.read_method(write_uncertain_method(Path(folder) / "method"))
    policy = lca.Policy(allocation=rule)
    try:
        static = lca.score(inventory, method, policy)
    except lca.DataError:  # that rule does not hold for it
        return
    samples = compare_draws(inventory, method, (0, 3), policy, IN_LOOPS)
    assert np.array_equal(np.isnan(samples.mean), np.isnan(static.value))
