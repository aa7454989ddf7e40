"""What drives a score: derivatives against finite differences, spreads against closed forms and draws."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

import lcaengine as lca
from lcaengine.inventory.inventory import Kind
from lcaengine.uncertainty.derivatives import find_derivatives
from lcaengine.uncertainty.first_order import Effects, choose_scale, find_effects, measure_spread
from lcaengine.uncertainty.moments import Moments
from tests.conftest import Run
from tests.drawn_methods import factor, read_drawn
from tests.draws import inventories
from tests.scoring import core, has, row, score, system
from tests.small_method import write_small_method
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, waste, write_inventory
from tests.test_drawn_systems import uncertain, write_uncertain_method


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> lca.Method:
    return lca.read_method(write_small_method(tmp_path_factory.mktemp("method")))


@pytest.fixture(scope="module")
def uncertain_method(tmp_path_factory: pytest.TempPathFactory) -> lca.Method:
    return lca.read_method(write_uncertain_method(tmp_path_factory.mktemp("uncertain")))


def lognormal(median: float, sigma: float, **more: Any) -> dict[str, Any]:
    return {"uncertainty_type": "lognormal", "loc": math.log(median), "scale": sigma, **more}


def normal(mean: float, sd: float) -> dict[str, Any]:
    return {"uncertainty_type": "normal", "loc": mean, "scale": sd}


def rows_of(drivers: lca.Drivers) -> dict[str, dict[str, Any]]:
    return {each["part"]: each for each in drivers.table.to_pylist()}


FLOWS = [product("ore"), product("bar"), product("rod"), product("power", "MJ")]
STAGES = [
    process("mine", "extraction"),
    process("smelter", "processing"),
    process("mill", "assembly"),
    process("plant"),
]
MADE = [makes("mine", "ore"), makes("smelter", "bar"), makes("mill", "rod"), makes("plant", "power", unit="MJ")]


def chain(*rows: Row) -> Tables:
    return system(*MADE, *rows, flows=FLOWS, processes=STAGES)


LOOP = [emits("plant", 1.0), takes("plant", "ore", 1.0), takes("mine", "power", 0.4, "MJ")]
"""The plant emits 1 kg and takes a MJ of its own power by the mine: h = 1 / (1 - a)."""


def test_a_loop_by_hand(tmp_path: Path) -> None:
    """h = e / (m - a b): dh/da = b h / (m - a b) = 1 / 0.6^2, and dh/dm = -1 / 0.6^2, with e = m = b = 1, a = 0.4."""
    found = rows_of(lca.list_drivers(score(tmp_path, chain(*LOOP)), process_id="plant", cutoff=0.0, draws=0))
    assert found["mine: power"]["derivative"] == pytest.approx(1 / 0.36)
    assert found["mine: power"]["elasticity"] == pytest.approx(0.4 / 0.6)
    assert found["plant: ore"]["derivative"] == pytest.approx(0.4 / 0.36)
    assert found["plant: power, made"]["derivative"] == pytest.approx(-1 / 0.36)
    assert found["plant: Carbon dioxide, fossil (air)"]["derivative"] == pytest.approx(1 / 0.6)
    assert found["mine: ore, made"]["elasticity"] == pytest.approx(-0.4 / 0.6)
    assert all(each["variance_share"] is None for each in found.values())


def test_derivatives_are_per_unit_of_the_flow(tmp_path: Path) -> None:
    """A rod takes 2 kWh of power in MJ, 0.5 kg CO2 a MJ; written in t and in kWh, derivatives are per kg and per MJ."""
    tables = chain(takes("mill", "power", 2.0, "kWh"), emits("plant", 0.0005, "t"))
    found = rows_of(lca.list_drivers(score(tmp_path, tables), process_id="mill", draws=0))
    power, carbon = found["mill: power"], found["plant: Carbon dioxide, fossil (air)"]
    assert (power["amount"], power["amount_unit"]) == (pytest.approx(7.2), "MJ")
    assert power["derivative"] == pytest.approx(0.5)
    assert (carbon["amount"], carbon["derivative"]) == (pytest.approx(0.5), pytest.approx(7.2))


def everything(rule: str) -> Tables:
    """Give an inventory with loops, two products under a rule, credits, waste, a market, a bill, amounts below zero."""
    units = [product("slag"), product("gas", "MJ"), waste("sludge"), product("board", "piece")]
    prices = [has("bar", "price", 3.0, "USD2020/kg"), has("slag", "price", 0.2, "USD2020/kg")]
    heats = [has("bar", "heating_value_hhv", 5.0, "MJ/kg"), has("slag", "heating_value_hhv", 2.0, "MJ/kg")]
    own = [makes("mine", "ore", 2.0), makes("smelter", "bar", 1.5), makes("mill", "rod", 1.2)]
    own += [makes("plant", "power", 3.0, "kWh"), makes("other", "ore", 0.5), makes("boards", "board", 4.0, "piece")]
    rows = [
        *own,
        exchange("smelter", "slag", "output", 0.7),
        exchange("dump", "sludge", "input", 2.0, is_reference=True),
        takes("mine", "power", 0.5, "MJ"),
        takes("mine", "power", 0.4, "MJ"),
        takes("mine", "ore", 0.1, provider_id="mine"),
        takes("smelter", "ore", 3.0),
        takes("smelter", "power", 4.0, "MJ"),
        exchange("smelter", "sludge", "output", 0.6),
        exchange("mill", "power", "output", 0.3, "MJ", is_avoided=True),
        takes("mill", "bar", 2.0),
        takes("mill", "slag", 0.4),
        takes("mill", "power", -0.2, "MJ"),
        takes("plant", "ore", 0.1, provider_id="other"),
        takes("plant", "bar", 0.01),
        takes("dump", "power", 0.2, "MJ"),
        takes("boards", "rod", 0.9),
        takes("boards", "slag", 0.0),
        emits("mine", 5.0),
        emits("other", 2.0),
        emits("smelter", 1.5),
        emits("dump", 0.8),
        emits("mill", -0.2),
        emits("plant", 0.1),
        emits("boards", 0.3),
    ]
    stages = [each for each in STAGES if each["process_id"] != "smelter"]
    stages += [process("smelter", "processing", allocation=rule), process("boards", "assembly", supplier_id="beta")]
    return system(
        *rows,
        flows=[*FLOWS, *units],
        processes=stages,
        properties=[*prices, *heats],
        markets=[
            row(flow_id="ore", process_id="mine", share=0.7),
            row(flow_id="ore", process_id="other", share=0.3),
        ],
        demand=[
            row(demand_id="bill", product_id=flow, amount=2.0, unit=unit)
            for flow, unit in (("board", "piece"), ("ore", "kg"))
        ],
    )


def difference(inventory: lca.Inventory, at: int, by: str) -> NDArray[np.float64]:
    """Differentiate all scores by one amount: central differences."""
    amount = inventory.exchanges.amount
    width = 1e-4 * (abs(amount[at]) or 1.0)

    def shift(step: float) -> NDArray[np.float64]:
        moved = amount.copy()
        moved[at] += step
        edited = dataclasses.replace(inventory, exchanges=dataclasses.replace(inventory.exchanges, amount=moved))
        return lca.score(edited, core(), by=by).value

    return np.asarray((shift(width) - shift(-width)) / (2 * width))


@pytest.mark.parametrize(
    ("rule", "by"),
    [("mass", "stage"), ("economic", "supplier"), ("energy", "location"), ("substitution", "stage")],
)
def test_derivatives_are_those_of_scores_of_edited_inventories(tmp_path: Path, rule: str, by: str) -> None:
    """Every part of every score, by every amount: to 1e-6 of the largest effect, and nothing else has an effect."""
    tables = dict(everything(rule))
    if rule == "substitution":  # then nobody makes slag but one more process
        extra = [makes("quarry", "slag"), emits("quarry", 0.5), takes("quarry", "power", 0.1, "MJ")]
        tables["exchanges"] = [*tables["exchanges"], *extra]
        tables["processes"] = [*tables["processes"], process("quarry")]
    footprints = score(tmp_path, tables, by=by)
    inventory = footprints.system.inventory
    amount, k = inventory.exchanges.amount, footprints.method.find("ghg")
    expected = np.array([difference(inventory, at, by)[:, :, k] for at in range(len(amount))])
    for activity in range(len(footprints.system.activities)):
        for part, name in enumerate(footprints.stages):
            found = find_derivatives(footprints, activity, k, name)
            slope = np.zeros(len(amount))
            slope[found.sampled.distributions.row] = found.slope[: len(found.sampled.distributions)]
            scale = np.where(amount == 0, 1.0, amount)
            size = np.abs(found.contributions).sum() + np.abs(scale * expected[:, activity, part]).max()
            assert found.score == pytest.approx(footprints.value[activity, part, k], rel=1e-9, abs=1e-12)
            assert np.abs(scale * (slope - expected[:, activity, part])).max() <= 1e-6 * size


@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables=inventories(), data=st.data())
def test_what_scales_a_process_moves_nothing_and_what_scales_all_burdens_moves_in_proportion(
    method: lca.Method, tables: Tables, data: st.DataObject
) -> None:
    """Euler: all exchanges of a process times t leave every score, sum x g = 0; all elementary ones give t h."""
    with tempfile.TemporaryDirectory() as folder:
        footprints = lca.score(lca.read_inventory(write_inventory(Path(folder), tables)), method)
    exchanges, flows = footprints.system.inventory.exchanges, footprints.system.inventory.flows
    activity = data.draw(st.integers(0, len(footprints.system.activities) - 1))
    for k, part in data.draw(st.sets(st.tuples(st.integers(0, 3), st.sampled_from(footprints.stages)), min_size=1)):
        found = find_derivatives(footprints, activity, k, part)
        listed = found.sampled.distributions
        effect = found.slope[: len(listed)] * listed.amount
        size = 1e-9 * (np.abs(effect).sum() + np.abs(found.contributions).sum() + abs(found.score))
        assert np.abs(np.bincount(exchanges.process[listed.row], effect)).max() <= size
        if method.indicators[k].id != "energy_site":
            is_elementary = np.array([flows.kind[f] == Kind.ELEMENTARY for f in exchanges.flow[listed.row].tolist()])
            assert abs(effect[is_elementary].sum() - found.score) <= size


def test_a_declared_figure_is_per_unit_whatever_is_made(tmp_path: Path) -> None:
    """In draws too, where what the supplier makes is uncertain."""
    tables = system(
        makes("supplier", "ore", 3.0, **normal(3.0, 0.3)),
        makes("mill", "rod"),
        takes("mill", "ore", 2.0),
        flows=FLOWS,
        impacts=[row(process_id="supplier", indicator="ghg", amount=4.0, unit="kg CO2e", per="kg")],
    )
    found = lca.list_drivers(score(tmp_path, tables), process_id="mill", cutoff=0.0, draws=50)
    assert found.simulated is not None
    assert [found.simulated.mean, found.simulated.sd] == pytest.approx([8.0, 0.0], abs=1e-12)
    effects = {each["part"]: each["derivative"] for each in found.table.to_pylist()}
    assert effects.pop("supplier: ore, made", 0.0) == pytest.approx(0.0, abs=1e-12)
    assert effects == {"mill: ore": pytest.approx(4.0), "mill: rod, made": pytest.approx(-8.0)}


CHAIN = [
    takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
    takes("smelter", "ore", 3.0, **lognormal(3.0, 0.2)),
    emits("mine", 5.0, **lognormal(5.0, 0.3)),
]


def test_a_chain_of_lognormals_by_hand(tmp_path: Path) -> None:
    """The product of three: sigma^2 = .01 + .04 + .09, of which each has its part; exact, however wide they are.

    Without the last, sigma is sqrt(.05), and the interval 2 h sinh(1.96 sqrt(.05)) wide in place of 2 h sinh(1.96
    sqrt(.14)); with half of it sigma^2 is .05 + .09 / 4.
    """
    drivers = lca.list_drivers(score(tmp_path, chain(*CHAIN)), process_id="mill", draws=0)
    found, exact = rows_of(drivers), stats.lognorm(math.sqrt(0.14), scale=30.0)
    assert (drivers.scale, drivers.uncertain) == ("log", 3)
    assert drivers.total == pytest.approx(30.0)
    assert drivers.sd == pytest.approx(exact.std())
    assert drivers.geometric_sd == pytest.approx(math.exp(math.sqrt(0.14)))
    parts = ("mill: bar", "smelter: ore", "mine: Carbon dioxide, fossil (air)")
    assert [found[name]["variance_share"] for name in parts] == pytest.approx([1 / 14, 4 / 14, 9 / 14])
    assert list(found)[:3] == list(reversed(parts))
    z = stats.norm.ppf(0.975)
    width = math.sinh(z * math.sqrt(0.14))
    assert found[parts[2]]["narrower_if_exact"] == pytest.approx(1 - math.sinh(z * math.sqrt(0.05)) / width)
    assert found[parts[2]]["narrower_if_halved"] == pytest.approx(1 - math.sinh(z * math.sqrt(0.0725)) / width)
    assert found[parts[2]]["amount_sd"] == pytest.approx(stats.lognorm(0.3, scale=5.0).std())


CH4: Row = {"flow_id": "ch4", "name": "Methane", "kind": "elementary", "unit": "kg", "compartment": "air"}


def test_factors_are_drivers_too(tmp_path: Path) -> None:
    """0.005 t of methane at 30 g CO2e per g: lognormals of sigma 0.3 and 0.4, so that 9 and 16 of 25 are theirs."""
    rows = [makes("mine", "ore"), emits("mine", 0.005, "t", flow_id="ch4", **lognormal(0.005, 0.3))]
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", system(*rows, flows=[product("ore"), CH4])))
    given = [factor("ghg", "co2", 1.0), factor("ghg", "ch4", 30_000.0, "g CO2e/kg", **lognormal(30_000.0, 0.4))]
    footprints = lca.score(inventory, read_drawn(tmp_path / "m", *given))
    drivers = lca.list_drivers(footprints, process_id="mine", cutoff=0.0, draws=2000)
    found = rows_of(drivers)
    methane, emission = found["factor of ch4"], found["mine: Methane (air)"]
    assert (methane["table"], methane["row"], methane["distribution"]) == ("factors", 2, "lognormal")
    assert (methane["amount"], methane["amount_unit"]) == (pytest.approx(30.0), "kg CO2e/kg")
    assert methane["derivative"] == pytest.approx(5.0)
    assert [methane["variance_share"], emission["variance_share"]] == pytest.approx([0.64, 0.36])
    assert methane["amount_sd"] == pytest.approx(stats.lognorm(0.4, scale=30.0).std())
    assert drivers.sd == pytest.approx(stats.lognorm(0.5, scale=150.0).std())
    assert drivers.simulated is not None
    assert drivers.simulated.sd == pytest.approx(drivers.sd, rel=0.2)
    # Of a product of two, ln h correlates by sigma_i / sigma; ranks of normals by 6/pi asin(rho/2).
    for each, rho in ((methane, 0.8), (emission, 0.6)):
        assert each["spearman"] == pytest.approx(6 / math.pi * math.asin(rho / 2), abs=4 / math.sqrt(2000))
    assert "factor of co2" not in found


@pytest.mark.parametrize("zero", [False, True])
def test_derivatives_by_factors_are_differences_of_scores(tmp_path: Path, zero: bool) -> None:
    """A score is linear in each factor: with shares by mass, loops and credits, and in a factor of zero."""
    tables = everything("mass")
    methane = [emits(name, 0.3, flow_id="ch4") for name in ("mine", "smelter", "dump")]
    more = {**tables, "exchanges": [*tables["exchanges"], *methane], "flows": [*tables["flows"], CH4]}
    inventory = lca.read_inventory(write_inventory(tmp_path / "i", more))
    given = [factor("ghg", "co2", 1.0), factor("ghg", "ch4", 0.0 if zero else 30.0)]
    method = read_drawn(tmp_path / "m", *given)
    footprints = lca.score(inventory, method)
    for at in range(2):
        factors = list(method.factors)
        factors[at] = dataclasses.replace(factors[at], value=factors[at].value + 1.0)
        moved = lca.score(inventory, dataclasses.replace(method, factors=tuple(factors)))
        k = method.find("ghg")
        for activity in range(len(footprints.value)):
            found = find_derivatives(footprints, activity, k)
            place = found.sampled.starts["factors"] + found.sampled.factors.row.tolist().index(at)
            expected = (moved.value - footprints.value)[activity, -1, k]
            assert found.slope[place] == pytest.approx(expected, rel=1e-9, abs=1e-9)


MAKERS = {"a": (0.5, 1.0), "b": (0.3, 2.0), "c": (0.2, 5.0)}
"""Share in the market of ore, and kg CO2 a kg."""


def mix(shares: dict[str, float], **spread: Any) -> Tables:
    """Give a mill that takes a kg of the market's ore; the first share states a distribution."""
    rows = [each for name, (_, burden) in MAKERS.items() for each in (makes(name, "ore"), emits(name, burden))]
    markets = [row(flow_id="ore", process_id=name, share=share) for name, share in shares.items()]
    markets[0] = {**markets[0], **spread}
    return system(*rows, makes("mill", "rod"), takes("mill", "ore", 1.0), flows=FLOWS, markets=markets)


