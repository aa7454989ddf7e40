"""Sankey diagrams: edges by hand, every node in balance, loops not counted twice."""

from __future__ import annotations

import random
import time
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.chains.sankey import cancel_cycles, merge_flows
from tests.drawn import draw_chain, score_tables, to_dense
from tests.tables import CO2, Row, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_contributions import CHAIN
from tests.twins import eliminate


def list_edges(found: lca.Sankey) -> dict[tuple[str, str], Any]:
    return {(e["source_name"], e["target_name"]): pytest.approx(e["value"]) for e in found.edges.to_pylist()}


def list_nodes(found: lca.Sankey) -> dict[str, Any]:
    return {n["name"]: (pytest.approx(n["direct"]), pytest.approx(n["through"])) for n in found.nodes.to_pylist()}


def test_a_chain_by_hand() -> None:
    # tests/test_contributions.py: of a kg of steel the grid makes 2 kWh for the mill, 0.3 for pit-a's 0.3 kg, and
    # 0.02 less for pit-b's 0.2 kg: a credit.
    found = lca.build_sankey(score_tables(CHAIN), process_id="mill", cutoff=0.0)
    assert list_edges(found) == {
        ("grid", "mill"): 1.0,
        ("market of ore at GLO", "mill"): 0.48,
        ("pit-a", "market of ore at GLO"): 0.45,
        ("grid", "pit-a"): 0.15,
        ("pit-b", "market of ore at GLO"): 0.03,
        ("grid", "pit-b"): -0.01,
    }
    assert list_nodes(found) == {
        "mill": (1.298, 2.778),
        "grid": (1.14, 1.14),
        "market of ore at GLO": (0.0, 0.48),
        "pit-a": (0.3, 0.45),
        "pit-b": (0.04, 0.03),
    }
    sizes = np.abs(found.edges.column("value").to_pylist())
    assert (np.diff(sizes) <= 0).all()
    assert found.edges.column("share").to_pylist()[0] == pytest.approx(1.0 / 2.778)
    mill = found.nodes.to_pylist()[[n["name"] for n in found.nodes.to_pylist()].index("mill")]
    columns = ("process_id", "flow_id", "supplier_id", "location", "stage", "unit")
    assert tuple(mill[c] for c in columns) == ("mill", "steel", "acme", "CN", "processing", "kg CO2e")
    assert found.total == pytest.approx(2.778)
    assert (found.unit, found.per) == ("kg CO2e", "kg")


def test_what_little_passes_through_is_one_rest() -> None:
    # 0.3 of 2.778 is 0.8334: the market and the pits are the rest. It takes 0.15 - 0.01 of the grid, emits 0.34.
    found = lca.build_sankey(score_tables(CHAIN), process_id="mill", cutoff=0.3)
    assert list_edges(found) == {("grid", "mill"): 1.0, ("rest", "mill"): 0.48, ("grid", "rest"): 0.14}
    assert list_nodes(found) == {"mill": (1.298, 2.778), "grid": (1.14, 1.14), "rest": (0.34, 0.48)}
    rest = found.nodes.to_pylist()[-1]
    assert (rest["process_id"], rest["flow_id"], rest["stage"]) == ("", "", "")


def test_what_goes_around_two_processes_is_taken_off() -> None:
    # Steel x = 1 + 2 y, power y = 0.5 + 0.1 x: x = 2.5, y = 0.75. A unit of steel takes 1.25 of steel and 2.5 of power
    # in all: 2.5 x 0.75 = 1.875 flow to the mill and 0.1 x 2.5 x 2.5 = 0.625 back; 1.25 are left, one way.
    tables: dict[str, list[Row]] = {
        "processes": [process("mill"), process("grid")],
        "flows": [CO2, product("steel"), product("power")],
        "exchanges": [
            makes("mill", "steel"),
            takes("mill", "power", 2),
            emits("mill", 1),
            makes("grid", "power"),
            takes("grid", "steel", 0.1),
            emits("grid", 0.5),
        ],
    }
    found = lca.build_sankey(score_tables(tables), process_id="mill")
    assert list_edges(found) == {("grid", "mill"): 1.25}
    assert list_nodes(found) == {"mill": (1.25, 2.5), "grid": (1.25, 1.25)}


