"""Refusals: inventories, methods and targets that once gave a calm wrong number, each with the finding it must give."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lcaengine as lca
from lcaengine.policy import CHOICES
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, write_inventory

X, Y, PIECE = product("x"), product("y"), product("e", "piece")
FUEL = product("fuel", category="energy carrier")
RULES = ("mass", "energy", "economic", "causal", "as_given", "substitution")


@cache
def core() -> lca.Method:
    return lca.read_method("core")


def row(**values: object) -> Row:
    return values


def system(*rows: Row, flows: Sequence[Row] = (), **tables: Sequence[Row]) -> Tables:
    """Give an inventory of exchanges; processes are those of the rows, products x and y."""
    names = dict.fromkeys(str(each["process_id"]) for each in rows)
    every = {"processes": [process(name) for name in names], "flows": [X, Y, CO2, *flows], "exchanges": rows, **tables}
    return {name: each for name, each in every.items() if each}


def avoids(process_id: str, flow_id: str, amount: float, **more: object) -> Row:
    return exchange(process_id, flow_id, "output", amount, "kg", is_avoided=True, **more)


def has(flow_id: str, name: str, value: float, unit: str) -> Row:
    return row(flow_id=flow_id, property=name, value=value, unit=unit)


def share(product_id: str, factor: float, exchange_id: str = "", process_id: str = "p") -> Row:
    return row(process_id=process_id, product_flow_id=product_id, factor=factor, exchange_flow_id=exchange_id)


def co_products(rule: str, *amounts: float, shares: Sequence[Row] = ()) -> Tables:
    """Give p, which makes 1 kg x and `amounts` of y; q makes y too, where something is to be displaced."""
    every = ("heating_value_hhv", "MJ/kg"), ("price", "USD2020/kg")
    properties = [has(flow, name, 1.0, unit) for flow in "xy" for name, unit in every]
    rows = [makes("p", "x"), *(exchange("p", "y", "output", amount) for amount in amounts), emits("p", 1)]
    others = [makes("q", "y")] if rule == "substitution" else []
    processes = [process("p", allocation=rule), *([process("q")] if others else [])]
    return system(*rows, *others, processes=processes, properties=properties, allocation=shares)


def half(rule: str) -> list[Row]:
    return [share("x", 0.5), share("y", 0.5)] if rule in ("causal", "as_given") else []


def burns(fuel: Row, unit: str = "kg", stage: str = "extraction", *properties: Row) -> Tables:
    """Give p of a stage, which takes 2 units of a fuel that g makes."""
    flow = str(fuel["flow_id"])
    rows = [makes("p", "x"), takes("p", flow, 2, unit), makes("g", flow, 1, str(fuel["unit"]))]
    return system(*rows, flows=[fuel], processes=[process("p", stage), process("g")], properties=properties)


def holds(flow_id: str, *properties: tuple[str, float, str]) -> Tables:
    return system(makes("p", "x"), flows=[PIECE], properties=[has(flow_id, *each) for each in properties])


def mixed(basis: str) -> Tables:
    mix = [row(flow_id="x", process_id="p", share=1, basis="location")]
    return system(
        makes("p", "x"), emits("p", 1), markets=[*mix, row(flow_id="x", process_id="p", share=7, basis=basis)]
    )


# q makes y from 1 kg x; p makes x and spares `amount` of y: below zero it takes it. Radius: sqrt(-amount).
def spared(amount: float) -> Tables:
    return system(makes("p", "x"), avoids("p", "y", amount), makes("q", "y"), takes("q", "x", 1))


CASES: dict[str, tuple[Tables, str]] = {
    # A4: what a process gives of its reference is the sum of the rows that name it: 1 - 3 and 1 - 1 kg.
    "a reference that sums below zero": (
        *(system(makes("p", "x"), exchange("p", "x", "output", -3), emits("p", 1)), "blocker reference_amount"),
    ),
    "a reference that sums to zero": (
        *(system(makes("p", "x"), exchange("p", "x", "output", -1), emits("p", 1)), "blocker reference_amount"),
    ),
    **{
        f"a co-product by {rule} of {amounts}": (
            *(co_products(rule, *amounts, shares=half(rule)), "blocker allocation_amount"),
        )
        for rule in RULES
        for amounts in ((0.0,), (-1.0,), (1.0, -1.0))
    },
    "a co-product of zero that is not shared": (co_products("none", 0.0), "warning allocation_none"),
    # A5: a spared amount below zero is a demand.
    "a loop that lives": (spared(-0.25), ""),
    "a loop that starves exactly": (spared(-1.0), "blocker loop_starved"),
    "a loop that starves": (spared(-2.0), "blocker loop_starved"),
    "its own product, by name": (
        system(makes("p", "x"), avoids("p", "x", -2, provider_id="p"), emits("p", 1)),
        "blocker loop_starved",
    ),
    # A6
    "a fuel without a heating value": (burns(FUEL), "blocker site_energy"),
    "a fuel of the background": (burns(FUEL, "kg", ""), ""),
    "a fuel with an HHV": (burns(FUEL, "kg", "extraction", has("fuel", "heating_value_hhv", 40, "MJ/kg")), ""),
    "a fuel with an LHV": (
        burns(FUEL, "kg", "extraction", has("fuel", "heating_value_lhv", 40, "MJ/kg")),
        "warning energy_lhv",
    ),
    "a fuel measured by its LHV": (burns(product("fuel", "MJ_lhv"), "MJ_lhv"), "warning energy_lhv"),
    "a category in capitals": (burns(product("fuel", category="Energy carrier")), "warning category"),
    "another category": (burns(product("fuel", category="reagent")), ""),
    # A13
    "volume in MJ": (holds("x", ("volume", 2, "MJ/kg")), "blocker property_unit"),
    "volume in piece": (holds("x", ("volume", 2, "piece/kg")), "blocker property_unit"),
    "count in MJ": (holds("x", ("count", 2, "MJ/kg")), "blocker property_unit"),
    "count in kg": (holds("e", ("count", 2, "kg/piece")), "blocker property_unit"),
    "volume in m3, count in piece": (holds("x", ("volume", 2, "L/kg"), ("count", 3, "piece/kg")), ""),
    "volume in Nm3": (holds("x", ("volume", 2, "Nm3/kg")), ""),
    "two kg a kg": (holds("x", ("mass", 2, "kg/kg")), "blocker property_value"),
    "a kg a kg": (holds("x", ("mass", 1000, "g/kg")), ""),
    "LHV above HHV": (
        holds("x", ("heating_value_hhv", 40, "MJ/kg"), ("heating_value_lhv", 45000, "kJ/kg")),
        "blocker property_value",
    ),
    "LHV equal to HHV": (holds("x", ("heating_value_lhv", 33, "MJ/kg"), ("heating_value_hhv", 33, "MJ/kg")), ""),
    "a mass beyond a float": (holds("e", ("mass", 1e308, "t/piece")), "blocker property_value"),
    # A16
    **{
        f"shares beside {rule}": (co_products(rule, 1.0, shares=[share("x", 1)]), expected)
        for rule, expected in (
            *((rule, "warning unused_allocation") for rule in ("mass", "energy", "economic", "substitution")),
            ("none", "warning allocation_none, warning unused_allocation"),
        )
    },
    "shares of one product": (
        system(makes("p", "x"), emits("p", 1), allocation=[share("x", 0.5)]),
        "warning unused_allocation",
    ),
    "given by exchange": (
        co_products("as_given", 1.0, shares=[*half("as_given"), share("x", 0, "co2"), share("y", 1, "co2")]),
        "warning unused_allocation, warning unused_allocation",  # one a row
    ),
    "causal by exchange": (
        co_products("causal", 1.0, shares=[*half("causal"), share("x", 0, "co2"), share("y", 1, "co2")]),
        "",
    ),
    "given without y": (co_products("as_given", 1.0, shares=[share("x", 1)]), "blocker allocation_row"),
    "causal without y": (
        co_products("causal", 1.0, shares=[share("x", 1), share("x", 1, "co2")]),
        "blocker allocation_row",
    ),
    "a contract": (mixed("contract"), "blocker market_sum, warning unused_market"),
    "a residual mix": (mixed("residual"), "blocker market_sum, warning unused_market"),
}


def name_findings(found: lca.Findings) -> str:
    return ", ".join(sorted(f"{each.severity} {each.code}" for each in found.items))


@pytest.mark.parametrize("name", CASES)
def test_one_finding(tmp_path: Path, name: str) -> None:
    tables, expected = CASES[name]
    found = lca.check(write_inventory(tmp_path, tables), core())
    assert name_findings(found) == expected
    assert all(each.what and each.fix and each.table for each in found.items)
    if "blocker" in expected:
        with pytest.raises(lca.DataError, match=expected.split()[1].rstrip(",")):
            lca.score(lca.read_inventory(tmp_path), core())


# A12: p makes 1 kg x and spares 1 kg x; nobody but p makes it.
@pytest.mark.parametrize(("others", "unlinked"), [(False, "refuse"), (False, "cutoff"), (True, "refuse")])
def test_own_product_avoided_displaces_nobody(tmp_path: Path, others: bool, unlinked: str) -> None:
    rows = [makes("p", "x"), avoids("p", "x", 1), emits("p", 1), *([makes("q", "x"), emits("q", 3)] if others else [])]
    place = write_inventory(tmp_path, system(*rows))
    found = lca.check(place, policy=lca.Policy(unlinked=unlinked))
    severity = "blocker" if unlinked == "refuse" else "warning"
    assert name_findings(found) == ("" if others else f"{severity} unlinked_input")
    if not found.blockers():  # 1 - 3 where q is displaced, 1 where nobody is
        value = lca.score(lca.read_inventory(place), core(), lca.Policy(unlinked=unlinked)).get("ghg", process_id="p")
        assert value == pytest.approx(-2.0 if others else 1.0)


@pytest.mark.parametrize("unlinked", ["refuse", "cutoff"])
def test_substitution_with_nothing_to_displace_blocks(tmp_path: Path, unlinked: str) -> None:
    rows = [makes("p", "x"), exchange("p", "y", "output", 1)]
    place = write_inventory(tmp_path, system(*rows, processes=[process("p", allocation="substitution")]))
    assert name_findings(lca.check(place, policy=lca.Policy(unlinked=unlinked))) == "blocker unlinked_input"


# A1: 5 and 7 kg CO2; pyarrow alone reads a quote that is not closed to the end of the file, as one comment.
HEADER = "process_id,flow_id,direction,amount,unit,is_reference,comment\n"
QUOTES = {
    "not closed": '{}p,x,output,1,kg,true,"plate 19 in. wide\np,co2,output,5,kg,,stack\np,co2,output,7,kg,,kiln\n',
    "not closed, last row": '{}p,x,output,1,kg,true,plate\np,co2,output,5,kg,,stack\np,co2,output,7,kg,,"kiln\n',
    "merging rows": '{}p,x,output,1,kg,true,"plate\np,co2,output,5,kg,,"stack"\np,co2,output,7,kg,,kiln\n',
    "inside a field": '{}p,x,output,1,kg,true,plate\np,co2,output,5,kg,,"a"b\np,co2,output,7,kg,,kiln\n',
}


@pytest.mark.parametrize("name", QUOTES)
def test_stray_quotes(tmp_path: Path, name: str) -> None:
    place = write_inventory(tmp_path, system(makes("p", "x")))
    (place / "exchanges.csv").write_text(QUOTES[name].format(HEADER), encoding="utf-8")
    assert [(f.code, f.table) for f in lca.check(place).items] == [("unreadable", "exchanges")]


@pytest.mark.parametrize("comment", ['"in two\nlines"', '"in two\r\nlines, and ""said"""', "19 in. wide"])
def test_quotes_that_are_legal(tmp_path: Path, comment: str) -> None:
    text = f"{HEADER}p,x,output,1,kg,true,{comment}\np,co2,output,5,kg,,{comment}\np,co2,output,7,kg,,kiln\n"
    place = write_inventory(tmp_path, system(makes("p", "x")))
    (place / "exchanges.csv").write_text(text, encoding="utf-8", newline="")
    assert lca.check(place).items == []
    assert lca.score(lca.read_inventory(place), core()).get("ghg", process_id="p") == pytest.approx(12.0)


