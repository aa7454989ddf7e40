"""Reading: one inventory in every encoding is one inventory; bad files end in an error or a finding, never a crash."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Callable
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


SMALL: dict[str, list[Row]] = {
    "processes": [process("p")],
    "flows": [product("x"), CO2],
    "exchanges": [makes("p", "x"), emits("p", 2.0)],
}
TEXT = b"process_id,flow_id,direction,amount,unit,is_reference\r\np,x,output,1.0,kg,true\r\np,co2,output,2.0,kg,\r\n"
LONG = b'p,co2,output,1,kg,"' + b"x" * 10_000_000 + b'"\r\n'
LINES = b'p,co2,output,1,kg,"' + (b"x" * 99 + b"\n") * 100_000 + b'"\r\n'


def blockers(place: Path) -> list[tuple[object, ...]]:
    """Give code, table, row, column and value of every blocker, and see that reading raises them all."""
    found = lca.check(place).blockers()
    assert all(f.what and f.fix for f in found)
    with pytest.raises(lca.DataError) as caught:
        lca.read_inventory(place)
    assert all(f"[{f.code}] {f.table}" in str(caught.value) for f in found)
    return [(f.code, f.table, f.row, f.column, f.value) for f in found]


BAD_CSV: dict[str, tuple[bytes, str, int | None, str, str]] = {
    "not UTF-8": (TEXT.replace(b"kg", b"k\xff"), "unreadable", None, "", ""),
    "UTF-16": (TEXT.decode().encode("utf-16"), "unreadable", None, "", ""),
    "NUL": (TEXT + b"p,co2,output,1,\x00,\r\n", "unreadable", None, "", ""),
    "empty": (b"", "unreadable", None, "", ""),
    "blank": (b" \r\n\r\n", "unreadable", None, "", ""),
    "header only": (TEXT.split(b"\n")[0] + b"\n", "empty_table", None, "", ""),
    "header without a line end": (TEXT.split(b"\r")[0], "empty_table", None, "", ""),
    "column twice": (TEXT.replace(b"unit", b"amount"), "unreadable", None, "", ""),
    "10 MB field": (TEXT + LONG, "unreadable", None, "", ""),
    "10 MB field of many lines": (TEXT + LINES, "unreadable", None, "", ""),
    "10 MB header": (b"x" * 10_000_000 + TEXT, "unreadable", None, "", ""),
    "short row": (TEXT + b"p,co2\r\n", "unreadable", None, "", ""),
    "long row": (TEXT + b"p,co2,output,1,kg,,,,\r\n", "unreadable", None, "", ""),
    "column missing": (TEXT.replace(b"unit", b"units"), "missing_column", None, "unit", ""),
    "no number": (TEXT.replace(b"2.0", b""), "missing_value", 2, "amount", ""),
    "no text": (TEXT.replace(b"p,co2", b'"",co2'), "missing_value", 2, "process_id", ""),
    "no flag": (TEXT.replace(b"true", b"maybe"), "wrong_type", 1, "is_reference", "maybe"),
} | {
    text: (TEXT.replace(b"2.0", text.encode()), code, 2, "amount", text)
    for code, texts in (
        ("not_finite", ("NaN", "nan", "inf", "-inf", "Infinity", "1e999")),
        ("wrong_type", ("two", "2;0", "1 000", "0x2", "2_0", "2.0kg", "--2", "1e", "٢")),
    )
    for text in texts
}


@pytest.mark.parametrize("bad", BAD_CSV)
def test_bad_csv(tmp_path: Path, bad: str) -> None:
    content, code, *where = BAD_CSV[bad]
    (write_inventory(tmp_path, SMALL) / "exchanges.csv").write_bytes(content)
    assert blockers(tmp_path) == [(code, "exchanges", *where)]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (b"schema_version = ", ("unreadable", "", "")),
        (b'name = "\xff"', ("unreadable", "", "")),
        (b"a = " + b"[" * 5000, ("unreadable", "", "")),
        (b"schema_version = " + b"1" * 5000, ("unreadable", "", "")),
        (b"name = 'x'", ("schema_version", "schema_version", "")),
        (b"name = 'x'\nschema_version = 2", ("schema_version", "schema_version", "2")),
        (b"name = 'x'\nschema_version = '1'", ("schema_version", "schema_version", "1")),
        (b"schema_version = 1", ("missing_value", "name", "")),
        (ABOUT.encode() + b"licence = 4", ("wrong_type", "licence", "4")),
        (ABOUT.encode() + b"boundary = 'gate'", ("unknown_boundary", "boundary", "gate")),
        (ABOUT.encode() + b"reference_period = '2024'", ("wrong_type", "reference_period", "2024")),
    ],
)
def test_bad_toml(tmp_path: Path, about: bytes, expected: tuple[str, str, str]) -> None:
    (write_inventory(tmp_path, SMALL) / "inventory.toml").write_bytes(about)
    assert blockers(tmp_path) == [(expected[0], "inventory.toml", None, *expected[1:])]


INVALID = pa.array([b"\xff", b"kg"], pa.binary()).view(pa.string())
NOWHERE = pa.array([0, 0], pa.timestamp("s", "Nowhere/Atlantis"))


@pytest.mark.parametrize(
    ("table", "column", "values", "expected"),
    [
        *(
            ("exchanges", "amount", values, ("wrong_type", None, ""))
            for values in (pa.array([[1.0], [2.0]]), pa.array([True, True]), pa.array([b"1", b"2"]), NOWHERE)
        ),
        ("exchanges", "amount", pa.array([1.0, float("nan")]), ("not_finite", 2, "nan")),
        ("exchanges", "amount", pa.array([1.0, -float("inf")]), ("not_finite", 2, "-inf")),
        ("exchanges", "amount", pa.array(["1", "two"]), ("wrong_type", 2, "two")),
        ("exchanges", "amount", pa.array([1.0, None]), ("missing_value", 2, "")),
        ("exchanges", "is_reference", pa.array([2, 0]), ("wrong_type", 1, "2")),
        ("exchanges", "is_reference", pa.array([1.0, 0.0]), ("wrong_type", None, "")),
        ("flows", "name", pa.array([{"a": 1}, {"a": 2}]), ("wrong_type", None, "")),
        ("flows", "name", pa.array([1.5, 2.5]), ("wrong_type", None, "")),
    ],
)
def test_wrong_types_in_parquet(
    tmp_path: Path, table: str, column: str, values: pa.Array, expected: tuple[str, int | None, str]
) -> None:
    file = write_inventory(tmp_path, SMALL, "parquet") / f"{table}.parquet"
    pq.write_table(pa.table({**dict(_columns(pq.read_table(file))), column: values}), file)
    assert blockers(tmp_path) == [(expected[0], table, expected[1], column, expected[2])]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("exchanges", "unit", INVALID),
        ("exchanges", "flow_id", INVALID),
        ("flows", "name", INVALID),
        ("exchanges", "comment", INVALID),
        ("processes", "valid_from", NOWHERE[:1]),
    ],
)
def test_values_in_parquet_that_cannot_be_decoded(tmp_path: Path, table: str, column: str, values: pa.Array) -> None:
    file = write_inventory(tmp_path, SMALL, "parquet") / f"{table}.parquet"
    pq.write_table(pa.table({**dict(_columns(pq.read_table(file))), column: values}), file)
    assert {(f.table, f.column) for f in lca.check(tmp_path).blockers()} & {(table, column), (table, "")}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1", TEXT, *(range(1, 1600, 200))])
def test_damaged_parquet(tmp_path: Path, content: bytes | int) -> None:
    file = write_inventory(tmp_path, SMALL, "parquet") / "exchanges.parquet"
    file.write_bytes(file.read_bytes()[:content] if isinstance(content, int) else content)
    assert blockers(tmp_path) == [("unreadable", "exchanges", None, "", "")]


def test_parts_that_do_not_fit(tmp_path: Path) -> None:
    (as_parts(tmp_path) / "exchanges" / "part-0.parquet").unlink()
    pq.write_table(pa.table({"amount": [[1.0]]}), tmp_path / "exchanges" / "part-0.parquet")
    assert blockers(tmp_path) == [("unreadable", "exchanges", None, "", "")]


def test_missing_tables_all_at_once(tmp_path: Path) -> None:
    missing = ("exchanges", "flows", "inventory.toml", "processes")
    assert blockers(tmp_path) == [("missing_table", table, None, "", "") for table in missing]


def test_unknown_tables_and_columns_warn(tmp_path: Path) -> None:
    tables: dict[str, list[Row]] = {
        **SMALL,
        "extra": [{"a": 1}],
        "flows": [{**row, "colour": "red"} for row in SMALL["flows"]],
    }
    found = lca.check(write_inventory(tmp_path, tables, about=ABOUT + "author = 'me'\n"))
    assert not found.blockers()
    named = {(f.code, f.table, f.column) for f in found.warnings()}
    assert named == {
        ("unknown_table", "extra", ""),
        ("unknown_column", "flows", "colour"),
        ("unknown_column", "inventory.toml", "author"),
    }


KEYED: dict[str, Row] = {
    "processes": process("p"),
    "flows": product("x"),
    "properties": {"flow_id": "x", "property": "mass", "value": 1, "unit": "kg/kg"},
    "allocation": {"process_id": "p", "product_flow_id": "x", "factor": 1},
    "markets": {"flow_id": "x", "process_id": "p", "share": 1},
    "impacts": {"process_id": "p", "indicator": "ghg", "amount": 1, "unit": "kg CO2e", "per": "kg"},
    "suppliers": {"supplier_id": "s", "name": "s"},
    "sources": {"source_id": "s", "citation": "s"},
}


@pytest.mark.parametrize("table", KEYED)
def test_duplicate_keys(tmp_path: Path, table: str) -> None:
    first = next(iter(KEYED[table]))
    tables = {**SMALL, table: [*SMALL.get(table, [KEYED[table]]), KEYED[table]]}
    if table == "impacts":  # a process with declared impacts has a reference and nothing else
        tables["exchanges"] = [row for row in SMALL["exchanges"] if row.get("is_reference")]
    found = lca.check(write_inventory(tmp_path, tables))
    row = len(SMALL.get(table, [1])) + 1
    assert [(f.code, f.table, f.row, f.column) for f in found.blockers()] == [("duplicate_key", table, row, first)]


def no_error_but_ours(place: Path | str) -> str:
    """Give what reading raised: "" for nothing or an error of the engine with where and what to do."""
    try:
        lca.read_inventory(place)
    except lca.DataError as error:
        return "" if error.what and error.where and error.fix else f"incomplete: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:40]}"
    return ""


def test_damaged_zips_never_crash(tmp_path: Path) -> None:
    whole = zipped("", "csv")(tmp_path / "a").read_bytes()
    escaped = set()
    broken = tmp_path / "broken.zip"
    for at in range(0, len(whole), 13):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :]):
            broken.write_bytes(content)
            escaped.add(no_error_but_ours(broken))
    assert escaped == {""}


@pytest.mark.parametrize("member", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "..\\x.csv", "C:\\x.csv", "C:/x.csv"])
def test_zips_that_climb_out(tmp_path: Path, member: str) -> None:
    place = zipped("", "csv")(tmp_path / "a")
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr(member, "a\r\n1\r\n")
    with pytest.raises(lca.DataError, match="climbs out"):
        lca.read_inventory(place)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_holds_a_table_twice(tmp_path: Path) -> None:
    place = zipped("", "csv")(tmp_path / "a")
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr("sources.csv", "source_id,citation\r\nNULL,another\r\n")
    with pytest.raises(lca.DataError, match=r"sources\.csv"):
        lca.read_inventory(place)


def test_zip_bombs(tmp_path: Path) -> None:
    place = tmp_path / "bomb.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exchanges.csv", TEXT + b"0" * 40_000_000)  # some 1000 to 1
    with pytest.raises(lca.DataError, match="unpacks"):
        lca.read_inventory(place)


def test_a_table_in_two_encodings(tmp_path: Path) -> None:
    write_inventory(write_inventory(tmp_path, SMALL), {"flows": SMALL["flows"]}, "parquet")
    with pytest.raises(lca.DataError, match=r"flows.csv, flows.parquet"):
        lca.read_inventory(tmp_path)


@pytest.mark.parametrize(
    "place", ["nothing", "inventory.toml", "loop", "nul\0", "n" * 5000, "~nobody-of-that-name/x", "no://x", "file://x"]
)
def test_places_that_cannot_be_opened(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_inventory(tmp_path, SMALL))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(lca.DataError) as caught:
        lca.read_inventory(place)
    assert caught.value.what
    assert caught.value.fix
