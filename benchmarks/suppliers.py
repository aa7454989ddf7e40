"""Suppliers, drawn: ten exchanges each, in Parquet parts, against a background inventory that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

__all__ = ["EXCHANGES", "Background", "read_background", "write_suppliers"]

EXCHANGES = 10
"""A supplier's exchanges: what it makes, what it buys, what it takes from nature or gives off."""
ELEMENTARY = 2
PRODUCTS = 50
"""Products that suppliers make; each has many suppliers."""
PROVIDERS = 100
FLOWS = 20
"""How many products of the background suppliers buy, and how many elementary flows they have, at most."""
BY_PRODUCT = 0.2
"""Share of inputs that name their product only; one process makes it."""
PRIMARY = 0.3
STAGES = ("extraction", "processing", "assembly")
LOCATIONS = ("CN", "US", "DE", "JP", "AU", "GLO")


@dataclass(frozen=True, slots=True)
class Background:
    """What suppliers may buy, and what they may take from nature or give off.

    Attributes
    ----------
    process, product, unit : (n,) array of string
        Reference rows of the background.
    flow, direction, flow_unit : (m,) array of string
        Its elementary flows.
    """

    process: pa.Array
    product: pa.Array
    unit: pa.Array
    flow: pa.Array
    direction: pa.Array
    flow_unit: pa.Array


def read_background(folder: Path) -> Background:
    """Read what suppliers may draw on from an inventory of Parquet tables."""
    columns = ["process_id", "flow_id", "direction", "unit", "is_reference"]
    exchanges = pq.read_table(folder / "exchanges.parquet", columns=columns)
    made = exchanges.filter(exchanges["is_reference"])
    flows = pq.read_table(folder / "flows.parquet", columns=["flow_id", "kind"])
    elementary = flows.filter(pc.equal(flows["kind"], "elementary"))["flow_id"]
    given = exchanges.filter(pc.is_in(exchanges["flow_id"], value_set=elementary))
    given = given.select(["flow_id", "direction", "unit"]).group_by(["flow_id", "direction", "unit"]).aggregate([])
    given = given.sort_by("flow_id")
    names = (made["process_id"], made["flow_id"], made["unit"], given["flow_id"], given["direction"], given["unit"])
    return Background(*(each.combine_chunks() for each in names))


def write_suppliers(background: Background, folder: Path, suppliers: int, part: int = 100_000, seed: int = 1) -> Path:
    """Write suppliers part by part: memory is that of one part.

    A part holds whole suppliers, and its rows depend on its number and the seed alone. Text columns are dictionary
    encoded as far as pyarrow does so by itself.

    Parameters
    ----------
    background : Background
    folder : Path
        Made; holds ``inventory.toml``, ``flows.parquet`` and the folders ``processes`` and ``exchanges``.
    suppliers, part : int
        How many in all, and at most in a part.
    seed : int

    Returns
    -------
    Path
        The folder.
    """
    for table in ("processes", "exchanges"):
        (folder / table).mkdir(parents=True, exist_ok=True)
    (folder / "inventory.toml").write_text('schema_version = 1\nname = "drawn suppliers"\n', encoding="utf-8")
    product = [f"supplied-{at:02d}" for at in range(PRODUCTS)]
    flows = {"flow_id": product, "name": product, "kind": ["product"] * PRODUCTS, "unit": ["kg"] * PRODUCTS}
    pq.write_table(pa.table(flows), folder / "flows.parquet")
    for number, (processes, exchanges) in enumerate(_draw_parts(background, suppliers, part, seed)):
        pq.write_table(processes, folder / "processes" / f"part-{number:05d}.parquet")
        pq.write_table(exchanges, folder / "exchanges" / f"part-{number:05d}.parquet")
    return folder


