"""Unlike terms: what forbids a comparison, what is flagged, each by name; and alternatives that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.comparison.alternative import name_alternatives
from lcaengine.comparison.unlike import find_unlike
from tests.scoring import core, has, score
from tests.tables import ABOUT, CO2, Row, Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_paired import mines
from tests.test_simulate import lognormal

BASE = mines(emits("a", 5.0, **lognormal(5.0, 0.3)), emits("b", 4.0, **lognormal(4.0, 0.2)))


def read(folder: Path, tables: Tables, about: str = "", **policy: str) -> lca.Footprints:
    inventory = lca.read_inventory(write_inventory(folder, tables, about=ABOUT + about))
    return lca.score(inventory, core(), lca.Policy(**policy))


def find(*alternatives: lca.Alternative) -> dict[str, tuple[str, ...]]:
    return {each.term: each.values for each in find_unlike(alternatives, [core().find("ghg")]) if not each.forbids}


def put(tables: Tables, name: str, *rows: Row) -> Tables:
    return {**tables, name: [*tables.get(name, ()), *rows]}


def of(name: str, footprints: lca.Footprints, process_id: str = "a") -> lca.Alternative:
    return lca.Alternative(name, footprints, process_id=process_id)


def test_what_is_computed_alike_is_not_flagged(tmp_path: Path) -> None:
    footprints = read(tmp_path, BASE)
    assert find(of("a", footprints), of("b", footprints, "b")) == {}


@pytest.mark.parametrize(
    ("one", "other", "term", "values"),
    [
        ({"basis": "contract"}, {}, "basis of markets", ("contract", "location")),
        ({"unlinked": "cutoff"}, {}, "inputs nobody supplies", ("cutoff", "refuse")),
        ({"max_fallback": "country"}, {}, "farthest fallback", ("country", "GLO")),
        ({"open_water": "consumed"}, {}, "water without a release", ("consumed", "missing")),
    ],
)
def test_policies(tmp_path: Path, one: dict[str, str], other: dict[str, str], term: str, values: object) -> None:
    folders = (tmp_path / "one", tmp_path / "other")
    first, second = (read(folder, BASE, **each) for folder, each in zip(folders, (one, other), strict=True))
    assert find(of("1", first), of("2", second)) == {term: values}


def test_periods_and_boundaries(tmp_path: Path) -> None:
    first = read(tmp_path / "1", BASE, 'reference_period = "2024-01-01/2024-12-31"\nboundary = "cradle_to_gate"\n')
    second = read(tmp_path / "2", BASE)
    assert find(of("1", first), of("2", second)) == {
        "reference period": ("2024-01-01/2024-12-31", "not stated"),
        "boundary": ("cradle_to_gate", "not stated"),
    }


def test_days_the_data_hold(tmp_path: Path) -> None:
    """Of labelled processes upstream: b states none, c its last, and the grid, which c takes of, has no stage."""
    processes = [
        process("a", "extraction", valid_from="2020-01-01", valid_until="2021-12-31"),
        process("b", "extraction"),
        process("c", "extraction", valid_until="2023-12-31"),
        process("grid", "", valid_from="1990-01-01"),
    ]
    tables = put({**BASE, "processes": processes}, "exchanges", makes("c", "ore"), takes("c", "power", 1.0, "MJ"))
    tables = put(tables, "exchanges", makes("grid", "power", 1.0, "MJ"))
    footprints = read(tmp_path, put(tables, "flows", product("power", "MJ")))
    found = find(*(of(name, footprints, name) for name in "abc"))
    assert found == {"days the data hold": ("2020-01-01/2021-12-31", "not stated", ".../2023-12-31")}


def test_stages_cut_offs_factors_and_status(tmp_path: Path) -> None:
    """The shop is another stage, lacks coke, and emits what has no factor; of its 4 kg of inputs 1 is not supplied."""
    tables = put(BASE, "processes", process("shop", "assembly"))
    tables = put(tables, "flows", product("beam"), product("coke"), {**_ODD, "flow_id": "odd"})
    rows = [makes("shop", "beam"), takes("shop", "ore", 3.0, provider_id="a"), takes("shop", "coke", 1.0)]
    tables = put(tables, "exchanges", *rows, emits("shop", 1.0, flow_id="odd"))
    footprints = read(tmp_path, tables, unlinked="cutoff")
    assert find(of("a", footprints), of("shop", footprints, "shop")) == {
        "product": ("ore", "beam"),
        "stages covered": ("extraction", "extraction, assembly"),
        "cut-offs": ("0 input(s) left out", "1 input(s) left out, 25 % of the mass"),
        "flows without a factor": ("0", "1"),
        "status of ghg": ("complete", "cut off"),
    }


_ODD = {"name": "Odd gas", "kind": "elementary", "unit": "kg", "compartment": "air"}


def joint(name: str, rule: str) -> tuple[Row, list[Row]]:
    rows = [makes(name, "ore"), exchange(name, "slag", "output", 1.0), emits(name, 3.0)]
    return process(name, "extraction", allocation=rule), rows


def test_rules_of_allocation(tmp_path: Path) -> None:
    made = [joint("m", "mass"), joint("e", "economic")]
    tables = put(BASE, "processes", *(each for each, _ in made))
    tables = put(tables, "exchanges", *(row for _, rows in made for row in rows))
    tables = put(tables, "flows", product("slag"))
    prices = [has("ore", "price", 9, "USD2020/kg"), has("slag", "price", 1, "USD2020/kg")]
    footprints = read(tmp_path, put(tables, "properties", *prices))

    def alternative(name: str) -> lca.Alternative:
        return lca.Alternative(name, footprints, process_id=name, product_id="ore")

    assert find(*map(alternative, "ma")) == {}  # a shares nothing out
    assert find(*map(alternative, "mea")) == {"allocation": ("mass", "economic", "no co-products")}
    by_mass = lca.score(footprints.system.inventory, core(), lca.Policy(allocation="mass"))
    same = lca.Alternative("all by mass", by_mass, process_id="e", product_id="ore")
    assert find(alternative("e"), same) == {"allocation": ("economic", "mass")}


def test_what_is_flagged_is_refused_where_that_is_asked(tmp_path: Path) -> None:
    first, second = read(tmp_path / "1", BASE), read(tmp_path / "2", BASE, unlinked="cutoff")
    two = [of("old", first), of("new", second)]
    compared = lca.compare_draws(two, 8, 1, ["ghg"])
    assert [each.describe(["old", "new"]) for each in compared.unlike] == [
        "inputs nobody supplies: old refuse; new cutoff"
    ]
    with pytest.raises(lca.LcaError, match="cannot be compared: inputs nobody supplies: old refuse; new cutoff"):
        lca.compare_draws(two, 8, 1, ["ghg"], unlike="refuse")
    with pytest.raises(lca.LcaError, match="unlike is 'ignore'"):
        lca.compare_draws(two, 8, 1, ["ghg"], unlike="ignore")


def test_boundaries_that_are_stated_and_differ_are_refused(tmp_path: Path) -> None:
    first, second = (
        read(tmp_path / each, BASE, f'boundary = "{each}"\n') for each in ("cradle_to_gate", "gate_to_gate")
    )
    with pytest.raises(lca.LcaError, match="boundary: 1 cradle_to_gate; 2 gate_to_gate") as caught:
        lca.compare_draws([of("1", first), of("2", second)], 8)
    assert "--unlike" not in caught.value.fix


def test_methods_and_splits_are_refused(tmp_path: Path) -> None:
    first = read(tmp_path, BASE)
    older = lca.score(first.system.inventory, lca.read_method("core/1.0-ar5"))
    with pytest.raises(lca.LcaError, match=r"method: 1 core/1.0-ar6 \(AR6, \w{8}\); 2 core/1.0-ar5 \(AR5, \w{8}\)"):
        lca.compare_draws([of("1", first), of("2", older)], 8)
    by_supplier = lca.score(first.system.inventory, core(), by="supplier")
    with pytest.raises(lca.LcaError, match="split: 1 by stage; 2 by supplier"):
        lca.compare_draws([of("1", first), of("2", by_supplier)], 8)


def test_a_bill_is_not_compared_with_a_product(tmp_path: Path) -> None:
    bill = {"demand_id": "bill", "process_id": "a", "amount": 2.0, "unit": "kg"}
    footprints = read(tmp_path, put(BASE, "demand", bill, {**bill, "demand_id": "double", "amount": 4.0}))
    with pytest.raises(lca.LcaError, match="unit: a per kg; bill per bill"):
        lca.compare_draws([of("a", footprints), of("bill", footprints, "bill")], 8)
    two = [of(name, footprints, name) for name in ("bill", "double")]
    compared = lca.compare_draws(two, 8, 1, ["ghg"])
    assert compared.get("ghg", "bill", "double").ratio == pytest.approx((2.0, 2.0, 2.0))
    assert (compared.per, compared.unlike) == ("bill", ())


Build = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("build", "more", "said"),
    [
        (lambda f: [of("a", f)], {}, "1 alternative has nothing to be compared with"),
        (lambda f: [], {}, "0 alternative"),
        (lambda f: of("a", f), {}, "these are no alternatives"),
        (lambda f: [of("a", f), f], {}, "these are no alternatives"),
        (lambda f: [of("a", f), of("a", f, "b")], {}, "two alternatives are called 'a'"),
        (lambda f: [of("a", f), of("b", f)], {}, "'a' and 'b' are one and the same"),
        (lambda f: [of(str(at), f) for at in range(51)], {}, "51 alternatives are more than 50"),
        (lambda f: [of("a", f), of("b", f, "nobody")], {}, "no activity of process_id 'nobody'"),
        (lambda f: [of("", f), of("b", f)], {}, "'' is no name"),
        (lambda f: [of("a", f.system)], {}, "there are no footprints"),
        (lambda f: [lca.Alternative("a", f)], {}, "nothing is named"),
        (lambda f: [lca.Alternative("a", f, activity=99)], {}, "no activity 99"),
        (lambda f: [lca.Alternative("a", f, activity="one")], {}, "no activity 'one'"),  # type: ignore[arg-type]
        (lambda f: None, {}, "these are no alternatives"),
        (lambda f: {"a": of("a", f), "b": of("b", f, "b")}, {}, "these are no alternatives"),
        (lambda f: [of("a", f), of("b", f, "b")], {"pedigree": "none"}, "'none' is no choice of pedigrees"),
        (
            lambda f: [lca.Alternative("a", f, product_id="ore")],
            {},
            "names 2 activities(.|\n)*give the process .*: a; b",
        ),
        (lambda f: [of("a", f), of("b", f, "b")], {"draws": 1}, "are too few"),
        (lambda f: [of("a", f), of("b", f, "b")], {"seed": -1}, "a seed of -1"),
        (lambda f: [of("a", f), of("b", f, "b")], {"indicators": ["coal"]}, "no indicator 'coal'"),
    ],
)
def test_alternatives_that_are_none_are_refused(tmp_path: Path, build: Build, more: dict[str, Any], said: str) -> None:
    with pytest.raises(lca.LcaError, match=said):
        lca.compare_draws(build(read(tmp_path, BASE)), **more)


def test_words_name_processes_products_and_suppliers(tmp_path: Path) -> None:
    processes = [process("a", "extraction", supplier_id="alpha"), process("b", "extraction", supplier_id="a")]
    shares = [{"flow_id": "ore", "process_id": each, "share": 0.5} for each in "ab"]
    tables = put({**BASE, "processes": processes}, "markets", *shares)
    footprints = score(tmp_path, tables)

    def name(*words: str) -> list[tuple[str, str]]:
        return [(each.name, each.describe()) for each in name_alternatives([("one", footprints)], words)]

    assert name("alpha", "ore", "b") == [
        ("alpha", "a, per kg"),
        ("ore", "market of ore at GLO, per kg"),
        ("b", "b, per kg"),
    ]
    assert name("process=a", "supplier=a") == [("process=a", "a, per kg"), ("supplier=a", "b, per kg")]
    with pytest.raises(lca.LcaError, match="'a' names 2 activities"):
        name("a")
    for word in ("nobody", "process=", "color=a"):
        with pytest.raises(lca.LcaError, match=f"no activity of '{word}'"):
            name(word)


def test_what_a_message_names_can_be_typed(tmp_path: Path) -> None:
    """One process makes two products, ids hold the signs that join them, and ore is sold in two places."""
    own = [
        makes("a", "ore"),
        makes("b", "ore"),
        makes("c:d", "metal"),
        exchange("c:d", "slag@hot", "output", 1.0),
        emits("c:d", 1.0),
    ]
    places = {"a": "CN", "b": "DE"}
    shares = [{"flow_id": "ore", "process_id": each, "share": 1.0, "location": at} for each, at in places.items()]
    tables: Tables = {
        "flows": [product("ore"), product("metal"), product("slag@hot"), CO2],
        "processes": [process("a"), process("b"), process("c:d", allocation="as_given")],
        "exchanges": own,
        "allocation": [{"process_id": "c:d", "product_flow_id": flow, "factor": 0.5} for flow in ("metal", "slag@hot")],
        "markets": shares,
    }
    footprints = score(tmp_path, tables)
    for word, typed in {"c:d": ["c:d:metal", "c:d:slag@hot"], "ore": ["ore@CN", "ore@DE"]}.items():
        with pytest.raises(lca.LcaError) as caught:
            name_alternatives([("one", footprints)], [word])
        assert caught.value.fix == f"name one of: {'; '.join(typed)}"
        found = name_alternatives([("one", footprints)], typed)
        assert [each.name for each in found] == typed
        assert len({each.activity for each in found}) == 2
    with pytest.raises(lca.LcaError, match="no activity of 'c:d:ore'"):
        name_alternatives([("one", footprints)], ["c:d:ore"])
    with pytest.raises(lca.LcaError) as caught:
        lca.list_contributions(footprints, process_id="c:d")
    assert caught.value.fix == "give the product (product_id, or --product): metal; slag@hot"
    with pytest.raises(lca.LcaError) as caught:
        lca.list_contributions(footprints, product_id="ore")
    assert caught.value.fix == "give the location (location, or --location): CN; DE"


def test_names_tell_ids_and_inventories_apart(tmp_path: Path) -> None:
    first, second = read(tmp_path / "1", BASE), read(tmp_path / "2", {**BASE, **mines(emits("b", 4.0))})
    both = [("old", first), ("new", second)]
    assert [each.name for each in name_alternatives(both, ["b"])] == ["old", "new"]
    assert [each.name for each in name_alternatives(both, ["a", "b"])] == ["a, old", "b, old", "b, new"]
