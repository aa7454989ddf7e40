"""Probes: one process for each kind of exchange row, solved with the background, of which suppliers are sums.

A supplier that nobody buys from is linear in its rows: with y_c the intensities of a process whose one exchange is a
unit of kind c, its own are ``sum_r x_r y_c(r)`` for what it makes. The engine links, characterizes and solves probes
as it does any process, so that a row means the same among a million suppliers as in an inventory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Finding
from lcaengine.footprints import Measures, carry_marks, measure_system
from lcaengine.method import Method
from lcaengine.suppliers.background import Background
from lcaengine.suppliers.extended import Extended, Product
from lcaengine.suppliers.part import KEY
from lcaengine.suppliers.record import hash_ids
from lcaengine.system import list_water

if TYPE_CHECKING:
    from lcaengine.suppliers.drawn import Drawn

__all__ = ["CREDITED", "GIVEN", "RELEASED", "TAKEN", "Probes", "solve_probes"]

TAKEN, GIVEN, RELEASED, CREDITED = 0, 16, 32, 33
"""Bits of the first word of marks: water withdrawn and returned, by balance; water released; credits in the chain."""


@dataclass(frozen=True)
class Probes:
    """Burdens of one unit of every kind of row.

    Attributes
    ----------
    keys : pyarrow.Table
        The kinds of row, columns :data:`~lcaengine.suppliers.part.KEY`.
    parts : tuple of str
        Stages, then ``unassigned``, then ``total``.
    indicators, units : tuple of str
        Names and units of the method's indicators.
    intensity, size, primary : (c, parts, k) float64
        As in :class:`~lcaengine.footprints.Measures`, for one unit as the row has it.
    mass : (c, 2) float64
    near : (c, k) float64
    status : (c, k) int8
    marks : (c, words) uint64
        The first word holds the bits :data:`TAKEN` and so on; then comes what is unlinked in the background, then what
        has no factor.
    input_words : int
        How many words are of what is unlinked.
    balanced : tuple of int
        Indicators that balance water, in order of the bits.
    is_unlinked, is_uncharacterized : (c,) bool
    per_unit : (c,) float64
        Reference units of the flow per unit of amount.
    product : (c,) int64
        Position in `products` of what a reference row makes, -1 for other rows.
    products : tuple of Product
    background : Background
    residual : float
        Worst verified componentwise backward error of the solution [1].
    warnings : tuple of Finding
    drawn : Drawn or None
        The same in draws; None where nothing is drawn.
    """

    keys: pa.Table
    parts: tuple[str, ...]
    indicators: tuple[str, ...]
    units: tuple[str, ...]
    intensity: NDArray[np.float64]
    size: NDArray[np.float64]
    primary: NDArray[np.float64]
    mass: NDArray[np.float64]
    near: NDArray[np.float64]
    status: NDArray[np.int8]
    marks: NDArray[np.uint64]
    input_words: int
    balanced: tuple[int, ...]
    is_unlinked: NDArray[np.bool_]
    is_uncharacterized: NDArray[np.bool_]
    per_unit: NDArray[np.float64]
    product: NDArray[np.int64]
    products: tuple[Product, ...]
    background: Background
    residual: float
    warnings: tuple[Finding, ...]
    drawn: Drawn | None = None

    @cached_property
    def spelled(self) -> pa.Array:
        """What tells each kind of row from another, in one text each."""
        return _spell_keys(self.keys)

    @cached_property
    def background_ids(self) -> NDArray[np.uint64]:
        """Hashes of the ids of the background's processes."""
        return hash_ids(pa.array(self.background.ids, pa.string()))

    def find(self, keys: pa.Table) -> NDArray[np.int64]:
        """Give the position of kinds of row, -1 for those that are not known."""
        found = pc.index_in(_spell_keys(keys), value_set=self.spelled).fill_null(-1)
        return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _spell_keys(keys: pa.Table) -> pa.Array:
    """Write each kind of row as one text, its words with their lengths, so that two kinds are never one text."""
    columns = [keys.column(name).combine_chunks() for name in KEY]
    words = [each.cast(pa.string()) for each in columns]
    sizes = [pc.binary_length(each).cast(pa.string()) for each in words]
    pairs = [each for pair in zip(sizes, words, strict=True) for each in pair]
    return pc.binary_join_element_wise(*pairs, ":")


