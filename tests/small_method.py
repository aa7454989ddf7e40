"""A small method for drawn inventories: four indicators, one of which weighs some flows against others."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from tests.assembler import SITE_ENERGY, Twin
from tests.draws import ELEMENTARY
from tests.entries import Entries
from tests.tables import Row

INDICATORS = {"climate": "kg CO2e", "water": "m3", "balance": "score", "energy_site": "MJ"}
FACTORS = {
    ("climate", "co2"): 1.0,
    ("climate", "ch4"): 29.8,
    ("water", "river"): 1e-3,
    ("balance", "co2"): 0.5,
    ("balance", "ch4"): -7.0,
    ("balance", "river"): 0.25,
    ("energy_site", SITE_ENERGY): 1.0,
}
"""Per kg; energy_site counts MJ as they are bought, and has no factors."""


def write_small_method(folder: Path) -> Path:
    """Write the method to a folder, and give the folder."""
    (folder / "method.toml").write_text('name = "small"\nversion = "1"\n', encoding="utf-8")
    directions = {flow: direction for flow, direction, _ in ELEMENTARY}
    tables: dict[str, list[Row]] = {
        "indicators": [{"indicator": k, "name": k, "unit": unit} for k, unit in INDICATORS.items()],
        "factors": [
            {"indicator": k, "flow_id": flow, "direction": directions[flow], "factor": factor}
            | {"unit": f"{INDICATORS[k]}/kg", "source_id": "made-up"}
            for (k, flow), factor in FACTORS.items()
            if flow != SITE_ENERGY
        ],
        "sources": [{"source_id": "made-up", "citation": "numbers for a test"}],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def list_factors(twin: Twin) -> Entries:
    """List the entries of C, by (kind, indicator)."""
    names = list(INDICATORS)
    kind = [twin.kinds.index(flow) for _, flow in FACTORS]
    return Entries(np.array(kind), np.array([names.index(k) for k, _ in FACTORS]), np.array(list(FACTORS.values())))
