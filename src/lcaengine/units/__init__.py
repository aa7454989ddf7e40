"""Units at the border: labels read exactly, one factor a distinct label. The only user of pint."""

from lcaengine.units.definitions import LABELS, REFUSED
from lcaengine.units.unit import Unit, read_unit

__all__ = ["LABELS", "REFUSED", "Unit", "read_unit"]
