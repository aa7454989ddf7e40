"""Distributions times a factor: in another unit, shared by a co-product, or mirrored at zero where it is negative.

====================== ======================================================= =================================
type                   times f > 0                                             mirrored at zero
====================== ======================================================= =================================
undefined, none        f loc                                                   - loc
lognormal              loc + ln f                                              the flag `negative` turns over
normal                 f loc, f scale                                          - loc
uniform                nothing but its bounds                                  nothing but its bounds
triangular, beta_pert  f loc (the mode)                                        - loc
weibull, gamma         f loc (the offset), f scale                             the flag `negative` turns over
beta                   nothing but its bounds, 0 and 1 where none are given    alpha (loc) and beta (shape) swap
extreme value          f loc, f scale                                          is none of these types
student_t              f loc, f scale (0 and 1 where none are given)           - loc
bernoulli, discrete    is none of these types                                  is none of these types
====================== ======================================================= =================================

Bounds of all types: f minimum and f maximum; mirrored, they swap and change sign.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lcaengine.inventory.schema import UNCERTAINTY_TYPES

__all__ = ["PARAMETERS", "scale_distributions"]

PARAMETERS = ("loc", "scale", "shape", "minimum", "maximum")
_NUMBER = {name: at for at, name in enumerate(UNCERTAINTY_TYPES)}
_LOGNORMAL, _BETA, _STUDENT = _NUMBER["lognormal"], _NUMBER["beta"], _NUMBER["student_t"]
_SCALED_LOC = [_NUMBER[each] for each in ("undefined", "none", "normal", "triangular", "beta_pert", "weibull", "gamma")]
_SCALED_LOC += [_NUMBER["generalized_extreme_value"], _STUDENT]
_SCALED_SCALE = [_NUMBER[each] for each in ("normal", "weibull", "gamma", "generalized_extreme_value", "student_t")]
_FLAGGED = [_NUMBER[each] for each in ("lognormal", "weibull", "gamma")]
_NEGATED_LOC = [_NUMBER[each] for each in ("undefined", "none", "normal", "triangular", "beta_pert", "student_t")]
_RIGID = [_NUMBER[each] for each in ("bernoulli", "discrete_uniform")]
_ONE_SIDED = [_NUMBER["generalized_extreme_value"]]


def scale_distributions(
    parameters: Mapping[str, NDArray[np.float64]], factor: NDArray[np.float64]
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    """Give the distributions of draws times a factor, in the encoding of stats_arrays.

    Parameters
    ----------
    parameters : dict of str to (n,) float64
        ``uncertainty_type`` by number, ``negative`` as 0 or 1, and the five of :data:`PARAMETERS`; NaN for none.
    factor : (n,) float64
        A factor of one leaves its row to the bit.

    Returns
    -------
    scaled : dict of str to (n,) float64
    is_carried : (n,) bool
        False where the type has no such distribution.

    Examples
    --------
    >>> import numpy as np
    >>> none = np.array([np.nan])
    >>> row = {"uncertainty_type": np.array([3.0]), "negative": np.zeros(1), "loc": np.array([2.0])}
    >>> row |= {"scale": np.array([0.5]), "shape": none, "minimum": np.array([1.0]), "maximum": none}
    >>> scaled, is_carried = scale_distributions(row, np.array([-10.0]))
    >>> [float(scaled[name][0]) for name in ("loc", "scale", "minimum", "maximum")], bool(is_carried[0])
    ([-20.0, 5.0, nan, -10.0], True)
    """
    kind = np.asarray(parameters["uncertainty_type"]).astype(np.int64)
    scaled = {name: np.array(parameters[name], np.float64) for name in ("uncertainty_type", "negative", *PARAMETERS)}
    size, mirrored = np.abs(factor), factor < 0
    changes = factor != 1.0
    with np.errstate(divide="ignore", over="ignore"):
        _set(scaled, "minimum", (kind == _BETA) & changes & np.isnan(scaled["minimum"]), 0.0)
        _set(scaled, "maximum", (kind == _BETA) & changes & np.isnan(scaled["maximum"]), 1.0)
        _set(scaled, "scale", (kind == _STUDENT) & changes & np.isnan(scaled["scale"]), 1.0)
        _multiply(scaled, "loc", np.isin(kind, _SCALED_LOC), size)
        _multiply(scaled, "scale", np.isin(kind, _SCALED_SCALE), size)
        for bound in ("minimum", "maximum"):
            _multiply(scaled, bound, np.ones(len(kind), np.bool_), size)
        logarithmic = (kind == _LOGNORMAL) & (size != 1.0)
        scaled["loc"][logarithmic] += np.log(size[logarithmic])
    _mirror(scaled, kind, mirrored)
    lost = (np.isin(kind, _RIGID) & changes) | (np.isin(kind, _ONE_SIDED) & mirrored) | (factor == 0)
    return scaled, ~lost


def _mirror(scaled: dict[str, NDArray[np.float64]], kind: NDArray[np.int64], mirrored: NDArray[np.bool_]) -> None:
    flagged, negated = mirrored & np.isin(kind, _FLAGGED), mirrored & np.isin(kind, _NEGATED_LOC)
    scaled["negative"][flagged] = 1.0 - scaled["negative"][flagged]
    scaled["loc"][negated] *= -1.0
    for one, other, sign, where in (
        ("minimum", "maximum", -1.0, mirrored),
        ("loc", "shape", 1.0, mirrored & (kind == _BETA)),
    ):
        kept = scaled[one][where].copy()
        scaled[one][where] = sign * scaled[other][where]
        scaled[other][where] = sign * kept


def _multiply(
    scaled: dict[str, NDArray[np.float64]], name: str, where: NDArray[np.bool_], by: NDArray[np.float64]
) -> None:
    scaled[name][where] *= by[where]


def _set(scaled: dict[str, NDArray[np.float64]], name: str, where: NDArray[np.bool_], value: float) -> None:
    scaled[name][where] = value
