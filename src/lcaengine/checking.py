"""Checking an inventory as far as it goes: tables, units, signs, links, allocation, loops, factors."""

from __future__ import annotations

from pathlib import Path

from lcaengine.errors import SolveError
from lcaengine.findings import Findings
from lcaengine.footprints.fallbacks import report_fallbacks, share_fallbacks
from lcaengine.footprints.ranking import report_gaps
from lcaengine.footprints.score import score_system
from lcaengine.inventory import load_inventory
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy
from lcaengine.solve import report_loops
from lcaengine.system import build_system, match_factors

__all__ = ["check"]


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
    found = Findings()
    inventory = load_inventory(place, found)
    if inventory is None:
        return found
    system = build_system(inventory, policy or Policy(), found)
    report_loops(system, found)
    matched = None if method is None else match_factors(system, take_method(method), found)
    if method is None or matched is None or found.blockers():
        report_fallbacks(system, found)
        return found
    try:
        footprints = score_system(system, take_method(method), matched)
    except SolveError as error:
        report_fallbacks(system, found)
        found.block("solve", "exchanges", error.what, error.fix, value=error.where)
        return found
    try:
        shares = share_fallbacks(footprints)
        report_gaps(footprints, found)
    except SolveError as error:  # scores hold: they are solved the other way round
        shares = None
        what = f"how much of end products rests on gaps and fallbacks cannot be said: {error.what}"
        found.warn("unmeasured", "exchanges", what, error.fix, value=error.where)
    report_fallbacks(system, found, shares)
    return found
