"""A method: indicators, and what a unit of each elementary flow adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lcaengine.units import Unit

if TYPE_CHECKING:
    from lcaengine.findings import Finding
    from lcaengine.inventory.frame import Frame

__all__ = ["SITE_ELECTRICITY", "SITE_ENERGY", "SITE_INDICATORS", "SITE_RENEWABLE", "Factor", "Indicator", "Method"]

SITE_ENERGY = "energy_site"
"""The indicator that is counted from energy bought, not from elementary flows."""
SITE_ELECTRICITY = "electricity_site"
"""The same of electricity alone."""
SITE_RENEWABLE = "electricity_site_renewable"
"""And of electricity, what is renewable by the energy and energy_renewable of who generates it."""
SITE_INDICATORS = (SITE_ENERGY, SITE_ELECTRICITY, SITE_RENEWABLE)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its name, its unit, and what it means."""

    id: str
    name: str
    unit: Unit
    description: str

    @property
    def heading(self) -> str:
        """What stands above its numbers: its name, and the id that is typed, as ``greenhouse gases (ghg)``."""
        return f"{self.name} ({self.id})" if self.name not in ("", self.id) else self.id


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of factors.csv.

    Attributes
    ----------
    indicator : int
        Position of the indicator.
    flow_id, flow_name, compartment, sub_compartment : str
        What it matches: an id, or an exact name with its compartment; an empty sub-compartment matches what no finer
        factor does.
    is_input : bool
        Direction it matches.
    location : str
        Place it holds for; GLO where the table says none.
    value : float
        [unit of the indicator / base unit of `per`]
    per : Unit
        Unit of the flow it is given for.
    source_id : str
    row : int
        Row of the table, from 1.
    conversion : float
        What `value` is per unit of the number written in the row.
    """

    indicator: int
    flow_id: str
    flow_name: str
    compartment: str
    sub_compartment: str
    is_input: bool
    location: str
    value: float
    per: Unit
    source_id: str
    row: int
    conversion: float


@dataclass(frozen=True, slots=True)
class Method:
    """A method, checked.

    Attributes
    ----------
    name, version, publisher, licence, citation, gwp_set : str
    gwp_horizon : int
        [a]; 0 where the method says none.
    indicators : tuple of Indicator
    factors : tuple of Factor
    sources : dict of str to str
        Citation of each source_id.
    hash : str
        SHA-256 of the content.
    uncertainty : Frame, optional
        Factor, unit and distribution of every row of factors.csv, in its order; None where no row states any.
    warnings : tuple of Finding
        What is remarkable in it.
    label : str
        ``name/version``.

    Examples
    --------
    >>> import lcaengine as lca
    >>> lca.read_method("core").label
    'core/1.0-ar6'
    """

    name: str
    version: str
    publisher: str
    licence: str
    citation: str
    gwp_set: str
    gwp_horizon: int
    indicators: tuple[Indicator, ...]
    factors: tuple[Factor, ...]
    sources: Mapping[str, str]
    hash: str
    uncertainty: Frame | None = None
    warnings: tuple[Finding, ...] = ()

    @property
    def label(self) -> str:
        """Name and version as results carry them."""
        return f"{self.name}/{self.version}"

    def __repr__(self) -> str:
        return f"Method({self.label}: {len(self.indicators)} indicators, {len(self.factors)} factors, {self.hash[:12]})"

    def find(self, indicator: str) -> int:
        """Give the position of an indicator, -1 where there is none."""
        return next((k for k, each in enumerate(self.indicators) if each.id == indicator), -1)

    def name_indicator(self, indicator: str) -> str:
        """Give what stands above the numbers of an indicator: its name, and its id.

        Examples
        --------
        >>> import lcaengine as lca
        >>> lca.read_method("core").name_indicator("ghg")
        'greenhouse gases (ghg)'
        """
        return self.indicators[self.find(indicator)].heading

    def own_units(self) -> frozenset[str]:
        """Give the labels the method defines for itself, each a dimension of its own."""
        labels = (each.unit.label for each in self.indicators if each.unit.dimension == f"[{each.unit.label}]")
        return frozenset(labels)
