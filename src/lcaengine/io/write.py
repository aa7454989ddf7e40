"""Writing tables: beside the target first, then in its place, so that a killed run leaves no half-written file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

__all__ = ["replace_file", "write_table"]


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and put it in its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of `path`."""
    with replace_file(path) as beside:
        if path.suffix == ".csv":
            pacsv.write_csv(table, str(beside))
        else:
            pq.write_table(table, str(beside), compression="zstd")
