"""Suppliers of odd types, under odd names, in odd places: read right or refused, and never a traceback."""

from __future__ import annotations

import datetime as dt
import decimal
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.inventory import TABLES
from lcaengine.io.store import open_store
from lcaengine.suppliers.job import read_suppliers
from lcaengine.suppliers.part import EXCHANGE_COLUMNS, PROCESS_COLUMNS
from tests.test_suppliers_run import write_background, write_simple

OUT_OF_STRINGS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "large_string": lambda text: text.cast(pa.large_string()),
    "string_view": lambda text: text.cast(pa.string_view()),
    "dictionary": lambda text: text.dictionary_encode(),
    "dictionary of large_string": lambda text: text.cast(pa.large_string()).dictionary_encode(),
}
"""Types that hold the same text."""
OTHERS: dict[str, Callable[[int], pa.Array]] = {
    "list": lambda n: pa.array([["x"]] * n),
    "large_list": lambda n: pa.array([["x"]] * n, pa.large_list(pa.string())),
    "fixed_size_list": lambda n: pa.array([[1.0, 2.0]] * n, pa.list_(pa.float64(), 2)),
    "map": lambda n: pa.array([[("x", 1)]] * n, pa.map_(pa.string(), pa.int64())),
    "struct": lambda n: pa.array([{"x": "y"}] * n),
    "list of struct": lambda n: pa.array([[{"x": ["y"]}]] * n),
    "binary": lambda n: pa.array([b"\xff"] * n),
    "large_binary": lambda n: pa.array([b"x"] * n, pa.large_binary()),
    "binary_view": lambda n: pa.array([b"x"] * n, pa.binary_view()),
    "fixed_size_binary": lambda n: pa.array([b"xx"] * n, pa.binary(2)),
    "bool": lambda n: pa.array([True] * n),
    "timestamp": lambda n: pa.array([dt.datetime(2024, 1, 1)] * n),
    "timestamp of no zone": lambda n: pa.array([0] * n, pa.timestamp("ns", "No/Zone")),
    "date": lambda n: pa.array([dt.date(2024, 1, 1)] * n),
    "time": lambda n: pa.array([1] * n, pa.time64("us")),
    "duration": lambda n: pa.array([1] * n, pa.duration("s")),
    "null": pa.nulls,
    "decimal": lambda n: pa.array([decimal.Decimal("1.5")] * n),
    "decimal256": lambda n: pa.array([decimal.Decimal(10) ** 60] * n, pa.decimal256(76, 2)),
    "half float": lambda n: pa.array([1.5] * n, pa.float32()).cast(pa.float16()),
    "float": lambda n: pa.array([1.5] * n, pa.float32()),
    "uint64": lambda n: pa.array([2**64 - 1] * n, pa.uint64()),
    "dictionary of int": lambda n: pa.array([7] * n).dictionary_encode(),
    "dictionary of binary": lambda n: pa.array([b"x"] * n).dictionary_encode(),
    "extension": lambda n: pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"x" * 16] * n, pa.binary(16))),
}
"""Types that hold something else."""
FILES = {
    "processes": "processes/part-0.parquet",
    "exchanges": "exchanges/part-0.parquet",
    "flows": "flows.parquet",
    "properties": "properties.parquet",
}
COLUMNS = [*(("processes", name) for name in PROCESS_COLUMNS), *(("exchanges", name) for name in EXCHANGE_COLUMNS)]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    return write_simple(folder / "suppliers", 4, 1), write_background(folder)


def score(source: Path, background: Path, out: Path) -> pa.Table:
    lca.score_suppliers(source, background, out, wide=True)
    return pq.read_table(out / "results")


