"""What stands of a run of suppliers is believed only where its record and every byte agree."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.io import folder as folders
from lcaengine.io.bundle import Bundle, pack_bundle
from lcaengine.io.folder import hold_folder, open_folder
from lcaengine.suppliers import Report
from lcaengine.suppliers.record import hash_ids, read_record
from tests.test_suppliers_run import write_background, write_simple

PARTS = 3


class Job:
    """Suppliers, their background, and results that stand."""

    def __init__(self, folder: Path) -> None:
        self.source, self.background = write_simple(folder / "suppliers"), write_background(folder)
        self.out = folder / "out"

    def run(self, target: Path | None = None) -> Report:
        return lca.score_suppliers(self.source, self.background, target or self.out, wide=True)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    started = Job(tmp_path)
    started.run()
    return started


def read_tree(folder: Path) -> dict[str, object]:
    """Give what stands in every file; not the bytes of Parquet, whose writer leaves chance in unused bits."""
    content: dict[str, object] = {}
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        if file.suffix == ".parquet":
            table = pq.read_table(file)
            metadata = {key: value for key, value in (table.schema.metadata or {}).items() if key[:5] != b"ARROW"}
            content[str(file.relative_to(folder))] = (table.to_pydict(), metadata)
        elif file.parent.name == "parts":
            record = read_record(open_folder(folder), file.stem)
            assert record is not None
            content[str(file.relative_to(folder))] = (record.job, record.source, record.residual, record.ids.tolist())
        else:
            content[str(file.relative_to(folder))] = file.read_bytes()
    return content


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


def _cut_and_pad(file: Path) -> None:
    """The last bytes, which hold Parquet's footer, stay; what is before them goes, and zeros fill the room."""
    content = file.read_bytes()
    file.write_bytes(content[:40] + bytes(200) + content[240:])


def _rewrite(file: Path) -> None:
    """Another table under the same metadata."""
    table = pq.read_table(file)
    pq.write_table(table.slice(0, 0).replace_schema_metadata(table.schema.metadata), file)


def _remove(file: Path) -> None:
    file.unlink()


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _link_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.with_name("nowhere"))


@pytest.mark.parametrize("under", ["results", "gaps", "parts"])
@pytest.mark.parametrize("spoil", [_flip, _cut_and_pad, _remove, _empty, _link_nowhere])
def test_a_damaged_part_is_done_again(spoil: Callable[[Path], None], under: str, job: Job) -> None:
    """That part alone, and every file is again what it was."""
    before = read_tree(job.out)
    (file,) = (job.out / under).glob("part-1.*")
    spoil(file)
    assert job.run().resumed == PARTS - 1
    assert read_tree(job.out) == before
    assert job.run().resumed == PARTS


@pytest.mark.parametrize("under", ["results", "gaps"])
def test_another_table_with_the_same_metadata_is_not_believed(under: str, job: Job) -> None:
    before = read_tree(job.out)
    _rewrite(job.out / under / "part-1.parquet")
    assert job.run().resumed == PARTS - 1
    assert read_tree(job.out) == before


def test_files_of_one_part_under_the_name_of_another(job: Job) -> None:
    """A record says of which files a part is made; parts that were renamed are done again."""
    before = read_tree(job.out)
    for under in ("results", "gaps", "parts"):
        (one,), (other,) = (list((job.out / under).glob(f"part-{at}.*")) for at in (0, 1))
        one.write_bytes(other.read_bytes())
    assert job.run().resumed == PARTS - 1
    assert read_tree(job.out) == before


@pytest.mark.parametrize("content", [b"", b"x", bytes(32), hashlib.sha256(b"").digest()])
def test_a_record_of_something_else_is_no_record(content: bytes, job: Job) -> None:
    """Nor one that is sealed and holds other fields."""
    file = job.out / "parts" / "part-1.arrow"
    file.write_bytes(content)
    assert read_record(open_folder(job.out), "part-1") is None
    for about in ({}, {"job": "x", "more": 1}):
        packed = b"".join(pack_bundle(Bundle(about, {"ids": np.zeros(1, np.uint64)}, {})))
        file.write_bytes(packed + hashlib.sha256(packed).digest())
        assert read_record(open_folder(job.out), "part-1") is None
    assert job.run().resumed == PARTS - 1


def test_a_record_says_what_was_written(job: Job) -> None:
    """By the definition of SHA-256, of the files as they stand; ids in order of their hashes."""
    record = read_record(open_folder(job.out), "part-1")
    assert record is not None
    for under in ("results", "gaps"):
        content = (job.out / under / "part-1.parquet").read_bytes()
        assert asdict(record)[under] == hashlib.sha256(content).hexdigest()
    ids = pq.read_table(job.out / "results" / "part-1.parquet").column("process_id").to_pylist()
    assert sorted(hash_word(word) for word in ids) == record.ids.tolist()


def hash_word(word: str) -> int:
    """FNV-1a of 64 bits and MurmurHash3's finalizer, in whole numbers of Python."""
    value, most = 14695981039346656037, (1 << 64) - 1
    for byte in word.encode():
        value = (value ^ byte) * 1099511628211 & most
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor & most
    return value ^ value >> 33


def test_words_are_hashed_as_their_twin_does() -> None:
    """Slices, empty words and letters of several bytes too; 85944171f73967e8 is published for FNV-1a of `foobar`."""
    words = ["", "a", "foobar", "Nd₂Fe₁₄B", "鋼", "x" * 300]
    given = pa.array(["before", *words, "after"])[1:-1]
    assert hash_ids(given).tolist() == [hash_word(word) for word in words]
    assert hash_ids(pa.array([], pa.string())).tolist() == []
    plain = 14695981039346656037
    for byte in b"foobar":
        plain = (plain ^ byte) * 1099511628211 % (1 << 64)
    assert plain == 0x85944171F73967E8