def test_shares_of_a_market_by_hand(tmp_path: Path) -> None:
    """h = sum s g = 2.1, and Var h = sum s (g - 2.1)^2 / (a + 1) = 2.29 / 100, with .5 x .5 / .05^2 = 100 = a + 1.

    All of it is of the mix, its one driver. dh/ds_c, where a and b give way, is (5 - 2.1) / .8.
    """
    tables = mix({name: share for name, (share, _) in MAKERS.items()}, **normal(0.5, 0.05))
    drivers = lca.list_drivers(score(tmp_path, tables), process_id="mill", cutoff=0.0, draws=2000)
    found = rows_of(drivers)
    assert drivers.uncertain == 1
    assert next(iter(found)) == "market of ore at GLO: mix"
    assert {each["mix"] for each in drivers.table.to_pylist()[1:4]} == {"market of ore at GLO: mix"}
    whole, c = found["market of ore at GLO: mix"], found["market of ore at GLO: share of c"]
    assert (c["table"], c["row"], c["distribution"]) == ("markets", 3, "dirichlet")
    assert (whole["table"], whole["row"], whole["flow_id"], whole["amount"]) == ("markets", 1, "ore", None)
    assert [drivers.total, drivers.sd, whole["score_sd"]] == pytest.approx([2.1, *[math.sqrt(0.0229)] * 2])
    assert [c["amount"], c["derivative"], c["amount_sd"]] == pytest.approx([0.2, 2.9 / 0.8, 0.04])
    assert [whole["variance_share"], whole["narrower_if_exact"], whole["narrower_if_halved"]] == [1.0, 1.0, 0.5]
    assert c["variance_share"] is c["narrower_if_exact"] is c["score_sd"] is None
    assert drivers.simulated is not None
    assert drivers.simulated.sd == pytest.approx(drivers.sd, rel=4 / math.sqrt(2 * 2000))
    # h correlates with c by s (g - m) / (a + 1) over the deviations of both: 0.2 x 2.9 / 100 / (.04 x sqrt(.0229)).
    assert c["spearman"] == pytest.approx(0.2 * 2.9 / 100 / (0.04 * math.sqrt(0.0229)), abs=0.05)
    assert whole["spearman"] == pytest.approx(1.0)  # the score is a constant and what the mix moves it by


