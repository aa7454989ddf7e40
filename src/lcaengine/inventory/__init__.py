"""Inventories: tables, checked, in base units."""

from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import build_frame, report_columns, type_column
from lcaengine.inventory.inventory import DataType, Exchanges, Flows, Inventory, Kind, Processes, Property
from lcaengine.inventory.read import build_inventory, load_inventory, read_inventory
from lcaengine.inventory.schema import STAGES, TABLES
from lcaengine.inventory.signs import Role, find_role

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
    "Role",
    "build_frame",
    "build_inventory",
    "convert",
    "find_role",
    "load_inventory",
    "read_inventory",
    "report_columns",
    "type_column",
]
