"""The factors of a method, looked up by flow id and by name: an id beats a name, a finer compartment a coarser."""

from __future__ import annotations

from collections import defaultdict

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.inventory import Flows
from lcaengine.method import Factor, Method

__all__ = ["Chosen", "FactorIndex"]

Chosen = dict[int, dict[str, tuple[float, int]]]
"""Factors of one flow and direction: indicator to place to (factor, row)."""


class FactorIndex:
    """Factors by flow id, and by name and compartment; both with their direction.

    Parameters
    ----------
    method : Method
    """

    def __init__(self, method: Method) -> None:
        self.method = method
        self.by_id: dict[tuple[str, bool], list[Factor]] = defaultdict(list)
        self.by_name: dict[tuple[str, str, bool], list[Factor]] = defaultdict(list)
        self.ids: set[str] = set()
        self.names: set[str] = set()
        for factor in method.factors:
            if factor.flow_id:
                self.by_id[factor.flow_id, factor.is_input].append(factor)
                self.ids.add(factor.flow_id)
            else:
                self.by_name[factor.flow_name, factor.compartment, factor.is_input].append(factor)
                self.names.add(factor.flow_name)

    def choose(self, flows: Flows, flow: int, is_input: bool, found: Findings) -> Chosen:
        """Choose the factors of a flow in a direction; those that do not fit its unit are blockers.

        Parameters
        ----------
        flows : Flows
        flow : int
            Position of the flow.
        is_input : bool
        found : Findings

        Returns
        -------
        dict
        """
        ids = self.by_id.get((flows.ids[flow].as_py(), is_input), [])
        names = self.by_name.get((flows.names[flow], flows.compartment[flow] or "", is_input), [])
        sub = flows.sub_compartment[flow] or ""
        chosen: Chosen = {}
        level: dict[int, int] = {}
        levels = (
            ids,
            [f for f in names if f.sub_compartment == sub],
            [f for f in names if sub and not f.sub_compartment],
        )
        unfit: set[int] = set()
        for rank, factors in enumerate(levels):
            for factor in factors:
                if level.setdefault(factor.indicator, rank) != rank or factor.indicator in unfit:
                    continue
                at_place = chosen.setdefault(factor.indicator, {})
                flow_id = flows.ids[flow].as_py()
                if factor.location in at_place:
                    both = f"rows {at_place[factor.location][1]} and {factor.row}"
                    what = f"{both} both hold for {flow_id!r} at {factor.location}"
                    found.block("equal_factors", "factors", what, "keep one of them", row=factor.row, value=flow_id)
                    continue
                try:
                    per = factor.per.factor / convert(factor.per, flows.units[flow], flow, flows.properties)
                except UnitError as error:
                    unfit.add(factor.indicator)  # one finding a flow and indicator, not one a place
                    given = f"the factor for {self.method.indicators[factor.indicator].id} of {flow_id!r}"
                    what = f"{given} is per {factor.per.label}: {error.what}"
                    found.block("factor_dimension", "factors", what, error.fix, row=factor.row, value=flow_id)
                    continue
                at_place[factor.location] = (factor.value * per, factor.row)
        return chosen
