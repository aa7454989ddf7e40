"""Database-like systems, drawn: heavy-tailed degrees, one giant loop, amounts over twelve orders of magnitude.

What a database of unit processes looks like to a solver, without the database: most activities take few inputs and
some take hundreds; some hundreds of products (electricity, transport, steel) are bought by nearly everyone, and the
rest near by; one giant loop holds about half of all activities, for power plants need steel and steel needs power;
units mix, so that amounts do not compare. There are no credits, no co-products and no small loops.

Hubs and nearness decide what a direct solver makes of it. Were providers drawn from all activities alike, the factors
of A would fill in without end, and whoever does not factorize would look better than it is: with such a draw SuperLU
filled in 370-fold at 20,000 activities. They are set so that it fills in about 20-fold, in a few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigs, splu

__all__ = [
    "DATABASES",
    "SMOKE",
    "Database",
    "Drawn",
    "Matrix",
    "Shape",
    "Spread",
    "draw_spread",
    "draw_system",
    "measure_system",
]

LEAVES = 0.05
"""Share of activities that buy nothing: what is taken from the ground."""
CHARACTERIZED = 0.3
"""Share of the entries of B whose flow has a factor."""
INDICATORS = 3
MOST_FACTORIZED = 20_000
"""Activities up to which the fill of a factorization is measured: five times as many take a minute."""
HUBS = 8.0
"""Hubs (electricity, transport, steel) per square root of the activities."""
FROM_HUBS = 0.8
"""Share of inputs that are drawn from hubs; the others come from near by."""
POPULARITY = 1.5
"""Hubs are drawn as u to this power, u uniform."""
NEAR = 0.7
"""Exponent of the distance to other providers: the smaller, the farther."""
LARGE_SHARE = 0.02
"""Share of an input in what it goes into from which it is better known [1]."""
SPARE = 4.0
"""Inputs drawn for each that is kept, for most are drawn twice."""


@dataclass(frozen=True, slots=True)
class Database:
    """A system to draw.

    Attributes
    ----------
    activities : int
    technosphere : int
        Nonzeros of A, its diagonal of ones among them.
    in_loop : float
        Share of activities in the one giant loop [1].
    radius : float
        Spectral radius of I - A, demand per gross output [1].
    flows : int
        Elementary flows, rows of B.
    biosphere : int
        Nonzeros of B.
    """

    activities: int
    technosphere: int
    in_loop: float
    radius: float
    flows: int
    biosphere: int


SMOKE = Database(300, 2_400, 0.6, 0.75, 60, 3_000)
DATABASES = (
    Database(2_000, 20_000, 0.71, 0.73, 500, 31_000),
    Database(20_000, 202_000, 0.52, 0.81, 2_000, 329_000),
    Database(100_000, 1_100_000, 0.45, 0.77, 2_000, 1_470_000),
)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A sparse matrix in coordinates, each place once, in no order.

    Attributes
    ----------
    row, column : (m,) int64
    value : (m,) float64
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]

    def to_sparse(self, rows: int, columns: int) -> sparse.csr_array:
        """Give it in compressed rows."""
        return sparse.csr_array((self.value, (self.row, self.column)), shape=(rows, columns))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn system.

    Attributes
    ----------
    database : Database
    A : Matrix
        (product, activity): ones on the diagonal, inputs below zero.
    B : Matrix
        (elementary flow, activity).
    C : Matrix
        (indicator, elementary flow), :data:`INDICATORS` rows.
    """

    database: Database
    A: Matrix
    B: Matrix
    C: Matrix


@dataclass(frozen=True, slots=True)
class Shape:
    """What a drawn system measures.

    Attributes
    ----------
    activities, technosphere, biosphere : int
    in_loop, radius : float
        Share of the largest strongly connected component; largest absolute eigenvalue of I - A [1].
    most_inputs, most_consumers : int
        Largest number of entries in a column and in a row of A.
    least, most : float
        Smallest and largest absolute amount off the diagonal of A.
    characterized : float
        Share of the entries of B that have a factor [1].
    fill : float
        Nonzeros of SuperLU's factors of the transpose per nonzero of A [1]; not a number where it takes too long.
    """

    activities: int
    technosphere: int
    biosphere: int
    in_loop: float
    radius: float
    most_inputs: int
    most_consumers: int
    least: float
    most: float
    characterized: float
    fill: float


