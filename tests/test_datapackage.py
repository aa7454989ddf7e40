"""Datapackages of Brightway: read as bw2calc computes with them, and written so that it scores as the engine does."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.errors import OutputError
from lcaengine.formats import Imported, write_inventory
from lcaengine.formats.brightway.datapackage import read_datapackage
from lcaengine.formats.brightway.write import write_datapackage
from tests.datapackages import (
    LABELS,
    A,
    C,
    add,
    add_labels,
    fill,
    finish,
    list_identifiers,
    load_package,
    open_package,
    score_package,
    write_package,
)
from tests.entries import Entries, measure_contributions
from tests.reference import Scores, assert_agree

PRODUCTS = [1, 2, 3, 4]
# By hand from A and B: with e, s, w the scores of electricity, steel and the treatment of scrap,
# 0.95 e = 0.9 + 7 * 0.003; 2 s = 4 + 7 * 0.02 + 0.5 e; the treatment's row is below zero: -w = 1.5 - 0.2 e of a unit
# treated; car = 0.5 + 0.7 s + 3 e + 0.1 w'.
E = (0.9 + 7 * 0.003) / 0.95
S = (4 + 7 * 0.02 + 0.5 * E) / 2
TREATED = 1.5 - 0.2 * E
CAR = 0.5 + 0.7 * S + 3 * E + 0.1 * TREATED


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> lca.Method:
    """C of the package as a method; characterization factors are no part of an inventory."""
    folder = tmp_path_factory.mktemp("method")
    (folder / "method.toml").write_text('name = "small"\nversion = "1"\n', encoding="utf-8")
    tables: dict[str, list[dict[str, object]]] = {
        "indicators": [{"indicator": "score", "name": "score", "unit": "points"}],
        "factors": [
            {"indicator": "score", "flow_id": str(flow), "direction": "input" if flow == 11 else "output"}
            | {"factor": value, "unit": "points/m3" if flow == 11 else "points/kg", "source_id": "made-up"}
            for flow, value in C
        ],
        "sources": [{"source_id": "made-up", "citation": "numbers for a test"}],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return lca.read_method(folder)


def score(imported: Imported, folder: Path, method: lca.Method) -> list[float]:
    footprints = lca.score(lca.read_inventory(write_inventory(imported, folder)), method)
    return [footprints.get("score", process_id=str(each)) for each in PRODUCTS]


@pytest.mark.parametrize("kind", ["npy", "parquet"])
@pytest.mark.parametrize("name", ["package.zip", "package"])
def test_scores_are_those_of_bw2calc(tmp_path: Path, method: lca.Method, kind: str, name: str) -> None:
    path = write_package(tmp_path / name, kind)
    found = score(read_datapackage(path), tmp_path / "inventory", method)
    reference = score_package(load_package(path), PRODUCTS)[:, 0]
    assert found == pytest.approx([S, CAR, TREATED, E], rel=1e-12)
    # Brightway's demand of one unit of a treatment asks for a waste of minus one.
    assert found == pytest.approx(reference * np.array([1, 1, -1, 1]), rel=1e-9)


def test_rows_say_what_the_package_says(tmp_path: Path) -> None:
    tables = read_datapackage(write_package(tmp_path / "package.zip")).tables
    flows = {row["flow_id"]: row for row in tables["flows"].to_pylist()}
    assert (flows["10"]["name"], flows["10"]["compartment"], flows["10"]["cas_number"]) == (
        "Carbon dioxide, fossil",
        "air",
        "124-38-9",
    )
    assert [flows[each]["kind"] for each in ("1", "3", "10")] == ["product", "waste", "elementary"]
    assert flows["4"]["unit"] == "kWh"
    exchanges = tables["exchanges"].to_pylist()
    row = next(row for row in exchanges if (row["process_id"], row["flow_id"]) == ("2", "1"))
    assert (row["direction"], row["amount"], row["provider_id"]) == ("input", 0.7, "1")
    row = next(row for row in exchanges if (row["process_id"], row["flow_id"]) == ("3", "4"))
    assert (row["direction"], row["amount"], row["is_avoided"], row["provider_id"]) == ("output", 0.2, True, "4")
    assert {row["direction"] for row in exchanges if row["flow_id"] == "11"} == {"input"}
    named = {row["source_id"]: row for row in tables["sources"].to_pylist()}
    assert "biosphere.data.npy" in named["dataset:biosphere"]["citation"]
    place = {row["process_id"]: row["location"] for row in tables["processes"].to_pylist()}
    assert (place["1"], place["2"]) == (None, "DE")


def test_factors_are_reported(tmp_path: Path) -> None:
    report = json.dumps(read_datapackage(write_package(tmp_path / "package.zip")).to_report())
    assert "characterization factors: an inventory has none" in report


def test_groups_overwrite_or_add_as_in_matrix_utils(tmp_path: Path, method: lca.Method) -> None:
    """A second group of the same places: bw2calc takes its values, or adds them, as the package says."""
    for sums in (False, True):
        path = tmp_path / f"package-{sums}.zip"
        package = open_package(path, sum_inter_duplicates=sums)
        fill(package)
        more = {"data_array": np.array([0.3]), "flip_array": np.array([True])}
        add(package, "later", np.array([1]), np.array([2]), matrix="technosphere_matrix", **more)
        finish(package)
        found = score(read_datapackage(path), tmp_path / f"inventory-{sums}", method)
        assert found[1] == pytest.approx(CAR + (0.3 if sums else -0.4) * S, rel=1e-12)
        assert found[1] == pytest.approx(score_package(load_package(path), [2])[0, 0], rel=1e-9)


def test_entries_of_one_place_add_or_the_last_stands(tmp_path: Path, method: lca.Method) -> None:
    """Of the car's steel, 0.7 and then 0.2; electricity without its own use, which is of the place of its product."""
    entries = [*A[:-1], (1, 2, 0.2, True)]
    electricity = 0.9 + 7 * 0.003
    steel = (4 + 7 * 0.02 + 0.5 * electricity) / 2
    other = 0.5 + 3 * electricity + 0.1 * (1.5 - 0.2 * electricity)
    for sums in (False, True):
        path = tmp_path / f"package-{sums}.zip"
        package = open_package(path, sum_intra_duplicates=sums)
        fill(package, entries)
        finish(package)
        found = score(read_datapackage(path), tmp_path / f"inventory-{sums}", method)
        assert found[1] == pytest.approx(other + (0.9 if sums else 0.2) * steel, rel=1e-12)
        assert found[1] == pytest.approx(score_package(load_package(path), [2])[0, 0], rel=1e-9)


