"""The plan of a job: what is asked of suppliers in parts, and what is left to do of it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError, OutputError
from lcaengine.findings import Finding, Findings
from lcaengine.inventory import STAGES, TABLES, report_columns, type_column
from lcaengine.io.bundle import Bundle, pack_bundle
from lcaengine.io.folder import (
    Folder,
    check_apart,
    find_folder,
    hold_folder,
    list_files,
    make_folder,
    read_file,
    remove_file,
    sweep_files,
)
from lcaengine.io.kept import find_kept_folder, hash_engine, hash_files, join_key, keep, read_kept
from lcaengine.io.parts import list_parts, read_part, refuse_semicolons
from lcaengine.io.store import Store, open_store
from lcaengine.io.tables import list_tables, read_table
from lcaengine.method import Method, find_method, take_method
from lcaengine.policy import Policy, take_policy
from lcaengine.suppliers.background import Background, read_background
from lcaengine.suppliers.drawing import Drawing, check_drawing
from lcaengine.suppliers.kept import pack_probes, unpack_probes
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.record import UNDERS, is_whole, read_record
from lcaengine.version import __version__

__all__ = ["MODEL", "ONE_PART", "Job", "Plan", "Settings", "join_digests", "plan_job", "prepare_job"]

KIND = "suppliers"
"""Of what is kept."""
ONE_PART = "part"
"""Name of the results where the tables are one file each."""
MODEL = "model-"
"""Begins the name of what workers score with."""
CHECKED_AT_ONCE = 4
"""How many finished parts are compared with their records side by side."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the results of a job are made and marked by; small, so that it travels.

    Attributes
    ----------
    policy : Policy
    wide : bool
    digest : str
        SHA-256 of all that the results of a part depend on but its own files: the background, the suppliers' own flows,
        the method, the policy, the layout and the engine's source.
    about : dict of str to str
        What a run says of itself.
    drawing : Drawing or None
        What is asked of draws; None where nothing is drawn.
    """

    policy: Policy
    wide: bool
    digest: str
    about: Mapping[str, object]
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked, apart from the suppliers.

    Attributes
    ----------
    background : Background
    own : dict of str to pyarrow.Table
        ``flows`` and ``properties`` of the suppliers.
    method : Method
    stages : tuple of str
        Stages that occur among the suppliers and in the background.
    settings : Settings
    known : Probes or None
        What is kept of an earlier run.
    keep : callable
        Keeps probes for a later one.
    warnings : tuple of Finding
        Of the suppliers' own ``flows`` and ``properties``.
    show : callable or None
        Is told how many draws of the background are done, and all.
    """

    background: Background
    own: Mapping[str, pa.Table]
    method: Method
    stages: tuple[str, ...]
    settings: Settings
    known: Probes | None
    keep: Callable[[Probes], None]
    warnings: tuple[Finding, ...] = ()
    show: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A job, where its suppliers stand, and what is left to do of it.

    Attributes
    ----------
    store : Store
    parts, left : tuple of str
        Parts there are, and those that are not written yet.
    job : Job
    folder : Folder
    """

    store: Store
    parts: tuple[str, ...]
    left: tuple[str, ...]
    job: Job
    folder: Folder


@contextmanager
def plan_job(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path,
    policy: Policy | None,
    wide: bool,
    may_keep: bool = True,
    drawing: Drawing | None = None,
    show: Callable[[int, int], None] | None = None,
) -> Iterator[Plan]:
    """Read what is asked, see what is left to do, and hold the target for as long as the block lasts.

    Parameters
    ----------
    suppliers, background, target, method, policy, wide, may_keep
        Those of :func:`score_suppliers`.
    drawing : Drawing, optional
        What is asked of draws.
    show : callable, optional
        Is told how many draws of the background are done, and all.

    Yields
    ------
    Plan
    """
    policy = take_policy(policy)
    store, folder = open_store(suppliers), find_folder(target)
    read = (store, open_store(background), *_find_method_store(method))
    check_apart(folder, UNDERS, read)
    parts = list_parts(store, ("processes", "exchanges"))
    job = prepare_job(store, parts, background, take_method(method), policy, wide, may_keep, drawing)
    make_folder(folder)
    with hold_folder(folder) as is_held:
        _check_folder(folder, parts)
        _sweep(folder, is_held)
        with ThreadPoolExecutor(CHECKED_AT_ONCE) as beside:
            done = list(beside.map(lambda part: _is_done(store, part, job, folder), parts))
        left = tuple(part for part, stands in zip(parts, done, strict=True) if not stands)
        if "run.json" in list_files(folder) and (left or not _tells(folder, job, len(parts))):
            remove_file(folder, "run.json")  # until all of it holds
        yield Plan(store, tuple(parts), left, replace(job, show=show), folder)


def _find_method_store(method: Method | str | Path) -> tuple[Store, ...]:
    """Give where a method that is named is read from; nothing of one that was read before."""
    return (open_store(find_method(str(method))),) if isinstance(method, str | Path) else ()


def prepare_job(
    store: Store,
    parts: Sequence[str],
    background: str | Path,
    method: Method,
    policy: Policy,
    wide: bool,
    may_keep: bool = True,
    drawing: Drawing | None = None,
) -> Job:
    """Read the background, or what is kept of it, and say what results depend on.

    Raises
    ------
    DataError
        With every blocking finding of the background.
    """
    own = _read_own(store)
    settled = (hash_engine(), method.hash, sorted(policy.to_dict().items()), _hash_tables(own))
    place = open_store(background)
    folder = find_kept_folder(place) if may_keep else None
    key = "" if folder is None else join_key((*settled, hash_files(place)))
    known = read_kept(folder, KIND, key, unpack_probes, _note)
    read = read_background(str(background)) if known is None else replace(known.background, place=str(background))
    used = set(read.stages)
    for part in parts:
        table, *_ = read_part(store, "processes", part, ("stage",))
        if table.num_columns:  # what cannot be read is reported when the part is scored
            used |= set(type_column(table, TABLES["processes"], "stage", Findings()).dictionary.to_pylist())
    stages = tuple(stage for stage in STAGES if stage in used)
    if known is not None and (known.parts[:-2] != stages or drawing is not None):  # draws are of what is solved here
        known = None
    if drawing is not None:
        drawing = check_drawing(drawing, method)
    about = {
        "engine": f"lcaengine {__version__}",
        "background": read.name,
        "background_hash": read.hash,
        "method": method.label,
        "method_hash": method.hash,
        "gwp_set": method.gwp_set,
        **policy.to_dict(),
        **({} if drawing is None else drawing.describe()),
    }

    def keep_probes(probes: Probes) -> None:
        if folder is not None and key == join_key((*settled, hash_files(open_store(background)))):  # not changed since
            keep(folder, KIND, key, pack_probes(probes)[:1])

    drawn = "" if drawing is None else drawing.to_key()
    settings = Settings(policy, wide, join_key((*settled, read.hash, stages, wide, drawn)), about, drawing)
    return Job(read, own, method, stages, settings, known, keep_probes, _report_own(own))


def _note(what: str) -> None:
    sys.stderr.write(f"note: {what}\n")


def _read_own(store: Store) -> dict[str, pa.Table]:
    """Read the flows that suppliers have besides, and refuse tables that would change nothing."""
    files, unread = list_tables(store, TABLES)
    for name, file in unread:
        fix = f"name it {name}.csv or {name}.parquet, or take it away"
        raise DataError(f"{file} looks like a part of {name!r} and cannot be read", store.label, fix, table=name)
    for name in sorted(set(files) & (set(TABLES) - {"processes", "exchanges", "flows", "properties"})):
        what = f"suppliers in parts have no table {name}: it would change nothing"
        raise DataError(what, store.label, f"put {name} into the background, or score all as one inventory")
    own = {name: read_table(store, name, files[name]) for name in sorted({"flows", "properties"} & set(files))}
    for name, table in own.items():
        refuse_semicolons(table.column_names, name, store.label)
    return own


def _report_own(own: Mapping[str, pa.Table]) -> tuple[Finding, ...]:
    """Warn of columns of the suppliers' own flows and properties that are not of the schema."""
    found = Findings()
    for name, table in own.items():
        report_columns(table.column_names, TABLES[name], found)
    return tuple(found.warnings())


