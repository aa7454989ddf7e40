"""The inventory: validated tables, amounts in base units, identities as positions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Finding
from lcaengine.inventory.about import About
from lcaengine.inventory.frame import Frame
from lcaengine.units import Unit

__all__ = ["DataType", "Exchanges", "Flows", "Inventory", "Kind", "Processes", "Property", "show_id"]

_OPAQUE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{24,}")
"""Ids that say nothing to a reader: UUIDs and hashes."""


def show_id(id: str, name: str) -> str:
    """Write an id for a reader: as it is, or, where it is a UUID or a hash, the name and how the id begins.

    Examples
    --------
    >>> show_id("mine-a", "Mine A"), show_id("0073ee84-5cb1-3e11-b647-95e2e9d36c5b", "Electricity, grid")
    ('mine-a', 'Electricity, grid [0073ee84]')
    """
    return f"{name} [{id[:8]}]" if name and _OPAQUE.fullmatch(id) else id


class Kind(IntEnum):
    """What a flow is."""

    PRODUCT = 0
    WASTE = 1
    ELEMENTARY = 2


class DataType(IntEnum):
    """Where a number comes from."""

    BLANK = -1
    PRIMARY = 0
    SECONDARY = 1
    PROXY = 2


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a flow.

    Attributes
    ----------
    value : float
        [base units of the property per base unit of the flow]
    dimension : str
        Dimension of the property itself: that of ``MJ`` in ``MJ/kg``.
    base : str
        Label of its base unit.
    """

    value: float
    dimension: str
    base: str


@dataclass(frozen=True, slots=True)
class Flows:
    """Flows in order of their ids; every array has one entry a flow.

    Attributes
    ----------
    ids : pyarrow.Array of str
    names : list of str
    kind : (n,) int8
        :class:`Kind`.
    units : list of Unit
        Reference units.
    compartment, sub_compartment, category : list of str or None
    properties : dict
        (flow position, property name) to :class:`Property`.
    unit : (n,) int64
        Position of the reference unit in `kinds_of_unit`.
    kinds_of_unit : list of Unit
        The distinct reference units.
    """

    ids: pa.Array
    names: list[str]
    kind: NDArray[np.int8]
    units: list[Unit]
    compartment: list[str | None]
    sub_compartment: list[str | None]
    category: list[str | None]
    properties: Mapping[tuple[int, str], Property]
    unit: NDArray[np.int64]
    kinds_of_unit: list[Unit]

    def __len__(self) -> int:
        return len(self.names)

    def show(self, at: int) -> str:
        """Name a flow for a reader."""
        return show_id(self.ids[at].as_py(), self.names[at])


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes in order of their ids; every array has one entry a process.

    Attributes
    ----------
    ids : pyarrow.Array of str
    names : list of str
    stage : (n,) int8
        Position in :data:`~lcaengine.inventory.schema.STAGES`, -1 for background.
    supplier, location, allocation : list of str or None
    data_type : (n,) int8
        :class:`DataType`.
    production : (n,) float64
        What is made a year [base unit of the reference flow], NaN where it is not stated.
    """

    ids: pa.Array
    names: list[str]
    stage: NDArray[np.int8]
    supplier: list[str | None]
    location: list[str | None]
    allocation: list[str | None]
    data_type: NDArray[np.int8]
    production: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.names)

    def show(self, at: int) -> str:
        """Name a process for a reader."""
        return show_id(self.ids[at].as_py(), self.names[at])


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Exchange rows in canonical order; every array has one entry a row.

    Attributes
    ----------
    process, flow : (m,) int64
        Positions in :class:`Processes` and :class:`Flows`.
    is_input, is_reference, is_avoided : (m,) bool
    amount : (m,) float64
        [base unit of the flow], as written, without a sign of ours.
    provider : (m,) int64
        Position of the named provider, -1 where none is named.
    place : (m,) int32
        Position of the row's own place in `places`, -1 where it states none.
    places : list of str
    data_type : (m,) int8
        :class:`DataType`, the process's where the row has none, secondary where neither has one.
    rows : (m,) int64
        Row of the table as given, from 1.
    """

    process: NDArray[np.int64]
    flow: NDArray[np.int64]
    is_input: NDArray[np.bool_]
    amount: NDArray[np.float64]
    is_reference: NDArray[np.bool_]
    is_avoided: NDArray[np.bool_]
    provider: NDArray[np.int64]
    place: NDArray[np.int32]
    places: list[str]
    data_type: NDArray[np.int8]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def locate(self, row: int) -> str | None:
        """Give the row's own place, None where it states none."""
        at = int(self.place[row])
        return self.places[at] if at >= 0 else None


@dataclass(frozen=True, slots=True)
class Inventory:
    """A validated inventory in base units.

    Attributes
    ----------
    label : str
        The place it was read from, as the user wrote it.
    about : About
        inventory.toml.
    hash : str
        SHA-256 of the content, independent of row order and file encoding.
    processes, flows, exchanges
        The system's tables.
    frames : dict of str to Frame
        All tables, typed, in canonical order.
    warnings : tuple of Finding
        What passed with a remark.
    changes : tuple of str
        What is otherwise than it was read, where this is a scenario of it.

    Examples
    --------
    >>> import lcaengine as lca
    >>> inventory = lca.read_inventory(lca.find_example("neodymium-magnet"))
    >>> inventory.about.name
    'Neodymium magnet'
    """

    label: str
    about: About
    hash: str
    processes: Processes
    flows: Flows
    exchanges: Exchanges
    frames: Mapping[str, Frame]
    warnings: tuple[Finding, ...]
    changes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = f"{len(self.processes)} processes, {len(self.flows)} flows, {len(self.exchanges)} exchanges"
        return f"Inventory({self.about.name!r}: {counts}, {self.hash[:12]})"
