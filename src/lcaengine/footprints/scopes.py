"""Scopes: what a labelled process emits itself, what making its energy emits, and all that is upstream."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.solve import solve_coupling
from lcaengine.solve.stages import SUM_TOLERANCE, cut_labelled
from lcaengine.system import BOUGHT, BURNED, Coupling, System, build_coupling, multiply_off_diagonal

__all__ = ["SCOPES", "split_scopes"]

SCOPES = ("scope_1", "scope_2", "upstream")


def split_scopes(
    system: System,
    direct: NDArray[np.float64],
    total: NDArray[np.float64],
    is_declared: NDArray[np.bool_],
    name: Callable[[NDArray[np.int64]], str],
) -> NDArray[np.float64]:
    """Split the intensity of every labelled activity into scope 1, scope 2 and upstream.

    With d the direct burdens, G the activities that generate or deliver electricity, steam, heat or cooling, and F
    those that burn fuel on site, both by the category of what they make::

        y_G = inv(A_SS') d_S on G, with S = G and F      y_F = inv(A_FF') d_F      z_F = - inv(A_FF') A_FG' y_G
        a_aa scope_1 = d_a - A_aF' y_F      a_aa scope_2 = - A_aG' y_G - A_aF' z_F
        a_aa upstream = - A' Y  but for what is in scope 1 and 2

    with A_aF and A_aG what a buys, not what it spares others. Scope 2 is generation alone, with what a plant burns and
    grids lose, also for burning on site; the supply of fuels, plants, and credits are upstream. Scope 1 and 2 are the
    gate-to-gate value, the three the cradle-to-gate value. A declared footprint is of no known scope.

    Parameters
    ----------
    system : System
    direct, total : (n, k) float64
        d, per gross output, and Y.
    is_declared : (n,) bool
        Activities known by a declared footprint.
    name : callable
        Names activities, for messages.

    Returns
    -------
    (n, 3, k) float64
        NaN for activities that have no scopes: those without a label, and those that rest on declared figures for them.

    Raises
    ------
    SolveError
        If the three do not add up to the total.

    References
    ----------
    WRI and WBCSD, GHG Protocol Scope 2 Guidance (2015).
    """
    coupling, purchases = system.coupling, _list_purchases(system)
    is_generator, is_burner = _find_makers(system, BOUGHT), _find_makers(system, (BURNED,))

    def solve(inside: NDArray[np.bool_], right: NDArray[np.float64]) -> NDArray[np.float64]:
        if not inside.any():
            return np.zeros_like(right)
        return solve_coupling(cut_labelled(coupling, ~inside), np.where(inside[:, None], right, 0.0), name).x

    def draw(of: Coupling, intensity: NDArray[np.float64]) -> NDArray[np.float64]:
        return 0.0 - multiply_off_diagonal(of, intensity)  # nothing drawn is 0, not -0

    def generate(right: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give what burning on site, and what generating energy, adds to a unit of what G and F deliver."""
        generated = np.where(is_generator[:, None], solve(is_generator | is_burner, right), 0.0)
        return solve(is_burner, right), generated + solve(is_burner, draw(coupling, generated))

    burned, generated = generate(direct)
    first, second = draw(purchases, burned), draw(purchases, generated)
    parts = np.stack([direct + first, second, draw(coupling, total) - first - second], axis=1)
    parts /= coupling.diagonal[:, None, None]
    declares = is_declared.astype(np.float64)[:, None]
    touched = declares + draw(purchases, np.abs(sum(generate(declares)))) != 0
    parts[(system.activities.stage < 0) | touched[:, 0]] = np.nan
    _check_sum(parts, total, name)
    return parts


def _list_purchases(system: System) -> Coupling:
    """Give A' off the diagonal without credits."""
    demands = system.demands
    own = (demands.provider >= 0) & ~demands.is_credit
    ends = (demands.activity[own], demands.provider[own], -demands.amount[own])
    return build_coupling(np.zeros(len(system.coupling)), *ends)


def _check_sum(
    parts: NDArray[np.float64], total: NDArray[np.float64], name: Callable[[NDArray[np.int64]], str]
) -> None:
    gap = np.abs(parts.sum(axis=1) - total)
    bound = SUM_TOLERANCE * (np.abs(total) + np.abs(parts).sum(axis=1))
    if (gap > bound).any():
        bad = np.unique(np.argwhere(gap > bound)[:, 0])[:5]
        raise SolveError("the scopes do not add up to the total", name(bad), "check the amounts of these processes")


def _find_makers(system: System, categories: Collection[str]) -> NDArray[np.bool_]:
    """Tell which activities make a product of one of the categories, markets among them."""
    category, flow = system.inventory.flows.category, system.activities.flow
    return np.array([f >= 0 and category[f] in categories for f in flow.tolist()], np.bool_)
