"""What algebra says of any inventory: linearity, names, units, equal suppliers, declared footprints, two steps."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.method import Method
from tests.assembler import MADE, Key, assemble
from tests.draws import ALIKE, IN_BASE, inventories
from tests.entries import find_reached, measure_contributions
from tests.small_method import INDICATORS, list_factors, write_small_method
from tests.tables import makes, process, product, takes, write_inventory

Given = dict[str, list[dict[str, Any]]]
Values = dict[Key, NDArray[np.float64]]
PARTS = ("extraction", "processing", "unassigned", "total")
ELEMENTARY = ("co2", "ch4", "river")

quick = settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Method:
    return lca.read_method(write_small_method(tmp_path_factory.mktemp("method")))


def score(tables: Given, method: Method) -> Values:
    """Score tables: (process or bill, flow) to values by (part, indicator), zero for a stage that does not occur."""
    with tempfile.TemporaryDirectory() as folder:
        footprints = lca.score(lca.read_inventory(write_inventory(Path(folder), tables)), method)
    ids = footprints.system.inventory.flows.ids.to_pylist()
    values = {}
    for a, (name, flow) in enumerate(
        zip(footprints.system.activities.name, footprints.system.activities.flow.tolist(), strict=True)
    ):
        value = np.zeros((len(PARTS), len(INDICATORS)))
        for at, stage in enumerate(footprints.stages):
            value[PARTS.index(stage)] = footprints.value[a, at]
        values[name, ids[flow] if flow >= 0 else ""] = value
    return values


def measure(tables: Given) -> Values:
    """Sum |contributions| of every activity, by the twin's matrices."""
    twin = assemble(tables)
    size = measure_contributions(twin.A, twin.B, list_factors(twin), len(twin.keys), len(INDICATORS))
    return dict(zip(twin.keys, size, strict=True))


def assert_same(found: NDArray[np.float64], expected: NDArray[np.float64], size: NDArray[np.float64]) -> None:
    """Assert |x - y| <= 1e-9 (|y| + sum of |contributions|)."""
    assert (np.abs(found - expected) <= 1e-9 * (np.abs(expected) + size)).all(), (found, expected, size)


def edit(tables: Given, name: str, rows: list[dict[str, Any]]) -> Given:
    return {**tables, name: rows}


@quick
@given(tables=inventories(), data=st.data())
def test_bills_are_linear(method: Method, tables: Given, data: st.DataObject) -> None:
    """f(a x + b y) = a f(x) + b f(y), by stage too."""
    keys = assemble(tables).keys
    units = {row["flow_id"]: row["unit"] for row in tables["flows"]}
    amounts = st.floats(-100.0, 100.0).filter(lambda x: abs(x) > 1e-3)
    x, y = (data.draw(st.dictionaries(st.sampled_from(keys), amounts, min_size=1, max_size=3)) for _ in "xy")
    a, b = data.draw(amounts), data.draw(amounts)
    lines = {
        "bill-x": list(x.items()),
        "bill-y": list(y.items()),
        "bill-z": [*((key, a * each) for key, each in x.items()), *((key, b * each) for key, each in y.items())],
    }
    demand = [
        {"demand_id": name, "process_id": maker or None, "product_id": flow, "amount": amount, "unit": units[flow]}
        for name, own in lines.items()
        for (maker, flow), amount in own
    ]
    values, sizes = score(edit(tables, "demand", demand), method), measure(tables)
    expected = a * values["bill-x", ""] + b * values["bill-y", ""]
    size = sum(abs(amount) * sizes[key] for key, amount in lines["bill-z"])
    assert_same(values["bill-z", ""], expected, np.asarray(size))
    # And a bill is its lines.
    for key, amount in y.items():
        values["bill-y", ""] = values["bill-y", ""] - amount * values[key]
    assert_same(values["bill-y", ""], 0.0 * expected, np.asarray(sum(abs(n) * sizes[key] for key, n in y.items())))


@quick
@given(tables=inventories(), factor=st.floats(1e-3, 1e3))
def test_all_of_b_in_proportion(method: Method, tables: Given, factor: float) -> None:
    """C (c B) = c C B; what is bought as energy on site is in A, and stays."""
    rows = [
        {**row, "amount": row["amount"] * factor} if row["flow_id"] in ELEMENTARY else row
        for row in tables["exchanges"]
    ]
    values, other, sizes = score(tables, method), score(edit(tables, "exchanges", rows), method), measure(tables)
    by_indicator = np.where(np.array(list(INDICATORS)) == "energy_site", 1.0, factor)
    for key, value in values.items():
        assert_same(other[key], by_indicator * value, by_indicator * sizes[key])


