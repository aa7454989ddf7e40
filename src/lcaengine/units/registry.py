"""The registry: pint's reading of the definitions, for labels that have no line among the exact ones."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from lcaengine.units.definitions import BASES, DEFINITIONS, LABELS

__all__ = ["ask_pint"]


def ask_pint(label: str) -> tuple[str, Fraction, str]:
    """Ask pint for a label of the list.

    Returns
    -------
    dimension : str
    factor : Fraction
        Base units per `label`, exact; one where no base is named for the dimension.
    base : str
        Label of the base unit.
    """
    quantity = _registry().Quantity(Fraction(1), LABELS[label])
    dimension = _write_dimension(quantity)
    base = _bases().get(dimension)
    if base is None:
        return dimension, Fraction(1), label
    return dimension, Fraction(quantity.to(LABELS[base]).magnitude), base


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint  # takes longer to import than most inventories to read

    registry: Any = pint.UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions(DEFINITIONS.strip().splitlines())
    return registry


@lru_cache(maxsize=1)
def _bases() -> dict[str, str]:
    return {_write_dimension(_registry().Quantity(Fraction(1), LABELS[label])): label for label in BASES}


def _write_dimension(quantity: Any) -> str:
    return " * ".join(f"{name}^{power}" for name, power in sorted(quantity.dimensionality.items()))