# A7: files that hold a table, or a part of one, under a name that is not read.
DECLARED: Tables = {
    **system(makes("a", "x"), makes("b", "y"), takes("b", "x", 1), emits("b", 1)),
    "impacts": [row(process_id="a", indicator="ghg", amount=5, unit="kg CO2e", per="kg")],
}


def renamed(name: str) -> Callable[[Path], object]:
    return lambda place: (place / "impacts.csv").rename(place / name)


def added(name: str, content: str = "a\n1\n") -> Callable[[Path], object]:
    def add(place: Path) -> None:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(content, encoding="utf-8")

    return add


def broken_link(place: Path) -> None:
    (place / "impacts.csv").unlink()
    (place / "impacts.csv").symlink_to(place / "nowhere" / "impacts.csv")


def in_parts(name: str) -> Callable[[Path], object]:
    def split(place: Path) -> None:
        (place / "exchanges.csv").unlink()
        write_inventory(place / "exchanges", {"a": DECLARED["exchanges"]}, "parquet")
        (place / "exchanges" / "inventory.toml").unlink()
        added(f"exchanges/{name}")(place)

    return split


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        *[(renamed(f"impacts.{end}"), "blocker unread_file impacts") for end in ("CSV", "xlsx", "csv.gz", "Parquet")],
        (renamed("Impacts.csv"), "warning unknown_table Impacts"),
        (broken_link, "blocker unread_file impacts"),
        (added("exchanges.csv.gz"), "blocker unread_file exchanges"),
        *[(in_parts(name), "blocker unread_file exchanges") for name in ("b.csv", "b.pq")],
        *[(in_parts(name), "") for name in (".b.csv", "_SUCCESS", "_metadata")],
        *[(added(name), "") for name in ("notes.txt", "README.md", ".impacts.csv", ".git/impacts.CSV", "_SUCCESS")],
        *[(added(f"extra.{end}"), f"warning unknown_table {'extra'}") for end in ("csv", "parquet")],
    ],
)
def test_files_that_are_there_and_not_read(tmp_path: Path, change: Callable[[Path], object], expected: str) -> None:
    place = write_inventory(tmp_path, DECLARED)
    change(place)
    assert [f"{f.severity} {f.code} {f.table}" for f in lca.check(place).items] == ([expected] if expected else [])


