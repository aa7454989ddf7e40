"""The command line, run in this process, for every test that asks for it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from lcaengine.cli.app import main

# The same examples every time, so that a change is judged by itself; `--hypothesis-profile=explore` draws others.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")


class Run:
    """One run of the command line, in this process, so many columns wide."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *words: object, columns: int = 80) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["lcaengine", *map(str, words)])
        self.monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit) as caught:
            main()
        shown = self.capsys.readouterr()
        return int(caught.value.code or 0), shown.out, shown.err


@pytest.fixture(autouse=True, scope="session")
def keep_progress_still() -> Iterator[None]:
    """Tell no progress, which would come and go with the load of the machine; a test of progress asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("exchange", "simulation", "suppliers"):
            patch.setattr(f"lcaengine.cli.{module}.QUIET", math.inf)
        yield


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)
