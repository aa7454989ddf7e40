"""Scenarios: one inventory with some things otherwise, scored anew and laid beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.errors import DataError, LcaError, SolveError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.footprints import Footprints, detach
from lcaengine.footprints.display import find_ends
from lcaengine.footprints.score import score_inventory
from lcaengine.inventory import Inventory
from lcaengine.policy import Policy
from lcaengine.results import tabulate_completeness, to_long
from lcaengine.scenarios.change import Change
from lcaengine.scenarios.edited import edit_inventory
from lcaengine.scenarios.edits import Edits, Makers, find_edits, find_makers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BASE", "Scenarios", "change", "score_scenarios"]

BASE = "base"
"""What the inventory as it stands is called beside its scenarios."""
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
            scenario, supplier_id, process_id, product_id, location, indicator, unit, per, base, value, change, ratio
            and status: one row a scenario and total. Null where one of them has no such activity or its figure is
            missing.
        """
        results, part = self.select(indicators).results, self._part()
        rows = results.filter(pc.field(part) == "total").select(["scenario", *_KEY, "value", "status"]).to_pylist()
        before = {tuple(r[name] for name in _KEY): r["value"] for r in rows if r["scenario"] == BASE}
        listed = []
        for row in rows:
            if row["scenario"] == BASE:
                continue
            base, value = before.get(tuple(row[name] for name in _KEY)), row["value"]
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
        if len(first) != 1 or not any(asked.values()):
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
    ]
)


@overload
def change(base: Inventory, changes: Iterable[Change], policy: Policy | None = None) -> Inventory: ...
@overload
def change(base: Footprints, changes: Iterable[Change]) -> Footprints: ...
def change(
    base: Inventory | Footprints, changes: Iterable[Change], policy: Policy | None = None
) -> Inventory | Footprints:
    """Give an inventory, or its footprints, with some things otherwise.

    The rows are written anew in memory and all is checked, linked, allocated and solved as if it had been read so:
    numbers, findings and hash are those of scoring the edited tables afresh.

    Parameters
    ----------
    base : Inventory or Footprints
        Without blocking findings, as reading and scoring give them.
    changes : iterable of Change
        All of them at once, in any order.
    policy : Policy, optional
        By which it is told who makes what in an inventory that is not scored yet; footprints have one, and take none.

    Returns
    -------
    Inventory or Footprints
        As `base` is: footprints are scored by the same method, policy and split. `changes` of the inventory says what
        is otherwise.

    Raises
    ------
    DataError
        With every change that fits no row or several, names what is not there, or has a unit that does not fit; or
        with every blocking finding of what the changes make.
    LcaError
        If there is nothing to change, or a policy is given for footprints.
    SolveError
        If the system has no solution, or the answer does not verify.

    Examples
    --------
    >>> import lcaengine as lca
    >>> base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> scenario = lca.change(base, [lca.Change("ore", shares={"mine-a": 0.2, "mine-b": 0.8})])
    >>> round(base.get("ghg", product_id="metal"), 2), round(scenario.get("ghg", product_id="metal"), 2)
    (5.4, 4.08)
    """
    wanted = _take_changes(changes)
    footprints = base if isinstance(base, Footprints) else None
    inventory = base.system.inventory if isinstance(base, Footprints) else base
    if not isinstance(inventory, Inventory):
        raise LcaError(f"{type(base).__name__} has nothing to change", "change", "give an inventory, or its footprints")
    if footprints is not None and policy is not None:
        raise LcaError("footprints have a policy already", "change", "score the inventory by the other policy first")
    policy = footprints.system.policy if footprints is not None else policy or Policy()
    found = Findings()
    edits = find_edits(inventory, wanted, find_makers(inventory, policy, wanted), found)
    raise_blockers(found, "changes", "correct the changes; nothing is scored")
    edited = edit_inventory(inventory, edits, wanted, found)
    raise_blockers(found, f"{inventory.label}, changed", "correct the changes, or the inventory")
    assert edited is not None
    if footprints is None:
        return edited
    scored = score_inventory(edited, footprints.method, policy, footprints.by, found)
    raise_blockers(found, f"{inventory.label}, changed", "correct the changes, or the inventory")
    assert scored is not None
    return scored


