"""Comparisons: one inventory under several policies, side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from tests.drawn import score_tables
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, write_inventory

JOINT: dict[str, list[Row]] = {
    "processes": [process("works", "processing", allocation="mass"), process("other"), process("shop", "assembly")],
    "flows": [CO2, product("iron"), product("slag"), product("beam")],
    "exchanges": [
        makes("works", "iron", 1.0),
        exchange("works", "slag", "output", 3.0),
        emits("works", 8.0),
        makes("other", "slag"),
        emits("other", 0.5),
        makes("shop", "beam"),
        takes("shop", "iron", 2.0),
    ],
    "properties": [
        {"flow_id": "iron", "property": "price", "value": 9, "unit": "USD2020/kg"},
        {"flow_id": "slag", "property": "price", "value": 1, "unit": "USD2020/kg"},
    ],
}
"""8 kg CO2e for 1 kg of iron and 3 kg of slag. Iron by mass 8 / 4 = 2; by price 8 x 9 / 12 = 6; alone 8; where 3 kg of
the other's slag are not made, 8 - 3 x 0.5 = 6.5. A beam takes two."""


def compare(tables: Tables, policies: Sequence[lca.Policy] | None = None) -> lca.Comparison:
    with tempfile.TemporaryDirectory() as folder:
        return lca.compare(lca.read_inventory(write_inventory(Path(folder), tables)), "core", policies)


def by_activity(compared: lca.Comparison, everything: bool = True) -> dict[tuple[str, str], dict[str, Any]]:
    rows = compared.to_arrow(everything, ["ghg"]).to_pylist()
    return {(row["process_id"], row["product_id"]): row for row in rows}


def test_rules_by_hand() -> None:
    compared = compare(JOINT)
    assert compared.names == (
        "as stated",
        "allocation mass",
        "allocation energy",
        "allocation economic",
        "allocation substitution",
        "allocation none",
    )
    rows = by_activity(compared)
    iron, slag, beam = (rows[key] for key in (("works", "iron"), ("works", "slag"), ("shop", "beam")))
    assert [iron[name] for name in compared.names] == [
        pytest.approx(2.0),
        pytest.approx(2.0),
        None,
        pytest.approx(6.0),
        pytest.approx(6.5),
        pytest.approx(8.0),
    ]
    # Slag by mass 2; by price 8 x 1 / 12; replaced or dropped it is no product of the works.
    assert [slag[name] for name in compared.names] == [
        pytest.approx(2.0),
        pytest.approx(2.0),
        None,
        pytest.approx(2 / 3),
        None,
        None,
    ]
    assert (iron["lowest"], iron["highest"], iron["spread"]) == (pytest.approx(2.0), pytest.approx(8.0), 3.0)
    assert slag["spread"] == pytest.approx((2 - 2 / 3) / 2)
    assert (beam["allocation economic"], beam["lowest"], beam["highest"]) == (12.0, 4.0, 16.0)
    assert rows["other", "slag"]["spread"] == 0.0


def test_columns_and_units() -> None:
    table = compare(JOINT, [lca.Policy(), lca.Policy(allocation="economic")]).to_arrow(True)
    assert table.column_names == [
        "supplier_id",
        "process_id",
        "product_id",
        "location",
        "indicator",
        "unit",
        "per",
        "as stated",
        "allocation economic",
        "lowest",
        "highest",
        "spread",
    ]
    assert table.num_rows == 4 * len(lca.read_method("core").indicators)
    rows = {(r["process_id"], r["product_id"], r["indicator"]): (r["unit"], r["per"]) for r in table.to_pylist()}
    assert rows["works", "iron", "ghg"] == ("kg CO2e", "kg")
    assert rows["works", "iron", "energy"] == ("MJ", "kg")
    # What is zero has no spread.
    assert {r["spread"] for r in table.to_pylist() if r["indicator"] == "energy"} == {None}


def test_end_products_only() -> None:
    # Nobody buys the beam; slag nobody does either.
    assert set(by_activity(compare(JOINT), everything=False)) == {
        ("shop", "beam"),
        ("works", "slag"),
        ("other", "slag"),
    }


def test_a_policy_that_cannot_be_applied_is_listed_with_its_reasons() -> None:
    compared = compare(JOINT)
    assert list(compared.refusals) == ["allocation energy"]
    first = compared.refusals["allocation energy"][0]
    assert "allocated by energy" in first.what
    assert "properties" in first.fix
    at = compared.names.index("allocation energy")
    assert [f is None for f in compared.footprints] == [k == at for k in range(6)]


