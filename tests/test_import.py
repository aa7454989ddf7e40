"""The command `import`: what it prints and writes, that a killed run leaves no target, and that nothing is run over."""

from __future__ import annotations

import json
import shutil
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
from tests.tables import CO2, Tables, emits, makes, process, product, takes, write_inventory

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


def test_a_target_never_touches_its_source(package: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(lca.find_example("two-suppliers"), own)
    before = sorted(each.name for each in own.iterdir())
    for target in (own, own / "inside"):
        assert "stand in one another" in run("import", "tables", own, target, "--overwrite")[1]
    shutil.copy(package, own / "package.zip")
    assert "stand in one another" in run("import", "jsonld", own / "package.zip", own, "--overwrite")[1]
    assert "is a part of" in run("export", "parquet", own, own, "--overwrite")[1]
    assert sorted(each.name for each in own.iterdir()) == sorted([*before, "package.zip"])


def test_only_what_an_import_writes_is_replaced(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert run("import", "jsonld", package, target)[0] == 0
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    assert "holds 'notes.txt'" in run("import", "jsonld", package, target, "--overwrite")[1]
    assert (target / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_units_are_explained(tmp_path: Path) -> None:
    tables: Tables = {
        "processes": [process("mill", production_amount=10, production_unit="btu"), process("press")],
        "flows": [product("heat", "btu"), product("part"), CO2],
        "properties": [
            {"flow_id": "heat", "property": "carbon_fossil", "value": 6.0, "unit": "kg/btu"},
            {"flow_id": "part", "property": "heat", "value": 3.0, "unit": "btu/kg"},
        ],
        "exchanges": [
            *(makes("mill", "heat", 2.0, "btu"), emits("mill", 1.0), makes("press", "part")),
            takes("press", "heat", 4.0, "btu", uncertainty_type="normal", loc=4.0, scale=0.5),
        ],
    }
    place = write_inventory(tmp_path / "source", tables)
    assert run("import", "tables", place, tmp_path / "out", "--unit", "btu=0.001 MJ")[0] == 0
    read = lca.read_inventory(tmp_path / "out")
    rows = {
        (r["process_id"], r["flow_id"]): r
        for r in lca.formats.read_tables(tmp_path / "out").tables["exchanges"].to_pylist()
    }
    heat = rows["press", "heat"]
    # Everything in btu, times 0.001: 4 to 0.004 MJ, its spread 0.5 to 0.0005; production 10 to 0.01.
    assert (heat["amount"], heat["unit"], heat["loc"], heat["scale"]) == (0.004, "MJ", 0.004, 0.0005)
    assert read.processes.production.tolist()[0] == 0.01
    properties = {name: each.value for (_, name), each in read.flows.properties.items()}
    assert properties == {"carbon_fossil": pytest.approx(6000.0), "heat": pytest.approx(0.003)}
    # 1 kg CO2 makes 2 btu; 4 of them a part: 2 kg.
    assert lca.score(read).get("ghg", process_id="press") == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("kg=0.45 kg", "unit 'kg' is known"),
        ("btu=1_0 MJ", "explains no unit"),
        ("btu", "explains no unit"),
        ("btu=-1 MJ", "explains no unit"),
        ("btu=1 nonsense", "is not on the list"),
        ("btu=1 MJ", "no amount is in 'btu'"),
    ],
)
def test_explanations_that_do_not_hold_are_refused(package: Path, tmp_path: Path, unit: str, message: str) -> None:
    code, text = run("import", "jsonld", package, tmp_path / "out", "--unit", unit)
    assert code == 2
    assert message in text
    assert not (tmp_path / "out").exists()


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
