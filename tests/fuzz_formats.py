"""Fuzzing of the readers: mutants of small packages of each format are read, written, and checked.

``python -m tests.fuzz_formats --format jsonld --minutes 10`` runs one reader, without ``--format`` all of them in turn;
``--only INDEX`` runs one mutant again. A mutant is a function of format, seed and index. What may come of
it: a refusal by an error of the engine with nothing written, or an inventory that can be checked, whatever is found.
Anything else is a failure: another exception, more than ten seconds, a half-written target, a process that dies.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import lcaengine as lca
from lcaengine.formats import Imported, write_inventory
from tests.format_seeds import SEEDS, Seed

OUTCOMES = ("refused", "imported", "failure")
SECONDS = 10
MEMORY = 12 << 30
"""Most a worker may ask for [bytes]."""
WEIRD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, -0.0, 1e308, -1e308, 5e-324, 10**400, 0.1, 1e-12, "", " ", "\0", "x", "NaN", "-1"),
    *("1,5", "1e400", "0000-01-01", "9999-12-31", "2020-13-45", "\ud800", "\u202e", "é" * 300, "../../x", "kg"),
    *("ton", "%", [], {}, [[]], {"@id": "x"}, ["x"], "http://x/y?<&>'\"", "=1+1", "x" * 5000, "\ufeff"),
    *("1;2;3;4;5", "GLO", "Narnia"),
)
"""Values put in the place of others."""


class Hang(Exception):
    """A mutant took longer than it may."""


def build_mutant(format: str, seed: int, index: int) -> tuple[dict[str, bytes], Random]:
    """Give the files of a mutant; a package of several may stand as one zip under the name ``.zip``."""
    random = Random(f"{format}:{seed}:{index}")
    own = SEEDS[format]
    files = dict(random.choice(_make(format)))
    for _ in range(random.choice((1, 1, 1, 1, 2, 4))):
        name = random.choice(list(files))
        files[name] = _mutate(name, files[name], random)
    way = random.random()
    if own.is_package and way < 0.1:
        files.pop(random.choice(list(files)))
    elif own.is_package and way < 0.2:
        name = random.choice(list(files))
        files[random.choice((f"x/{name}", f"{name}.bak", name.upper(), f"../{name}", f"{name} 2"))] = files[name]
    if own.is_package and own.zips and random.random() < 0.5:
        content = _zip(files, random.choice(("", "", "top/")))
        files = {".zip": damage(content, random) if random.random() < 0.2 else content}
    return files, random


def run_mutant(format: str, seed: int, index: int) -> tuple[str, str]:
    """Read a mutant; give the outcome, and what happened where it is a failure."""
    files, _ = build_mutant(format, seed, index)
    folder = Path(tempfile.mkdtemp(dir=_find_memory()))
    try:
        source, target = write_mutant(files, folder, SEEDS[format]), folder / "target"
        with limit(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                imported = SEEDS[format].read(source)
            except lca.LcaError as error:
                return ("failure", f"an error without a fix: {error}") if not error.fix else ("refused", "")
            assert isinstance(imported, Imported)
            try:
                write_inventory(imported, target)
            except lca.OutputError as error:
                assert not target.exists()
                return "failure", f"what was read cannot be written: {error}"
            lca.check(target)
        return "imported", ""
    except Exception:  # anything but an error of the engine is what this looks for
        return "failure", traceback.format_exc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_mutant(files: Mapping[str, bytes], folder: Path, seed: Seed) -> Path:
    """Write a mutant to a folder, and give the place to read."""
    if ".zip" in files:
        (folder / "source.zip").write_bytes(files[".zip"])
        return folder / "source.zip"
    root = folder / "source"
    for name, content in files.items():
        path = root / name.replace("../", "up/").replace("\0", "0")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root if seed.is_package else root / next(iter(files))


def _mutate(name: str, content: bytes, random: Random) -> bytes:
    """Change one thing of a file, by what it holds: JSON, XML, or lines of text; or its bytes."""
    if random.random() < 0.15:
        return damage(content, random)
    start = content.lstrip()[:1]
    if start in (b"{", b"[") and name.endswith(".json"):
        return _mutate_json(content, random)
    if start == b"<":
        return _mutate_xml(content, random)
    if name.endswith((".csv", ".toml", ".txt")):
        return _mutate_lines(content, random)
    return damage(content, random)


def _mutate_json(content: bytes, random: Random) -> bytes:
    try:
        value = json.loads(content)
    except ValueError:
        return damage(content, random)
    spots: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        each = todo.pop()
        keys = list(each) if isinstance(each, dict) else list(range(len(each)))
        for key in keys:
            spots.append((each, key))
            if isinstance(each[key], dict | list):
                todo.append(each[key])
    if not spots:
        return content
    parent, key = random.choice(spots)
    way = random.random()
    if way < 0.6:
        parent[key] = random.choice(WEIRD)
    elif way < 0.75 and isinstance(parent, dict):
        parent.pop(key)
    elif way < 0.85 and isinstance(parent, list):
        parent.append(parent[key])
    else:
        other, at = random.choice(spots)
        parent[key] = json.loads(json.dumps(other[at]))
    return json.dumps(value).encode()


def _mutate_xml(content: bytes, random: Random) -> bytes:
    way = random.random()
    spans = [m.span(1) for m in re.finditer(rb'="([^"]*)"|>([^<>]+)<', content) if m.group(1) is not None]
    texts = [m.span(1) for m in re.finditer(rb">([^<>]+)<", content)]
    elements = [m.span() for m in re.finditer(rb"<(\w[\w:]*)[^<>]*?(/>|>[^<>]*</\1>)", content)]
    if way < 0.65 and spans + texts:
        start, end = random.choice(spans + texts)
        new = (
            str(random.choice(WEIRD))
            .encode("utf-8", "replace")
            .replace(b"<", b"")
            .replace(b'"', b"")
            .replace(b"&", b"")
        )
        return content[:start] + new.replace(b"\0", b"") + content[end:]
    if way < 0.85 and elements:
        start, end = random.choice(elements)
        return content[:start] + (content[start:end] * 2 if random.random() < 0.4 else b"") + content[end:]
    if way < 0.9:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        at = content.find(b"?>") + 2 if content.startswith(b"<?xml") else 0
        return content[:at] + bomb + content[at:].replace(b">1<", b">&b;&f;<", 1)
    if way < 0.95:
        return content.replace(b"utf-8", random.choice((b"utf-16", b"ascii", b"nonsense"))).replace(b"UTF-8", b"utf-16")
    return damage(content, random)


def _mutate_lines(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    way = random.random()
    if way < 0.5:
        cells = re.split(rb"([;,=\t])", lines[at])
        cells[random.randrange(len(cells))] = str(random.choice(WEIRD)).encode("utf-8", "replace")
        lines[at] = b"".join(cells)
    elif way < 0.65:
        lines.pop(at)
    elif way < 0.8:
        lines.insert(random.randrange(len(lines)), lines[at])
    elif way < 0.9:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        return damage(content, random)
    return b"\n".join(lines)


def damage(content: bytes, random: Random) -> bytes:
    """Flip, cut, double or replace some bytes."""
    if not content:
        return bytes(random.randrange(256) for _ in range(8))
    at, length = random.randrange(len(content)), random.choice((1, 1, 2, 8, 64))
    way = random.random()
    if way < 0.5:
        return content[:at] + bytes(random.randrange(256) for _ in range(length)) + content[at + length :]
    if way < 0.7:
        return content[:at]
    if way < 0.85:
        return content[:at] + content[at : at + length] * 2 + content[at + length :]
    return content[:at] + content[at + length :]


@cache
def _make(format: str) -> tuple[Mapping[str, bytes], ...]:
    return tuple(SEEDS[format].make())


def _zip(files: Mapping[str, bytes], top: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return packed.getvalue()


def _find_memory() -> Path | None:
    folder = Path("/dev/shm")
    return folder if folder.is_dir() else None


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    """Raise after so many seconds."""

    def stop(*_: object) -> None:
        raise Hang(f"it took more than {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _work(task: tuple[str, int, int]) -> tuple[int, str, str]:
    return task[2], *run_mutant(*task)


def _start() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(format: str, seed: int, count: int, minutes: float, processes: int) -> Counter[str]:
    """Run mutants of one format until there are enough or the time is up; failures are printed."""
    counts, end = Counter[str](), time.monotonic() + 60 * minutes

    def list_tasks() -> Iterator[tuple[str, int, int]]:
        for index in range(count):
            if time.monotonic() > end:
                return
            yield format, seed, index

    context = multiprocessing.get_context("fork")
    with context.Pool(processes, _start, maxtasksperchild=500) as pool:
        for index, outcome, what in pool.imap_unordered(_work, list_tasks(), chunksize=1):
            counts[outcome] += 1
            if outcome == "failure":
                sys.stdout.write(f"--- {format} --seed {seed} --only {index}\n{what}\n")
                sys.stdout.flush()
    return counts


def main() -> int:
    """Run the command line; 1 where there was a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=sorted(SEEDS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", type=int, help="run this mutant alone and print what happens")
    words = parser.parse_args()
    failed = False
    for name in words.format or sorted(SEEDS):
        if words.only is not None:
            outcome, what = run_mutant(name, words.seed, words.only)
            sys.stdout.write(f"{name}: {outcome}\n{what}\n")
            failed |= outcome == "failure"
            continue
        counts = run(name, words.seed, words.count, words.minutes, words.processes)
        told = ", ".join(f"{each} {counts[each]}" for each in OUTCOMES)
        sys.stdout.write(f"{name}: {told}\n")
        sys.stdout.flush()
        failed |= counts["failure"] > 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
