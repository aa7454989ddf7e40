"""Primary data share: how much of a footprint rests on data the operator measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.chain import carry_worst
from lcaengine.solve import Intensities, Ordering, order_coupling, solve_coupling, solve_stages
from lcaengine.solve.stages import cut_labelled
from lcaengine.system import Coupling, System, build_coupling, multiply_off_diagonal, transpose

__all__ = [
    "build_graph",
    "find_backward",
    "find_credit_chains",
    "measure_by_process",
    "measure_forward",
    "measure_sizes",
    "sum_along",
]

BLOCK = 64
"""Demands solved side by side."""


def find_credit_chains(system: System, graph: Coupling, ordering: Ordering) -> NDArray[np.int64]:
    """Find the activities with avoided or negative amounts in their chain: their processes may run backwards.

    Returns
    -------
    (m,) int64
    """
    demands, backward = system.demands, _is_backward(system)
    return _carry(graph, ordering, demands.activity[backward])


def _carry(graph: Coupling, ordering: Ordering, marked: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the marked activities and all that reach one of them."""
    own = np.zeros((len(graph), 1), np.int8)
    own[marked] = 1
    return np.flatnonzero(carry_worst(graph.indptr, graph.indices, ordering.order, ordering.starts, own)[:, 0])


def _is_backward(system: System) -> NDArray[np.bool_]:
    """Tell which demands spare a provider what it would have made: avoided supply, and negative consumption."""
    demands = system.demands
    spares = (demands.amount < 0) != demands.is_credit
    return np.asarray((demands.provider >= 0) & spares & (demands.amount != 0))


