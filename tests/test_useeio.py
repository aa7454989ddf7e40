"""The published Georgia model of USEEIO: from its A, B and C the engine gives its D, L and N."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.findings import Findings
from lcaengine.solve import name_activities, solve_coupling
from lcaengine.system import build_system, list_entries, match_factors, sum_entries
from tests.shared_data import SHARED_DATA
from tests.tables import Tables, write_inventory

MODEL = SHARED_DATA / "useeio/GAEEIOv1.0-s-20"


def read_matrix(name: str) -> tuple[list[str], list[str], NDArray[np.float64]]:
    frame = pd.read_parquet(MODEL / f"{name}.parquet").set_index("row")
    return list(frame.index), list(frame.columns), frame.to_numpy(np.float64)


@pytest.mark.skipif(not MODEL.is_dir(), reason=f"the published model is not at {MODEL}")
def test_published_model(tmp_path: Path) -> None:
    sectors, _, A = read_matrix("A")
    flows, _, B = read_matrix("B")
    indicators, C_flows, C = read_matrix("C")
    assert C_flows == flows
    write_model(tmp_path, sectors, A, flows, B, indicators, C)

    inventory = lca.read_inventory(tmp_path / "inventory")
    method = lca.read_method(tmp_path / "method")
    found = Findings()
    system = build_system(inventory, found=found)
    assert not found.blockers()
    matched = match_factors(system, method)
    burdens = sum_entries(system, method, matched, list_entries(system, method, matched))
    place = np.array([sectors.index(name) for name in system.activities.name])
    rank = np.array([indicators.index(indicator.id) for indicator in method.indicators])

    _, _, L = read_matrix("L")
    identity = np.eye(len(sectors))
    solved = solve_coupling(system.coupling, identity, lambda at: name_activities(system, at))
    assert_close(solved.x, L[np.ix_(place, place)].T)
    _, _, D = read_matrix("D")
    assert_close(burdens.direct, D[np.ix_(rank, place)].T)
    _, _, N = read_matrix("N")
    footprints = lca.score(inventory, method)
    assert_close(footprints.value[:, footprints.stages.index("total")], N[np.ix_(rank, place)].T)
    assert footprints.residual < 1e-15


def assert_close(found: NDArray[np.float64], published: NDArray[np.float64]) -> None:
    assert found.shape == published.shape
    assert (np.abs(found - published) <= 1e-12 * np.abs(published)).all()


def write_model(
    folder: Path,
    sectors: list[str],
    A: NDArray[np.float64],
    flows: list[str],
    B: NDArray[np.float64],
    indicators: list[str],
    C: NDArray[np.float64],
) -> None:
    """Carry the matrices into tables: a process a sector, a US dollar of its output, elementary flows by name."""
    exchanges: list[dict[str, object]] = [
        {"process_id": s, "flow_id": s, "direction": "output", "amount": 1.0, "unit": "USD2012", "is_reference": True}
        for s in sectors
    ]
    for i, j in np.argwhere(A != 0).tolist():
        row = {
            "process_id": sectors[j],
            "flow_id": sectors[i],
            "direction": "input",
            "amount": A[i, j],
            "unit": "USD2012",
        }
        exchanges.append(row | {"is_reference": False})
    for i, j in np.argwhere(B != 0).tolist():
        row = {"process_id": sectors[j], "flow_id": flows[i], "direction": "output", "amount": B[i, j], "unit": "kg"}
        exchanges.append(row | {"is_reference": False})
    tables: Tables = {
        "processes": [{"process_id": s, "name": s} for s in sectors],
        "flows": [
            *({"flow_id": s, "name": s, "kind": "product", "unit": "USD2012"} for s in sectors),
            *({"flow_id": f, "name": f, "kind": "elementary", "unit": "kg"} for f in flows),
        ],
        "exchanges": exchanges,
    }
    write_inventory(folder / "inventory", tables, "parquet")
    method = folder / "method"
    method.mkdir()
    (method / "method.toml").write_text('name = "useeio"\nversion = "GAEEIOv1.0-s-20"\n', encoding="utf-8")
    write_rows(method / "indicators.csv", ["indicator", "name", "unit"], [[each, each, "score"] for each in indicators])
    factors = [
        [indicators[k], flows[i], "output", repr(float(C[k, i])), "score/kg", "useeio"]
        for k, i in np.argwhere(C != 0).tolist()
    ]
    header = ["indicator", "flow_id", "direction", "factor", "unit", "source_id"]
    write_rows(method / "factors.csv", header, factors)
    write_rows(
        method / "sources.csv", ["source_id", "citation"], [["useeio", "US EPA, USEEIO GAEEIOv1.0-s-20, matrix C"]]
    )


def write_rows(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
