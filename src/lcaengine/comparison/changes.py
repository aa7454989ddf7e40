"""Changes: the entries of two versions that differ, and what each does to a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.comparison.terms import SAME, Label, Terms
from lcaengine.solve import order_coupling, solve_coupling
from lcaengine.system import Coupling, transpose

__all__ = ["Changed", "find_supplies", "pair_terms", "weigh_changes"]

BLOCK = 64
"""Solved side by side."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Entries of two versions that differ, paired."""

    label: list[Label]
    activity: NDArray[np.int64]
    provider: NDArray[np.int64]
    value: tuple[NDArray[np.float64], NDArray[np.float64]]
    amount: tuple[NDArray[np.float64], NDArray[np.float64]]


def pair_terms(first: Terms, second: Terms) -> Changed:
    """Pair the entries of two versions by what they are, and keep those that differ.

    Returns
    -------
    Changed
    """
    of = [{label: at for at, label in enumerate(terms.label)} for terms in (first, second)]
    labels = sorted(set(of[0]) | set(of[1]))
    columns = first.value.shape[1]
    values, amounts, places = [], [], []
    for terms, position in zip((first, second), of, strict=True):
        at = np.array([position.get(label, -1) for label in labels], np.int64)
        has = at >= 0
        value, amount = np.zeros((len(labels), columns)), np.full(len(labels), np.nan)
        value[has], amount[has] = terms.value[at[has]], terms.amount[at[has]]
        place = np.full((len(labels), 2), -2, np.int64)
        place[has] = np.stack([terms.activity[at[has]], terms.provider[at[has]]], axis=1)
        values.append(value)
        amounts.append(amount)
        places.append(place)
    most = np.maximum(np.abs(values[0]), np.abs(values[1]))
    differ = np.asarray((np.abs(values[1] - values[0]) > SAME * most).any(axis=1))
    place = np.maximum(places[0], places[1])[differ]
    kept = [label for label, is_one in zip(labels, differ.tolist(), strict=True) if is_one]
    return Changed(
        kept,
        place[:, 0],
        place[:, 1],
        (values[0][differ], values[1][differ]),
        (amounts[0][differ], amounts[1][differ]),
    )


def find_supplies(
    coupling: Coupling,
    moved: NDArray[np.int64],
    shown: NDArray[np.int64],
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Find how much of some activities one unit of each of some others calls for, by the fewer solves.

    ``A s = f`` gives s of all activities for one demand; ``A' x = e_j`` gives s_j for all demands.

    Parameters
    ----------
    coupling : Coupling
        A'.
    moved, shown : (m,), (e,) int64
        Whose supply, and for whom.
    name : callable

    Returns
    -------
    (m, e) float64
    """
    supply = np.zeros((len(moved), len(shown)))
    by_moved = len(moved) <= len(shown)
    matrix, each_of, read = (coupling, moved, shown) if by_moved else (transpose(coupling), shown, moved)
    ordering = order_coupling(matrix)
    for start in range(0, len(each_of), BLOCK):
        block = each_of[start : start + BLOCK]
        right = np.zeros((len(coupling), len(block)))
        right[block, np.arange(len(block))] = 1.0
        found = solve_coupling(matrix, right, name, ordering).x[read]
        here = slice(start, start + len(block))
        if by_moved:
            supply[here] = found.T
        else:
            supply[:, here] = found
    return supply


def weigh_changes(
    changed: Changed,
    supply: tuple[NDArray[np.float64], NDArray[np.float64]],
    intensity: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Give the effect of every changed entry on one score.

    Parameters
    ----------
    changed : Changed
    supply : pair of (entries,) float64
        Old and new, of the activity of each entry.
    intensity : pair of (n, k) float64
        Old and new.

    Returns
    -------
    (entries, k) float64
    """
    i = np.maximum(changed.provider, 0)
    gap = changed.value[1] - changed.value[0]
    direct = gap * ((supply[0] + supply[1]) / 2)[:, None]
    crossed = (intensity[1][i] * supply[0][:, None] + intensity[0][i] * supply[1][:, None]) / 2
    return np.asarray(np.where((changed.provider >= 0)[:, None], -crossed * gap[:, :1], direct))
