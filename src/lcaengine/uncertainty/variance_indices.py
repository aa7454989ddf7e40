"""Variance indices: how much of the variance of a score a few uncertain numbers explain, by Sobol's method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import LcaError, SolveError
from lcaengine.uncertainty.capacity import refuse_size
from lcaengine.uncertainty.distributions import Distributions
from lcaengine.uncertainty.draws import place_values
from lcaengine.uncertainty.simulation import Prepared
from lcaengine.uncertainty.solved import solve_values
from lcaengine.uncertainty.values import draw_rows, replace_rows

__all__ = ["Evaluated", "check_samples", "evaluate_samples", "find_indices"]

Numbers = NDArray[np.float64]

FEWEST_SAMPLES = 16
SAMPLES_AT_ONCE = 16
"""Base samples that are solved side by side; a multiple of eight."""
RESAMPLES = 100
"""Resamples of SALib's bootstrap."""
JUST_ABOVE_ZERO = 2.0**-53


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Scores of the samples of Saltelli's scheme.

    Attributes
    ----------
    problem : dict
        As SALib takes it: one number between 0 and 1 for each row and each mix that is chosen, and one for all others.
    scores : (samples * (numbers + 2),) float64
        [unit of the indicator / base unit]
    """

    problem: dict[str, Any]
    scores: Numbers


def evaluate_samples(
    prepared: Prepared,
    part: int,
    chosen: Distributions,
    rows: NDArray[np.int64],
    mixes: Sequence[NDArray[np.int64]],
    samples: int,
) -> Evaluated:
    """Score the samples of Saltelli's scheme: two sets of draws, and each number of one put into the other.

    Numbers that are chosen are placed by a Sobol sequence, through the inverse of their distributions. The shares of a
    mix that is chosen are one number of the scheme, and all others are one: the first set takes them from draws 0 to
    N - 1 of the simulation, the second from N to 2 N - 1.

    Parameters
    ----------
    prepared : Prepared
        Of one indicator; its plan has the seed, keeps the activity whose score it is, and is told how many are done.
    part : int
        Which part of it.
    chosen : Distributions
        Of what is chosen.
    rows : (m,) int64
        Rows of the drawn values that they are.
    mixes : sequence of int64
        Rows of the drawn values that are the shares of each mix that is chosen.
    samples : int
        N, a power of two of at least 16: ``N (m + 3)`` scores are found, with m rows and mixes.

    Returns
    -------
    Evaluated

    Raises
    ------
    LcaError
        If SALib is not there, or the number of samples is none.
    SolveError
        If a sample has no answer.

    References
    ----------
    Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Computer Physics Communications
    181:259-270.
    """
    check_samples(samples)
    count = len(rows) + len(mixes) + 1
    # Of a sample: its numbers, three times over while they are made, and places of the hundred resamples with scores.
    refuse_size(samples, 8 * (3 * count * (count + 2) + 4 * RESAMPLES), "samples")
    from SALib.sample import sobol

    seed, activity = prepared.plan.seed, int(prepared.plan.kept[0])
    problem = {"num_vars": count, "names": [str(at) for at in range(count)], "bounds": [[0.0, 1.0]] * count}
    uniform = sobol.sample(problem, samples, calc_second_order=False, seed=seed % 2**32)
    groups = np.clip(uniform, JUST_ABOVE_ZERO, 1.0 - JUST_ABOVE_ZERO).reshape(samples, count + 2, count)
    scores = np.empty((samples, count + 2))
    for first in range(0, samples, SAMPLES_AT_ONCE):
        some = groups[first : first + SAMPLES_AT_ONCE]
        size = len(some)
        both = [draw_rows(prepared.sampled, seed, start, size) for start in (first, samples + first)]
        # What is drawn is placed too: the first set has a place of its own, and what is not there is of the second.
        place = np.arange(size)[:, None, None] + size * (some[:, :, len(rows) :] != some[:, :1, len(rows) :])
        drawn = np.concatenate(both, axis=1)
        values = drawn[:, place[:, :, -1].reshape(-1)]
        for at, shares in enumerate(mixes):
            values[shares] = drawn[shares][:, place[:, :, at].reshape(-1)]
        numbers = place_values(
            chosen, np.ascontiguousarray(some[:, :, : len(rows)].reshape(size * (count + 2), len(rows)).T)
        )
        values = replace_rows(prepared.sampled, values, rows, numbers)
        solved = solve_values(prepared.sampled, prepared.structure, prepared.static, values)
        if solved.infeasible:
            _, why = min(solved.infeasible.items())
            what = f"a sample has no answer, and indices need all of them: {why}"
            raise SolveError(what, "global indices", "narrow the distributions of what it names")
        own = part if prepared.structure.labels else 0  # without labels there is the total alone
        scores[first : first + size] = solved.intensity[activity, own, 0].reshape(size, -1)
        if prepared.plan.progress:
            prepared.plan.progress(first + size, samples)
    return Evaluated(problem, scores.reshape(-1))


def check_samples(samples: int) -> int:
    """Refuse where SALib is not there, or a number of samples that is no power of two.

    Returns
    -------
    int
        The samples.

    Raises
    ------
    LcaError
    """
    if find_spec("SALib") is None:
        raise LcaError("global indices need the package SALib", "", "pip install 'lcaengine[sensitivity]'")
    if not isinstance(samples, (int, np.integer)) or samples < FEWEST_SAMPLES or samples & (samples - 1):
        what = f"samples is {samples!r}, no power of two from {FEWEST_SAMPLES} on"
        raise LcaError(what, "samples", "write 256, 512 or 1024", given=samples)
    return int(samples)


def find_indices(evaluated: Evaluated, seed: int) -> dict[str, Numbers]:
    """Find first-order and total indices, with half-widths of their 95 % intervals by bootstrap.

    Returns
    -------
    dict of str to (m + 1,) float64
        ``S1``, ``S1_conf``, ``ST``, ``ST_conf``; the last of each is of all others together. A half-width is NaN where
        a resample does not vary.

    Raises
    ------
    LcaError
        If the scores do not vary.
    """
    if not np.ptp(evaluated.scores) > 0:
        raise LcaError("the score does not vary", "global indices", "choose what the score answers to")
    from SALib.analyze import sobol

    scale = float(np.abs(evaluated.scores).max())  # so that squares of small scores are numbers
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample of few samples may not vary
        found = sobol.analyze(evaluated.problem, evaluated.scores / scale, calc_second_order=False, seed=seed % 2**32)
    return {name: np.asarray(found[name], np.float64) for name in ("S1", "S1_conf", "ST", "ST_conf")}
