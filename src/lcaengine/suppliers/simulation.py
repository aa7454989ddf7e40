"""The simulation of suppliers in parts: their own rows and the background they share, in the same draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lcaengine.errors import LcaError
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.plan import plan_job
from lcaengine.suppliers.run import Progress, Report, finish_job, score_left

if TYPE_CHECKING:
    from lcaengine.uncertainty import Pedigree

__all__ = ["draw_suppliers", "make_drawing", "simulate_suppliers"]


def simulate_suppliers(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path = "core",
    draws: int = 1000,
    seed: int = 1,
    policy: Policy | None = None,
    pedigree: Pedigree | None = None,
    indicators: Sequence[str] = (),
    limits: Mapping[str, float] | None = None,
    wide: bool = False,
    progress: Progress | None = None,
    show: Callable[[int, int], None] | None = None,
) -> Report:
    """Draw suppliers in parts against draws of a background they share, and write results as they come.

    In draw d a supplier's number is ``h_p(d) = sum_r x_r(d) y_c(r)(d) / q_p(d)``, with x of its own rows, y of what the
    background makes of them, and q what it makes. Draws are those of :func:`~lcaengine.simulate` for one inventory with
    all of them: keys are made of what identifies an exchange, so that they are the same in any part, and draw d of the
    background is the same for every supplier.

    Parameters
    ----------
    suppliers, background, target : str or Path
        As in :func:`~lcaengine.score_suppliers`.
    method : Method, str or Path
    draws : int
        At least 2.
    seed : int
        From 0 to 2^64 - 1.
    policy : Policy, optional
    pedigree : Pedigree, optional
        What is made of pedigrees; as in :func:`~lcaengine.simulate`.
    indicators : sequence of str
        Those that are drawn and written; all of the method by default.
    limits : dict of str to float, optional
        By indicator, what totals are compared with [unit of the indicator / reference unit of the product]; results get
        columns limit and p_limit, the share of draws at most the limit.
    wide : bool
        One row a supplier, one column an indicator, stage and statistic.
    progress : callable, optional
        Is told how far parts are, as in :func:`~lcaengine.score_suppliers`.
    show : callable, optional
        Is told how many draws of the background are done, and all.

    Returns
    -------
    Report
        Results have mean, sd, p2_5, p50 and p97_5 beside the static value, and per kg as that.

    Raises
    ------
    DataError
        With every blocking finding of a part; parts before it stay written.
    SolveError
        If more than one draw of the background in a hundred has no answer; the loop is named.
    OutputError
        If `target` cannot be written to.
    LcaError
        If a choice is none.

    Notes
    -----
    Draws in which the background has no answer are left out for all suppliers, and counted. A supplier that makes
    nothing in a draw, or less, is refused by name. What is held at its static value is what
    :func:`~lcaengine.simulate` holds there.

    Examples
    --------
    >>> import lcaengine as lca, tempfile
    >>> background = lca.find_example("two-suppliers")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = background.parent / "suppliers"
    ...     report = lca.simulate_suppliers(place, background, folder, draws=8, indicators=["ghg"])
    >>> report.suppliers, report.run["draws"]
    (3, 8)
    """
    from lcaengine.uncertainty.choices import check_progress

    for each in (progress, show):
        check_progress(each)
    drawing = make_drawing(draws, seed, pedigree, indicators, limits)
    return draw_suppliers(suppliers, background, target, method, drawing, policy, wide, progress, show)


def draw_suppliers(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path,
    drawing: Drawing,
    policy: Policy | None = None,
    wide: bool = False,
    progress: Progress | None = None,
    show: Callable[[int, int], None] | None = None,
) -> Report:
    """Draw suppliers as a drawing asks for; see :func:`simulate_suppliers`.

    Returns
    -------
    Report
    """
    with plan_job(suppliers, background, target, method, policy, wide, False, drawing, show) as plan:
        return finish_job(plan, *score_left(plan, progress))


def make_drawing(
    draws: int,
    seed: int,
    pedigree: Pedigree | None,
    indicators: Sequence[str],
    limits: Mapping[str, float] | None,
) -> Drawing:
    """Give what is asked of draws, as :func:`simulate_suppliers` takes it.

    Raises
    ------
    LcaError
        If there are too few draws, or the seed is none.
    """
    from lcaengine.uncertainty import check_choices
    from lcaengine.uncertainty.limits import check_limits
    from lcaengine.uncertainty.pedigree import take_pedigree

    draws, seed = check_choices(draws, seed, "stage")
    if isinstance(indicators, str) or not isinstance(indicators, Sequence):
        raise LcaError(f"indicators are {indicators!r}", "indicators", 'give a list: ["ghg"]', given=indicators)
    return Drawing(draws, seed, take_pedigree(pedigree), tuple(indicators), check_limits(limits))
