"""The README is true: its Python runs, its commands run, its two long commands are what CI calls."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lcaengine.inventory import TABLES
from lcaengine.units import LABELS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def test_python_blocks_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    names: dict[str, object] = {}
    assert blocks("python")
    for text in blocks("python"):
        exec(compile(text, "README.md", "exec"), names)


def test_commands_run(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    lines = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("lcaengine ")]
    assert len(lines) >= 4
    for line in lines:
        words = [sys.executable, "-m", *shlex.split(line, comments=True)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}{done.stdout}"


def test_the_two_commands_are_one_line_each_and_ci_takes_them_from_here() -> None:
    long = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("python3 -m venv")]
    assert len(long) == 2
    assert "lcaengine score" in long[0]
    for word in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert word in long[1]
    assert "README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_table_and_column_is_documented() -> None:
    for table in TABLES.values():
        assert f"`{table.name}`" in README
        for column in table.columns:
            if column.required:
                assert f"{column.name}*" in README, f"{table.name}.{column.name}"


def test_every_unit_is_listed() -> None:
    listed = set(re.findall(r"`([^`]+)`", README.split("## Units")[1].split("\n## ")[0]))
    words = {word for group in listed for word in (group, *group.split())}
    assert {label for label in LABELS if label not in words} == set()
