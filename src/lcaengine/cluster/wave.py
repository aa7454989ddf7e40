"""A wave: parts that workers score with one model, and what comes of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from lcaengine.cluster.task import Outcome, Task, do_task, name_model
from lcaengine.errors import LcaError
from lcaengine.io.folder import remove_file, write_file
from lcaengine.suppliers.kept import pack_probes
from lcaengine.suppliers.plan import Plan
from lcaengine.suppliers.probes import Probes
from lcaengine.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["collect_outcomes", "submit_parts"]

PATIENCE = 60.0
"""How long a cluster may be without any worker [s]."""
LOOK = 1.0
"""How long to wait for a task before a look at the workers [s]."""
RETRIES = 2
"""How often a task that fails for another reason than its data is tried again."""


@contextmanager
def submit_parts(client: Client, plan: Plan, waiting: Sequence[int], probes: Probes) -> Iterator[Mapping[Future, int]]:
    """Put the model where workers see it, for as long as the block lasts, and submit parts.

    Parameters
    ----------
    client : distributed.Client
    plan : Plan
    waiting : sequence of int
        Positions among the parts that are left.
    probes : Probes

    Yields
    ------
    dict of distributed.Future to int
        The task of each part, and its position.
    """
    if not waiting:
        yield {}
        return
    content, digest = pack_probes(probes)
    name = name_model(digest)
    write_file(content, plan.folder, name)
    target = plan.folder.label if "://" in plan.folder.label else plan.folder.root
    tasks = [_ask(plan, plan.left[at], target, digest) for at in waiting]
    try:
        yield dict(zip(client.map(do_task, tasks, pure=False, retries=RETRIES), waiting, strict=True))
    finally:
        remove_file(plan.folder, name)


def collect_outcomes(
    client: Client, plan: Plan, wave: Mapping[Future, int], tell: Callable[[int], None]
) -> dict[int, Outcome]:
    """Wait for tasks; where a part has a fault, not for those after it.

    Parameters
    ----------
    client : distributed.Client
    plan : Plan
    wave : dict of distributed.Future to int
    tell : callable
        Is told of every part that is written, how many suppliers it has.

    Returns
    -------
    dict of int to Outcome
        By position among the parts that are left.

    Raises
    ------
    LcaError
        If a worker cannot do its work, or there is none.
    """
    done: SimpleQueue[Future] = SimpleQueue()
    for future in wave:
        future.add_done_callback(done.put)
    outcomes: dict[int, Outcome] = {}
    again: list[Future] = []
    left, seen = dict(wave), time.monotonic()
    while left:
        try:
            future = done.get(timeout=LOOK)
        except Empty:
            seen = _look_for_workers(client, seen)
            for future in again:
                done.put(future)
            again.clear()
            continue
        at = left.get(future)
        if at is None:
            continue
        outcome = _take(future, plan.left[at])
        if outcome is None:
            again.append(future)
            continue
        outcomes[at] = outcome
        del left[future]
        if outcome.fault is not None:
            late = [each for each, other in left.items() if other > at]
            client.cancel(late)
            for each in late:
                del left[each]
        elif outcome.unknown is None:
            tell(outcome.suppliers)
    return outcomes


def _ask(plan: Plan, part: str, target: str, model: str) -> Task:
    """Write the task of a part; its store names the part's own files, so that no worker lists them all."""
    names = {f"{table}/{part}.parquet" for table in ("processes", "exchanges")}
    if not part:
        names = {f"{table}.{ending}" for table in ("processes", "exchanges") for ending in ("parquet", "csv")}
    files = {name: path for name, path in plan.store.files.items() if name in names}
    return Task(replace(plan.store, files=files), part, target, model, plan.job.settings, __version__)


def _take(future: Future, part: str) -> Outcome | None:
    """Give what came of a task, or raise what hindered it; None where it was lost with its worker, and runs again."""
    if future.status == "error":
        error = future.exception()
        if isinstance(error, LcaError):
            raise error
        what = f"workers cannot score part {part or 'of all'}: {type(error).__name__}: {' '.join(str(error).split())}"
        fix = "see to the workers (the same lcaengine on all, enough memory for a part each); what is written stays"
        raise LcaError(what, "the cluster", fix) from error
    if future.status == "cancelled":
        fix = "start it again, and run this again: what is written stays"
        raise LcaError("the scheduler was lost", "the cluster", fix)
    try:
        outcome: Outcome = future.result(timeout=LOOK)
    except TimeoutError:
        return None
    return outcome


def _look_for_workers(client: Client, seen: float) -> float:
    """Give when a worker was last seen."""
    now = time.monotonic()
    if client.status == "running" and client.nthreads():
        return now
    if now - seen > PATIENCE:
        what = f"no worker was there for {PATIENCE:.0f} s"
        raise LcaError(what, "the cluster", "start workers, and run this again: what is written stays")
    return seen
