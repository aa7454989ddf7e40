"""What a benchmark is: a name, sizes, and two ways to do the same, ours and the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Answer", "Job", "Measured", "Prepare", "Run", "differ"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run found.

    Attributes
    ----------
    values : callable
        Gives an array of float64, comparable with the other side's; empty where there is nothing to compare. It is
        called when the clock has stopped.
    peak : float
        Peak memory of the program that was run [MiB]; not a number where the run was a call in this one.
    """

    values: Callable[[], NDArray[np.float64]]
    peak: float = float("nan")


Run = Callable[[], Answer]
"""What is timed."""
Prepare = Callable[[int, Path], Run]
"""What is not: makes the data of a size in a folder, or finds it there, and gives what is timed."""


@dataclass(frozen=True, slots=True)
class Job:
    """One benchmark.

    Attributes
    ----------
    name, about : str
    unit : str
        What the size counts.
    sizes : tuple of int
    smoke : int
        The size at which the tests run it.
    ours, reference : Prepare
    against : callable
        Gives the name of what the reference does, as far as it is installed.
    tolerance : float
        Largest difference the answers may have [1].
    is_program : bool
        Whether both sides are programs of their own; else they are calls, and memory is measured in a child process.
    missing : callable
        Gives what the engine lacks for it; empty where it can run.
    """

    name: str
    about: str
    unit: str
    sizes: tuple[int, ...]
    smoke: int
    ours: Prepare
    reference: Prepare
    against: Callable[[], str]
    tolerance: float = 1e-9
    is_program: bool = False
    missing: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one job at one size.

    Attributes
    ----------
    job, against : str
    size : int
    seconds, reference_seconds : tuple of float
        Every run, in the order they were made; ours and the reference's took turns [s].
    peak, reference_peak : float
        Peak memory of the process [MiB].
    difference : float
        Largest difference between the answers [1]; not a number where there was nothing to compare.
    """

    job: str
    against: str
    size: int
    seconds: tuple[float, ...]
    reference_seconds: tuple[float, ...]
    peak: float
    reference_peak: float
    difference: float

    @property
    def median(self) -> float:
        """Median of our times [s]."""
        return float(np.median(self.seconds))

    @property
    def reference_median(self) -> float:
        """Median of the reference's times [s]."""
        return float(np.median(self.reference_seconds))

    @property
    def ratio(self) -> float:
        """How many times as long the reference takes [1]."""
        return self.reference_median / self.median


def differ(found: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Give the largest relative difference; where we find nothing at all, relative to the largest of the column."""
    if not reference.size:
        return float("nan")
    found, reference = np.atleast_2d(found), np.atleast_2d(reference)
    if found.shape != reference.shape:
        raise ValueError(f"answers of shape {found.shape} and {reference.shape} do not compare")
    most = np.broadcast_to(np.abs(reference).max(axis=0), reference.shape)
    scale = np.where(found == 0, most, np.abs(reference))
    gap = np.abs(found - reference)
    return float(np.divide(gap, scale, out=np.where(gap == 0, 0.0, np.inf), where=scale > 0).max())
