"""Methods: indicators and factors, as text, each with a citation."""

from lcaengine.method.method import (
    SITE_ELECTRICITY,
    SITE_ENERGY,
    SITE_RENEWABLE,
    Factor,
    Indicator,
    Method,
)
from lcaengine.method.read import list_methods, read_method, take_method

__all__ = [
    "SITE_ELECTRICITY",
    "SITE_ENERGY",
    "SITE_RENEWABLE",
    "Factor",
    "Indicator",
    "Method",
    "list_methods",
    "read_method",
    "take_method",
]
