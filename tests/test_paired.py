"""Alternatives in the same draws: closed forms, what cancels, ties, places, and what is said of what is not given."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.comparison.pairs import compare_pairs, rank_alternatives
from lcaengine.uncertainty.reach import find_reach, list_drawn_keys
from lcaengine.uncertainty.sampled import sample_system
from tests.drawn_methods import factor, read_drawn
from tests.scoring import core, has, score
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory
from tests.test_simulate import FLOWS, RICH, STAGES, chain, lognormal, loop

GHG: dict[str, Any] = {"indicators": ["ghg"]}
DRAWS = 20_000


def normal(mean: float, sd: float, **more: Any) -> dict[str, Any]:
    return {"uncertainty_type": "normal", "loc": mean, "scale": sd, **more}


def mines(*rows: Row, **tables: list[Row]) -> Tables:
    """Give mines that make ore, one a row; each row is what one emits."""
    names = [str(row["process_id"]) for row in rows]
    made = [makes(name, "ore") for name in dict.fromkeys(names)]
    return {
        "processes": [process(name, "extraction") for name in dict.fromkeys(names)],
        "flows": [{"flow_id": "co2", **_CO2}, product("ore")],
        "exchanges": [*made, *rows],
        **tables,
    }


_CO2 = {"name": "Carbon dioxide, fossil", "kind": "elementary", "unit": "kg", "compartment": "air"}


def compare(folder: Path, tables: Tables, *names: str, draws: int = 400, **more: Any) -> lca.PairedComparison:
    footprints = score(folder, tables)
    alternatives = [lca.Alternative(name, footprints, process_id=name) for name in names]
    return lca.compare_draws(alternatives, draws, 1, **{**GHG, **more})


def holds(found: float | None, level: float, exact: Any, draws: int = DRAWS) -> bool:
    """Tell whether a quantile of draws is within four standard errors: sqrt(p (1 - p) / n) / f(q)."""
    q = float(exact.ppf(level))
    error = math.sqrt(level * (1 - level) / draws) / float(exact.pdf(q))
    return found is not None and abs(found - q) < 4 * error


def test_two_independent_lognormals(tmp_path: Path) -> None:
    """P(A < B) = Phi((ln 4 - ln 5) / sqrt(.3^2 + .2^2)), and B / A is lognormal of median 4 / 5 and that sigma."""
    rows = [emits("a", 5.0, **lognormal(5.0, 0.3)), emits("b", 4.0, **lognormal(4.0, 0.2))]
    pair = compare(tmp_path, mines(*rows), "a", "b", draws=DRAWS).get("ghg", "a", "b")
    sigma = math.sqrt(0.13)
    p = float(stats.norm.cdf((math.log(4.0) - math.log(5.0)) / sigma))
    assert pair.p_less == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / DRAWS))
    assert pair.p_less_error == pytest.approx(math.sqrt(p * (1 - p) / DRAWS), rel=0.02)
    assert pair.p_equal == 0.0
    ratio = stats.lognorm(sigma, scale=0.8)
    assert all(holds(each, level, ratio) for each, level in zip(pair.ratio, (0.025, 0.5, 0.975), strict=True))
    assert pair.shared_rows == 0
    assert "the two share no drawn row: they are drawn independently" in pair.note


def test_the_difference_of_two_normals(tmp_path: Path) -> None:
    """B - A is normal of 10 - 12 and sd sqrt(1 + 4)."""
    rows = [emits("a", 12.0, **normal(12.0, 1.0)), emits("b", 10.0, **normal(10.0, 2.0))]
    pair = compare(tmp_path, mines(*rows), "a", "b", draws=DRAWS).get("ghg", "a", "b")
    exact = stats.norm(-2.0, math.sqrt(5.0))
    assert all(holds(each, level, exact) for each, level in zip(pair.difference, (0.025, 0.5, 0.975), strict=True))


SHARED = [
    takes("smelter", "ore", 3.0, **lognormal(3.0, 0.2)),
    emits("mine", 5.0, **lognormal(5.0, 0.3)),
    takes("mill", "bar", 2.0),
    makes("forge", "rod"),
    takes("forge", "bar", 3.0),
]


def test_what_two_have_in_common_cancels(tmp_path: Path) -> None:
    """Mill and forge take 2 and 3 of one bar, of which all is uncertain: the ratio is 1.5 in every draw."""
    compared = compare(tmp_path, chain(*SHARED), "mill", "forge")
    pair = compared.get("ghg", "mill", "forge")
    assert (pair.p_less, pair.shared_rows, pair.note) == (1.0, 2, "")
    assert pair.ratio == pytest.approx((1.5, 1.5, 1.5), rel=1e-9)
    assert pair.difference[2] - pair.difference[0] > 10  # type: ignore[operator]
    # Of 400 draws all: (400 + 2) / (400 + 4), and its standard error.
    assert pair.p_less_error == pytest.approx(math.sqrt(402 / 404 * 2 / 404 / 404))
    rows = {row["alternative"]: row for row in compared.spreads.to_pylist()}
    assert rows["mill"]["value"] == pytest.approx(30.0)
    assert rows["forge"]["sd"] == pytest.approx(1.5 * rows["mill"]["sd"])
    assert [rows[name]["drawn_rows"] for name in ("mill", "forge")] == [2, 2]


def test_stages_are_compared_where_they_are_asked_for(tmp_path: Path) -> None:
    tables = chain(*SHARED, emits("forge", 1.0, **lognormal(1.0, 0.1)))
    footprints = score(tmp_path, {**tables, "processes": [*STAGES, process("forge", "assembly")]})
    two = [lca.Alternative(name, footprints, process_id=name) for name in ("mill", "forge")]
    compared = lca.compare_draws(two, 100, 1, **GHG, stages=True)
    assert [each.stage for each in compared.pairs] == ["extraction", "processing", "assembly", "unassigned", "total"]
    assert compared.get("ghg", "mill", "forge", "extraction").ratio == pytest.approx((1.5, 1.5, 1.5))
    assembly = compared.get("ghg", "mill", "forge", "assembly")
    assert (assembly.p_less, assembly.ratio) == (1.0, (None, None, None))
    assert assembly.note == "mill is zero in every draw: no ratio"
    processing = compared.get("ghg", "mill", "forge", "processing")
    assert (processing.p_less, processing.p_equal, processing.p_less_error) == (0.0, 1.0, None)


def test_two_inventories_are_paired_by_what_identifies_an_exchange(tmp_path: Path) -> None:
    """The other has its rows in another order, one more, and a mine that emits one kg more: 1 apart in each draw."""
    first = score(tmp_path / "a", chain(*SHARED))
    more = [*reversed(SHARED), emits("mine", 1.0, location="CN"), makes("shop", "crate"), emits("shop", 1.0)]
    tables = chain(*more)
    second = score(tmp_path / "b", {**tables, "flows": [*tables["flows"], product("crate")]})
    versions = [lca.Alternative("old", first, process_id="mine"), lca.Alternative("new", second, process_id="mine")]
    pair = lca.compare_draws(versions, 300, 3, **GHG).get("ghg", "old", "new")
    assert pair.difference == pytest.approx((1.0, 1.0, 1.0))
    assert (pair.p_less, pair.shared_rows) == (1.0, 1)


def test_a_scenario_is_paired_with_its_base(tmp_path: Path) -> None:
    base = score(tmp_path, chain(*SHARED))
    half = lca.change(base, [lca.Change("bar", "mill", amount="50 %")])
    versions = [lca.Alternative(name, each, process_id="mill") for name, each in (("base", base), ("half", half))]
    pair = lca.compare_draws(versions, 300, 3, **GHG).get("ghg", "base", "half")
    assert pair.ratio == pytest.approx((0.5, 0.5, 0.5))
    assert (pair.p_less, pair.shared_rows) == (0.0, 2)


def test_draws_are_those_of_simulate(tmp_path: Path) -> None:
    footprints = score(tmp_path, chain(*RICH))
    two_ids = ["mill", "smelter"]
    two = [lca.Alternative(name, footprints, process_id=name) for name in two_ids]
    compared = lca.compare_draws(two, 200, 5, ["ghg", "energy"])
    samples = lca.simulate(footprints.system.inventory, core(), 200, 5, indicators=["ghg", "energy"], keep=two_ids)
    a, b = (samples.get("ghg", process_id=name) for name in ("mill", "smelter"))
    pair = compared.get("ghg", "mill", "smelter")
    assert pair.p_less == np.mean(a < b)
    assert pair.difference == pytest.approx(tuple(np.quantile(b - a, [0.025, 0.5, 0.975])))
    assert pair.ratio == pytest.approx(tuple(np.quantile(b / a, [0.025, 0.5, 0.975])))
    (row,) = [r for r in compared.spreads.to_pylist() if r["alternative"] == "mill" and r["indicator"] == "ghg"]
    assert (row["mean"], row["sd"]) == (pytest.approx(a.mean()), pytest.approx(a.std(ddof=1)))


def test_alike_lognormals_take_every_place_as_often(tmp_path: Path) -> None:
    rows = [emits(name, 5.0, **lognormal(5.0, 0.3)) for name in ("a", "b", "c", "d")]
    compared = compare(tmp_path, mines(*rows), "a", "b", "c", "d", draws=4000)
    places = np.array(compared.ranks.column("probability").to_pylist()).reshape(4, 4)
    assert np.abs(places - 0.25).max() < 4 * math.sqrt(0.25 * 0.75 / 4000)
    assert places.sum(axis=0) == pytest.approx(np.ones(4), abs=1e-12)
    assert places.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-12)
    assert len(compared.pairs) == 6


def test_nothing_uncertain_is_no_certainty(tmp_path: Path) -> None:
    rows = [emits("a", 5.0), emits("b", 4.0), emits("c", 5.0)]
    compared = compare(tmp_path, mines(*rows), "a", "b", "c")
    pair, tie = compared.get("ghg", "a", "b"), compared.get("ghg", "a", "c")
    assert (pair.p_less, pair.p_equal, pair.p_less_error) == (0.0, 0.0, None)
    assert pair.note == "nothing behind a or b states a distribution: a width of zero is no certainty"
    assert (tie.p_less, tie.p_equal, tie.ratio) == (0.0, 1.0, (1.0, 1.0, 1.0))
    assert "the two are the same in every draw" in tie.note
    assert not any(compared.spreads.column("varies").to_pylist())
    places = {(r["alternative"], r["place"]): r["probability"] for r in compared.ranks.to_pylist()}
    assert [places[who, place] for who, place in (("b", 1), ("a", 1), ("a", 2), ("c", 3))] == [1.0, 0.0, 0.5, 0.5]


def test_where_one_alone_varies_the_other_is_named(tmp_path: Path) -> None:
    rows = [emits("a", 5.0, **lognormal(5.0, 0.3)), emits("b", 4.0)]
    pair = compare(tmp_path, mines(*rows), "a", "b", draws=DRAWS).get("ghg", "a", "b")
    p = float(stats.norm.cdf(math.log(4.0 / 5.0) / 0.3))
    assert pair.p_less == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / DRAWS))
    assert pair.note == "nothing behind b states a distribution: a width of zero is no certainty"


def test_what_two_share_without_a_burden_does_not_pair_them(tmp_path: Path) -> None:
    """Both take wind of a plant whose steel is uncertain and has no burden: of what counts, each has its own draw."""
    wind = [
        *(makes("plant", "power", unit="MJ"), makes("forge", "steel")),
        takes("plant", "steel", 1.0, **lognormal(1.0, 0.3)),
        *(takes(name, "power", 1.0, "MJ") for name in "ab"),
    ]
    known = mines(emits("a", 5.0, **lognormal(5.0, 0.2)), emits("b", 4.0, **lognormal(4.0, 0.3)))
    added = {
        "processes": [process("plant"), process("forge")],
        "flows": [product("power", "MJ"), product("steel")],
        "exchanges": wind,
    }
    tables = {name: [*rows, *added[name]] for name, rows in known.items()}
    compared = compare(tmp_path / "without", tables, "a", "b")
    pair = compared.get("ghg", "a", "b")
    assert pair.shared_rows == 0
    assert "the two share no drawn row: they are drawn independently" in pair.note
    assert compared.spreads["drawn_rows"].to_pylist() == [2, 2]
    burdened = {**tables, "exchanges": [*tables["exchanges"], emits("forge", 1.0)]}
    pair = compare(tmp_path / "with", burdened, "a", "b").get("ghg", "a", "b")
    assert (pair.shared_rows, pair.note) == (1, "")


def test_what_is_drawn_and_moves_nothing_is_said(tmp_path: Path) -> None:
    """Power without a burden is taken in uncertain amounts: there is a drawn row, and the score is 5 in every draw."""
    power = [makes("plant", "power", unit="MJ"), takes("a", "power", 1.0, "MJ", **lognormal(1.0, 0.3))]
    known = mines(emits("a", 5.0), emits("b", 4.0, **lognormal(4.0, 0.3)))
    added = {"processes": [process("plant")], "flows": [product("power", "MJ")], "exchanges": power}
    tables = {name: [*rows, *added[name]] for name, rows in known.items()}
    pair = compare(tmp_path, tables, "a", "b").get("ghg", "a", "b")
    assert pair.note == "nothing that is drawn moves a: a width of zero is no certainty"


@pytest.mark.parametrize(
    ("amount", "spread", "note"),
    [
        (1.0, normal(1.0, 1.0), r"^no ratio: a is zero or below in \d+ of 400 draws$"),  # some 63: Phi(-1)
        (-2.0, lognormal(2.0, 0.1, negative=True), "^a is below zero: a ratio above one is farther below$"),
    ],
)
def test_a_ratio_to_what_is_not_of_one_sign_is_none(
    tmp_path: Path, amount: float, spread: dict[str, Any], note: str
) -> None:
    rows = [emits("a", amount, **spread), emits("b", 4.0, **lognormal(4.0, 0.2))]
    pair = compare(tmp_path, mines(*rows), "a", "b").get("ghg", "a", "b")
    assert re.search(note, pair.note.split(". ")[-1])
    assert (pair.ratio[1] is None) == (amount > 0)
    assert None not in pair.difference


def test_units_of_one_kind_are_converted_and_said(tmp_path: Path) -> None:
    """5 kg a kg against 4000 kg a t: 4 a kg."""
    tables = mines(emits("a", 5.0, **lognormal(5.0, 0.3)))
    other: Tables = {
        **tables,
        "processes": [*tables["processes"], process("b", "extraction")],
        "flows": [*tables["flows"], product("rock", "t")],
        "exchanges": [*tables["exchanges"], makes("b", "rock", 1.0, "t"), emits("b", 4000.0)],
    }
    compared = compare(tmp_path, other, "a", "b")
    assert compared.per == "kg"
    rows = {row["alternative"]: row for row in compared.spreads.to_pylist()}
    assert (rows["b"]["value"], rows["b"]["p50"], rows["b"]["per"]) == (pytest.approx(4.0), pytest.approx(4.0), "kg")
    assert rows["b"]["activity"] == "b, per t"
    assert [each.term for each in compared.unlike] == ["product"]


def test_what_is_missing_has_no_numbers(tmp_path: Path) -> None:
    """The third declares its footprint in another indicator, and not this one."""
    declared = {"process_id": "c", "indicator": "energy", "amount": 1.0, "unit": "MJ", "per": "kg"}
    tables = mines(emits("a", 5.0, **lognormal(5.0, 0.3)), emits("b", 4.0))
    tables = {
        **tables,
        "processes": [*tables["processes"], process("c", "extraction")],
        "exchanges": [*tables["exchanges"], makes("c", "ore")],
        "impacts": [declared],
    }
    compared = compare(tmp_path, tables, "a", "c", "b")
    pair = compared.get("ghg", "a", "c")
    assert (pair.p_less, pair.p_equal, pair.p_less_error, pair.difference[0]) == (None, None, None, None)
    assert pair.note == "no figure: it is missing for c"
    assert compared.get("ghg", "a", "b").p_less is not None
    assert compared.ranks.num_rows == 0  # nobody's place is known
    assert [each.describe(["A", "B", "C"]) for each in compared.unlike] == ["status of ghg: A, C complete; B missing"]
    (row,) = [row for row in compared.spreads.to_pylist() if row["alternative"] == "c"]
    assert (row["value"], row["mean"], row["p50"], row["varies"]) == (None, None, None, False)
    first = compared.to_arrow().to_pylist()[0]
    assert (first["p_less"], first["p_greater"], first["ratio_p50"]) == (None, None, None)


def test_draws_without_an_answer_in_one_are_left_out_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in tests/test_simulate.py: P(a >= 1) is 1.3 %; the other inventory has an answer in every draw."""
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 0.05)
    first, second = score(tmp_path / "a", loop(0.1)), score(tmp_path / "b", loop(0.01))
    wide, narrow = (lca.Alternative(n, f, process_id="plant") for n, f in (("wide", first), ("narrow", second)))
    compared = lca.compare_draws([narrow, wide], 1000, 1, **GHG)
    taken = lca.draw_values(lca.list_distributions(first.system.inventory), 1, 0, 1000)[0]
    assert sorted(compared.infeasible) == np.flatnonzero(taken >= 1).tolist() != []
    assert next(iter(compared.infeasible.values())).startswith("wide: the loop of mine, plant needs")
    pair = compared.get("ghg", "narrow", "wide")
    assert pair.draws == 1000 - len(compared.infeasible)
    # Both take one draw of power: with z the normal draw the wide takes more where z > 0, and then it is higher.
    assert pair.p_less == np.mean(taken[taken < 1] > 0.8)
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 0.01)
    with pytest.raises(lca.SolveError, match="draws have no answer"):
        lca.compare_draws([narrow, wide], 1000, 1, **GHG)


