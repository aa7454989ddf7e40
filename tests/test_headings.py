"""Headings of tables and titles: an indicator by its name in the method, and by the id that is typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lcaengine as lca
from lcaengine.method.method import Indicator
from lcaengine.units import read_unit
from tests.conftest import Run

TWO = "example:two-suppliers"
CHANGES = str(Path(__file__).resolve().parents[1] / "examples/whatif.csv")
HEAD = "greenhouse gases (ghg)"
GHG = ["--indicator", "ghg"]
OF_METAL = ["contributions", TWO, "--product", "metal"]


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        (["score", TWO, *GHG], f"{HEAD}, kg CO2e "),
        (["score", TWO, *GHG, "--by", "supplier"], f"{HEAD}, kg CO2e "),
        (["score", TWO, *GHG, "--quality"], f"data quality, {HEAD} "),
        (["simulate", TWO, *GHG, "--draws", "8"], f"{HEAD}, kg CO2e "),
        (["simulate", TWO, *GHG, "--draws", "8", "--limit", "ghg=6"], f"{HEAD}, at most 6 kg CO2e "),
        (["compare", TWO, *GHG, "--allocation", "mass"], f"{HEAD}, kg CO2e "),
        (["compare", TWO, *GHG, "--of", "mine-a", "--of", "mine-b", "--draws", "8"], f"{HEAD}, kg CO2e per kg "),
        (["whatif", TWO, CHANGES, *GHG], f"{HEAD}, kg CO2e "),
        ([*OF_METAL], f"{HEAD} of refinery: 5.40 "),
        ([*OF_METAL, "--sankey"], f"{HEAD} of refinery: 5.40 "),
        ([*OF_METAL, "--drivers", "--draws", "0"], f"{HEAD} of refinery: 5.40 "),
        (["diff", "OLDER", TWO, *GHG], f"{HEAD} of metal refinery: 4.44 -> 5.40 "),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_heading_names_the_indicator_and_its_id(run: Run, tmp_path: Path, words: list[str], heading: str) -> None:
    """In `OLDER` the refinery buys 0.4 kWh of 0.6 kg CO2e in place of 2: 0.96 less than 5.4."""
    older = tmp_path / "older"
    shutil.copytree(lca.find_example("two-suppliers"), older)
    text = (older / "exchanges.csv").read_text(encoding="utf-8")
    row = "refinery,electricity,input,7.2,MJ"
    assert row in text
    (older / "exchanges.csv").write_text(text.replace(row, "refinery,electricity,input,1.44,MJ"), encoding="utf-8")
    code, out, err = run(*(str(older) if word == "OLDER" else word for word in words), columns=100)
    assert code == 0, err
    lines = [" ".join(line.split()) + " " for line in out.splitlines()]
    assert any(line.startswith(heading) for line in lines)
    assert not any(line.startswith(("ghg", "greenhouse gases,", "greenhouse gases of")) for line in lines)


def test_what_has_no_name_of_its_own_is_headed_by_its_id() -> None:
    unit = read_unit("kg")
    assert Indicator("soot", "black carbon", unit, "").heading == "black carbon (soot)"
    assert Indicator("soot", "", unit, "").heading == "soot"
    assert Indicator("soot", "soot", unit, "").heading == "soot"
