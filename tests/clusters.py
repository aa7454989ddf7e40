"""Clusters of real processes on this machine, whose workers can be stopped and killed one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A scheduler, and workers of two threads each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def start_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start processes, and end them with the block; numba has its own thread pool, which two threads may not enter."""
    file = folder / "scheduler.json"
    environment = {**os.environ, "NUMBA_THREADING_LAYER": "workqueue", "PYTHONWARNINGS": "default"}
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str, *words: str) -> subprocess.Popen[bytes]:
        log = folder / f"{program}-{len(started)}.log"
        with log.open("wb") as stream:
            command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--scheduler-file", str(file), *words]
            process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, env=environment, cwd=folder)
        started.append(process)
        return process

    try:
        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        own = tuple(
            start("worker", "--nthreads", "2", "--no-nanny", "--host", "127.0.0.1", "--no-dashboard")
            for _ in range(workers)
        )
        yield Cluster(wait_for_workers(file, workers), scheduler, own)
    finally:
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)  # one that is stopped hears nothing else
            process.wait()


def wait_for_workers(file: Path, workers: int) -> str:
    """Give the address of the scheduler, once its workers are there."""
    import json

    import distributed

    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end, "the scheduler did not start"
        time.sleep(0.05)
    while True:
        try:
            address = str(json.loads(file.read_text())["address"])
            break
        except ValueError:  # not written to its end
            time.sleep(0.05)
    with distributed.Client(address, set_as_default=False) as client:
        if workers:
            client.wait_for_workers(workers, timeout=60)
    return address
