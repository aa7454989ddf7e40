"""Fuzzing: mutants of valid inventories go through reading, checking, scoring and presenting.

``python -m tests.fuzz --count 100000 --seed 1 --processes 2`` runs many, ``--only INDEX`` one of them again; a mutant
is a function of seed and index. What may come of it: a refusal by an error of the engine, blocking findings and no
result, or numbers that are all finite or null. Anything else is a failure: another exception, a warning of a library,
a number that is none, more than ten seconds, a process that dies. Nothing is written but temporary folders.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import multiprocessing
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from rich.console import Console

import lcaengine as lca
from lcaengine.chains import PARTS
from lcaengine.checking import check
from lcaengine.findings import Findings
from lcaengine.footprints.labels import SPLITS
from lcaengine.footprints.score import try_score
from lcaengine.policy import CHOICES
from lcaengine.reports.terminal import print_findings, print_footprints
from tests.mutations import Sheet, damage_bytes, encode, make_sheet, mutate_sheet
from tests.seeds import SEEDS

OUTCOMES = ("refused", "blocked", "scored", "failure")
SECONDS = 10
"""Longest that one mutant may take."""
MEMORY = 12 << 30
"""Most a worker may ask for [bytes]."""
MEMORY_FOLDER = Path("/dev/shm")


def score_and_check(
    place: Path, method: lca.Method, policy: lca.Policy, with_check: bool, by: str = "stage"
) -> tuple[lca.Footprints | None, Findings, Findings | None]:
    """Do what the command line does: the one place that knows how scoring and checking are called."""
    found = Findings()
    footprints = try_score(place, method, policy, found, by)
    return footprints, found, check(place, method, policy) if with_check else None


def choose_policy(random: Random) -> lca.Policy:
    """Choose a policy; each field is as usual more often than not."""
    return lca.Policy(
        **{
            field: random.choice(choices) if random.random() < 0.1 else getattr(lca.Policy(), field)
            for field, choices in CHOICES.items()
        }
    )


def take_apart(footprints: lca.Footprints, random: Random) -> list[pa.Table]:
    """Take a figure apart, and compare the result with itself."""
    activities = footprints.system.activities
    a = random.randrange(len(activities))
    flow = int(activities.flow[a])
    ids: dict[str, Any] = {
        "process_id": activities.name[a],
        "product_id": footprints.system.inventory.flows.ids[flow].as_py() if flow >= 0 else "",
        "location": "" if activities.name[a] else activities.location[a],
    }
    try:
        parts = lca.list_contributions(footprints, **ids, by=random.choice(PARTS), cutoff=random.choice((0.0, 0.1)))
        flows = lca.build_sankey(footprints, **ids, indicator="energy", cutoff=0.05)
        drivers = lca.list_drivers(footprints, **ids, cutoff=random.choice((0.0, 0.1)), draws=0)
    except lca.SolveError:
        return []  # amounts so far apart that the supply does not verify, though the scores do
    except lca.LcaError as error:
        if "is missing" in error.what or "no variance" in error.what:
            return []
        raise AssertionError("a figure that is there cannot be taken apart") from error
    assert lca.diff(footprints, footprints).effects.num_rows == 0
    return [parts.table, parts.gaps, flows.nodes, flows.edges, drivers.table]


@cache
def read_small_method() -> lca.Method:
    """Read the method `core`, and keep the factors that the seeds meet: the rest only costs time."""
    core = lca.read_method("core")
    names = {row["name"] for _, tables in SEEDS.values() for row in tables["flows"]}
    return replace(core, factors=tuple(each for each in core.factors if each.flow_name in names))


@cache
def _encode_seed(name: str, encoding: str) -> Mapping[str, bytes]:
    about, tables = SEEDS[name]
    files = {f"{table}.{encoding}": encode(make_sheet(rows), encoding) for table, rows in tables.items()}
    return {"inventory.toml": about.encode(), **files}


def build_mutant(seed: int, index: int) -> tuple[dict[str, bytes], Random]:
    """Give the files of a mutant, a zip among them under the name ``.zip``, and the generator as it was left."""
    random = Random(f"{seed}:{index}")
    name = random.choice(list(SEEDS))
    encoding = random.choice(("csv", "parquet"))
    files = dict(_encode_seed(name, encoding))
    sheets: dict[str, Sheet] = {}
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        file = random.choice(list(files))
        way = random.random()
        if way < 0.7:
            tables = SEEDS[name][1]
            table = random.choice([*tables, "exchanges", "exchanges", "exchanges"])
            file = f"{table}.{encoding}"
            sheet = sheets.setdefault(file, copy.deepcopy(make_sheet(tables[table])))
            mutate_sheet(sheet, random)
            files[file] = encode(sheet, encoding)
        elif way < 0.95:
            files[file] = damage_bytes(files[file], random)
        elif way < 0.98:
            files[random.choice((f"extra/{file}", f"x.{file}", file.upper(), "exchanges/part.parquet"))] = files[file]
        else:
            files.pop(file)
            files.setdefault("inventory.toml", b"")
    if random.random() < 0.3:
        content = _zip(files, random.choice(("", "in/")))
        files = {".zip": damage_bytes(content, random) if random.random() < 0.3 else content}
    return files, random


def _zip(files: Mapping[str, bytes], top: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(top + name), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def run_mutant(seed: int, index: int) -> tuple[str, str]:
    """Build a mutant, take it through, and give the outcome and, of a failure, what went wrong."""
    files, random = build_mutant(seed, index)
    folder = Path(tempfile.mkdtemp(dir=MEMORY_FOLDER if MEMORY_FOLDER.is_dir() else None))
    try:
        place = folder / "mutant"
        if ".zip" in files:
            place.write_bytes(files[".zip"])
        else:
            for name, content in files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(content)
        with warnings.catch_warnings(), _alarm():
            warnings.simplefilter("error")
            return _judge(place, folder, random), ""
    except Exception:
        return "failure", traceback.format_exc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alarm() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"it takes more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _judge(place: Path, folder: Path, random: Random) -> str:
    policy, by = choose_policy(random), random.choice((*["stage"] * 5, *SPLITS))
    with_check, present = random.random() < 0.4, random.random() < 0.03  # check does over again what score did
    try:
        footprints, found, checked = score_and_check(place, read_small_method(), policy, with_check, by)
    except lca.LcaError as error:
        if not (error.what and error.fix):
            raise AssertionError("an error gives no advice") from error
        str(error).encode()
        return "refused"
    blocking = found.blockers()
    assert all(each.what and each.fix for each in found.items), "a finding without words"
    assert (footprints is None) == bool(blocking), f"result {footprints!r} with blockers {blocking}"
    assert checked is None or checked.blockers() == blocking, "score and check disagree"
    found.to_json().encode()
    if present:
        print_findings(Console(file=io.StringIO(), width=80), found, str(place), 20)
    if footprints is None:
        return "blocked"
    apart = take_apart(footprints, random) if random.random() < 0.2 else []
    for table in (footprints.to_arrow(), footprints.to_wide(), footprints.gaps.table, footprints.completeness, *apart):
        _assert_finite(table)
    if present:
        shown = footprints.select(["ghg", "energy"])
        print_footprints(Console(file=io.StringIO(), width=80), footprints, shown, True)
        ending = random.choice(("parquet", "csv", "json", "xlsx"))
        path, *_ = lca.write_results(footprints, folder / f"out.{ending}")
        if ending == "json":
            json.loads(path.read_text(encoding="utf-8"))
    return "scored"


def _assert_finite(table: pa.Table) -> None:
    table.validate(full=True)
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_floating(column.type):
            values = column.drop_null().to_numpy()
            assert np.isfinite(values).all(), f"{name} holds {values[~np.isfinite(values)][:3]}"


def _work(seed: int, indices: range, current: Any, results: Any) -> None:
    """Run mutants in a process of its own; `current` says which one is under way."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pa.set_cpu_count(1)
    for index in indices:
        current.value = index
        results.put((index, *run_mutant(seed, index)))
    current.value = -1
    results.put((-1, "", ""))


