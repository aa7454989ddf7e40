"""Draws of market shares and allocation factors: sums of one, closed forms, every draw against the static engine."""

from __future__ import annotations

import math
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.mixes import Mixes, draw_mixes
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.sources import list_keys, trace_rows
from lcaengine.uncertainty.values import draw_rows
from tests.conftest import Run
from tests.drawn_inventories import compare_draws, sample
from tests.drawn_methods import factor, read_drawn
from tests.scoring import has, row, system
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory
from tests.test_markets import CONTRACT, GRID, MAKERS, POWER, amount, buying, share
from tests.test_simulate import lognormal

COUNT = 20_000


@cache
def plain() -> lca.Method:
    """Give a method of one factor, which is certain: quick to match."""
    with tempfile.TemporaryDirectory() as folder:
        return read_drawn(Path(folder), factor("ghg", "co2", 1.0))


def normal(loc: float, scale: float) -> dict[str, Any]:
    return {"uncertainty_type": "normal", "loc": loc, "scale": scale}


def spread(rows: list[Row], **spreads: dict[str, Any]) -> list[Row]:
    """Give the rows of a market with distributions, by who supplies."""
    return [{**each, **spreads.get(str(each["process_id"]), {})} for each in rows]


def read(folder: Path, markets: list[Row], *places: str) -> lca.Inventory:
    return lca.read_inventory(write_inventory(folder, buying(markets, *(places or ("CN",)))))


def draw_shares(inventory: lca.Inventory, count: int, policy: lca.Policy | None = None) -> NDArray[np.float64]:
    """Draw the Dirichlet shares of an inventory's markets, in order of the table."""
    mixes = sample(lca.simulate(inventory, plain(), 2, 1, policy, indicators=["ghg"])).market_shares
    return draw_mixes(mixes, 1, 0, count)


THREE = share("location", wind=0.2, gas=0.3, coal=0.5)


def test_two_shares_are_a_beta(tmp_path: Path) -> None:
    """Wind 0 and coal 1 kg/kWh: the score is the share of coal, 0.75, of which wind states a deviation of 0.1.

    a = 0.25 x 0.75 / 0.01 - 1 = 17.75: coal is beta of 0.75 a and 0.25 a, whose deviation is 0.1 too.
    """
    inventory = read(tmp_path, spread(GRID, wind=normal(0.25, 0.1)))
    samples = lca.simulate(inventory, plain(), COUNT, 1, indicators=["ghg"], keep=["mill-CN"])
    exact = stats.beta(0.75 * 17.75, 0.25 * 17.75)
    assert stats.kstest(samples.get("ghg", process_id="mill-CN"), exact.cdf).pvalue > 1e-3
    assert exact.std() == pytest.approx(0.1)
    assert samples.uncertain_by_table["markets"] == 1


def test_moments_of_three_shares(tmp_path: Path) -> None:
    """wind states a variance of 0.01, coal 0.0125: a = (0.16 + 0.25) / 0.0225 - 1 = 17.2222; gas moves with them.

    Means s, variances s (1 - s) / (a + 1), covariances -s t / (a + 1), each within four standard errors.
    """
    wide = {"uncertainty_type": "uniform", "minimum": 0.5 - math.sqrt(0.0375), "maximum": 0.5 + math.sqrt(0.0375)}
    inventory = read(tmp_path, spread(THREE, wind=normal(0.2, 0.1), coal=wide))
    drawn, a, s = draw_shares(inventory, COUNT), 0.41 / 0.0225 - 1.0, np.array([0.5, 0.3, 0.2])  # coal, gas, wind
    assert np.abs(drawn.sum(axis=0) - 1.0).max() < 1e-15
    exact = (np.diag(s) - np.outer(s, s)) / (a + 1.0)
    assert np.abs(drawn.mean(axis=1) - s) == pytest.approx(0, abs=4 * math.sqrt(exact.max() / COUNT))
    off = drawn - s[:, None]
    products = off[:, None] * off[None]
    errors = products.std(axis=2) / math.sqrt(COUNT)
    assert (np.abs(products.mean(axis=2) - exact) < 4 * errors).all()
    assert stats.kstest(drawn[1], stats.beta(0.3 * a, 0.7 * a).cdf).pvalue > 1e-3


