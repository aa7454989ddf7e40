"""Characterization: C, and the direct contributions C B of every activity, exchange row by exchange row."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Finding
from lcaengine.inventory.inventory import DataType
from lcaengine.method import SITE_ELECTRICITY, SITE_ENERGY, Method
from lcaengine.system.declared import Declared
from lcaengine.system.site_energy import ELECTRICITY, list_site_energy
from lcaengine.system.system import System

__all__ = [
    "Burdens",
    "Characterization",
    "Entries",
    "list_entries",
    "list_factors",
    "make_entries",
    "sum_entries",
]


@dataclass(frozen=True, slots=True)
class Characterization:
    """C in entries, in order of B's rows.

    Attributes
    ----------
    kind, indicator : (m,) int64
        Row of B and indicator of each factor.
    factor : (m,) float64
        [unit of the indicator / base unit of the flow]
    is_elsewhere : (m,) bool
        Whether the factor is another place's, where the method has factors by place.
    position : (m,) int64
        Of the factor, in those of the method.
    is_uncharacterized : (b,) bool
        Rows of B for which no indicator has a factor.
    declared : Declared
        Footprints that suppliers declare.
    is_open : (n, k) bool
        Indicators that balance water, of processes that withdraw it and say nothing of its release.
    warnings : tuple of Finding
    """

    kind: NDArray[np.int64]
    indicator: NDArray[np.int64]
    factor: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    position: NDArray[np.int64]
    is_uncharacterized: NDArray[np.bool_]
    declared: Declared
    is_open: NDArray[np.bool_]
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Burdens:
    """Direct contributions of every activity, per its gross output.

    Attributes
    ----------
    direct : (n, k) float64
        d = C B, summed over exchange rows [unit of the indicator].
    size, primary : (n, k) float64
        Sum of |contribution| over exchange rows, all and those from primary data.
    is_elsewhere : (n, k) bool
        Whether a factor of another place is in it.
    is_missing : (n, k) bool
        Whether its supplier declares other indicators and not this one, or leaves open where its water goes.
    """

    direct: NDArray[np.float64]
    size: NDArray[np.float64]
    primary: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Entries:
    """Direct contributions one by one: an exchange row of an activity, an indicator.

    Attributes
    ----------
    activity, indicator : (m,) int64
    value : (m,) float64
        Per gross output of the activity [unit of the indicator].
    row : (m,) int64
        Exchange row, -1 for a declared footprint.
    data_type : (m,) int8
    is_elsewhere : (m,) bool
        Whether the factor is another place's.
    """

    activity: NDArray[np.int64]
    indicator: NDArray[np.int64]
    value: NDArray[np.float64]
    row: NDArray[np.int64]
    data_type: NDArray[np.int8]
    is_elsewhere: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.value)

    def take(self, keep: NDArray[np.bool_]) -> Entries:
        """Give the entries where `keep` holds."""
        return Entries(*(getattr(self, each.name)[keep] for each in fields(self)))


def sum_entries(system: System, method: Method, matched: Characterization, entries: Entries) -> Burdens:
    """Sum the direct contributions of every activity, d = C B, and their sizes by exchange row.

    Returns
    -------
    Burdens
    """
    activity, indicator, value = entries.activity, entries.indicator, entries.value
    shape = (len(system.activities), len(method.indicators))
    place, magnitude = activity * shape[1] + indicator, np.abs(value)

    def total(at: NDArray[np.int64], of: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(at, of, shape[0] * shape[1]).reshape(shape).astype(np.float64, copy=False)

    is_primary = entries.data_type == DataType.PRIMARY
    with np.errstate(over="ignore"):  # the solver refuses what is not finite
        direct, size = total(place, value), total(place, magnitude)
        primary = total(place[is_primary], magnitude[is_primary])
    elsewhere, counts = np.zeros(shape, np.bool_), entries.is_elsewhere & (value != 0)
    elsewhere[activity[counts], indicator[counts]] = True
    return Burdens(direct, size, primary, elsewhere, matched.declared.is_missing | matched.is_open)


def list_entries(system: System, method: Method, matched: Characterization) -> Entries:
    """List the direct contributions of every activity: elementary flows, energy bought, declared footprints.

    Returns
    -------
    Entries
    """
    b = system.interventions
    entry, factor = _pair_factors(b.kind, matched.kind, len(b.flow))
    value, elsewhere = matched.factor[factor] * b.amount[entry], matched.is_elsewhere[factor]
    found = [(b.activity[entry], matched.indicator[factor], value, b.row[entry], elsewhere)]
    for name, category in ((SITE_ENERGY, ""), (SITE_ELECTRICITY, ELECTRICITY)):
        k = method.find(name)
        if k >= 0:
            buyer, energy, bought, _ = list_site_energy(system, category)
            value = energy / method.indicators[k].unit.factor
            found.append((buyer, np.full(len(buyer), k), value, bought, np.zeros(len(buyer), np.bool_)))
    own = matched.declared
    count_own = len(own.activity)
    found.append((own.activity, own.indicator, own.value, np.full(count_own, -1), np.zeros(count_own, np.bool_)))
    return make_entries(system, *(np.concatenate(columns) for columns in zip(*found, strict=True)))


def list_factors(system: System, matched: Characterization) -> NDArray[np.int64]:
    """List the factors of the direct contributions, as positions in those of the method.

    Returns
    -------
    (p,) int64
        Of the first p of :func:`list_entries`; what follows there has none.
    """
    b = system.interventions
    return np.asarray(matched.position[_pair_factors(b.kind, matched.kind, len(b.flow))[1]])


def _pair_factors(
    kind: NDArray[np.int64], of_factor: NDArray[np.int64], kinds: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every entry of B with each factor of its row: positions of both, entry by entry."""
    count = np.bincount(of_factor, minlength=kinds)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) if len(count) else count
    repeats = count[kind]
    entry = np.repeat(np.arange(len(kind)), repeats)
    factor = np.repeat(first[kind] - np.cumsum(repeats) + repeats, repeats)
    factor += np.arange(len(entry))
    return entry, factor


def make_entries(
    system: System,
    activity: NDArray[np.int64],
    indicator: NDArray[np.int64],
    value: NDArray[np.float64],
    row: NDArray[np.int64],
    is_elsewhere: NDArray[np.bool_],
) -> Entries:
    """Make entries, each with the data type of its exchange row, or of the process that declares it."""
    exchanges, processes = system.inventory.exchanges, system.inventory.processes
    declaring = processes.data_type[system.activities.process[activity]]
    data_type = np.where(row >= 0, exchanges.data_type[np.maximum(row, 0)], declaring).astype(np.int8)
    return Entries(activity, indicator.astype(np.int64), value, row.astype(np.int64), data_type, is_elsewhere)
