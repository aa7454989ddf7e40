"""Measuring: both sides take turns in one process; memory is that of a child process that does one side alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.job import Answer, Job, Measured, Run, differ

__all__ = ["fit_growth", "measure_child", "measure_job", "measure_peak", "run_program"]


def measure_job(job: Job, size: int, folder: Path, runs: int) -> Measured:
    """Measure one job at one size: once each without a clock, then `runs` times in turns.

    With no runs the first counts, and the memory of calls is not measured: to see that the job works.

    Raises
    ------
    ValueError
        If the answers differ by more than the job allows.
    """
    sides = (job.ours(size, folder), job.reference(size, folder))
    (found, first), (expected, reference_first) = (_time(side) for side in sides)
    difference = differ(found.values(), expected.values())
    if difference > job.tolerance:
        raise ValueError(f"{job.name}, {size}: the answers differ by {difference:.1e}")
    times: tuple[list[float], list[float]] = ([], []) if runs else ([first], [reference_first])
    for _ in range(runs):
        for side, taken in zip(sides, times, strict=True):
            taken.append(_time(side)[1])
    peaks = (found.peak, expected.peak)
    if runs and not job.is_program:
        del sides, found, expected
        peaks = (measure_child(job, size, folder, "ours"), measure_child(job, size, folder, "reference"))
    return Measured(job.name, job.against(), size, tuple(times[0]), tuple(times[1]), *peaks, difference)


def fit_growth(sizes: list[int], seconds: list[float]) -> float:
    """Fit how many times as long it takes when the size doubles: 2 to the slope of log time over log size."""
    slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    return float(2.0**slope)


def run_program(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[str, float]:
    """Run a program to its end; give what it printed, and its peak memory [MiB].

    Raises
    ------
    RuntimeError
        If it fails; with what it said.
    """
    # A small program starts it: the peak of a process counts what it was forked from.
    starter = [sys.executable, "-S", "-E", str(Path(__file__).with_name("peak.py")), *command]
    done = subprocess.run(starter, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    *_, last = done.stderr.strip().splitlines() or [""]
    if done.returncode or not last.startswith("peak "):
        raise RuntimeError(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done.stdout, float(last.removeprefix("peak ")) / 1024


def measure_child(job: Job, size: int, folder: Path, side: str) -> float:
    """Do one side of a job in a child process, and give its peak memory [MiB]."""
    command = [sys.executable, "-m", "benchmarks.child", job.name, str(size), side, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def measure_peak(run: Run) -> float:
    """Do one side once, and give the peak memory of this process [MiB]."""
    run()
    status = Path("/proc/self/status")
    if status.exists():
        return next(float(x.split()[1]) for x in status.read_text().splitlines() if x.startswith("VmHWM")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _time(run: Run) -> tuple[Answer, float]:
    start = time.perf_counter()
    answer = run()
    return answer, time.perf_counter() - start
