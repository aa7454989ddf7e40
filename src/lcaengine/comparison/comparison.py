"""Comparison: how far results move with a choice, all else the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.findings import Finding, Findings
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import find_ends
from lcaengine.footprints.score import score_inventory
from lcaengine.inventory import Inventory
from lcaengine.method import Indicator, Method, take_method
from lcaengine.policy import Policy

__all__ = ["RULES", "Comparison", "compare", "describe_policy"]

RULES = ("mass", "energy", "economic", "substitution", "none")
"""Allocations that need no table of given shares: those an inventory is tried with where none are named."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The results of one inventory under several policies.

    Attributes
    ----------
    names : tuple of str
        What each policy changes; the first is what the others are compared with.
    footprints : tuple of Footprints or None
        None where a policy cannot be applied.
    refusals : dict of str to list of Finding
        Why, by name.
    """

    names: tuple[str, ...]
    footprints: tuple[Footprints | None, ...]
    refusals: Mapping[str, list[Finding]]

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.names)}; {len(self.refusals)} cannot be applied)"

    def to_arrow(self, everything: bool = True) -> pa.Table:
        """Give the totals side by side.

        Parameters
        ----------
        everything : bool
            Every activity, or end products only.

        Returns
        -------
        pyarrow.Table
            supplier_id, process_id, product_id, location, indicator, unit, per, one column a policy, then lowest,
            highest and spread, the last ``(highest - lowest) / |first|``. An activity that a policy does not have, such
            as a co-product under substitution, is null there.
        """
        rows = _list_rows([each for each in self.footprints if each is not None], everything)
        k = len(rows.indicators)
        every = pa.array(np.repeat(np.arange(len(rows.keys)), k))
        values = np.stack([_align(each, rows.keys, k).reshape(-1) for each in self.footprints], axis=1)
        known = np.isfinite(values).any(axis=1)
        low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
        low[known], high[known] = np.nanmin(values[known], axis=1), np.nanmax(values[known], axis=1)
        base = np.abs(values[:, 0])
        spread = np.divide(high - low, base, out=np.full(len(base), np.nan), where=base > 0)

        def column(numbers: NDArray[np.float64]) -> pa.Array:
            return pa.array(numbers, mask=np.isnan(numbers))

        return pa.table(
            {
                **{name: rows.names[name].combine_chunks().take(every) for name in rows.names.column_names},
                "indicator": pa.array([each.id for each in rows.indicators] * len(rows.keys), pa.string()),
                "unit": pa.array([each.unit.label for each in rows.indicators] * len(rows.keys), pa.string()),
                "per": pa.array(np.repeat(np.array(rows.per, object), k).tolist(), pa.string()),
                **{name: column(values[:, at]) for at, name in enumerate(self.names)},
                "lowest": column(low),
                "highest": column(high),
                "spread": column(spread),
            }
        )


def compare(
    inventory: Inventory, method: Method | str | Path = "core", policies: Sequence[Policy] | None = None
) -> Comparison:
    """Score one inventory under several policies.

    Parameters
    ----------
    inventory : Inventory
    method : Method, str or Path
    policies : sequence of Policy, optional
        The first is what the others are compared with. Without them, the inventory as it stands and every allocation
        that needs no table of given shares.

    Returns
    -------
    Comparison
        A policy that cannot be applied is listed with the blocking findings.

    Raises
    ------
    LcaError
        If none can be applied, or two are the same.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> lca.compare(inventory, "core", [lca.Policy(), lca.Policy(basis="contract")]).names
    ('as stated', 'basis contract')
    """
    if not isinstance(inventory, Inventory):
        raise LcaError(f"{type(inventory).__name__} is no inventory", "compare", "give what read_inventory returns")
    known = take_method(method)
    chosen = list(policies or [Policy(), *(Policy(allocation=rule) for rule in RULES)])
    names = [describe_policy(each) for each in chosen]
    if len(set(names)) < len(names):
        raise LcaError("a policy stands twice", "compare", f"name each once: {', '.join(names)}")
    scored: list[Footprints | None] = []
    refusals: dict[str, list[Finding]] = {}
    for name, policy in zip(names, chosen, strict=True):
        found = Findings()
        scored.append(score_inventory(inventory, known, policy, "stage", found))
        if scored[-1] is None:
            refusals[name] = found.blockers()
    if not any(scored):
        first = next(iter(refusals.values()))[0]
        raise LcaError(f"no policy can be applied: {first.what}", inventory.label, first.fix)
    return Comparison(tuple(names), tuple(scored), refusals)


def describe_policy(policy: Policy) -> str:
    """Name what a policy changes.

    Examples
    --------
    >>> describe_policy(Policy(allocation="mass", unlinked="cutoff")), describe_policy(Policy())
    ('unlinked cutoff, allocation mass', 'as stated')
    """
    usual = Policy()
    fields = [name for name in policy.to_dict() if getattr(policy, name) != getattr(usual, name)]
    return ", ".join(f"{name.replace('_', ' ')} {getattr(policy, name)}" for name in fields) or "as stated"


def vary(policy: Policy, allocations: Sequence[str], bases: Sequence[str]) -> list[Policy]:
    """Give a policy and one more for each allocation and each basis, once each."""
    varied = [policy, *(replace(policy, allocation=rule) for rule in allocations)]
    varied += [replace(policy, basis=basis) for basis in bases]
    return list(dict.fromkeys(varied))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The activities of a comparison: each once, whichever policies have it."""

    keys: list[tuple[str, int, str]]
    names: pa.Table
    per: list[str]
    indicators: tuple[Indicator, ...]


def _list_rows(scored: Sequence[Footprints], everything: bool) -> _Rows:
    """List the activities: those of the policy that has most, then what others have besides."""
    from lcaengine.footprints.table import identify, list_per

    most = sorted(scored, key=lambda each: -len(each.value))
    known: set[tuple[str, int, str]] = set()
    keys, names, per = [], [], []
    for each in most:
        own, units = _keys(each), list_per(each)
        chosen = range(len(own)) if everything else find_ends(each)
        new = [a for a in chosen if own[a] not in known]
        keys += [own[a] for a in new]
        per += [units[a] for a in new]
        names.append(pa.table(identify(each, np.array(new, np.int64))))
        known.update(own)
    return _Rows(keys, pa.concat_tables(names).combine_chunks(), per, most[0].method.indicators)


def _keys(footprints: Footprints) -> list[tuple[str, int, str]]:
    activities = footprints.system.activities
    return list(zip(activities.name, activities.flow.tolist(), activities.location, strict=True))


def _align(footprints: Footprints | None, keys: Sequence[tuple[str, int, str]], k: int) -> NDArray[np.float64]:
    """Give the totals in the order of `keys`, NaN where there is none."""
    values = np.full((len(keys), k), np.nan)
    if footprints is not None:
        position = {key: a for a, key in enumerate(_keys(footprints))}
        for at, key in enumerate(keys):
            if key in position:
                values[at] = footprints.value[position[key], -1]
    return values
