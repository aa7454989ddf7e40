"""Uncertainty: the distributions of an inventory, and footprints in draws from them that anyone can make again."""

from lcaengine.uncertainty.choices import check_choices
from lcaengine.uncertainty.distributions import Distributions, list_distributions
from lcaengine.uncertainty.draws import draw_values
from lcaengine.uncertainty.pedigree import Pedigree
from lcaengine.uncertainty.quality import Quality, rate_quality
from lcaengine.uncertainty.samples import Samples
from lcaengine.uncertainty.simulation import simulate, simulate_footprints
from lcaengine.uncertainty.table import detach_samples, list_draws

__all__ = [
    "Distributions",
    "Pedigree",
    "Quality",
    "Samples",
    "check_choices",
    "detach_samples",
    "draw_values",
    "list_distributions",
    "list_draws",
    "rate_quality",
    "simulate",
    "simulate_footprints",
]
