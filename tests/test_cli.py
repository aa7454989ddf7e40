"""The command line: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import Run
from tests.tables import CO2, emits, makes, process, product, takes, write_inventory


@pytest.fixture
def broken(tmp_path: Path) -> str:
    tables = {
        "processes": [process("mill")],
        "flows": [CO2, product("steel"), product("power", "kWh")],
        "exchanges": [makes("mill", "steel", 1, "ton"), takes("mill", "power", 1, "kg"), emits("mill", 1)],
    }
    return str(write_inventory(tmp_path / "broken", tables))


def test_score_prints_a_table_of_80_columns(run: Run) -> None:
    code, out, err = run("score", "example:two-suppliers")
    assert (code, err) == (0, "")
    assert max(len(line) for line in out.splitlines()) <= 80
    # By hand: refinery 0.72 + 2 x 0.6 = 1.92; ore 0.6 x 2.4 + 0.4 x 0.75 = 1.74, twice: 3.48.
    (line,) = [line for line in out.splitlines() if "gamma GLO" in line and "5.40" in line]
    assert line.split() == ["gamma", "GLO", "3.48", "1.92", "5.40", "complete"]


def test_score_json_is_whole_and_strict(run: Run) -> None:
    code, out, _ = run("score", "example:two-suppliers", "--json", "--indicator", "ghg")
    content = json.loads(out)
    assert code == 0
    assert content["run"]["method"] == "core/1.0-ar6"
    totals = {r["process_id"]: r["value"] for r in content["results"] if r["stage"] == "total"}
    assert totals["refinery"] == pytest.approx(5.4)


def test_score_writes_results_and_gaps(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("score", "example:two-suppliers", "-o", str(tmp_path / "out.parquet"))
    assert code == 0
    assert "out.gaps.parquet" in out.replace("\n", "")
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 5 * 18 * 4  # all per kg or kWh already
    assert pq.read_table(tmp_path / "out.gaps.parquet").num_rows == 0


def test_score_of_a_broken_inventory_is_a_no_and_writes_nothing(run: Run, broken: str, tmp_path: Path) -> None:
    code, out, err = run("score", broken, "-o", str(tmp_path / "out.csv"))
    assert (code, out) == (1, "")
    assert "unknown_unit" in err
    assert not (tmp_path / "out.csv").exists()


def test_check_lists_all_at_once(run: Run, broken: str, tmp_path: Path) -> None:
    code, out, _ = run("check", broken)
    assert code == 1
    assert "unknown_unit" in out
    assert "wrong_dimension" in out
    assert "unlinked_input" in out
    assert "3 blocker(s)" in out
    code, out, _ = run("check", broken, "--json", "-o", str(tmp_path / "f.parquet"))
    findings = json.loads(out)
    assert code == 1
    assert {f["code"]: (f["table"], f["row"], f["column"], f["value"]) for f in findings} == {
        "unknown_unit": ("exchanges", 1, "unit", "ton"),
        "wrong_dimension": ("exchanges", 2, "unit", "kg"),
        "unlinked_input": ("exchanges", 2, "provider_id", "power"),
    }
    assert pq.read_table(tmp_path / "f.parquet")["code"].to_pylist() == [f["code"] for f in findings]


def test_check_of_a_sound_inventory_is_a_yes(run: Run) -> None:
    code, out, _ = run("check", "example:two-suppliers", "--method", "core")
    assert code == 0
    assert "can be scored: 0 blocker(s), 0 warning(s)" in out


def test_methods_lists_versions_and_indicators(run: Run) -> None:
    code, out, _ = run("methods")
    assert code == 0
    for word in ("core/1.0-ar4", "core/1.0-ar5", "core/1.0-ar6", "water_scarcity", "m3 world-eq", "tailings"):
        assert word in out
    code, out, _ = run("methods", "--json")
    assert [m["gwp_set"] for m in json.loads(out)] == ["AR4", "AR5", "AR6", "AR6"]


@pytest.mark.parametrize(
    "words",
    [
        ["score", "nowhere"],
        ["score", "example:nothing"],
        ["score", "example:two-suppliers", "--method", "nothing"],
        ["score", "example:two-suppliers", "--indicator", "nothing"],
        ["score", "example:two-suppliers", "-o", "out.txt"],
        ["score", "example:two-suppliers", "-o", "/nowhere/out.csv"],
        ["score", "example:two-suppliers", "--unlinked", "guess"],
        ["check", "nowhere"],
        ["check", __file__],
        ["check", "nothing://nowhere"],
    ],
)
def test_bad_input_is_a_message_and_exit_2(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert "do: " in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["--nothing"], ["score"], ["nothing"]])
def test_bad_usage_is_exit_2(run: Run, words: list[str]) -> None:
    assert run(*words)[0] == 2


def test_version_and_help_load_no_numeric_library() -> None:
    script = (
        "import sys; sys.argv = ['lcaengine', {word!r}]\n"
        "from lcaengine.cli.app import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code\n"
        "heavy = {{'numpy', 'scipy', 'pandas', 'pint', 'numba', 'pyarrow'}} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    for word in ("--version", "--help"):
        done = subprocess.run(
            [sys.executable, "-c", script.format(word=word)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "lcaengine" in done.stdout


def test_installed_command_answers() -> None:
    done = subprocess.run([sys.executable, "-m", "lcaengine", "examples"], capture_output=True, text=True, check=True)
    assert "example:neodymium-magnet " in done.stdout


@pytest.mark.parametrize("command", ["check", "score"])
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_reader_that_leaves_does_not_change_the_answer(broken: str, command: str, option: list[str]) -> None:
    for place, answer in ((broken, 1), ("example:two-suppliers", 0)):
        words = [sys.executable, "-m", "lcaengine", command, place, *option]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            assert run.stdout is not None
            assert run.stderr is not None
            run.stdout.close()
            run.stderr.close()
            assert run.wait() == answer
