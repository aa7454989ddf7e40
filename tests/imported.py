"""What was imported, for tests: rows without their empty fields, remarks by kind, footprints by product."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import lcaengine as lca
from lcaengine.formats import Imported, write_inventory
from tests.scoring import core

Fields = dict[str, object]


def rows(imported: Imported, table: str) -> list[Fields]:
    """Give the rows of a table without their empty fields."""
    return [{k: v for k, v in row.items() if v is not None} for row in imported.tables[table].to_pylist()]


def remarks(imported: Imported) -> Counter[str]:
    """Give how often each kind of thing was lost or changed."""
    return Counter({each.what: each.count for each in imported.remarks})


def find(imported: Imported, word: str) -> int:
    """Count what the remarks with a word in them say was lost or changed."""
    return sum(count for what, count in remarks(imported).items() if word in what)


def ghg(imported: Imported, folder: Path, *products: str) -> dict[str, float]:
    """Write, read and score what was imported, and give the footprint of each product."""
    inventory = lca.read_inventory(write_inventory(imported, folder / "inventory"))
    footprints = lca.score(inventory, core())
    return {product: footprints.get("ghg", product_id=product) for product in products}


def count_links(imported: Imported) -> Counter[str]:
    """Count product inputs by who makes the product: one process (unique), as co-product only, several, none."""
    kinds = {row["flow_id"]: row["kind"] for row in rows(imported, "flows")}
    products = [row for row in rows(imported, "exchanges") if kinds[row["flow_id"]] == "product"]
    made: dict[object, list[bool]] = {}
    for row in products:
        if row["direction"] == "output":
            made.setdefault(row["flow_id"], []).append("is_reference" in row)
    return Counter(name_link(made.get(row["flow_id"], [])) for row in products if row["direction"] == "input")


def name_link(makers: list[bool]) -> str:
    """Name the link to makers, each of which makes the product as its reference or not."""
    if len(makers) != 1:
        return "ambiguous" if makers else "unlinked"
    return "unique" if makers[0] else "co-product"