def measure_sizes(
    system: System,
    graph: Coupling,
    credited: NDArray[np.int64],
    ordering: Ordering,
    sizes: NDArray[np.float64],
    label: NDArray[np.int64],
    labels: int,
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Sum sizes along the chains with credits: a process that runs backwards counts, which no linear solve gives.

    Parameters
    ----------
    system : System
    graph : Coupling
        Who asks of whom.
    credited : (m,) int64
        Activities with credits in their chain.
    ordering : Ordering
        Of the system's coupling.
    sizes, label, labels, name
        As in :func:`measure_forward`.

    Returns
    -------
    (m, labels + 2, q) float64
        By label, then unassigned, then total.
    """
    if not len(credited):
        return np.zeros((0, labels + 2, sizes.shape[1]))
    backward = find_backward(system, graph)
    measure = (system.coupling, sizes, label, labels, name)
    if len(backward) < len(credited):
        return measure_by_process(backward, ordering, *measure)[credited]
    return measure_forward(credited, *measure)


def sum_along(
    system: System,
    sizes: NDArray[np.float64],
    label: NDArray[np.int64],
    labels: int,
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Sum sizes along the chains of all activities, those with credits too.

    Parameters
    ----------
    system : System
    sizes, label, labels, name
        As in :func:`measure_forward`.

    Returns
    -------
    (n, labels + 2, q) float64
        By label, then unassigned, then total.
    """
    ordering, graph = order_coupling(system.coupling), build_graph(system)
    credited = find_credit_chains(system, graph, ordering if graph is system.coupling else order_coupling(graph))
    sums = _stack(solve_stages(system.coupling, sizes, label, labels, name, ordering))
    sums[credited] = measure_sizes(system, graph, credited, ordering, sizes, label, labels, name)
    return sums


def measure_forward(
    demanded: NDArray[np.int64],
    coupling: Coupling,
    sizes: NDArray[np.float64],
    label: NDArray[np.int64],
    labels: int,
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Sum |s_j| times the sizes of direct contributions, for one unit of each demanded activity, by label.

    ``A s = f``; the background's s is split by the labelled activity it serves, ``A_UU s_U = f_U - A_UL s_L``.

    Parameters
    ----------
    demanded : (m,) int64
        Activities, each a demand of one unit.
    coupling : Coupling
        A'.
    sizes : (n, q) float64
        Sums of |direct contribution| a unit of activity.
    label : (n,) int64
    labels : int
    name : callable

    Returns
    -------
    (m, labels + 2, q) float64
        By label, then unassigned, then total.
    """
    forward, background = transpose(coupling), transpose(cut_labelled(coupling, label >= 0))
    order, background_order = order_coupling(forward), order_coupling(background)
    unlabelled = (label < 0)[:, None]
    sums = np.zeros((len(demanded), labels + 2, sizes.shape[1]))
    for start in range(0, len(demanded), BLOCK):
        block = demanded[start : start + BLOCK]
        demand = np.zeros((len(coupling), len(block)))
        demand[block, np.arange(len(block))] = 1.0
        scaling = solve_coupling(forward, demand, name, order).x
        out = sums[start : start + BLOCK]
        out[:, labels + 1] = np.abs(scaling).T @ sizes
        own = solve_coupling(background, np.where(unlabelled, demand, 0.0), name, background_order).x
        out[:, labels] = np.abs(np.where(unlabelled, own, 0.0)).T @ sizes
        for each in range(labels):
            of_label = np.where((label == each)[:, None], scaling, 0.0)
            drawn = multiply_off_diagonal(forward, of_label)
            served = solve_coupling(background, np.where(unlabelled, -drawn, 0.0), name, background_order).x
            out[:, each] = np.abs(np.where(unlabelled, served, of_label)).T @ sizes
    return sums


def find_backward(system: System, graph: Coupling) -> NDArray[np.int64]:
    """Find the activities that may run backwards: providers of avoided or negative amounts, and their chains.

    Returns
    -------
    (m,) int64
    """
    demands, backward = system.demands, _is_backward(system)
    upstream = transpose(graph)  # marks pass from who asks to who is asked
    return _carry(upstream, order_coupling(upstream), demands.provider[backward])


def measure_by_process(
    backward: NDArray[np.int64],
    ordering: Ordering,
    coupling: Coupling,
    sizes: NDArray[np.float64],
    label: NDArray[np.int64],
    labels: int,
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Give the same sums for all activities at once: those that run forward in one solve, the others one by one.

    Where s_j is never negative, sum_j |s_j| size_j is linear in the sizes and one transposed solve gives it; for an
    activity j that may run backwards, ``A' x = e_j`` gives s_j for every demand, whose absolute value is added.

    Parameters
    ----------
    backward : (m,) int64
        Activities that may run backwards.
    ordering : Ordering
        Of `coupling`.
    coupling, sizes, label, labels, name
        As in :func:`measure_forward`.

    Returns
    -------
    (n, labels + 2, q) float64
        By label, then unassigned, then total.
    """
    forward = sizes.copy()
    forward[backward] = 0.0
    sums = _stack(solve_stages(coupling, forward, label, labels, name, ordering))
    width = max(1, min(BLOCK, 4_000_000 // (len(coupling) * (labels + 2))))
    for start in range(0, len(backward), width):
        block = backward[start : start + width]
        unit = np.zeros((len(coupling), len(block)))
        unit[block, np.arange(len(block))] = 1.0
        sums += np.abs(_stack(solve_stages(coupling, unit, label, labels, name, ordering))) @ sizes[block]
    return sums


def _stack(solved: Intensities) -> NDArray[np.float64]:
    return np.concatenate([solved.parts, solved.unassigned[:, None], solved.total[:, None]], axis=1)


def build_graph(system: System) -> Coupling:
    """Build the graph of who asks of whom, with an edge for every amount that is not zero.

    Where no amount is spared, none cancels another: these are the entries of A'.
    """
    if not _is_backward(system).any():
        return system.coupling
    demands = system.demands
    asks = (demands.provider >= 0) & (demands.amount != 0)
    count = int(asks.sum())
    return build_coupling(
        np.zeros(len(system.activities)), demands.activity[asks], demands.provider[asks], np.ones(count)
    )