def score_scenarios(
    base: Footprints,
    scenarios: Mapping[str, Sequence[Change]],
    everything: bool = False,
    where: str = "changes",
    progress: Callable[[int, int], None] | None = None,
) -> Scenarios:
    """Score scenarios of one inventory, each apart from the others, and lay them beside it.

    Parameters
    ----------
    base : Footprints
    scenarios : dict of str to sequence of Change
        By name, as :func:`~lcaengine.read_changes` gives them.
    everything : bool
        Every activity, or end products only.
    where : str
        What the changes are called in messages: the file they were read from.
    progress : callable, optional
        Told how many scenarios are scored, and of how many.

    Returns
    -------
    Scenarios
        A scenario that cannot be scored is listed with the blocking findings.

    Raises
    ------
    DataError
        With every change of any scenario that fits no row or several, names what is not there, or has a unit that does
        not fit: nothing is scored then.

    Examples
    --------
    >>> import lcaengine as lca
    >>> base = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> cleaner = [lca.Change("co2", "grid", amount="50 %")]
    >>> (row,) = lca.score_scenarios(base, {"cleaner grid": cleaner}).to_arrow(["ghg"]).to_pylist()
    >>> round(row["base"], 2), round(row["value"], 2)
    (5.4, 3.12)
    """
    if not isinstance(base, Footprints):
        raise LcaError(f"{type(base).__name__} is no result", "score_scenarios", "give what score returns")
    wanted = _take_scenarios(scenarios)
    inventory, policy = base.system.inventory, base.system.policy
    makers = find_makers(inventory, policy, (each for changes in wanted.values() for each in changes))
    edits = _find_all(inventory, wanted, makers, where)
    tables, completeness = [_tabulate(BASE, base, everything)], [_complete(BASE, base, everything)]
    hashes, refusals = {BASE: inventory.hash}, {}
    warnings: dict[str, tuple[Finding, ...]] = {}
    known = set(base.warnings)
    for at, (name, changes) in enumerate(wanted.items(), 1):
        found = Findings()
        scored = _score(base, edits[name], changes, found)
        if progress is not None:
            progress(at, len(wanted))
        if scored is None:
            refusals[name] = found.blockers()
            continue
        hashes[name] = scored.system.inventory.hash
        warnings[name] = tuple(each for each in scored.warnings if each not in known)
        tables.append(_tabulate(name, scored, everything))
        completeness.append(_complete(name, scored, everything))
    names = (BASE, *(name for name in wanted if name not in refusals))
    return Scenarios(
        base, names, wanted, hashes, pa.concat_tables(tables), pa.concat_tables(completeness), refusals, warnings
    )


def _take_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    if isinstance(changes, Change):
        return (changes,)
    try:
        wanted = tuple(changes)
    except TypeError:
        wanted = ()
    if not wanted or not all(isinstance(each, Change) for each in wanted):
        raise LcaError("there is nothing to change", "change", "give a list of lca.Change(...)")
    return wanted


def _take_scenarios(scenarios: Mapping[str, Sequence[Change]]) -> dict[str, tuple[Change, ...]]:
    if not isinstance(scenarios, Mapping) or not scenarios:
        raise LcaError("there are no scenarios", "score_scenarios", "give a dict of names and lists of lca.Change(...)")
    for name in scenarios:
        if not isinstance(name, str) or not name or name == BASE:
            fix = "give it a name of its own"
            raise DataError(f"{name!r} is no name for a scenario: {BASE} is the inventory as it stands", "", fix)
    return {name: _take_changes(changes) for name, changes in scenarios.items()}


def _find_all(
    inventory: Inventory, scenarios: Mapping[str, tuple[Change, ...]], makers: Makers, where: str
) -> dict[str, Edits]:
    """Find the rows of all changes of all scenarios, or report every one that does not fit, before any is scored."""
    found, edits = Findings(), {}
    for name, changes in scenarios.items():
        known = len(found.items)
        edits[name] = find_edits(inventory, changes, makers, found)
        found.items[known:] = [replace(each, what=f"{name}: {each.what}") for each in found.items[known:]]
    raise_blockers(found, where, "correct the changes; nothing is scored")
    return edits


def _score(base: Footprints, edits: Edits, changes: Sequence[Change], found: Findings) -> Footprints | None:
    edited = edit_inventory(base.system.inventory, edits, changes, found)
    if edited is None or found.blockers():
        return None
    try:
        return score_inventory(edited, base.method, base.system.policy, base.by, found)
    except SolveError as error:
        found.block("solve", "exchanges", error.what, error.fix, value=error.where)
        return None


def _tabulate(name: str, footprints: Footprints, everything: bool) -> pa.Table:
    return _name_rows(name, to_long(detach(footprints).take(_shown(footprints, everything))))


def _complete(name: str, footprints: Footprints, everything: bool) -> pa.Table:
    return _name_rows(name, tabulate_completeness(detach(footprints).take(_shown(footprints, everything))))


def _shown(footprints: Footprints, everything: bool) -> NDArray[np.int64]:
    return np.array(range(len(footprints.value)) if everything else find_ends(footprints), np.int64)


def _name_rows(name: str, table: pa.Table) -> pa.Table:
    named = table.add_column(0, "scenario", pa.array([name] * table.num_rows, pa.string()))
    return named.replace_schema_metadata(None)
