"""Suppliers as rows: many of them, in parts, against a background that is solved once."""

from lcaengine.suppliers.run import Report, score_suppliers
from lcaengine.suppliers.simulation import simulate_suppliers

__all__ = ["Report", "score_suppliers", "simulate_suppliers"]
