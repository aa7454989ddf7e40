"""Drivers: what a score, and its spread, answer to."""

from lcaengine.drivers.drivers import Drivers, Simulated, list_drivers
from lcaengine.drivers.figure import Far
from lcaengine.drivers.global_indices import GlobalIndices, find_global_indices

__all__ = ["Drivers", "Far", "GlobalIndices", "Simulated", "find_global_indices", "list_drivers"]
