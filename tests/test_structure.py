"""The shape of the code: who may import what, how long things are, that the public face is whole and documented."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.validate import validate

import lcaengine

SOURCE = Path(lcaengine.__file__).parent
FILES = sorted(path for path in SOURCE.rglob("*.py"))
ONLY_HERE = {
    "pint": "units",
    "numba": "kernels",
    "pyarrow.parquet": "io",
    "pyarrow.csv": "io",
    "pyarrow.fs": "io",
    "zipfile": "io",
    "lxml": "formats",
    "matplotlib": "plots",
    "dask": "cluster",
    "distributed": "cluster",
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("module", "home"), ONLY_HERE.items())
def test_heavy_libraries_have_one_home(module: str, home: str) -> None:
    users = {
        p.relative_to(SOURCE).parts[0]
        for p in FILES
        if any(i == module or i.startswith(module + ".") for i in imports(p))
    }
    assert users == {home}


def test_files_and_functions_fit() -> None:
    """A body fits a screen; a docstring before it, and the options of a command, may be as long as they have to be."""
    long_files = [p.name for p in FILES if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    long_functions = [
        f"{p.name}:{node.name}"
        for p in FILES
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and count_lines(node) > 60
    ]
    assert long_files == []
    assert long_functions == []


def count_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_public_face_is_whole() -> None:
    for name in lcaengine.__all__:
        assert getattr(lcaengine, name) is not None
    assert sorted(lcaengine._HOMES) == sorted(lcaengine.__all__)
    assert set(lcaengine.__all__) <= set(dir(lcaengine))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lcaengine.nothing  # noqa: B018


@pytest.mark.parametrize("name", sorted(lcaengine.__all__))
def test_public_names_are_documented(name: str) -> None:
    # GL08 no docstring, SS03/SS05 summary, PR parameters that do not match, RT01 no Returns, EX01 no example.
    asked = {"GL08", "SS03", "PR01", "PR02", "PR03", "PR04", "RT01"}
    value = getattr(lcaengine, name)
    if callable(value) and not isinstance(value, type):
        asked |= {"EX01", "SS05"}
    found = [error for error in validate(f"{value.__module__}.{value.__qualname__}")["errors"] if error[0] in asked]
    if isinstance(value, type) and value is not lcaengine.LcaError:
        found = [error for error in found if not error[0].startswith("PR")]  # Attributes, or the base error's
    assert found == []
