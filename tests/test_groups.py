"""Loops in the order in which draws are solved: what is tight stands together, and where gains near one lead."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from lcaengine.kernels.lanes import solve_draws
from lcaengine.kernels.vectors import DRAWS
from lcaengine.solve import Ordering, order_coupling
from lcaengine.system import Coupling, build_coupling
from lcaengine.uncertainty.groups import group_loops
from lcaengine.uncertainty.structure import MOST_CYCLES, TOLERANCE
from tests.drawn_couplings import Spec, draw_system

Numbers = NDArray[np.float64]


def solve(coupling: Coupling, ordering: Ordering, groups: NDArray[np.int64], right: Numbers) -> tuple[Numbers, int]:
    """Solve eight draws that are alike, by place of activities; and the sweeps it took."""
    n, x = len(coupling), np.ones((1, len(coupling) * DRAWS))
    spread = np.repeat(right[ordering.order], DRAWS)[None]
    data = np.repeat(coupling.data[ordering.entry], DRAWS)[None]
    inverse = np.repeat(1.0 / coupling.diagonal[ordering.order], DRAWS)[None]
    structure = (ordering.outer, ordering.inner, ordering.provider, data, ordering.starts, groups)
    error, sweeps = solve_draws((0,), inverse, *structure, spread, x, TOLERANCE, MOST_CYCLES)
    assert error.max() <= TOLERANCE
    found = np.empty(n)
    found[ordering.order] = x.reshape(n, DRAWS)[:, 0]
    return found, int(sweeps[0])


def test_members_that_take_much_of_one_another_are_a_group() -> None:
    """Two pairs that take 0.8 of each other, tied into one loop by 0.01; in units twelve orders apart."""
    row, column = np.array([0, 1, 2, 3, 0, 3]), np.array([1, 0, 3, 2, 2, 1])
    share, unit = np.array([0.8, 0.8, 0.8, 0.8, 0.01, 0.01]), np.array([1e6, 1e-6, 1.0, 1e3])
    coupling = build_coupling(np.ones(4), row, column, -share * unit[row] / unit[column])
    ordering, groups = group_loops(coupling, order_coupling(coupling))
    assert ordering.starts.tolist() == [0, 4]
    assert groups.tolist() == [0, 2, 4]
    assert {frozenset(ordering.order[:2].tolist()), frozenset(ordering.order[2:].tolist())} == {
        frozenset({0, 1}),
        frozenset({2, 3}),
    }


def test_a_group_is_solved_in_fewer_sweeps_and_to_the_same() -> None:
    coupling, right = draw_system(Spec(400, 1, 5.0, 0.8))
    plain = order_coupling(coupling)
    ordering, groups = group_loops(coupling, plain)
    assert sorted(ordering.order.tolist()) == list(range(400))
    assert ordering.starts.tolist() == plain.starts.tolist()
    assert set(plain.starts.tolist()) <= set(groups.tolist())
    assert np.diff(groups).max() > 1
    dense = np.diag(coupling.diagonal)
    dense[np.repeat(np.arange(400), np.diff(coupling.indptr)), coupling.indices] = coupling.data
    before, slow = solve(coupling, plain, np.arange(401), right[:, 0])
    after, fast = solve(coupling, ordering, groups, right[:, 0])
    expected = np.linalg.solve(dense, right[:, 0])
    assert before == pytest.approx(expected, rel=1e-9)
    assert after == pytest.approx(expected, rel=1e-9)
    assert fast < slow


def test_without_loops_nothing_is_grouped() -> None:
    coupling = build_coupling(np.ones(3), np.array([1, 2]), np.array([0, 1]), np.array([-0.5, -0.5]))
    ordering = order_coupling(coupling)
    same, groups = group_loops(coupling, ordering)
    assert same is ordering
    assert groups.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("gain", [0.9, 0.999, 0.9999])
@pytest.mark.parametrize("members", [2, 20])
def test_answers_of_loops_with_a_gain_near_one(gain: float, members: int) -> None:
    """A ring i <- i + 1 of b_i > 0, exactly: x_0 = (b_0 + g_0 b_1 + g_0 g_1 b_2 ...) / (1 - g_0 g_1 ...).

    With (M - E) x = b + f, |E| <= e |M| and |f| <= e b, the answer is off by e |M^-1| (|M| |x| + b) or less, which is
    at most about 2 e / (1 - g) of itself.
    """
    row, random = np.arange(members), np.random.default_rng(members)
    share = gain ** (1.0 / members) * np.ones(members)
    coupling = build_coupling(np.ones(members), row, (row + 1) % members, -share)
    right = random.lognormal(0.0, 1.0, members)
    amount = [Fraction(-float(each)) for each in coupling.data]
    whole, product = Fraction(0), Fraction(1)
    for each, b in zip(amount, right.tolist(), strict=True):
        whole, product = whole + product * Fraction(b), product * each
    x, _ = solve(coupling, *group_loops(coupling, order_coupling(coupling)), right)
    exact = float(whole / (1 - product))
    assert abs(x[0] / exact - 1.0) <= 2.0 * TOLERANCE / (1.0 - gain)


def test_a_number_depends_on_no_other_draw_and_on_no_other_right_hand_side() -> None:
    """Draws and columns that need many sweeps, or never end, beside one that needs few: the same bits."""
    coupling, right = draw_system(Spec(120, 3, 4.0, 0.8))
    ordering, groups = group_loops(coupling, order_coupling(coupling))
    structure = (ordering.outer, ordering.inner, ordering.provider)
    data = np.repeat(coupling.data[ordering.entry][:, None], DRAWS, axis=1)
    inverse = np.repeat(1.0 / coupling.diagonal[ordering.order], DRAWS)[None]
    spread = np.repeat(right[ordering.order][:, :, None], DRAWS, axis=2)

    def run(amounts: Numbers, some: list[int]) -> Numbers:
        own, x = np.ascontiguousarray(spread[:, some]), np.ones((1, 120 * len(some) * DRAWS))
        arrays = (*structure, amounts.reshape(1, -1), ordering.starts, groups, own.reshape(1, -1), x)
        solve_draws((0,) * len(some), inverse, *arrays, TOLERANCE, MOST_CYCLES)
        return x.reshape(120, len(some), DRAWS)

    alone = run(data, [0])
    others = data.copy()
    others[:, 1:] *= np.linspace(0.1, 1.15, DRAWS - 1)
    others[0, 5] = np.nan
    mixed = run(others, [0, 1, 2])
    assert np.array_equal(mixed[:, 0, 0], alone[:, 0, 0])
    assert not np.array_equal(mixed[:, 0, 1], alone[:, 0, 1])
