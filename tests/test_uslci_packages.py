"""The three releases of US LCI, as they are downloaded: one command to import each, then check, decide, score."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from tests.shared_data import SHARED_DATA

PACKAGES = SHARED_DATA / "packages"
needs_packages = pytest.mark.skipif(not PACKAGES.is_dir(), reason=f"the packages of US LCI are not at {PACKAGES}")
RELEASES: dict[str, tuple[str, str, tuple[str, ...], int]] = {
    # Format, file, options of the import, and processes: SOURCES.md has 766 of JSON-LD and 631 of EcoSpold 1; of the
    # 766 data sets of EcoSpold 2, 20 make nothing of their own and are left out.
    "fy17q4": ("jsonld", "uslci_fy17q4_openlca_jsonld.zip", ("--flows", "uslci"), 766),
    "fy18q1": (
        "ecospold2",
        "uslci_fy18q1_ecospold2.zip",
        ("--flows", "uslci", "--unit", "btu=0.00105505585262 MJ"),
        746,
    ),
    "fy20q4": (
        "ecospold1",
        "uslci_fy20q4_ecospold1.zip",
        ("--flows", "fedefl", "--unit", "t*mi=1.609344 t*km"),
        631,
    ),
}
RINGS = {"55745", "62385", "63994", "83868"}
"""Processes of FY20.Q4 that take in at least as much of their own product as they give: 1.032, 1, 1.032 and 1 for 1."""


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def import_release(name: str, folder: Path) -> Path:
    source, file, options, _ = RELEASES[name]
    run("import", source, PACKAGES / file, folder / name, *options)
    return folder / name


@needs_packages
@pytest.mark.parametrize("name", ["fy17q4", "fy18q1"])
def test_a_release_is_imported_checked_and_scored(tmp_path: Path, name: str) -> None:
    folder = import_release(name, tmp_path)
    found = lca.check(folder, "core", lca.Policy(unlinked="cutoff"))
    assert found.blockers() == []
    codes = Counter(each.code for each in found.warnings())
    assert codes["ambiguous_provider"] > 0
    assert codes["unlinked_input"] > 0
    out = tmp_path / "out.parquet"
    assert f"{RELEASES[name][3]} activities written" in run("score", folder, "--unlinked", "cutoff", "-o", out)
    rows = pq.read_table(out).to_pandas()
    total = rows[(rows["indicator"] == "ghg") & (rows["stage"] == "total") & (rows["per"] == "kg")]
    assert total["value"].notna().sum() > 250
    assert set(total["status"]) <= {"complete", "cut_off", "fallback", "missing"}
    assert (total["status"] == "cut_off").any()


@needs_packages
def test_loops_that_starve_are_decided_on_and_the_release_is_scored(tmp_path: Path) -> None:
    folder = import_release("fy20q4", tmp_path)
    blockers = lca.check(folder, "core", lca.Policy(unlinked="cutoff")).blockers()
    assert {each.code for each in blockers} == {"loop_starved"}
    assert {each.value for each in blockers} == {*RINGS, "100382, 100880, 52904, 86704"}
    candidates, links = tmp_path / "candidates.csv", tmp_path / "links.csv"
    run("links", folder, "-o", candidates)
    decided = {"decision": "cutoff", "decided_by": "a test", "decided_on": "2026-11-24", "note": "feeds itself"}
    with candidates.open(encoding="utf-8", newline="") as source, links.open("w", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(file, list(reader.fieldnames or ()))
        writer.writeheader()
        # The ring is opened where the collections take in what the recovery facility would give them.
        for row in reader:
            writer.writerow(row | (decided if row["process_id"] and row["process_id"] != "100880" else {}))
    run("links", folder, "--apply", links, "--to", tmp_path / "linked")
    assert lca.check(tmp_path / "linked", "core", lca.Policy(unlinked="cutoff")).blockers() == []
    footprints = lca.score(lca.read_inventory(tmp_path / "linked"), "core", lca.Policy(unlinked="cutoff"))
    assert len(footprints.system.activities) == 631


@needs_packages
def test_burned_coal_scores_what_the_release_says_it_emits(tmp_path: Path) -> None:
    folder = import_release("fy17q4", tmp_path)
    names = pq.read_table(folder / "processes.parquet", columns=["process_id", "name"]).to_pylist()
    (boiler,) = [r["process_id"] for r in names if r["name"] == "Bituminous coal, combusted in industrial boiler"]
    footprints = lca.score(lca.read_inventory(folder), "core", lca.Policy(unlinked="cutoff"))
    parts = lca.list_contributions(footprints, process_id=boiler, indicator="ghg", cutoff=0.0).table.to_pylist()
    (own,) = [row for row in parts if row["process_id"] == boiler]
    # The data set: 2.634 kg "Carbon dioxide, fossil " (with a blank behind), 3.68e-4 kg N2O (GWP 273) and 1.1543e-4 kg
    # fossil methane (29.8) a kg of coal: 2.634 + 0.100464 + 0.003440 = 2.737904; halogenated traces add some 6e-6.
    # The amount is 1.0004 kg, since mining that coal burns coal.
    assert own["value"] / own["amount"] == pytest.approx(2.737904, rel=5e-6)
