"""Pictures: intervals, distributions, convergence, tornados, from names and numbers; the only user of matplotlib."""

from lcaengine.plots.convergence import draw_convergence
from lcaengine.plots.distributions import Draws, draw_distributions
from lcaengine.plots.intervals import Interval, draw_intervals
from lcaengine.plots.picture import ENDINGS, Picture
from lcaengine.plots.style import require_matplotlib
from lcaengine.plots.tornado import Bar, draw_tornado

__all__ = [
    "ENDINGS",
    "Bar",
    "Draws",
    "Interval",
    "Picture",
    "draw_convergence",
    "draw_distributions",
    "draw_intervals",
    "draw_tornado",
    "require_matplotlib",
]
