"""The command `import`: what it prints and writes, that a killed run leaves no target, and that nothing is run over."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli import exchange
from lcaengine.cli.app import app
from tests.olca import encode, make_package
from tests.packages import write_zip

KILLED = """
import os, signal, sys
from lcaengine.formats import imported
write, count = imported.write_table, [0]
def stop(table, path):
    count[0] += 1
    if count[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    write(table, path)
imported.write_table = stop
from lcaengine.cli.app import main
sys.argv = ["lcaengine", *sys.argv[1:]]
main()
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "package.zip", encode(make_package()))


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, lca.LcaError):
        return 2, str(done.exception)
    return done.exit_code, done.output


def test_it_prints_rows_losses_and_what_is_next(package: Path, tmp_path: Path) -> None:
    code, text = run("import", "jsonld", package, tmp_path / "out")
    assert code == 0
    for part in ("processes", "Could not be carried:", "1 x parameters", "Carried in another form:", "Next: lcaengine"):
        assert part in text
    assert lca.check(tmp_path / "out").blockers() == []


def test_the_report_stands_with_the_inventory(package: Path, tmp_path: Path) -> None:
    code, text = run("import", "jsonld", package, tmp_path / "out", "--json")
    report = json.loads((tmp_path / "out/import/report.json").read_text(encoding="utf-8"))
    assert code == 0
    assert json.loads(text.splitlines()[0]) == report
    assert report["rows"]["processes"] == 5
    assert {"format", "source", "sha256", "engine", "lost", "changed"} <= set(report)
    codes = {found.code for found in lca.check(tmp_path / "out").warnings()}
    assert codes == {"fallback"}  # of things asked for in the US; the report is taken for no table


def test_a_killed_import_leaves_no_target(package: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", KILLED, "import", "jsonld", str(package), str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    assert run("import", "jsonld", package, tmp_path / "out")[0] == 0  # what it left beside is in nobody's way


def test_nothing_is_run_over(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    for words in ([], ["--overwrite"]):
        code, text = run("import", "jsonld", package, target, *words)
        assert code == 2
        assert "there is something at" in text
    assert (target / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_an_inventory_is_replaced_on_demand_and_kept_where_the_new_one_fails(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert run("import", "jsonld", package, target)[0] == 0
    before = lca.read_inventory(target).hash
    assert run("import", "jsonld", package, target)[0] == 2
    assert run("import", "jsonld", package, target, "--overwrite")[0] == 0
    assert lca.read_inventory(target).hash == before
    package.write_bytes(b"no zip")
    assert run("import", "jsonld", package, target, "--overwrite")[0] == 2
    assert lca.read_inventory(target).hash == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["xml", "a", "b"], "'xml' is no format that is read"),
        (["jsonld", "nowhere.zip", "{tmp}/out"], "there is nothing at 'nowhere.zip'"),
        (["jsonld", "{tmp}", "{tmp}/no/folder/out"], "is no folder in one that is there"),
        (["jsonld", "{tmp}/empty", "{tmp}/out"], "there is no file that ends in .json"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "empty").mkdir()
    code, text = run("import", *(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert code == 2
    assert message in text


def test_a_library_that_is_missing_is_named(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exchange.READERS, "jsonld", ("not_a_library", "read", "nothing"))
    code, text = run("import", "jsonld", package, tmp_path / "out")
    assert code == 2
    assert "needs the library 'not_a_library'" in text
    assert "lcaengine[formats]" in text


def test_progress_is_told_after_a_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "QUIET", 0.0)
    show = exchange.show_progress("reading x")
    show(1, 2)
    show(2, 2)
    assert capsys.readouterr().err.splitlines()[-1] == "reading x: 2 of 2"
    monkeypatch.setattr(exchange, "QUIET", 60.0)
    quiet = exchange.show_progress("reading x")
    quiet(2, 2)
    assert capsys.readouterr().err == ""