def test_rescale_multiplies_amounts_and_spreads(tmp_path: Path, method: lca.Method) -> None:
    rescale = np.ones(len(A))
    rescale[4] = 2.0
    path = write_package(tmp_path / "package.zip", rescale_array=rescale, distributions_array=lognormals(0.2))
    imported = read_datapackage(path)
    assert score(imported, tmp_path / "inventory", method)[1] == pytest.approx(CAR + 0.7 * S, rel=1e-12)
    rows = imported.tables["exchanges"].to_pylist()
    row = next(row for row in rows if (row["process_id"], row["flow_id"]) == ("2", "1"))
    assert (row["amount"], row["loc"], row["scale"]) == (1.4, pytest.approx(np.log(1.4), abs=1e-15), 0.2)


def lognormals(sigma: float) -> NDArray[Any]:
    """Give every entry of A but the production a lognormal of its amount as median."""
    fields = [("uncertainty_type", "u1"), *((name, "f8") for name in ("loc", "scale", "shape", "minimum", "maximum"))]
    array = np.zeros(len(A), [*fields, ("negative", "?")])
    for name in ("scale", "shape", "minimum", "maximum"):
        array[name] = np.nan
    for at, (row, column, value, _) in enumerate(A):
        array["loc"][at] = value if row == column else np.log(abs(value))
        if row != column:
            array["uncertainty_type"][at], array["scale"][at], array["negative"][at] = 2, sigma, value < 0
    return array


def test_arrays_beside_vectors_are_reported_and_left_out(tmp_path: Path, method: lca.Method) -> None:
    """As bw2calc computes with use_arrays=False, its default."""
    path = tmp_path / "package.zip"
    package = open_package(path)
    fill(package)
    samples = {"data_array": np.array([[9.0, 8.0, 7.0]]), "flip_array": np.array([True])}
    add(package, "samples", np.array([1]), np.array([2]), matrix="technosphere_matrix", **samples)
    finish(package)
    imported = read_datapackage(path)
    assert score(imported, tmp_path / "inventory", method)[1] == pytest.approx(CAR, rel=1e-12)
    assert score_package(load_package(path), [2])[0, 0] == pytest.approx(CAR, rel=1e-9)
    lost = [each for each in imported.remarks if each.is_lost and "arrays of samples" in each.what]
    assert [each.count for each in lost] == [1]
    assert "samples" in lost[0].examples[0]