# A8
def test_a_zip_of_two_inventories_names_both(tmp_path: Path) -> None:
    folder = write_inventory(tmp_path / "in", DECLARED)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for top in ("a", "bb"):
            for file in folder.iterdir():
                archive.write(file, f"{top}/{file.name}")
    with pytest.raises(lca.DataError, match=r"a/inventory\.toml.*bb/inventory\.toml"):
        lca.read_inventory(tmp_path / "two.zip")


# A9, B6, and the unit of energy_site (A6)
COLUMNS = "indicator,flow_id,flow_name,compartment,sub_compartment,direction,location,factor,unit,source_id"
FACTOR = 'ghg,,"Carbon dioxide, fossil",air,,output,,{},kg CO2e/kg,s\n'


def write_method(folder: Path, factors: str, indicators: str = "ghg,G,kg CO2e\n") -> Path:
    folder.mkdir()
    (folder / "method.toml").write_text('name = "m"\nversion = "1"\n', encoding="utf-8")
    (folder / "indicators.csv").write_text(f"indicator,name,unit\n{indicators}", encoding="utf-8")
    (folder / "sources.csv").write_text("source_id,citation\ns,A book\n", encoding="utf-8")
    (folder / "factors.csv").write_text(factors, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("factors", "named"),
    [
        (f"{COLUMNS},factor\nghg,co2,,,,output,,1,kg CO2e/kg,s,5\n", "factor"),
        (f"{COLUMNS}\n{FACTOR.format(1).strip()},extra,extra\n", "row 1|line 2"),
        (f"{COLUMNS}\n{FACTOR.format('1_000')}", "1_000"),
        (f'{COLUMNS}\n"{FACTOR.format(1)}', "factors.csv"),
    ],
)
def test_methods_that_cannot_be_read(tmp_path: Path, factors: str, named: str) -> None:
    with pytest.raises(lca.MethodError, match=named) as caught:
        lca.read_method(write_method(tmp_path / "m", factors))
    assert caught.value.fix


