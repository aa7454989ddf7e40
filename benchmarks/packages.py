"""A drawn system for bw2calc: a datapackage of bw_processing, in memory or as a zip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.systems import Drawn

__all__ = ["INDICATORS", "build_package", "write_package"]

INDICATORS = (("ghg", "kg CO2e"), ("energy", "MJ"), ("water_scarcity", "m3 world-eq"))
"""Name and unit of the rows of C."""


def build_package(drawn: Drawn, filesystem: object = None, indicators: int = len(INDICATORS)) -> Any:
    """Build a datapackage of bw_processing, in memory or on a filesystem of its own.

    Ids start at 1: activities, which stand for their products as well, then elementary flows; bw2calc puts them in
    order. Each indicator is a characterization with the identifier ``[drawn, name]``.
    """
    import bw_processing

    package = bw_processing.create_datapackage(filesystem, name="drawn")
    first_flow = 1 + drawn.database.activities
    A, B, C = drawn.A, drawn.B, drawn.C
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        name="technosphere",
        indices_array=_join_indices(A.row + 1, A.column + 1),
        data_array=np.abs(A.value),
        flip_array=A.row != A.column,
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=_join_indices(B.row + first_flow, B.column + 1),
        data_array=B.value,
    )
    for k, (name, _) in enumerate(INDICATORS[:indicators]):
        own = C.row == k
        package.add_persistent_vector(
            matrix="characterization_matrix",
            name=f"characterization-{name}",
            identifier=["drawn", name],
            indices_array=_join_indices(C.column[own] + first_flow, np.zeros(own.sum(), np.int64)),
            data_array=C.value[own],
        )
    return package


def write_package(drawn: Drawn, path: Path, indicators: int = len(INDICATORS)) -> Path:
    """Write the datapackage as a zip, the form in which Brightway keeps a database."""
    from fsspec.implementations.zip import ZipFileSystem

    path.unlink(missing_ok=True)
    package = build_package(drawn, ZipFileSystem(str(path), mode="w"), indicators)
    package.finalize_serialization()
    return path


def _join_indices(row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.void]:
    from bw_processing import INDICES_DTYPE

    indices = np.empty(len(row), INDICES_DTYPE)
    indices["row"], indices["col"] = row, column
    return indices
