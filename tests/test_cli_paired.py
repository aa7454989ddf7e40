"""Comparisons in the same draws on the command line: `compare --draws`, `--of`, `--with`, and `whatif --draws`."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.cli.simulation import show_draws
from tests.conftest import Run
from tests.scoring import system
from tests.tables import emits, makes, product, takes, write_inventory
from tests.test_paired import mines
from tests.test_scenarios import HOUSE
from tests.test_simulate import lognormal

TWO = "example:two-suppliers"
MAGNET = "example:neodymium-magnet"
CHANGES = Path(__file__).resolve().parents[1] / "examples/whatif.csv"
MINES = ["compare", TWO, "--of", "mine-a", "--of", "mine-b", "--draws", "200", "--seed", "7"]
GHG = ["--indicator", "ghg"]


@pytest.fixture
def newer(tmp_path: Path) -> str:
    """The example with a refinery that emits 0.6 kg in place of 0.72."""
    folder = tmp_path / "newer"
    shutil.copytree(lca.find_example("two-suppliers"), folder)
    text = (folder / "exchanges.csv").read_text(encoding="utf-8")
    assert "refinery,co2,output,0.72" in text
    changed = text.replace("refinery,co2,output,0.72", "refinery,co2,output,0.6")
    (folder / "exchanges.csv").write_text(changed, encoding="utf-8")
    return str(folder)


def assert_fits(out: str) -> None:
    assert out
    assert max(map(len, out.splitlines())) <= 80


def lines_of(out: str) -> list[str]:
    return [" ".join(line.split()) for line in out.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        [*MINES, "--stages", *GHG],
        [*MINES, "--of", "metal", *GHG],
        ["compare", MAGNET, "--allocation", "mass", "--draws", "16", *GHG],
        ["compare", MAGNET, "--of", "a_magnet", "--of", "b_magnet", "--of", "c_magnet", "--draws", "16", *GHG],
        ["compare", MAGNET, "--of", "a_magnet", "--allocation", "mass", "--draws", "50", *GHG],
        ["compare", TWO, "--with", "NEWER", "--draws", "50", *GHG],
        ["whatif", TWO, str(CHANGES), "--draws", "50", *GHG],
    ],
    ids=" ".join,
)
def test_all_fits_80_columns(run: Run, newer: str, words: list[str]) -> None:
    code, out, err = run(*(newer if word == "NEWER" else word for word in words))
    assert code == 0, err
    assert_fits(out.replace(newer, "newer"))


def test_two_mines_are_printed(run: Run) -> None:
    """5.4 of metal: mine A 2.4, mine B 0.75; see tests/test_readme.py."""
    code, out, _ = run(*MINES, *GHG)
    lines = lines_of(out)
    assert code == 0
    assert "greenhouse gases (ghg), kg CO2e per kg static mean sd 2.5 % median 97.5 %" in " ".join(lines)
    assert any(line.startswith("A mine-a 2.40 ") for line in lines)
    assert any(line.startswith("B mine-b 0.750 ") for line in lines)
    # None of 200: (0 + 2) / (200 + 4), and its standard error, 0.0069.
    assert any(line.startswith("A, B 0.0 % +- 0.7 2nd - 1st -") for line in lines)
    assert "place" not in out  # of two, P says it
    assert "the same 200 draws for all, seed 7" in out


def test_json_and_files_hold_all_tables(run: Run, tmp_path: Path) -> None:
    words = [*MINES, *GHG, "--stages"]
    code, out, _ = run(*words, "--json")
    said: dict[str, Any] = json.loads(out)
    assert code == 0
    stages = 4  # extraction, processing, unassigned, total
    assert {name: len(said[name]) for name in ("pairs", "alternatives", "ranks")} == {
        "pairs": stages,
        "alternatives": 2 * stages,
        "ranks": 4 * stages,
    }
    run_record = said["run"]
    assert (run_record["draws"], run_record["seed"], run_record["pedigree_table"]) == (200, 7, "ecoinvent-3")
    assert [each["method"] for each in run_record["inventories"]] == ["core/1.0-ar6"]
    assert run_record["comparisons"][""]["alternatives"] == {"mine-a": "mine-a, per kg", "mine-b": "mine-b, per kg"}
    for ending in ("parquet", "json", "xlsx"):
        code, out, _ = run(*words, "-o", tmp_path / f"out.{ending}")
        assert code == 0
        assert out.startswith("1 pair in 200 draws written to")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == said["pairs"]
    assert pq.read_table(tmp_path / "out.ranks.parquet").to_pylist() == said["ranks"]
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == said
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["pairs", "alternatives", "ranks", "run"]
    _, out, _ = run(*words, "--of", "refinery", "--of", "ore", "-o", tmp_path / "four.csv")
    assert out.startswith("6 pairs in 200 draws written to")


def test_two_inventories_differ_by_what_was_changed(run: Run, newer: str) -> None:
    """The refinery's 0.12 kg less, drawn with the same numbers: 0.12 times one lognormal, whatever else varies."""
    code, out, _ = run("compare", TWO, "--with", newer, "--draws", "300", *GHG, "--json")
    (pair,) = json.loads(out)["pairs"]
    assert code == 0
    assert (pair["comparison"], pair["first"], pair["second"]) == ("metal, refinery, per kg", TWO, newer)
    assert (pair["p_less"], pair["shared_rows"]) == (0.0, 6)  # of 8 uncertain rows, all but two of water
    assert pair["difference_p50"] == pytest.approx(-0.12, rel=0.01)
    assert pair["difference_p97_5"] < -0.11
    code, out, _ = run("compare", TWO, "--with", newer, "--of", "metal", "--of", "mine-a", *GHG, "--json")
    assert [each["first"] for each in json.loads(out)["pairs"]].count(f"metal, {newer}") == 2


