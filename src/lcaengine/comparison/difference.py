"""Difference: two versions of an inventory, and which exchange moved which score by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.comparison.changes import Changed, find_supplies, pair_terms, weigh_changes
from lcaengine.comparison.terms import Key, Terms, find_key, list_terms, scale_processes, sum_rows
from lcaengine.errors import LcaError, SolveError
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import find_ends
from lcaengine.results import PER_BILL
from lcaengine.solve import solve_coupling
from lcaengine.solve.stages import SUM_TOLERANCE
from lcaengine.system import build_coupling

__all__ = ["Difference", "diff"]

Units = dict[tuple[bool, str], tuple[float, str]]
"""Of a flow, or of an indicator (True): base units in the unit it is told in, and its label."""
SCORES = pa.schema(
    [
        *((name, pa.string()) for name in ("process_id", "product_id", "location", "indicator", "unit", "per")),
        *((name, pa.float64()) for name in ("old", "new", "change", "ratio")),
    ]
)
EFFECTS = pa.schema(
    [
        *((name, pa.string()) for name in ("process_id", "product_id", "location", "indicator")),
        *(
            (name, pa.string())
            for name in ("changed_process_id", "changed_product_id", "kind", "flow_id", "direction", "provider")
        ),
        *((name, pa.float64()) for name in ("old_amount", "new_amount")),
        ("amount_unit", pa.string()),
        ("effect", pa.float64()),
        ("unit", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two versions of an inventory.

    Attributes
    ----------
    scores : pyarrow.Table
        One row a score: process_id, product_id, location, indicator, unit, per, old, new, change, ratio, in the newer
        reference unit. Null where a version has no such activity or its figure is missing.
    effects : pyarrow.Table
        One row a score and changed exchange, largest effect first: changed_process_id, flow_id, direction, provider,
        kind, old_amount, new_amount (per gross output of the process as the newer version writes it), amount_unit
        (the flow's reference unit; empty for a market's share), effect. Of a process with co-products, amounts are the
        product's share of the exchange: another allocation moves them. The effects of a score add up to its change.
    """

    scores: pa.Table
    effects: pa.Table

    def __repr__(self) -> str:
        return f"Difference({self.scores.num_rows} scores, {self.effects.num_rows} effects)"


def diff(old: Footprints, new: Footprints, indicators: Sequence[str] = (), everything: bool = False) -> Difference:
    """Compare two versions of an inventory, and say which exchange moved which score by how much.

    With A, D and A', D' the old and the new system over the activities of both, s and s' the supplies of one unit, Y
    and Y' the intensities, the change of a score is exactly

        sum over entries of  (D' - D) (s + s') / 2  -  (Y + Y') / 2 (A' - A) (s', s)

    read entry by entry: for a technosphere entry ij, ``-((Y'_i s_j + Y_i s'_j) / 2) (a'_ij - a_ij)``.

    Parameters
    ----------
    old, new : Footprints
        Scored by one method.
    indicators : sequence of str
        Those of the method, all where none are named.
    everything : bool
        Every activity, or end products only.

    Returns
    -------
    Difference

    Raises
    ------
    LcaError
        If the methods differ: factors that changed are no change of the inventory; or the dimension of a flow does.
    SolveError
        If the effects do not add up to the change.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> lca.diff(footprints, footprints).effects.num_rows
    0
    """
    if not isinstance(old, Footprints) or not isinstance(new, Footprints):
        raise LcaError("diff takes two results", "diff", "give what score returns, the older first")
    if old.method.hash != new.method.hash:
        what = f"the old is scored by {old.method.label} ({old.method.hash[:12]}), the new by {new.method.label}"
        raise LcaError(f"{what} ({new.method.hash[:12]})", "diff", "score both by one method")
    _refuse_dimensions(old, new)
    chosen = np.array(new.select(indicators) if indicators else range(len(new.method.indicators)), np.int64)
    union = _unite(old, new)
    first, second = list_terms(old, union, chosen), list_terms(new, union, chosen)
    first = scale_processes(first, second)
    ends = [(f, a) for f in (new, old) for a in (range(len(f.value)) if everything else find_ends(f))]
    shown = sorted({union[find_key(f, a)] for f, a in ends})
    return _attribute(old, new, union, first, second, chosen, shown)


