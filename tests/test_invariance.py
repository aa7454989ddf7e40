"""What must not change an answer: order, encoding, units, names; and what must change it in proportion."""

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


def test_other_units_change_nothing(tmp_path: Path) -> None:
    # The same amounts in g, t and lb (0.45359237 kg), the same water in L.
    tables = draw_inventory(3)
    factors = {"kg": [("g", 1e-3), ("t", 1e3), ("lb", 0.45359237)], "m3": [("L", 1e-3)]}
    generator = random.Random(3)
    rows: list[Row] = []
    for row in tables["exchanges"]:
        unit, factor = generator.choice(factors[str(row["unit"])])
        rows.append({**row, "unit": unit, "amount": float(str(row["amount"])) / factor})
    first, other = score(tmp_path / "a", tables), score(tmp_path / "b", {**tables, "exchanges": rows})
    assert_equal(other.value, first.value)


def test_other_names_change_nothing(tmp_path: Path) -> None:
    # Reversed ids reverse the order in which loops are solved.
    tables = draw_inventory(4)
    names = {f"p{k:02}": f"q{99 - k:02}" for k in range(25)}
    renamed = {
        name: [{key: names.get(str(value), value) for key, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }
    first, other = score(tmp_path / "a", tables), score(tmp_path / "b", renamed)
    assert_equal(other.value[::-1], first.value)
    assert_equal(np.nan_to_num(other.primary_data_share[::-1]), np.nan_to_num(first.primary_data_share))


def test_all_amounts_of_a_process_doubled_change_nothing(tmp_path: Path) -> None:
    tables = draw_inventory(5)
    doubled = [
        {**row, "amount": 2 * float(str(row["amount"]))} if row["process_id"] == "p07" else row
        for row in tables["exchanges"]
    ]
    first, other = score(tmp_path / "a", tables), score(tmp_path / "b", {**tables, "exchanges": doubled})
    assert_equal(other.value, first.value)


def test_twice_the_demand_is_twice_the_impact(tmp_path: Path) -> None:
    tables: dict[str, list[Row]] = draw_inventory(6)
    tables["demand"] = [
        {"demand_id": f"bill-{factor}", "product_id": product, "amount": factor * amount, "unit": "kg"}
        for factor in (1, 2)
        for product, amount in (("p03", 0.3), ("p11", 2.0))
    ]
    footprints = score(tmp_path, tables)
    (one,), (two,) = footprints.find(process_id="bill-1"), footprints.find(process_id="bill-2")
    assert (footprints.value[two] == 2 * footprints.value[one]).all()
    assert (footprints.value[one, -1] != 0).any()


def test_parts_add_up_to_the_total(tmp_path: Path) -> None:
    footprints = score(tmp_path, draw_inventory(7))
    parts = footprints.value[:, :-1].sum(axis=1)
    total = footprints.value[:, -1]
    size = np.abs(total) + np.abs(footprints.value[:, :-1]).sum(axis=1)
    assert (np.abs(parts - total) <= 1e-9 * size).all()


def assert_equal(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    size = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(found - expected) <= 1e-12 * (np.abs(expected) + size)).all()