@quick
@given(tables=inventories(), data=st.data())
def test_other_names_in_other_order_change_nothing(method: Method, tables: Given, data: st.DataObject) -> None:
    """P A P' for A: other ids put rows, and loops, in another order."""
    ids = [row["process_id"] for row in tables["processes"]]
    flows = [row["flow_id"] for row in tables["flows"] if row["kind"] != "elementary"]
    renamed = {
        **dict(zip(ids, data.draw(st.permutations([f"p{k}" for k in range(len(ids))])), strict=True)),
        **dict(zip(flows, data.draw(st.permutations([f"f{k}" for k in range(len(flows))])), strict=True)),
    }
    others = {
        name: [{column: renamed.get(x, x) for column, x in row.items()} for row in data.draw(st.permutations(rows))]
        for name, rows in tables.items()
    }
    values, other, sizes = score(tables, method), score(others, method), measure(tables)
    assert len(values) == len(other)
    for (maker, flow), value in values.items():
        assert_same(other[renamed.get(maker, ""), renamed[flow]], value, sizes[maker, flow])


@quick
@given(tables=inventories(), data=st.data())
def test_other_units_change_the_unit_of_the_answer(method: Method, tables: Given, data: st.DataObject) -> None:
    """Rows in other units change nothing; a flow in another reference unit is scored per that."""

    def redraw(label: str) -> tuple[str, float]:
        """Draw a unit alike, and give the old units in one of it."""
        unit = data.draw(st.sampled_from(ALIKE[label]))
        return unit, IN_BASE[unit] / IN_BASE[label]

    rows = []
    for row in tables["exchanges"]:
        unit, ratio = redraw(row["unit"]) if row["unit"] in ALIKE else (row["unit"], 1.0)
        rows.append({**row, "unit": unit, "amount": row["amount"] / ratio})
    redrawn = {row["flow_id"]: redraw(row["unit"]) for row in tables["flows"]}
    changed: Given = {
        **tables,
        "exchanges": rows,
        "flows": [{**row, "unit": redrawn[row["flow_id"]][0]} for row in tables["flows"]],
        "properties": [
            {**row, "value": row["value"] * redrawn[row["flow_id"]][1]}
            | {"unit": f"{row['unit'].split('/')[0]}/{redrawn[row['flow_id']][0]}"}
            for row in tables["properties"]
        ],
    }
    values, other, sizes = score(tables, method), score(changed, method), measure(tables)
    for key, value in values.items():
        ratio = redrawn[key[1]][1]
        assert_same(other[key], ratio * value, ratio * sizes[key])


@quick
@given(tables=inventories(), data=st.data())
def test_two_equal_suppliers_are_one(method: Method, tables: Given, data: st.DataObject) -> None:
    """A process and its copy, p of all that is demanded of it and 1 - p, by markets or by name, are the one process."""
    name = data.draw(st.sampled_from([row["process_id"] for row in tables["processes"]]))
    p = data.draw(st.floats(0.01, 0.99))
    copies = {
        table: [{**row, "process_id": "copy"} for row in tables.get(table, ()) if row["process_id"] == name]
        for table in ("processes", "exchanges", "allocation")
    }
    both = {table: [*tables.get(table, ()), *rows] for table, rows in copies.items() if rows}
    keys = assemble(tables).keys
    makers: dict[str, list[str]] = {}
    for maker, flow in keys:
        makers.setdefault(flow, []).append(maker)
    # Where it is the only maker, a market of the two meets what named it or nobody; elsewhere rows that name it are cut
    # in two, as is its part in a market.
    alone = [flow for flow, known in makers.items() if known == [name]]
    rows: list[dict[str, Any]] = []
    for row in both["exchanges"]:
        if row["flow_id"] in alone and row.get("provider_id") in (name, None):
            rows.append({**row, "provider_id": None})
        elif row.get("provider_id") == name:
            rows += [{**row, "provider_id": name, "amount": row["amount"] * p}]
            rows += [{**row, "provider_id": "copy", "amount": row["amount"] * (1 - p)}]
        else:
            rows.append(row)
    markets = [
        {"flow_id": flow, "process_id": who, "share": x} for flow in alone for who, x in ((name, p), ("copy", 1 - p))
    ]
    for row in tables.get("markets", ()):
        column = "amount" if row.get("share") is None else "share"
        parts = ((name, p), ("copy", 1 - p)) if row["process_id"] == name else ((row["process_id"], 1.0),)
        markets += [{**row, "process_id": who, column: row[column] * x} for who, x in parts]
    changed = {**tables, **both, "exchanges": rows, **({"markets": markets} if markets else {})}
    values, other, sizes = score(tables, method), score(changed, method), measure(tables)
    for key, value in values.items():
        assert_same(other[key], value, sizes[key])
        if key[0] == name:
            assert_same(other["copy", key[1]], value, sizes[key])
    for flow in alone:
        assert_same(other["", flow], values[name, flow], sizes[name, flow])


