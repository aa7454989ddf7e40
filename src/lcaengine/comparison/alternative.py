"""Alternatives: what is compared, a product, supplier or bill of materials, in an inventory or a scenario of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.candidates import identify_one, list_candidates, tell_apart
from lcaengine.footprints.words import find_word
from lcaengine.results import PER_BILL
from lcaengine.solve import show_activity
from lcaengine.units import Unit

__all__ = ["Alternative", "find_same", "name_alternatives", "take_alternatives"]

MOST = 50
"""How many alternatives are compared at a time: each with each."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the things that are compared.

    Attributes
    ----------
    name : str
        What it is called in the results.
    footprints : Footprints
        What :func:`~lcaengine.score` gives of an inventory, or :func:`~lcaengine.change` of a scenario.
    process_id, product_id, supplier_id, location : str
        What names the one activity: a process, or a bill of materials by its demand_id; a product, which alone names
        its market or its only maker; a supplier.
    activity : int
        Its position; it is found by the ids where it is not given.

    Raises
    ------
    LcaError
        If the name is empty, or the ids name no activity, or several: the candidates are named.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> lca.Alternative("one", footprints, supplier_id="alpha").describe()
    'mine-a, per kg'
    """

    name: str
    footprints: Footprints
    process_id: str = ""
    product_id: str = ""
    supplier_id: str = ""
    location: str = ""
    activity: int = -1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise LcaError(f"{self.name!r} is no name for an alternative", "", "write what the results shall call it")
        if not isinstance(self.footprints, Footprints):
            raise LcaError("there are no footprints", self.name, "give what score or change returns")
        try:
            given = index(self.activity)
        except TypeError:
            given = len(self.footprints.value)
        if given >= len(self.footprints.value):
            raise LcaError(f"there is no activity {self.activity!r}", self.name, "name it by its ids")
        object.__setattr__(self, "activity", _find(self) if given < 0 else given)

    @property
    def unit(self) -> Unit | None:
        """Reference unit of the product, None for a bill of materials."""
        flow = int(self.footprints.system.activities.flow[self.activity])
        return self.footprints.system.inventory.flows.units[flow] if flow >= 0 else None

    @property
    def per(self) -> str:
        """What its footprint is per."""
        return PER_BILL if self.unit is None else self.unit.label

    @property
    def product(self) -> str:
        """Id of the product, empty for a bill of materials."""
        flow = int(self.footprints.system.activities.flow[self.activity])
        return str(self.footprints.system.inventory.flows.ids[flow]) if flow >= 0 else ""

    def describe(self) -> str:
        """Name the activity, and what its footprint is per."""
        return f"{show_activity(self.footprints.system, self.activity)}, per {self.per}"


def _find(wanted: Alternative) -> int:
    footprints, activities = wanted.footprints, wanted.footprints.system.activities
    asked = {name: getattr(wanted, name) for name in ("process_id", "product_id", "supplier_id", "location")}
    given = ", ".join(f"{name} {value!r}" for name, value in asked.items() if value)
    if not given:
        raise LcaError("nothing is named", wanted.name, "give a process, product or supplier")
    found = footprints.find(process_id=wanted.process_id, product_id=wanted.product_id, location=wanted.location)
    if wanted.supplier_id:
        ids = footprints.system.inventory.flows.ids
        found = [a for a in range(len(activities)) if activities.supplier[a] == wanted.supplier_id]
        found = [a for a in found if not wanted.product_id or ids[int(activities.flow[a])].as_py() == wanted.product_id]
        found = [a for a in found if not wanted.process_id or activities.name[a] == wanted.process_id]
        found = [a for a in found if not wanted.location or activities.location[a] == wanted.location]
    return _take_one(footprints, found, given)


def _take_one(footprints: Footprints, found: Sequence[int], given: str) -> int:
    if len(found) == 1:
        return found[0]
    where = footprints.system.inventory.label
    if not found:
        raise LcaError(f"there is no activity of {given}", where, "name a process, bill, product or supplier of it")
    raise LcaError(f"{given} names {len(found)} activities", where, tell_apart(footprints, found))


def name_alternatives(versions: Sequence[tuple[str, Footprints]], words: Sequence[str]) -> list[Alternative]:
    """Give every id that is named, in every inventory that has it.

    Parameters
    ----------
    versions : sequence of (str, Footprints)
        Inventories, or one under several policies, by name.
    words : sequence of str
        Ids of processes, bills, products or suppliers; ``supplier=alpha`` says of what, where several things have it;
        ``PROCESS:PRODUCT`` is one product of a process that makes several, ``PRODUCT@PLACE`` the market of a place.

    Returns
    -------
    list of Alternative
        Named by the word, by the version, or by both, as tells them apart.

    Raises
    ------
    LcaError
        If an id is in no inventory, or names several activities of one.
    """
    alternatives, distinct = [], list(dict.fromkeys(words))
    for word in distinct:
        found = [(name, footprints, find_word(footprints, word)) for name, footprints in versions]
        if not any(each for _, _, each in found):
            where = ", ".join(footprints.system.inventory.label for _, footprints in versions)
            raise LcaError(f"there is no activity of {word!r}", where, "name a process, bill, product or supplier")
        for name, footprints, at in found:
            if at:
                called = word if len(versions) == 1 else name if len(distinct) == 1 else f"{word}, {name}"
                alternatives.append(Alternative(called, footprints, activity=_take_word(footprints, at, word)))
    return alternatives


def _take_word(footprints: Footprints, found: Sequence[int], word: str) -> int:
    """Take what a word names; of several, say by what word each is named alone."""
    if len(found) == 1:
        return found[0]
    what = f"{word!r} names {len(found)} activities"
    fix = f"name one of: {list_candidates([_spell(footprints, a) for a in found])}"
    raise LcaError(what, footprints.system.inventory.label, fix)


def _spell(footprints: Footprints, activity: int) -> str:
    """Give the shortest word that names an activity and nothing else; what is known of it where none does."""
    process, product, place = identify_one(footprints, activity)
    words = [process, f"process={process}", f"{process}:{product}"] if process else [product]
    words.append(f"{product}@{place}")
    alone = (word for word in words if find_word(footprints, word) == [activity])
    return next(alone, " ".join(part for part in (process or "market", product, place) if part))


def find_same(footprints: Footprints, activity: int, other: Footprints) -> int:
    """Find an activity in another version: the same process or bill, product, and place of a market.

    Returns
    -------
    int
        -1 where there is none.
    """
    wanted = _identify(footprints, activity)
    found = [a for a, name in enumerate(other.system.activities.name) if name == wanted[0]]
    return next((a for a in found if _identify(other, a) == wanted), -1)


def _identify(footprints: Footprints, activity: int) -> tuple[str, str, str, str]:
    activities = footprints.system.activities
    flow, name = int(activities.flow[activity]), activities.name[activity]
    place = "" if name else activities.location[activity]
    product = footprints.system.inventory.flows.ids[flow].as_py() if flow >= 0 else ""
    return name, product, place, activities.basis[activity]


def take_alternatives(given: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Take alternatives; raise where they are too few or too many, or two have one name or are one and the same.

    Returns
    -------
    tuple of Alternative
    """
    alternatives = tuple(given) if isinstance(given, Iterable) else ()
    if not isinstance(given, Iterable) or not all(isinstance(each, Alternative) for each in alternatives):
        raise LcaError("these are no alternatives", "compare", "give a list of lca.Alternative(...)")
    if len(alternatives) < 2:
        fix = "name two products, suppliers or bills, or give two inventories"
        raise LcaError(f"{len(alternatives)} alternative has nothing to be compared with", "compare", fix)
    if len(alternatives) > MOST:
        fix = "compare fewer; simulate gives the spread of each"
        raise LcaError(f"{len(alternatives)} alternatives are more than {MOST}", "compare", fix)
    names = [each.name for each in alternatives]
    for at, each in enumerate(alternatives):
        if each.name in names[:at]:
            raise LcaError(f"two alternatives are called {each.name!r}", "compare", "give each a name of its own")
        for other in alternatives[:at]:
            if other.footprints is each.footprints and other.activity == each.activity:
                what = f"{other.name!r} and {each.name!r} are one and the same"
                raise LcaError(what, each.footprints.system.inventory.label, "name each once")
    return alternatives
