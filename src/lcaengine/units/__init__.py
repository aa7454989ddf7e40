"""Units at the border: labels read exactly, one factor a distinct label. The only user of pint."""

from lcaengine.units.definitions import LABELS
from lcaengine.units.unit import Unit, read_unit

__all__ = ["LABELS", "Unit", "read_unit"]
