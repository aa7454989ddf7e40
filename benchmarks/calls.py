"""Jobs in one process, from matrices in coordinates to every intensity: the solver against bw2calc's.

Each side imports its own library, so that a child process that does one side has the memory of that side.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from benchmarks.job import Answer, Job, Run
from benchmarks.packages import INDICATORS, build_package
from benchmarks.systems import DATABASES, SMOKE, Database, Drawn, Matrix, draw_system

if TYPE_CHECKING:
    from lcaengine.system.coupling import Coupling

__all__ = ["CALLS", "find_database", "has_pardiso", "import_bw2calc", "load_system"]

SIZES = tuple(each.activities for each in DATABASES)
GROWTH = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
CHANGE = 0.1
"""Sigma of the logarithm by which amounts are changed."""


def find_database(activities: int) -> Database:
    """Find a database of that size in the list, or state one alike: eleven nonzeros of A an activity, 15 of B."""
    known = {each.activities: each for each in (SMOKE, *DATABASES)}
    flows = min(2_000, max(60, activities // 4))
    return known.get(activities) or Database(activities, 11 * activities, 0.5, 0.77, flows, 15 * activities)


def load_system(database: Database, folder: Path) -> Drawn:
    """Load a system, or draw it once and keep it in the folder."""
    values = "-".join(f"{value:g}" for value in dataclasses.astuple(database))
    path = folder / f"system-{values}.npz"
    if not path.exists():
        drawn = draw_system(database)
        parts = {f"{m}{part}": getattr(getattr(drawn, m), part) for m in "ABC" for part in ("row", "column", "value")}
        np.savez(path, **parts)
    with np.load(path) as kept:
        return Drawn(database, *(Matrix(kept[m + "row"], kept[m + "column"], kept[m + "value"]) for m in "ABC"))


def has_pardiso() -> bool:
    """Tell whether bw2calc finds its fastest solver."""
    return importlib.util.find_spec("pypardiso") is not None


def import_bw2calc() -> Any:
    """Import the reference."""
    with warnings.catch_warnings():  # it recommends a faster solver when there is none; the table says which it was
        warnings.simplefilter("ignore", UserWarning)
        import bw2calc
    return bw2calc


def _characterize(drawn: Drawn) -> NDArray[np.float64]:
    """Give the direct burdens of every activity, (C B)', from coordinates."""
    database, B, C = drawn.database, drawn.B, drawn.C
    factor = np.zeros((len(INDICATORS), database.flows))
    factor[C.row, C.column] = C.value
    columns = [np.bincount(B.column, each[B.row] * B.value, database.activities) for each in factor]
    return np.stack(columns, axis=1)


def _build_transpose(A: Matrix, activities: int) -> Coupling:
    from lcaengine.system.coupling import build_coupling

    return build_coupling(np.zeros(activities), A.column, A.row, A.value)


def _change_amounts(A: Matrix) -> Matrix:
    """Change every input a little."""
    factor = np.random.default_rng(2).lognormal(0.0, CHANGE, len(A.value))
    return Matrix(A.row, A.column, np.where(A.row == A.column, A.value, A.value * factor))


def solve_products(activities: int, folder: Path) -> Run:
    """Prepare ours: couple A', order it, characterize, solve for every product and indicator, verify."""
    from lcaengine.solve import order_coupling, solve_coupling

    drawn = load_system(find_database(activities), folder)

    def run() -> Answer:
        coupling = _build_transpose(drawn.A, activities)
        solution = solve_coupling(coupling, _characterize(drawn), str, order_coupling(coupling))
        return Answer(lambda: solution.x)

    return run


def resolve_products(activities: int, folder: Path) -> Run:
    """Prepare ours after changed amounts: the ordering is kept, every product and indicator is solved for, verified."""
    from lcaengine.solve import order_coupling, solve_coupling

    drawn = load_system(find_database(activities), folder)
    coupling, direct = _build_transpose(drawn.A, activities), _characterize(drawn)
    ordering = order_coupling(coupling)
    changed = _build_transpose(_change_amounts(drawn.A), activities).data

    def run() -> Answer:
        solution = solve_coupling(dataclasses.replace(coupling, data=changed), direct, str, ordering)
        return Answer(lambda: solution.x)

    return run


def solve_adjoint(activities: int, folder: Path) -> Run:
    """Prepare the reference: bw2calc's adjoint direction, which scores every product by one solve an indicator.

    One demand is given: the scores of all products are in ``product_scores`` all the same, and a demand for each
    would only take longer. The datapackage is in memory before, as our coordinates are.
    """
    return _prepare_adjoint(load_system(find_database(activities), folder))


def solve_adjoint_changed(activities: int, folder: Path) -> Run:
    """Prepare the reference after changed amounts: from the datapackage anew, as bw2calc offers it."""
    drawn = load_system(find_database(activities), folder)
    return _prepare_adjoint(dataclasses.replace(drawn, A=_change_amounts(drawn.A)))


