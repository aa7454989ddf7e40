"""Checking an inventory as far as it goes: tables, units, signs, links, allocation, loops, factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import SolveError
from lcaengine.findings import Findings
from lcaengine.footprints.fallbacks import report_fallbacks, share_fallbacks
from lcaengine.footprints.ranking import report_gaps
from lcaengine.footprints.score import score_system
from lcaengine.inventory import Inventory, load_inventory
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy
from lcaengine.solve import report_loops
from lcaengine.system import build_system, list_flows, match_factors
from lcaengine.uncertainty.contradictions import report_contradictions
from lcaengine.uncertainty.counts import count_uncertain
from lcaengine.uncertainty.crossings import report_crossings
from lcaengine.uncertainty.unpaired import report_alike

__all__ = ["Check", "check", "examine"]


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found.

    Attributes
    ----------
    findings : Findings
    flows : pyarrow.Table or None
        Elementary flows and what the method has for them, as :func:`~lcaengine.list_flows` gives it; None without a
        method, or where the tables cannot be read.
    uncertain : dict of str to int, or None
        Uncertain rows by table, as they are drawn by default; None where a table cannot be read whole.
    """

    findings: Findings
    flows: pa.Table | None
    uncertain: Mapping[str, int] | None


def check(place: str | Path, method: Method | str | Path | None = None, policy: Policy | None = None) -> Findings:
    """List all findings of an inventory at once.

    Parameters
    ----------
    place : str or Path
        A folder, a zip of one, or a URI.
    method : Method, str or Path, optional
        Its factors are matched too, and what rests on other places is measured.
    policy : Policy, optional
        What is done where the inventory leaves a choice.

    Returns
    -------
    Findings
        Blockers stop scoring; warnings travel with the results.

    Raises
    ------
    DataError
        If `place` cannot be opened at all.

    Examples
    --------
    >>> import lcaengine as lca
    >>> lca.check(lca.find_example("two-suppliers")).blockers()
    []
    """
    return examine(place, method, policy).findings


def examine(place: str | Path, method: Method | str | Path | None = None, policy: Policy | None = None) -> Check:
    """List all findings of an inventory, and what the method has for each of its elementary flows.

    Parameters
    ----------
    place, method, policy
        As for :func:`check`.

    Returns
    -------
    Check
    """
    found = Findings()
    inventory = load_inventory(place, found)
    if inventory is None:
        return Check(found, None, None)
    taken = None if method is None else take_method(method)
    is_whole = not found.blockers()  # else rows are left out, and tables no longer beside what was read of them
    _examine_system(inventory, taken, policy or Policy(), found)
    if is_whole:
        report_alike(inventory, found)
        report_crossings(inventory, found)
    flows = None if taken is None else list_flows(inventory, taken)
    return Check(found, flows, count_uncertain(inventory, taken) if is_whole else None)


def _examine_system(inventory: Inventory, method: Method | None, policy: Policy, found: Findings) -> None:
    system = build_system(inventory, policy, found)
    report_loops(system, found)
    matched = None if method is None else match_factors(system, method, found)
    if method is None or matched is None or found.blockers():
        report_fallbacks(system, found)
        return
    try:
        footprints = score_system(system, method, matched)
    except SolveError as error:
        report_fallbacks(system, found)
        found.block("solve", "exchanges", error.what, error.fix, value=error.where)
        return
    report_contradictions(system, found)
    try:
        shares = share_fallbacks(footprints)
        report_gaps(footprints, found)
    except SolveError as error:  # scores hold: they are solved the other way round
        shares = None
        what = f"how much of end products rests on gaps and fallbacks cannot be said: {error.what}"
        found.warn("unmeasured", "exchanges", what, error.fix, value=error.where)
    report_fallbacks(system, found, shares)
