"""Databases of Brightway: made by bw2data in a folder of their own, read as bw2calc computes with them, left alone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("bw2data", reason="bw2data, through which projects are read, is not installed")

WRITE = """
import bw2data as bd
bd.projects.set_current("mine")
bd.Database("bio").write({
    ("bio", "co2"): {"name": "Carbon dioxide, fossil", "unit": "kilogram", "categories": ("air", "urban air"),
        "type": "emission", "CAS number": "000124-38-9"},
    ("bio", "river"): {"name": "Water, river", "unit": "cubic meter", "categories": ("natural resource", "in water"),
        "type": "natural resource"},
})
bd.Database("other").write({("other", "oil"): {"name": "oil", "unit": "kilogram", "exchanges": []}})
pedigree = {"reliability": 2, "completeness": 3, "temporal correlation": 1, "geographical correlation": 4,
    "further technological correlation": 3}
bd.Database("db").write({
    ("db", "steel"): {"name": "steel making", "reference product": "steel", "unit": "kilogram", "location": "DE",
        "comment": "a mill", "tags": {"sector": "metal"}, "exchanges": [
        {"input": ("db", "steel"), "amount": 2.0, "type": "production", "production volume": 500.0,
            "properties": {"carbon content": {"amount": 0.03, "unit": "kg"}, "odd": 3.0}},
        {"input": ("bio", "co2"), "amount": 4.0, "type": "biosphere", "uncertainty type": 2, "loc": 1.3862943611198906,
            "scale": 0.2, "pedigree": pedigree, "comment": "stack"},
        {"input": ("bio", "river"), "amount": 0.02, "type": "biosphere"},
        {"input": ("db", "power"), "amount": 0.5, "type": "technosphere", "formula": "a * 2"}]},
    ("db", "power"): {"name": "power", "unit": "kilowatt hour", "exchanges": [
        {"input": ("bio", "co2"), "amount": 0.9, "type": "biosphere"},
        {"input": ("db", "power"), "amount": 0.05, "type": "technosphere"}]},
    ("db", "scrap"): {"name": "treatment of scrap", "reference product": "scrap", "unit": "kilogram", "exchanges": [
        {"input": ("db", "scrap"), "amount": -1.0, "type": "production"},
        {"input": ("bio", "co2"), "amount": 1.5, "type": "biosphere"},
        {"input": ("db", "power"), "amount": 0.2, "type": "substitution"}]},
    ("db", "car"): {"name": "car", "unit": "unit", "exchanges": [
        {"input": ("db", "car"), "amount": 1.0, "type": "production"},
        {"input": ("db", "steel"), "amount": 0.7, "type": "technosphere"},
        {"input": ("db", "scrap"), "amount": -0.1, "type": "technosphere"}]},
    ("db", "buyer"): {"name": "buyer", "unit": "unit", "exchanges": [
        {"input": ("db", "buyer"), "amount": 1.0, "type": "production"},
        {"input": ("other", "oil"), "amount": 1.0, "type": "technosphere"}]},
})
bd.Method(("m",)).write([(("bio", "co2"), 1.0)])
"""
SCORE = """
import json, warnings
warnings.simplefilter("ignore")
import bw2calc, bw2data as bd
bd.projects.set_current("mine")
found = {}
for code in ("steel", "power", "scrap", "car"):
    lca = bw2calc.LCA({bd.get_activity(("db", code)): 1.0}, method=("m",))
    lca.lci(); lca.lcia()
    found[code] = lca.score
print(json.dumps(found))
"""
READ = """
import json, sys
import bw2data
before = bw2data.projects.current
from lcaengine.errors import DataError
from lcaengine.formats import write_inventory
from lcaengine.formats.brightway.database import read_brightway
write_inventory(read_brightway("mine/db"), sys.argv[1])
assert bw2data.projects.current == before == "default", bw2data.projects.current
for wrong in ("db", "mine/nothing", "nowhere/db", "", "/"):
    try:
        read_brightway(wrong)
        raise AssertionError(wrong)
    except DataError as error:
        assert "default, mine" in error.fix, error.fix
