"""Scenarios: what a footprint would be with another amount, provider or mix."""

from lcaengine.scenarios.change import BASE, Change
from lcaengine.scenarios.scenarios import Scenarios
from lcaengine.scenarios.score import change, score_scenarios
from lcaengine.scenarios.table import read_changes

__all__ = ["BASE", "Change", "Scenarios", "change", "read_changes", "score_scenarios"]
