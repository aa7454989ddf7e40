"""What is kept beside an inventory is used while it holds, and never when it does not."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from lcaengine.io.bundle import Bundle, pack_bundle
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


def _plant_pipe(file: Path, _: bytes) -> None:
    os.mkfifo(file)


def _plant_folder(file: Path, _: bytes) -> None:
    file.mkdir()


def _plant_link(file: Path, _: bytes) -> None:
    file.symlink_to("nowhere")


def _plant_link_to_it(file: Path, content: bytes) -> None:
    file.with_name("elsewhere").write_bytes(content)
    file.symlink_to("elsewhere")


@pytest.mark.parametrize("plant", [_plant_pipe, _plant_folder, _plant_link, _plant_link_to_it])
def test_what_is_no_file_is_not_kept(plant: Callable[[Path, bytes], None], inventory: Path) -> None:
    """Under the very name of an answer: it is neither waited for nor read nor removed, and the answer is found."""
    first, _ = recall(inventory)
    (file,) = (inventory / FOLDER).glob("*.arrow")
    content = file.read_bytes()
    file.unlink()
    plant(file, content)
    again, was_found = recall(inventory)
    assert was_found
    assert b"".join(pack_answer(again)) == b"".join(pack_answer(first))


def _pipe_as_folder(folder: Path) -> None:
    os.mkfifo(folder)


def _file_as_folder(folder: Path) -> None:
    folder.write_bytes(b"not a folder")


def _link_as_folder(folder: Path) -> None:
    folder.symlink_to("nowhere")


@pytest.mark.parametrize("plant", [_pipe_as_folder, _file_as_folder, _link_as_folder])
def test_where_nothing_can_be_kept_it_is_found_each_time(plant: Callable[[Path], None], inventory: Path) -> None:
    plant(inventory / FOLDER)
    assert recall(inventory)[1]
    assert recall(inventory)[1]


def write_as_kept(file: Path, content: bytes) -> None:
    """Write bytes under the name that vouches for them, in place of what is there."""
    kind, key, _ = file.stem.split("-")
    file.unlink()
    file.with_name(f"{kind}-{key}-{hashlib.sha256(content).hexdigest()}.arrow").write_bytes(content)


def list_garbage(content: bytes) -> dict[str, bytes]:
    """Give bytes that are no answer: nothing, noise, an empty bundle, and one that lacks most of what it needs."""
    empty = b"".join(pack_bundle(Bundle({}, {}, {})))
    other = b"".join(pack_bundle(Bundle({"parts": 3, "constants": None}, {"value": np.zeros(2)}, {})))
    return {"nothing": b"", "noise": b"\x00\xff" * 500, "half": content[: len(content) // 2], "0": empty, "1": other}


@pytest.mark.parametrize("garbage", ["nothing", "noise", "half", "0", "1"])
@pytest.mark.parametrize("is_sealed", [False, True])
def test_what_vouches_for_itself_and_is_no_answer(garbage: str, is_sealed: bool, inventory: Path) -> None:
    """It is damaged as one with a flipped bit is."""
    first, _ = recall(inventory)
    (file,) = (inventory / FOLDER).glob("*.arrow")
    kind, key, _ = file.stem.split("-")
    write_as_kept(file, list_garbage(file.read_bytes())[garbage] + (f"\n{kind}-{key}".encode() if is_sealed else b""))
    said: list[str] = []
    again, was_found = recall(inventory, said)
    assert was_found
    assert "damaged" in said[0]
    assert b"".join(pack_answer(again)) == b"".join(pack_answer(first))
    assert not recall(inventory)[1]


def test_an_answer_under_the_name_of_another_is_not_believed(inventory: Path) -> None:
    """Its own key stands in it: the answer of one policy, renamed, is not that of another."""
    recall(inventory)
    (one,) = (inventory / FOLDER).glob("*.arrow")
    open_water = Policy(open_water="consumed")
    expected, _ = recall(inventory, policy=open_water)
    (other,) = set((inventory / FOLDER).glob("*.arrow")) - {one}
    content = one.read_bytes()
    other.unlink()
    one.rename(one.with_name(f"{'-'.join(other.stem.split('-')[:2])}-{hashlib.sha256(content).hexdigest()}.arrow"))
    again, was_found = recall(inventory, policy=open_water)
    assert was_found
    assert b"".join(pack_answer(again)) == b"".join(pack_answer(expected))


@pytest.mark.parametrize("garbage", ["noise", "0", "1"])
def test_probes_that_are_none_are_solved_anew(garbage: str, inventory: Path, tmp_path: Path) -> None:
    """What is kept for suppliers is read as carefully."""
    suppliers = EXAMPLE.parent / "suppliers"

    def score(name: str) -> dict[str, list[object]]:
        lca.score_suppliers(suppliers, inventory, tmp_path / name)
        return dict(pq.read_table(tmp_path / name / "results").to_pydict())

    first = score("one")
    (file,) = (inventory / FOLDER).glob("suppliers-*.arrow")
    kind, key, _ = file.stem.split("-")
    write_as_kept(file, list_garbage(file.read_bytes())[garbage] + f"\n{kind}-{key}".encode())
    assert score("two") == first
    (file,) = (inventory / FOLDER).glob("suppliers-*.arrow")
    file.unlink()
    os.mkfifo(file)
    assert score("three") == first


def test_half_written_answers_go_after_an_hour(inventory: Path) -> None:
    """Of a run that was killed; what is younger may be another's at work."""
    recall(inventory)
    new, old = (inventory / FOLDER / f".scores-{letter}-{letter}.arrow.0" for letter in "ab")
    for file in (new, old):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    recall(inventory, policy=Policy(open_water="consumed"))
    assert (new.exists(), old.exists()) == (True, False)
