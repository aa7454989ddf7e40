"""Benchmarks run: every one of them once, small."""

from __future__ import annotations

import pytest
from benchmarks.systems import SMOKE, draw_system, measure_system


def test_systems_are_as_stated() -> None:
    drawn = draw_system(SMOKE)
    shape = measure_system(drawn)
    assert (shape.activities, shape.technosphere, shape.biosphere) == (300, 2_400, 3_000)
    assert shape.in_loop == 0.6
    assert shape.radius == pytest.approx(0.75, rel=1e-6)
    assert shape.most_inputs > 3 * 8
    assert shape.most_consumers > 6 * 8
    assert shape.most / shape.least > 1e12
    assert shape.fill < 20