def test_two_shares_of_an_allocation_are_one_driver(tmp_path: Path) -> None:
    """Cheese has 0.8 of 10 kg CO2, whey 0.2; sd 0.04: 10 x 0.04 a kg, beside 0.8 x 10 x 0.05 of the emission.

    (0.4)^2 and (0.4)^2: each is half of the variance, however the factor of one is spread over both.
    """
    tables: Tables = {
        "flows": [product("cheese"), product("whey"), CO2],
        "processes": [process("dairy", allocation="as_given")],
        "exchanges": [
            makes("dairy", "cheese"),
            exchange("dairy", "whey", "output", 8.0),
            emits("dairy", 10.0, **normal(10.0, 0.5)),
        ],
        "allocation": [
            row(process_id="dairy", product_flow_id="cheese", factor=0.8, **normal(0.8, 0.04)),
            row(process_id="dairy", product_flow_id="whey", factor=0.2),
        ],
    }
    drivers = lca.list_drivers(score(tmp_path, tables), process_id="dairy", product_id="cheese", draws=0)
    found = rows_of(drivers)
    assert drivers.uncertain == 2
    shares = [found[name]["variance_share"] for name in ("dairy: allocation", "dairy: Carbon dioxide, fossil (air)")]
    assert shares == pytest.approx([0.5, 0.5])
    assert found["dairy: allocation"]["score_sd"] == pytest.approx(0.4)
    assert [found[f"dairy: share of {name}"]["elasticity"] for name in ("cheese", "whey")] == pytest.approx([1, -0.25])
    assert [found[f"dairy: share of {name}"]["variance_share"] for name in ("cheese", "whey")] == [None, None]
    bars = {each["amount of"]: each for each in drivers.plot().table.to_pylist()}
    assert set(bars) == {"dairy: allocation", "dairy: Carbon dioxide, fossil (air)"}
    ends = [bars["dairy: allocation"][name] for name in ("amount one sd lower", "one sd higher")]
    assert ends == pytest.approx([7.6, 8.4])
    emission = found["dairy: Carbon dioxide, fossil (air)"]
    named = [emission[name] for name in ("indicator", "stage", "score", "unit", "per", "derivative_unit")]
    assert named == ["ghg", "total", pytest.approx(8.0), "kg CO2e", "kg", "kg CO2e/kg per kg"]