def test_the_drawn_rows_are_those_that_move_a_footprint(tmp_path: Path) -> None:
    """Each uncertain amount is changed by itself: what the footprint then moves with is what is listed."""
    rows: list[Row] = [
        makes("mine", "ore", 1.0, **lognormal(1.0, 0.2)),
        {**makes("mine", "rod", 0.5, **lognormal(0.5, 0.4)), "is_reference": False},
        takes("mine", "power", 2.0, "MJ", **lognormal(2.0, 0.2)),
        emits("mine", 3.0, **lognormal(3.0, 0.1)),
        *(makes("plant", "power", unit="MJ"), emits("plant", 1.0, **lognormal(1.0, 0.1))),
        *(makes("smelter", "bar"), takes("smelter", "ore", 1.0, **lognormal(1.0, 0.1))),
        *(makes("other", "beam"), emits("other", 1.0, **lognormal(1.0, 0.1)), takes("other", "power", 1.0, "MJ")),
    ]
    processes = [process("mine", "extraction", allocation="mass"), process("smelter", "processing")]
    flows = [*FLOWS, product("beam")]
    tables = {
        **chain(),
        "processes": [*processes, process("plant"), process("other")],
        "flows": [{"flow_id": "co2", **_CO2}, *flows],
        "exchanges": rows,
    }
    footprints = score(tmp_path, tables)
    inventory = footprints.system.inventory
    listed = lca.list_distributions(inventory)
    sampled = sample_system(footprints, [footprints.method.find("ghg")])
    for name, count in (("smelter", 6), ("plant", 1), ("other", 2)):
        activity = footprints.find(process_id=name)[0]
        moves = set()
        for row, key in zip(listed.row.tolist(), listed.key.tolist(), strict=True):
            amount = inventory.exchanges.amount.copy()
            amount[row] *= 1.5
            exchanges = dataclasses.replace(inventory.exchanges, amount=amount)
            changed = lca.score(dataclasses.replace(inventory, exchanges=exchanges), core())
            if abs(changed.get("ghg", process_id=name) / footprints.get("ghg", process_id=name) - 1) > 1e-9:
                moves.add(key)
        (keys,) = list_drawn_keys(find_reach(sampled), activity)
        assert (set(keys.tolist()), len(keys)) == (moves, count)


