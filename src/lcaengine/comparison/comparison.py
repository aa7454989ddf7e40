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
from lcaengine.footprints.detach import identify, list_per
from lcaengine.footprints.display import find_ends
from lcaengine.footprints.score import score_inventory
from lcaengine.inventory import Inventory
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy

__all__ = ["RULES", "Comparison", "compare", "describe_policy"]

RULES = ("mass", "energy", "economic", "substitution", "none")
"""Allocations that need no table of given shares: those an inventory is tried with where none are named."""

IDENTITY = pa.schema([(name, pa.string()) for name in ("supplier_id", "process_id", "product_id", "location", "per")])
Key = tuple[str, int, str]
"""An activity of one inventory under any policy: process or bill, flow, location."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The results of one inventory under several policies.

    Attributes
    ----------
    names : tuple of str
        What each policy changes, but for what all have in common; the first is what the others are compared with.
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

    def to_arrow(self, everything: bool = True, indicators: Sequence[str] = ()) -> pa.Table:
        """Give the totals side by side.

        Parameters
        ----------
        everything : bool
            Every activity, or end products only.
        indicators : sequence of str
            Those of the method, all where none are named.

        Returns
        -------
        pyarrow.Table
            supplier_id, process_id, product_id, location, indicator, unit, per, one column a policy, then lowest,
            highest and spread, the last ``(highest - lowest) / |first|``. An activity that a policy does not have, such
            as a co-product under substitution, is null there.
        """
        scored = [each for each in self.footprints if each is not None]
        rows = _unite(scored, everything)
        every = scored[0].method.indicators
        chosen = scored[0].select(indicators) if indicators else list(range(len(every)))
        named, k = [every[at] for at in chosen], len(chosen)
        values = np.stack([_align(each, list(rows), chosen).reshape(-1) for each in self.footprints], axis=1)
        known = np.isfinite(values).any(axis=1)
        low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
        low[known], high[known] = np.nanmin(values[known], axis=1), np.nanmax(values[known], axis=1)
        base = np.abs(values[:, 0])
        several = np.isfinite(values).sum(axis=1) > 1  # one alone has nothing to differ from
        spread = np.divide(high - low, base, out=np.full(len(base), np.nan), where=(base > 0) & several)

        def column(numbers: NDArray[np.float64]) -> pa.Array:
            return pa.array(numbers, mask=np.isnan(numbers))

        identity = pa.Table.from_pylist(list(rows.values()), IDENTITY).take(
            pa.array(np.repeat(np.arange(len(rows)), k))
        )
        return pa.table(
            {
                **{name: identity.column(name) for name in IDENTITY.names if name != "per"},
                "indicator": pa.array([each.id for each in named] * len(rows), pa.string()),
                "unit": pa.array([each.unit.label for each in named] * len(rows), pa.string()),
                "per": identity.column("per"),
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
    compared = try_compare(inventory, method, policies)
    if not any(compared.footprints):
        first = compared.refusals[compared.names[0]][0]
        raise LcaError(f"no policy can be applied: {first.what}", inventory.label, first.fix)
    return compared


def try_compare(
    inventory: Inventory, method: Method | str | Path = "core", policies: Sequence[Policy] | None = None
) -> Comparison:
    """Score one inventory under several policies; it may be that none can be applied.

    Returns
    -------
    Comparison
    """
    if not isinstance(inventory, Inventory):
        raise LcaError(f"{type(inventory).__name__} is no inventory", "compare", "give what read_inventory returns")
    known = take_method(method)
    chosen = list(policies or [Policy(), *(Policy(allocation=rule) for rule in RULES)])
    names = _name_policies(chosen)
    if len(set(names)) < len(names):
        raise LcaError("a policy stands twice", "compare", f"name each once: {', '.join(names)}")
    scored: list[Footprints | None] = []
    refusals: dict[str, list[Finding]] = {}
    for name, policy in zip(names, chosen, strict=True):
        found = Findings()
        scored.append(score_inventory(inventory, known, policy, "stage", found))
        if scored[-1] is None:
            refusals[name] = found.blockers()
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


def _name_policies(policies: Sequence[Policy]) -> list[str]:
    """Name what each policy changes, but for what all have in common."""
    usual = Policy()
    common = {
        field: value
        for field, value in policies[0].to_dict().items()
        if len(policies) > 1 and all(each.to_dict()[field] == value for each in policies)
    }
    return [describe_policy(replace(each, **{field: getattr(usual, field) for field in common})) for each in policies]


def _keys(footprints: Footprints) -> list[Key]:
    activities = footprints.system.activities
    return list(zip(activities.name, activities.flow.tolist(), activities.location, strict=True))


def _unite(scored: Sequence[Footprints], everything: bool) -> dict[Key, dict[str, str]]:
    """Give what identifies each activity that any policy has, in the order of the first that has it."""
    rows: dict[Key, dict[str, str]] = {}
    for each in sorted(scored, key=lambda one: -len(one.value)):  # those with all co-products first
        shown = np.arange(len(each.value)) if everything else np.array(find_ends(each), np.int64)
        keys, per = _keys(each), list_per(each)
        for a, row in zip(shown.tolist(), pa.table(identify(each, shown)).to_pylist(), strict=True):
            rows.setdefault(keys[a], {**row, "per": per[a]})
    return rows


def _align(footprints: Footprints | None, keys: Sequence[Key], chosen: list[int]) -> NDArray[np.float64]:
    """Give the totals in the order of `keys`, NaN where there is none."""
    values = np.full((len(keys), len(chosen)), np.nan)
    if footprints is not None:
        position = {key: a for a, key in enumerate(_keys(footprints))}
        for at, key in enumerate(keys):
            if key in position:
                values[at] = footprints.value[position[key], -1, chosen]
    return values