def draw_system(database: Database, seed: int = 1) -> Drawn:
    """Draw A, B and C.

    Activities stand in a row: leaves, which buy nothing; members of the loop, hubs first; and the rest. Each buys from
    hubs and from what stands before it, mostly just before it; the loop is closed by what members sell backwards.
    Amounts within an activity are lognormal. All are scaled by one number to the radius that is stated, and every
    product has a unit of its own size, which scales its row and its column. Then activities are shuffled.

    Parameters
    ----------
    database : Database
    seed : int
        The same seed gives the same places, and the same amounts but for rounding.

    Returns
    -------
    Drawn
    """
    random = np.random.default_rng(seed)
    n = database.activities
    buyer, provider = _draw_inputs(database, random)
    share = random.lognormal(0.0, 2.0, len(buyer))
    share *= (random.uniform(0.2, 1.0, n) / np.bincount(buyer, share, n).clip(min=1e-300))[buyer]
    share *= database.radius / _find_radius(sparse.csr_array((share, (buyer, provider)), shape=(n, n)))
    size = 10.0 ** random.normal(0.0, 1.25, n)
    amount = share * size[buyer] / size[provider]
    shuffled = random.permutation(n)
    diagonal = np.arange(n)
    rows, columns = np.concatenate([diagonal, shuffled[provider]]), np.concatenate([diagonal, shuffled[buyer]])
    A = Matrix(rows, columns, np.concatenate([np.ones(n), -amount]))
    flow, activity = _draw_places(database.biosphere, _draw_degrees(n, database, random), database.flows, 3.0, random)
    B = Matrix(flow, shuffled[activity], random.lognormal(-3.0, 3.0, len(flow)) * size[activity])
    return Drawn(database, A, B, _draw_factors(B, database.flows, random))


@dataclass(frozen=True, slots=True)
class Spread:
    """How uncertain a drawn system is: standard deviations of the logarithm, 0 for what is certain.

    Attributes
    ----------
    A, B : (m,) float64
        Of their entries [1].
    """

    A: NDArray[np.float64]
    B: NDArray[np.float64]


def draw_spread(drawn: Drawn, *, hard: bool, seed: int = 1) -> Spread:
    """Draw how uncertain a system is: three entries in four are lognormal, with a median sigma of 0.17.

    Mild, as in a database: where an input makes up much of what it goes into, by the first indicator, it is known to 3
    to 10 %. Hard: it may be as uncertain as any.
    """
    random = np.random.default_rng(seed)

    def draw(count: int) -> NDArray[np.float64]:
        return np.where(random.random(count) < 0.75, random.lognormal(np.log(0.17), 0.6, count).clip(max=0.7), 0.0)

    n, A, B, C = drawn.database.activities, drawn.A, drawn.B, drawn.C
    own = A.row == A.column
    amount, sigma = np.abs(A.value), draw(len(A.value))
    sigma[own] = 0.0
    if not hard:
        factor = np.zeros(drawn.database.flows)
        factor[C.column[C.row == 0]] = C.value[C.row == 0]
        burden = np.bincount(B.column, factor[B.row] * B.value, n)
        score = splu(A.to_sparse(n, n).T.tocsc()).solve(burden)
        share = amount * score[A.row] / np.maximum(score[A.column], np.finfo(float).tiny)
        is_large = (share > LARGE_SHARE) & ~own
        sigma[is_large] = np.minimum(sigma[is_large], random.uniform(0.03, 0.1, int(is_large.sum())))
    return Spread(sigma, draw(len(B.value)))


def measure_system(drawn: Drawn) -> Shape:
    """Measure what was drawn: it is stated by the database, and found here from the matrices alone."""
    n, A, B = drawn.database.activities, drawn.A, drawn.B
    off = A.row != A.column
    demand = Matrix(A.row[off], A.column[off], -A.value[off])
    _, component = connected_components(demand.to_sparse(n, n), connection="strong")
    has_factor = np.zeros(drawn.database.flows, np.bool_)
    has_factor[drawn.C.column] = True
    size = np.abs(demand.value)
    return Shape(
        *(n, len(A.value), len(B.value)),
        in_loop=float(np.bincount(component).max() / n),
        radius=_find_radius(demand.to_sparse(n, n)),
        most_inputs=int(np.bincount(A.column).max()),
        most_consumers=int(np.bincount(A.row).max()),
        least=float(size.min()),
        most=float(size.max()),
        characterized=float(has_factor[B.row].mean()),
        fill=_find_fill(A.to_sparse(n, n)) if n <= MOST_FACTORIZED else np.nan,
    )