@pytest.mark.parametrize("given", ["share", "amount"])
def test_a_drawn_mix_is_shared_by_all_who_buy_of_it(tmp_path: Path, given: str) -> None:
    """Mill and forge buy 2 and 3 of the mix of two ores, and the mix alone is uncertain: 1.5 in each draw."""
    rows = [emits("mine", 5.0), makes("quarry", "ore"), emits("quarry", 9.0), takes("mill", "ore", 2.0)]
    tables = chain(*rows, makes("forge", "rod"), takes("forge", "ore", 3.0))
    unit = {} if given == "share" else {"unit": "kg"}
    spread = lognormal(0.5, 0.2)
    markets = [{"flow_id": "ore", "process_id": name, given: 0.5, **unit, **spread} for name in ("mine", "quarry")]
    pair = compare(tmp_path, {**tables, "markets": markets}, "mill", "forge").get("ghg", "mill", "forge")
    assert (pair.shared_rows, pair.note) == (2, "")
    assert pair.ratio == pytest.approx((1.5, 1.5, 1.5))
    assert pair.difference[2] - pair.difference[0] > 0.1  # type: ignore[operator]


def test_a_drawn_factor_is_shared_by_all_whose_flows_it_weighs(tmp_path: Path) -> None:
    """Of 5 and 4 kg, both certain, the factor alone is uncertain: 4 / 5 in each draw."""
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", mines(emits("a", 5.0), emits("b", 4.0))))
    footprints = lca.score(inventory, read_drawn(tmp_path / "m", factor("ghg", "co2", 1.0, **lognormal(1.0, 0.2))))
    two = [lca.Alternative(name, footprints, process_id=name) for name in "ab"]
    pair = lca.compare_draws(two, 200, 1, **GHG).get("ghg", "a", "b")
    assert (pair.shared_rows, pair.note) == (1, "")
    assert pair.ratio == pytest.approx((0.8, 0.8, 0.8))
    assert pair.difference[2] - pair.difference[0] > 0.1  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(5))
