"""Center: where a distribution lies, to which its row's amount is held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["CENTER_TOLERANCE", "LARGEST_LOGARITHM", "find_center"]

CENTER_TOLERANCE = 0.01
"""Share of the center that an amount may be off [1]."""
LARGEST_LOGARITHM = float(np.log(np.finfo(np.float64).max))
_LOGNORMAL, _DISCRETE = 2, 7
_BY_LOC = (0, 1, 3, 5, 6, 13)
"""Types whose center is loc: the amount itself, a mean, a mode, and the mean of zero and one."""


def find_center(
    kind: NDArray[np.integer], negative: NDArray[np.bool_], parameters: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Find the center that an amount is written for.

    The median exp(loc) of a lognormal, the mean and median loc of a normal, the mode loc of a triangular or beta-PERT.
    Of whole numbers the mean, since two numbers may share the middle: loc of a bernoulli, (minimum + maximum - 1) / 2
    of a discrete uniform, whose maximum is left out.

    Parameters
    ----------
    kind : (m,) int
        Number of the type; -1 for none that is known.
    negative : (m,) bool
        Whether it is mirrored at zero.
    parameters : dict of str to (m,) float64
        ``loc``, ``minimum``, ``maximum`` in the row's own unit; NaN for none.

    Returns
    -------
    (m,) float64
        [unit of the row]; NaN of other types, whose amount may be any that they can give.

    Examples
    --------
    >>> given = {"loc": [0.3, np.nan], "minimum": [np.nan, 1.0], "maximum": [np.nan, 5.0]}
    >>> given = {name: np.array(values) for name, values in given.items()}
    >>> find_center(np.array([6, 7]), np.zeros(2, np.bool_), given).tolist()
    [0.3, 2.5]
    """
    loc = parameters["loc"]
    center = np.where(np.isin(kind, _BY_LOC), loc, np.nan)
    lognormal = (kind == _LOGNORMAL) & (np.abs(loc) <= LARGEST_LOGARITHM)
    center[lognormal] = np.where(negative, -1.0, 1.0)[lognormal] * np.exp(loc[lognormal])
    discrete = kind == _DISCRETE
    low, high = parameters["minimum"][discrete], parameters["maximum"][discrete]
    with np.errstate(over="ignore"):
        center[discrete] = (np.where(np.isnan(low), 0.0, low) + high - 1.0) / 2.0
    return center
