"""Questionnaires that are damaged or meant to harm: an error that says what, where and what to do; nothing written."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lcaengine.errors import LcaError
from lcaengine.formats.questionnaire.mapping import read_mapping
from lcaengine.formats.questionnaire.read import fill_questionnaire

MAPPING = """
stage = "processing"
[supplier]
column = "supplier"
[product]
column = "product"
[flows.co2]
name = "Carbon dioxide, fossil"
kind = "elementary"
unit = "kg"
compartment = "air"
[[columns]]
column = "carbon"
flow = "co2"
direction = "output"
unit_column = "unit"
"""
HEADER = "supplier,product,carbon,unit\n"


def make_workbook(**members: bytes) -> bytes:
    """Give a workbook of one row with some of its members replaced or added."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["supplier", "product", "carbon", "unit"])
    sheet.append(["a", "oxide", 1, "kg/kg"])
    book.save(stream)
    content = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, members.get(name, old.read(name)))
        for name in set(members) - set(old.namelist()):
            new.writestr(name, members[name])
    return content.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1">'
    b'<v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)
HEAD = "".join(
    f'<c r="{at}1" t="inlineStr"><is><t>{name}</t></is></c>'
    for at, name in zip("ABCD", ("supplier", "product", "carbon", "unit"), strict=True)
)
BROKEN = (
    f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{HEAD}</row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" t="inlineStr"><is><t>oxide</t></is></c>'
    '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData></worksheet>'
).encode()
ENTITIES = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><worksheet>&c;</worksheet>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"not a zip"),
        ("a.xlsx", make_workbook()[:-30]),
        ("a.xlsx", make_workbook(**{SHEET: b"<worksheet"})),
        ("a.xlsx", make_workbook(**{SHEET: FAR})),
        ("a.xlsx", make_workbook(**{SHEET: ENTITIES})),
        ("a.xlsx", make_workbook(**{"xl/media/bomb": b"\0" * 50_000_000})),
        ("a.xlsx", make_workbook(**{"../out.txt": b"out"})),
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe\x00s"),
        ("a.csv", HEADER.encode() + "Zürich,oxide,1,kg/kg\n".encode("latin-1")),
        ("a.csv", HEADER.encode() + b'"a,oxide,1,kg/kg\n'),
        ("a.csv", HEADER.encode() + b"a" * 2_000_000),
        ("a.csv", b"supplier,product,product,carbon,unit\n"),
        ("a.ods", b"x"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    with pytest.raises(LcaError) as raised:
        fill_questionnaire(tmp_path / name, mapping=tmp_path / "map.toml")
    assert raised.value.what
    assert raised.value.fix


def test_a_sound_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(make_workbook())
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    assert [each.problems for each in fill_questionnaire(tmp_path / "a.xlsx", mapping=tmp_path / "map.toml").rows] == [
        ()
    ]


def test_a_cell_with_an_error_is_not_blank(tmp_path: Path) -> None:
    # A supplier's own formula that divides by nothing, in a column whose blanks the mapping takes for zero.
    (tmp_path / "a.xlsx").write_bytes(make_workbook(**{SHEET: BROKEN}))
    (tmp_path / "map.toml").write_text(MAPPING + 'blank = "zero"\n', encoding="utf-8")
    (row,) = fill_questionnaire(tmp_path / "a.xlsx", mapping=tmp_path / "map.toml").rows
    assert row.problems[0].text.startswith("C2 (carbon) is '#DIV/0!', which is no number")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a = [" * 5000, b"stage = 2020-01-01\n", b"columns = 1\n", b"sheet = []\n"]
)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "map.toml").write_bytes(content)
    with pytest.raises(LcaError):
        read_mapping(tmp_path / "map.toml")


def test_there_is_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(LcaError, match="cannot be read"):
        read_mapping(tmp_path / "map.toml")


CELL = st.one_of(
    st.sampled_from(
        ["", "oxide", "co2", "kg/kg", "kg", "g/t", "1e308", "-1", "nan", "0", "unanswered:carbon", "a: b", "/"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=0, max_size=6), min_size=1, max_size=6), st.data())
def test_any_cells_give_a_row_or_a_problem(tmp_path: Path, rows: list[list[str]], data: st.DataObject) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    (tmp_path / "a.csv").write_text(HEADER + "\n".join(quoted) + "\n", encoding="utf-8", newline="")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    filled = fill_questionnaire(tmp_path / "a.csv", mapping=tmp_path / "map.toml")
    assert all(bool(each.process_id) != bool(each.problems) for each in filled.rows)


KEY = st.sampled_from(["stage", "supplier", "product", "flows", "columns", "units", "bases", "yield", "place", "sheet"])
VALUE = st.sampled_from(
    [
        '""',
        "1",
        "nan",
        "true",
        "[]",
        "{}",
        '["a"]',
        "[{}]",
        "{a = 1}",
        '{column = "x"}',
        "{column = 1}",
        "1979-05-27",
        "-inf",
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEY, VALUE)
def test_any_key_of_a_wrong_type_is_an_error(tmp_path: Path, key: str, value: str) -> None:
    (tmp_path / "map.toml").write_text(f"{key} = {value}\nother = 1\n", encoding="utf-8")
    with pytest.raises(LcaError):
        read_mapping(tmp_path / "map.toml")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lcaengine", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_commands_say_what_is_missing(tmp_path: Path) -> None:
    sheet, mapping = tmp_path / "a.csv", tmp_path / "map.toml"
    sheet.write_text(HEADER + "a,oxide,x,kg/kg\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    none = run("import", "questionnaire", str(sheet), str(tmp_path / "inventory"))
    assert (none.returncode, "--mapping" in none.stderr) == (2, True)
    other = run("import", "jsonld", str(sheet), str(tmp_path / "inventory"), "--mapping", str(mapping))
    assert (other.returncode, "questionnaire" in other.stderr) == (2, True)
    empty = run("import", "questionnaire", str(sheet), str(tmp_path / "inventory"), "--mapping", str(mapping))
    assert (empty.returncode, "no row can be carried" in empty.stderr) == (2, True)
    assert not (tmp_path / "inventory").exists()
    itself = run("questionnaire", str(sheet), "--mapping", str(mapping), "-o", str(sheet))
    assert (itself.returncode, "is what is read" in itself.stderr) == (2, True)
    unscored = run("questionnaire", str(sheet), "--mapping", str(mapping), "-o", str(tmp_path / "out.csv"))
    assert (unscored.returncode, "Not scored: 1 of 1 rows" in unscored.stdout) == (1, True)
    assert "C2 (carbon) is 'x', which is no number" in (tmp_path / "out.csv").read_text(encoding="utf-8")
