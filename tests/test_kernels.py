"""Kernels: what is kept on disk, what threads may do, and entries against dense sums."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import lcaengine
from lcaengine.kernels.cache import find_folder, open_folder
from lcaengine.kernels.entries import multiply_rows, place_rows, sum_entries
from lcaengine.kernels.extrapolation import BEHIND, MANY, SAMPLE, extrapolate
from lcaengine.kernels.growth import find_bounded
from lcaengine.kernels.ordering import find_components
from lcaengine.kernels.suppliers import sum_rows
from lcaengine.kernels.sweep import ALIKE, MOST_KEPT, _extrapolate
from lcaengine.kernels.vectors import DRAWS
from tests.twins import Matrix

KERNELS = Path(lcaengine.__file__).parent / "kernels"
NOT_KERNELS = {"__init__.py", "cache.py", "compiled.py", "vectors.py"}

SOLVE = """
import hashlib, sys
import numpy as np
from lcaengine.solve import solve_coupling
from lcaengine.system import build_coupling

random = np.random.default_rng(5)
n, m = 300, 1500
share = random.random(m)
activity = random.integers(0, n, m)
coupling = build_coupling(np.ones(n), activity, random.integers(0, n, m), -0.1 * share)
right = random.random((n, 30))
"""
ANSWER = (
    SOLVE
    + """
x = solve_coupling(coupling, right, str).x
dense = np.diag(coupling.diagonal)
for a in range(n):
    own = slice(coupling.indptr[a], coupling.indptr[a + 1])
    dense[a, coupling.indices[own]] = coupling.data[own]
assert np.allclose(x, np.linalg.solve(dense, right), rtol=1e-12)
print(hashlib.sha256(x.tobytes()).hexdigest())
"""
)
CACHED = """
import hashlib
import numpy as np
from lcaengine.kernels.entries import multiply_rows, sum_entries

random = np.random.default_rng(5)
n, m = 300, 1500
row, column = random.integers(0, n, m), random.integers(0, n, m)
total, indptr, indices, data = sum_entries(np.ones(n), row, column, random.random(m))
x = multiply_rows(indptr, indices, data, random.random((n, 3)))
print(hashlib.sha256(total.tobytes() + x.tobytes()).hexdigest())
"""
"""Two kernels that compile in a second: what is kept on disk does not depend on which they are."""
THREADED = """
import lcaengine.solve.solve as solve
solve.WORTH_THREADS = 0
"""


def start(code: str, **environment: str) -> subprocess.Popen[str]:
    """Run code in a Python of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that has to succeed."""
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return out.strip()


def list_files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.kernel"))


def test_kernels_call_kernels_alone() -> None:
    # What is compiled holds a copy of what it calls: the cache is named by the sources of all kernels, and no others.
    for path in KERNELS.glob("*.py"):
        if path.name in NOT_KERNELS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lcaengine"):
                assert node.module is not None
                assert node.module.startswith("lcaengine.kernels."), f"{path.name} imports {node.module}"
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("lcaengine") for alias in node.names), path.name


def test_kernels_are_compiled_one_way() -> None:
    # njit and prange mean what compiled.py says they mean: strict arithmetic, guarded threads, a cache that holds.
    for path in KERNELS.glob("*.py"):
        if path.name in NOT_KERNELS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                how = [ast.unparse(each) for each in node.decorator_list]
                assert how in (["compiled"], ["compiled_parallel"]), f"{path.name}:{node.name}"
                threads = any(isinstance(each, ast.Name) and each.id == "prange" for each in ast.walk(node))
                assert not threads or how == ["compiled_parallel"], f"{path.name}:{node.name}"
    assert "fastmath" not in "".join(path.read_text(encoding="utf-8") for path in KERNELS.glob("*.py"))


def test_two_processes_compile_at_once(tmp_path: Path) -> None:
    both = [start(CACHED, XDG_CACHE_HOME=str(tmp_path)) for _ in range(2)]
    answers = [finish(process) for process in both]
    assert answers[0] == answers[1]
    files = list_files(tmp_path)
    assert files
    assert not list(tmp_path.rglob(".part-*"))
    again = finish(start(CACHED, XDG_CACHE_HOME=str(tmp_path)))
    assert again == answers[0]
    assert list_files(tmp_path) == files, "the third process found nothing to compile"


def test_damaged_files_are_compiled_again(tmp_path: Path) -> None:
    answer = finish(start(CACHED, XDG_CACHE_HOME=str(tmp_path)))
    whole = {path: path.read_bytes() for path in list_files(tmp_path)}
    for number, path in enumerate(whole):
        content = bytearray(whole[path])
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content) if number % 2 else content[: number * 7])
    assert finish(start(CACHED, XDG_CACHE_HOME=str(tmp_path))) == answer
    assert all(len(path.read_bytes()) > 1000 for path in whole), "they were not written again"


def test_home_that_cannot_be_written_works(tmp_path: Path) -> None:
    # A file stands where the folder would be: that cannot be written even by root.
    (tmp_path / "home").write_text("")
    place = str(tmp_path / "home")
    answer = finish(start(CACHED, HOME=place, XDG_CACHE_HOME=place, LOCALAPPDATA=place))
    assert len(answer) == 64
    assert not list_files(tmp_path)


def test_folder_of_others_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_folder(tmp_path, make=False) is None
    assert not list(tmp_path.iterdir())
    folder = open_folder(tmp_path, make=True)
    assert folder is not None
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    assert open_folder(tmp_path, make=True) is None, "others may write to it"
    folder.chmod(0o700)
    assert open_folder(tmp_path, make=False) == folder
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert open_folder(tmp_path, make=True) is None, "it is another user's"


def test_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/cache")
    assert find_folder() == Path("/somewhere/cache/lcaengine")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert find_folder() is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/analyst")
    assert find_folder() == Path("/home/analyst/.cache/lcaengine")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert find_folder() == Path("/home/analyst/Library/Caches/lcaengine")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/given")
    assert find_folder() == Path("/given/lcaengine")


def test_bits_do_not_depend_on_threads() -> None:
    serial = start(ANSWER)
    one, two = (start(THREADED + ANSWER, NUMBA_NUM_THREADS=threads) for threads in "12")
    assert finish(serial) == finish(one) == finish(two)


def test_threads_that_solve_at_once_do_not_abort() -> None:
    # numba's own pool (workqueue) ends the process where two threads enter a parallel kernel at the same time.
    code = (
        THREADED
        + SOLVE
        + """
