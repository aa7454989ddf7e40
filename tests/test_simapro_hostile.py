"""Damaged and hostile SimaPro files: each is refused with what is wrong, where, and what to do; nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lcaengine.errors import DataError, LcaError
from lcaengine.formats.simapro.read import read_simapro
from tests.conftest import Run
from tests.simapro_files import HEADER, MILL, UNITS, co2, process, write

WHOLE = HEADER + "".join(MILL)


def made(*sections: str, fields: str = "") -> str:
    return process("p", "Products\nIron;kg;1;100;not defined;;", *sections, fields=fields)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (made(co2("1E400")), "beyond anything measured"),
        (made(co2("1E308")), "beyond anything measured"),
        (made(co2("NaN")), "NAN is not known"),
        (made(co2("1/0")), "division by zero"),
        (made(co2("9^9^9^9")), "cannot be evaluated"),
        (made(co2("(0-8)^0,5")), "root of a negative number"),
        (made(co2("(" * 500 + "1" + ")" * 500)), "cannot be evaluated"),
        (made(co2("-" * 9000 + "1")), "cannot be evaluated"),
        (made(co2("1+" * 4900 + "1")), "cannot be evaluated"),
        (made(co2("open(1)")), "is not read"),
        (made(co2("().__class__")), "cannot be evaluated"),
        (made(co2("[1][0]")), "is not read"),
        (made(co2("missing * 2")), "MISSING is not known"),
        (made(co2("")), "cannot be evaluated"),
        (made(co2("1", rest="Normal;wide;0;0;")), "'wide' is no number that"),
        (made("Calculated parameters\na;b;\nb;a;"), "need one another"),
        (made("Input parameters\na;x;Undefined;0;0;0;No;"), "a process is not read"),
        (made(fields="Date\n31-02-0000\n\n"), "a process is not read"),
        (made(fields="Time period\n0000-0000\n\n"), "not in the calendar"),
        (made(co2("1"), co2("2")), "stands twice in a process"),
        (made() + made(), "stands twice"),
        (made() + process("w", "Waste treatment\nIron;kg;1;All;;"), "is made by one process and treated by another"),
        (made("Materials/fuels\nlonely"), "too few fields"),
        ("Process\n\nCategory type\nmaterial\n\nEnd\n\n", "there are no processes"),
        (made() + "Units\nkg;Mass;two;kg\n\nEnd\n", "'two' is no number"),
        (made() + "Units\nkg;Mass;2;kg\n\nEnd\n", "a kg is 2.0 kg in this file"),
        (made() + "Units\nkg\n\nEnd\n", "has 1 fields"),
        (made() + 'Quantities\n"Mass;Yes\n', "is no CSV at line"),
        ("", "there are no processes"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, part: str, what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        read_simapro(write(tmp_path, part, "" if "Units" in part else UNITS))
    assert caught.value.where
    assert caught.value.fix


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "does not begin with lines in braces"),
        (b"a;b\n1;2\n", "does not begin with lines in braces"),
        (b"{SimaPro 9}\n{processes}\n", "the header of mill.csv is not read"),
        (WHOLE.replace("Semicolon", "Nothing").encode(), "has the separators"),
        (WHOLE.replace("{processes}", "{methods}").encode(), "holds methods and no processes"),
        (WHOLE.encode("utf-16"), "holds zero bytes"),
        (b"{SimaPro 9}\n" * 100_000, "the header of mill.csv is not read"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "mill.csv").write_bytes(content)
    with pytest.raises(DataError, match=what):
        read_simapro(tmp_path / "mill.csv")


def test_zips_are_read_and_hostile_ones_refused(tmp_path: Path) -> None:
    for name, members in {
        "good": {"mill.csv": WHOLE},
        "two": {"mill.csv": WHOLE, "other.csv": WHOLE},
        "climbs": {"../mill.csv": WHOLE},
        "bomb": {"mill.csv": WHOLE + "\n" * 50_000_000},
        "none": {"mill.xlsx": WHOLE},
    }.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in members.items():
                archive.writestr(member, text)
    assert read_simapro(tmp_path / "good.zip").tables["processes"].num_rows == 5
    for name, what in (
        ("two", "there are 2 files"),
        ("climbs", "climbs out"),
        ("bomb", "unpacks"),
        ("none", "no file"),
    ):
        with pytest.raises(DataError, match=what):
            read_simapro(tmp_path / f"{name}.zip")


def test_nothing_is_written_where_an_import_fails(tmp_path: Path, run: Run) -> None:
    code, _, err = run("import", "simapro", write(tmp_path, made(co2("1/0"))), tmp_path / "out")
    assert code == 2
    assert "division by zero" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mill.csv"]


@settings(max_examples=300)
@given(
    at=st.integers(0, len(WHOLE)),
    length=st.integers(0, 60),
    text=st.one_of(
        st.text(alphabet=';\n"{}0,.-^()%Ee\x7f\x81µ€\t ', max_size=12),
        st.sampled_from(["End", "\nEnd\n", "Process\n", "Products\n", "\n\n", "Lognormal", "1E400", "Units\n", "nan"]),
    ),
)
def test_no_change_of_a_file_gives_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, at: int, length: int, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.csv"
    path.write_bytes((WHOLE[:at] + text + WHOLE[at + length :]).encode("cp1252", "replace"))
    with suppress(LcaError):
        assert read_simapro(path).tables["processes"].num_rows


def test_library_writes_nothing_under_home(tmp_path: Path) -> None:
    path = write(tmp_path, *MILL)
    (home := tmp_path / "home").mkdir()
    code = "import sys; from lcaengine.formats.simapro.read import read_simapro; read_simapro(sys.argv[1])"
    given = os.environ | {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=given, capture_output=True, cwd=home, check=True)
    assert list(home.rglob("*")) == []
    assert done.stderr == b""
