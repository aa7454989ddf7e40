"""The job: what is asked of suppliers in parts, and the steps that answer it for one part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.errors import DataError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.inventory import STAGES, TABLES, Inventory, load_inventory
from lcaengine.io.parts import read_part
from lcaengine.io.store import Store
from lcaengine.io.tables import list_tables, read_table
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.results import to_long, to_wide
from lcaengine.suppliers.extended import extend_background
from lcaengine.suppliers.part import EXCHANGE_COLUMNS, PROCESS_COLUMNS, Part, encode_part, list_keys
from lcaengine.suppliers.probes import Probes, solve_probes
from lcaengine.suppliers.scores import sum_part
from lcaengine.suppliers.table import list_gaps, name_scores
from lcaengine.version import __version__

__all__ = [
    "ONE_PART",
    "Job",
    "Settings",
    "join_digests",
    "prepare_job",
    "read_suppliers",
    "score_part",
    "solve_keys",
]

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
        the method, the policy, the layout and the engine's version.
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
    background : Inventory
    own : dict of str to pyarrow.Table
        ``flows`` and ``properties`` of the suppliers.
    method : Method
    stages : tuple of str
        Stages that occur among the suppliers and in the background.
    settings : Settings
    """

    background: Inventory
    own: Mapping[str, pa.Table]
    method: Method
    stages: tuple[str, ...]
    settings: Settings


def score_part(part: Part, probes: Probes, settings: Settings, digest: str) -> tuple[pa.Table, pa.Table]:
    """Score the suppliers of a part: a pure function of the part and the probes.

    Parameters
    ----------
    part : Part
    probes : Probes
        With every kind of row of the part.
    settings : Settings
    digest : str
        SHA-256 of the part's files.

    Returns
    -------
    results, gaps : pyarrow.Table

    Raises
    ------
    DataError
        With every supplier that cannot be scored.
    """
    found = Findings()
    at = probes.find(part.keys)
    scores = sum_part(part, at, probes, settings.policy, found, every_share=not settings.wide)
    raise_blockers(found, f"part {part.label}")
    assert scores is not None
    about = {**settings.about, "residual": probes.residual}
    constants = {
        "inventory_hash": hashlib.sha256(f"{probes.background_hash}{digest}".encode()).hexdigest(),
        **{name: settings.about[name] for name in ("background_hash", "method", "method_hash")},
        "part": digest,
        "job": settings.digest,
        "lcaengine": json.dumps(about),
    }
    write = to_wide if settings.wide else to_long
    table = write(name_scores(part, probes, scores, constants), coded=True)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **constants})
    return table, list_gaps(part, at, probes, scores)


def prepare_job(
    store: Store, parts: Sequence[str], background: str | Path, method: Method, policy: Policy, wide: bool
) -> Job:
    """Read the background, and say what results depend on.

    Raises
    ------
    DataError
        With every blocking finding of the background.
    """
    found = Findings()
    inventory = load_inventory(background, found)
    raise_blockers(found, str(background))
    assert inventory is not None
    files, _ = list_tables(store, TABLES)
    for name in sorted(set(files) & (set(TABLES) - {"processes", "exchanges", "flows", "properties"})):
        what = f"suppliers in parts have no table {name}: it would change nothing"
        raise DataError(what, store.label, f"put {name} into the background, or score all as one inventory")
    own: dict[str, pa.Table] = {
        name: read_table(store, name, files[name]) for name in ("flows", "properties") if name in files
    }
    used = set(inventory.frames["processes"].columns["stage"].unique().to_pylist())
    for part in parts:
        table, _ = read_part(store, "processes", part, ("stage",))
        if table.num_columns:
            used |= set(pc.unique(table.column("stage").combine_chunks()).to_pylist())
    stages = tuple(stage for stage in STAGES if stage in used)
    key = [__version__, inventory.hash, method.hash, asdict(policy), stages, wide, _hash_tables(own)]
    about = {
        "engine": f"lcaengine {__version__}",
        "background": inventory.about.name,
        "background_hash": inventory.hash,
        "method": method.label,
        "method_hash": method.hash,
        "gwp_set": method.gwp_set,
        **policy.to_dict(),
    }
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return Job(inventory, own, method, stages, Settings(policy, wide, digest, about))


def _hash_tables(tables: Mapping[str, pa.Table]) -> list[str]:
    return [
        hashlib.sha256(json.dumps(tables[name].to_pydict(), default=str).encode()).hexdigest()
        for name in sorted(tables)
    ]


def join_digests(*digests: str) -> str:
    """Give one digest of several."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def read_suppliers(store: Store, name: str) -> tuple[Part, str]:
    """Read a part and number its rows by kind.

    Raises
    ------
    DataError
        With every blocking finding of the part.
    """
    found = Findings()
    processes, first = read_part(store, "processes", name, PROCESS_COLUMNS)
    exchanges, second = read_part(store, "exchanges", name, EXCHANGE_COLUMNS)
    part = encode_part(name or ONE_PART, processes, exchanges, found)
    raise_blockers(found, f"part {name or ONE_PART} of {store.label}")
    assert part is not None
    return part, join_digests(first, second)


def solve_keys(keys: pa.Table, part: Part, job: Job) -> Probes:
    """Solve the background with a probe for each kind of row; those of parts to come that have a fault are left out.

    Raises
    ------
    DataError
        With every fault of the part's own rows.
    """
    faults: dict[int, list[Finding]] = {}
    extended = extend_background(job.background, job.own, job.method, job.settings.policy, keys, faults)
    if extended is not None:
        return solve_probes(extended, job.method, keys, job.stages, job.background.hash)
    own = {key: at for at, key in enumerate(list_keys(part.keys))}
    every = list_keys(keys)
    found = Findings()
    for at in sorted(faults):
        code = own.get(every[at], -1)
        for finding in faults[at] if code >= 0 else ():
            rows = int(np.count_nonzero(part.code == code))
            what = finding.what + (f" ({rows} rows of this part)" if rows > 1 else "")
            found.items.append(replace(finding, row=int(part.first_row[code]), what=what))
    raise_blockers(found, f"part {part.label}")
    sound = np.ones(len(every), np.bool_)
    sound[list(faults)] = False
    return solve_keys(keys.filter(pa.array(sound)), part, job)
