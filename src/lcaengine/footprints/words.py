"""Words that name activities on the command line: an id, ``PROCESS:PRODUCT``, ``PRODUCT@PLACE``, ``supplier=alpha``."""

from __future__ import annotations

from collections.abc import Sequence

from lcaengine.footprints.footprints import Footprints

__all__ = ["find_word"]

KINDS = ("process", "demand", "product", "supplier")
"""What a word of the command line may say an id is of: ``supplier=alpha``."""


def find_word(footprints: Footprints, word: str) -> list[int]:
    """Find what a word names: as an id of any kind, or of the kind it says, else as ids that are joined.

    Parameters
    ----------
    footprints : Footprints
    word : str
        Id of a process, bill, product or supplier; ``supplier=alpha``, an id of that kind; ``PROCESS:PRODUCT``, one
        product of a process that makes several; ``PRODUCT@PLACE``, the market of a place.

    Returns
    -------
    list of int
        Activities; none where it names nothing.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> find_word(footprints, "mine-a:ore") == find_word(footprints, "alpha") == find_word(footprints, "mine-a")
    True
    """
    kind, _, rest = word.partition("=")
    supplier = footprints.system.activities.supplier
    every = {"process", "product", "supplier"}
    found = _find_id(footprints, supplier, word, every)
    if not found and kind in KINDS and rest:
        found = _find_id(footprints, supplier, rest, {kind})
    return found or _find_joined(footprints, word)


def _find_id(footprints: Footprints, supplier: Sequence[str], id: str, kinds: set[str]) -> list[int]:
    found: set[int] = set()
    if kinds & {"process", "demand"}:
        found |= set(footprints.find(process_id=id))
    if "product" in kinds:
        found |= set(footprints.find(product_id=id))
    if "supplier" in kinds:
        found |= {a for a, each in enumerate(supplier) if each == id}
    return sorted(found)


def _find_joined(footprints: Footprints, word: str) -> list[int]:
    """Find what ``PROCESS:PRODUCT`` or ``PRODUCT@PLACE`` names; ids may hold these signs themselves."""
    found: set[int] = set()
    for at, sign in enumerate(word):
        first, second = word[:at], word[at + 1 :]
        if sign == ":" and first and second:
            found |= set(footprints.find(process_id=first, product_id=second))
        if sign == "@" and first and second:
            found |= set(footprints.find(product_id=first, location=second))
    return sorted(found)
