"""Draws of suppliers, in one process: shared and own draws, against a matrix product, a sort and the bare draws.

Suppliers are a part of 100,000, read and drawn once for every 100,000 of the size; what is timed begins with rows that
are read and a background that is drawn, and ends with statistics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.calls import find_database, load_system
from benchmarks.inventories import write_inventory, write_method
from benchmarks.job import Answer, Job, Run
from benchmarks.suppliers import EXCHANGES, read_background, write_suppliers
from benchmarks.systems import SMOKE, draw_spread

if TYPE_CHECKING:
    from lcaengine.suppliers.drawing import Drawing
    from lcaengine.suppliers.part import Part
    from lcaengine.suppliers.probes import Probes

__all__ = ["SUPPLIER_DRAWS"]

DRAWS = 1000
PART = 100_000
BLOCK = 10_000
"""Suppliers whose draws a reference holds at a time."""
COMPARED = 200
"""Suppliers whose statistics are compared with a twin's."""
SIGMA = 0.2
SMALL = 300
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ready:
    """A part and what it is drawn against."""

    part: Part
    probes: Probes
    drawing: Drawing


def _write(folder: Path, suppliers: int, own: bool) -> tuple[Path, Path, Path]:
    """Write a small background whose exchanges are uncertain, and suppliers whose own are, or are not."""
    background, method = folder / "drawn-background", folder / "drawn-method"
    if not (background / "exchanges.parquet").exists():
        system = load_system(find_database(SMOKE.activities), folder)
        write_inventory(system, background, draw_spread(system, hard=False))
        write_method(system, method)
    place = folder / f"drawn-suppliers-{suppliers}-{own}"
    if not place.exists():
        write_suppliers(read_background(background), place, suppliers)
        for file in sorted((place / "exchanges").iterdir()) if own else ():
            rows = pq.read_table(file)
            is_made = rows.column("is_reference").to_numpy()
            for name, values in (
                ("uncertainty_type", np.where(is_made, "none", "lognormal")),
                ("loc", np.where(is_made, rows.column("amount").to_numpy(), np.log(rows.column("amount").to_numpy()))),
                ("scale", np.where(is_made, np.nan, SIGMA)),
            ):
                rows = rows.append_column(name, pa.array(values, from_pandas=True))
            pq.write_table(rows, file)
    return place, background, method


def _prepare(suppliers: int, folder: Path, own: bool) -> Ready:
    """Read a part and draw what it needs of the background."""
    import lcaengine as lca
    from lcaengine.io.store import open_store
    from lcaengine.policy import Policy
    from lcaengine.suppliers.drawing import Drawing
    from lcaengine.suppliers.job import read_suppliers, solve_keys
    from lcaengine.suppliers.plan import prepare_job

    place, background, method = _write(folder, min(suppliers, PART), own)
    factors, store = lca.read_method(method), open_store(place)
    drawing = Drawing(DRAWS, 1, lca.Pedigree(), (factors.indicators[0].id,), {})
    name = "part-00000"
    job = prepare_job(store, [name], background, factors, Policy(), False, False, drawing)
    part, _ = read_suppliers(store, name, drawing)
    return Ready(part, solve_keys(part.keys, part, job), drawing)


