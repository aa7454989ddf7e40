"""The units the engine knows: their definitions for pint, and the labels that are read.

The registry starts empty, so none of pint's own defaults can slip in: its ``ton`` is 907 kg, its ``kt`` a knot, its
``a`` a year in one place and an are in another, its ``unit`` a micro-nit.

Energy, counts, carbon dioxide equivalents and currencies are dimensions of their own here: a footprint never turns
joules into kg m2 s-2, nor a kg CO2e into a kg.

Sources of the factors
----------------------
BIPM (2019), The International System of Units, 9th ed., tables 2, 7 and 8 (t, L, h, d, ha).
NIST Handbook 44 (2023), Appendix C, for lb, oz, gallon, mile (exact) and the petroleum barrel of 42 US gallons.
UK Units of Measurement Regulations 1995, schedule, for the UK gallon (4.54609 L exact).
ISO 31-4:1992, annex, for the International Table Btu (1055.05585262 J exact); the therm (US) is NIST Special
Publication 811 (2008), appendix B.8: 1.054804e8 J, exact.
"""

from __future__ import annotations

__all__ = ["BASES", "CURRENCIES", "DEFINITIONS", "LABELS", "REFUSED"]

DEFINITIONS = """
kg = [mass]
MJ = [energy]
MJ_hhv = [energy_hhv]
MJ_lhv = [energy_lhv]
m = [length]
a = [time]
piece = [count]
kBq = [activity]
mol = [substance]
person = [person]
vehicle = [vehicle]
Nm3 = [normal_volume]
kWp = [peak_power]
kg_co2e = [mass_co2e]
m3_world = [volume_world]
species = [species]
g = 1/1000 kg
mg = 1/1000000 kg
ug = 1/1000000000 kg
t = 1000 kg
kt = 1000000 kg
Mt = 1000000000 kg
lb = 0.45359237 kg
oz_av = 0.028349523125 kg
oz_troy = 0.0311034768 kg
J = 1/1000000 MJ
kJ = 1/1000 MJ
GJ = 1000 MJ
TJ = 1000000 MJ
PJ = 1000000000 MJ
Wh = 0.0036 MJ
kWh = 3.6 MJ
MWh = 3600 MJ
GWh = 3600000 MJ
MMBtu_IT = 1055.05585262 MJ
therm_US = 105.4804 MJ
km = 1000 m
mi = 1609.344 m
m2 = m * m
m3 = m * m * m
ha = 10000 m2
km2 = 1000000 m2
L = 1/1000 m3
mL = 1/1000000 m3
gal_US = 0.003785411784 m3
gal_UK = 0.00454609 m3
bbl = 0.158987294928 m3
d = 1/365.25 a
h = 1/24 d
min = 1/60 h
s = 1/60 min
Bq = 1/1000 kBq
g_co2e = 1/1000 kg_co2e
t_co2e = 1000 kg_co2e
"""
"""Definitions in pint's own syntax; a year is 365.25 d. The first block are the base dimensions."""

_SAME = """kg g mg ug t kt Mt lb oz_av oz_troy J kJ MJ GJ TJ PJ Wh kWh MWh GWh MJ_hhv MJ_lhv MMBtu_IT therm_US
m3 L mL gal_US gal_UK bbl Nm3 m2 ha km2 m km mi piece h d a min s Bq kBq mol kWp"""

LABELS: dict[str, str] = {label: label for label in _SAME.split()} | {
    "Mg": "t",
    "l": "L",
    "dm3": "L",
    "p": "piece",
    "unit": "piece",
    "Item(s)": "piece",
    "m2*a": "m2 * a",
    "m2a": "m2 * a",
    "ha*a": "ha * a",
    "m3*a": "m3 * a",
    "t*km": "t * km",
    "tkm": "t * km",
    "kg*km": "kg * km",
    "kgkm": "kg * km",
    "p*km": "person * km",
    "pkm": "person * km",
    "v*km": "vehicle * km",
    "vkm": "vehicle * km",
    "kg CO2e": "kg_co2e",
    "kgCO2e": "kg_co2e",
    "kg CO2-Eq": "kg_co2e",
    "kg CO2 eq": "kg_co2e",
    "g CO2e": "g_co2e",
    "t CO2e": "t_co2e",
    "m3 world-eq": "m3_world",
    "species*yr": "species * a",
}
"""Labels that are read, letter by letter, and the pint expression each stands for."""

BASES: tuple[str, ...] = (
    *("kg", "MJ", "MJ_hhv", "MJ_lhv", "m", "m2", "m3", "m2*a", "t*km", "p*km", "v*km", "piece", "h", "kBq", "mol"),
    *("Nm3", "kWp", "kg CO2e", "m3 world-eq", "species*yr"),
)
"""The label in which the arrays inside hold each dimension."""

REFUSED: dict[str, tuple[str, ...]] = {
    "ton": ("t", "lb"),
    "tons": ("t", "lb"),
    "tonne": ("t",),
    "gal": ("gal_US", "gal_UK"),
    "gallon": ("gal_US", "gal_UK"),
    "oz": ("oz_av", "oz_troy"),
    "MMBtu": ("MMBtu_IT",),
    "Btu": ("MMBtu_IT",),
    "therm": ("therm_US",),
    "barrel": ("bbl",),
    "Nm³": ("Nm3",),
    "m³": ("m3",),
    "m²": ("m2",),
    "y": ("a",),
    "yr": ("a",),
    "year": ("a",),
    "CO2e": ("kg CO2e",),
    "kg CO2": ("kg CO2e", "kg"),
}
"""Labels that are refused, with the candidates to choose from."""

_CURRENCIES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER
ZAR ZMW ZWL
"""

CURRENCIES = frozenset(_CURRENCIES.split())
"""ISO 4217 codes of currencies; with a year, as in ``USD2020``, each is a dimension of its own."""