def move(tables: Tables, table: str, at: int, column: str, step: float) -> Tables:
    """Move a number of a table; shares that sum to one with it give way in proportion."""
    rows = [dict(each) for each in tables[table]]
    old, groups = [float(str(each[column])) for each in rows], [_group(each) for each in rows]
    for other, each in enumerate(rows):
        gives_way = column != "amount" and groups[other] == groups[at]
        given = old[other] * (1 - (old[at] + step)) / (1 - old[at]) if gives_way else old[other]
        each[column] = old[at] + step if other == at else given
    return {**tables, table: rows}


def _group(row: Row) -> list[object]:
    """Give what tells the whole apart that a share is of."""
    return [row.get(name) for name in (("flow_id", "basis") if "share" in row else ("process_id", "exchange_flow_id"))]


@pytest.mark.parametrize("kind", ["share", "amount", "factor"])
def test_derivatives_by_shares_are_those_of_edited_tables(tmp_path: Path, kind: str) -> None:
    """In loops, with credits: market shares, amounts of a market, and factors of an allocation that are given."""
    tables = dict(everything("as_given" if kind == "factor" else "mass"))
    makers = ("mine", "other")
    numbers = {"share": (0.7, 0.3), "amount": (7.0, 3.0), "factor": (0.8, 0.2)}[kind]
    more = {"unit": "t"} if kind == "amount" else {}
    spread = normal(numbers[0], numbers[0] / 20)
    if kind == "factor":
        table, names = "allocation", [{"process_id": "smelter", "product_flow_id": flow} for flow in ("bar", "slag")]
    else:
        table, names = "markets", [{"flow_id": "ore", "process_id": name} for name in makers]
    first, second = ({**own, kind: number, **more} for own, number in zip(names, numbers, strict=True))
    tables[table] = [{**first, **spread}, {**second, **(normal(3.0, 0.1) if kind == "amount" else {})}]
    footprints = score(tmp_path / "i", tables)
    step = 1e-4 * numbers[0]
    high, low = (score(tmp_path / f"i{sign}", move(tables, table, 0, kind, sign * step)) for sign in (1, -1))
    expected = (high.value - low.value)[:, -1, footprints.method.find("ghg")] / (2 * step)
    for name in ("boards", "bill", "mill"):
        drivers = lca.list_drivers(footprints, process_id=name, cutoff=0.0, draws=0)
        found = {(each["table"], each["row"]): each["derivative"] for each in drivers.table.to_pylist()}
        in_kg = 1000.0 if kind == "amount" else 1.0  # given in t
        assert found[table, 1] * in_kg == pytest.approx(expected[footprints.find(process_id=name)[0]], rel=1e-6)


