"""Counts of what is uncertain, table by table."""

from __future__ import annotations

import numpy as np

from lcaengine.inventory import Inventory
from lcaengine.method import Method
from lcaengine.uncertainty.distributions import find_uncertain
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["count_uncertain", "say_uncertain"]


def count_uncertain(
    inventory: Inventory, method: Method | None = None, pedigree: Pedigree | None = None
) -> dict[str, int]:
    """Count the rows that state a distribution, or a pedigree that becomes one.

    Parameters
    ----------
    inventory : Inventory
    method : Method, optional
        Its factors are counted too.
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    dict of str to int
        Of ``exchanges``, ``factors``, ``markets`` and ``allocation``.

    Examples
    --------
    >>> import lcaengine as lca
    >>> count_uncertain(lca.read_inventory(lca.find_example("two-suppliers")))
    {'exchanges': 8, 'factors': 0, 'markets': 0, 'allocation': 0}
    """
    frames, factors = inventory.frames, 0
    if method is not None and method.uncertainty is not None:
        values = np.array([each.value for each in method.factors])
        factors = len(find_uncertain(method.uncertainty, values, pedigree))
    return {
        "exchanges": len(find_uncertain(frames["exchanges"], inventory.exchanges.amount, pedigree)),
        "factors": factors,
        **{table: len(find_uncertain(frames[table], np.empty(0), None)) for table in ("markets", "allocation")},
    }


def say_uncertain(count: int, noun: str) -> str:
    """Say how many of something are uncertain.

    Examples
    --------
    >>> say_uncertain(1, "row"), say_uncertain(2, "row")
    ('1 uncertain row', '2 uncertain rows')
    """
    return f"{count} uncertain {noun}{'' if count == 1 else 's'}"
