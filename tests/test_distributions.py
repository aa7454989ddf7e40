"""Distributions of an inventory: what is read of each row, under which key it is drawn, and what pedigrees become."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.pedigree import TABLES, find_sigma
from tests.scoring import has, system
from tests.tables import Row, emits, makes, process, product, takes, write_inventory

SPREAD: dict[str, Any] = {"uncertainty_type": "lognormal", "loc": math.log(2.0), "scale": 0.1}
FLOWS = [product("ore"), product("bar"), product("power", "MJ"), product("slab", "piece")]


def read(folder: Path, *rows: Row, **tables: list[Row]) -> lca.Inventory:
    """Read an inventory of a mine, a smelter and a power plant, with more rows."""
    processes = [process("mine", "extraction"), process("smelter", "processing"), process("plant")]
    made = [makes("mine", "ore"), makes("smelter", "bar"), makes("plant", "power", unit="MJ")]
    return lca.read_inventory(write_inventory(folder, system(*made, *rows, flows=FLOWS, processes=processes, **tables)))


def drawn(inventory: lca.Inventory, count: int = 8, seed: int = 7) -> dict[str, NDArray[np.float64]]:
    """Draw every row, by what it is of: the flow, and the ordinal where there are several."""
    listed = lca.list_distributions(inventory)
    values = lca.draw_values(listed, seed, 0, count)
    flows = inventory.exchanges.flow[listed.row]
    names = [inventory.flows.names[flow] for flow in flows.tolist()]
    return {f"{name}{names[:at].count(name) or ''}": values[at] for at, name in enumerate(names)}


def test_rows_without_a_distribution_are_certain(tmp_path: Path) -> None:
    rows = [takes("smelter", "ore", 2.0, uncertainty_type="none"), takes("smelter", "power", 3.0, "MJ")]
    assert len(lca.list_distributions(read(tmp_path, *rows))) == 0


def test_draws_are_in_base_units(tmp_path: Path) -> None:
    """Parameters are in the row's own unit: a lognormal of median 2 kWh is one of median 7.2 MJ."""
    inventory = read(tmp_path, takes("smelter", "power", 2.0, "kWh", **SPREAD))
    listed = lca.list_distributions(inventory)
    assert (listed.loc[0], listed.scale[0], listed.amount[0]) == (SPREAD["loc"], 0.1, pytest.approx(7.2))
    values = lca.draw_values(listed, 1, 0, 20_000)[0]
    assert stats.kstest(values, stats.lognorm(0.1, scale=7.2).cdf).pvalue > 1e-3


def test_an_amount_of_zero_converts_too(tmp_path: Path) -> None:
    """A normal of mean zero and 0.5 pieces, of 4 kg each as the flow is measured in pieces: 2 kg of the ore's kg."""
    row = takes("smelter", "ore", 0.0, "t", uncertainty_type="normal", loc=0.0, scale=0.5)
    other = takes("smelter", "slab", 0.0, "kg", uncertainty_type="normal", loc=0.0, scale=8.0)
    maker = makes("caster", "slab", 1.0, "piece")
    inventory = read(tmp_path, row, other, maker, properties=[has("slab", "mass", 4.0, "kg/piece")])
    listed = lca.list_distributions(inventory)
    factor = dict(zip(inventory.exchanges.flow[listed.row].tolist(), listed.factor.tolist(), strict=True))
    names = {inventory.flows.names[flow]: value for flow, value in factor.items()}
    assert names == {"ore": 1000.0, "slab": 0.25}


def test_what_is_mirrored_is_drawn_below_zero(tmp_path: Path) -> None:
    inventory = read(tmp_path, takes("smelter", "ore", -2.0, **SPREAD, negative=True))
    values = drawn(inventory)["ore"]
    assert (values < 0).all()
    assert np.array_equal(values, -drawn(read(tmp_path / "b", takes("smelter", "ore", 2.0, **SPREAD)))["ore"])


@pytest.mark.parametrize("bounds", [{}, {"minimum": -9.0, "maximum": 3.0}])
def test_negative_says_nothing_of_a_normal(tmp_path: Path, bounds: dict[str, float]) -> None:
    """Its sign is in its mean, with bounds and without: mirrored, it would lie about 2."""
    spread: dict[str, Any] = {"uncertainty_type": "normal", "loc": -2.0, "scale": 0.1, **bounds}
    drawn = [
        lca.draw_values(
            lca.list_distributions(read(tmp_path / str(flag), takes("smelter", "ore", -2.0, **spread, negative=flag))),
            *(1, 0, 1000),
        )
        for flag in (False, True)
    ]
    assert (drawn[0] == drawn[1]).all()
    assert drawn[0].max() < -1.5


