"""Drawn alternatives: every inventory that takes part is drawn once, and its alternatives are picked from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lcaengine.comparison.alternative import Alternative
from lcaengine.errors import DataError
from lcaengine.footprints import Footprints
from lcaengine.inventory.schema import STAGES
from lcaengine.uncertainty import Pedigree, simulate_footprints
from lcaengine.uncertainty.capacity import refuse_size
from lcaengine.uncertainty.reach import find_reach, list_drawn_keys, list_moving_keys
from lcaengine.uncertainty.sampled import sample_system
from lcaengine.uncertainty.simulation import refuse_infeasible
from lcaengine.uncertainty.static import WRITTEN
from lcaengine.uncertainty.unpaired import AlikeRows, list_alike, list_unpaired

__all__ = ["Drawn", "draw_alternatives"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Alternatives in the same draws.

    Attributes
    ----------
    alternatives : tuple of Alternative
    indicators : tuple of int
        Positions in the method.
    parts : tuple of str
        All that occur in any of them, then ``unassigned`` and ``total``.
    static : (m, parts, k) float64
        Per reference unit of the first; NaN where a figure is missing.
    values : (m, parts, k, draws) float64
    shared : (k, m, m) int64
        By indicator, how many drawn rows move two of them both; on the diagonal, how many one rests on.
    unpaired : dict of (int, int, int) to list of str
        By indicator and two alternatives, the rows alike of which nobody can say which takes whose draw.
    draws, seed : int
    pedigree : Pedigree
    infeasible : dict of int to str
        Draws that have no answer in one of them, and why.
    residual : float
    static_values : {"written", "medians", "means"}
    """

    alternatives: tuple[Alternative, ...]
    indicators: tuple[int, ...]
    parts: tuple[str, ...]
    static: Numbers
    values: Numbers
    shared: NDArray[np.int64]
    unpaired: Mapping[tuple[int, int, int], list[str]]
    draws: int
    seed: int
    pedigree: Pedigree
    infeasible: Mapping[int, str]
    residual: float
    static_values: str = WRITTEN


@dataclass(frozen=True, slots=True)
class _Version:
    """What the draws of one inventory gave, for the activities that are compared, and their static values."""

    static: dict[int, Numbers]
    values: dict[int, Numbers]
    keys: dict[int, list[NDArray[np.uint64]]]
    moving: dict[int, list[NDArray[np.uint64]]]
    alike: Mapping[int, AlikeRows]
    infeasible: Mapping[int, str]
    residual: float


def draw_alternatives(
    groups: Sequence[Sequence[Alternative]],
    draws: int,
    seed: int,
    indicators: Sequence[int],
    pedigree: Pedigree,
    progress: Callable[[int, int], None] | None = None,
    static: str = WRITTEN,
) -> list[Drawn]:
    """Draw the inventories of groups of alternatives, each once.

    Parameters
    ----------
    groups : sequence of sequence of Alternative
        By one method.
    draws, seed : int
    indicators : sequence of int
    pedigree : Pedigree
    progress : callable, optional
    static : {"written", "medians", "means"}

    Returns
    -------
    list of Drawn
        By group.

    Raises
    ------
    DataError
        If a distribution has no mean, and static values are asked for at means.
    SolveError
        If more than one draw in a hundred has no answer in one of a group.
    """
    wanted: dict[int, tuple[Footprints, list[int]]] = {}
    for each in (one for group in groups for one in group):
        wanted.setdefault(id(each.footprints), (each.footprints, []))[1].append(each.activity)
    parts = max(len(each.footprints.stages) for group in groups for each in group)
    held = sum(map(len, groups)) + sum(len(set(activities)) for _, activities in wanted.values())
    refuse_size(draws, 8 * held * parts * len(indicators))
    versions = {}
    for at, (key, (footprints, activities)) in enumerate(wanted.items()):
        tell = None if progress is None else _count_on(progress, at, len(wanted))
        versions[key] = _draw_version(footprints, activities, draws, seed, list(indicators), pedigree, tell, static)
    return [_gather(group, versions, draws, seed, tuple(indicators), pedigree, static) for group in groups]


def _count_on(progress: Callable[[int, int], None], at: int, versions: int) -> Callable[[int, int], None]:
    """Tell the draws of one inventory as a part of those of all."""
    return lambda done, draws: progress(at * draws + done, versions * draws)


