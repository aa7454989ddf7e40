"""Small inventories for tests: rows as dictionaries, written as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]

ABOUT = 'schema_version = 1\nname = "test"\n'

CO2 = {"flow_id": "co2", "name": "Carbon dioxide, fossil", "kind": "elementary", "unit": "kg", "compartment": "air"}


def product(flow_id: str, unit: str = "kg", **more: object) -> Row:
    return {"flow_id": flow_id, "name": flow_id, "kind": "product", "unit": unit, **more}


def waste(flow_id: str, unit: str = "kg", **more: object) -> Row:
    return {"flow_id": flow_id, "name": flow_id, "kind": "waste", "unit": unit, **more}


def process(process_id: str, stage: str = "", **more: object) -> Row:
    return {"process_id": process_id, "name": process_id, "stage": stage, **more}


def exchange(process_id: str, flow_id: str, direction: str, amount: float, unit: str = "kg", **more: object) -> Row:
    return {
        "process_id": process_id,
        "flow_id": flow_id,
        "direction": direction,
        "amount": amount,
        "unit": unit,
        **more,
    }


def makes(process_id: str, flow_id: str, amount: float = 1.0, unit: str = "kg", **more: object) -> Row:
    return exchange(process_id, flow_id, "output", amount, unit, is_reference=True, **more)


def takes(process_id: str, flow_id: str, amount: float, unit: str = "kg", **more: object) -> Row:
    return exchange(process_id, flow_id, "input", amount, unit, **more)


def emits(process_id: str, amount: float, unit: str = "kg", flow_id: str = "co2", **more: object) -> Row:
    return exchange(process_id, flow_id, "output", amount, unit, **more)


def write_inventory(folder: Path, tables: Tables, encoding: str = "csv", about: str = ABOUT) -> Path:
    """Write tables to a folder, one file a table, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inventory.toml").write_text(about, encoding="utf-8")
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        if encoding == "csv":
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows({key: _text(value) for key, value in row.items()} for row in rows)
        else:
            table = pa.table({column: [row.get(column) for row in rows] for column in columns})
            pq.write_table(table, folder / f"{name}.parquet")
    return folder


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else value
