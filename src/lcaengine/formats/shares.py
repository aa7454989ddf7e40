"""Shares of co-products as percents write them: made to sum to one where they only are rounded."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lcaengine.formats.draft import Draft

__all__ = ["ROUNDED", "close_shares"]

ROUNDED = 2e-3
"""How far shares may sum from one and be taken for rounded ones: 33.3 % thrice is 99.9 %."""


def close_shares(draft: Draft, shares: Sequence[float], where: str) -> list[float]:
    """Give shares that sum to one where they are rounded, and as they are where they do not; check refuses these."""
    total = math.fsum(shares)
    if total == 1 or abs(total - 1) > ROUNDED:
        return list(shares)
    if abs(total - 1) > 1e-9:
        draft.change("allocations that are rounded: they are made to sum to one", f"{total!r} in {where}")
    return [share / total for share in shares]
