"""Contradictions: shares whose distributions cannot be drawn, said before anybody draws them."""

from __future__ import annotations

from lcaengine.errors import DataError
from lcaengine.findings import Findings
from lcaengine.inventory.signs import assign_roles
from lcaengine.system import System
from lcaengine.system.activities import find_functions
from lcaengine.uncertainty.allocation import draw_allocation
from lcaengine.uncertainty.markets import draw_markets

__all__ = ["report_contradictions"]


def report_contradictions(system: System, found: Findings) -> None:
    """Report market shares and allocation factors whose distributions contradict that they sum to one.

    Parameters
    ----------
    system : System
        Without blocking findings.
    found : Findings
        Receives a warning `share_spread` for the first row of each table: scores stand, draws are refused.
    """
    inventory = system.inventory
    if not any(inventory.frames[table].filled("uncertainty_type").any() for table in ("markets", "allocation")):
        return
    roles = assign_roles(inventory.exchanges, inventory.flows)
    functions = find_functions(inventory, roles, system.policy.allocation, Findings())
    for table, list_draws in (
        ("markets", lambda: draw_markets(system, functions, 0)),
        ("allocation", lambda: draw_allocation(system, functions)),
    ):
        try:
            list_draws()
        except DataError as error:
            what = f"{error.what}; the row cannot be drawn"
            found.warn("share_spread", table, what, error.fix, row=error.row, column="uncertainty_type")
