"""What is found in suppliers: where it is, once, and with what is to be done."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.findings import Finding
from lcaengine.io.folder import hold_folder, open_folder
from tests.conftest import Run
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_suppliers import write_parts
from tests.test_suppliers_run import write_background, write_simple


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_background(tmp_path_factory.mktemp("background"))


def find_blockers(suppliers: Path, background: Path, target: Path) -> list[Finding]:
    with pytest.raises(lca.DataError) as caught:
        lca.score_suppliers(suppliers, background, target)
    found: Any = caught.value.given
    return list(found)


def test_a_place_that_is_none_is_found_where_it_stands(background: Path, tmp_path: Path) -> None:
    """A row has its process's place where it has none: the process has the fault, not its rows."""
    processes = [process("a", location="Narnia"), process("b", location="CN")]
    rows = [makes("a", "oxide"), takes("a", "coal", 1.0), makes("b", "oxide"), takes("b", "coal", 2.0, location="Oz")]
    suppliers = write_parts(tmp_path / "suppliers", processes, rows, 1)
    found = find_blockers(suppliers, background, tmp_path / "out")
    assert [(f.code, f.table, f.row, f.column, f.value) for f in found] == [
        ("unknown_location", "exchanges", 4, "location", "Oz"),
        ("unknown_location", "processes", 1, "location", "Narnia"),
    ]


def test_a_process_that_stands_twice_has_one_fault(background: Path, tmp_path: Path) -> None:
    processes = [process("a"), process("b"), process("a")]
    rows = [makes("a", "oxide"), takes("a", "coal", 1.0), makes("b", "oxide"), takes("b", "coal", 2.0)]
    suppliers = write_parts(tmp_path / "suppliers", processes, rows, 1)
    found = find_blockers(suppliers, background, tmp_path / "out")
    assert [(f.code, f.table, f.row, f.value) for f in found] == [("duplicate_key", "processes", 3, "a")]


def test_a_reference_that_cannot_be_read_is_one_fault(background: Path, tmp_path: Path) -> None:
    """Not two: that its process has none follows from it."""
    suppliers = tmp_path / "suppliers"
    suppliers.mkdir()
    (suppliers / "processes.csv").write_text("process_id,name\na,a\n")
    (suppliers / "flows.csv").write_text("flow_id,name,kind,unit\noxide,oxide,product,kg\n")
    for row, column in (("a,oxide,output,1,kg,maybe", "is_reference"), ("b,oxide,output,1,kg,true", "process_id")):
        head = "process_id,flow_id,direction,amount,unit,is_reference"
        (suppliers / "exchanges.csv").write_text(f"{head}\n{row}\n")
        (found,) = find_blockers(suppliers, background, tmp_path / "out")
        assert (found.table, found.row, found.column) == ("exchanges", 1, column)
    (suppliers / "exchanges.csv").write_text(f"{head}\n{row}\n".replace(",", ";"))
    with pytest.raises(lca.DataError, match=r"exchanges\.csv are separated by semicolons"):
        lca.score_suppliers(suppliers, background, tmp_path / "out")


def test_a_part_without_rows_is_named_by_its_table(background: Path, tmp_path: Path) -> None:
    suppliers = write_simple(tmp_path / "suppliers")
    file = suppliers / "exchanges" / "part-1.parquet"
    pq.write_table(pq.read_table(file).slice(0, 0), file)
    (found,) = find_blockers(suppliers, background, tmp_path / "out")
    assert (found.code, found.table) == ("empty_table", "exchanges")


def test_a_file_is_no_folder_for_results(run: Run, background: Path, tmp_path: Path) -> None:
    suppliers = write_simple(tmp_path / "suppliers")
    code, _, err = run("score", suppliers, "--background", background, "-o", tmp_path / "out.csv")
    assert (code, "is the name of a file" in err) == (2, True)