def resolve_adjoint(activities: int, folder: Path) -> Run:
    """Prepare the reference after changed amounts, with its matrices kept: only A is replaced, and factorized."""
    drawn = load_system(find_database(activities), folder)
    A = sparse.csr_matrix(_change_amounts(drawn.A).to_sparse(activities, activities))
    if not has_pardiso():
        return _prepare_scipy(dataclasses.replace(drawn, A=_change_amounts(drawn.A)))
    lca = _make_adjoint(drawn)
    lca.calculate()

    def run() -> Answer:
        lca.technosphere_matrix = A
        lca.calculate()
        scores = lca.product_scores
        return Answer(lambda: scores.values.T)

    return run


def solve_one_demand(activities: int, folder: Path) -> Run:
    """Prepare the reference: bw2calc's LCA, one demand, one method."""
    drawn = load_system(find_database(activities), folder)
    bw2calc = import_bw2calc()
    package = build_package(drawn, indicators=1)

    def run() -> Answer:
        lca = bw2calc.LCA({1: 1.0}, data_objs=[package])
        lca.lci()
        lca.lcia()
        found = lca.score
        return Answer(lambda: np.array([[found]]))

    return run


def solve_first_product(activities: int, folder: Path) -> Run:
    """Prepare ours against one demand: everything is solved for, and the first product is compared."""
    run = solve_products(activities, folder)

    def run_and_pick() -> Answer:
        found = run()
        return Answer(lambda: found.values()[:1, :1])

    return run_and_pick


def resolve_solver(activities: int, folder: Path) -> Run:
    """Prepare the solver alone, ordering included."""
    from lcaengine.solve import order_coupling, solve_coupling

    drawn = load_system(find_database(activities), folder)
    coupling, direct = _build_transpose(drawn.A, activities), _characterize(drawn)

    def run() -> Answer:
        solve_coupling(coupling, direct, str, order_coupling(coupling))
        return Answer(lambda: np.empty(0))

    return run


def multiply_once(activities: int, folder: Path) -> Run:
    """Prepare a yardstick of what the matrix costs to read: one product A' Y by SciPy."""
    drawn = load_system(find_database(activities), folder)
    transposed = Matrix(drawn.A.column, drawn.A.row, drawn.A.value).to_sparse(activities, activities)
    direct = _characterize(drawn)

    def run() -> Answer:
        transposed @ direct
        return Answer(lambda: np.empty(0))

    return run


def _prepare_adjoint(drawn: Drawn) -> Run:
    if not has_pardiso():
        return _prepare_scipy(drawn)
    package = build_package(drawn)

    def run() -> Answer:
        lca = _make_adjoint(drawn, package)
        lca.calculate()
        scores = lca.product_scores
        return Answer(lambda: scores.values.T)

    import_bw2calc()
    return run


def _make_adjoint(drawn: Drawn, package: Any = None) -> Any:
    method = {"impact_categories": [("drawn", name) for name, _ in INDICATORS]}
    packages = [package or build_package(drawn)]
    return import_bw2calc().FastScoresOnlyMultiLCA({"1": {1: 1.0}}, method, packages, direction="adjoint")


def _prepare_scipy(drawn: Drawn) -> Run:
    """Prepare what stands in without pypardiso: bw2calc's assembly, and SuperLU of the transpose."""
    bw2calc, package = import_bw2calc(), build_package(drawn)
    method = {"impact_categories": [("drawn", name) for name, _ in INDICATORS]}

    def run() -> Answer:
        lca = bw2calc.MultiLCA({"1": {1: 1.0}}, method, [package])
        lca.load_lci_data()
        lca.load_lcia_data()
        matrices = [lca.characterization_matrices[key] for key in method["impact_categories"]]
        direct = [np.asarray((C @ lca.biosphere_matrix).sum(axis=0)).ravel() for C in matrices]
        factors = splu(lca.technosphere_matrix.T.tocsc())
        scores = factors.solve(np.stack(direct, axis=1))
        return Answer(lambda: scores)

    return run


def _name_adjoint() -> str:
    return "bw2calc adjoint, pypardiso" if has_pardiso() else "bw2calc, SciPy's LU (no pypardiso)"


def _name_one() -> str:
    return "bw2calc LCA, one demand" if has_pardiso() else "bw2calc LCA, SciPy (no pypardiso)"


_N = SMOKE.activities
CALLS = (
    Job(
        "products",
        "all products x 3 indicators, from coordinates to verified intensities",
        *("activities", SIZES, _N, solve_products, solve_adjoint, _name_adjoint),
    ),
    Job(
        "changed",
        "the same after changed amounts: ours keeps the ordering, bw2calc starts from its datapackage",
        *("activities", SIZES, _N, resolve_products, solve_adjoint_changed, _name_adjoint),
    ),
    Job(
        "changed-kept",
        "the same, and bw2calc keeps its matrices: A is replaced, factorized and solved with",
        *("activities", SIZES, _N, resolve_products, resolve_adjoint, _name_adjoint),
    ),
    Job(
        "one-demand",
        "all products x 3 indicators, against one demand and one method",
        *("activities", SIZES, _N, solve_first_product, solve_one_demand, _name_one),
    ),
    Job(
        "solver",
        "ordering, solution and residual for 3 indicators, against one product A' Y",
        *("activities", GROWTH, _N, resolve_solver, multiply_once, lambda: "SciPy, one product A' Y"),
    ),
)
