"""Scoring scenarios: an inventory with some things otherwise, checked, linked and solved anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError, LcaError, SolveError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.footprints import Footprints, detach
from lcaengine.footprints.display import find_ends
from lcaengine.footprints.score import score_inventory
from lcaengine.inventory import Inventory
from lcaengine.policy import Policy
from lcaengine.results import tabulate_completeness, to_long
from lcaengine.scenarios.change import BASE, Change
from lcaengine.scenarios.edited import edit_inventory
from lcaengine.scenarios.edits import Edits, Makers, find_edits, find_makers
from lcaengine.scenarios.scenarios import Scenarios

__all__ = ["change", "score_scenarios"]


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
        if not isinstance(name, str) or name != name.strip() or name in ("", BASE):
            fix = "give it a name of its own, without spaces around it"
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
