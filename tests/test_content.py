"""Per kilogram of a contained element, beside per kilogram, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lcaengine.footprints import Footprints
from tests.scoring import has, row, score, system
from tests.tables import emits, makes, process, product, takes

FLOWS = [product("ore", "t"), product("oxide"), product("magnet", "piece"), product("liquor", "m3"), product("case")]
# Nd: 30 kg a t ore, 0.8 kg a kg oxide, 0.1 kg a magnet of 0.4 kg, 2 kg a m3 liquor, which has no mass; Pr in ore alone;
# the case has none, and the oxide no Dy.
PROPERTIES = [
    *(
        has("ore", "content:Nd", 30, "kg/t"),
        has("ore", "content:Pr", 0.01, "kg/kg"),
        has("magnet", "mass", 0.4, "kg/piece"),
    ),
    *(has("oxide", "content:Nd", 800, "g/kg"), has("magnet", "content:Nd", 100, "g/piece")),
    *(has("liquor", "content:Nd", 2, "g/L"), has("oxide", "content:Dy", 0, "kg/kg")),
]
PROCESSES = [process("mine", "extraction"), process("refinery", "processing")]
ROWS = [
    *(makes("mine", "ore", 1, "t"), emits("mine", 90)),  # 90 a t: 0.09 a kg, 3 a kg Nd, 9 a kg Pr
    # 8 a kg: 4.5 from 50 kg ore and 3.5 of its own: 5.625 and 4.375 a kg Nd
    *(makes("refinery", "oxide"), takes("refinery", "ore", 50), emits("refinery", 3.5)),
    *(makes("press", "magnet", 1, "piece"), emits("press", 5)),  # 5 a piece: 12.5 a kg, 50 a kg Nd
    *(makes("leach", "liquor", 1, "m3"), emits("leach", 7), makes("box", "case"), emits("box", 1)),  # 3.5 a kg Nd
]


def read(footprints: Footprints, **words: str) -> dict[str, Any]:
    rows = [r for r in footprints.to_arrow().to_pylist() if all(r[k] == v for k, v in words.items())]
    found = {r["per"]: r["value"] for r in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("process_id", "expected"),
    [
        ("mine", {"t": 90, "kg": 0.09, "kg Nd": 3, "kg Pr": 9}),
        ("refinery", {"kg": 8, "kg Nd": 10}),
        ("press", {"piece": 5, "kg": 12.5, "kg Nd": 50}),
        ("leach", {"m3": 7, "kg Nd": 3.5}),
        ("box", {"kg": 1}),
    ],
)
def test_per_content(tmp_path: Path, process_id: str, expected: dict[str, float]) -> None:
    footprints = score(tmp_path, system(*ROWS, flows=FLOWS, properties=PROPERTIES, processes=PROCESSES))
    found = read(footprints, process_id=process_id, indicator="ghg", stage="total")
    assert list(found) == list(expected)  # its own unit, mass, then elements
    assert found == {per: pytest.approx(value, rel=1e-14) for per, value in expected.items()}
    units = {r["unit"] for r in footprints.to_arrow().to_pylist() if r["indicator"] == "ghg"}
    assert units == {"kg CO2e"}


def test_stages_per_content(tmp_path: Path) -> None:
    footprints = score(tmp_path, system(*ROWS, flows=FLOWS, properties=PROPERTIES, processes=PROCESSES))
    parts = {
        stage: read(footprints, process_id="refinery", indicator="ghg", stage=stage)["kg Nd"]
        for stage in footprints.stages
    }
    assert parts == pytest.approx({"extraction": 5.625, "processing": 4.375, "unassigned": 0, "total": 10}, rel=1e-14)


def test_markets_have_content_and_bills_have_none(tmp_path: Path) -> None:
    # Half the oxide at 8, half at 4: 6 a kg, 7.5 a kg Nd.
    rows = [*ROWS, makes("other", "oxide"), emits("other", 4)]
    markets = [row(flow_id="oxide", process_id=p, share=0.5) for p in ("refinery", "other")]
    demand = [row(demand_id="bill", product_id="oxide", amount=2, unit="kg")]
    tables = system(*rows, flows=FLOWS, properties=PROPERTIES, processes=PROCESSES, markets=markets, demand=demand)
    footprints = score(tmp_path, tables)
    market = read(footprints, process_id="", product_id="oxide", indicator="ghg", stage="total")
    assert market == pytest.approx({"kg": 6.0, "kg Nd": 7.5}, rel=1e-14)
    assert read(footprints, process_id="bill", indicator="ghg", stage="total") == {"bill": pytest.approx(12.0)}


def test_what_is_missing_is_missing_per_content_too(tmp_path: Path) -> None:
    declared = row(process_id="mine", indicator="ghg", amount=90, unit="kg CO2e", per="t")
    rows = [each for each in ROWS if each["process_id"] != "mine" or each["flow_id"] == "ore"]
    tables = system(*rows, flows=FLOWS, properties=PROPERTIES, processes=PROCESSES, impacts=[declared])
    footprints = score(tmp_path, tables)
    energy = read(footprints, process_id="refinery", indicator="energy", stage="total")
    assert energy == {"kg": None, "kg Nd": None}
    assert read(footprints, process_id="refinery", indicator="ghg", stage="total")["kg Nd"] == pytest.approx(10.0)