@pytest.mark.parametrize(
    ("row", "code", "what"),
    [
        (takes("supplier 1", "oxide", 0.2, is_avoided=True), "unlinked_input", "only suppliers make 'oxide'"),
        (exchange("supplier 1", "oxide", "output", 0.2, is_avoided=True), "unlinked_input", "only suppliers make"),
        (takes("supplier 1", "oxide", 0.2), "unlinked_input", "only suppliers make 'oxide'"),
        (
            takes("supplier 1", "oxide", 0.2, provider_id="supplier 1"),
            *("unknown_provider_id", "'supplier 1' is no process of the background"),
        ),
    ],
)
def test_what_suppliers_make_they_do_not_buy(row: Row, code: str, what: str, background: Path, tmp_path: Path) -> None:
    (found,) = find_blockers(write_simple(tmp_path / "suppliers", more=(row,)), background, tmp_path / "out")
    assert (found.code, found.table, found.row) == (code, "exchanges", 9)
    assert what in found.what


def test_a_process_that_spares_its_own_product_is_told_so(tmp_path: Path) -> None:
    """In an inventory it may name itself: of 1 kg it makes and 0.2 kg it spares there are 1.2, of 3 kg CO2."""
    spared = takes("works", "x", 0.2, is_avoided=True)
    tables: Tables = {
        "processes": [process("works", "processing")],
        "flows": [CO2, product("x")],
        "exchanges": [makes("works", "x"), spared, emits("works", 3.0)],
    }
    with pytest.raises(
        lca.DataError, match=r"nobody but the process itself supplies or treats 'x'.*name it as its own"
    ):
        lca.score(lca.read_inventory(write_inventory(tmp_path / "unnamed", tables)))
    named = {**tables, "exchanges": [makes("works", "x"), {**spared, "provider_id": "works"}, emits("works", 3.0)]}
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path / "named", named)))
    assert footprints.get("ghg", process_id="works") == pytest.approx(3 / 1.2)


def add_column(file: Path, column: str) -> None:
    given = pq.read_table(file)
    pq.write_table(given.append_column(column, pa.nulls(given.num_rows, pa.string())), file)


@pytest.mark.parametrize("table", ["exchanges", "processes", "flows", "properties"])
def test_a_column_that_is_not_known_is_said_as_an_inventory_says_it(
    table: str, background: Path, tmp_path: Path
) -> None:
    """The same finding, once, whatever number of parts has it; and again where all parts are there already."""
    suppliers, out = write_simple(tmp_path / "suppliers", 4, 2), tmp_path / "out"
    place = suppliers / f"{table}.parquet"
    for file in [place] if place.exists() else (suppliers / table).iterdir():
        add_column(file, "zebra")
    copy = write_background(tmp_path)
    add_column(copy / f"{table}.parquet", "zebra")
    (said,) = [each for each in lca.read_inventory(copy).warnings if each.column == "zebra"]
    assert said.what == "column 'zebra' is not of the schema and is not read"
    for resumed in (0, 2):
        report = lca.score_suppliers(suppliers, background, out)
        assert report.resumed == resumed
        assert [each for each in report.warnings if each.column == "zebra"] == [said]
    told = [each for each in json.loads((out / "run.json").read_text())["warnings"] if each["column"] == "zebra"]
    assert [each["code"] for each in told] == ["unknown_column"]


def test_tables_that_pandas_wrote_with_their_index_score_as_those_without(
    run: Run, background: Path, tmp_path: Path
) -> None:
    """Rows that were filtered keep their numbers, and pandas writes these as ``__index_level_0__``."""
    suppliers, plain, out = write_simple(tmp_path / "suppliers", 4, 2), tmp_path / "plain", tmp_path / "out"
    lca.score_suppliers(suppliers, background, plain)
    for file in suppliers.rglob("*.parquet"):
        frame = pq.read_table(file).to_pandas()
        frame.set_axis(list(range(7, 7 + 2 * len(frame), 2))).to_parquet(file)
        assert "__index_level_0__" in pq.read_schema(file).names
    code, text, _ = run("score", suppliers, "--background", background, "-o", out)
    assert code == 0
    assert "4 x unknown_column" in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 80
    one, other = (pq.read_table(each / "results").drop_columns(["inventory_hash"]) for each in (plain, out))
    assert one.equals(other)
    code, text, _ = run("simulate", suppliers, "--background", background, "--draws", "16", "-o", tmp_path / "draws")
    assert (code, "unknown_column" in text) == (0, True)


