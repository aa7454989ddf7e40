"""Scenarios of one inventory, laid beside it as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import LcaError
from lcaengine.findings import Finding
from lcaengine.footprints import Footprints
from lcaengine.scenarios.change import BASE, Change

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Scenarios"]

_IDS = ("supplier_id", "process_id", "product_id", "location")
_KEY = (*_IDS, "indicator", "unit", "per")


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Scenarios of one inventory, beside it as it stands.

    Attributes
    ----------
    base : Footprints
        Of the inventory as it stands.
    names : tuple of str
        ``base`` first.
    changes : dict of str to tuple of Change
    hashes : dict of str to str
        Hash of each inventory: what reading the changed tables from files would give.
    results : pyarrow.Table
        The long result table with a column `scenario` before the others.
    completeness : pyarrow.Table
        The completeness record with the same column.
    refusals : dict of str to list of Finding
        Why a scenario cannot be scored, by name.
    warnings : dict of str to tuple of Finding
        What passed with a remark that the inventory as it stands does not have.
    """

    base: Footprints
    names: tuple[str, ...]
    changes: Mapping[str, tuple[Change, ...]]
    hashes: Mapping[str, str]
    results: pa.Table
    completeness: pa.Table
    refusals: Mapping[str, list[Finding]]
    warnings: Mapping[str, tuple[Finding, ...]]

    def __repr__(self) -> str:
        return f"Scenarios({', '.join(self.names)}; {len(self.refusals)} cannot be scored)"

    def to_arrow(self, indicators: Sequence[str] = ()) -> pa.Table:
        """Give the totals of every scenario beside those of the base.

        Parameters
        ----------
        indicators : sequence of str
            Those of the method, all where none are named.

        Returns
        -------
        pyarrow.Table
            scenario, supplier_id, process_id, product_id, location, indicator, unit, per, base, value, change, ratio,
            status and base_status: one row a scenario and total. Null where one of them has no such activity or its
            figure is missing.
        """
        results, part = self.select(indicators).results, self._part()
        rows = results.filter(pc.field(part) == "total").select(["scenario", *_KEY, "value", "status"]).to_pylist()
        before = {tuple(r[name] for name in _KEY): r for r in rows if r["scenario"] == BASE}
        listed = []
        for row in rows:
            if row["scenario"] == BASE:
                continue
            of_base = before.get(tuple(row[name] for name in _KEY), {"value": None, "status": None})
            base, value = of_base["value"], row["value"]
            both = base is not None and value is not None
            listed.append(
                {
                    "scenario": row["scenario"],
                    **{name: row[name] for name in _KEY},
                    "base": base,
                    "value": value,
                    "change": value - base if both else None,
                    "ratio": value / base if both and base else None,
                    "status": row["status"],
                    "base_status": of_base["status"],
                }
            )
        return pa.Table.from_pylist(listed, _SCHEMA)

    def to_pandas(self, indicators: Sequence[str] = ()) -> pd.DataFrame:
        """Give the totals of every scenario beside those of the base as a data frame."""
        frame: pd.DataFrame = self.to_arrow(indicators).to_pandas()
        return frame

    def select(self, indicators: Sequence[str]) -> Scenarios:
        """Give the scenarios with results of some indicators, all where none are named.

        Raises
        ------
        LcaError
            If the method has no such indicator.
        """
        if not indicators:
            return self
        self.base.select(indicators)
        wanted = pc.field("indicator").isin(list(indicators))
        return replace(self, results=self.results.filter(wanted), completeness=self.completeness.filter(wanted))

    def get(
        self,
        scenario: str,
        indicator: str,
        *,
        process_id: str = "",
        product_id: str = "",
        location: str = "",
        stage: str = "total",
    ) -> float:
        """Give one number of a scenario, per reference unit of the product.

        Parameters
        ----------
        scenario : str
            By name; ``base`` is the inventory as it stands.
        indicator, process_id, product_id, location, stage : str
            What names the number, as in :meth:`lcaengine.Footprints.get`.

        Returns
        -------
        float
            [unit of the indicator / reference unit of the product]; NaN where its status is missing.

        Raises
        ------
        LcaError
            If there is no such scenario, or the words name no activity that was scored, or several.

        Examples
        --------
        >>> import lcaengine as lca
        >>> base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
        >>> found = lca.score_scenarios(base, {"cleaner grid": [lca.Change("co2", "grid", amount="50 %")]})
        >>> round(found.get("cleaner grid", "ghg", product_id="metal"), 2)
        3.12
        """
        if scenario not in self.names:
            what = f"there is no scenario {scenario!r}"
            if scenario in self.refusals:
                what = f"scenario {scenario!r} is not scored: {self.refusals[scenario][0].what}"
            raise LcaError(what, "", f"choose one of: {', '.join(self.names)}")
        if stage not in self.base.stages:
            raise LcaError(f"there is no stage {stage!r} here", "", f"choose one of: {', '.join(self.base.stages)}")
        self.base.select([indicator])
        asked = {"process_id": process_id, "product_id": product_id, "location": location}
        if not any(asked.values()) or not all(isinstance(each, str) for each in asked.values()):
            raise LcaError("no activity is named", scenario, "give a process_id, product_id or location, as text")
        wanted = {"scenario": scenario, "indicator": indicator, self._part(): stage, **asked}
        rows = self.results
        for name, value in wanted.items():
            rows = rows.filter(pc.field(name) == value) if value else rows
        if product_id and not process_id and "" in rows.column("process_id").to_pylist():
            rows = rows.filter(pc.field("process_id") == "")  # its market, if there is one
        # Rows per kg, or per kg of a content, follow those per reference unit.
        first: dict[tuple[str, ...], float | None] = {}
        for row in rows.to_pylist():
            first.setdefault(tuple(row[name] for name in _IDS), row["value"])
        if len(first) != 1:
            what = f"{', '.join(f'{k}={v!r}' for k, v in asked.items() if v)} names {len(first)} of what was scored"
            fix = "name one by process_id, product_id or location; score_scenarios(..., everything=True) scores all"
            raise LcaError(what, scenario, fix)
        (found,) = first.values()
        return float("nan") if found is None else found

    def _part(self) -> str:
        return "stage" if "stage" in self.results.column_names else "part"


_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("scenario", *_KEY)),
        *((name, pa.float64()) for name in ("base", "value", "change", "ratio")),
        ("status", pa.string()),
        ("base_status", pa.string()),
    ]
)
