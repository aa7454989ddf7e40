"""Contributions: a footprint taken apart, its parts adding up to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, check_cutoff, choose_activity, follow_chain
from lcaengine.chains.gaps import list_gaps
from lcaengine.chains.parts import PARTS, Part, take_apart
from lcaengine.errors import SolveError
from lcaengine.footprints import Footprints
from lcaengine.solve.stages import SUM_TOLERANCE

__all__ = ["PARTS", "Contributions", "list_contributions"]

WHOLE = ("stage", "scope", "tier")
"""What has few parts is shown whole, in its own order."""
SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("process_id", pa.string()),
        ("flow_id", pa.string()),
        ("direction", pa.string()),
        ("supplier_id", pa.string()),
        ("location", pa.string()),
        ("amount", pa.float64()),
        ("amount_unit", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("share", pa.float64()),
        ("parts", pa.int64()),
    ]
)
"""`part` names the row, `parts` counts what it holds: one, or what is below the cut-off."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """What one figure is made of.

    Attributes
    ----------
    name : str
        Of the activity whose figure it is.
    indicator, unit, per, by : str
    total : float
        The figure [unit of the indicator / reference unit].
    status : str
    table : pyarrow.Table
        One row a part at or above the cut-off, largest first (stages, scopes and tiers in their own order), then what
        is below it, positive and negative apart.
    gaps : pyarrow.Table
        What is missing in the chain, scaled to the figure's unit, by how much mass or energy rests on it.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> lca.list_contributions(footprints, product_id="metal").table["process_id"].to_pylist()
    ['grid', 'refinery', 'mine-b']
    """

    name: str
    indicator: str
    unit: str
    per: str
    by: str
    total: float
    status: str
    table: pa.Table
    gaps: pa.Table

    def __repr__(self) -> str:
        count = self.table.num_rows
        return f"Contributions({self.indicator} of {self.name}: {self.total:.6g} {self.unit}/{self.per}, {count} rows)"


def list_contributions(
    footprints: Footprints,
    *,
    process_id: str = "",
    product_id: str = "",
    supplier_id: str = "",
    location: str = "",
    indicator: str = "ghg",
    by: str = "process",
    cutoff: float = 0.01,
) -> Contributions:
    """Take one figure apart.

    With ``A s = f``, activity j contributes ``s_j d_j``, an exchange its own share of that; `input` takes the figure
    apart by what the activity buys, each with all that is upstream of it.

    Parameters
    ----------
    footprints : Footprints
    process_id : str
        A process, or a bill of materials by its demand_id.
    product_id : str
        A product; alone it names its market, or its only maker.
    supplier_id, location : str
        Of whom, and where.
    indicator, by : str
        What of, and by what: process, exchange, flow, input, tier, stage, supplier, location or scope.
    cutoff : float
        Parts below this share of the sum of |parts| are summed into a rest [1]; stages, scopes, tiers are all shown.

    Returns
    -------
    Contributions

    Raises
    ------
    LcaError
        If what is named is not one activity, its figure is missing, or `by` or `cutoff` is none.
    SolveError
        If the parts do not add up to the total.

    References
    ----------
    Heijungs, R. and Suh, S. (2002). The Computational Structure of Life Cycle Assessment, ch. 8.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> parts = lca.list_contributions(footprints, product_id="metal", by="supplier")
    >>> [(row["part"], round(row["value"], 3)) for row in parts.table.to_pylist()]
    [('alpha', 2.88), ('gamma', 1.92), ('beta', 0.6)]
    """
    check_cutoff(cutoff)
    ids = {"process_id": process_id, "product_id": product_id, "supplier_id": supplier_id, "location": location}
    activity = choose_activity(footprints, **ids)
    chain = follow_chain(footprints, activity, indicator)
    values, describe = take_apart(chain, by)
    _check_sum(chain, values)
    return Contributions(
        name=chain.name(np.array([activity])),
        indicator=indicator,
        unit=chain.unit,
        per=chain.per,
        by=by,
        total=chain.total,
        status=footprints.status_of(activity, chain.indicator),
        table=_tabulate(chain, values, describe, 0.0 if by in WHOLE else cutoff, in_order=by in WHOLE),
        gaps=list_gaps(chain),
    )


def _check_sum(chain: Chain, values: NDArray[np.float64]) -> None:
    gap, size = abs(float(values.sum()) - chain.total), abs(chain.total) + float(np.abs(values).sum())
    if not gap <= SUM_TOLERANCE * size:
        what = f"the parts sum to {values.sum():g}, the total is {chain.total:g}"
        raise SolveError(what, chain.name(np.array([chain.activity])), "check the amounts of the loops it draws on")


def _tabulate(
    chain: Chain, values: NDArray[np.float64], describe: Callable[[int], Part], cutoff: float, in_order: bool
) -> pa.Table:
    """Give a row for each part that counts, and the rest, positive and negative apart."""
    size = float(np.abs(values).sum())
    counts = (np.abs(values) >= cutoff * size) & (values != 0)
    kept = np.flatnonzero(counts)
    if not in_order:
        kept = kept[np.argsort(-np.abs(values[kept]), kind="stable")]
    parts = [(describe(at), float(values[at]), 1) for at in kept.tolist()]
    for sign in (1.0, -1.0):
        rest = values[~counts & (values * sign > 0)]
        if len(rest):
            name = f"rest, {'positive' if sign > 0 else 'negative'}"
            parts.append((Part(name), float(rest.sum()), len(rest)))
    total = chain.total
    rows = [
        {
            "part": part.name,
            "process_id": part.process_id,
            "flow_id": part.flow_id,
            "direction": part.direction,
            "supplier_id": part.supplier_id,
            "location": part.location,
            "amount": part.amount,
            "amount_unit": part.amount_unit,
            "value": value,
            "unit": chain.unit,
            "share": value / total if total else None,
            "parts": count,
        }
        for part, value, count in parts
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
