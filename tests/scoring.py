"""Small inventories read and scored in one call, for tests of numbers derived by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import lcaengine as lca
from lcaengine.footprints import Footprints
from tests.tables import CO2, Row, Tables, process, write_inventory


@cache
def core() -> lca.Method:
    return lca.read_method("core")


def row(**values: object) -> Row:
    return values


def has(flow_id: str, name: str, value: float, unit: str) -> Row:
    """Give a property of a flow."""
    return row(flow_id=flow_id, property=name, value=value, unit=unit)


def system(
    *exchanges: Row, flows: Sequence[Row] = (), processes: Sequence[Row] = (), **tables: Sequence[Row]
) -> Tables:
    """Give the tables of an inventory; processes that no row describes have no stage and no place."""
    known = {str(each["process_id"]) for each in processes}
    others = dict.fromkeys(str(each["process_id"]) for each in exchanges)
    every = {
        "processes": [*processes, *(process(name) for name in others if name not in known)],
        "flows": [CO2, *flows],
        "exchanges": exchanges,
        **tables,
    }
    return {name: rows for name, rows in every.items() if rows}


def score(folder: Path, tables: Tables, policy: lca.Policy | None = None, by: str = "stage") -> Footprints:
    """Write, read and score an inventory by the method core."""
    return lca.score(lca.read_inventory(write_inventory(folder, tables)), core(), policy, by)


def ghg(footprints: Footprints, process_id: str = "", **words: str) -> float:
    return footprints.get("ghg", process_id=process_id, **words)


def codes(found: Sequence[lca.Finding]) -> list[str]:
    """Give the codes of findings, in order of the alphabet."""
    return sorted(each.code for each in found)


def complete(footprints: Footprints, **words: object) -> list[dict[str, Any]]:
    """Give the rows of the completeness record that say so."""
    return [r for r in footprints.completeness.to_pylist() if all(r[k] == v for k, v in words.items())]
