"""Gaps: unlinked inputs and uncharacterized flows, counted and carried to everything downstream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.inventory import DataType
from lcaengine.kernels.chain import carry_bits, carry_worst
from lcaengine.method import Method
from lcaengine.results import Status, choose, spell_table
from lcaengine.solve import Ordering
from lcaengine.system import Burdens, Characterization, Coupling, System

__all__ = ["Gaps", "carry_marks", "find_gaps", "trace_status"]

KINDS = ("unlinked_input", "uncharacterized_flow", "undeclared_indicator", "unknown_release")


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing, and from whose chain.

    Attributes
    ----------
    missing_inputs, missing_factors : (n,) int64
        Unlinked inputs, and uncharacterized flows, in the chain of every activity.
    coded : pyarrow.Table
        One row a gap: process_id, flow_id, kind, indicator, amount, unit, used_by (activities that rest on it); text as
        codes and words.
    """

    missing_inputs: NDArray[np.int64]
    missing_factors: NDArray[np.int64]
    coded: pa.Table

    @property
    def table(self) -> pa.Table:
        """The same with text as strings."""
        return spell_table(self.coded)


def trace_status(system: System, burdens: Burdens, graph: Coupling, ordering: Ordering) -> NDArray[np.int8]:
    """Give the status of every activity and indicator: its own, or the worst of what it rests on.

    Returns
    -------
    (n, k) int8
        :class:`Status`.
    """
    own = np.where(burdens.is_elsewhere, np.int8(Status.FALLBACK), np.int8(Status.COMPLETE)).astype(np.int8)
    demands, b = system.demands, system.interventions
    exchanges, processes = system.inventory.exchanges, system.inventory.processes

    def mark(activities: NDArray[np.int64], status: Status) -> None:
        own[activities] = np.maximum(own[activities], np.int8(status))

    used = demands.amount != 0
    mark(demands.activity[(demands.fallback >= 0) & used], Status.FALLBACK)
    of = system.activities.process
    is_proxy = (of >= 0) & (processes.data_type[np.maximum(of, 0)] == DataType.PROXY)
    mark(np.flatnonzero(is_proxy), Status.PROXY)
    bought = (demands.row >= 0) & used & (exchanges.data_type[np.maximum(demands.row, 0)] == DataType.PROXY)
    mark(demands.activity[bought], Status.PROXY)
    mark(b.activity[(exchanges.data_type[b.row] == DataType.PROXY) & (b.amount != 0)], Status.PROXY)
    mark(demands.activity[(demands.provider < 0) & used], Status.CUT_OFF)
    own[burdens.is_missing] = Status.MISSING
    return np.asarray(carry_worst(graph.indptr, graph.indices, ordering.order, ordering.starts, own))


def find_gaps(system: System, method: Method, matched: Characterization, graph: Coupling, ordering: Ordering) -> Gaps:
    """Count, list and carry what is missing.

    Returns
    -------
    Gaps
    """
    demands, b = system.demands, system.interventions
    open_ended = (demands.provider < 0) & (demands.amount != 0)
    rows, mark = np.unique(demands.row[open_ended], return_inverse=True)
    inputs, input_users = _carry(demands.activity[open_ended], mark, len(rows), graph, ordering)
    bare = np.flatnonzero(matched.is_uncharacterized[b.kind] & (b.amount != 0))
    used = np.bincount(b.kind[bare], minlength=len(b.flow)) > 0
    flows, flow_mark = np.unique((b.flow * 2 + b.is_input)[used], return_inverse=True)
    mark_of_kind = np.zeros(len(b.flow), np.int64)
    mark_of_kind[used] = flow_mark
    factors, flow_users = _carry(b.activity[bare], mark_of_kind[b.kind[bare]], len(flows), graph, ordering)
    # Activities that share a row stand next to each other, in order of rows: the first of each is enough to list it.
    first = bare[np.diff(b.row[bare], prepend=-1) > 0]
    flow_users = flow_users[mark_of_kind[b.kind[first]]] if len(first) else np.empty(0, np.int64)
    parts = [
        _list_rows(system, rows, "unlinked_input", input_users),
        _list_rows(system, b.row[first], "uncharacterized_flow", flow_users),
        _list_unknown(system, method, matched.declared.is_missing, "undeclared_indicator", graph, ordering),
        _list_unknown(system, method, matched.is_open, "unknown_release", graph, ordering),
    ]
    filled = [part for part in parts if part.num_rows] or parts[:1]
    return Gaps(inputs, factors, pa.concat_tables(filled).unify_dictionaries().combine_chunks())


