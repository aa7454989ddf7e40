"""The commands that take results apart: what they print in 80 columns, what they write, and how they say no."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from tests.conftest import Run
from tests.tables import CO2, Row, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_compare import JOINT

MAGNET = "example:neodymium-magnet"
TWO = "example:two-suppliers"
OF_MAGNET = ["contributions", MAGNET, "--product", "neodymium_magnet"]
OF_METAL = ["contributions", TWO, "--product", "metal"]
WAYS = ("process", "exchange", "flow", "input", "tier", "stage", "supplier", "location", "scope")


@pytest.fixture
def older(tmp_path: Path) -> str:
    """The example of two suppliers before mine-b used less power: 3 kWh a kg, now 1."""
    folder = tmp_path / "older"
    shutil.copytree(lca.find_example("two-suppliers"), folder)
    text = (folder / "exchanges.csv").read_text(encoding="utf-8")
    changed = text.replace("mine-b,electricity,input,1,kWh", "mine-b,electricity,input,3,kWh")
    assert changed != text
    (folder / "exchanges.csv").write_text(changed, encoding="utf-8")
    return str(folder)


@pytest.fixture
def blocked(tmp_path: Path) -> str:
    """An inventory with an input that nobody supplies."""
    tables: dict[str, list[Row]] = {
        "processes": [process("mill", "processing")],
        "flows": [CO2, product("steel"), product("coke")],
        "exchanges": [makes("mill", "steel"), takes("mill", "coke", 1), emits("mill", 1)],
    }
    return str(write_inventory(tmp_path / "blocked", tables))


@pytest.fixture
def joint(tmp_path: Path) -> str:
    return str(write_inventory(tmp_path / "joint", JOINT))


def assert_fits(out: str) -> None:
    wide = [line for line in out.splitlines() if len(line) > 80]
    assert wide == []


def load_strictly(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    "words",
    [
        *([*OF_MAGNET, "--by", by] for by in WAYS),
        ["contributions", MAGNET, "--demand", "hard_disk_drive", "--by", "input", "--indicator", "energy"],
        ["contributions", MAGNET, "--supplier", "bayan_obo_mine", "--process", "a_mining", "--by", "exchange"],
        [*OF_MAGNET, "--sankey"],
        [*OF_MAGNET, "--sankey", "--indicator", "water_scarcity", "--cutoff", "0.1"],
        [*OF_MAGNET, "--drivers", "--draws", "20"],
        ["contributions", MAGNET, "--demand", "hard_disk_drive", "--drivers", "--draws", "0", "--stage", "processing"],
        ["contributions", MAGNET, "--demand", "hard_disk_drive", "--drivers", "--draws", "0", "--cutoff", "0"],
        ["compare", MAGNET],
        ["compare", MAGNET, "--all", "--basis", "contract", "--indicator", "ghg"],
        ["diff", "example:neodymium-magnet-csv", MAGNET, "--all"],
        ["diff", TWO, MAGNET],
        ["score", MAGNET, "--by", "supplier"],
        ["score", MAGNET, "--by", "location", "--indicator", "ghg"],
        ["score", MAGNET, "--by", "scope"],
    ],
    ids=" ".join,
)
def test_the_magnet_fits_80_columns(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert out
    assert_fits(out)


def test_progress_of_a_slow_machine_fails_no_test(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that leaps ten seconds at a look: progress is told, but where a test of output keeps it still."""
    times = itertools.count()
    monkeypatch.setattr("time.monotonic", lambda: 10.0 * next(times))
    words = ("simulate", TWO, "--draws", 4, "--indicator", "ghg")
    assert run(*words)[2] == ""
    monkeypatch.setattr("lcaengine.cli.simulation.QUIET", 1.0)
    assert run(*words)[2].startswith("draw 4 of 4, ")