def test_a_figure_of_nothing_is_one_node() -> None:
    found = lca.build_sankey(score_tables(CHAIN), process_id="mill", indicator="tailings")
    assert (found.total, found.edges.num_rows) == (0.0, 0)
    assert [n["name"] for n in found.nodes.to_pylist()] == ["mill"]


def test_a_total_of_zero_has_edges_and_no_shares() -> None:
    tables: dict[str, list[Row]] = {
        "processes": [process("plant"), process("grid")],
        "flows": [CO2, product("thing"), product("power", "kWh")],
        "exchanges": [
            makes("plant", "thing"),
            exchange("plant", "power", "output", 1, "kWh", is_avoided=True),
            emits("plant", 0.5),
            makes("grid", "power", 1, "kWh"),
            emits("grid", 0.5),
        ],
    }
    (edge,) = lca.build_sankey(score_tables(tables), process_id="plant").edges.to_pylist()
    assert (edge["value"], edge["share"]) == (-0.5, None)


@pytest.mark.parametrize("cutoff", [-0.1, 1.0, float("nan")])
def test_a_cutoff_that_is_no_share_is_refused(cutoff: float) -> None:
    with pytest.raises(lca.LcaError, match="cutoff is"):
        lca.build_sankey(score_tables(CHAIN), process_id="mill", cutoff=cutoff)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    cutoff=st.sampled_from([0.0, 0.02, 0.5]),
    indicator=st.sampled_from(["ghg", "water_consumption"]),
)
def test_every_node_gives_on_what_it_gets(seed: int, cutoff: float, indicator: str) -> None:
    footprints = score_tables(draw_chain(seed))
    A, d = to_dense(footprints, indicator)
    for words in ({"process_id": "p05"}, {"product_id": "mix"}, {"process_id": "bill"}):
        found = lca.build_sankey(footprints, indicator=indicator, cutoff=cutoff, **words)
        (a,) = footprints.find(**words)
        s = eliminate(A, np.eye(len(A))[:, [a]])[:, 0]
        size = float(np.abs(s * d).sum())
        assert abs(found.total - s @ d) <= 1e-9 * size
        assert_balance(found, size)
        assert abs(sum(found.nodes.column("direct").to_pylist()) - s @ d) <= 1e-9 * size
        assert "rest" not in found.nodes.column("name").to_pylist() or cutoff > 0
        # What is kept emits s d of its own.
        names = footprints.system.activities.name
        own = {
            name: value for name, value in zip(names, (s * d).tolist(), strict=True) if name and names.count(name) == 1
        }
        for node in found.nodes.to_pylist():
            if node["process_id"] in own:
                assert abs(node["direct"] - own[node["process_id"]]) <= 1e-9 * size
        assert_no_circles(found)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cutoff=st.sampled_from([0.0, 0.02, 0.5]))
def test_no_node_passes_more_than_the_total_where_nothing_is_negative(seed: int, cutoff: float) -> None:
    tables = draw_chain(seed)
    tables["exchanges"] = [row for row in tables["exchanges"] if not row.get("is_avoided")]
    tables["processes"] = [row for row in tables["processes"] if row["process_id"] != "spare"]
    tables["exchanges"] = [r for r in tables["exchanges"] if r["process_id"] != "spare" and r["flow_id"] != "main"]
    found = lca.build_sankey(score_tables(tables), process_id="p05", cutoff=cutoff)
    assert_balance(found, found.total)
    assert min(found.edges.column("value").to_pylist(), default=0.0) >= 0
    assert max(found.nodes.column("through").to_pylist()) <= found.total * (1 + 1e-9)
    (demanded,) = [n for n in found.nodes.to_pylist() if n["process_id"] == "p05"]
    assert demanded["through"] == pytest.approx(found.total)


def assert_balance(found: lca.Sankey, size: float) -> None:
    """Everywhere what comes in and what arises is what goes out; at one node the total besides."""
    gap = {node["node"]: node["direct"] for node in found.nodes.to_pylist()}
    through = dict(gap)
    for edge in found.edges.to_pylist():
        gap[edge["target"]] += edge["value"]
        through[edge["target"]] += edge["value"]
        gap[edge["source"]] -= edge["value"]
    sizes = size + sum(abs(edge["value"]) for edge in found.edges.to_pylist())
    left = [value for value in gap.values() if abs(value) > 1e-9 * sizes]
    assert left == ([pytest.approx(found.total, abs=1e-9 * sizes)] if abs(found.total) > 1e-9 * sizes else [])
    for node in found.nodes.to_pylist():
        assert abs(node["through"] - through[node["node"]]) <= 1e-9 * sizes


