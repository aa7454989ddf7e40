"""Uncertainty: the distributions of an inventory, and footprints in draws from them that anyone can make again."""

from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.draws import draw_values
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.samples import Samples
from lcaengine.uncertainty.simulation import simulate

__all__ = ["Distributions", "Pedigree", "Samples", "draw_values", "list_distributions", "simulate"]
