"""Scenarios: what a footprint would be with another amount, provider or mix."""

from lcaengine.scenarios.change import Change
from lcaengine.scenarios.scenarios import BASE, Scenarios, change, score_scenarios
from lcaengine.scenarios.table import read_changes

__all__ = ["BASE", "Change", "Scenarios", "change", "read_changes", "score_scenarios"]
