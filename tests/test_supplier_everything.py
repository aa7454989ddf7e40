"""Suppliers in parts, where factors, market shares and amounts, and allocations are uncertain besides exchanges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.samples import LEVELS
from tests.drawn_methods import factor, read_drawn
from tests.tables import CO2, Row, emits, makes, process, product, takes, write_inventory
from tests.test_supplier_draws import STATISTICS, lognormal, read_results
from tests.test_suppliers import OWN_FLOWS, OWN_PROPERTIES, write_parts

TOLERANCE = 1e-10
KEYS = ("process_id", "indicator", "stage", "per")
CH4: Row = {"flow_id": "ch4", "name": "Methane", "kind": "elementary", "unit": "kg", "compartment": "air"}
SPILL: Row = {**CO2, "flow_id": "spill", "name": "Tailings spilled"}
FLOWS: Sequence[Row] = [
    *(product("power", "MJ"), *(product(name) for name in ("ore", "rod", "slag", "cement", "heat", "acid"))),
    *(CO2, CH4, SPILL),
]


def normal(loc: float, scale: float) -> dict[str, Any]:
    return {"uncertainty_type": "normal", "loc": loc, "scale": scale}


FACTORS: Sequence[Row] = [
    factor("ghg", "co2", 1.0, **normal(1.0, 0.1)),
    factor("ghg", "co2", 1.4, location="CN", **lognormal(1.4, 0.2)),
    factor("ghg", "ch4", 30.0, **lognormal(30.0, 0.3)),
    factor("ghg_fossil", "ch4", 30.0, **lognormal(30.0, 0.3)),
    factor("ghg_land", "ch4", -2.0, **lognormal(-2.0, 0.3)),
    factor("tailings", "spill", 0.5, "kg/kg", uncertainty_type="uniform", minimum=0.2, maximum=0.8),
    factor("tailings", "ch4", 0.0, "kg/kg", **normal(0.0, 0.1)),
]
"""One by place, one that two indicators share, one below zero, one of zero."""


def share(flow_id: str, process_id: str, part: float, place: str = "", **spread: Any) -> Row:
    return {"flow_id": flow_id, "process_id": process_id, "share": part, "location": place, **spread}


def amount(flow_id: str, process_id: str, made: float, **spread: Any) -> Row:
    return {"flow_id": flow_id, "process_id": process_id, "amount": made, "unit": "kg", **spread}


def give(process_id: str, flow_id: str, part: float, exchange: str | None = None, **spread: Any) -> Row:
    return {
        "process_id": process_id,
        "product_flow_id": flow_id,
        "factor": part,
        "exchange_flow_id": exchange,
        **spread,
    }


def also_makes(process_id: str, flow_id: str, made: float, **spread: Any) -> Row:
    return {**makes(process_id, flow_id, made, **spread), "is_reference": False}


BACKGROUND: dict[str, Sequence[Row]] = {
    "flows": FLOWS,
    "processes": [
        *(process("wind", location="CN"), process("coal", location="CN")),
        process("mine", "extraction", location="CN", allocation="as_given"),
        process("works", "processing", allocation="causal"),
        *(process("kiln", location="US"), process("mill")),
    ],
    "exchanges": [
        *(
            makes("wind", "power", unit="MJ"),
            emits("wind", 0.01),
            takes("wind", "cement", 1e-3, **lognormal(1e-3, 0.4)),
        ),
        *(makes("coal", "power", unit="MJ"), emits("coal", 0.3, **lognormal(0.3, 0.1)), takes("coal", "ore", 0.01)),
        *(makes("mine", "ore", **lognormal(1.0, 0.1)), also_makes("mine", "rod", 0.5, **lognormal(0.5, 0.2))),
        *(takes("mine", "power", 2.0, "MJ", **lognormal(2.0, 0.2)), emits("mine", 0.1, flow_id="ch4")),
        emits("mine", 3.0, flow_id="spill", pedigree="2;3;1;4;3"),
        *(makes("works", "slag"), also_makes("works", "heat", 2.0), takes("works", "rod", 0.4)),
        *(emits("works", 1.0, flow_id="ch4"), takes("works", "power", 3.0, "MJ", **lognormal(3.0, 0.3))),
        *(makes("kiln", "cement"), emits("kiln", 0.9, **lognormal(0.9, 0.1)), takes("kiln", "slag", 0.2)),
        *(makes("mill", "cement"), emits("mill", 0.5), takes("mill", "heat", 0.3)),
    ],
    "markets": [
        share("power", "wind", 0.25, "GLO", **normal(0.25, 0.1)),
        share("power", "coal", 0.75, "GLO"),
        share("power", "wind", 0.6, "CN", **normal(0.6, 0.05)),
        share("power", "coal", 0.4, "CN", **normal(0.4, 0.07)),
        *(amount("cement", "kiln", 2.0, **lognormal(2.0, 0.4)), amount("cement", "mill", 3.0, **lognormal(3.0, 0.2))),
    ],
    "allocation": [
        *(give("mine", "ore", 0.6, **normal(0.6, 0.1)), give("mine", "rod", 0.4)),
        *(give("works", "slag", 0.7), give("works", "heat", 0.3, **normal(0.3, 0.05))),
        *(give("works", "slag", 0.9, "ch4", **normal(0.9, 0.05)), give("works", "heat", 0.1, "ch4")),
    ],
}


def draw_row(random: Random, name: str) -> Row:
    """Draw a row of a supplier: it buys of everything, and emits by itself, certain and uncertain."""
    x = round(random.lognormvariate(0, 1), 6)
    spread = random.choice([{}, lognormal(x, 0.2)])
    return random.choice(
        [
            takes(name, "power", x, "MJ", **spread),
            takes(name, "power", x, "MJ", location="CN"),
            takes(name, random.choice(["ore", "rod", "slag", "heat"]), x, **random.choice([{}, normal(x, x)])),
            takes(name, "cement", x, **spread),
            emits(name, x, flow_id=random.choice(["co2", "ch4", "spill"])),
            emits(name, x, **spread),
            emits(name, -x, flow_id="ch4", **lognormal(-x, 0.3)),
        ]
    )


def draw_suppliers(random: Random, count: int) -> tuple[list[Row], list[Row]]:
    """Draw suppliers of six rows each, and what they make."""
    processes, rows = [], []
    for at in range(count):
        name = f"supplier {at}"
        place = random.choice(["CN", "US", "JP", ""])
        processes.append(process(name, random.choice(["assembly", ""]), location=place))
        rows.append(makes(name, "oxide", 2.0, **random.choice([{}, lognormal(2.0, 0.1)])))
        rows.extend(draw_row(random, name) for _ in range(6))
    return processes, rows


def test_everything_uncertain_is_drawn_as_in_one_inventory(tmp_path: Path) -> None:
    """Statistics of every supplier, stage and indicator are those of `simulate` of one inventory, to 1e-10."""
    processes, rows = draw_suppliers(Random(1), 30)
    source = write_parts(tmp_path / "suppliers", processes, rows, 3)
    whole = {
        **BACKGROUND,
        "processes": [*BACKGROUND["processes"], *processes],
        "exchanges": [*BACKGROUND["exchanges"], *rows],
        "flows": [*FLOWS, *OWN_FLOWS, product("nothing")],
        "properties": OWN_PROPERTIES,
    }
    method = read_drawn(tmp_path / "method", *FACTORS)
    asked: dict[str, Any] = {"draws": 51, "seed": 9}
    one = lca.simulate(lca.read_inventory(write_inventory(tmp_path / "whole", whole)), method, **asked)
    assert {**one.uncertain_by_table, "exchanges": 0} == {"exchanges": 0, "factors": 7, "markets": 5, "allocation": 3}
    place = write_inventory(tmp_path / "background", BACKGROUND)
    lca.simulate_suppliers(source, place, tmp_path / "out", method, **asked)
    compare(read_results(tmp_path / "out").to_pylist(), one.to_arrow().to_pylist())


def compare(got: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Compare rows of suppliers, relative to mean and deviation of all stages: these may cancel."""
    expected = [row for row in expected if row["process_id"].startswith("supplier")]
    sizes: dict[str, float] = defaultdict(float)
    for row in expected:
        sizes[f"{row['process_id']} {row['indicator']} {row['per']}"] += abs(row["mean"]) + row["sd"]
    theirs = {tuple(row[key] for key in KEYS): row for row in got}
    assert {tuple(row[key] for key in KEYS) for row in expected} == set(theirs)
    for row in expected:
        other = theirs[tuple(row[key] for key in KEYS)]
        size = sizes[f"{row['process_id']} {row['indicator']} {row['per']}"]
        for name in ("value", *STATISTICS):
            assert abs(other[name] - row[name]) <= TOLERANCE * size, (name, row, other)