def change(source: Path, to: Path, table: str, column: str, make: Callable[[pa.Table], pa.Array]) -> Path:
    """Copy suppliers, with one column of one table as another array."""
    shutil.copytree(source, to)
    file = to / FILES[table]
    given = pq.read_table(file)
    values = make(given)
    if column in given.column_names:
        given = given.set_column(given.column_names.index(column), column, values)
    else:
        given = given.append_column(column, values)
    pq.write_table(given, file)
    return to


@pytest.mark.parametrize("kind", OTHERS)
def test_columns_of_odd_types(kind: str, places: tuple[Path, Path], tmp_path: Path) -> None:
    """Whatever column of a part has it: it is read, or refused with what it is called."""
    source, _ = places
    for at, (table, column) in enumerate(COLUMNS):
        given = change(source, tmp_path / f"{at}", table, column, lambda t: OTHERS[kind](t.num_rows))
        said = ""
        try:
            read_suppliers(open_store(given), "part-0")
        except lca.DataError as error:
            said = str(error)
        assert not said or (table in said and column in said), (table, column, said)


@pytest.mark.parametrize("kind", ["list", "struct", "timestamp of no zone", "null", "decimal256", "extension"])
def test_tables_beside_the_parts_of_odd_types(kind: str, places: tuple[Path, Path], tmp_path: Path) -> None:
    """All columns of `flows` or `properties` at once: refused, each column that needs another type by name."""
    source, background = places
    for table in ("flows", "properties"):
        given = Path(shutil.copytree(source, tmp_path / table))
        rows = pq.read_table(given / FILES[table]).num_rows
        odd = OTHERS[kind](rows)
        pq.write_table(pa.table({column.name: odd for column in TABLES[table].columns}), given / FILES[table])
        with pytest.raises(lca.DataError, match=rf"(wrong_type|missing_value)\] {table}.*column flow_id"):
            lca.score_suppliers(given, background, tmp_path / f"out {table}")


@pytest.mark.parametrize("kind", ["list", "struct", "binary", "timestamp", "bool", "dictionary of int"])
def test_a_stage_of_an_odd_type_is_refused_by_name(kind: str, places: tuple[Path, Path], tmp_path: Path) -> None:
    source, background = places
    given = change(source, tmp_path / "in", "processes", "stage", lambda t: OTHERS[kind](t.num_rows))
    with pytest.raises(lca.DataError, match=r"\[(wrong_type|unknown_stage)\] processes.*column stage"):
        lca.score_suppliers(given, background, tmp_path / "out")


@pytest.mark.parametrize("kind", OUT_OF_STRINGS)
def test_text_of_any_type_is_read(kind: str, places: tuple[Path, Path], tmp_path: Path) -> None:
    """All text columns of all tables at once: the scores are the same."""
    source, background = places
    given = Path(shutil.copytree(source, tmp_path / "in"))
    for file in FILES.values():
        table = pq.read_table(given / file)
        for at, field in enumerate(table.schema):
            if pa.types.is_string(field.type):
                text = pa.concat_arrays(table.column(at).chunks)
                table = table.set_column(at, field.name, OUT_OF_STRINGS[kind](text))
        pq.write_table(table, given / file)
    one, other = score(source, background, tmp_path / "one"), score(given, background, tmp_path / "other")
    assert one.num_rows == 4
    assert one.equals(other)


def test_hidden_files_are_no_parts(tmp_path: Path) -> None:
    """As in folders that readers of Parquet read: names that begin with a dot or an underscore are passed over."""
    source, background = write_simple(tmp_path / "suppliers", 4, 2), write_background(tmp_path)
    for table in ("processes", "exchanges"):
        for name in (".part-2.parquet", "_part-3.parquet", "_SUCCESS", ".part-4.parquet.crc", "_temporary/x.parquet"):
            (source / table / name).parent.mkdir(exist_ok=True)
            (source / table / name).write_bytes(b"half")
    report = lca.score_suppliers(source, background, tmp_path / "out")
    assert (report.parts, report.suppliers) == (2, 4)
    for table in ("processes", "exchanges"):
        folder = background / table
        folder.mkdir()
        (background / f"{table}.parquet").rename(folder / "a.parquet")
        for name in ("_b.parquet", ".c.parquet"):
            (folder / name).write_bytes(b"half")
    assert lca.read_inventory(background).hash == report.run["background_hash"]


