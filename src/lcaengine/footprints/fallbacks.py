"""Fallbacks: products met from beyond the country that asks for them, and how much of a result rests on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lcaengine.findings import Findings
from lcaengine.footprints.ends import list_reference_units, supply_ends
from lcaengine.solve import name_activities
from lcaengine.system import System

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["FallbackShare", "report_fallbacks", "share_fallbacks"]


@dataclass(frozen=True, slots=True)
class FallbackShare:
    """The largest share of an end product's figure that passes through one fallback.

    Attributes
    ----------
    share : float
        [1]
    indicator, end : str
        Of which figure.
    """

    share: float
    indicator: str
    end: str


def share_fallbacks(footprints: Footprints) -> list[FallbackShare]:
    """Give, for each fallback of the system, the largest share of an end product's figure that passes through it.

    With s the supply of an end product, x what a row asks for and y the intensity of who meets it,
    ``sum over rows of s x y / h``, for the first indicator of the method that results are shown of.

    Returns
    -------
    list of FallbackShare
        In order of the system's fallbacks.
    """
    system, demands = footprints.system, footprints.system.demands
    k = max(0, footprints.method.find("ghg"))
    indicator = footprints.method.indicators[k].id
    ends, supply = supply_ends(footprints)
    rows = np.flatnonzero((demands.fallback >= 0) & (demands.provider >= 0))
    if not ends or not len(rows):
        return [FallbackShare(0.0, indicator, "")] * len(system.fallbacks)
    intensity = np.nan_to_num(footprints.value[:, -1, k]) / list_reference_units(system)
    sign = np.where(demands.is_credit, -1.0, 1.0)
    passed = np.zeros((len(system.fallbacks), len(ends)))
    burden = (sign * demands.amount)[rows] * intensity[demands.provider[rows]]
    np.add.at(passed, demands.fallback[rows], burden[:, None] * supply[demands.activity[rows]])
    total = np.abs(np.nan_to_num(footprints.value[ends, -1, k]))
    share = np.divide(np.abs(passed), total, out=np.zeros_like(passed), where=total > 0)
    most = share.argmax(axis=1)
    return [
        FallbackShare(float(share[f, e]), indicator, name_activities(system, np.array([ends[e]])))
        for f, e in enumerate(most.tolist())
    ]


def report_fallbacks(system: System, found: Findings, shares: Sequence[FallbackShare] | None = None) -> None:
    """Warn of products that are met from beyond the country, once a product and place they are met from.

    Parameters
    ----------
    system : System
    found : Findings
    shares : sequence of FallbackShare, optional
        How much rests on each.
    """
    groups: dict[tuple[int, str], list[int]] = {}
    for at, each in enumerate(system.fallbacks):
        groups.setdefault((each.flow, each.found), []).append(at)
    for (flow, there), members in sorted(groups.items()):
        flow_id = system.inventory.flows.show(flow)
        rows = sum(system.fallbacks[at].rows for at in members)
        paths = [system.fallbacks[at].path for at in members]
        named = "; ".join(paths[:6]) + (f"; and {len(paths) - 6} more" if len(paths) > 6 else "")
        what = f"{rows} row(s) ask for {flow_id} and are met from {there} ({named})"
        if shares is not None:
            most = max((shares[at] for at in members), key=lambda share: share.share)
            of = f" of {most.end}" if most.end else ""
            what += f": up to {most.share:.2g} of {most.indicator}{of} rests on one of them"
        fix = f"add a market or a maker of {flow_id} there, or name the provider_id that is meant"
        found.warn("fallback", "exchanges", what, fix, column="location", value=flow_id)
