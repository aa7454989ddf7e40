"""Uncertain factors of a method: their distributions, and one draw for all rows that state the same figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.footprints import Footprints
from lcaengine.footprints.measures import find_burdens
from lcaengine.method import Method
from lcaengine.solve import order_coupling
from lcaengine.system import Entries, System, list_factors, match_factors
from lcaengine.uncertainty.distributions import (
    Distributions,
    find_uncertain,
    list_kinds,
    make_empty,
    read_distributions,
)
from lcaengine.uncertainty.keys import hash_rows
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["FactorDraws", "draw_factors", "list_factor_distributions"]

_PARAMETERS = ("factor", "loc", "scale", "shape", "minimum", "maximum")


def list_factor_distributions(method: Method, pedigree: Pedigree | None = None) -> Distributions:
    """List the distributions of a method's factors.

    Rows that state the same figure for the same flow have one key and so take the same value in every draw: an
    indicator that repeats the factors of its parts stays their sum. The figure is flow, compartment, direction,
    location, factor, unit, source and distribution, whatever the indicator.

    Parameters
    ----------
    method : Method
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    Distributions
        `row` is the position in ``method.factors``, `amount` the static factor [indicator / base unit of the flow].

    Raises
    ------
    DataError
        Where the table has no factor for a score of a pedigree.

    Examples
    --------
    >>> import lcaengine as lca
    >>> len(list_factor_distributions(lca.read_method("core")))  # it states none
    0
    """
    frame = method.uncertainty
    if frame is None:
        return make_empty()
    value = np.array([each.value for each in method.factors])
    rows = find_uncertain(frame, value, pedigree)
    factors = [method.factors[row] for row in rows.tolist()]
    words: list[Sequence[str | None]] = [
        [each.flow_id for each in factors],
        [each.flow_name for each in factors],
        [each.compartment for each in factors],
        [each.sub_compartment for each in factors],
        ["input" if each.is_input else "output" for each in factors],
        [each.location for each in factors],
        [each.source_id for each in factors],
    ]
    places = pa.array(rows)
    numbers = (frame.columns[name].take(places).to_pylist() for name in _PARAMETERS)
    words += [[None if each is None else repr(each) for each in column] for column in numbers]
    words.append([repr(each) for each in frame.flag("negative")[rows].tolist()])
    columns = [pa.array(each, pa.string()).dictionary_encode() for each in words]
    columns.append(pa.array([str(each) for each in list_kinds(frame)[rows].tolist()], pa.string()).dictionary_encode())
    columns += [frame.columns[name].take(places) for name in ("unit", "pedigree")]
    key = hash_rows("factors", columns)
    conversion = np.array([each.conversion for each in factors])
    return read_distributions(frame, rows, key, conversion, value[rows], pedigree, method.label)


@dataclass(frozen=True, slots=True)
class FactorDraws:
    """Burdens, and the drawn factors they are in proportion to.

    Attributes
    ----------
    entries : Entries
        Direct contributions of every activity to the indicators that are drawn.
    row : (m,) int64
        Which of the distributions the factor of every entry is drawn from; -1 where it is certain.
    static : (m,) float64
        What that distribution is worth in the entry's value.
    distributions : Distributions
        Of the factors that occur, one for all that are alike.
    """

    entries: Entries
    row: NDArray[np.int64]
    static: NDArray[np.float64]
    distributions: Distributions


def draw_factors(
    footprints: Footprints, system: System, listed: Distributions, is_chosen: NDArray[np.bool_]
) -> FactorDraws:
    """List the burdens of a system, each with the factor it is drawn with.

    Parameters
    ----------
    footprints : Footprints
        Method and matched factors.
    system : System
        The system that was scored, with amounts of its own.
    listed : Distributions
        Of all factors of the method.
    is_chosen : (k,) bool
        Indicators that are drawn.

    Returns
    -------
    FactorDraws
    """
    method, matched = footprints.method, footprints.matched
    zero = set(listed.row[listed.amount == 0].tolist())
    if zero:  # a weight is what a factor of one makes
        lifted = (replace(each, value=1.0) if at in zero else each for at, each in enumerate(method.factors))
        method = replace(method, factors=tuple(lifted))
        matched = match_factors(system, method, Findings())
    entries, _ = find_burdens(system, method, matched, order_coupling(system.coupling))
    keep = is_chosen[entries.indicator]
    if not len(listed):
        entries = entries.take(keep)
        return FactorDraws(entries, np.full(len(entries), -1), np.ones(len(entries)), listed)
    position = np.full(len(entries), -1)
    own = list_factors(system, matched)
    position[: len(own)] = own
    entries, position = entries.take(keep), position[keep]
    of_position = np.full(len(method.factors) + 1, -1)  # the last is for entries without a factor
    of_position[listed.row] = np.arange(len(listed))
    at = of_position[position]
    used = np.unique(at[at >= 0])
    first, group = _find_alike(listed.key[used])
    place, drawn = np.searchsorted(used, at), at >= 0
    row = np.full(len(entries), -1)
    row[drawn] = group[place[drawn]]
    static = np.ones(len(entries))
    value = np.array([method.factors[each].value for each in listed.row.tolist()])
    static[drawn] = value[at[drawn]] * listed.factor[used[first]][row[drawn]] / listed.factor[at[drawn]]
    return FactorDraws(entries, row, static, listed.take(used[first]))


def _find_alike(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the first row of every key, in order of the rows, and the position among these of every row's."""
    _, at, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(at)
    rank = np.empty(len(at), np.int64)
    rank[order] = np.arange(len(at))
    return at[order], rank[inverse.reshape(-1)]
