"""Jobs as whole programs, from files to a result file: start-up, reading, checks, units and writing included."""

from __future__ import annotations

import inspect
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from benchmarks.calls import find_database, has_pardiso, load_system
from benchmarks.inventories import name_processes, write_inventory, write_method
from benchmarks.job import Answer, Job, Run
from benchmarks.measure import run_program
from benchmarks.packages import INDICATORS, write_package
from benchmarks.suppliers import EXCHANGES, read_background, write_suppliers
from benchmarks.systems import DATABASES, SMOKE, Drawn
from lcaengine.cli.app import score

__all__ = ["PROGRAMS", "score_rows"]

COMPARED = 1_000
"""Suppliers whose scores are compared with the reference's."""
SUPPLIERS = (100_000, 200_000, 500_000, 1_000_000, 10_000_000)
PART = 100_000
WORKERS = 3


def score_first(activities: int, folder: Path) -> Run:
    """Prepare `lcaengine score` on an inventory it has not seen: whatever an earlier run left beside it is deleted."""
    return _prepare_score(activities, folder, forget=True)


def score_again(activities: int, folder: Path) -> Run:
    """Prepare `lcaengine score` on an inventory that was scored before: the run without a clock is the first."""
    return _prepare_score(activities, folder, forget=False)


def script_one_demand(activities: int, folder: Path) -> Run:
    """Prepare the reference: a script that scores the first product with the first method, from a datapackage."""
    package = _write_case(activities, folder) / "package.zip"
    command = [sys.executable, str(Path(__file__).with_name("one_demand.py")), str(package), "1"]

    def run() -> Answer:
        printed, peak = run_program(command, folder, dict(os.environ))
        return Answer(lambda: np.array([[float(printed)]]), peak)

    return run


def score_suppliers(suppliers: int, folder: Path) -> Run:
    """Prepare `lcaengine score SUPPLIERS --background INVENTORY --wide`."""
    return _prepare_suppliers(suppliers, folder, ())


def score_suppliers_by_workers(suppliers: int, folder: Path) -> Run:
    """Prepare the same by three workers."""
    return _prepare_suppliers(suppliers, folder, ("--workers", str(WORKERS)))


def copy_suppliers(suppliers: int, folder: Path) -> Run:
    """Prepare the reference: pyarrow reads the same columns and writes a table of the same shape.

    What the scores of the first suppliers are is found apart, from the rows as they stand and the matrices by SuperLU.
    """
    case, place = _write_suppliers(suppliers, folder)
    drawn = load_system(find_database(_choose_background(suppliers)), folder)
    expected = score_rows(drawn, place)
    script, target = str(Path(__file__).with_name("copy_suppliers.py")), case / "copied.parquet"
    command = [sys.executable, script, str(place), str(target), str(len(INDICATORS))]

    def run() -> Answer:
        _, peak = run_program(command, folder, dict(os.environ))
        return Answer(lambda: expected, peak)

    return run


def _prepare_score(activities: int, folder: Path, *, forget: bool) -> Run:
    case = _write_case(activities, folder)
    target = case / "result.parquet"
    command = _score(case / "inventory", "--method", case / "method", "-o", target)

    def run() -> Answer:
        if forget:
            _forget(case)
        _, peak = run_program(command, folder, dict(os.environ))
        return Answer(lambda: _read_first(target), peak)

    return run


def _prepare_suppliers(suppliers: int, folder: Path, more: tuple[str, ...]) -> Run:
    case, place = _write_suppliers(suppliers, folder)
    target = case / "-".join(("results", *(each.strip("-") for each in more)))
    background = ("--background", case / "inventory", "--method", case / "method")
    command = _score(place, *background, "--wide", "-o", target, *more)

    def run() -> Answer:
        shutil.rmtree(target, ignore_errors=True)  # a part that is done is not done again
        _, peak = run_program(command, folder, dict(os.environ))
        return Answer(lambda: _read_wide(target), peak)

    return run


def _score(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "lcaengine", "score", *map(str, arguments)]


def _write_case(activities: int, folder: Path) -> Path:
    """Write inventory, method and datapackage of one system, once."""
    case = folder / f"case-{activities}"
    if not (case / "package.zip").exists():
        drawn = load_system(find_database(activities), folder)
        write_inventory(drawn, case / "inventory")
        write_method(drawn, case / "method")
        write_package(drawn, case / "package.zip", indicators=1)
    return case


def _choose_background(suppliers: int) -> int:
    return SMOKE.activities if suppliers <= PART // 10 else DATABASES[1].activities


