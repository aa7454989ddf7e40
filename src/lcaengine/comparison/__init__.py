"""Comparisons: one inventory under several policies, two versions of one inventory."""

from lcaengine.comparison.comparison import Comparison, compare
from lcaengine.comparison.difference import Difference, diff

__all__ = ["Comparison", "Difference", "compare", "diff"]
