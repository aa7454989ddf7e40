"""Figure: what a score is called, which part of it is asked for, and amounts that are not where their draws are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lcaengine.chains.chain import Chain
from lcaengine.drivers.sources import Sources, describe_source
from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.uncertainty.centers import find_far
from lcaengine.uncertainty.moments import find_moments

__all__ = ["Far", "check_stage", "list_far", "name_figure"]


@dataclass(frozen=True, slots=True)
class Far:
    """An amount that is not where its draws are.

    Attributes
    ----------
    part : str
        What it is, as in the table of drivers.
    amount, center : float
        The amount as written, and the center of its distribution [unit]; the mean of a type without a center.
    unit : str
    """

    part: str
    amount: float
    center: float
    unit: str


def check_stage(footprints: Footprints, stage: str) -> None:
    """Refuse what is no footprints, and a stage that is none; scopes have no derivatives of their own.

    Raises
    ------
    LcaError
    """
    if not isinstance(footprints, Footprints):
        raise LcaError(f"{type(footprints).__name__} is no footprints", "drivers", "give what score returns")
    if stage not in footprints.stages or (footprints.by == "scope" and stage != "total"):
        named = "total" if footprints.by == "scope" else ", ".join(footprints.stages)
        raise LcaError(f"stage is {stage!r}", "drivers", f"choose one of: {named}", given=stage)


def name_figure(chain: Chain) -> str:
    """Name the activity whose score it is, with its product where its process has several."""
    system = chain.footprints.system
    activities, at = system.activities, chain.activity
    name, process = chain.name(np.array([at])), int(activities.process[at])
    if process < 0 or np.count_nonzero(activities.process == process) < 2:
        return name
    return f"{system.inventory.flows.show(int(activities.flow[at]))}, {name}"


def list_far(chain: Chain, sources: Sources) -> tuple[Far, ...]:
    """List the amounts the score answers to that are not where their draws are."""
    rows = sources.independent
    is_far, center = find_far(rows, find_moments(rows))
    slope = sources.slope[: len(rows)]
    places = np.flatnonzero(is_far & (slope != 0))
    moved = np.abs(slope * (center - rows.amount))[places]
    found = []
    for at in places[np.argsort(-moved, kind="stable")].tolist():
        own = describe_source(chain, int(sources.table[at]), int(sources.row[at]))
        amount, middle = float(rows.amount[at]) / own["factor"], float(center[at]) / own["factor"]
        found.append(Far(own["part"], amount, middle, own["amount_unit"]))
    return tuple(found)
