"""Suppliers in parts, drawn: the draws of one inventory with all of them, whatever the parts, threads and other rows."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.policy import Policy
from tests.tables import Row, emits, makes, process, takes, write_inventory
from tests.test_suppliers import (
    BACKGROUND,
    FLOWS,
    OWN_FLOWS,
    OWN_PROPERTIES,
    PROPERTIES,
    compare,
    draw_suppliers,
    product,
    write_parts,
)

GHG: dict[str, Any] = {"indicators": ["ghg"]}


def lognormal(median: float, sigma: float) -> Row:
    negative = {"negative": True} if median < 0 else {}
    return {"uncertainty_type": "lognormal", "loc": math.log(abs(median)), "scale": sigma, **negative}


def spread_row(random: Random, row: Row) -> Row:
    """Give a row a distribution of some type, a pedigree, or none; what is made stays above zero."""
    x, is_made = float(str(row["amount"])), bool(row.get("is_reference"))
    if x == 0:
        return {**row, "uncertainty_type": "normal", "loc": 0.0, "scale": 1.0} if random.random() < 0.5 else row
    sigma = random.uniform(0.05, 0.4)
    low, high = sorted((0.7 * x, 1.4 * x))
    kinds: list[Row] = [
        *({}, lognormal(x, sigma), lognormal(x, sigma)),
        {"pedigree": "2;3;1;4;3"},
        {"uncertainty_type": "triangular", "loc": x, "minimum": low, "maximum": high},
        {"uncertainty_type": "uniform", "minimum": low, "maximum": high},
        {**lognormal(x, sigma), "minimum": low, "maximum": high},
        {"uncertainty_type": "beta_pert", "loc": x, "minimum": low, "maximum": high},
    ]
    if not is_made:  # an amount that may change its sign
        kinds.append({"uncertainty_type": "normal", "loc": x, "scale": 0.6 * abs(x)})
    return {**row, **random.choice(kinds)}


def spread_background(random: Random) -> dict[str, Sequence[Row]]:
    """Give the background with lognormals, and pedigrees."""
    rows = [
        {**row, **(lognormal(float(str(row["amount"])), 0.2) if random.random() < 0.6 else {"pedigree": "3;2;2;1;4"})}
        for row in BACKGROUND["exchanges"]
    ]
    return {**BACKGROUND, "exchanges": rows}


def write_drawn(tmp_path: Path, seed: int, count: int, parts: int) -> tuple[Path, Path, Path]:
    """Write a background, suppliers in parts, and one inventory with all of them."""
    random = Random(seed)
    processes, rows = draw_suppliers(random, count)
    rows += rows[5:25]  # rows alike in what identifies them
    exchanges = [
        spread_row(random, row) for at, row in enumerate(rows) if not (at >= len(rows) - 20 and row.get("is_reference"))
    ]
    background = spread_background(random)
    whole: dict[str, Sequence[Row]] = {
        **background,
        "processes": [*background["processes"], *processes],
        "exchanges": [*background["exchanges"], *exchanges],
        "flows": [*FLOWS, *OWN_FLOWS, product("nothing")],
        "properties": [*PROPERTIES, *OWN_PROPERTIES],
    }
    return (
        write_inventory(tmp_path / "background", background, "parquet"),
        write_parts(tmp_path / "suppliers", processes, exchanges, parts),
        write_inventory(tmp_path / "whole", whole, "parquet"),
    )


def read_results(folder: Path) -> pa.Table:
    tables = [pq.read_table(file) for file in sorted((folder / "results").iterdir())]
    return pa.concat_tables(tables, promote_options="permissive")


@pytest.mark.parametrize("seed", [1, 2])
def test_parts_draw_as_one_inventory(seed: int, tmp_path: Path) -> None:
    """Statistics agree to 1e-11 with `simulate` of one inventory: distributions of all types, pedigrees, rows alike."""
    background, source, whole = write_drawn(tmp_path, seed, 40, 3)
    policy = Policy(unlinked="cutoff")
    asked: dict[str, Any] = {"draws": 51, "seed": 9, "indicators": ["energy", "ghg", "water_consumption"]}
    samples = lca.simulate(lca.read_inventory(whole), "core", policy=policy, **asked)
    for wide in (False, True):
        out = tmp_path / f"out {wide}"
        report = lca.simulate_suppliers(source, background, out, policy=policy, wide=wide, **asked)
        assert (report.parts, report.suppliers) == (3, 40)
        assert report.run["uncertain_exchanges"] + report.run["uncertain_in_background"] == samples.uncertain
    expected = samples.to_arrow()
    assert {"mean", "sd", "p2_5", "p50", "p97_5"} < set(expected.column_names)
    got = read_results(tmp_path / "out False")
    assert got.column_names == expected.column_names
    order = [got.column("indicator").to_pylist().index(name) for name in ("ghg", "energy")]
    assert order == sorted(order)  # of the method, not as they were asked for
    compare(got, expected, ["process_id", "indicator", "stage", "per"], skip=("inventory_hash",))
