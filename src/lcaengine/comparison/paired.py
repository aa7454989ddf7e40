"""Paired comparisons: alternatives in the same draws, so that what they have in common cancels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from lcaengine.comparison.alternative import Alternative, take_alternatives
from lcaengine.comparison.drawn import Drawn, draw_alternatives
from lcaengine.comparison.figures import RANKS, SPREADS, list_pairs, list_ranks, list_spreads, take_figure
from lcaengine.comparison.pair import Pair, tabulate_pairs
from lcaengine.comparison.unlike import Unlike, find_unlike, refuse_unlike
from lcaengine.errors import LcaError
from lcaengine.uncertainty import Pedigree, check_choices
from lcaengine.uncertainty.capacity import refusing_memory
from lcaengine.uncertainty.choices import check_progress
from lcaengine.uncertainty.pedigree import take_pedigree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PairedComparison", "compare_draws", "compare_groups"]


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """Alternatives in the same draws.

    Attributes
    ----------
    alternatives : tuple of Alternative
    indicators : tuple of str
    per : str
        What all figures are per.
    draws, seed : int
    pedigree : Pedigree
    pairs : tuple of Pair
        Each alternative with each that follows it.
    spreads : pyarrow.Table
        One row an alternative, indicator and stage: alternative, activity, indicator, stage, unit, per, value (static),
        mean, sd, p2_5, p50, p97_5, drawn_rows (how many uncertain rows it rests on), varies, status.
    ranks : pyarrow.Table
        How often an alternative is in which place, the lowest in the first: alternative, indicator, stage, place,
        probability.
    unlike : tuple of Unlike
        Terms in which the alternatives are not alike.
    infeasible : dict of int to str
        Draws without an answer in one of them, and why: they are left out of all.
    residual : float
        Worst verified componentwise backward error [1].
    static_values : {"written", "medians", "means"}
        What the static values are of.
    """

    alternatives: tuple[Alternative, ...]
    indicators: tuple[str, ...]
    per: str
    draws: int
    seed: int
    pedigree: Pedigree
    pairs: tuple[Pair, ...]
    spreads: pa.Table
    ranks: pa.Table
    unlike: tuple[Unlike, ...]
    infeasible: Mapping[int, str]
    residual: float
    static_values: str = "written"

    def __repr__(self) -> str:
        names = ", ".join(each.name for each in self.alternatives)
        return f"PairedComparison({names}; {len(self.indicators)} indicators x {self.draws} draws, seed {self.seed})"

    def get(self, indicator: str, first: str, second: str, stage: str = "total") -> Pair:
        """Give what is known of two alternatives.

        Parameters
        ----------
        indicator, first, second, stage : str
            The alternatives by name, in the order they were given in.

        Returns
        -------
        Pair

        Raises
        ------
        LcaError
            If there is no such pair.
        """
        asked = (indicator, stage, first, second)
        for each in self.pairs:
            if (each.indicator, each.stage, each.first, each.second) == asked:
                return each
        names = ", ".join(each.name for each in self.alternatives)
        fix = f"alternatives, in this order: {names}; indicators: {', '.join(self.indicators)}; stages with stages=True"
        raise LcaError(f"there is no pair {first!r}, {second!r} in {indicator} and {stage}", "", fix)

    def to_arrow(self) -> pa.Table:
        """Give one row a pair, indicator and stage.

        Returns
        -------
        pyarrow.Table
            indicator, stage, first, second, unit, per, draws, p_less, p_less_error, p_equal, p_greater, and p2_5, p50
            and p97_5 of difference (second - first) and ratio (second / first), shared_rows, note.
        """
        return tabulate_pairs(self.pairs)

    def to_pandas(self) -> pd.DataFrame:
        """Give the same as a data frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