def test_a_supplier_that_stands_twice_is_no_pair_of_twins(tmp_path: Path) -> None:
    """Wind 0.25 + 0.25, once with the place of the market and once without: together a beta, as if they were one row.

    One of them states a variance of 0.01: a = 0.1875 / 0.01 - 1 = 17.75, and the score, coal's share, is its beta.
    """
    rows = spread(share("location", "GLO", wind=0.25), wind=normal(0.25, 0.1))
    rows += [{**each, "location": None} for each in share("location", "GLO", wind=0.25)]
    inventory = read(tmp_path, [*rows, *share("location", "GLO", coal=0.5)], "JP")
    samples = lca.simulate(inventory, plain(), COUNT, 1, indicators=["ghg"], keep=["mill-JP"])
    exact = stats.beta(0.5 * 17.75, 0.5 * 17.75)
    assert stats.kstest(samples.get("ghg", process_id="mill-JP"), exact.cdf).pvalue > 1e-3


@pytest.mark.parametrize("concentration", [1e-12, 1e-6, 1e-3, 0.1, 1e3, 1e12, 1e30])
def test_shares_sum_to_one_however_narrow_or_wide(concentration: float) -> None:
    """Gammas of shapes down to 1e-18: most draws are one of them alone, each as often as its share says."""
    s = np.array([0.1, 0.2, 0.699999, 1e-6])
    keys = np.arange(4, dtype=np.uint64) * np.uint64(7919)
    mixes = Mixes(np.arange(4), keys, np.zeros(4, np.int64), s, np.array([concentration]))
    drawn = draw_mixes(mixes, 3, 0, 4000)
    assert np.isfinite(drawn).all()
    assert (drawn >= 0).all()
    assert np.abs(drawn.sum(axis=0) - 1.0).max() <= 4e-16
    deviation = np.sqrt(s * (1 - s) / (concentration + 1.0) / 4000)
    assert (np.abs(drawn.mean(axis=1) - s) <= 4.5 * deviation + 1e-12).all()
    assert np.array_equal(draw_mixes(mixes, 3, 1234, 1)[:, 0], drawn[:, 1234])


def test_quantiles_of_small_gammas() -> None:
    """P(a, x) is u again, with x^a / Gamma(a + 1) for it where x is below the least float."""
    from scipy.special import gammainc, gammaln

    from lcaengine.uncertainty.mixes import _find_log_gammas

    u = np.array([[1e-12, 0.01, 0.3, 0.9, 0.9999]])
    for a in (0.003, 0.03, 0.3, 3.0, 300.0):
        found = _find_log_gammas(np.array([[a]]), u)
        near = found > -600
        assert gammainc(a, np.exp(found[near])) == pytest.approx(u[near], rel=1e-10)
        assert a * found[~near] - gammaln(a + 1) == pytest.approx(np.log(u[~near]), rel=1e-12)


def test_amounts_are_drawn_as_they_state(tmp_path: Path) -> None:
    """Wind 0, gas 0.5 and coal 1 kg/kWh: (x_gas / 2 + x_coal) / sum x, with x as it is drawn; units mix."""
    rows = spread(
        amount("location", wind=(3.6, "MJ"), gas=(2.0, "kWh"), coal=(0.005, "MWh")),
        wind=lognormal(3.6, 0.4),
        coal={"uncertainty_type": "uniform", "minimum": 0.003, "maximum": 0.007},
    )
    inventory = read(tmp_path, rows)
    samples = lca.simulate(inventory, plain(), 500, 1, indicators=["ghg"], keep=["mill-CN"])
    listed = sample(samples).market_amounts
    coal, wind = lca.draw_values(listed, 1, 0, 500) / 3.6  # kWh
    assert stats.kstest(coal, stats.uniform(3.0, 4.0).cdf).pvalue > 1e-3
    assert stats.kstest(wind, stats.lognorm(0.4).cdf).pvalue > 1e-3
    expected = (1.0 + coal) / (coal + wind + 2.0)
    assert samples.get("ghg", process_id="mill-CN") == pytest.approx(expected, rel=1e-13)