def _refuse_dimensions(old: Footprints, new: Footprints) -> None:
    """Refuse two versions that measure one flow in two dimensions: a kg is no more or less than a m3."""
    units = dict(zip(old.system.inventory.flows.ids.to_pylist(), old.system.inventory.flows.units, strict=True))
    flows = new.system.inventory.flows
    for flow, unit in zip(flows.ids.to_pylist(), flows.units, strict=True):
        if flow in units and units[flow].dimension != unit.dimension:
            what = f"{flow!r} is measured in {units[flow].label} in the old and in {unit.label} in the new"
            raise LcaError(what, new.system.inventory.label, "measure it in one dimension, or give it another flow_id")


def _unite(old: Footprints, new: Footprints) -> dict[Key, int]:
    keys = sorted({find_key(f, a) for f in (old, new) for a in range(len(f.value))})
    return {each: at for at, each in enumerate(keys)}


def _attribute(
    old: Footprints,
    new: Footprints,
    union: Mapping[Key, int],
    first: Terms,
    second: Terms,
    chosen: NDArray[np.int64],
    shown: Sequence[int],
) -> Difference:
    names = [" ".join(part for part in each if part) for each in union]

    def name(at: NDArray[np.int64]) -> str:
        return ", ".join(names[a] for a in at[:5].tolist())

    couplings, intensities = [], []
    for terms in (first, second):
        off = terms.provider >= 0
        values = (terms.activity[off], terms.provider[off], terms.value[off, 0])
        absent = np.ones(len(union))  # an activity that a version does not have: nobody asks for it there
        absent[terms.activity[off]] = 0.0
        couplings.append(build_coupling(absent, *values))
        direct = sum_rows(terms.activity[~off], terms.value[~off], len(union))
        intensities.append(solve_coupling(couplings[-1], direct, name).x)
    changed = pair_terms(first, second)
    scores, effects = [], []
    known, units = [_positions(f, union) for f in (old, new)], _list_units((old, new))
    moved, entry = np.unique(changed.activity, return_inverse=True)
    supplies = [find_supplies(each, moved, np.array(shown, np.int64), name) for each in couplings]
    for at, end in enumerate(shown):
        s = (supplies[0][entry, at], supplies[1][entry, at])
        effect = weigh_changes(changed, s, (intensities[0], intensities[1]))
        rows = [int(each[end]) for each in known]
        if min(rows) >= 0:  # what only one of them has did not move, it came or went
            _check_sum(effect, intensities[1][end] - intensities[0][end], intensities, end, names[end])
        scores += _list_scores((old, new), rows, chosen)
        effects += _list_effects((old, new), rows, chosen, changed, effect, units)
    return Difference(pa.Table.from_pylist(scores, SCORES), pa.Table.from_pylist(effects, EFFECTS))


def _check_sum(
    effect: NDArray[np.float64],
    change: NDArray[np.float64],
    intensities: list[NDArray[np.float64]],
    end: int,
    name: str,
) -> None:
    size = np.abs(intensities[0][end]) + np.abs(intensities[1][end]) + np.abs(effect).sum(axis=0)
    if (np.abs(effect.sum(axis=0) - change) > SUM_TOLERANCE * size).any():
        raise SolveError("the effects do not add up to the change", name, "check the amounts of the loops it is in")


def _positions(footprints: Footprints, union: Mapping[Key, int]) -> NDArray[np.int64]:
    at = np.full(len(union), -1, np.int64)
    for a in range(len(footprints.value)):
        at[union[find_key(footprints, a)]] = a
    return at


