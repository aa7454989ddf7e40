"""Footprints: by product, supplier and stage, with status and gaps."""

from lcaengine.footprints.footprints import Footprints
from lcaengine.footprints.gaps import Gaps, Status
from lcaengine.footprints.score import score, score_system

__all__ = ["Footprints", "Gaps", "Status", "score", "score_system"]
