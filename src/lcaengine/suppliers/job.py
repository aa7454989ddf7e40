"""The steps that answer a job for one part: it is read, its kinds of row are solved, its suppliers are summed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.io.parts import read_part
from lcaengine.io.store import Store
from lcaengine.results import to_long, to_wide
from lcaengine.suppliers.background import load_background
from lcaengine.suppliers.extended import extend_background
from lcaengine.suppliers.flows import list_columns
from lcaengine.suppliers.identity import report_known
from lcaengine.suppliers.part import EXCHANGE_COLUMNS, PROCESS_COLUMNS, Part, encode_part, list_keys
from lcaengine.suppliers.plan import ONE_PART, Job, Settings, join_digests
from lcaengine.suppliers.probes import Probes, solve_probes
from lcaengine.suppliers.record import Scored, hash_ids
from lcaengine.suppliers.scores import sum_part
from lcaengine.suppliers.table import list_gaps, name_scores

__all__ = ["MEND", "read_suppliers", "score_part", "solve_keys"]


MEND = "mend these rows and run it again: what is written stays"


def name_part(label: str) -> str:
    """Name a part for a message."""
    return "the suppliers" if label in ("", ONE_PART) else f"the suppliers' part {label}"


def score_part(part: Part, probes: Probes, settings: Settings, digest: str) -> Scored:
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
    Scored

    Raises
    ------
    DataError
        With every supplier that cannot be scored.
    """
    found = Findings()
    ids = np.sort(hash_ids(part.process_id))
    report_known(part, ids, probes, found)
    at = probes.find(part.keys)
    scores = sum_part(part, at, probes, settings.policy, found, every_share=not settings.wide)
    raise_blockers(found, name_part(part.label), MEND)
    assert scores is not None
    about = {**settings.about, "residual": probes.residual}
    constants = {
        "inventory_hash": hashlib.sha256(f"{probes.background.hash}{digest}".encode()).hexdigest(),
        **{name: settings.about[name] for name in ("background_hash", "method", "method_hash")},
        "part": digest,
        "job": settings.digest,
        "lcaengine": json.dumps(about),
    }
    write = to_wide if settings.wide else to_long
    table = write(name_scores(part, probes, scores, constants), coded=True)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **constants})
    gaps = list_gaps(part, at, probes, scores)
    return Scored(part.label, table, gaps, settings.digest, digest, probes.residual, ids)


def read_suppliers(store: Store, name: str) -> tuple[Part, str]:
    """Read a part and number its rows by kind.

    Raises
    ------
    DataError
        With every blocking finding of the part.
    """
    found = Findings()
    processes, first = read_part(store, "processes", name, PROCESS_COLUMNS, list_columns("processes"))
    exchanges, second = read_part(store, "exchanges", name, EXCHANGE_COLUMNS, list_columns("exchanges"))
    part = encode_part(name or ONE_PART, processes, exchanges, found)
    raise_blockers(found, name_part(name), MEND)
    assert part is not None
    return part, join_digests(first, second)


def solve_keys(keys: pa.Table, part: Part | None, job: Job) -> Probes:
    """Solve the background with a probe for each kind of row; those of parts to come that have a fault are left out.

    Parameters
    ----------
    keys : pyarrow.Table
        Kinds of row, each once.
    part : Part or None
        The part whose faults are raised; None to leave out whatever has a fault.
    job : Job

    Raises
    ------
    DataError
        With every fault of the part's own rows.
    """
    faults: dict[int, list[Finding]] = {}
    extended = extend_background(
        load_background(job.background), job.own, job.method, job.settings.policy, keys, faults
    )
    if extended is not None:
        probes = solve_probes(extended, job.method, keys, job.stages, job.background)
        job.keep(probes)
        return probes
    if part is not None:
        _raise_faults(keys, part, faults)
    sound = np.ones(keys.num_rows, np.bool_)
    sound[list(faults)] = False
    return solve_keys(keys.filter(pa.array(sound)), part, job)


def _raise_faults(keys: pa.Table, part: Part, faults: Mapping[int, Sequence[Finding]]) -> None:
    """Raise the faults of a part's own kinds of row, each at the first row of it."""
    own = {key: at for at, key in enumerate(list_keys(part.keys))}
    every = list_keys(keys)
    found = Findings()
    for at in sorted(faults):
        code = own.get(every[at], -1)
        for finding in faults[at] if code >= 0 else ():
            rows = int(np.count_nonzero(part.code == code))
            what = finding.what + (f" ({rows} rows of this part)" if rows > 1 else "")
            found.items.append(replace(finding, row=int(part.first_row[code]), what=what))
    raise_blockers(found, name_part(part.label), MEND)
