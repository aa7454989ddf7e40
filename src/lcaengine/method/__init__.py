"""Methods: indicators and factors, as text, each with a citation."""

from lcaengine.method.method import Factor, Indicator, Method
from lcaengine.method.read import list_methods, read_method

__all__ = ["Factor", "Indicator", "Method", "list_methods", "read_method"]
