"""Distributions and pedigrees of EcoSpold 2, in the encoding of the tables.

=========== ======================================================================================
lognormal   meanValue, mu, varianceWithPedigreeUncertainty: sigma is the root of the latter
normal      meanValue, varianceWithPedigreeUncertainty
triangular  minValue, mostLikelyValue, maxValue
uniform     minValue, maxValue
beta        minValue, mostFrequentValue, maxValue: shapes 1 + 4 (m - a) / (b - a) and 6 less that, a beta-PERT
gamma       shape, scale, minValue
=========== ======================================================================================

References
----------
ecoinvent Centre, EcoSpold 2.0.14: EcoSpold02DataTypes.xsd, TUncertainty, fields 2100-2186.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.ecospold.elements import Distribution, read_attribute, read_measure

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_pedigree", "read_uncertainty"]

_SCORES = (
    *("reliability", "completeness", "temporalCorrelation", "geographicalCorrelation"),
    "furtherTechnologyCorrelation",
)
_ATTRIBUTES = {
    "triangular": {"loc": "mostLikelyValue", "minimum": "minValue", "maximum": "maxValue"},
    "uniform": {"minimum": "minValue", "maximum": "maxValue"},
    "beta": {"loc": "mostFrequentValue", "minimum": "minValue", "maximum": "maxValue"},
    "gamma": {"loc": "minValue", "scale": "scale", "shape": "shape"},
}
"""Parameters of the tables, and the attributes that hold them."""
BETA_WEIGHT = 4.0
"""Lambda of the beta-PERT whose shapes the format's formula gives."""


def read_uncertainty(exchange: etree._Element, amount: float, draft: Draft, where: str) -> Distribution:
    """Read the distribution of an exchange; one that cannot be carried is reported, and the amount stays.

    Parameters
    ----------
    exchange : lxml.etree._Element
    amount : float
    draft : Draft
        Receives remarks.
    where : str
        Exchange and data set.

    Returns
    -------
    dict
        Columns of the row; empty where there is no distribution.
    """
    uncertainty = exchange.find("{*}uncertainty")
    if uncertainty is None:
        return {}
    for element in uncertainty.iterchildren("{*}*"):
        kind = element.tag.rpartition("}")[2]
        if kind in ("pedigreeMatrix", "comment"):
            continue
        if kind in ("lognormal", "normal"):
            found = _read_spread(kind, element, amount, where)
        elif kind in _ATTRIBUTES:
            found = _read_parameters(kind, element, where)
        else:
            draft.lose(f"{kind} distributions, which the tables do not have; the amount stays", where)
            return {}
        if not found:
            draft.lose("distributions that are incomplete, or of no spread; the amount stays", where)
        elif not is_measured(*(value for value in found.values() if isinstance(value, float))):
            draft.lose("distributions whose parameters are infinite or no number; the amount stays", where)
            return {}
        return found
    return {}


def _read_spread(kind: str, element: etree._Element, amount: float, where: str) -> Distribution:
    variance = read_measure(element, "varianceWithPedigreeUncertainty", where)
    if variance is None:
        variance = read_measure(element, "variance", where)
    mean = read_measure(element, "meanValue", where)
    center = amount if mean is None else mean
    if variance is None or not variance > 0:
        return {}
    if kind == "normal":
        return {"uncertainty_type": kind, "loc": center, "scale": math.sqrt(variance)}
    mu = read_measure(element, "mu", where)
    if mu is None:
        if not 0 < abs(center) < math.inf:
            return {}
        mu = math.log(abs(center))
    found: Distribution = {"uncertainty_type": kind, "loc": mu, "scale": math.sqrt(variance)}
    return found | {"negative": True} if amount < 0 else found


def _read_parameters(kind: str, element: etree._Element, where: str) -> Distribution:
    found: Distribution = {"uncertainty_type": "beta_pert" if kind == "beta" else kind}
    for column, name in _ATTRIBUTES[kind].items():
        value = read_measure(element, name, where)
        if value is None:
            return {}
        found[column] = abs(value) if kind == "gamma" and column != "loc" else value
    return found | {"scale": BETA_WEIGHT} if kind == "beta" else found


def read_pedigree(exchange: etree._Element) -> str | None:
    """Read the pedigree of an exchange as ``2;3;1;4;3``; None where there is none."""
    matrix = exchange.find("{*}uncertainty/{*}pedigreeMatrix")
    if matrix is None:
        return None
    return ";".join(read_attribute(matrix, name) for name in _SCORES)
