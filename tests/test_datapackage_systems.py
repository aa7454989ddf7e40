"""Systems written as datapackages: bw2calc scores them as the engine does, and what it draws is what the rows say."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.formats import write_inventory as write_imported
from lcaengine.formats.brightway.datapackage import read_datapackage
from lcaengine.formats.brightway.write import write_datapackage
from lcaengine.method import Method
from tests.assembler import assemble
from tests.datapackages import A as DRAWN
from tests.datapackages import fill, finish, list_identifiers, load_package, open_package, score_package
from tests.draws import inventories
from tests.entries import Entries
from tests.reference import bw2calc
from tests.small_method import INDICATORS, list_factors, write_small_method
from tests.tables import Row, Tables, write_inventory
from tests.test_datapackage import by_name, describe, lognormals, read_entries

DRAWS = 2000


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Method:
    return lca.read_method(write_small_method(tmp_path_factory.mktemp("method")))


def score_written(footprints: lca.Footprints, path: Path) -> tuple[NDArray[np.float64], list[str]]:
    """Give bw2calc's scores per reference unit of every activity, and the indicators they are of."""
    package = load_package(write_datapackage(footprints, path))
    flows, made = footprints.system.inventory.flows, footprints.system.activities.flow.tolist()
    factor = np.array([flows.units[flow].factor if flow >= 0 else 1.0 for flow in made])
    scores = score_package(package, range(1, len(made) + 1)) * factor[:, None]
    return scores, [name for _, name in list_identifiers(package)]


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables=inventories())
def test_random_systems(method: Method, tables: dict[str, list[Row]]) -> None:
    """Allocation of every kind, substitution, markets, waste, units: written, and read back.

    The matrices are those of a slow twin. Scores are not compared: drawn systems are so badly scaled that bw2calc's
    solver needs refining on them (:mod:`tests.test_bw2calc` does, and shows that the engine is right).
    """
    twin = assemble(tables)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "inventory").mkdir()
        footprints = lca.score(lca.read_inventory(write_inventory(Path(folder) / "inventory", tables)), method)
        if not len(footprints.system.interventions.kind):
            return  # bw2calc has no answer without elementary flows
        package = load_package(write_datapackage(footprints, Path(folder) / "package.zip"))
        names = [name for _, name in list_identifiers(package)]
        again = lca.score(
            lca.read_inventory(write_imported(read_datapackage(Path(folder) / "package.zip"), Path(folder) / "again")),
            method,
        )
    system = footprints.system
    ids = system.inventory.flows.ids.to_pylist()
    keys = [(name, ids[flow]) for name, flow in zip(system.activities.name, system.activities.flow, strict=True)]
    at = [keys.index(key) for key in twin.keys]
    n, k = len(keys), len(names)
    factor = np.array([system.inventory.flows.units[flow].factor for flow in system.activities.flow])
    A, B, C = read_entries(package, list_identifiers(package), n)
    # The twin is in reference units, of which its markets make one each; markets of the engine make a base unit.
    made = np.array([1.0 if name else unit for name, unit in zip(system.activities.name, factor, strict=True)])
    written = (A.to_dense(n, n) / factor[:, None] * made)[np.ix_(at, at)]
    assert_near(written, twin.A.to_dense(n, n), twin.A)
    kinds = int(max(B.row.max(), C.row.max())) + 1
    direct = (B.to_dense(kinds, n).T @ C.to_dense(kinds, k))[at]
    own, factors = [list(INDICATORS).index(name) for name in names], list_factors(twin).to_dense(len(twin.kinds), 4)
    size = np.abs(twin.B.value).max(initial=0.0) * np.abs(factors).max()
    assert (np.abs(direct - twin.B.to_dense(len(twin.kinds), n).T @ factors[:, own]) <= 1e-12 * size).all()
    assert describe(system) == describe(again.system)


def assert_near(found: NDArray[np.float64], expected: NDArray[np.float64], entries: Entries) -> None:
    """Assert that sums of entries are the same to 1e-12 of what they are summed from."""
    size = Entries(entries.row, entries.column, np.abs(entries.value)).to_dense(*expected.shape)
    wrong = np.abs(found - expected) > 1e-12 * size
    assert not wrong.any(), [(at, found[*at], expected[*at]) for at in np.argwhere(wrong).tolist()[:5]]


