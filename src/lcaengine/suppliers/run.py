"""The run of a job: suppliers in parts, one after the other, against a background that is solved once."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError, OutputError
from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.io.folder import write_file
from lcaengine.io.store import Store
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.identity import report_repeated
from lcaengine.suppliers.job import MEND, read_suppliers, score_part, solve_keys
from lcaengine.suppliers.part import KEY, Part
from lcaengine.suppliers.plan import ONE_PART, Job, Plan, plan_job
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.record import Record, read_record, write_scored
from lcaengine.suppliers.remarks import join_warnings, name_first_off_center

__all__ = ["Progress", "Report", "finish_job", "score_left", "score_suppliers"]

READ_AHEAD = 2
"""How many parts are read while one is scored."""
LOOK_AHEAD, LOOK_FAR = 8, 64
"""How many parts are looked at where a second one has new kinds of row: to read one again costs less than to solve.

More where the background is drawn.
"""
OWN = ("uncertain_exchanges", "amounts_off_center", "alike_rows")
"""What is counted of every part's own."""
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
    suppliers, every : int
        Suppliers scored in this run, and those of all parts.
    first : str
        Name of the first part.
    run : dict
        What run.json says.
    warnings : tuple of Finding
        Of the background, and of the rows of suppliers.
    """

    target: str
    parts: int
    resumed: int
    suppliers: int
    every: int
    first: str
    run: Mapping[str, object]
    warnings: tuple[Finding, ...]


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
    with plan_job(suppliers, background, target, method, policy, wide, keep) as plan:
        return finish_job(plan, *score_left(plan, progress))


def score_left(plan: Plan, progress: Progress | None) -> tuple[int, tuple[Finding, ...]]:
    """Score the parts that are left, each while the next ones are read.

    Returns
    -------
    suppliers : int
    warnings : tuple of Finding
    """
    done, count = len(plan.parts) - len(plan.left), 0
    warnings = () if plan.job.known is None else plan.job.known.warnings
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
                warnings = probes.warnings
        except DataError:
            tell(before)  # what is wrong with the part before is said first
            raise
        tell(before)
    return count, warnings


def _score(plan: Plan, part: Part, digest: str, probes: Probes) -> int:
    """Score a part, write what comes of it, and give how many suppliers it has."""
    write_scored(plan.folder, score_part(part, probes, plan.job.settings, digest))
    return len(part)


def finish_job(plan: Plan, suppliers: int, warnings: Sequence[Finding]) -> Report:
    """Write what the run says of itself, once all parts are there.

    Parameters
    ----------
    plan : Plan
    suppliers : int
        Suppliers scored in this run.
    warnings : sequence of Finding
        Of the probes.

    Returns
    -------
    Report

    Raises
    ------
    DataError
        If an id stands in several parts.
    OutputError
        If another run has written to the same folder meanwhile.
    """
    records = _read_records(plan)
    found = Findings()
    report_repeated(plan.store, plan.parts, [record.ids for record in records], found)
    raise_blockers(found, "the suppliers", MEND)
    of_parts = [(part, record.warnings) for part, record in zip(plan.parts, records, strict=True)]
    own = join_warnings([("", plan.job.warnings), *of_parts])
    every = (*plan.job.background.warnings, *own, *warnings)
    run = {
        **plan.job.settings.about,
        "job": plan.job.settings.digest,
        "residual": max(record.residual for record in records),
        **_join_draws([record.draws for record in records], plan.job.settings.drawing),
        **({} if plan.job.settings.drawing is None else {"first_off_center": name_first_off_center(of_parts)}),
        "suppliers": plan.store.label,
        "parts": len(plan.parts),
        "warnings": [asdict(warning) for warning in every],
    }
    write_file((json.dumps(run, indent=1, ensure_ascii=False) + "\n").encode(), plan.folder, "run.json")
    return Report(
        target=plan.folder.label,
        parts=len(plan.parts),
        resumed=len(plan.parts) - len(plan.left),
        suppliers=suppliers,
        every=sum(len(record.ids) for record in records),
        first=plan.parts[0] or ONE_PART,
        run=run,
        warnings=every,
    )


def _join_draws(parts: Sequence[Mapping[str, float]], drawing: Drawing | None) -> Mapping[str, float | str]:
    """Join what parts say of their draws: what is counted of their own adds up, the background is the same."""
    joined = {name: max(each[name] for each in parts) for name in parts[0]}
    counts = {name: sum(each[name] for each in parts) if name in OWN else most for name, most in joined.items()}
    if drawing is None:
        return counts
    from lcaengine.uncertainty.precision import describe_precision

    return {**counts, **describe_precision(drawing.draws - int(counts["draws_without_answer"]))}


def _read_records(plan: Plan) -> list[Record]:
    """Read the records of all parts: they say what stands, whoever wrote it."""
    records = [(part, read_record(plan.folder, part or ONE_PART)) for part in plan.parts]
    for part, record in records:
        if record is None or record.job != plan.job.settings.digest:
            what = f"part {part or ONE_PART} is not what this run wrote: another run writes to the same folder"
            raise OutputError(what, plan.folder.label, "let one of them end, and run this again")
    return [record for _, record in records if record is not None]


def _encode(store: Store, names: Sequence[str], job: Job) -> Iterator[tuple[Part, str, Probes]]:
    """Read parts, each with the probes it needs; where kinds are new, solve with those of parts ahead, ever more."""
    probes, drawing = job.known, job.settings.drawing
    ahead = LOOK_AHEAD if drawing is None else LOOK_FAR
    with ThreadPoolExecutor(READ_AHEAD) as reader:
        coming = deque(reader.submit(read_suppliers, store, name, drawing) for name in names[:READ_AHEAD])
        for at in range(len(names)):
            part, digest = coming.popleft().result()
            coming.extend(reader.submit(read_suppliers, store, each, drawing) for each in names[at + READ_AHEAD :][:1])
            if probes is None or (probes.find(part.keys) < 0).any():
                known = [part.keys] if probes is None else [probes.keys, part.keys]
                if probes is not None:
                    known += [read_suppliers(store, other)[0].keys for other in names[at + 1 : at + ahead]]
                    ahead *= 2
                keys = pa.concat_tables(known).group_by(list(KEY)).aggregate([])
                probes = solve_keys(keys, part, job)
            yield part, digest, probes
