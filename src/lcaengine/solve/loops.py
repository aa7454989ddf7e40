"""Loops that need more of themselves than they make: they solve, to nonsense, and are refused by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.findings import Findings
from lcaengine.kernels.growth import find_bounded
from lcaengine.solve.ordering import order_coupling
from lcaengine.solve.solve import solve_coupling
from lcaengine.solve.stages import cut_labelled
from lcaengine.system.coupling import Coupling, build_coupling
from lcaengine.system.system import System

__all__ = ["find_starved", "measure_growth", "name_activities", "report_loops", "show_activity"]

MOST_GROWTH = 1e12
"""Gross output per net output, in whatever units, beyond which a loop counts as needing all it makes [1]."""
MOST_LOOKS = 64
"""Sweeps after which a loop is not looked at but solved."""


def name_activities(system: System, activities: NDArray[np.int64]) -> str:
    """Name activities for a message: at most five, then how many more."""
    names = [show_activity(system, a) for a in np.sort(activities).tolist()[:5]]
    more = f" and {len(activities) - 5} more" if len(activities) > 5 else ""
    return ", ".join(names) + more


def show_activity(system: System, activity: int) -> str:
    """Name one activity: its process, the bill, or the market of a product at a place."""
    activities, flow = system.activities, int(system.activities.flow[activity])
    process = int(activities.process[activity])
    if process >= 0:
        return system.inventory.processes.show(process)
    return (
        activities.name[activity] or f"market of {system.inventory.flows.show(flow)} at {activities.location[activity]}"
    )


def report_loops(system: System, found: Findings) -> None:
    """Report loops in which demand per gross output has a spectral radius at or above one, and singular ones.

    With N the demand per gross output inside a component, credits left out, ``(I - N) x = 1`` has a positive
    solution if and only if the spectral radius of N is below one (Collatz and Wielandt); x is what a loop makes in
    all to give one unit of each of its products away.

    Parameters
    ----------
    system : System
    found : Findings
        Receives a blocker for every such loop; and a warning for every loop that has such a radius with its credits
        taken by their size: it has a solution, which is no sum along chains.
    """
    linked, takes = _find_demands(system)
    starved = {members.min() for members in _report_starved(system, takes, found)}
    if not (linked & ~takes).any():
        return  # without credits, a system whose loops give something away has a solution, and so has a part of it
    for members in _find_starved(system, linked):
        if members.min() not in starved:
            named = name_activities(system, members)
            what = f"the loop of {named} spares as much of itself as it makes: its scores are no sum along chains"
            fix = "check the avoided and negative amounts in it; its numbers mean nothing unless they are meant so"
            found.warn("loop_credits", "exchanges", what, fix, value=named)
    if not found.blockers():
        _report_singular(system, found)


def find_starved(system: System) -> list[NDArray[np.int64]]:
    """Find the loops that need at least as much of themselves as they make, credits left out: activities of each."""
    return _find_starved(system, _find_demands(system)[1])


def _find_demands(system: System) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which demands are linked, and which of these take rather than spare."""
    demands = system.demands
    linked = (demands.provider >= 0) & (demands.amount != 0)
    return linked, linked & (demands.is_credit == (demands.amount < 0))


def _report_starved(system: System, takes: NDArray[np.bool_], found: Findings) -> list[NDArray[np.int64]]:
    starved = _find_starved(system, takes)
    for members in starved:
        what = f"the loop of {name_activities(system, members)} needs at least as much of itself as it makes"
        fix = "correct the amounts: a process in it takes more of its own product than it gives"
        found.block("loop_starved", "exchanges", what, fix, value=name_activities(system, members))
    return starved


