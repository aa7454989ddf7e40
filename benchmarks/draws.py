"""Draws of a whole system, in one process: every product in every draw, against bw2calc's draws of one product."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.calls import find_database, load_system
from benchmarks.inventories import write_inventory, write_method
from benchmarks.job import Answer, Job, Run
from benchmarks.packages import build_package
from benchmarks.systems import Drawn, Spread, draw_spread

__all__ = ["DRAWN"]

DRAWS = 32
"""Draws that are timed; both sides have set up before, and drawn once."""
SIZES = (20_000, 100_000)
SMOKE = 300


def _load(activities: int, folder: Path, hard: bool) -> tuple[Drawn, Spread]:
    drawn = load_system(find_database(activities), folder)
    return drawn, draw_spread(drawn, hard=hard)


def draw_products(activities: int, folder: Path, *, indicators: int, hard: bool) -> Run:
    """Prepare ours: the system is read and scored; timed are draws, solutions, residuals and statistics."""
    import lcaengine as lca
    from lcaengine.uncertainty.simulation import Plan, draw_indicators, prepare_draws

    kind = "hard" if hard else "mild"
    place = folder / f"drawn-{activities}-{kind}"
    system, spread = _load(activities, folder, hard)
    if not (place / "exchanges.parquet").exists():
        write_inventory(system, place, spread)
        write_method(system, folder / f"method-{activities}")
    footprints = lca.score(lca.read_inventory(place), lca.read_method(folder / f"method-{activities}"))
    plan = Plan(footprints, DRAWS, 1, lca.Pedigree(), np.zeros(0, np.int64), None)
    prepared = prepare_draws(plan, list(range(indicators)))

    def run() -> Answer:
        drawn = draw_indicators(prepared, 0, indicators)
        return Answer(lambda: drawn.mean[:0, 0])

    run()
    return run


def draw_reference(activities: int, folder: Path, *, kind: str, hard: bool) -> Run:
    """Prepare the reference: a class of bw2calc, one product and one method, draw by draw."""
    from benchmarks.calls import import_bw2calc

    bw2calc = import_bw2calc()
    drawn, spread = _load(activities, folder, hard)
    package = build_package(drawn, indicators=1, spread=spread)
    own: dict[str, object] = {"use_distributions": True, "seed_override": 1}
    if kind == "IterativeLCA":
        own["jacobi_pairing"] = "diagonal"  # where its references stand
    lca = getattr(bw2calc, kind)({1: 1.0}, data_objs=[package], **own)
    lca.lci()
    lca.lcia()

    def run() -> Answer:
        for _ in range(DRAWS):
            next(lca)
        return Answer(lambda: np.empty((0, 1)))

    next(lca)
    return run


def _job(
    name: str, about: str, indicators: int, sizes: tuple[int, ...], *, kind: str = "IterativeLCA", hard: bool = False
) -> Job:
    return Job(
        name,
        about,
        "activities",
        sizes,
        SMOKE,
        partial(draw_products, indicators=indicators, hard=hard),
        partial(draw_reference, kind=kind, hard=hard),
        lambda: f"bw2calc {kind}, one product, one method",
    )


DRAWN = (
    _job("draws-1", f"{DRAWS} draws of all products, one indicator, mild", 1, SIZES[:1]),
    _job("draws-3", f"{DRAWS} draws of all products, three indicators, mild", 3, SIZES),
    _job("draws-hard", f"{DRAWS} draws of all products, one indicator, hard", 1, SIZES[:1], hard=True),
    _job("draws-lca", f"{DRAWS} draws of all products, one indicator, mild", 1, SIZES[:1], kind="LCA"),
)
