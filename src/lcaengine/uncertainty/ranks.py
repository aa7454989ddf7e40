"""Ranks: how draws of a score go along with draws of what it rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["correlate_ranks"]

Numbers = NDArray[np.float64]


def correlate_ranks(values: Numbers, scores: Numbers) -> Numbers:
    """Correlate ranks of drawn values with those of a score (Spearman's rho).

    Parameters
    ----------
    values : (m, draws) float64
    scores : (draws,) float64
        NaN in draws that have no answer; these are left out.

    Returns
    -------
    (m,) float64
        From -1 to 1; NaN where either does not vary, or fewer than three draws have an answer. Of what has nothing to
        do with the score it is zero with a standard error of ``1 / sqrt(draws - 1)``.

    References
    ----------
    Kendall, M. and Gibbons, J. D. (1990). Rank correlation methods, 5th ed.

    Examples
    --------
    >>> import numpy as np
    >>> from lcaengine.uncertainty.ranks import correlate_ranks
    >>> values = np.array([[1.0, 2.0, 3.0, 4.0], [8.0, 4.0, 2.0, 1.0]])
    >>> correlate_ranks(values, np.array([1.0, 4.0, 9.0, 16.0])).tolist()
    [1.0, -1.0]
    """
    from scipy.stats import rankdata

    answered = ~np.isnan(scores)
    if answered.sum() < 3:
        return np.full(len(values), np.nan)
    # Counted from the middle: ranks are halves, so that these sums are exact.
    middle = (answered.sum() + 1) / 2
    ranks = rankdata(values[:, answered], axis=1) - middle
    of_score = rankdata(scores[answered]) - middle
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(ranks @ of_score / np.sqrt((ranks**2).sum(axis=1) * (of_score**2).sum()))
