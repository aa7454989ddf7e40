"""Eight draws side by side: against dense solutions draw by draw, loops that sweeps alone do not solve, threads."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from lcaengine.kernels.lanes import solve_draws
from lcaengine.kernels.sweep import measure_residual
from lcaengine.kernels.terms import subtract_background, sum_terms
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import Ordering, order_coupling
from lcaengine.system import Coupling, build_coupling
from lcaengine.system.coupling import find_rows
from lcaengine.uncertainty.terms import build_terms
from tests.drawn_couplings import Spec, draw_system

Numbers = NDArray[np.float64]


def draw(coupling: Coupling, right: Numbers, blocks: int, sigma: float) -> tuple[Ordering, Numbers, Numbers, Numbers]:
    """Multiply every number of a system by lognormals, in order of solution, block by block and draw by draw."""
    random, ordering = np.random.default_rng(3), order_coupling(coupling)

    def spread(values: Numbers) -> Numbers:
        factor = random.lognormal(0.0, sigma, (blocks, *values.shape, DRAWS))
        return np.asarray(values[None, ..., None] * factor)

    return (
        ordering,
        spread(coupling.diagonal[ordering.order]),
        spread(coupling.data[ordering.entry]),
        spread(right[ordering.order]),
    )


def solve(
    ordering: Ordering,
    diagonal: Numbers,
    data: Numbers,
    right: Numbers,
    cycles: int = 60,
    groups: NDArray[np.int64] | None = None,
) -> tuple[Numbers, Numbers]:
    blocks, _, columns, _ = right.shape
    x = np.ones(right.shape)
    structure = (ordering.outer, ordering.inner, ordering.provider, data.reshape(blocks, -1), ordering.starts)
    groups = np.arange(len(ordering.order) + 1) if groups is None else groups
    error, _ = solve_draws(
        (0,) * columns,
        (1.0 / diagonal).reshape(blocks, -1),
        *structure,
        groups,
        right.reshape(blocks, -1),
        x.reshape(blocks, -1),
        1e-12,
        cycles,
    )
    return x, error


def densify(coupling: Coupling, ordering: Ordering, diagonal: Numbers, data: Numbers) -> Numbers:
    """Write one draw's matrix in full, in order of solution."""
    place = np.empty(len(coupling), np.int64)
    place[ordering.order] = np.arange(len(coupling))
    dense = np.diag(diagonal)
    rows = find_rows(coupling)[ordering.entry]
    dense[place[rows], place[coupling.indices[ordering.entry]]] = data
    return dense


@pytest.mark.parametrize("columns", [1, 3])
def test_draws_are_what_dense_algebra_gives(columns: int) -> None:
    coupling, right = draw_system(Spec(120, columns, 4.0, 0.6))
    ordering, diagonal, data, burdens = draw(coupling, right, 2, 0.1)
    x, error = solve(ordering, diagonal, data, burdens)
    assert error.max() <= 1e-12
    for block in range(2):
        for lane in range(DRAWS):
            dense = densify(coupling, ordering, diagonal[block, :, lane], data[block, :, lane])
            expected = np.linalg.solve(dense, burdens[block, :, :, lane])
            assert x[block, :, :, lane] == pytest.approx(expected, rel=1e-9)


def test_loops_that_sweeps_alone_do_not_solve() -> None:
    """Two activities that take 1.5 of each other, one of them as a credit: the sweeps grow by -2.25 each.

    x = 1 - 1.5 y and y = 1 + 1.5 x: x = -0.5 / 3.25, y = 1 + 1.5 x. Sweeps alone are many cycles without extrapolation.
    """
    coupling = Coupling(np.ones(2), np.array([0, 1, 2]), np.array([1, 0]), np.array([1.5, -1.5]))
    ordering = order_coupling(coupling)
    data = np.repeat(coupling.data[ordering.entry][None, :, None], DRAWS, axis=2)
    x, error = solve(ordering, np.ones((1, 2, DRAWS)), data, np.ones((1, 2, 1, DRAWS)))
    assert error.max() < 1e-12
    values = dict(zip(ordering.order.tolist(), x[0, :, 0, 0].tolist(), strict=True))
    assert values[0] == pytest.approx(-0.5 / 3.25)
    assert values[1] == pytest.approx(1 - 1.5 * 0.5 / 3.25)