ORE = {"mine": 0.5, "other": 0.3, "third": 0.2}
CAUSAL = {"": (0.8, 0.2), "power": (0.3, 0.7), "co2": (0.55, 0.45)}
LISTS: dict[str, tuple[str, str, list[Row]]] = {
    "shares": ("markets", "share", [row(flow_id="ore", process_id=name, share=each) for name, each in ORE.items()]),
    "amounts": (
        *("markets", "amount"),
        [row(flow_id="ore", process_id=name, amount=9 * each, unit="t") for name, each in ORE.items()],
    ),
    "contracts": (
        *("markets", "share"),
        [
            row(flow_id="ore", process_id=name, share=share, basis=basis)
            for basis, shares in (("contract", (0.3, 0.2, None)), ("residual", (0.1, 0.3, 0.6)))
            for name, share in zip(ORE, shares, strict=True)
            if share is not None
        ],
    ),
    "factors": (
        *("allocation", "factor"),
        [row(process_id="smelter", product_flow_id=flow, factor=each) for flow, each in (("bar", 0.8), ("slag", 0.2))],
    ),
    "causal factors": (
        *("allocation", "factor"),
        [
            row(process_id="smelter", product_flow_id=flow, exchange_flow_id=name, factor=each)
            for name, factors in CAUSAL.items()
            for flow, each in zip(("bar", "slag"), factors, strict=True)
        ],
    ),
}
"""What is certain: the table, its column of numbers, and its rows."""


@pytest.mark.parametrize("kind", LISTS)
def test_derivatives_by_certain_shares_are_those_of_edited_tables(tmp_path: Path, kind: str) -> None:
    """Every one of them, in loops and with credits, of the total and of a stage: the others of its whole give way."""
    table, column, rows = LISTS[kind]
    tables = dict(everything({"factors": "as_given", "causal factors": "causal"}.get(kind, "mass")))
    tables["exchanges"] = [*tables["exchanges"], makes("third", "ore", 3.0), takes("third", "power", 2.0, "MJ")]
    tables["processes"] = [*tables["processes"], process("third", "extraction")]
    tables[table] = rows
    policy = lca.Policy(basis="contract") if kind == "contracts" else None
    footprints = score(tmp_path / "i", tables, policy)
    k, at = footprints.method.find("ghg"), {name: footprints.find(process_id=name)[0] for name in ("boards", "bill")}
    parts = [("total", -1), ("extraction", footprints.stages.index("extraction"))]
    found = {
        (name, part): {
            each["row"]: each
            for each in lca.list_drivers(footprints, process_id=name, cutoff=0.0, draws=0, stage=part).table.to_pylist()
            if each["table"] == table and each["row"]
        }
        for name in at
        for part, _ in parts
    }
    factor = 1000.0 if column == "amount" else 1.0  # given in t
    for place, own in enumerate(rows):
        number = float(str(own[column]))
        step = 1e-4 * number
        high, low = (
            score(tmp_path / f"{place} {sign}", move(tables, table, place, column, sign * step), policy).value[..., k]
            for sign in (1, -1)
        )
        for (name, part), listed in found.items():
            expected = (high - low)[at[name], dict(parts)[part]] / (2 * step)
            each = listed.get(place + 1)
            given = 0.0 if each is None else each["derivative"] * factor
            assert given == pytest.approx(expected, rel=1e-6, abs=1e-9 * abs(footprints.value[at[name], -1, k]))
            if each is not None:
                assert each["elasticity"] == pytest.approx(number * given / each["score"])
                assert (each["mix"], each["distribution"], each["variance_share"]) == ("", "none", None)
    assert set(found["bill" if table == "markets" else "boards", "total"]) == set(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("residual", "mixes"),
    [
        ({"a": 0.5, "b": 0.1}, {"market of ore at GLO: mix"}),
        ({"a": 0.7, "b": 0.3}, {"market of ore at GLO: mix of contracts", "market of ore at GLO: residual mix"}),
    ],
)
def test_a_share_by_contract_and_one_of_the_residual_mix_have_names_of_their_own(
    tmp_path: Path, residual: dict[str, float], mixes: set[str]
) -> None:
    """A supplier is in both; a residual mix of shares of the whole is one mix with the contracts."""
    contract = [row(flow_id="ore", process_id="a", share=0.4, basis="contract", **normal(0.4, 0.05))]
    rest = [row(flow_id="ore", process_id=name, share=each, basis="residual") for name, each in residual.items()]
    rest[0] = {**rest[0], **normal(residual["a"], 0.05)}
    tables = {**mix({"a": 0.5, "b": 0.5}), "markets": [*contract, *rest]}
    footprints = score(tmp_path, tables, lca.Policy(basis="contract"))
    table = lca.list_drivers(footprints, process_id="mill", cutoff=0.0, draws=0).table
    names = table["part"].to_pylist()
    assert len(set(names)) == len(names)
    assert {each["mix"] for each in table.to_pylist()} - {""} == mixes
    assert mixes | {f"market of ore at GLO: share of a, {basis}" for basis in ("contract", "residual mix")} <= set(
        names
    )


def test_ranks_are_explained_where_there_are_some(run: Run, tmp_path: Path) -> None:
    """Without draws there is none; no line is broken at 80 columns."""
    tables = mix({name: share for name, (share, _) in MAKERS.items()}, **normal(0.5, 0.05))
    folder = write_inventory(tmp_path, tables)
    for draws in (0, 50):
        code, out, err = run("contributions", folder, "--process", "mill", "--drivers", "--draws", draws)
        assert code == 0, err
        assert "mix, allocation: all of its shares as one, since these sum to one.\n" in out
        assert ("rank" in out) == (draws > 0)


