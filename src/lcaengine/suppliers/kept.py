"""Kept probes: what kinds of row stand for, in a file named by its own content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import read_findings
from lcaengine.suppliers.background import Background
from lcaengine.suppliers.extended import Product
from lcaengine.suppliers.probes import Probes

__all__ = ["pack_probes", "unpack_probes"]

_ARRAYS = (
    *("intensity", "size", "primary", "mass", "near", "status", "marks"),
    *("is_unlinked", "is_uncharacterized", "per_unit", "product"),
)
_VALUES = ("parts", "indicators", "units", "input_words", "balanced", "residual")


def pack_probes(probes: Probes) -> tuple[bytes, str]:
    """Write probes as bytes, and give the SHA-256 of these, by which they are named.

    Returns
    -------
    content : bytes
        A stream of Arrow's, the same for the same probes; behind it their draws, where they have any.
    digest : str
    """
    columns: dict[str, pa.Array] = {
        name: probes.keys.column(name).combine_chunks() for name in probes.keys.column_names
    }
    shapes = {}
    for name in _ARRAYS:
        values: NDArray[np.generic] = np.ascontiguousarray(getattr(probes, name))
        shapes[name] = (values.dtype.str, values.shape[1:])
        width = values.itemsize * int(np.prod(values.shape[1:], dtype=np.int64))
        columns[f"{name} array"] = pa.Array.from_buffers(pa.binary(width), len(values), [None, pa.py_buffer(values)])
    about = {
        "shapes": shapes,
        **{name: getattr(probes, name) for name in _VALUES},
        "background": asdict(probes.background),
        "products": [asdict(each) for each in probes.products],
        "warnings": [asdict(each) for each in probes.warnings],
    }
    table = pa.table(columns).replace_schema_metadata({"probes": json.dumps(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    if probes.drawn is not None:
        from lcaengine.suppliers.drawn import pack_drawn

        content += pack_drawn(probes.drawn)
    return content, hashlib.sha256(content).hexdigest()


def unpack_probes(content: bytes | memoryview) -> Probes:
    """Read probes from bytes.

    Parameters
    ----------
    content : bytes
        As :func:`pack_probes` wrote them: whoever reads them from somewhere compares their digest first.

    Returns
    -------
    Probes
    """
    source = pa.BufferReader(content)
    table = pa.ipc.open_stream(source).read_all().combine_chunks()
    drawn = None
    if source.tell() < len(content):
        from lcaengine.suppliers.drawn import unpack_drawn

        drawn = unpack_drawn(memoryview(content)[source.tell() :])
    about = json.loads(table.schema.metadata[b"probes"])
    given: dict[str, Any] = {}
    for name, (kind, shape) in about["shapes"].items():
        buffer = table.column(f"{name} array").combine_chunks()
        flat = np.frombuffer(buffer.buffers()[1], np.dtype(kind)) if len(buffer) else np.empty(0, np.dtype(kind))
        given[name] = flat[: len(buffer) * int(np.prod(shape, dtype=np.int64))].reshape(len(buffer), *shape)
    for name in _VALUES:
        given[name] = tuple(about[name]) if isinstance(about[name], list) else about[name]
    return Probes(
        keys=table.select([name for name in table.column_names if not name.endswith(" array")]),
        background=_read_background(about["background"]),
        products=tuple(Product(**each) for each in about["products"]),
        warnings=read_findings(about["warnings"]),
        drawn=drawn,
        **given,
    )


def _read_background(given: Mapping[str, Any]) -> Background:
    lists = {**{name: tuple(given[name]) for name in ("stages", "ids")}, "warnings": read_findings(given["warnings"])}
    return Background(place=given["place"], name=given["name"], hash=given["hash"], **lists)
