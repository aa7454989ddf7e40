"""The arrays of a bw_processing datapackage: its groups, read without trusting a header or a shape.

bw_processing's own loader opens what the package names and allocates what a header says. Here each file is one of
those that were listed, and an array is never larger than the bytes that are there.
"""

from __future__ import annotations

import hashlib
import io
import tokenize
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.formats.scaling import PARAMETERS
from lcaengine.formats.text import Json, read_json
from lcaengine.io.source import Source
from lcaengine.io.tables import read_table

__all__ = ["MANIFEST", "Group", "Manifest", "Resource", "list_resources", "read_group"]

MANIFEST = "datapackage.json"
_KINDS = ("data", "indices", "flip", "distributions", "rescale", "reference")
MOST_BYTES = 4 << 30
"""Most bytes one array may take."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of the package's list.

    Attributes
    ----------
    name, group, kind, matrix, category, file : str
        As the package says; `file` is empty for an interface, and the name of a file of the source otherwise.
    identifier : str
        What a characterization is for.
    """

    name: str
    group: str
    kind: str
    matrix: str
    category: str
    file: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``datapackage.json`` says.

    Attributes
    ----------
    about : Json
    top : str
        Folder of the manifest within the source.
    resources : tuple of Resource
    sums_intra, sums_inter : bool
        Whether entries of one place are added, within a group and between groups; else the last one stands.
    """

    about: Json
    top: str
    resources: tuple[Resource, ...]
    sums_intra: bool
    sums_inter: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one matrix that stand together.

    Attributes
    ----------
    name, file, sha256 : str
        Of the group, and of its data.
    row, column : (m,) int64
    value : (m,) float64
        Before it is flipped; the first column of an array.
    is_flipped, is_reference : (m,) bool
    rescale : (m,) float64
        What values and draws are multiplied with; ones where the package says nothing.
    distributions : dict of str to (m,) float64, or None
        As :func:`~lcaengine.formats.scaling.scale_distributions` reads them.
    columns : int
        Columns of samples; 0 for a vector.
    """

    name: str
    file: str
    sha256: str
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    is_flipped: NDArray[np.bool_]
    is_reference: NDArray[np.bool_]
    rescale: NDArray[np.float64]
    distributions: Mapping[str, NDArray[np.float64]] | None
    columns: int

    def __len__(self) -> int:
        return len(self.row)


def list_resources(source: Source) -> Manifest:
    """Read ``datapackage.json``.

    Raises
    ------
    DataError
        If there is none or several, it is no JSON, or it names a file twice or one that is not there.
    """
    found = [name for name in source.names if name.rsplit("/", 1)[-1] == MANIFEST]
    if len(found) != 1:
        fix = "give the folder or the zip of one datapackage, as bw_processing writes it"
        raise DataError(f"there are {len(found)} files {MANIFEST} in it, and one is needed", source.label, fix)
    top = found[0][: -len(MANIFEST)]
    about = read_json(source.read(found[0]), found[0])
    resources = []
    for each in about.children("resources"):
        path = each.text("path")
        if path and top + path not in source.names:
            fix = "write the package again, with its files in its own folder"
            raise DataError(f"the resource {each.text('name')!r} names {path!r}, which is not in it", source.label, fix)
        name, identifier = each.text("name"), each.fields.get("identifier") or ""
        resources.append(
            Resource(
                name=name,
                group=each.text("group") or name.rpartition(".")[0],
                kind=each.text("kind"),
                matrix=each.text("matrix"),
                category=each.text("category"),
                file=top + path if path else "",
                identifier=" / ".join(map(str, identifier)) if isinstance(identifier, list) else str(identifier),
            )
        )
    named = [(each.group, each.kind) for each in resources if each.matrix]
    if len(set(named)) < len(named):
        twice = next(each for each in named if named.count(each) > 1)
        fix = "give each group a name of its own"
        raise DataError(f"the group {twice[0]!r} has {twice[1]!r} twice", source.label, fix)
    sums_intra = about.flag("sum_intra_duplicates") if "sum_intra_duplicates" in about.fields else True
    return Manifest(about, top, tuple(resources), sums_intra, about.flag("sum_inter_duplicates"))


