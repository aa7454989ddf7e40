"""The README is true: its Python runs, its commands run, its two long commands are what CI calls."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from lcaengine.inventory import TABLES
from lcaengine.units import LABELS
from tests.shared_data import SHARED_DATA

USLCI = SHARED_DATA / "packages/uslci_fy17q4_openlca_jsonld.zip"
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)
FILES = dict(re.findall(r"^`(house/\S+)`[^\n]*(?:\n[^\n]+)*\n\n```\w+\n(.*?)^```$", README, re.M | re.S))
"""The method of the README: the block that follows a paragraph which begins with the name of a file."""


def write_files(folder: Path) -> Path:
    """Write the README's method, beside a copy of the examples it scores, and give its folder."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "house").mkdir()
    for file, text in FILES.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder / "house"


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def test_python_blocks_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    names: dict[str, object] = {}
    assert blocks("python")
    for text in blocks("python"):
        exec(compile(text, "README.md", "exec"), names)


COMMANDS = [text for text in blocks("sh") if "\nlcaengine " in f"\n{text}"]


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("text", COMMANDS, ids=lambda text: text.split("\n")[0][:40])
def test_commands_run(tmp_path: Path, text: str) -> None:
    """Each block by itself, so that none needs what another wrote."""
    write_files(tmp_path)
    for line in text.splitlines():
        if not line.startswith("lcaengine "):
            continue
        words = [sys.executable, "-m", *shlex.split(line, comments=True)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}{done.stdout}"


@pytest.mark.skipif(not USLCI.is_file(), reason=f"US LCI is not at {USLCI}")
def test_three_commands_lead_from_a_download_to_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [text for text in blocks("text") if text.startswith("lcaengine import jsonld")]
    (tmp_path / USLCI.name).symlink_to(USLCI)
    monkeypatch.chdir(tmp_path)
    for line in block.splitlines():
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}\n{done.output}"
    workbook = openpyxl.load_workbook(tmp_path / "footprints.xlsx", read_only=True)
    rows = list(workbook["results"].iter_rows(values_only=True))
    assert rows[0][-1] == "method"
    assert "kg" in {row[rows[0].index("per")] for row in rows}


@pytest.mark.parametrize(
    ("place", "methane", "points", "price"),
    [
        # CO2 in kg: mine A 4 kWh of 0.6, mine B 0.6 + 0.15; ore 0.6 A + 0.4 B = 1.74; twice that, 2 kWh of 0.6 and 0.72
        # make 5.4 a kg of metal: 10.8 pt and 0.486 EUR. Water: 1.2 kg of the ore is of mine A, 1.5 L a kg, 5 pt a m3.
        ("GLO", 0, 10.8 + 1.2 * 1.5e-3 * 5, 0.486),
        ("CN-NM", 0, 10.8 + 1.2 * 1.5e-3 * 12, 0.486),  # China's factors hold for its provinces
        ("AU", 0, 10.8 + 1.2 * 1.5e-3 * 5, 0.486),  # no factor of its own
        ("GLO", 0.01, 10.8 + 1.2 * 1.5e-3 * 5 + 0.01 * 60, 0.486),  # methane to a sub-compartment of air
    ],
)
def test_the_method_of_the_readme_scores_by_hand(
    tmp_path: Path, place: str, methane: float, points: float, price: float
) -> None:
    house = lca.read_method(write_files(tmp_path))
    folder = tmp_path / "examples/two-suppliers"
    if place != "GLO":
        edit(folder / "processes.csv", "alpha,GLO", f"alpha,{place}")
    if methane:
        edit(folder / "flows.csv", "co2,", 'ch4,"Methane, fossil",elementary,kg,air,indoor\nco2,')
        edit(folder / "exchanges.csv", "refinery,co2,", f"refinery,ch4,output,{methane},kg,,,,,,\nrefinery,co2,")
    footprints = lca.score(lca.read_inventory(folder), house)
    assert footprints.get("points", product_id="metal") == pytest.approx(points, rel=1e-12)
    assert footprints.get("carbon_price", product_id="metal") == pytest.approx(price, rel=1e-12)


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("sources.csv", 'market,"House', 'shop,"House', "no citation"),
        ("factors.csv", "resource,,input,CN,12", "resource,,input,,12", "equals row 3"),
        ("factors.csv", "60,pt/kg", "60,kg CO2e/kg", "does not give"),
        ("factors.csv", "90,EUR2025/t", "90,EUR2024/t", "does not give"),
        ("factors.csv", ",location,", ",place,", "unknown column 'place'"),
        ("factors.csv", ",CN,12,", ",China,12,", "no place"),
        ("factors.csv", "output,,2,", ",,2,", "direction"),
        ("factors.csv", "output,,2,", "output,,inf,", "not a number"),
    ],
)
def test_what_the_readme_says_is_refused_is(tmp_path: Path, file: str, old: str, new: str, what: str) -> None:
    edit(write_files(tmp_path) / file, old, new)
    with pytest.raises(lca.MethodError, match=what):
        lca.read_method(tmp_path / "house")


def test_a_flow_of_another_dimension_is_refused_and_uncertainty_columns_are_accepted(tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    text = (folder / "factors.csv").read_text(encoding="utf-8").splitlines()
    spread = (text[0] + ",uncertainty_type,minimum,maximum", *(line + ",uniform,-100,100" for line in text[1:]))
    (folder / "factors.csv").write_text("\n".join(spread) + "\n", encoding="utf-8")
    inventory = lca.read_inventory(tmp_path / "examples/two-suppliers")
    assert lca.score(inventory, folder).get("points", product_id="metal") == pytest.approx(10.809)
    edit(folder / "factors.csv", "5,pt/m3", "5,pt/kg")
    with pytest.raises(lca.DataError, match="factor_dimension"):
        lca.score(inventory, folder)


def edit(file: Path, old: str, new: str) -> None:
    """Put one text in place of another that must be there."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_two_commands_are_one_line_each_and_ci_takes_them_from_here() -> None:
    long = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("python3 -m venv")]
    assert len(long) == 2
    assert "lcaengine score" in long[0]
    for word in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert word in long[1]
    assert "README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_table_and_column_is_documented() -> None:
    for table in TABLES.values():
        assert f"`{table.name}`" in README
        for column in table.columns:
            if column.required:
                assert f"{column.name}*" in README, f"{table.name}.{column.name}"


def test_every_unit_is_listed() -> None:
    listed = set(re.findall(r"`([^`]+)`", README.split("## Units")[1].split("\n## ")[0]))
    words = {word for group in listed for word in (group, *group.split())}
    assert {label for label in LABELS if label not in words} == set()
