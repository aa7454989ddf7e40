"""52 rare-earth processes as published, wrong references and all: check names each fault, and every input not met."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import lcaengine as lca
from tests import tiangong
from tests.conftest import Run

pytestmark = pytest.mark.skipif(not tiangong.FOLDER.is_dir(), reason=f"TianGong is not at {tiangong.FOLDER}")

MADE = ("Product flow", "Output")
SOLD = (MADE, ("Waste flow", "Input"))
ASKED = (("Product flow", "Input"), ("Waste flow", "Output"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Give the data's exchanges as they are; row n of the table is the n-th, counted from one."""
    return tiangong.read_rows("exchanges")


@pytest.fixture(scope="module")
def blockers(tmp_path_factory: pytest.TempPathFactory) -> list[lca.Finding]:
    found = lca.check(tiangong.write_tiangong(tmp_path_factory.mktemp("tiangong")))
    assert not found.warnings()
    return found.blockers()


def find_rows(blockers: list[lca.Finding], *codes: str) -> list[int]:
    """Give the rows of exchanges that findings of these codes name."""
    return [found.row for found in blockers if found.code in codes and found.table == "exchanges" and found.row]


def test_seventeen_references_are_refused_by_process(rows: list[dict[str, str]], blockers: list[lca.Finding]) -> None:
    # Nine products that come in, eight elementary flows; the other 35 of 52 are products that go out.
    is_reference = [row["is_quantitative_reference"] == "True" for row in rows]
    references = [row for row, each in zip(rows, is_reference, strict=True) if each]
    assert len({row["process_id"] for row in references}) == len(references) == 52
    for code, count, wrong in (
        ("reference_input", 9, [row for row in references if (row["flow_type"], row["direction"]) == ASKED[0]]),
        ("reference_elementary", 8, [row for row in references if row["flow_type"] == "Elementary flow"]),
    ):
        named = [rows[row - 1]["process_id"] for row in find_rows(blockers, code)]
        assert len(named) == count
        assert sorted(named) == sorted(row["process_id"] for row in wrong)


def test_every_input_nobody_supplies_is_named(rows: list[dict[str, str]], blockers: list[lca.Finding]) -> None:
    # A process supplies what it makes as its reference; co-products wait for an allocation, which the data does not
    # give. 243 products and 11 wastes have no such process, 10 products have two or more, 2 products have one.
    makers = Counter(
        row["flow_id"]
        for row in rows
        if row["is_quantitative_reference"] == "True" and (row["flow_type"], row["direction"]) == MADE
    )
    asked = {
        at: makers[row["flow_id"]]
        for at, row in enumerate(rows, start=1)
        if row["is_quantitative_reference"] == "False" and (row["flow_type"], row["direction"]) in ASKED
    }
    assert Counter(min(count, 2) for count in asked.values()) == {0: 254, 1: 2, 2: 10}
    unlinked = find_rows(blockers, "unlinked_input")
    assert sorted(unlinked) == [at for at, count in asked.items() if count == 0]
    assert Counter(rows[at - 1]["flow_type"] for at in unlinked) == {"Product flow": 243, "Waste flow": 11}
    assert sorted(find_rows(blockers, "ambiguous_provider")) == [at for at, count in asked.items() if count > 1]


def test_nothing_else_is_found_than_what_the_data_lacks(
    rows: list[dict[str, str]], blockers: list[lca.Finding]
) -> None:
    # Three flows have no type and no unit, so their five rows cannot be read: they are named for that, as no inputs.
    bare = [at for at, row in enumerate(rows, start=1) if not row["ref_unit"]]
    assert len({rows[at - 1]["flow_id"] for at in bare}) == 3
    assert sorted(find_rows(blockers, "missing_value")) == bare
    missing = Counter(found.column for found in blockers if (found.code, found.table) == ("missing_value", "flows"))
    assert missing == {"kind": 3, "unit": 3}
    # 24 processes make, or treat, something besides their reference.
    assert {found.code for found in blockers} == {
        *("reference_input", "reference_elementary", "unlinked_input", "ambiguous_provider"),
        *("missing_value", "no_allocation"),
    }
    processes = [row["process_id"] for row in tiangong.read_rows("processes")]
    named = [processes[found.row - 1] for found in blockers if found.code == "no_allocation" and found.row]
    made = {(row["process_id"], row["flow_id"]) for row in rows if (row["flow_type"], row["direction"]) in SOLD}
    several = [process for process, count in Counter(process for process, _ in made).items() if count > 1]
    assert len(several) == 24
    assert sorted(named) == sorted(several)


def test_command_line_lists_them_all(tmp_path: Path, blockers: list[lca.Finding], run: Run) -> None:
    code, out, _ = run("check", tiangong.write_tiangong(tmp_path), "--json")
    assert code == 1
    listed = Counter(found["code"] for found in json.loads(out) if found["severity"] == "blocker")
    assert listed >= Counter(found.code for found in blockers)
