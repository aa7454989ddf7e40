"""A system as entries of matrices, with the distribution of the exchange row each one comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.footprints import Footprints
from lcaengine.formats.scaling import PARAMETERS, scale_distributions
from lcaengine.inventory import Inventory
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.inventory.signs import Role, assign_roles
from lcaengine.solve import order_coupling
from lcaengine.system import System

__all__ = ["Block", "list_biosphere", "list_extra", "list_technosphere"]


@dataclass(frozen=True, slots=True)
class Block:
    """Entries of one matrix.

    Attributes
    ----------
    row, column : (m,) int64
        Activities, kinds of elementary flow, or indicators.
    amount : (m,) float64
        [base unit of the flow]
    is_flipped : (m,) bool
        Whether the matrix has the amount with its sign turned.
    exchange : (m,) int64
        Exchange row, -1 where there is none.
    distributions : dict of str to (m,) float64, or None
        In base units; None where no entry has one.
    is_spread : (m,) bool
    rigid : int
        Distributions that have no multiple of their type, and are left out.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    amount: NDArray[np.float64]
    is_flipped: NDArray[np.bool_]
    exchange: NDArray[np.int64]
    distributions: Mapping[str, NDArray[np.float64]] | None
    is_spread: NDArray[np.bool_]
    rigid: int


def list_technosphere(system: System) -> Block:
    """List the entries of A: what activities make, and, flipped, what they take; what they spare others, unflipped.

    Their sums are the coupling of the system.

    Returns
    -------
    Block
    """
    inventory, activities, demands = system.inventory, system.activities, system.demands
    roles = assign_roles(inventory.exchanges, inventory.flows)
    functions = np.flatnonzero(activities.process >= 0)
    width = len(inventory.flows) + 1
    keys = activities.process[functions] * width + activities.flow[functions]  # ascending, as activities are
    rows = np.flatnonzero((roles == Role.REFERENCE) | (roles == Role.CO_PRODUCT))
    own = inventory.exchanges.process[rows] * width + inventory.exchanges.flow[rows]
    at = np.minimum(np.searchsorted(keys, own), max(len(keys) - 1, 0))
    rows, at = rows[keys[at] == own], at[keys[at] == own]  # others carry nothing, or are substituted
    others = np.flatnonzero(activities.process < 0)
    linked = np.flatnonzero(demands.provider >= 0)
    none = np.full(len(others), -1, np.int64)
    return _make_block(
        inventory,
        np.concatenate([functions[at], others, demands.provider[linked]]),
        np.concatenate([functions[at], others, demands.activity[linked]]),
        np.concatenate([inventory.exchanges.amount[rows], activities.output[others], demands.amount[linked]]),
        np.concatenate([np.zeros(len(at) + len(others), np.bool_), ~demands.is_credit[linked]]),
        np.concatenate([rows, none, demands.row[linked]]),
    )


def list_biosphere(system: System) -> Block:
    """List the entries of B, rows by kind of intervention, amounts as written.

    Returns
    -------
    Block
    """
    b = system.interventions
    return _make_block(system.inventory, b.kind, b.activity, b.amount, np.zeros(len(b.kind), np.bool_), b.row)


def list_extra(footprints: Footprints) -> tuple[Block, NDArray[np.bool_]]:
    """List what activities add to indicators by other than elementary flows: declared footprints, energy as bought.

    Returns
    -------
    block : Block
        Rows are indicators, amounts in their units.
    is_declared : (m,) bool
    """
    from lcaengine.footprints.measures import find_burdens

    system, method, matched = footprints.system, footprints.method, footprints.matched
    entries, _ = find_burdens(system, method, matched, order_coupling(system.coupling))
    count = np.bincount(matched.kind, minlength=len(system.interventions.flow))
    start = int(count[system.interventions.kind].sum())  # what comes of elementary flows stands first
    indicator, activity = entries.indicator[start:], entries.activity[start:]
    flips, none = np.zeros(len(indicator), np.bool_), np.full(len(indicator), -1, np.int64)
    block = _make_block(system.inventory, indicator, activity, entries.value[start:], flips, none)
    return block, entries.row[start:] < 0


def _make_block(
    inventory: Inventory,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    amount: NDArray[np.float64],
    is_flipped: NDArray[np.bool_],
    exchange: NDArray[np.int64],
) -> Block:
    given, raw = _read_distributions(inventory)
    spread = np.zeros(len(row), np.bool_)
    if given is None or not len(row):
        return Block(row, column, amount, is_flipped, exchange, None, spread, 0)
    at = np.maximum(exchange, 0)
    factor = np.zeros(len(row))  # to base units, times the share of the activity in the row
    np.divide(amount, raw[at], out=factor, where=(exchange >= 0) & (raw[at] != 0))
    scaled, carried = scale_distributions({name: values[at] for name, values in given.items()}, factor)
    has = (exchange >= 0) & (given["uncertainty_type"][at] >= 2)
    spread = has & carried
    plain = {"uncertainty_type": 0.0, "negative": 0.0}
    distributions = {name: np.where(spread, values, plain.get(name, np.nan)) for name, values in scaled.items()}
    distributions["loc"] = np.where(spread, scaled["loc"], amount)
    rigid = int((has & ~carried).sum())
    return Block(row, column, amount, is_flipped, exchange, distributions if spread.any() else None, spread, rigid)


def _read_distributions(inventory: Inventory) -> tuple[dict[str, NDArray[np.float64]] | None, NDArray[np.float64]]:
    """Give the distributions of all exchange rows as they are written, and the amounts in the rows' own units."""
    frame = inventory.frames["exchanges"]
    at = np.searchsorted(np.sort(frame.rows), inventory.exchanges.rows)
    at = np.argsort(frame.rows)[at]
    raw = frame.number("amount")[at]
    kinds = frame.text("uncertainty_type")
    names = {name: float(number) for number, name in enumerate(UNCERTAINTY_TYPES)}
    names |= {str(number): float(number) for number in range(len(UNCERTAINTY_TYPES))}
    kind = np.array([names.get(each or "", 0.0) for each in kinds])[at]
    if not (kind >= 2).any():
        return None, raw
    given = {name: frame.number(name)[at] for name in PARAMETERS}
    return {**given, "uncertainty_type": kind, "negative": frame.flag("negative")[at].astype(np.float64)}, raw
