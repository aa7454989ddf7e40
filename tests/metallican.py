"""The Canadian mines of MetalliCan (CIRAIG, BSD-3) as a questionnaire, one row a facility, for tests.

What carrying the tables into a sheet decides (the amounts and units themselves are copied as they are written):

- A facility is a ``main_id``, or a ``facility_group_id`` where that is what reports. Companies are left out.
- Its product is the metal it makes most of by worth: the first of :data:`METALS` with a production; else concentrate,
  else ore. All burdens go to it. Rows of production under another id (the tables count ids up where gold and silver
  follow ore) belong to nobody here, so that such a facility is known by its ore.
- Totals of fuel stand in where no carrier is named, totals of all energy where there is no electricity either. What a
  facility generates itself is taken off its electricity where the table says that it is a part of it.
- Of several figures for water or GHG of one facility, the first label of :data:`WATER` or :data:`GHG` counts.
- The place is the province where both tables call the facility the same, else the country.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.shared_data import SHARED_DATA

FOLDER = SHARED_DATA / "metallican"

METALS = ("Gold", "Silver", "Nickel", "Copper", "PGM", "Zinc", "Iron", "Lithium", "Uranium", "Cobalt")
CARRIERS = {
    "diesel": ("Diesel", "Diesel|Mobile equipment", "Diesel|Stationary equipment"),
    "gasoline": ("Gasoline", "Fuel consumption|Gasoline", "Petrol", "Gasoline|Mobile equipment"),
    "light fuel": ("Light Fuel & Gasoline", "Light Oil Fuel", "Oil", "Fuel consumption|Naphta"),
    "propane": ("Propane", "LPG", "LPG|Mobile equipment", "LPG|Stationary equipment"),
    "natural gas": ("Natural gas",),
    "aviation fuel": ("Fuel consumption|Aviation fuel",),
    "explosives": ("Explosives", "ANFO", "Emulsion ANFO", "Surface/undergound emulsion & ANFO"),
    "other fuel": (
        "Acytelene",
        "Fuel consumption|Used oil",
        "Biodiesel",
        "Solar",
        "Lubricating Oils & Greases",
        "Coal",
    ),
}
FUEL_TOTALS = ("Fuel consumption", "Direct energy consumption")
TOTALS = ("Total energy consumed", "Energy use")
ELECTRICITY = (
    "Electricity consumption|Grid electricity",
    "Electricity consumption",
    "Electricity consumption|Not specified",
    "Electricity consumption|Non-renewable electricity use",
    "Electricity used|Not specified",
    "Electricity|Not specified",
)
OWN = "Electricity consumption|Generated on-site"
WATER = (
    "m3 of water/t of ore processed",
    "m3 of water/oz of gold",
    "m3/t of ore processed",
    "m3/t milled",
    "m3/t ore",
    "ML/t ore processed",
    "m3/oz produced",
)
GHG = (
    "tCO2eq/oz gold",
    "tCO2eq/oz Au produced",
    "tCO2eq/oz produced",
    "tCO2eq/t of total saleable product",
    "CO2eq/oz gold production",
    "tCO2eq/t ore milled",
    "tCO2eq/t Cueq",
)
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def identify(row: Row) -> str:
    main, group = row["main_id"].strip(), row["facility_group_id"].strip()
    return main if main not in ("", "-") else ("" if group.startswith("CMP-") else group.strip("-"))


def write_sheet(path: Path) -> list[Row]:
    """Write the questionnaire, and give its rows."""
    energy, figures = group(read("energy_table.csv")), group(read("env_int_table.csv"))
    made = group(row for row in read("production_table.csv") if row["data_type"] == "Production")
    provinces = {row["main_id"]: (row["facility_name"], row["province"]) for row in read("main_table.csv")}
    rows = []
    for facility in sorted(set(energy) | set(figures)):
        name = (energy.get(facility) or figures[facility])[0]["name"]
        same, province = provinces.get(facility, ("", ""))
        row = {"facility": facility, "name": name, "place": province if same == name else "Canada"}
        row |= find_product(made.get(facility, []))
        row |= find_ore(made.get(facility, []))
        row |= find_energy(energy.get(facility, []))
        row |= find_figures(figures.get(facility, []))
        rows.append(row)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return rows


def group(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if identify(row):
            grouped[identify(row)].append(row)
    return dict(grouped)


def find_product(made: list[Row]) -> Row:
    kinds = ("Intermediate metal", "Concentrate")  # the second is of the metal in it, or of iron
    for kind in kinds:
        for metal in METALS:
            for row in made:
                if row["material_type"].strip() == kind and row["commodity"] == metal:
                    product = metal.lower() if kind == kinds[0] else f"{metal.lower()} concentrate"
                    return {"product": product, "production": row["value"], "production unit": row["unit"]}
    ore = find_ore(made)
    if ore["ore processed"]:
        unit = ore["ore unit"]
        return {"product": "ore processed", "production": ore["ore processed"], "production unit": unit}
    for row in made:
        if row["material_type"].strip() == "Ore mined":
            return {"product": "ore mined", "production": row["value"], "production unit": row["unit"]}
    return {"product": "", "production": "", "production unit": ""}


def find_ore(made: list[Row]) -> Row:
    for row in made:
        # Ore of another source is listed again at the table's end, without a kind; it disagrees, and is left.
        if row["material_type"].strip() in ("Ore processed", "Ore milled"):
            return {"ore processed": row["value"], "ore unit": row["unit"]}
    return {"ore processed": "", "ore unit": ""}


def find_energy(reported: list[Row]) -> Row:
    found: Row = {}
    of = defaultdict(list)
    for row in reported:
        of[row["energy_type"].strip()].append(row)
    for carrier, kinds in CARRIERS.items():
        rows = [row for kind in kinds for row in of[kind]]
        units = {row["unit"] for row in rows}
        if len(rows) == 1:
            found |= {carrier: rows[0]["value"], f"{carrier} unit": rows[0]["unit"]}
        elif len(units) == 1:
            found |= {carrier: repr(sum(float(row["value"]) for row in rows)), f"{carrier} unit": units.pop()}
        elif rows:
            found |= {carrier: "in several units", f"{carrier} unit": " and ".join(sorted(units))}
    named = [carrier for carrier in CARRIERS if carrier in found]
    has_electricity = any(of[kind] for kind in ELECTRICITY)
    totals = [row for kind in (*FUEL_TOTALS, *(() if has_electricity else TOTALS)) for row in of[kind]]
    if totals and not named:
        found |= {"fuel total": totals[0]["value"], "fuel total unit": totals[0]["unit"]}
    for kind in ELECTRICITY:
        if of[kind]:
            value, unit = of[kind][0]["value"], of[kind][0]["unit"]
            if kind == "Electricity consumption" and of[OWN] and of[OWN][0]["unit"] == unit:
                value = repr(float(value) - float(of[OWN][0]["value"]))
            found |= {"electricity": value, "electricity unit": unit}
            break
    return found


def find_figures(figures: list[Row]) -> Row:
    found: Row = {}
    for name, labels in (("water", WATER), ("ghg", GHG)):
        for label in labels:
            rows = [row for row in figures if row["unit"] == label and "onsumption" not in row["subflow_type"]]
            if rows:
                found |= {name: rows[0]["value"], f"{name} unit": label}
                break
    return found
