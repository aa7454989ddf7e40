"""Footprints: by product, supplier and stage, with status and gaps."""

from lcaengine.footprints.detach import detach
from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import Gaps, carry_marks
from lcaengine.footprints.measures import Measures, measure_system
from lcaengine.footprints.score import measure_flows, score, score_system
from lcaengine.results import Status

__all__ = [
    "Footprints",
    "Gaps",
    "Measures",
    "Status",
    "carry_marks",
    "detach",
    "measure_flows",
    "measure_system",
    "score",
    "score_system",
]
