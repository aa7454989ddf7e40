"""Inventories: tables, checked, in base units."""

from lcaengine.inventory.inventory import DataType, Exchanges, Flows, Inventory, Kind, Processes, Property
from lcaengine.inventory.read import load_inventory, read_inventory
from lcaengine.inventory.schema import STAGES, TABLES

__all__ = [
    "STAGES",
    "TABLES",
    "DataType",
    "Exchanges",
    "Flows",
    "Inventory",
    "Kind",
    "Processes",
    "Property",
    "load_inventory",
    "read_inventory",
]