def magnet_like() -> Tables:
    """A supplier that declares, one that labels a stage, an input nobody supplies, a bill."""
    product = {"kind": "product", "unit": "kg"}
    made = {"direction": "output", "is_reference": True}
    elementary = {"kind": "elementary", "unit": "kg", "compartment": "air"}
    return {
        "processes": [
            {"process_id": "mine", "name": "Mine", "stage": "extraction", "supplier_id": "m", "location": "CN"},
            {"process_id": "declared", "name": "Declared", "stage": "processing"},
            {"process_id": "smelter", "name": "Smelter", "stage": "processing", "location": "DE"},
        ],
        "suppliers": [{"supplier_id": "m", "name": "Mining company", "identifiers": "urn:a;urn:b"}],
        "flows": [
            {"flow_id": "ore", "name": "Ore", **product, "unit": "t"},
            {"flow_id": "acid", "name": "Acid", **product},
            {"flow_id": "metal", "name": "Metal", **product},
            {"flow_id": "nowhere", "name": "Nobody's product", **product, "unit": "g"},
            {"flow_id": "co2", "name": "Carbon dioxide, fossil", **elementary},
            {"flow_id": "power", "name": "Power", "kind": "product", "unit": "kWh", "category": "electricity"},
        ],
        "properties": [{"flow_id": "ore", "property": "content:Nd", "value": 31.25, "unit": "kg/t"}],
        "exchanges": [
            {"process_id": "mine", "flow_id": "ore", **made, "amount": 1.5, "unit": "t"},
            {"process_id": "mine", "flow_id": "co2", "direction": "output", "amount": 0.3, "unit": "t"},
            {"process_id": "mine", "flow_id": "power", "direction": "input", "amount": 20.0, "unit": "kWh"},
            {"process_id": "declared", "flow_id": "acid", **made, "amount": 2.0, "unit": "kg"},
            {"process_id": "smelter", "flow_id": "metal", **made, "amount": 1.0, "unit": "kg"},
            {"process_id": "smelter", "flow_id": "ore", "direction": "input", "amount": 7.0, "unit": "kg"},
            {"process_id": "smelter", "flow_id": "acid", "direction": "input", "amount": 0.4, "unit": "kg"},
            {"process_id": "smelter", "flow_id": "nowhere", "direction": "input", "amount": 12.0, "unit": "g"},
        ],
        "impacts": [{"process_id": "declared", "indicator": "ghg", "amount": 3.0, "unit": "kg CO2e", "per": "kg"}],
        "demand": [{"demand_id": "bill", "process_id": "smelter", "amount": 250.0, "unit": "g"}],
    }


