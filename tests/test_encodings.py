"""Encodings: one inventory in every encoding and order of rows is one inventory, bit for bit."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from tests.tables import ABOUT, CO2, Row, emits, makes, process, product, takes, write_inventory

# Awkward on purpose: ids that look like numbers, Namibia's code NA, text over two lines, commas and quotes, floats
# that must survive letter by letter, an integer and an exponent.
TABLES: dict[str, list[Row]] = {
    "processes": [
        process("007", "extraction", location="NA", comment='two\nlines, "quoted"'),
        process("7", "processing", location="NO", valid_from="2024-02-29", production_amount=1, production_unit="kt"),
        process("café", "", data_type="primary"),
    ],
    "flows": [product("ore"), product("metal"), product("1e3", "kWh"), CO2],
    "properties": [{"flow_id": "ore", "property": "content:Nd", "value": 1.0 / 3.0, "unit": "kg/kg"}],
    "exchanges": [
        makes("7", "metal", 1),
        takes("7", "ore", 0.1 + 0.2),
        takes("7", "1e3", 12345.678901234567, "MWh"),
        emits("7", 5e-324, "g"),
        emits("7", 1.7976931348623157e308, "mg"),
        emits("7", -0.0, location="NA"),
        emits("7", -2.5e-17, "t", comment="a\r\nb"),
        makes("007", "ore", 3, "t"),
        takes("007", "1e3", 7, provider_id="café", unit="MJ"),
        emits("007", 2**53),
        makes("café", "1e3", 1.0, "TJ"),
    ],
    "sources": [{"source_id": "NULL", "citation": "nan"}],
}


def rewrite(folder: Path, change: Callable[[pa.Table], pa.Table]) -> Path:
    """Write the inventory as Parquet with every table changed."""
    write_inventory(folder, TABLES, "parquet")
    for file in folder.glob("*.parquet"):
        pq.write_table(change(pq.read_table(file)), file)
    return folder


def cast(kind: pa.DataType) -> Callable[[Path], Path]:
    def change(table: pa.Table) -> pa.Table:
        return pa.table({n: c.cast(kind) if c.type == pa.string() else c for n, c in _columns(table)})

    return lambda folder: rewrite(folder, change)


def as_dictionaries(folder: Path) -> Path:
    return rewrite(folder, lambda t: pa.table({n: c.dictionary_encode() for n, c in _columns(t)}))


def as_text(folder: Path) -> Path:
    def change(table: pa.Table) -> pa.Table:
        text = {n: ["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in c.to_pylist()]
                for n, c in _columns(table)}  # fmt: skip
        return pa.table(text)

    return rewrite(folder, change)


def as_parts(folder: Path) -> Path:
    write_inventory(folder, TABLES, "parquet")
    for name in ("exchanges", "processes"):
        table = pq.read_table(folder / f"{name}.parquet")
        (folder / f"{name}.parquet").unlink()
        (folder / name).mkdir()
        (folder / name / "_SUCCESS").touch()
        for at in range(table.num_rows):
            pq.write_table(table.slice(at, 1), folder / name / f"part-{at}.parquet")
    return folder


TEXTS: dict[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    "string": lambda text: text,
    "large_string": lambda text: text.cast(pa.large_string()),
    "string_view": lambda text: text.cast(pa.string_view()),
    "dictionary": lambda text: text.dictionary_encode(),
    "dictionary of large_string": lambda text: text.cast(pa.large_string()).dictionary_encode(),
    "null": lambda text: pa.chunked_array([pa.nulls(len(text))]) if text.null_count == len(text) else text,
}
"""Types of a column of text; the last of one without any."""


def in_parts_of(one: str, other: str) -> Callable[[Path], Path]:
    """Write tables in two parts, text in each of another type."""

    def write(folder: Path) -> Path:
        write_inventory(folder, TABLES, "parquet")
        for name in ("exchanges", "processes", "flows"):
            table = pq.read_table(folder / f"{name}.parquet")
            (folder / f"{name}.parquet").unlink()
            (folder / name).mkdir()
            half = table.num_rows // 2
            for kind, part in ((one, table.slice(0, half)), (other, table.slice(half))):
                columns = {n: TEXTS[kind](c) if pa.types.is_string(c.type) else c for n, c in _columns(part)}
                pq.write_table(pa.table(columns), folder / name / f"{kind == one}.parquet")
        return folder

    return write


def shuffled(seed: int, encoding: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        chance = random.Random(seed)
        tables: dict[str, list[Row]] = {}
        for name, rows in chance.sample(list(TABLES.items()), len(TABLES)):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            chance.shuffle(columns)
            mixed = [{column: row.get(column) for column in columns} for row in rows]
            chance.shuffle(mixed)
            tables[name] = list(mixed)
        return write_inventory(folder, tables, encoding)

    return write


def respelled(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for file in write_inventory(folder, TABLES).iterdir():
            file.write_bytes(change(file.read_bytes()))
        return folder

    return write


def zipped(top: str, encoding: str, method: int = zipfile.ZIP_DEFLATED) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        write_inventory(folder, TABLES, encoding)
        target = folder.with_suffix(".zip")
        with zipfile.ZipFile(target, "w", method) as archive:
            archive.writestr("__MACOSX/._readme.csv", b"\x00")
            for file in sorted(folder.iterdir()):
                archive.write(file, top + file.name)
        return target

    return write


def quoted(folder: Path) -> Path:
    """Quote every field, as some programs do; a blank one too."""
    write_inventory(folder, TABLES)
    for file in folder.glob("*.csv"):
        table = pacsv.read_csv(
            file,
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in file.read_text().split("\n")[0].strip().split(",")}
            ),
        )
        pacsv.write_csv(table, file, pacsv.WriteOptions(quoting_style="all_valid"))
    return folder


def _columns(table: pa.Table) -> list[tuple[str, Any]]:
    return list(zip(table.column_names, table.columns, strict=True))


def mixed(folder: Path) -> Path:
    write_inventory(folder, TABLES)
    (folder / "exchanges.csv").unlink()
    return write_inventory(folder, {"exchanges": TABLES["exchanges"]}, "parquet")


WAYS: dict[str, Callable[[Path], Path | str]] = {
    "parquet": lambda folder: write_inventory(folder, TABLES, "parquet"),
    "one table in parquet": mixed,
    "parts": as_parts,
    **{f"parts of {one} and {other}": in_parts_of(one, other) for one, other in combinations(TEXTS, 2)},
    "zip": zipped("", "csv"),
    "zip with a top folder": zipped("inventory-1/", "parquet"),
    "zip with two folders": zipped("a/b/", "csv", zipfile.ZIP_STORED),
    "zip from Windows": zipped("top\\", "csv", zipfile.ZIP_LZMA),
    "file URI": lambda folder: write_inventory(folder, TABLES).as_uri(),
    "zip by file URI": lambda folder: zipped("top/", "csv")(folder).as_uri(),
    "dictionaries": as_dictionaries,
    "large strings": cast(pa.large_string()),
    "string views": cast(pa.string_view()),
    "all text in parquet": as_text,
    "quoted": quoted,
    "byte order mark": respelled(lambda content: b"\xef\xbb\xbf" + content),
    "leading blank line": respelled(lambda content: b"\r\n" + content),
    "no last line end": respelled(lambda content: content.rstrip(b"\r\n")),
    "shuffled csv": shuffled(1, "csv"),
    "shuffled parquet": shuffled(2, "parquet"),
}


def bits(inventory: lca.Inventory) -> dict[str, object]:
    """Give every array and column of an inventory, but for the rows of the file they stood in."""
    read: dict[str, object] = {"hash": inventory.hash, "warnings": [f.code for f in inventory.warnings]}
    for part in (inventory.processes, inventory.flows, inventory.exchanges):
        for name in part.__slots__:
            value = getattr(part, name)
            if name != "rows":
                key = f"{type(part).__name__}.{name}"
                read[key] = (value.dtype, value.tobytes()) if isinstance(value, np.ndarray) else value
    for table, frame in inventory.frames.items():
        for name, column in frame.columns.items():
            read[f"{table}.{name}"] = (str(column.type), column.to_pylist())
    return read


@pytest.mark.parametrize("way", WAYS)
def test_one_inventory_in_every_encoding(tmp_path: Path, way: str) -> None:
    plain = lca.read_inventory(write_inventory(tmp_path / "plain", TABLES))
    assert bits(lca.read_inventory(WAYS[way](tmp_path / "other"))) == bits(plain)


def test_line_ends_of_csv(tmp_path: Path) -> None:
    bare = {name: [{k: v for k, v in row.items() if k != "comment"} for row in rows] for name, rows in TABLES.items()}
    read = []
    for name, change in (("crlf", None), ("lf", b"\n"), ("cr", b"\r")):
        folder = write_inventory(tmp_path / name, bare)
        for file in folder.glob("*.csv"):
            file.write_bytes(file.read_bytes().replace(b"\r\n", change or b"\r\n"))
        read.append(lca.check(folder) if name == "cr" else bits(lca.read_inventory(folder)))
    assert read[0] == read[1]
    # Lone carriage returns are no CSV (RFC 4180): refused by table, or read; never taken for one long line.
    assert isinstance(read[2], lca.Findings)
    assert {f.table for f in read[2].blockers()} in (set(), set(bare))


@pytest.mark.parametrize("encoding", ["csv", "parquet"])
def test_any_filesystem_of_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    folder = write_inventory(tmp_path / "bucket" / "prefix", TABLES, encoding)
    plain = bits(lca.read_inventory(folder))
    memory = pafs._MockFileSystem()
    memory.create_dir("bucket/prefix")
    for file in folder.iterdir():
        with memory.open_output_stream(f"bucket/prefix/{file.name}") as out:
            out.write(file.read_bytes())
    for filesystem in (memory, pafs.SubTreeFileSystem(str(tmp_path), pafs.LocalFileSystem())):
        opened = SimpleNamespace(from_uri=lambda _, filesystem=filesystem: (filesystem, "bucket/prefix"))
        patched = SimpleNamespace(**{**vars(pafs), "FileSystem": opened})
        monkeypatch.setattr("lcaengine.io.store.pafs", patched)
        assert bits(lca.read_inventory("store://bucket/prefix")) == plain


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [("exchanges", 1, "amount", 0.3), ("flows", 3, "name", "x"), ("sources", 0, "doi", "10.1/2")],
)
def test_another_content_has_another_hash(tmp_path: Path, table: str, row: int, column: str, value: object) -> None:
    changed = {name: list(rows) for name, rows in TABLES.items()}
    changed[table][row] = {**changed[table][row], column: value}
    hashes = {lca.read_inventory(write_inventory(tmp_path / str(k), t)).hash for k, t in enumerate((TABLES, changed))}
    about = write_inventory(tmp_path / "about", TABLES, about=ABOUT + 'version = "2"\n')
    assert len({*hashes, lca.read_inventory(about).hash}) == 3


def test_rows_are_those_of_the_file(tmp_path: Path) -> None:
    inventory = lca.read_inventory(write_inventory(tmp_path, TABLES))
    amounts = [TABLES["exchanges"][row - 1]["amount"] for row in inventory.exchanges.rows.tolist()]
    assert amounts == inventory.frames["exchanges"].columns["amount"].to_pylist()


@pytest.mark.parametrize("name", ["processes", "exchanges"])
def test_dates_and_flags_of_parquet(tmp_path: Path, name: str) -> None:
    """A date is a date as text, as date32 or as a timestamp; a flag is a boolean, 0 and 1, or text."""
    written: list[list[Any]] = [
        ["2024-02-29", dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 0, 0), dt.datetime(2024, 2, 29, tzinfo=dt.UTC)],
        [True, 1, "true", "TRUE"],
    ]
    column, values = ("valid_from", written[0]) if name == "processes" else ("is_reference", written[1])
    hashes = set()
    for at, value in enumerate(values):
        tables: dict[str, list[Row]] = {
            "processes": [process("p")],
            "flows": [product("x")],
            "exchanges": [makes("p", "x")],
        }
        tables[name] = [{**tables[name][0], column: value}]
        hashes.add(lca.read_inventory(write_inventory(tmp_path / str(at), tables, "parquet")).hash)
    assert len(hashes) == 1
