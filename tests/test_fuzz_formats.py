"""Fuzzing of the readers in small: some mutants of every format, and the tool around them."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from lcaengine.formats import write_inventory
from tests import fuzz_formats
from tests.format_seeds import SEEDS


@pytest.mark.parametrize("name", SEEDS)
def test_mutants_end_in_a_refusal_or_an_inventory(name: str) -> None:
    outcomes = set()
    for index in range(40):
        outcome, what = fuzz_formats.run_mutant(name, 1, index)
        outcomes.add(outcome)
        assert outcome != "failure", f"python -m tests.fuzz_formats --format {name} --seed 1 --only {index}\n{what}"
    assert outcomes == {"refused", "imported"}


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_valid(tmp_path: Path, name: str) -> None:
    for at, files in enumerate(SEEDS[name].make()):
        folder = tmp_path / str(at)
        folder.mkdir()
        place = fuzz_formats.write_mutant(files, folder, SEEDS[name])
        imported = SEEDS[name].read(place)
        found = lca.check(write_inventory(imported, folder / "target"), policy=lca.Policy(unlinked="cutoff"))
        assert found.blockers() == []


def test_a_failure_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(fuzz_formats, "write_inventory", fail)
    outcomes = [fuzz_formats.run_mutant("jsonld", 1, index) for index in range(40)]
    assert any(outcome == "failure" and "on purpose" in what for outcome, what in outcomes)
