"""The job: suppliers in parts, scored one part after the other against a background that is solved once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.io.parts import read_part, write_bytes, write_part
from lcaengine.io.store import Store
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.suppliers.extended import extend_background
from lcaengine.suppliers.part import EXCHANGE_COLUMNS, KEY, PROCESS_COLUMNS, Part, encode_part, list_keys
from lcaengine.suppliers.plan import ONE_PART, Job, Plan, Settings, join_digests, plan_job
from lcaengine.suppliers.probes import Probes, solve_probes
from lcaengine.suppliers.scores import sum_part
from lcaengine.suppliers.table import list_gaps, to_long, to_wide

__all__ = [
    "Progress",
    "Report",
    "finish_job",
    "read_suppliers",
    "score_part",
    "score_suppliers",
    "solve_keys",
]

Progress = Callable[[int, int, int], None]
"""Is told how many parts are done, of how many, and how many suppliers were scored."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a job.

    Attributes
    ----------
    target : str
    parts, resumed : int
        Parts there are, and those that were there from an earlier run.
    suppliers : int
        Suppliers scored in this run.
    run : dict
        What run.json says.
    """

    target: str
    parts: int
    resumed: int
    suppliers: int
    run: Mapping[str, object]


def score_suppliers(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path = "core",
    policy: Policy | None = None,
    wide: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Score suppliers in parts against a background that is solved once, and write results as they come.

    Suppliers sell to nobody here: each takes from the background, and its intensities are ``sum_r x_r y_c(r) / q``
    over its exchange rows.

    Parameters
    ----------
    suppliers : str or Path
        Folder, zip or URI with ``processes/NAME.parquet`` and ``exchanges/NAME.parquet`` under the same names (or one
        file each), and ``flows`` and ``properties`` of what the background does not have.
    background : str or Path
        An inventory.
    target : str or Path
        Folder or URI of one; parts that are there already, of the same job and the same files, are left as they are.
    method, policy
        As in :func:`~lcaengine.score`.
    wide : bool
        One row a supplier, one column an indicator and stage.
    progress : callable, optional

    Returns
    -------
    Report

    Raises
    ------
    DataError
        With every blocking finding of a part; parts before it stay written.
    OutputError
        If `target` cannot be written to.

    Examples
    --------
    >>> import lcaengine as lca, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = lca.score_suppliers(lca.find_example("suppliers"), lca.find_example("two-suppliers"), folder)
    >>> report.suppliers
    3
    """
    plan = plan_job(suppliers, background, target, method, policy, wide)
    done, count, residual = len(plan.parts) - len(plan.left), 0, 0.0
    warnings: tuple[Finding, ...] = ()
    for part, digest, probes in _encode(plan.store, plan.left, plan.job):
        table, gaps = score_part(part, probes, plan.job.settings, digest)
        write_part(gaps, plan.folder, f"gaps/{part.label}")
        write_part(table, plan.folder, f"results/{part.label}")
        done, count, residual = done + 1, count + len(part), max(residual, probes.residual)
        warnings = probes.warnings
        if progress is not None:
            progress(done, len(plan.parts), count)
    return finish_job(plan, count, residual, warnings)


def finish_job(plan: Plan, suppliers: int, residual: float, warnings: Sequence[Finding]) -> Report:
    """Write what the run says of itself, once all parts are there.

    Parameters
    ----------
    plan : Plan
    suppliers : int
        Suppliers scored in this run.
    residual : float
        Worst of the solutions used [1].
    warnings : sequence of Finding
        Of the probes.

    Returns
    -------
    Report
    """
    run = {
        **plan.job.settings.about,
        "job": plan.job.settings.digest,
        "residual": residual,
        "suppliers": plan.store.label,
        "parts": len(plan.parts),
        "warnings": [w.what for w in (*plan.job.background.warnings, *warnings)],
    }
    write_bytes(json.dumps(run, indent=1, ensure_ascii=False).encode(), plan.folder, "run.json")
    return Report(plan.folder.label, len(plan.parts), len(plan.parts) - len(plan.left), suppliers, run)


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
    scores = sum_part(part, probes, settings.policy, found, every_share=not settings.wide)
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
    return write(part, probes, scores, constants), list_gaps(part, probes, scores)


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


def _encode(store: Store, names: Sequence[str], job: Job) -> Iterator[tuple[Part, str, Probes]]:
    """Read parts, each with the probes it needs; where some are new, solve with those of twice as many parts ahead."""
    probes: Probes | None = None
    ahead = 1
    for at, name in enumerate(names):
        part, digest = read_suppliers(store, name)
        if probes is None or (probes.find(part.keys) < 0).any():
            known = [part.keys] if probes is None else [probes.keys, part.keys]
            if probes is not None:
                known += [read_suppliers(store, other)[0].keys for other in names[at + 1 : at + ahead]]
                ahead *= 2
            keys = pa.concat_tables(known).group_by(list(KEY)).aggregate([])
            probes = solve_keys(keys, part, job)
        yield part, digest, probes


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
    extended = extend_background(job.background, job.own, job.method, job.settings.policy, keys, faults)
    if extended is not None:
        return solve_probes(extended, job.method, keys, job.stages, job.background.hash)
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
    raise_blockers(found, f"part {part.label}")
