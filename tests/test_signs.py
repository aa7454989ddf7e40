"""Every row of the sign table, loops, negative amounts and mixed units, each derived by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from lcaengine.inventory.signs import Role, assign_roles
from tests.tables import CO2, Tables, emits, exchange, makes, process, product, takes, waste, write_inventory

POWER = [process("plant"), process("mill")]
FLOWS = [CO2, product("power", "kWh"), product("steel"), waste("slag"), product("gas", "MJ")]


def footprint(folder: Path, tables: Tables, process_id: str, product_id: str = "", stage: str = "total") -> float:
    """Score kg CO2e of one activity; carbon dioxide counts as it is."""
    inventory = lca.read_inventory(write_inventory(folder, tables))
    return lca.score(inventory).get("ghg", process_id=process_id, product_id=product_id, stage=stage)


def test_product_output_reference(tmp_path: Path) -> None:
    # 4 kg CO2 for 2 kWh: 2 kg CO2e/kWh.
    tables = {
        "processes": [process("plant")],
        "flows": FLOWS,
        "exchanges": [makes("plant", "power", 2, "kWh"), emits("plant", 4)],
    }
    assert footprint(tmp_path, tables, "plant") == pytest.approx(2.0, rel=1e-15)


def test_product_input_is_consumption(tmp_path: Path) -> None:
    # 10 kg steel take 30 kWh of 2 kg CO2e and emit 5: (60 + 5) / 10 = 6.5.
    tables = {
        "processes": POWER,
        "flows": FLOWS,
        "exchanges": [
            *[makes("plant", "power", 1, "kWh"), emits("plant", 2)],
            *[makes("mill", "steel", 10), takes("mill", "power", 30, "kWh"), emits("mill", 5)],
        ],
    }
    assert footprint(tmp_path, tables, "mill") == pytest.approx(6.5, rel=1e-15)


def test_waste_output_demands_treatment_and_waste_input_reference_sells_it(tmp_path: Path) -> None:
    # The landfill treats 100 kg for 20 kg CO2: 0.2 a kg. The mill sends 3 kg slag a kg steel: 0.6 + 1 of its own.
    tables = {
        "processes": [process("mill"), process("landfill")],
        "flows": FLOWS,
        "exchanges": [
            *[exchange("landfill", "slag", "input", 100, is_reference=True), emits("landfill", 20)],
            *[makes("mill", "steel"), exchange("mill", "slag", "output", 3), emits("mill", 1)],
        ],
    }
    assert footprint(tmp_path, tables, "landfill") == pytest.approx(0.2, rel=1e-15)
    assert footprint(tmp_path / "again", tables, "mill") == pytest.approx(1.6, rel=1e-15)


@pytest.mark.parametrize("direction", ["input", "output"])
def test_avoided_product_is_supply_another_would_have_met(tmp_path: Path, direction: str) -> None:
    # The mill's waste heat spares 2 kWh of 3 kg CO2e a kg steel: 10 - 6 = 4, whichever direction it is written in.
    tables = {
        "processes": POWER,
        "flows": FLOWS,
        "exchanges": [
            *[makes("plant", "power", 1, "kWh"), emits("plant", 3)],
            *[
                makes("mill", "steel"),
                emits("mill", 10),
                exchange("mill", "power", direction, 2, "kWh", is_avoided=True),
            ],
        ],
    }
    assert footprint(tmp_path, tables, "mill") == pytest.approx(4.0, rel=1e-15)


@pytest.mark.parametrize("direction", ["input", "output"])
def test_avoided_waste_is_treatment_that_is_spared(tmp_path: Path, direction: str) -> None:
    # The mill takes up 5 kg slag that would have been landfilled at 0.2: 10 - 1 = 9.
    tables = {
        "processes": [process("mill"), process("landfill")],
        "flows": FLOWS,
        "exchanges": [
            *[exchange("landfill", "slag", "input", 1, is_reference=True), emits("landfill", 0.2)],
            *[makes("mill", "steel"), emits("mill", 10), exchange("mill", "slag", direction, 5, is_avoided=True)],
        ],
    }
    assert footprint(tmp_path, tables, "mill") == pytest.approx(9.0, rel=1e-15)


def co_product(allocation: str, **factors: float) -> Tables:
    """Cogeneration: 3 kWh power (reference) and 6 MJ gas from 12 kg CO2; a boiler makes gas at 0.5 kg CO2 a MJ."""
    return {
        "processes": [process("chp", allocation=allocation), process("boiler")],
        "flows": FLOWS,
        "properties": [
            {"flow_id": "power", "property": "price", "value": 0.9, "unit": "USD2020/kWh"},
            {"flow_id": "gas", "property": "price", "value": 0.05, "unit": "USD2020/MJ"},
        ],
        "exchanges": [
            *[makes("chp", "power", 3, "kWh"), exchange("chp", "gas", "output", 6, "MJ"), emits("chp", 12)],
            *[makes("boiler", "gas", 1, "MJ"), emits("boiler", 0.5)],
        ],
        "allocation": [{"process_id": "chp", "product_flow_id": k, "factor": v} for k, v in factors.items()]
        or [{"process_id": "boiler", "product_flow_id": "gas", "factor": 1.0}],
    }


@pytest.mark.parametrize(
    ("allocation", "factors", "power", "gas"),
    [
        # none: power carries all 12 kg: 4 a kWh.
        ("none", {}, 4.0, None),
        # energy: 3 kWh = 10.8 MJ against 6 MJ: 10.8/16.8 and 6/16.8 of 12 kg, over 3 kWh and 6 MJ.
        ("energy", {}, 12 * 10.8 / 16.8 / 3, 12 * 6 / 16.8 / 6),
        # economic: 3 x 0.9 = 2.7 against 6 x 0.05 = 0.3: 0.9 and 0.1.
        ("economic", {}, 12 * 0.9 / 3, 12 * 0.1 / 6),
        # as given: 0.75 and 0.25.
        ("as_given", {"power": 0.75, "gas": 0.25}, 12 * 0.75 / 3, 12 * 0.25 / 6),
        # substitution: 6 MJ spare the boiler 3 kg: (12 - 3) / 3.
        ("substitution", {}, 3.0, None),
    ],
)
def test_co_products(
    tmp_path: Path, allocation: str, factors: dict[str, float], power: float, gas: float | None
) -> None:
    inventory = lca.read_inventory(write_inventory(tmp_path, co_product(allocation, **factors)))
    footprints = lca.score(inventory)
    assert footprints.get("ghg", process_id="chp", product_id="power") == pytest.approx(power, rel=1e-14)
    if gas is None:
        assert not footprints.find(process_id="chp", product_id="gas")
    else:
        assert footprints.get("ghg", process_id="chp", product_id="gas") == pytest.approx(gas, rel=1e-14)


def test_mass_allocation_and_causal_allocation(tmp_path: Path) -> None:
    # 2 kg steel and 6 kg iron from 8 kg CO2 and 4 kWh of 1 kg CO2e: by mass a quarter and three quarters of 12:
    # steel 3 / 2 = 1.5, iron 9 / 6 = 1.5. Causal: CO2 shared 1:1 (4 each), power all to steel: (4 + 4) / 2 = 4, 4 / 6.
    tables: dict[str, list[object]] = {
        "processes": [process("plant"), process("mill", allocation="mass")],
        "flows": [*FLOWS, product("iron")],
        "exchanges": [
            *[makes("plant", "power", 1, "kWh"), emits("plant", 1), makes("mill", "steel", 2)],
            *[exchange("mill", "iron", "output", 6), takes("mill", "power", 4, "kWh"), emits("mill", 8)],
        ],
    }
    assert footprint(tmp_path / "mass", tables, "mill", "steel") == pytest.approx(1.5, rel=1e-14)  # type: ignore[arg-type]
    assert footprint(tmp_path / "mass2", tables, "mill", "iron") == pytest.approx(1.5, rel=1e-14)  # type: ignore[arg-type]
    tables["processes"] = [process("plant"), process("mill", allocation="causal")]
    tables["allocation"] = [
        {"process_id": "mill", "product_flow_id": "steel", "factor": 0.5, "exchange_flow_id": ""},
        {"process_id": "mill", "product_flow_id": "iron", "factor": 0.5, "exchange_flow_id": ""},
        {"process_id": "mill", "product_flow_id": "steel", "factor": 1.0, "exchange_flow_id": "power"},
    ]
    assert footprint(tmp_path / "causal", tables, "mill", "steel") == pytest.approx(4.0, rel=1e-14)  # type: ignore[arg-type]
    assert footprint(tmp_path / "causal2", tables, "mill", "iron") == pytest.approx(4 / 6, rel=1e-14)  # type: ignore[arg-type]


def test_co_function_waste_input_not_reference(tmp_path: Path) -> None:
    # A kiln makes 1 kg steel and burns 4 kg slag besides: 9 kg CO2. Substitution: it spares the landfill 4 x 0.5 = 2:
    # 7. By mass 1 : 4: steel 9 x 0.2 = 1.8; the treatment of slag 9 x 0.8 / 4 = 1.8.
    def tables(allocation: str) -> Tables:
        return {
            "processes": [process("kiln", allocation=allocation), process("landfill"), process("shop")],
            "flows": [*FLOWS, product("part", "piece")],
            "exchanges": [
                *[makes("kiln", "steel"), exchange("kiln", "slag", "input", 4), emits("kiln", 9)],
                *[exchange("landfill", "slag", "input", 1, is_reference=True), emits("landfill", 0.5)],
                *[makes("shop", "part", 1, "piece"), exchange("shop", "slag", "output", 2, provider_id="landfill")],
            ],
        }

    assert footprint(tmp_path / "a", tables("substitution"), "kiln", "steel") == pytest.approx(7.0, rel=1e-14)
    assert footprint(tmp_path / "b", tables("mass"), "kiln", "steel") == pytest.approx(1.8, rel=1e-14)
    assert footprint(tmp_path / "c", tables("mass"), "kiln", "slag") == pytest.approx(1.8, rel=1e-14)
    assert footprint(tmp_path / "d", tables("mass"), "shop") == pytest.approx(1.0, rel=1e-14)


def test_elementary_flows_keep_their_direction(tmp_path: Path) -> None:
    # 7 m3 from a river, 4 returned: 7 withdrawn, 3 consumed; taken from the air, 2 kg CO2 are uptake of -2.
    river = {"flow_id": "river", "name": "Water, river", "kind": "elementary", "unit": "m3", "compartment": "resource"}
    back = {"flow_id": "back", "name": "Water", "kind": "elementary", "unit": "m3", "compartment": "water"}
    air = {
        "flow_id": "air",
        "name": "Carbon dioxide, in air",
        "kind": "elementary",
        "unit": "kg",
        "compartment": "resource",
    }
    tables = {
        "processes": [process("mill")],
        "flows": [*FLOWS, river | {"sub_compartment": "in water"}, back | {"sub_compartment": "surface water"}, air],
        "exchanges": [
            *[makes("mill", "steel"), exchange("mill", "river", "input", 7, "m3")],
            *[exchange("mill", "back", "output", 4, "m3"), exchange("mill", "air", "input", 2)],
        ],
    }
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path, tables)))
    assert footprints.get("water_withdrawal", process_id="mill") == pytest.approx(7.0, rel=1e-15)
    assert footprints.get("water_consumption", process_id="mill") == pytest.approx(3.0, rel=1e-15)
    assert footprints.get("ghg_biogenic_uptake", process_id="mill") == pytest.approx(-2.0, rel=1e-15)
    assert footprints.get("ghg", process_id="mill") == 0.0


def test_self_loop(tmp_path: Path) -> None:
    # A plant makes 10 kWh gross, takes 2 of its own, emits 4: 8 net, 0.5 a kWh.
    tables = {
        "processes": [process("plant")],
        "flows": FLOWS,
        "exchanges": [makes("plant", "power", 10, "kWh"), takes("plant", "power", 2, "kWh"), emits("plant", 4)],
    }
    assert footprint(tmp_path, tables, "plant") == pytest.approx(0.5, rel=1e-14)


def test_loop_of_two(tmp_path: Path) -> None:
    # 1 kWh takes 0.5 kg steel and emits 1; 1 kg steel takes 0.4 kWh and emits 2.
    # p = 1 + 0.5 s, s = 2 + 0.4 p -> p = 1 + 1 + 0.2 p = 2.5, s = 3.
    tables = {
        "processes": POWER,
        "flows": FLOWS,
        "exchanges": [
            *[makes("plant", "power", 1, "kWh"), takes("plant", "steel", 0.5), emits("plant", 1)],
            *[makes("mill", "steel"), takes("mill", "power", 0.4, "kWh"), emits("mill", 2)],
        ],
    }
    assert footprint(tmp_path / "a", tables, "plant") == pytest.approx(2.5, rel=1e-14)
    assert footprint(tmp_path / "b", tables, "mill") == pytest.approx(3.0, rel=1e-14)


def test_negative_amounts_are_kept(tmp_path: Path) -> None:
    # An input of -2 kWh at 3 kg CO2e takes 6 off; an emission of -1 kg takes 1 off: 10 - 6 - 1 = 3.
    tables = {
        "processes": POWER,
        "flows": FLOWS,
        "exchanges": [
            *[makes("plant", "power", 1, "kWh"), emits("plant", 3)],
            *[makes("mill", "steel"), takes("mill", "power", -2, "kWh"), emits("mill", 10), emits("mill", -1)],
        ],
    }
    assert footprint(tmp_path, tables, "mill") == pytest.approx(3.0, rel=1e-14)


def test_mixed_units(tmp_path: Path) -> None:
    # 7.2 MJ of power are 2 kWh; 500 g of the reference are 0.5 kg; 250 g CO2 a kWh: 2 x 0.25 / 0.5 = 1 kg CO2e/kg.
    tables = {
        "processes": POWER,
        "flows": FLOWS,
        "exchanges": [
            *[makes("plant", "power", 1, "MWh"), emits("plant", 250_000, "g")],
            *[makes("mill", "steel", 500, "g"), takes("mill", "power", 7.2, "MJ")],
        ],
    }
    assert footprint(tmp_path, tables, "mill") == pytest.approx(1.0, rel=1e-15)


def test_two_suppliers_of_one_product_are_two_rows(tmp_path: Path) -> None:
    # 2 and 6 kg CO2e/kg; a market of 3 : 1 by amount is 3; the shop takes 2 kg from the market, or from b by name.
    def tables(provider: str) -> Tables:
        return {
            "processes": [process("a"), process("b"), process("shop")],
            "flows": [*FLOWS, product("part", "piece")],
            "exchanges": [
                *[makes("a", "steel"), emits("a", 2), makes("b", "steel"), emits("b", 6)],
                *[makes("shop", "part", 1, "piece"), takes("shop", "steel", 2, provider_id=provider)],
            ],
            "markets": [
                {"flow_id": "steel", "process_id": "a", "amount": 3, "unit": "t"},
                {"flow_id": "steel", "process_id": "b", "amount": 1000, "unit": "kg"},
            ],
        }

    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path / "mix", tables(""))))
    assert footprints.get("ghg", process_id="a") == pytest.approx(2.0, rel=1e-15)
    assert footprints.get("ghg", process_id="b") == pytest.approx(6.0, rel=1e-15)
    assert footprints.get("ghg", product_id="steel") == pytest.approx(3.0, rel=1e-15)
    assert footprints.get("ghg", process_id="shop") == pytest.approx(6.0, rel=1e-15)
    assert footprint(tmp_path / "named", tables("b"), "shop") == pytest.approx(12.0, rel=1e-15)


def test_every_meaning_has_one_role(tmp_path: Path) -> None:
    tables = {
        "processes": [process("kiln", allocation="substitution"), process("landfill"), process("plant")],
        "flows": FLOWS,
        "exchanges": [
            *[
                makes("kiln", "steel"),
                exchange("kiln", "slag", "input", 4),
                takes("kiln", "power", 1, "kWh"),
                emits("kiln", 1),
            ],
            *[exchange("landfill", "slag", "input", 1, is_reference=True), makes("plant", "power", 1, "kWh")],
            exchange("plant", "slag", "output", 1, provider_id="landfill"),
            exchange("plant", "steel", "output", 1, is_avoided=True, provider_id="kiln"),
        ],
    }
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    roles = assign_roles(inventory.exchanges, inventory.flows)
    counts = {role.name: int((roles == role).sum()) for role in Role}
    expected = {"REFERENCE": 3, "CO_PRODUCT": 1, "DEMAND": 2, "AVOIDED": 1, "ELEMENTARY": 1, "REFUSED": 0}
    assert counts == expected