@pytest.mark.parametrize("unit", ["kg CO2e", "points", "kg", "m3", "MWh", "MJ"])
def test_site_energy_is_an_energy(tmp_path: Path, unit: str) -> None:
    folder = write_method(tmp_path / "m", f"{COLUMNS}\n{FACTOR.format(1)}", f"ghg,G,kg CO2e\nenergy_site,E,{unit}\n")
    power = product("power", "MJ")
    inventory = lca.read_inventory(write_inventory(tmp_path / "in", burns(power, "MJ")))
    if unit in ("MWh", "MJ"):  # 2 MJ; 3600 MJ a MWh
        expected = 2 / {"MWh": 3600, "MJ": 1}[unit]
        footprints = lca.score(inventory, lca.read_method(folder))
        assert footprints.get("energy_site", process_id="p") == pytest.approx(expected)
    else:
        with pytest.raises(lca.MethodError, match="energy_site"):
            lca.score(inventory, lca.read_method(folder))


# A10
def line(bill: str, amount: float = 1, unit: str = "kg", **more: object) -> Row:
    return row(demand_id=bill, amount=amount, unit=unit, **more)


def at(place: str, **shares: float) -> list[Row]:
    return [row(flow_id="x", process_id=name, share=part, location=place) for name, part in shares.items()]


