"""The method ecosystems: against ReCiPe's published figures, against core, and on a small inventory by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from tests.tables import CO2, Row, emits, exchange, makes, process, product, write_inventory

# Huijbregts et al. 2016, ReCiPe 2016 v1.1, RIVM Report 2016-0104a, workbook ReCiPe2016_CFs_v1.1_20180117.xlsx, sheet
# "Midpoint to endpoint factors", column Hierarchic [species.yr per kg CO2 eq., per m3 consumed, per m2*a crop eq.].
GHG = 2.8e-9 + 7.65e-14  # terrestrial (row 14) + freshwater ecosystems (row 22)
WATER = 1.35e-8 + 6.04e-13  # terrestrial (row 18) + aquatic ecosystems (row 25)
LAND = 8.88e-9  # land use, occupation and transformation (row 19)

# The same workbook, sheet "Land occupation", column Hierarchist, rows 3 to 32, whole [m2*a crop eq / (m2*a)].
OCCUPATION = {
    "pasture, man made, intensive": 0.55,
    "permanent crop, non-irrigated, intensive": 0.7,
    "mineral extraction site": 0.73,
    "annual crop, greenhouse": 0.73,
    "permanent crop, irrigated, intensive": 0.7,
    "industrial area": 0.73,
    "construction site": 0.73,
    "annual crop, non-irrigated, intensive": 1,
    "traffic area, road network": 0.73,
    "annual crop, irrigated, intensive": 1,
    "dump site": 0.73,
    "river, artificial": 0,
    "annual crop": 1,
    "lake, artificial": 0,
    "annual crop, non-irrigated, extensive": 1,
    "traffic area, rail/road embankment": 0.73,
    "pasture, man made, extensive": 0.55,
    "forest, extensive": 0.3,
    "forest, intensive": 0.3,
    "permanent crop": 0.7,
    "traffic area, rail network": 0.73,
    "seabed, infrastructure": 0,
    "seabed, drilling and mining": 0,
    "annual crop, non-irrigated": 1,
    "shrub land, sclerophyllous": 0.3,
    "annual crop, irrigated": 1,
    "urban, discontinuously built": 0.73,
    "pasture, man made": 0.55,
    "grassland, natural (non-use)": 0,
    "urban/industrial fallow (non-use)": 0.73,
}

# The same workbook, sheet "Land transformation", column Hierarchist, rows 3 to 11, whole [m2*a crop eq / m2].
TRANSFORMATION = {
    "from grassland, natural (non-use)": 3.75,
    "from forest, primary (non-use)": 36.75,
    "from forest, secondary (non-use)": 36.75,
    "from shrub land, sclerophyllous": 3.75,
    "from wetland, inland (non-use)": 3.75,
    "to shrub land, sclerophyllous": -3.75,
    "to forest, secondary (non-use)": -36.75,
    "to wetland, inland (non-use)": -3.75,
    "to grassland, natural (non-use)": -3.75,
}

Key = tuple[str, str, str, bool, str, str]


def list_factors(method: lca.Method, indicator: str) -> dict[Key, float]:
    k = method.find(indicator)
    return {
        (f.flow_name, f.compartment, f.sub_compartment, f.is_input, f.location, f.per.base): f.value
        for f in method.factors
        if f.indicator == k
    }


def test_land_occupation_is_recipe_where_recipe_names_the_flow() -> None:
    method = lca.read_method("ecosystems")
    found = {key[0]: value for key, value in list_factors(method, "ecosystems_land_occupation").items()}
    published = {f"Occupation, {name}": value * LAND for name, value in OCCUPATION.items()}
    assert {name: found[name] for name in published} == pytest.approx(published, rel=1e-15)
    assigned = {f.flow_name for f in method.factors if f.source_id == "recipe_2016_land_occupation_by_class"}
    assert assigned == set(found) - set(published)
    # Sheet "Land occupation", columns H and I: the five types and their factors; no assigned flow has another.
    types = [value * LAND for value in (0.3, 1, 0.55, 0.73, 0.7)]
    assert all(any(found[name] == pytest.approx(value, rel=1e-15) for value in types) for name in assigned)


def test_land_without_a_type_of_recipe_has_no_factor() -> None:
    found = {key[0] for key in list_factors(lca.read_method("ecosystems"), "ecosystems")}
    for name in ("forest, primary (non-use)", "unspecified", "heterogeneous, agricultural", "snow and ice (non-use)"):
        assert f"Occupation, {name}" not in found
    core = {key[0] for key in list_factors(lca.read_method("core"), "land_occupation")}
    assert len(core) == 74
    assert len(core - found) == 20  # those named in method.toml
    assert found - core >= {"Occupation, seabed, infrastructure", "Occupation, seabed, drilling and mining"}


def test_land_transformation_is_recipe_on_both_sides() -> None:
    found = {
        key[0]: v for key, v in list_factors(lca.read_method("ecosystems"), "ecosystems_land_transformation").items()
    }
    published = {f"Transformation, {name}": value * LAND for name, value in TRANSFORMATION.items()}
    assert found == pytest.approx(published, rel=1e-15)


@pytest.mark.parametrize(
    ("part", "carried", "factor"), [("ecosystems_ghg", "ghg", GHG), ("ecosystems_water", "water_consumption", WATER)]
)
def test_gases_and_water_are_core_carried_on(part: str, carried: str, factor: float) -> None:
    core = list_factors(lca.read_method("core/1.0-ar6"), carried)
    assert list_factors(lca.read_method("ecosystems/1.0-ar6"), part) == pytest.approx(
        {key: value * factor for key, value in core.items()}, rel=1e-15
    )


def test_the_total_is_its_four_parts_and_every_number_is_cited() -> None:
    method = lca.read_method("ecosystems")
    parts: dict[Key, float] = {}
    for indicator in method.indicators[1:]:
        for key, value in list_factors(method, indicator.id).items():
            parts[key] = parts.get(key, 0.0) + value
    assert method.indicators[0].id == "ecosystems"
    assert len(method.indicators) == 5
    assert {each.unit.label for each in method.indicators} == {"species*yr"}
    assert list_factors(method, "ecosystems") == parts
    assert all("RIVM Report 2016-0104a" in method.sources[factor.source_id] for factor in method.factors)
    assert (method.gwp_set, method.gwp_horizon) == ("AR6", 100)


def elementary(name: str, unit: str, compartment: str = "resource", sub: str = "") -> Row:
    row = {"flow_id": name, "name": name, "kind": "elementary", "unit": unit}
    return {**row, "compartment": compartment, "sub_compartment": sub}


MINED, CLEARED, ROCK = "Occupation, mineral extraction site", "Transformation, from forest, primary (non-use)", "Rock"
TABLES: dict[str, list[Row]] = {
    "processes": [process("mine", "extraction"), process("mill", "processing")],
    "flows": [
        *[product("ore"), product("metal"), CO2, elementary("Methane, fossil", "kg", "air")],
        *[elementary("Water, river", "m3", sub="in water"), elementary("Water", "m3", "water", "surface water")],
        *[elementary(MINED, "m2*a"), elementary(CLEARED, "m2"), elementary(ROCK, "kg")],
    ],
    "exchanges": [
        *[makes("mine", "ore"), exchange("mine", MINED, "input", 2e-4, "ha*a"), exchange("mine", ROCK, "input", 9)],
        *[exchange("mine", CLEARED, "input", 0.1, "m2"), emits("mine", 10, "g", "Methane, fossil")],
        *[makes("mill", "metal"), exchange("mill", "ore", "input", 3), emits("mill", 5)],
        exchange("mill", "Water, river", "input", 0.5, "m3"),
        exchange("mill", "Water", "output", 300, "L"),
    ],
}


def test_a_mine_and_a_mill_by_hand(tmp_path: Path) -> None:
    # Per kg of metal, 3 kg of ore. Mine, per kg of ore: 2e-4 ha*a = 2 m2*a of mineral extraction site, 0.1 m2 of
    # primary forest cleared, 0.010 kg CH4 at 29.8 = 0.298 kg CO2e. Mill: 5 kg CO2, 0.5 m3 taken and 0.3 m3 returned.
    inventory = lca.read_inventory(write_inventory(tmp_path, TABLES))
    footprints = lca.score(inventory, lca.read_method("ecosystems"))
    expected = {
        "ecosystems_land_occupation": 3 * 2 * 0.73 * 8.88e-9,
        "ecosystems_land_transformation": 3 * 0.1 * 36.75 * 8.88e-9,
        "ecosystems_ghg": (3 * 0.298 + 5) * (2.8e-9 + 7.65e-14),
        "ecosystems_water": (0.5 - 0.3) * (1.35e-8 + 6.04e-13),
    }
    found = {name: footprints.get(name, process_id="mill") for name in expected}
    assert found == pytest.approx(expected, rel=1e-12)
    total = footprints.get("ecosystems", process_id="mill")
    assert total == pytest.approx(sum(expected.values()), rel=1e-12)
    by_stage = [footprints.get("ecosystems", process_id="mill", stage=stage) for stage in ("extraction", "processing")]
    assert by_stage[1] == pytest.approx(5 * GHG + 0.2 * WATER, rel=1e-12)
    assert sum(by_stage) == pytest.approx(total, rel=1e-12)
    ghg = lca.score(inventory, lca.read_method("core")).get("ghg", process_id="mill")
    assert ghg == pytest.approx(3 * 0.298 + 5, rel=1e-12)
    assert found["ecosystems_ghg"] == pytest.approx(ghg * GHG, rel=1e-12)
    assert footprints.gaps.missing_factors.tolist() == [1, 1]  # the rock, in the mine's chain and in the mill's
