"""Hostile datapackages: each bad input is a DataError that says what, where and what to do; nothing is left behind."""

from __future__ import annotations

import csv
import io
import json
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.formats.brightway.datapackage import read_datapackage
from tests.datapackages import LABELS, A, write_package

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    path = write_package(tmp_path_factory.mktemp("package") / "package.zip")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def to_npy(array: NDArray[Any], **more: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **more)
    return stream.getvalue()


def claim(shape: tuple[int, ...], descr: str = "<f8") -> bytes:
    """Write a header that claims what is not there."""
    stream = io.BytesIO()
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}}}\n".encode()
    stream.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    return stream.getvalue()


def edit(files: Files, change: Callable[[dict[str, Any]], object]) -> Files:
    """Change the manifest."""
    manifest = json.loads(files["datapackage.json"])
    change(manifest)
    return {**files, "datapackage.json": json.dumps(manifest).encode()}


def change_resource(name: str, **fields: object) -> Callable[[dict[str, Any]], object]:
    def change(manifest: dict[str, Any]) -> None:
        next(each for each in manifest["resources"] if each["name"] == name).update(fields)

    return change


VALUES = np.array([each[2] for each in A])


class Bomb:
    """What would run if it were unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


ARRAYS: dict[str, tuple[Callable[[], bytes], str]] = {
    "pickle": (lambda: to_npy(np.array([Bomb()] * len(A), dtype=object), allow_pickle=True), "object"),
    "bare pickle": (lambda: pickle.dumps(Bomb()), "no array that can be read"),
    "huge": (lambda: claim((10**12,)), "its header says 8000000000000 bytes"),
    "huge product": (lambda: claim((2**33, 2**33)), "its header says"),
    "below zero": (lambda: claim((-1, -8)), "is not read"),
    "no size": (lambda: claim((10**15,), "|V0"), "is not read"),
    "cut off": (lambda: to_npy(VALUES)[:-3], "its header says"),
    "no header": (lambda: b"\x93NUMPY\x01\x00\xff\xff{", "no array that can be read"),
    "header of code": (lambda: b"\x93NUMPY\x01\x00\x14\x00__import__('os')   \n", "no array that can be read"),
    "open bracket": (lambda: b"\x93NUMPY\x01\x00\x10\x00{'a': ((((((((\n\n", "no array that can be read"),
    "empty": (lambda: b"", "no array that can be read"),
    "text": (lambda: to_npy(np.array(["a"] * len(A))), "its data are an array of"),
    "complex": (lambda: to_npy(VALUES.astype(complex)), "its data are an array of"),
    "too short": (lambda: to_npy(VALUES[:-1]), "and it has 10 entries"),
    "two columns": (lambda: to_npy(np.stack([VALUES, VALUES], axis=1)), "and it has 10 entries"),
    "no number": (lambda: to_npy(np.where(VALUES == 0.7, np.nan, VALUES)), "is nan, which is no amount"),
    "infinite": (lambda: to_npy(np.where(VALUES == 0.7, np.inf, VALUES)), "is inf, which is no amount"),
    "too large": (lambda: to_npy(np.where(VALUES == 0.7, 1e308, VALUES)), "beyond anything measured"),
    "made of nothing": (
        lambda: to_npy(np.where(VALUES == 2.0, 0.0, VALUES)),
        "nothing says which product 1 of the activities",
    ),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_data(files: Files, tmp_path: Path, name: str) -> None:
    content, expected = ARRAYS[name]
    with pytest.raises(DataError, match=expected):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "technosphere.data.npy": content()}))


def indices(dtype: Any, count: int = len(A)) -> NDArray[Any]:
    array = np.zeros(count, dtype)
    for name, at in (("row", 0), ("col", 1)):
        if name in (array.dtype.names or ()):
            array[name] = [each[at] for each in A][:count]
    return array


INDICES = {
    "of text": indices([("row", "U3"), ("col", "U3")]),
    "of floats": indices([("row", "f8"), ("col", "f8")]),
    "without a column": indices([("row", "i8")]),
    "plain": np.zeros((len(A), 2), np.int64),
    "short": indices([("row", "i8"), ("col", "i8")], 4),
}


@pytest.mark.parametrize("name", INDICES)
def test_indices(files: Files, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="technosphere"):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "technosphere.indices.npy": to_npy(INDICES[name])}))


def test_small_integers_will_do(files: Files, tmp_path: Path) -> None:
    small = to_npy(indices([("col", "<i4"), ("row", "<u2")]))
    assert read_datapackage(write_zip(tmp_path / "good.zip", {**files, "technosphere.indices.npy": small})).tables


@pytest.mark.parametrize("value", [np.ones(3, np.bool_), np.ones(len(A)), np.ones((len(A), 1), np.bool_)])
def test_flips(files: Files, tmp_path: Path, value: NDArray[Any]) -> None:
    with pytest.raises(DataError, match="its flip are an array"):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "technosphere.flip.npy": to_npy(value)}))


def test_distributions(files: Files, tmp_path: Path) -> None:
    def add(manifest: dict[str, Any]) -> None:
        base = next(each for each in manifest["resources"] if each["name"] == "technosphere.data")
        manifest["resources"].append({**base, "name": "d", "kind": "distributions", "path": "d.npy"})

    fields = [("uncertainty_type", "u1"), *((n, "f4") for n in ("loc", "scale", "shape", "minimum", "maximum"))]
    unknown = np.zeros(len(A), [*fields, ("negative", "?")])
    unknown["uncertainty_type"] = 99
    for array, expected in (
        (unknown, "uncertainty_type 99"),
        (np.zeros(len(A), fields), "its distributions are an array"),
        (np.zeros(3, unknown.dtype), "its distributions are an array"),
        (np.zeros(len(A)), "its distributions are an array"),
    ):
        with pytest.raises(DataError, match=expected):
            read_datapackage(write_zip(tmp_path / "bad.zip", {**edit(files, add), "d.npy": to_npy(array)}))


MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no list": (lambda m: m.update(resources={}), "resources"),
    "list of text": (lambda m: m.update(resources=["a"]), "no JSON object"),
    "none": (lambda m: m.update(resources=[]), "technosphere has no entry"),
    "out of it": (change_resource("technosphere.data", path="../../../etc/passwd"), "which is not in it"),
    "absolute": (change_resource("technosphere.data", path="/etc/passwd"), "which is not in it"),
    "another type": (change_resource("technosphere.data", path="labels.csv"), "neither npy nor Parquet"),
    "number for a path": (change_resource("technosphere.data", path=3), "path is 3 and not text"),
    "twice": (change_resource("technosphere.flip", kind="data"), "has 'data' twice"),
    "no data": (change_resource("technosphere.data", kind="x"), "the group has no data"),
    "interface": (change_resource("technosphere.data", path=None, profile="interface"), "it is an interface"),
    "matrix of numbers": (change_resource("technosphere.data", matrix=["a"]), "and not text"),
    "array of one dimension": (change_resource("technosphere.data", category="array"), "its data are an array"),
    "policy of text": (lambda m: m.update(sum_intra_duplicates="yes"), "and not true or false"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest(files: Files, tmp_path: Path, name: str) -> None:
    change, expected = MANIFESTS[name]
    with pytest.raises(DataError, match=expected):
        read_datapackage(write_zip(tmp_path / "bad.zip", edit(files, change)))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b"{"])
def test_manifest_that_is_none(files: Files, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"datapackage\.json"):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "datapackage.json": content}))


def test_zips(files: Files, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_bytes(b"no zip")
    (tmp_path / "empty").mkdir()
    without = {name: content for name, content in files.items() if name != "datapackage.json"}
    for path, expected in (
        (tmp_path / "text.zip", "neither a folder nor a readable zip"),
        (tmp_path / "nothing.zip", "there is nothing at"),
        (tmp_path / "empty", "there is no file"),
        (write_zip(tmp_path / "climb.zip", {**files, "../evil.npy": b"x"}), "climbs out of it"),
        (write_zip(tmp_path / "bomb.zip", {**files, "bomb.npy": bytes(200_000_000)}), "unpacks"),
        (write_zip(tmp_path / "without.zip", without), "there are 0 files datapackage.json"),
        (write_zip(tmp_path / "two.zip", {**files, "b/datapackage.json": b"{}"}), "there are 2 files"),
    ):
        with pytest.raises(DataError, match=expected):
            read_datapackage(path)


def label(**changes: object) -> bytes:
    rows = [{**each} for each in LABELS]
    rows[0] |= changes
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


LABEL_FILES = {
    "no unit": (label(unit=""), "does not say what 1 of its ids are measured in"),
    "no name": (label(name=""), "does not say what 1 of its ids are called"),
    "no id": (label(id="one"), "'one' is no id"),
    "too large": (label(id=1 << 70), "is no id"),
    "twice": (label(id=2), "id 2 stands twice"),
    "kind": (label(kind="thing"), "is of the kind 'thing'"),
    "stage": (label(stage="mining"), "stage 'mining' of the labels is not known"),
    "data_type": (label(data_type="good"), "data_type 'good'"),
    "two units of one flow": (label(product_code="4"), "is measured in"),
    "two processes of one code": (label(code="2", product_code="p"), "stands twice"),
    "encoding": (label(name="caf\u00e9").decode().encode("latin-1"), "UTF-8|utf-8"),
    "quote": (label() + b'"open', "cannot be read"),
}


@pytest.mark.parametrize("name", LABEL_FILES)
def test_labels(files: Files, tmp_path: Path, name: str) -> None:
    content, expected = LABEL_FILES[name]
    with pytest.raises(DataError, match=expected):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "labels.csv": content}))


def test_a_reference_that_nothing_names_is_refused(files: Files, tmp_path: Path) -> None:
    """Two products above zero, neither with the id of the activity: either could be what it is there for."""
    given = indices([("row", "i8"), ("col", "i8")])
    given["row"][:2], given["col"][:2] = (5, 6), (2, 2)
    with pytest.raises(DataError, match=r"there for|measured in"):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**files, "technosphere.indices.npy": to_npy(given)}))


def test_parquet(files: Files, tmp_path: Path) -> None:
    manifest = edit(files, change_resource("technosphere.data", path="t.parquet"))
    for table, expected in (
        (pa.table({"0": ["a"] * len(A)}), "no array that can be read"),
        (pa.table({"0": pa.array([None] * len(A), pa.float64())}), "no array that can be read"),
        (pa.table({"x": VALUES}), "its data are an array"),
        (pa.table({"0": VALUES[:3]}), "and it has 10 entries"),
    ):
        stream = io.BytesIO()
        pq.write_table(table, stream)
        with pytest.raises(DataError, match=expected):
            read_datapackage(write_zip(tmp_path / "bad.zip", {**manifest, "t.parquet": stream.getvalue()}))
    with pytest.raises(DataError, match="cannot be read"):
        read_datapackage(write_zip(tmp_path / "bad.zip", {**manifest, "t.parquet": b"PAR1xxxxPAR1"}))


def test_bytes_that_are_changed_at_random(files: Files, tmp_path: Path) -> None:
    """A thousand packages with some bytes of one file changed: each reads, or is refused by a DataError."""
    source = random.Random(3)
    refused = 0
    for _ in range(1000):
        name = source.choice(sorted(files))
        content = bytearray(files[name])
        for _ in range(source.choice((1, 2, 8))):
            content[source.randrange(len(content))] = source.randrange(256)
        if source.random() < 0.1:
            del content[source.randrange(len(content)) :]
        try:
            read_datapackage(write_zip(tmp_path / "changed.zip", {**files, name: bytes(content)}))
        except DataError as error:
            refused += bool(error.what and error.fix)
    assert 300 < refused < 1000
