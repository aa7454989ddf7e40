"""Random inventories for hypothesis: loops, treatments, co-products, credits, markets, several units, negative amounts.

Every flow has a hidden value per reference unit. What a process demands or spares is worth at most seven tenths of the
least of its products, so that with N the demand per output |N| is a contraction and A = 1 - N can be solved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.tables import Row, exchange, process

IN_BASE = {"kg": 1.0, "g": 1e-3, "t": 1e3, "MJ": 1.0, "kWh": 3.6, "piece": 1.0}
"""Base units a unit: SI prefixes, and 3.6 MJ a kWh."""
ALIKE = {"kg": ("kg", "g", "t"), "t": ("kg", "t"), "MJ": ("MJ", "kWh"), "kWh": ("kWh", "MJ"), "piece": ("piece",)}
RULES = ("mass", "energy", "economic", "as_given", "causal", "substitution", "none")
ELEMENTARY = (("co2", "output", "kg"), ("ch4", "output", "kg"), ("river", "input", "kg"))
BUDGET = 0.7
ENERGY_UNITS = ("MJ", "kWh")


@dataclass
class Draft:
    """An inventory while it is drawn."""

    flows: dict[str, tuple[str, str, float]] = field(default_factory=dict)  # id: kind, unit, hidden value
    makers: dict[str, list[str]] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=dict)  # process: value of the least of its products
    rows: list[Row] = field(default_factory=list)
    processes: list[dict[str, object]] = field(default_factory=list)
    allocation: list[Row] = field(default_factory=list)
    markets: list[Row] = field(default_factory=list)


def magnitudes(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers evenly by their logarithm."""
    return st.floats(math.log10(low), math.log10(high)).map(lambda x: round(10**x, 12))