def _write_suppliers(suppliers: int, folder: Path) -> tuple[Path, Path]:
    case = _write_case(_choose_background(suppliers), folder)
    place = case / f"suppliers-{suppliers}"
    if not (place / "complete").exists():
        write_suppliers(read_background(case / "inventory"), place, suppliers, min(PART, max(1, suppliers // 3)))
        (place / "complete").touch()
    return case, place


def _forget(case: Path) -> None:
    """Delete what scoring left in the inventory's folder and beside it."""
    ours = {"inventory", "method", "package.zip", "inventory.toml"}
    ours |= {f"{table}.parquet" for table in ("processes", "flows", "exchanges")}
    for each in [*case.iterdir(), *(case / "inventory").iterdir()]:
        if each.name not in ours and not each.name.startswith("suppliers-"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def _read_first(target: Path) -> NDArray[np.float64]:
    """Read the first product's score by the first indicator from a long result."""
    asked = [
        ("process_id", "==", name_processes(1)[0]),
        ("indicator", "==", INDICATORS[0][0]),
        ("stage", "==", "total"),
    ]
    return np.array([pq.read_table(target, columns=["value"], filters=asked)["value"].to_pylist()])


def _read_wide(target: Path) -> NDArray[np.float64]:
    """Read the totals of the first suppliers from the parts of a wide result."""
    columns = ["process_id", *(f"{name}.total" for name, _ in INDICATORS)]
    table = _read_rows(target / "results", columns, COMPARED)
    return np.stack([table[name].to_numpy() for name in columns[1:]], axis=1)


def _read_rows(folder: Path, columns: list[str], count: int) -> pa.Table:
    """Read the first rows of a folder of parts."""
    tables, rows = [], 0
    for part in sorted(folder.glob("*.parquet")):
        if rows < count:
            tables.append(pq.read_table(part, columns=columns))
            rows += len(tables[-1])
    return pa.concat_tables(tables).slice(0, count)


def score_rows(drawn: Drawn, place: Path) -> NDArray[np.float64]:
    """Score the first suppliers: intensities of what they buy, and factors of what they take or give off."""
    database = drawn.database
    n, kinds = database.activities, database.flows
    C = drawn.C.to_sparse(len(INDICATORS), kinds)
    direct = (C @ drawn.B.to_sparse(kinds, n)).T.toarray()
    intensity = splu(drawn.A.to_sparse(n, n).T.tocsc()).solve(direct)
    table = _read_rows(place / "exchanges", ["flow_id", "amount"], COMPARED * EXCHANGES)
    kind = np.array([each.split("-")[0] for each in table["flow_id"].to_pylist()])
    number = np.array([int(each.split("-")[1]) for each in table["flow_id"].to_pylist()])
    weight = np.zeros((len(number), len(INDICATORS)))
    weight[kind == "product"] = intensity[number[kind == "product"]]
    weight[kind == "elementary"] = C.T.toarray()[number[kind == "elementary"]]
    scores = weight * table["amount"].to_numpy()[:, None]
    return np.asarray(scores.reshape(-1, EXCHANGES, len(INDICATORS)).sum(axis=1))


def _lacks(option: str) -> Callable[[], str]:
    """Tell what `lcaengine score` lacks for a job."""

    def missing() -> str:
        return "" if option in inspect.signature(score).parameters else f"lcaengine score has no --{option} yet"

    return missing


def _name_script() -> str:
    return "script, bw2calc LCA, one demand" if has_pardiso() else "script, bw2calc LCA, SciPy (no pypardiso)"


_SIZES, _N = tuple(each.activities for each in DATABASES[1:]), SMOKE.activities
PROGRAMS = (
    Job(
        "process-first",
        "`lcaengine score`, nothing kept, against a script that does one demand",
        *("activities", _SIZES, _N, score_first, script_one_demand, _name_script),
        is_program=True,
    ),
    Job(
        "process-again",
        "`lcaengine score` a second time, against a script that does one demand",
        *("activities", _SIZES, _N, score_again, script_one_demand, _name_script),
        is_program=True,
    ),
    Job(
        "suppliers",
        "`lcaengine score --background --wide`, ten exchanges each, against reading and writing by pyarrow",
        *("suppliers", SUPPLIERS, 300, score_suppliers, copy_suppliers, lambda: "pyarrow, reading and writing alone"),
        is_program=True,
        missing=_lacks("background"),
    ),
    Job(
        "workers",
        f"the same by {WORKERS} workers, against one process; results to the bit",
        *("suppliers", SUPPLIERS[:1] + SUPPLIERS[3:4], 300, score_suppliers_by_workers, score_suppliers),
        lambda: "lcaengine, one process",
        tolerance=0.0,
        is_program=True,
        missing=_lacks("workers"),
    ),
)