class Worker:
    """A process that runs every n-th mutant, and is started again behind one that kills it."""

    def __init__(self, seed: int, indices: range) -> None:
        self.context = multiprocessing.get_context("spawn")
        self.seed, self.indices = seed, indices
        self.is_done = not indices
        if indices:
            self.start()

    def start(self) -> None:
        self.current = self.context.Value("q", self.indices[0])
        self.results = self.context.SimpleQueue()
        arguments = (self.seed, self.indices, self.current, self.results)
        self.process = self.context.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        self.heard = time.monotonic() + 120  # what the first one may take to begin

    def collect(self) -> Iterator[tuple[int, str, str]]:
        """Give what has come, and a failure where the process has died or says nothing."""
        while not self.results.empty():
            index, outcome, what = self.results.get()
            self.heard = max(self.heard, time.monotonic())
            if index < 0:
                self.is_done = True
                return
            yield index, outcome, what
            self.indices = self.indices[1:] if self.indices[0] == index else self.indices
        silent = time.monotonic() - self.heard > 3 * SECONDS
        if self.process.is_alive() and not silent:
            return
        index = self.current.value
        self.process.kill()
        self.process.join()
        yield index, "failure", "it hangs" if silent else f"the process died: exit code {self.process.exitcode}"
        self.indices = range(index + self.indices.step, self.indices.stop, self.indices.step)
        self.is_done = not self.indices
        if not self.is_done:
            self.start()

    def stop(self) -> None:
        if self.indices:
            self.process.kill()


def run_many(seed: int, count: int, processes: int, seconds: float) -> Counter[str]:
    """Run mutants 0 to `count` - 1, print a line a failure, and count the outcomes."""
    start, counts = time.monotonic(), Counter[str]()
    workers = [Worker(seed, range(k, count, processes)) for k in range(processes)]
    said = start
    while not all(worker.is_done for worker in workers) and time.monotonic() - start < seconds:
        time.sleep(0.05)
        for worker in workers:
            for index, outcome, what in [] if worker.is_done else worker.collect():
                counts[outcome] += 1
                if outcome == "failure":
                    sys.stdout.write(f"failure {index}: {what.strip().splitlines()[-1][:300]}\n")
        if time.monotonic() - said > 30:
            said = time.monotonic()
            sys.stderr.write(f"{counts.total()} of {count}, {counts.total() / (said - start):.0f}/s\n")
    for worker in workers:
        worker.stop()
    return counts


def main() -> int:
    """Run the command line; exit 1 where a mutant fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--only", type=int, help="run this one mutant again, and show what went wrong")
    given = parser.parse_args()
    if given.only is not None:
        outcome, what = run_mutant(given.seed, given.only)
        sys.stdout.write(f"{outcome}\n{what}")
        return int(outcome == "failure")
    start = time.monotonic()
    counts = run_many(given.seed, given.count, given.processes, given.seconds)
    rate = counts.total() / (time.monotonic() - start)
    sys.stdout.write(", ".join(f"{name} {counts[name]}" for name in OUTCOMES) + f"; {rate:.0f} mutants/s\n")
    return int(counts["failure"] > 0)


if __name__ == "__main__":
    sys.exit(main())
