"""What must not change a bit of an answer, order and encoding, and what must: any amount.

What must not change it beyond rounding is in :mod:`tests.test_properties`.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import lcaengine as lca
from tests.tables import Row, Tables, write_inventory

STAGES = ("extraction", "processing", "")
WATER = {"name": "Water, river", "kind": "elementary", "unit": "m3", "compartment": "resource"}
VAPOR = {"flow_id": "vapor", "name": "Water", "kind": "elementary", "unit": "m3", "compartment": "air"}
GAS = {"name": "Carbon dioxide, fossil", "kind": "elementary", "unit": "kg", "compartment": "air"}


def draw_inventory(seed: int, count: int = 25, prefix: str = "p") -> dict[str, list[Row]]:
    """Draw an inventory with loops, a market, credits and equal rows; demand per output stays below one."""
    generator = random.Random(seed)
    names = [f"{prefix}{k:02}" for k in range(count)]
    rows: list[Row] = []
    for k, name in enumerate(names):
        output = 10 ** generator.uniform(-3, 3)
        rows.append(_row(name, name, "output", output, is_reference=True))
        for other in generator.sample(names, 4):
            amount = output * generator.uniform(0.0, 0.2)
            rows += [_row(name, other, "input", amount / 2), _row(name, other, "input", amount / 2)]
        rows.append(_row(name, names[k - 1], "output", output * 0.01, is_avoided=True))
        rows.append(_row(name, "co2", "output", 10 ** generator.uniform(-6, 3)))
        rows.append(_row(name, "river", "input", 10 ** generator.uniform(-3, 1), unit="m3"))
        rows.append(_row(name, "vapor", "output", 1e-3, unit="m3"))  # where water goes is said
    flows: list[Row] = [{"flow_id": name, "name": name, "kind": "product", "unit": "kg"} for name in names]
    return {
        "processes": [
            {"process_id": name, "name": name, "stage": STAGES[k % 3], "data_type": ("primary", "")[k % 2]}
            for k, name in enumerate(names)
        ],
        "flows": [
            *flows,
            {"flow_id": "co2", **GAS},
            {"flow_id": "river", "sub_compartment": "in water", **WATER},
            VAPOR,
        ],
        "exchanges": rows,
    }


def _row(process_id: str, flow_id: str, direction: str, amount: float, unit: str = "kg", **flags: bool) -> Row:
    row = {"process_id": process_id, "flow_id": flow_id, "direction": direction, "amount": amount, "unit": unit}
    return row | {"is_reference": flags.get("is_reference", False), "is_avoided": flags.get("is_avoided", False)}


def score(folder: Path, tables: Tables, encoding: str = "csv") -> lca.Footprints:
    return lca.score(lca.read_inventory(write_inventory(folder, tables, encoding)))


@pytest.mark.parametrize("seed", [1, 2])
def test_same_bits_for_any_row_order_and_encoding(tmp_path: Path, seed: int) -> None:
    tables = draw_inventory(seed)
    first = score(tmp_path / "a", tables)
    shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in tables.items()}
    for folder, given, encoding in (("b", shuffled, "csv"), ("c", tables, "parquet"), ("d", shuffled, "parquet")):
        other = score(tmp_path / folder, given, encoding)
        assert other.system.inventory.hash == first.system.inventory.hash
        assert other.value.tobytes() == first.value.tobytes()
        assert other.primary_data_share.tobytes() == first.primary_data_share.tobytes()


def test_another_amount_is_another_hash(tmp_path: Path) -> None:
    tables: dict[str, list[Any]] = dict(draw_inventory(1))
    first = lca.read_inventory(write_inventory(tmp_path / "a", tables)).hash
    last = tables["exchanges"][-1]
    tables["exchanges"] = [*tables["exchanges"][:-1], {**last, "amount": np.nextafter(last["amount"], 1e9).item()}]
    assert lca.read_inventory(write_inventory(tmp_path / "b", tables)).hash != first


def test_all_amounts_of_a_process_doubled_change_nothing(tmp_path: Path) -> None:
    tables = draw_inventory(5)
    doubled = [
        {**row, "amount": 2 * float(str(row["amount"]))} if row["process_id"] == "p07" else row
        for row in tables["exchanges"]
    ]
    first, other = score(tmp_path / "a", tables), score(tmp_path / "b", {**tables, "exchanges": doubled})
    assert_equal(other.value, first.value)


def test_parts_add_up_to_the_total(tmp_path: Path) -> None:
    footprints = score(tmp_path, draw_inventory(7))
    parts = footprints.value[:, :-1].sum(axis=1)
    total = footprints.value[:, -1]
    size = np.abs(total) + np.abs(footprints.value[:, :-1]).sum(axis=1)
    assert (np.abs(parts - total) <= 1e-9 * size).all()


def assert_equal(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    size = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(found - expected) <= 1e-12 * (np.abs(expected) + size)).all()
