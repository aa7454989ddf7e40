"""Methods: the shipped tables against the reports they cite, matching by the rules, refusals."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.io.shipped import find_factors
from tests.tables import Row, exchange, makes, process, product, write_inventory

VERSIONS = ("1.0-ar4", "1.0-ar5", "1.0-ar6")


def read_factor(version: str, indicator: str, flow: str, location: str = "GLO", sub: str = "") -> float:
    method = lca.read_method("core", version)
    found = [
        f.value
        for f in method.factors
        if (method.indicators[f.indicator].id, f.flow_name, f.location, f.sub_compartment)
        == (indicator, flow, location, sub)
    ]
    assert len(found) == 1
    return found[0]


# IPCC AR6 WGI table 7.15 (fossil methane 29.8, other 27.0, N2O 273) and 7.SM.7 (SF6 25 200, CF4 7 380);
# AR5 WGI table 8.A.1, without climate-carbon feedback (28, 30 fossil, 265, 23 500, 6 630);
# AR4 WGI table 2.14 (25, 298, 22 800, 7 390).
@pytest.mark.parametrize(
    ("flow", "ar4", "ar5", "ar6"),
    [
        ("Carbon dioxide, fossil", 1, 1, 1),
        ("Methane, fossil", 25, 30, 29.8),
        ("Methane, non-fossil", 25, 28, 27.0),
        ("Dinitrogen monoxide", 298, 265, 273),
        ("Sulfur hexafluoride", 22800, 23500, 25200),
        ("Methane, tetrafluoro-, R-14", 7390, 6630, 7380),
        ("Ethane, hexafluoro-, HFC-116", 12200, 11100, 12400),
    ],
)
def test_global_warming_potentials(flow: str, ar4: float, ar5: float, ar6: float) -> None:
    assert [read_factor(version, "ghg", flow) for version in VERSIONS] == [ar4, ar5, ar6]


@pytest.mark.parametrize("version", VERSIONS)
def test_ghg_is_the_sum_of_its_parts_and_biogenic_carbon_dioxide_stands_beside(version: str) -> None:
    method = lca.read_method("core", version)
    sums: dict[tuple[str, str, bool], float] = {}
    whole: dict[tuple[str, str, bool], float] = {}
    for factor in method.factors:
        key = (factor.flow_name, factor.sub_compartment, factor.is_input)
        name = method.indicators[factor.indicator].id
        if name in ("ghg_fossil", "ghg_land_use_change", "ghg_biogenic_non_co2"):
            sums[key] = sums.get(key, 0.0) + factor.value
        elif name == "ghg":
            whole[key] = factor.value
    assert sums == whole
    assert ("Carbon dioxide, non-fossil", "", False) not in whole
    assert read_factor(version, "ghg_biogenic_co2", "Carbon dioxide, non-fossil") == 1
    assert read_factor(version, "ghg_biogenic_uptake", "Carbon dioxide, in air") == -1


@pytest.mark.parametrize("version", VERSIONS)
def test_energy_is_the_sum_of_its_parts(version: str) -> None:
    method = lca.read_method("core", version)
    parts, whole = {}, {}
    for each in method.factors:
        key = (each.flow_name, each.compartment, each.sub_compartment)
        name = method.indicators[each.indicator].id
        if name in ("energy_nonrenewable", "energy_renewable"):
            parts[key] = each.value
        elif name == "energy":
            whole[key] = each.value
    assert parts == whole
    # Frischknecht et al. 2007, ecoinvent report no. 3: gross calorific values of resources in the ground.
    for flow, value in (("Coal, hard, unspecified, in ground", 19.1), ("Oil, crude, in ground", 45.8)):
        assert read_factor(version, "energy", flow) == value


def test_scarcity_is_aware_non_agricultural_and_returns_cancel_it() -> None:
    # WULCA, AWARE 1.2C, country scale, annual, non-agricultural: China 27.08 (agricultural is 45.85).
    assert read_factor("1.0-ar6", "water_scarcity", "Water, river", "CN") == pytest.approx(27.08, abs=0.005)
    taken = read_factor("1.0-ar6", "water_scarcity", "Water, river", "CN")
    assert read_factor("1.0-ar6", "water_scarcity", "Water", "CN", "surface water") == -taken


def test_versions_differ_in_greenhouse_gases_only() -> None:
    def rest(version: str) -> list[dict[str, str]]:
        with (find_factors() / "core" / version / "factors.csv").open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if not row["indicator"].startswith("ghg")]

    assert rest("1.0-ar4") == rest("1.0-ar5") == rest("1.0-ar6")
    assert len(rest("1.0-ar6")) > 1000


@pytest.mark.parametrize("version", VERSIONS)
def test_every_number_is_cited(version: str) -> None:
    method = lca.read_method("core", version)
    assert all(method.sources[factor.source_id] for factor in method.factors)
    assert method.gwp_set == version.removeprefix("1.0-").upper()


def test_latest_version_is_the_default() -> None:
    assert lca.read_method("core").version == "1.0-ar6"
    assert lca.read_method("core/1.0-ar4").label == "core/1.0-ar4"


def write_method(folder: Path, factors: list[Row], unit: str = "kg CO2e", sources: str = "s,A book\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "method.toml").write_text('name = "mine"\nversion = "1"\n', encoding="utf-8")
    (folder / "indicators.csv").write_text(f"indicator,name,unit\nscore,Score,{unit}\n", encoding="utf-8")
    (folder / "sources.csv").write_text("source_id,citation\n" + sources, encoding="utf-8")
    columns = ["indicator", "flow_id", "flow_name", "compartment", "sub_compartment", "direction", "location"]
    with (folder / "factors.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*columns, "factor", "unit", "source_id"], restval="")
        writer.writeheader()
        writer.writerows(factors)
    return folder


def factor(value: object, unit: str = "kg CO2e/kg", **where: object) -> Row:
    place = {"flow_name": "Gas", "compartment": "air"} if "flow_id" not in where else {}
    row = {"indicator": "score", "direction": "output", "factor": value, "unit": unit, "source_id": "s"}
    return {**row, **place, **where}


def score_gas(folder: Path, factors: list[Row], location: str = "", sub: str = "", unit: str = "kg") -> lca.Footprints:
    gas = {
        "flow_id": "gas-1",
        "name": "Gas",
        "kind": "elementary",
        "unit": unit,
        "compartment": "air",
        "sub_compartment": sub,
    }
    tables = {
        "processes": [process("p", location=location)],
        "flows": [product("thing"), gas],
        "exchanges": [makes("p", "thing"), exchange("p", "gas-1", "output", 1, unit)],
    }
    inventory = lca.read_inventory(write_inventory(folder / "inventory", tables))
    return lca.score(inventory, lca.read_method(write_method(folder / "method", factors)))


@pytest.mark.parametrize(
    ("location", "sub", "expected", "status"),
    [
        ("", "", 1, "fallback"),  # no place: the world's, and marked
        ("GLO", "", 1, "complete"),
        ("DE", "", 1, "fallback"),  # no factor nearer than the world's
        ("CN", "", 3, "complete"),
        ("CN-NM", "", 3, "complete"),  # the country's holds for its subdivision
        ("CN-SC", "", 4, "complete"),  # a nearer one wins
        ("JP", "", 2, "fallback"),  # the region's
        ("CN", "indoor", 9, "complete"),  # a finer compartment wins over a nearer place
    ],
)
def test_nearest_and_finest_factor_wins(tmp_path: Path, location: str, sub: str, expected: float, status: str) -> None:
    factors = [
        *[factor(1), factor(2, location="RAS"), factor(3, location="CN"), factor(4, location="CN-SC")],
        *[factor(9, sub_compartment="indoor"), factor(100, direction="input")],
    ]
    footprints = score_gas(tmp_path, factors, location, sub)
    assert footprints.get("score", process_id="p") == expected
    if not sub:
        assert footprints.status_of(0, 0) == status


def test_an_id_beats_a_name(tmp_path: Path) -> None:
    footprints = score_gas(tmp_path, [factor(1, location="CN"), factor(5, flow_id="gas-1")], "CN")
    assert footprints.get("score", process_id="p") == 5


def test_factor_units_convert(tmp_path: Path) -> None:
    assert score_gas(tmp_path / "a", [factor(7, "g CO2e/g")]).get("score", process_id="p") == pytest.approx(7)
    assert score_gas(tmp_path / "b", [factor(7, "t CO2e/g")]).get("score", process_id="p") == pytest.approx(7e6)


def test_the_other_direction_does_not_match_and_is_counted(tmp_path: Path) -> None:
    footprints = score_gas(tmp_path, [factor(1, direction="input")])
    assert footprints.get("score", process_id="p") == 0
    assert footprints.gaps.missing_factors.tolist() == [1]


def test_factor_of_the_wrong_dimension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(lca.DataError, match="factor_dimension"):
        score_gas(tmp_path, [factor(1)], unit="m3")


def test_two_equal_factors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(lca.MethodError, match="equals row 1"):
        score_gas(tmp_path / "a", [factor(1), factor(2)])
    with pytest.raises(lca.DataError, match="equal_factors"):
        score_gas(
            tmp_path / "b", [factor(1, flow_id="gas-1"), factor(2, flow_id="gas-1", flow_name="Gas", compartment="air")]
        )


def bad_factors() -> Iterator[tuple[Row, str]]:
    yield factor("nan"), "not a number"
    yield factor("1e999"), "not finite"
    yield factor("ten"), "not a number"
    yield factor(1, "kg CO2e"), "no ratio"
    yield factor(1, "kg/kg"), "does not give"
    yield factor(1, "kg CO2e/ton"), "ambiguous"
    yield factor(1, source_id="unknown"), "no citation"
    yield factor(1, direction=""), "direction"
    yield factor(1, location="Narnia"), "no place"
    yield factor(1, indicator="other"), "not in indicators.csv"
    yield factor(1, flow_name=""), "names no flow"


@pytest.mark.parametrize(("row", "what"), list(bad_factors()))
def test_bad_factors_are_refused_with_row_and_remedy(tmp_path: Path, row: Row, what: str) -> None:
    with pytest.raises(lca.MethodError, match=what) as caught:
        lca.read_method(write_method(tmp_path, [factor(1, flow_name="Other"), row]))
    assert "row 2" in caught.value.where
    assert caught.value.fix


@pytest.mark.parametrize("file", ["indicators.csv", "factors.csv", "sources.csv"])
def test_unknown_columns_are_refused(tmp_path: Path, file: str) -> None:
    # Read over in silence, a misspelt `location` would make the factor of one place everyone's.
    path = write_method(tmp_path, [factor(1)]) / file
    path.write_text("".join(f"{line},CN\n" for line in path.read_text(encoding="utf-8").splitlines()), encoding="utf-8")
    with pytest.raises(lca.MethodError, match="unknown column 'CN'") as caught:
        lca.read_method(tmp_path)
    assert "rename or remove it" in caught.value.fix


def test_own_unit_is_a_dimension_of_its_own(tmp_path: Path) -> None:
    method = lca.read_method(write_method(tmp_path / "a", [factor(1, "kg Sb eq/kg")], "kg Sb eq"))
    assert method.indicators[0].unit.dimension == "[kg Sb eq]"
    with pytest.raises(lca.MethodError):
        lca.read_method(write_method(tmp_path / "b", [factor(1, "kg sb eq/kg")], "kg Sb eq"))


@pytest.mark.parametrize("missing", ["method.toml", "indicators.csv", "factors.csv", "sources.csv"])
def test_missing_files_are_named(tmp_path: Path, missing: str) -> None:
    folder = write_method(tmp_path, [factor(1)])
    (folder / missing).unlink()
    with pytest.raises(lca.MethodError, match=missing if missing != "method.toml" else "there is no method"):
        lca.read_method(folder)


def test_unknown_methods_name_the_known() -> None:
    with pytest.raises(lca.MethodError, match=r"core/1\.0-ar6"):
        lca.read_method("recipe")
    with pytest.raises(lca.MethodError, match=r"1\.0-ar5"):
        lca.read_method("core", "9")


def test_hash_follows_content_and_not_layout(tmp_path: Path) -> None:
    rows = [factor(1), factor(2, location="CN")]
    first = lca.read_method(write_method(tmp_path / "a", rows)).hash
    assert lca.read_method(write_method(tmp_path / "b", rows[::-1])).hash == first
    assert (
        lca.read_method(write_method(tmp_path / "c", [factor(1), factor(np.nextafter(2, 3), location="CN")])).hash
        != first
    )


def test_a_method_does_not_pass_for_one_that_comes_with_the_engine(tmp_path: Path) -> None:
    # A copy of core is core; with one number changed it is not, and must not be called so.
    place = shutil.copytree(find_factors() / "core/1.0-ar6", tmp_path / "copy")
    assert lca.read_method(place).hash == lca.read_method("core/1.0-ar6").hash
    text = (place / "factors.csv").read_text(encoding="utf-8")
    (place / "factors.csv").write_text(text.replace(",29.8,", ",2.98,"), encoding="utf-8")
    with pytest.raises(lca.MethodError, match="comes with the engine"):
        lca.read_method(place)
