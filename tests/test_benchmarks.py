"""Benchmarks run: every one of them once, small. What they time is not looked at; what they find is."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks.__main__ import main
from benchmarks.inventories import write_inventory, write_method
from benchmarks.job import differ
from benchmarks.jobs import JOBS, find_job
from benchmarks.measure import fit_growth, measure_child
from benchmarks.programs import score_rows
from benchmarks.suppliers import EXCHANGES, read_background, write_suppliers
from benchmarks.systems import SMOKE, Drawn, draw_system, measure_system

import lcaengine as lca


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_system(SMOKE)


@pytest.fixture(scope="module")
def background(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_inventory(drawn, tmp_path_factory.mktemp("background"))


def test_systems_are_as_stated(drawn: Drawn) -> None:
    shape = measure_system(drawn)
    assert (shape.activities, shape.technosphere, shape.biosphere) == (300, 2_400, 3_000)
    assert shape.in_loop == 0.6
    assert shape.radius == pytest.approx(0.75, rel=1e-6)
    assert shape.most_inputs > 3 * 8
    assert shape.most_consumers > 6 * 8
    assert shape.most / shape.least > 1e12
    assert shape.fill < 20


def test_smoke(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each job compares its answers with bw2calc's, or with what SuperLU makes of the matrices, or it fails."""
    rows = main(["--smoke", "-o", str(tmp_path / "results.json"), "--folder", str(tmp_path / "data")])
    printed = capsys.readouterr().out
    assert max(len(line) for line in printed.splitlines()) <= 80
    ran = {row.job: row for row in rows}
    lacking = {job.name for job in JOBS if job.missing()}
    assert set(ran) | lacking == {job.name for job in JOBS}
    assert lacking <= {"suppliers", "workers"}
    assert all(f"{name}: not run: " in printed for name in lacking)
    assert {name for name, row in ran.items() if np.isnan(row.difference)} == {
        *(
            "rows",
            "solver",
            "draws-1",
            "draws-3",
            "draws-3-large",
            "draws-hard",
            "draws-lca",
        ),  # draws are of other numbers
    }
    assert ("no pypardiso" in printed) == (find_spec("pypardiso") is None)
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [row["job"] for row in kept["measured"]] == [row.job for row in rows]
    assert kept["machine"]["cores"] >= 1
    assert kept["systems"][0]["activities"] == 300


def test_wrong_answers_are_refused() -> None:
    reference = np.array([[1.0, 1e-9], [2.0, 0.0]])
    assert differ(reference, reference) == 0.0
    assert differ(np.array([[1.0, 1e-9], [2.0, 1e-30]]), reference) == np.inf
    # 2 % of the small one; nothing found where there is 1e-12 of the largest of its column.
    assert differ(np.array([[1.0, 1.02e-9], [2.0, 0.0]]), reference) == pytest.approx(0.02)
    assert differ(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 1.0], [1e-12, 1.0]])) == pytest.approx(1e-12)
    with pytest.raises(ValueError, match="do not compare"):
        differ(reference, reference[:1])


def test_growth_is_fitted() -> None:
    assert fit_growth([100, 200, 400], [3.0, 6.0, 12.0]) == pytest.approx(2.0)
    assert fit_growth([1, 10, 100], [1.0, 100.0, 10_000.0]) == pytest.approx(4.0)


def test_memory_is_that_of_a_child(tmp_path: Path) -> None:
    # More than any Python with numpy takes, less than a gibibyte.
    assert 30 < measure_child(find_job("solver"), SMOKE.activities, tmp_path, "ours") < 1024


def test_suppliers_are_an_inventory(drawn: Drawn, background: Path, tmp_path: Path) -> None:
    """Put together with their background they are accepted and score as the matrices say: SuperLU's intensities."""
    place = write_suppliers(read_background(background), tmp_path / "suppliers", 250, part=100)
    parts = sorted((place / "exchanges").glob("*.parquet"))
    assert [pq.read_metadata(part).num_rows for part in parts] == [100 * EXCHANGES, 100 * EXCHANGES, 50 * EXCHANGES]
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "inventory.toml").write_text('schema_version = 1\nname = "whole"\n', encoding="utf-8")
    for table in ("processes", "flows", "exchanges"):
        own = place / table if (place / table).is_dir() else place / f"{table}.parquet"
        both = [pq.read_table(background / f"{table}.parquet"), pq.read_table(own)]
        pq.write_table(pa.concat_tables(both, promote_options="default"), whole / f"{table}.parquet")
    footprints = lca.score(lca.read_inventory(whole), lca.read_method(write_method(drawn, tmp_path / "method")))
    names = footprints.system.activities.name
    at = [names.index(f"supplier-{number:08d}") for number in range(100)]
    assert differ(footprints.value[at, -1], score_rows(drawn, place)[:100]) < 1e-9


def test_parts_do_not_depend_on_their_number(background: Path, tmp_path: Path) -> None:
    few = write_suppliers(read_background(background), tmp_path / "few", 100, part=50)
    many = write_suppliers(read_background(background), tmp_path / "many", 200, part=50)
    for part in ("part-00000.parquet", "part-00001.parquet"):
        assert pq.read_table(few / "exchanges" / part).equals(pq.read_table(many / "exchanges" / part))