assert "nowhere" not in [each.name for each in bw2data.projects]
assert not bw2data.projects.read_only
"""


def run(code: str, folder: Path, *arguments: str) -> str:
    """Run code in a process of its own, whose projects stand in a folder."""
    environment = {**os.environ, "BRIGHTWAY2_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def hash_files(folder: Path) -> dict[str, str]:
    """Hash every file of the projects; bw2data writes a log a start, beside them."""
    files = [each for each in folder.rglob("*") if each.is_file() and "logs" not in each.relative_to(folder).parts]
    return {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projects")
    run(WRITE, folder)
    return folder


@pytest.fixture(scope="module")
def inventory(projects: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("brightway") / "inventory"
    before = hash_files(projects)
    run(READ, projects, str(target))
    assert hash_files(projects) == before
    return target


def read_rows(inventory: Path, name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(inventory / f"{name}.parquet").to_pylist()
    return rows


def find(inventory: Path, process_id: str, flow_id: str) -> dict[str, Any]:
    rows = read_rows(inventory, "exchanges")
    (row,) = (row for row in rows if (row["process_id"], row["flow_id"]) == (process_id, flow_id))
    return row


def test_scores_are_those_of_brightway(projects: Path, inventory: Path, tmp_path: Path) -> None:
    import lcaengine as lca

    (tmp_path / "method.toml").write_text('name = "small"\nversion = "1"\n', encoding="utf-8")
    (tmp_path / "indicators.csv").write_text("indicator,name,unit\nco2,co2,kg CO2e\n", encoding="utf-8")
    head, row = "indicator,flow_id,direction,factor,unit,source_id", "co2,co2,output,1,kg CO2e/kg,s"
    (tmp_path / "factors.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    (tmp_path / "sources.csv").write_text("source_id,citation\ns,numbers for a test\n", encoding="utf-8")
    footprints = lca.score(lca.read_inventory(inventory), tmp_path, lca.Policy(unlinked="cutoff"))
    reference = json.loads(run(SCORE, projects).splitlines()[-1])
    reference["scrap"] *= -1.0  # Brightway's unit of a treatment is a waste of minus one
    found = {code: footprints.get("co2", process_id=code) for code in reference}
    assert found == pytest.approx(reference, rel=1e-6)  # bw2data keeps amounts in 32 bits on the way to bw2calc
    # By hand: power takes 0.05 of itself, steel is made two at a time.
    power = 0.9 / 0.95
    steel = (4.0 + 0.5 * power) / 2.0
    assert found["power"] == pytest.approx(power, rel=1e-12)
    assert found["car"] == pytest.approx(0.7 * steel + 0.1 * (1.5 - 0.2 * power), rel=1e-12)


def test_what_the_database_knows_is_kept(inventory: Path) -> None:
    row = find(inventory, "steel", "co2")
    assert (row["direction"], row["amount"], row["pedigree"], row["comment"]) == ("output", 4.0, "2;3;1;4;3", "stack")
    assert (row["uncertainty_type"], row["loc"], row["scale"]) == ("2", float(np.log(4.0)), 0.2)
    assert find(inventory, "steel", "river")["direction"] == "input"
    assert find(inventory, "steel", "power")["comment"] == "formula: a * 2"
    row = find(inventory, "car", "scrap")
    assert (row["direction"], row["amount"], row["provider_id"]) == ("output", 0.1, "scrap")
    row = find(inventory, "scrap", "power")
    assert (row["is_avoided"], row["amount"], row["provider_id"]) == (True, 0.2, "power")
    flows = {row["flow_id"]: row for row in read_rows(inventory, "flows")}
    assert (flows["co2"]["compartment"], flows["co2"]["sub_compartment"]) == ("air", "urban air")
    assert flows["co2"]["cas_number"] == "000124-38-9"
    assert (flows["steel"]["name"], flows["power"]["unit"], flows["scrap"]["kind"]) == ("steel", "kWh", "waste")
    process = {row["process_id"]: row for row in read_rows(inventory, "processes")}["steel"]
    assert (process["location"], process["production_amount"], process["production_unit"]) == ("DE", 500.0, "kg")
    assert process["comment"] == "a mill; tags: sector: metal"
    (row,) = read_rows(inventory, "properties")
    assert (row["flow_id"], row["property"], row["value"], row["unit"]) == ("steel", "carbon content", 0.03, "kg/kg")


def test_what_is_not_carried_is_reported(inventory: Path) -> None:
    report = json.loads((inventory / "import" / "report.json").read_text(encoding="utf-8"))
    lost = {each["what"]: each for each in report["lost"]}
    assert any("providers in other databases" in what for what in lost)
    assert any("properties" in what and each["count"] == 1 for what, each in lost.items())
    assert any("what they make" in each["what"] for each in report["changed"])


def test_the_command_reads_a_database(projects: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "BRIGHTWAY2_DIR": str(projects)}
    command = [
        sys.executable,
        "-m",
        "lcaengine",
        "import",
        "brightway",
        "mine/db",
        str(tmp_path / "inventory"),
        "--json",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"]["processes"] == 5
    command[5] = "mine/nothing"
    done = subprocess.run(
        [*command[:6], str(tmp_path / "none")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "BRIGHTWAY2_DIR": str(tmp_path / "nowhere")}
    command = [sys.executable, "-m", "lcaengine", "import", "brightway", "mine/db", str(tmp_path / "inventory")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "BRIGHTWAY2_DIR" in done.stderr
