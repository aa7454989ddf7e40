"""Our own tables from Excel, CSV and Parquet; and the template. Workbooks are made with openpyxl and xlsxwriter."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

import lcaengine as lca
from lcaengine.formats import read_tables, write_inventory, write_template
from tests import tables
from tests.conftest import Run
from tests.tables import makes, process, product

Cells = Mapping[str, Sequence[Sequence[object]]]

SMALL: dict[str, list[list[object]]] = {
    "processes": [["process_id", "name", "valid_from"], [1, "Mill", dt.datetime(2024, 2, 29)]],
    "flows": [["flow_id", "name", "kind", "unit"], ["steel", "Steel", "product", "kg"]],
    "exchanges": [
        ["process_id", "flow_id", "direction", "amount", "unit", "is_reference"],
        [1, "steel", "output", 0.1, "kg", True],
    ],
}


def write_book(path: Path, sheets: Cells) -> Path:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def change(name: str, row: int, column: int, value: object) -> dict[str, list[list[object]]]:
    sheets = {key: [list(each) for each in rows] for key, rows in SMALL.items()}
    sheets[name][row][column] = value
    return sheets


def test_cells_keep_their_types(tmp_path: Path) -> None:
    imported = read_tables(write_book(tmp_path / "small.xlsx", SMALL))
    # A whole number in a column of text is an id of digits; 0.1 is the same 64 bits in the file and here.
    assert imported.tables["processes"].to_pylist() == [
        {"process_id": "1", "name": "Mill", "valid_from": dt.date(2024, 2, 29)}
    ]
    (exchange,) = imported.tables["exchanges"].to_pylist()
    assert (exchange["process_id"], exchange["amount"], exchange["is_reference"]) == ("1", 0.1, True)
    assert imported.about == {"name": "small"}
    assert imported.remarks == ()


def test_rows_and_columns_that_are_not_read_are_reported(tmp_path: Path) -> None:
    sheets: Cells = {
        "inventory": [["field", "value"], ["name", "Mill"], ["author", "me"]],
        "notes": [["anything"]],
        **SMALL,
        "flows": [
            [],
            ["flow_id", "name", "kind", "unit", "colour"],
            [],
            ["steel", "Steel", "product", "kg", "grey"],
            [None, None, None, None, "red"],
        ],
    }
    imported = read_tables(write_book(tmp_path / "small.xlsx", sheets))
    assert imported.about == {"name": "Mill"}
    assert imported.tables["flows"].num_rows == 1
    assert {(each.what, each.examples) for each in imported.remarks} == {
        ("sheets that are no table of an inventory", ("notes",)),
        ("columns that are not of the schema", ("'colour' (flows!E2)",)),
        ("rows that fill unknown columns only", ("flows row 5",)),
        ("fields of the inventory that are not of the schema", ("author",)),
    }


@pytest.mark.parametrize(
    ("sheets", "named"),
    [
        (change("exchanges", 1, 3, "many"), "exchanges!D2"),
        (change("exchanges", 1, 3, 1e308), "exchanges!A2"),
        (change("exchanges", 1, 3, "nan"), "exchanges!A2"),
        (change("exchanges", 1, 3, "1_000"), "exchanges!D2"),
        (change("exchanges", 1, 3, None), "exchanges!A2"),
        (change("exchanges", 1, 5, "perhaps"), "exchanges!F2"),
        (change("exchanges", 1, 3, "=1+1"), "exchanges!D2"),  # openpyxl writes no value beside a formula
        (change("processes", 1, 2, "0000-01-01"), "processes!C2"),
        (change("processes", 1, 2, 12.5), "processes!C2"),
        (change("processes", 0, 2, "name"), "processes!C1"),
        ({**SMALL, "flows": [*SMALL["flows"], SMALL["flows"][1]]}, "flows!A3"),
        ({**SMALL, "inventory": [["name", "a"], ["name", "b"]]}, "inventory!A2"),
        ({**SMALL, "inventory": [["schema_version", 2]]}, "schema_version is 2"),
        ({"flows": SMALL["flows"]}, "there are no processes"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, sheets: Cells, named: str) -> None:
    with pytest.raises(lca.DataError) as caught:
        read_tables(write_book(tmp_path / "bad.xlsx", sheets))
    assert named in str(caught.value)


def test_errors_of_excel_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, rows in SMALL.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row, book.add_format({"num_format": "yyyy-mm-dd"}))
    page.write_formula(1, 3, "=Other!A1", None, "#REF!")
    book.close()
    with pytest.raises(lca.DataError, match="exchanges!D2 holds the error #REF!"):
        read_tables(path)


def test_values_of_formulas_are_read(tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, rows in SMALL.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row, book.add_format({"num_format": "yyyy-mm-dd"}))
    page.write_formula(1, 3, "=1+1.5", None, 2.5)
    book.close()
    assert read_tables(path).tables["exchanges"]["amount"].to_pylist() == [2.5]


def rewrite(path: Path, turn: Callable[[str, bytes], bytes]) -> Path:
    """Write a zip again with each member turned into something else."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, turn(name, content))
    return path