def _hash_tables(tables: Mapping[str, pa.Table]) -> str:
    """Hash tables as they are given: of columns of any type. SHA-256."""
    digest = hashlib.sha256()
    for piece in pack_bundle(Bundle({}, {}, {name: tables[name] for name in sorted(tables)})):
        digest.update(piece)
    return digest.hexdigest()


def _check_folder(folder: Folder, parts: Sequence[str]) -> None:
    """Refuse a folder that holds something else, or results of parts that are no longer among the suppliers."""
    found = list_files(folder)
    others = [name for name in found if name not in (*UNDERS, "run.json") and not name.startswith(MODEL)]
    if others:
        raise OutputError(
            f"{folder.label!r} holds {others[0]!r}, which no job writes", folder.label, "name another folder"
        )
    wrong = [name for name, is_file in found.items() if is_file == (name in UNDERS)]
    labels = {part or ONE_PART for part in parts}
    for under in UNDERS if not wrong else ():
        for name, is_file in list_files(folder, under).items():
            stem, _, ending = name.rpartition(".")
            if stem not in labels or ending != ("arrow" if under == "parts" else "parquet"):
                what = f"{under}/{name} is there, and no part of the suppliers has that name"
                fix = f"take it away, from each of {', '.join(UNDERS)}; or name another folder"
                raise OutputError(what, folder.label, fix)
            if not is_file:
                wrong.append(f"{under}/{name}")
    if wrong:
        what = f"{wrong[0]} is there, and is not what a job writes under that name"
        raise OutputError(what, folder.label, "take it away, or name another folder")


def _tells(folder: Folder, job: Job, parts: int) -> bool:
    """Tell whether run.json is of this job and of as many parts."""
    try:
        run = json.loads(read_file(folder, "run.json") or b"")
        return bool((run["job"], run["parts"]) == (job.settings.digest, parts))
    except (ValueError, TypeError, LookupError):
        return False


def _sweep(folder: Folder, is_held: bool) -> None:
    """Remove what a killed run left: files half-written, and, where nobody else can be at work, models of workers."""
    sweep_files(folder, UNDERS, is_held)
    for name in list_files(folder) if is_held else ():
        if name.startswith(MODEL):
            remove_file(folder, name)


def _is_done(store: Store, part: str, job: Job, folder: Folder) -> bool:
    """Tell whether a part stands written, whole, by this job and of the same files."""
    label = part or ONE_PART
    record = read_record(folder, label)
    if record is None or record.job != job.settings.digest:
        return False
    source = join_digests(*(read_part(store, table, part, ())[1] for table in ("processes", "exchanges")))
    return record.source == source and is_whole(folder, label, record)


def join_digests(*digests: str) -> str:
    """Give one SHA-256 for those of several files."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
