"""Differences: which exchange moved which score by how much, by hand and on drawn pairs of versions."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.comparison.changes import find_supplies
from tests.drawn import draw_chain, score_tables
from tests.systems import technospheres, to_coupling
from tests.tables import CO2, Row, emits, makes, process, product, takes
from tests.twins import eliminate

Tables = dict[str, list[Row]]

MILL: Tables = {
    "processes": [process("mill", "processing"), process("grid")],
    "flows": [CO2, product("steel"), product("power", "kWh")],
    "exchanges": [
        makes("mill", "steel"),
        takes("mill", "power", 2, "kWh"),
        emits("mill", 1),
        makes("grid", "power", 1, "kWh"),
        emits("grid", 0.5),
    ],
}
"""Steel: 1 + 2 kWh x 0.5 = 2 kg CO2e per kg."""


def change(tables: Mapping[str, list[Row]], process_id: str, flow_id: str, **fields: object) -> dict[str, list[Row]]:
    """Write other fields into the rows of one process and flow."""
    rows = [
        {**row, **fields} if (row["process_id"], row["flow_id"]) == (process_id, flow_id) else row
        for row in tables["exchanges"]
    ]
    return {**tables, "exchanges": rows}


def diff(old: Mapping[str, list[Row]], new: Mapping[str, list[Row]], *indicators: str, **more: bool) -> lca.Difference:
    return lca.diff(score_tables(old), score_tables(new), indicators or ["ghg"], **more)


def list_effects(found: lca.Difference) -> list[tuple[str, str, str, str, float]]:
    columns = ("changed_process_id", "kind", "flow_id", "provider", "effect")
    return [tuple(pytest.approx(r[c]) if c == "effect" else r[c] for c in columns) for r in found.effects.to_pylist()]  # type: ignore[misc]


def test_one_changed_input_moves_it_all() -> None:
    # 3 kWh for 2: 1 + 3 x 0.5 = 2.5.
    found = diff(MILL, change(MILL, "mill", "power", amount=3))
    (score,) = found.scores.to_pylist()
    assert (score["process_id"], score["product_id"], score["unit"], score["per"]) == ("mill", "steel", "kg CO2e", "kg")
    assert [score[c] for c in ("old", "new", "change", "ratio")] == pytest.approx([2.0, 2.5, 0.5, 1.25])
    (effect,) = found.effects.to_pylist()
    assert list_effects(found) == [("mill", "input", "power", "grid power", 0.5)]
    assert [effect["old_amount"], effect["new_amount"]] == pytest.approx([2.0, 3.0])
    assert (effect["amount_unit"], effect["direction"]) == ("kWh", "input")


def test_one_changed_emission_moves_it_all() -> None:
    # 0.8 for 0.5 a kWh: 2 x 0.3.
    found = diff(MILL, change(MILL, "grid", "co2", amount=0.8))
    assert list_effects(found) == [("grid", "elementary", "co2", "", 0.6)]


def test_one_change_in_a_loop_moves_it_all() -> None:
    # The grid takes steel: y = 0.5 + a x, x = 1 + 2 y: x = 2 / (1 - 2 a). a = 0.1: 2.5; a = 0.2: 10/3.
    old: Tables = {**MILL, "exchanges": [*MILL["exchanges"], takes("grid", "steel", 0.1)]}
    found = diff(old, change(old, "grid", "steel", amount=0.2), everything=True)
    assert found.scores.column("change").to_pylist() == pytest.approx([(10 / 3 - 2.5 - 0) / 2, 10 / 3 - 2.5])
    assert list_effects(found)[1] == ("grid", "input", "steel", "mill steel", 10 / 3 - 2.5)
    assert found.effects.num_rows == 2


def test_two_changes_share_by_the_middle() -> None:
    # 3 kWh of 0.8: from 1 to 2.4. Input: one kWh more at the mean intensity 0.65; emission: 0.3 more a kWh of the mean
    # 2.5 kWh, 0.75. Together 1.4.
    found = diff(MILL, change(change(MILL, "mill", "power", amount=3), "grid", "co2", amount=0.8))
    assert list_effects(found) == [
        ("grid", "elementary", "co2", "", 0.75),
        ("mill", "input", "power", "grid power", 0.65),
    ]


@pytest.mark.parametrize(
    "new",
    [
        {**MILL, "exchanges": [{**r, "amount": 7 * float(str(r["amount"]))} for r in MILL["exchanges"]]},
        change(change(MILL, "mill", "steel", amount=1000, unit="g"), "mill", "power", amount=7.2, unit="MJ"),
        change(MILL, "grid", "co2", amount=500, unit="g"),
        {**MILL, "processes": [{**row, "name": "another"} for row in MILL["processes"]]},
        MILL,
    ],
)
def test_the_same_otherwise_written_is_no_change(new: dict[str, list[Row]]) -> None:
    found = diff(MILL, new, everything=True)
    assert found.effects.num_rows == 0
    assert found.scores.column("change").to_pylist() == pytest.approx([0.0, 0.0], abs=1e-12)


def test_a_rescaled_process_shows_only_what_else_changed() -> None:
    # Twice everything, and five kWh where two times two would be four: 0.5 kWh a kg more.
    new: Tables = {**MILL, "exchanges": [{**r, "amount": 2 * float(str(r["amount"]))} for r in MILL["exchanges"]]}
    found = diff(MILL, change(new, "mill", "power", amount=5))
    assert list_effects(found) == [("mill", "input", "power", "grid power", 0.25)]
    (effect,) = found.effects.to_pylist()
    assert [effect["old_amount"], effect["new_amount"]] == pytest.approx([4.0, 5.0])  # as the newer writes it


def test_another_reference_unit_is_the_same_product() -> None:
    # Steel in g: 2 kg CO2e a kg are 0.002 a g. The old figure is told in the new unit.
    new: Tables = {**MILL, "flows": [CO2, product("steel", "g"), product("power", "kWh")]}
    found = diff(MILL, change(new, "mill", "power", amount=3))
    (score,) = found.scores.to_pylist()
    assert score["per"] == "g"
    assert [score[c] for c in ("old", "new", "change", "ratio")] == pytest.approx([0.002, 0.0025, 0.0005, 1.25])
    assert found.effects.column("effect").to_pylist() == pytest.approx([0.0005])


def test_another_dimension_is_refused() -> None:
    new: Tables = {**MILL, "flows": [CO2, product("steel", "m3"), product("power", "kWh")]}
    with pytest.raises(lca.LcaError, match="'steel' is measured in kg in the old and in m3 in the new") as caught:
        diff(MILL, change(new, "mill", "steel", unit="m3"))
    assert "another flow_id" in caught.value.fix


def rename(tables: Mapping[str, list[Row]], old: str, new: str) -> dict[str, list[Row]]:
    return {
        name: [{key: new if value == old else value for key, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }


def test_a_renamed_product_maker_came_and_went() -> None:
    found = diff(MILL, rename(MILL, "mill", "works"))
    scores = {r["process_id"]: (r["old"], r["new"], r["change"], r["ratio"]) for r in found.scores.to_pylist()}
    assert scores == {"mill": (2.0, None, None, None), "works": (None, 2.0, None, None)}
    assert found.effects.num_rows == 0


def test_a_renamed_supplier_is_removed_and_added() -> None:
    # Each half at who buys and half at who makes, by the formula: 1 kg CO2e of the grid goes, 1 comes.
    found = diff(MILL, rename(MILL, "grid", "net"))
    assert sorted(list_effects(found), key=lambda row: row[:4]) == [
        ("grid", "elementary", "co2", "", -0.5),
        ("mill", "input", "power", "grid power", -0.5),
        ("mill", "input", "power", "net power", 0.5),
        ("net", "elementary", "co2", "", 0.5),
    ]
    amounts = {r["provider"]: (r["old_amount"], r["new_amount"]) for r in found.effects.to_pylist() if r["provider"]}
    assert amounts == {"grid power": (pytest.approx(2.0), None), "net power": (None, pytest.approx(2.0))}
    assert found.scores.column("change").to_pylist() == pytest.approx([0.0], abs=1e-12)


def test_a_process_comes_with_its_input() -> None:
    # 0.5 kg of scrap at 4 kg CO2e: 2 more, all of it in the two new rows.
    new = {
        "processes": [*MILL["processes"], process("yard")],
        "flows": [*MILL["flows"], product("scrap")],
        "exchanges": [*MILL["exchanges"], takes("mill", "scrap", 0.5), makes("yard", "scrap"), emits("yard", 4)],
    }
    for first, second, sign in ((MILL, new, 1), (new, MILL, -1)):
        found = diff(first, second)
        assert found.scores.column("change").to_pylist() == pytest.approx([sign * 2.0])
        assert sorted(list_effects(found)) == [
            ("mill", "input", "scrap", "yard scrap", sign * 1.0),
            ("yard", "elementary", "co2", "", sign * 1.0),
        ]


def test_market_shares_move_a_score() -> None:
    # README's example: 2 kg ore of 0.6 x 2.4 + 0.4 x 0.75. At 0.5 each: 2 x (-0.1 x 2.4) and 2 x (0.1 x 0.75).
    def tables(share: float) -> dict[str, list[Row]]:
        makers = [("a", 2.4, share), ("b", 0.75, 1 - share)]
        return {
            "processes": [process("refinery", "processing"), *(process(name) for name, _, _ in makers)],
            "flows": [CO2, product("metal"), product("ore")],
            "exchanges": [
                makes("refinery", "metal"),
                takes("refinery", "ore", 2),
                *(row for name, amount, _ in makers for row in (makes(name, "ore"), emits(name, amount))),
            ],
            "markets": [{"flow_id": "ore", "process_id": name, "share": part} for name, _, part in makers],
        }

    found = diff(tables(0.6), tables(0.5))
    assert list_effects(found) == [
        ("market at GLO", "share", "ore", "a ore", -0.48),
        ("market at GLO", "share", "ore", "b ore", 0.15),
    ]
    assert found.scores.column("change").to_pylist() == pytest.approx([-0.33])
    amounts = [(r["old_amount"], r["new_amount"], r["amount_unit"]) for r in found.effects.to_pylist()]
    assert amounts == [(0.6, 0.5, ""), (0.4, 0.5, "")]


def test_a_line_of_a_bill_moves_it() -> None:
    # 2 kg and 3 kg of 2.
    def tables(amount: float) -> Tables:
        return {**MILL, "demand": [{"demand_id": "b", "product_id": "steel", "amount": amount, "unit": "kg"}]}

    found = diff(tables(2), tables(3), everything=True)
    assert list_effects(found) == [("b", "line", "steel", "mill steel", 2.0)]
    (effect,) = found.effects.to_pylist()
    assert (effect["old_amount"], effect["new_amount"], effect["amount_unit"]) == (2.0, 3.0, "kg")


def test_energy_bought_is_an_effect_of_its_own() -> None:
    # 7.2 MJ bought, then 10.8.
    found = diff(MILL, change(MILL, "mill", "power", amount=3), "energy_site")
    assert list_effects(found) == [("mill", "energy bought", "power", "", 3.6)]


def test_declared_figures_move_a_score_and_missing_ones_do_not() -> None:
    def tables(figure: float) -> dict[str, list[Row]]:
        return {
            "processes": [process("mill", "processing"), process("vendor")],
            "flows": [CO2, product("steel"), product("ore")],
            "exchanges": [makes("mill", "steel"), takes("mill", "ore", 0.5), emits("mill", 1), makes("vendor", "ore")],
            "impacts": [{"process_id": "vendor", "indicator": "ghg", "amount": figure, "unit": "kg CO2e", "per": "kg"}],
        }

    found = diff(tables(3), tables(4), "ghg", "energy")
    assert list_effects(found) == [("vendor", "declared", "ghg", "", 0.5)]
    (effect,) = found.effects.to_pylist()
    assert (effect["old_amount"], effect["new_amount"], effect["amount_unit"]) == (3.0, 4.0, "kg CO2e")
    ghg, energy = found.scores.to_pylist()
    assert (ghg["old"], ghg["new"]) == (2.5, 3.0)
    assert (energy["old"], energy["new"], energy["change"], energy["ratio"]) == (None, None, None, None)


def test_two_methods_are_refused() -> None:
    inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    with pytest.raises(lca.LcaError, match=r"core/1\.0-ar6") as caught:
        lca.diff(lca.score(inventory), lca.score(inventory, "core/1.0-ar5"))
    assert "one method" in caught.value.fix


def test_what_is_no_result_and_unknown_indicators_are_refused() -> None:
    footprints = score_tables(MILL)
    with pytest.raises(lca.LcaError, match="takes two results"):
        lca.diff(footprints, Path("nowhere"))  # type: ignore[arg-type]
    with pytest.raises(lca.LcaError, match="no indicator 'nothing'"):
        lca.diff(footprints, footprints, ["nothing"])


# Drawn pairs of versions.


def _draw_row(random_: random.Random, tables: Tables, flow: str = "") -> int:
    """Choose a row that is neither a product made nor water, or one of a flow."""
    rows = tables["exchanges"]
    free = [
        k
        for k, r in enumerate(rows)
        if (r["flow_id"] == flow if flow else r["direction"] == "input" and r["flow_id"] != "river")
    ]
    return random_.choice(free)


def _scale_row(tables: Tables, at: int, factor: float) -> None:
    row = tables["exchanges"][at]
    tables["exchanges"][at] = {**row, "amount": factor * float(str(row["amount"]))}


def _move_share(r: random.Random, t: Tables) -> None:
    share = r.random()
    t["markets"] = [{**t["markets"][0], "share": share}, {**t["markets"][1], "share": 1 - share}]


def _move_allocation(r: random.Random, t: Tables) -> None:
    share = r.random()
    t["allocation"] = [{**t["allocation"][0], "factor": share}, {**t["allocation"][1], "factor": 1 - share}]


def _add_input(r: random.Random, t: Tables) -> None:
    made = r.choice([row for row in t["exchanges"] if row.get("is_reference")])
    t["exchanges"].append(takes(str(made["process_id"]), "p00", 0.01 * float(str(made["amount"]))))


def _add_process(r: random.Random, t: Tables) -> None:
    t["processes"].append(process("added", r.choice(["", "extraction"])))
    t["flows"].append(product("novelty"))
    t["exchanges"] += [makes("added", "novelty", 5.0), emits("added", 3.0), takes("added", "p01", 0.5)]
    t["exchanges"].append(takes("maker-1", "novelty", 0.1))


def _drop_process(r: random.Random, t: Tables) -> None:
    gone = f"p{r.randrange(8, 12):02}"  # and who takes its product takes it no more
    t["processes"] = [row for row in t["processes"] if row["process_id"] != gone]
    t["exchanges"] = [row for row in t["exchanges"] if gone not in (row["process_id"], row["flow_id"])]


def _rescale(r: random.Random, t: Tables) -> None:
    name, factor = r.choice(t["processes"])["process_id"], 10 ** r.uniform(-3, 3)
    for at, row in enumerate(t["exchanges"]):
        if row["process_id"] == name:
            _scale_row(t, at, factor)


def _rewrite(r: random.Random, t: Tables) -> None:
    for at in r.sample(range(len(t["exchanges"])), 20):
        row = t["exchanges"][at]
        unit, factor = {"kg": ("g", 1e3), "m3": ("L", 1e3), "g": ("lb", 1e-3 / 0.45359237), "L": ("m3", 1e-3)}.get(
            str(row["unit"]), (row["unit"], 1.0)
        )
        t["exchanges"][at] = {**row, "unit": unit, "amount": factor * float(str(row["amount"]))}


SAME: list[Callable[[random.Random, Tables], None]] = [_rescale, _rewrite]
EDITS: list[Callable[[random.Random, Tables], None]] = [
    *SAME,
    lambda r, t: _scale_row(t, _draw_row(r, t), r.uniform(0.3, 1.1)),
    lambda r, t: _scale_row(t, _draw_row(r, t, "co2"), r.uniform(0.0, 3.0)),
    lambda r, t: _scale_row(t, _draw_row(r, t, "river"), r.uniform(0.0, 3.0)),
    lambda r, t: t["exchanges"].remove(t["exchanges"][_draw_row(r, t)]),
    _add_input,
    _add_process,
    _drop_process,
    _move_share,
    _move_allocation,
]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), edits=st.sets(st.sampled_from(range(len(EDITS))), min_size=1))
def test_effects_add_up_to_the_change_of_two_separate_scores(seed: int, edits: set[int]) -> None:
    generator, old = random.Random(seed), draw_chain(seed)
    new = {name: list(rows) for name, rows in old.items()}
    for edit in sorted(edits):
        EDITS[edit](generator, new)
    try:
        scored = score_tables(old), score_tables(new)
    except lca.DataError as error:
        assume("loop_starved" not in str(error))  # edits can make a loop need all it gives: there is no score then
        raise
    found = lca.diff(*scored, everything=True)
    sums: dict[tuple[str, ...], list[float]] = {}
    keys = ("process_id", "product_id", "location", "indicator")
    for row in found.effects.to_pylist():
        sums.setdefault(tuple(row[key] for key in keys), []).append(row["effect"])
    tables = [_totals(each) for each in scored]
    seen = set()
    for score in found.scores.to_pylist():
        key = tuple(score[each] for each in keys)
        seen.add(key)
        first, second = (each.get(key) for each in tables)
        assert (score["old"], score["new"]) == (first, second)
        if first is None or second is None:
            assert key not in sums
            assert score["change"] is None
            continue
        effects = sums.get(key, [])
        size = abs(first) + abs(second) + float(np.abs(effects).sum())
        assert score["change"] == second - first
        assert abs(sum(effects) - score["change"]) <= 1e-9 * size
    assert seen == set(tables[0]) | set(tables[1])


@settings(max_examples=20, deadline=None)
@given(A=technospheres(most=10, credits=True), data=st.data())
def test_supplies_are_those_of_a_dense_inverse(A: NDArray[np.float64], data: st.DataObject) -> None:
    some = st.lists(st.integers(0, len(A) - 1), unique=True, max_size=len(A))
    moved, shown = (np.array(data.draw(some), np.int64) for _ in range(2))
    found = find_supplies(to_coupling(A), moved, shown, str)
    inverse = eliminate(A, np.eye(len(A)))  # column e: the supply for one unit of e
    size = np.abs(inverse).max(axis=1, keepdims=True)  # a row is in one unit of activity
    assert (np.abs(found - inverse[np.ix_(moved, shown)]) <= 1e-9 * size[moved]).all()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rescaled_and_rewritten_versions_have_no_effects(seed: int) -> None:
    generator, old = random.Random(seed), draw_chain(seed)
    new = {name: list(rows) for name, rows in old.items()}
    for edit in (*SAME, *SAME):
        edit(generator, new)
    assert diff(old, new, "ghg", "water_consumption", everything=True).effects.num_rows == 0


def _totals(footprints: lca.Footprints) -> dict[tuple[Any, ...], float | None]:
    """Read the totals off the result table, per reference unit."""
    return {
        (r["process_id"], r["product_id"], r["location"], r["indicator"]): r["value"]
        for r in footprints.to_arrow().to_pylist()
        if r["stage"] == "total"
    }
