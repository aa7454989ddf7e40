"""Drawn inventories with all that a chain can have: loops, a market, co-products, credits, a bill of materials."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lcaengine as lca
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_invariance import draw_inventory

SUPPLIERS = ("alpha", "beta", "gamma", "")
PLACES = ("CN", "US", "", "DE")


def draw_chain(seed: int, count: int = 12) -> dict[str, list[Row]]:
    """Draw the inventory of tests/test_invariance.py, and add what it lacks.

    A market of `mix` by two makers, `joint` with two products and given shares, `spare` whose co-product replaces the
    market's, and a bill; p04 to p07 take a little of each, so that they are in the loops. Demand per output stays
    below one.
    """
    generator = random.Random(seed)
    tables: dict[str, list[Row]] = draw_inventory(seed, count)
    tables["processes"] = [
        {**row, "supplier_id": SUPPLIERS[k % 4], "location": PLACES[k % 4]} for k, row in enumerate(tables["processes"])
    ]
    output = {str(r["process_id"]): float(str(r["amount"])) for r in tables["exchanges"] if r["is_reference"]}
    tables["processes"] += [
        process("maker-1", "processing", supplier_id="alpha", location="CN"),
        process("maker-2", supplier_id="delta"),
        process("joint", "assembly", supplier_id="beta", allocation="as_given"),
        process("spare", allocation="substitution"),
    ]
    tables["flows"] += [product(name) for name in ("mix", "first", "second", "main")]
    tables["exchanges"] += [
        *(makes(f"maker-{k}", "mix", 2.0) for k in (1, 2)),
        *(takes(f"maker-{k}", f"p0{k}", generator.uniform(0.1, 1.0)) for k in (1, 2)),
        *(emits(f"maker-{k}", generator.uniform(0.0, 5.0)) for k in (1, 2)),
        makes("joint", "first", 3.0),
        exchange("joint", "second", "output", 2.0),
        takes("joint", "p02", 0.7),
        emits("joint", generator.uniform(0.0, 5.0)),
        makes("spare", "main"),
        exchange("spare", "mix", "output", 0.2),
        takes("spare", "p03", 0.4),
        emits("spare", 1.0),
        *(
            takes(taker, flow, 0.03 * output[taker])
            for taker, flow in (("p04", "mix"), ("p05", "first"), ("p06", "second"), ("p07", "main"))
        ),
    ]
    share = generator.uniform(0.1, 0.9)
    tables["markets"] = [
        {"flow_id": "mix", "process_id": "maker-1", "share": share},
        {"flow_id": "mix", "process_id": "maker-2", "share": 1.0 - share},
    ]
    tables["allocation"] = [
        {"process_id": "joint", "product_flow_id": "first", "factor": 0.75},
        {"process_id": "joint", "product_flow_id": "second", "factor": 0.25},
    ]
    tables["demand"] = [
        {"demand_id": "bill", "product_id": flow, "amount": amount, "unit": "kg"}
        for flow, amount in (("mix", 2.0), ("second", 1.0), ("p05", 0.3))
    ]
    return tables


def score_tables(tables: Tables, by: str = "stage", policy: lca.Policy | None = None) -> lca.Footprints:
    """Write tables to a folder of their own, read and score them."""
    with tempfile.TemporaryDirectory() as folder:
        return lca.score(lca.read_inventory(write_inventory(Path(folder) / "inventory", tables)), "core", policy, by)


def to_dense(footprints: lca.Footprints, indicator: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give A (product by activity) and d of one indicator of a small system, dense.

    d is what A' gives of the intensities, so that a twin needs nothing of how the engine takes figures apart.
    """
    coupling = footprints.system.coupling
    A = np.diag(coupling.diagonal).astype(np.float64)
    for a in range(len(coupling)):
        for at in range(coupling.indptr[a], coupling.indptr[a + 1]):
            A[coupling.indices[at], a] += coupling.data[at]
    Y = footprints.value[:, -1, footprints.select([indicator])[0]]
    return A, A.T @ Y