def test_every_type_is_drawn_as_it_is_distributed(tmp_path: Path) -> None:
    kinds: dict[str, tuple[dict[str, Any], Any]] = {
        "uniform": ({"minimum": 1.0, "maximum": 3.0}, stats.uniform(1.0, 2.0)),
        "triangular": ({"loc": 2.0, "minimum": 1.0, "maximum": 5.0}, stats.triang(0.25, 1.0, 4.0)),
        "normal": ({"loc": 2.0, "scale": 0.3}, stats.norm(2.0, 0.3)),
        "weibull": ({"scale": 2.0, "shape": 1.5}, stats.weibull_min(1.5, 0.0, 2.0)),
        "gamma": ({"scale": 2.0, "shape": 3.0}, stats.gamma(3.0, 0.0, 2.0)),
        "beta_pert": ({"loc": 2.0, "minimum": 1.0, "maximum": 5.0}, stats.beta(2.0, 4.0, 1.0, 4.0)),
    }
    for name, (given, expected) in kinds.items():
        row = takes("smelter", "ore", 2.0, uncertainty_type=name, **given)
        values = lca.draw_values(lca.list_distributions(read(tmp_path / name, row)), 3, 0, 20_000)[0]
        assert stats.kstest(values, expected.cdf).pvalue > 1e-3, name


def test_rows_in_any_order_and_rows_that_are_added_change_no_draw(tmp_path: Path) -> None:
    rows = [
        takes("smelter", "ore", 2.0, **SPREAD),
        takes("smelter", "ore", 2.0, **SPREAD, provider_id="mine"),
        takes("smelter", "power", 2.0, "MJ", **SPREAD),
        emits("mine", 2.0, **SPREAD),
        emits("mine", 2.0, **SPREAD, location="CN"),
    ]
    first = drawn(read(tmp_path / "a", *rows))
    assert len({values.tobytes() for values in first.values()}) == len(rows)
    backwards = drawn(read(tmp_path / "b", *rows[::-1]))
    more = [makes("other", "bar"), takes("other", "ore", 2.0, **SPREAD), takes("mine", "power", 2.0, "MJ", **SPREAD)]
    added = read(tmp_path / "c", *more, *rows)
    known = {values.tobytes() for values in lca.draw_values(lca.list_distributions(added), 7, 0, 8)}
    for name, values in first.items():
        assert np.array_equal(backwards[name], values)
        assert values.tobytes() in known


def test_rows_alike_differ_in_their_draws(tmp_path: Path) -> None:
    values = drawn(read(tmp_path, *[takes("smelter", "ore", 2.0, **SPREAD)] * 3))
    assert len({each.tobytes() for each in values.values()}) == 3


def test_another_id_or_seed_is_another_draw_of_the_same_distribution(tmp_path: Path) -> None:
    row = takes("smelter", "ore", 2.0, **SPREAD)
    inventory = read(tmp_path / "a", row)
    renamed = read(tmp_path / "b", makes("works", "bar"), takes("works", "ore", 2.0, **SPREAD))
    base = drawn(inventory, 5000)["ore"]
    for other in (drawn(inventory, 5000, seed=8)["ore"], drawn(renamed, 5000)["ore"]):
        assert not (other == base).any()
        assert stats.ks_2samp(base, other).pvalue > 1e-3


def test_a_draw_is_the_same_alone(tmp_path: Path) -> None:
    rows = [takes("smelter", "ore", 2.0, uncertainty_type="triangular", loc=2.0, minimum=1.0, maximum=4.0)]
    listed = lca.list_distributions(read(tmp_path, *rows, takes("smelter", "power", 2.0, "MJ", **SPREAD)))
    whole = lca.draw_values(listed, 11, 0, 101)
    for draw in (0, 1, 2, 57, 100):
        assert np.array_equal(lca.draw_values(listed, 11, draw, 1)[:, 0], whole[:, draw])


@pytest.mark.parametrize(("seed", "first", "count"), [(-1, 0, 1), (2**64, 0, 1), (1, -1, 1), (1, 0, -1)])
def test_seeds_and_draws_that_are_none_are_refused(tmp_path: Path, seed: int, first: int, count: int) -> None:
    listed = lca.list_distributions(read(tmp_path, takes("smelter", "ore", 2.0, **SPREAD)))
    with pytest.raises(lca.LcaError, match=r"none"):
        lca.draw_values(listed, seed, first, count)


