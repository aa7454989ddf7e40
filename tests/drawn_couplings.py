"""Systems drawn at random, with one giant loop, for tests of the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.system import Coupling, build_coupling


@dataclass(frozen=True, slots=True)
class Spec:
    """A system to solve for every product at once.

    Attributes
    ----------
    activities, indicators : int
    inputs : float
        Mean inputs an activity; they are drawn with heavy tails.
    in_loop : float
        Share of activities whose providers are drawn from all, which makes one giant loop [1].
    """

    activities: int
    indicators: int
    inputs: float
    in_loop: float


def draw_system(spec: Spec, seed: int = 1) -> tuple[Coupling, NDArray[np.float64]]:
    """Draw a system: heavy-tailed degrees, one giant loop, amounts over twelve orders of magnitude.

    Demand per gross output has row sums of at most 0.8 in the units it is drawn in, so that every loop gives more
    than it takes; units are then scaled at random.
    """
    random = np.random.default_rng(seed)
    n = spec.activities
    degree = np.minimum(random.pareto(1.5, n) * spec.inputs / 2 + 1, n / 4).astype(np.int64)
    activity = np.repeat(np.arange(n), degree)
    reach = np.where(random.random(n) < spec.in_loop, n, np.arange(n).clip(min=1))
    provider = (random.random(len(activity)) ** 2 * reach[activity]).astype(np.int64)
    weight = random.lognormal(0.0, 2.0, len(activity))
    total = np.zeros(n)
    np.add.at(total, activity, weight)
    share = 0.8 * weight / total[activity] * random.random(n)[activity]
    scale = 10.0 ** random.uniform(-3, 3, n)
    amount = share * scale[activity] / scale[provider]
    coupling = build_coupling(np.ones(n), activity, provider, -amount)
    return coupling, random.lognormal(0.0, 2.0, (n, spec.indicators)) * scale[:, None]