UNCERTAIN = {
    "shares": (spread(THREE, wind=normal(0.2, 0.05), gas=lognormal(0.3, 0.2)), None),
    "amounts": (spread(amount("location", wind=(3.6, "MJ"), gas=(2.0, "kWh")), gas=normal(2.0, 0.1)), None),
    "a share of zero": (spread(share("location", wind=0.0, gas=0.4, coal=0.6), coal=normal(0.6, 0.1)), None),
    "an amount of zero": (
        spread(
            amount("location", wind=(0.0, "kWh"), gas=(2.0, "kWh")),
            wind={"uncertainty_type": "uniform", "minimum": 0.0, "maximum": 1.0},
        ),
        None,
    ),
    "contracts and a mix of the rest": (
        spread(share("contract", wind=0.6), wind=normal(0.6, 0.1)) + share("residual", coal=0.75, gas=0.25),
        CONTRACT,
    ),
    "contracts and an uncertain mix of the rest": (
        spread(share("contract", wind=0.4, gas=0.2), wind=normal(0.4, 0.1))
        + spread(share("residual", coal=0.75, gas=0.25), coal=normal(0.75, 0.1)),
        CONTRACT,
    ),
    "certain contracts and an uncertain mix of the rest": (
        share("contract", wind=0.6) + spread(share("residual", coal=0.75, gas=0.25), coal=normal(0.75, 0.1)),
        CONTRACT,
    ),
    "a residual mix in shares of the whole": (
        share("contract", wind=0.6) + spread(share("residual", coal=0.3, gas=0.1), coal=normal(0.3, 0.05)),
        CONTRACT,
    ),
    "contracts and residual by amount": (
        spread(amount("contract", wind=(600, "kWh")), wind=lognormal(600.0, 0.2))
        + spread(amount("residual", coal=(1080, "MJ"), gas=(0.1, "MWh")), gas=lognormal(0.1, 0.3)),
        CONTRACT,
    ),
    "contracts, and amounts of the place for the rest": (
        spread(amount("location", wind=(1, "kWh"), coal=(3, "kWh")), coal=lognormal(3.0, 0.2))
        + spread(share("contract", wind=0.6), wind=normal(0.6, 0.05)),
        CONTRACT,
    ),
    "contracts by amount alone": (
        spread(GRID, wind=normal(0.25, 0.1))
        + spread(amount("contract", wind=(3, "MWh"), gas=(1000, "kWh")), wind=lognormal(3.0, 0.2)),
        CONTRACT,
    ),
    "a residual mix alone": (spread(share("residual", coal=0.8, gas=0.2), gas=normal(0.2, 0.1)), CONTRACT),
    "one maker in both": (
        spread(share("contract", coal=0.4), coal=normal(0.4, 0.1)) + share("residual", coal=0.5, wind=0.5),
        CONTRACT,
    ),
    "contracts for all beside a residual": (
        spread(share("contract", gas=0.5, wind=0.5), gas=normal(0.5, 0.1)) + share("residual", coal=1),
        CONTRACT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNCERTAIN)
def test_every_draw_of_a_market_is_what_the_static_engine_gives(tmp_path: Path, name: str) -> None:
    rows, policy = UNCERTAIN[name]
    samples = compare_draws(read(tmp_path, rows), plain(), (0, 6), policy)
    assert np.ptp(samples.get("ghg", process_id="mill-CN")) > 1e-3


def test_rows_of_another_basis_are_not_drawn(tmp_path: Path) -> None:
    rows = GRID + spread(share("contract", wind=0.6), wind=normal(0.6, 0.1)) + share("residual", coal=1)
    samples = lca.simulate(read(tmp_path, rows), plain(), 8, 1, indicators=["ghg"], keep=["mill-CN"])
    assert np.ptp(samples.get("ghg", process_id="mill-CN")) < 1e-15
    assert samples.uncertain_by_table == {"exchanges": 0, "factors": 0, "markets": 0, "allocation": 0}
    policy = lca.Policy(basis="contract")
    drawn = lca.simulate(read(tmp_path, rows), plain(), 8, 1, indicators=["ghg"], policy=policy)
    assert drawn.uncertain_by_table["markets"] == drawn.uncertain == 1


def test_markets_by_production_stay(tmp_path: Path) -> None:
    made = [process(name, production_amount=1.0, production_unit="kWh") for name in ("wind", "gas", "coal")]
    tables = buying([], "CN")
    inventory = lca.read_inventory(
        write_inventory(tmp_path, {**tables, "processes": [*made, process("mill-CN", location="CN")]})
    )
    samples = lca.simulate(inventory, plain(), 4, 1, indicators=["ghg"], keep=["mill-CN"])
    assert samples.get("ghg", process_id="mill-CN") == pytest.approx(np.full(4, 0.5))


def test_draws_of_shares_do_not_depend_on_others(tmp_path: Path) -> None:
    """A market and rows added, another order, blanks written out, fewer draws: the same numbers, bit for bit."""
    rows = spread(share("location", "GLO", wind=0.2, gas=0.3, coal=0.5), wind=normal(0.2, 0.1))
    blank: list[Row] = [{**each, "location": None, "basis": None} for each in reversed(rows)]
    more = blank + spread(share("location", "CN", wind=0.6, gas=0.4), gas=normal(0.4, 0.1))
    more += amount("location", "US", wind=(1.0, "kWh"), gas=(2.0, "kWh"))
    alone = lca.simulate(read(tmp_path / "a", rows, "JP"), plain(), 40, 3, indicators=["ghg"], keep=["mill-JP"])
    inventory = read(tmp_path / "b", more, "CN", "US", "JP")
    among = lca.simulate(inventory, plain(), 17, 3, indicators=["ghg"], keep=["mill-JP"])
    expected = alone.get("ghg", process_id="mill-JP")[:17]
    assert np.array_equal(among.get("ghg", process_id="mill-JP"), expected)
    assert np.ptp(expected) > 0.01


@pytest.mark.parametrize(
    ("rows", "number", "said"),
    [
        (spread(GRID, wind=normal(0.25, 0.5)), 1, "variances sum to 0.25, and must be below .* 0.188"),
        (spread(GRID, wind=normal(0.25, 0.1), coal=normal(0.75, 0.7)), 2, "wider than such shares can be"),
        (spread(share("location", coal=1.0), coal=normal(1.0, 0.1)), 1, "a share of 1 states a distribution"),
        (spread(share("location", coal=1.0, gas=0.0), gas=normal(0.0, 0.1)), 2, "a share of 0 states a distribution"),
        (
            spread(GRID, wind={"uncertainty_type": "student_t", "loc": 0.25, "scale": 0.01, "shape": 2}),
            1,
            "has no finite variance",
        ),
    ],
)
def test_shares_that_contradict_themselves_are_refused(tmp_path: Path, rows: list[Row], number: int, said: str) -> None:
    inventory = read(tmp_path, rows)
    lca.score(inventory, plain())
    with pytest.raises(lca.DataError, match=said) as caught:
        lca.simulate(inventory, plain(), 8, 1)
    assert caught.value.where == f"markets row {number}"
    warnings = [each for each in lca.check(tmp_path, plain()).warnings() if each.code == "share_spread"]
    assert [(each.table, each.row) for each in warnings] == [("markets", number)]


@pytest.mark.parametrize("place", [True, False])
def test_contracts_as_an_uncertain_part_of_an_amount_are_refused(tmp_path: Path, place: bool) -> None:
    located, contracted = amount("location", wind=(1, "kWh"), coal=(3, "kWh")), amount("contract", wind=(1, "kWh"))
    drawn = lognormal(1.0, 0.1)
    rows = spread(located, wind=drawn) + contracted if place else located + spread(contracted, wind=drawn)
    inventory = read(tmp_path, rows)
    with pytest.raises(lca.DataError, match="contracts by amount are a part of what the place supplies") as caught:
        lca.simulate(inventory, plain(), 8, 1, CONTRACT)
    assert caught.value.where == f"markets row {1 if place else 3}"
    assert lca.simulate(inventory, plain(), 8, 1).uncertain == (
        1 if place else 0
    )  # by location contracts are not drawn


def test_draws_with_less_than_nothing_are_counted_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P(z < -2) = 0.0228 of a normal of 2 and 1: some 23 of 1,000 draws."""
    rows = spread(amount("location", wind=(1.0, "kWh"), coal=(2.0, "kWh")), coal=normal(2.0, 1.0))
    inventory = read(tmp_path, rows)
    with pytest.raises(lca.SolveError, match=r"the market of .*power.* at CN is supplied with less than nothing"):
        lca.simulate(inventory, plain(), 1000, 1)
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 0.1)
    samples = lca.simulate(inventory, plain(), 1000, 1, indicators=["ghg"], keep=["mill-CN"])
    drawn = lca.draw_values(sample(samples).market_amounts, 1, 0, 1000)[0]
    assert sorted(samples.infeasible) == np.flatnonzero(drawn < 0).tolist()
    assert 5 < len(samples.infeasible) < 50
    assert np.array_equal(np.isnan(samples.get("ghg", process_id="mill-CN")), drawn < 0)


def refinery(rule: str, *allocation: Row, **spreads: Any) -> Tables:
    """A mine makes ore, rod and slag by a table of factors, emits and takes power; a mill takes ore and rod."""
    rows = [
        makes("mine", "ore", 1.0, **lognormal(1.0, 0.1)),
        *({**makes("mine", name, 0.5), "is_reference": False} for name in ("rod", "slag")),
        *(emits("mine", 3.0, **lognormal(3.0, 0.1)), emits("mine", 1.0, flow_id="ch4")),
        takes("mine", "power", 2.0, "kWh"),
        *(makes("mill", "steel"), takes("mill", "ore", 1.0, **lognormal(1.0, 0.2)), takes("mill", "rod", 2.0)),
        *MAKERS,
        takes("coal", "ore", 0.01),
    ]
    flows = [*(product(name) for name in ("ore", "rod", "slag", "steel")), POWER]
    flows.append({"flow_id": "ch4", "name": "Methane", "kind": "elementary", "unit": "kg", "compartment": "air"})
    processes = [process("mine", "extraction", allocation=rule), process("mill", "processing")]
    mix = spread(share("location", "GLO", wind=0.25, coal=0.75), wind=normal(0.25, 0.1))
    return system(*rows, flows=flows, processes=processes, allocation=list(allocation), markets=mix, **spreads)


def given(exchange: str | None, **factors: float) -> list[Row]:
    return [row(process_id="mine", product_flow_id=f, factor=x, exchange_flow_id=exchange) for f, x in factors.items()]


def widen(rows: list[Row], **spreads: dict[str, Any]) -> list[Row]:
    return [{**each, **spreads.get(str(each["product_flow_id"]), {})} for each in rows]


METHOD = [
    factor("ghg", "co2", 1.0, **lognormal(1.0, 0.2)),
    factor("ghg", "ch4", 30.0, **lognormal(30.0, 0.3)),
    factor("ghg_fossil", "ch4", 30.0, **lognormal(30.0, 0.3)),
]
WHOLE = given(None, ore=0.6, rod=0.4, slag=0.0)
ALLOCATED = {
    "as given": ("as_given", widen(WHOLE, ore=normal(0.6, 0.1))),
    "causal, the whole uncertain": ("causal", widen(WHOLE, rod=normal(0.4, 0.1)) + given("ch4", ore=0.9, slag=0.1)),
    "causal, an exchange uncertain": ("causal", WHOLE + widen(given("ch4", ore=0.9, slag=0.1), ore=normal(0.9, 0.05))),
    "causal, a demand uncertain": (
        "causal",
        widen(WHOLE, rod=normal(0.4, 0.1)) + widen(given("power", ore=0.2, rod=0.8), rod=lognormal(0.8, 0.1)),
    ),
}


@pytest.mark.parametrize("name", ALLOCATED)
def test_every_draw_of_an_allocation_is_what_the_static_engine_gives(tmp_path: Path, name: str) -> None:
    """Amounts, factors, market shares and allocation are drawn together: burdens are products of three."""
    rule, rows = ALLOCATED[name]
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", refinery(rule, *rows)))
    samples = compare_draws(inventory, read_drawn(tmp_path / "m", *METHOD), (0, 5))
    stated = sum("uncertainty_type" in each for each in rows)
    assert samples.uncertain_by_table == {"exchanges": 3, "factors": 3, "markets": 1, "allocation": stated}
    wholes = sample(samples).allocation
    sums = np.zeros((len(wholes.concentration), 9))
    np.add.at(sums, wholes.whole, draw_mixes(wholes, 5, 0, 9))
    assert np.abs(sums - 1.0).max() < 1e-15


def test_rows_are_traced_to_what_is_drawn(tmp_path: Path) -> None:
    """The slow twin: of all drawn rows, those that move a row of values when they move."""
    rows = widen(WHOLE, ore=normal(0.6, 0.1)) + widen(given("ch4", ore=0.9, slag=0.1), ore=normal(0.9, 0.05))
    tables = refinery("causal", *rows)
    others = spread(amount("location", "CN", wind=(1.0, "kWh"), gas=(2.0, "kWh")), gas=lognormal(2.0, 0.1))
    made = {**makes("gas", "heat", 0.5), "is_reference": False, **lognormal(0.5, 0.2)}
    tables = {
        **tables,
        "flows": [*tables["flows"], product("heat")],
        "exchanges": [*tables["exchanges"], made, takes("mill", "power", 1.0, "kWh", location="CN")],
        "processes": [
            *(each for each in tables["processes"] if each["process_id"] != "gas"),
            process("gas", allocation="economic"),
        ],
        "properties": [has("heat", "price", 1.0, "USD2020/kg"), has("power", "price", 2.0, "USD2020/kWh")],
        "markets": [*tables["markets"], *others],
    }
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", tables))
    sampled = sample(lca.simulate(inventory, read_drawn(tmp_path / "m", *METHOD), 2, 1, indicators=["ghg"]))
    starts, drawn = sampled.starts, sampled.starts["shares"]
    assert len(list_keys(sampled)) == len(set(list_keys(sampled).tolist())) == drawn
    assert min(len(each) for each in (sampled.shares, sampled.supplies, sampled.products, sampled.market_shares)) > 0
    values = draw_rows(sampled, 1, 0, 8)
    for place in range(starts["ones"]):
        expected = [at for at in range(drawn) if at == place or _moves(sampled, values, at, place)]
        for mixes, start in (
            (sampled.market_shares, starts["market_shares"]),
            (sampled.allocation, starts["allocation"]),
        ):
            own = [at - start for at in expected if start <= at < start + len(mixes)]
            expected += (start + np.flatnonzero(np.isin(mixes.whole, mixes.whole[own]))).tolist()
        assert trace_rows(sampled, np.array([place, starts["ones"]])).tolist() == sorted(set(expected))


def _moves(sampled: Sampled, values: NDArray[np.float64], at: int, row: int) -> bool:
    """Tell whether a derived row of values is another one where a drawn row is half as much again."""
    other = values.copy()
    other[at] *= 1.5
    for name, derived in (("shares", sampled.shares), ("supplies", sampled.supplies), ("products", sampled.products)):
        own = slice(sampled.starts[name], sampled.starts[name] + len(derived))
        other[own] = derived.find(other)
    return row >= sampled.starts["shares"] and not np.allclose(other[row], values[row], rtol=1e-12, atol=0)


def test_an_allocation_that_is_not_used_is_not_drawn(tmp_path: Path) -> None:
    tables = refinery("as_given", *widen(WHOLE, ore=normal(0.6, 0.1)))
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    samples = lca.simulate(inventory, plain(), 2, 1, lca.Policy(allocation="mass"), indicators=["ghg"])
    assert len(sample(samples).allocation) == 0
    assert len(sample(lca.simulate(inventory, plain(), 2, 1, indicators=["ghg"])).allocation) == 2


def test_an_allocation_wider_than_it_can_be_is_refused(tmp_path: Path) -> None:
    tables = refinery("as_given", *widen(WHOLE, rod=normal(0.4, 0.6)))
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    with pytest.raises(lca.DataError, match=r"variances sum to 0\.36") as caught:
        lca.simulate(inventory, plain(), 8, 1)
    assert caught.value.where == "allocation row 2"


def test_the_terminal_counts_every_kind(run: Run, tmp_path: Path) -> None:
    folder = write_inventory(tmp_path / "i", refinery("as_given", *widen(WHOLE, ore=normal(0.6, 0.1))))
    code, out, err = run("simulate", folder, "--draws", 16, "--indicator", "ghg")
    assert code == 0, err
    assert "16 draws of 5 uncertain rows (exchanges 3, markets 1, allocation 1), seed 1" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    wide = write_inventory(tmp_path / "w", refinery("as_given", *widen(WHOLE, ore=normal(0.6, 0.9))))
    code, out, err = run("simulate", wide, "--draws", 16)
    assert (code, out) == (2, "")
    assert "allocation row 1" in err