def sample_suppliers(suppliers: int, folder: Path, *, own: bool, quantiles: bool) -> Run:
    """Prepare ours: draws of own rows, sums, statistics and, with own rows, the share that is within a limit."""
    from lcaengine.findings import Findings
    from lcaengine.suppliers.samples import sample_part
    from lcaengine.uncertainty.samples import LEVELS

    ready = _prepare(suppliers, folder, own)
    at = ready.probes.find(ready.part.keys)
    limit = np.full((len(ready.part), 1), 1.0 if own else np.nan)
    levels = LEVELS if quantiles else ()

    def run() -> Answer:
        for _ in range(-(-suppliers // PART)):
            found = sample_part(ready.part, at, ready.probes, ready.drawing, limit, Findings(), levels)
        assert found is not None
        total = [found.mean[:COMPARED, -1, 0], found.sd[:COMPARED, -1, 0], *found.quantiles[:, :COMPARED, -1, 0]]
        return Answer(lambda: np.stack(total, axis=1))

    return run


def _draw_twin(ready: Ready, suppliers: int) -> Numbers:
    """Draw totals row by row as the definition says, (suppliers, draws)."""
    import lcaengine as lca

    part, probes = ready.part, ready.probes
    at = probes.find(part.keys)
    assert probes.drawn is not None
    place = probes.drawn.place[-1, 0]
    values = np.empty((suppliers, DRAWS))
    for p in range(suppliers):
        rows = range(int(part.starts[p]), int(part.starts[p + 1]))
        total, made = np.zeros(DRAWS), 1.0
        for row in rows:
            kind = at[part.code[row]]
            if probes.product[kind] >= 0:
                made = part.amount[row] * probes.per_unit[kind]
            if place[kind] < 0:
                continue
            amount: Numbers | float = float(part.amount[row])
            if part.own is not None and part.own.at[row] >= 0:
                one = part.own.distributions.take(part.own.at[row : row + 1])
                amount = lca.draw_values(one, ready.drawing.seed, 0, DRAWS)[0]
            total += amount * probes.drawn.pool[place[kind]]
        values[p] = total / made
    return values


def _measure_twin(values: Numbers, quantiles: bool) -> Numbers:
    from lcaengine.uncertainty.samples import LEVELS

    some = values[:COMPARED]
    columns = [some.mean(axis=1), some.std(axis=1, ddof=1)]
    return np.stack([*columns, *(np.quantile(some, LEVELS, axis=1) if quantiles else ())], axis=1)


def multiply_matrices(suppliers: int, folder: Path) -> Run:
    """Prepare the reference: a dense product with as many multiplications, block by block."""
    random = np.random.default_rng(1)
    rows = min(suppliers, BLOCK)
    amounts, draws = random.random((rows, EXCHANGES)), random.random((EXCHANGES, DRAWS))
    product = np.empty((rows, DRAWS))
    twin = _draw_twin(_prepare(suppliers, folder, False), min(suppliers, COMPARED))

    def run() -> Answer:
        for _ in range(-(-suppliers // rows)):
            np.matmul(amounts, draws, out=product)
        return Answer(lambda: _measure_twin(twin, False))

    return run


def sort_blocks(suppliers: int, folder: Path) -> Run:
    """Prepare the reference: the draws of blocks of suppliers, sorted."""
    ready = _prepare(suppliers, folder, False)
    rows = min(suppliers, BLOCK)
    twin = _draw_twin(ready, rows)

    def run() -> Answer:
        for _ in range(-(-suppliers // rows)):
            np.sort(twin, axis=1)
        return Answer(lambda: _measure_twin(twin, True))

    return run


def draw_alone(suppliers: int, folder: Path, *, draw: Callable[[Numbers], object]) -> Run:
    """Prepare the reference: as many lognormals, block by block into one place, and nothing else."""
    ready = _prepare(suppliers, folder, True)
    twin = _draw_twin(ready, min(suppliers, COMPARED))
    rows = min(suppliers, BLOCK // 10)
    values = np.zeros((rows * (EXCHANGES - 1), DRAWS))
    draw(values)

    def run() -> Answer:
        for _ in range(-(-suppliers // rows)):
            draw(values)
        return Answer(lambda: _measure_twin(twin, True))

    return run


def _draw_ours(values: Numbers) -> None:
    """Draw the own exchanges of some suppliers by the engine's generator."""
    from lcaengine.kernels.draws import LOGNORMAL, draw

    count = len(values)
    keys = np.arange(count, dtype=np.uint64)
    draw(keys, np.zeros(count), np.full(count, SIGMA), LOGNORMAL, np.uint64(1), 0, values)


def _draw_theirs(values: Numbers) -> None:
    np.random.default_rng(1).lognormal(0.0, SIGMA, values.shape)


SUPPLIER_DRAWS = (
    Job(
        "shared",
        "suppliers in 1,000 draws of what they share, one indicator: mean and sd",
        "suppliers",
        (1_000_000,),
        SMALL,
        partial(sample_suppliers, own=False, quantiles=False),
        multiply_matrices,
        lambda: "numpy, a dense product with as many multiplications",
    ),
    Job(
        "quantiles",
        "the same with exact quantiles",
        "suppliers",
        (1_000_000,),
        SMALL,
        partial(sample_suppliers, own=False, quantiles=True),
        sort_blocks,
        lambda: "numpy, sorting the same blocks and nothing else",
    ),
    Job(
        "own-draws",
        "suppliers whose nine own exchanges are drawn, too: mean, sd, quantiles, P(claim holds)",
        "suppliers",
        (100_000,),
        SMALL,
        partial(sample_suppliers, own=True, quantiles=True),
        partial(draw_alone, draw=_draw_ours),
        lambda: "our generator, drawing as many lognormals and nothing else",
    ),
    Job(
        "own-numpy",
        "the same",
        "suppliers",
        (100_000,),
        SMALL,
        partial(sample_suppliers, own=True, quantiles=True),
        partial(draw_alone, draw=_draw_theirs),
        lambda: "numpy, drawing as many lognormals and nothing else",
    ),
)
