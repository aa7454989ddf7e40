"""Sankey: the flows of burdens between activities as tables of nodes and edges, loops not counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, check_cutoff, choose_activity, follow_chain, sum_by
from lcaengine.chains.parts import describe_activity
from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.inventory import STAGES
from lcaengine.solve.stages import SUM_TOLERANCE
from lcaengine.system.coupling import find_rows

__all__ = ["Sankey", "build_sankey", "cancel_cycles"]

REST = "rest"


@dataclass(frozen=True, slots=True)
class Sankey:
    """Flows of burdens towards one unit of a product.

    Attributes
    ----------
    name, indicator, unit, per : str
    total : float
    nodes : pyarrow.Table
        node, name, process_id, flow_id, supplier_id, location, stage, direct, through, unit. What comes in along edges
        and `direct` are what goes out, for every node; `through` is what comes in and `direct`, so for the demanded
        activity the total.
    edges : pyarrow.Table
        source, target (nodes), source_name, target_name, value, unit, share (of the total).

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> flows = lca.build_sankey(footprints, product_id="metal")
    >>> flows.edges.select(["source_name", "target_name"]).to_pylist()[0]
    {'source_name': 'market of ore at GLO', 'target_name': 'refinery'}
    """

    name: str
    indicator: str
    unit: str
    per: str
    total: float
    nodes: pa.Table
    edges: pa.Table

    def __repr__(self) -> str:
        return f"Sankey({self.indicator} of {self.name}: {self.nodes.num_rows} nodes, {self.edges.num_rows} edges)"


def build_sankey(
    footprints: Footprints,
    *,
    process_id: str = "",
    product_id: str = "",
    supplier_id: str = "",
    location: str = "",
    indicator: str = "ghg",
    cutoff: float = 0.01,
) -> Sankey:
    """Give the flows of burdens of one figure as nodes and edges.

    With s the supply and Y the intensities, ``-a_ij s_j Y_i`` flows from provider i to j, and ``s_j d_j`` arises at j.
    What goes around in a loop is taken off: burdens that come back to where they were do not add to what passes.

    Parameters
    ----------
    footprints : Footprints
    process_id, product_id, supplier_id, location, indicator : str
        As in :func:`list_contributions`.
    cutoff : float
        Activities through which less than this share of the total passes are one node, the rest [1].

    Returns
    -------
    Sankey

    Raises
    ------
    LcaError
        If what is named is not one activity, or its figure is missing.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> nodes = lca.build_sankey(footprints, product_id="metal").nodes
    >>> [(n["name"], round(n["through"], 2)) for n in nodes.to_pylist() if n["name"].startswith("mine")]
    [('mine-a', 2.88), ('mine-b', 0.6)]
    """
    check_cutoff(cutoff)
    activity = choose_activity(
        footprints, process_id=process_id, product_id=product_id, supplier_id=supplier_id, location=location
    )
    chain = follow_chain(footprints, activity, indicator)
    node, flow = _gather(chain, cutoff)
    cancel_cycles(flow)
    direct = sum_by(node, chain.supply * chain.direct, len(flow))
    _check_balance(chain, node, flow, direct)
    return Sankey(
        chain.name(np.array([activity])),
        indicator,
        chain.unit,
        chain.per,
        chain.total,
        *_tabulate(chain, node, flow, direct),
    )


def _gather(chain: Chain, cutoff: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the node of every activity, and the flow from node to node; the last node is the rest."""
    coupling = chain.coupling
    consumer, provider = find_rows(coupling), coupling.indices
    value = -coupling.data * chain.supply[consumer] * chain.intensity[provider]
    n = len(coupling)
    through = np.abs(chain.supply * chain.direct) + sum_by(consumer, np.abs(value), n)
    size = max(abs(chain.total), float(np.abs(chain.supply * chain.direct).sum()))
    keep = (through >= cutoff * size) & (through > 0)
    keep[chain.activity] = True
    count = int(keep.sum())
    node = np.where(keep, np.cumsum(keep) - 1, count)
    flow = np.zeros((count + 1, count + 1))
    np.add.at(flow, (node[provider], node[consumer]), value)
    np.fill_diagonal(flow, 0.0)
    return node, flow