@st.composite
def inventories(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Draw the tables of an inventory."""
    draft = Draft()
    for f in range(draw(st.integers(2, 5))):
        kind = "waste" if draw(st.integers(0, 3)) == 0 else "product"
        draft.flows[f"flow-{f}"] = (kind, draw(st.sampled_from(tuple(ALIKE))), draw(magnitudes(1e-2, 1e2)))
    names = list(draft.flows)
    made = names + draw(st.lists(st.sampled_from(names), max_size=3))
    for p, flow_id in enumerate(made):
        _draw_reference(draw, draft, f"process-{p}", flow_id)
    references = {flow_id: list(makers) for flow_id, makers in draft.makers.items()}
    for p, flow_id in enumerate(made):
        _draw_co_product(draw, draft, f"process-{p}", flow_id, references)
    for flow_id, makers in draft.makers.items():
        if len(makers) > 1 and draw(st.booleans()):
            _draw_market(draw, draft, flow_id)
    for p in range(len(made)):
        _draw_exchanges(draw, draft, f"process-{p}")
    tables: dict[str, list[Row]] = {
        "processes": list(draft.processes),
        "flows": [
            *({"flow_id": f, "name": f, "kind": kind, "unit": unit} for f, (kind, unit, _) in draft.flows.items()),
            *({"flow_id": f, "name": f, "kind": "elementary", "unit": unit} for f, _, unit in ELEMENTARY),
        ],
        "properties": [row for f in draft.flows for row in _draw_properties(draw, f, draft.flows[f][1])],
        "exchanges": draw(st.permutations(draft.rows)),
    }
    return tables | {k: v for k, v in (("allocation", draft.allocation), ("markets", draft.markets)) if v}


def _draw_reference(draw: st.DrawFn, draft: Draft, name: str, flow_id: str) -> None:
    output = draw(magnitudes(1e-3, 1e3))
    stage = draw(st.sampled_from(("", "extraction", "processing")))
    draft.processes.append(dict(process(name, stage)))
    draft.makers.setdefault(flow_id, []).append(name)
    draft.worth[name] = output * draft.flows[flow_id][2]
    draft.rows.append(_row(draw, draft, name, flow_id, output, made=True, is_reference=True))


def _draw_co_product(
    draw: st.DrawFn, draft: Draft, name: str, reference: str, references: dict[str, list[str]]
) -> None:
    """Give a process a co-product now and then: a waste it treats besides, a new product, or what others make."""
    if draw(st.integers(0, 1)):
        return
    rule = draw(st.sampled_from(RULES))
    options = [flow_id for flow_id in references if flow_id != reference]
    new = f"by-{name}"
    flow_id = draw(st.sampled_from(options if rule == "substitution" else [*options, new]))
    draft.flows.setdefault(flow_id, ("product", draw(st.sampled_from(tuple(ALIKE))), draw(magnitudes(1e-2, 1e2))))
    output = draft.worth[name] * draw(st.floats(0.05, 0.2)) / draft.flows[flow_id][2]
    spared = rule == "substitution"
    draft.rows.append(
        _row(draw, draft, name, flow_id, output, made=True, provider_id=draw(st.sampled_from(references[flow_id])))
        if spared
        else _row(draw, draft, name, flow_id, output, made=True)
    )
    next(p for p in draft.processes if p["process_id"] == name)["allocation"] = rule
    if rule not in ("none", "substitution"):
        draft.makers.setdefault(flow_id, []).append(name)
    if rule != "none" and not spared:
        draft.worth[name] = output * draft.flows[flow_id][2]
    if spared:
        draft.worth[name] *= 0.7  # what is spared is worth up to 0.2 of it: 0.7 x 0.7 + 0.2 stays below one
    if rule in ("as_given", "causal"):
        exchanges = [None, draw(st.sampled_from(("co2", *draft.flows)))] if rule == "causal" else [None]
        for each in exchanges:
            share = draw(st.floats(0.1, 0.9))
            pairs = ((reference, share), (flow_id, 1.0 - share))
            draft.allocation += [
                {"process_id": name, "product_flow_id": f, "factor": x, "exchange_flow_id": each} for f, x in pairs
            ]


def _draw_market(draw: st.DrawFn, draft: Draft, flow_id: str) -> None:
    makers = draft.makers[flow_id]
    weights = [draw(st.floats(0.1, 1.0)) for _ in makers]
    by_share, unit = draw(st.booleans()), draw(st.sampled_from(ALIKE[draft.flows[flow_id][1]]))
    for maker, weight in zip(makers, weights, strict=True):
        own = {"share": weight / sum(weights)} if by_share else {"amount": weight, "unit": unit}
        draft.markets.append({"flow_id": flow_id, "process_id": maker, **own})


def _draw_exchanges(draw: st.DrawFn, draft: Draft, name: str) -> None:
    """Draw demands, credits and elementary flows; a fifth of them below zero."""
    count = draw(st.integers(0, 4))
    for _ in range(count):
        flow_id = draw(st.sampled_from([f for f in draft.flows if draft.makers.get(f)]))
        value = draft.flows[flow_id][2]
        sign = -1.0 if draw(st.integers(0, 4)) == 0 else 1.0
        amount = sign * draft.worth[name] * BUDGET / count * draw(st.floats(0.01, 1.0)) / value
        others = [maker for maker in draft.makers[flow_id] if maker != name]
        has_market = any(row["flow_id"] == flow_id for row in draft.markets)
        avoided = bool(others) and draw(st.integers(0, 4)) == 0
        provider: str | None = draw(st.sampled_from(others if avoided else draft.makers[flow_id]))
        if (has_market or len(draft.makers[flow_id]) == 1) and draw(st.booleans()):
            provider = None
        flags = {"is_avoided": avoided, "provider_id": provider}
        made = draw(st.booleans()) if avoided else False
        draft.rows.append(_row(draw, draft, name, flow_id, amount, made=made, **flags))
    for flow_id, direction, unit in draw(st.lists(st.sampled_from(ELEMENTARY), max_size=4)):
        sign = -1.0 if draw(st.integers(0, 4)) == 0 else 1.0
        row_unit = draw(st.sampled_from(ALIKE[unit]))
        draft.rows.append(exchange(name, flow_id, direction, sign * draw(magnitudes(1e-6, 1e3)), row_unit))


def _row(draw: st.DrawFn, draft: Draft, name: str, flow_id: str, amount: float, *, made: bool, **flags: object) -> Row:
    """Write a row in one of the units alike, in the direction that makes or takes this kind of flow."""
    kind, reference, _ = draft.flows[flow_id]
    unit = draw(st.sampled_from(ALIKE[reference]))
    direction = "output" if made == (kind == "product") else "input"
    return exchange(name, flow_id, direction, amount * IN_BASE[reference] / IN_BASE[unit], unit, **flags)


def _draw_properties(draw: st.DrawFn, flow_id: str, unit: str) -> list[Row]:
    """Give every flow a mass, a heating value and a price per its reference unit, where its unit is none of them."""
    known = [("price", f"USD2020/{unit}")]
    known += [("mass", f"kg/{unit}")] if unit not in ("kg", "t") else []
    known += [("heating_value_hhv", f"MJ/{unit}")] if unit not in ENERGY_UNITS else []
    return [
        {"flow_id": flow_id, "property": name, "value": draw(magnitudes(1e-2, 1e2)), "unit": per} for name, per in known
    ]
