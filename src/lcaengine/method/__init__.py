"""Methods: indicators and factors, as text, each with a citation."""

from lcaengine.method.method import (
    SITE_ELECTRICITY,
    SITE_ENERGY,
    SITE_RENEWABLE,
    Factor,
    Indicator,
    Method,
)
from lcaengine.method.read import find_method, list_methods, read_method, take_method

__all__ = [
    "SITE_ELECTRICITY",
    "SITE_ENERGY",
    "SITE_RENEWABLE",
    "Factor",
    "Indicator",
    "Method",
    "find_method",
    "list_methods",
    "read_method",
    "take_method",
]
