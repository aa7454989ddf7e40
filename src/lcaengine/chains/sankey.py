"""Sankey: the flows of burdens between activities as tables of nodes and edges, loops not counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain, check_cutoff, choose_activity, follow_chain, sum_by
from lcaengine.chains.parts import Part, describe_activity
from lcaengine.errors import SolveError
from lcaengine.footprints import Footprints
from lcaengine.inventory import STAGES
from lcaengine.kernels.circles import cancel_circles
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
    SolveError
        If a node gives on what it does not get.

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
    flows = _gather(chain, cutoff)
    direct = sum_by(flows.node, chain.supply * chain.direct, flows.count)
    _check_balance(chain, flows, direct)
    return Sankey(
        chain.name(np.array([activity])),
        indicator,
        chain.unit,
        chain.per,
        chain.total,
        *_tabulate(chain, flows, direct),
    )


@dataclass(frozen=True, slots=True)
class Flows:
    """Flows between nodes, each pair of nodes once; the last node is the rest.

    Attributes
    ----------
    node : (n,) int64
        Of every activity.
    count : int
        Of nodes.
    source, target : (m,) int64
        Nodes, in order of source and target.
    value : (m,) float64
    """

    node: NDArray[np.int64]
    count: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    value: NDArray[np.float64]

    def sum_in(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values of flows into each node."""
        return sum_by(self.target, value, self.count)

    def sum_out(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values of flows out of each node."""
        return sum_by(self.source, value, self.count)


def _gather(chain: Chain, cutoff: float) -> Flows:
    """Give the flows between activities above the cut-off and the rest, without what goes around."""
    coupling = chain.coupling
    consumer, provider = find_rows(coupling), coupling.indices
    value = -coupling.data * chain.supply[consumer] * chain.intensity[provider]
    n = len(coupling)
    through = np.abs(chain.supply * chain.direct) + sum_by(consumer, np.abs(value), n)
    size = max(abs(chain.total), float(np.abs(chain.supply * chain.direct).sum()))
    keep = (through >= cutoff * size) & (through > 0)
    keep[chain.activity] = True
    rest = int(keep.sum())
    node = np.where(keep, np.cumsum(keep) - 1, rest)
    source, target, value = merge_flows(node[provider], node[consumer], value, rest + 1)
    value = cancel_cycles(source, target, value, rest + 1)
    used = value != 0
    return Flows(node, rest + 1, source[used], target[used], value[used])


def merge_flows(
    source: NDArray[np.int64], target: NDArray[np.int64], value: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Sum flows from one node to another, in order of source and target; a flow from a node to itself is none."""
    apart = source != target
    keys, inverse = np.unique(source[apart] * count + target[apart], return_inverse=True)
    return keys // count, keys % count, sum_by(inverse, value[apart], len(keys))


def cancel_cycles(
    source: NDArray[np.int64], target: NDArray[np.int64], value: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Take what goes around off a network of flows; what every node gains or loses stays.

    While positive flows go in a circle, the smallest of the circle is taken off all of it.

    Parameters
    ----------
    source, target : (m,) int64
        Nodes, in order of source and target, as :func:`merge_flows` gives them.
    value : (m,) float64
    count : int
        Of nodes.

    Returns
    -------
    (m,) float64
        Without a circle of positive flows.
    """
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=count))]).astype(np.int64)
    left = value.copy()
    cancel_circles(indptr, target, left)
    return left


def _check_balance(chain: Chain, flows: Flows, direct: NDArray[np.float64]) -> None:
    """Raise where a node gives on what it does not get."""
    demanded = np.zeros(flows.count)
    demanded[flows.node[chain.activity]] = chain.total
    gap = np.abs(flows.sum_in(flows.value) + direct - flows.sum_out(flows.value) - demanded)
    sizes = np.abs(flows.value)
    size = flows.sum_in(sizes) + flows.sum_out(sizes) + np.abs(direct) + np.abs(demanded)
    worst = int(np.argmax(gap - SUM_TOLERANCE * (size + size.max())))
    if gap[worst] > SUM_TOLERANCE * (size[worst] + size.max()):
        what = f"what flows into a node and out of it differ by {gap[worst]:g}"
        raise SolveError(
            what, chain.name(np.flatnonzero(flows.node == worst)), "check the amounts of the loops it is in"
        )


def _tabulate(chain: Chain, flows: Flows, direct: NDArray[np.float64]) -> tuple[pa.Table, pa.Table]:
    last = flows.count - 1
    sizes = np.abs(flows.value)
    used = (flows.sum_in(sizes) + flows.sum_out(sizes) + np.abs(direct)) > 0
    used[flows.node[chain.activity]] = True
    through = flows.sum_in(flows.value) + direct
    of = {n: a for a, n in enumerate(flows.node.tolist()) if n != last}
    nodes = [
        {
            "node": at,
            **_describe_node(chain, of.get(at)),
            "direct": float(direct[at]),
            "through": float(through[at]),
            "unit": chain.unit,
        }
        for at in np.flatnonzero(used).tolist()
    ]
    names = {node["node"]: node["name"] for node in nodes}
    order = np.argsort(-sizes, kind="stable")
    edges = [
        {
            "source": i,
            "target": j,
            "source_name": names[i],
            "target_name": names[j],
            "value": value,
            "unit": chain.unit,
            "share": value / chain.total if chain.total else None,
        }
        for i, j, value in zip(
            *(each[order].tolist() for each in (flows.source, flows.target, flows.value)), strict=True
        )
    ]
    return pa.Table.from_pylist(nodes, NODES), pa.Table.from_pylist(edges, EDGES)


def _describe_node(chain: Chain, activity: int | None) -> dict[str, str]:
    """Describe an activity, or the rest."""
    part = Part(REST) if activity is None else describe_activity(chain, activity)
    stage = -1 if activity is None else int(chain.footprints.system.activities.stage[activity])
    return {
        "name": part.name,
        "process_id": part.process_id,
        "flow_id": part.flow_id,
        "supplier_id": part.supplier_id,
        "location": part.location,
        "stage": STAGES[stage] if stage >= 0 else "",
    }


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