def test_shares_that_are_certain_by_hand(tmp_path: Path) -> None:
    """h = sum s g = 2.1, dh/ds_c = (5 - 2.1) / .8; the same in draws, beside an emission that is uncertain."""
    tables = dict(mix({name: share for name, (share, _) in MAKERS.items()}))
    tables["exchanges"] = [*tables["exchanges"], emits("mill", 1.0, **normal(1.0, 0.2))]
    drivers = lca.list_drivers(score(tmp_path, tables), process_id="mill", cutoff=0.0, draws=50)
    found = rows_of(drivers)
    c = found["market of ore at GLO: share of c"]
    assert [c["amount"], c["derivative"], c["elasticity"]] == pytest.approx([0.2, 2.9 / 0.8, 0.2 * 2.9 / 0.8 / 3.1])
    assert (c["row"], c["amount_sd"], c["spearman"], c["derivative_unit"]) == (3, None, None, "kg CO2e/kg")
    assert [drivers.uncertain, drivers.sd] == pytest.approx([1, 0.2])
    assert "market of ore at GLO: mix" not in found
    varies = found["mill: Carbon dioxide, fossil (air)"]
    assert [varies["variance_share"], varies["spearman"]] == pytest.approx([1.0, 1.0])


def test_shares_as_written_make_the_score(tmp_path: Path) -> None:
    """Of seven digits, they sum to less than one: h is what they are, sum s g, and what they sum to is kept.

    a and b give way to c so that the sum S stays: dh/ds_c = g_c - (s_a g_a + s_b g_b) / (S - s_c).
    """
    shares = {"a": 0.3333333, "b": 0.3333333, "c": 0.3333333}
    footprints = score(tmp_path, mix(shares))
    drivers = lca.list_drivers(footprints, process_id="mill", cutoff=0.0, draws=0)
    assert drivers.total == pytest.approx(0.3333333 * 8, rel=1e-12)
    assert drivers.total == pytest.approx(footprints.get("ghg", process_id="mill"), rel=1e-12)
    assert rows_of(drivers)["market of ore at GLO: share of c"]["derivative"] == pytest.approx(5 - 1.5, rel=1e-12)


def test_a_share_that_nothing_gives_way_to_has_no_row(tmp_path: Path) -> None:
    for name, shares in (("one", {"a": 1.0}), ("nothing", {"a": 1.0, "b": 0.0})):
        drivers = lca.list_drivers(score(tmp_path / name, mix(shares)), process_id="mill", cutoff=0.0, draws=0)
        assert drivers.total == pytest.approx(1.0)
        assert {"markets"}.isdisjoint(each["table"] for each in drivers.table.to_pylist())


def test_yields_count_as_what_they_divide(tmp_path: Path) -> None:
    """h = 5 / x, with x lognormal: a lognormal of the same sigma."""
    made = [makes("mine", "ore", 2.0, **lognormal(2.0, 0.4)), emits("mine", 5.0)]
    tables = system(*made, flows=FLOWS)
    drivers = lca.list_drivers(score(tmp_path, tables), process_id="mine", draws=0)
    assert drivers.sd == pytest.approx(stats.lognorm(0.4, scale=2.5).std())
    assert rows_of(drivers)["mine: ore, made"]["variance_share"] == pytest.approx(1.0)


def test_sums_of_normals_by_hand(tmp_path: Path) -> None:
    """Three emissions of sd 1, 2 and 2: sd 3; without one of 2 it is sqrt(5), with half of it sqrt(6)."""
    rows = [emits("mine", 10.0, location=at, **normal(10.0, sd)) for at, sd in (("CN", 1.0), ("US", 2.0), ("JP", 2.0))]
    drivers = lca.list_drivers(score(tmp_path, chain(*rows)), process_id="mine", draws=0)
    assert (drivers.scale, drivers.geometric_sd) == ("linear", None)
    assert drivers.sd == pytest.approx(3.0)
    found = {each["location"]: each for each in drivers.table.to_pylist() if each["direction"] == "output"}
    assert [found[at]["variance_share"] for at in ("CN", "US", "JP")] == pytest.approx([1 / 9, 4 / 9, 4 / 9])
    assert found["US"]["narrower_if_exact"] == pytest.approx(1 - math.sqrt(5) / 3)
    assert found["US"]["narrower_if_halved"] == pytest.approx(1 - math.sqrt(6) / 3)


NARROW = [
    takes("mill", "bar", 2.0, **lognormal(2.0, 0.02)),
    takes("mill", "power", 7.0, "kWh", uncertainty_type="triangular", loc=7.0, minimum=6.7, maximum=7.4),
    takes("smelter", "ore", 3.0, **lognormal(3.0, 0.03)),
    takes("smelter", "power", 4.0, "MJ", **normal(4.0, 0.1)),
    takes("mine", "power", 0.5, "MJ", **lognormal(0.5, 0.05)),
    takes("plant", "ore", 0.1, **lognormal(0.1, 0.04)),
    emits("mine", 5.0, **lognormal(5.0, 0.03)),
    emits("plant", 0.1),
]


@pytest.mark.parametrize("by", ["emission", "input"])
def test_what_a_process_spares_itself_is_a_sum(tmp_path: Path, by: str) -> None:
    """h = x - y, of medians 10 and 9 and sigma 0.1: Var h = (10^2 + 9^2) exp(0.01) (exp(0.01) - 1), spared either way.

    What is left of the one activity that emits is above zero; on a logarithmic scale the sd would be 4 times as large.
    """
    more, less = lognormal(10.0, 0.1), lognormal(9.0, 0.1)
    if by == "emission":
        rows = [emits("mine", 10.0, **more), emits("mine", -9.0, **less, negative=True, location="CN")]
    else:
        taken = takes("mine", "power", 10.0, "MJ", **more)
        spared = takes("mine", "power", 9.0, "MJ", is_avoided=True, **less)
        rows = [taken, spared, emits("plant", 1.0)]
    drivers = lca.list_drivers(score(tmp_path, chain(*rows)), process_id="mine", draws=0)
    assert drivers.total == pytest.approx(1.0)
    assert drivers.scale == "linear"
    assert drivers.sd == pytest.approx(math.sqrt(181.0 * math.exp(0.01) * math.expm1(0.01)))