def test_a_draw_that_does_not_converge_says_so_and_leaves_the_others_alone() -> None:
    coupling, right = draw_system(Spec(60, 1, 4.0, 1.0))
    ordering, diagonal, data, burdens = draw(coupling, right, 1, 0.0)
    whole, _ = solve(ordering, diagonal, data, burdens)
    data[0, :, 3] = np.nan
    x, error = solve(ordering, diagonal, data, burdens)
    assert np.isinf(error[0, 3])
    others = [lane for lane in range(DRAWS) if lane != 3]
    assert (error[0, others] < 1e-12).all()
    assert x[0][..., others] == pytest.approx(whole[0][..., others], rel=1e-9)


def test_what_is_too_large_to_be_added_is_not_verified() -> None:
    """1.5e308, and that less 1e308: all finite, but the sum of their sizes, which errors are measured against."""
    coupling = build_coupling(np.ones(2), np.array([1]), np.array([0]), np.array([-1.0]))
    ordering = order_coupling(coupling)
    right = np.array([1.5e308, -1e308])[ordering.order][None, :, None]
    x, error = solve(ordering, np.ones((1, 2, DRAWS)), -np.ones((1, 1, DRAWS)), right.repeat(DRAWS, axis=2)[:, :, None])
    assert x[0, :, 0, 0] == pytest.approx([1.5e308, 0.5e308])
    assert np.isinf(error).all()
    rows = (coupling.diagonal, ordering.inner, ordering.provider, coupling.data[ordering.entry])
    residual = measure_residual(*rows, right.repeat(4, axis=2), np.ascontiguousarray(x[:, :, 0, :4]))
    assert np.isinf(residual).all()


def test_terms_are_sums_of_products() -> None:
    random = np.random.default_rng(1)
    targets, terms, rows, blocks = 5000, 20_000, 50, 3
    target, weight = random.integers(0, targets, terms), random.normal(size=terms)
    one, two = (
        random.integers(0, rows + 1, terms),
        np.where(random.random(terms) < 0.5, rows, random.integers(0, rows, terms)),
    )
    values = np.concatenate([random.normal(size=(rows, blocks * DRAWS)), np.ones((1, blocks * DRAWS))])
    expected = np.zeros((targets, blocks * DRAWS))
    np.add.at(expected, target, weight[:, None] * values[one] * values[two])
    built = build_terms(targets, target, weight, one, two, rows)
    found = built.sum(values).reshape(blocks, targets, DRAWS)
    assert found.transpose(1, 0, 2).reshape(targets, -1) == pytest.approx(expected, abs=1e-12)
    some = random.permutation(targets)[:100]
    again = built.take(some).sum(values).reshape(blocks, 100, DRAWS)
    assert np.array_equal(again, found[:, some])


def test_what_is_taken_of_the_background_is_subtracted() -> None:
    random = np.random.default_rng(2)
    starts, provider = np.array([0, 2, 2, 5]), np.array([3, 1, 0, 3, 2], np.int32)
    data, background = random.normal(size=(2, 5, DRAWS)), random.normal(size=(2, 4, 1, DRAWS))
    owned = random.normal(size=(2, 3, 1, DRAWS))
    expected = owned.copy()
    for row in range(3):
        for e in range(starts[row], starts[row + 1]):
            expected[:, row, 0] -= data[:, e] * background[:, provider[e], 0]
    subtract_background((0,), starts, provider, data.reshape(2, -1), background.reshape(2, -1), owned.reshape(2, -1))
    assert owned == pytest.approx(expected)


SIMULATED = """
import hashlib, sys
import lcaengine as lca
samples = lca.simulate(lca.read_inventory(lca.find_example("two-suppliers")), draws=300, seed=5, indicators=["ghg"])
print(hashlib.sha256(samples.values.tobytes() + samples.quantiles.tobytes()).hexdigest())
"""


def test_threads_change_no_bit_of_a_draw() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SIMULATED],
            env={**os.environ, "LCAENGINE_THREADS": threads, "NUMBA_THREADING_LAYER": "workqueue"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0]) == len(hashlib.sha256().hexdigest())


def test_sums_do_not_depend_on_how_they_are_blocked() -> None:
    values = np.random.default_rng(1).normal(size=(4, 4 * DRAWS))
    values[-1] = 1.0
    arrays = (
        np.array([0, 2, 3]),
        np.array([2.0, -1.0, 0.5]),
        np.array([0, 1, 3], np.int32),
        np.array([1, 3, 2], np.int32),
    )
    whole, part = np.empty((4, 2 * DRAWS)), np.empty((1, 2 * DRAWS))
    sum_terms(*arrays, np.inf, values, whole)
    sum_terms(*arrays, np.inf, np.ascontiguousarray(values[:, 2 * DRAWS : 3 * DRAWS]), part)
    assert np.array_equal(whole[2], part[0])
