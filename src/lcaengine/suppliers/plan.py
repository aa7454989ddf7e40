"""The plan of a job: what is asked of suppliers in parts, and what is left to do of it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError, OutputError
from lcaengine.inventory import STAGES, TABLES
from lcaengine.io.kept import find_kept_folder, hash_engine, hash_files, join_key, keep, read_kept
from lcaengine.io.parts import MODEL, Folder, list_names, list_parts, open_folder, read_metadata, read_part, remove_file
from lcaengine.io.store import Store, open_store
from lcaengine.io.tables import list_tables, read_table
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy
from lcaengine.suppliers.background import Background, read_background
from lcaengine.suppliers.kept import pack_probes, unpack_probes
from lcaengine.suppliers.probes import Probes
from lcaengine.version import __version__

__all__ = ["ONE_PART", "Job", "Plan", "Settings", "join_digests", "plan_job", "prepare_job"]

KIND = "suppliers"
"""Of what is kept."""
ONE_PART = "part"
"""Name of the results where the tables are one file each."""


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
    """

    policy: Policy
    wide: bool
    digest: str
    about: Mapping[str, str]


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
    """

    background: Background
    own: Mapping[str, pa.Table]
    method: Method
    stages: tuple[str, ...]
    settings: Settings
    known: Probes | None
    keep: Callable[[Probes], None]


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


def plan_job(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path,
    policy: Policy | None,
    wide: bool,
    may_keep: bool = True,
) -> Plan:
    """Read what is asked, and see what is left to do; the parameters are those of :func:`score_suppliers`."""
    store = open_store(suppliers)
    parts = list_parts(store, ("processes", "exchanges"))
    job = prepare_job(store, parts, background, take_method(method), policy or Policy(), wide, may_keep)
    _check_target(str(target), (store.label, str(background)))
    folder = open_folder(target)
    _check_folder(folder, parts)
    left = tuple(part for part in parts if not _is_done(store, part, job, folder))
    if left and "run.json" in list_names(folder):
        remove_file(folder, "run.json")  # until all of it holds
    return Plan(store, tuple(parts), left, job, folder)


def prepare_job(
    store: Store,
    parts: Sequence[str],
    background: str | Path,
    method: Method,
    policy: Policy,
    wide: bool,
    may_keep: bool = True,
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
    content = read_kept(folder, KIND, key, _note)
    known = None if content is None else unpack_probes(content, hashlib.sha256(content).hexdigest(), str(background))
    read = read_background(str(background)) if known is None else replace(known.background, place=str(background))
    used = set(read.stages)
    for part in parts:
        table, _ = read_part(store, "processes", part, ("stage",))
        if table.num_columns:
            used |= set(pc.unique(table.column("stage").combine_chunks()).to_pylist())
    stages = tuple(stage for stage in STAGES if stage in used)
    if known is not None and known.parts[:-2] != stages:
        known = None
    about = {
        "engine": f"lcaengine {__version__}",
        "background": read.name,
        "background_hash": read.hash,
        "method": method.label,
        "method_hash": method.hash,
        "gwp_set": method.gwp_set,
        **policy.to_dict(),
    }

    def keep_probes(probes: Probes) -> None:
        if folder is not None and key == join_key((*settled, hash_files(open_store(background)))):  # not changed since
            keep(folder, KIND, key, pack_probes(probes)[:1])

    settings = Settings(policy, wide, join_key((*settled, read.hash, stages, wide)), about)
    return Job(read, own, method, stages, settings, known, keep_probes)


def _note(what: str) -> None:
    sys.stderr.write(f"note: {what}\n")


def _read_own(store: Store) -> dict[str, pa.Table]:
    """Read the flows that suppliers have besides, and refuse tables that would change nothing."""
    files, _ = list_tables(store, TABLES)
    for name in sorted(set(files) & (set(TABLES) - {"processes", "exchanges", "flows", "properties"})):
        what = f"suppliers in parts have no table {name}: it would change nothing"
        raise DataError(what, store.label, f"put {name} into the background, or score all as one inventory")
    return {name: read_table(store, name, files[name]) for name in sorted({"flows", "properties"} & set(files))}


def _hash_tables(tables: Mapping[str, pa.Table]) -> list[str]:
    return [
        hashlib.sha256(json.dumps(tables[name].to_pydict(), default=str).encode()).hexdigest()
        for name in sorted(tables)
    ]


def _check_target(target: str, sources: Sequence[str]) -> None:
    """Refuse to write into what is read."""
    if "://" in target:
        return
    path = Path(target).expanduser().resolve()
    for source in sources:
        if "://" not in source and Path(source).exists() and Path(source).resolve() in (path, *path.parents):
            raise OutputError(f"{target!r} is a part of what is read", target, "write beside it, not into it")


def _check_folder(folder: Folder, parts: Sequence[str]) -> None:
    """Refuse a folder that holds something else, or results of parts that are no longer among the suppliers."""
    others = [n for n in list_names(folder) if n not in ("results", "gaps", "run.json") and not n.startswith(MODEL)]
    if others:
        raise OutputError(
            f"{folder.label!r} holds {others[0]!r}, which no job writes", folder.label, "name another folder"
        )
    known = {f"{part or ONE_PART}.parquet" for part in parts}
    for under in ("results", "gaps"):
        strange = [name for name in list_names(folder, under) if name not in known]
        if strange:
            what = f"{under}/{strange[0]} is there, and no part of the suppliers has that name"
            raise OutputError(what, folder.label, "take it away, or name another folder")


def _is_done(store: Store, part: str, job: Job, folder: Folder) -> bool:
    """Tell whether a part stands written, by this job and of the same files."""
    known = read_metadata(folder, f"results/{part or ONE_PART}")
    if known.get("job") != job.settings.digest:
        return False
    return known.get("part") == join_digests(
        *(read_part(store, table, part, ())[1] for table in ("processes", "exchanges"))
    )


def join_digests(*digests: str) -> str:
    """Give one SHA-256 for those of several files."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
