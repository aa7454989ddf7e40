"""The solver against dense linear algebra, and its refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lcaengine.errors import SolveError
from lcaengine.kernels.ordering import find_components
from lcaengine.solve import RESIDUAL_TOLERANCE, order_coupling, solve_coupling
from lcaengine.solve.loops import _give_away
from lcaengine.solve.stages import cut_labelled, solve_stages
from lcaengine.system import Coupling, build_coupling, multiply_off_diagonal, transpose
from tests.drawn_couplings import Spec, draw_system
from tests.systems import technospheres, to_coupling
from tests.twins import eliminate, find_reach, split_by_owner


def name(activities: NDArray[np.int64]) -> str:
    return " ".join(f"activity-{a}" for a in sorted(activities.tolist()))


@settings(deadline=None, max_examples=150)
@given(technospheres(credits=True), st.integers(1, 4))
def test_solution_equals_dense(A: NDArray[np.float64], k: int) -> None:
    right = np.random.default_rng(len(A) * k).normal(size=(len(A), k))
    solution = solve_coupling(to_coupling(A), right, name)
    expected = eliminate(A.T, right)
    size = np.abs(eliminate(A.T, np.eye(len(A)))) @ np.abs(right)
    assert (np.abs(solution.x - expected) <= 1e-9 * size).all()
    assert solution.residual <= RESIDUAL_TOLERANCE


@settings(deadline=None, max_examples=150)
@given(technospheres())
def test_components_are_mutual_reach_in_order(A: NDArray[np.float64]) -> None:
    coupling = to_coupling(A)
    order, starts = find_components(coupling.indptr, coupling.indices)
    assert sorted(order.tolist()) == list(range(len(A)))
    reach = find_reach(A)
    component = np.empty(len(A), int)
    component[order] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    assert ((component[:, None] == component[None, :]) == (reach & reach.T)).all()
    asks, met = np.nonzero(A.T != 0)
    assert (component[met] <= component[asks]).all(), "a provider stands after who asks of it"


@settings(deadline=None, max_examples=200)
@given(technospheres(most=7), st.integers(0, 2**16))
def test_stages_equal_forward_computation(A: NDArray[np.float64], seed: int) -> None:
    random = np.random.default_rng(seed)
    label = random.integers(-1, 3, len(A)).astype(np.int64)
    d = random.random((len(A), 2))
    solved = solve_stages(to_coupling(A), d, label, 3, name)
    expected = split_by_owner(A, d, label, 3)
    size = np.abs(expected).sum(axis=1, keepdims=True)
    found = np.concatenate([solved.parts, solved.unassigned[:, None]], axis=1)
    assert (np.abs(found - expected) <= 1e-9 * size).all()
    assert np.allclose(found.sum(axis=1), solved.total, rtol=1e-9, atol=0)
    assert np.allclose(solved.total, eliminate(A.T, d), rtol=1e-9, atol=0)


@settings(deadline=None, max_examples=100)
@given(technospheres(most=7, credits=True), st.integers(0, 2**16))
def test_stages_equal_forward_computation_with_credits(A: NDArray[np.float64], seed: int) -> None:
    random = np.random.default_rng(seed)
    label = random.integers(-1, 2, len(A)).astype(np.int64)
    d = random.normal(size=(len(A), 1))
    solved = solve_stages(to_coupling(A), d, label, 2, name)
    expected = split_by_owner(A, d, label, 2)
    size = split_by_owner(-np.abs(A) + 2 * np.diag(np.diag(A)), np.abs(d), label, 2).sum(axis=1, keepdims=True)
    found = np.concatenate([solved.parts, solved.unassigned[:, None]], axis=1)
    assert (np.abs(found - expected) <= 1e-9 * np.abs(size)).all()


def test_background_that_buys_a_staged_product_by_hand() -> None:
    # mine (extraction): 1 ore takes 2 power; power (background): 1 kWh takes 0.1 ore, emits 3; the mine emits 5.
    # power alone, its ore left out: y_U = 3.  mine owns e = 5 + 2 * 3 = 11 a unit.
    # ore: s_mine = 1 + 0.1 s_power, s_power = 2 s_mine -> s_mine = 1 / 0.8 = 1.25 -> extraction 11 * 1.25 = 13.75.
    # power: 1 kWh needs 0.1 ore -> extraction 0.1 * 13.75 = 1.375, unassigned 3. Total 4.375.
    # Check of the total: s for a kWh: s_power = 1 + 2 s_mine, s_mine = 0.1 s_power -> 1.25, .125 -> 3.75 + .625.
    A = np.array([[1.0, -0.1], [-2.0, 1.0]])
    solved = solve_stages(to_coupling(A), np.array([[5.0], [3.0]]), np.array([0, -1], np.int64), 1, name)
    assert np.allclose(solved.parts[:, 0, 0], [13.75, 1.375], rtol=1e-14)
    assert np.allclose(solved.unassigned[:, 0], [0.0, 3.0], rtol=1e-14)
    assert np.allclose(solved.total[:, 0], [13.75, 4.375], rtol=1e-14)


def test_sweeps_that_diverge_are_factorized() -> None:
    # |off-diagonals| give Gauss-Seidel an amplification of 1.5 * 1.5 = 2.25 a sweep; the matrix is regular:
    # det = 1 - (1.5)(-1.5) = 3.25. Row 0: x0 - 1.5 x1 = 1; row 1: 1.5 x0 + x1 = 2 -> x1 = 0.5 / 3.25, x0 = 4 / 3.25.
    coupling = build_coupling(np.ones(2), np.array([0, 1]), np.array([1, 0]), np.array([-1.5, 1.5]))
    solution = solve_coupling(coupling, np.array([[1.0], [2.0]]), name)
    assert solution.factorized == 1
    assert np.allclose(solution.x[:, 0], [4 / 3.25, 0.5 / 3.25], rtol=1e-14)


def test_a_slow_loop_is_carried_on() -> None:
    # x0 = 1 + 0.94 x1, x1 = 1 + x0: det = 0.06, x0 = 1.94 / 0.06, x1 = 2 / 0.06. A sweep leaves 0.94 of the error: a
    # relative error of 1e-14 takes log(1e-14) / log(0.94) = 521 of them, where 400 are made.
    coupling = build_coupling(np.ones(2), np.array([0, 1]), np.array([1, 0]), np.array([-0.94, -1.0]))
    solution = solve_coupling(coupling, np.ones((2, 1)), name)
    assert solution.factorized == 0
    assert solution.sweeps < 100
    assert np.allclose(solution.x[:, 0], [1.94 / 0.06, 2 / 0.06], rtol=1e-12)


@pytest.mark.parametrize("transposed", [False, True])
def test_large_loop_whose_sweeps_diverge_is_factorized(transposed: bool) -> None:
    # Demand per gross output of up to four times what is made: no sweep converges, the matrix is regular all the
    # same. LAPACK's dense LU is the reference, of rows and columns scaled to one, or its pivots follow the units.
    # k = 6 fills two blocks of right-hand sides, of which both need the factors.
    coupling, right = draw_system(Spec(2_000, 6, 10.0, 0.6), seed=1)
    coupling = replace(coupling, data=5.0 * coupling.data)
    coupling = transpose(coupling) if transposed else coupling
    solution = solve_coupling(coupling, right, name)
    dense = to_dense(coupling)
    by_row = np.abs(dense).max(axis=1)[:, None]
    by_column = np.abs(dense / by_row).max(axis=0)
    inverse = np.linalg.inv(dense / by_row / by_column)
    expected = (inverse @ (right / by_row)) / by_column[:, None]
    size = (np.abs(inverse) @ np.abs(right / by_row)) / by_column[:, None]
    assert (np.abs(solution.x - expected) <= 1e-9 * size).all()
    assert solution.residual <= RESIDUAL_TOLERANCE
    loops = order_coupling(coupling).loops()
    assert (solution.factorized, solution.swept) == (1, len(loops) - 1)
    assert solution.substituted == 2_000 - sum(len(loop) for loop in loops)


def test_changed_amounts_are_solved_in_the_same_ordering() -> None:
    coupling, right = draw_system(Spec(400, 3, 8.0, 0.5), seed=4)
    ordering = order_coupling(coupling)
    random = np.random.default_rng(4)
    data = coupling.data * random.uniform(0.0, 1.2, len(coupling.data))
    data[random.random(len(data)) < 0.1] = 0.0  # an amount of nothing keeps its place
    changed = replace(coupling, data=data, diagonal=coupling.diagonal * random.uniform(1.0, 2.0, 400))
    solution = solve_coupling(changed, right, name, ordering)
    assert solution.factorized == 0
    assert solution.sweeps > 0
    assert np.allclose(solution.x, np.linalg.solve(to_dense(changed), right), rtol=1e-11)


@settings(deadline=None, max_examples=100)
@given(technospheres(credits=True), st.integers(0, 2**16))
def test_a_guess_of_any_kind_gives_the_same_answer(A: NDArray[np.float64], seed: int) -> None:
    random = np.random.default_rng(seed)
    right = random.normal(size=(len(A), 5))
    expected = solve_coupling(to_coupling(A), right, name).x
    near = expected * (1.0 + 1e-15 * random.normal(size=expected.shape))
    size = np.abs(eliminate(A.T, np.eye(len(A)))) @ np.abs(right)
    for guess in (near, random.normal(size=expected.shape), 1e6 * expected):
        solution = solve_coupling(to_coupling(A), right, name, guess=guess)
        assert (np.abs(solution.x - expected) <= 1e-12 * size).all()
        assert solution.residual <= RESIDUAL_TOLERANCE


def test_a_guess_that_solves_the_loops_is_not_swept_again() -> None:
    coupling, right = draw_system(Spec(400, 3, 8.0, 0.5), seed=4)
    solution = solve_coupling(coupling, right, name)
    again = solve_coupling(coupling, right, name, guess=solution.x)
    assert solution.sweeps > 0
    assert again.sweeps == 0
    assert np.allclose(again.x, solution.x, rtol=1e-14, atol=0)


def test_right_hand_sides_that_are_the_same_are_solved_once() -> None:
    coupling, right = draw_system(Spec(300, 3, 8.0, 0.5), seed=7)
    which = [2, 0, 2, 1, 0, 0, 2]
    solution = solve_coupling(coupling, right[:, which], name)
    assert (solution.x == solve_coupling(coupling, right[:, [2, 0, 1]], name).x[:, [0, 1, 0, 2, 1, 1, 0]]).all()


def test_what_is_not_split_is_summed_beside_what_is() -> None:
    # Labels split the burdens and leave what is summed apart whole: A' x = d.
    coupling, right = draw_system(Spec(200, 3, 8.0, 0.5), seed=2)
    label = np.arange(200, dtype=np.int64) % 3 - 1
    solved = solve_stages(coupling, right[:, :1], label, 2, name, unsplit=right[:, 1:])
    assert solved.parts.shape == (200, 2, 1)
    assert np.allclose(solved.apart, np.linalg.solve(to_dense(coupling), right[:, 1:]), rtol=1e-11)


def test_ordering_of_another_system_is_refused() -> None:
    ordering = order_coupling(build_coupling(np.ones(2), np.array([1]), np.array([0]), np.array([-0.5])))
    other = build_coupling(np.ones(2), np.array([0, 1]), np.array([1, 0]), np.array([-0.5, -0.5]))
    with pytest.raises(ValueError, match="another system"):
        solve_coupling(other, np.ones((2, 1)), name, ordering)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 8, 9, 13])
def test_columns_alone_and_together_agree(k: int) -> None:
    coupling, right = draw_system(Spec(300, k, 8.0, 0.5), seed=k)
    together = solve_coupling(coupling, right, name)
    assert together.x.shape == (300, k)
    for column in range(k):
        alone = solve_coupling(coupling, right[:, [column]], name).x[:, 0]
        assert np.allclose(together.x[:, column], alone, rtol=1e-13, atol=0)


def test_credits_that_nearly_cancel_do_not_keep_sweeps_from_ending() -> None:
    # 200 loops of three: u = b + v / 2 + w / 10, v = b + u / 2 + w / 10, w = u / 3 - v / 3. By symmetry u = v, so w = 0
    # and u = v = 2 b. Nothing is left of w but rounding, which moves by its whole size in every sweep.
    pairs = 200
    u, v, w = (3 * np.arange(pairs) + each for each in range(3))
    row, column = np.concatenate([u, v, w, w, u, v]), np.concatenate([v, u, u, v, w, w])
    value = np.repeat([-0.5, -0.5, -1 / 3, 1 / 3, -0.1, -0.1], pairs)
    coupling = build_coupling(np.ones(3 * pairs), row, column, value)
    right = np.zeros((3 * pairs, 1))
    right[u, 0] = right[v, 0] = 0.1 + np.arange(pairs) / 7
    solution = solve_coupling(coupling, right, name)
    assert solution.factorized == 0
    assert np.allclose(solution.x[u, 0], 2 * right[u, 0], rtol=1e-13)
    assert np.allclose(solution.x[w, 0], 0.0, atol=1e-14 * 100)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 12), st.integers(0, 2**16))
def test_loops_are_judged_each_for_itself(count: int, seed: int) -> None:
    # Two processes that take u and v of each other: det = own^2 - u v. They give away what they make where it is
    # positive and own is; a loop without a solution, or one that starves, does not speak for the others.
    random = np.random.default_rng(seed)
    u, v = random.choice([0.5, 1.0, 2.0, 3.0], (2, count))
    own = random.choice([1.0, 1.0, 1.0, 0.0, -1.0], count)
    first, second = 2 * np.arange(count), 2 * np.arange(count) + 1
    need = build_coupling(
        np.repeat(own, 2), np.concatenate([first, second]), np.concatenate([second, first]), -np.concatenate([u, v])
    )
    places = random.permutation(count)
    loops = [random.permutation([2 * at, 2 * at + 1]) for at in places.tolist()]
    assert _give_away(need, loops) == ((own > 0) & (own**2 - u * v > 0))[places].tolist()


@pytest.mark.parametrize(("row", "column"), [(2, 0), (0, 2), (-1, 0), (0, -1)])
def test_entries_outside_the_matrix_are_refused(row: int, column: int) -> None:
    with pytest.raises(IndexError, match="outside"):
        build_coupling(np.ones(2), np.array([row]), np.array([column]), np.array([1.0]))
    coupling = build_coupling(np.ones(2), np.array([1]), np.array([0]), np.array([1.0]))
    with pytest.raises(IndexError, match="as long"):
        multiply_off_diagonal(coupling, np.ones((1, 1)))


@pytest.mark.parametrize("gain", [1.0, 1.0 + 1e-15])
def test_singular_loop_is_refused_by_name(gain: float) -> None:
    # Two processes that take from each other all they make: det = 1 - gain.
    coupling = build_coupling(np.ones(3), np.array([0, 1, 2]), np.array([1, 0, 0]), np.array([-1.0, -gain, -1.0]))
    with pytest.raises(SolveError, match="activity-0 activity-1") as caught:
        solve_coupling(coupling, np.ones((3, 1)), name)
    assert "activity-2" not in str(caught.value)


def test_singular_background_is_refused_by_name() -> None:
    # Background activities 1 and 2 take all of each other: A_UU = [[1, -1], [-1, 1]]. Activity 0, labelled, stands
    # between them with a credit, so that A itself is regular: det = 1 (1 - 1) - 0.5 (-0.5) - 0.25 (0.5) = 0.125.
    A = np.array([[1.0, 0.5, -0.25], [-0.5, 1.0, -1.0], [0.0, -1.0, 1.0]])
    assert np.linalg.det(A) == pytest.approx(0.125)
    with pytest.raises(SolveError, match="activity-1 activity-2"):
        solve_stages(to_coupling(A), np.ones((3, 1)), np.array([0, -1, -1], np.int64), 1, name)


def test_zero_on_the_diagonal_is_refused_by_name() -> None:
    coupling = build_coupling(np.array([1.0, 0.0]), np.array([0]), np.array([1]), np.array([-1.0]))
    with pytest.raises(SolveError, match="activity-1"):
        solve_coupling(coupling, np.ones((2, 1)), name)


def test_overflow_is_refused() -> None:
    coupling = build_coupling(np.array([1e-300, 1.0]), np.array([1]), np.array([0]), np.array([-1e300]))
    with pytest.raises(SolveError):
        solve_coupling(coupling, np.ones((2, 1)), name)


def test_long_chain_needs_no_recursion() -> None:
    # Activity a takes one of a - 1: x_a = a + 1 burdens.
    n = 200_000
    coupling = build_coupling(np.ones(n), np.arange(1, n), np.arange(n - 1), np.full(n - 1, -1.0))
    x = solve_coupling(coupling, np.ones((n, 1)), name).x
    assert (x[:, 0] == np.arange(1, n + 1)).all()


@settings(deadline=None, max_examples=50)
@given(technospheres(credits=True))
def test_transpose_and_cut(A: NDArray[np.float64]) -> None:
    coupling = to_coupling(A)
    assert (to_dense(transpose(coupling)) == A).all()
    labelled = np.arange(len(A)) % 2 == 0
    kept = np.where(labelled[:, None] | labelled[None, :], 0.0, A.T) * (1 - np.eye(len(A))) + np.diag(np.diag(A))
    assert (to_dense(cut_labelled(coupling, labelled)) == kept).all()


def test_loops_are_listed() -> None:
    coupling = build_coupling(np.ones(4), np.array([0, 1, 2]), np.array([1, 0, 0]), np.full(3, -0.1))
    assert [sorted(loop.tolist()) for loop in order_coupling(coupling).loops()] == [[0, 1]]


def to_dense(coupling: Coupling) -> NDArray[np.float64]:
    dense = np.diag(coupling.diagonal)
    for row in range(len(coupling)):
        own = slice(coupling.indptr[row], coupling.indptr[row + 1])
        dense[row, coupling.indices[own]] = coupling.data[own]
    return dense
