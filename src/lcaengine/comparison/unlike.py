"""Unlike terms: where alternatives are not computed alike, so that their difference is not theirs alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.comparison.alternative import Alternative
from lcaengine.errors import LcaError
from lcaengine.inventory.schema import STAGES
from lcaengine.inventory.signs import Role, assign_roles
from lcaengine.uncertainty.reach import find_upstream

__all__ = ["UNLIKE", "Unlike", "find_unlike", "refuse_unlike"]

UNLIKE = ("flag", "refuse")
"""What is done where alternatives are unlike in a way that leaves a comparison possible."""
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Unlike:
    """A term in which alternatives are unlike.

    Attributes
    ----------
    term : str
        boundary, stages, allocation, period ...
    values : tuple of str
        What each alternative has, in their order.
    forbids : bool
        Whether no comparison is possible.
    """

    term: str
    values: tuple[str, ...]
    forbids: bool = False

    def describe(self, names: Sequence[str]) -> str:
        """Say who has what, alternatives alike together.

        Examples
        --------
        >>> Unlike("allocation", ("mass", "economic", "mass")).describe(["A", "B", "C"])
        'allocation: A, C mass; B economic'
        """
        groups: dict[str, list[str]] = {}
        for name, value in zip(names, self.values, strict=True):
            groups.setdefault(value, []).append(name)
        told = [f"{', '.join(who)} {value}" for value, who in groups.items()]
        return f"{self.term}: {'; '.join(told)}"


def refuse_unlike(alternatives: Sequence[Alternative], found: Sequence[Unlike], unlike: str) -> None:
    """Raise where alternatives cannot be compared, or are unlike at all and that is to be refused.

    Raises
    ------
    LcaError
        With every such term by name.
    """
    if unlike not in UNLIKE:
        raise LcaError(f"unlike is {unlike!r}", "compare, --unlike", f"write one of: {', '.join(UNLIKE)}", given=unlike)
    wrong = [each for each in found if each.forbids or unlike == "refuse"]
    if not wrong:
        return
    names = [each.name for each in alternatives]
    what = "these cannot be compared: " + ". ".join(each.describe(names) for each in wrong)
    fixes = [_FIXES[each.term] for each in wrong if each.term in _FIXES]
    if not all(each.forbids for each in wrong):
        fixes.append("correct the inventories, or have the rest flagged instead: --unlike flag")
    raise LcaError(what, "compare", "; ".join(dict.fromkeys(fixes)))


_FIXES = {
    "unit": "compare products per one kind of unit; bills of materials state how much of each makes the same",
    "method": "score all by one method",
    "boundary": "give both inventories one boundary, and say so in inventory.toml",
    "split": "score all by stage, by supplier or by location",
}
"""What to do about the terms that forbid a comparison."""


def find_unlike(alternatives: Sequence[Alternative], indicators: Sequence[int]) -> tuple[Unlike, ...]:
    """Find the terms in which alternatives are unlike.

    A comparison is not possible where units, methods (and with them GWP sets), or the boundaries that two inventories
    state differ. All others are differences that a reader has to know of.

    Parameters
    ----------
    alternatives : sequence of Alternative
    indicators : sequence of int
        Positions of those that are compared.

    Returns
    -------
    tuple of Unlike

    References
    ----------
    ISO 14044:2006, 4.2.3.7 and 5.3.1: systems that are compared are so on the same functional unit and equivalent
    boundaries, data quality and allocation; differences are identified and reported.
    """
    found = [_find_forbidden(alternatives), _find_policies(alternatives), _find_chains(alternatives)]
    if not any(each.forbids for each in found[0]):
        found.append(_find_gaps(alternatives, indicators))
    return tuple(each for some in found for each in some)


def _compare(
    alternatives: Sequence[Alternative], term: str, tell: Callable[[Alternative], str], forbids: bool = False
) -> list[Unlike]:
    """Give a term where alternatives are told unlike in it."""
    values = tuple(tell(each) for each in alternatives)
    return [Unlike(term, values, forbids)] if len(set(values)) > 1 else []


def _find_forbidden(alternatives: Sequence[Alternative]) -> list[Unlike]:
    units = [each.unit for each in alternatives]
    dimensions = {None if unit is None else unit.dimension for unit in units}
    found = [Unlike("unit", tuple(f"per {each.per}" for each in alternatives), True)] if len(dimensions) > 1 else []
    methods = [each.footprints.method for each in alternatives]
    if len({method.hash for method in methods}) > 1:
        named = tuple(f"{m.label} ({m.gwp_set or 'no GWP set'}, {m.hash[:8]})" for m in methods)
        found.append(Unlike("method", named, True))
    found += _compare(alternatives, "split", lambda each: f"by {each.footprints.by}", True)
    boundaries = tuple(each.footprints.system.inventory.about.boundary or NOT_STATED for each in alternatives)
    if len(set(boundaries)) > 1:
        found.append(Unlike("boundary", boundaries, len(set(boundaries) - {NOT_STATED}) > 1))
    return found


def _find_policies(alternatives: Sequence[Alternative]) -> list[Unlike]:
    """Compare what was done where inventories leave a choice; allocation is told by the chain."""

    def tell(field: str) -> Callable[[Alternative], str]:
        return lambda each: str(getattr(each.footprints.system.policy, field))

    fields = {
        "basis": "basis of markets",
        "unlinked": "inputs nobody supplies",
        "max_fallback": "farthest fallback",
        "open_water": "water without a release",
    }
    found = _compare(alternatives, "product", lambda each: each.product)
    return found + [each for field, term in fields.items() for each in _compare(alternatives, term, tell(field))]


def _find_chains(alternatives: Sequence[Alternative]) -> list[Unlike]:
    """Compare what is upstream: stages, rules of allocation, and the days for which data hold."""
    upstream = {id(each): find_upstream(each.footprints.system.coupling, each.activity) for each in alternatives}
    found = _compare(alternatives, "stages covered", lambda each: _name_stages(each, upstream[id(each)]))
    rules = tuple(_name_rules(each, upstream[id(each)]) for each in alternatives)
    if len(set(rules) - {""}) > 1:  # where nothing is shared out, there is nothing to be unlike
        found.append(Unlike("allocation", tuple(each or "no co-products" for each in rules)))
    found += _compare(
        alternatives,
        "reference period",
        lambda each: each.footprints.system.inventory.about.reference_period or NOT_STATED,
    )
    return found + _compare(alternatives, "days the data hold", lambda each: _name_days(each, upstream[id(each)]))


def _name_stages(alternative: Alternative, upstream: NDArray[np.bool_]) -> str:
    stage = alternative.footprints.system.activities.stage[upstream]
    return ", ".join(name for at, name in enumerate(STAGES) if (stage == at).any()) or "none"


def _name_rules(alternative: Alternative, upstream: NDArray[np.bool_]) -> str:
    """Name the rules by which processes with co-products share their burdens; empty where there are none."""
    system = alternative.footprints.system
    exchanges = system.inventory.exchanges
    roles = assign_roles(exchanges, system.inventory.flows)
    process = system.activities.process[upstream]
    shared = np.intersect1d(exchanges.process[roles == Role.CO_PRODUCT], process[process >= 0])
    own = system.inventory.processes.allocation
    return ", ".join(sorted({system.policy.allocation or own[p] or "" for p in shared.tolist()}))


def _name_days(alternative: Alternative, upstream: NDArray[np.bool_]) -> str:
    """Name the days from the first to the last for which labelled processes, or all where none is, state data."""
    system = alternative.footprints.system
    activities, frame = system.activities, system.inventory.frames["processes"]
    has_stage = upstream & (activities.stage >= 0)
    process = activities.process[has_stage if has_stage.any() else upstream]
    at = np.unique(process[process >= 0]).tolist()
    begins, ends = (frame.text(name) for name in ("valid_from", "valid_until"))
    first = min((day for p in at if (day := begins[p])), default="")
    last = max((day for p in at if (day := ends[p])), default="")
    return f"{first or '...'}/{last or '...'}" if first or last else NOT_STATED


def _find_gaps(alternatives: Sequence[Alternative], indicators: Sequence[int]) -> list[Unlike]:
    """Compare what is left out: inputs that nobody supplies, flows without a factor, and the status of each figure."""

    def cut(each: Alternative) -> str:
        count = int(each.footprints.gaps.missing_inputs[each.activity])
        share = float(each.footprints.unlinked_mass_share[each.activity])
        return f"{count} input(s) left out" + (f", {100 * share:.2g} % of the mass" if share > 0 else "")

    def lack(each: Alternative) -> str:
        return f"{int(each.footprints.gaps.missing_factors[each.activity])}"

    found = _compare(alternatives, "cut-offs", cut)
    found += _compare(alternatives, "flows without a factor", lack)
    method = alternatives[0].footprints.method
    terms: dict[tuple[str, ...], list[str]] = {}
    for k in indicators:
        status = tuple(each.footprints.status_of(each.activity, k).replace("_", " ") for each in alternatives)
        if len(set(status)) > 1:
            terms.setdefault(status, []).append(method.indicators[k].id)
    return found + [Unlike(f"status of {', '.join(names)}", status) for status, names in terms.items()]
