"""Distributions of EcoSpold 1, in the encoding of the tables.

===== ============ =================================================================
code  name         what the file gives
===== ============ =================================================================
1     lognormal    meanValue, standardDeviation95 = square of the geometric standard deviation
2     normal       meanValue, standardDeviation95 = two standard deviations
3     triangular   minValue, maxValue, mostLikelyValue (else three times the mean less the bounds)
4     uniform      minValue, maxValue
===== ============ =================================================================

References
----------
ecoinvent Centre, EcoSpold Data Format 1.2 (2011): EcoSpold01FlowData.xsd, fields 3708, 3709, 3792, 3795-3797.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.ecospold.elements import Distribution, read_attribute, read_measure

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_pedigree", "read_uncertainty"]

_SCORE = r"\s*([1-5])\s*"
_PEDIGREE = re.compile(rf"\s*\({_SCORE}[,;]{_SCORE}[,;]{_SCORE}[,;]{_SCORE}[,;]{_SCORE}(?:[,;][^)]*)?\)")
_FIELDS = ("standardDeviation95", "minValue", "maxValue", "mostLikelyValue")


def read_uncertainty(exchange: etree._Element, amount: float, draft: Draft, where: str) -> Distribution:
    """Read the distribution of an exchange; one that is incomplete is reported, and the amount stays.

    Parameters
    ----------
    exchange : lxml.etree._Element
        Of an exchange.
    amount : float
        Its meanValue.
    draft : Draft
        Receives remarks.
    where : str
        Exchange and data set.

    Returns
    -------
    dict
        Columns of the row; empty where there is no distribution.
    """
    code = read_attribute(exchange, "uncertaintyType")
    deviation, low, high, mode = (read_measure(exchange, name, where) for name in _FIELDS)
    given = [number for number in (deviation, low, high, mode) if number is not None]
    if not given:
        return {}
    if not is_measured(amount, *given):
        draft.lose("distributions whose parameters are infinite or no number; the amount stays", where)
        return {}
    if not code and deviation is not None:
        code = "1"  # field 3708: lognormal is the default
    if code in ("1", "2") and deviation == 0:
        draft.lose("distributions of no spread: standardDeviation95 is 0; the amount stays", where)
        return {}
    if code in ("1", "2"):
        if low is not None or high is not None or mode is not None:
            draft.lose("quantiles beside a lognormal or normal distribution, which has them already", where)
        found = _read_spread(code, amount, deviation)
    elif low is not None and high is not None and code == "3":
        mode = 3 * amount - low - high if mode is None else mode  # field 3797
        found = {"uncertainty_type": "triangular", "loc": mode, "minimum": low, "maximum": high}
    elif low is not None and high is not None and code == "4":
        found = {"uncertainty_type": "uniform", "minimum": low, "maximum": high}
    else:
        found = {}
    if not found:
        draft.lose("distributions that are incomplete or of no known type; the amount stays", where)
    return found


def _read_spread(code: str, amount: float, deviation: float | None) -> Distribution:
    if deviation is None:
        return {}
    if code == "2":
        return {"uncertainty_type": "normal", "loc": amount, "scale": deviation / 2} if deviation > 0 else {}
    if deviation == 1:  # a geometric standard deviation of one: no spread
        return {"uncertainty_type": "none", "loc": amount}
    if deviation < 1 or amount == 0:
        return {}
    found: Distribution = {
        "uncertainty_type": "lognormal",
        "loc": math.log(abs(amount)),
        "scale": math.log(deviation) / 2,
    }
    return found | {"negative": True} if amount < 0 else found


def read_pedigree(exchange: etree._Element) -> str | None:
    """Read the pedigree that field 3792 begins with: ``(2,3,1,4,3,5); measured``; the sample size stays in the comment.

    Returns
    -------
    str or None
        ``2;3;1;4;3``, None where there is none.
    """
    found = _PEDIGREE.match(exchange.get("generalComment") or "")
    return ";".join(found.groups()) if found else None
