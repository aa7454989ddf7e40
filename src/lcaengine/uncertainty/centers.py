"""Centers: where a distribution lies, beside the amount that is written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.uncertainty import CENTER_TOLERANCE
from lcaengine.uncertainty.distributions import LOGNORMAL, NORMAL, Distributions
from lcaengine.uncertainty.moments import Moments

__all__ = ["find_centers", "find_far", "find_off_center"]

_BY_LOC = (NORMAL, 5, 13)
"""Normal, triangular and beta-PERT: loc is the center."""


def find_centers(listed: Distributions) -> NDArray[np.float64]:
    """Find the center that an amount is written for: exp(loc) of a lognormal, loc of a normal, triangular, beta-PERT.

    Returns
    -------
    (m,) float64
        [base unit]; NaN of other types, whose amount may be any that they can give.

    Examples
    --------
    >>> import lcaengine as lca
    >>> listed = lca.list_distributions(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> bool((abs(find_centers(listed) / listed.amount - 1) < 0.01).all())
    True
    """
    center = np.where(np.isin(listed.kind, _BY_LOC), listed.loc, np.nan)
    lognormal = listed.kind == LOGNORMAL
    center[lognormal] = np.where(listed.negative, -1.0, 1.0)[lognormal] * np.exp(listed.loc[lognormal])
    return np.asarray(center * listed.factor)


def find_off_center(listed: Distributions) -> NDArray[np.bool_]:
    """Tell which amounts are more than 1 % off the center of their distribution.

    Returns
    -------
    (m,) bool
    """
    center = find_centers(listed)
    return np.asarray(np.abs(listed.amount - center) > CENTER_TOLERANCE * np.abs(center))  # NaN is never more


def find_far(listed: Distributions, moments: Moments) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Tell which amounts are not where their draws are, and where these are.

    Off by more than 1 % of the center of a type that has one; of others by more than one standard deviation of the
    mean.

    Returns
    -------
    is_far : (m,) bool
    center : (m,) float64
        [base unit]
    """
    center = find_centers(listed)
    has_none = np.isnan(center)
    sd = np.sqrt(np.where(np.isfinite(moments.variance), moments.variance, np.inf))
    is_far = np.where(has_none, np.abs(listed.amount - moments.mean) > sd, find_off_center(listed))
    return is_far, np.where(has_none, moments.mean, center)
