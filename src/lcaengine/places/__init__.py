"""Places: ISO 3166 codes and the regions an input or a factor falls back to."""

from lcaengine.places.place import GLOBAL, LEVELS, find_level, is_elsewhere, is_place, list_fallbacks

__all__ = ["GLOBAL", "LEVELS", "find_level", "is_elsewhere", "is_place", "list_fallbacks"]