def test_what_is_no_matrix_goes_beside_them(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    inventory = lca.read_inventory(write_inventory(tmp_path / "inventory", magnet_like()))
    policy = lca.Policy(unlinked="cutoff")
    footprints = lca.score(inventory, "core", policy)
    scores, names = score_written(footprints, tmp_path / "package.zip")
    ghg, site = names.index("ghg"), names.index("energy_site")
    at = footprints.system.activities.name.index
    # By hand: a smelter takes 7 kg of ore of a mine that gives off 300 kg for 1500, and 0.4 kg of acid at 3 kg CO2e.
    assert scores[at("smelter"), ghg] == pytest.approx(7 * 0.2 + 0.4 * 3.0, rel=1e-12)
    assert scores[at("bill"), ghg] == pytest.approx(0.25 * (7 * 0.2 + 0.4 * 3.0), rel=1e-12)
    # A mine buys 20 kWh for 1.5 t: 72 MJ of site energy; it is measured in t.
    assert scores[at("mine"), site] == pytest.approx(72.0 / 1.5, rel=1e-12)
    package = load_package(tmp_path / "package.zip")
    missing = package.get_resource("missing")[0]
    assert (missing["id"] == at("declared") + 1).sum() == len(footprints.method.indicators) - 1
    cut = package.get_resource("cut_off")[0]
    assert cut[["process_id", "flow_id", "amount", "unit"]].values.tolist()[0] in (
        ["smelter", "nowhere", 0.012, "kg"],
        ["mine", "power", 72.0, "MJ"],
    )
    imported = read_datapackage(tmp_path / "package.zip")
    again = lca.score(lca.read_inventory(write_imported(imported, tmp_path / "again")), "core", policy)
    assert describe(footprints.system) == describe(again.system)
    one, other = by_name(footprints), by_name(again)
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert value == pytest.approx(other[key], rel=1e-12, abs=1e-15, nan_ok=True)
    assert imported.tables["suppliers"].to_pylist()[0]["identifiers"] == "urn:a;urn:b"
    assert imported.tables["properties"].to_pylist()[0]["value"] == 31.25
    assert imported.tables["impacts"].to_pylist()[0]["amount"] == 3.0


def test_distributions_come_back(tmp_path: Path) -> None:
    """The parameters of a package, read, written in base units and read again: to 1e-14, mu moved by ln of the unit."""
    first, second = write_drawn(tmp_path)
    before, after = (tabulate(load_package(path)) for path in (first, second))
    assert before.keys() == after.keys()
    assert len(before) == len(DRAWN)
    # Electricity is in kWh there and in MJ here, 3.6 each; a treatment's row is mirrored, its amounts positive.
    for (row, column), (kind, loc, scale, negative) in before.items():
        factor = 3.6 if row == 4 else 1.0
        mine = after[row, column]
        if row == column:
            continue
        expected = loc + (np.log(factor) if kind == 2 else 0.0)
        assert (mine[0], mine[2]) == (kind, scale)
        assert mine[1] == pytest.approx(expected, rel=1e-14, abs=1e-14)
        assert mine[3] == (negative != (row == 3))


def write_drawn(tmp_path: Path) -> tuple[Path, Path]:
    """Write the small package with lognormals, and what comes of it when it is read, scored and written."""
    path = tmp_path / "first.zip"
    package = open_package(path)
    fill(package, distributions_array=lognormals(0.3))
    finish(package)
    inventory = lca.read_inventory(write_imported(read_datapackage(path), tmp_path / "inventory"))
    return path, write_datapackage(lca.score(inventory), tmp_path / "second.zip")


def tabulate(package: object) -> dict[tuple[int, int], tuple[int, float, float, bool]]:
    """Give type, mu, sigma and sign of the entries of A that differ in their place, activities by the first package."""
    get = package.get_resource  # type: ignore[attr-defined]
    indices, given, flips = (get(f"technosphere.{each}")[0] for each in ("indices", "distributions", "flip"))
    codes = get("labels")[0].set_index("id")
    name = codes.get("code")
    found = {}
    for (row, column), each, flip in zip(indices.tolist(), given, flips.tolist(), strict=True):
        key = tuple(int(x if name is None else name[x]) for x in (row, column))
        if key == (4, 4) and flip:
            key = (40, 40)  # its own use, beside what it makes
        kind, loc = int(each["uncertainty_type"]), float(each["loc"])
        found[key[0], key[1]] = (kind, loc, float(each["scale"]), bool(each["negative"]))
    return found


def test_draws_of_bw2calc_agree(tmp_path: Path) -> None:
    """Mean and deviation of the car's score over 2000 draws of either package, within four standard errors."""
    first, second = write_drawn(tmp_path)
    package = load_package(second)
    codes = package.get_resource("labels")[0]
    car = int(codes[codes["code"].astype(str) == "2"]["id"].iloc[0])
    one = draw(load_package(first), 2, {10: 1.0})
    co2 = codes[codes["code"].astype(str) == "10"]["id"].tolist()  # a row of B for each place
    assert len(co2) == 2
    other = draw(package, car, dict.fromkeys(co2, 1.0))
    error = np.hypot(one.std(), other.std()) / np.sqrt(DRAWS)
    assert abs(one.mean() - other.mean()) <= 4 * error
    spreads = [np.sqrt((((x - x.mean()) ** 4).mean() - x.var() ** 2) / DRAWS) / (2 * x.std()) for x in (one, other)]
    assert abs(one.std() - other.std()) <= 4 * float(np.hypot(*spreads))
    assert one.std() > 0.05 * one.mean()  # there is something to draw


def draw(package: object, product: int, factors: dict[int, float]) -> NDArray[np.float64]:
    """Draw the inventory of a unit of a product, weighed by factors."""
    lca_of = bw2calc.LCA(
        {product: 1.0},
        data_objs=[package.exclude({"matrix": "characterization_matrix"})],  # type: ignore[attr-defined]
        use_distributions=True,
        seed_override=11,
    )
    lca_of.lci()
    at = {lca_of.dicts.biosphere[flow]: factor for flow, factor in factors.items()}
    scores = []
    for _ in range(DRAWS):
        next(lca_of)
        totals = np.asarray(lca_of.inventory.sum(axis=1)).ravel()
        scores.append(sum(factor * totals[row] for row, factor in at.items()))
    return np.array(scores)
