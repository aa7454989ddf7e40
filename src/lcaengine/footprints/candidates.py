"""Candidates: how several activities that one name fits are told apart."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lcaengine.footprints.footprints import Footprints

__all__ = ["identify_one", "list_candidates", "say_ids", "tell_apart"]

MOST_NAMED = 8
"""How many candidates a message names."""
WAYS = (
    ("process", "process_id, or --process"),
    ("product", "product_id, or --product"),
    ("location", "location, or --location"),
)
"""What tells activities apart, and how it is given in Python and on the command line."""


def identify_one(footprints: Footprints, activity: int) -> tuple[str, str, str]:
    """Give process or bill, product, and location of an activity; a market has no process, a bill no product."""
    activities, flow = footprints.system.activities, int(footprints.system.activities.flow[activity])
    product = footprints.system.inventory.flows.ids[flow].as_py() if flow >= 0 else ""
    return activities.name[activity], product, activities.location[activity]


def say_ids(footprints: Footprints, activity: int) -> str:
    """Say by which ids an activity is asked for, in Python and on the command line.

    Returns
    -------
    str
        A process or bill, with its product; of a market, which has no process, the product and the place.
    """
    process, product, place = identify_one(footprints, activity)
    ids = {"process": process, "product": product, "location": "" if process else place}
    given = {name: value for name, value in ids.items() if value}
    options = " ".join(f"--{name} {shlex.quote(value)}" for name, value in given.items())
    names = {"process": "process_id", "product": "product_id", "location": "location"}
    return f"{options}, or {', '.join(f'{names[name]}={value!r}' for name, value in given.items())}"


def tell_apart(footprints: Footprints, found: Sequence[int]) -> str:
    """Say what else is to be given so that one of several activities is named, and what it may be.

    Parameters
    ----------
    footprints : Footprints
    found : sequence of int
        Activities that one name fits.

    Returns
    -------
    str
        What tells all apart, and its values; or all that is known of each, where no one thing does.
    """
    known = [identify_one(footprints, a) for a in found]
    for at, (word, how) in enumerate(WAYS):
        values = [each[at] for each in known]
        if all(values) and len(set(values)) == len(values):
            return f"give the {word} ({how}): {list_candidates(values)}"
    shown = [" ".join(part for part in (name or "market", *rest) if part) for name, *rest in known]
    return f"give more of what names it (process, product, location): {list_candidates(shown)}"


def list_candidates(names: Sequence[str]) -> str:
    """List candidates, the first few of many.

    Examples
    --------
    >>> list_candidates(["mine-a", "mine-b"])
    'mine-a; mine-b'
    """
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{'; '.join(names[:MOST_NAMED])}{more}"
