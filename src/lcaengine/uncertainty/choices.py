"""Choices: what is asked of draws, checked before any is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import find_ends
from lcaengine.footprints.words import find_word
from lcaengine.uncertainty.draws import LARGEST_SEED, check_whole
from lcaengine.uncertainty.limits import check_limits, refuse_undrawn, take_limit
from lcaengine.uncertainty.static import check_static

__all__ = ["FEWEST_DRAWS", "check_choices", "check_progress", "find_kept", "match_limits"]

FEWEST_DRAWS = 2
DRAWN_SPLITS = ("stage", "supplier", "location")


def check_choices(draws: int, seed: int, by: str, static: str = "written") -> tuple[int, int]:
    """Raise where there are too few draws, the seed is none, or split or static values are none that there are.

    Returns
    -------
    draws, seed : int
        As plain numbers, whatever whole numbers they were.
    """
    check_static(static)
    draws, seed = check_whole(draws, "draws"), check_whole(seed, "seed")
    if draws < FEWEST_DRAWS:
        raise LcaError(f"{draws} draw(s) are too few", "draws", f"ask for {FEWEST_DRAWS} or more")
    if not (0 <= seed <= LARGEST_SEED):
        raise LcaError(f"a seed of {seed} is none", "seed", "give a whole number from 0 to 2^64 - 1")
    if not isinstance(by, str) or by not in DRAWN_SPLITS:
        raise LcaError(f"draws are not split by {by}", "by", "split by stage, supplier or location", given=by)
    return draws, seed


def check_progress(progress: object) -> None:
    """Raise where what is told draws done cannot be called."""
    if progress is not None and not callable(progress):
        fix = "give a function of draws done, and all; or None"
        raise LcaError(f"progress is {progress!r}, which cannot be called", "progress", fix, given=progress)


def find_kept(footprints: Footprints, keep: Sequence[str | int]) -> NDArray[np.int64]:
    """Find the activities whose draws are kept: end products, where none is named.

    Returns
    -------
    (m,) int64

    Raises
    ------
    LcaError
        If what is kept is no list, or none of the inventory.
    """
    keep = () if keep is None else keep
    if isinstance(keep, str) or not isinstance(keep, Iterable):
        raise LcaError(f"what is kept is {keep!r}", "keep", 'give a list: ["refinery"]', given=keep)
    found = [activity for each in keep for activity in _find_named(footprints, each)]
    return np.unique(np.array(found or find_ends(footprints), np.int64))


def _find_named(footprints: Footprints, each: object) -> list[int]:
    """Find the activities of an id, or the one at a position."""
    named: list[int] = []
    if isinstance(each, (int, np.integer)) and not isinstance(each, bool):
        if not (0 <= each < len(footprints.value)):
            fix = f"count from 0 to {len(footprints.value) - 1}, or name a process, bill or product"
            raise LcaError(f"there is no activity {each}", "keep", fix, given=each)
        named = [int(each)]
    elif isinstance(each, str) and each:  # an empty one would name all
        named = footprints.find(process_id=each) or footprints.find(product_id=each) or find_word(footprints, each)
    if not named:
        fix = "name one of the inventory, or PROCESS:PRODUCT or PRODUCT@PLACE"
        raise LcaError(f"{each!r} is no process, bill, product or supplier", "keep", fix, given=each)
    return named


def match_limits(footprints: Footprints, limits: Mapping[str, float] | None, chosen: Sequence[int]) -> dict[int, float]:
    """Give limits by the position of their indicator.

    Returns
    -------
    dict of int to float

    Raises
    ------
    LcaError
        If one is none, or is of what is not drawn.
    """
    taken = {}
    for name, limit in check_limits(limits).items():
        (k,) = footprints.select([name])
        if k not in chosen:
            raise refuse_undrawn(name)
        taken[k] = take_limit(limit)
    return taken
