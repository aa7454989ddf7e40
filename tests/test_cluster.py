"""Suppliers on a cluster score as in one process, bit for bit, whatever is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.cluster import machines, score_on_cluster, wave
from lcaengine.cluster.task import Task, do_task
from lcaengine.io.store import open_store
from lcaengine.policy import Policy
from lcaengine.suppliers.plan import Settings
from lcaengine.suppliers.simulation import make_drawing
from tests.clusters import Cluster, start_cluster
from tests.tables import makes, process, takes, write_inventory
from tests.test_supplier_draws import write_drawn
from tests.test_suppliers import BACKGROUND, draw_suppliers, write_parts

distributed = pytest.importorskip("distributed", reason="install lcaengine[dist] to test work on many machines")

PARTS = 24
SUPPLIERS = 120
POLICY = Policy(unlinked="cutoff", open_water="missing")


@dataclass(frozen=True)
class Place:
    """Suppliers, their background, and their results by one process."""

    suppliers: Path
    background: Path
    alone: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("suppliers")
    processes, exchanges = draw_suppliers(Random(3), SUPPLIERS)
    background = write_inventory(folder / "background", BACKGROUND, "parquet")
    source = write_parts(folder / "suppliers", processes, exchanges, PARTS)
    for wide in (False, True):
        lca.score_suppliers(source, background, folder / f"alone {wide}", policy=POLICY, wide=wide)
    return Place(source, background, folder / "alone")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with start_cluster(tmp_path_factory.mktemp("cluster"), 3) as started:
        yield started


@pytest.fixture
def here() -> Iterator[Any]:
    """A scheduler and a worker of two threads in this process."""
    with start_here(1) as started:
        yield started


def start_here(workers: int) -> Any:
    own = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    return distributed.LocalCluster(n_workers=workers, threads_per_worker=2, processes=False, scheduler_kwargs=own)


def compare(place: Place, target: Path, wide: bool) -> None:
    """Compare every file of results, row by row, number by number, bit by bit."""
    alone = place.alone.with_name(f"alone {wide}")
    for kind in ("results", "gaps"):
        names = sorted(file.name for file in (alone / kind).iterdir())
        assert len(names) == PARTS
        assert sorted(file.name for file in (target / kind).iterdir() if file.name[0] != ".") == names
        for name in names:
            got, expected = pq.read_table(target / kind / name), pq.read_table(alone / kind / name)
            assert got.schema.equals(expected.schema)
            for column in expected.column_names:
                assert spell(got.column(column)) == spell(expected.column(column)), (name, column)
    ids = pa.concat_tables(
        [pq.read_table(file, columns=["process_id"]) for file in sorted((target / "results").glob("part-*"))]
    )
    assert len(set(ids.column("process_id").to_pylist())) == SUPPLIERS


def spell(column: pa.ChunkedArray) -> list[object]:
    """Give the values of a column, numbers by their bits."""
    return [value.hex() if isinstance(value, float) else value for value in column.to_pylist()]


def test_workers_are_killed(place: Place, cluster: Cluster, tmp_path: Path) -> None:
    """Of three workers one stands still with its parts and is killed, one is killed at work: nothing is lost."""
    still, busy, _ = cluster.workers
    still.send_signal(signal.SIGSTOP)  # parts given to it can only come from others, once it is lost
    timer = threading.Timer(1.0, still.send_signal, [signal.SIGKILL])
    timer.start()
    seen: list[tuple[int, int]] = []

    def watch(done: int, parts: int, suppliers: int) -> None:
        seen.append((done, parts))
        if done == 5:
            busy.send_signal(signal.SIGKILL)

    target = tmp_path / "out"
    report = score_on_cluster(
        place.suppliers, place.background, target, policy=POLICY, progress=watch, address=cluster.address
    )
    timer.join()
    assert (still.wait(), busy.wait()) == (-signal.SIGKILL, -signal.SIGKILL)
    assert (report.parts, report.resumed, report.suppliers) == (PARTS, 0, SUPPLIERS)
    assert seen == [(done, PARTS) for done in range(1, PARTS + 1)]
    compare(place, target, wide=False)
    assert sorted(path.name for path in target.iterdir()) == ["gaps", "parts", "results", "run.json"]


DRIVER = """
import os, signal, sys
from lcaengine.cluster import score_on_cluster
from lcaengine.policy import Policy

def watch(done, parts, suppliers):
    if done == 5:
        os.kill(os.getpid(), signal.SIGKILL)