def _draw_inputs(database: Database, random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw who buys from whom: what closes the loop, and the rest from hubs, neighbors and afar."""
    n = database.activities
    leaves = int(LEAVES * n)
    hubs = leaves + int(HUBS * np.sqrt(n))
    core = leaves + round(database.in_loop * n)
    member = np.arange(leaves + 1, core)
    # All are reached from the first: one of those before it buys from each. And all reach it, through the hubs.
    patron = member - _draw_distance(member - leaves, random)
    source = np.where(member < hubs, patron, _draw_hubs(len(member), leaves, hubs, random))
    missing = database.technosphere - n - 2 * len(member)
    degree = (random.pareto(1.5, n - leaves) + 0.3) * SPARE * missing / (n - leaves)
    buyer = np.repeat(np.arange(leaves, n), np.minimum(degree + 1.0, n / 4).astype(np.int64))
    near = buyer - _draw_distance(buyer, random)
    provider = np.where(random.random(len(buyer)) < FROM_HUBS, _draw_hubs(len(buyer), leaves, hubs, random), near)
    closing = _sort_once(np.concatenate([member, patron]) * n + np.concatenate([source, member]))
    rest = _sort_once((buyer * n + provider)[buyer != provider])
    at = np.minimum(np.searchsorted(closing, rest), len(closing) - 1)
    kept = random.choice(rest[closing[at] != rest], database.technosphere - n - len(closing), replace=False)
    place = np.concatenate([closing, kept])
    return place // n, place % n


def _draw_hubs(count: int, leaves: int, hubs: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw hubs by popularity."""
    return leaves + (random.random(count) ** POPULARITY * (hubs - leaves)).astype(np.int64)


def _draw_distance(reach: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Draw how far before an activity its provider stands: mostly next to it, seldom as far as `reach`."""
    return np.minimum(random.pareto(NEAR, len(reach)) + 1.0, reach).astype(np.int64)


def _sort_once(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort places, each once; numpy.unique hashes, which takes minutes for places that lie regularly."""
    ascending: NDArray[np.int64] = np.sort(place)
    return ascending[np.diff(ascending, prepend=-1) > 0]


def _draw_degrees(n: int, database: Database, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw how many elementary flows each activity has, twice as many as are kept."""
    degree = (random.pareto(1.5, n) + 0.3) * 2.0 * database.biosphere / n
    return np.minimum(degree + 1.0, database.flows / 2).astype(np.int64)


def _draw_places(
    count: int, degree: NDArray[np.int64], rows: int, power: float, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw places by column, rows by popularity, each once; keep `count` of them."""
    column = np.repeat(np.arange(len(degree)), degree)
    row = random.permutation(rows)[(random.random(len(column)) ** power * rows).astype(np.int64)]
    place = random.choice(_sort_once(column * rows + row), count, replace=False)
    return place % rows, place // rows


def _draw_factors(B: Matrix, flows: int, random: np.random.Generator) -> Matrix:
    """Draw factors for flows at random, until the stated share of B's entries has one; every tenth has several."""
    uses = np.bincount(B.row, minlength=flows)
    chosen = random.permutation(flows)
    chosen = chosen[: int(np.searchsorted(np.cumsum(uses[chosen]), CHARACTERIZED * len(B.row))) + INDICATORS]
    indicator = random.integers(0, INDICATORS, len(chosen))
    indicator[:INDICATORS] = np.arange(INDICATORS)
    again = np.flatnonzero(random.random(len(chosen)) < 0.1)
    rows = np.concatenate([indicator, (indicator[again] + 1) % INDICATORS])
    return Matrix(rows, np.concatenate([chosen, chosen[again]]), random.lognormal(0.0, 2.0, len(rows)))


def _find_fill(A: sparse.csr_array) -> float:
    factors = splu(A.T.tocsc())
    return float((factors.L.nnz + factors.U.nnz) / A.nnz)


def _find_radius(demand: sparse.csr_array) -> float:
    """Find the spectral radius of a matrix without negative entries, from a fixed start."""
    start = np.ones(demand.shape[0])
    values = eigs(demand, k=1, which="LM", v0=start, return_eigenvectors=False, tol=1e-8)
    return float(np.abs(values).max())