@pytest.mark.parametrize("kind", ["npy", "parquet"])
def test_arrays_alone_give_their_first_column(tmp_path: Path, method: lca.Method, kind: str) -> None:
    """As a sequential run of bw2calc begins: its index is 0."""
    path = tmp_path / "package.zip"
    package = open_package(path, kind, sequential=True)
    rows, columns, values, flips = (np.array(each) for each in zip(*A, strict=True))
    scenarios = np.stack([values, 2.0 * values, 5.0 * values], axis=1).astype(float)
    add(package, "technosphere", rows, columns, data_array=scenarios, flip_array=flips)
    fill(package, ())
    finish(package)
    imported = read_datapackage(path)
    assert score(imported, tmp_path / "inventory", method)[1] == pytest.approx(CAR, rel=1e-12)
    use = {"selective_use": {"technosphere_matrix": {"use_arrays": True}}}
    assert score_package(load_package(path), [2], **use)[0, 0] == pytest.approx(CAR, rel=1e-9)
    assert any("first column is the static value" in each.what for each in imported.remarks if not each.is_lost)
    assert any("behind the first column" in each.what and each.count == 2 for each in imported.remarks if each.is_lost)


def test_products_with_ids_of_their_own(tmp_path: Path) -> None:
    """Rows 101 and 102 are the products of the activities 1 and 2; signs stand in the numbers, nothing is flipped."""
    path = tmp_path / "package.zip"
    package = open_package(path)
    values = np.array([1.0, -0.25, 4.0])
    add(package, "technosphere", np.array([101, 101, 102]), np.array([1, 2, 2]), data_array=values)
    labels = [{"id": each, "name": f"name {each}", "unit": "kg"} for each in (1, 2, 101, 102)]
    add_labels(package, labels)
    finish(package)
    rows = read_datapackage(path).tables["exchanges"].to_pylist()
    assert [(r["process_id"], r["flow_id"], r["direction"], r["amount"]) for r in rows] == [
        ("1", "101", "output", 1.0),
        ("2", "101", "input", 0.25),
        ("2", "102", "output", 4.0),
    ]
    assert rows[1]["provider_id"] == "1"


def test_labels_beside_the_package_will_do(tmp_path: Path) -> None:
    path = write_package(tmp_path / "package", labels=())
    with pytest.raises(lca.LcaError, match="does not say what 4 of its ids are measured in"):
        read_datapackage(path)
    pd.DataFrame(LABELS).to_csv(path / "labels.csv", index=False)
    assert read_datapackage(path).tables["processes"].num_rows == 4


@pytest.fixture(scope="module")
def magnet() -> lca.Footprints:
    return lca.score(lca.read_inventory(lca.find_example("neodymium-magnet")))


