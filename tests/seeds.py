"""Valid inventories that the fuzzer starts from: between them they use every table and nearly every column."""

from __future__ import annotations

from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, waste

__all__ = ["SEEDS"]

ABOUT = 'schema_version = 1\nname = "seed"\nreference_period = "2024-01-01/2024-12-31"\nboundary = "cradle_to_gate"\n'
METHANE: Row = {**CO2, "flow_id": "ch4", "name": "Methane, fossil"}
WATER: Row = {
    "flow_id": "water",
    "name": "Water, river",
    "kind": "elementary",
    "unit": "m3",
    "compartment": "resource",
    "sub_compartment": "surface water",
}
DREAM: Row = {**CO2, "flow_id": "dream", "name": "Unobtainium"}


def row(**values: object) -> Row:
    return values


MU = 1.0986122886681098
"""ln 3"""


# A mine and a smelter that feed each other, co-products by mass, waste and its treatment, a market of two mines.
LOOP: Tables = {
    "processes": [
        process("mine", "extraction", location="CN", data_type="primary", supplier_id="acme", source_id="s1"),
        process("pit", "extraction", location="AU", valid_from="2024-01-01", valid_until="2024-12-31"),
        process("smelter", "processing", allocation="mass", location="CN-NM"),
        process("dump", location="GLO"),
        process("grid", location="CN"),
    ],
    "flows": [
        *(product("ore"), product("metal"), product("dross"), product("power", "kWh", category="energy carrier")),
        *(waste("slag", "t"), CO2, METHANE, WATER, DREAM),
    ],
    "properties": [row(flow_id="metal", property="content:Nd", value=0.2, unit="kg/kg")],
    "exchanges": [
        *(makes("mine", "ore"), emits("mine", 0.5, pedigree="2;3;1;4;3"), takes("mine", "metal", 0.01)),
        *(takes("mine", "power", 2.0, "kWh", location="CN"), takes("mine", "water", 3.0, "L")),
        *(
            makes("pit", "ore", 2.0, "t"),
            emits("pit", 3.0, "g", "ch4", uncertainty_type="lognormal", loc=MU, scale=0.1),
        ),
        *(makes("smelter", "metal", 1.5), exchange("smelter", "dross", "output", 0.5), takes("smelter", "ore", 4.0)),
        *(exchange("smelter", "slag", "output", 2.0), takes("smelter", "power", 1.0, "MJ"), emits("smelter", 1.0)),
        *(takes("dump", "slag", 1.0, "t", is_reference=True), emits("dump", 0.1), emits("dump", 1.0, "kg", "dream")),
        *(makes("grid", "power", 1.0, "kWh"), emits("grid", 0.6, data_type="proxy")),
    ],
    "markets": [row(flow_id="ore", process_id="mine", share=0.75), row(flow_id="ore", process_id="pit", share=0.25)],
    "suppliers": [row(supplier_id="acme", name="Acme", location="CN")],
    "sources": [row(source_id="s1", citation="A book", accessed="2024-05-05")],
}

