"""The task: one part, read, scored and written by a worker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from lcaengine.errors import DataError, LcaError
from lcaengine.io.folder import open_folder, read_file
from lcaengine.io.store import Store
from lcaengine.suppliers.job import read_suppliers, score_part
from lcaengine.suppliers.kept import unpack_probes
from lcaengine.suppliers.plan import MODEL, Settings
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.record import write_scored
from lcaengine.version import __version__

__all__ = ["Outcome", "Task", "do_task", "name_model"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told: where a part stands, what scores it, and where results go.

    Attributes
    ----------
    store : Store
        The files of the part, no others.
    part : str
    target : str
        Folder or URI of one, as all machines see it.
    model : str
        SHA-256 of the probes, which stand in `target` by this name.
    settings : Settings
    version : str
        The engine's version that asks; results are marked by it.
    """

    store: Store
    part: str
    target: str
    model: str
    settings: Settings
    version: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task.

    Attributes
    ----------
    suppliers : int
        Suppliers whose results are written.
    unknown : pyarrow.Table or None
        Kinds of row that the model lacks; then nothing is written.
    fault : DataError or None
        Blocking findings of the part; then nothing is written.
    """

    suppliers: int = 0
    unknown: pa.Table | None = None
    fault: DataError | None = None


def do_task(task: Task) -> Outcome:
    """Read a part, score it and write what comes of it.

    A task may run twice, where a worker is lost or thought to be: it writes the same tables, each file whole or not at
    all, and its record last.

    Raises
    ------
    LcaError
        If the worker cannot do its work: another version of the engine, a place it does not see.
    """
    if task.version != __version__:
        what = f"a worker has lcaengine {__version__}, and {task.version} asks"
        raise LcaError(what, "", "install one version on all machines")
    try:
        part, digest = read_suppliers(task.store, task.part, task.settings.drawing)
        probes = read_model(task.target, task.model)
        is_unknown = probes.find(part.keys) < 0
        if is_unknown.any():
            return Outcome(unknown=part.keys.filter(pa.array(is_unknown)))
        scored = score_part(part, probes, task.settings, digest)
    except DataError as error:
        return Outcome(fault=error)
    write_scored(open_folder(task.target), scored)
    return Outcome(len(part))


@lru_cache(maxsize=2)
def read_model(target: str, digest: str) -> Probes:
    """Read probes once a worker; they are what their name says, or an error.

    Raises
    ------
    LcaError
        If they are not there, or damaged.
    """
    name = name_model(digest)
    content = read_file(open_folder(target), name)
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        what = f"a worker cannot read {name}" if content is None else f"{name} is damaged"
        fix = "name a target that all machines of the job see under the same name, and run it again"
        raise LcaError(what, target, fix)
    return unpack_probes(content)


def name_model(digest: str) -> str:
    """Give the path of probes in the target."""
    return f"{MODEL}{digest}.arrow"
