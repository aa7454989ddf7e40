"""Distributions: what is known of every uncertain number, in base units, and the key its draws are made under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Inventory
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.uncertainty.alike import Described, describe_rows, hash_identity, number_alike
from lcaengine.uncertainty.pedigree import Pedigree, find_sigma, read_scores
from lcaengine.units import read_unit

__all__ = [
    "LOGNORMAL",
    "NORMAL",
    "Distributions",
    "distribute_rows",
    "find_uncertain",
    "list_distributions",
    "list_kinds",
    "list_stated",
    "make_empty",
    "read_distributions",
]

LOGNORMAL, NORMAL = 2, 3
MIRRORED = (2, 8, 9)
"""Types that lie above zero by themselves, and below it where they are negative; of others the sign is in loc [1]."""
_FIRST = 2
"""Types below it are no distributions."""


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
        Whether it is mirrored at zero: only those of :data:`MIRRORED` are.
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

    return distribute_rows(frame, exchanges.amount, find_factors, pedigree, inventory.label)


def distribute_rows(
    frame: Frame,
    amount: NDArray[np.float64],
    find_factors: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    pedigree: Pedigree | None,
    label: str,
    complete: Callable[[Described], Described] | None = None,
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
    pedigree : Pedigree or None
    label : str
        Names the rows in a message.
    complete : callable, optional
        Gives what tells rows alike apart in base units and with all words, where the frame has neither.

    Returns
    -------
    Distributions

    Raises
    ------
    DataError
        Where the table has no factor for a score.
    """
    used = find_uncertain(frame, amount, pedigree)
    identity = hash_identity(frame)[used]
    listed = read_distributions(frame, used, identity, find_factors(used), amount[used], pedigree, label)

    def describe(rows: NDArray[np.int64]) -> Described:
        described = describe_rows(listed.take(rows), frame, list_stated(frame)[used[rows]])
        return described if complete is None else complete(described)

    return replace(listed, key=number_alike(identity, describe))


def find_uncertain(frame: Frame, amount: NDArray[np.float64], pedigree: Pedigree | None) -> NDArray[np.int64]:
    """Find the rows of a table that state a distribution, or a pedigree that becomes one.

    Parameters
    ----------
    frame : Frame
    amount : (n,) float64
        The static value of every row: one of zero has no lognormal.
    pedigree : Pedigree or None

    Returns
    -------
    (m,) int64
    """
    kind = list_kinds(frame)
    return np.flatnonzero((kind >= _FIRST) | _has_scores(frame, kind, amount, pedigree))


def read_distributions(
    frame: Frame,
    rows: NDArray[np.int64],
    key: NDArray[np.uint64],
    factor: NDArray[np.float64],
    amount: NDArray[np.float64],
    pedigree: Pedigree | None,
    label: str,
) -> Distributions:
    """Read the distributions of some rows of a table, which :func:`find_uncertain` gave.

    Parameters
    ----------
    frame : Frame
    rows : (m,) int64
    key : (m,) uint64
    factor, amount : (m,) float64
        Base units per unit of the row, and the static value [base unit].
    pedigree : Pedigree or None
    label : str
        Name of the inventory or method, for messages.

    Returns
    -------
    Distributions
    """
    kind = list_kinds(frame)[rows]
    listed = Distributions(
        row=rows,
        key=key,
        kind=kind.astype(np.int8),
        loc=frame.number("loc")[rows],
        scale=frame.number("scale")[rows],
        shape=frame.number("shape")[rows],
        minimum=frame.number("minimum")[rows],
        maximum=frame.number("maximum")[rows],
        negative=frame.flag("negative")[rows] & np.isin(kind, MIRRORED),
        factor=factor,
        amount=amount,
    )
    at = np.flatnonzero(kind < _FIRST)
    if len(at):
        _fill_from_scores(listed, at, read_scores(frame)[rows[at]], pedigree or Pedigree(), frame, label)
    return listed


def make_empty() -> Distributions:
    """Give a list of no distributions."""
    loc, scale, shape, minimum, maximum = (np.empty(0, np.float64) for _ in range(5))
    return Distributions(
        np.empty(0, np.int64),
        np.empty(0, np.uint64),
        np.empty(0, np.int8),
        loc,
        scale,
        shape,
        minimum,
        maximum,
        np.empty(0, np.bool_),
        np.empty(0, np.float64),
        np.empty(0, np.float64),
    )


def _has_scores(
    frame: Frame, kind: NDArray[np.int64], amount: NDArray[np.float64], pedigree: Pedigree | None
) -> NDArray[np.bool_]:
    """Tell which rows state no distribution and have a pedigree that becomes one."""
    if "pedigree" not in frame.columns or (pedigree is not None and pedigree.table == "none"):
        return np.zeros(len(frame), np.bool_)
    return np.asarray((kind == 0) & read_scores(frame).any(axis=1) & (amount != 0))


def list_kinds(frame: Frame) -> NDArray[np.int64]:
    """Give the number of every row's type; 0 where none is stated."""
    count = len(UNCERTAINTY_TYPES)
    codes = frame.codes("uncertainty_type", pa.array([*UNCERTAINTY_TYPES, *map(str, range(count))]))
    return np.where(codes >= 0, codes % count, 0)


def list_stated(frame: Frame) -> NDArray[np.bool_]:
    """Tell which rows of a table state a distribution."""
    return np.asarray(list_kinds(frame) >= _FIRST)


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
        found.block_rows("pedigree", frame.table, without, frame.rows, "pedigree", frame.columns["pedigree"], what, fix)
        raise_blockers(found, label)
    amount = listed.amount[at]
    listed.kind[at], listed.scale[at], listed.negative[at] = LOGNORMAL, sigma, amount < 0
    listed.loc[at], listed.factor[at] = np.log(np.abs(amount)), 1.0
    for each in (listed.shape, listed.minimum, listed.maximum):
        each[at] = np.nan
