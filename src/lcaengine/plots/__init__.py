"""Pictures: intervals, distributions, convergence, from names and numbers alone; the only user of matplotlib."""

from lcaengine.plots.convergence import draw_convergence
from lcaengine.plots.distributions import Draws, draw_distributions
from lcaengine.plots.intervals import Interval, draw_intervals
from lcaengine.plots.picture import ENDINGS, Picture
from lcaengine.plots.style import require_matplotlib

__all__ = [
    "ENDINGS",
    "Draws",
    "Interval",
    "Picture",
    "draw_convergence",
    "draw_distributions",
    "draw_intervals",
    "require_matplotlib",
]
