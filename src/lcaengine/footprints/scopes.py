"""Scopes: what a labelled process emits itself, what making its energy emits, and all that is upstream."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.solve import solve_coupling
from lcaengine.solve.stages import SUM_TOLERANCE, cut_labelled
from lcaengine.system import BOUGHT, BURNED, System, multiply_off_diagonal

__all__ = ["SCOPES", "split_scopes"]

SCOPES = ("scope_1", "scope_2", "upstream")


def split_scopes(
    system: System,
    direct: NDArray[np.float64],
    total: NDArray[np.float64],
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Split the intensity of every labelled activity into scope 1, scope 2 and upstream.

    With d the direct burdens, G the activities that generate or deliver electricity, steam, heat or cooling, and F
    those that burn fuel on site, both by the category of what they make::

        y_G = inv(A_GG') d_G      y_F = inv(A_FF') d_F
        a_aa scope_1 = d_a - A_aF' y_F      a_aa scope_2 = - A_aG' y_G
        a_aa upstream = - A' Y  but for what is in scope 1 and 2

    Scope 2 is generation alone (with what grids lose): fuels and plants are upstream. Scope 1 and 2 are the
    gate-to-gate value, the three the cradle-to-gate value.

    Parameters
    ----------
    system : System
    direct : (n, k) float64
        d, per gross output.
    total : (n, k) float64
        Y.
    name : callable
        Names activities, for messages.

    Returns
    -------
    (n, 3, k) float64
        Zero for activities without a label.

    Raises
    ------
    SolveError
        If the three do not add up to the total.

    References
    ----------
    WRI and WBCSD, GHG Protocol Scope 2 Guidance (2015).
    """
    coupling = system.coupling
    labelled = system.activities.stage >= 0
    generated, is_generator = _solve_inside(system, BOUGHT, direct, name)
    burned, is_burner = _solve_inside(system, (BURNED,), direct, name)
    diagonal = coupling.diagonal[:, None]

    def draw(intensity: NDArray[np.float64]) -> NDArray[np.float64]:
        return 0.0 - multiply_off_diagonal(coupling, intensity) / diagonal  # nothing drawn is 0, not -0

    parts = np.stack(
        [
            direct / diagonal + draw(np.where(is_burner[:, None], burned, 0.0)),
            draw(np.where(is_generator[:, None], generated, 0.0)),
            draw(total - np.where(is_burner[:, None], burned, 0.0) - np.where(is_generator[:, None], generated, 0.0)),
        ],
        axis=1,
    )
    parts[~labelled] = 0.0
    gap = np.abs(parts.sum(axis=1) - np.where(labelled[:, None], total, 0.0))
    bound = SUM_TOLERANCE * (np.abs(total) + np.abs(parts).sum(axis=1))
    if (gap > bound).any():
        bad = np.unique(np.argwhere(gap > bound)[:, 0])[:5]
        raise SolveError("the scopes do not add up to the total", name(bad), "check the amounts of these processes")
    return parts


def _solve_inside(
    system: System, categories: Collection[str], direct: NDArray[np.float64], name: Callable[[NDArray[np.int64]], str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give what activities of a category, and those of it they draw on, emit per unit; and which these are."""
    categories_of, flow = system.inventory.flows.category, system.activities.flow
    inside = np.array([f >= 0 and categories_of[f] in categories for f in flow.tolist()], np.bool_)
    if not inside.any():
        return np.zeros_like(direct), inside
    own = np.where(inside[:, None], direct, 0.0)
    return solve_coupling(cut_labelled(system.coupling, ~inside), own, name).x, inside
