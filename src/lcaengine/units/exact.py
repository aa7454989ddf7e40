"""The labels that are read, with dimension and exact factor: what pint says of each, so that it need not be imported.

The definitions these follow from, with their sources, stand in :mod:`lcaengine.units.definitions`; a test holds every
line against pint's reading of them.
"""

from __future__ import annotations

from fractions import Fraction

__all__ = ["EXACT"]

_BY_BASE: dict[tuple[str, str], str] = {
    ("kg", "[mass]^1"): """kg 1, g 1/1000, mg 1/1000000, ug 1/1000000000, t 1000, Mg 1000, kt 1000000, Mt 1000000000,
        lb 0.45359237, oz_av 0.028349523125, oz_troy 0.0311034768""",
    ("MJ", "[energy]^1"): """MJ 1, J 1/1000000, kJ 1/1000, GJ 1000, TJ 1000000, PJ 1000000000, Wh 0.0036, kWh 3.6,
        MWh 3600, GWh 3600000, MMBtu_IT 1055.05585262, therm_US 105.4804""",
    ("MJ_hhv", "[energy_hhv]^1"): "MJ_hhv 1",
    ("MJ_lhv", "[energy_lhv]^1"): "MJ_lhv 1",
    ("m3", "[length]^3"): """m3 1, dm3 1/1000, L 1/1000, l 1/1000, mL 1/1000000, gal_US 0.003785411784,
        gal_UK 0.00454609, bbl 0.158987294928""",
    ("Nm3", "[normal_volume]^1"): "Nm3 1",
    ("m2", "[length]^2"): "m2 1, ha 10000, km2 1000000",
    ("m", "[length]^1"): "m 1, km 1000, mi 1609.344",
    ("piece", "[count]^1"): "piece 1, p 1, unit 1, Item(s) 1",
    ("h", "[time]^1"): "h 1, d 24, a 8766, min 1/60, s 1/3600",
    ("kBq", "[activity]^1"): "kBq 1, Bq 1/1000",
    ("mol", "[substance]^1"): "mol 1",
    ("kWp", "[peak_power]^1"): "kWp 1",
    ("m2*a", "[length]^2 * [time]^1"): "m2*a 1, m2a 1, ha*a 10000",
    ("m3*a", "[length]^3 * [time]^1"): "m3*a 1",
    ("t*km", "[length]^1 * [mass]^1"): "t*km 1, tkm 1, kg*km 1/1000, kgkm 1/1000",
    ("p*km", "[length]^1 * [person]^1"): "p*km 1, pkm 1",
    ("v*km", "[length]^1 * [vehicle]^1"): "v*km 1, vkm 1",
    ("kg CO2e", "[mass_co2e]^1"): """kg CO2e 1, kgCO2e 1, kg CO2-Eq 1, kg CO2 eq 1, g CO2e 1/1000, t CO2e 1000""",
    ("m3 world-eq", "[volume_world]^1"): "m3 world-eq 1",
    ("species*yr", "[species]^1 * [time]^1"): "species*yr 1",
}
"""Base unit and dimension, and the labels of that dimension with the base units in one of each."""

EXACT: dict[str, tuple[str, Fraction, str]] = {
    label.strip(): (dimension, Fraction(factor), base)
    for (base, dimension), listed in _BY_BASE.items()
    for label, _, factor in (each.rpartition(" ") for each in listed.split(","))
}
"""Label to dimension, exact factor to the base unit, and the label of that base unit."""