def _find_starved(system: System, takes: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Find the loops of some demands, taken by their size, whose spectral radius is at or above one."""
    demands, output = system.demands, system.activities.output
    activity, provider = demands.activity[takes], demands.provider[takes]
    with np.errstate(divide="ignore", over="ignore"):  # an output of zero, reported by row, or next to it: it starves
        share = np.minimum(np.abs(demands.amount[takes]) / output[activity], np.finfo(np.float64).max)
    need = build_coupling(np.ones(len(output)), activity, provider, -share)
    order = order_coupling(need)
    rows = (need.diagonal[order.order], order.outer, order.inner, order.provider, need.data[order.entry])
    unknown = np.flatnonzero(~find_bounded(*rows, order.starts, MOST_GROWTH / 2, MOST_LOOKS)).tolist()
    loops = [order.order[order.starts[c] : order.starts[c + 1]] for c in unknown]
    if not loops:
        return []
    component = np.full(len(output), -1, np.int64)
    component[np.concatenate(loops)] = np.repeat(unknown, [len(members) for members in loops])
    inside = (component[activity] >= 0) & (component[activity] == component[provider])
    need = build_coupling(np.ones(len(output)), activity[inside], provider[inside], -share[inside])
    return [members for members, gives in zip(loops, _give_away(need, loops), strict=True) if not gives]


def _report_singular(system: System, found: Findings) -> None:
    """Report a system, or the background of one, that has no solution: credits can cancel what a loop gives away."""
    labelled = system.activities.stage >= 0
    # Fractions of multiples of the golden ratio: no singular loop has a solution for them by chance.
    uneven = 1.0 + np.mod(np.arange(1.0, len(labelled) + 1.0) * 0.6180339887498949, 1.0)[:, None]
    for coupling, right in (
        (system.coupling, uneven),
        (cut_labelled(system.coupling, labelled), uneven * ~labelled[:, None]),
    ):
        try:
            solve_coupling(coupling, right, lambda at: name_activities(system, at))
        except SolveError as error:
            found.block("singular", "exchanges", error.what, error.fix, value=error.where)
            return


def _give_away(need: Coupling, loops: list[NDArray[np.int64]]) -> list[bool]:
    """Tell which components have a positive, bounded solution of (I - N) x = 1.

    They do not touch, so that one solve does for all; where there is no solution, each half is asked for its own.
    """
    if not loops:
        return []
    members = np.concatenate(loops)
    if (need.diagonal[members] > 0).all():
        try:
            own = _cut_out(need, members)
            x = solve_coupling(own, np.ones((len(members), 1)), lambda _: "").x[:, 0]
            growth = measure_growth(x, lambda given: solve_coupling(own, given[:, None], lambda _: "").x[:, 0])
        except SolveError:
            pass
        else:
            starts = np.cumsum([0, *(len(each) for each in loops[:-1])])
            return [bool(each) for each in np.logical_and.reduceat((x > 0) & (growth < MOST_GROWTH), starts)]
    if len(loops) == 1:
        return [False]
    half = len(loops) // 2
    return _give_away(need, loops[:half]) + _give_away(need, loops[half:])


def measure_growth(
    x: NDArray[np.float64], solve: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Give what loops make in all for what they give away, in no unit where it is much.

    With K the inverse of I - N, x is ``K 1``, for one unit of each product. Units of which one is 1e13 of another make
    it large, so that ``K x / x`` stands in its place there: its largest is at least the spectral radius of K (Collatz),
    and at most its trace, as ``k_il k_lj <= k_ll k_ij``.

    Parameters
    ----------
    x : ndarray of float64
    solve : callable
        Gives K v for a v of the shape of x.

    Returns
    -------
    ndarray of float64
        [1]
    """
    is_much = x >= MOST_GROWTH
    return np.divide(solve(x), x, out=x.copy(), where=is_much) if is_much.any() else x


def _cut_out(need: Coupling, members: NDArray[np.int64]) -> Coupling:
    """Cut components out that touch no other."""
    order = np.argsort(members)
    count = np.diff(need.indptr)[members]
    entry = np.repeat(need.indptr[members] - np.cumsum(count) + count, count) + np.arange(count.sum())
    place = order[np.searchsorted(members, need.indices[entry], sorter=order)]
    return build_coupling(need.diagonal[members], np.repeat(np.arange(len(members)), count), place, need.data[entry])
