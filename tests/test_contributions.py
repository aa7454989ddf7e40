"""Contributions: a footprint taken apart, by hand on a chain, and against dense twins on drawn systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine as lca
from tests.drawn import draw_chain, score_tables, to_dense
from tests.tables import CO2, Row, emits, exchange, makes, process, product, takes
from tests.test_compare import JOINT
from tests.twins import eliminate, split_by_owner

METHANE = {"flow_id": "ch4", "name": "Methane, fossil", "kind": "elementary", "unit": "kg", "compartment": "air"}

CHAIN: dict[str, list[Row]] = {
    "processes": [
        process("mill", "processing", supplier_id="acme", location="CN"),
        process("grid"),
        process("pit-a", "extraction", supplier_id="digger", location="US"),
        process("pit-b", "extraction", supplier_id="burrow"),
    ],
    "flows": [CO2, METHANE, product("steel"), product("ore"), product("power", "kWh", category="electricity")],
    "exchanges": [
        makes("mill", "steel"),
        takes("mill", "power", 2, "kWh"),
        takes("mill", "ore", 0.5),
        emits("mill", 1),
        emits("mill", 10, "g", "ch4"),
        makes("grid", "power", 1, "kWh"),
        emits("grid", 0.5),
        makes("pit-a", "ore", 1, "t"),
        takes("pit-a", "power", 1, "MWh"),
        emits("pit-a", 1000),
        makes("pit-b", "ore"),
        exchange("pit-b", "power", "output", 0.1, "kWh", is_avoided=True),
        emits("pit-b", 200, "g"),
    ],
    "markets": [
        {"flow_id": "ore", "process_id": "pit-a", "share": 0.6},
        {"flow_id": "ore", "process_id": "pit-b", "share": 0.4},
    ],
    "demand": [
        {"demand_id": "bill", "product_id": "steel", "amount": 3, "unit": "kg"},
        {"demand_id": "bill", "product_id": "ore", "amount": 1, "unit": "kg"},
    ],
}
"""A kg of steel, kg CO2e (fossil methane 29.8): the mill 1 + 0.01 x 29.8 = 1.298; 2 kWh of 0.5; 0.5 kg ore. Ore of
pit-a 1 + 1 kWh x 0.5 = 1.5, of pit-b 0.2 - 0.1 kWh x 0.5 = 0.15, of the market 0.6 x 1.5 + 0.4 x 0.15 = 0.96. Steel
1.298 + 1 + 0.48 = 2.778, of pit-a 0.3 kg, of pit-b 0.2 kg, of the grid 2 + 0.3 - 0.02 = 2.28 kWh."""


@pytest.fixture(scope="module")
def chain() -> lca.Footprints:
    return score_tables(CHAIN)


def close(value: float) -> Any:
    return pytest.approx(value)


def name_values(found: lca.Contributions) -> dict[str, Any]:
    return {row["part"]: close(row["value"]) for row in found.table.to_pylist()}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("process", {"mill": 1.298, "grid": 1.14, "pit-a": 0.3, "pit-b": 0.04}),
        (
            "exchange",
            {
                "grid: Carbon dioxide, fossil (air)": 1.14,
                "mill: Carbon dioxide, fossil (air)": 1.0,
                "pit-a: Carbon dioxide, fossil (air)": 0.3,
                "mill: Methane, fossil (air)": 0.298,
                "pit-b: Carbon dioxide, fossil (air)": 0.04,
            },
        ),
        ("flow", {"Carbon dioxide, fossil (air)": 2.48, "Methane, fossil (air)": 0.298}),
        ("input", {"mill itself": 1.298, "power from grid": 1.0, "ore from market of ore at GLO": 0.48}),
        # The grid's 1.0 and the pits' 0.34 one step up, through the market; their power, 0.15 - 0.01, two.
        ("tier", {"tier 0": 1.298, "tier 1": 1.34, "tier 2": 0.14}),
        ("stage", {"extraction": 0.48, "processing": 2.298}),
        ("supplier", {"acme": 2.298, "digger": 0.45, "burrow": 0.03}),
        # The grid and pit-b have no location: they are of who asks.
        ("location", {"CN": 2.328, "US": 0.45}),
        ("scope", {"scope_1": 1.298, "scope_2": 1.0, "upstream": 0.48}),
    ],
)
def test_a_chain_by_hand(chain: lca.Footprints, by: str, expected: Mapping[str, float]) -> None:
    found = lca.list_contributions(chain, process_id="mill", by=by, cutoff=0.0)
    assert name_values(found) == expected
    assert found.total == pytest.approx(2.778)
    assert (found.name, found.unit, found.per, found.by, found.status) == (
        "mill",
        "kg CO2e",
        "kg",
        by,
        "fallback",
    )  # ore at GLO
    values = found.table.column("value").to_pylist()
    if by in ("tier", "stage", "scope"):
        assert found.table.column("part").to_pylist() == list(expected)  # in their own order
    else:
        assert values == sorted(values, reverse=True)
    assert found.table.column("share").to_pylist() == pytest.approx([value / 2.778 for value in values])
    assert set(found.table.column("unit").to_pylist()) == {"kg CO2e"}


def test_amounts_are_scaled_in_the_flows_own_units(chain: lca.Footprints) -> None:
    def amounts(by: str, **of: str) -> dict[str, tuple[Any, str]]:
        rows = lca.list_contributions(chain, by=by, cutoff=0.0, **of).table.to_pylist()
        return {row["part"]: (close(row["amount"]), row["amount_unit"]) for row in rows}

    assert amounts("process", process_id="mill") == {
        "mill": (1.0, "kg"),
        "grid": (2.28, "kWh"),
        "pit-a": (0.3, "kg"),
        "pit-b": (0.2, "kg"),
    }
    assert amounts("flow", process_id="mill") == {
        "Carbon dioxide, fossil (air)": (2.48, "kg"),
        "Methane, fossil (air)": (0.01, "kg"),
    }
    assert amounts("exchange", process_id="mill")["grid: Carbon dioxide, fossil (air)"] == (1.14, "kg")
    of_input = amounts("input", process_id="mill")
    assert of_input["power from grid"] == (2.0, "kWh")
    assert of_input["ore from market of ore at GLO"] == (0.5, "kg")
    assert amounts("input", product_id="ore") == {"pit-a": (0.6, "kg"), "pit-b": (0.4, "kg")}


def test_rows_name_what_they_are(chain: lca.Footprints) -> None:
    columns = ("process_id", "flow_id", "direction", "supplier_id", "location", "parts")

    def rows(by: str) -> list[tuple[Any, ...]]:
        table = lca.list_contributions(chain, process_id="mill", by=by, cutoff=0.0).table
        return [tuple(row[c] for c in columns) for row in table.to_pylist()]

    assert rows("process")[0] == ("mill", "steel", "", "acme", "CN", 1)
    assert rows("exchange")[2] == ("pit-a", "co2", "output", "digger", "US", 1)
    assert rows("flow")[1] == ("", "ch4", "output", "", "", 1)
    assert rows("input")[1] == ("mill", "power", "input", "", "CN", 1)
    assert rows("supplier")[1] == ("", "", "", "digger", "", 1)
    assert rows("location")[1] == ("", "", "", "", "US", 1)


def test_a_supplier_a_market_and_a_bill_by_hand(chain: lca.Footprints) -> None:
    # Burrow's pit: 0.2, less 0.1 kWh that is made elsewhere no more.
    found = lca.list_contributions(chain, supplier_id="burrow", by="input")
    assert name_values(found) == {"pit-b itself": 0.2, "avoided power from grid": -0.05}
    assert found.table.column("share").to_pylist() == pytest.approx([0.2 / 0.15, -0.05 / 0.15])
    found = lca.list_contributions(chain, product_id="ore", by="input")
    assert (found.name, found.total) == ("market of ore at GLO", close(0.96))
    assert name_values(found) == {"pit-a": 0.9, "pit-b": 0.06}
    # The bill: 3 kg steel and 1 kg ore, 8.334 + 0.96. Markets and bills are no step.
    found = lca.list_contributions(chain, process_id="bill", by="input")
    assert (found.name, found.per, found.total) == ("bill", "bill", close(9.294))
    assert name_values(found) == {"mill": 8.334, "market of ore at GLO": 0.96}
    tiers = lca.list_contributions(chain, process_id="bill", by="tier")
    # 3 x 1.298 + 0.6 + 0.08; then 3 x 1.34 + 0.6 x 0.5 - 0.4 x 0.05; then 3 x 0.14.
    assert name_values(tiers) == {"tier 0": 4.574, "tier 1": 4.3, "tier 2": 0.42}
    labels = lca.list_contributions(chain, process_id="bill", by="supplier")
    assert name_values(labels) == {"acme": 6.894, "digger": 2.25, "burrow": 0.15}


def test_a_row_that_co_products_share_is_one_part() -> None:
    # tests/test_compare.py: 8 kg for 1 kg iron and 3 kg slag, by mass 2 a kg of either.
    lines: list[Row] = [
        {"demand_id": "b", "process_id": "works", "product_id": flow, "amount": amount, "unit": "kg"}
        for flow, amount in (("iron", 2), ("slag", 1))
    ]
    footprints = score_tables({**JOINT, "demand": lines})
    (row,) = lca.list_contributions(footprints, process_id="b", by="exchange").table.to_pylist()
    assert (row["process_id"], row["value"], row["amount"]) == ("works", close(6.0), close(6.0))
    rows = lca.list_contributions(footprints, process_id="b").table.to_pylist()
    assert {(r["process_id"], r["flow_id"]): r["value"] for r in rows} == {
        ("works", "iron"): close(4.0),
        ("works", "slag"): close(2.0),
    }


def test_rows_alike_are_one_input() -> None:
    # 2 kWh in two rows and 1 kWh avoided: 2 x 0.5 and -0.5.
    rows: list[Row] = [
        makes("mill", "steel"),
        takes("mill", "power", 0.5, "kWh"),
        takes("mill", "power", 1.5, "kWh"),
        exchange("mill", "power", "output", 1, "kWh", is_avoided=True),
        makes("grid", "power", 1, "kWh"),
        emits("grid", 0.5),
    ]
    tables = {"processes": CHAIN["processes"][:2], "flows": CHAIN["flows"], "exchanges": rows}
    found = lca.list_contributions(score_tables(tables), process_id="mill", by="input")
    assert name_values(found) == {"power from grid": 1.0, "avoided power from grid": -0.5}
    assert found.table.column("amount").to_pylist() == pytest.approx([2.0, 1.0])
    assert found.table.column("direction").to_pylist() == ["input", "output"]


def test_per_tonne_is_a_thousand_times_per_kg() -> None:
    flows = [{**row, "unit": "t"} if row["flow_id"] == "steel" else row for row in CHAIN["flows"]]
    found = lca.list_contributions(score_tables({**CHAIN, "flows": flows}), process_id="mill", cutoff=0.0)
    assert (found.per, found.total) == ("t", close(2778.0))
    assert name_values(found)["grid"] == 1140.0
    rows = {row["part"]: (row["amount"], row["amount_unit"]) for row in found.table.to_pylist()}
    assert rows["mill"] == (close(1.0), "t")
    assert rows["grid"] == (close(2280.0), "kWh")


def test_what_is_below_the_cutoff_is_a_rest_of_each_sign(chain: lca.Footprints) -> None:
    # 0.2 of 2.778 is 0.5556: pit-a and pit-b are below it.
    rows = lca.list_contributions(chain, process_id="mill", cutoff=0.2).table.to_pylist()
    assert [(r["part"], r["parts"]) for r in rows] == [("mill", 1), ("grid", 1), ("rest, positive", 2)]
    assert rows[2]["value"] == pytest.approx(0.34)
    assert rows[2]["amount"] is None
    # Of |0.2| + |-0.05|, 0.9 is 0.225: both are below it, and stay apart.
    rows = lca.list_contributions(chain, process_id="pit-b", by="input", cutoff=0.9).table.to_pylist()
    assert [(r["part"], close(r["value"])) for r in rows] == [
        ("rest, positive", 0.2),
        ("rest, negative", -0.05),
    ]
    # Stages, scopes and tiers are few, and all shown.
    assert lca.list_contributions(chain, process_id="mill", by="stage", cutoff=0.9).table.num_rows == 2


def test_a_chain_with_nothing_in_it_has_no_parts(chain: lca.Footprints) -> None:
    for by in ("process", "exchange", "flow", "input", "tier", "stage", "supplier", "location", "scope"):
        found = lca.list_contributions(chain, process_id="mill", by=by, indicator="tailings")
        assert (found.total, found.table.num_rows) == (0.0, 0)


def test_a_total_of_zero_has_parts_and_no_shares() -> None:
    # 0.5 emitted, and 1 kWh of 0.5 not made elsewhere.
    tables: dict[str, list[Row]] = {
        "processes": [process("plant", "processing"), process("grid")],
        "flows": [CO2, product("thing"), product("power", "kWh")],
        "exchanges": [
            makes("plant", "thing"),
            exchange("plant", "power", "output", 1, "kWh", is_avoided=True),
            emits("plant", 0.5),
            makes("grid", "power", 1, "kWh"),
            emits("grid", 0.5),
        ],
    }
    footprints = score_tables(tables)
    for by, parts in (
        ("process", {"plant": 0.5, "grid": -0.5}),
        ("tier", {"tier 0": 0.5, "tier 1": -0.5}),
        ("exchange", {"plant: Carbon dioxide, fossil (air)": 0.5, "grid: Carbon dioxide, fossil (air)": -0.5}),
    ):
        found = lca.list_contributions(footprints, process_id="plant", by=by)
        assert name_values(found) == parts
        assert found.table.column("share").to_pylist() == [None, None]


def test_tiers_go_on_where_a_credit_hides_what_is_further_up() -> None:
    # top 1, mid 0 (its 1 kg of deep, 2, and 1 kg of spared, -2): after tier 0 the sum is the total already.
    tables: dict[str, list[Row]] = {
        "processes": [process(name) for name in ("top", "mid", "deep", "spared")],
        "flows": [CO2, *(product(name) for name in ("a", "b", "c", "d"))],
        "exchanges": [
            *(makes(name, flow) for name, flow in (("top", "a"), ("mid", "b"), ("deep", "c"), ("spared", "d"))),
            takes("top", "b", 1.0),
            takes("top", "c", 1.0),
            exchange("top", "d", "output", 1.0, is_avoided=True),
            takes("mid", "c", 0.5),
            emits("top", 1.0),
            emits("deep", 2.0),
            emits("spared", 3.0),
        ],
    }
    # Tier 1: 2 - 3 = -1; tier 2: 0.5 x 2 = 1. The total 1 is met after tier 0.
    found = lca.list_contributions(score_tables(tables), process_id="top", by="tier")
    assert name_values(found) == {"tier 0": 1.0, "tier 1": -1.0, "tier 2": 1.0}


GAPS: dict[str, list[Row]] = {
    **CHAIN,
    "flows": [
        *CHAIN["flows"],
        *(product(name) for name in ("lime", "salt")),
        product("pump", "piece"),
        product("valve", "piece"),
        product("heat", "MJ"),
        {"flow_id": "dust", "name": "Dust", "kind": "elementary", "unit": "g", "compartment": "air"},
    ],
    "exchanges": [
        *CHAIN["exchanges"],
        takes("pit-b", "salt", 5, "g"),
        takes("pit-b", "heat", 3, "MJ"),
        takes("mill", "valve", 1, "piece"),
        takes("pit-b", "pump", 0.1, "piece"),
        takes("pit-a", "lime", 2, "t"),
        takes("grid", "salt", 1, "g"),
        emits("mill", 7, "g", "dust"),
    ],
    "properties": [{"flow_id": "pump", "property": "mass", "value": 10, "unit": "kg/piece"}],
}


def test_gaps_are_scaled_and_in_order_of_mass_then_energy_then_others() -> None:
    # Of steel: pit-a at 0.3 of 1000 kg, pit-b at 0.2, the grid at 2.28. Lime 2000 x 0.0003 = 0.6 kg; a pump
    # 0.1 x 0.2 = 0.02 pieces, 0.2 kg; salt 0.005 x 0.2 + 0.001 x 2.28 = 0.00328 kg; heat 3 x 0.2 = 0.6 MJ; a valve.
    footprints = score_tables(GAPS, policy=lca.Policy(unlinked="cutoff"))
    found = lca.list_contributions(footprints, process_id="mill")
    assert found.status == "cut_off"
    columns = ("kind", "flow_id", "direction", "amount", "unit", "mass_kg", "energy_MJ", "processes")
    rows = [tuple(row[c] for c in columns) for row in found.gaps.to_pylist()]
    assert rows == [
        ("unlinked_input", "lime", "input", close(0.6), "kg", close(0.6), None, 1),
        ("unlinked_input", "pump", "input", close(0.02), "piece", close(0.2), None, 1),
        ("unlinked_input", "salt", "input", close(0.00328), "kg", close(0.00328), None, 2),
        ("unlinked_input", "heat", "input", close(0.6), "MJ", None, close(0.6), 1),
        ("unlinked_input", "valve", "input", close(1.0), "piece", None, None, 1),
        ("uncharacterized_flow", "dust", "output", close(7.0), "g", close(0.007), None, 1),
    ]
    assert lca.list_contributions(footprints, process_id="pit-a").gaps.column("flow_id").to_pylist() == ["lime", "salt"]


@pytest.mark.parametrize(
    ("words", "what", "fix"),
    [
        ({}, "nothing is named", "give a process, product or supplier"),
        ({"process_id": "mil"}, "no activity of process_id 'mil'", "near to it: process_id 'mill'"),
        ({"process_id": "zzz"}, "no activity of process_id 'zzz'", "see the ids in the result table"),
        ({"product_id": "steal"}, "no activity of product_id 'steal'", "product_id 'steel'"),
        ({"supplier_id": "acne"}, "no activity of supplier_id 'acne'", "supplier_id 'acme'"),
        ({"process_id": "mill:steel"}, "no activity of process_id 'mill:steel'", "--process mill --product steel, or"),
        ({"product_id": "acme"}, "no activity of product_id 'acme'", "process_id="),
        ({"process_id": "mill", "product_id": "ore"}, "no activity of process_id 'mill', product_id 'ore'", "ids"),
        ({"process_id": "mill", "by": "color"}, "by is 'color'", "process, exchange, flow, input"),
        ({"process_id": "mill", "indicator": "nothing"}, "no indicator 'nothing'", "choose from: ghg_fossil"),
        ({"process_id": "mill", "cutoff": 1.0}, "cutoff is 1.0", "from 0 up to below 1"),
        ({"process_id": "mill", "cutoff": -0.1}, "cutoff is -0.1", "from 0 up to below 1"),
        ({"process_id": "mill", "cutoff": float("nan")}, "cutoff is nan", "from 0 up to below 1"),
    ],
)
def test_what_names_nothing_is_refused(chain: lca.Footprints, words: dict[str, Any], what: str, fix: str) -> None:
    with pytest.raises(lca.LcaError) as caught:
        lca.list_contributions(chain, **words)
    assert what in caught.value.what
    assert fix in caught.value.fix


def test_what_names_several_is_refused_with_the_candidates() -> None:
    processes = [{**row, "supplier_id": "acme"} for row in CHAIN["processes"]]
    footprints = score_tables({**CHAIN, "processes": processes})
    with pytest.raises(lca.LcaError, match="supplier_id 'acme' names 4 activities") as caught:
        lca.list_contributions(footprints, supplier_id="acme")
    assert caught.value.fix == "give the process (process_id, or --process): grid; mill; pit-a; pit-b"
    assert lca.list_contributions(footprints, supplier_id="acme", product_id="ore", location="US").name == "pit-a"
    assert lca.list_contributions(footprints, supplier_id="acme", process_id="pit-a").name == "pit-a"


def test_a_figure_that_is_missing_has_no_parts() -> None:
    impacts: list[Row] = [{"process_id": "pit-a", "indicator": "ghg", "amount": 2, "unit": "kg CO2e", "per": "kg"}]
    rows = [row for row in CHAIN["exchanges"] if row["process_id"] != "pit-a" or row.get("is_reference")]
    footprints = score_tables({**CHAIN, "exchanges": rows, "impacts": impacts})
    for name in ("mill", "bill"):
        with pytest.raises(lca.LcaError, match=r"energy of .* is missing") as caught:
            lca.list_contributions(footprints, process_id=name, indicator="energy")
        assert "gaps table" in caught.value.fix
        with pytest.raises(lca.LcaError, match="is missing"):
            lca.build_sankey(footprints, process_id=name, indicator="energy")
    # What is declared has parts: pit-a 0.3 kg x 2.
    for by, part in (("process", "pit-a"), ("exchange", "pit-a"), ("flow", "declared by suppliers")):
        assert name_values(lca.list_contributions(footprints, process_id="mill", by=by, cutoff=0.0))[part] == 0.6


# Drawn systems.


def list_named(footprints: lca.Footprints) -> list[tuple[int, dict[str, str]]]:
    """Give some activities with the words that name them: processes, a market, a co-product, a bill."""
    words = [
        {"process_id": "p05"},
        {"process_id": "bill"},
        {"product_id": "mix"},
        {"process_id": "joint", "product_id": "second"},
        {"supplier_id": "delta"},
    ]
    suppliers, found = footprints.system.activities.supplier, []
    for each in words:
        if "supplier_id" in each:
            (at,) = [a for a, supplier in enumerate(suppliers) if supplier == each["supplier_id"]]
        else:
            (at,) = footprints.find(**each)
        found.append((at, each))
    return found


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), indicator=st.sampled_from(["ghg", "water_consumption"]))
def test_parts_are_those_of_dense_twins(seed: int, indicator: str) -> None:
    footprints = score_tables(draw_chain(seed))
    A, d = to_dense(footprints, indicator)
    k = footprints.select([indicator])[0]
    for a, words in list_named(footprints):
        f = np.zeros(len(A))
        f[a] = 1.0
        s = eliminate(A, f[:, None])[:, 0]
        size = float(np.abs(s * d).sum())

        def take(by: str, words: dict[str, str] = words) -> lca.Contributions:
            return lca.list_contributions(footprints, by=by, indicator=indicator, cutoff=0.0, **words)

        for by in ("process", "exchange", "flow", "input", "tier", "stage", "supplier", "location", "scope"):
            found = take(by)
            assert abs(sum(found.table.column("value").to_pylist()) - s @ d) <= 1e-9 * size, by
            assert abs(found.total - s @ d) <= 1e-9 * size
        activities = footprints.system.activities
        expected: dict[tuple[str, str, str], float] = {}
        for j, value in enumerate((s * d).tolist()):
            product_id = footprints.system.inventory.flows.ids[int(activities.flow[j])].as_py()
            expected[activities.name[j], product_id, activities.location[j]] = value
        for row in take("process").table.to_pylist():
            key = (row["process_id"], row["flow_id"], row["location"])
            assert abs(row["value"] - expected.pop(key)) <= 1e-9 * size
        assert max(map(abs, expected.values())) <= 1e-9 * size
        sums = [sum_by_process(take(by)) for by in ("process", "exchange")]
        for name in set(sums[0]) | set(sums[1]):
            assert abs(sums[0].get(name, 0.0) - sums[1].get(name, 0.0)) <= 1e-9 * size
        for row in take("stage").table.to_pylist():
            own = footprints.value[a, footprints.stages.index(row["part"]), k]
            assert abs(row["value"] - own) <= 1e-9 * size
        assert_tiers(footprints, A, d, f, take("tier"), size)
        assert_owners(footprints, A, d, a, take("supplier"), size)


def sum_by_process(found: lca.Contributions) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in found.table.to_pylist():
        sums[row["process_id"]] = sums.get(row["process_id"], 0.0) + row["value"]
    return sums


def assert_tiers(
    footprints: lca.Footprints,
    A: NDArray[np.float64],
    d: NDArray[np.float64],
    f: NDArray[np.float64],
    found: lca.Contributions,
    size: float,
) -> None:
    """Compare with a power series over processes alone, markets and bills eliminated.

    With n processes, p what passes on, D the diagonal of A_nn: x_0 = f_n - A_np inv(A_pp) f_p,
    x_k+1 = (D - (A_nn - A_np inv(A_pp) A_pn)) inv(D) x_k, tier k = d_n inv(D) x_k.
    """
    p = footprints.system.activities.kind != 0
    n = ~p
    passed = A[np.ix_(n, p)] @ np.linalg.inv(A[np.ix_(p, p)])
    reduced = A[np.ix_(n, n)] - passed @ A[np.ix_(p, n)]
    D = np.diag(A)[n]
    x = f[n] - passed @ f[p]
    values = {row["part"]: row["value"] for row in found.table.to_pylist()}
    last = max(int(name.split()[1]) for name in values if name.startswith("tier"))
    for k in range(last + 1):
        assert abs(values.pop(f"tier {k}", 0.0) - d[n] @ (x / D)) <= 1e-9 * size
        x = x - reduced @ (x / D)
    assert set(values) <= {f"beyond tier {last}"}


def assert_owners(
    footprints: lca.Footprints,
    A: NDArray[np.float64],
    d: NDArray[np.float64],
    a: int,
    found: lca.Contributions,
    size: float,
) -> None:
    activities = footprints.system.activities
    own = [s if kind == 0 else "" for s, kind in zip(activities.supplier, activities.kind.tolist(), strict=True)]
    names = sorted(set(own) - {""})
    label = np.array([names.index(s) if s else -1 for s in own])
    split = split_by_owner(A, d[:, None], label, len(names))[a, :, 0]
    values = {row["part"]: row["value"] for row in found.table.to_pylist()}
    for name, expected in zip([*names, "unassigned"], split.tolist(), strict=True):
        assert abs(values.get(name, 0.0) - expected) <= 1e-9 * size


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cutoff=st.floats(0.0, 0.5))
def test_a_rest_has_what_is_below_the_cutoff(seed: int, cutoff: float) -> None:
    footprints = score_tables(draw_chain(seed))
    for by in ("process", "exchange", "input", "supplier"):
        every = lca.list_contributions(footprints, process_id="bill", by=by, cutoff=0.0).table.to_pylist()
        size = sum(abs(row["value"]) for row in every)
        found = lca.list_contributions(footprints, process_id="bill", by=by, cutoff=cutoff).table.to_pylist()
        kept = [row for row in found if not row["part"].startswith("rest, ")]
        assert kept == [row for row in every if abs(row["value"]) >= cutoff * size]
        below = [row["value"] for row in every if abs(row["value"]) < cutoff * size]
        for name, own in (("positive", [v for v in below if v > 0]), ("negative", [v for v in below if v < 0])):
            rest = [(row["value"], row["parts"]) for row in found if row["part"] == f"rest, {name}"]
            assert rest == ([(pytest.approx(sum(own)), len(own))] if own else [])
