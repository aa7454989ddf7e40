"""The table of samples: the result table, with statistics over the draws of every row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lcaengine.errors import SolveError
from lcaengine.footprints.detach import detach, identify, list_per
from lcaengine.results import Scored, choose, list_chances, to_long
from lcaengine.solve import name_activities

if TYPE_CHECKING:
    from lcaengine.uncertainty.samples import Samples

__all__ = ["detach_samples", "list_draws", "refuse_overflow", "tabulate_samples"]


def detach_samples(samples: Samples) -> Scored:
    """Give the numbers of samples and what names them: of the indicators that were drawn.

    Returns
    -------
    Scored
    """
    named = [samples.footprints.method.indicators[k].id for k in samples.indicators]
    p2_5, p50, p97_5 = (samples.quantiles[..., at] for at in range(3))
    return replace(
        detach(samples.static).keep_indicators(samples.indicators),
        statistics={"mean": samples.mean, "sd": samples.sd, "p2_5": p2_5, "p50": p50, "p97_5": p97_5},
        chances=list_chances(named, samples.limits, samples.p_limit),
    )


def refuse_overflow(samples: Samples) -> None:
    """Raise where a statistic, per reference unit, per kg or per kg of a content, is beyond what a float holds.

    Raises
    ------
    SolveError
        With the activities.
    """
    footprints = samples.footprints
    most = np.ones(len(samples.mean))
    for factor in (footprints.per_kg, *footprints.per_content.values()):
        most = np.fmax(most, factor)
    bad = np.zeros(len(most), np.bool_)
    for each in (samples.mean, samples.sd, *np.moveaxis(samples.quantiles, -1, 0)):
        with np.errstate(over="ignore"):
            bad |= (np.isinf(each) | np.isinf(each * most[:, None, None])).any(axis=(1, 2))
    if bad.any():
        named = name_activities(footprints.system, np.flatnonzero(bad))
        fix = "check amounts, distributions, units and masses there"
        raise SolveError("draws of an intensity are too large for a number", named, fix)


def tabulate_samples(samples: Samples) -> pa.Table:
    """Give the result table, with mean, sd, p2_5, p50, p97_5, and of limits limit and p_limit, behind the others.

    Returns
    -------
    pyarrow.Table
    """
    return to_long(detach_samples(samples))


def list_draws(samples: Samples) -> pa.Table:
    """List the draws that are kept, one by one, per reference unit.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, indicator, stage (or part), draw, value (null in a draw that has
        no answer), unit, per: a value is in [unit / per]. Text that repeats is codes and words.
    """
    kept, parts, k, draws = samples.values.shape
    shape = (kept, k, parts, draws)
    at = [np.repeat(np.arange(kept), k * parts * draws)]
    at += [
        np.broadcast_to(np.arange(size).reshape(view), shape).reshape(-1)
        for size, view in ((k, (1, -1, 1, 1)), (parts, (1, 1, -1, 1)), (draws, (-1,)))
    ]
    value = samples.values.transpose(0, 2, 1, 3).reshape(-1)
    method, footprints = samples.footprints.method, samples.footprints
    drawn = [method.indicators[each] for each in samples.indicators]
    split = "stage" if footprints.by == "stage" else "part"
    return pa.table(
        {
            **identify(footprints, samples.kept[at[0]]),
            "indicator": choose(pa.array([each.id for each in drawn], pa.string()), at[1]),
            split: choose(pa.array(footprints.stages, pa.string()), at[2]),
            "draw": pa.array(at[3].astype(np.int32)),
            "value": pa.array(value, mask=np.isnan(value)),
            "unit": choose(pa.array([each.unit.label for each in drawn], pa.string()), at[1]),
            "per": pa.array(list_per(footprints), pa.string()).dictionary_encode().take(pa.array(samples.kept[at[0]])),
        }
    )
