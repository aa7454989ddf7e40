"""Footprints: every activity's intensity, by indicator and stage, with its status and its gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.findings import Finding
from lcaengine.footprints.detach import detach
from lcaengine.footprints.gaps import Gaps
from lcaengine.method import Method
from lcaengine.results import Status, tabulate_completeness, to_long, to_wide
from lcaengine.system import Characterization, System

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Footprints"]


@dataclass(frozen=True, slots=True)
class Footprints:
    """Intensities of all activities of an inventory.

    Attributes
    ----------
    system : System
    method : Method
    matched : Characterization
        The method's factors, matched to the system.
    by : str
        What the footprints are split by: stage, supplier, location or scope.
    stages : tuple of str
        Stages (or other parts) that occur, then ``unassigned``, then ``total``.
    value : (n, stages, k) float64
        [unit of the indicator / reference unit of the product]; NaN where the status is missing.
    primary_data_share : (n, stages, k) float64
        [1], NaN where there is no contribution.
    status : (n, k) int8
        :class:`~lcaengine.results.Status`.
    per_kg : (n,) float64
        Reference units a kg, NaN where the product has no mass.
    per_content : dict of str to (n,) float64
        Reference units a kg of an element that products contain (their property ``content:Nd``), NaN where they do not.
    gaps : Gaps
    unlinked_mass_share : (n,) float64
        Of all mass inputs along the chain, the share nobody supplies [1]; NaN where there is none.
    fallback_share : (n, k) float64
        Share of the total that rests on products and factors of other places [1].
    residual : float
        Worst verified componentwise backward error [1].
    sweeps, factorized : int
        Work done in loops, and loops that were factorized.
    warnings : tuple of Finding

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> footprints = lca.score(inventory, lca.read_method("core"))
    >>> round(footprints.get("ghg", process_id="mine-a"), 3)
    2.4
    """

    system: System
    method: Method
    matched: Characterization
    by: str
    stages: tuple[str, ...]
    value: NDArray[np.float64]
    primary_data_share: NDArray[np.float64]
    status: NDArray[np.int8]
    per_kg: NDArray[np.float64]
    per_content: Mapping[str, NDArray[np.float64]]
    gaps: Gaps
    unlinked_mass_share: NDArray[np.float64]
    fallback_share: NDArray[np.float64]
    residual: float
    sweeps: int
    factorized: int
    warnings: tuple[Finding, ...]

    def __repr__(self) -> str:
        n, _, k = self.value.shape
        about = self.system.inventory.about.name
        return (
            f"Footprints({about!r}: {n} activities x {k} indicators, {self.method.label}, residual {self.residual:.1e})"
        )

    def _repr_html_(self) -> str:
        from lcaengine.footprints.display import to_html

        return to_html(self)

    def get(
        self, indicator: str, *, process_id: str = "", product_id: str = "", location: str = "", stage: str = "total"
    ) -> float:
        """Give one number, per reference unit of the product.

        Parameters
        ----------
        indicator : str
            Name of the indicator.
        process_id, product_id, location : str
            What names the activity; a market has a product_id and no process_id.
        stage : str
            A stage, ``unassigned`` or ``total``.

        Returns
        -------
        float
            [unit of the indicator / reference unit of the product]; NaN where its status is missing.

        Raises
        ------
        LcaError
            If the words name no activity, or several.
        """
        k = self.method.find(indicator)
        if k < 0:
            names = [each.id for each in self.method.indicators]
            raise LcaError(
                f"there is no indicator {indicator!r}", self.method.label, f"choose one of: {', '.join(names)}"
            )
        if stage not in self.stages:
            raise LcaError(f"there is no stage {stage!r} here", "", f"choose one of: {', '.join(self.stages)}")
        asked = {"process_id": process_id, "product_id": product_id, "location": location}
        found = self.find(**asked)
        if len(found) != 1:
            what = f"{', '.join(f'{k}={v!r}' for k, v in asked.items() if v)} names {len(found)} activities"
            raise LcaError(what, self.system.inventory.label, "name one: give process_id, product_id or location")
        return float(self.value[found[0], self.stages.index(stage), k])

    def find(self, *, process_id: str = "", product_id: str = "", location: str = "") -> list[int]:
        """Find activities by id; a market is what has a product and no process.

        Returns
        -------
        list of int
            Positions; a product_id alone names its markets if it has any, else its makers.
        """
        activities, flows = self.system.activities, self.system.inventory.flows
        ids = flows.ids.to_pylist()
        found = [
            a
            for a in range(len(activities))
            if (not process_id or activities.name[a] == process_id)
            and (not product_id or (activities.flow[a] >= 0 and ids[activities.flow[a]] == product_id))
            and (not location or activities.location[a] == location)
        ]
        markets = [a for a in found if not activities.name[a]]
        return markets if markets and product_id and not process_id else found

    @property
    def completeness(self) -> pa.Table:
        """The completeness record: one row an activity and indicator."""
        return tabulate_completeness(detach(self))

    def renewable_share(self) -> NDArray[np.float64] | None:
        """Give the renewable share of the electricity that labelled processes buy, by activity and part.

        Returns
        -------
        (n, parts) float64 or None
            [1]; NaN where none is bought, or it is not known; None where the method does not tell.
        """
        from lcaengine.footprints.electricity import share_renewable

        return share_renewable(self.method, self.value)

    def to_arrow(self) -> pa.Table:
        """Give the result table: one row an activity, indicator and stage, per reference unit and per kg."""
        return to_long(detach(self))

    def to_wide(self) -> pa.Table:
        """Give one row an activity, one column an indicator and stage (``ghg.extraction``), per reference unit."""
        return to_wide(detach(self))

    def to_pandas(self) -> pd.DataFrame:
        """Give the result table as a data frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas(strings_to_categorical=False)
        return frame

    def select(self, indicators: Sequence[str]) -> list[int]:
        """Give the positions of indicators by name.

        Raises
        ------
        LcaError
            If one is not of the method, or they are one word and no list.
        """
        if isinstance(indicators, str) or not isinstance(indicators, Iterable):
            raise LcaError(
                f"indicators are {indicators!r}", self.method.label, 'give a list: ["ghg"]', given=indicators
            )
        at = [self.method.find(each) for each in indicators]
        if -1 in at:
            names = ", ".join(each.id for each in self.method.indicators)
            raise LcaError(
                f"there is no indicator {indicators[at.index(-1)]!r}", self.method.label, f"choose from: {names}"
            )
        return at

    def status_of(self, activity: int, indicator: int) -> str:
        """Name the status of a number: complete, fallback, proxy, cut_off or missing."""
        return Status(self.status[activity, indicator]).name.lower()
