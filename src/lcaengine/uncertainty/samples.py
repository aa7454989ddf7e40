"""Samples: the footprints of every activity in every draw, as statistics and, where they are kept, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import LcaError
from lcaengine.footprints import Footprints
from lcaengine.uncertainty.limits import take_limit
from lcaengine.uncertainty.pedigree import Pedigree

if TYPE_CHECKING:
    import pandas as pd

    from lcaengine.plots import Picture

__all__ = ["LEVELS", "Samples"]

LEVELS = (0.025, 0.5, 0.975)
"""Quantiles that are given, as p2_5, p50 and p97_5."""
STATISTICS = ("mean", "sd", "p2_5", "p50", "p97_5")


@dataclass(frozen=True, slots=True)
class Samples:
    """Footprints of all activities of an inventory, drawn.

    Attributes
    ----------
    footprints : Footprints
        What was drawn, and its answer for the amounts as they are written.
    indicators : tuple of int
        Positions of the indicators that were drawn.
    draws, seed : int
    pedigree : Pedigree
        What was made of pedigrees.
    mean, sd : (n, parts, k) float64
        [unit of the indicator / reference unit of the product]; NaN where the static value is.
    quantiles : (n, parts, k, 3) float64
        At :data:`LEVELS`.
    kept : (m,) int64
        Activities whose draws are kept.
    values : (m, parts, k, draws) float64
        Their draws; NaN in those that have no answer.
    uncertain : int
        Rows with a distribution, of all tables; of markets and allocation those that the policy draws.
    uncertain_by_table : dict of str to int
        The same of ``exchanges``, ``factors``, ``markets`` and ``allocation``.
    infeasible : dict of int to str
        Draws that have no answer, and why; they are in no statistic.
    slow : int
        Draws whose loops were factorized.
    residual : float
        Worst verified componentwise backward error [1].
    rescored : Footprints, optional
        The answer at medians or means of the distributions, where that is the static one.
    static_values : {"written", "medians", "means"}
        What the static answer is of.
    limits : dict of str to float
        By indicator, what totals were compared with [unit of the indicator / reference unit of the product].
    p_limit : (n, parts, k) float64, optional
        Share of draws in which the total is at most the limit [1]; NaN where there is none.

    Examples
    --------
    >>> import lcaengine as lca
    >>> samples = lca.simulate(lca.read_inventory(lca.find_example("two-suppliers")), "core", draws=8, seed=1)
    >>> samples.draws, samples.uncertain
    (8, 8)
    """

    footprints: Footprints
    indicators: tuple[int, ...]
    draws: int
    seed: int
    pedigree: Pedigree
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    kept: NDArray[np.int64]
    values: NDArray[np.float64]
    uncertain: int
    uncertain_by_table: Mapping[str, int]
    infeasible: Mapping[int, str]
    slow: int
    residual: float
    rescored: Footprints | None = None
    static_values: str = "written"
    limits: Mapping[str, float] = field(default_factory=dict)
    p_limit: NDArray[np.float64] | None = None

    def __repr__(self) -> str:
        about = self.footprints.system.inventory.about.name
        n, _, k = self.mean.shape
        return f"Samples({about!r}: {n} activities x {k} indicators x {self.draws} draws, seed {self.seed})"

    @property
    def static(self) -> Footprints:
        """The static answer: of amounts as written, or of medians or means where these were asked for."""
        return self.rescored or self.footprints

    def get(
        self, indicator: str, *, process_id: str = "", product_id: str = "", location: str = "", stage: str = "total"
    ) -> NDArray[np.float64]:
        """Give the draws of one number, per reference unit of the product.

        Parameters
        ----------
        indicator : str
        process_id, product_id, location : str
            What names the activity, as in :meth:`lcaengine.Footprints.get`.
        stage : str
            A stage, ``unassigned`` or ``total``.

        Returns
        -------
        (draws,) float64
            [unit of the indicator / reference unit of the product]; NaN in draws that have no answer.

        Raises
        ------
        LcaError
            If the words name no activity or several, the indicator was not drawn, or draws are not kept.
        """
        self.footprints.get(indicator, process_id=process_id, product_id=product_id, location=location, stage=stage)
        activity = self.footprints.find(process_id=process_id, product_id=product_id, location=location)[0]
        k = self.footprints.method.find(indicator)
        if k not in self.indicators:
            raise LcaError(f"{indicator} was not drawn", "simulate", "name it in `indicators`", given=indicator)
        at = np.flatnonzero(self.kept == activity)
        if not len(at):
            named = process_id or product_id
            raise LcaError(f"the draws of {indicator} of {named} are not kept", "simulate", "name it in `keep`")
        part = self.footprints.stages.index(stage)
        return np.asarray(self.values[at[0], part, self.indicators.index(k)])

    def find_share_within(
        self, indicator: str, limit: float, *, process_id: str = "", product_id: str = "", location: str = ""
    ) -> float:
        """Find the share of draws in which a total is at most a limit: P(footprint <= limit).

        Parameters
        ----------
        indicator : str
        limit : float
            [unit of the indicator / reference unit of the product]
        process_id, product_id, location : str
            What names the activity, as in :meth:`get`.

        Returns
        -------
        float
            [1], of the draws that have an answer; NaN where the figure is missing. Its standard error is
            ``sqrt(p (1 - p) / draws)``.

        Raises
        ------
        LcaError
            If the limit is no number, or as :meth:`get`.

        Examples
        --------
        >>> import lcaengine as lca
        >>> samples = lca.simulate(lca.read_inventory(lca.find_example("two-suppliers")), draws=8)
        >>> samples.find_share_within("ghg", 100.0, product_id="metal")
        1.0
        """
        limit = take_limit(limit, "find_share_within")
        drawn = self.get(indicator, process_id=process_id, product_id=product_id, location=location)
        drawn = drawn[~np.isnan(drawn)]
        return float((drawn <= limit).mean()) if len(drawn) else float("nan")

    def to_arrow(self) -> pa.Table:
        """Give the result table, with mean, sd and quantiles of every row."""
        from lcaengine.uncertainty.table import tabulate_samples

        return tabulate_samples(self)

    def to_pandas(self) -> pd.DataFrame:
        """Give the result table as a data frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def plot(self, picture: str = "intervals", indicator: str = "", everything: bool = False) -> Picture:
        """Draw the totals; needs the extra ``plots``.

        Parameters
        ----------
        picture : {"intervals", "distributions", "convergence"}
            Medians, 95 % intervals and static values; histograms of draws; or the running mean of draws. Of the
            activities whose draws are kept: end products, where no others were named.
        indicator : str
            One that was drawn; by default ghg, or the first.
        everything : bool
            Whether intervals are of all activities.

        Returns
        -------
        Picture
            A notebook shows it; its ``save`` writes ``.png``, ``.svg`` or ``.html``.

        Raises
        ------
        LcaError
            If there is no such picture or indicator, no figure to draw, or matplotlib is not installed.
        """
        from lcaengine.uncertainty.pictures import draw_samples

        return draw_samples(self, picture, indicator, everything)