def test_places_and_pairs_are_those_of_a_slow_twin(seed: int) -> None:
    """Whole numbers have many ties; draw by draw and one by one."""
    random = np.random.default_rng(seed)
    m, draws = int(random.integers(2, 6)), 50
    values = random.integers(-2, 4, (m, draws)).astype(float)
    expected = np.zeros((m, m))
    for draw in range(draws):
        for a in range(m):
            below = sum(values[b, draw] < values[a, draw] for b in range(m))
            alike = sum(values[b, draw] == values[a, draw] for b in range(m))
            for place in range(below, below + alike):
                expected[a, place] += 1 / alike / draws
    scale = np.abs(values)
    assert rank_alternatives(values, scale) == pytest.approx(expected)
    first, second = np.triu_indices(m, 1)
    numbers = compare_pairs(values, scale, first, second)
    for at, (i, j) in enumerate(zip(first, second, strict=True)):
        assert numbers.less[at] == sum(values[i] < values[j]) / draws
        assert numbers.equal[at] == sum(values[i] == values[j]) / draws
        has_ratio = min(values[i]) > 0 or max(values[i]) < 0
        assert np.isnan(numbers.ratio[at]).all() == (not has_ratio)


def test_rounding_is_no_difference() -> None:
    values = np.array([[1.0, 1.0], [1.0 + 1e-12, 1.0 + 1e-6]])
    numbers = compare_pairs(values, values, np.array([0]), np.array([1]))
    assert (numbers.less[0], numbers.equal[0]) == (0.5, 0.5)
    # A sum of 1000 and -999 is no better known than a billionth of 1999.
    numbers = compare_pairs(values, np.full((2, 2), 1999.0), np.array([0]), np.array([1]))
    assert (numbers.less[0], numbers.equal[0]) == (0.0, 1.0)


