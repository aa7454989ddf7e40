"""Allocation: every rule, for co-products and for waste treated besides a product; shares add to the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from tests.scoring import codes, core, ghg, has, row, score, system
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, waste, write_inventory

# m makes 2 kg metal and 6 kg slate from 1 kWh of 4 kg CO2e and emits 12: 16 in all. q makes slate at 0.5.
PROPERTIES = [
    *(has("metal", "heating_value_hhv", 3, "MJ/kg"), has("slate", "heating_value_hhv", 3000, "kJ/kg")),
    *(has("metal", "price", 9, "USD2020/kg"), has("slate", "price", 1000, "USD2020/t")),
]
SHARES = [("metal", "", 0.7), ("slate", "", 0.3), ("metal", "power", 1.0)]


def pair(rule: str, shares: list[tuple[str, str, float]] | None = None, properties: list[Row] | None = None) -> Tables:
    rows = [
        *(makes("m", "metal", 2), exchange("m", "slate", "output", 6), takes("m", "power", 1, "kWh"), emits("m", 12)),
        *(makes("g", "power", 1, "kWh"), emits("g", 4), makes("q", "slate"), emits("q", 0.5)),
    ]
    given = [
        row(process_id="m", product_flow_id=p, exchange_flow_id=x, factor=s)
        for p, x, s in (SHARES if shares is None else shares)
    ]
    return system(
        *rows,
        flows=[product("metal"), product("slate"), product("power", "kWh")],
        processes=[process("m", allocation=rule)],
        properties=PROPERTIES if properties is None else properties,
        allocation=given,
    )


# kg CO2e per kg metal and per kg slate
RULES: dict[str, tuple[float, float | None]] = {
    "mass": (16 * 2 / 8 / 2, 16 * 6 / 8 / 6),  # 2 : 6 kg
    "energy": (16 * 2 / 8 / 2, 16 * 6 / 8 / 6),  # 6 : 18 MJ, metal's and slate's 3 MJ/kg
    "economic": (16 * 0.75 / 2, 16 * 0.25 / 6),  # 18 : 6 USD
    "as_given": (16 * 0.7 / 2, 16 * 0.3 / 6),
    "causal": ((12 * 0.7 + 4) / 2, 12 * 0.3 / 6),  # all of the power is metal's
    "none": (16 / 2, None),
    "substitution": ((16 - 6 * 0.5) / 2, None),  # 6 kg slate spare q
}


@pytest.mark.parametrize("by_policy", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_co_products(tmp_path: Path, rule: str, by_policy: bool) -> None:
    # The policy's rule stands in place of the process's own, and of none at all.
    for at, own in enumerate(("", "mass", "none") if by_policy else (rule,)):
        policy = lca.Policy(allocation=rule if by_policy else "")
        footprints = score(tmp_path / str(at), pair(own), policy)
        metal, slate = RULES[rule]
        found = [ghg(footprints, "m", product_id="metal")]
        assert found[0] == pytest.approx(metal, rel=1e-14)
        assert bool(footprints.find(process_id="m", product_id="slate")) == (slate is not None)
        if slate is not None:
            found.append(ghg(footprints, "m", product_id="slate"))
            assert found[1] == pytest.approx(slate, rel=1e-14)
            assert 2 * found[0] + 6 * found[1] == pytest.approx(16.0, rel=1e-14)  # burdens add to the whole
        assert footprints.system.policy.to_dict()["allocation"] == (rule if by_policy else "as stated")


def test_causal_shares_of_one_exchange(tmp_path: Path) -> None:
    # CO2 1 : 3 by itself, power by the general 0.5: metal (3 + 2) / 2, slate (9 + 2) / 6. A product that an exchange's
    # rows leave out has none of it.
    shares = [("metal", "", 0.5), ("slate", "", 0.5), ("metal", "co2", 0.25), ("slate", "co2", 0.75)]
    footprints = score(tmp_path, pair("causal", shares))
    assert ghg(footprints, "m", product_id="metal") == pytest.approx(2.5, rel=1e-14)
    assert ghg(footprints, "m", product_id="slate") == pytest.approx(11 / 6, rel=1e-14)


# k makes 1 kg clinker and burns 4 kg tyres besides: 10 kg CO2. A fire of 1 kg tyres emits 2. A shop makes a part and
# sends 1 kg tyres to k.
def kiln(rule: str) -> Tables:
    rows = [
        *(makes("k", "clinker"), exchange("k", "tyres", "input", 4), emits("k", 10)),
        *(exchange("fire", "tyres", "input", 1, is_reference=True), emits("fire", 2)),
        *(makes("shop", "part"), exchange("shop", "tyres", "output", 1, provider_id=provider(rule))),
    ]
    shares = [("clinker", "", 0.9), ("tyres", "", 0.1), ("tyres", "co2", 0.2), ("clinker", "co2", 0.8)]
    given = [row(process_id="k", product_flow_id=p, exchange_flow_id=x, factor=s) for p, x, s in shares]
    properties = [
        *(has("clinker", "heating_value_hhv", 6, "MJ/kg"), has("tyres", "heating_value_hhv", 36, "MJ/kg")),
        *(has("clinker", "price", 80, "EUR2021/t"), has("tyres", "price", 30, "EUR2021/t")),
    ]
    return system(
        *rows,
        flows=[product("clinker"), waste("tyres"), product("part")],
        processes=[process("k", allocation=rule)],
        properties=properties,
        allocation=given,
    )


def provider(rule: str) -> str:
    return "fire" if rule in ("none", "substitution") else "k"


WASTE: dict[str, tuple[float, float]] = {
    "mass": (10 / 5, 10 * 4 / 5 / 4),  # 1 : 4 kg
    "energy": (10 * 6 / 150, 10 * 144 / 150 / 4),  # 6 : 144 MJ
    "economic": (10 * 80 / 200, 10 * 120 / 200 / 4),  # 80 : 120 EUR, the tyres' gate fee a kilogram
    "as_given": (9.0, 1.0 / 4),
    "causal": (8.0, 2.0 / 4),
    "none": (10.0, 2.0),  # what it treats besides serves nobody; the shop's tyres go to the fire
    "substitution": (10.0 - 4 * 2.0, 2.0),  # 4 kg that the fire is spared
}


@pytest.mark.parametrize("rule", WASTE)
def test_waste_treated_besides_a_product(tmp_path: Path, rule: str) -> None:
    clinker, tyres = WASTE[rule]
    footprints = score(tmp_path, kiln(rule))
    assert ghg(footprints, "k", product_id="clinker") == pytest.approx(clinker, rel=1e-14)
    assert ghg(footprints, "shop") == pytest.approx(tyres, rel=1e-14)
    if provider(rule) == "k":
        assert ghg(footprints, "k", product_id="tyres") == pytest.approx(tyres, rel=1e-14)
        assert clinker + 4 * tyres == pytest.approx(10.0)
    else:
        assert not footprints.find(process_id="k", product_id="tyres")


@pytest.mark.parametrize("by_policy", [False, True])
def test_prices_of_two_years_are_refused(tmp_path: Path, by_policy: bool) -> None:
    properties = [has("metal", "price", 9, "USD2020/kg"), has("slate", "price", 1, "USD2021/kg")]
    place = write_inventory(tmp_path, pair("mass" if by_policy else "economic", [], properties))
    policy = lca.Policy(allocation="economic" if by_policy else "")
    (found,) = lca.check(place, core(), policy).blockers()
    assert found.code == "allocation_currency"
    assert "USD2020" in found.what
    assert "USD2021" in found.what
    with pytest.raises(lca.DataError, match="allocation_currency"):
        lca.score(lca.read_inventory(place), core(), policy)


def test_a_policy_leaves_processes_with_one_product_alone(tmp_path: Path) -> None:
    tables = system(makes("p", "x"), emits("p", 3), flows=[product("x")])
    for rule in RULES:
        footprints = score(tmp_path / rule, tables, lca.Policy(allocation=rule))
        assert ghg(footprints, "p") == 3.0
        assert codes(footprints.warnings) == []


def test_comparison_has_a_column_a_policy(tmp_path: Path) -> None:
    # As in RULES; `economic` cannot be applied without prices, and says why.
    inventory = lca.read_inventory(write_inventory(tmp_path, pair("mass", properties=PROPERTIES[:2])))
    policies = [lca.Policy(), *(lca.Policy(allocation=rule) for rule in ("as_given", "substitution", "economic"))]
    compared = lca.compare(inventory, core(), policies)
    assert compared.names == ("as stated", "allocation as_given", "allocation substitution", "allocation economic")
    assert [f.code for f in compared.refusals["allocation economic"]] == ["allocation_property"]
    table = {(r["process_id"], r["product_id"], r["indicator"]): r for r in compared.to_arrow().to_pylist()}
    metal, slate = table["m", "metal", "ghg"], table["m", "slate", "ghg"]
    expected = [RULES[rule] for rule in ("mass", "as_given", "substitution")] + [(None, None)]
    assert [metal[name] for name in compared.names] == [m if m is None else pytest.approx(m) for m, _ in expected]
    assert [slate[name] for name in compared.names] == [s if s is None else pytest.approx(s) for _, s in expected]
    # metal: 2, 5.6, 6.5 -> (6.5 - 2) / 2; slate: 2, 0.8 -> 1.2 / 2
    assert (metal["lowest"], metal["highest"], metal["spread"]) == pytest.approx((2.0, 6.5, 2.25))
    assert (slate["lowest"], slate["highest"], slate["spread"]) == pytest.approx((0.8, 2.0, 0.6))
    for name, policy in zip(compared.names[:3], policies, strict=False):
        alone = lca.score(inventory, core(), policy)
        for (process_id, product_id, indicator), each in table.items():
            known = bool(alone.find(process_id=process_id, product_id=product_id))
            value = alone.get(indicator, process_id=process_id, product_id=product_id) if known else None
            assert each[name] == value


def test_comparison_keeps_what_one_policy_alone_has(tmp_path: Path) -> None:
    # By mass the co-product slate is an activity; by contract, under substitution, a market of power at CN.
    market = row(flow_id="power", process_id="g", share=1, location="CN", basis="contract")
    inventory = lca.read_inventory(write_inventory(tmp_path, {**pair("substitution"), "markets": [market]}))
    policies = [lca.Policy(), lca.Policy(allocation="mass"), lca.Policy(basis="contract")]
    rows = [r for r in lca.compare(inventory, core(), policies).to_arrow().to_pylist() if r["indicator"] == "ghg"]
    by_name = {(r["process_id"], r["product_id"], r["location"]): r for r in rows}
    assert by_name["m", "slate", ""]["allocation mass"] == pytest.approx(2.0)
    assert by_name["m", "slate", ""]["basis contract"] is None
    assert by_name["", "power", "CN"]["basis contract"] == pytest.approx(4.0)
    assert by_name["", "power", "CN"]["as stated"] is None


def test_a_causal_share_of_an_exchange_the_process_does_not_have_is_a_warning(tmp_path: Path) -> None:
    # p makes x and y half and half; the share of lime, which p does not take, moves nothing.
    shares = [row(process_id="p", product_flow_id=each, factor=0.5) for each in ("x", "y")]
    lime = [
        row(process_id="p", product_flow_id=each, factor=f, exchange_flow_id="lime") for each, f in (("x", 1), ("y", 0))
    ]
    rows = [makes("p", "x"), exchange("p", "y", "output", 1), emits("p", 4), makes("q", "lime")]
    tables = system(
        *rows,
        flows=[product("x"), product("y"), product("lime")],
        processes=[process("p", allocation="causal")],
        allocation=[*shares, *lime],
    )
    footprints = score(tmp_path, tables)
    assert codes(footprints.warnings) == ["unused_allocation", "unused_allocation"]
    assert footprints.get("ghg", process_id="p", product_id="x") == pytest.approx(2.0)
