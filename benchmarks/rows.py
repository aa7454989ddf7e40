"""The kernel that sums the rows of suppliers, against a read of the bytes it moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from benchmarks.job import Answer, Job, Run
from lcaengine.kernels.suppliers import sum_rows

__all__ = ["ROWS"]

EXCHANGES = 10
KINDS = 1_000
NUMBERS = 29
"""Sums a supplier: 3 indicators in 5 parts, their sizes, primary sizes and nearer sums, and two masses."""
BLOCKS = 64


def sum_suppliers(suppliers: int, folder: Path) -> Run:
    """Prepare the sums of suppliers, ten rows each of a thousand kinds."""
    random = np.random.default_rng(1)
    rows = suppliers * EXCHANGES
    code = random.integers(0, KINDS, rows).astype(np.int32)
    amount, output = random.lognormal(size=rows), random.random(suppliers) + 1.0
    starts = np.arange(0, rows + 1, EXCHANGES)
    table = np.zeros((KINDS, NUMBERS + -NUMBERS % 8))
    table[:, :NUMBERS] = random.random((KINDS, NUMBERS))
    marks = random.integers(0, 1 << 40, (KINDS, 2)).astype(np.uint64)  # what is missing, and statuses
    column, sums, union = np.arange(NUMBERS), np.empty((NUMBERS, suppliers)), np.zeros((suppliers, 2), np.uint64)

    def run() -> Answer:
        sum_rows(starts, code, amount, output, table, column, marks, sums, union)
        return Answer(lambda: np.empty(0))

    return run


def read_bytes(suppliers: int, folder: Path) -> Run:
    """Prepare a read of as many bytes as its rows and sums have, on as many threads."""
    count = suppliers * (EXCHANGES * 12 + NUMBERS * 8) // 8
    numbers = np.random.default_rng(1).random(count)
    sums = np.empty(BLOCKS)

    def run() -> Answer:
        _read(numbers, sums)
        return Answer(lambda: np.empty(0))

    return run


@njit(parallel=True)
def _read(numbers: NDArray[np.float64], sums: NDArray[np.float64]) -> None:
    size = len(numbers) // BLOCKS
    for block in prange(BLOCKS):
        # Eight sums side by side, so that memory is what it waits for, not one addition for the one before.
        parts = np.zeros(8)
        for at in range(block * size, block * size + size - 8, 8):
            for lane in range(8):
                parts[lane] += numbers[at + lane]
        sums[block] = parts.sum()


ROWS = (
    Job(
        "rows",
        "the kernel that sums suppliers' rows, 3 indicators, stages, shares, against a read of the same bytes",
        *("suppliers", (1_000_000,), 300, sum_suppliers, read_bytes, lambda: "reading as many bytes"),
    ),
)
