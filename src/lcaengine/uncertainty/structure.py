"""The structure in which draws are solved: the background first, then what lies downstream of labelled activities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.kernels.lanes import solve_draws
from lcaengine.kernels.places import prepare_rows
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import Ordering, order_coupling
from lcaengine.system import build_coupling
from lcaengine.system.coupling import Coupling, find_rows
from lcaengine.uncertainty.groups import group_loops
from lcaengine.uncertainty.room import Room
from lcaengine.uncertainty.sampled import Sampled
from lcaengine.uncertainty.terms import Terms

__all__ = ["Part", "Structure", "build_structure"]

Numbers = NDArray[np.float64]

TOLERANCE = 1e-12
"""Componentwise backward error at which a loop of a draw is left [1].

A loop that needs a share g of what it makes is off by up to twice that over 1 - g: 2e-9 where g is 0.999.
"""
MOST_CYCLES = 40
"""Cycles of sweeps and an extrapolation after which a draw is left to factorization."""
COLUMNS = 3
"""Right-hand sides that are solved together, where there are so many."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some activities and what they take of one another, in order of solution.

    Attributes
    ----------
    activity : (m,) int64
        Activity of every place.
    place : (n,) int64
        Place of every activity, -1 for those that are not in it.
    ordering : Ordering
    groups : (g + 1,) int64
        Where groups of activities start that take much of one another.
    amounts, outputs : Terms
        Entries and diagonal, in that order.
    """

    activity: NDArray[np.int64]
    place: NDArray[np.int64]
    ordering: Ordering
    groups: NDArray[np.int64]
    amounts: Terms
    outputs: Terms

    def solve(
        self,
        values: Numbers,
        right: Numbers,
        start: Numbers,
        room: Room | None = None,
        rows: NDArray[np.int64] | None = None,
        name: str = "solved",
    ) -> tuple[Numbers, Numbers]:
        """Solve for blocks of draws.

        Parameters
        ----------
        values : (rows, blocks * 8) float64
        right : (blocks, m, columns, 8) float64
            By place.
        start : (m, columns) float64
            Where loops start, by place.
        room : Room, optional
            Where amounts are summed, and what is solved stands until the room is used again under that name.
        rows : (m,) int64, optional
            Row of every place in the right-hand sides, where these are not by place.
        name : str
            Of what is solved.

        Returns
        -------
        x : (blocks, m, columns, 8) float64
        error : (blocks, 8) float64
            Componentwise backward error [1]; infinite where loops did not converge.
        """
        blocks, _, columns, _ = right.shape
        m, own = len(self.activity), room or Room()
        data = self.amounts.sum(values, own.take("amounts", blocks, len(self.amounts) * DRAWS))
        inverse = self.outputs.sum(values, own.take("outputs", blocks, m * DRAWS))
        np.divide(1.0, inverse, out=inverse)
        order, error, solved = self.ordering, np.zeros((blocks, DRAWS)), []
        structure = (order.outer, order.inner, order.provider, data, order.starts, self.groups)
        given, start = np.ascontiguousarray(right).reshape(blocks, -1), np.ascontiguousarray(start)
        at = np.arange(m) if rows is None else rows
        for first, width in _split_columns(columns):
            each, x = (own.take(of, blocks, m * width * DRAWS) for of in ("right", f"{name} from {first}"))
            prepare_rows(given, at, first, start, width, each, x)
            found, _ = solve_draws((0,) * width, inverse, *structure, each, x, TOLERANCE, MOST_CYCLES)
            error = np.maximum(error, np.where(np.isnan(found), np.inf, found))
            solved.append(x.reshape(blocks, m, width, DRAWS))
        return (solved[0] if len(solved) == 1 else np.concatenate(solved, axis=2)), error


def _split_columns(columns: int) -> list[tuple[int, int]]:
    """Split right-hand sides into threes and single ones, first and width: a kernel is compiled for each width."""
    threes = columns - columns % COLUMNS
    return [(at, COLUMNS) for at in range(0, threes, COLUMNS)] + [(at, 1) for at in range(threes, columns)]


@dataclass(frozen=True, slots=True)
class Structure:
    """How a sampled system is solved.

    Attributes
    ----------
    label : (n,) int64
        Label of every activity, -1 for none.
    labels : int
    background : Part
        Unlabelled activities.
    downstream : Part
        Activities that have a labelled one in their chain, or are one.
    labelled : (l,) int64
        Labelled activities.
    starts : (l + 1,) int64
    provider : (entries,) int32
        Places of the background that labelled activities take of.
    taken : Terms
        How much.
    loops : Part
        Members of loops, with what they take of others of their loop, credits left out.
    """

    label: NDArray[np.int64]
    labels: int
    background: Part
    downstream: Part
    labelled: NDArray[np.int64]
    starts: NDArray[np.int64]
    provider: NDArray[np.int32]
    taken: Terms
    loops: Part

    @property
    def parts(self) -> int:
        """Parts of an intensity: every label, unassigned and total; the total alone where there are no labels."""
        return self.labels + 2 if self.labels else 1


def build_structure(sampled: Sampled, label: NDArray[np.int64], labels: int) -> Structure:
    """Find the structure of a sampled system under labels.

    Parameters
    ----------
    sampled : Sampled
    label : (n,) int64
    labels : int

    Returns
    -------
    Structure
    """
    pattern, labelled = sampled.pattern, label >= 0
    rows = find_rows(pattern)
    background = _cut(sampled, rows, ~labelled)
    own = np.flatnonzero(labelled)
    takes = np.flatnonzero(labelled[rows] & ~labelled[pattern.indices])
    count = np.bincount(rows[takes], minlength=len(labelled))[own]
    return Structure(
        label=label,
        labels=labels,
        background=background,
        downstream=_cut(sampled, rows, _find_downstream(pattern, rows, labelled)),
        labelled=own,
        starts=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        provider=background.place[pattern.indices[takes]].astype(np.int32),
        taken=sampled.amounts.take(takes),
        loops=_cut_loops(sampled, rows),
    )


def _cut_loops(sampled: Sampled, rows: NDArray[np.int64]) -> Part:
    """Cut the loops out of the pattern, each by itself."""
    order = order_coupling(sampled.pattern)
    size = np.diff(order.starts)
    component = np.empty(len(order.order), np.int64)
    component[order.order] = np.repeat(np.arange(len(size)), size)
    inside = component[rows] == component[sampled.pattern.indices]
    return _cut(sampled, rows, (size > 1)[component], sampled.needs, inside)


def _cut(
    sampled: Sampled,
    rows: NDArray[np.int64],
    inside: NDArray[np.bool_],
    amounts: Terms | None = None,
    kept: NDArray[np.bool_] | None = None,
) -> Part:
    """Cut some activities out of the pattern, with what they take of one another, or some of that."""
    members, pattern = np.flatnonzero(inside), sampled.pattern
    number = np.cumsum(inside) - 1
    between = inside[rows] & inside[pattern.indices]
    entries = np.flatnonzero(between if kept is None else between & kept)
    places = (number[rows[entries]], number[pattern.indices[entries]])
    ordering = order_coupling(build_coupling(np.ones(len(members)), *places, np.ones(len(entries))))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(places[0], minlength=len(members)))]).astype(np.int64)
    output = sampled.system.coupling.diagonal[members]
    static = Coupling(output, indptr, places[1], _find_amounts(sampled, rows)[entries])
    ordering, groups = group_loops(static, ordering)
    place = np.full(len(inside), -1)
    activity = members[ordering.order]
    place[activity] = np.arange(len(activity))
    return Part(
        activity,
        place,
        ordering,
        groups,
        (amounts or sampled.amounts).take(entries[ordering.entry]),
        sampled.outputs.take(activity),
    )


def _find_amounts(sampled: Sampled, rows: NDArray[np.int64]) -> Numbers:
    """Find the static amount of every entry of the pattern, zero where the system has none."""
    static, n = sampled.system.coupling, len(sampled.pattern)
    amount, keys = np.zeros(len(rows)), rows * n + sampled.pattern.indices
    at = np.searchsorted(keys, find_rows(static) * n + static.indices)
    amount[at] = static.data
    return amount


def _find_downstream(pattern: Coupling, rows: NDArray[np.int64], labelled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find the activities that have a labelled one in their chain, or are one."""
    reached, new = labelled.copy(), labelled
    while new.any():
        asking = np.zeros(len(reached), np.bool_)
        asking[rows[new[pattern.indices]]] = True
        new = asking & ~reached
        reached |= new
    return reached
