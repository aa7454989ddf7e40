"""Places: ISO 3166 codes and the regions an input or a factor falls back to."""

from lcaengine.places.place import GLOBAL, is_elsewhere, is_place, list_fallbacks

__all__ = ["GLOBAL", "is_elsewhere", "is_place", "list_fallbacks"]
