"""Units at the border: labels read exactly, one factor a distinct label. The only user of pint."""

from lcaengine.units.definitions import LABELS, REFUSED
from lcaengine.units.unit import CURRENCY_YEAR, Unit, read_unit

__all__ = ["CURRENCY_YEAR", "LABELS", "REFUSED", "Unit", "read_unit"]
