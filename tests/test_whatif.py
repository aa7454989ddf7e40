"""The table of changes and the command `whatif`: what a stranger writes, and what comes back."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.method import find_method
from tests.conftest import Run
from tests.tables import emits, makes, write_inventory
from tests.test_scenarios import HOUSE

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/whatif.csv"
HEAD = "scenario,process_id,flow_id,direction,old_provider_id,location,amount,unit,provider_id,share,basis"


def write(folder: Path, *rows: str, head: str = HEAD) -> Path:
    """Write a table of changes; rows may be shorter than its head."""
    commas = head.count(",")
    file = folder / "changes.csv"
    file.write_text(
        "\n".join([head, *(row + "," * (commas - row.count(",")) for row in rows)]) + "\n", encoding="utf-8"
    )
    return file


def test_the_example_reads_and_scores_by_hand() -> None:
    # The base is in tests/test_readme.py, 5.4. Ore: mine A 2.4, mine B 0.75 kg CO2e a kg; metal: 2 kg of it, 2 kWh of
    # 0.6, and 0.72.
    scenarios = lca.read_changes(EXAMPLE)
    base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    found = {name: lca.change(base, changes).get("ghg", product_id="metal") for name, changes in scenarios.items()}
    assert found == {
        "less power": pytest.approx(2 * (0.6 * 1.92 + 0.4 * 0.75) + 1.5 * 0.6 + 0.72),
        "more of mine B": pytest.approx(2 * (0.2 * 2.4 + 0.8 * 0.75) + 1.2 + 0.72),
        "mine B alone": pytest.approx(2 * 0.75 + 1.2 + 0.72),
    }


def test_the_command_shows_base_and_scenarios(run: Run) -> None:
    code, out, err = run("whatif", "example:two-suppliers", EXAMPLE, "--indicator", "ghg")
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "metal, per kg, refinery GLO" in lines
    assert "base 5.40 complete" in lines
    assert "less power 4.52 -0.876 -16.2 complete" in lines  # 4.524 of 5.4
    assert "mine B alone 3.42 -1.98 -36.7 complete" in lines
    assert "more of mine B: market of ore: 0.2 mine-a, 0.8 mine-b" in lines


@pytest.mark.parametrize("ending", ["parquet", "csv", "json", "xlsx"])
def test_files_have_a_column_for_the_scenario_and_the_run_names_the_changes(
    run: Run, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"out.{ending}"
    code, _, err = run("whatif", "example:two-suppliers", EXAMPLE, "-o", target)
    assert code == 0, err
    if ending == "xlsx":
        rows = list(openpyxl.load_workbook(target)["results"].iter_rows(values_only=True))
        assert rows[0][0] == "scenario"
        assert {row[0] for row in rows[1:]} == {"base", "less power", "more of mine B", "mine B alone"}
        return
    if ending == "json":
        content = json.loads(target.read_text(encoding="utf-8"))
        about, results = content["run"], content["results"]
    elif ending == "csv":
        about = json.loads((tmp_path / "out.run.json").read_text(encoding="utf-8"))
        assert (tmp_path / "out.changes.csv").read_text(encoding="utf-8").count("\n") == 6
        results = []
    else:
        table = pq.read_table(target)
        about, results = json.loads(table.schema.metadata[b"lcaengine"]), table.to_pylist()
        assert table.column_names[0] == "scenario"
        assert (
            table.column_names[1:]
            == lca.score(lca.read_inventory(lca.find_example("two-suppliers"))).to_arrow().column_names
        )
    _check_run(about, results)


def _check_run(about: dict[str, Any], results: list[dict[str, Any]]) -> None:
    assert about["changes_sha256"] == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    scenario = about["scenarios"]["mine B alone"]
    assert scenario["changes"] == ["refinery, ore: provider mine-b"]
    assert scenario["inventory_hash"] != about["base"]["inventory_hash"]
    assert about["base"]["method"] == "core/1.0-ar6"
    hashes = {row["scenario"]: row["inventory_hash"] for row in results}
    assert not results or hashes["mine B alone"] == scenario["inventory_hash"]


def test_the_run_of_a_changed_result_names_the_changes(tmp_path: Path) -> None:
    base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    for name, footprints in (("old", base), ("new", lca.change(base, [lca.Change("co2", "grid", amount="0.3 kg")]))):
        lca.write_results(footprints, tmp_path / f"{name}.json")
    runs = [json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["run"] for name in ("old", "new")]
    assert "changes" not in runs[0]
    assert runs[1]["changes"] == ["grid, co2: amount 0.3 kg"]


def test_json(run: Run) -> None:
    code, out, _ = run("whatif", "example:two-suppliers", EXAMPLE, "--json", "--indicator", "ghg", "--all")
    content = json.loads(out)
    assert code == 0
    assert {row["indicator"] for name in ("results", "completeness") for row in content[name]} == {"ghg"}
    assert {row["process_id"] for row in content["results"]} == {"", "grid", "mine-a", "mine-b", "refinery"}
    assert {name: value for name, value in content["changes"][0].items() if value is not None} == {
        "scenario": "less power",
        "process_id": "refinery",
        "flow_id": "electricity",
        "amount": 1.5,
        "unit": "kWh",
        "row": 1,
        "change": "refinery, electricity: amount 1.5 kWh",
    }


def test_a_scenario_that_cannot_be_scored_is_the_answer_no(run: Run, tmp_path: Path) -> None:
    loop = {
        **HOUSE,
        "exchanges": [*HOUSE["exchanges"], {**emits("coal", 0.05), "flow_id": "steel", "direction": "input"}],
    }
    inventory = write_inventory(tmp_path / "loop", loop)
    changes = write(tmp_path, "starved,coal,steel,,,,0.2,kg", "fed,coal,steel,,,,0.02,kg", "fed,smelter,co2,,,,2,kg")
    code, out, err = run("whatif", inventory, changes, "--indicator", "ghg")
    assert code == 1, err
    text = " ".join(out.split())
    assert "not possible: the loop of coal, smelter needs at least as much of itself as it makes. Do: correct" in text
    assert "warning [distribution_moved] exchanges row 3, column uncertainty_type: the amount is changed" in text
    # x = 2 + 10 p, p = 0.9 + 0.02 x: p = 0.94 / 0.8 = 1.175, x = 13.75; beam: 2 x + 5 (0.75 p + 0.25 x 0.1) = 32.03.
    assert "fed 32.0" in text
    target = tmp_path / "out.json"
    assert run("whatif", inventory, changes, "-o", target)[0] == 1
    about = json.loads(target.read_text(encoding="utf-8"))["run"]["scenarios"]
    assert "needs at least as much" in about["starved"]["refused"][0]
    assert about["starved"]["inventory_hash"] is None
    assert "refused" not in about["fed"]
    assert "distribution" in about["fed"]["warnings"][0]


def test_a_workbook_reads_as_the_csv_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        cells = line.replace('"a better furnace; 2 kWh before"', "note").replace(
            '"names a provider, past the market"', "x"
        )
        book.active.append([float(c) if c.replace(".", "").isdigit() else c for c in cells.split(",")])
    book.save(tmp_path / "changes.xlsx")
    assert lca.read_changes(tmp_path / "changes.xlsx") == lca.read_changes(EXAMPLE)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("a,refinery,electricity,,,,nan,kWh", "'nan' is no amount"),
        ("a,refinery,electricity,,,,,kWh", "the amount is missing"),
        ("a,refinery,electricity,,,,1", "the amount '1' has no unit"),
        ("a,refinery,electricity", "changes nothing"),
        ("a,refinery,electricity,in,,,1,kWh", "direction is 'in'"),
        (",refinery,electricity,,,,1,kWh", "names no scenario"),
        ("base,refinery,electricity,,,,1,kWh", "column scenario: 'base' is no name for a scenario"),
        ("a,refinery,electricity,,,,1_000,kWh", "column amount: '1_000' is no amount"),
        ("a,refinery,electricity,,,,1 kWh,kWh", "column amount: '1 kWh' is no amount"),
        ("a,refinery,,,,,1,kWh", "names no flow"),
        ("a,refinery,electricity,,,,1,kWh,,0.5", "an exchange has no shares"),
        ("a,,ore,,,,,,mine-a,0.5", "the shares sum to 0.5, not to one"),
        ("a,,ore,,,,,,mine-a,inf", "column share: the share of 'mine-a' is inf"),
        ("a,,ore,,,,,,mine-a,x", "'x' is no share"),
        ("a,,ore,,,,,,mine-a", "the share of 'mine-a' is missing"),
        ("a,,ore,,,,1,kg,mine-a,1", "a market has no amount"),
        ("a,,ore", "names no process and no supplier"),
        ("a,,ore,,,,,,mine-a,1,spot", "basis is 'spot'"),
    ],
)
def test_rows_that_are_no_change(run: Run, tmp_path: Path, row: str, what: str) -> None:
    file = write(tmp_path, row)
    with pytest.raises(lca.DataError) as caught:
        lca.read_changes(file)
    assert what in str(caught.value)
    assert "changes row 1" in str(caught.value)
    code, out, err = run("whatif", "example:two-suppliers", file)
    assert (code, out) == (2, "")
    assert what in err


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("\nscenario,flow_id\na,b\n", "the first row is empty"),
        ("scenario;flow_id;amount\na;b;1,5\n", "separated by semicolons"),
        ("scenario\tflow_id\na\tb\n", "separated by tabs"),
        ("scenario,amount\na,1\n", "no column 'flow_id'"),
        ("scenario,flow_id,ammount\na,b,1\n", r"(?s)column 'ammount' is not known.*name it 'amount'"),
        ("scenario,flow_id,zebra\na,b,1\n", r"(?s)column 'zebra' is not known.*the columns are: scenario"),
        ("scenario,flow_id,unit,unit\na,b,kg,kg\n", "column 'unit' stands twice"),
        ("scenario,flow_id\n", "has no rows"),
        ("scenario,flow_id\n,\n", "has no rows"),
        ("scenario,flow_id\na,b,c\n", "the row has 3 fields, the header has 2"),
        ('scenario,flow_id\na,"b\n', "cannot be read as CSV"),
        ("scenario,flow_id\na,\0\n", "NUL bytes"),
    ],
)
def test_files_that_are_no_table_of_changes(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "changes.csv").write_text(content, encoding="utf-8")
    with pytest.raises(lca.DataError, match=what):
        lca.read_changes(tmp_path / "changes.csv")


def test_what_is_not_there_or_would_be_overwritten(run: Run, tmp_path: Path) -> None:
    with pytest.raises(lca.DataError, match="name a table of changes"):
        lca.read_changes(tmp_path / "nothing.csv")
    changes = write(tmp_path, "a,refinery,electricity,,,,1,kWh")
    before = changes.read_bytes()
    code, _, err = run("whatif", "example:two-suppliers", changes, "-o", changes)
    assert (code, changes.read_bytes()) == (2, before)
    assert "is what is read" in err
    code, _, err = run("whatif", "example:two-suppliers", changes, "--indicator", "gwp")
    assert (code, "no indicator 'gwp'" in err) == (2, True)


def test_all_that_fits_no_row_is_told_at_once_with_scenario_and_row(run: Run, tmp_path: Path) -> None:
    rows = ["a,refinery,electricity,,,,1,kg", "a,refinry,ore,,,,1,kg", "b,refinery,ore,,,,,,grid"]
    code, out, err = run("whatif", "example:two-suppliers", write(tmp_path, *rows))
    assert (code, out) == (2, "")
    assert "[unit] changes row 1, column unit: a: unit 'kg'" in err
    assert "[unknown_process_id] changes row 2: a: there is no process 'refinry'. Do: write one of: refinery" in err
    assert (
        "changes row 3, column provider_id: b: provider 'grid' does not make 'ore'. Do: name one that does: mine-a"
        in err
    )


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("a,refinery,electricity,1,kWh,normal,nan,1,", "loc", "'nan' is no finite number"),
        ('a,refinery,electricity,1,kWh,normal,1,"1,5",', "scale", "'1,5' is no finite number"),
        (
            "a,refinery,electricity,1,kWh,nromal,1,1,",
            "uncertainty_type",
            "'nromal' is no distribution. Do: write normal",
        ),
        ("a,refinery,electricity,1,kWh,,1,1,", "uncertainty_type", "loc is given, and no distribution is named"),
        ("a,refinery,electricity,1,kWh,normal,1,1,maybe", "negative", "'maybe' is no flag"),
        ("a,refinery,electricity,,,normal,1,1,", "uncertainty_type", "a distribution is given without an amount"),
        ("a,refinery,electricity,1e999,kWh,,,,", "amount", "is no amount"),
        (
            "a,refinery,electricity,1,kWh,normal,1,-1,",
            "scale",
            "refinery, electricity: scale is '-1.0', it must be above",
        ),
        ("a,refinery,electricity,1,kWh,normal,1,,", "scale", "a normal distribution needs scale"),
    ],
)
def test_what_is_wrong_with_a_distribution_has_row_and_column(
    run: Run, tmp_path: Path, row: str, column: str, what: str
) -> None:
    head = "scenario,process_id,flow_id,amount,unit,uncertainty_type,loc,scale,negative"
    code, out, err = run("whatif", "example:two-suppliers", write(tmp_path, row, head=head), "--indicator", "ghg")
    text = " ".join((out + err).split())
    assert code == (2 if err else 1)  # what only the whole inventory tells makes its scenario impossible
    assert f"changes row 1, column {column}: " in text
    assert what in text


ALL_KINDS = [
    'less,smelter,power,input,coal,,8.25,kWh,,,,"fewer, better",triangular,8.25,,,7,10,',
    "less,smelter,co2,,,,-50,g,,,,,lognormal,3.9,0.1,,,,true",
    "less,mill,steel,,-,-,1e-7,t,,,,,,,,,,,",
    "half,mill,power,,,,50,%,hydro,,,,,,,,,,",
    "mix,,power,,,CN,,,coal,0.3333333333333333,,,,,,,,,",
    "mix,,power,,,CN,,,hydro,0.6666666666666667,,,,,,,,,",
    "market,smelter,power,,,,,,-,,,,,,,,,,",
]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_the_changes_that_are_written_run_again(run: Run, tmp_path: Path, ending: str) -> None:
    """To the same results, scenario by scenario; and what is written of them then is the same again."""
    inventory = write_inventory(tmp_path / "house", HOUSE)
    changes = write(
        tmp_path, *ALL_KINDS, head=f"{HEAD},comment,uncertainty_type,loc,scale,shape,minimum,maximum,negative"
    )
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    beside = [each if ending == "xlsx" else each.with_name(f"{each.stem}.changes.{ending}") for each in (first, second)]
    assert run("whatif", inventory, changes, "-o", first)[0] == 0
    code, _, err = run("whatif", inventory, beside[0], "-o", second)
    assert code == 0, err
    base = lca.score(lca.read_inventory(inventory))
    results = [lca.score_scenarios(base, lca.read_changes(file)).results for file in (changes, *beside)]
    assert results[0].column("scenario").unique().to_pylist() == ["base", "less", "half", "mix", "market"]
    assert results[0].equals(results[1])
    assert results[0].equals(results[2])
    if ending == "csv":
        again = [[line.partition(",change")[0] for line in file.read_text("utf-8").splitlines()] for file in beside]
        assert again[0][0] == again[1][0]
        code, _, err = run("whatif", inventory, beside[0], "-o", first)  # which it would write over
        assert (code, "is what is read" in err) == (2, True)


def test_scenarios_are_read_as_other_results_are(tmp_path: Path) -> None:
    base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    found = lca.score_scenarios(base, lca.read_changes(EXAMPLE))
    assert found.get("base", "ghg", product_id="metal") == base.get("ghg", product_id="metal")
    # By hand, as above: 2 kg of ore of mine B, 2 kWh of 0.6, and 0.72.
    assert found.get("mine B alone", "ghg", process_id="refinery") == pytest.approx(2 * 0.75 + 1.2 + 0.72)
    assert found.get("mine B alone", "ghg", product_id="metal", stage="processing") == pytest.approx(1.2 + 0.72)
    frame = found.to_pandas(["ghg"])
    assert list(frame["scenario"].unique()) == ["less power", "more of mine B", "mine B alone"]
    for given, what in (
        ({"scenario": "nobody"}, r"no scenario 'nobody'.*choose one of: base, less power"),
        ({"indicator": "gwp"}, "no indicator 'gwp'"),
        ({"stage": "use"}, "no stage 'use'"),
        ({"product_id": "ore"}, r"names 0 of what was scored.*everything=True"),
        ({"product_id": ""}, "no activity is named"),
        ({"product_id": 3}, "no activity is named"),
    ):
        asked: dict[str, Any] = {"scenario": "base", "indicator": "ghg", "product_id": "metal", **given}
        with pytest.raises(lca.LcaError, match=f"(?s){what}"):
            found.get(**asked)
    every = lca.score_scenarios(base, lca.read_changes(EXAMPLE), everything=True)
    assert every.get("base", "ghg", product_id="ore") == base.get("ghg", product_id="ore")  # the market's
    assert every.get("less power", "ghg", process_id="mine-a") == pytest.approx(0.8 * 2.4, rel=0.2)
    files = lca.write_results(found, tmp_path / "out.parquet", indicators=["ghg", "energy"])
    assert [file.name for file in files] == ["out.parquet", "out.changes.parquet", "out.completeness.parquet"]
    assert set(pq.read_table(files[0]).column("indicator").to_pylist()) == {"ghg", "energy"}
    assert lca.read_changes(files[1]).keys() == lca.read_changes(EXAMPLE).keys()
    with pytest.raises(lca.OutputError, match="no wide table"):
        lca.write_results(found, tmp_path / "out.csv", wide=True)


@pytest.mark.parametrize("command", ["score", "whatif", "simulate"])
def test_an_indicator_is_what_is_shown_and_written(run: Run, tmp_path: Path, command: str) -> None:
    words = {"score": (), "whatif": (EXAMPLE,), "simulate": ("--draws", "4")}[command]
    target = tmp_path / "out.parquet"
    given = (command, "example:two-suppliers", *words, "--indicator", "energy", "--indicator", "ghg")
    code, _, err = run(*given, "-o", target)
    assert code == 0, err
    assert set(pq.read_table(target).column("indicator").to_pylist()) == {"energy", "ghg"}
    completeness = pq.read_table(tmp_path / "out.completeness.parquet")
    assert set(completeness.column("indicator").to_pylist()) == {"energy", "ghg"}
    assert {row["indicator"] for row in json.loads(run(*given, "--json")[1])["results"]} == {"energy", "ghg"}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("FOLDER",), "is no file"),
        (("FOLDER/changes.json",), "ends in none of .xlsx, .xlsm, .csv, .parquet"),
        ((EXAMPLE, "-o", "FOLDER/taken.csv"), "taken.changes.csv' is a folder"),
        ((EXAMPLE, "-o", "FOLDER"), "is a folder"),
        ((EXAMPLE, "-o", "."), "'.' is a folder"),
        ((EXAMPLE, "-o", "FOLDER/nowhere/out.csv"), "there is no folder"),
    ],
)
def test_places_that_are_none(run: Run, tmp_path: Path, words: tuple[str | Path, ...], what: str) -> None:
    write(tmp_path, "a,refinery,electricity,,,,1,kWh").rename(tmp_path / "changes.json")
    (tmp_path / "taken.changes.csv").mkdir()
    named = [str(word).replace("FOLDER", str(tmp_path)) for word in words]
    code, out, err = run("whatif", "example:two-suppliers", *named)
    assert (code, out) == (2, "")
    assert what in err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["changes.json", "taken.changes.csv"]


def test_shares_of_two_places_are_two_mixes(tmp_path: Path) -> None:
    rows = [f"a,,power,,,{place},,,{name},1" for place, name in (("CN", "coal"), ("", "hydro"))]
    found = lca.read_changes(write(tmp_path, *rows))["a"]
    assert [(each.location, dict(each.shares), each.row) for each in found] == [
        ("CN", {"coal": 1.0}, 1),
        ("", {"hydro": 1.0}, 2),
    ]


def test_hundreds_of_scenarios_go_into_a_workbook(run: Run, tmp_path: Path) -> None:
    rows = [f"scenario {at},refinery,electricity,,,,{at + 1},kWh" for at in range(300)]
    code, out, err = run("whatif", "example:two-suppliers", write(tmp_path, *rows), "-o", tmp_path / "out.xlsx")
    assert code == 0, err
    assert "301 scenarios" in out
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True)["changes"].iter_rows(values_only=True))
    assert len(rows) == 301


def test_two_makers_of_one_flow_show_apart(run: Run, tmp_path: Path) -> None:
    two = {**HOUSE, "exchanges": [*HOUSE["exchanges"], makes("twin", "beam"), emits("twin", 3)]}
    two["processes"] = [*HOUSE["processes"], {"process_id": "twin", "name": "twin", "stage": "assembly"}]
    inventory = write_inventory(tmp_path / "two", two)
    code, out, _ = run("whatif", inventory, write(tmp_path, "a,twin,co2,,,,4,kg"), "--indicator", "ghg")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert "beam, per kg, mill CN" in lines
    assert "a 23.5 0 complete" in lines
    assert "a 4.00 +1.00 +33.3 complete" in lines


def test_a_file_is_written_and_what_is_remarkable_is_told(run: Run, tmp_path: Path) -> None:
    """The mine's power is normal around 4 MWh: with another amount, that moves."""
    changes = write(tmp_path, "much,mine-a,electricity,,,,7,MWh")
    code, out, _ = run("whatif", "example:two-suppliers", changes, "-o", str(tmp_path / "out.csv"))
    assert code == 0
    assert "warning [distribution_moved]" in out


