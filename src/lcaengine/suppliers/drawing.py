"""A drawing: what is asked of the draws of suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lcaengine.errors import LcaError
from lcaengine.method import Method
from lcaengine.uncertainty.limits import refuse_undrawn, take_limit

if TYPE_CHECKING:
    from lcaengine.uncertainty import Pedigree

__all__ = ["Drawing", "check_drawing"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How suppliers are drawn; small, so that it travels.

    Attributes
    ----------
    draws, seed : int
    pedigree : Pedigree
        What is made of pedigrees.
    indicators : tuple of str
        Those that are drawn, in order of the method.
    limits : dict of str to float
        By indicator, what totals are compared with [unit of the indicator / reference unit of the product].
    """

    draws: int
    seed: int
    pedigree: Pedigree
    indicators: tuple[str, ...]
    limits: Mapping[str, float]

    def describe(self) -> dict[str, object]:
        """Say how numbers were drawn: plain values, ready for JSON."""
        return {
            "draws": self.draws,
            "seed": self.seed,
            "static_values": "written",
            "pedigree_table": self.pedigree.table,
            "pedigree_factors": self.pedigree.factors,
            "basic_uncertainty": self.pedigree.basic,
            "drawn": list(self.indicators),
            "limits": dict(self.limits),
        }

    def to_key(self) -> str:
        """Give all that draws follow from as one text."""
        return repr(sorted({**asdict(self), "limits": sorted(self.limits.items())}.items()))


def check_drawing(drawing: Drawing, method: Method) -> Drawing:
    """Give a drawing with its indicators in order of the method, all of them where none is named.

    Raises
    ------
    LcaError
        If an indicator is not of the method, a limit is of one that is not drawn, or is no number.
    """
    known = [each.id for each in method.indicators]
    for name in (*drawing.indicators, *drawing.limits):
        if name not in known:
            raise LcaError(f"there is no indicator {name!r}", method.label, f"choose from: {', '.join(known)}")
    drawn = tuple(name for name in known if not drawing.indicators or name in drawing.indicators)
    for name in drawing.limits:
        if name not in drawn:
            raise refuse_undrawn(name)
    limits = {name: take_limit(limit) for name, limit in drawing.limits.items()}
    return Drawing(drawing.draws, drawing.seed, drawing.pedigree, drawn, limits)
