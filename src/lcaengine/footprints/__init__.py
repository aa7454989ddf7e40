"""Footprints: by product, supplier and stage, with status and gaps."""

from lcaengine.footprints.electricity import divide_renewable
from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import Gaps, Status, carry_marks
from lcaengine.footprints.measures import Measures, measure_system
from lcaengine.footprints.score import measure_flows, score, score_system
from lcaengine.footprints.shares import divide_sizes, share_far

__all__ = [
    "Footprints",
    "Gaps",
    "Measures",
    "Status",
    "carry_marks",
    "divide_renewable",
    "divide_sizes",
    "measure_flows",
    "measure_system",
    "score",
    "score_system",
    "share_far",
]
