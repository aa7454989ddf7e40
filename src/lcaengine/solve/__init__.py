"""Solving the system for all activities at once."""

from lcaengine.solve.loops import find_starved, name_activities, report_loops, show_activity
from lcaengine.solve.ordering import Ordering, order_coupling
from lcaengine.solve.solve import RESIDUAL_TOLERANCE, Solution, solve_coupling
from lcaengine.solve.stages import Intensities, solve_stages

__all__ = [
    "RESIDUAL_TOLERANCE",
    "Intensities",
    "Ordering",
    "Solution",
    "find_starved",
    "name_activities",
    "order_coupling",
    "report_loops",
    "show_activity",
    "solve_coupling",
    "solve_stages",
]
