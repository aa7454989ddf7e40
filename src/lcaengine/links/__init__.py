"""Links: who might meet an input that nobody meets, for the user to decide, and the decisions as data."""

from lcaengine.links.candidates import COLUMNS, list_candidates
from lcaengine.links.decisions import apply_links

__all__ = ["COLUMNS", "apply_links", "list_candidates"]
