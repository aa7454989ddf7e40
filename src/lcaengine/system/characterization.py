"""Characterization: C, and the direct contributions C B of every activity, exchange row by exchange row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Finding
from lcaengine.inventory.inventory import DataType
from lcaengine.method import SITE_ENERGY, Method
from lcaengine.system.declared import Declared
from lcaengine.system.site_energy import list_site_energy
from lcaengine.system.system import System

__all__ = ["Burdens", "Characterization", "characterize"]


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
    is_uncharacterized : (b,) bool
        Rows of B for which no indicator has a factor.
    declared : Declared
        Footprints that suppliers declare.
    warnings : tuple of Finding
    """

    kind: NDArray[np.int64]
    indicator: NDArray[np.int64]
    factor: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    is_uncharacterized: NDArray[np.bool_]
    declared: Declared
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
        Whether its supplier declares other indicators and not this one.
    """

    direct: NDArray[np.float64]
    size: NDArray[np.float64]
    primary: NDArray[np.float64]
    is_elsewhere: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]


def characterize(system: System, method: Method, matched: Characterization) -> Burdens:
    """Give the direct contributions d = C B of every activity, and their sizes by exchange row.

    Returns
    -------
    Burdens
    """
    activity, indicator, value, data_type, elsewhere = _list_contributions(system, method, matched)
    shape = (len(system.activities), len(method.indicators))
    direct, size, primary = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    with np.errstate(over="ignore"):  # the solver refuses what is not finite
        np.add.at(direct, (activity, indicator), value)
        np.add.at(size, (activity, indicator), np.abs(value))
    is_primary = data_type == DataType.PRIMARY
    np.add.at(primary, (activity[is_primary], indicator[is_primary]), np.abs(value[is_primary]))
    marked = np.zeros(shape, np.bool_)
    marked[activity[elsewhere], indicator[elsewhere]] = True
    return Burdens(direct, size, primary, marked, matched.declared.is_missing)


def _list_contributions(
    system: System, method: Method, matched: Characterization
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int8], NDArray[np.bool_]]:
    """List activity, indicator, contribution, data type, and whether the factor is another place's."""
    b, of_row = system.interventions, system.inventory.exchanges.data_type
    count = np.bincount(matched.kind, minlength=len(b.flow))
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) if len(count) else count
    repeats = count[b.kind]
    entry = np.repeat(np.arange(len(b.kind)), repeats)
    offset = np.arange(len(entry)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    factor = first[b.kind[entry]] + offset
    lists = [
        (
            b.activity[entry],
            matched.indicator[factor],
            matched.factor[factor] * b.amount[entry],
            of_row[b.row[entry]],
            matched.is_elsewhere[factor],
        )
    ]
    site = method.find(SITE_ENERGY)
    if site >= 0:
        buyer, energy, bought = list_site_energy(system)
        at = np.full(len(buyer), site, np.int64)
        lists.append(
            (buyer, at, energy / method.indicators[site].unit.factor, of_row[bought], np.zeros(len(buyer), np.bool_))
        )
    own = matched.declared
    declaring = system.inventory.processes.data_type[system.activities.process[own.activity]]
    lists.append((own.activity, own.indicator, own.value, declaring, np.zeros(len(own.activity), np.bool_)))
    activity, indicator, value, data_type, elsewhere = (np.concatenate(columns) for columns in zip(*lists, strict=True))
    return activity, indicator, value, data_type, elsewhere
