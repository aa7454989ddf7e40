"""Sobol indices of scores: closed forms, replays, and what is refused."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.uncertainty.distributions import MIRRORED
from lcaengine.uncertainty.draws import draw_uniform, draw_values, place_values
from lcaengine.uncertainty.widened import join_lists
from tests.scoring import score
from tests.tables import Row, emits, takes
from tests.test_drivers import CHAIN, LOOP, chain, lognormal, mix, normal
from tests.test_moments import TYPES, distribution

WIDE = [
    takes("mill", "bar", 2.0, **lognormal(2.0, 0.8)),
    takes("smelter", "ore", 3.0, **lognormal(3.0, 0.6)),
    emits("mine", 5.0, **lognormal(5.0, 0.4)),
]


def indices_of(found: lca.GlobalIndices) -> dict[str, dict[str, Any]]:
    return {each["part"]: each for each in found.table.to_pylist()}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_product_of_wide_lognormals(tmp_path: Path, count: int) -> None:
    """With q_i = exp(sigma_i^2): S_i = (q_i - 1) / (q - 1) and T_i = 1 - (q / q_i - 1) / (q - 1), q their product.

    What is not chosen is one number, of the product of its q.
    """
    found = lca.find_global_indices(score(tmp_path, chain(*WIDE)), process_id="mill", count=count, samples=1024, seed=2)
    q = [math.exp(sigma**2) for sigma in (0.8, 0.6, 0.4)]
    groups = [*q[:count], math.prod(q[count:])]
    whole = math.prod(q) - 1
    rows = found.table.to_pylist()
    assert [each["part"] for each in rows][:1] == ["mill: bar"]
    assert rows[-1]["part"] == "all others"
    assert found.evaluations == 1024 * (count + 3)
    assert found.total == pytest.approx(30.0)
    for each, own in zip(rows, groups, strict=True):
        first, total = (own - 1) / whole, 1 - (math.prod(q) / own - 1) / whole
        assert abs(each["first_order"] - first) < max(2.5 * each["first_order_half_width"], 1e-9)
        assert abs(each["total"] - total) < max(2.5 * each["total_half_width"], 1e-9)


def test_rows_are_chosen_by_name_and_numbers_are_made_again(tmp_path: Path) -> None:
    footprints = score(tmp_path, chain(*WIDE))
    drivers = {
        each["part"]: each for each in lca.list_drivers(footprints, process_id="mill", draws=0).table.to_pylist()
    }
    row = drivers["smelter: ore"]["row"]
    given: dict[str, Any] = {"process_id": "mill", "rows": [("exchanges", row)], "samples": 64, "seed": 2**64 - 1}
    found, again = (lca.find_global_indices(footprints, **given) for _ in range(2))
    assert list(indices_of(found)) == ["smelter: ore", "all others"]
    assert found.table.equals(again.table)
    other = lca.find_global_indices(footprints, **{**given, "seed": 1})
    assert not found.table.equals(other.table)


MARKET = {"a": 0.5, "b": 0.3, "c": 0.2}


def mill(tmp_path: Path) -> lca.Footprints:
    """A mill that takes ore of a market whose mix is uncertain, and emits."""
    tables = dict(mix(MARKET, **normal(0.5, 0.05)))
    tables["exchanges"] = [*tables["exchanges"], emits("mill", 1.0, **normal(1.0, 0.2))]
    return score(tmp_path, tables)


EMISSION, MIX = "mill: Carbon dioxide, fossil (air)", "market of ore at GLO: mix"


@pytest.mark.parametrize("rows", [(), [("markets", 2)], [("exchanges", 9)], [("exchanges", 9), ("markets", 3)]])
def test_a_mix_is_one_number(tmp_path: Path, rows: list[tuple[str, int]]) -> None:
    """The score is a sum of an emission and of what a mix moves: the two share the variance, chosen or not."""
    footprints = mill(tmp_path)
    emission = next(
        r for r in lca.list_drivers(footprints, process_id="mill", draws=0).table.to_pylist() if r["part"] == EMISSION
    )
    assert emission["row"] == 9
    found = lca.find_global_indices(footprints, process_id="mill", rows=rows, samples=512)
    named = indices_of(found)
    chosen = {"exchanges": EMISSION, "markets": MIX}
    expected = [chosen[table] for table, _ in rows] or [EMISSION, MIX]
    assert list(named) == [*expected, "all others"]
    assert found.evaluations == 512 * (len(expected) + 3)
    share = 0.04 / (0.04 + 0.0229)  # the variance of the mix: tests/test_drivers.py
    shares = {
        EMISSION: share,
        MIX: 1 - share,
        "all others": 1 - sum({EMISSION: share, MIX: 1 - share}[each] for each in expected),
    }
    for each, own in named.items():
        for name in ("first_order", "total"):
            assert abs(own[name] - shares[each]) < max(2.5 * own[f"{name}_half_width"], 1e-9), each


def test_a_mix_is_named_once(tmp_path: Path) -> None:
    rows = [("markets", 1), ("markets", 2)]
    with pytest.raises(lca.LcaError, match="of a mix that is named already"):
        lca.find_global_indices(mill(tmp_path), process_id="mill", rows=rows, samples=16)


@pytest.mark.parametrize("given", [each for each, _ in TYPES])
@pytest.mark.parametrize("negative", [False, True])
def test_values_at_the_uniform_numbers_of_draws_are_the_draws(given: tuple[Any, ...], negative: bool) -> None:
    own = dataclasses.replace(distribution(*given), negative=np.array([negative and given[0] in MIRRORED]))
    low, high = (-2.6, -1.9) if negative else (1.9, 2.6)
    both = join_lists(own, distribution(2, 0.8, 0.1, minimum=low, maximum=high, negative=negative))
    uniform = draw_uniform(both.key, 3, 0, 50)
    assert place_values(both, uniform) == pytest.approx(draw_values(both, 3, 0, 50), rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"samples": 100}, "no power of two"),
        ({"samples": 8}, "no power of two"),
        ({"samples": 64.0}, "no power of two"),
        ({"count": 0}, "count is 0"),
        ({"seed": -1}, "seed"),
        ({"stage": "nowhere"}, "stage is"),
        ({"rows": [("exchanges", 1)]}, "no uncertain row"),  # certain
        ({"rows": [("gold", 5)]}, "no uncertain row"),
        ({"rows": [5]}, "no uncertain row"),
        ({"rows": [("exchanges", 5), ("exchanges", 5)]}, "named twice"),
        ({"process_id": "plant"}, r"no uncertain number.*\n.*\n.*contributions --drivers, or list_drivers"),
        ({"process_id": "mine", "rows": [("exchanges", 5)]}, "does not vary"),
    ],
)
def test_choices_that_are_none_are_refused(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    rows: list[Row] = [*CHAIN[:2], emits("mine", 5.0), emits("plant", 1.0)]
    with pytest.raises(lca.LcaError, match=said) as refused:
        lca.find_global_indices(score(tmp_path, chain(*rows)), **{"process_id": "mill", "samples": 16, **asked})
    assert refused.value.fix


def test_a_sample_without_an_answer_is_refused_with_the_loop(tmp_path: Path) -> None:
    rows = [*LOOP[:2], takes("mine", "power", 0.5, "MJ", **normal(0.5, 0.3))]
    with pytest.raises(lca.SolveError, match=r"sample has no answer.*loop of"):
        lca.find_global_indices(score(tmp_path, chain(*rows)), process_id="plant", samples=64)


def test_without_salib_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcaengine.uncertainty.variance_indices.find_spec", lambda _: None)
    with pytest.raises(lca.LcaError, match="SALib") as refused:
        lca.find_global_indices(score(tmp_path, chain(*WIDE)), process_id="mill")
    assert "sensitivity" in refused.value.fix


def test_a_stage_has_indices_of_its_own(tmp_path: Path) -> None:
    """The smelter's own burden, bought by the mill: the ore has nothing to do with it."""
    rows = [*WIDE, emits("smelter", 1.0, **lognormal(1.0, 0.3))]
    found = lca.find_global_indices(
        score(tmp_path, chain(*rows)), process_id="mill", stage="processing", samples=256, count=4
    )
    assert list(indices_of(found)) == ["mill: bar", "smelter: Carbon dioxide, fossil (air)", "all others"]
    assert np.abs([indices_of(found)["all others"][name] for name in ("first_order", "total")]).max() < 1e-9
