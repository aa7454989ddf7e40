"""A reader for tests: US LCI FY17.Q4, as the data at hand has it, carried into the project's own tables.

What it decides:

- Amounts are the row's amount times its ``factor_to_ref``, in the reference unit of the flow's own unit group: unit
  names are ambiguous, ids are not. Currency goes by the group's ``EUR 2000``, at the data's own rate of one.
- No process of the export has a default allocation, and its 12,126 allocation rows share nothing out: they are zero but
  for 250 causal ones, which are one; all 106 physical ones are zero, and 11,542 of 12,020 causal ones name no product.
  A process with several products is therefore written ``none``: its reference carries all, the others supply nobody.
- An input goes to the data's ``provider_id`` where that makes the flow as its reference: 3,590 times the only one, 135
  times the one of two that the data chose. The 294 inputs that only a co-product could meet, 114 of which the data
  resolves among two, name no provider and find none; nor do the 2,461 without one, nor the 74 rows of waste, which no
  process treats. They are unlinked, for ``unlinked="cutoff"``.
- Elementary flows keep their names; ``category`` gives compartment and sub-compartment, less the folders in which NETL
  keeps its coal flows. EPA's mapped names are left alone: they fold biogenic carbon dioxide into the other.
- Where a factor needs another dimension than the data's, EPA's mapping in the data joins them: natural gas has
  52.356021 MJ a kg and 38.3 MJ a m3, and five occupations written as areas are area-years. Water is 1000 kg a m3.
- A process has no stage, so that all is background. Uncertainty, dates and comments are not carried.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.shared_data import SHARED_DATA
from tests.tables import ABOUT

FOLDER = SHARED_DATA / "uslci_fy17q4"

LABELS = {"EUR 2000": "EUR2000"}
"""Reference units whose label is not the engine's."""
FOLDERS = ("Elementary Flows", "NETL Coal Elementary Flows")
"""Folders that hold compartments and are none."""
GAS_VOLUME = 52.356021 / 38.3
"""[m3/kg]"""
WATER_VOLUME = 1e-3
"""[m3/kg]"""
KINDS = {"PRODUCT_FLOW": "product", "WASTE_FLOW": "waste", "ELEMENTARY_FLOW": "elementary"}
PROVIDED = ("unique_reference", "ambiguous_2")
"""Inputs whose provider makes them as its reference."""


@dataclass(frozen=True)
class Links:
    """How many product inputs have one maker, one of several, a co-product's maker, or none; and rows of waste."""

    unique: int
    ambiguous: int
    co_product: int
    unlinked: int
    waste: int


def read_rows() -> pd.DataFrame:
    """Read the exchanges as the data has them."""
    return pd.read_parquet(FOLDER / "exchanges.parquet")


def read_reference_units() -> pd.Series[str]:
    """Give the engine's label of the reference unit of every flow, by flow_id."""
    flows, units = pd.read_parquet(FOLDER / "flows.parquet"), pd.read_parquet(FOLDER / "units.parquet")
    group = pd.read_parquet(FOLDER / "flow_properties.parquet").set_index("flow_property_id")["unit_group_id"]
    label = units[units["is_ref"]].set_index("unit_group_id")["unit"].replace(LABELS)
    own = flows.set_index("flow_id")
    area_years = (own["fedefl_unit"] == "m2*a") & (own["fedefl_source_unit"] == "m2")
    return own["flow_property_id"].map(group).map(label).mask(area_years, "m2*a")


def count_links(rows: pd.DataFrame) -> Links:
    """Count rows by the data's ``link_status``."""
    status = rows["link_status"].fillna("")
    return Links(
        int((status == "unique_reference").sum()),
        int(status.str.startswith("ambiguous").sum()),
        int(status.str.startswith("coproduct").sum()),
        int((status == "unlinked").sum()),
        int((rows["flow_type"] == "WASTE_FLOW").sum()),
    )


def write_uslci(folder: Path) -> Links:
    """Write the tables to a folder, and count the links."""
    rows = read_rows()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inventory.toml").write_text(ABOUT.replace("test", "US LCI FY17.Q4"), encoding="utf-8")
    units = read_reference_units()
    for name, frame in (
        ("processes", _list_processes(rows)),
        ("flows", _list_flows(units)),
        ("properties", _list_properties(units)),
        ("exchanges", _list_exchanges(rows, units)),
    ):
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return count_links(rows)


def _list_processes(rows: pd.DataFrame) -> pd.DataFrame:
    processes = pd.read_parquet(FOLDER / "processes.parquet")[["process_id", "name", "location"]]
    made = rows[(rows["flow_type"] == "PRODUCT_FLOW") & ~rows["is_input"]]
    products = made.drop_duplicates(["process_id", "flow_id"])["process_id"].value_counts()
    several = processes["process_id"].map(products) > 1
    return processes.assign(allocation=several.map({True: "none", False: None}))


def _list_flows(units: pd.Series[str]) -> pd.DataFrame:
    flows = pd.read_parquet(FOLDER / "flows.parquet")
    parts = [[part for part in path.split(" / ") if part not in FOLDERS] for path in flows["category"].fillna("")]
    is_elementary = flows["flow_type"] == "ELEMENTARY_FLOW"
    kept = pd.DataFrame({"flow_id": flows["flow_id"], "name": flows["name"], "kind": flows["flow_type"].map(KINDS)})
    kept["unit"] = kept["flow_id"].map(units)
    kept["compartment"] = pd.Series([each[0] if each else None for each in parts]).where(is_elementary)
    kept["sub_compartment"] = pd.Series([each[1] if each[1:] else None for each in parts]).where(is_elementary)
    return kept


def _list_properties(units: pd.Series[str]) -> pd.DataFrame:
    """Give the volume of water and natural gas that the data measures in kg."""
    flows = pd.read_parquet(FOLDER / "flows.parquet")
    flows = flows[(flows["flow_type"] == "ELEMENTARY_FLOW") & (flows["flow_id"].map(units) == "kg")]
    water, gas = flows["name"].str.startswith("Water"), flows["name"] == "Gas, natural, in ground"
    known = flows[water | gas]
    volume = gas[water | gas].map({True: GAS_VOLUME, False: WATER_VOLUME})
    return pd.DataFrame({"flow_id": known["flow_id"], "property": "volume", "value": volume, "unit": "m3/kg"})


def _list_exchanges(rows: pd.DataFrame, units: pd.Series[str]) -> pd.DataFrame:
    kept = rows[["process_id", "flow_id"]].copy()
    kept["direction"] = rows["is_input"].map({True: "input", False: "output"})
    kept["amount"] = rows["amount"] * rows["factor_to_ref"]
    kept["unit"] = rows["flow_id"].map(units)
    kept["is_reference"], kept["is_avoided"] = rows["is_quantitative_reference"], rows["is_avoided"]
    kept["provider_id"] = rows["provider_id"].where(rows["link_status"].isin(PROVIDED))
    return kept
