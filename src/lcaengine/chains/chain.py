"""A chain: the supply that one unit of a product calls for, and what every activity in it emits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.candidates import say_ids, tell_apart
from lcaengine.footprints.detach import identify
from lcaengine.footprints.measures import find_burdens
from lcaengine.footprints.words import find_word
from lcaengine.results import PER_BILL, Status
from lcaengine.solve import name_activities, order_coupling, solve_coupling
from lcaengine.system import ActivityKind, Coupling, Entries, transpose

__all__ = ["Chain", "check_cutoff", "choose_activity", "follow_chain", "is_pass_through", "sum_by"]


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of one reference unit of a product, or of one bill of materials, for one indicator.

    Attributes
    ----------
    footprints : Footprints
    activity : int
        What is demanded.
    indicator : int
        Position in the method.
    demand : float
        How much of it [base unit].
    supply : (n,) float64
        s, in gross outputs of every activity: ``A s = f``.
    direct : (n,) float64
        d, direct burdens per gross output [unit of the indicator].
    intensity : (n,) float64
        Y [unit of the indicator / base unit].
    entries : Entries
        Direct contributions of this indicator, one by one.
    """

    footprints: Footprints
    activity: int
    indicator: int
    demand: float
    supply: NDArray[np.float64]
    direct: NDArray[np.float64]
    intensity: NDArray[np.float64]
    entries: Entries

    @property
    def coupling(self) -> Coupling:
        """A' of the system."""
        return self.footprints.system.coupling

    @property
    def total(self) -> float:
        """The figure that is taken apart [unit of the indicator]."""
        return float(self.intensity[self.activity] * self.demand)

    @property
    def unit(self) -> str:
        """Unit of the indicator."""
        return self.footprints.method.indicators[self.indicator].unit.label

    @property
    def per(self) -> str:
        """Unit of the product."""
        flow = int(self.footprints.system.activities.flow[self.activity])
        return self.footprints.system.inventory.flows.units[flow].label if flow >= 0 else PER_BILL

    def name(self, activities: NDArray[np.int64]) -> str:
        """Name activities, for messages."""
        return name_activities(self.footprints.system, activities)


def choose_activity(
    footprints: Footprints,
    *,
    process_id: str = "",
    product_id: str = "",
    supplier_id: str = "",
    location: str = "",
) -> int:
    """Choose the one activity that ids name.

    Parameters
    ----------
    footprints : Footprints
    process_id : str
        A process, or a bill of materials by its demand_id.
    product_id : str
        A product; alone it names its market, or its only maker.
    supplier_id : str
        A supplier.
    location : str
        Where.

    Returns
    -------
    int

    Raises
    ------
    LcaError
        If they name none, or several: the candidates are named.
    """
    activities = footprints.system.activities
    asked = {"process_id": process_id, "product_id": product_id, "supplier_id": supplier_id, "location": location}
    given = ", ".join(f"{key} {value!r}" for key, value in asked.items() if value)
    if not all(isinstance(value, str) for value in asked.values()):
        raise LcaError(f"{given} is no id", footprints.system.inventory.label, "give the text that names it")
    if not given:
        raise LcaError("nothing is named", footprints.system.inventory.label, "give a process, product or supplier")
    found = footprints.find(process_id=process_id, product_id=product_id, location=location)
    if supplier_id:
        found = [a for a in range(len(activities)) if activities.supplier[a] == supplier_id]
        makers = _all_of(footprints, product_id) if product_id else set(found)
        found = [a for a in found if a in makers]
        found = [a for a in found if not process_id or activities.name[a] == process_id]
        found = [a for a in found if not location or activities.location[a] == location]
    if len(found) == 1:
        return found[0]
    where = footprints.system.inventory.label
    if not found:
        raise LcaError(f"there is no activity of {given}", where, _suggest(footprints, asked))
    raise LcaError(f"{given} names {len(found)} activities", where, tell_apart(footprints, found))


def _suggest(footprints: Footprints, asked: Mapping[str, str]) -> str:
    """Say how what is named by one word is asked for, or what ids are near to those that name nothing."""
    joined = [find_word(footprints, value) for value in asked.values() if value]
    if len(joined) == 1 and len(joined[0]) == 1:
        return f"give {say_ids(footprints, joined[0][0])}"
    table = identify(footprints, np.arange(len(footprints.value)))
    near = [
        f"{key} {each!r}"
        for key, value in asked.items()
        for each in get_close_matches(value, sorted(set(table[key].to_pylist()) - {""}), 3)
        if value != each
    ]
    ids = "see the ids in the result table (score --all)"
    return f"{ids}; near to it: {', '.join(near)}" if near else ids


def _all_of(footprints: Footprints, product_id: str) -> set[int]:
    flows, flow = footprints.system.inventory.flows, footprints.system.activities.flow
    return {a for a in range(len(flow)) if flow[a] >= 0 and flows.ids[int(flow[a])].as_py() == product_id}


def follow_chain(footprints: Footprints, activity: int, indicator: str) -> Chain:
    """Solve ``A s = f`` for one unit of a product.

    Parameters
    ----------
    footprints : Footprints
    activity : int
    indicator : str

    Returns
    -------
    Chain

    Raises
    ------
    LcaError
        If there is no such indicator, or the figure is missing: what is not known has no parts.
    """
    (k,) = footprints.select([indicator])
    system, method = footprints.system, footprints.method
    if footprints.status[activity, k] == Status.MISSING:
        what = f"{indicator} of {name_activities(system, np.array([activity]))} is missing"
        fix = "see the gaps table: who upstream declares no such figure, or says nothing of its water"
        raise LcaError(what, system.inventory.label, fix)

    def name(at: NDArray[np.int64]) -> str:
        return name_activities(system, at)

    ordering = order_coupling(system.coupling)
    entries, burdens = find_burdens(system, method, footprints.matched, ordering)
    own = entries.indicator == k
    columns = ("activity", "indicator", "value", "row", "data_type", "is_elsewhere")
    mine = Entries(*(getattr(entries, column)[own] for column in columns))
    direct = burdens.direct[:, k]
    flow = int(system.activities.flow[activity])
    demand = system.inventory.flows.units[flow].factor if flow >= 0 else 1.0
    right = np.zeros((len(direct), 1))
    right[activity] = demand
    supply = solve_coupling(transpose(system.coupling), right, name).x[:, 0]
    intensity = solve_coupling(system.coupling, direct[:, None], name, ordering).x[:, 0]
    return Chain(footprints, activity, k, demand, supply, direct, intensity, mine)


def check_cutoff(cutoff: float) -> None:
    """Refuse a cut-off that is no share.

    Raises
    ------
    LcaError
        If it is not from 0 up to below 1.
    """
    given: object = cutoff
    if not isinstance(given, (int, float, np.number)) or not 0.0 <= given < 1.0:
        raise LcaError(f"cutoff is {cutoff!r}", "--cutoff", "write a share from 0 up to below 1", given=cutoff)


def is_pass_through(chain: Chain) -> NDArray[np.bool_]:
    """Tell which activities only pass on what they take: markets and bills of materials.

    Returns
    -------
    (n,) bool
    """
    return np.asarray(chain.footprints.system.activities.kind != ActivityKind.PROCESS)


def sum_by(group: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum values by group.

    Returns
    -------
    (count,) float64
    """
    return np.asarray(np.bincount(group, values, count), dtype=np.float64)