def _reference_factor(footprints: Footprints, activity: int) -> float:
    """Give the reference unit of what an activity makes [base unit]."""
    flow = int(footprints.system.activities.flow[activity])
    return footprints.system.inventory.flows.units[flow].factor if flow >= 0 else 1.0


def _list_units(footprints: tuple[Footprints, Footprints]) -> Units:
    """Give what amounts are told in: reference units, the newer's where both have the flow, and those of indicators."""
    units: Units = {}
    for each in footprints:
        flows = each.system.inventory.flows
        units |= {(False, f): (u.factor, u.label) for f, u in zip(flows.ids.to_pylist(), flows.units, strict=True)}
    return units | {(True, each.id): (1.0, each.unit.label) for each in footprints[0].method.indicators}


def _list_scores(
    footprints: tuple[Footprints, Footprints], rows: Sequence[int], chosen: NDArray[np.int64]
) -> list[dict[str, object]]:
    which = 1 if rows[1] >= 0 else 0
    whose, a = footprints[which], int(rows[which])
    name, product, place = find_key(whose, a)
    listed: list[dict[str, object]] = []
    base, flow = _reference_factor(whose, a), int(whose.system.activities.flow[a])
    per = whose.system.inventory.flows.units[flow].label if flow >= 0 else PER_BILL
    for k in chosen.tolist():
        old, new = (
            float(f.value[r, -1, k]) * (base / _reference_factor(f, r))
            if r >= 0 and np.isfinite(f.value[r, -1, k])
            else None
            for f, r in zip(footprints, rows, strict=True)
        )
        both = old is not None and new is not None
        listed.append(
            {
                "process_id": name,
                "product_id": product,
                "location": place or whose.system.activities.location[a],
                "indicator": whose.method.indicators[k].id,
                "unit": whose.method.indicators[k].unit.label,
                "per": per,
                "old": old,
                "new": new,
                "change": new - old if both and old is not None and new is not None else None,
                "ratio": new / old if new is not None and old else None,
            }
        )
    return listed


def _list_effects(
    footprints: tuple[Footprints, Footprints],
    rows: Sequence[int],
    chosen: NDArray[np.int64],
    changed: Changed,
    effect: NDArray[np.float64],
    units: Units,
) -> list[dict[str, object]]:
    which = 1 if rows[1] >= 0 else 0
    whose, a = footprints[which], int(rows[which])
    name, product, place = find_key(whose, a)
    reference = _reference_factor(whose, a)
    listed: list[dict[str, object]] = []
    for at, k in enumerate(chosen.tolist()):
        if any(r < 0 or np.isnan(f.value[r, -1, k]) for f, r in zip(footprints, rows, strict=True)):
            continue  # a figure that is missing in one of the two has not moved
        order = np.argsort(-np.abs(effect[:, at]), kind="stable")
        for e in order[effect[order, at] != 0].tolist():
            process, made, at_place, kind, flow_id, direction, provider = changed.label[e]
            factor, unit = units.get((kind == "declared", flow_id), (1.0, "")) if kind != "share" else (1.0, "")
            amounts = [None if np.isnan(each[e]) else float(each[e]) / factor for each in changed.amount]
            listed.append(
                {
                    "process_id": name,
                    "product_id": product,
                    "location": place or whose.system.activities.location[a],
                    "indicator": whose.method.indicators[k].id,
                    "changed_process_id": process or f"market at {at_place}",
                    "changed_product_id": made,
                    "kind": kind,
                    "flow_id": flow_id,
                    "direction": direction,
                    "provider": provider,
                    "old_amount": amounts[0],
                    "new_amount": amounts[1],
                    "amount_unit": unit,
                    "effect": float(effect[e, at]) * reference,
                    "unit": whose.method.indicators[k].unit.label,
                }
            )
    return listed