from concurrent.futures import ThreadPoolExecutor
import numba
with ThreadPoolExecutor(6) as pool:
    answers = list(pool.map(lambda _: solve_coupling(coupling, right, str).x.tobytes(), range(60)))
assert len(set(answers)) == 1
print(numba.threading_layer(), hashlib.sha256(answers[0]).hexdigest())
"""
    )
    shared = start(code, NUMBA_THREADING_LAYER="workqueue", NUMBA_NUM_THREADS="2")
    assert finish(shared) == f"workqueue {finish(start(ANSWER))}"


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_entries_are_summed_by_place(n: int, m: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    diagonal, row, column = random.normal(size=n), random.integers(0, n, m), random.integers(0, n, m)
    value = random.choice([-1.0, -0.25, 0.0, 0.5, 1.0], m)  # sums of these are exact, and often zero
    total, indptr, indices, data = sum_entries(diagonal, row, column, value)
    expected = np.zeros((n, n))
    for r, c, v in zip(row, column, value, strict=True):
        expected[r, c] += v
    found = np.zeros((n, n))
    for a in range(n):
        own = indices[indptr[a] : indptr[a + 1]]
        assert (np.diff(own) > 0).all()
        found[a, own] = data[indptr[a] : indptr[a + 1]]
    assert (total == diagonal + np.diag(expected)).all()
    assert (found == expected - np.diag(np.diag(expected))).all()
    assert (data != 0).all()
    x = random.normal(size=(n, 3))
    assert np.allclose(multiply_rows(indptr, indices, data, x), found @ x, rtol=1e-13, atol=1e-13)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_rows_in_order_of_solution(n: int, m: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    _, indptr, indices, _ = sum_entries(np.ones(n), random.integers(0, n, m), random.integers(0, n, m), np.ones(m))
    order, starts = find_components(indptr, indices)
    outer, inner, provider, entry = place_rows(indptr, indices, order, starts)
    assert sorted(entry.tolist()) == list(range(len(indices)))
    for p, a in enumerate(order.tolist()):
        first = starts[np.searchsorted(starts, p, side="right") - 1]
        own = order[provider[inner[p] : inner[p + 1]]]
        assert sorted(own.tolist()) == indices[indptr[a] : indptr[a + 1]].tolist()
        assert (indices[entry[inner[p] : inner[p + 1]]] == own).all()
        assert (provider[inner[p] : outer[p]] < first).all()
        assert (provider[outer[p] : inner[p + 1]] >= first).all()


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 8), st.floats(0.0, 1.2), st.floats(0.0, 0.5), st.integers(0, 2**32 - 1))
def test_unknowns_are_carried_on_where_their_changes_are_alike(n: int, kept: float, noise: float, seed: int) -> None:
    """The twin is Aitken's rule for a vector, of relative changes, written for whole arrays."""
    random = np.random.default_rng(seed)
    x = 10.0 ** random.uniform(-6, 6, (n + 2, 4))
    x[random.random(x.shape) < 0.1] = 0.0
    change = x * random.normal(size=x.shape)
    last = x - kept * change * (1.0 + noise * random.normal(size=x.shape))
    before = last - change
    expected = x.copy()
    for lane in range(4):
        own = np.flatnonzero(x[1:-1, lane]) + 1
        d = (x[own, lane] - last[own, lane]) / x[own, lane]
        e = (last[own, lane] - before[own, lane]) / x[own, lane]
        if not e.any() or not d.any():
            continue
        c, cosine = d @ e / (e @ e), d @ e / np.sqrt((d @ d) * (e @ e))
        if min(abs(c), abs(c - MOST_KEPT), abs(cosine - np.sqrt(ALIKE))) < 1e-9:
            return  # rounding decides
        if 0.0 < c <= MOST_KEPT and cosine > np.sqrt(ALIKE):
            expected[1:-1, lane] += (x - last)[1:-1, lane] * c / (1.0 - c)
    _extrapolate(1, n + 1, before, last, x)
    assert np.allclose(x, expected, rtol=1e-9, atol=0.0)