def assert_no_circles(found: lca.Sankey) -> None:
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for edge in found.edges.to_pylist():
        if edge["value"] > 0:
            sorter.add(edge["target"], edge["source"])
    sorter.prepare()  # raises CycleError


def cancel(flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cancel the circles of a dense matrix of flows, from row to column."""
    i, j = np.nonzero(flow)
    source, target, value = merge_flows(i, j, flow[i, j], len(flow))
    left = np.zeros_like(flow)
    left[source, target] = cancel_cycles(source, target, value, len(flow))
    return left


def test_circles_by_hand() -> None:
    # 0 -> 1 -> 2 -> 0 with 5, 3, 4, and 2 -> 3: three go around; 0 -> 1 keeps 2, 2 -> 0 keeps 1.
    flow = np.zeros((4, 4))
    flow[0, 1], flow[1, 2], flow[2, 0], flow[2, 3] = 5.0, 3.0, 4.0, 7.0
    expected = np.zeros((4, 4))
    expected[0, 1], expected[2, 0], expected[2, 3] = 2.0, 1.0, 7.0
    assert (cancel(flow) == expected).all()
    # A negative flow is no part of a circle.
    flow[1, 2] = -3.0
    assert (cancel(flow) == flow).all()
    # There and back.
    assert cancel(np.array([[0.0, 2.0], [0.5, 0.0]])).tolist() == [[0.0, 1.5], [0.0, 0.0]]
    assert cancel(np.zeros((0, 0))).shape == (0, 0)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), nodes=st.integers(1, 15), density=st.floats(0.0, 1.0), negative=st.booleans())
def test_circles_go_and_what_nodes_gain_stays(seed: int, nodes: int, density: float, negative: bool) -> None:
    generator = np.random.default_rng(seed)
    flow = 10.0 ** generator.uniform(-6, 6, (nodes, nodes)) * (generator.random((nodes, nodes)) < density)
    if negative:
        flow *= np.where(generator.random((nodes, nodes)) < 0.3, -1.0, 1.0)
    np.fill_diagonal(flow, 0.0)
    left = cancel(flow)
    gain, gain_left = (each.sum(axis=0) - each.sum(axis=1) for each in (flow, left))
    assert np.abs(gain - gain_left).max() <= 1e-12 * np.abs(flow).max(initial=1.0)
    assert (left[flow <= 0] == flow[flow <= 0]).all()
    assert ((left >= 0) & (left <= flow))[flow > 0].all()
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for source, target in zip(*np.nonzero(left > 0), strict=True):
        sorter.add(int(target), int(source))
    sorter.prepare()  # raises CycleError


def test_a_loop_of_two_thousand_takes_a_moment(tmp_path: Path) -> None:
    # Each process takes of the next, the last of the first, and a little of four others: one loop of 2,000.
    generator, count = random.Random(1), 2000
    names = [f"p{k:04}" for k in range(count)]
    rows: list[Row] = []
    for k, name in enumerate(names):
        rows += [makes(name, name), emits(name, generator.uniform(0.1, 1.0)), takes(name, names[(k + 1) % count], 0.8)]
        rows += [takes(name, other, 0.03) for other in generator.sample(names, 4)]
    tables = {"processes": [process(n) for n in names], "flows": [CO2, *map(product, names)], "exchanges": rows}
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path, tables, "parquet")))
    lca.build_sankey(footprints, product_id="p0000", cutoff=0.5)  # compiles what is to be timed
    start = time.perf_counter()
    found = lca.build_sankey(footprints, product_id="p0000", cutoff=0.001)
    assert time.perf_counter() - start < 5.0  # 0.1 s on two cores
    assert found.nodes.num_rows > 1000
    assert_balance(found, found.total)
    assert_no_circles(found)
    assert max(found.nodes.column("through").to_pylist()) <= found.total * (1 + 1e-9)
