"""A drawn system as files: an inventory in Parquet, and a method beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.packages import INDICATORS
from benchmarks.systems import Database, Drawn, Spread

__all__ = ["name_processes", "write_inventory", "write_method"]

UNITS = ("kg", "MJ", "kWh", "m3", "t*km", "piece")
UNIT_SHARES = (0.55, 0.1, 0.15, 0.05, 0.1, 0.05)
FLOW_UNITS = ("kg", "MJ", "m2*a")
FLOW_UNIT_SHARES = (0.85, 0.05, 0.1)
INPUT_SHARE = 0.2
"""Share of the elementary flows that are taken from nature."""
STAGES = ("", "extraction", "processing", "assembly")
STAGE_SHARES = (0.7, 0.1, 0.1, 0.1)
LOCATIONS = ("GLO", "CN", "US", "DE", "JP", "AU")
DATA_TYPES = ("secondary", "primary")


def name_processes(count: int) -> NDArray[np.str_]:
    """Name processes."""
    return np.array([f"process-{at:06d}" for at in range(count)])


def write_inventory(drawn: Drawn, folder: Path, spread: Spread | None = None) -> Path:
    """Write A and B as an inventory: a process and a product an activity, and an exchange an entry.

    Without a spread, three processes in ten have a stage; with one, none has, so that draws are of totals alone.

    Amounts stand in the unit of their flow, so that an intensity per unit of a product is that of the matrices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inventory.toml").write_text('schema_version = 1\nname = "drawn"\n', encoding="utf-8")
    n, kinds = drawn.database.activities, drawn.database.flows
    random = np.random.default_rng(n)
    process = name_processes(n)
    product = np.array([f"product-{at:06d}" for at in range(n)])
    columns = {
        "process_id": process,
        "name": process,
        "stage": random.choice(STAGES, n, p=STAGE_SHARES) if spread is None else np.full(n, ""),
        "location": random.choice(LOCATIONS, n),
        "data_type": random.choice(DATA_TYPES, n, p=(0.9, 0.1)),
    }
    pq.write_table(pa.table(columns), folder / "processes.parquet")
    unit = random.choice(UNITS, n, p=UNIT_SHARES)
    flow, flow_unit, direction = _describe_flows(drawn.database)
    columns = {
        "flow_id": np.concatenate([product, flow]),
        "name": np.concatenate([product, flow]),
        "kind": np.repeat(["product", "elementary"], [n, kinds]),
        "unit": np.concatenate([unit, flow_unit]),
        "compartment": np.concatenate([np.full(n, ""), np.where(direction == "input", "resource", "air")]),
    }
    pq.write_table(pa.table(columns), folder / "flows.parquet")
    A, B = drawn.A, drawn.B
    is_reference = A.row == A.column
    columns = {
        "process_id": np.concatenate([process[A.column], process[B.column]]),
        "flow_id": np.concatenate([product[A.row], flow[B.row]]),
        "direction": np.concatenate([np.where(is_reference, "output", "input"), direction[B.row]]),
        "amount": np.concatenate([np.abs(A.value), B.value]),
        "unit": np.concatenate([unit[A.row], flow_unit[B.row]]),
        "is_reference": np.concatenate([is_reference, np.zeros(len(B.row), np.bool_)]),
        "provider_id": np.concatenate([np.where(is_reference, "", process[A.row]), np.full(len(B.row), "")]),
    }
    if spread is not None:
        sigma = np.concatenate([spread.A, spread.B])
        columns["uncertainty_type"] = np.where(sigma > 0, "lognormal", "")
        columns["loc"] = pa.array(np.log(columns["amount"]), mask=sigma == 0)
        columns["scale"] = pa.array(sigma, mask=sigma == 0)
    pq.write_table(pa.table(columns), folder / "exchanges.parquet")
    return folder


def write_method(drawn: Drawn, folder: Path) -> Path:
    """Write C as a method of three indicators, matched by the id of the flow."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "method.toml").write_text('name = "drawn"\nversion = "1"\n', encoding="utf-8")
    flow, unit, direction = _describe_flows(drawn.database)
    _write_csv(
        folder / "indicators.csv", [("indicator", "name", "unit"), *((name, name, unit) for name, unit in INDICATORS)]
    )
    _write_csv(folder / "sources.csv", [("source_id", "citation"), ("drawn", "drawn at random")])
    C = drawn.C
    order = np.lexsort((C.column, C.row))
    rows = [
        (INDICATORS[k][0], flow[at], direction[at], repr(value), f"{INDICATORS[k][1]}/{_over(unit[at])}", "drawn")
        for k, at, value in zip(*(each[order].tolist() for each in (C.row, C.column, C.value)), strict=True)
    ]
    _write_csv(folder / "factors.csv", [("indicator", "flow_id", "direction", "factor", "unit", "source_id"), *rows])
    return folder


def _describe_flows(database: Database) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]:
    """Give id, unit and direction of every elementary flow, the same for inventory and method."""
    random = np.random.default_rng(database.flows)
    flow = np.array([f"elementary-{at:04d}" for at in range(database.flows)])
    unit = random.choice(FLOW_UNITS, database.flows, p=FLOW_UNIT_SHARES)
    return flow, unit, np.where(random.random(database.flows) < INPUT_SHARE, "input", "output")


def _over(unit: str) -> str:
    return f"({unit})" if "*" in unit else unit


def _write_csv(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