MAKERS = (makes("a", "x"), emits("a", 1), makes("b", "x"), emits("b", 9))


@pytest.mark.parametrize(
    ("markets", "lines"),
    [
        (at("CN", a=1), [line("bill", product_id="x")]),  # two makers, and the only market is China's
        ([], [line("bill", product_id="x")]),
        (at("GLO", a=1), [line("bill", product_id="x", supplier_id=each) for each in "ab"]),
        (at("GLO", a=1), [line("a", product_id="x")]),
        (at("GLO", a=1), [line("b", process_id="a")]),
    ],
)
def test_bills_that_do_not_say_what_is_meant(tmp_path: Path, markets: list[Row], lines: list[Row]) -> None:
    found = lca.check(write_inventory(tmp_path, system(*MAKERS, markets=markets, demand=lines)))
    assert {(f.code, f.table) for f in found.blockers()} == {("demand", "demand")}


# A17: a flow that would have a factor by another name, compartment or direction; and one that has none at all.
def near(flow_id: str, name: str, compartment: str = "air", direction: str = "output") -> tuple[Row, Row]:
    flow = row(flow_id=flow_id, name=name, kind="elementary", unit="kg", compartment=compartment)
    return flow, exchange("p", flow_id, direction, 1)


FOSSIL = "Carbon dioxide, fossil"
NEAR = (
    near("by-case", FOSSIL.lower()),
    near("by-compartment", FOSSIL, "Air"),
    near("no-compartment", FOSSIL, ""),
    near("by-direction", FOSSIL, "air", "input"),
)
FAR = near("far", "Unobtainium")


@pytest.mark.parametrize("chosen", [[NEAR[k]] for k in range(4)] + [[*NEAR, FAR], [FAR], []])
def test_flows_that_have_no_factor_are_named(tmp_path: Path, chosen: list[tuple[Row, Row]]) -> None:
    flows, rows = [flow for flow, _ in chosen], [each for _, each in chosen]
    place = write_inventory(tmp_path, system(makes("p", "x"), emits("p", 1), *rows, flows=flows))
    found = lca.check(place, core())
    assert not found.blockers()
    warnings: dict[str, list[lca.Finding]] = {}
    for each in found.warnings():
        warnings.setdefault(each.code, []).append(each)
    close = [str(flow["flow_id"]) for flow in flows if flow["flow_id"] != "far"]
    bare = {"uncharacterized": 1, "uncharacterized_mass": 1} if chosen else {}
    expected = {**({"near_factor": len(close)} if close else {}), **bare}
    assert {code: len(each) for code, each in warnings.items()} == expected
    for flow_id, each in zip(sorted(close), sorted(warnings.get("near_factor", []), key=str), strict=True):
        assert flow_id in f"{each.value} {each.what}"
        assert FOSSIL in f"{each.what} {each.fix}"
    if chosen:
        (count,) = warnings["uncharacterized"]
        assert str(len(chosen)) in f"{count.value} {count.what}"


# B7: p makes x and spares y, q makes y and spares x, one for one: 1 - (-1)(-1) = 0.
@pytest.mark.parametrize("rule", ["avoided", "substitution"])
def test_singular_loops_of_credits_are_named(tmp_path: Path, rule: str) -> None:
    loop = [("p", "x", "y"), ("q", "y", "x")]
    rows = [
        r for at, own, of in loop for r in (makes(at, own), exchange(at, of, "output", 1, is_avoided=rule == "avoided"))
    ]
    processes = [process(name, allocation=rule if rule == "substitution" else "") for name in "pq"]
    place = write_inventory(tmp_path, system(*rows, emits("p", 1), processes=processes))
    (found,) = lca.check(place).blockers()
    assert (found.code, found.value) == ("singular", "p, q")
    with pytest.raises(lca.DataError, match="singular"):
        lca.score(lca.read_inventory(place), core())


