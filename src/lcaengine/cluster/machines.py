"""The machines: a cluster that is there already, or workers on this machine for as long as a job takes."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["open_machines"]

CONNECT = 10.0
"""How long a scheduler may take to answer [s]."""


@contextmanager
def open_machines(address: str | None, workers: int | None) -> Iterator[Client]:
    """Connect to a scheduler, or start workers here; what was started ends with the block.

    Parameters
    ----------
    address : str or None
        Of a scheduler, ``tcp://host:8786``.
    workers : int or None
        Processes on this machine.

    Yields
    ------
    distributed.Client

    Raises
    ------
    LcaError
        If Dask is not installed, nobody answers at the address, or not just one of the two is given.
    """
    if (address is None) == (workers is None):
        raise LcaError("a cluster is one that is there, or workers started here", "", "give an address, or workers")
    if workers is not None and workers < 1:
        raise LcaError(f"{workers} workers do nothing", "", "give one or more")
    try:
        import dask
        import distributed
    except ImportError as error:
        what, fix = "work on many machines needs Dask", "pip install 'lcaengine[dist]'"
        raise LcaError(what, "", fix) from error
    if address is not None:
        try:
            client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            fix = "start `dask scheduler` and `dask worker`, and give the address that the scheduler names"
            raise LcaError(f"no scheduler answers at {address}", address, fix) from error
        with client:
            yield client
        return
    threads = str(max(1, (os.cpu_count() or 1) // (workers or 1)))
    # As many threads in all as there are processors; numba's own variable would have to be set before it is imported.
    environment = {"distributed.nanny.environ.LCAENGINE_THREADS": threads}
    with (
        dask.config.set(environment),
        distributed.LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},  # a port of its own
            memory_limit=None,
            silence_logs=logging.CRITICAL,
            preload=["lcaengine.cluster.task"],
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        cluster.scale(workers)  # they start while the background is read
        yield client