def test_a_percentage_below_zero_is_refused(tmp_path: Path) -> None:
    """It is of the amount as it stands: 20 % less is 80 %."""
    base = lca.read_inventory(lca.find_example("two-suppliers"))
    with pytest.raises(lca.DataError, match=r"would turn the flow around") as refused:
        lca.change(base, [lca.Change(process_id="refinery", flow_id="electricity", amount="-20 %")])
    assert "write 80 % for 20 % less" in str(refused.value)


@pytest.mark.parametrize(
    ("named", "target", "draws"),
    [
        ("w.pairs.csv", "w.csv", ["--draws", "4"]),
        ("w.ranks.csv", "w.csv", ["--draws", "4"]),
        ("w.alternatives.csv", "./w.csv", []),
        ("w.completeness.csv", "w.csv", []),
        ("w.completeness.CSV", "w.CSV", []),
    ],
)
def test_changes_named_as_what_is_written_beside_results_stay(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, target: str, draws: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    table = "scenario,process_id,flow_id,amount,unit\nless,mine-a,electricity,1,kWh\n"
    (tmp_path / named).write_text(table, encoding="utf-8")
    code, out, err = run("whatif", "example:two-suppliers", named, *draws, "-o", target)
    assert (code, out, "is what is read, and has the name" in err) == (2, "", True)
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {named: table}


def test_folders_where_files_go_beside_results_are_found_before_drawing(run: Run, tmp_path: Path) -> None:
    for target in ("x.json", "x.csv"):
        (tmp_path / "x.draws.parquet").mkdir(exist_ok=True)
        code, out, err = run("simulate", "example:two-suppliers", "--draws", "4", "--raw", "-o", tmp_path / target)
        assert (code, out, "x.draws.parquet' is a folder" in err) == (2, "", True)
    assert [file.name for file in tmp_path.iterdir()] == ["x.draws.parquet"]


def test_nothing_is_written_into_a_method(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(find_method("core"), folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for words in (["score"], ["check"], ["simulate", "--draws", "4"], ["contributions", "--process", "grid"]):
        target = folder / "factors.csv"
        code, _, err = run(words[0], "example:two-suppliers", *words[1:], "--method", folder, "-o", target)
        assert (code, "is a part of the inventory or method" in err) == (2, True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
