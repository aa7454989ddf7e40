"""What is kept beside an inventory is used while it holds, and never when it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from lcaengine.io.kept import FOLDER, MOST_KEPT
from lcaengine.policy import Policy
from lcaengine.reports.recall import recall_or_find
from lcaengine.reports.write import answer_of
from lcaengine.results import Answer, pack_answer, unpack_answer

EXAMPLE = lca.find_example("two-suppliers")
CORE = lca.read_method("core")


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "inventory", ignore=shutil.ignore_patterns(".*")))


def recall(place: Path, said: list[str] | None = None, policy: Policy | None = None) -> tuple[Answer, bool]:
    """Ask for the answer of an inventory, and tell whether it had to be found."""
    found = []
    chosen = policy or Policy()

    def find() -> Answer:
        found.append(True)
        return answer_of(lca.score(lca.read_inventory(place), CORE, chosen))

    answer = recall_or_find(place, CORE, chosen, "stage", find, ([] if said is None else said).append)
    return answer, bool(found)


def pack(answer: Answer) -> bytes:
    return b"".join(pack_answer(answer))


def get(answer: Answer, process: str) -> float:
    row = answer.scored.identity.column("process_id").to_pylist().index(process)
    return float(answer.scored.value[row, -1, answer.scored.indicators.index("ghg")])


def test_an_answer_survives_being_packed() -> None:
    """Bytes for bytes, and number for number; per kg of an element too."""
    answer = answer_of(lca.score(lca.read_inventory(lca.find_example("neodymium-magnet")), CORE))
    content = pack(answer)
    again = unpack_answer(content)
    assert pack(again) == content
    assert np.array_equal(again.scored.value, answer.scored.value, equal_nan=True)
    assert again.gaps.equals(answer.gaps)
    with_element = replace(answer.scored, per_content={"Nd": answer.scored.per_kg})
    packed = unpack_answer(pack(replace(answer, scored=with_element)))
    assert list(packed.scored.per_content) == ["Nd"]


def test_it_is_found_once(inventory: Path) -> None:
    """The second time nothing is scored, and the numbers are the same to the bit."""
    first, was_found = recall(inventory)
    second, again = recall(inventory)
    assert (was_found, again) == (True, False)
    assert pack(first) == pack(second)
    assert lca.read_inventory(inventory).hash == lca.read_inventory(EXAMPLE).hash  # what is kept is no part of it


def _change_amount(inventory: Path) -> None:
    file = inventory / "exchanges.csv"
    file.write_text(file.read_text().replace("0.72", "0.82"))


def _add_table(inventory: Path) -> None:
    text = "flow_id,property,value,unit\nore,content:Nd,0.5,kg/kg\n"
    (inventory / "properties.csv").write_text(text)


@pytest.mark.parametrize("change", [_change_amount, _add_table])
def test_another_inventory_is_scored_anew(change: Callable[[Path], None], inventory: Path) -> None:
    """The refinery emits 0.1 kg more in the first case."""
    before, _ = recall(inventory)
    change(inventory)
    after, was_found = recall(inventory)
    assert was_found
    more = 0.1 if change is _change_amount else 0.0
    assert get(after, "refinery") == pytest.approx(get(before, "refinery") + more, rel=1e-12)


def test_another_policy_is_scored_anew(inventory: Path) -> None:
    """Whatever an answer depends on is in its key."""
    recall(inventory)
    assert recall(inventory, policy=Policy(open_water="consumed"))[1]
    assert not recall(inventory)[1]


@pytest.mark.parametrize("at", [0, 100, -1])
def test_a_damaged_file_is_noticed(at: int, inventory: Path) -> None:
    """One flipped bit: it is said, the file goes, the answer is found."""
    recall(inventory)
    (file,) = (inventory / FOLDER).glob("*.arrow")
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    said: list[str] = []
    answer, was_found = recall(inventory, said)
    assert was_found
    assert "damaged" in said[0]
    assert get(answer, "mine-a") == pytest.approx(2.4, rel=1e-12)  # 4 kWh a kg at 0.6 kg CO2e
    assert not recall(inventory)[1]


def test_few_are_kept(inventory: Path) -> None:
    """A folder does not grow without end."""
    for step in range(MOST_KEPT + 2):
        (inventory / "inventory.toml").write_text(f'schema_version = 1\nname = "step {step}"\n')
        recall(inventory)
    assert len(list((inventory / FOLDER).glob("*.arrow"))) == MOST_KEPT


def test_where_nothing_can_be_written_nothing_is_kept(inventory: Path) -> None:
    """A file where the folder would be stands for a disk that is full."""
    (inventory / FOLDER).write_text("")
    assert recall(inventory)[1]
    assert recall(inventory)[1]


def test_a_zip_has_it_beside(inventory: Path, tmp_path: Path) -> None:
    """In the folder it stands in."""
    zipped = Path(shutil.make_archive(str(tmp_path / "zips" / "inventory"), "zip", inventory))
    assert recall(zipped)[1]
    assert not recall(zipped)[1]
    assert (tmp_path / "zips" / FOLDER).is_dir()


def test_the_command_keeps_unless_told_not_to(inventory: Path, tmp_path: Path) -> None:
    """All forms of output come from what is kept."""
    for options, kept in ((["--no-keep"], 0), ([], 1), (["--wide"], 1)):
        for ending in ("parquet", "csv", "json", "xlsx"):
            if ending == "xlsx" and "--wide" in options:
                continue
            done = CliRunner().invoke(app, ["score", str(inventory), "-o", str(tmp_path / f"o.{ending}"), *options])
            assert done.exit_code == 0, done.output
            assert len(list((inventory / FOLDER).glob("*.arrow"))) == kept
