"""Writer of Brightway datapackages: A, B and C of a scored inventory, so that bw2calc gives the same scores."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import OutputError
from lcaengine.footprints import Footprints
from lcaengine.formats.brightway.entries import Block, list_biosphere, list_extra, list_technosphere
from lcaengine.formats.brightway.labels import COLUMNS
from lcaengine.formats.brightway.tables import (
    label_ids,
    list_cut_off,
    list_missing,
    list_not_carried,
    list_properties,
    list_suppliers,
)
from lcaengine.formats.scaling import PARAMETERS
from lcaengine.io.write import check_target, replace_file, replace_folder
from lcaengine.results import Status
from lcaengine.version import __version__

if TYPE_CHECKING:
    from bw_processing import Datapackage

__all__ = ["write_datapackage"]


def write_datapackage(footprints: Footprints, target: str | Path) -> Path:
    """Write the matrices of a scored inventory as a Brightway datapackage.

    Parameters
    ----------
    footprints : Footprints
        What :func:`~lcaengine.score` gives.
    target : str or Path
        A zip, which is replaced, or a folder to make.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    OutputError
        If it cannot be written.

    Notes
    -----
    Ids start at 1: activities, which are their products as well, then kinds of intervention (flow, direction, place),
    then what adds to an indicator without being a flow (declared footprints, energy as bought). ``labels.csv``
    says what they are. Amounts are in base units; distributions are float64, where bw_processing itself writes
    float32. Each indicator is a characterization with the identifier ``[method, indicator]``, as
    ``bw2calc.MultiLCA`` asks for it.
    ``missing.csv`` lists scores that the engine withholds; bw2calc gives a number there, which leaves something out.

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_datapackage(footprints, pathlib.Path(folder) / "two.zip").name
    'two.zip'
    """
    path = Path(target)
    inventory = footprints.system.inventory
    try:
        if path.suffix.lower() == ".zip":
            check_target(path, (".zip",), inventory.label)
            with replace_file(path) as beside, _leaving_files_open():
                _write(footprints, _open_zip(beside))
        else:
            with replace_folder(path, source=footprints.system.inventory.label) as folder, _leaving_files_open():
                _write(footprints, _open_folder(folder))
    except OSError as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder and the disk") from error
    return path


def _write(footprints: Footprints, filesystem: object) -> None:
    import bw_processing

    system, about = footprints.system, footprints.system.inventory.about
    technosphere, biosphere = list_technosphere(system), list_biosphere(system)
    extra, is_declared = list_extra(footprints)
    extra_row = _number_extra(extra, is_declared)
    first = 1 + len(system.activities)
    flows, added = first, first + len(system.interventions.flow)
    metadata: dict[str, Any] = {
        "title": about.name,
        "lcaengine": {
            "engine": __version__,
            "inventory_hash": system.inventory.hash,
            "method": footprints.method.label,
            "method_hash": footprints.method.hash,
            "not_carried": list_not_carried(footprints, technosphere.rigid + biosphere.rigid),
        },
    }
    for key in ("description", "version"):
        if getattr(about, key, ""):
            metadata[key] = getattr(about, key)
    if about.licence:
        metadata["licenses"] = [{"name": about.licence}]
    package = bw_processing.create_datapackage(
        fs=filesystem, name=bw_processing.clean_datapackage_name(about.name) or "inventory", metadata=metadata
    )
    _add(package, "technosphere", technosphere, technosphere.row + 1, technosphere.column + 1)
    joined = _join(biosphere, extra)
    rows = np.concatenate([biosphere.row + flows, extra_row + added])
    _add(package, "biosphere", joined, rows, joined.column + 1)
    _add_characterization(package, footprints, flows, added, extra, is_declared, extra_row)
    labels = label_ids(footprints, extra, is_declared, extra_row)
    tables = {
        "labels": (COLUMNS, labels),
        "properties": (("flow_id", "property", "value", "unit"), list_properties(system.inventory)),
        "suppliers": (("supplier_id", "name", "location", "group", "identifiers"), list_suppliers(system.inventory)),
        "cut_off": (
            ("process_id", "flow_id", "name", "kind", "direction", "amount", "unit", "location", "category"),
            list_cut_off(system),
        ),
        "missing": (("id", "indicator"), list_missing(footprints, footprints.status == Status.MISSING)),
    }
    for name, (columns, listed) in tables.items():
        _add_table(package, name, columns, listed)
    package.finalize_serialization()


def _add(
    package: Datapackage, name: str, block: Block, row: NDArray[np.int64], column: NDArray[np.int64], **more: Any
) -> None:
    if not len(row):
        return
    indices = np.empty(len(row), [("row", np.int64), ("col", np.int64)])
    indices["row"], indices["col"] = row, column
    package.add_persistent_vector(
        matrix=more.pop("matrix", f"{name}_matrix"),
        name=name,
        indices_array=indices,
        data_array=block.amount,
        flip_array=block.is_flipped if block.is_flipped.any() else None,
        distributions_array=_to_structure(block.distributions),
        **more,
    )


def _add_characterization(
    package: Datapackage,
    footprints: Footprints,
    flows: int,
    added: int,
    extra: Block,
    is_declared: NDArray[np.bool_],
    extra_row: NDArray[np.int64],
) -> None:
    """Add C, an indicator a group; what is counted in the indicator's own unit has a factor of one."""
    matched = footprints.matched
    for k, indicator in enumerate(footprints.method.indicators):
        own = matched.indicator == k
        ones = np.unique(extra_row[extra.row == k])
        row = np.concatenate([matched.kind[own] + flows, ones + added])
        value = np.concatenate([matched.factor[own], np.ones(len(ones))])
        none, no = np.full(len(row), -1, np.int64), np.zeros(len(row), np.bool_)
        _add(
            package,
            f"characterization-{k + 1}",
            Block(row, row, value, no, none, None, no, 0),
            row,
            row,
            matrix="characterization_matrix",
            identifier=[footprints.method.label, indicator.id],
            unit=indicator.unit.label,
        )


