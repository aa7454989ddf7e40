"""Run benchmarks: ``python -m benchmarks [--job NAME] [--size N] [--runs N] [-o FILE] [--plot FILE]``."""

from __future__ import annotations

import argparse
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from benchmarks.calls import load_system
from benchmarks.job import Job, Measured
from benchmarks.jobs import JOBS, find_job
from benchmarks.measure import measure_job
from benchmarks.plot import write_plot
from benchmarks.report import (
    describe_growth,
    describe_machine,
    describe_shape,
    format_row,
    format_table_head,
    write_json,
)
from benchmarks.systems import DATABASES, SMOKE, Database, Shape, measure_system

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> list[Measured]:
    """Run what is asked for, print a table, write JSON and a picture; give what was measured."""
    asked = _parse(arguments)
    jobs = [find_job(name) for name in asked.job] if asked.job else list(JOBS)
    machine = describe_machine()
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['date']}")
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    print(textwrap.fill(f"Python {machine['python']}, {versions}", 80))
    how = f"Median of {asked.runs} runs each, in turns" if asked.runs else "One run each, the first"
    print(f"{how}. Ratio: the reference's time over ours. Load {machine['load']}.")
    if asked.folder is None:
        with tempfile.TemporaryDirectory() as folder:
            shapes, rows = _run(jobs, asked, Path(folder))
    else:
        asked.folder.mkdir(parents=True, exist_ok=True)
        shapes, rows = _run(jobs, asked, asked.folder.resolve())
    if asked.output is not None:
        write_json(asked.output, machine, shapes, rows)
    if asked.plot is not None and rows:
        write_plot(asked.plot, jobs, rows, machine)
    return rows


def _run(jobs: Sequence[Job], asked: argparse.Namespace, folder: Path) -> tuple[list[Shape], list[Measured]]:
    databases: tuple[Database, ...] = (SMOKE,) if asked.smoke else DATABASES
    if asked.size and not asked.smoke:
        databases = tuple(each for each in DATABASES if each.activities in asked.size)
    shapes = [measure_system(load_system(database, folder)) for database in databases]
    print("\nsystems as drawn", *map(describe_shape, shapes), sep="\n")
    rows: list[Measured] = []
    for job in jobs:
        if missing := job.missing():
            print(f"\n{job.name}: not run: {missing}")
            continue
        print(format_table_head(job))
        sizes = [job.smoke] if asked.smoke else asked.size or job.sizes
        own = []
        for size in sizes:
            own.append(measure_job(job, size, folder, asked.runs))
            print(format_row(own[-1]), flush=True)
        if growth := describe_growth(own):
            print(growth)
        rows += own
    return shapes, rows


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Time lcaengine beside its references.")
    names = [job.name for job in JOBS]
    parser.add_argument("--job", action="append", choices=names, help="this one; may be repeated; all where none is")
    parser.add_argument("--size", action="append", type=int, help="at this size; may be repeated; the job's own if not")
    parser.add_argument("--runs", type=int, default=5, help="runs of each side (5)")
    parser.add_argument("-o", "--output", type=Path, help="write everything to this JSON file")
    parser.add_argument("--plot", type=Path, help="write a picture to this .png, .svg or .pdf; needs matplotlib")
    parser.add_argument("--folder", type=Path, help="keep what is drawn in this folder, and find it there again")
    parser.add_argument("--smoke", action="store_true", help="each job once, tiny")
    asked = parser.parse_args(arguments)
    if asked.runs < 1:
        parser.error("--runs: at least one")
    if asked.smoke:
        asked.runs = 0
    return asked


if __name__ == "__main__":
    main()