# B1
@pytest.mark.parametrize(
    "target", ["exchanges.csv", "../in/new.csv", "new.gaps.csv", "link/exchanges.csv", "deep/new.csv"]
)
def test_results_never_go_into_the_inventory(tmp_path: Path, target: str) -> None:
    place = write_inventory(tmp_path / "in", DECLARED)
    (place / "deep").mkdir()
    (tmp_path / "link").symlink_to(place)
    path = tmp_path / target if target.startswith("link") else place / target
    before = {file: file.read_bytes() for file in place.rglob("*") if file.is_file()}
    with pytest.raises(lca.OutputError) as caught:
        lca.write_results(lca.score(lca.read_inventory(place), core()), path)
    assert caught.value.fix
    assert {file: file.read_bytes() for file in place.rglob("*") if file.is_file()} == before


# B9
EXAMPLE = "example:two-suppliers"
ANY: Any = lca


def of_policy(field: str) -> Callable[[Any], object]:
    return lambda _: ANY.Policy(**{field: "x"})


BAD_CALLS: dict[str, Callable[[Any], object]] = {
    "score a path": lambda _: ANY.score(EXAMPLE),
    "score a Path": lambda _: ANY.score(Path("examples")),
    "score without a method": lambda inventory: ANY.score(inventory, None),
    **{f"a policy of {field}": of_policy(field) for field in CHOICES},
    "score by x": lambda inventory: ANY.score(inventory, by="x"),
    "check a method by number": lambda _: ANY.check(EXAMPLE, 5),
    "a unit of nothing": lambda _: ANY.read_unit(None),
    "a unit of a number": lambda _: ANY.read_unit(5),
    "results to nowhere": lambda inventory: ANY.write_results(lca.score(inventory), None),
    "results to NUL": lambda inventory: ANY.write_results(lca.score(inventory), "a\0.csv"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_calls_that_are_refused_by_an_error_of_the_engine(name: str) -> None:
    inventory = lca.read_inventory(EXAMPLE)
    with pytest.raises(lca.LcaError, match="do:"):
        BAD_CALLS[name](inventory)


def test_names_and_paths_mean_the_same_everywhere(tmp_path: Path) -> None:
    inventory = lca.read_inventory(EXAMPLE)
    assert inventory.label == EXAMPLE
    folder = write_method(tmp_path / "m", f"{COLUMNS}\n{FACTOR.format(2)}")
    # 5.4 kg CO2 per kg metal, by hand in test_cli, at 2 kg CO2e each
    assert lca.score(inventory, folder).get("ghg", product_id="metal") == pytest.approx(10.8)
    assert lca.score(inventory, str(folder)).get("ghg", product_id="metal") == pytest.approx(10.8)
    for method in ("core", "core/1.0-ar5", folder):
        assert not lca.check(EXAMPLE, method).blockers()
    assert lca.check(Path(lca.find_example("two-suppliers")), "core").items == []


def test_a_loop_of_credits_that_spares_more_than_it_makes_is_a_warning(tmp_path: Path) -> None:
    # a spares 2 x, b spares 2 y: each round is four times the last. The algebra gives a = -1/3; no chain does.
    rows = [makes("a", "y"), emits("a", 1), avoids("a", "x", 2), makes("b", "x"), avoids("b", "y", 2)]
    place = write_inventory(tmp_path, system(*rows))
    assert "warning loop_credits" in name_findings(lca.check(place, core()))


@pytest.mark.parametrize("name", ["total", "unassigned"])
def test_a_supplier_by_the_name_of_a_part_is_refused(tmp_path: Path, name: str) -> None:
    tables = {**system(makes("p", "x"), emits("p", 1))}
    tables["processes"] = [{**each, "supplier_id": name} for each in tables["processes"]]
    assert name_findings(lca.check(write_inventory(tmp_path, tables), core())) == "blocker reserved_name"
