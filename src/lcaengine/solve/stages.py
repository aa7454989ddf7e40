"""Intensities by life-cycle stage: every labelled process owns its burdens and those of the background it draws on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.solve.ordering import Ordering, order_coupling
from lcaengine.solve.solve import Solution, solve_coupling
from lcaengine.system.coupling import Coupling, cut_entries, find_rows, multiply_off_diagonal

__all__ = ["Intensities", "cut_labelled", "solve_stages"]

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Intensities:
    """Burdens per unit of every activity's product, split by label.

    Attributes
    ----------
    parts : (n, labels, k) float64
        Y by label.
    unassigned : (n, k) float64
        What no labelled activity owns.
    total : (n, k) float64
        Y; it solves its own system, verified, and the parts add up to it.
    apart : (n, q) float64
        Sums along the chain that are not split.
    residual : float
        Worst verified componentwise backward error of all solves [1].
    sweeps, factorized : int
        Work done in loops.
    """

    parts: NDArray[np.float64]
    unassigned: NDArray[np.float64]
    total: NDArray[np.float64]
    apart: NDArray[np.float64]
    residual: float
    sweeps: int
    factorized: int


def cut_labelled(coupling: Coupling, labelled: NDArray[np.bool_]) -> Coupling:
    """Keep only entries between unlabelled activities; the diagonal stays."""
    return cut_entries(coupling, ~labelled[find_rows(coupling)] & ~labelled[coupling.indices])


@np.errstate(over="ignore", invalid="ignore")  # what is beyond a float is refused by name
def solve_stages(
    coupling: Coupling,
    direct: NDArray[np.float64],
    label: NDArray[np.int64],
    labels: int,
    name: Callable[[NDArray[np.int64]], str],
    ordering: Ordering | None = None,
    unsplit: NDArray[np.float64] | None = None,
) -> Intensities:
    """Solve for the intensities of all activities, split by label.

    With L the labelled and U the unlabelled activities::

        y_U = inv(A_UU') d_U      e_L = d_L - A_UL' y_U      A' Y_label = e_L masked to the label

    and ``unassigned`` is y_U on U, zero on L. Their sum is where the solution for the total starts.

    Parameters
    ----------
    coupling : Coupling
        A'.
    direct : (n, k) float64
        d, direct burdens of every activity, per gross output.
    label : (n,) int64
        Label of every activity, -1 for none.
    labels : int
        How many labels there are.
    name : callable
        Names activities, for messages.
    ordering : Ordering, optional
    unsplit : (n, q) float64, optional
        Direct burdens of which only the total is asked.

    Returns
    -------
    Intensities

    Raises
    ------
    SolveError
        If A_UU or A is singular, an answer does not verify, or the parts do not add up to the total.
    """
    labelled = label >= 0
    ordering = ordering or order_coupling(coupling)
    background = solve_coupling(cut_labelled(coupling, labelled), np.where(labelled[:, None], 0.0, direct), name)
    owned = np.where(labelled[:, None], direct - multiply_off_diagonal(coupling, background.x), 0.0)
    n, k = direct.shape
    width = labels * k
    right = np.zeros((n, width + (0 if unsplit is None else unsplit.shape[1])))
    for each in range(labels):
        right[label == each, each * k : (each + 1) * k] = owned[label == each]
    if unsplit is not None:
        right[:, width:] = unsplit
    split = solve_coupling(coupling, right, name, ordering)
    del owned, right  # they are large
    parts = split.x[:, :width].reshape(n, labels, k)
    added = parts.sum(axis=1) + background.x
    whole = solve_coupling(coupling, direct, name, ordering, added)
    solutions: list[Solution] = [background, split, whole]
    gap = np.abs(added - whole.x)
    bound = SUM_TOLERANCE * (np.abs(whole.x) + np.abs(parts).sum(axis=1) + np.abs(background.x))
    differs = ~((gap <= bound) & np.isfinite(bound))
    if differs.any():
        bad = np.unique(np.argwhere(differs)[:, 0])[:5]
        fix = "the loop they are in is nearly singular: check its amounts"
        raise SolveError("the parts by stage do not add up to the total", name(bad), fix)
    return Intensities(
        *(parts, background.x, whole.x, split.x[:, width:], max(s.residual for s in solutions)),
        *(sum(s.sweeps for s in solutions), sum(s.factorized for s in solutions)),
    )
