"""Distributions: what is known of every uncertain number, in base units, and the key its draws are made under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Inventory
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.inventory.words import pick
from lcaengine.uncertainty.keys import make_keys
from lcaengine.uncertainty.pedigree import INDICATORS, Pedigree, find_sigma
from lcaengine.units import read_unit

__all__ = ["LOGNORMAL", "NORMAL", "Distributions", "distribute_rows", "list_distributions"]

LOGNORMAL, NORMAL = 2, 3
_FIRST = 2
"""Types below it are no distributions."""
_IDENTITY = ("process_id", "flow_id", "direction", "provider_id", "location")
"""What identifies an exchange, apart from its ordinal among equals."""


@dataclass(frozen=True, slots=True)
class Distributions:
    """The rows of a table that are uncertain, in their order.

    Attributes
    ----------
    row : (m,) int64
        Position of the row.
    key : (m,) uint64
    kind : (m,) int8
        Number of the type, from 2; see :mod:`lcaengine.inventory.uncertainty`.
    loc, scale, shape, minimum, maximum : (m,) float64
        In the row's own unit, NaN where one is not given.
    negative : (m,) bool
        Whether it is mirrored at zero.
    factor : (m,) float64
        Base units per unit of the row.
    amount : (m,) float64
        The static value [base unit].
    """

    row: NDArray[np.int64]
    key: NDArray[np.uint64]
    kind: NDArray[np.int8]
    loc: NDArray[np.float64]
    scale: NDArray[np.float64]
    shape: NDArray[np.float64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    negative: NDArray[np.bool_]
    factor: NDArray[np.float64]
    amount: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Distributions:
        """Give some of the rows."""
        return Distributions(*(getattr(self, each.name)[keep] for each in fields(self)))


def list_distributions(inventory: Inventory, pedigree: Pedigree | None = None) -> Distributions:
    """List the distributions of an inventory's exchanges.

    A row that states a distribution has that. One that states none, or `undefined`, and has a pedigree is lognormal:
    its amount is the median, and a published table gives the spread. All others are certain.

    Parameters
    ----------
    inventory : Inventory
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    Distributions

    Raises
    ------
    DataError
        Where the table has no factor for a score.

    Examples
    --------
    >>> import lcaengine as lca
    >>> len(lca.list_distributions(lca.read_inventory(lca.find_example("two-suppliers"))))
    8
    """
    frame, exchanges = inventory.frames["exchanges"], inventory.exchanges

    def find_factors(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return _find_factors(inventory, rows)

    return distribute_rows(frame, exchanges.amount, find_factors, pedigree or Pedigree(), inventory.label)


def distribute_rows(
    frame: Frame,
    amount: NDArray[np.float64],
    find_factors: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    pedigree: Pedigree,
    label: str,
) -> Distributions:
    """List the distributions of exchange rows that are typed, and not yet of an inventory.

    Parameters
    ----------
    frame : Frame
        Of `exchanges`.
    amount : (n,) float64
        The static value of every row.
    find_factors : callable
        Gives units of `amount` per unit of the row, for some rows.
    pedigree : Pedigree
    label : str
        Names the rows in a message.

    Returns
    -------
    Distributions

    Raises
    ------
    DataError
        Where the table has no factor for a score.
    """
    kind = _list_kinds(frame)
    scores = _read_scores(frame) if pedigree.table != "none" else np.zeros((len(frame), 0), np.int64)
    from_scores = (kind == 0) & scores.any(axis=1) & (amount != 0)
    used = np.flatnonzero((kind >= _FIRST) | from_scores)
    keys = make_keys("exchanges", [frame.columns[name] for name in _IDENTITY])[used]
    listed = Distributions(
        row=used,
        key=keys,
        kind=kind[used].astype(np.int8),
        loc=frame.number("loc")[used],
        scale=frame.number("scale")[used],
        shape=frame.number("shape")[used],
        minimum=frame.number("minimum")[used],
        maximum=frame.number("maximum")[used],
        negative=frame.flag("negative")[used],
        factor=find_factors(used),
        amount=amount[used],
    )
    at = np.flatnonzero(from_scores[used])
    if len(at):
        _fill_from_scores(listed, at, scores[used[at]], pedigree, frame, label)
    return listed


def _list_kinds(frame: Frame) -> NDArray[np.int64]:
    """Give the number of every row's type; 0 where none is stated."""
    count = len(UNCERTAINTY_TYPES)
    codes = frame.codes("uncertainty_type", pa.array([*UNCERTAINTY_TYPES, *map(str, range(count))]))
    return np.where(codes >= 0, codes % count, 0)


def _read_scores(frame: Frame) -> NDArray[np.int64]:
    """Read pedigrees, once a distinct one: five scores a row, zeros where there are none."""
    column = frame.columns["pedigree"]
    words = np.array([[int(score) for score in each.split(";")] for each in column.dictionary.to_pylist()], np.int64)
    by_word = np.concatenate([words.reshape(-1, len(INDICATORS)), np.zeros((1, len(INDICATORS)), np.int64)])
    place = np.asarray(pick(column, np.arange(len(words)), len(words)), np.int64)
    return np.asarray(by_word[place], np.int64)


def _find_factors(inventory: Inventory, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Find base units per unit of some exchange rows: as they were converted when they were read."""
    frame, exchanges, flows = inventory.frames["exchanges"], inventory.exchanges, inventory.flows
    given = frame.number("amount")[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = exchanges.amount[rows] / given
    labels = frame.columns["unit"]
    for at in np.flatnonzero(given == 0).tolist():
        flow = int(exchanges.flow[rows[at]])
        unit = read_unit(labels[int(rows[at])].as_py())
        same = unit.dimension == flows.units[flow].dimension
        factor[at] = unit.factor if same else convert(unit, flows.units[flow], flow, flows.properties)
    return np.asarray(factor, np.float64)


def _fill_from_scores(
    listed: Distributions,
    at: NDArray[np.int64],
    scores: NDArray[np.int64],
    pedigree: Pedigree,
    frame: Frame,
    label: str,
) -> None:
    """Write the lognormals of rows that have a pedigree alone."""
    sigma = find_sigma(scores, pedigree)
    if np.isnan(sigma).any():
        found = Findings()
        without = np.zeros(len(frame), np.bool_)
        without[listed.row[at[np.isnan(sigma)]]] = True
        what = f"{pedigree.table} has no factor for one of the scores {{value}}"
        fix = "correct the score, state a distribution, or choose another table of pedigree factors"
        found.block_rows("pedigree", "exchanges", without, frame.rows, "pedigree", frame.columns["pedigree"], what, fix)
        raise_blockers(found, label)
    amount = listed.amount[at]
    listed.kind[at], listed.scale[at], listed.negative[at] = LOGNORMAL, sigma, amount < 0
    listed.loc[at], listed.factor[at] = np.log(np.abs(amount)), 1.0
    for each in (listed.shape, listed.minimum, listed.maximum):
        each[at] = np.nan