def test_policies_in_the_same_draws(run: Run) -> None:
    words = ["compare", MAGNET, "--allocation", "mass", "--of", "b_magnet", "--draws", "50", *GHG]
    code, out, _ = run(*words)
    assert code == 0
    assert "unlike allocation: A economic; B mass." in lines_of(out)
    assert run(*words, "--unlike", "refuse")[0] == 2
    code, out, _ = run(*words, "--allocation", "energy")
    assert code == 1  # energy cannot be applied
    assert "Not possible, allocation energy: process 'b_separation'" in out


def test_scenarios_in_the_same_draws(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("whatif", TWO, CHANGES, "--draws", "100", *GHG)
    assert code == 0
    lines = lines_of(out)
    assert "base 5.40 complete" in lines  # the static answer comes first
    assert "D mine B alone 100.0 0.0 0.0 0.0" in lines
    code, out, _ = run("whatif", TWO, CHANGES, "--draws", "16", *GHG, "--json")
    content = json.loads(out)
    assert len(content["pairs"]) == 6
    assert {row["first"] for row in content["pairs"]} == {"base", "less power", "more of mine B"}
    assert content["run"]["draws"]["draws"] == 16
    target = tmp_path / "out.parquet"
    assert run("whatif", TWO, CHANGES, "--draws", "16", *GHG, "-o", target)[0] == 0
    assert pq.read_table(tmp_path / "out.pairs.parquet").num_rows == 6


def test_results_of_scenarios_have_mean_and_sd(run: Run) -> None:
    """Those of the draws of each, as they stand among the alternatives; parts that were not drawn have none."""
    code, out, _ = run("whatif", TWO, CHANGES, "--draws", "50", *GHG, "--json")
    assert code == 0
    said = json.loads(out)
    spread = {each["alternative"]: (each["mean"], each["sd"]) for each in said["alternatives"]}
    totals = {r["scenario"]: (r["mean"], r["sd"]) for r in said["results"] if r["stage"] == "total"}
    assert totals == spread
    assert len(totals) == 4
    parts = [r for r in said["results"] if r["stage"] != "total"]
    assert parts
    assert {(r["mean"], r["sd"]) for r in parts} == {(None, None)}
    assert "sd" not in json.loads(run("whatif", TWO, CHANGES, *GHG, "--json")[1])["results"][0]


def test_places_that_are_not_shown_are_where_it_says(run: Run, tmp_path: Path) -> None:
    """Of several end products no places are shown."""
    own = [makes("plant", "rod"), makes("mill", "bar"), emits("plant", 1.0, **lognormal(1.0, 0.1)), emits("mill", 2.0)]
    place = str(write_inventory(tmp_path / "two", system(*own, flows=[product("rod"), product("bar")])))
    changes = tmp_path / "changes.csv"
    changes.write_text(
        "scenario,process_id,flow_id,amount\nless,mill,co2,1 kg\nleast,mill,co2,0 kg\n", encoding="utf-8"
    )
    code, out, err = run("whatif", place, changes, "--draws", "16", *GHG)
    assert code == 0, err
    assert "place, % of draws" not in out
    assert "Places are shown of one product alone; -o FILE (FILE.ranks) or --json lists all." in " ".join(out.split())
    assert run("whatif", place, changes, "--draws", "16", *GHG, "-o", tmp_path / "a.parquet")[0] == 0
    assert len(set(pq.read_table(tmp_path / "a.ranks.parquet")["comparison"].to_pylist())) == 2


def test_progress_counts_the_draws_of_each_version(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    times = iter(range(100))
    monkeypatch.setattr("lcaengine.cli.simulation.time.monotonic", lambda: 10.0 * next(times))
    monkeypatch.setattr("lcaengine.cli.simulation.QUIET", 1.0)
    monkeypatch.setattr("sys.stderr", said)
    show = show_draws(1000)
    for done in (500, 1000, 1001, 3000):
        show(done, 3000)
    told = [line.split(" a second")[0].rpartition(", ")[0] for line in said.getvalue().splitlines()]
    assert told == [
        "draw 500 of 1000, version 1 of 3",
        "draw 1000 of 1000, version 1 of 3",
        "draw 1 of 1000, version 2 of 3",
        "draw 1000 of 1000, version 3 of 3",
    ]


def test_scenarios_that_cannot_be_scored_are_not_drawn(run: Run, tmp_path: Path) -> None:
    loop = {
        **HOUSE,
        "exchanges": [*HOUSE["exchanges"], {**emits("coal", 0.05), "flow_id": "steel", "direction": "input"}],
    }
    inventory = write_inventory(tmp_path / "loop", loop)
    changes = tmp_path / "changes.csv"
    changes.write_text(
        "scenario,process_id,flow_id,amount,unit\nstarved,coal,steel,0.2,kg\n", encoding="utf-8"
    )  # needs all of itself
    code, out, err = run("whatif", inventory, changes, "--draws", "20", *GHG)
    assert (code, err) == (1, "")
    assert "not possible" in out
    assert "draws for all" not in out


def test_what_is_not_certain_is_said(run: Run, tmp_path: Path) -> None:
    place = write_inventory(tmp_path / "mines", mines(emits("a", 5.0), emits("b", 4.0, **lognormal(4.0, 0.2))))
    code, out, _ = run("compare", place, "--of", "a", "--of", "b", *GHG)
    assert code == 0
    assert "A, B (ghg): nothing behind a states a distribution: a width of zero is no" in out
    tables = mines(emits("a", 5.0, **lognormal(5.0, 0.2)), emits("b", 4.0, **lognormal(4.0, 0.2)))
    tables = {
        **tables,
        "flows": [*tables["flows"], product("coke")],
        "exchanges": [*tables["exchanges"], *(takes(name, "coke", 1.0) for name in "ab")],
    }
    place = write_inventory(tmp_path / "cut", tables)
    code, out, _ = run("compare", place, "--of", "a", "--of", "b", *GHG, "--unlinked", "cutoff")
    assert "A, B (ghg): the two share no drawn row: they are drawn independently." in lines_of(out)
    assert "Status of all, in ghg: cut off." in out


def test_many_alternatives_are_shown_with_the_first(run: Run, tmp_path: Path) -> None:
    names = [f"mine [{at}]" for at in range(28)]  # as markup, and past the letters
    place = write_inventory(tmp_path, mines(*(emits(name, 5.0, **lognormal(5.0, 0.2)) for name in names)))
    code, out, _ = run("compare", place, *(word for name in names for word in ("--of", name)), "--draws", "100", *GHG)
    assert code == 0
    assert_fits(out)
    assert "AB mine [27]" in " ".join(out.split())
    assert "A, AB" in out
    assert "B, C " not in out.split("place")[0]
    assert "Pairs are shown with the first alternative; -o FILE or --json lists all." in out


@pytest.mark.parametrize(("count", "label"), [(8, "A mine-00"), (9, "A mine-00"), (28, "A")])
def test_all_places_are_shown_that_fit_and_of_others_it_is_said_where_they_are(
    run: Run, tmp_path: Path, count: int, label: str
) -> None:
    """One more column, as wide as its numbers and two blanks, would leave names less than twelve letters."""
    names = [f"mine-{at:02}" for at in range(count)]
    place = write_inventory(tmp_path, mines(*(emits(name, 5.0, **lognormal(5.0, 0.2)) for name in names)))
    words = ["compare", place, *(word for name in names for word in ("--of", name)), "--draws", "100", *GHG]
    code, out, _ = run(*words)
    assert code == 0
    assert_fits(out)
    lines = lines_of(out)
    below = lines[next(at for at, line in enumerate(lines) if line.startswith("place, %")) :]
    shown = [int(word) for word in " ".join(below[:2]).split() if word.isdigit()]  # the heading may go on below
    assert shown == list(range(1, len(shown) + 1))
    ranks = json.loads(run(*words, "--json")[1])["ranks"]
    assert len(ranks) == count**2
    shares = {(each["alternative"], each["place"]): f"{100 * each['probability']:.1f}" for each in ranks}
    assert " ".join([label, *(shares["mine-00", at] for at in shown)]) in lines
    note = f"Not shown: place {len(shown) + 1} to {count}; -o FILE (FILE.ranks) or --json lists all."
    assert (note in lines) == (len(shown) < count)
    if count == 28:
        wide = [2 + max(len(shares[name, at]) for name in names) for at in range(1, len(shown) + 2)]
        assert 8 < len(shown) < 28
        assert 14 + sum(wide) > 80
        assert "Not shown" not in run(*words, columns=240)[1]
    else:
        assert len(shown) == count


@pytest.mark.parametrize(
    "words",
    [
        ["compare", TWO, "--of", "mine-a"],
        ["compare", TWO, "--of", "mine-a", "--of", "nobody"],
        ["compare", TWO, "--of", "metal", "--of", "electricity"],
        ["compare", TWO, "--of", "GLO", "--of", "metal"],
        ["compare", TWO, "--with", TWO],
        ["compare", TWO, "--with", "nowhere"],
        ["compare", TWO, "--with", MAGNET, "--draws", "20"],  # nothing in common
        ["compare", TWO, "--with", MAGNET, "--allocation", "mass"],
        ["compare", TWO, "--of", "metal", "--of", "ore", "--all"],
        ["compare", TWO, "--seed", "7"],
        ["compare", TWO, "--stages"],
        ["compare", TWO, "--unlike", "refuse"],
        ["compare", TWO, "--static", "means"],
        [*MINES, "--static", "modes"],
        [*MINES, "--static", ""],
        ["compare", TWO, "--pedigree", "none"],
        ["whatif", TWO, str(CHANGES), "--basic-uncertainty", "1.1"],
        ["whatif", TWO, str(CHANGES), "--draws", "1"],
        ["whatif", TWO, str(CHANGES), "--draws", "20", "--by", "scope"],
        [*MINES, "--pedigree", "guess"],
        [*MINES, "--basic-uncertainty", "0.5"],
        [*MINES, "--unlike", "ignore"],
        [*MINES, "--of", "metal", "--unlike", "refuse"],
        [*MINES, "--indicator", "coal"],
        [*MINES, "-o", "out.txt"],
        ["compare", TWO, "--draws", "1"],
        ["compare", TWO, "--draws", "20", "--seed", "-1"],
        ["compare", TWO, "--draws", "many"],
    ],
    ids=" ".join,
)
def test_bad_words_say_what_and_what_to_do(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "\n  do:    " in err or "Usage" in err


def test_too_many_products_at_a_time_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcaengine.cli.paired.MOST_GROUPS", 3)
    code, out, err = run("compare", MAGNET, "--draws", "20", "--allocation", "mass", *GHG)
    assert (code, out) == (2, "")
    assert "end products are more than 3" in err


def test_a_blocked_inventory_is_a_no(run: Run, tmp_path: Path) -> None:
    tables = mines(emits("a", 5.0), emits("b", 4.0))
    tables = {
        **tables,
        "flows": [*tables["flows"], product("coke")],
        "exchanges": [*tables["exchanges"], takes("a", "coke", 1.0)],
    }
    place = write_inventory(tmp_path / "blocked", tables)
    for words in (["--of", "a", "--of", "b"], ["--draws", "20"]):
        code, out, err = run("compare", place, *words, "-o", tmp_path / "out.csv")
        assert (code, out) == (1, "")
        assert "nobody supplies or treats 'coke'" in err
    assert not (tmp_path / "out.csv").exists()