def test_a_cell_at_the_far_corner_does_not_end_the_process(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = rewrite(write_book(tmp_path / "far.xlsx", SMALL), lambda _, c: c.replace(b"</sheetData>", far))
    with pytest.raises(lca.DataError, match="XFD1048576"):
        read_tables(path)


def test_hostile_workbooks_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    path = rewrite(
        write_book(tmp_path / "entity.xlsx", SMALL), lambda n, c: c.replace(b"<worksheet", bomb + b"<worksheet", 1)
    )
    with pytest.raises(lca.DataError, match="document type"):
        read_tables(path)
    path = write_book(tmp_path / "bomb.xlsx", SMALL)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * 50_000_000)
    with pytest.raises(lca.DataError, match="unpacks"):
        read_tables(path)
    path = write_book(tmp_path / "climbs.xlsx", SMALL)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../climbs.xml", b"x")
    with pytest.raises(lca.DataError, match="climbs out"):
        read_tables(path)
    (tmp_path / "text.xlsx").write_text("no workbook")
    with pytest.raises(lca.DataError, match="neither a folder nor a readable zip"):
        read_tables(tmp_path / "text.xlsx")
    with pytest.raises(lca.DataError, match="nothing at"):
        read_tables(tmp_path / "none.xlsx")


def test_damaged_workbooks_are_errors(tmp_path: Path) -> None:
    """Every 211th byte of the sheets' XML, turned over, is read or refused, and nothing else."""
    whole = write_book(tmp_path / "small.xlsx", SMALL)
    content = whole.read_bytes()
    refused = 0
    for at in range(0, len(content), 211):
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            read_tables(path)
        except lca.LcaError:
            refused += 1
    assert refused > 0
    for at in range(0, 3000, 97):

        def turn(name: str, each: bytes, at: int = at) -> bytes:
            is_sheet = "sheet" in name and at < len(each)
            return each[:at] + b"<" + each[at + 1 :] if is_sheet else each

        path = tmp_path / "damaged.xlsx"
        path.write_bytes(content)
        try:
            read_tables(rewrite(path, turn))
        except lca.LcaError:
            refused += 1
    assert refused > 10


def test_tables_of_files_are_the_same_inventory(tmp_path: Path) -> None:
    for name in ("neodymium-magnet", "neodymium-magnet-csv"):
        given = lca.find_example(name)
        copy = lca.read_inventory(write_inventory(read_tables(given), tmp_path / name))
        assert copy.hash == lca.read_inventory(given).hash


def test_folders_report_what_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "inventory.toml").write_text('schema_version = 1\nname = "a"\nmood = "good"\n')
    (folder / "processes.csv").write_text("process_id,name,colour\nmill,Mill,red\n")
    (folder / "flows.csv").write_text("flow_id,name,kind,unit\nsteel,Steel,product,kg\n")
    (folder / "exchanges.csv").write_text("process_id,flow_id,direction,amount,unit\nmill,steel,output,1,kg\n")
    (folder / "notes.csv").write_text("a\n1\n")
    found = {each.what: each.examples for each in read_tables(folder).remarks}
    assert found == {
        "tables that are not of the schema": ("notes",),
        "columns that are not of the schema": ("'colour'",),
        "fields of the inventory that are not of the schema": ("mood",),
    }
    (folder / "exchanges.csv").write_text("process_id,flow_id,direction,amount,unit\nmill,steel,output,one,kg\n")
    with pytest.raises(lca.DataError, match="exchanges row 1"):
        read_tables(folder)


@pytest.mark.parametrize("target", ["mine.xlsx", "mine"])
def test_the_template_imports_and_scores(run: Run, tmp_path: Path, target: str) -> None:
    assert run("template", tmp_path / target)[0] == 0
    assert run("import", "tables", tmp_path / target, tmp_path / "read")[0] == 0
    footprints = lca.score(lca.read_inventory(tmp_path / "read"))
    # By hand: 200 kg CO2 / 1000 kg + 3 MWh / 1000 kg x 0.5 kg/kWh = 0.2 + 1.5 kg CO2e/kg.
    assert footprints.get("ghg", process_id="smelter") == pytest.approx(1.7, rel=1e-12)
    assert lca.check(tmp_path / "read").warnings() == []
    assert run("template", tmp_path / target)[0] == 2  # nothing is overwritten


def test_days_that_excel_cannot_count_come_back(run: Run, tmp_path: Path) -> None:
    days = ["0999-12-31", "1900-01-01", "1900-02-28", "1900-03-01", "2024-02-29", "9999-12-31"]
    parts = {
        "processes": [process(f"mill-{day}", valid_from=day) for day in days],
        "flows": [product(f"steel-{day}") for day in days],
        "exchanges": [makes(f"mill-{day}", f"steel-{day}") for day in days],
    }
    place = tables.write_inventory(tmp_path / "days", parts)
    assert run("export", "excel", place, tmp_path / "days.xlsx", "--inventory-only")[0] == 0
    read = read_tables(tmp_path / "days.xlsx").tables["processes"]["valid_from"].to_pylist()
    assert read == [dt.date.fromisoformat(day) for day in days]


def test_the_template_explains_itself(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mine.xlsx"))
    assert book.sheetnames[:3] == ["inventory", "processes", "flows"]
    page = book["exchanges"]
    assert page.freeze_panes == "A2"
    header = {cell.value: cell for cell in page[1]}
    assert header["amount"].font.bold
    assert "as measured" in header["amount"].comment.text
    assert header["amount"].fill.fgColor.rgb == "FFFFE699"  # required
    assert header["comment"].fill.fill_type is None
    lists = {each.formula1 for each in page.data_validations.dataValidation}
    assert '"input,output"' in lists
    assert '"TRUE,FALSE"' in lists
    columns = {(row[0].value, row[1].value, row[2].value) for row in book["columns"].iter_rows(min_row=2)}
    assert ("exchanges", "amount", "yes") in columns
