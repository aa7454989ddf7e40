"""A bundle: arrays, tables and a few words in one piece of bytes, the same for the same content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Bundle", "pack_bundle", "unpack_bundle"]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds.

    Attributes
    ----------
    about : dict
        Plain values, ready for JSON.
    arrays : dict of str to ndarray
    tables : dict of str to pyarrow.Table
    """

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    tables: Mapping[str, pa.Table]


def pack_bundle(bundle: Bundle) -> bytes:
    """Write a bundle as a stream of Arrow's: one row, a column of bytes for each thing it holds.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import numpy as np
    >>> content = pack_bundle(Bundle({"name": "x"}, {"value": np.arange(3.0)}, {}))
    >>> unpack_bundle(content).arrays["value"]
    array([0., 1., 2.])
    """
    shapes = {name: (values.dtype.str, values.shape) for name, values in bundle.arrays.items()}
    about = json.dumps({"about": bundle.about, "shapes": shapes}, ensure_ascii=False)
    columns = {"about": about.encode()}
    columns |= {f"array {name}": np.ascontiguousarray(values).tobytes() for name, values in bundle.arrays.items()}
    columns |= {f"table {name}": _write(table) for name, table in bundle.tables.items()}
    return _write(pa.table({name: pa.array([content], pa.large_binary()) for name, content in columns.items()}))


def unpack_bundle(content: bytes | memoryview) -> Bundle:
    """Read a bundle that :func:`pack_bundle` wrote.

    Returns
    -------
    Bundle
    """
    table = pa.ipc.open_stream(pa.BufferReader(content)).read_all()
    pieces = {name: table.column(name)[0].as_buffer() for name in table.column_names}
    head = json.loads(bytes(pieces["about"]))
    arrays = {
        name: np.frombuffer(pieces[f"array {name}"], np.dtype(kind)).reshape(shape)
        for name, (kind, shape) in head["shapes"].items()
    }
    tables = {
        name.removeprefix("table "): pa.ipc.open_stream(pa.BufferReader(piece)).read_all()
        for name, piece in pieces.items()
        if name.startswith("table ")
    }
    return Bundle(head["about"], arrays, tables)


def _write(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
