"""Draws beside bw2calc's, of the same distributions: ``python -m benchmarks.agreement [--size N] [--draws N]``.

Both draw the same system anew, each with a generator of its own. Means and standard deviations of some products then
differ by chance alone: the table says by how many standard errors, at worst.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.calls import find_database, import_bw2calc, load_system
from benchmarks.inventories import name_processes, write_inventory, write_method
from benchmarks.packages import INDICATORS, build_package
from benchmarks.systems import Drawn, Spread, draw_spread

__all__ = ["Agreement", "compare_distributions", "compare_draws", "main"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far apart two sets of draws are.

    Attributes
    ----------
    mean, sd : (products,) float64
        Gap of means and of standard deviations, in standard errors of the gap [1].
    sharpness : float
        Median standard error of a gap of means, over the mean [1]: what could have been seen.
    """

    mean: Numbers
    sd: Numbers
    sharpness: float


def compare_distributions(found: Numbers, reference: Numbers) -> Agreement:
    """Compare draws, (draws, products), by ``sd / sqrt(m)`` and ``sd sqrt((kurtosis - 1) / (4 m))``.

    Products that are certain are left out, and must be the same.
    """
    certain = np.ptp(reference, axis=0) <= 1e-9 * np.abs(reference).max(axis=0)
    if not np.allclose(found[:, certain], reference[:, certain], rtol=1e-6, atol=0.0):  # theirs are stated in float32
        raise ValueError("products that are certain differ")
    found, reference = found[:, ~certain], reference[:, ~certain]
    sides = []
    for draws in (found, reference):
        m, mean, sd = len(draws), draws.mean(axis=0), draws.std(axis=0, ddof=1)
        kurtosis = (((draws - mean) / sd) ** 4).mean(axis=0)
        sides.append((mean, sd, sd / np.sqrt(m), sd * np.sqrt((kurtosis - 1) / (4 * m))))
    (mean, sd, of_mean, of_sd), (mean_2, sd_2, of_mean_2, of_sd_2) = sides
    gap = np.hypot(of_mean, of_mean_2)
    sharpness = float(np.median(gap / np.abs(mean_2)))
    return Agreement(np.abs(mean - mean_2) / gap, np.abs(sd - sd_2) / np.hypot(of_sd, of_sd_2), sharpness)


def compare_draws(activities: int, draws: int, products: int, folder: Path, *, hard: bool = False) -> Agreement:
    """Draw a system with both engines, and compare products spread over all of them by the first indicator."""
    drawn = load_system(find_database(activities), folder)
    spread = draw_spread(drawn, hard=hard)
    chosen = np.unique(np.linspace(0, activities - 1, products).astype(np.int64))
    return compare_distributions(
        _draw_ours(drawn, spread, draws, chosen, folder), _draw_theirs(drawn, spread, draws, chosen)
    )


def _draw_ours(drawn: Drawn, spread: Spread, draws: int, chosen: NDArray[np.int64], folder: Path) -> Numbers:
    import lcaengine as lca

    inventory = lca.read_inventory(write_inventory(drawn, folder / "spread", spread))
    method = lca.read_method(write_method(drawn, folder / "method"))
    names = name_processes(drawn.database.activities)[chosen].tolist()
    first = INDICATORS[0][0]
    samples = lca.simulate(inventory, method, draws, 1, indicators=[first], keep=names)
    return np.stack([samples.get(first, process_id=name) for name in names], axis=1)


def _draw_theirs(drawn: Drawn, spread: Spread, draws: int, chosen: NDArray[np.int64]) -> Numbers:
    method = ("drawn", INDICATORS[0][0])
    multi = import_bw2calc().MultiLCA(
        demands={str(a): {int(a) + 1: 1.0} for a in chosen},
        method_config={"impact_categories": [method]},
        data_objs=[build_package(drawn, indicators=1, spread=spread)],
        use_distributions=True,
        seed_override=1,
    )
    multi.lci()
    multi.lcia()
    scores = np.empty((draws, len(chosen)))
    for draw in range(draws):
        next(multi)
        scores[draw] = [multi.scores[method, str(a)] for a in chosen]
    return scores


def main(arguments: Sequence[str] | None = None) -> Agreement:
    """Compare, and print what was found."""
    parser = argparse.ArgumentParser("python -m benchmarks.agreement", description="Compare draws with bw2calc's.")
    parser.add_argument("--size", type=int, default=20_000, help="activities (20,000)")
    parser.add_argument("--draws", type=int, default=200, help="draws of each side (200)")
    parser.add_argument("--products", type=int, default=50, help="products that are compared (50)")
    parser.add_argument("--hard", action="store_true", help="wide spreads, on large shares too")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = compare_draws(asked.size, asked.draws, asked.products, Path(folder), hard=asked.hard)
    print(f"{asked.size} activities, {asked.draws} draws of {len(found.mean)} products; gaps in standard errors")
    for name, gaps in (("mean", found.mean), ("sd", found.sd)):
        print(f"  {name:4}  median {np.median(gaps):.2f}  worst {gaps.max():.2f}  beyond 2: {(gaps > 2).mean():.0%}")
    print(f"  one standard error of a gap of means is {found.sharpness:.2%} of the mean, in the median")
    return found


if __name__ == "__main__":
    main()