@settings(deadline=None, max_examples=100)
@given(st.integers(4, 9), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_three_modes_are_carried_on_to_where_they_lead(n: int, modes: int, seed: int) -> None:
    """Iterates x + sum_m a_m g^k v_m lead to x, growing modes too: with three weights, three are canceled exactly."""
    random = np.random.default_rng(seed)
    width = DRAWS
    goal = 10.0 ** random.uniform(-6, 6, (n, width))
    rate = np.array([0.9, -0.5, 1.2])[:modes]
    vector = random.normal(size=(modes, n, width)) * goal * 1e-2
    iterates = [goal + np.einsum("m,mnw->nw", rate**k, vector) for k in range(5)]
    outside = random.normal(size=width)
    x = np.concatenate([outside, iterates[4].reshape(-1), outside])
    earlier = np.stack([iterates[3 - r].reshape(-1) for r in range(BEHIND)])
    extrapolate(1, n + 1, 1, x, earlier, np.ones(width), np.empty(BEHIND * (BEHIND + 2) * width))
    assert np.array_equal(x[:width], outside)
    assert np.array_equal(x[-width:], outside)
    assert x[width:-width].reshape(n, width) == pytest.approx(goal, rel=1e-4)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_differences_are_combined_to_the_least(n: int, seed: int) -> None:
    """The twin is least squares by LAPACK over relative differences; their combination is no larger than the twin's."""
    random = np.random.default_rng(seed)
    iterates = 10.0 ** random.uniform(-6, 6, (n, 1)) * (1.0 + 0.1 * random.normal(size=(5, n, DRAWS)))
    x = iterates[0].reshape(-1).copy()
    earlier = np.stack([iterates[r + 1].reshape(-1) for r in range(BEHIND)])
    extrapolate(0, n, 1, x, earlier, np.ones(DRAWS), np.empty(BEHIND * (BEHIND + 2) * DRAWS))
    looked = np.arange(0, n, SAMPLE) if n >= MANY else np.arange(n)
    for lane in range(DRAWS):
        d = [((iterates[r] - iterates[r + 1]) / iterates[0])[looked, lane] for r in range(BEHIND)]
        z = np.stack([each - d[0] for each in d[1:]], axis=1)
        weights, *_ = np.linalg.lstsq(z, -d[0], rcond=None)
        g = np.concatenate([[1 - weights.sum()], weights])
        if len(looked) >= BEHIND:  # else several weights do
            expected = sum(g[r] * iterates[r][:, lane] for r in range(BEHIND))
            size = sum(np.abs(g[r] * iterates[r][:, lane]) for r in range(BEHIND))
            assert (np.abs(x.reshape(n, DRAWS)[:, lane] - expected) <= 1e-6 * size).all()


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_what_cannot_be_carried_on_stays(value: float) -> None:
    x, earlier = np.full(16, value), np.full((BEHIND, 16), value)
    extrapolate(0, 2, 1, x, earlier, np.ones(DRAWS), np.empty(BEHIND * (BEHIND + 2) * DRAWS))
    assert np.array_equal(np.isfinite(x), np.isfinite(np.full(16, value)))
    still = np.arange(1.0, 17.0)
    x = still.copy()
    extrapolate(0, 2, 1, x, np.stack([still] * BEHIND), np.ones(DRAWS), np.empty(BEHIND * (BEHIND + 2) * DRAWS))
    assert x == pytest.approx(still, rel=1e-15)


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 9), st.floats(0.05, 0.6), st.floats(0.3, 1.5), st.integers(0, 2**32 - 1))
def test_loops_are_bounded_where_the_spectral_radius_is_below_one(
    n: int, density: float, most: float, seed: int
) -> None:
    """LAPACK's eigenvalues of each component are the twin; what components take of one another has no say."""
    random = np.random.default_rng(seed)
    need = most * random.random((n, n)) * (random.random((n, n)) < density)
    need[random.random(n) < 0.2, random.integers(0, n)] = 0.5
    own = np.diag(need).copy()
    row, column = np.nonzero(need - np.diag(own))
    _, indptr, indices, data = sum_entries(np.ones(n), row, column, -need[row, column])
    order, starts = find_components(indptr, indices)
    outer, inner, provider, entry = place_rows(indptr, indices, order, starts)
    matrix = (1.0 - own[order], outer, inner, provider, data[entry], starts)
    found = find_bounded(*matrix, 1e12, 1000)
    for component, bounded in enumerate(found.tolist()):
        members = order[starts[component] : starts[component + 1]]
        inside = need[np.ix_(members, members)]
        radius = np.abs(np.linalg.eigvals(inside)).max()
        if abs(radius - 1.0) > 0.05:  # nearer, a thousand sweeps need not see it
            assert bounded == (radius < 1.0)
            grown = np.linalg.inv(np.eye(len(members)) - inside).sum(axis=1).max()
            if bounded:  # x is between half the growth and all of it
                assert not find_bounded(*matrix, grown / 2.1, 1000)[component]
                assert find_bounded(*matrix, grown * 1.01, 1000)[component]


