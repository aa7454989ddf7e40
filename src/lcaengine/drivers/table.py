"""Table: the drivers that are listed, a row for each, and one for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.chains.chain import Chain
from lcaengine.drivers.sources import Sources, describe_mix, describe_source
from lcaengine.uncertainty.derivatives import Derivatives
from lcaengine.uncertainty.first_order import FirstOrder

__all__ = ["REST", "SCHEMA", "Listed", "choose_rows", "tabulate_drivers"]

Numbers = NDArray[np.float64]

REST = "rest"
SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("mix", pa.string()),
        ("table", pa.string()),
        ("row", pa.int64()),
        ("process_id", pa.string()),
        ("flow_id", pa.string()),
        ("direction", pa.string()),
        ("provider_id", pa.string()),
        ("location", pa.string()),
        ("amount", pa.float64()),
        ("amount_unit", pa.string()),
        ("distribution", pa.string()),
        ("amount_sd", pa.float64()),
        ("derivative", pa.float64()),
        ("derivative_unit", pa.string()),
        ("elasticity", pa.float64()),
        ("score_sd", pa.float64()),
        ("variance_share", pa.float64()),
        ("spearman", pa.float64()),
        ("narrower_if_exact", pa.float64()),
        ("narrower_if_halved", pa.float64()),
        ("parts", pa.int64()),
        ("indicator", pa.string()),
        ("stage", pa.string()),
        ("score", pa.float64()),
        ("unit", pa.string()),
        ("per", pa.string()),
    ]
)
"""`row` is that of `table`, from 1, of a mix its first; `mix` names what a share is of; `parts` counts what a row here
holds: one, or the rest."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is listed.

    Attributes
    ----------
    rows, mixes : int64
        Positions in the sources, and among the drivers.
    order : int64
        Of rows, then mixes.
    every : int
        How many there would be without a cut-off.
    """

    rows: NDArray[np.int64]
    mixes: NDArray[np.int64]
    order: NDArray[np.int64]
    every: int


def choose_rows(found: Derivatives, sources: Sources, spread: FirstOrder, cutoff: float) -> Listed:
    """Choose the rows and mixes that are listed, in their order; a mix is where one of its shares is.

    Parameters
    ----------
    found : Derivatives
    sources : Sources
    spread : FirstOrder
    cutoff : float
        Share of the variance, or of the sizes of contributions, below which a row is in the rest [1].

    Returns
    -------
    Listed
    """
    count, effect = len(sources.independent), np.abs(sources.slope * sources.amount)
    share = np.nan_to_num(spread.share)
    moves = (effect >= cutoff * np.abs(found.contributions).sum()) & (sources.slope != 0)
    varies = share >= max(cutoff, np.finfo(float).tiny)
    moves[:count] |= varies[:count] & (sources.slope[:count] != 0)
    rows = np.flatnonzero(moves)
    of_mix = np.unique(sources.driver[sources.is_mixed & (sources.slope != 0)])
    mixes = of_mix[varies[of_mix] | np.isin(of_mix, sources.driver[rows])]
    largest = np.zeros(len(share))
    np.maximum.at(largest, sources.driver, effect)
    driver = np.concatenate([sources.driver[rows], mixes])
    is_own, own = np.arange(len(driver)) >= len(rows), np.concatenate([effect[rows], largest[mixes]])
    order = np.lexsort((-own, ~is_own, driver, -largest[driver], -share[driver]))  # a mix before its shares
    return Listed(rows, mixes, order, len(np.flatnonzero(sources.slope != 0)) + len(of_mix))


def tabulate_drivers(
    chain: Chain,
    figure: tuple[float, str],
    sources: Sources,
    spread: FirstOrder,
    listed: Listed,
    spearman: Numbers,
) -> pa.Table:
    """Give a row for each row and mix that is listed, and one for the rest.

    Parameters
    ----------
    chain : Chain
    figure : (float, str)
        The score [unit of the chain / per], and its stage.
    sources : Sources
    spread : FirstOrder
    listed : Listed
    spearman : (rows + mixes,) float64
        Rank correlation of each with the score [1]; not a number where nothing was drawn.

    Returns
    -------
    pyarrow.Table
        Of :data:`SCHEMA`.
    """
    score, stage = figure
    own = [_describe_row(chain, sources, spread, at, score) for at in listed.rows.tolist()]
    own += [
        {**describe_mix(chain, sources, at), **_describe_spread(sources, spread, at)} for at in listed.mixes.tolist()
    ]
    for each, rank in zip(own, spearman.tolist(), strict=True):
        each.update(mix=each.get("mix", ""), spearman=None if np.isnan(rank) else rank, parts=1)
    rows = [own[at] for at in listed.order.tolist()]
    left = listed.every - len(rows)
    if left:
        drivers = np.unique(sources.driver[sources.slope != 0])
        kept = np.concatenate([sources.driver[listed.rows], listed.mixes])
        share = float(spread.share[np.setdiff1d(drivers, kept)].sum())
        rows.append({"part": REST, "variance_share": None if np.isnan(share) else share, "parts": left})
    indicator = chain.footprints.method.indicators[chain.indicator].id
    figures = {"indicator": indicator, "stage": stage, "score": score, "unit": chain.unit, "per": chain.per}
    return pa.Table.from_pylist([{**each, **figures} for each in rows], SCHEMA)


def _describe_row(chain: Chain, sources: Sources, spread: FirstOrder, at: int, score: float) -> dict[str, Any]:
    """Describe an exchange, factor, amount or share: what it is, and what it does to the score."""
    own = describe_source(chain, int(sources.table[at]), int(sources.row[at]))
    factor, slope, amount = own.pop("factor"), float(sources.slope[at]), float(sources.amount[at])
    is_mixed, unit = bool(sources.is_mixed[at]), own["amount_unit"]
    per = f" per ({unit})" if "/" in unit else f" per {unit}" if unit else ""
    return {
        **own,
        "mix": describe_mix(chain, sources, int(sources.driver[at]))["part"] if is_mixed else "",
        "amount": amount / factor,
        "distribution": sources.distribution[at],
        "amount_sd": float(sources.sd[at]) / factor if sources.sd[at] > 0 else None,
        "derivative": slope * factor,
        "derivative_unit": f"{chain.unit}/{chain.per}{per}",
        "elasticity": amount * slope / score if score else None,
        **({} if is_mixed or not sources.sd[at] > 0 else _describe_spread(sources, spread, int(sources.driver[at]))),
    }


def _describe_spread(sources: Sources, spread: FirstOrder, driver: int) -> dict[str, Any]:
    """Describe what a driver adds to the spread of the score."""
    return {
        "distribution": sources.distribution[int(np.argmax(sources.driver == driver))],
        "score_sd": float(np.sqrt(sources.effects.linear[driver])),
        "variance_share": float(spread.share[driver]),
        "narrower_if_exact": float(spread.narrower_if_exact[driver]),
        "narrower_if_halved": float(spread.narrower_if_halved[driver]),
    }
