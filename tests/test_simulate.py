"""Draws of whole systems: closed forms, every draw against the static engine, replays, loops that starve."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pacsv
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.uncertainty.sampled import sample_system
from lcaengine.uncertainty.solved import Solved, solve_draw_blocks
from lcaengine.uncertainty.starved import find_changing
from tests.conftest import Run
from tests.scoring import core, has, system
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory

GHG: dict[str, Any] = {"indicators": ["ghg"]}


def lognormal(median: float, sigma: float, **more: Any) -> dict[str, Any]:
    return {"uncertainty_type": "lognormal", "loc": math.log(median), "scale": sigma, **more}


FLOWS = [product("ore"), product("bar"), product("rod"), product("power", "MJ")]
STAGES = [
    process("mine", "extraction"),
    process("smelter", "processing"),
    process("mill", "assembly"),
    process("plant"),
]


def chain(*rows: Row, **tables: list[Row]) -> Tables:
    made = [makes("mine", "ore"), makes("smelter", "bar"), makes("mill", "rod"), makes("plant", "power", unit="MJ")]
    return system(*made, *rows, flows=FLOWS, processes=STAGES, **tables)


def simulate(folder: Path, tables: Tables, draws: int = 1000, seed: int = 1, **more: Any) -> lca.Samples:
    inventory = lca.read_inventory(write_inventory(folder, tables))
    return lca.simulate(inventory, core(), draws, seed, **({**GHG, "keep": ["mill", "mine", "smelter"]} | more))


def test_a_chain_of_lognormals_is_a_lognormal(tmp_path: Path) -> None:
    """mill <- 2 bar <- 3 ore <- 5 kg CO2: the product of three lognormals, mu = ln 30, sigma^2 = .1^2 + .2^2 + .3^2."""
    rows = [
        takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
        takes("smelter", "ore", 3.0, **lognormal(3.0, 0.2)),
        emits("mine", 5.0, **lognormal(5.0, 0.3)),
    ]
    samples = simulate(tmp_path, chain(*rows), draws=20_000)
    exact = stats.lognorm(math.sqrt(0.14), scale=30.0)
    drawn = samples.get("ghg", process_id="mill")
    assert stats.kstest(drawn, exact.cdf).pvalue > 1e-3
    assert samples.footprints.get("ghg", process_id="mill") == pytest.approx(30.0)
    at = samples.footprints.find(process_id="mill")[0]
    assert abs(samples.mean[at, -1, 0] - exact.mean()) < 4 * exact.std() / math.sqrt(20_000)
    assert samples.mean[at, -1, 0] == pytest.approx(drawn.mean())
    assert samples.sd[at, -1, 0] == pytest.approx(drawn.std(ddof=1))
    assert samples.quantiles[at, -1, 0] == pytest.approx(np.quantile(drawn, [0.025, 0.5, 0.975]))
    parts = {stage: samples.get("ghg", process_id="mill", stage=stage) for stage in ("extraction", "processing")}
    assert parts["extraction"] == pytest.approx(drawn)
    assert not parts["processing"].any()


def test_a_loop_with_one_uncertain_exchange(tmp_path: Path) -> None:
    """The plant emits 1 kg and takes a MJ of its own power by the mine: h = 1 / (1 - a), a uniform on (.2, .6).

    h > x where a > 1 - 1 / x, so that P(h <= x) = (1 - 1 / x - .2) / .4.
    """
    rows = [
        emits("plant", 1.0),
        takes("plant", "ore", 1.0),
        takes("mine", "power", 0.4, "MJ", uncertainty_type="uniform", minimum=0.2, maximum=0.6),
    ]
    samples = simulate(tmp_path, chain(*rows), draws=20_000, keep=["plant"])
    drawn = samples.get("ghg", process_id="plant")
    assert stats.kstest(drawn, lambda x: np.clip((1 - 1 / x - 0.2) / 0.4, 0, 1)).pvalue > 1e-3
    assert samples.residual < 1e-9


def test_sums_of_normals(tmp_path: Path) -> None:
    """Three emissions of 10 and sd 1, 2 and 2: a normal of 30 and sd 3."""
    spread: list[dict[str, Any]] = [{"uncertainty_type": "normal", "loc": 10.0, "scale": sd} for sd in (1.0, 2.0, 2.0)]
    rows = [emits("mine", 10.0, **each, location=place) for each, place in zip(spread, ("CN", "US", "JP"), strict=True)]
    samples = simulate(tmp_path, chain(*rows), draws=20_000)
    assert stats.kstest(samples.get("ghg", process_id="mine"), stats.norm(30.0, 3.0).cdf).pvalue > 1e-3


def test_intervals_hold_the_truth_as_often_as_they_say(tmp_path: Path) -> None:
    """100 seeds: how often the 95 % interval of the mean holds it is binomial; 88 to 100 has a chance of 0.999."""
    exact = stats.lognorm(0.3, scale=5.0)
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(emits("mine", 5.0, **lognormal(5.0, 0.3)))))
    held = 0
    for seed in range(100):
        samples = lca.simulate(inventory, core(), 200, seed, **GHG, keep=["mine"])
        drawn = samples.get("ghg", process_id="mine")
        held += abs(drawn.mean() - exact.mean()) < 1.972 * drawn.std(ddof=1) / math.sqrt(200)  # t of 199, 0.975
    assert 88 <= held <= 100


RICH = [
    takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
    takes("mill", "power", 7.0, "kWh", uncertainty_type="triangular", loc=7.0, minimum=5.0, maximum=10.0),
    takes("smelter", "ore", 3.0, **lognormal(3.0, 0.2)),
    takes("smelter", "power", 4.0, "MJ", uncertainty_type="normal", loc=4.0, scale=0.5),
    takes("mine", "power", 0.5, "MJ", **lognormal(0.5, 0.3)),
    takes("plant", "ore", 0.1, **lognormal(0.1, 0.4)),
    takes("plant", "bar", 0.01, uncertainty_type="uniform", minimum=0.005, maximum=0.02),
    emits("mine", 5.0, **lognormal(5.0, 0.3)),
    emits("smelter", 1.5, pedigree="2;3;1;4;3"),
    emits("plant", 0.1),
    emits("mill", -0.2, **lognormal(0.2, 0.2, negative=True)),
]


def put(inventory: lca.Inventory, samples: lca.Samples, draw: int) -> lca.Inventory:
    """Give the inventory with the amounts of one draw in place of its own."""
    listed = lca.list_distributions(inventory, samples.pedigree)
    amount = inventory.exchanges.amount.copy()
    amount[listed.row] = lca.draw_values(listed, samples.seed, draw, 1)[:, 0]
    return dataclasses.replace(inventory, exchanges=dataclasses.replace(inventory.exchanges, amount=amount))


def compare_draws(folder: Path, tables: Tables, draws: tuple[int, ...], policy: lca.Policy | None = None) -> None:
    """Score the amounts of single draws by the static engine: every activity, stage and indicator agrees."""
    inventory = lca.read_inventory(write_inventory(folder, tables))
    every: list[str] = inventory.processes.ids.to_pylist()
    samples = lca.simulate(inventory, core(), max(draws) + 1, 5, policy, keep=every)
    for draw in draws:
        static = lca.score(put(inventory, samples, draw), core(), policy)
        expected = static.value[samples.kept]
        known = ~np.isnan(expected)
        scale = np.abs(expected).max(axis=1, keepdims=True)
        difference = np.abs(samples.values[..., draw] - expected)
        assert (difference[known] <= 1e-8 * np.broadcast_to(scale, expected.shape)[known] + 1e-300).all()
        assert np.array_equal(np.isnan(samples.values[..., draw]), ~known)


def test_every_draw_is_what_the_static_engine_gives_for_its_amounts(tmp_path: Path) -> None:
    compare_draws(tmp_path, chain(*RICH), (0, 7, 8, 30))


def test_yields_are_drawn(tmp_path: Path) -> None:
    made = [makes("mine", "ore", 1.0, **lognormal(1.0, 0.2)), makes("smelter", "bar"), makes("mill", "rod")]
    rows = [*made, makes("plant", "power", unit="MJ"), *RICH]
    compare_draws(tmp_path, system(*rows, flows=FLOWS, processes=STAGES), (0, 5))


@pytest.mark.parametrize("rule", ["mass", "economic", "none"])
def test_shares_move_with_what_is_made(tmp_path: Path, rule: str) -> None:
    """A mine that makes ore and rod, both uncertain, under three rules; a third process buys both."""
    rows = [
        makes("mine", "ore", 1.0, **lognormal(1.0, 0.2)),
        takes("mine", "power", 2.0, "MJ", **lognormal(2.0, 0.2)),
        {**makes("mine", "rod", 0.5, **lognormal(0.5, 0.4)), "is_reference": False},
        *(emits("mine", 3.0, **lognormal(3.0, 0.1)), emits("plant", 1.0), makes("plant", "power", unit="MJ")),
        *(
            makes("smelter", "bar"),
            takes("smelter", "ore", 1.0),
            *([] if rule == "none" else [takes("smelter", "rod", 1.0)]),
        ),
    ]
    prices = [has("ore", "price", 1.0, "USD2020/kg"), has("rod", "price", 7.0, "USD2020/kg")]
    processes = [process("mine", "extraction", allocation=rule), process("smelter", "processing"), process("plant")]
    tables = system(*rows, flows=FLOWS, processes=processes, properties=prices)
    compare_draws(tmp_path, tables, (0, 3, 9))


def test_substitution_and_credits_are_drawn(tmp_path: Path) -> None:
    rows = [
        *RICH,
        takes("mill", "power", 0.3, "MJ", is_avoided=True, **lognormal(0.3, 0.2)),
        takes("smelter", "power", -0.2, "MJ", uncertainty_type="normal", loc=-0.2, scale=0.02),
    ]
    compare_draws(tmp_path, chain(*rows), (0, 11))


def test_an_uncertain_amount_of_zero_is_drawn(tmp_path: Path) -> None:
    zero: dict[str, Any] = {"uncertainty_type": "normal", "loc": 0.0, "scale": 0.1}
    rows = [*RICH, takes("mine", "bar", 0.0, **zero), emits("smelter", 0.0, **zero, location="CN")]
    compare_draws(tmp_path, chain(*rows), (0, 4))


def test_markets_and_bills_are_drawn(tmp_path: Path) -> None:
    markets: list[Row] = [
        {"flow_id": "ore", "process_id": "mine", "share": 0.25},
        {"flow_id": "ore", "process_id": "quarry", "share": 0.75},
    ]
    demand: list[Row] = [{"demand_id": "bill", "product_id": "rod", "amount": 2.0, "unit": "kg"}]
    rows = [*RICH, makes("quarry", "ore"), emits("quarry", 9.0, **lognormal(9.0, 0.5))]
    compare_draws(tmp_path, chain(*rows, markets=markets, demand=demand), (0, 2))


def test_one_draw_alone_is_that_draw_of_many(tmp_path: Path) -> None:
    tables = chain(*RICH)
    many = simulate(tmp_path, tables, draws=100, indicators=["ghg", "energy"])
    few = simulate(tmp_path, tables, draws=43, indicators=["ghg", "energy"])
    assert np.array_equal(many.values[..., :43], few.values)


def test_threads_change_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics and draws of everything, on one thread and on two: twelve blocks of draws, so that both have some."""
    tables, found = chain(*RICH), []
    for threads in ("1", "2"):
        monkeypatch.setenv("LCAENGINE_THREADS", threads)
        found.append(simulate(tmp_path, tables, draws=96, indicators=["ghg", "energy"]))
    one, two = found
    for name in ("mean", "sd", "quantiles", "values"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_indicators_in_turns_are_the_same_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = chain(*RICH)
    at_once = simulate(tmp_path, tables, draws=40, indicators=[])
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_BYTES", 1)
    in_turns = simulate(tmp_path, tables, draws=40, indicators=[])
    assert np.array_equal(at_once.values, in_turns.values, equal_nan=True)
    assert np.array_equal(at_once.quantiles, in_turns.quantiles, equal_nan=True)


def test_nothing_uncertain_gives_the_static_answer(tmp_path: Path) -> None:
    rows = [takes("mill", "bar", 2.0), takes("smelter", "ore", 3.0), emits("mine", 5.0)]
    samples = simulate(tmp_path, chain(*rows), draws=9)
    assert samples.uncertain == 0
    assert samples.get("ghg", process_id="mill") == pytest.approx(np.full(9, 30.0))
    assert samples.sd.max() < 1e-12


def loop(sigma: float) -> Tables:
    """The plant takes 0.8 of its own power by the mine, lognormal."""
    rows = [takes("plant", "ore", 1.0), takes("mine", "power", 0.8, "MJ", **lognormal(0.8, sigma)), emits("plant", 1.0)]
    return chain(*rows)


def test_draws_without_an_answer_are_counted_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P(a >= 1) = P(z >= ln(1 / .8) / .1 = 2.2314) = 0.01283: of 2,000 draws some 26, all with a of one or more."""
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 0.05)
    inventory = lca.read_inventory(write_inventory(tmp_path, loop(0.1)))
    samples = lca.simulate(inventory, core(), 2000, 1, **GHG, keep=["plant"])
    taken = lca.draw_values(lca.list_distributions(inventory), 1, 0, 2000)[0]
    assert sorted(samples.infeasible) == np.flatnonzero(taken >= 1).tolist()
    assert 10 < len(samples.infeasible) < 45
    assert all("loop of mine, plant needs" in why for why in samples.infeasible.values())
    drawn = samples.get("ghg", process_id="plant")
    assert np.array_equal(np.isnan(drawn), taken >= 1)
    assert drawn[taken < 1] == pytest.approx(1 / (1 - taken[taken < 1]), rel=1e-6)
    assert np.isfinite(samples.mean[samples.kept]).all()


def test_loops_that_need_far_more_than_they_make_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps of a loop that takes ten times what it makes leave no answer, and may end above zero all the same."""
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 1.0)
    inventory = lca.read_inventory(write_inventory(tmp_path, loop(4.0)))
    samples = lca.simulate(inventory, core(), 800, 1, **GHG, keep=["plant"])
    taken = lca.draw_values(lca.list_distributions(inventory), 1, 0, 800)[0]
    assert sorted(samples.infeasible) == np.flatnonzero(taken >= 1).tolist()
    assert samples.get("ghg", process_id="plant")[taken < 1] == pytest.approx(1 / (1 - taken[taken < 1]), rel=1e-6)


