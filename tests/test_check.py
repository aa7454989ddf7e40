"""Checking: one small inventory an error, each with its code, table, row, column and value; and all errors at once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import lcaengine as lca
from lcaengine.findings import Severity
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, waste, write_inventory


class Case(NamedTuple):
    """Rows added to the base inventory, and the one blocker they must give."""

    rows: Tables
    code: str
    table: str
    row: int | None
    column: str
    value: str
    named: str = ""
    """What the message or the advice must name."""


# p makes x, q makes y from x. Added rows of exchanges start at 5, of processes at 3, of flows at 5.
BASE: dict[str, list[Row]] = {
    "processes": [process("p", "extraction"), process("q", "processing")],
    "flows": [product("x"), product("y"), waste("slag"), CO2],
    "exchanges": [makes("p", "x"), emits("p", 1.0), makes("q", "y"), takes("q", "x", 0.5)],
}


def add(rows: Tables) -> dict[str, list[Row]]:
    return {name: [*BASE.get(name, []), *rows.get(name, [])] for name in {**BASE, **rows}}


def row(**values: object) -> Row:
    return values


def exchanges(*rows: Row) -> Tables:
    return {"exchanges": rows}


def third(kind: Row, *rows: Row, **more: object) -> Tables:
    """Give a third process r that makes the flow z, with further rows."""
    return {"processes": [process("r", **more)], "flows": [kind], "exchanges": rows}  # type: ignore[arg-type]


Z, M = product("z"), product("m", "MJ")
COPRODUCTS = (makes("r", "z", 2.0), exchange("r", "m", "output", 3.0, "MJ"))


def allocated(rule: str, **tables: list[Row]) -> Tables:
    """Give a process r with the products z (kg) and m (MJ), in row 3 of processes."""
    return {"processes": [process("r", allocation=rule)], "flows": [Z, M], "exchanges": COPRODUCTS, **tables}


def price(flow: str, unit: str) -> Row:
    return row(flow_id=flow, property="price", value=2.0, unit=unit)


CASES: dict[str, Case] = {
    # Units
    "unknown unit": Case(exchanges(emits("p", 1.0, "ton")), "unknown_unit", "exchanges", 5, "unit", "ton", "t, lb"),
    "unit of a flow": Case({"flows": [product("z", "gal")]}, "unknown_unit", "flows", 5, "unit", "gal", "gal_UK"),
    "wrong dimension": Case(exchanges(emits("p", 1.0, "MJ")), "wrong_dimension", "exchanges", 5, "unit", "MJ", "kg"),
    "CO2e is no kg": Case(exchanges(emits("p", 1, "kg CO2e")), "wrong_dimension", "exchanges", 5, "unit", "kg CO2e"),
    # Identities
    "unknown flow": Case(exchanges(takes("q", "no", 1.0)), "unknown_flow_id", "exchanges", 5, "flow_id", "no"),
    "unknown process": Case(exchanges(takes("no", "x", 1.0)), "unknown_process_id", "exchanges", 5, "process_id", "no"),
    "unknown provider": Case(
        exchanges(takes("q", "x", 1.0, provider_id="no")), "unknown_provider_id", "exchanges", 5, "provider_id", "no"
    ),
    "flow of a property": Case(
        {"properties": [row(flow_id="no", property="mass", value=1, unit="kg/kg")]},
        *("unknown_flow_id", "properties", 1, "flow_id", "no"),
    ),
    "process of an allocation": Case(
        {"allocation": [row(process_id="no", product_flow_id="x", factor=1)]},
        *("unknown_process_id", "allocation", 1, "process_id", "no"),
    ),
    "flow of a market": Case(
        {"markets": [row(flow_id="no", process_id="p", share=1)]}, "unknown_flow_id", "markets", 1, "flow_id", "no"
    ),
    "flow of a contract": Case(
        {"markets": [row(flow_id="no", process_id="p", share=1, basis="contract")]},
        *("unknown_flow_id", "markets", 1, "flow_id", "no"),
    ),
    "process of a bill": Case(
        {"demand": [row(demand_id="b", process_id="no", amount=1, unit="kg")]},
        *("unknown_process_id", "demand", 1, "process_id", "no"),
    ),
    # Closed lists
    "stage": Case(third(Z, makes("r", "z"), stage="mining"), "unknown_stage", "processes", 3, "stage", "mining", "use"),
    "stage by case": Case(third(Z, makes("r", "z"), stage="Use"), "unknown_stage", "processes", 3, "stage", "Use"),
    "kind": Case({"flows": [{**Z, "kind": "service"}]}, "unknown_kind", "flows", 5, "kind", "service", "waste"),
    "direction": Case(
        exchanges(exchange("q", "x", "in", 1.0)), "unknown_direction", "exchanges", 5, "direction", "in", "input"
    ),
    "data type": Case(
        exchanges(emits("p", 1.0, data_type="measured")), "unknown_data_type", "exchanges", 5, "data_type", "measured"
    ),
    "allocation rule": Case(
        third(Z, makes("r", "z"), allocation="exergy"), "unknown_allocation", "processes", 3, "allocation", "exergy"
    ),
    "place of a process": Case(
        third(Z, makes("r", "z"), location="Narnia"), "unknown_location", "processes", 3, "location", "Narnia", "GLO"
    ),
    "place of an exchange": Case(
        exchanges(emits("p", 1.0, location="XX")), "unknown_location", "exchanges", 5, "location", "XX"
    ),
    "place of a market": Case(
        {"markets": [row(flow_id="x", process_id="p", share=1, location="cn")]},
        *("unknown_location", "markets", 1, "location", "cn"),
    ),
    # References and signs
    "no reference": Case(third(Z, emits("r", 1.0)), "no_reference", "exchanges", 5, "process_id", "r"),
    "no exchange": Case({"processes": [process("r")]}, "no_reference", "exchanges", None, "process_id", "r"),
    "zero reference": Case(third(Z, makes("r", "z", 0.0)), "reference_amount", "exchanges", 5, "amount", "0.0"),
    "negative reference": Case(
        third(Z, makes("r", "z", -2.0, "t")), "reference_amount", "exchanges", 5, "amount", "-2.0", "waste, input"
    ),
    "negative treatment": Case(
        third(waste("w"), takes("r", "w", -1.0, is_reference=True)),
        *("reference_amount", "exchanges", 5, "amount", "-1.0"),
    ),
    "product taken as reference": Case(
        third(Z, takes("r", "z", 1.0, is_reference=True)), "reference_input", "exchanges", 5, "is_reference", "z"
    ),
    "waste given as reference": Case(
        third(Z, makes("r", "slag")), "reference_waste_output", "exchanges", 5, "is_reference", "slag"
    ),
    "elementary reference": Case(
        third(Z, makes("r", "co2")), "reference_elementary", "exchanges", 5, "is_reference", "co2"
    ),
    "elementary avoided": Case(
        exchanges(emits("p", 1.0, is_avoided=True)), "avoided_elementary", "exchanges", 5, "is_avoided", "co2"
    ),
    # Providers
    "provider makes another flow": Case(
        exchanges(takes("p", "x", 0.1, provider_id="q")),
        *("wrong_provider", "exchanges", 5, "provider_id", "q", "one that does: p"),
    ),
    "provider with a co-product it does not allocate": Case(
        allocated("none", exchanges=[*COPRODUCTS, takes("q", "m", 1.0, "MJ", provider_id="r")]),
        *("wrong_provider", "exchanges", 7, "provider_id", "r"),
    ),
    "ambiguous provider": Case(
        {
            "processes": [process("r"), process("s"), process("u")],
            "flows": [Z, product("u")],
            "exchanges": [makes("r", "z"), makes("s", "z"), makes("u", "u"), takes("u", "z", 1.0)],
        },
        *("ambiguous_provider", "exchanges", 8, "provider_id", "z", "r, s"),
    ),
    "unlinked input": Case(
        {"flows": [Z], "exchanges": [takes("q", "z", 1.0)]}, "unlinked_input", "exchanges", 5, "provider_id", "z"
    ),
    "untreated waste": Case(
        exchanges(exchange("q", "slag", "output", 1.0)), "unlinked_input", "exchanges", 5, "provider_id", "slag"
    ),
    "nothing to displace": Case(allocated("substitution"), "unlinked_input", "exchanges", 6, "provider_id", "m"),
    # Markets
    "shares below one": Case(
        {"markets": [row(flow_id="x", process_id="p", share=0.99999)]},
        *("market_sum", "markets", None, "share", "0.99999", "x"),
    ),
    "market of a flow its process does not make": Case(
        {"markets": [row(flow_id="x", process_id="q", share=1)]}, "wrong_provider", "markets", 1, "process_id", "q"
    ),
    "share and amount": Case(
        {"markets": [row(flow_id="x", process_id="p", share=1, amount=1, unit="kg")]},
        *("market_share", "markets", 1, "share", "p"),
    ),
    "neither share nor amount": Case(
        {"markets": [row(flow_id="x", process_id="p")]}, "market_share", "markets", 1, "share", "p"
    ),
    "unit of a market": Case(
        {"markets": [row(flow_id="x", process_id="p", amount=1, unit="ton")]},
        *("unknown_unit", "markets", 1, "unit", "ton"),
    ),
    # Allocation
    "no allocation": Case(allocated(""), "no_allocation", "processes", 3, "allocation", "", "m"),
    "shares given do not sum": Case(
        allocated("as_given", allocation=[row(process_id="r", product_flow_id=f, factor=0.4) for f in "zm"]),
        *("allocation_sum", "processes", 3, "allocation", "as_given", "0.8"),
    ),
    "shares not given": Case(allocated("as_given"), "allocation_row", "processes", 3, "allocation", "as_given"),
    "a product without mass": Case(allocated("mass"), "allocation_property", "processes", 3, "allocation", "mass", "m"),
    "a product without energy": Case(
        allocated("energy"), "allocation_property", "processes", 3, "allocation", "energy", "z"
    ),
    "no price": Case(
        allocated("economic", properties=[price("z", "USD2020/kg")]),
        *("allocation_property", "processes", 3, "allocation", "economic", "m"),
    ),
    "prices in two currencies": Case(
        allocated("economic", properties=[price("z", "USD2020/kg"), price("m", "EUR2020/MJ")]),
        *("allocation_currency", "processes", 3, "allocation", "economic", "EUR2020"),
    ),
    "prices in two years": Case(
        allocated("economic", properties=[price("z", "USD2020/kg"), price("m", "USD2021/MJ")]),
        *("allocation_currency", "processes", 3, "allocation", "economic", "USD2021"),
    ),
    # Properties
    **{
        f"property {name} in {unit}": Case(
            {"properties": [row(flow_id="x", property=name, value=1.0, unit=unit)]},
            *(code, "properties", 1, "unit", unit),
        )
        for name, unit, code in (
            ("mass", "kg", "property_unit"),
            ("mass", "kg/piece", "property_unit"),
            ("mass", "MJ/kg", "property_unit"),
            ("heating_value_hhv", "MJ_lhv/kg", "property_unit"),
            ("content:Nd", "piece/kg", "property_unit"),
            ("price", "MJ/kg", "property_unit"),
            ("price", "USD/kg", "unknown_unit"),
        )
    },
    **{
        f"property of {value}": Case(
            {"properties": [row(flow_id="x", property="heating_value_hhv", value=value, unit="MJ/kg")]},
            *("property_value", "properties", 1, "value", str(value)),
        )
        for value in (0.0, -3.0)
    },
    # Declared footprints
    "impacts and inputs": Case(
        {"impacts": [row(process_id="q", indicator="ghg", amount=1, unit="kg CO2e", per="kg")]},
        *("impacts_and_inputs", "impacts", 1, "process_id", "q"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_error(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    found = lca.check(write_inventory(tmp_path, add(case.rows))).blockers()
    assert [(f.code, f.table, f.row, f.column, f.value) for f in found] == [case[1:6]]
    assert case.named in f"{found[0].what} {found[0].fix}"
    assert found[0].what
    assert found[0].fix


def test_the_base_is_without_findings(tmp_path: Path) -> None:
    assert lca.check(write_inventory(tmp_path, BASE)).items == []


def test_two_references_name_one_of_them(tmp_path: Path) -> None:
    rows = [emits("r", 1), makes("r", "z"), takes("r", "x", 1), makes("r", "z")]  # rows 5 to 8
    found = lca.check(write_inventory(tmp_path, add(third(Z, *rows)))).blockers()
    assert [(f.code, f.table, f.value) for f in found] == [("two_references", "exchanges", "r")]
    assert found[0].row in (6, 8)


@pytest.mark.parametrize("unlinked", ["refuse", "cutoff"])
def test_impacts_and_inputs_with_a_method(tmp_path: Path, unlinked: str) -> None:
    place = write_inventory(tmp_path, add(CASES["impacts and inputs"].rows))
    found = lca.check(place, lca.read_method("core"), lca.Policy(unlinked=unlinked))
    assert [(f.code, f.table, f.row) for f in found.blockers()] == [("impacts_and_inputs", "impacts", 1)]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("unlinked input", Severity.WARNING),
        ("untreated waste", Severity.WARNING),
        ("nothing to displace", Severity.BLOCKER),  # DESIGN 3: substitution with nothing to displace is a blocker
        ("ambiguous provider", Severity.WARNING),  # cut off and counted, never an equal mix
        ("provider makes another flow", Severity.BLOCKER),
    ],
)
def test_cutoff_lets_pass_what_has_no_one_supplier_and_nothing_else(
    tmp_path: Path, name: str, severity: Severity
) -> None:
    case = CASES[name]
    found = lca.check(write_inventory(tmp_path, add(case.rows)), policy=lca.Policy(unlinked="cutoff")).items
    assert [(f.severity, f.code, f.row) for f in found] == [(severity, case.code, case.row)]


def test_co_products_without_allocation_warn_and_supply_nobody(tmp_path: Path) -> None:
    found = lca.check(write_inventory(tmp_path, add(allocated("none")))).items
    named = [(f.severity, f.code, f.table, f.row, f.column, f.value) for f in found]
    assert named == [(Severity.WARNING, "allocation_none", "processes", 3, "allocation", "none")]


# A loop starves where the spectral radius of demand per gross output is one or more. r makes 1 of z and takes `own` of
# it: radius = own. r takes a of w and s, the maker of w, takes b of z: radius = sqrt(a b) per output of 1.
@pytest.mark.parametrize(
    ("own", "a", "b", "made", "starves"),
    [
        (0.0, 0.0, 0.0, 1.0, False),
        (0.999, 0.0, 0.0, 1.0, False),
        (1.0, 0.0, 0.0, 1.0, True),
        (1.5, 0.0, 0.0, 1.0, True),
        (3.0, 0.0, 0.0, 4.0, False),  # 3 of 4: it is the share that counts
        (4.0, 0.0, 0.0, 4.0, True),
        (0.0, 0.5, 0.5, 1.0, False),
        (0.0, 100.0, 0.009, 1.0, False),
        (0.0, 1.0, 1.0, 1.0, True),
        (0.0, 4.0, 0.25, 1.0, True),
        (0.0, 0.125, 8.0, 1.0, True),
        (0.0, 2.0, 1.0, 1.0, True),
        (0.0, 2.0, 1.0, 4.0, False),  # a b / made = 0.5
        (0.5, 0.5, 0.5, 1.0, False),  # (0.5 + sqrt(0.25 + 4 * 0.25)) / 2 = 0.809
        (0.5, 1.0, 0.5, 1.0, True),  # (0.5 + sqrt(0.25 + 4 * 0.5)) / 2 = 1
    ],
)
def test_starved_loops(tmp_path: Path, own: float, a: float, b: float, made: float, starves: bool) -> None:
    loop = [("r", "z", own), ("r", "w", a), ("s", "z", b)]
    tables = {
        "processes": [process("r"), process("s")],
        "flows": [Z, product("w")],
        "exchanges": [
            *(
                makes("r", "z", made),
                makes("s", "w"),
                exchange("r", "z", "output", 9.0, is_avoided=True, provider_id="r"),
            ),
            *(takes(user, flow, amount) for user, flow, amount in loop if amount),
        ],
    }
    found = lca.check(write_inventory(tmp_path, add(tables))).blockers()
    members = "r, s" if a else "r"
    assert [(f.code, f.table, f.value) for f in found] == [("loop_starved", "exchanges", members)] * starves


def test_a_bad_row_more_than_a_thousand_times(tmp_path: Path) -> None:
    rows = [emits("p", 1.0, "ton") for _ in range(1500)]
    found = lca.check(write_inventory(tmp_path, add(exchanges(*rows)))).blockers()
    assert {f.code for f in found} == {"unknown_unit"}
    assert sorted(f.row or 0 for f in found)[1:] == list(range(5, 1005))
    assert "500 more" in next(f.what for f in found if f.row is None)


# Errors that have nothing to do with one another, one a subject: each must be found while the others stand.
MANY = (
    *("stage", "unit of a flow", "unknown unit", "unknown flow", "place of a process", "negative treatment"),
    *("unlinked input", "shares below one", "a product without mass"),
)


@pytest.mark.parametrize("name", ["starved loop", *MANY])
@pytest.mark.parametrize("among", [("unknown unit",), ("unlinked input",), MANY])
def test_all_findings_come_at_once(tmp_path: Path, name: str, among: tuple[str, ...]) -> None:
    tables = {table: list(rows) for table, rows in BASE.items()}
    for k, other in enumerate(dict.fromkeys((*among, *(() if name == "starved loop" else (name,))))):
        for table, rows in CASES[other].rows.items():
            tables.setdefault(table, []).extend(_rename(each, k) for each in rows)
    # Demands that cannot be read or linked are left out; more demand never lets a loop give more, so it starves anyway.
    tables["exchanges"].append(takes("p", "x", 1.0, provider_id="p"))
    found = {(f.code, f.table) for f in lca.check(write_inventory(tmp_path, tables)).blockers()}
    assert (("loop_starved", "exchanges") if name == "starved loop" else CASES[name][1:3]) in found


def _rename(values: Row, k: int) -> Row:
    """Keep the processes and flows that cases add apart from one another."""
    own = {"r", "s", "u", "z", "m", "w"}
    return {name: f"{value}{k}" if value in own and name != "unit" else value for name, value in values.items()}


def test_every_row_of_a_kind_is_named(tmp_path: Path) -> None:
    rows = [takes("q", "no", 1.0), emits("p", 1.0), takes("q", "nor", 1.0), takes("never", "x", 1.0)]
    found = lca.check(write_inventory(tmp_path, add(exchanges(*rows)))).blockers()
    assert [(f.code, f.row, f.value) for f in found] == [
        ("unknown_flow_id", 5, "no"),
        ("unknown_flow_id", 7, "nor"),
        ("unknown_process_id", 8, "never"),
    ]
