"""What draws may hold, and what is no draw: refused before anything is drawn, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from tests.conftest import Run

PLACE = lca.find_example("two-suppliers")
INVENTORY = lca.read_inventory(PLACE)
SCORED = lca.score(INVENTORY)
GHG: dict[str, Any] = {"indicators": ["ghg"]}


def mines() -> list[lca.Alternative]:
    return [lca.Alternative(name, SCORED, process_id=name) for name in ("mine-a", "mine-b")]


def draw_suppliers(target: Path, **given: Any) -> object:
    return lca.simulate_suppliers(PLACE.parent / "suppliers", PLACE, target, **{**GHG, "draws": 4, **given})


TOO_MANY: dict[str, Callable[[Path], object]] = {
    "simulate": lambda _: lca.simulate(INVENTORY, draws=10**12, **GHG),
    "simulate 2": lambda _: lca.simulate(INVENTORY, draws=40_000_000, **GHG),  # 5 activities x 4 parts x 8 bytes: 6 GiB
    "list_drivers": lambda _: lca.list_drivers(SCORED, product_id="metal", draws=10**11),
    "compare_draws": lambda _: lca.compare_draws(mines(), draws=10**11, **GHG),
    "draw_values": lambda _: lca.draw_values(lca.list_distributions(INVENTORY), 1, 0, 10**12),
    "find_global_indices": lambda _: lca.find_global_indices(SCORED, product_id="metal", samples=2**40),
    "simulate_suppliers": lambda folder: draw_suppliers(folder / "out", draws=9_999_999_999),
}


@pytest.mark.parametrize("name", TOO_MANY)
def test_more_than_may_be_held_is_refused_with_what_fits(name: str, tmp_path: Path) -> None:
    with pytest.raises(lca.LcaError, match=r"(?s)would hold [0-9,.]+ GiB, more than 4.*ask for \d+ or fewer"):
        TOO_MANY[name](tmp_path)


def test_what_fits_is_what_is_said_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """5 activities x 4 parts x 8 bytes, and 4 parts of what is kept, twice: 28 numbers a draw."""
    fits = 80
    monkeypatch.setattr("lcaengine.uncertainty.capacity.MOST_BYTES", 8 * fits * (20 + 2 * 4))
    kept = {"keep": ["refinery"], **GHG}
    assert lca.simulate(INVENTORY, draws=fits, **kept).draws == fits
    with pytest.raises(lca.LcaError, match=f"ask for {fits} or fewer"):
        lca.simulate(INVENTORY, draws=fits + 8, **kept)


def test_memory_that_runs_out_all_the_same_is_told_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr("lcaengine.uncertainty.simulation.prepare_draws", run_out)
    with pytest.raises(lca.LcaError, match=r"(?s)not enough memory: Unable to allocate 9 GiB.*ask for fewer"):
        lca.simulate(INVENTORY, draws=4, **GHG)
    code, _, err = run("simulate", PLACE, "--draws", "4")
    assert (code, "not enough memory" in err) == (2, True)


WRONG: dict[str, Callable[[Path], object]] = {
    "pedigree is text": lambda _: lca.simulate(INVENTORY, draws=4, pedigree="none"),  # type: ignore[arg-type]
    "pedigree of drivers": lambda _: lca.list_drivers(SCORED, process_id="grid", pedigree="none"),  # type: ignore[arg-type]
    "policy is text": lambda _: lca.simulate(INVENTORY, draws=4, policy="x"),  # type: ignore[arg-type]
    "policy is a dictionary": lambda _: lca.simulate(INVENTORY, draws=4, policy={}),  # type: ignore[arg-type]
    "basic is nothing": lambda _: lca.Pedigree(basic=None),  # type: ignore[arg-type]
    "basic is text": lambda _: lca.Pedigree(basic="2"),  # type: ignore[arg-type]
    "basic is beyond": lambda _: lca.Pedigree(basic=1e300),
    "cutoff is nothing": lambda _: lca.list_drivers(SCORED, process_id="grid", cutoff=None),  # type: ignore[arg-type]
    "cutoff is text": lambda _: lca.list_drivers(SCORED, process_id="grid", cutoff="a"),  # type: ignore[arg-type]
    "product is a number": lambda _: lca.list_drivers(SCORED, product_id=3),  # type: ignore[arg-type]
    "limits are a list": lambda folder: draw_suppliers(folder / "out", limits=["ghg"]),
    "first is half": lambda _: lca.draw_values(lca.list_distributions(INVENTORY), 1, 0.5, 3),  # type: ignore[arg-type]
    "first is beyond": lambda _: lca.draw_values(lca.list_distributions(INVENTORY), 1, 2**65, 3),
    "seed is half": lambda _: lca.draw_values(lca.list_distributions(INVENTORY), 1.5, 0, 3),  # type: ignore[arg-type]
    "draws are true": lambda _: lca.simulate(INVENTORY, draws=True),
    "split is a list": lambda _: lca.simulate(INVENTORY, draws=4, by=["stage"]),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_of_another_type_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(lca.LcaError) as refused:
        WRONG[name](tmp_path)
    assert refused.value.what
    assert refused.value.fix


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    plain = lca.simulate(INVENTORY, draws=4, seed=7, **GHG)
    given = lca.simulate(INVENTORY, draws=np.int64(4), seed=np.uint64(7), **GHG)  # type: ignore[arg-type]
    assert given.to_arrow().equals(plain.to_arrow())
    assert (type(given.draws), type(given.seed)) == (int, int)


def test_an_indicator_that_is_named_twice_is_drawn_once() -> None:
    twice = lca.simulate(INVENTORY, draws=4, indicators=["ghg", "ghg"])
    assert twice.to_arrow().equals(lca.simulate(INVENTORY, draws=4, **GHG).to_arrow())


def test_a_split_that_is_none_is_told_those_that_draws_have(run: Run) -> None:
    code, _, err = run("simulate", PLACE, "--by", "nope")
    assert (code, "scope" in err, "split by stage, supplier or location" in err) == (2, False, True)
