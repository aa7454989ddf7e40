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

SIZE, LARGE, SMOKE = 20_000, 100_000, 300


def _load(activities: int, folder: Path, hard: bool) -> tuple[Drawn, Spread]:
    drawn = load_system(find_database(activities), folder)
    return drawn, draw_spread(drawn, hard=hard)


def draw_products(activities: int, folder: Path, *, draws: int, indicators: int, hard: bool) -> Run:
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
    plan = Plan(footprints, draws, 1, lca.Pedigree(), np.zeros(0, np.int64), None)
    prepared = prepare_draws(plan, list(range(indicators)))

    def run() -> Answer:
        drawn = draw_indicators(prepared, 0, indicators)
        return Answer(lambda: drawn.mean[:0, 0])

    run()
    return run


def draw_reference(activities: int, folder: Path, *, draws: int, kind: str, hard: bool) -> Run:
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
        for _ in range(draws):
            next(lca)
        return Answer(lambda: np.empty((0, 1)))

    next(lca)
    return run


def _job(name: str, draws: int, indicators: int, size: int, *, kind: str = "IterativeLCA", hard: bool = False) -> Job:
    drawn = "one indicator" if indicators == 1 else f"{indicators} indicators"
    return Job(
        name,
        f"{draws} draws of all products, {drawn}, {'hard' if hard else 'mild'}",
        "activities",
        (size,),
        SMOKE,
        partial(draw_products, draws=draws, indicators=indicators, hard=hard),
        partial(draw_reference, draws=draws, kind=kind, hard=hard),
        lambda: f"bw2calc {kind}, one product, one method",
    )


DRAWN = (
    _job("draws-1", 1000, 1, SIZE),
    _job("draws-3", 1000, 3, SIZE),
    _job("draws-3-large", 128, 3, LARGE),
    _job("draws-hard", 32, 1, SIZE, hard=True),
    _job("draws-lca", 128, 1, SIZE, kind="LCA"),
)
"""As many draws as the reference makes in a few minutes; both sides have set up before, and drawn once.

Of the hard ones the first 32 have an answer, every one; of more, some loops need more of themselves than they make.
"""
