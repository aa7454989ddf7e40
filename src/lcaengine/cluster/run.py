"""The run: what is asked is planned and solved here, the parts are scored by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lcaengine.cluster.machines import open_machines
from lcaengine.cluster.wave import collect_outcomes, submit_parts
from lcaengine.errors import DataError
from lcaengine.findings import Finding
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.job import read_suppliers, score_part, solve_keys
from lcaengine.suppliers.part import KEY, Part
from lcaengine.suppliers.plan import Plan, plan_job
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.record import write_scored
from lcaengine.suppliers.run import Progress, Report, finish_job

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["score_on_cluster"]


def score_on_cluster(
    suppliers: str | Path,
    background: str | Path,
    target: str | Path,
    method: Method | str | Path = "core",
    policy: Policy | None = None,
    wide: bool = False,
    progress: Progress | None = None,
    *,
    address: str | None = None,
    workers: int | None = None,
    drawing: Drawing | None = None,
    show: Callable[[int, int], None] | None = None,
) -> Report:
    """Score suppliers in parts as :func:`~lcaengine.score_suppliers` does, the parts side by side on many machines.

    The background is read and solved here; what comes of it is put into `target` under the name of its content. A
    worker reads a part and that, scores the part and writes it. Where a worker is lost, others take up its part; where
    this process is, running it again goes on with the parts that are not written.

    Parameters
    ----------
    suppliers, background, target, method, policy, wide, progress
        As in :func:`~lcaengine.score_suppliers`. Workers see `suppliers` and `target` under the same names: a shared
        folder, or a URI.
    address : str, optional
        Of a Dask scheduler, ``tcp://host:8786``, whose workers have the same version of lcaengine.
    workers : int, optional
        Instead, processes that are started on this machine. A script that does so does it under
        ``if __name__ == "__main__":``, as with all of Python's ways to start processes.
    drawing : Drawing, optional
        What is asked of draws, as in :func:`~lcaengine.simulate_suppliers`; the background is drawn here.
    show : callable, optional
        Is told how many draws of the background are done, and all.

    Returns
    -------
    Report

    Raises
    ------
    DataError
        With every blocking finding of the first part that has any; parts before it stay written.
    OutputError
        If `target` cannot be written to.
    LcaError
        If there is no cluster, or no worker of it is left; what is written stays.

    Examples
    --------
    ::

        score_on_cluster("suppliers", "background", "results", workers=4)
        score_on_cluster("s3://b/suppliers", "background", "s3://b/results", address="tcp://10.0.0.1:8786")
    """
    with (
        open_machines(address, workers) as client,
        plan_job(suppliers, background, target, method, policy, wide, drawing is None, drawing, show) as plan,
    ):
        return finish_job(plan, *_score_left(client, plan, progress))


def _score_left(client: Client, plan: Plan, progress: Progress | None) -> tuple[int, tuple[Finding, ...]]:
    """Score what is left in waves: parts with kinds of row that the model lacks come again once these are solved.

    The first part is read here, for its kinds of row, and scored here while workers do the others.

    Returns
    -------
    suppliers : int
    warnings : tuple of Finding
    """
    done, count = len(plan.parts) - len(plan.left), 0

    def tell(suppliers: int) -> None:
        nonlocal done, count
        done, count = done + 1, count + suppliers
        if progress is not None:
            progress(done, len(plan.parts), count)

    probes = plan.job.known
    if not plan.left:
        return 0, () if probes is None else probes.warnings
    part, digest = read_suppliers(plan.store, plan.left[0], plan.job.settings.drawing)
    if probes is None or (probes.find(part.keys) < 0).any():
        keys = part.keys if probes is None else _join(probes.keys, part.keys)
        probes = solve_keys(keys, part, plan.job)
    error, waiting = None, list(range(1, len(plan.left)))
    with submit_parts(client, plan, waiting, probes) as wave:
        tell(_score(plan, part, digest, probes))
        outcomes = collect_outcomes(client, plan, wave, tell)
    while True:
        fault = min((at for at, each in outcomes.items() if each.fault is not None), default=None)
        error = error if fault is None else outcomes[fault].fault
        unknown = {at: each.unknown for at, each in sorted(outcomes.items()) if each.unknown is not None}
        waiting = [at for at in unknown if fault is None or at < fault]
        if not waiting:
            break
        probes = solve_keys(_join(probes.keys, *(unknown[at] for at in waiting)), None, plan.job)
        unsound = next((at for at in waiting if (probes.find(unknown[at]) < 0).any()), None)
        if unsound is not None:
            error = _find_fault(plan, plan.left[unsound], probes)
            waiting = [at for at in waiting if at < unsound]
        with submit_parts(client, plan, waiting, probes) as wave:
            outcomes = collect_outcomes(client, plan, wave, tell)
    if error is not None:
        raise error
    return count, probes.warnings


def _score(plan: Plan, part: Part, digest: str, probes: Probes) -> int:
    write_scored(plan.folder, score_part(part, probes, plan.job.settings, digest))
    return len(part)


def _join(*keys: pa.Table) -> pa.Table:
    return pa.concat_tables(keys).group_by(list(KEY)).aggregate([])


def _find_fault(plan: Plan, name: str, probes: Probes) -> DataError:
    """Give what blocks a part whose kinds of row could not all be solved."""
    part, _ = read_suppliers(plan.store, name)
    try:
        solve_keys(_join(probes.keys, part.keys), part, plan.job)
    except DataError as error:
        return error
    what = f"part {part.label} has other rows than when it was first read"
    return DataError(what, plan.store.label, "let the suppliers be while they are scored")