@pytest.fixture(scope="module")
def package(magnet: lca.Footprints, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_datapackage(magnet, tmp_path_factory.mktemp("package") / "magnet.zip")


def assert_scored(footprints: lca.Footprints, path: Path) -> NDArray[np.bool_]:
    """Assert that bw2calc gives the engine's scores, to 1e-9 of what they sum; tell which are not withheld."""
    loaded = load_package(path)
    n, of = len(footprints.system.activities), list_identifiers(loaded)
    flows, made = footprints.system.inventory.flows, footprints.system.activities.flow.tolist()
    reference_unit = np.array([flows.units[flow].factor if flow >= 0 else 1.0 for flow in made])
    scores = score_package(loaded, range(1, n + 1)) * reference_unit[:, None]
    found = footprints.value[:, -1, [footprints.method.find(name) for _, name in of]]
    A_, B_, C_ = read_entries(loaded, of, n)
    size = measure_contributions(A_, B_, C_, n, len(of)) * reference_unit[:, None]
    known = ~np.isnan(found)
    assert_agree(np.where(known, found, scores), Scores(scores, np.where(known, size, np.inf), scores))
    return known


def read_entries(loaded: Any, of: list[tuple[str, ...]], n: int) -> list[Entries]:
    """Read A, B and C back as positions of activities, kinds and indicators."""
    entries = []
    for name, start in (("technosphere", 1), ("biosphere", n + 1)):
        indices, data = loaded.get_resource(f"{name}.indices")[0], loaded.get_resource(f"{name}.data")[0]
        has_flips = any(each["name"] == f"{name}.flip" for each in loaded.resources)
        flipped = loaded.get_resource(f"{name}.flip")[0] if has_flips else np.zeros(len(data), np.bool_)
        entries.append(Entries(indices["row"] - start, indices["col"] - 1, np.where(flipped, -data, data)))
    rows, columns, values = [], [], []
    for k, identifier in enumerate(of):
        own = next(r["group"] for r in loaded.resources if r.get("identifier") == list(identifier))
        rows.append(loaded.get_resource(f"{own}.indices")[0]["row"] - (n + 1))
        values.append(loaded.get_resource(f"{own}.data")[0])
        columns.append(np.full(len(values[-1]), k))
    return [*entries, Entries(np.concatenate(rows), np.concatenate(columns), np.concatenate(values))]


def test_magnet_is_scored_by_bw2calc_as_by_the_engine(magnet: lca.Footprints, package: Path) -> None:
    known = assert_scored(magnet, package)
    assert known.sum() > 5000
    named = {name for _, name in list_identifiers(load_package(package))}
    assert {"ghg", "energy", "energy_site", "water_withdrawal", "water_consumption"} <= named


def test_magnet_comes_back_to_the_bit(magnet: lca.Footprints, package: Path, tmp_path: Path) -> None:
    imported = read_datapackage(package)
    again = lca.score(lca.read_inventory(write_inventory(imported, tmp_path / "again")))
    one, other = magnet.system, again.system
    assert describe(one) == describe(other)
    assert magnet.stages == again.stages
    one_value, other_value = by_name(magnet), by_name(again)
    assert one_value.keys() == other_value.keys()
    for key, value in one_value.items():
        assert value == pytest.approx(other_value[key], rel=1e-12, nan_ok=True)


def by_name(footprints: lca.Footprints) -> dict[tuple[str, str, str], list[float]]:
    """Give all numbers of every activity, per base unit of its product, which is what the package keeps."""
    flows, made = footprints.system.inventory.flows, footprints.system.activities.flow.tolist()
    factor = [flows.units[flow].factor if flow >= 0 else 1.0 for flow in made]
    value = (footprints.value / np.array(factor)[:, None, None]).reshape(len(made), -1).tolist()
    return dict(zip(name_activities(footprints.system), value, strict=True))


def name_activities(system: Any) -> list[tuple[str, str, str]]:
    """Name activities; an allocated process comes back as a process a product, whose id names the product."""
    activities, ids = system.activities, system.inventory.flows.ids.to_pylist()
    return [
        (name.removesuffix(f":{ids[flow]}") if flow >= 0 else name, ids[flow] if flow >= 0 else "", place)
        for name, flow, place in zip(activities.name, activities.flow.tolist(), activities.location, strict=True)
    ]


def describe(system: Any) -> dict[str, list[Any]]:
    """Give A and B by name: what activities make, take and give off, in base units, and what the flows are."""
    inventory, activities, flows = system.inventory, system.activities, system.inventory.flows
    ids = inventory.flows.ids.to_pylist()
    key = name_activities(system)
    d, b = system.demands, system.interventions
    used = sorted(set(activities.flow[activities.flow >= 0].tolist()) | set(b.flow.tolist()))
    return {
        "made": sorted(
            zip(key, activities.output.tolist(), activities.stage.tolist(), activities.supplier, strict=True)
        ),
        # Signed as in A: a credit below zero comes back as the demand that it is.
        "taken": sorted(
            (key[a], key[p], x if credit else -x, credit and x > 0)
            for a, p, x, credit in zip(
                *(v.tolist() for v in (d.activity, d.provider, d.amount, d.is_credit)), strict=True
            )
            if p >= 0
        ),
        "given_off": sorted(
            (key[a], ids[b.flow[k]], bool(b.is_input[k]), b.place[k], x)
            for a, k, x in zip(b.activity.tolist(), b.kind.tolist(), b.amount.tolist(), strict=True)
        ),
        "flows": [
            (ids[f], flows.names[f], flows.units[f].base, int(flows.kind[f]), flows.compartment[f], flows.category[f])
            for f in used
        ],
    }


def test_a_folder_and_a_zip_hold_the_same(magnet: lca.Footprints, package: Path, tmp_path: Path) -> None:
    folder = write_datapackage(magnet, tmp_path / "magnet")
    one, other = read_datapackage(package).tables, read_datapackage(folder).tables
    assert one.keys() == other.keys()
    for name in one:
        assert (
            one[name]
            .drop_columns(["citation"] if name == "sources" else [])
            .equals(other[name].drop_columns(["citation"] if name == "sources" else []))
        )


def test_nothing_is_written_where_something_is(magnet: lca.Footprints, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for target in (tmp_path / "there", tmp_path / "not" / "there.zip", tmp_path / "not" / "there"):
        with pytest.raises(OutputError):
            write_datapackage(magnet, target)
    assert [each.name for each in tmp_path.rglob("*")] == ["there"]


def test_what_is_not_carried_is_said(package: Path) -> None:
    said = load_package(package).metadata["lcaengine"]["not_carried"]
    assert any("comments of exchanges" in each for each in said)


def test_the_command_imports(package: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lcaengine", "import", "datapackage", str(package), str(tmp_path / "inventory")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith(f"reading {package}: ")]  # progress
    assert (done.returncode, said) == (0, [])
    assert lca.read_inventory(tmp_path / "inventory").processes.ids
    shutil.rmtree(tmp_path / "inventory")
