"""A drawn system for bw2calc: a datapackage of bw_processing, in memory or as a zip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.systems import Drawn, Spread

__all__ = ["INDICATORS", "build_package", "write_package"]

INDICATORS = (("ghg", "kg CO2e"), ("energy", "MJ"), ("water_scarcity", "m3 world-eq"))
"""Name and unit of the rows of C."""


def build_package(
    drawn: Drawn, filesystem: object = None, indicators: int = len(INDICATORS), spread: Spread | None = None
) -> Any:
    """Build a datapackage of bw_processing, in memory or on a filesystem of its own, with distributions if any.

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
        **({} if spread is None else {"distributions_array": _join_lognormals(np.abs(A.value), spread.A)}),
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=_join_indices(B.row + first_flow, B.column + 1),
        data_array=B.value,
        **({} if spread is None else {"distributions_array": _join_lognormals(B.value, spread.B)}),
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


def _join_lognormals(amount: NDArray[np.float64], sigma: NDArray[np.float64]) -> NDArray[np.void]:
    """Give lognormals around amounts; those of no spread are certain."""
    from bw_processing import UNCERTAINTY_DTYPE

    joined = np.zeros(len(amount), UNCERTAINTY_DTYPE)
    for name in ("loc", "scale", "shape", "minimum", "maximum"):
        joined[name] = np.nan
    joined["uncertainty_type"] = np.where(sigma > 0, 2, 1)
    joined["loc"] = np.where(sigma > 0, np.log(amount), amount)
    joined["scale"] = np.where(sigma > 0, sigma, np.nan)
    return joined