def _number_extra(extra: Block, is_declared: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count off the pairs of indicator and whether it is declared."""
    _, number = np.unique(extra.row * 2 + is_declared, return_inverse=True)
    return np.asarray(number, np.int64)


def _join(one: Block, other: Block) -> Block:
    distributions = None
    if one.distributions is not None:
        plain = {
            "uncertainty_type": np.zeros(len(other.row)),
            "negative": np.zeros(len(other.row)),
            "loc": other.amount,
        }
        distributions = {
            name: np.concatenate([values, plain.get(name, np.full(len(other.row), np.nan))])
            for name, values in one.distributions.items()
        }

    def join(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    return Block(
        *(join("row"), join("column"), join("amount"), join("is_flipped"), join("exchange")),
        *(distributions, join("is_spread"), one.rigid + other.rigid),
    )


def _to_structure(distributions: Mapping[str, NDArray[np.float64]] | None) -> NDArray[Any] | None:
    if distributions is None:
        return None
    fields = [("uncertainty_type", np.uint8), *((name, np.float64) for name in PARAMETERS), ("negative", np.bool_)]
    array = np.empty(len(distributions["loc"]), fields)
    for name, _ in fields:
        array[name] = distributions[name]
    return array


def _add_table(package: Datapackage, name: str, columns: tuple[str, ...], rows: list[dict[str, object]]) -> None:
    import pandas as pd

    if rows:
        frame = pd.DataFrame([[row.get(column) for column in columns] for row in rows], columns=columns, dtype=object)
        package.add_csv_metadata(dataframe=frame, valid_for=[("technosphere", "rows")], name=name)


@contextmanager
def _leaving_files_open() -> Iterator[None]:
    """Keep still about files that bw_processing leaves to the garbage collector, which closes them at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def _open_zip(path: Path) -> Any:
    from bw_processing import generic_zipfile_filesystem

    return generic_zipfile_filesystem(dirpath=path.parent, filename=path.name)


def _open_folder(path: Path) -> Any:
    from bw_processing import generic_directory_filesystem

    return generic_directory_filesystem(dirpath=path)