def _nest(folder: Path) -> None:
    (folder / "exchanges" / "deep").mkdir()
    (folder / "exchanges" / "part-0.parquet").rename(folder / "exchanges" / "deep" / "part-0.parquet")


def _as_csv(folder: Path) -> None:
    (folder / "processes" / "part-2.csv").write_text("process_id\n")


def _pipe(folder: Path) -> None:
    (folder / "exchanges" / "part-0.parquet").unlink()
    os.mkfifo(folder / "exchanges" / "part-0.parquet")


def _link(folder: Path) -> None:
    (folder / "properties.parquet").unlink()
    (folder / "properties.parquet").symlink_to("nowhere.parquet")


def _capital(folder: Path) -> None:
    (folder / "flows.parquet").rename(folder / "flows.Parquet")


def _twice(folder: Path) -> None:
    shutil.copy(folder / "processes" / "part-0.parquet", folder / "processes.parquet")


@pytest.mark.parametrize("spoil", [_nest, _as_csv, _pipe, _link, _capital, _twice])
def test_files_that_cannot_be_parts_are_refused(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    """Rather than left out without a word, or waited for."""
    source, background = write_simple(tmp_path / "suppliers", 4, 2), write_background(tmp_path)
    spoil(source)
    with pytest.raises(lca.DataError, match=r"cannot be read|is no part of|stands in 3 files"):
        lca.score_suppliers(source, background, tmp_path / "out")
    assert not (tmp_path / "out").exists()


SPELLINGS: dict[str, Callable[[Path], str]] = {
    "plain": lambda own: str(own / "out"),
    "itself": str,
    "slash": lambda own: f"{own}/",
    "dots": lambda own: f"{own.parent}/elsewhere/../{own.name}/out",
    "doubled slashes": lambda own: f"{own.parent}//{own.name}//out//",
    "URI": lambda own: f"file://{own}/out",
    "URI with dots": lambda own: f"file://{own.parent}/elsewhere/../{own.name}/out",
    "URI, escaped": lambda own: f"file://{own.parent}/{'%73' + own.name[1:]}/out",
    "link": lambda own: str(own.parent / "link" / "out"),
    "URI of a link": lambda own: f"file://{own.parent}/link",
    "relative": lambda own: f"{os.path.relpath(own)}/out",
    "through a link beneath": lambda own: str(own.parent / "target"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_results_never_go_into_what_is_read(spelling: str, tmp_path: Path) -> None:
    """However its place is spelled: nothing is written there, nor made."""
    source, background = write_simple(tmp_path / "suppliers"), write_background(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "results").symlink_to(source / "processes")
    before = {file: file.stat().st_mtime_ns for file in source.rglob("*")}
    for place in (str(source), f"file://{source}", f"{source}/", str(tmp_path / "link")):
        with pytest.raises(lca.OutputError, match="a part of what is read"):
            lca.score_suppliers(place, background, SPELLINGS[spelling](source))
    with pytest.raises(lca.OutputError, match="a part of what is read"):
        lca.score_suppliers(write_simple(tmp_path / "more"), f"file://{source}", SPELLINGS[spelling](source))
    assert {file: file.stat().st_mtime_ns for file in source.rglob("*")} == before


def test_a_file_of_results_never_goes_into_a_home_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An inventory at ``~/inventory`` is at its whole path too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own = Path(shutil.copytree(lca.find_example("two-suppliers"), tmp_path / "inventory"))
    with pytest.raises(lca.OutputError, match="is a part of the inventory"):
        lca.write_results(lca.score(lca.read_inventory("~/inventory")), own / "out.parquet")