# Allocation by price, as given, causal and by substitution; contracts and residual mixes; bills; a declared footprint.
TRADE: Tables = {
    "processes": [
        *(process("a", "processing", allocation="economic"), process("b", "processing", allocation="as_given")),
        *(process("c", "processing", allocation="causal"), process("d", "assembly", allocation="substitution")),
        *(process("e", location="DE"), process("declared", "extraction", supplier_id="acme")),
        process("f", production_amount=3.0, production_unit="t"),
        process("g", production_amount=1000.0, production_unit="kg"),
    ],
    "flows": [
        *(product(name) for name in ("x", "y", "z", "u", "v")),
        *(product("part", "piece"), product("heat", "MJ"), CO2, WATER),
    ],
    "properties": [
        *(row(flow_id=name, property="price", value=value, unit="USD2020/kg") for name, value in (("x", 3), ("y", 1))),
        row(flow_id="part", property="mass", value=20.0, unit="g/piece"),
        row(flow_id="z", property="heating_value_hhv", value=30.0, unit="MJ/kg"),
        row(flow_id="z", property="heating_value_lhv", value=28.0, unit="MJ/kg"),
    ],
    "exchanges": [
        *(makes("a", "x"), exchange("a", "y", "output", 2.0), emits("a", 3.0), takes("a", "heat", 2.0, "MJ")),
        *(makes("b", "z"), exchange("b", "u", "output", 1.0), emits("b", 1.0), takes("b", "x", 0.5, provider_id="a")),
        *(makes("c", "v"), exchange("c", "x", "output", 1.0), emits("c", 1.0), takes("c", "water", 1.0, "m3")),
        *(makes("d", "part", 1.0, "piece"), exchange("d", "heat", "output", 1.0, "MJ"), takes("d", "x", 0.1)),
        *(takes("d", "z", 1.0, "MJ_hhv"), exchange("d", "heat", "output", 0.2, "MJ", is_avoided=True)),
        *(makes("e", "heat", 1.0, "MJ"), emits("e", 0.07, uncertainty_type="3", loc=0.07, scale=0.01)),
        *(makes("declared", "y"), makes("f", "v"), emits("f", 1.0), makes("g", "v"), emits("g", 2.0)),
        takes("d", "v", 1.0, uncertainty_type="triangular", loc=1.0, minimum=0.5, maximum=2.0, provider_id="f"),
    ],
    "allocation": [
        row(process_id="b", product_flow_id="z", factor=0.7, uncertainty_type="4", minimum=0.6, maximum=0.8),
        row(process_id="b", product_flow_id="u", factor=0.3),
        *(row(process_id="c", product_flow_id=name, factor=0.5) for name in "vx"),
        *(row(process_id="c", product_flow_id=n, factor=s, exchange_flow_id="co2") for n, s in (("v", 1), ("x", 0))),
    ],
    "markets": [
        row(flow_id="x", process_id="a", amount=2.0, unit="t", basis="location"),
        row(flow_id="x", process_id="c", amount=500.0, unit="kg", basis="location"),
        row(flow_id="x", process_id="a", share=1.0, basis="contract", location="DE"),
        row(flow_id="x", process_id="c", share=1.0, basis="residual"),
        row(flow_id="y", process_id="declared", share=1.0),
    ],
    "impacts": [
        row(process_id="declared", indicator="ghg", amount=5.0, unit="kg CO2e", per="kg"),
        row(process_id="declared", indicator="energy", amount=50.0, unit="MJ", per="t"),
    ],
    "suppliers": [row(supplier_id="acme", name="Acme")],
    "demand": [
        row(demand_id="bill", process_id="d", amount=3.0, unit="piece", supplier_id="acme"),
        row(demand_id="bill", product_id="y", amount=10.0, unit="g", supplier_id="acme"),
    ],
    "sources": [row(source_id="s1", citation="A book")],
}

# Two chains that meet, so small that most of what a mutation does goes through to a number.
SMALL: Tables = {
    "processes": [process("p", "extraction"), process("q", "processing", location="JP"), process("r")],
    "flows": [product("x"), product("y", "piece"), product("w"), CO2, METHANE],
    "properties": [row(flow_id="y", property="mass", value=2.0, unit="kg/piece")],
    "exchanges": [
        *(makes("p", "x", 2.0), emits("p", 1.0), takes("p", "w", 0.5), emits("r", 1.0, "g", "ch4")),
        *(makes("q", "y", 1.0, "piece"), takes("q", "x", 0.5, "t"), takes("q", "w", 1.0), makes("r", "w")),
    ],
}

SEEDS: dict[str, tuple[str, Tables]] = {
    "loop": (ABOUT, LOOP),
    "trade": (ABOUT.replace("seed", "trade"), TRADE),
    "small": ('schema_version = 1\nname = "small"\n', SMALL),
}