def test_own_emissions_take_the_draws_of_their_factor(tmp_path: Path) -> None:
    """5 kg of methane for 2 kg of oxide: 2.5 times the factor, in every draw."""
    rows: list[Row] = [makes("supplier 0", "oxide", 2.0), emits("supplier 0", 5.0, flow_id="ch4")]
    source = write_parts(tmp_path / "suppliers", [process("supplier 0")], rows, 1)
    method = read_drawn(tmp_path / "method", factor("ghg", "ch4", 30.0, **lognormal(30.0, 0.3)))
    place = write_inventory(tmp_path / "background", BACKGROUND)
    report = lca.simulate_suppliers(source, place, tmp_path / "out", method, 101, 4, indicators=["ghg"])
    drawn = 2.5 * lca.draw_values(list_factor_distributions(method), 4, 0, 101)[0]
    row = next(each for each in read_results(tmp_path / "out").to_pylist() if each["stage"] == "total")
    assert row["value"] == pytest.approx(75.0)
    assert (row["mean"], row["sd"]) == pytest.approx((drawn.mean(), drawn.std(ddof=1)), rel=1e-12)
    assert [row[name] for name in STATISTICS[2:]] == pytest.approx(np.quantile(drawn, LEVELS), rel=1e-12)
    assert report.run["uncertain_exchanges"] == 0