def _carry(
    activity: NDArray[np.int64], mark: NDArray[np.int64], marks: int, graph: Coupling, ordering: Ordering
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give how many marks lie in each activity's chain, and in how many chains each mark lies."""
    counts, users = np.zeros(len(graph), np.int64), np.zeros(marks, np.int64)
    for word, carried in enumerate(carry_marks(activity, mark, marks, graph, ordering)):
        counts += np.bitwise_count(carried)
        for bit in range(min(64, marks - 64 * word)):
            users[64 * word + bit] = np.count_nonzero(carried & (np.uint64(1) << np.uint64(bit)))
    return counts, users


def carry_marks(
    activity: NDArray[np.int64], mark: NDArray[np.int64], marks: int, graph: Coupling, ordering: Ordering
) -> Iterator[NDArray[np.uint64]]:
    """Carry marks to everything downstream, 64 at a time.

    Parameters
    ----------
    activity, mark : (m,) int64
        Which activity has which mark of its own.
    marks : int
        How many marks there are.
    graph, ordering
        Who asks of whom, and its order.

    Yields
    ------
    (n,) uint64
        The marks of each activity's chain, as bits.
    """
    for start in range(0, marks, 64):
        here = (mark >= start) & (mark < start + 64)
        own = np.zeros(len(graph), np.uint64)
        np.bitwise_or.at(own, activity[here], np.uint64(1) << (mark[here] - start).astype(np.uint64))
        yield carry_bits(graph.indptr, graph.indices, ordering.order, ordering.starts, own)


def _list_rows(system: System, rows: NDArray[np.int64], kind: str, used_by: NDArray[np.int64]) -> pa.Table:
    exchanges, flows = system.inventory.exchanges, system.inventory.flows
    flow = exchanges.flow[rows]
    unit = flows.unit[flow]
    labels = pa.array([each.label for each in flows.kinds_of_unit], pa.string())
    amount = exchanges.amount[rows] / np.array([each.factor for each in flows.kinds_of_unit])[unit]
    none = pa.DictionaryArray.from_arrays(pa.nulls(len(rows), pa.int32()), pa.array([], pa.string()))
    return _tabulate(system, exchanges.process[rows], flow, kind, none, pa.array(amount), choose(labels, unit), used_by)


def _list_unknown(
    system: System, method: Method, is_missing: NDArray[np.bool_], kind: str, graph: Coupling, ordering: Ordering
) -> pa.Table:
    """List the indicators that processes leave open: those a declaring supplier lacks, water without a release."""
    activity, indicator = np.nonzero(is_missing)
    _, used_by = _carry(activity, np.arange(len(activity)), len(activity), graph, ordering)
    process, flow = system.activities.process[activity], system.activities.flow[activity]
    names = pa.array([each.id for each in method.indicators], pa.string())
    labels = pa.array([each.unit.label for each in method.indicators], pa.string())
    none = pa.nulls(len(activity), pa.float64())
    return _tabulate(system, process, flow, kind, choose(names, indicator), none, choose(labels, indicator), used_by)


def _tabulate(
    system: System,
    process: NDArray[np.int64],
    flow: NDArray[np.int64],
    kind: str,
    indicator: pa.DictionaryArray,
    amount: pa.Array,
    unit: pa.DictionaryArray,
    used_by: NDArray[np.int64],
) -> pa.Table:
    return pa.table(
        {
            "process_id": choose(system.inventory.processes.ids, process),
            "flow_id": choose(system.inventory.flows.ids, flow),
            "kind": choose(pa.array(KINDS, pa.string()), np.full(len(process), KINDS.index(kind))),
            "indicator": indicator,
            "amount": amount,
            "unit": unit,
            "used_by": pa.array(used_by, pa.int64()),
        }
    )
