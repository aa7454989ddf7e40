"""Comparisons: an inventory under several policies, two versions of one, alternatives in the same draws."""

from lcaengine.comparison.alternative import Alternative, find_same, name_alternatives
from lcaengine.comparison.comparison import Comparison, compare
from lcaengine.comparison.difference import Difference, diff
from lcaengine.comparison.pair import Pair
from lcaengine.comparison.paired import PairedComparison, compare_draws, compare_groups

__all__ = [
    "Alternative",
    "Comparison",
    "Difference",
    "Pair",
    "PairedComparison",
    "compare",
    "compare_draws",
    "compare_groups",
    "diff",
    "find_same",
    "name_alternatives",
]
