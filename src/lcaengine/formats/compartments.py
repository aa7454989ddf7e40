"""Compartments as EcoSpold files write them, and what they are called in the factors of a method.

The compartment is translated, exactly or not at all; the sub-compartment stays as it was written.
"""

from __future__ import annotations

__all__ = ["find_compartment"]

COMPARTMENTS = {
    "air": "air",
    "water": "water",
    "soil": "soil",
    "resource": "resource",
    "natural resource": "resource",
    "Emission to air": "air",
    "Emission to water": "water",
    "Emission to soil": "soil",
    "Resource": "resource",
}
"""As ecoinvent 2 and 3 and openLCA's own reference data name them."""

_CONTEXTS = {
    "air": ("air", "troposphere", "stratosphere", "rural", "urban", "indoor"),
    "water": ("water", "fresh water body", "saline water body", "brackish water body", "subterranean"),
    "soil": ("ground", "human-dominated", "terrestrial"),
}
CONTEXTS = {context: compartment for compartment, contexts in _CONTEXTS.items() for context in contexts}
"""Contexts of the Federal Elementary Flow List (Edelen, Hottle, Cashman, Ingwersen 2019, The Federal LCA Commons
Elementary Flow List, EPA/600/R-19/092, section 3): below `emission` and `resource` stand air, ground and water, and
below these the others. openLCA writes the last two levels of such a path as category and subcategory."""


def find_compartment(category: str, subcategory: str, is_input: bool) -> tuple[str, str]:
    """Give compartment and sub-compartment of an elementary flow; a category that is not known stays as it is.

    Parameters
    ----------
    category, subcategory : str
        As the file writes them.
    is_input : bool
        Whether the flow is taken from nature: the paths of the Federal Elementary Flow List come without their top,
        which tells ``resource/water`` from ``emission/water``.

    Returns
    -------
    (str, str)

    Examples
    --------
    >>> find_compartment("natural resource", "in ground", True), find_compartment("air", "unspecified", False)
    (('resource', 'in ground'), ('air', 'unspecified'))
    >>> find_compartment("emission", "air", False), find_compartment("troposphere", "rural", False)
    (('air', ''), ('air', 'troposphere/rural'))
    >>> find_compartment("ground", "subterranean", True), find_compartment("fresh water body", "river", False)
    (('resource', 'ground/subterranean'), ('water', 'fresh water body/river'))
    """
    if category == "emission" and subcategory in CONTEXTS:
        return CONTEXTS[subcategory], ""
    if category == "resource" and subcategory in (*CONTEXTS, "biotic"):
        return "resource", subcategory
    if subcategory in CONTEXTS or (category in CONTEXTS and category not in COMPARTMENTS):
        return ("resource" if is_input else CONTEXTS.get(category, category)), f"{category}/{subcategory}"
    return COMPARTMENTS.get(category, category), subcategory
