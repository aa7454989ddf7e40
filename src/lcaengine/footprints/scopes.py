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

        y_G = inv(A_SS') d_S on G, with S = G and F      y_F = inv(A_FF') d_F      z_F = - inv(A_FF') A_FG' y_G
        a_aa scope_1 = d_a - A_aF' y_F      a_aa scope_2 = - A_aG' y_G - A_aF' z_F
        a_aa upstream = - A' Y  but for what is in scope 1 and 2

    Scope 2 is generation alone (with what a plant burns, and what grids lose), also of the electricity that burning on
    site takes: the supply of fuels, and plants, are upstream. Scope 1 and 2 are the gate-to-gate value, the three the
    cradle-to-gate value.

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
    is_generator, is_burner = _find_makers(system, BOUGHT), _find_makers(system, (BURNED,))
    diagonal = coupling.diagonal[:, None]

    def solve(inside: NDArray[np.bool_], right: NDArray[np.float64]) -> NDArray[np.float64]:
        if not inside.any():
            return np.zeros_like(right)
        return solve_coupling(cut_labelled(coupling, ~inside), np.where(inside[:, None], right, 0.0), name).x

    def draw(intensity: NDArray[np.float64]) -> NDArray[np.float64]:
        return 0.0 - multiply_off_diagonal(coupling, intensity)  # nothing drawn is 0, not -0

    generated = np.where(is_generator[:, None], solve(is_generator | is_burner, direct), 0.0)
    burned = solve(is_burner, direct)
    generated += solve(is_burner, draw(generated))
    parts = np.stack([direct + draw(burned), draw(generated), draw(total - burned - generated)], axis=1)
    parts /= diagonal[:, None]
    parts[~labelled] = 0.0
    gap = np.abs(parts.sum(axis=1) - np.where(labelled[:, None], total, 0.0))
    bound = SUM_TOLERANCE * (np.abs(total) + np.abs(parts).sum(axis=1))
    if (gap > bound).any():
        bad = np.unique(np.argwhere(gap > bound)[:, 0])[:5]
        raise SolveError("the scopes do not add up to the total", name(bad), "check the amounts of these processes")
    return parts


def _find_makers(system: System, categories: Collection[str]) -> NDArray[np.bool_]:
    """Tell which activities make a product of one of the categories, markets among them."""
    category, flow = system.inventory.flows.category, system.activities.flow
    return np.array([f >= 0 and category[f] in categories for f in flow.tolist()], np.bool_)
