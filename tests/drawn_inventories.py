"""The slow twin of draws: the numbers of one draw written into inventory and method, to be scored afresh."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.inventory.frame import Frame
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.mixes import REST, Mixes, draw_mixes
from lcaengine.uncertainty.sampled import Sampled, sample_system

ROUNDING, IN_LOOPS = 1e-12, 1e-8
"""How far apart two answers may be, of what all parts sum to: loops are left at a backward error of 1e-10."""


def sample(samples: lca.Samples) -> Sampled:
    return sample_system(samples.footprints, list(samples.indicators), samples.pedigree)


def put_factors(method: lca.Method, seed: int, draw: int) -> lca.Method:
    """Give the method with the factors of one draw in place of its own."""
    listed = list_factor_distributions(method)
    values = lca.draw_values(listed, seed, draw, 1)[:, 0]
    factors = list(method.factors)
    for at, value in zip(listed.row.tolist(), values.tolist(), strict=True):
        factors[at] = dataclasses.replace(factors[at], value=value)
    return dataclasses.replace(method, factors=tuple(factors))


def put_draw(inventory: lca.Inventory, sampled: Sampled, seed: int, draw: int) -> lca.Inventory:
    """Give the inventory with the amounts, market shares and allocation factors of one draw in place of its own."""
    listed = lca.list_distributions(inventory)
    amount = inventory.exchanges.amount.copy()
    amount[listed.row] = lca.draw_values(listed, seed, draw, 1)[:, 0]
    supplied = sampled.market_amounts
    own_units = lca.draw_values(supplied, seed, draw, 1)[:, 0] / supplied.factor
    frames = dict(inventory.frames)
    frames["markets"] = _write(frames["markets"], "amount", supplied.row, own_units)
    for table, column, mixes in (
        ("markets", "share", sampled.market_shares),
        ("allocation", "factor", sampled.allocation),
    ):
        frames[table] = _write_mixes(frames[table], column, mixes, seed, draw)
    exchanges = dataclasses.replace(inventory.exchanges, amount=amount)
    return dataclasses.replace(inventory, exchanges=exchanges, frames=frames)


def _write_mixes(frame: Frame, column: str, mixes: Mixes, seed: int, draw: int) -> Frame:
    own = mixes.row != REST
    return _write(frame, column, mixes.row[own], draw_mixes(mixes, seed, draw, 1)[own, 0])


def _write(frame: Frame, column: str, rows: NDArray[np.int64], values: NDArray[np.float64]) -> Frame:
    numbers: list[float | None] = frame.columns[column].to_pylist()
    for row, value in zip(rows.tolist(), values.tolist(), strict=True):
        numbers[row] = value
    return Frame(frame.table, {**frame.columns, column: pa.array(numbers, pa.float64())}, frame.rows)


def compare_draws(
    inventory: lca.Inventory,
    method: lca.Method,
    draws: tuple[int, ...],
    policy: lca.Policy | None = None,
    tolerance: float = ROUNDING,
) -> lca.Samples:
    """Draw, and score the numbers of single draws by the static engine: every activity, stage and indicator agrees.

    But for the renewable share of electricity, which is held at its static value.
    """
    indicators = [each.id for each in method.indicators if each.id != "electricity_site_renewable"]
    keep: list[str] = inventory.processes.ids.to_pylist()
    flows = inventory.frames["markets"].text("flow_id")
    keep += sorted({each for each in flows if each is not None})
    samples = lca.simulate(inventory, method, max(draws) + 1, 5, policy, keep=keep, indicators=indicators)
    sampled = sample(samples)
    assert not samples.infeasible
    for draw in draws:
        static = lca.score(put_draw(inventory, sampled, 5, draw), put_factors(method, 5, draw), policy)
        expected = static.value[samples.kept][:, :, list(samples.indicators)]
        found, whole = samples.values[..., draw], np.abs(expected).max(axis=1, keepdims=True)
        assert np.array_equal(np.isnan(found), np.isnan(expected))
        assert (np.nan_to_num(np.abs(found - expected)) <= tolerance * np.nan_to_num(whole)).all()
    return samples