@pytest.mark.parametrize("credit", [0.0, 8.0])
def test_narrow_spreads_are_those_of_draws(tmp_path: Path, credit: float) -> None:
    """Loops, lognormals and others; on the log scale, and with a credit on the linear one: 4 standard errors."""
    more = [emits("mill", -credit, **lognormal(credit, 0.05, negative=True))] if credit else []
    footprints = score(tmp_path, chain(*NARROW, *more))
    drivers = lca.list_drivers(footprints, process_id="mill", draws=2000, seed=3)
    assert drivers.scale == ("linear" if credit else "log")
    assert drivers.simulated is not None
    assert drivers.sd == pytest.approx(drivers.simulated.sd, rel=4 / math.sqrt(2 * 2000))
    shares = [each["variance_share"] or 0.0 for each in drivers.table.to_pylist()]
    assert sum(shares) == pytest.approx(1.0)


def test_what_is_known_exactly_narrows_the_draws_as_said(tmp_path: Path) -> None:
    """Score again with the largest driver certain: the sd falls as its share of the variance says."""
    drivers = lca.list_drivers(score(tmp_path / "all", chain(*NARROW)), process_id="mill", draws=4000)
    largest = drivers.table.to_pylist()[0]
    without = [
        {key: value for key, value in each.items() if key not in ("uncertainty_type", "loc", "scale")}
        if (each["process_id"], each["flow_id"]) == (largest["process_id"], largest["flow_id"])
        else each
        for each in NARROW
    ]
    known = lca.list_drivers(score(tmp_path / "known", chain(*without)), process_id="mill", draws=4000)
    assert drivers.simulated is not None
    assert known.simulated is not None
    narrowed = known.simulated.sd / drivers.simulated.sd
    assert largest["variance_share"] > 0.2
    assert narrowed == pytest.approx(1 - largest["narrower_if_exact"], rel=4 / math.sqrt(4000))


def test_rank_correlations_are_those_of_the_draws(tmp_path: Path) -> None:
    """Against scipy's, of amounts drawn anew and the scores of simulate; draws without an answer are left out."""
    starved = {"uncertainty_type": "normal", "loc": 0.55, "scale": 0.2}
    rows = [*LOOP[:2], takes("mine", "power", 0.55, "MJ", **starved), emits("mine", 1.0, **lognormal(1.0, 0.5))]
    footprints = score(tmp_path, chain(*rows))
    seed = next(s for s in range(20) if _count_starved(footprints, s) == 1)
    samples = lca.simulate(footprints.system.inventory, core(), 150, seed, indicators=["ghg"], keep=["plant"])
    drivers = lca.list_drivers(footprints, process_id="plant", draws=150, seed=seed)
    assert drivers.simulated is not None
    assert drivers.simulated.without_answer == 1
    scores, listed = samples.get("ghg", process_id="plant"), lca.list_distributions(footprints.system.inventory)
    answered, values = ~np.isnan(scores), lca.draw_values(listed, seed, 0, 150)
    at = footprints.system.inventory.exchanges.rows[listed.row].tolist()
    expected = {r: stats.spearmanr(v[answered], scores[answered])[0] for r, v in zip(at, values, strict=True)}
    found = {each["row"]: each["spearman"] for each in drivers.table.to_pylist() if each["spearman"] is not None}
    assert found == pytest.approx(expected)
    assert drivers.simulated.mean == pytest.approx(np.nanmean(scores))
    assert drivers.simulated.sd == pytest.approx(np.nanstd(scores, ddof=1))


def _count_starved(footprints: lca.Footprints, seed: int) -> int:
    """Count draws of the loop's exchange at or above one."""
    listed = lca.list_distributions(footprints.system.inventory)
    return int((lca.draw_values(listed.take(listed.kind == 3), seed, 0, 150) >= 1.0).sum())


def test_an_uncertain_amount_of_zero_has_a_derivative_and_a_share(tmp_path: Path) -> None:
    """h = 5 + 3 x, x normal around 0 with sd 2: all of the variance, and no elasticity."""
    rows = [takes("mill", "ore", 0.0, **normal(0.0, 2.0)), emits("mine", 3.0), emits("mill", 5.0)]
    drivers = lca.list_drivers(score(tmp_path, chain(*rows)), process_id="mill", draws=0)
    found = rows_of(drivers)["mill: ore"]
    assert [found["derivative"], found["elasticity"]] == pytest.approx([3.0, 0.0])
    assert [found["variance_share"], drivers.sd] == pytest.approx([1.0, 6.0])


def test_a_score_of_zero_has_derivatives_and_no_elasticities(tmp_path: Path) -> None:
    rows = [emits("mine", 2.0, location="CN", **normal(2.0, 1.0)), emits("mine", -2.0, location="US")]
    drivers = lca.list_drivers(score(tmp_path, chain(*rows)), process_id="mine", draws=0)
    found = {each["location"]: each for each in drivers.table.to_pylist()}
    assert drivers.total == 0
    assert found["CN"]["elasticity"] is None
    assert [found["CN"]["derivative"], found["CN"]["variance_share"]] == pytest.approx([1.0, 1.0])


def test_the_rest_has_what_is_below_the_cutoff(tmp_path: Path) -> None:
    footprints = score(tmp_path, chain(*NARROW))
    every = lca.list_drivers(footprints, process_id="mill", cutoff=0.0, draws=0).table.to_pylist()
    some = lca.list_drivers(footprints, process_id="mill", cutoff=0.3, draws=0).table.to_pylist()
    assert all(each["parts"] == 1 for each in every)
    *kept, rest = some
    assert (rest["part"], rest["parts"], rest["row"]) == ("rest", len(every) - len(kept), None)
    assert rest["variance_share"] == pytest.approx(1 - sum(each["variance_share"] or 0.0 for each in kept))
    assert all(max(abs(each["elasticity"]), each["variance_share"] or 0.0) >= 0.3 for each in kept)


def test_a_part_has_drivers_of_its_own(tmp_path: Path) -> None:
    """Of a rod, 2 bar x 3 ore x 5 kg is extraction's, 2 bar x 1 kg the smelter's: that does not answer to ore."""
    rows = [takes("mill", "bar", 2.0), takes("smelter", "ore", 3.0), emits("mine", 5.0), emits("smelter", 1.0)]
    footprints = score(tmp_path, chain(*rows))
    found = lca.list_drivers(footprints, process_id="mill", stage="processing", cutoff=0.0, draws=4)
    assert found.total == pytest.approx(2.0)
    assert "smelter: ore" not in rows_of(found)
    assert rows_of(found)["mill: bar"]["elasticity"] == pytest.approx(1.0)
    assert found.simulated is not None
    assert [found.simulated.mean, found.simulated.sd] == pytest.approx([2.0, 0.0])


