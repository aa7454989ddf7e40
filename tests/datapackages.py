"""Datapackages for tests: built by bw_processing itself, and computed with by bw2calc."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bw_processing
import numpy as np
import pandas as pd
from bw_processing.constants import MatrixSerializeFormat
from numpy.typing import NDArray

from tests.reference import bw2calc

Entry = tuple[int, int, float, bool]
LABELS: list[dict[str, object]] = [
    {"id": 1, "name": "steel", "unit": "kg"},
    {"id": 2, "name": "car", "unit": "unit", "location": "DE"},
    {"id": 3, "name": "treatment of scrap", "product": "scrap", "unit": "kg"},
    {"id": 4, "name": "electricity", "unit": "kilowatt hour"},
    {"id": 10, "name": "Carbon dioxide, fossil", "unit": "kg", "compartment": "air", "cas_number": "124-38-9"},
    {"id": 11, "name": "Water", "unit": "cubic meter", "compartment": "natural resource"},
]
A: list[Entry] = [(1, 1, 2.0, False), (2, 2, 1.0, False), (3, 3, -1.0, False), (4, 4, 1.0, False)]
A += [
    (1, 2, 0.7, True),
    (4, 2, 3.0, True),
    (4, 1, 0.5, True),
    (3, 2, -0.1, True),
    (4, 3, 0.2, False),
    (4, 4, 0.05, True),
]
"""Steel, a car, the treatment of its scrap (which saves electricity), and electricity, which needs some itself."""
B = [(10, 1, 4.0), (10, 2, 0.5), (10, 3, 1.5), (10, 4, 0.9), (11, 1, 0.02), (11, 4, 0.003)]
C = [(10, 1.0), (11, 7.0)]


def write_package(path: Path, kind: str = "npy", labels: Sequence[Mapping[str, object]] = LABELS, **more: Any) -> Path:
    """Write the package of this module to a zip or, where `path` ends otherwise, to a folder."""
    package = open_package(path, kind)
    fill(package, A, labels, **more)
    finish(package)
    return path


def fill(
    package: Any, technosphere: Sequence[Entry] = A, labels: Sequence[Mapping[str, object]] = LABELS, **more: Any
) -> None:
    """Put the vectors of this module into a package that is open."""
    if technosphere:
        rows, columns, values, flips = (np.array(each) for each in zip(*technosphere, strict=True))
        arrays = {"flip_array": flips, "data_array": values.astype(float)} | more
        add(package, "technosphere", rows, columns, **arrays)
    rows, columns, values = (np.array(each) for each in zip(*B, strict=True))
    add(package, "biosphere", rows, columns, data_array=values)
    rows, values = (np.array(each) for each in zip(*C, strict=True))
    add(package, "characterization", rows, rows, data_array=values, identifier=["m", "score"])
    if labels:
        add_labels(package, labels, group="biosphere")


def finish(package: Any) -> None:
    """Write the last of a package; bw_processing leaves files of a folder to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        package.finalize_serialization()


def open_package(path: Path, kind: str = "npy", **settings: Any) -> Any:
    """Begin a package."""
    if path.suffix == ".zip":
        filesystem = bw_processing.generic_zipfile_filesystem(dirpath=path.parent, filename=path.name)
    else:
        filesystem = bw_processing.generic_directory_filesystem(dirpath=path)
    serialized = MatrixSerializeFormat.PARQUET if kind == "parquet" else MatrixSerializeFormat.NUMPY
    return bw_processing.create_datapackage(fs=filesystem, matrix_serialize_format_type=serialized, **settings)


def add(package: Any, name: str, row: NDArray[Any], column: NDArray[Any], **arrays: Any) -> None:
    """Add a group to the matrix of its name; an array of two dimensions as an array, else as a vector."""
    indices = np.empty(len(row), bw_processing.INDICES_DTYPE)
    indices["row"], indices["col"] = row, column
    matrix = arrays.pop("matrix", f"{name}_matrix")
    put = package.add_persistent_array if arrays["data_array"].ndim == 2 else package.add_persistent_vector
    put(matrix=matrix, name=name, indices_array=indices, **arrays)


def add_labels(package: Any, labels: Sequence[Mapping[str, object]] = LABELS, group: str = "technosphere") -> None:
    """Add labels as a CSV of the package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        package.add_csv_metadata(dataframe=pd.DataFrame(labels), valid_for=[(group, "rows")], name="labels")


def load_package(path: Path) -> Any:
    """Load a package as bw2calc takes it."""
    if path.suffix == ".zip":
        filesystem = bw_processing.generic_zipfile_filesystem(dirpath=path.parent, filename=path.name, write=False)
    else:
        filesystem = bw_processing.generic_directory_filesystem(dirpath=path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return bw_processing.load_datapackage(filesystem)


def list_identifiers(package: Any) -> list[tuple[str, ...]]:
    """Give the characterizations of a package."""
    own = [each for each in package.resources if each.get("matrix") == "characterization_matrix"]
    return [tuple(each["identifier"]) for each in own if each["kind"] == "data"]


def score_package(package: Any, products: Sequence[int], **more: Any) -> NDArray[np.float64]:
    """Give bw2calc's scores of one unit of each product, a column a characterization."""
    of = list_identifiers(package)
    lca = bw2calc.MultiLCA(
        demands={str(each): {each: 1.0} for each in products},
        method_config={"impact_categories": of},
        data_objs=[package],
        **more,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*zero.*|.*nearly singular.*", category=UserWarning)
        lca.lci()
        lca.lcia()
    scores = lca.scores  # which is computed anew each time it is asked for
    return np.array([[scores[each, str(product)] for each in of] for product in products])
