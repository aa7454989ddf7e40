"""Units: every label's factor against its source and against pint's own registry, every trap, every refusal."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pint
import pytest

import lcaengine as lca
from lcaengine.inventory.conversion import convert
from lcaengine.units import LABELS, read_unit
from lcaengine.units.exact import EXACT
from lcaengine.units.registry import ask_pint
from lcaengine.units.unit import _read_label
from tests.tables import CO2, Row, emits, makes, process, product, takes, write_inventory

# label, the unit it is measured in, the factor, and the same unit in pint's own default registry ("" where it has none
# that means the same).
# Sources: BIPM (2019) SI brochure, 9th ed.: SI prefixes (table 7), minute, hour, day, hectare, litre, tonne (table 8).
# NIST Handbook 44 (2023), appendix C: pound, ounces, US gallon (231 in3, in = 0.0254 m), mile (5280 ft), petroleum
# barrel (42 US gallons). UK SI 1995/1804: UK gallon 4.54609 L. ISO 31-4:1992: Btu_IT 1055.05585262 J.
# NIST SP 811 (2008), B.8: therm (US) 1.054804e8 J. DESIGN section 3: a year is 365.25 d.
POUND = Fraction("0.45359237")
US_GALLON = 231 * Fraction("0.0254") ** 3
FACTORS: list[tuple[str, str, Fraction, str]] = [
    ("kg", "kg", Fraction(1), "kilogram"),
    ("g", "kg", Fraction(1, 10**3), "gram"),
    ("mg", "kg", Fraction(1, 10**6), "milligram"),
    ("ug", "kg", Fraction(1, 10**9), "microgram"),
    ("t", "kg", Fraction(10**3), "metric_ton"),
    ("Mg", "kg", Fraction(10**3), "megagram"),
    ("kt", "kg", Fraction(10**6), "kilometric_ton"),
    ("Mt", "kg", Fraction(10**9), "megametric_ton"),
    ("lb", "kg", POUND, "pound"),
    ("oz_av", "kg", POUND / 16, "ounce"),
    ("oz_troy", "kg", POUND * 480 / 7000, "troy_ounce"),
    ("J", "MJ", Fraction(1, 10**6), "joule"),
    ("kJ", "MJ", Fraction(1, 10**3), "kilojoule"),
    ("MJ", "MJ", Fraction(1), "megajoule"),
    ("GJ", "MJ", Fraction(10**3), "gigajoule"),
    ("TJ", "MJ", Fraction(10**6), "terajoule"),
    ("PJ", "MJ", Fraction(10**9), "petajoule"),
    ("Wh", "MJ", Fraction(3600, 10**6), "watt_hour"),
    ("kWh", "MJ", Fraction(36, 10), "kilowatt_hour"),
    ("MWh", "MJ", Fraction(3600), "megawatt_hour"),
    ("GWh", "MJ", Fraction(3600 * 10**3), "gigawatt_hour"),
    ("MJ_hhv", "MJ_hhv", Fraction(1), ""),
    ("MJ_lhv", "MJ_lhv", Fraction(1), ""),
    ("MMBtu_IT", "MJ", Fraction("1055.05585262"), "1e6 * international_british_thermal_unit"),
    ("therm_US", "MJ", Fraction("105.4804"), "US_therm"),
    ("m3", "m3", Fraction(1), "meter ** 3"),
    ("dm3", "m3", Fraction(1, 10**3), "decimeter ** 3"),
    ("L", "m3", Fraction(1, 10**3), "liter"),
    ("l", "m3", Fraction(1, 10**3), "liter"),
    ("mL", "m3", Fraction(1, 10**6), "milliliter"),
    ("gal_US", "m3", US_GALLON, "gallon"),
    ("gal_UK", "m3", Fraction("0.00454609"), "imperial_gallon"),
    ("bbl", "m3", 42 * US_GALLON, "oil_barrel"),  # pint's `barrel` is the dry or beer barrel, 31.5 gal
    ("Nm3", "Nm3", Fraction(1), ""),
    ("m2", "m2", Fraction(1), "meter ** 2"),
    ("ha", "m2", Fraction(10**4), "hectare"),
    ("km2", "m2", Fraction(10**6), "kilometer ** 2"),
    ("m2*a", "m2*a", Fraction(1), "meter ** 2 * julian_year"),
    ("m2a", "m2*a", Fraction(1), "meter ** 2 * julian_year"),
    ("ha*a", "m2*a", Fraction(10**4), "hectare * julian_year"),
    ("m3*a", "m3*a", Fraction(1), "meter ** 3 * julian_year"),
    ("m", "m", Fraction(1), "meter"),
    ("km", "m", Fraction(10**3), "kilometer"),
    ("mi", "m", 5280 * 12 * Fraction("0.0254"), "mile"),
    ("t*km", "t*km", Fraction(1), "metric_ton * kilometer"),
    ("tkm", "t*km", Fraction(1), "metric_ton * kilometer"),
    ("kg*km", "t*km", Fraction(1, 10**3), "kilogram * kilometer"),
    ("kgkm", "t*km", Fraction(1, 10**3), "kilogram * kilometer"),
    ("p*km", "p*km", Fraction(1), ""),
    ("pkm", "p*km", Fraction(1), ""),
    ("v*km", "v*km", Fraction(1), ""),
    ("vkm", "v*km", Fraction(1), ""),
    *[(label, "piece", Fraction(1), "") for label in ("piece", "p", "unit", "Item(s)")],
    ("h", "h", Fraction(1), "hour"),
    ("d", "h", Fraction(24), "day"),
    ("a", "h", Fraction(24 * 36525, 100), "julian_year"),
    ("min", "h", Fraction(1, 60), "minute"),
    ("s", "h", Fraction(1, 3600), "second"),
    ("kBq", "kBq", Fraction(1), "kilobecquerel"),
    ("Bq", "kBq", Fraction(1, 10**3), "becquerel"),
    ("mol", "mol", Fraction(1), "mole"),
    *[(label, "kg CO2e", Fraction(1), "") for label in ("kg CO2e", "kgCO2e", "kg CO2-Eq", "kg CO2 eq")],
    ("g CO2e", "kg CO2e", Fraction(1, 10**3), ""),
    ("t CO2e", "kg CO2e", Fraction(10**3), ""),
    ("m3 world-eq", "m3 world-eq", Fraction(1), ""),
    ("species*yr", "species*yr", Fraction(1), ""),
    ("kWp", "kWp", Fraction(1), ""),
]
ANCHORS = dict.fromkeys(anchor for _, anchor, _, _ in FACTORS)
PINT_ANCHORS = {label: expression for label, anchor, _, expression in FACTORS if label == anchor}


@lru_cache(maxsize=1)
def pint_default() -> Any:
    return pint.UnitRegistry()


def test_the_table_of_this_test_is_the_whole_allow_list() -> None:
    assert sorted(label for label, *_ in FACTORS) == sorted(LABELS)


@pytest.mark.parametrize(("label", "anchor", "factor", "expression"), FACTORS)
def test_factor(label: str, anchor: str, factor: Fraction, expression: str) -> None:
    unit, base = read_unit(label), read_unit(anchor)
    assert unit.label == label
    assert (unit.dimension, unit.base) == (base.dimension, base.base)
    assert unit.factor == float(factor)  # rounded once, so equal and not close
    if expression:
        expected = pint_default()(expression) / pint_default()(PINT_ANCHORS[anchor])
        assert unit.factor == pytest.approx(expected.to("").magnitude, rel=1e-13)


@pytest.mark.parametrize("label", LABELS)
def test_exact_factors_are_what_pint_reads(label: str) -> None:
    assert EXACT[label] == ask_pint(label)  # dimension, exact fraction, base


def test_anchors_are_the_base_and_no_two_share_a_dimension() -> None:
    units = [read_unit(anchor) for anchor in ANCHORS]
    assert [(unit.base, unit.factor) for unit in units] == [(anchor, 1.0) for anchor in ANCHORS]
    assert len({unit.dimension for unit in units}) == len(ANCHORS)


@pytest.mark.parametrize(
    ("label", "pints", "ours"),
    [
        ("kt", ("meter / second", 0.5144444), ("kg", 1e6)),  # a knot
        ("a", ("hour", 8766.0), ("h", 8766.0)),  # a Julian year in pint too, an are elsewhere: never an area here
        ("unit", ("candela / meter ** 2", 1e-6), ("piece", 1.0)),  # a micro-nit
        ("Mg", ("kilogram", 1e3), ("kg", 1e3)),
        ("mg", ("kilogram", 1e-6), ("kg", 1e-6)),
        ("p", None, ("piece", 1.0)),
    ],
)
def test_labels_that_pint_reads_otherwise(label: str, pints: tuple[str, float] | None, ours: tuple[str, float]) -> None:
    if pints is not None:
        assert pint_default()(label).to(pints[0]).magnitude == pytest.approx(pints[1], rel=1e-6)
    assert (read_unit(label).base, read_unit(label).factor) == ours


@pytest.mark.parametrize(
    ("label", "candidates"),
    [
        ("ton", {"t"}),  # pint's is 907.18474 kg
        ("gal", {"gal_US", "gal_UK"}),
        ("gallon", {"gal_US", "gal_UK"}),
        ("oz", {"oz_av", "oz_troy"}),
        ("MMBtu", {"MMBtu_IT"}),
        ("therm", {"therm_US"}),  # pint's is the EC therm
        ("barrel", {"bbl"}),
        ("USD", {"USD2020"}),
        ("kwh", {"kWh"}),
        ("KG", {"kg"}),
    ],
)
def test_refused_with_candidates_named(label: str, candidates: set[str]) -> None:
    with pytest.raises(lca.UnitError) as caught:
        read_unit(label)
    assert candidates <= set(caught.value.allowed)
    assert all(candidate in caught.value.fix for candidate in candidates)
    assert (caught.value.given, repr(label) in caught.value.what) == (label, True)


@pytest.mark.parametrize(
    "label",
    [
        *("", " ", " kg", "kg ", "Kg", "KWh", "kwH", "mj", "Mj", "M3", "T", "G", "kgco2e", "kg co2e", "KG CO2e", "HA"),
        *("m³", "m²", "µg", "nm3", "NM3", "m3N", "tonne", "tons", "y", "yr", "Year", "ounce", "pounds", "Mt CO2"),
        *("usd2020", "USD20", "USD 2020", "USD-2020", "USD2020 ", "XYZ2020", "BTC2020", "EUR", "2020USD", "USD3020"),
        *("/", "kg/", "/kg", "kg//m3", "kg/h/m2", "kg/(h/m2)", "kg/m2*a", "kg/(m3", "kg/m3)", "kg/()", "kg / m3"),
        *(
            "1",
            "1000 kg",
            "kg**2",
            "kg*kg",
            "[mass]",
            "kg+g",
            "kilogram",
            "dimensionless",
            "%",
            "nan",
            "kg\n",
            "kg\x00",
        ),
    ],
)
def test_not_on_the_list(label: str) -> None:
    with pytest.raises(lca.UnitError) as caught:
        read_unit(label)
    assert caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("label", "factor", "base"),
    [
        ("MJ/kg", Fraction(1), "MJ/kg"),
        ("kWh/t", Fraction("3.6") / 1000, "MJ/kg"),
        ("kg CO2e/kWh", 1 / Fraction("3.6"), "kg CO2e/MJ"),
        ("g CO2e/kWh", 1 / Fraction(3600), "kg CO2e/MJ"),
        ("kgCO2e/tkm", Fraction(1), "kg CO2e/(t*km)"),
        ("g CO2e/(kg*km)", Fraction(1), "kg CO2e/(t*km)"),  # 1e-3 kg CO2e over 1e-3 t km
        ("m2*a/(ha*a)", Fraction(1, 10**4), "m2*a/(m2*a)"),
        ("kg/Item(s)", Fraction(1), "kg/piece"),
        ("g/(Item(s))", Fraction(1, 1000), "kg/piece"),
        ("USD2020/t", Fraction(1, 1000), "USD2020/kg"),
        ("kg CO2e/USD2020", Fraction(1), "kg CO2e/USD2020"),
        ("lb/MMBtu_IT", POUND / Fraction("1055.05585262"), "kg/MJ"),
        ("m3 world-eq/m3", Fraction(1), "m3 world-eq/m3"),
    ],
)
def test_ratios(label: str, factor: Fraction, base: str) -> None:
    assert (read_unit(label).factor, read_unit(label).base) == (float(factor), base)
    assert read_unit(label).dimension == read_unit(base).dimension


def test_a_ratio_of_equal_units_keeps_what_it_is_a_ratio_of() -> None:
    assert len({read_unit(label).dimension for label in ("kg/kg", "m3/m3", "kg CO2e/kg", "kg/kg CO2e", "kg")}) == 5


def test_a_label_of_a_method_is_a_dimension_of_its_own() -> None:
    own = frozenset({"CTUh", "kg P-eq"})
    assert read_unit("CTUh/kg", own).base == "CTUh/kg"
    assert read_unit("kg P-eq", own).dimension != read_unit("kg").dimension
    with pytest.raises(lca.UnitError):
        read_unit("CTUh")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kg CO2e", "kg"),
        ("kg CO2-Eq", "kg"),
        ("m3 world-eq", "m3"),
        ("Nm3", "m3"),
        ("MJ_hhv", "MJ"),
        ("MJ_lhv", "MJ"),
        ("MJ_hhv", "MJ_lhv"),
        ("USD2020", "USD2021"),
        ("USD2020", "EUR2020"),
        ("p*km", "v*km"),
        ("p*km", "m"),
        ("p", "p*km"),
        ("kBq", "mol"),
        ("kWp", "kWh"),
        ("m2*a", "m2"),
        ("species*yr", "a"),
        ("t*km", "kg"),
        ("kg CO2e/kg", "kg/kg"),
        ("USD2020/kg", "USD2021/kg"),
    ],
)
def test_dimensions_that_never_meet(one: str, other: str) -> None:
    for unit, reference in ((one, other), (other, one)):
        with pytest.raises(lca.UnitError):
            convert(read_unit(unit), read_unit(reference), 0, {})


def amount_read(
    folder: Path, unit: str, written: str, amount: float, properties: list[tuple[str, float, str]]
) -> float:
    """Give the base amount of an input of `amount` `written` of a flow in `unit` with these properties."""
    place = write_inventory(
        folder,
        {
            "processes": [process("p")],
            "flows": [product("fuel", unit), product("other"), product("product"), CO2],
            "properties": [
                {"flow_id": "other", "property": "heating_value_hhv", "value": 999.0, "unit": "MJ/kg"},
                *({"flow_id": "fuel", "property": n, "value": v, "unit": u} for n, v, u in properties),
            ],
            "exchanges": [makes("p", "product"), takes("p", "fuel", amount, written)],
        },
    )
    exchanges = lca.read_inventory(place).exchanges
    return float(exchanges.amount[exchanges.is_input][0])


HHV, LHV, MASS = "heating_value_hhv", "heating_value_lhv", "mass"


@pytest.mark.parametrize(
    ("unit", "properties", "written", "amount", "expected"),
    [
        ("kg", [(HHV, 32.0, "MJ/kg")], "MJ", 64.0, 2.0),
        ("kg", [(HHV, 32.0, "MJ/kg")], "MJ_hhv", 64.0, 2.0),
        ("kg", [(HHV, 32.0, "MJ/kg")], "kWh", 20.0, 2.25),  # 72 MJ / 32
        ("kg", [(HHV, 32.0, "MJ_hhv/kg")], "GJ", 0.064, 2.0),
        ("kg", [(LHV, 25.0, "MJ/kg")], "MJ", 50.0, 2.0),
        ("kg", [(HHV, 32.0, "MJ/kg"), (LHV, 25.0, "MJ/kg")], "MJ_hhv", 64.0, 2.0),
        ("kg", [(HHV, 32.0, "MJ/kg"), (LHV, 25.0, "MJ/kg")], "MJ_lhv", 50.0, 2.0),
        ("t", [(HHV, 32000.0, "MJ/t")], "MJ", 64.0, 2.0),  # inside, kg
        ("kg", [(HHV, 32.0, "GJ/t")], "MJ", 64.0, 2.0),
        ("piece", [(MASS, 250.0, "g/piece")], "kg", 3.0, 12.0),
        ("Item(s)", [(MASS, 0.25, "kg/unit")], "t", 0.003, 12.0),
        ("m3", [(MASS, 0.75, "kg/m3"), (HHV, 40.0, "MJ/m3")], "kg", 3.0, 4.0),
        ("m3", [(MASS, 0.75, "kg/m3"), (HHV, 40.0, "MJ/m3")], "MJ", 160.0, 4.0),
        ("m3", [(MASS, 0.75, "kg/m3"), (HHV, 40.0, "MJ/m3")], "L", 4000.0, 4.0),
        ("MJ_hhv", [(MASS, 0.02, "kg/MJ_hhv")], "kg", 1.0, 50.0),
    ],
)
def test_converts_by_the_properties_of_that_flow(
    tmp_path: Path, unit: str, properties: list[tuple[str, float, str]], written: str, amount: float, expected: float
) -> None:
    assert amount_read(tmp_path, unit, written, amount, properties) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("unit", "properties", "written", "named"),
    [
        ("kg", [], "MJ", "kg"),  # another flow has a heating value
        ("kg", [], "piece", "kg"),
        ("piece", [], "kg", "piece"),
        ("m3", [(HHV, 40.0, "MJ/m3")], "kg", "m3"),
        ("kg", [(HHV, 32.0, "MJ/kg"), (LHV, 25.0, "MJ/kg")], "MJ", "MJ_hhv"),
        ("kg", [(HHV, 32.0, "MJ/kg"), (LHV, 25.0, "MJ/kg")], "kWh", "MJ_lhv"),
        ("kg", [(HHV, 32.0, "MJ/kg")], "MJ_lhv", "kg"),
        ("kg", [(LHV, 25.0, "MJ/kg")], "MJ_hhv", "kg"),
        ("MJ_hhv", [], "MJ", "MJ_hhv"),
        ("m3", [(MASS, 0.75, "kg/m3")], "Nm3", "m3"),
        ("kg", [(MASS, 1.0, "kg/kg")], "kg CO2e", "kg"),
        ("USD2020", [], "USD2021", "USD2020"),
    ],
)
def test_refuses_to_convert_without_a_property(
    tmp_path: Path, unit: str, properties: list[tuple[str, float, str]], written: str, named: str
) -> None:
    with pytest.raises(lca.DataError, match=rf"wrong_dimension.* exchanges row 2, column unit: .*{written}.*{named}"):
        amount_read(tmp_path, unit, written, 1.0, properties)


def test_pint_is_asked_once_a_distinct_label(tmp_path: Path) -> None:
    asked = []
    for rows in (8, 800):
        spellings = ["kg", "g", "t", "kg"]
        inputs: list[Row] = [emits("p", 1.0, spellings[k % 4]) for k in range(rows)]
        place = write_inventory(
            tmp_path / str(rows),
            {
                "processes": [process("p")],
                "flows": [product("x", "kWh"), CO2],
                "exchanges": [makes("p", "x", 1.0, "MWh"), *inputs],
            },
        )
        _read_label.cache_clear()
        assert len(lca.read_inventory(place).exchanges) == rows + 1
        asked.append(_read_label.cache_info())
    assert asked[0] == asked[1]  # neither misses nor hits grow with the rows
    assert asked[0].misses == 5  # kWh, MWh, kg, g, t