suppliers, background, target, address = sys.argv[1:]
policy = Policy(unlinked="cutoff", open_water="missing")
score_on_cluster(suppliers, background, target, policy=policy, wide=True, progress=watch, address=address)
"""


def test_resumes_after_the_driver_is_killed(place: Place, cluster: Cluster, tmp_path: Path) -> None:
    """What is written is not written again, and what is not, is."""
    target = tmp_path / "out"
    words = [place.suppliers, place.background, target, cluster.address]
    killed = subprocess.run([sys.executable, "-c", DRIVER, *map(str, words)], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (target / "run.json").exists()
    report = score_on_cluster(
        place.suppliers, place.background, target, policy=POLICY, wide=True, address=cluster.address
    )
    assert report.resumed >= 5
    compare(place, target, wide=True)


def test_workers_started_here(place: Place, tmp_path: Path) -> None:
    """Processes of this machine, which end with the job."""
    report = score_on_cluster(place.suppliers, place.background, tmp_path, policy=POLICY, wide=True, workers=2)
    assert report.suppliers == SUPPLIERS
    compare(place, tmp_path, wide=True)


def test_workers_draw_as_one_process(tmp_path: Path) -> None:
    """Parts with kinds of row that the first does not have, drawn by one worker and by three: the same bits."""
    background, source, _ = write_drawn(tmp_path, 7, 18, 6)
    drawing = make_drawing(10, 4, None, ["ghg"], {"ghg": 3.0})
    asked: dict[str, Any] = {"policy": Policy("cutoff"), "draws": 10, "seed": 4, "indicators": ["ghg"]}
    alone = lca.simulate_suppliers(source, background, tmp_path / "alone", limits={"ghg": 3.0}, **asked)
    for workers in (1, 3):
        target = tmp_path / f"{workers}"
        with start_here(workers) as machines_here:
            address = machines_here.scheduler_address
            report = score_on_cluster(
                *(source, background, target, "core", Policy("cutoff")), address=address, drawing=drawing
            )
        assert (report.suppliers, report.run["draws"]) == (18, alone.run["draws"])
        for file in sorted((tmp_path / "alone" / "results").iterdir()):
            got, expected = (pq.read_table(folder / "results" / file.name) for folder in (target, tmp_path / "alone"))
            for column in expected.column_names:
                assert spell(got.column(column)) == spell(expected.column(column)), (file.name, column)


@pytest.mark.parametrize("fault", ["unit", "process", "reference"])
def test_findings_are_those_of_one_process(fault: str, here: Any, tmp_path: Path) -> None:
    """A part that cannot be solved, read or scored: the same error, of the first such part; parts before it stay."""
    processes, exchanges = draw_suppliers(Random(5), 20)
    rows = {
        "unit": takes("supplier 7", "coal", 1.0, "kWp"),
        "process": takes("nobody", "coal", 1.0),
        "reference": makes("supplier 7", "oxide"),
    }
    exchanges += [rows[fault], takes("supplier 8", "coal", 1.0, "mol")]
    background = write_inventory(tmp_path / "background", BACKGROUND, "parquet")
    if fault == "process":
        processes.append(process("nobody"))
    source = write_parts(tmp_path / "suppliers", processes, exchanges, 10)
    if fault == "process":  # its part has the row, and not the process
        file = source / "processes" / "part-0.parquet"
        table = pq.read_table(file)
        pq.write_table(table.slice(0, table.num_rows - 1), file)
    with pytest.raises(lca.DataError) as expected:
        lca.score_suppliers(source, background, tmp_path / "alone", policy=POLICY)
    with pytest.raises(lca.DataError) as caught:
        score_on_cluster(source, background, tmp_path / "out", policy=POLICY, address=here.scheduler_address)
    assert str(caught.value) == str(expected.value)
    before = {file.name for file in (tmp_path / "alone").glob("results/part*")}
    assert before <= {file.name for file in (tmp_path / "out").glob("results/part*")}
    assert not (tmp_path / "out" / "run.json").exists()


def test_no_worker_is_left(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ends with an error, and what is written stays."""
    monkeypatch.setattr(wave, "PATIENCE", 0.5)
    with start_here(0) as empty, pytest.raises(lca.LcaError, match="no worker was there"):
        score_on_cluster(place.suppliers, place.background, tmp_path, policy=POLICY, address=empty.scheduler_address)
    assert [file.name for file in (tmp_path / "results").iterdir()] == ["part-0.parquet"]


def test_the_scheduler_is_lost(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ends with an error that says so."""
    monkeypatch.setattr(wave, "PATIENCE", 0.5)
    with start_cluster(tmp_path, 0) as started:
        kill = started.scheduler.kill
        with pytest.raises(lca.LcaError, match=r"scheduler was lost|no worker was there"):
            score_on_cluster(
                *(place.suppliers, place.background, tmp_path / "out"),
                policy=POLICY,
                progress=lambda *_: kill(),
                address=started.address,
            )


def test_nobody_answers(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "CONNECT", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere://x"):
        with pytest.raises(lca.LcaError, match="no scheduler answers"):
            score_on_cluster(place.suppliers, place.background, tmp_path / "out", address=address)
    assert not (tmp_path / "out").exists()


def test_dask_is_not_installed(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(lca.LcaError, match=r"pip install 'lcaengine\[dist\]'"):
        score_on_cluster(place.suppliers, place.background, tmp_path / "out", workers=2)


@pytest.mark.parametrize(("address", "workers"), [(None, None), ("tcp://127.0.0.1:1", 2), (None, 0)])
def test_one_cluster_is_asked_for(address: str | None, workers: int | None, place: Place, tmp_path: Path) -> None:
    with pytest.raises(lca.LcaError, match="give"):
        score_on_cluster(place.suppliers, place.background, tmp_path, address=address, workers=workers)


def test_versions_agree(place: Place, tmp_path: Path) -> None:
    task = Task(
        open_store(place.suppliers), "part-0", str(tmp_path), "0" * 64, Settings(POLICY, False, "", {}), "0.0.1"
    )
    with pytest.raises(lca.LcaError, match="one version on all machines"):
        do_task(task)
