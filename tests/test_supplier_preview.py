"""What is printed of drawn suppliers: the first of them, as they stand in the first file, and where the others are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.footprints.display import format_value
from lcaengine.io.folder import iterate_rows
from lcaengine.suppliers import preview
from lcaengine.suppliers.preview import read_totals
from tests.conftest import Run
from tests.scoring import core
from tests.tables import makes, process, takes, write_inventory
from tests.test_supplier_draws import CUT, GHG, PLANT, read_results, write_drawn
from tests.test_suppliers import write_parts

TWO = "example:two-suppliers"
EXAMPLE = str(lca.find_example("two-suppliers").parent / "suppliers")
NUMBERS = ("value", "mean", "sd", "p2_5", "p50", "p97_5", "limit", "p_limit")


def lines_of(out: str) -> list[str]:
    return [" ".join(line.split()) for line in out.splitlines()]


@pytest.mark.parametrize("layout", [[], ["--wide"]], ids=["long", "wide"])
def test_the_example_is_printed_as_it_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: list[str]
) -> None:
    """Three smelters per kg of alloy, each number as the file has it; energy without a limit has no share."""
    monkeypatch.chdir(tmp_path)
    words = ["simulate", EXAMPLE, "--background", TWO, "--draws", "50", "--limit", "ghg=7", "-o", "out", *layout]
    words += ["--indicator", "ghg", "--indicator", "energy"]
    code, out, err = run(*words)
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80
    lines = lines_of(out)
    text = " ".join(lines)
    assert "greenhouse gases (ghg), kg CO2e static mean sd 2.5 % 97.5 % P(<= 7)" in text
    assert "cumulative energy demand (energy), MJ static mean sd 2.5 % 97.5 %" in text
    assert lines.count("alloy, per kg") == 2
    rows = read_results(tmp_path / "out").to_pylist()
    if layout:
        named = {"value": "ghg.total", **{name: f"ghg.total.{name}" for name in NUMBERS[1:]}}
        rows = [row | {name: row[column] for name, column in named.items()} for row in rows]
    else:
        rows = [row for row in rows if (row["indicator"], row["stage"]) == ("ghg", "total")]
    assert [(row["process_id"], row["limit"]) for row in rows] == [(f"smelter-{at}", 7.0) for at in (1, 2, 3)]
    for row in rows:
        numbers = (row[name] for name in ("value", "mean", "sd", "p2_5", "p97_5"))
        cells = [*map(format_value, numbers), f"{100 * row['p_limit']:.1f} %"]
        assert " ".join([row["process_id"], "GLO", *cells]) in lines
    at = lines.index("All of them by stage are in out/results.")
    assert lines[at + 1] == "3 suppliers written to out, parts: 1"
    code, again, _ = run(*words)  # nothing is left to do
    assert (code, lines_of(again)[: at + 1]) == (0, lines[: at + 1])


def write_many(tmp_path: Path, count: int) -> tuple[Path, Path]:
    """Write a plant, and so many suppliers in two parts, who buy acid of 5 kg CO2e, each a little more."""
    names = [f"supplier {at:03}" for at in range(count)]
    rows = [row for at, name in enumerate(names) for row in (makes(name, "oxide"), takes(name, "acid", 1 + at / 100))]
    source = write_parts(tmp_path / "s", [process(name, "assembly") for name in names], rows, 2)
    return source, write_inventory(tmp_path / "background", PLANT)


@pytest.mark.parametrize("wide", [False, True])
def test_of_many_the_first_rows_of_the_first_part_are_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wide: bool
) -> None:
    """Of 50 suppliers ten are printed, and no more rows are taken than theirs and one of the eleventh."""
    source, background = write_many(tmp_path, 50)
    taken = []

    def count(*words: Any) -> Any:
        for row in iterate_rows(*words):
            taken.append(row)
            yield row

    monkeypatch.setattr(preview, "iterate_rows", count)
    words = ["simulate", source, "--background", background, "-o", "out", "--draws", "8", "--indicator", "ghg"]
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words, *(["--wide"] if wide else []))
    assert code == 0, err
    lines = lines_of(out)
    shown = [line.split()[1] for line in lines if line.startswith("supplier ")]
    assert shown == [f"{at:03}" for at in range(0, 20, 2)]  # every other one is in the other part
    assert "40 more suppliers, and all of them by stage, are in out/results." in lines
    assert "50 suppliers written to out, parts: 2" in lines
    assert len(taken) == 10 * read_results(tmp_path / "out")["process_id"].to_pylist().count("supplier 000") + 1
    code, out, _ = run(*words, *(["--wide"] if wide else []), "--json")
    assert (code, "more suppliers" in out, json.loads(out)["drawn"]) == (0, False, ["ghg"])


def test_totals_are_those_per_reference_unit_in_both_layouts(tmp_path: Path) -> None:
    """Products by the piece, with masses and contents: no row per kg among them; what is missing has no number."""
    background, source, _ = write_drawn(tmp_path, 3, 12, 2)
    asked: dict[str, Any] = {"policy": CUT, "draws": 8, "limits": {"ghg": 5.0}, "indicators": ["ghg", "energy"]}
    found = []
    for wide in (False, True):
        report = lca.simulate_suppliers(source, background, tmp_path / f"{wide}", core(), wide=wide, **asked)
        assert (report.every, report.suppliers, report.first) == (12, 12, "part-0")
        found.append(read_totals(report, 4))
    assert found[0] == found[1]
    first = pq.read_table(tmp_path / "True/results/part-0.parquet").slice(0, 4).to_pylist()
    assert [(each.process_id, each.per) for each in found[0][::2]] == [(r["process_id"], r["per"]) for r in first]
    assert [each.indicator for each in found[0]] == ["ghg", "energy"] * 4
    assert {each.limit for each in found[0] if each.indicator == "ghg"} == {5.0}
    assert {each.limit for each in found[0] if each.indicator == "energy"} == {None}


def test_status_is_told_where_some_are_not_complete(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    background, source, _ = write_drawn(tmp_path, 3, 12, 1)
    monkeypatch.chdir(tmp_path)
    words = ["simulate", source, "--background", background, "-o", "out", "--draws", "8"]
    code, out, err = run(*words, "--unlinked", "cutoff", "--indicator", "ghg")
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80
    statuses: dict[str, list[str]] = {}
    for row in read_results(tmp_path / "out").to_pylist():
        if row["stage"] == "total" and int(row["process_id"].split()[1]) < 10:
            named = statuses.setdefault(row["status"], [])
            named += [row["process_id"]] if row["process_id"] not in named else []  # rows per kg, too
    assert len(statuses) > 1
    for status, names in statuses.items():
        said = f"Status {status.replace('_', ' ')}: ghg of {', '.join(names)}."
        assert (said in " ".join(out.split())) == (status != "complete")


def test_results_that_cannot_be_read_again_are_told(tmp_path: Path) -> None:
    source, background = write_many(tmp_path, 4)
    report = lca.simulate_suppliers(source, background, tmp_path / "out", core(), draws=8, **GHG)
    file = tmp_path / "out/results/part-0.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(lca.OutputError, match=r"cannot read results/part-0\.parquet again"):
        read_totals(report, 4)
    with pytest.raises(lca.OutputError, match=r"cannot read results/other\.parquet again"):
        read_totals(replace(report, first="other"), 4)