def test_contributions_are_printed(run: Run) -> None:
    # tests/test_cli.py: 5.4 = 3.48 of ore + 1.92. Power: 2 kWh, 1.2 kg ore x 4, 0.8 kg ore x 1: 7.6 kWh of 0.6 = 4.56;
    # the refinery 0.72; mine-b 0.8 x 0.15 = 0.12, of 5.4 2.2 %.
    code, out, _ = run(*OF_METAL)
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert code == 0
    assert " ".join(lines[0]) == "greenhouse gases (ghg) of refinery: 5.40 kg CO2e per kg"
    assert lines[1] == ["by", "process", "amount", "kg", "CO2e", "share"]
    assert lines[3:6] == [
        ["grid", "7.60", "kWh", "4.56", "84.4", "%"],
        ["refinery", "1.00", "kg", "0.720", "13.3", "%"],
        ["mine-b", "0.800", "kg", "0.120", "2.2", "%"],
    ]
    assert lines[6] == ["total,", "per", "kg", "5.40"]


def test_a_sankey_is_printed(run: Run) -> None:
    code, out, _ = run(*OF_METAL, "--sankey")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert code == 0
    assert lines[3] == ["market", "of", "ore", "at", "GLO", "refinery", "3.48", "64.4", "%"]  # 2 x 1.74
    assert lines[-1] == ["5", "nodes,", "6", "edges,", "loops", "taken", "off."]


def test_drivers_are_printed(run: Run) -> None:
    # Of 5.4, 7.6 kWh of 0.6 kg. The interval is nearly as wide as the sd, which narrows by 1 - sqrt(1 - share).
    code, out, _ = run(*OF_METAL, "--drivers", "--draws", "100", "--seed", "3")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert code == 0
    assert " ".join(lines[0]) == "greenhouse gases (ghg) of refinery: 5.40 kg CO2e per kg"
    assert lines[1][-5:] == ["elasticity", "variance", "rank", "exact", "halved"]
    assert lines[3][:6] == ["grid:", "Carbon", "dioxide,", "fossil", "(air)", "0.844"]
    share, exact, halved = (float(lines[3][at]) / 100 for at in (6, 9, 11))
    assert exact == pytest.approx(1 - (1 - share) ** 0.5, abs=0.003)
    assert halved == pytest.approx(1 - (1 - 0.75 * share) ** 0.5, abs=0.003)
    assert "in 100 draws, seed 3." in out
    # 2 kg of ore, of which 0.6 has 2.4 kg CO2e, 0.4 has 0.75: 0.6 x 2 x (2.4 - 1.74) / 0.4 of 5.4.
    at = lines.index(["market", "of", "ore", "at", "GLO:", "share", "of", "0.367", *"----"])
    assert lines[at + 1] == ["mine-a"]
    assert "Where one share of a market or an allocation moves, the others give way." in out
    _, out, _ = run(*OF_METAL, "--drivers", "--draws", "0")
    assert "rank" not in out
    assert "draws" not in out


def test_global_indices_are_printed(run: Run) -> None:
    """As Python finds them, in percent: five numbers, and all others."""
    code, out, _ = run(*OF_METAL, "--drivers", "--global", "--samples", "64", "--seed", "3")
    assert code == 0
    footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    found = lca.find_global_indices(footprints, product_id="metal", samples=64, seed=3)
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert lines[0] == ["ghg", "of", "refinery:", "5.40", "kg", "CO2e", "per", "kg"]
    assert lines[1][-6:] == ["mix", "first", "order", "+/-", "total", "+/-"]
    assert len(found.table) == 6
    for words, each in zip(lines[3:9], found.table.to_pylist(), strict=True):
        names = ("first_order", "first_order_half_width", "total", "total_half_width")
        assert words == [*each["part"].split(), *(w for name in names for w in (f"{100 * each[name]:.1f}", "%"))]
    assert f"64 samples, {64 * 8} scores, seed 3;" in out
    assert "--samples 128 narrows them" in out
    assert_fits(out)