def test_the_tables(tmp_path: Path) -> None:
    rows = [emits("a", 5.0, **lognormal(5.0, 0.3)), emits("b", 4.0, **lognormal(4.0, 0.2))]
    compared = compare(tmp_path, mines(*rows), "a", "b")
    table = compared.to_arrow()
    assert table.column_names[:7] == ["indicator", "stage", "first", "second", "unit", "per", "draws"]
    (row,) = table.to_pylist()
    assert row["p_less"] + row["p_equal"] + row["p_greater"] == pytest.approx(1.0)
    assert row["difference_p2_5"] < row["difference_p50"] < row["difference_p97_5"]
    assert list(compared.to_pandas().columns) == table.column_names
    assert isinstance(compared.spreads, pa.Table)
    assert "a, b; 1 indicators x 400 draws" in repr(compared)
    with pytest.raises(lca.LcaError, match="no pair 'b', 'a' in ghg"):
        compared.get("ghg", "b", "a")


def test_properties_with_a_mass_do_not_make_pieces_kilograms(tmp_path: Path) -> None:
    tables = mines(emits("a", 5.0))
    tables = {
        **tables,
        "processes": [*tables["processes"], process("b")],
        "flows": [*tables["flows"], product("slab", "piece")],
        "exchanges": [*tables["exchanges"], makes("b", "slab", 1.0, "piece"), emits("b", 4.0)],
        "properties": [has("slab", "mass", 4.0, "kg/piece")],
    }
    with pytest.raises(lca.LcaError, match="unit: a per kg; b per piece"):
        compare(tmp_path, tables, "a", "b")