def cancel_cycles(flow: NDArray[np.float64]) -> None:
    """Take what goes around off a network of flows, in place; what every node gains or loses stays.

    While positive flows go in a circle, the smallest of the circle is taken off all of it.

    Parameters
    ----------
    flow : (n, n) float64
        From row to column.
    """
    nodes = len(flow)
    small = 1e-15 * float(np.abs(flow).max(initial=0.0))
    done = np.zeros(nodes, np.bool_)
    for root in range(nodes):
        path: list[int] = [] if done[root] else [root]
        while path:
            after = np.flatnonzero((flow[path[-1]] > small) & ~done)
            if not len(after):
                done[path.pop()] = True
                continue
            following = int(after[0])
            if following not in path:
                path.append(following)
                continue
            circle = path[path.index(following) :]
            ends = [*circle[1:], following]
            flow[circle, ends] -= flow[circle, ends].min()
            flow[circle, ends] = np.where(flow[circle, ends] <= small, 0.0, flow[circle, ends])
            path = path[: path.index(following) + 1]


def _check_balance(
    chain: Chain, node: NDArray[np.int64], flow: NDArray[np.float64], direct: NDArray[np.float64]
) -> None:
    """Raise where a node gives on what it does not get."""
    demanded = np.zeros(len(flow))
    demanded[node[chain.activity]] = chain.total
    gap = np.abs(flow.sum(axis=0) + direct - flow.sum(axis=1) - demanded)
    size = np.abs(flow).sum(axis=0) + np.abs(flow).sum(axis=1) + np.abs(direct) + np.abs(demanded)
    worst = int(np.argmax(gap - SUM_TOLERANCE * (size + size.max())))
    if gap[worst] > SUM_TOLERANCE * (size[worst] + size.max()):
        what = f"what flows into a node and out of it differ by {gap[worst]:g}"
        raise LcaError(what, chain.name(np.flatnonzero(node == worst)), "check the amounts of the loops it is in")


def _tabulate(
    chain: Chain, node: NDArray[np.int64], flow: NDArray[np.float64], direct: NDArray[np.float64]
) -> tuple[pa.Table, pa.Table]:
    activities = chain.footprints.system.activities
    last = len(flow) - 1
    through = flow.sum(axis=0) + direct
    used = (np.abs(flow).sum(axis=0) + np.abs(flow).sum(axis=1) + np.abs(direct)) > 0
    used[node[chain.activity]] = True
    names, nodes = [""] * len(flow), []
    of = {int(n): a for a, n in enumerate(node.tolist()) if n != last}
    for at in np.flatnonzero(used).tolist():
        part = describe_activity(chain, of[at]) if at != last else None
        names[at] = part.name if part else REST
        stage = int(activities.stage[of[at]]) if part else -1
        nodes.append(
            {
                "node": at,
                "name": names[at],
                "process_id": part.process_id if part else "",
                "flow_id": part.flow_id if part else "",
                "supplier_id": part.supplier_id if part else "",
                "location": part.location if part else "",
                "stage": STAGES[stage] if stage >= 0 else "",
                "direct": float(direct[at]),
                "through": float(through[at]),
                "unit": chain.unit,
            }
        )
    source, target = np.nonzero(flow)
    order = np.argsort(-np.abs(flow[source, target]), kind="stable")
    edges = [
        {
            "source": i,
            "target": j,
            "source_name": names[i],
            "target_name": names[j],
            "value": float(flow[i, j]),
            "unit": chain.unit,
            "share": float(flow[i, j]) / chain.total if chain.total else None,
        }
        for i, j in zip(source[order].tolist(), target[order].tolist(), strict=True)
    ]
    return pa.Table.from_pylist(nodes, NODES), pa.Table.from_pylist(edges, EDGES)


NODES = pa.schema(
    [
        ("node", pa.int64()),
        *((name, pa.string()) for name in ("name", "process_id", "flow_id", "supplier_id", "location", "stage")),
        ("direct", pa.float64()),
        ("through", pa.float64()),
        ("unit", pa.string()),
    ]
)
EDGES = pa.schema(
    [
        *(("source", pa.int64()), ("target", pa.int64()), ("source_name", pa.string()), ("target_name", pa.string())),
        *(("value", pa.float64()), ("unit", pa.string()), ("share", pa.float64())),
    ]
)
