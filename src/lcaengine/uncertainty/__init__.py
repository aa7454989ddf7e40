"""Uncertainty: the distributions of an inventory, and draws from them that anyone can make again."""

from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.draws import draw_values
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["Distributions", "Pedigree", "draw_values", "list_distributions"]
