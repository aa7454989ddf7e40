"""Labels: by what a footprint is split, and who carries which label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.inventory import STAGES
from lcaengine.system import ActivityKind, System

__all__ = ["SPLITS", "find_labels"]

SPLITS = ("stage", "supplier", "location", "scope")
"""By what a footprint can be split."""


def find_labels(system: System, by: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give the labels that occur, and each activity's position among them.

    Parameters
    ----------
    system : System
    by : {"stage", "supplier", "location", "scope"}
        Markets and bills of materials have no label of any kind; scopes are no labels of activities, since one
        activity is scope 1 of itself and upstream of others.

    Returns
    -------
    labels : tuple of str
        Stages in order of the life cycle, others by name.
    label : (n,) int64
        -1 for none.

    Raises
    ------
    LcaError
        If `by` is none of these.
    """
    if by not in SPLITS:
        raise LcaError(f"by is {by!r}", "--by", f"write one of: {', '.join(SPLITS)}", given=by)
    activities = system.activities
    is_process = activities.kind == ActivityKind.PROCESS
    if by == "scope":
        return (), np.full(len(activities), -1, np.int64)
    if by == "stage":
        used = np.bincount(activities.stage[activities.stage >= 0], minlength=len(STAGES)) > 0
        position = np.where(used, np.cumsum(used) - 1, -1)
        labels = tuple(stage for stage, is_used in zip(STAGES, used.tolist(), strict=True) if is_used)
        return labels, np.append(position, -1)[activities.stage]
    given = activities.supplier if by == "supplier" else activities.location
    own = [name if is_one else "" for name, is_one in zip(given, is_process.tolist(), strict=True)]
    labels = tuple(sorted(set(own) - {""}))
    place = {label: at for at, label in enumerate(labels)}
    return labels, np.array([place.get(each, -1) for each in own], np.int64)
