"""Pedigree: five scores of a datum's quality, and the spread that a published table gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.words import pick

__all__ = ["FACTORS", "INDICATORS", "TABLES", "Pedigree", "find_sigma", "read_scores", "take_pedigree"]

INDICATORS = ("reliability", "completeness", "temporal", "geographical", "technological")
"""What the five scores are about, in their order."""
_NONE = np.nan
TABLES = {
    # Weidema, B. P. et al. (2013). Overview and methodology: data quality guideline for the ecoinvent database
    # version 3. Ecoinvent report 1(v3), table 10.5, as variances (ln U / 2)^2; the same factors as in openLCA.
    "ecoinvent-3": np.array(
        [
            [1.0, 1.05, 1.10, 1.20, 1.50],
            [1.0, 1.02, 1.05, 1.10, 1.20],
            [1.0, 1.03, 1.10, 1.20, 1.50],
            [1.0, 1.01, 1.02, 1.05, 1.10],
            [1.0, 1.05, 1.20, 1.50, 2.00],
        ]
    ),
    # Ciroth, A. et al. (2016). Empirically based uncertainty factors for the pedigree matrix in ecoinvent.
    # Int. J. Life Cycle Assess. 21, 1338-1348. Three scores of 5 have no factor there.
    "ciroth-2016": np.array(
        [
            [1.0, 1.54, 1.61, 1.69, _NONE],
            [1.0, 1.03, 1.04, 1.08, _NONE],
            [1.0, 1.03, 1.10, 1.19, 1.29],
            [1.0, 1.04, 1.08, 1.11, _NONE],
            [1.0, 1.18, 1.65, 2.08, 2.80],
        ]
    ),
}
"""Uncertainty factors by table, a row an indicator and a column a score."""
LARGEST_BASIC = 1e6
"""The largest basic uncertainty factor [1]: the published ones end at 10 (ecoinvent report 1(v3), table 10.4)."""
FACTORS = ("gsd2", "gsd")
"""What the factors are read as: squared geometric standard deviations, or these themselves."""


@dataclass(frozen=True, slots=True)
class Pedigree:
    """How the pedigree of a row that states no distribution becomes one.

    Attributes
    ----------
    table : {"ecoinvent-3", "ciroth-2016", "none"}
        Table of uncertainty factors; ``none`` leaves such rows without a distribution.
    factors : {"gsd2", "gsd"}
        What the factors are: squares of geometric standard deviations, as ecoinvent has them, or these themselves, as
        Ciroth et al. define theirs. Programs differ in it, and results with them.
    basic : float
        Basic uncertainty factor, for the row as it would be with the best scores [1]; from 1 to a million.

    Examples
    --------
    >>> Pedigree(table="ciroth-2016", factors="gsd").basic
    1.05
    """

    table: str = "ecoinvent-3"
    factors: str = "gsd2"
    basic: float = 1.05

    def __post_init__(self) -> None:
        if not isinstance(self.table, str) or self.table not in (*TABLES, "none"):
            raise LcaError(
                f"{self.table!r} is no table of pedigree factors", "", f"choose one of {', '.join(TABLES)}, none"
            )
        if self.factors not in FACTORS:
            raise LcaError(f"{self.factors!r} is no kind of pedigree factor", "", f"choose one of {', '.join(FACTORS)}")
        basic: object = self.basic
        if not isinstance(basic, (int, float, np.number)) or not (1.0 <= basic <= LARGEST_BASIC):
            what, fix = f"a basic uncertainty of {self.basic!r} is none", f"give a factor from 1 to {LARGEST_BASIC:g}"
            raise LcaError(what, "", fix)


def take_pedigree(pedigree: object) -> Pedigree:
    """Give a choice of pedigrees as it is, or the usual one where there is none.

    Raises
    ------
    LcaError
        If it is something else.
    """
    if pedigree is None:
        return Pedigree()
    if not isinstance(pedigree, Pedigree):
        raise LcaError(f"{pedigree!r} is no choice of pedigrees", "pedigree", "give lca.Pedigree(...)")
    return pedigree


def find_sigma(scores: NDArray[np.int64], pedigree: Pedigree) -> NDArray[np.float64]:
    """Find the standard deviation of the logarithm that a table gives to scores.

    ``sigma = ln(GSD^2) / 2 = sqrt(ln^2 U_b + sum_i ln^2 U_i) / 2``, where factors are squares; without the half where
    they are not.

    Parameters
    ----------
    scores : (m, 5) int64
        From 1 to 5.
    pedigree : Pedigree
        With a table.

    Returns
    -------
    (m,) float64
        [1]; NaN where the table has no factor for a score.

    Examples
    --------
    >>> import numpy as np
    >>> find_sigma(np.array([[2, 3, 1, 4, 3]]), Pedigree()).round(4).tolist()  # ecoinvent report 1(v3), section 10.4
    [0.1034]
    """
    factor = TABLES[pedigree.table][np.arange(len(INDICATORS)), scores - 1]
    logarithm = np.sqrt(np.log(pedigree.basic) ** 2 + (np.log(factor) ** 2).sum(axis=1))
    sigma: NDArray[np.float64] = logarithm / 2.0 if pedigree.factors == "gsd2" else logarithm
    return sigma


def read_scores(frame: Frame) -> NDArray[np.int64]:
    """Read pedigrees, once a distinct one.

    Parameters
    ----------
    frame : Frame
        `exchanges`.

    Returns
    -------
    (rows, 5) int64
        From 1 to 5, in order of :data:`INDICATORS`; zeros where a row has none.
    """
    column = frame.columns["pedigree"]
    words = np.array([[int(score) for score in each.split(";")] for each in column.dictionary.to_pylist()], np.int64)
    by_word = np.concatenate([words.reshape(-1, len(INDICATORS)), np.zeros((1, len(INDICATORS)), np.int64)])
    place = np.asarray(pick(column, np.arange(len(words)), len(words)), np.int64)
    return np.asarray(by_word[place], np.int64)