def test_nothing_between_bounds_is_refused(tmp_path: Path) -> None:
    listed = lca.list_distributions(read(tmp_path, takes("smelter", "ore", 2.0, **SPREAD)))
    far = dataclasses.replace(listed, minimum=np.array([1e6]))
    with pytest.raises(lca.DataError, match="next to nothing of a distribution lies between its bounds"):
        lca.draw_values(far, 1, 0, 4)


def test_a_pedigree_is_the_spread_of_a_row_that_states_none(tmp_path: Path) -> None:
    """The amount, 3 kWh or 10.8 MJ, is the median; sigma is ln(1.2297) / 2 = 0.1034 (see the hand derivation below)."""
    rows = [
        takes("smelter", "power", 3.0, "kWh", pedigree="2;3;1;4;3"),
        takes("smelter", "ore", 2.0, **SPREAD, pedigree="5;5;5;5;5"),
        emits("smelter", -1.0, pedigree="2;3;1;4;3", uncertainty_type="undefined"),
        emits("mine", 1.0, pedigree="2;3;1;4;3", uncertainty_type="none"),
    ]
    inventory = read(tmp_path, *rows)
    listed = lca.list_distributions(inventory)
    by_amount = {
        round(float(a), 6): (k, round(float(np.exp(m) * f), 6), round(float(s), 4), bool(n))
        for a, k, m, f, s, n in zip(
            *(listed.amount, listed.kind, listed.loc, listed.factor, listed.scale, listed.negative), strict=True
        )
    }
    assert by_amount == {10.8: (2, 10.8, 0.1034, False), 2.0: (2, 2.0, 0.1, False), -1.0: (2, 1.0, 0.1034, True)}
    assert len(lca.list_distributions(inventory, lca.Pedigree(table="none"))) == 1
    wide = lca.list_distributions(inventory, lca.Pedigree(factors="gsd"))
    assert sorted(wide.scale.round(4).tolist()) == [0.1, 0.2068, 0.2068]


def test_a_score_without_a_factor_is_refused_by_its_row(tmp_path: Path) -> None:
    inventory = read(
        tmp_path, takes("smelter", "ore", 2.0, pedigree="1;1;5;1;5"), emits("mine", 1.0, pedigree="5;1;1;1;1")
    )
    with pytest.raises(lca.DataError, match="ciroth-2016 has no factor for one of the scores '5;1;1;1;1'"):
        lca.list_distributions(inventory, lca.Pedigree("ciroth-2016"))


@pytest.mark.parametrize("table", TABLES)
def test_scores_of_one_leave_the_basic_uncertainty(table: str) -> None:
    best = np.ones((1, 5), np.int64)
    assert find_sigma(best, lca.Pedigree(table, "gsd2", 1.05))[0] == pytest.approx(math.log(1.05) / 2)
    assert find_sigma(best, lca.Pedigree(table, "gsd", 1.05))[0] == pytest.approx(math.log(1.05))


def test_ecoinvent_pedigree_by_hand() -> None:
    """Base factor 1.05, scores (2,3,1,4,3), whose factors are 1.05, 1.05, 1, 1.05 and 1.2.

    GSD^2 = exp sqrt(4 ln^2 1.05 + ln^2 1.2). There, 4 ln^2 1.05 = 0.0095218 and ln^2 1.2 = 0.0332412; the root of
    their sum is 0.2067922, and its exponential 1.2297.
    """
    sigma = find_sigma(np.array([[2, 3, 1, 4, 3]]), lca.Pedigree())
    assert math.exp(2 * sigma[0]) == pytest.approx(1.2297, abs=5e-5)


def test_ecoinvent_factors_are_the_published_variances() -> None:
    """Weidema et al. (2013), table 10.5: (ln U / 2)^2, to the digits printed."""
    published = [
        "0 0.0006 0.002 0.008 0.04",
        "0 0.0001 0.0006 0.002 0.008",
        "0 0.0002 0.002 0.008 0.04",
        "0 0.000025 0.0001 0.0006 0.002",
        "0 0.0006 0.008 0.04 0.12",
    ]
    for row, printed in zip((np.log(TABLES["ecoinvent-3"]) / 2) ** 2, published, strict=True):
        for value, text in zip(row, printed.split(), strict=True):
            assert round(value, len(text.partition(".")[2])) == float(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"table": "mine"}, "'mine' is no table"),
        ({"factors": "variance"}, "'variance' is no kind"),
        ({"basic": 0.9}, "basic uncertainty of 0.9"),
        ({"basic": math.nan}, "basic uncertainty of nan"),
    ],
)
def test_a_pedigree_policy_that_is_none_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(lca.LcaError, match=said):
        lca.Pedigree(**given)  # type: ignore[arg-type]