def compare_draws(
    alternatives: Iterable[Alternative],
    draws: int = 1000,
    seed: int = 1,
    indicators: Sequence[str] = (),
    pedigree: Pedigree | None = None,
    stages: bool = False,
    unlike: str = "flag",
    progress: Callable[[int, int], None] | None = None,
    static: str = "written",
) -> PairedComparison:
    """Compare products, suppliers, bills of materials, inventories or scenarios in the same draws.

    A draw is a function of the seed, its number and what identifies an exchange, a mix or a factor. What two
    alternatives have in common, a grid both buy from, or all that a scenario leaves as it is, takes the same value in
    both, and cancels; all else is independent.

    Parameters
    ----------
    alternatives : iterable of Alternative
        From two to fifty.
    draws : int
        At least 2.
    seed : int
        From 0 to 2^64 - 1.
    indicators : sequence of str
        All of the method by default.
    pedigree : Pedigree, optional
        What is made of pedigrees, as in :func:`~lcaengine.simulate`.
    stages : bool
        Whether stages are compared too, beside the totals.
    unlike : {"flag", "refuse"}
        What is done where alternatives are unlike in a way that leaves a comparison possible.
    progress : callable, optional
        Is told draws done, and all.
    static : {"written", "medians", "means"}
        What static values are scored at, as in :func:`~lcaengine.simulate`; draws are the same.

    Returns
    -------
    PairedComparison

    Raises
    ------
    DataError
        If static values are asked for at means, and a distribution has none.
    LcaError
        If a choice is none; or if alternatives are per unlike units, by unlike methods, or of boundaries that are
        stated to be unlike.
    SolveError
        If more than one draw in a hundred has no answer in one of them.

    Examples
    --------
    >>> import lcaengine as lca
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> mines = [lca.Alternative(name, footprints, process_id=name) for name in ("mine-a", "mine-b")]
    >>> pair = lca.compare_draws(mines, draws=200, seed=7, indicators=["ghg"]).get("ghg", "mine-a", "mine-b")
    >>> pair.p_less, pair.shared_rows
    (0.0, 1)
    """
    return compare_groups([alternatives], draws, seed, indicators, pedigree, stages, unlike, progress, static)[0]


def compare_groups(
    groups: Sequence[Iterable[Alternative]],
    draws: int,
    seed: int,
    indicators: Sequence[str] = (),
    pedigree: Pedigree | None = None,
    stages: bool = False,
    unlike: str = "flag",
    progress: Callable[[int, int], None] | None = None,
    static: str = "written",
) -> list[PairedComparison]:
    """Compare several groups of alternatives, each within itself; every inventory is drawn once.

    Returns
    -------
    list of PairedComparison

    Raises
    ------
    LcaError
        As :func:`compare_draws`; or if there are no groups, or two are by unlike methods.
    """
    pedigree = take_pedigree(pedigree)
    check_progress(progress)
    taken = [take_alternatives(each) for each in groups]
    first = [each[0].footprints for each in taken]
    if len({footprints.method.hash for footprints in first}) != 1:
        raise LcaError("there is nothing to compare, or it is by several methods", "compare", "score all by one method")
    for by in {footprints.by for footprints in first}:
        draws, seed = check_choices(draws, seed, by, static)
    every = range(len(first[0].method.indicators))
    chosen = list(dict.fromkeys(first[0].select(() if indicators is None else indicators))) or list(every)
    terms = [find_unlike(each, chosen) for each in taken]
    for each, found in zip(taken, terms, strict=True):
        refuse_unlike(each, found, unlike)
    with refusing_memory():
        drawn = draw_alternatives(taken, draws, seed, chosen, pedigree, progress, static)
        return [_compare(some, of, stages) for some, of in zip(drawn, terms, strict=True)]


def _compare(drawn: Drawn, unlike: tuple[Unlike, ...], stages: bool) -> PairedComparison:
    """Take statistics over the draws of one group."""
    pairs: list[Pair] = []
    spreads: list[dict[str, object]] = []
    ranks: list[dict[str, object]] = []
    parts = range(len(drawn.parts)) if stages else [len(drawn.parts) - 1]
    for k in range(len(drawn.indicators)):
        for part in parts:
            figure = take_figure(drawn, k, part)
            pairs += list_pairs(drawn, figure)
            spreads += list_spreads(drawn, figure)
            ranks += list_ranks(drawn, figure)
    first = drawn.alternatives[0]
    method = first.footprints.method
    return PairedComparison(
        alternatives=drawn.alternatives,
        indicators=tuple(method.indicators[k].id for k in drawn.indicators),
        per=first.per,
        draws=drawn.draws,
        seed=drawn.seed,
        pedigree=drawn.pedigree,
        pairs=tuple(pairs),
        spreads=pa.Table.from_pylist(spreads, SPREADS),
        ranks=pa.Table.from_pylist(ranks, RANKS),
        unlike=unlike,
        infeasible=drawn.infeasible,
        residual=drawn.residual,
        static_values=drawn.static_values,
    )
