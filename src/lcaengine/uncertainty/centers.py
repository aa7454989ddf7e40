"""Centers: where a distribution lies, beside the amount that is written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.center import CENTER_TOLERANCE, find_center
from lcaengine.uncertainty.distributions import Distributions
from lcaengine.uncertainty.moments import Moments

__all__ = ["find_centers", "find_far", "find_off_center"]


def find_centers(listed: Distributions) -> NDArray[np.float64]:
    """Find the centers that amounts are written for: see :func:`~lcaengine.inventory.center.find_center`.

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
    given = {"loc": listed.loc, "minimum": listed.minimum, "maximum": listed.maximum}
    return find_center(listed.kind, listed.negative, given) * listed.factor


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
