"""Loops whose units are many orders of magnitude apart: solved as in any other unit, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.errors import SolveError
from lcaengine.solve import solve_coupling
from lcaengine.solve.loops import _give_away
from lcaengine.system import Coupling, build_coupling
from tests.tables import CO2, Tables, emits, makes, process, product, takes, write_inventory

Matrix = NDArray[np.float64]
SPANS = (0, 12, 30)
"""Orders of magnitude between units."""


def solve_exactly(M: Matrix, b: Matrix) -> list[Fraction]:
    """Solve M x = b by elimination in fractions: what the numbers, as they stand in memory, come to."""
    n = len(M)
    rows = [[Fraction(v) for v in (*M[i].tolist(), float(b[i]))] for i in range(n)]
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [one - factor * other for one, other in zip(rows[i], rows[k], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def draw_need(random: np.random.Generator, gain: float) -> Matrix:
    """Draw what processes of one loop take of each other, of a spectral radius."""
    n = int(random.integers(2, 8))
    N = random.uniform(0, 1, (n, n)) * (random.random((n, n)) < 0.5)
    np.fill_diagonal(N, 0.0)
    for i in range(n):
        N[i, (i + 1) % n] = random.uniform(0.1, 1)
    return np.asarray(N * gain / np.abs(np.linalg.eigvals(N)).max())


def draw_units(random: np.random.Generator, n: int, span: int) -> Matrix:
    return np.asarray(10.0 ** random.uniform(-span / 2, span / 2, n))


def to_coupling(M: Matrix) -> Coupling:
    diagonal = np.diag(M).copy()
    rows, columns = np.nonzero(M - np.diag(diagonal))
    return build_coupling(diagonal, rows, columns, M[rows, columns])


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("gain", [0.999, 1 - 1e-7, 3.0])
def test_loops_are_solved_in_any_units(gain: float, span: int) -> None:
    # Of a loop that keeps 1 - gain, an error of 2^-53 in an amount is one of 2^-53 / (1 - gain) in the answer.
    factorized = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        N = draw_need(random, gain)
        if gain > 1:
            N *= random.choice([-1, 1], N.shape)  # credits: sweeps diverge, the matrix is regular
        s = draw_units(random, len(N), span)
        M = (np.eye(len(N)) - N) / s[:, None] * s
        b = random.uniform(0.1, 1, len(N)) / s
        solution = solve_coupling(to_coupling(M), b[:, None], str)
        factorized += solution.factorized
        expected = solve_exactly(M, b)
        size = [sum(map(abs, each)) for each in zip(*(solve_exactly(M, e * b) for e in np.eye(len(N))), strict=True)]
        for found, exact, most in zip(solution.x[:, 0].tolist(), expected, size, strict=True):
            assert abs(Fraction(found) - exact) <= 1e-14 / min(abs(1 - gain), 1) * 10 * most
    assert factorized > 10


@pytest.mark.parametrize("span", SPANS)
def test_singular_loops_are_refused_in_any_units(span: int) -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        N = draw_need(random, 1.0)  # all it makes it takes: I - N has no inverse but for rounding
        s = draw_units(random, len(N), span)
        with pytest.raises(SolveError, match="singular"):
            solve_coupling(to_coupling((np.eye(len(N)) - N) / s[:, None] * s), 1 / s[:, None], str)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize(("gain", "gives"), [(0.5, True), (1 - 1e-6, True), (1.0, False), (1.5, False)])
def test_what_a_loop_gives_away_is_told_in_any_units(gain: float, gives: bool, span: int) -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        N = draw_need(random, gain)
        s = draw_units(random, len(N), span)
        need = to_coupling((np.eye(len(N)) - N) / s[:, None] * s)
        assert _give_away(need, [np.arange(len(N))]) == [gives], seed


@pytest.mark.parametrize("kWh", [4.0, 4e13])
def test_a_machine_that_takes_much_power_is_no_starved_loop(kWh: float, tmp_path: Path) -> None:
    """Works take power for a machine, of which a plant takes a part for a kWh: 0.4 of it in all.

    A machine has x = 3 + 0.4 x, so x = 3 / 0.6 = 5 kg.
    """
    tables: Tables = {
        "processes": [process("works", "processing"), process("plant")],
        "flows": [CO2, product("machine", "piece"), product("power", "kWh")],
        "exchanges": [
            *(makes("works", "machine", 1, "piece"), takes("works", "power", kWh, "kWh"), emits("works", 3)),
            *(makes("plant", "power", 1, "kWh"), takes("plant", "machine", 0.4 / kWh, "piece")),
        ],
    }
    inventory = lca.read_inventory(write_inventory(tmp_path, tables))
    footprints = lca.score(inventory)
    assert footprints.get("ghg", process_id="works") == pytest.approx(5.0, rel=1e-12)
    # So in draws; with power avoided, no intensity above zero proves that the loop gives something away.
    spares = takes("works", "power", 0.01 * kWh, "kWh", is_avoided=True)
    unsure = {**tables["exchanges"][1], "uncertainty_type": "normal", "loc": kWh, "scale": 0.01 * kWh}
    tables = {**tables, "exchanges": [tables["exchanges"][0], unsure, *tables["exchanges"][2:], spares]}
    inventory = lca.read_inventory(write_inventory(tmp_path / "draws", tables))
    samples = lca.simulate(inventory, "core", draws=8, seed=1, indicators=["ghg"])
    assert not samples.infeasible
    assert samples.get("ghg", process_id="works") == pytest.approx(3 / (1 - 0.39), rel=0.1)
