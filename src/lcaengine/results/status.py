"""Status: how complete a number is."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Status"]


class Status(IntEnum):
    """How complete a number is, the worst along its chain."""

    COMPLETE = 0
    FALLBACK = 1
    PROXY = 2
    CUT_OFF = 3
    MISSING = 4
