"""All benchmarks."""

from __future__ import annotations

from benchmarks.calls import CALLS
from benchmarks.draws import DRAWN
from benchmarks.job import Job
from benchmarks.programs import PROGRAMS
from benchmarks.rows import ROWS
from benchmarks.supplier_draws import SUPPLIER_DRAWS

__all__ = ["JOBS", "find_job"]

JOBS: tuple[Job, ...] = (*CALLS, *DRAWN, *SUPPLIER_DRAWS, *ROWS, *PROGRAMS)


def find_job(name: str) -> Job:
    """Find a job by name."""
    return next(job for job in JOBS if job.name == name)
