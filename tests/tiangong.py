"""A reader for tests: 52 rare-earth processes of TianGong, carried into the project's own tables as they are.

References stand as the data marks them, right or wrong, and no input names a provider. Three flows have neither a type
nor a unit in the data: they have none here. ``NMG-CN``, ``SC-CN`` and ``FJ-CN`` are not codes of ISO 3166-2: the 28
processes there are written without a place.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tests.shared_data import SHARED_DATA
from tests.tables import Row, Tables, write_inventory

FOLDER = SHARED_DATA / "ree_tiangong"

KINDS = {"Product flow": "product", "Waste flow": "waste", "Elementary flow": "elementary", "": None}
PLACES = ("CN",)
"""Places of the data that are places."""


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a file of the data as it is."""
    with (FOLDER / f"ree_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_tiangong(folder: Path) -> Path:
    """Write the tables to a folder, rows in the data's order, and give the folder."""
    processes: list[Row] = [
        {
            "process_id": p["process_id"],
            "name": p["name"],
            "location": p["location"] if p["location"] in PLACES else None,
        }
        for p in read_rows("processes")
    ]
    rows = read_rows("exchanges")
    flows: dict[str, Row] = {
        row["flow_id"]: {
            "flow_id": row["flow_id"],
            "name": row["flow_name"],
            "kind": KINDS[row["flow_type"]],
            "unit": row["ref_unit"] or None,
        }
        for row in rows
    }
    exchanges: list[Row] = [
        {
            "process_id": row["process_id"],
            "flow_id": row["flow_id"],
            "direction": row["direction"].lower(),
            "amount": float(row["amount"]),
            "unit": row["ref_unit"] or None,
            "is_reference": row["is_quantitative_reference"] == "True",
        }
        for row in rows
    ]
    tables: Tables = {"processes": processes, "flows": list(flows.values()), "exchanges": exchanges}
    return write_inventory(folder, tables, "parquet")