def _draw_parts(background: Background, suppliers: int, part: int, seed: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    # The same popular providers in every part.
    popular = np.random.default_rng(seed).permutation(len(background.process))[:PROVIDERS]
    for number, first in enumerate(range(0, suppliers, part)):
        random = np.random.default_rng((seed, number))
        names = pa.array([f"supplier-{at:08d}" for at in range(first, min(first + part, suppliers))])
        yield _draw_processes(names, random), _draw_exchanges(background, names, popular, random)


def _draw_processes(names: pa.Array, random: np.random.Generator) -> pa.Table:
    count = len(names)
    return pa.table(
        {
            "process_id": names,
            "name": names,
            "stage": _choose(STAGES, random.integers(0, len(STAGES), count)),
            "supplier_id": names,
            "location": _choose(LOCATIONS, random.integers(0, len(LOCATIONS), count)),
            "data_type": _choose(("secondary", "primary"), (random.random(count) < PRIMARY).astype(np.int64)),
        }
    )


def _draw_exchanges(
    background: Background, names: pa.Array, popular: NDArray[np.int64], random: np.random.Generator
) -> pa.Table:
    """Draw the rows of one part: the reference first, then what is bought, then elementary flows, all different."""
    count, bought = len(names), EXCHANGES - 1 - ELEMENTARY
    provider = popular[_draw_different(random.random((count, bought)) ** 2.5, len(popular))]
    flow = _draw_different(random.random((count, ELEMENTARY)) ** 3.0, min(FLOWS, len(background.flow)))
    made = _choose([f"supplied-{at:02d}" for at in range(PRODUCTS)], random.integers(0, PRODUCTS, count))
    amount = random.lognormal(-3.0, 2.0, (count, EXCHANGES))
    amount[:, 0] = 1.0
    is_reference = np.zeros((count, EXCHANGES), np.bool_)
    is_reference[:, 0] = True
    is_named = random.random(provider.size) >= BY_PRODUCT
    named = pc.if_else(pa.array(is_named), _take(background.process, provider), pa.scalar(None, pa.string()))
    row = np.repeat(np.arange(count), EXCHANGES)

    def line_up(reference: pa.Array, inputs: pa.Array, elementary: pa.Array) -> pa.Array:
        """Put the three kinds of rows of each supplier after one another."""
        at = np.empty((count, EXCHANGES), np.int64)
        at[:, 0] = np.arange(count)
        at[:, 1 : 1 + bought] = count + np.arange(count * bought).reshape(count, bought)
        at[:, 1 + bought :] = count * (1 + bought) + np.arange(count * ELEMENTARY).reshape(count, ELEMENTARY)
        return _take(pa.concat_arrays([reference, inputs, elementary]), at)

    blank = pa.nulls(count * ELEMENTARY, pa.string())
    return pa.table(
        {
            "process_id": _take(names, row),
            "flow_id": line_up(made, _take(background.product, provider), _take(background.flow, flow)),
            "direction": line_up(
                _repeat("output", count), _repeat("input", count * bought), _take(background.direction, flow)
            ),
            "amount": amount.ravel(),
            "unit": line_up(_repeat("kg", count), _take(background.unit, provider), _take(background.flow_unit, flow)),
            "is_reference": is_reference.ravel(),
            "provider_id": line_up(pa.nulls(count, pa.string()), named, blank),
        }
    )


def _draw_different(place: NDArray[np.float64], among: int) -> NDArray[np.int64]:
    """Turn draws in [0, 1) into positions that differ within a row: those that meet move on by one."""
    at = np.sort((place * (among - place.shape[1])).astype(np.int64), axis=1)
    for column in range(1, at.shape[1]):
        at[:, column] = np.maximum(at[:, column], at[:, column - 1] + 1)
    return at


def _choose(values: list[str] | tuple[str, ...], at: NDArray[np.int64]) -> pa.Array:
    return _take(pa.array(values), at)


def _take(values: pa.Array, at: NDArray[np.int64]) -> pa.Array:
    return values.take(pa.array(at.ravel()))


def _repeat(value: str, count: int) -> pa.Array:
    return pa.repeat(value, count)
