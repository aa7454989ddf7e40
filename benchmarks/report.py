"""What was measured, as a table of 80 columns and as JSON with the machine it was measured on."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.job import Job, Measured
from benchmarks.measure import fit_growth
from benchmarks.systems import Shape

__all__ = [
    "describe_growth",
    "describe_machine",
    "describe_shape",
    "format_ratio",
    "format_row",
    "format_table_head",
    "write_json",
]

LIBRARIES = ("lcaengine", "numpy", "scipy", "numba", "pyarrow", "bw2calc", "bw_processing", "pypardiso", "mkl")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What the environment may say of threads; all of them are used where it says nothing."""


def describe_machine() -> dict[str, Any]:
    """Describe processor, cores, memory, versions and date."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    count = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": _name_processor(),
        "cores": cores,
        "memory_gib": round(memory / 2**30, 1),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
        "threads": {name: os.environ[name] for name in THREADS if name in os.environ},
    }


def describe_shape(shape: Shape) -> str:
    """Describe a drawn system in lines of 80 columns."""
    fill = "" if np.isnan(shape.fill) else f", LU fills in {shape.fill:.0f}x"
    return (
        f"  {shape.activities:,} activities: {shape.technosphere:,} nonzeros of A{fill}, {shape.biosphere:,} of B\n"
        f"    loop {shape.in_loop:.2f}, radius {shape.radius:.2f}, amounts {shape.least:.0e} .. {shape.most:.0e}, "
        f"inputs up to {shape.most_inputs}\n"
        f"    consumers up to {shape.most_consumers}, {shape.characterized:.0%} of B has a factor"
    )


def format_table_head(job: Job) -> str:
    """Give the lines above a job's rows."""
    head = (
        f"{job.unit:>10} {'ours':>9} {'reference':>10} {'ratio':>7} {'ours MiB':>9} {'ref. MiB':>9} {'differ by':>10}"
    )
    lines = textwrap.wrap(f"{job.name}: {job.about}", 80, subsequent_indent="  ")
    return "\n".join(["", *lines, f"  against: {job.against()}", head])


def format_row(measured: Measured) -> str:
    """Give one row: medians, ratio of reference to ours, peak memory, difference of answers."""
    ours, reference = _format_time(measured.median), _format_time(measured.reference_median)
    peaks = " ".join(f"{'-' if np.isnan(p) else f'{p:,.0f}':>9}" for p in (measured.peak, measured.reference_peak))
    differs = "-" if np.isnan(measured.difference) else f"{measured.difference:.0e}"
    return f"{measured.size:>10,} {ours:>9} {reference:>10} {format_ratio(measured.ratio):>6}x {peaks} {differs:>10}"


def format_ratio(ratio: float) -> str:
    """Give a ratio with three digits, or all before the point."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def describe_growth(rows: Sequence[Measured]) -> str:
    """Say how time grows where the size doubles, over all sizes; empty for one size."""
    if len(rows) < 2:
        return ""
    sizes = [row.size for row in rows]
    ours, reference = (
        fit_growth(sizes, times) for times in ([r.median for r in rows], [r.reference_median for r in rows])
    )
    return f"  size doubled: ours takes {ours:.2f} times as long, the reference {reference:.2f} times"


def write_json(path: Path, machine: dict[str, Any], shapes: Sequence[Shape], rows: Sequence[Measured]) -> None:
    """Write everything that was measured, every run of it."""
    measured = [asdict(row) | {"median": row.median, "reference_median": row.reference_median} for row in rows]
    content = {"machine": machine, "systems": [asdict(shape) for shape in shapes], "measured": measured}
    path.write_text(json.dumps(_without_nan(content), indent=1) + "\n", encoding="utf-8")


def _without_nan(value: Any) -> Any:
    """Put null where there is no number: JSON has none that is not a number."""
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and np.isnan(value) else value


def _format_time(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def _name_processor() -> str:
    """Name the processor; Linux keeps its name in /proc."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