def test_a_loop_of_units_far_apart_is_judged_draw_by_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1e13 MJ a kg: what such a loop makes in all is looked at twice, and a draw beside it that overflows is no start.

    A credit elsewhere leaves no draw proved by its burdens.
    """
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 1.0)
    rows = [
        takes("plant", "ore", 1e-13),
        takes("mine", "power", 0.8e13, "MJ", **lognormal(0.8e13, 4.0)),
        emits("plant", 1.0),
        takes("mill", "ore", 0.1, is_avoided=True),
    ]
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(*rows)))
    for seed in (1, 2, 3, 4):
        samples = lca.simulate(inventory, core(), 64, seed, **GHG, keep=["plant"])
        taken = lca.draw_values(lca.list_distributions(inventory), seed, 0, 64)[0] * 1e-13
        assert sorted(samples.infeasible) == np.flatnonzero(taken >= 1).tolist()


def test_draws_that_are_factorized_are_counted_up_to_those_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine draws are made in blocks of eight."""
    monkeypatch.setattr("lcaengine.uncertainty.structure.MOST_CYCLES", 0)
    assert simulate(tmp_path, loop(0.01), draws=9, keep=["plant"]).slow == 9


def test_draws_without_an_answer_in_one_turn_of_indicators_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All indicators are drawn in turns where memory does not hold them; here the second loses a draw."""
    turns: list[Solved] = []

    def lose(*given: Any) -> Solved:
        solved = solve_draw_blocks(*given)
        turns.append(solved)
        return dataclasses.replace(solved, infeasible={3: "lost"} if len(turns) == 2 else {})

    monkeypatch.setattr("lcaengine.uncertainty.simulation.solve_draw_blocks", lose)
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_BYTES", 1)
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 1.0)
    samples = simulate(tmp_path, chain(*RICH), draws=8, indicators=["ghg", "energy"])
    assert len(turns) == 2
    assert samples.infeasible == {3: "lost"}


@pytest.mark.parametrize(
    ("amount", "spread", "back", "avoided"),
    [
        (1.0, {"loc": 1.0, "scale": 2.0}, 0.1, False),
        (0.0, {"loc": 0.0, "scale": 1.0}, 0.9, False),
        (-0.3, {"loc": -0.3, "scale": 1.0}, 0.9, False),
        (0.3, {"loc": 0.3, "scale": 1.0}, 0.9, True),
    ],
)
def test_amounts_that_change_their_sign_are_judged_draw_by_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amount: float, spread: dict[str, float], back: float, avoided: bool
) -> None:
    """Credits are left out: the mine takes x of power, the plant `back` of ore; it starves where x back >= 1."""
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 1.0)
    own: dict[str, Any] = {"uncertainty_type": "normal", **spread, "is_avoided": avoided}
    rows = [
        takes("mine", "power", amount, "MJ", **own),
        takes("plant", "ore", back),
        emits("mine", 1.0),
        emits("plant", 1.0),
    ]
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(*rows)))
    samples = lca.simulate(inventory, core(), 200, 3, **GHG, keep=["plant"])
    drawn = lca.draw_values(lca.list_distributions(inventory), 3, 0, 200)[0]
    taken = -drawn if avoided else drawn
    assert sorted(samples.infeasible) == np.flatnonzero(taken * back >= 1.0).tolist()
    # plant = 1 + back (1 + x plant)
    expected = (1.0 + back) / (1.0 - back * taken)
    known = np.flatnonzero(taken * back < 1.0)
    assert samples.get("ghg", process_id="plant")[known] == pytest.approx(expected[known], rel=1e-6)


def test_too_many_draws_without_an_answer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(lca.SolveError, match=r"\d+ of 200 draws have no answer; in draw \d+, the loop of mine, plant"):
        simulate(tmp_path, loop(0.3), draws=200)


def test_a_process_that_takes_all_it_makes_is_named(tmp_path: Path) -> None:
    rows = [takes("mine", "ore", 0.9, **lognormal(0.9, 0.2)), emits("mine", 1.0)]
    with pytest.raises(lca.SolveError, match="mine makes no more of its product than it takes"):
        simulate(tmp_path, chain(*rows), draws=100)


def test_what_is_kept_is_named_as_in_compare(tmp_path: Path) -> None:
    """A market by product and place, a process by its supplier or with its product: the draws of that one alone."""
    markets: list[Row] = [{"flow_id": "ore", "process_id": "mine", "share": 1.0, "location": "DE"}]
    rows = (emits("mine", 5.0, **lognormal(5.0, 0.1)), takes("mill", "ore", 2.0, location="DE"))
    tables = chain(*rows, markets=markets)
    named = [{**each, "supplier_id": "acme"} if each["process_id"] == "mine" else each for each in STAGES]
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path, {**tables, "processes": named})), core())
    (mine,), (market,) = footprints.find(process_id="mine"), footprints.find(product_id="ore", location="DE")
    for word, activity in (("mine:ore", mine), ("acme", mine), ("supplier=acme", mine), ("ore@DE", market)):
        samples = lca.simulate(footprints.system.inventory, core(), 4, 1, **GHG, keep=[word])
        assert samples.kept.tolist() == [activity], word


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"draws": 1}, r"1 draw\(s\) are too few"),
        ({"seed": -1}, "a seed of -1"),
        ({"draws": 10.5}, "draws is 10.5, no whole number"),
        ({"seed": "a"}, "seed is 'a', no whole number"),
        ({"by": "scope"}, "not split by scope"),
        ({"indicators": ["coal"]}, "no indicator 'coal'"),
        ({"keep": ["nobody"]}, "'nobody' is no process, bill, product or supplier"),
    ],
)
def test_choices_that_are_none_are_refused(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(lca.LcaError, match=said):
        simulate(tmp_path, chain(*RICH), **given)


def test_the_table_has_statistics_per_reference_unit_and_per_kg(tmp_path: Path) -> None:
    """A slab of 4 kg: a quarter per kg of everything per piece."""
    slab = [makes("caster", "slab", 1.0, "piece"), emits("caster", 8.0, **lognormal(8.0, 0.3))]
    tables = chain(*slab, properties=[has("slab", "mass", 4.0, "kg/piece")])
    every = {**tables, "flows": [*tables["flows"], product("slab", "piece")]}
    table = simulate(tmp_path, every, draws=50, keep=["caster"]).to_arrow()
    rows = [each for each in table.to_pylist() if each["process_id"] == "caster" and each["stage"] == "total"]
    assert [each["per"] for each in rows] == ["piece", "kg"]
    for name in ("value", "mean", "sd", "p2_5", "p50", "p97_5"):
        assert rows[1][name] == pytest.approx(rows[0][name] / 4)
    assert rows[0]["p2_5"] < rows[0]["p50"] < rows[0]["p97_5"]


def test_demands_that_may_spare_something_are_told(tmp_path: Path) -> None:
    """A lognormal takes in every draw, or spares in every draw; of a normal or a uniform one has to look."""
    rows = [
        takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
        takes("mill", "power", -7.0, "MJ", **lognormal(7.0, 0.1, negative=True)),
        takes("smelter", "ore", 3.0, uncertainty_type="normal", loc=3.0, scale=0.1),
        takes("smelter", "power", 4.0, "MJ", is_avoided=True, **lognormal(4.0, 0.1)),
        takes("mine", "power", -0.5, "MJ", is_avoided=True, **lognormal(0.5, 0.3, negative=True)),
        emits("mine", 1.0),
    ]
    inventory = lca.read_inventory(write_inventory(tmp_path, chain(*rows)))
    sampled = sample_system(lca.score(inventory, core()), [0])
    amount = sampled.distributions.amount[sampled.demanded[find_changing(sampled)]]
    assert sorted(amount.tolist()) == [-7.0, 3.0, 4.0]


def test_limits_have_the_share_of_draws_within_them(run: Run, tmp_path: Path) -> None:
    """A lognormal of median 2 and sigma 0.5: P(h <= 2 exp(0.5 z)) = Phi(z), with 0.8413 at z = 1 (normal tables)."""
    place = tmp_path / "own"
    own = [
        makes("mine", "ore"),
        emits("mine", 2.0, **lognormal(2.0, 0.5)),
        makes("mill", "rod"),
        takes("mill", "ore", 1),
    ]
    inventory = lca.read_inventory(write_inventory(place, system(*own, flows=[product("ore"), product("rod")])))
    limit = 2.0 * math.exp(0.5)
    samples = lca.simulate(inventory, "core", 2000, 3, indicators=["ghg"], keep=["mine", "mill"], limits={"ghg": limit})
    rows = {(r["process_id"], r["stage"]): r for r in samples.to_arrow().to_pylist() if r["per"] == "kg"}
    share = rows["mine", "total"]["p_limit"]
    assert share == pytest.approx(0.8413, abs=4 * math.sqrt(0.8413 * 0.1587 / 2000))
    assert rows["mill", "total"]["p_limit"] == share
    assert rows["mine", "total"]["limit"] == limit
    assert rows["mine", "unassigned"]["p_limit"] is rows["mine", "unassigned"]["limit"] is None  # it is one of totals
    assert share == (samples.get("ghg", process_id="mine") <= limit).mean()
    assert samples.find_share_within("ghg", limit, process_id="mill") == share
    assert samples.find_share_within("ghg", 0.0, process_id="mill") == 0.0
    with pytest.raises(lca.LcaError, match="a limit of nan is none"):
        samples.find_share_within("ghg", float("nan"), process_id="mill")
    words = ("simulate", str(place), "--draws", "2000", "--seed", "3", "--indicator", "ghg")
    code, out, _ = run(*words, "--limit", f"ghg={limit!r}")
    assert code == 0
    assert f"rod, per kg, mill {100 * share:.1f}" in [" ".join(line.split()) for line in out.splitlines()]
    code, out, _ = run(*words, "--limit", f" ghg = {limit!r}", "--json")
    said = json.loads(out)  # blanks around do not matter
    assert said["run"]["limits"] == {"ghg": limit}
    assert {(r["limit"], r["p_limit"]) for r in said["results"] if r["stage"] == "total"} == {(limit, share)}
    for name, columns in (("a.csv", ("limit", "p_limit")), ("b.csv", ("ghg.total.limit", "ghg.total.p_limit"))):
        wide = ["--wide"] if name == "b.csv" else []
        assert run(*words, "--limit", f"ghg={limit!r}", "-o", tmp_path / name, *wide)[0] == 0
        table = pacsv.read_csv(tmp_path / name)
        found = {tuple(row[each] for each in columns) for row in table.to_pylist()}
        assert found - {(None, None)} == {(limit, share)}
    refused = (
        ("energy=1", "energy', which is not drawn"),
        ("energy=1", "--indicator energy"),
        ("coal=1", "no indicator 'coal'"),
        ("ghg=nan", "is none"),
    )
    for given, what in refused:
        code, _, err = run(*words, "--limit", given)
        assert (code, what in err) == (2, True), err
