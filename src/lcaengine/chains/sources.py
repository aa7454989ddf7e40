"""Sources: all that a score rests on, row by row, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain
from lcaengine.chains.parts import name_flow
from lcaengine.errors import DataError
from lcaengine.inventory.inventory import Kind
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.uncertainty import Distributions
from lcaengine.uncertainty.derivatives import Derivatives
from lcaengine.uncertainty.moments import Moments, find_moments
from lcaengine.uncertainty.widened import join_lists

__all__ = ["TABLES", "Sources", "describe_source", "find_sources"]

TABLES = ("exchanges", "factors")


@dataclass(frozen=True, slots=True)
class Sources:
    """Rows of several tables that a score rests on.

    Attributes
    ----------
    table : (m,) int64
        Position in :data:`TABLES`.
    rows : Distributions
    slope : (m,) float64
        dh/dx [unit of the indicator / base unit].
    moments : Moments
    """

    table: NDArray[np.int64]
    rows: Distributions
    slope: NDArray[np.float64]
    moments: Moments


def find_sources(chain: Chain, found: Derivatives) -> Sources:
    """Find the rows a score rests on, with mean and variance.

    Returns
    -------
    Sources

    Raises
    ------
    DataError
        If one that the score answers to has no variance.
    """
    lists = (found.sampled.distributions, found.sampled.factors)
    rows = join_lists(*lists)
    table = np.repeat(np.arange(len(lists)), [len(each) for each in lists])
    sources = Sources(table, rows, found.slope, find_moments(rows))
    known = np.isfinite(sources.moments.variance) & np.isfinite(sources.moments.mean)
    without = np.flatnonzero((sources.slope != 0) & ~known)
    if len(without):
        at = int(without[0])
        own = describe_source(chain, sources, at)
        what = (
            f"the {UNCERTAINTY_TYPES[int(rows.kind[at])]} distribution of {own['part']} has no variance that is known"
        )
        where = f"{chain.footprints.system.inventory.label}, {own['table']} row {own['row']}"
        raise DataError(what, where, "give it bounds on both sides, or another distribution")
    return sources


def describe_source(chain: Chain, sources: Sources, at: int) -> dict[str, Any]:
    """Say what a row is, with its amount, and how many base units that is counted in (``factor``)."""
    row = int(sources.rows.row[at])
    own = _describe_exchange(chain, row) if sources.table[at] == 0 else _describe_factor(chain, row)
    return {"table": TABLES[int(sources.table[at])], **own, "amount": float(sources.rows.amount[at]) / own["factor"]}


def _describe_exchange(chain: Chain, row: int) -> dict[str, Any]:
    """Describe an exchange: its process and flow, whom it is taken from, and whether it is made or spared."""
    inventory = chain.footprints.system.inventory
    exchanges, processes, flow = inventory.exchanges, inventory.processes, int(inventory.exchanges.flow[row])
    process, provider, unit = int(exchanges.process[row]), int(exchanges.provider[row]), inventory.flows.units[flow]
    whom = f" from {processes.show(provider)}" if provider >= 0 else ""
    return {
        "part": f"{processes.show(process)}: {name_flow(chain, flow)}{whom}{_say_role(chain, row)}",
        "row": int(exchanges.rows[row]),
        "process_id": processes.ids[process].as_py(),
        "flow_id": inventory.flows.ids[flow].as_py(),
        "direction": "input" if exchanges.is_input[row] else "output",
        "provider_id": processes.ids[provider].as_py() if provider >= 0 else "",
        "location": exchanges.locate(row) or processes.location[process] or "",
        "amount_unit": unit.label,
        "factor": unit.factor,
    }


def _say_role(chain: Chain, row: int) -> str:
    """Say of a product or waste whether it is made, treated or spared."""
    inventory = chain.footprints.system.inventory
    kind, is_input = inventory.flows.kind[int(inventory.exchanges.flow[row])], inventory.exchanges.is_input[row]
    if inventory.exchanges.is_avoided[row]:
        return ", avoided"
    if kind == Kind.WASTE and is_input:
        return ", treated"
    return ", made" if kind == Kind.PRODUCT and not is_input else ""


def _describe_factor(chain: Chain, row: int) -> dict[str, Any]:
    """Describe a factor of the method."""
    method = chain.footprints.method
    factor = method.factors[row]
    where = "/".join(part for part in (factor.compartment, factor.sub_compartment) if part)
    place = f", {factor.location}" if factor.location not in ("", "GLO") else ""
    name = factor.flow_name or factor.flow_id
    return {
        "part": f"factor of {name} ({where}{place})" if where or place else f"factor of {name}",
        "row": factor.row,
        "process_id": "",
        "flow_id": factor.flow_id,
        "direction": "input" if factor.is_input else "output",
        "provider_id": "",
        "location": factor.location,
        "amount_unit": f"{chain.unit}/{factor.per.label}",
        "factor": 1.0 / factor.per.factor,
    }
