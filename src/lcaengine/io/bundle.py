"""A bundle: arrays, tables and a few words as one run of bytes, the same for the same content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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


def pack_bundle(bundle: Bundle) -> Iterator[pa.Buffer]:
    """Write a bundle as streams of Arrow's, one behind the other: what it says of itself, each array, each table.

    Yields
    ------
    pyarrow.Buffer
        One stream after the other, so that no more than one stands in memory.

    Examples
    --------
    >>> import numpy as np
    >>> content = b"".join(pack_bundle(Bundle({"name": "x"}, {"value": np.arange(3.0)}, {})))
    >>> unpack_bundle(content).arrays["value"]
    array([0., 1., 2.])
    """
    shapes = {name: values.shape for name, values in bundle.arrays.items()}
    head = json.dumps({"about": bundle.about, "shapes": shapes, "tables": list(bundle.tables)}, ensure_ascii=False)
    yield _write(pa.table({"head": [head]}))
    for values in bundle.arrays.values():
        yield _write(pa.table({"value": np.ascontiguousarray(values).reshape(-1)}))
    for table in bundle.tables.values():
        yield _write(table)


def unpack_bundle(content: bytes | memoryview) -> Bundle:
    """Read a bundle that :func:`pack_bundle` wrote.

    Returns
    -------
    Bundle
    """
    source = pa.BufferReader(content)
    head = json.loads(_read(source).column("head")[0].as_py())
    arrays = {}
    for name, shape in head["shapes"].items():
        values = _read(source).column("value").combine_chunks()
        arrays[name] = values.to_numpy(zero_copy_only=False).reshape(shape)
    return Bundle(head["about"], arrays, {name: _read(source) for name in head["tables"]})


def _write(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _read(source: pa.NativeFile) -> pa.Table:
    return pa.ipc.open_stream(source).read_all()