@quick
@given(tables=inventories(), data=st.data())
def test_a_supplier_is_its_own_declared_footprint(method: Method, tables: Given, data: st.DataObject) -> None:
    """A process that declares what it scores, for all that it takes in and gives off, leaves every total as it was.

    With S[a, j] the demand of a on the declaring process j, when that takes nothing, and y its footprint by stage, an
    activity had S y of each stage by way of it; now S sum(y) is of j's stage. Without a stage j's burdens belong to
    whoever buys from it, which this does not tell.
    """
    twin = assemble(tables)
    single = [key for key in twin.keys if key[0] in list_makers_of_one(tables)]
    assume(single)
    name, flow = data.draw(st.sampled_from(single))
    values, sizes = score(tables, method), measure(tables)
    unit = next(row["unit"] for row in tables["flows"] if row["flow_id"] == flow)
    changed = edit(
        tables, "exchanges", [r for r in tables["exchanges"] if r["process_id"] != name or r.get("is_reference")]
    )
    changed["impacts"] = [
        {"process_id": name, "indicator": k, "amount": float(x), "unit": INDICATORS[k], "per": unit}
        for k, x in zip(INDICATORS, values[name, flow][-1], strict=True)
    ]
    other, after = score(changed, method), assemble(changed)
    n, j = len(after.keys), after.keys.index((name, flow))
    A = after.A.to_dense(n, n)
    demanded = np.where(find_reached(after.A, n)[:, j], A[j, j] * np.linalg.inv(A)[j], 0.0)
    demand = dict(zip(after.keys, demanded.tolist(), strict=True))
    stage = next(row["stage"] for row in tables["processes"] if row["process_id"] == name)
    moved = -values[name, flow]
    if stage:
        moved[PARTS.index(stage)] += values[name, flow][-1]
    moved[-1] = 0.0
    for key, value in values.items():
        size = sizes[key] + abs(demand[key]) * sizes[name, flow]
        assert_same(other[key][-1], value[-1], size)
        if stage:
            assert_same(other[key], value + demand[key] * moved, size)


def list_makers_of_one(tables: Given) -> list[str]:
    """List the processes that make, or treat, their reference and nothing else."""
    kinds = {row["flow_id"]: row["kind"] for row in tables["flows"]}
    made = Counter(
        row["process_id"]
        for row in tables["exchanges"]
        if (kinds[row["flow_id"]], row["direction"]) in MADE and not row.get("is_avoided")
    )
    return sorted(name for name, count in made.items() if count == 1)


@quick
@given(tables=inventories(), data=st.data())
def test_a_process_in_two_steps_is_the_process(method: Method, tables: Given, data: st.DataObject) -> None:
    """Part of the rows of a process moved to a first step, whose intermediate the second takes, change nothing."""
    movable = list_makers_of_one(tables)
    assume(movable)
    name, amount = data.draw(st.sampled_from(movable)), data.draw(st.floats(1e-3, 1e3))
    stage = next(row["stage"] for row in tables["processes"] if row["process_id"] == name)
    rows: list[dict[str, Any]] = []
    for row in tables["exchanges"]:
        moves = row["process_id"] == name and not row.get("is_reference") and data.draw(st.booleans())
        rows.append({**row, "process_id": "first-step"} if moves else row)
    rows.append(dict(makes("first-step", "intermediate", amount)))
    rows.append(dict(takes(name, "intermediate", amount)))
    changed: Given = {
        **tables,
        "processes": [*tables["processes"], dict(process("first-step", stage))],
        "flows": [*tables["flows"], dict(product("intermediate"))],
        "exchanges": rows,
    }
    values, other, sizes = score(tables, method), score(changed, method), measure(tables)
    assert len(other) == len(values) + 1
    for key, value in values.items():
        assert_same(other[key], value, sizes[key])
