"""Data quality: pedigree scores carried through the system, weighted by what each datum contributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.footprints.detach import identify
from lcaengine.footprints.labels import find_labels
from lcaengine.footprints.measures import find_burdens
from lcaengine.footprints.primary import sum_along
from lcaengine.results import choose, divide_sizes
from lcaengine.solve import name_activities, order_coupling
from lcaengine.system import Entries
from lcaengine.uncertainty.pedigree import INDICATORS, read_scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_RATED", "LEVELS", "PEF", "Quality", "describe_quality", "name_levels", "rate_quality"]

PEF = {"TeR": "technological", "GeR": "geographical", "TiR": "temporal", "P": "reliability"}
"""The pedigree score that is read as each of PEF's four criteria; the mapping is ours, PEF has no completeness."""
LEVELS = {1.5: "excellent", 2.0: "very good", 3.0: "good", 4.0: "fair", np.inf: "poor"}
"""PEF's quality levels, by the largest DQR of each."""
LEAST_RATED = 0.8
"""Share of a figure that must be rated for its level to be named [1]: PEF rates data that make 80 % of an impact."""
BEST, WORST = 1.0, 5.0
ROUNDING = 1e-9
"""How far a rating may be above a level by rounding [1]."""
MOST_NUMBERS = 100_000_000
"""How many sums are carried through the system at once."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the data are that footprints rest on.

    Attributes
    ----------
    footprints : Footprints
    indicators : tuple of int
        Positions of the indicators that are rated.
    scores : (n, parts, k, 5) float64
        Mean scores of what is rated, in order of the pedigree: reliability, completeness, temporal, geographical,
        technological; from 1 (best) to 5. NaN where nothing is rated, or the figure is missing.
    rated_share : (n, parts, k) float64
        Share of the contributions that have a pedigree [1]; NaN where there is no contribution, or the figure is
        missing.

    Examples
    --------
    >>> import lcaengine as lca
    >>> quality = lca.rate_quality(lca.score(lca.read_inventory(lca.find_example("two-suppliers"))), ["ghg"])
    >>> row = quality.to_arrow().to_pylist()[-1]
    >>> row["product_id"], round(row["dqr"], 2), row["level"], round(row["rated_share"], 3)
    ('ore', 2.0, 'very good', 0.966)
    """

    footprints: Footprints
    indicators: tuple[int, ...]
    scores: NDArray[np.float64]
    rated_share: NDArray[np.float64]

    def __repr__(self) -> str:
        n, _, k = self.rated_share.shape
        return f"Quality({self.footprints.system.inventory.about.name!r}: {n} activities x {k} indicators)"

    @property
    def dqr(self) -> NDArray[np.float64]:
        """Data quality rating of PEF, (n, parts, k): ``(TeR + GeR + TiR + P) / 4``, from 1 (best) to 5."""
        return np.asarray(self.scores[..., [INDICATORS.index(each) for each in PEF.values()]].mean(axis=-1))

    def to_arrow(self) -> pa.Table:
        """Give one row an activity, indicator and stage.

        Returns
        -------
        pyarrow.Table
            supplier_id, process_id, product_id, location, indicator, stage (or part), the five scores, dqr, level,
            rated_share.
        """
        footprints = self.footprints
        n, parts, k = self.rated_share.shape
        activity, indicator, part = (each.reshape(-1) for each in np.indices((n, k, parts)))
        if footprints.by != "stage":  # suppliers and locations are many, and most have no part in most
            kept = ~np.isnan(self.rated_share[activity, part, indicator]) | (part == parts - 1)
            activity, indicator, part = activity[kept], indicator[kept], part[kept]
        names = pa.array([footprints.method.indicators[each].id for each in self.indicators], pa.string())
        dqr, share = self.dqr[activity, part, indicator], self.rated_share[activity, part, indicator]
        scores = self.scores[activity, part, indicator]
        return pa.table(
            {
                **identify(footprints, activity),
                "indicator": choose(names, indicator).cast(pa.string()),
                "stage" if footprints.by == "stage" else "part": choose(
                    pa.array(footprints.stages, pa.string()), part
                ).cast(pa.string()),
                **{name: _nullable(scores[:, at]) for at, name in enumerate(INDICATORS)},
                "dqr": _nullable(dqr),
                "level": name_levels(dqr, share),
                "rated_share": _nullable(share),
            }
        )

    def to_pandas(self) -> pd.DataFrame:
        """Give the table as a data frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


def rate_quality(footprints: Footprints, indicators: Sequence[str] = ()) -> Quality:
    """Rate the data that every product, supplier and stage rests on, by pedigree.

    With e_i the direct contribution of exchange i along the chain, r_i whether it has a pedigree, and d_i a score::

        D = sum r_i |e_i| d_i / sum r_i |e_i|        rated_share = sum r_i |e_i| / sum |e_i|

    Parameters
    ----------
    footprints : Footprints
        Split by stage, supplier or location.
    indicators : sequence of str
        Those that are rated; all of the method by default.

    Returns
    -------
    Quality

    Raises
    ------
    LcaError
        If an indicator is none, the split is by scope, or there are too many numbers for one table.

    Notes
    -----
    What has no pedigree is in no score; the share that is rated says how much of the figure the scores speak for, and
    no level is named where it is below 80 %. PEF's precision is read from the score of reliability.

    As with primary data, an exchange counts by what it contributes itself. The pedigree of a purchased amount says
    nothing of what was emitted upstream; it counts for energy that is bought (`energy_site`, `electricity_site`). A
    footprint that is declared has no pedigree.

    References
    ----------
    WBCSD, PACT methodology 3.0: the weighted mean is our reading of its data quality ratings. Zampori, L. and Pant, R.
    (2019). Suggestions for updating the Product Environmental Footprint (PEF) method, EUR 29682 EN: the DQR and its
    levels. Weidema, B. P. et al. (2013), ecoinvent report 1(v3): the scores.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> quality = lca.rate_quality(footprints, ["ghg"])
    >>> metal = footprints.find(process_id="refinery")[0]
    >>> quality.scores[metal, -1, 0].round(2).tolist()  # in order of the pedigree
    [1.86, 1.0, 2.73, 1.86, 1.0]
    """
    if not isinstance(footprints, Footprints):
        raise LcaError(f"{type(footprints).__name__} is no footprints", "rate_quality", "give what score returns")
    if footprints.by == "scope":
        raise LcaError("data quality is not rated by scope", "by", "split by stage, supplier or location")
    chosen = footprints.select(indicators) if indicators else list(range(len(footprints.method.indicators)))
    system = footprints.system
    count = footprints.value[..., 0].size * len(chosen) * (2 + len(INDICATORS))
    if count > MOST_NUMBERS:
        what = f"{len(system.activities)} activities in {len(chosen)} indicators are too many to rate at once"
        raise LcaError(what, "rate_quality", "name fewer indicators, or split by stage")
    labels, label = find_labels(system, footprints.by)
    entries, _ = find_burdens(system, footprints.method, footprints.matched, order_coupling(system.coupling))
    sizes = _size_entries(footprints, entries, chosen)
    sums = sum_along(system, sizes, label, len(labels), lambda at: name_activities(system, at))
    sums = sums.reshape(*sums.shape[:2], len(chosen), 2 + len(INDICATORS))
    every, rated = sums[..., 0], sums[..., 1]
    scores = np.full((*rated.shape, len(INDICATORS)), np.nan)
    np.divide(sums[..., 2:], rated[..., None], out=scores, where=((rated > 0) & np.isfinite(rated))[..., None])
    missing = np.isnan(footprints.value[:, :, chosen])
    share = divide_sizes(rated, every)
    scores[missing], share[missing] = np.nan, np.nan
    return Quality(footprints, tuple(chosen), np.clip(scores, BEST, WORST), share)


def name_levels(dqr: NDArray[np.float64], rated_share: NDArray[np.float64]) -> pa.StringArray:
    """Name PEF's level of data quality ratings; null where less than :data:`LEAST_RATED` of the figure is rated.

    Examples
    --------
    >>> import numpy as np
    >>> name_levels(np.array([1.5, 1.6, 3.0, 4.2, 1.5]), np.array([1.0, 1.0, 0.9, 0.8, 0.1])).to_pylist()
    ['excellent', 'very good', 'good', 'poor', None]
    """
    level = np.searchsorted(np.array(list(LEVELS)) + ROUNDING, dqr).astype(np.int32)  # NaN comes behind all
    unnamed = np.isnan(dqr) | ~(rated_share >= LEAST_RATED - ROUNDING)
    codes = pa.array(np.where(unnamed, 0, level), mask=unnamed)
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(LEVELS.values()))).cast(pa.string())


def describe_quality() -> dict[str, object]:
    """Describe how data are rated.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    return {
        "weights": "|direct contribution| of each exchange that has a pedigree",
        "scores": list(INDICATORS),
        "dqr": f"mean of {', '.join(f'{name} = {score}' for name, score in PEF.items())}",
        "least_rated_for_a_level": LEAST_RATED,
    }


def _size_entries(footprints: Footprints, entries: Entries, chosen: Sequence[int]) -> NDArray[np.float64]:
    """Sum |direct contribution| of every activity: all, those with a pedigree, and those times each score, (n, 7 k)."""
    n, k = len(footprints.system.activities), len(chosen)
    position = np.full(len(footprints.method.indicators), -1)
    position[chosen] = np.arange(k)
    entries = entries.take(position[entries.indicator] >= 0)
    scores = read_scores(footprints.system.inventory.frames["exchanges"])
    own = np.where((entries.row >= 0)[:, None], scores[np.maximum(entries.row, 0)], 0)  # a declared one has no row
    place, size = entries.activity * k + position[entries.indicator], np.abs(entries.value)
    weights = (np.ones(len(own)), own[:, 0] > 0, *own.T)
    with np.errstate(over="ignore"):  # the solver refuses what is not finite
        columns = [np.bincount(place, size * weight, n * k) for weight in weights]
    return np.asarray(np.stack(columns, axis=1).reshape(n, -1), np.float64)


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    """Give numbers, null where they are NaN."""
    return pa.array(values, mask=np.isnan(values))