def solve_probes(
    extended: Extended, method: Method, keys: pa.Table, stages: tuple[str, ...], background: Background
) -> Probes:
    """Solve the background with its probes, and give what each kind of row stands for.

    Parameters
    ----------
    extended : Extended
    method : Method
    keys : pyarrow.Table
        All kinds of row, with and without a probe.
    stages : tuple of str
        Stages that results have, in order of the life cycle.
    background : Background

    Returns
    -------
    Probes
    """
    measures = measure_system(extended.system, method, extended.matched)
    count, probed, at = keys.num_rows, extended.probed, extended.activity
    of = np.array([measures.parts.index(part) if part in measures.parts else -1 for part in stages] + [-2, -1])
    of[of < 0] += len(measures.parts)
    has = np.array([part in measures.parts for part in stages] + [True, True])

    def of_parts(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _spread(np.where(has[:, None], values[at][:, of], 0.0), probed, count)

    flags, balanced = _mark_water(extended, method, at, probed, count)
    credited = np.zeros(len(extended.system.activities), np.bool_)
    credited[measures.credited] = True
    flags |= _spread(credited[at].astype(np.uint64) << np.uint64(CREDITED), probed, count)
    inputs, factors = _mark_gaps(extended, measures, at)
    demands, b = extended.system.demands, extended.system.interventions
    is_unlinked, is_bare = (np.zeros(len(extended.system.activities), np.bool_) for _ in range(2))
    is_unlinked[demands.activity[demands.provider < 0]] = True
    is_bare[b.activity[extended.matched.is_uncharacterized[b.kind]]] = True
    return Probes(
        keys=keys,
        parts=(*stages, "unassigned", "total"),
        indicators=tuple(each.id for each in method.indicators),
        units=tuple(each.unit.label for each in method.indicators),
        intensity=of_parts(measures.intensity),
        size=of_parts(measures.size),
        primary=of_parts(measures.primary),
        mass=_spread(measures.mass[at], probed, count),
        near=_spread(measures.near[at], probed, count),
        status=_spread(measures.status[at], probed, count),
        marks=np.stack([flags, *(_spread(word, probed, count) for word in (*inputs, *factors))], axis=1),
        input_words=len(inputs),
        balanced=balanced,
        is_unlinked=_spread(is_unlinked[at], probed, count),
        is_uncharacterized=_spread(is_bare[at], probed, count),
        per_unit=extended.per_unit,
        product=extended.product,
        products=extended.products,
        background=background,
        residual=measures.residual,
        warnings=extended.warnings,
    )


def _spread(values: NDArray, probed: NDArray[np.int64], count: int) -> NDArray:  # type: ignore[type-arg]
    """Give kinds of row without a probe nothing."""
    every = np.zeros((count, *values.shape[1:]), values.dtype)
    every[probed] = values
    return every


def _mark_water(
    extended: Extended, method: Method, at: NDArray[np.int64], probed: NDArray[np.int64], count: int
) -> tuple[NDArray[np.uint64], tuple[int, ...]]:
    """Mark the kinds of row that withdraw, return or release water."""
    system, matched = extended.system, extended.matched
    water = list_water(system, method, matched.kind, matched.indicator, matched.factor)
    flags = np.zeros(len(system.activities), np.uint64)
    activity = system.interventions.activity
    for bit in range(len(water.balanced)):
        for rows, first in ((water.taken, TAKEN), (water.given, GIVEN)):
            flags[activity[rows[:, bit]]] |= np.uint64(1 << (first + bit))
    of_process = np.full(len(system.inventory.processes), -1, np.int64)
    of_process[system.activities.process[at]] = at
    released = of_process[system.inventory.exchanges.process[water.released]]
    flags[released[released >= 0]] |= np.uint64(1 << RELEASED)
    return _spread(flags[at], probed, count), tuple(water.balanced)


def _mark_gaps(
    extended: Extended, measures: Measures, at: NDArray[np.int64]
) -> tuple[list[NDArray[np.uint64]], list[NDArray[np.uint64]]]:
    """Mark what is missing upstream of every probe: unlinked rows of the background, flows without a factor."""
    system, matched = extended.system, extended.matched
    demands, b = system.demands, system.interventions
    is_probe = np.zeros(len(system.activities), np.bool_)
    is_probe[at] = True
    open_ended = (demands.provider < 0) & (demands.amount != 0) & ~is_probe[demands.activity]
    rows, mark = np.unique(demands.row[open_ended], return_inverse=True)
    bare = matched.is_uncharacterized[b.kind] & (b.amount != 0)
    flows, flow_mark = np.unique((b.flow[b.kind] * 2 + b.is_input[b.kind])[bare], return_inverse=True)
    chains = (measures.graph, measures.graph_order)
    return (
        _keep_used(carry_marks(demands.activity[open_ended], mark, len(rows), *chains), at),
        _keep_used(carry_marks(b.activity[bare], flow_mark, len(flows), *chains), at),
    )


def _keep_used(words: Iterable[NDArray[np.uint64]], at: NDArray[np.int64]) -> list[NDArray[np.uint64]]:
    """Give the words of marks that any probe has."""
    return [word[at] for word in words if word[at].any()]