def read_group(source: Source, name: str, resources: list[Resource]) -> Group:
    """Read the arrays of a group, and hold them against each other.

    Parameters
    ----------
    source : Source
    name : str
        Of the group.
    resources : list of Resource
        Those of the group.

    Raises
    ------
    DataError
        If an array is missing, damaged, of another type or shape than the group's, or a value is not finite.
    """
    files = {each.kind: each.file for each in resources if each.kind in _KINDS}
    where = f"{source.label}, group {name}"
    for kind in ("indices", "data"):
        if not files.get(kind):
            is_interface = kind in files
            what = f"the group has no {kind}" + (
                ": it is an interface, whose values are elsewhere" if is_interface else ""
            )
            fix = "write its values into the package (add_persistent_vector)"
            raise DataError(what, where, fix)
    content = source.read(files["data"])
    data = _read_array(source, files["data"], content)
    indices = _read_array(source, files["indices"])
    is_vector = next(each.category for each in resources if each.kind == "data") != "array"
    row, column = (_take_integers(indices, field, where) for field in ("row", "col"))
    count = len(row)
    value, columns = _take_values(data, count, is_vector, where)
    more: dict[str, NDArray[Any]] = {}
    for kind, default in (("flip", False), ("reference", False), ("rescale", 1.0)):
        given = _read_array(source, files[kind]) if files.get(kind) else np.full(count, default)
        wanted = np.bool_ if isinstance(default, bool) else np.float64
        if (
            given.shape != (count,)
            or (given.dtype != np.bool_) == (wanted is np.bool_)
            or given.dtype.kind not in "bfiu"
        ):
            raise _misfit(kind, given, count, where)
        more[kind] = given.astype(wanted)
    for kind, numbers in (("data", value), ("rescale", more["rescale"])):
        wrong = np.flatnonzero(~np.isfinite(numbers))
        if len(wrong):
            at = int(wrong[0])
            what = f"{kind} of entry {at} (row {row[at]}, column {column[at]}) is {numbers[at]}, which is no amount"
            raise DataError(what, where, "write the value, or take the entry out")
    known = files.get("distributions")
    distributions = _take_distributions(_read_array(source, known), count, where) if known and is_vector else None
    digest = hashlib.sha256(content).hexdigest()
    return Group(
        *(name, files["data"], digest, row, column, value, more["flip"], more["reference"], more["rescale"]),
        *(distributions, columns),
    )


def _read_array(source: Source, file: str, content: bytes | None = None) -> NDArray[Any]:
    if file.endswith(".parquet"):
        return _from_table(read_table(source.store, file, [file]), file)
    if not file.endswith(".npy"):
        raise DataError(f"{file} is neither npy nor Parquet", source.label, "write the package as one of these")
    return _from_npy(source.read(file) if content is None else content, file)