def test_global_indices_of_the_magnet_fit_80_columns_and_are_strict_json(run: Run) -> None:
    words = [*OF_MAGNET, "--drivers", "--global", "--samples", "16"]
    code, out, _ = run(*words)
    assert (code, "Status of the score: proxy." in out) == (0, True)
    assert_fits(out)
    code, out, _ = run(*words, "--json")
    content = load_strictly(out)
    said = [content["run"][name] for name in ("samples", "evaluations", "seed", "stage", "status", "method")]
    assert (code, said) == (0, [16, 16 * 8, 1, "total", "proxy", "core/1.0-ar6"])
    assert {each["score"] for each in content["global_indices"]} == {content["run"]["total"]}


def test_global_indices_say_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is scored."""
    monkeypatch.setattr("lcaengine.uncertainty.variance_indices.find_spec", lambda _: None)
    monkeypatch.setattr("lcaengine.cli.analysis.score_or_exit", lambda *_: pytest.fail("scored"))
    code, out, err = run(*OF_METAL, "--drivers", "--global")
    assert (code, out) == (2, "")
    assert "need the package SALib" in err
    assert "pip install 'lcaengine[sensitivity]'" in err


def test_drivers_of_what_is_certain_say_so(run: Run, joint: str) -> None:
    code, out, _ = run("contributions", joint, "--process", "shop", "--drivers", "--draws", "4", "--allocation", "mass")
    assert code == 0
    assert "nothing varies" in out
    assert "-1.000" in out


def test_a_first_order_that_is_off_is_said(run: Run, tmp_path: Path) -> None:
    """h = 1 / (1 - a), a uniform from 0 to 0.98: its sd is far from 0.28 / 0.51^2."""
    spread = {"uncertainty_type": "uniform", "minimum": 0.0, "maximum": 0.98}
    tables: dict[str, list[Row]] = {
        "processes": [process("plant")],
        "flows": [CO2, product("power", "MJ")],
        "exchanges": [
            makes("plant", "power", unit="MJ"),
            takes("plant", "power", 0.49, "MJ", **spread),
            emits("plant", 1),
        ],
    }
    code, out, _ = run("contributions", write_inventory(tmp_path / "loop", tables), "--process", "plant", "--drivers")
    assert code == 0
    assert "First order is off by" in out


def test_scopes_of_what_has_none_are_explained(run: Run) -> None:
    _, out, _ = run(*OF_MAGNET, "--by", "scope")
    assert "have no scope" in out


def test_gaps_are_printed(run: Run, blocked: str) -> None:
    code, out, _ = run("contributions", blocked, "--process", "mill", "--unlinked", "cutoff")
    assert code == 0
    assert "Status: cut off." in out
    assert "Nobody supplies: 1.00 kg coke." in out


def test_a_comparison_is_printed(run: Run, joint: str) -> None:
    # tests/test_compare.py: a beam takes two of iron's 2, 6, 6.5, 8.
    code, out, _ = run("compare", joint, "--indicator", "ghg")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0  # what was not asked for by name may be impossible
    assert "greenhouse gases (ghg), kg CO2e as stated mass economic substitution none spread" in " ".join(lines)
    assert lines[lines.index("beam, per kg") + 1] == "shop 4.00 4.00 12.0 13.0 16.0 300.0 %"
    assert "Not possible, allocation energy: process 'works' is allocated by energy" in " ".join(lines)
    assert_fits(out)


def test_a_named_alternative_that_cannot_be_applied_is_a_no(run: Run, joint: str, tmp_path: Path) -> None:
    code, out, _ = run("compare", joint, "--allocation", "mass", "--allocation", "energy", "--indicator", "ghg")
    assert code == 1
    assert "Not possible, allocation energy" in out
    assert "shop" in out
    assert run("compare", joint, "--allocation", "economic", "--basis", "contract")[0] == 0
    code, out, _ = run("compare", joint, "--allocation", "energy", "--json", "-o", tmp_path / "out.csv")
    content = load_strictly(out)
    assert code == 1
    assert "allocated by energy" in content["run"]["refused"]["allocation energy"][0]
    assert (tmp_path / "out.csv").exists()  # what can be compared is


def test_a_first_that_cannot_be_applied_is_a_no(run: Run, tmp_path: Path) -> None:
    tables = {**JOINT, "processes": [{**JOINT["processes"][0], "allocation": "energy"}, *JOINT["processes"][1:]]}
    code, out, _ = run("compare", write_inventory(tmp_path / "joint", tables), "--indicator", "ghg")
    assert code == 1
    assert "Not possible, as stated" in out


def test_a_difference_is_printed(run: Run, older: str) -> None:
    # 0.8 kg ore of mine-b with 2 kWh less of 0.6: -0.96 kg CO2e; refinery and grid as before. 6.36 before.
    code, out, _ = run("diff", older, TWO, "--indicator", "ghg")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "greenhouse gases (ghg) of metal refinery: 6.36 -> 5.40 kg CO2e per kg (-15.1 %)"
    assert lines[1].startswith("  -0.96  mine-b: input electricity from grid electricity, 3.00 -> 1.00 kWh")
    assert lines[-1] == "1 score(s) moved, 0 did not."
    assert_fits(out)


JSON = [
    [*OF_METAL, "--by", "flow"],
    [*OF_METAL, "--indicator", "tailings"],
    [*OF_METAL, "--sankey"],
    [*OF_METAL, "--drivers", "--draws", "10"],
    [*OF_METAL, "--drivers", "--draws", "0", "--indicator", "tailings"],
    ["compare", TWO],
    ["compare", MAGNET, "--all"],
    ["diff", TWO, MAGNET, "--all"],
    ["score", TWO, "--by", "supplier"],
]


@pytest.mark.parametrize("words", JSON, ids=" ".join)
def test_json_is_strict_and_says_how_it_came_about(run: Run, words: list[str]) -> None:
    code, out, err = run(*words, "--json")
    assert (code, err) == (0, "")
    content = load_strictly(out)
    assert content["run"]
    assert "core/1.0-ar6" in out


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        (OF_METAL, {"contributions": 3, "gaps": 0}),
        ([*OF_METAL, "--sankey"], {"edges": 6, "nodes": 5}),
        # Six uncertain exchanges, five others, two shares, and the factor of carbon dioxide; none is below 1 %.
        ([*OF_METAL, "--drivers", "--draws", "10"], {"drivers": 14}),
        # Five numbers, and all others.
        ([*OF_METAL, "--drivers", "--global", "--samples", "16"], {"global_indices": 6}),
        # One product, 18 indicators.
        (["compare", TWO, "--basis", "contract"], {"comparison": 18}),
        (["compare", TWO, "--basis", "contract", "--indicator", "ghg"], {"comparison": 1}),
        # The older's figure and the newer's; a changed input moves ghg and energy_site and what else rests on it.
        (["diff", "OLDER", TWO, "--indicator", "ghg"], {"scores": 1, "effects": 1}),
        (["diff", TWO, TWO], {"scores": 18, "effects": 0}),
    ],
)
def test_files_hold_what_json_says(
    run: Run, tmp_path: Path, older: str, words: list[str], tables: dict[str, int]
) -> None:
    words = [older if word == "OLDER" else word for word in words]
    code, out, _ = run(*words, "--json")
    said = json.loads(out)
    assert code == 0
    assert {name: len(said[name]) for name in tables} == tables
    first, *others = tables
    for ending in ("parquet", "csv", "json", "xlsx"):
        file = tmp_path / f"out.{ending}"
        code, out, _ = run(*words, "-o", file)
        assert code == 0
        assert file.name in out.replace("\n", "")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == said[first]
    assert b"core/1.0-ar6" in pq.read_schema(tmp_path / "out.parquet").metadata[b"lcaengine"]
    assert pacsv.read_csv(tmp_path / "out.csv").num_rows == tables[first]
    assert json.loads((tmp_path / "out.run.json").read_text(encoding="utf-8")) == said["run"]
    for name in others:
        assert pq.read_table(tmp_path / f"out.{name}.parquet").to_pylist() == said[name]
        assert (tmp_path / f"out.{name}.csv").exists()
    assert load_strictly((tmp_path / "out.json").read_text(encoding="utf-8")) == said
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == [*tables, "run"]
    for name, count in tables.items():
        rows = list(book[name].iter_rows(values_only=True))
        assert len(rows) == 1 + count
        if count:
            assert rows[0] == tuple(said[name][0])


@pytest.mark.parametrize(
    "words",
    [
        ["contributions", TWO],
        ["contributions", TWO, "--process", "nothing"],
        ["contributions", TWO, "--product", "nothing"],
        ["contributions", TWO, "--supplier", "nothing"],
        ["contributions", TWO, "--demand", "nothing"],
        ["contributions", TWO, "--location", "GLO"],
        ["contributions", TWO, "--demand", "a", "--process", "b"],
        ["contributions", "nowhere", "--product", "metal"],
        ["contributions", "example:nothing", "--product", "metal"],
        [*OF_METAL, "--by", "color"],
        [*OF_METAL, "--cutoff", "2"],
        [*OF_METAL, "--cutoff", "-0.5"],
        [*OF_METAL, "--cutoff", "nan"],
        [*OF_METAL, "--sankey", "--cutoff", "1"],
        [*OF_METAL, "--indicator", "nothing"],
        [*OF_METAL, "--drivers", "--sankey"],
        [*OF_METAL, "--drivers", "--by", "flow"],
        [*OF_METAL, "--drivers", "--draws", "1"],
        [*OF_METAL, "--drivers", "--draws", "-1"],
        [*OF_METAL, "--drivers", "--seed", "-1"],
        [*OF_METAL, "--drivers", "--stage", "nothing"],
        [*OF_METAL, "--drivers", "--pedigree", "guess"],
        [*OF_METAL, "--drivers", "--cutoff", "1"],
        [*OF_METAL, "--drivers", "--indicator", "electricity_site_renewable"],
        [*OF_METAL, "--global"],
        [*OF_METAL, "--samples", "64"],
        [*OF_METAL, "--drivers", "--samples", "64"],
        [*OF_METAL, "--drivers", "--global", "--samples", "100"],
        [*OF_METAL, "--drivers", "--global", "--samples", "-16"],
        [*OF_METAL, "--drivers", "--global", "--draws", "10"],
        [*OF_METAL, "--drivers", "--global", "--cutoff", "0"],
        [*OF_METAL, "--drivers", "--global", "--plot", "out.png"],
        [*OF_METAL, "--drivers", "--global", "--seed", "-1"],
        [*OF_METAL, "--drivers", "--global", "--stage", "nothing"],
        [*OF_METAL, "--drivers", "--global", "--indicator", "tailings"],
        [*OF_METAL, "--drivers", "--global", "--indicator", "electricity_site_renewable"],
        [*OF_METAL, "--drivers", "--global", "-o", "out.txt"],
        [*OF_METAL, "--draws", "10"],
        [*OF_METAL, "--stage", "processing"],
        [*OF_METAL, "--sankey", "--indicator", "nothing"],
        [*OF_METAL, "--method", "nothing"],
        [*OF_METAL, "--unlinked", "guess"],
        [*OF_METAL, "--basis", "guess"],
        [*OF_METAL, "--max-fallback", "guess"],
        [*OF_METAL, "--allocation", "guess"],
        [*OF_METAL, "--open-water", "guess"],
        [*OF_METAL, "-o", "out.txt"],
        [*OF_METAL, "-o", "/nowhere/out.csv"],
        ["compare", "nowhere"],
        ["compare", TWO, "--allocation", "guess"],
        ["compare", TWO, "--basis", "guess"],
        ["compare", TWO, "--indicator", "nothing"],
        ["compare", TWO, "--max-fallback", "guess"],
        ["compare", TWO, "--method", "nothing"],
        ["compare", TWO, "-o", "out.txt"],
        ["diff", TWO, "nowhere"],
        ["diff", "nowhere", TWO],
        ["diff", TWO, TWO, "--indicator", "nothing"],
        ["diff", TWO, TWO, "--allocation", "guess"],
        ["diff", TWO, TWO, "--method", "nothing"],
        ["diff", TWO, TWO, "-o", "out.txt"],
        ["score", TWO, "--by", "color"],
    ],
    ids=" ".join,
)
def test_bad_words_say_what_where_and_what_to_do(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert "\n  do:    " in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [["contributions"], ["compare"], ["diff", TWO], [*OF_METAL, "--cutoff", "much"], [*OF_METAL, "--color"]],
    ids=" ".join,
)
def test_bad_usage_is_exit_2(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["contributions", "BLOCKED", "--process", "mill"],
        ["contributions", "BLOCKED", "--process", "mill", "--sankey"],
        ["compare", "BLOCKED"],
        ["compare", "BLOCKED", "--allocation", "mass"],
        ["diff", "BLOCKED", TWO],
        ["diff", TWO, "BLOCKED"],
        ["score", "BLOCKED", "--by", "supplier"],
    ],
    ids=" ".join,
)
def test_a_blocked_inventory_is_a_no_and_writes_nothing(
    run: Run, blocked: str, tmp_path: Path, words: list[str]
) -> None:
    words = [blocked if word == "BLOCKED" else word for word in words]
    code, out, err = run(*words, "-o", tmp_path / "out.csv")
    assert (code, out) == (1, "")
    assert "nobody supplies or treats 'coke'" in err
    assert "1 blocker(s)" in err
    code, out, err = run(*words, "-o", tmp_path / "out.csv", "--json")
    assert (code, err) == (1, "")
    assert [f["code"] for f in load_strictly(out)["findings"] if f["severity"] == "blocker"] == ["unlinked_input"]
    assert [file.name for file in tmp_path.iterdir()] == ["blocked"]


@pytest.mark.parametrize(
    "words",
    [
        ["contributions", "OLDER", "--product", "metal"],
        ["compare", "OLDER"],
        ["diff", "OLDER", TWO],
        ["diff", TWO, "OLDER"],
        ["score", "OLDER", "--by", "supplier"],
    ],
    ids=" ".join,
)
def test_nothing_is_written_into_an_inventory(run: Run, older: str, words: list[str]) -> None:
    before = sorted(file.name for file in Path(older).iterdir())
    for place in (older, Path(older).as_uri()):
        given = [place if word == "OLDER" else word for word in words]
        code, out, err = run(*given, "-o", Path(older) / "out.csv")
        assert (code, out) == (2, "")
        assert "is a part of the inventory" in err
    assert sorted(file.name for file in Path(older).iterdir()) == before


def test_nothing_is_written_into_an_example(run: Run) -> None:
    target = lca.find_example("two-suppliers") / "out.csv"
    assert run(*OF_METAL, "-o", target)[0] == 2
    assert not target.exists()


def test_ids_that_look_like_markup_are_printed_as_they_are(run: Run, tmp_path: Path) -> None:
    tables: dict[str, list[Row]] = {
        "processes": [process("[red]mill[/red]", "processing", allocation="none"), process("[b]")],
        "flows": [CO2, product("[i]steel"), product("power [x]"), product("slag")],
        "exchanges": [
            makes("[red]mill[/red]", "[i]steel"),
            exchange("[red]mill[/red]", "slag", "output", 1.0),
            takes("[red]mill[/red]", "power [x]", 2),
            emits("[red]mill[/red]", 1),
            makes("[b]", "power [x]"),
            emits("[b]", 1),
        ],
    }
    place = write_inventory(tmp_path / "a", tables)
    rows = [{**r, "amount": 5.0} if r["flow_id"] == "power [x]" else r for r in tables["exchanges"]]
    other = write_inventory(tmp_path / "b", {**tables, "exchanges": rows})
    for words in (
        ["contributions", place, "--process", "[red]mill[/red]"],
        ["contributions", place, "--process", "[red]mill[/red]", "--sankey"],
        ["compare", place, "--indicator", "ghg"],
        ["diff", place, other, "--indicator", "ghg"],
    ):
        code, out, err = run(*words)
        assert (code, err) == (0, "")
        assert "[red]mill[/red]" in out
