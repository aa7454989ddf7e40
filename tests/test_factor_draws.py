"""Draws of characterization factors: closed forms, one draw for one figure, every draw against the static engine."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.factors import list_factor_distributions
from tests.conftest import Run
from tests.drawn_inventories import compare_draws
from tests.drawn_methods import factor, read_drawn, write_method
from tests.scoring import has, system
from tests.tables import Row, emits, makes, process, product, takes, write_inventory
from tests.test_simulate import RICH, chain, lognormal

CH4: Row = {"flow_id": "ch4", "name": "Methane", "kind": "elementary", "unit": "kg", "compartment": "air"}


def mine(*rows: Row, **tables: Any) -> Any:
    return system(makes("mine", "ore"), *rows, flows=[product("ore"), CH4], processes=[process("mine", "extraction")])


def test_an_amount_times_a_factor_is_a_lognormal(tmp_path: Path) -> None:
    """5 kg of methane at 30 kg CO2e: the product of two lognormals, mu = ln 150, sigma^2 = .3^2 + .4^2."""
    inventory = lca.read_inventory(
        write_inventory(tmp_path, mine(emits("mine", 5.0, flow_id="ch4", **lognormal(5.0, 0.3))))
    )
    method = read_drawn(tmp_path / "m", factor("ghg", "ch4", 30.0, **lognormal(30.0, 0.4)))
    samples = lca.simulate(inventory, method, 20_000, 1, indicators=["ghg"], keep=["mine"])
    exact = stats.lognorm(0.5, scale=150.0)
    assert stats.kstest(samples.get("ghg", process_id="mine"), exact.cdf).pvalue > 1e-3
    assert samples.mean[samples.kept[0], -1, 0] == pytest.approx(exact.mean(), abs=4 * exact.std() / math.sqrt(20_000))
    assert samples.uncertain_by_table == {"exchanges": 1, "factors": 1, "markets": 0, "allocation": 0}


def test_factors_are_drawn_in_base_units_by_their_own_unit(tmp_path: Path) -> None:
    """30 g CO2e per g and a normal of deviation 3 g/g are 30 and 3 kg/kg; a tonne emitted is 1000 times that."""
    inventory = lca.read_inventory(write_inventory(tmp_path, mine(emits("mine", 1.0, "t", flow_id="ch4"))))
    spread: dict[str, Any] = {"uncertainty_type": "normal", "loc": 30_000.0, "scale": 3000.0}
    method = read_drawn(tmp_path / "m", factor("ghg", "ch4", 30_000.0, "g CO2e/kg", **spread))
    drawn = lca.simulate(inventory, method, 20_000, 1, indicators=["ghg"], keep=["mine"]).get("ghg", process_id="mine")
    assert stats.kstest(drawn, stats.norm(30_000.0, 3000.0).cdf).pvalue > 1e-3


PARTS = [
    factor("ghg", "ch4", 30.0, **lognormal(30.0, 0.4)),
    factor("ghg_fossil", "ch4", 30.0, **lognormal(30.0, 0.4)),
    factor("ghg", "co2", 1.0, uncertainty_type="normal", loc=1.0, scale=0.1),
    factor("ghg_land", "co2", 1.0, uncertainty_type=3, loc=1.0, scale=0.1),
    factor("tailings", "co2", 0.5, "kg/kg", uncertainty_type="uniform", minimum=0.2, maximum=0.8),
]


def test_a_total_is_the_sum_of_its_parts_in_every_draw(tmp_path: Path) -> None:
    """ghg repeats the figures of ghg_fossil and ghg_land, the type of one by name and of the other by number."""
    tables = chain(*RICH, emits("mine", 0.2, flow_id="ch4"))
    inventory = lca.read_inventory(write_inventory(tmp_path, {**tables, "flows": [*tables["flows"], CH4]}))
    samples = lca.simulate(inventory, read_drawn(tmp_path / "m", *PARTS), 50, 3, keep=["mill"])
    total, fossil, land = (samples.get(name, process_id="mill") for name in ("ghg", "ghg_fossil", "ghg_land"))
    assert total == pytest.approx(fossil + land, rel=1e-13)
    assert np.ptp(fossil / land) > 0.1
    assert samples.uncertain_by_table["factors"] == 5
    keys = list_factor_distributions(samples.footprints.method).key
    assert len(set(keys.tolist())) == 3


@pytest.mark.parametrize(
    "other",
    [{"value": 31.0}, {"source_id": "other"}, {"location": "CN"}, {"scale": 0.5}, {"flow_id": "co2"}],
)
def test_another_figure_is_another_draw(tmp_path: Path, other: dict[str, Any]) -> None:
    same = {"indicator": "ghg", "flow_id": "ch4", "value": 30.0, **lognormal(30.0, 0.4)}
    method = read_drawn(tmp_path, factor(**same), factor(**{**same, "indicator": "ghg_fossil"}))
    keys = list_factor_distributions(method).key
    assert keys[0] == keys[1]
    different = read_drawn(tmp_path / "m", factor(**same), factor(**{**same, "indicator": "ghg_fossil", **other}))
    keys = list_factor_distributions(different).key
    assert keys[0] != keys[1]


@pytest.mark.parametrize("rule", ["mass", "economic"])
def test_every_draw_is_what_the_static_engine_gives(tmp_path: Path, rule: str) -> None:
    """Amount, share and factor are drawn: a mine makes ore and rod, both uncertain; a factor of zero is uncertain."""
    rows = [
        makes("mine", "ore", 1.0, **lognormal(1.0, 0.2)),
        {**makes("mine", "rod", 0.5, **lognormal(0.5, 0.4)), "is_reference": False},
        *(emits("mine", 3.0, **lognormal(3.0, 0.1)), emits("mine", 1.0, flow_id="ch4"), emits("smelter", 0.1)),
        *(makes("smelter", "bar"), takes("smelter", "ore", 1.0), takes("smelter", "rod", 2.0)),
    ]
    prices = [has("ore", "price", 1.0, "USD2020/kg"), has("rod", "price", 7.0, "USD2020/kg")]
    processes = [process("mine", "extraction", allocation=rule), process("smelter", "processing")]
    flows = [product("ore"), product("rod"), product("bar"), CH4]
    tables = system(*rows, flows=flows, processes=processes, properties=prices)
    zero = factor("tailings", "ch4", 0.0, "kg/kg", uncertainty_type="normal", loc=0.0, scale=0.1)
    negative = factor("ghg_land", "ch4", -2.0, **lognormal(2.0, 0.3, negative=True))
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    method = read_drawn(tmp_path / "m", *PARTS, zero, negative)
    samples = compare_draws(inventory, method, (0, 3, 9))
    assert np.ptp(samples.get("tailings", process_id="smelter")) > 0.1


def test_draws_of_factors_do_not_depend_on_others(tmp_path: Path) -> None:
    """Rows added, another order, fewer draws, indicators one by one."""
    inventory = lca.read_inventory(
        write_inventory(tmp_path, mine(emits("mine", 1.0), emits("mine", 1.0, flow_id="ch4")))
    )
    more = [factor("ghg_land", "ch4", 3.0, **lognormal(3.0, 0.2)), *reversed(PARTS)]
    few, many = read_drawn(tmp_path / "few", *PARTS), read_drawn(tmp_path / "many", *more)
    all_of = lca.simulate(inventory, few, 40, 3, keep=["mine"])
    again = lca.simulate(inventory, many, 17, 3, indicators=["ghg"], keep=["mine"])
    assert np.array_equal(again.get("ghg", process_id="mine"), all_of.get("ghg", process_id="mine")[:17])


def test_pedigrees_of_factors(tmp_path: Path) -> None:
    """ecoinvent report 1(v3), section 10.4: scores 2;3;1;4;3 have a sigma of 0.1034 with a basic factor of 1.05."""
    method = read_drawn(tmp_path, factor("ghg", "ch4", -30.0, pedigree="2;3;1;4;3"))
    listed = list_factor_distributions(method)
    assert listed.scale == pytest.approx([0.1034], abs=1e-4)
    assert (listed.loc[0], bool(listed.negative[0])) == (pytest.approx(math.log(30.0)), True)
    assert len(list_factor_distributions(method, lca.Pedigree(table="none"))) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"uncertainty_type": "lognormal", "loc": 3.4}, "a lognormal distribution needs scale"),
        (
            {"uncertainty_type": "lognormal", "loc": 3.4, "scale": -1},
            r"scale is '-1.0', it must be above zero",
        ),
        ({"uncertainty_type": "wide"}, "'wide' is not one of those allowed"),
        ({"loc": 3.4}, "uncertainty_type is blank"),
        ({"uncertainty_type": "normal", "loc": "three", "scale": 1}, "'three' is not a number"),
        ({"uncertainty_type": "uniform", "minimum": 40, "maximum": 50}, "outside what its distribution can give"),
        ({"uncertainty_type": "uniform", "minimum": "nan", "maximum": 50}, "not a finite number"),
        ({"pedigree": "1;2;3"}, "'1;2;3' is no pedigree"),
        ({"negative": "perhaps"}, "'perhaps' is not a flag"),
        ({"uncertainty_type": "lognormal", "loc": 3.4, "scale": 0.1, "negative": "true"}, "other side of zero"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(lca.MethodError, match=said) as caught:
        read_drawn(tmp_path, factor("ghg", "co2", 1.0), factor("ghg", "ch4", 30.0, **given))
    assert caught.value.row == 2
    assert "factors.csv row 2, column" in caught.value.where


def test_a_factor_off_its_center_is_a_warning(tmp_path: Path) -> None:
    folder = write_inventory(tmp_path, mine(emits("mine", 1.0, flow_id="ch4")))
    method = read_drawn(tmp_path / "m", factor("ghg", "ch4", 30.0, **lognormal(33.0, 0.1)))
    warnings = [each for each in lca.score(lca.read_inventory(folder), method).warnings if each.table == "factors"]
    assert [(each.code, each.row, each.column) for each in warnings] == [("uncertainty_center", 1, "factor")]


def test_little_between_bounds_is_refused(tmp_path: Path) -> None:
    inventory = lca.read_inventory(write_inventory(tmp_path, mine(emits("mine", 1.0, flow_id="ch4"))))
    spread: dict[str, Any] = {"uncertainty_type": "normal", "loc": 30.0, "scale": 0.1, "minimum": 31.0}
    method = read_drawn(tmp_path / "m", factor("ghg", "ch4", 31.0, **spread))
    with pytest.raises(lca.DataError, match="next to nothing") as caught:
        lca.simulate(inventory, method, 8, 1)
    assert caught.value.where == "factors row 1"


def test_the_terminal_counts_factors(run: Run, tmp_path: Path) -> None:
    folder = write_inventory(tmp_path / "i", mine(emits("mine", 1.0), emits("mine", 1.0, flow_id="ch4")))
    method = write_method(tmp_path / "m", *PARTS)
    code, out, err = run("simulate", folder, "--method", method, "--draws", 16)
    assert (code, err) == (0, "")
    assert "16 draws of uncertain 0 exchanges, 5 factors, seed 1" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    code, out, err = run("simulate", folder, "--method", method, "--draws", 16, "--json")
    assert '"uncertain_factors": 5' in out
