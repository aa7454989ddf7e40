"""Checking an inventory as far as it goes: tables, units, signs, links, allocation, loops, factors."""

from __future__ import annotations

from pathlib import Path

from lcaengine.findings import Findings
from lcaengine.inventory import load_inventory
from lcaengine.method import Method, take_method
from lcaengine.solve import report_loops
from lcaengine.system import build_system, match_factors

__all__ = ["check"]


def check(place: str | Path, method: Method | str | Path | None = None, unlinked: str = "refuse") -> Findings:
    """List all findings of an inventory at once.

    Parameters
    ----------
    place : str or Path
        A folder, a zip of one, or a URI.
    method : Method, str or Path, optional
        Its factors are matched too.
    unlinked : {"refuse", "cutoff"}
        Whether an input nobody supplies is a blocker or a warning.

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
    system = build_system(inventory, unlinked, found)
    report_loops(system, found)
    if method is not None:
        match_factors(system, take_method(method), found)
    return found