def test_loops_that_take_all_they_make_are_not_bounded() -> None:
    # Two processes that take 1 of each other: the radius is one, and so it is of one that takes all of its own.
    indptr, indices, data = np.array([0, 1, 2, 2]), np.array([1, 0]), np.array([-1.0, -1.0])
    order, starts = find_components(indptr, indices)
    outer, inner, provider, entry = place_rows(indptr, indices, order, starts)
    diagonal = np.array([1.0, 1.0, 0.0])[order]
    assert not find_bounded(diagonal, outer, inner, provider, data[entry], starts, 1e12, 10_000).any()


def test_threads_may_be_limited_and_bits_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes share a machine a variable says how many threads a kernel may use."""
    random = np.random.default_rng(3)
    starts = np.arange(0, 5001, 5)
    table, output, column = random.random((7, 8)), random.random(1000) + 1.0, np.arange(4)
    code, amount = np.arange(5000, dtype=np.int32) % 7, np.linspace(0.1, 9.0, 5000)
    found = []
    for most in ("1", "", "99", "nonsense"):
        monkeypatch.setenv("LCAENGINE_THREADS", most)
        sums, union = np.empty((4, 1000)), np.zeros((1000, 1), np.uint64)
        sum_rows(starts, code, amount, output, table, column, np.zeros((7, 1), np.uint64), sums, union)
        found.append(sums.tobytes())
    assert len(set(found)) == 1


def sum_rows_slowly(
    rows: list[list[tuple[int, float]]], output: Matrix, table: Matrix, marks: NDArray[np.uint64]
) -> tuple[Matrix, NDArray[np.uint64]]:
    """Sum the rows of suppliers one after the other, in order of code and amount."""
    sums, union = np.zeros((table.shape[1], len(rows))), np.zeros((len(rows), marks.shape[1]), np.uint64)
    for p, own in enumerate(rows):
        for v in range(table.shape[1]):
            total = 0.0
            for c, x in sorted(own):
                total += x * table[c, v]
            sums[v, p] = total * (1.0 / output[p])
        for c, x in own:
            union[p] |= marks[c] if x else np.uint64(0)
    return sums, union


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=200), st.integers(0, 2**32 - 1), st.booleans())
def test_rows_of_suppliers(counts: list[int], seed: int, few: bool) -> None:
    """Sums to the bit as by hand, in whatever order the rows stand: few rows, many, none, alike, of zero."""
    random = np.random.default_rng(seed)
    counts = [count % 12 for count in counts] if few else [*counts, 100]
    table = random.lognormal(0.0, 3.0, (9, 8)) * random.choice([-1.0, 0.0, 1.0], (9, 8))
    marks, output = random.integers(0, 1 << 62, (9, 3)).astype(np.uint64), random.random(len(counts)) + 0.1
    amounts = [0.0, 0.25, *random.lognormal(0.0, 3.0, 40).tolist()]
    rows = [[(int(random.integers(9)), amounts[random.integers(42)]) for _ in range(n)] for n in counts]
    expected, joined = sum_rows_slowly(rows, output, table[:, :6], marks)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    place = np.array([4, 0, 1, 6, 3, 5])
    for _ in range(2):
        code = np.array([c for own in rows for c, _ in own], np.int32)
        amount = np.array([x for own in rows for _, x in own], np.float64)
        sums, union = np.full((7, len(counts)), -1.0), np.zeros((len(counts), 3), np.uint64)
        sum_rows(starts, code, amount, output, table, place, marks, sums, union)
        assert (sums[place] == expected).all()
        assert (sums[2] == -1.0).all()
        assert (union == joined).all()
        for own in rows:
            random.shuffle(own)
