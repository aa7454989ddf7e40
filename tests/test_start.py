"""Start-up: what a run imports, what it leaves out, and that what is left out is still there for who asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lcaengine as lca


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_a_score_imports_neither_pandas_nor_pint(tmp_path: Path) -> None:
    code = f"""
import sys
from lcaengine.cli.app import main
sys.argv = ["lcaengine", "score", {str(lca.find_example("two-suppliers"))!r}, "-o", {str(tmp_path / "o.parquet")!r}]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print(sorted({{"pandas", "pint"}} & set(sys.modules)))
"""
    assert run(code) == "[]"
    assert (tmp_path / "o.parquet").is_file()


def test_what_is_left_out_is_there_for_who_asks() -> None:
    code = """
import sys
from lcaengine.cli.start import start_lightly
start_lightly()
start_lightly()
import lcaengine as lca
footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")), "core")
assert "pandas" not in sys.modules
frame = footprints.to_pandas()
import numpy as np
import scipy.linalg
assert scipy.linalg.det(np.eye(2)) == 1.0
print(type(frame).__module__.split(".")[0], len(frame) == footprints.to_arrow().num_rows)
"""
    assert run(code) == "pandas True"


def test_kernels_load_without_scipy_linalg() -> None:
    code = """
import sys
from lcaengine.cli.start import start_lightly
start_lightly()
import numba
assert numba.njit(lambda x: x + 1)(1) == 2
print("numba.np.arraymath" in sys.modules, "scipy.linalg" in sys.modules)
"""
    assert run(code) == "True False"


def test_pandas_that_is_there_is_kept() -> None:
    code = """
import pandas as pd
from lcaengine.cli.start import start_lightly
start_lightly()
import pyarrow as pa
print(pa.array(pd.Series([1.0, float("nan")])).null_count)
"""
    assert run(code) == "1"  # of a Series, pyarrow reads NaN as null: it knows one
