"""Show what the generator draws: ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks.systems import DATABASES, draw_system, measure_system

for database in DATABASES:
    print(measure_system(draw_system(database)))