def test_the_scale_is_linear_where_logarithms_say_nothing() -> None:
    """All positive and lognormal: log; with a credit, mostly normal, or a sigma beyond three: linear."""
    is_lognormal = np.array([True, False])

    def choose(carried: list[float], linear: list[float], log: list[float]) -> str:
        return choose_scale(1.0, np.array(carried), Effects(np.array(linear), np.array(log), is_lognormal))

    assert choose([0.4, 0.6], [0.5, 0.4], [0.4, 0.4]) == "log"
    assert choose([1.4, -0.4], [0.5, 0.4], [0.4, 0.4]) == "linear"
    assert choose([0.4, 0.6], [0.4, 0.5], [0.4, 0.4]) == "linear"
    assert choose([0.4, 0.6], [0.5, 0.4], [8.0, 1.1]) == "linear"


def test_negative_scores_have_a_log_scale_too() -> None:
    """h = -3 x: a mirrored lognormal."""
    known = Moments(-np.ones(1), np.ones(1), np.array([0.09]))
    effects = find_effects(-3.0, np.array([-1.0]), np.array([3.0]), np.array([2], np.int8), known)
    assert choose_scale(-3.0, np.array([-3.0]), effects) == "log"
    assert measure_spread(-3.0, effects, "log").sd == pytest.approx(stats.lognorm(0.3, scale=3.0).std())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"process_id": "nobody"}, "no activity"),
        ({}, "nothing is named"),
        ({"process_id": "mill", "indicator": "gold"}, "no indicator"),
        ({"process_id": "mill", "indicator": "electricity_site_renewable"}, "no derivatives"),
        ({"process_id": "mill", "stage": "nowhere"}, "stage is 'nowhere'"),
        ({"process_id": "mill", "cutoff": 1.0}, "cutoff is 1.0"),
        ({"process_id": "mill", "cutoff": math.nan}, "cutoff is nan"),
        ({"process_id": "mill", "draws": 1}, "too few"),
        ({"process_id": "mill", "draws": -5}, "too few"),
        ({"process_id": "mill", "draws": 10.5}, "no whole number"),
        ({"process_id": "mill", "seed": -1}, "seed"),
        ({"process_id": "mill", "draws": 0, "seed": 2**64}, "seed"),
    ],
)
def test_choices_that_are_none_are_refused(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(lca.LcaError, match=said) as refused:
        lca.list_drivers(score(tmp_path, chain(*CHAIN)), **asked)
    assert refused.value.fix


def test_what_is_no_footprints_or_no_list_is_refused(tmp_path: Path) -> None:
    footprints = score(tmp_path, chain(*CHAIN))
    with pytest.raises(lca.LcaError, match="Inventory is no footprints"):
        lca.list_drivers(footprints.system.inventory, process_id="mill")  # type: ignore[arg-type]
    with pytest.raises(lca.LcaError, match="indicators are 'ghg'"):
        footprints.select("ghg")


def test_distributions_without_a_variance_are_refused_by_row(tmp_path: Path) -> None:
    heavy: dict[str, Any] = {"uncertainty_type": "student_t", "loc": 5.0, "shape": 2.0}
    footprints = score(tmp_path, chain(*CHAIN[:2], emits("mine", 5.0, **heavy)))
    with pytest.raises(lca.DataError, match=r"student_t .* mine: Carbon dioxide.* has no variance") as refused:
        lca.list_drivers(footprints, process_id="mill", draws=0)
    assert "row 7" in refused.value.where
    assert lca.list_drivers(footprints, process_id="plant", draws=0).uncertain == 0  # it has nothing to do with it


def test_a_split_by_scope_has_the_drivers_of_its_total_alone(tmp_path: Path) -> None:
    footprints = score(tmp_path, chain(*CHAIN), by="scope")
    assert lca.list_drivers(footprints, process_id="mill", draws=0).total == pytest.approx(30.0)
    for more in ({"draws": 10}, {"draws": 0, "stage": "scope 1"}):
        with pytest.raises(lca.LcaError, match=r"scope|stage"):
            lca.list_drivers(footprints, process_id="mill", **more)


def test_rows_name_providers_and_what_is_spared(tmp_path: Path) -> None:
    footprints = score(tmp_path, everything("mass"))
    names = set(rows_of(lca.list_drivers(footprints, process_id="boards", cutoff=0.0, draws=0)))
    assert {"mine: ore from mine", "mill: power, avoided", "dump: sludge, treated", "smelter: sludge"} <= names


@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=uncertain(), data=st.data())
def test_narrow_spreads_of_everything_at_once_are_those_of_draws(
    uncertain_method: lca.Method, tables: Tables, data: st.DataObject
) -> None:
    """Exchanges, factors, shares of markets and allocations, loops and credits: 400 draws, 5 standard errors."""
    with tempfile.TemporaryDirectory() as folder:
        footprints = lca.score(lca.read_inventory(write_inventory(Path(folder), tables)), uncertain_method)
    activities, flows = footprints.system.activities, footprints.system.inventory.flows
    at = data.draw(st.integers(0, len(activities) - 1))
    ids = {"process_id": activities.name[at], "product_id": flows.ids[int(activities.flow[at])].as_py()}
    for indicator in ("climate", "balance"):
        drivers = lca.list_drivers(footprints, **ids, indicator=indicator, cutoff=0.0, draws=400)
        assert drivers.simulated is not None
        size = max(abs(each["elasticity"] or 0.0) for each in drivers.table.to_pylist()) if drivers.uncertain else 0.0
        rounding = 1e-9 * (1.0 + size) * abs(drivers.total)
        assert drivers.sd == pytest.approx(drivers.simulated.sd, rel=5 / math.sqrt(2 * 400), abs=rounding)
        if drivers.uncertain:
            assert sum(each["variance_share"] or 0.0 for each in drivers.table.to_pylist()) == pytest.approx(1.0)