def test_a_run_of_other_parts_is_no_run(background: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is taken away, with its results: run.json of three parts goes before anything is done, not at the end."""
    suppliers, out = write_simple(tmp_path / "suppliers"), tmp_path / "out"
    lca.score_suppliers(suppliers, background, out)
    for table in ("processes", "exchanges"):
        (suppliers / table / "part-2.parquet").unlink()
    with pytest.raises(lca.OutputError, match=r"no part of the suppliers has that name(?s:.*)from each of results"):
        lca.score_suppliers(suppliers, background, out)
    for name in ("results/part-2.parquet", "gaps/part-2.parquet", "parts/part-2.arrow"):
        (out / name).unlink()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("lcaengine.suppliers.run.report_repeated", fail)
        with pytest.raises(KeyboardInterrupt):
            lca.score_suppliers(suppliers, background, out)
    assert not (out / "run.json").exists()
    lca.score_suppliers(suppliers, background, out)
    assert json.loads((out / "run.json").read_text())["parts"] == 2


@pytest.mark.parametrize(
    ("given", "what"), [({"target": None}, "None is no path"), ({"policy": "cutoff"}, "'cutoff' is no policy")]
)
def test_what_is_no_place_and_no_policy(given: dict[str, Any], what: str, background: Path, tmp_path: Path) -> None:
    suppliers = write_simple(tmp_path / "suppliers")
    with pytest.raises(lca.LcaError, match=what):
        lca.score_suppliers(**{"suppliers": suppliers, "background": background, "target": tmp_path / "out", **given})
    assert not (tmp_path / "out").exists()


def test_a_folder_that_may_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    folder = open_folder(tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("lcaengine.io.folder.os.open", refuse)
        with pytest.raises(lca.OutputError, match=r"cannot write: .*Permission denied"), hold_folder(folder):
            pass


def _to_itself(folder: Path) -> None:
    (folder / "x").symlink_to(".")


def _to_above(folder: Path) -> None:
    for name in "abc":  # of which each doubles what there is to list, forty deep
        (folder / "processes" / name).symlink_to(folder)


@pytest.mark.parametrize("link", [_to_itself, _to_above])
def test_a_link_without_an_end_is_refused(link: Callable[[Path], None], background: Path, tmp_path: Path) -> None:
    suppliers = write_simple(tmp_path / "suppliers")
    link(suppliers)
    with pytest.raises(lca.DataError, match="is a link to a folder it stands in"):
        lca.score_suppliers(suppliers, background, tmp_path / "out")


def test_links_that_have_an_end_are_followed(background: Path, tmp_path: Path) -> None:
    """A table that stands elsewhere; and names that are no text, deep folders and pipes beside it are passed over."""
    suppliers = write_simple(tmp_path / "suppliers")
    (suppliers / "exchanges").rename(tmp_path / "elsewhere")
    (suppliers / "exchanges").symlink_to(tmp_path / "elsewhere")
    (suppliers / "notes").mkdir()
    Path(f"{suppliers}/notes/\udcfcber.txt").write_text("a name in Latin-1")
    (suppliers / "notes" / "/".join("d" * 300)).mkdir(parents=True)
    assert lca.score_suppliers(suppliers, background, tmp_path / "out").suppliers == 12


@pytest.mark.parametrize("content", [1e-3, 1e-20])
def test_what_is_too_large_per_kg_of_content_is_refused(content: float, background: Path, tmp_path: Path) -> None:
    """Per kg of the oxide 1e300 kg CO2 are a number, per kg of the neodymium in it not where that is 1e-20 of it."""
    suppliers = write_parts(tmp_path / "suppliers", [process("a")], [makes("a", "oxide"), emits("a", 1e300)], 1)
    properties: dict[str, list[Any]] = {"flow_id": ["oxide"], "property": ["content:Nd"], "value": [content]}
    pq.write_table(pa.table({**properties, "unit": ["kg/kg"]}), suppliers / "properties.parquet")
    if content == 1e-3:
        assert lca.score_suppliers(suppliers, background, tmp_path / "out").suppliers == 1
        return
    (found,) = find_blockers(suppliers, background, tmp_path / "out")
    assert (found.code, found.value) == ("overflow", "a")


def test_draws_too_large_per_kg_of_content_are_refused(tmp_path: Path) -> None:
    """The static value is 1e308 kg CO2/kg Nd, and a draw of twice that is no number."""
    wide: dict[str, Any] = {"uncertainty_type": "lognormal", "loc": math.log(1e120), "scale": 3.0}
    tables: Tables = {
        "processes": [process("works", "processing")],
        "flows": [CO2, product("x")],
        "exchanges": [makes("works", "x"), emits("works", 1e120, **wide)],
        "properties": [{"flow_id": "x", "property": "content:Nd", "value": 1e-188, "unit": "kg/kg"}],
    }
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    assert lca.score(inventory).get("ghg", process_id="works") == pytest.approx(1e120)
    with pytest.raises(lca.SolveError, match=r"(?s)draws of an intensity are too large.*works"):
        lca.simulate(inventory, "core", draws=64, seed=1, indicators=["ghg"])


NORMAL: dict[str, Any] = {"uncertainty_type": "normal", "loc": 1.0, "scale": 0.8}
STUDENT: dict[str, Any] = {"uncertainty_type": "student_t", "loc": 1.0, "scale": 0.1, "shape": 2.0}
WIDE: dict[str, Any] = {"uncertainty_type": "normal", "loc": 3.0, "scale": 0.1}


def write_doubtful(place: Path, count: int, parts: int) -> Path:
    """Write suppliers of 4 rows each: oxide, a normal across zero, a t without an sd, an amount off its center.

    In parts of a folder, or for 0 in one file a table.
    """
    processes = [process(f"s{i}", "assembly") for i in range(count)]
    rows = [
        row
        for i in range(count)
        for row in (
            makes(f"s{i}", "oxide"),
            takes(f"s{i}", "coal", 1.0, **NORMAL),
            takes(f"s{i}", "coal", 1.0, **STUDENT),
            takes(f"s{i}", "coal", 1.0, **WIDE),
        )
    ]
    write_parts(place, processes, rows, max(parts, 1))
    if not parts:
        for table in ("processes", "exchanges"):
            (file,) = (place / table).iterdir()
            file.rename(place / f"{table}.parquet")
    return place


@pytest.mark.parametrize("parts", [0, 2])
def test_rows_of_doubtful_distributions_are_told_as_in_an_inventory(
    run: Run, background: Path, tmp_path: Path, parts: int
) -> None:
    """Each kind once, the first row and part named, the others counted; and again where all parts are there already.

    Of a normal of 1 with a deviation of 0.8, Phi(-1.25) = 10.6 % is below zero; of a t of two degrees at 1 / 0.1 = 10
    it is (1 - 10 / sqrt(2 + 100)) / 2 = 0.49 %.
    """
    suppliers, out = write_doubtful(tmp_path / "suppliers", 4, parts), tmp_path / "out"
    names = sorted(each.stem for each in (suppliers / "exchanges").iterdir()) if parts else [""]
    said = f"in part {names[0]}: " if parts else ""
    words = ["simulate", suppliers, "--background", background, "--draws", "64", "--indicator", "ghg", "-o", out]
    for resumed in (0, max(parts, 1)):
        code, text, _ = run(*words, "--json")
        told = json.loads(text)
        assert (code, told["resumed"], told["amounts_off_center"]) == (0, resumed, 4)
        place = "exchanges row 4, column amount"
        assert told["first_off_center"] == (f"part {names[0]}: {place}" if parts else place)
        written = json.loads((out / "run.json").read_text())["warnings"]
        found = [each for each in written if each["code"].startswith("uncertainty_")]
        assert {(f["code"], f["table"], f["row"], f["column"], f["value"]) for f in found} == {
            ("uncertainty_center", "exchanges", 4, "amount", "3"),
            ("uncertainty_center", "exchanges", None, "amount", "3"),
            ("uncertainty_moments", "exchanges", 3, "shape", "2.0"),
            ("uncertainty_moments", "exchanges", None, "shape", "3"),
            ("uncertainty_sign", "exchanges", 2, "amount", "11 %"),
            ("uncertainty_sign", "exchanges", None, "amount", "7"),
        }
        assert len(found) == 6
        assert all(each["what"].startswith(said) for each in found if each["row"])
    code, text, _ = run(*words)
    assert code == 0
    for line in (
        "4 x uncertainty_center",
        "4 x uncertainty_moments",
        "8 x uncertainty_sign",
        f"the first: {told['first_off_center']}",
    ):
        assert line in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 80
