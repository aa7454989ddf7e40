"""The run of a job: suppliers in parts, one after the other, against a background that is solved once."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError
from lcaengine.findings import Finding
from lcaengine.io.parts import Folder, read_metadata, sweep_models, write_bytes, write_part
from lcaengine.io.store import Store
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.suppliers.job import read_suppliers, score_part, solve_keys
from lcaengine.suppliers.part import KEY, Part
from lcaengine.suppliers.plan import ONE_PART, Job, Plan, plan_job
from lcaengine.suppliers.probes import Probes

__all__ = ["Progress", "Report", "finish_job", "score_suppliers", "write_scored"]

READ_AHEAD = 2
"""How many parts are read while one is scored."""
LOOK_AHEAD = 8
"""How many parts are looked at where a second one has new kinds of row: to read one again costs less than to solve."""
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
    keep: bool = True,
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
    keep : bool
        Whether what was solved is kept beside the background, and used where it is kept.

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
    plan = plan_job(suppliers, background, target, method, policy, wide, keep)
    return finish_job(plan, *_score_left(plan, progress))


def _score_left(plan: Plan, progress: Progress | None) -> tuple[int, float, tuple[Finding, ...]]:
    """Score the parts that are left, each while the next ones are read.

    Returns
    -------
    suppliers : int
    residual : float
        [1]
    warnings : tuple of Finding
    """
    done, count, residual = len(plan.parts) - len(plan.left), 0, 0.0
    warnings: tuple[Finding, ...] = ()
    before: Future[int] | None = None

    def tell(scored: Future[int] | None) -> None:
        nonlocal done, count
        if scored is None:
            return
        done, count = done + 1, count + scored.result()
        if progress is not None:
            progress(done, len(plan.parts), count)

    with ThreadPoolExecutor(1) as beside:
        try:
            for part, digest, probes in _encode(plan.store, plan.left, plan.job):
                tell(before)
                before = beside.submit(_score, plan, part, digest, probes)
                residual, warnings = max(residual, probes.residual), probes.warnings
        except DataError:
            tell(before)  # what is wrong with the part before is said first
            raise
        tell(before)
    return count, residual, warnings


def _score(plan: Plan, part: Part, digest: str, probes: Probes) -> int:
    """Score a part, write what comes of it, and give how many suppliers it has."""
    write_scored(plan.folder, part.label, *score_part(part, probes, plan.job.settings, digest))
    return len(part)


def write_scored(folder: Folder, label: str, results: pa.Table, gaps: pa.Table) -> None:
    """Write what came of a part; results last, since they tell that it is done."""
    write_part(gaps, folder, f"gaps/{label}")
    write_part(results, folder, f"results/{label}")


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
        "residual": max([residual, *(_read_residual(plan.folder, part) for part in {*plan.parts} - {*plan.left})]),
        "suppliers": plan.store.label,
        "parts": len(plan.parts),
        "warnings": [*plan.job.background.warnings, *(warning.what for warning in warnings)],
    }
    sweep_models(plan.folder)
    write_bytes((json.dumps(run, indent=1, ensure_ascii=False) + "\n").encode(), plan.folder, "run.json")
    return Report(plan.folder.label, len(plan.parts), len(plan.parts) - len(plan.left), suppliers, run)


def _read_residual(folder: Folder, part: str) -> float:
    """Give the residual that results of an earlier run carry."""
    about = json.loads(read_metadata(folder, f"results/{part or ONE_PART}").get("lcaengine", "{}"))
    return float(about.get("residual", 0.0))


def _encode(store: Store, names: Sequence[str], job: Job) -> Iterator[tuple[Part, str, Probes]]:
    """Read parts, each with the probes it needs; where kinds are new, solve with those of parts ahead, ever more."""
    probes = job.known
    ahead = LOOK_AHEAD
    with ThreadPoolExecutor(READ_AHEAD) as reader:
        coming = deque(reader.submit(read_suppliers, store, name) for name in names[:READ_AHEAD])
        for at in range(len(names)):
            part, digest = coming.popleft().result()
            coming.extend(reader.submit(read_suppliers, store, each) for each in names[at + READ_AHEAD :][:1])
            if probes is None or (probes.find(part.keys) < 0).any():
                known = [part.keys] if probes is None else [probes.keys, part.keys]
                if probes is not None:
                    known += [read_suppliers(store, other)[0].keys for other in names[at + 1 : at + ahead]]
                    ahead *= 2
                keys = pa.concat_tables(known).group_by(list(KEY)).aggregate([])
                probes = solve_keys(keys, part, job)
            yield part, digest, probes