def _from_npy(content: bytes, file: str) -> NDArray[Any]:
    """Read an array whose bytes are all there; objects, which would be unpickled, are refused."""
    stream = io.BytesIO(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a header of Python 2, which numpy mends and remarks
            version = npy.read_magic(stream)
            if version not in ((1, 0), (2, 0)):
                raise ValueError(f"version {version} of npy is not read")
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read(stream)
        if dtype.hasobject or dtype.itemsize == 0 or len(shape) not in (1, 2) or min(shape) < 0:
            raise ValueError(f"an array of {dtype} and shape {shape} is not read")
        size, start = int(np.prod([int(each) for each in shape], dtype=object)) * dtype.itemsize, stream.tell()
        if size != len(content) - start:
            raise ValueError(f"its header says {size} bytes, and {len(content) - start} are there")
        array = np.frombuffer(content, dtype, offset=start)
        return array.reshape(shape, order="F" if by_column else "C")
    except (
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        SyntaxError,
        RecursionError,
        MemoryError,
        OverflowError,
    ) as error:
        raise _damaged(file, error) from error
    except tokenize.TokenError as error:
        raise _damaged(file, error) from error


def _from_table(table: pa.Table, file: str) -> NDArray[Any]:
    """Give a table as the array it was made of: a vector, a matrix, or a structure of named columns."""
    names = table.column_names
    try:
        columns = [np.asarray(column.to_numpy()) for column in table.columns]
    except (pa.ArrowException, ValueError, TypeError, NotImplementedError) as error:
        raise _damaged(file, error) from error
    if any(column.dtype.kind not in "bfiu" for column in columns) or any(c.null_count for c in table.columns):
        raise _damaged(file, ValueError("a column holds no numbers, or none in a row"))
    if names == [str(at) for at in range(len(names))]:
        if table.num_rows * len(names) * 8 > MOST_BYTES:
            raise _damaged(file, ValueError(f"it holds {table.num_rows} by {len(names)} numbers"))
        kind = (table.schema.metadata or {}).get(b"object", b"vector" if len(names) == 1 else b"matrix")
        return columns[0] if kind == b"vector" and len(columns) == 1 else np.column_stack(columns)
    array = np.empty(table.num_rows, [(name, column.dtype) for name, column in zip(names, columns, strict=True)])
    for name, column in zip(names, columns, strict=True):
        array[name] = column
    return array


def _take_integers(indices: NDArray[Any], field: str, where: str) -> NDArray[np.int64]:
    names = indices.dtype.names or ()
    if indices.ndim != 1 or field not in names or indices.dtype[field].kind not in "iu":
        what = f"its indices are an array of {indices.dtype} and shape {indices.shape}"
        raise DataError(what, where, "write indices of the fields row and col, integers both (INDICES_DTYPE)")
    values = indices[field]
    if values.dtype == np.uint64 and len(values) and values.max() > np.iinfo(np.int64).max:
        raise DataError(f"an index is {values.max()}, too large for an id", where, "write ids of 64 bits with a sign")
    return np.ascontiguousarray(values, np.int64)


def _take_values(data: NDArray[Any], count: int, is_vector: bool, where: str) -> tuple[NDArray[np.float64], int]:
    fits = data.ndim == (1 if is_vector else 2) and data.shape[0] == count
    if not fits or data.dtype.kind not in "fiu" or (not is_vector and data.shape[1] == 0):
        raise _misfit("data", data, count, where)
    if is_vector:
        return np.ascontiguousarray(data, np.float64), 0
    return np.ascontiguousarray(data[:, 0], np.float64), int(data.shape[1])


def _take_distributions(array: NDArray[Any], count: int, where: str) -> dict[str, NDArray[np.float64]] | None:
    names = array.dtype.names or ()
    fields = ("uncertainty_type", *PARAMETERS, "negative")
    if array.shape != (count,) or any(f not in names or array.dtype[f].kind not in "bfiu" for f in fields):
        raise _misfit("distributions", array, count, where)
    if not count or (array["uncertainty_type"] < 2).all():
        return None
    taken = {field: np.asarray(array[field], np.float64) for field in fields}
    wrong = np.flatnonzero(~np.isin(taken["uncertainty_type"], range(14)))
    if len(wrong):
        what = f"entry {wrong[0]} has the uncertainty_type {taken['uncertainty_type'][wrong[0]]:g}"
        raise DataError(what, where, "write one of stats_arrays, from 0 to 13")
    return taken


def _misfit(kind: str, array: NDArray[Any], count: int, where: str) -> DataError:
    what = f"its {kind} are an array of {array.dtype} and shape {array.shape}, and it has {count} entries"
    return DataError(what, where, f"write {kind} as bw_processing does, one an entry")


def _damaged(file: str, error: Exception) -> DataError:
    text = " ".join(str(error).split())[:200]
    return DataError(f"{file} is no array that can be read: {text}", file, "write it again with bw_processing")
