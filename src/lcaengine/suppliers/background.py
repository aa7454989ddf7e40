"""The background of suppliers: what a job knows of it, and the inventory itself where it is needed."""

from __future__ import annotations

from dataclasses import dataclass

from lcaengine.errors import DataError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.inventory import STAGES, Inventory, load_inventory

__all__ = ["Background", "load_background", "read_background"]


@dataclass(frozen=True, slots=True)
class Background:
    """What results say of a background, and where it stands.

    Attributes
    ----------
    place : str
    name, hash : str
        Of the inventory.
    stages : tuple of str
        Stages that occur in it.
    ids : tuple of str
        Of its processes.
    warnings : tuple of Finding
    """

    place: str
    name: str
    hash: str
    stages: tuple[str, ...]
    ids: tuple[str, ...]
    warnings: tuple[Finding, ...]


def read_background(place: str) -> Background:
    """Read the inventory at a place, and give what a job needs of it.

    Raises
    ------
    DataError
        With every blocking finding.
    """
    inventory = _read(place)
    used = set(inventory.frames["processes"].strings("stage").unique().to_pylist())
    return Background(
        *(place, inventory.about.name, inventory.hash),
        tuple(stage for stage in STAGES if stage in used),
        tuple(inventory.processes.ids.to_pylist()),
        inventory.warnings,
    )


def load_background(background: Background) -> Inventory:
    """Give the inventory of a background.

    Raises
    ------
    DataError
        If it is another than it was.
    """
    inventory = _read(background.place)
    if inventory.hash != background.hash:
        fix = "let the background be while suppliers are scored, and run it again"
        raise DataError("the background has changed since it was read", background.place, fix)
    return inventory


def _read(place: str) -> Inventory:
    found = Findings()
    inventory = load_inventory(place, found)
    raise_blockers(found, place)
    assert inventory is not None
    return inventory
