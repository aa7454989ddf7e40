"""Small methods whose factors are uncertain, written row by row."""

from __future__ import annotations

import csv
from pathlib import Path

import lcaengine as lca
from tests.tables import Row

INDICATORS = {"ghg": "kg CO2e", "ghg_fossil": "kg CO2e", "ghg_land": "kg CO2e", "tailings": "kg"}


def factor(indicator: str, flow_id: str, value: float, unit: str = "kg CO2e/kg", **more: object) -> Row:
    return {"indicator": indicator, "flow_id": flow_id, "direction": "output", "factor": value, "unit": unit} | {
        "source_id": "made-up",
        **more,
    }


def write_method(folder: Path, *factors: Row) -> Path:
    """Write a method with these factors to a folder, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "method.toml").write_text('name = "drawn"\nversion = "1"\n', encoding="utf-8")
    tables: dict[str, list[Row]] = {
        "indicators": [{"indicator": k, "name": k, "unit": unit} for k, unit in INDICATORS.items()],
        "factors": list(factors),
        "sources": [
            {"source_id": "made-up", "citation": "numbers for a test"},
            {"source_id": "other", "citation": "other numbers for a test"},
        ],
    }
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def read_drawn(folder: Path, *factors: Row) -> lca.Method:
    return lca.read_method(write_method(folder, *factors))
