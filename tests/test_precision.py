"""Precision: standard errors against repeated draws, and the caution where draws are few."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.precision import describe_precision, warn_of_few
from tests.conftest import Run
from tests.scoring import system
from tests.tables import emits, makes, product, write_inventory


def test_standard_errors_are_those_of_repeated_draws() -> None:
    """20,000 samples of 50 numbers by numpy: an sd of so many is known to 1 / sqrt(2 x 20,000) = 0.5 %; 4 of these."""
    numbers = np.random.default_rng(1).standard_exponential((20_000, 50))
    below = (numbers < stats.expon.ppf(0.025)).mean(axis=1)
    known = describe_precision(50)
    assert known["standard_error_of_mean"] == pytest.approx(numbers.mean(axis=1).std(), rel=0.02)  # the sd is 1
    assert known["standard_error_of_tails"] == pytest.approx(
        below.std(), rel=0.03
    )  # a binomial of 1.25 has wider tails


def test_forty_draws_have_one_beyond_each_end() -> None:
    """40 x 0.025 = 1."""
    assert (bool(warn_of_few(39)), warn_of_few(40)) == (True, "")
    assert describe_precision(39)["caution"] == warn_of_few(39)


@pytest.mark.parametrize("draws", [2, 39, 40])
def test_the_command_says_how_well_numbers_are_known(run: Run, tmp_path: Path, draws: int) -> None:
    """In the terminal, beside a file, in the record of the run."""
    few = f"{draws} draws are too few for 2.5 % and 97.5 %, which need at least 40"
    asked = ("simulate", "example:two-suppliers", "--draws", draws, "--indicator", "ghg")
    code, out, err = run(*asked)
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert f"of a mean {draws**-0.5:.2g} sd" in said
    assert (few in said) == (draws < 40)
    assert max(map(len, out.splitlines())) <= 80
    code, out, err = run(*asked, "-o", tmp_path / "out.json")
    assert (code, few in err) == (0, draws < 40)
    recorded = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["run"]
    assert recorded["standard_error_of_mean"] == pytest.approx(draws**-0.5)
    assert recorded["caution"] == (few if draws < 40 else "")


@pytest.mark.parametrize("draws", [8, 40])
def test_suppliers_in_parts_say_it_too(run: Run, tmp_path: Path, draws: int) -> None:
    place = lca.find_example("two-suppliers").parent / "suppliers"
    words = ("simulate", place, "--background", "example:two-suppliers", "--indicator", "ghg", "--draws", draws)
    code, out, _ = run(*words, "-o", tmp_path / "out")
    few = f"{draws} draws are too few for 2.5 % and 97.5 %, which need at least 40"
    assert (code, few in out) == (0, draws < 40)
    lines = out.replace(str(tmp_path), "").splitlines()  # how long its name is, is not the command's
    assert max(map(len, lines)) <= 80
    recorded = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert recorded["standard_error_of_tails"] == pytest.approx((0.025 * 0.975 / draws) ** 0.5)
    assert recorded["caution"] == (few if draws < 40 else "")


@pytest.mark.parametrize("draws", [2, 40])
@pytest.mark.parametrize("command", ["compare", "whatif", "drivers"])
def test_every_interval_of_few_draws_has_the_caution(run: Run, tmp_path: Path, command: str, draws: int) -> None:
    """In the terminal, beside a file, in its record, and in JSON."""
    few = f"{draws} draws are too few for 2.5 % and 97.5 %, which need at least 40"
    of = {"compare": "", "whatif": "draws", "drivers": "simulated"}[command]
    words = (*name_words(command, tmp_path), "--draws", draws, "--indicator", "ghg")
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert " ".join(out.split()).count(few) == (draws < 40)
    assert max(map(len, out.splitlines())) <= 80
    code, _, err = run(*words, "-o", tmp_path / "out.json")
    assert (code, err) == (0, f"note: {few}\n" if draws < 40 else "")
    code, out, err = run(*words, "--json")
    assert (code, err) == (0, "")
    for text in (out, (tmp_path / "out.json").read_text(encoding="utf-8")):
        about = json.loads(text)["run"]
        about = about[of] if of else about
        assert about["caution"] == (few if draws < 40 else "")
        assert about["standard_error_of_mean"] == pytest.approx(draws**-0.5)


def name_words(command: str, folder: Path) -> tuple[object, ...]:
    if command == "compare":
        return ("compare", "example:two-suppliers", "--of", "mine-a", "--of", "mine-b")
    if command == "drivers":
        return ("contributions", "example:two-suppliers", "--product", "metal", "--drivers")
    changes = folder / "changes.csv"
    changes.write_text("scenario,process_id,flow_id,amount,unit\nless,refinery,ore,1.9,kg\n", encoding="utf-8")
    return ("whatif", "example:two-suppliers", changes)


def test_where_nothing_varies_or_is_drawn_there_is_no_caution(run: Run) -> None:
    words = ("contributions", "example:two-suppliers", "--product", "metal", "--drivers")
    for more in (("--draws", 0), ("--draws", 2, "--indicator", "land_occupation")):
        code, out, _ = run(*words, *more)
        assert (code, "too few" in out) == (0, False)


def test_only_what_is_asked_for_is_drawn_and_written(run: Run, tmp_path: Path) -> None:
    """Of a file with --indicator, results and each draw have that one alone; without it, all of the method."""
    asked = ("simulate", "example:two-suppliers", "--draws", 2, "--raw", "-o")
    for name, more in (("one", ("--indicator", "energy")), ("all", ())):
        assert run(*asked, tmp_path / f"{name}.json", *more)[0] == 0
    (written, every) = (
        {row["indicator"] for row in json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["results"]}
        for name in ("one", "all")
    )
    assert written == {"energy"}
    assert every == {each.id for each in lca.read_method("core").indicators}
    (drawn, each) = (set(read_column(tmp_path / f"{name}.draws.parquet", "indicator")) for name in ("one", "all"))
    assert (drawn, each) == ({"energy"}, every)
    assert "only is drawn, shown and written" in " ".join(run("simulate", "--help")[1].replace("│", " ").split())


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_each_draw_says_of_what_it_is(run: Run, tmp_path: Path, ending: str) -> None:
    """A press makes pieces of 2 kg CO2e, a mill bars by the t: draws have their units, and the run of the results."""
    smoke = emits("mill", 3.0, uncertainty_type="uniform", minimum=1.0, maximum=5.0)
    made = [makes("press", "cup", unit="piece"), emits("press", 2.0), makes("mill", "bar"), smoke]
    folder = write_inventory(tmp_path / "in", system(*made, flows=[product("cup", "piece"), product("bar", "t")]))
    file = tmp_path / f"out.{ending}"
    few = ("--draws", 3, "--seed", 5, "--raw", "--indicator", "ghg", "--indicator", "energy")
    assert run("simulate", folder, *few, "-o", file)[0] == 0
    table = pq.read_table(tmp_path / "out.draws.parquet")
    found = {tuple(row[name] for name in ("process_id", "indicator", "unit", "per")) for row in table.to_pylist()}
    units = {"ghg": "kg CO2e", "energy": "MJ"}
    assert found == {
        (process_id, indicator, unit, per)
        for process_id, per in (("press", "piece"), ("mill", "t"))
        for indicator, unit in units.items()
    }
    per = {row["per"]: row["value"] for row in table.to_pylist() if row["indicator"] == "ghg" and row["draw"] == 0}
    assert per["piece"] == pytest.approx(2.0)
    assert 1000.0 <= per["t"] <= 5000.0
    beside = json.loads(pq.read_schema(file).metadata[b"lcaengine"] if ending == "parquet" else read_run(tmp_path))
    about = json.loads(table.schema.metadata[b"lcaengine"])
    assert about["seed"] == 5
    assert about["inventory_hash"] == lca.read_inventory(folder).hash
    assert about["method_hash"] == lca.read_method("core").hash
    assert about.items() <= beside.items()


def read_run(folder: Path) -> str:
    return (folder / "out.run.json").read_text(encoding="utf-8")


def read_column(file: Path, name: str) -> list[str]:
    column: list[str] = pq.read_table(file).column(name).to_pylist()
    return column
