"""Time the solution for every product, medians of several runs in one process: ``python -m benchmarks``."""

from __future__ import annotations

import platform
import statistics
import time

from benchmarks.specs import SPECS, draw_system
from lcaengine.solve import order_coupling, solve_coupling

RUNS = 5


def main() -> None:
    """Print one line a spec: ordering and solution, median milliseconds, and the verified residual."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, median of {RUNS} runs")
    print(f"{'activities':>10} {'entries':>10} {'order ms':>9} {'solve ms':>9} {'sweeps':>7} {'residual':>9}")
    for spec in SPECS:
        coupling, right = draw_system(spec)
        solve_coupling(coupling, right, str)
        order_times, solve_times = [], []
        for _ in range(RUNS):
            start = time.perf_counter()
            ordering = order_coupling(coupling)
            middle = time.perf_counter()
            solution = solve_coupling(coupling, right, str, ordering)
            order_times.append(middle - start)
            solve_times.append(time.perf_counter() - middle)
        order, solve = 1e3 * statistics.median(order_times), 1e3 * statistics.median(solve_times)
        sizes = f"{spec.activities:>10} {len(coupling.data):>10}"
        print(f"{sizes} {order:>9.1f} {solve:>9.1f} {solution.sweeps:>7} {solution.residual:>9.1e}")


if __name__ == "__main__":
    main()
