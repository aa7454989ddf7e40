"""Ranking of gaps: by how much mass or energy of an end product rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.footprints.ends import supply_ends
from lcaengine.inventory.conversion import ENERGY, ENERGY_HHV, ENERGY_LHV, mass_content
from lcaengine.inventory.inventory import show_id
from lcaengine.solve import name_activities

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["RankedGap", "rank_gaps", "report_gaps", "scale_gaps"]

MOST_NAMED = 5
"""How many gaps of a kind a check names; the gaps table has them all."""


@dataclass(frozen=True, slots=True)
class RankedGap:
    """A flow that nobody supplies, or that has no factor, and how much of it a unit of a product rests on.

    Attributes
    ----------
    kind : str
        ``unlinked_input`` or ``uncharacterized_flow``.
    flow_id, name, direction : str
    amount, unit : float, str
        Sum of |amount| scaled through the chain [unit].
    mass, energy : float or None
        The same in [kg] and [MJ], where the flow has them.
    processes : int
        In how many processes.
    column : int
        Of which chain.
    """

    kind: str
    flow_id: str
    name: str
    direction: str
    amount: float
    unit: str
    mass: float | None
    energy: float | None
    processes: int
    column: int

    def rank(self) -> tuple[bool, int, float, str]:
        """Give a key that sorts by kind, then by mass, then by energy, then by amount, largest first."""
        measures = (self.mass, self.energy, self.amount)
        at = next(k for k, measure in enumerate(measures) if measure is not None)
        return self.kind != "unlinked_input", at, -float(measures[at] or 0.0), self.flow_id


def scale_gaps(footprints: Footprints, supply: NDArray[np.float64]) -> list[RankedGap]:
    """Scale the gaps of a system through chains, each to the chain that rests on it most.

    Parameters
    ----------
    footprints : Footprints
    supply : (n, chains) float64
        s of each chain, in gross outputs.

    Returns
    -------
    list of RankedGap
        In order of :meth:`RankedGap.rank`; what no chain reaches is left out.
    """
    system = footprints.system
    exchanges, demands, b = system.inventory.exchanges, system.demands, system.interventions
    open_ended = (demands.provider < 0) & (demands.amount != 0)
    bare = footprints.matched.is_uncharacterized[b.kind] & (b.amount != 0)
    ranked = []
    for kind, activity, row, amount in (
        ("unlinked_input", demands.activity[open_ended], demands.row[open_ended], demands.amount[open_ended]),
        ("uncharacterized_flow", b.activity[bare], b.row[bare], b.amount[bare]),
    ):
        keys, inverse = np.unique(exchanges.flow[row] * 2 + exchanges.is_input[row], return_inverse=True)
        sums = np.zeros((len(keys), supply.shape[1]))
        np.add.at(sums, inverse, np.abs(amount)[:, None] * np.abs(supply[activity]))
        used = (supply[activity] != 0).any(axis=1)
        pairs = np.unique(np.stack([inverse[used], exchanges.process[row[used]]], axis=1), axis=0)
        counts = np.bincount(pairs[:, 0], minlength=len(keys))
        for at, key in enumerate(keys.tolist()):
            column = int(sums[at].argmax())
            if sums[at, column] > 0:
                ranked.append(_describe(footprints, kind, key, float(sums[at, column]), int(counts[at]), column))
    return sorted(ranked, key=RankedGap.rank)


def _describe(footprints: Footprints, kind: str, key: int, amount: float, processes: int, column: int) -> RankedGap:
    flow, is_input = divmod(key, 2)
    flows = footprints.system.inventory.flows
    unit = flows.units[flow]
    mass = mass_content(unit, flow, flows.properties)
    return RankedGap(
        kind,
        flows.ids[flow].as_py(),
        flows.names[flow],
        "input" if is_input else "output",
        amount / unit.factor,
        unit.label,
        None if mass is None else mass * amount,
        amount if unit.dimension in (ENERGY, ENERGY_HHV, ENERGY_LHV) else None,
        processes,
        column,
    )


def rank_gaps(footprints: Footprints) -> list[tuple[RankedGap, str]]:
    """Rank the gaps of an inventory by what one unit of an end product rests on, with the end product that does most.

    Returns
    -------
    list of (RankedGap, str)
    """
    ends, supply = supply_ends(footprints)
    if not ends:
        return []
    names = [name_activities(footprints.system, np.array([a])) for a in ends]
    return [(gap, names[gap.column]) for gap in scale_gaps(footprints, supply)]


def name_gaps(ranked: Sequence[tuple[RankedGap, str]], most: int = MOST_NAMED) -> str:
    """Name the largest gaps: ``2.1 kg lime in 1 unit of bar``."""
    named = "; ".join(
        f"{gap.amount:.3g} {gap.unit} {show_id(gap.flow_id, gap.name)} in a unit of {end}" for gap, end in ranked[:most]
    )
    more = f"; and {len(ranked) - most} more" if len(ranked) > most else ""
    return named + more


def report_gaps(footprints: Footprints, found: Findings) -> None:
    """Warn of what is missing from end products: by mass, then by energy, then others, largest first."""
    ranked = rank_gaps(footprints)
    for kind, code, what, fix in (
        ("unlinked_input", "unlinked_mass", "nobody supplies", "add suppliers, the largest first"),
        ("uncharacterized_flow", "uncharacterized_mass", "no factor for", "see whether the largest should have one"),
    ):
        mine = [each for each in ranked if each[0].kind == kind]
        if mine:
            found.warn(code, "exchanges", f"{what}, largest first: {name_gaps(mine)}", fix)
