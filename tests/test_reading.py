"""Reading: files that are damaged, wrong or missing end in an error or a finding, never a crash."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from tests.tables import ABOUT, CO2, Row, emits, makes, process, product, write_inventory
from tests.test_encodings import _columns, as_parts, zipped

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