@pytest.mark.parametrize("unlinked", ["refuse", "cutoff"])
def test_what_replaces_nothing_is_not_told_to_be_cut_off(unlinked: str) -> None:
    # A co-product nobody else makes cannot be left out: the process would carry it for nothing.
    rows = [row for row in JOINT["exchanges"] if row["process_id"] != "other"]
    tables = {**JOINT, "processes": [JOINT["processes"][0], JOINT["processes"][2]], "exchanges": rows}
    policy = lca.Policy(unlinked=unlinked)
    compared = compare(tables, [policy, lca.Policy(unlinked=unlinked, allocation="substitution")])
    (found,) = compared.refusals["allocation substitution"]
    assert found.what == "nobody supplies or treats 'slag'"
    assert "allocate otherwise" in found.fix
    assert "cutoff" not in found.fix


def test_the_first_refused_leaves_no_spread() -> None:
    # As it stands the works says energy, and has none; with what to compare there is nothing to compare to.
    tables = {**JOINT, "processes": [{**JOINT["processes"][0], "allocation": "energy"}, *JOINT["processes"][1:]]}
    compared = compare(tables, [lca.Policy(), lca.Policy(allocation="mass"), lca.Policy(allocation="economic")])
    iron = by_activity(compared)["works", "iron"]
    assert (iron["as stated"], iron["lowest"], iron["highest"], iron["spread"]) == (None, 2.0, 6.0, None)
    assert list(compared.refusals) == ["as stated"]


def test_where_no_policy_can_be_applied_the_first_says_why() -> None:
    with pytest.raises(lca.LcaError, match="no policy can be applied: process 'works' is allocated by energy"):
        compare(JOINT, [lca.Policy(allocation="energy")])


def test_a_policy_twice_and_what_is_no_inventory_are_refused() -> None:
    with pytest.raises(lca.LcaError, match="a policy stands twice"):
        compare(JOINT, [lca.Policy(), lca.Policy()])
    with pytest.raises(lca.LcaError, match="str is no inventory"):
        lca.compare("example:two-suppliers")  # type: ignore[arg-type]
    with pytest.raises(lca.LcaError, match="no indicator 'nothing'"):
        compare(JOINT).to_arrow(True, ["nothing"])


def test_names_leave_out_what_all_have_in_common() -> None:
    cut = [lca.Policy(unlinked="cutoff"), lca.Policy(unlinked="cutoff", allocation="economic")]
    assert compare(JOINT, cut).names == ("as stated", "allocation economic")
    assert compare(JOINT, [lca.Policy(), cut[1]]).names == ("as stated", "unlinked cutoff, allocation economic")
    assert compare(JOINT, cut[1:]).names == ("unlinked cutoff, allocation economic",)


def test_bases_are_compared_and_rows_are_those_of_every_policy() -> None:
    """A market of contracts alone is there by contract only, co-products by a rule only: both have their rows."""
    tables: dict[str, list[Row]] = {
        **JOINT,
        "processes": [*JOINT["processes"], process("green"), process("gray")],
        "flows": [*JOINT["flows"], product("power", "kWh")],
        "exchanges": [
            *JOINT["exchanges"],
            *(makes(name, "power", 1, "kWh") for name in ("green", "gray")),
            emits("green", 0.1),
            emits("gray", 0.9),
            takes("shop", "power", 10, "kWh", location="DE"),
        ],
        "markets": [
            *({"flow_id": "power", "process_id": n, "share": 0.5} for n in ("green", "gray")),
            {"flow_id": "power", "process_id": "green", "share": 1.0, "location": "DE", "basis": "contract"},
        ],
    }
    compared = compare(tables, [lca.Policy(allocation="substitution"), lca.Policy(basis="contract")])
    assert compared.names == ("allocation substitution", "basis contract")
    rows = {(r["process_id"], r["product_id"], r["location"]): r for r in compared.to_arrow(True, ["ghg"]).to_pylist()}
    # 10 kWh of 0.5 (GLO) and two of 6.5; 10 kWh of 0.1 (DE, contract) and two of 2.
    beam = rows["shop", "beam", ""]
    assert [beam[name] for name in compared.names] == pytest.approx([18.0, 5.0])
    german = rows["", "power", "DE"]
    assert [german[name] for name in compared.names] == [None, pytest.approx(0.1)]
    assert rows["works", "slag", ""]["allocation substitution"] is None
    assert rows["works", "slag", ""]["basis contract"] == pytest.approx(2.0)


def test_each_column_is_the_score_under_its_policy() -> None:
    policies = [lca.Policy(), lca.Policy(allocation="economic"), lca.Policy(allocation="substitution")]
    compared = compare(JOINT, policies)
    for name, policy in zip(compared.names, policies, strict=True):
        alone = score_tables(JOINT, policy=policy).to_arrow().to_pylist()
        totals = {
            (r["process_id"], r["product_id"]): r["value"]
            for r in alone
            if r["stage"] == "total" and r["indicator"] == "ghg"
        }
        assert {key: row[name] for key, row in by_activity(compared).items() if row[name] is not None} == totals
