"""The run of a job: suppliers in parts, one after the other, against a background that is solved once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.io.parts import Folder, list_parts, open_folder, read_metadata, read_part, write_bytes, write_part
from lcaengine.io.store import Store, open_store
from lcaengine.method import Method, take_method
from lcaengine.policy import Policy
from lcaengine.suppliers.job import (
    ONE_PART,
    Job,
    join_digests,
    prepare_job,
    read_suppliers,
    score_part,
    solve_keys,
)
from lcaengine.suppliers.part import KEY, Part
from lcaengine.suppliers.probes import Probes

__all__ = ["Progress", "Report", "check_folder_apart", "is_done", "score_suppliers", "write_results", "write_run"]

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
    method : Method, str or Path
        As in :func:`~lcaengine.score`.
    policy : Policy, optional
        As there.
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
    ...     background = lca.find_example("two-suppliers")
    ...     report = lca.score_suppliers(background.parent / "suppliers", background, folder)
    >>> report.suppliers
    3
    """
    store = open_store(suppliers)
    parts = list_parts(store, ("processes", "exchanges"))
    job = prepare_job(store, parts, background, take_method(method), policy or Policy(), wide)
    check_folder_apart(str(target), (store.label, str(background)))
    folder = open_folder(target)
    resumed = [part for part in parts if is_done(store, part, job, folder)]
    left = [part for part in parts if part not in resumed]
    done, count, probes = len(resumed), 0, None
    for part, digest, probes in _encode(store, left, job):
        write_results(folder, part.label, *score_part(part, probes, job.settings, digest))
        done, count = done + 1, count + len(part)
        if progress is not None:
            progress(done, len(parts), count)
    run = write_run(folder, job, store.label, len(parts), probes)
    return Report(str(target), len(parts), len(resumed), count, run)


def write_results(folder: Folder, label: str, results: pa.Table, gaps: pa.Table) -> None:
    """Write what came of a part; its results last, since they say that it is done."""
    write_part(gaps, folder, f"gaps/{label}")
    write_part(results, folder, f"results/{label}")


def write_run(folder: Folder, job: Job, source: str, parts: int, probes: Probes | None) -> dict[str, object]:
    """Write run.json: how the numbers came about.

    Returns
    -------
    dict
        What it says; without residual and warnings of the suppliers' rows where all parts were there already.
    """
    run: dict[str, object] = {**job.settings.about, "job": job.settings.digest, "suppliers": source, "parts": parts}
    warnings = job.background.warnings
    if probes is not None:
        run["residual"] = probes.residual
        warnings = (*warnings, *probes.warnings)
    run["warnings"] = [warning.what for warning in warnings]
    write_bytes(json.dumps(run, indent=1, ensure_ascii=False).encode(), folder, "run.json")
    return run


def check_folder_apart(target: str, sources: Sequence[str]) -> None:
    """Refuse to write into what is read."""
    if "://" in target:
        return
    path = Path(target).expanduser().resolve()
    for source in sources:
        if "://" not in source and Path(source).exists() and Path(source).resolve() in (path, *path.parents):
            raise OutputError(f"{target!r} is a part of what is read", target, "write beside it, not into it")


def is_done(store: Store, part: str, job: Job, folder: Folder) -> bool:
    """Tell whether a part stands written, by this job and of the same files."""
    known = read_metadata(folder, f"results/{part or ONE_PART}")
    if known.get("job") != job.settings.digest:
        return False
    return known.get("part") == join_digests(
        *(read_part(store, table, part, ())[1] for table in ("processes", "exchanges"))
    )


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