def _draw_version(
    footprints: Footprints,
    activities: list[int],
    draws: int,
    seed: int,
    indicators: list[int],
    pedigree: Pedigree,
    progress: Callable[[int, int], None] | None,
    static: str,
) -> _Version:
    names = [footprints.method.indicators[k].id for k in indicators]
    kept = sorted(set(activities))
    try:
        samples = simulate_footprints(footprints, draws, seed, pedigree, names, kept, progress, static)
    except DataError as error:  # a row of one inventory of several
        where = f"{footprints.system.inventory.label}, {error.where}"
        raise DataError(error.what, where, error.fix, table=error.table, row=error.row, given=error.given) from error
    reach = find_reach(sample_system(footprints, indicators, pedigree))
    return _Version(
        {a: samples.static.value[a][:, indicators] for a in kept},
        {a: samples.values[at] for at, a in enumerate(kept)},
        {a: list_drawn_keys(reach, a) for a in kept},
        {a: list_moving_keys(reach, a) for a in kept},
        list_alike(footprints.system.inventory, pedigree),
        samples.infeasible,
        samples.residual,
    )


def _gather(
    group: Sequence[Alternative],
    versions: Mapping[int, _Version],
    draws: int,
    seed: int,
    indicators: tuple[int, ...],
    pedigree: Pedigree,
    static_values: str,
) -> Drawn:
    """Lay the draws of a group side by side: per one unit, part by part; a part that one does not have is zero."""
    of = [versions[id(each.footprints)] for each in group]
    infeasible: dict[int, str] = {}
    for each, version in zip(group, of, strict=True):
        infeasible |= {
            draw: f"{each.name}: {why}" for draw, why in version.infeasible.items() if draw not in infeasible
        }
    refuse_infeasible(infeasible, draws)
    named = list(dict.fromkeys(part for each in group for part in each.footprints.stages[:-2]))
    if group[0].footprints.by == "stage":
        named.sort(key=STAGES.index)
    parts = (*named, *group[0].footprints.stages[-2:])
    static = np.zeros((len(group), len(parts), len(indicators)))
    values = np.zeros((*static.shape, draws))
    unit = group[0].unit
    for at, (each, version) in enumerate(zip(group, of, strict=True)):
        place = [parts.index(part) for part in each.footprints.stages]
        factor = 1.0 if unit is None or each.unit is None else unit.factor / each.unit.factor
        static[at, place] = factor * version.static[each.activity]
        values[at, place] = factor * version.values[each.activity]
        missing = np.isnan(static[at, -1])
        static[at][:, missing] = np.nan
    return Drawn(
        alternatives=tuple(group),
        indicators=indicators,
        parts=parts,
        static=static,
        values=values,
        shared=_count_rows(group, of),
        unpaired=_find_unpaired(group, of),
        draws=draws,
        seed=seed,
        pedigree=pedigree,
        infeasible=dict(sorted(infeasible.items())),
        residual=max(version.residual for version in of),
        static_values=static_values,
    )


def _find_unpaired(group: Sequence[Alternative], versions: Sequence[_Version]) -> dict[tuple[int, int, int], list[str]]:
    """Find the rows alike of each two alternatives, by indicator, that cannot be told one by one."""
    found = {}
    for i, j in combinations(range(len(group)), 2):
        one, other = versions[i], versions[j]
        if one is other or not (one.alike or other.alike):
            continue
        alike = np.array(sorted({*one.alike, *other.alike}), np.uint64)
        both = zip(one.moving[group[i].activity], other.moving[group[j].activity], strict=True)
        for k, (mine, theirs) in enumerate(both):
            shared = np.intersect1d(np.intersect1d(mine, alike), theirs)
            found[k, i, j] = list_unpaired(shared.tolist(), one.alike, other.alike)
    return found


def _count_rows(group: Sequence[Alternative], versions: Sequence[_Version]) -> NDArray[np.int64]:
    """Count the drawn rows that move two alternatives both, and on the diagonal those that one rests on: (k, m, m)."""
    own = list(zip(group, versions, strict=True))
    shared = _count_shared([version.moving[each.activity] for each, version in own])
    for at, (each, version) in enumerate(own):
        shared[:, at, at] = [len(keys) for keys in version.keys[each.activity]]
    return shared


def _count_shared(keys: Sequence[Sequence[NDArray[np.uint64]]]) -> NDArray[np.int64]:
    """Count the keys that each two have in common, by indicator: (k, m, m)."""
    counts = []
    for mine in zip(*keys, strict=True):
        every = np.unique(np.concatenate(mine))
        has = np.zeros((len(mine), len(every)))
        for at, each in enumerate(mine):
            has[at, np.searchsorted(every, each)] = 1.0
        counts.append(has @ has.T)
    return np.rint(np.stack(counts)).astype(np.int64)