def test_killed_at_any_time_it_comes_to_the_same(tmp_path: Path, job: Job) -> None:
    """SIGKILL after more and more milliseconds: what stands in the end is what one run leaves."""
    whole = tmp_path / "suppliers 40"
    background = job.background
    write_simple(whole, 80, 40)
    lca.score_suppliers(whole, background, tmp_path / "one", wide=True)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "lcaengine", "score", str(whole), "--background", str(background), "-o", str(out)]
    for step in range(4):
        run = subprocess.Popen([*command, "--wide"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(list(out.glob("parts/part*"))) < 8 * step + 3 and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.0007 * step)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    report = lca.score_suppliers(whole, background, out, wide=True)
    assert 0 < report.resumed < 40
    one, killed = read_tree(tmp_path / "one"), read_tree(out)
    assert one.pop("run.json") == killed.pop("run.json")
    assert killed == one


def test_leftovers_of_a_killed_run_go(job: Job) -> None:
    """Half-written files of ours, at once where the folder is held; hidden files of others stay."""
    ours = [job.out / under / f".{name}.{'0f' * 16}" for under in ("results", "gaps", "parts") for name in ("a", "b")]
    ours.append(job.out / f".run.json.{'12' * 16}")
    others = [job.out / "results" / ".notes", job.out / ".keep.me", job.out / "results" / "_SUCCESS"]
    for file in (*ours, *others):
        file.write_bytes(b"half")
    (job.out / f"model-{'0' * 64}.arrow").write_bytes(b"model")
    job.run()
    assert not any(file.exists() for file in ours)
    assert all(file.exists() for file in others)
    assert not list(job.out.glob("model-*"))


def test_where_nothing_is_held_only_old_leftovers_go(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was touched within the hour may be that of a run on another machine."""
    monkeypatch.setattr(folders, "fcntl", None)
    new, old = (job.out / "results" / f".part-0.parquet.{letter * 32}" for letter in "ab")
    for file in (new, old):
        file.write_bytes(b"half")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    job.run()
    assert (new.exists(), old.exists()) == (True, False)


def test_two_runs_on_one_target_are_not_let(job: Job) -> None:
    """The second is told so, and what stands stays; once the first has ended, it may."""
    before = read_tree(job.out)
    with hold_folder(open_folder(job.out)) as is_held:
        assert is_held
        with pytest.raises(lca.OutputError, match="another run is writing"):
            job.run()
    assert read_tree(job.out) == before
    assert job.run().resumed == PARTS


HOLDER = """
import sys, time
from lcaengine.io.folder import hold_folder, open_folder
with hold_folder(open_folder(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_run_holds_nothing(job: Job) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(job.out)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(lca.OutputError, match="another run is writing"):
        job.run()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert job.run().resumed == PARTS


def test_where_nothing_is_held_another_run_is_noticed(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of other settings writes a part of the same folder while this one is at work: this one says so."""
    monkeypatch.setattr(folders, "fcntl", None)
    other = job.out.with_name("other")
    lca.score_suppliers(job.source, job.background, other, wide=False)

    def meddle(done: int, parts: int, suppliers: int) -> None:
        if done == parts:
            (job.out / "parts" / "part-0.arrow").write_bytes((other / "parts" / "part-0.arrow").read_bytes())

    (job.out / "parts" / "part-2.arrow").unlink()
    with pytest.raises(lca.OutputError, match="another run writes to the same folder"):
        lca.score_suppliers(job.source, job.background, job.out, wide=True, progress=meddle)
    assert not (job.out / "run.json").exists()


def run_or_hang(job: Job, target: Path | None = None) -> object:
    """Run a job in a thread, so that one that hangs is seen."""
    came: list[object] = []

    def run() -> None:
        try:
            came.append(job.run(target))
        except lca.LcaError as error:
            came.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert came, "it hangs"
    return came[0]


def _pipe(file: Path) -> None:
    file.unlink(missing_ok=True)
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.mkdir()


def _garbage(file: Path) -> None:
    file.write_bytes(os.urandom(1000))


@pytest.mark.parametrize("name", ["results/part-0.parquet", "gaps/part-0.parquet", "parts/part-0.arrow", "run.json"])
@pytest.mark.parametrize("plant", [_pipe, _folder, _garbage, _link_nowhere])
def test_what_is_planted_among_results(plant: Callable[[Path], None], name: str, job: Job) -> None:
    """What is no file is refused by name; what is one, or leads nowhere, is written anew."""
    before = read_tree(job.out)
    plant(job.out / name)
    came = run_or_hang(job)
    if plant in (_pipe, _folder):
        assert isinstance(came, lca.OutputError)
        assert name in came.what
        assert "take it away" in came.fix
    else:
        assert isinstance(came, Report)
        assert came.resumed == PARTS - (name != "run.json")
        assert read_tree(job.out) == before


@pytest.mark.parametrize("name", ["results", "gaps", "parts"])
@pytest.mark.parametrize("plant", [_pipe, _garbage])
def test_what_is_planted_as_a_folder_of_results(plant: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.out.mkdir()
    plant(job.out / name)
    came = run_or_hang(job)
    assert isinstance(came, lca.OutputError)
    assert name in came.what


def test_a_target_that_is_no_folder(tmp_path: Path) -> None:
    job = Job(tmp_path)
    for plant in (_pipe, _garbage):
        plant(job.out)
        assert isinstance(run_or_hang(job), lca.OutputError)
        job.out.unlink()
