"""Replays of whole systems: draws alone, on any number of threads, of rows in any order and among others, renamed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import lcaengine as lca
from lcaengine.footprints.labels import find_labels
from lcaengine.kernels.vectors import DRAWS
from lcaengine.uncertainty.factors import list_factor_distributions
from lcaengine.uncertainty.mixes import draw_mixes
from lcaengine.uncertainty.solved import solve_static, solve_values
from lcaengine.uncertainty.structure import build_structure
from lcaengine.uncertainty.values import draw_rows
from tests.drawn_inventories import sample
from tests.drawn_methods import factor, read_drawn
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory
from tests.test_supplier_draws import lognormal
from tests.test_supplier_everything import BACKGROUND, FACTORS, amount, give, normal, share

SEED = 12
MORE: dict[str, Sequence[Row]] = {
    "flows": [product("glass"), product("sand")],
    "processes": [process("furnace", location="CN", allocation="as_given"), process("pit")],
    "exchanges": [
        *(makes("furnace", "glass"), {**makes("furnace", "sand", 0.5), "is_reference": False}),
        *(takes("furnace", "power", 2.0, "MJ", **lognormal(2.0, 0.2)), emits("furnace", 0.1, flow_id="ch4")),
        *(makes("pit", "sand"), emits("pit", 1.0, **lognormal(1.0, 0.2)), takes("pit", "cement", 0.1)),
    ],
    "markets": [
        *(share("sand", "furnace", 0.2, **normal(0.2, 0.05)), share("sand", "pit", 0.8)),
        *(
            {**amount("power", name, 1.0, **lognormal(1.0, 0.1)), "unit": "MJ", "location": "US"}
            for name in ("wind", "coal")
        ),
    ],
    "allocation": [give("furnace", "glass", 0.5, **normal(0.5, 0.1)), give("furnace", "sand", 0.5)],
}
"""Rows of every table, which stand beside those of the background, and none of which it takes."""


def rename(row: Row) -> Row:
    """Give a row with other ids of processes and flows."""
    ids = ("process_id", "flow_id", "product_flow_id", "exchange_flow_id", "provider_id")
    return {name: f"my {value}" if name in ids and value else value for name, value in row.items()}


def simulate(folder: Path, tables: Tables, factors: Sequence[Row] = FACTORS, draws: int = 100) -> lca.Samples:
    inventory = lca.read_inventory(write_inventory(folder / "inventory", tables))
    keep: list[str] = [*inventory.processes.ids.to_pylist(), *{str(row["flow_id"]) for row in tables["markets"]}]
    return lca.simulate(inventory, read_drawn(folder / "method", *factors), draws, SEED, keep=keep)


def list_draws(samples: lca.Samples) -> dict[tuple[str, str, str], NDArray[np.float64]]:
    """Give all draws that are kept, by process, product and place: (parts, indicators, draws)."""
    system = samples.footprints.system
    activities, flows = system.activities, system.inventory.flows.ids.to_pylist()
    names = [(activities.name[at], flows[activities.flow[at]], activities.location[at]) for at in samples.kept]
    return dict(zip(names, samples.values, strict=True))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> lca.Samples:
    return simulate(tmp_path_factory.mktemp("whole"), BACKGROUND, draws=1000)


def test_one_draw_alone_is_that_draw_of_a_thousand(whole: lca.Samples) -> None:
    """Amounts, factors, shares, allocations and every score of draw 777, made by itself: the same bits."""
    sampled, draw = sample(whole), 777
    assert min(whole.uncertain_by_table.values()) > 0
    lists = [sampled.distributions, sampled.market_amounts, list_factor_distributions(whole.footprints.method)]
    for listed in lists:
        assert len(listed) > 1
        assert np.array_equal(
            lca.draw_values(listed, SEED, draw, 1)[:, 0], lca.draw_values(listed, SEED, 0, 1000)[:, draw]
        )
    for mixes in (sampled.market_shares, sampled.allocation):
        assert len(mixes.concentration) > 1
        assert np.array_equal(draw_mixes(mixes, SEED, draw, 1)[:, 0], draw_mixes(mixes, SEED, 0, 1000)[:, draw])
    labels, label = find_labels(whole.footprints.system, whole.footprints.by)
    structure = build_structure(sampled, label, len(labels))
    alone = np.repeat(draw_rows(sampled, SEED, draw, 1), DRAWS, axis=1)
    solved = solve_values(sampled, structure, solve_static(sampled, structure), alone)
    assert np.array_equal(solved.intensity[whole.kept][..., 0], whole.values[..., draw])


def test_threads_change_no_bit(whole: lca.Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All scores and statistics of a thousand draws, in blocks side by side."""
    for threads in ("1", "2"):
        monkeypatch.setenv("LCAENGINE_THREADS", threads)
        again = simulate(tmp_path / threads, BACKGROUND, draws=1000)
        for name in ("values", "mean", "sd", "quantiles"):
            assert getattr(again, name).tobytes() == getattr(whole, name).tobytes(), (threads, name)


def test_rows_in_any_order_give_the_same_draws_of_everything(whole: lca.Samples, tmp_path: Path) -> None:
    """All tables and factors the other way round: the same bits."""
    backwards = {name: rows[::-1] for name, rows in BACKGROUND.items()}
    again, first = list_draws(simulate(tmp_path, backwards, FACTORS[::-1])), list_draws(whole)
    assert set(again) == set(first)
    assert len(first) == 11
    for name, values in again.items():
        assert values.tobytes() == first[name][..., :100].tobytes(), name


def test_added_rows_change_no_draw(whole: lca.Samples, tmp_path: Path) -> None:
    """Processes, a market, an allocation, a factor beside the others: scores of what was there, to the bit."""
    more = {name: [*MORE[name], *rows] if name in MORE else rows for name, rows in BACKGROUND.items()}
    added = [factor("ghg_land", "spill", 3.0, **lognormal(3.0, 0.2)), *FACTORS]
    again, first = simulate(tmp_path, more, added), list_draws(whole)
    assert again.uncertain_by_table != whole.uncertain_by_table
    counts = {name: again.uncertain_by_table[name] - count for name, count in whole.uncertain_by_table.items()}
    assert min(counts.values()) > 0
    found = list_draws(again)
    land = again.footprints.method.find("ghg_land")
    for name, values in first.items():
        expected = np.delete(values[..., :100], land, axis=1)
        assert np.delete(found[name], land, axis=1).tobytes() == expected.tobytes(), name


def test_other_ids_are_other_draws_of_the_same_distributions(whole: lca.Samples, tmp_path: Path) -> None:
    """Every process and flow renamed, in all tables and in the method: by Kolmogorov and Smirnov, in 44 tests."""
    renamed = {name: [rename(row) for row in rows] for name, rows in BACKGROUND.items()}
    again = list_draws(simulate(tmp_path, renamed, [rename(row) for row in FACTORS], draws=1000))
    compared = 0
    for (process_id, flow_id, place), values in list_draws(whole).items():
        other = again[process_id and f"my {process_id}", f"my {flow_id}", place]
        for mine, theirs in zip(values[-1], other[-1], strict=True):
            assert not (mine == theirs).any()
            assert stats.ks_2samp(mine, theirs).pvalue > 1e-4
            compared += 1
    assert compared == 44
