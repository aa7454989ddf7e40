"""Benchmarks run: every one of them once, small."""

from __future__ import annotations

import numpy as np
from benchmarks.specs import SMOKE, draw_system

from lcaengine.solve import solve_coupling
from tests.test_solve import to_dense


def test_smoke() -> None:
    coupling, right = draw_system(SMOKE)
    solution = solve_coupling(coupling, right, str)
    expected = np.linalg.solve(to_dense(coupling), right)
    assert np.allclose(solution.x, expected, rtol=1e-9)
    assert solution.sweeps > 0, "the benchmark has lost its loop"
