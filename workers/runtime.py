"""What a worker process has at hand, and how it runs RQ jobs.

Workers are forked from a supervisor without threads, so everything heavy is loaded once and shared.
A worker tells its supervisor through a `Slot` of shared memory what it is doing and since when.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import random
import socket
import struct
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from monitor.clock import Clock, SystemClock
from monitor.config import Config
from monitor.errors import StoreError
from monitor.http import Fetcher, policy
from monitor.jobqueue import PROCESS_QUEUE
from monitor.store import Store, connect, open_store
from workers.classify import Lexicons
from workers.places import Gazetteer
from workers.reader import Reader
from workers.templates import load as load_templates

Result = TypeVar("Result")

MAINTENANCE = 30  # seconds between RQ's own sweeps of lost jobs


class Slot:
    """Shared memory of one worker: since when (monotonic seconds) it works, on what, in which phase."""

    _LAYOUT = struct.Struct("d64s")

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._LAYOUT.size)

    def set(self, since: float, what: str = "") -> None:
        """Write; `since` 0.0 means idle."""
        self._memory[:] = self._LAYOUT.pack(since, what.encode()[:64])

    def get(self) -> tuple[float, str]:
        """Read: since, what."""
        since, what = self._LAYOUT.unpack(self._memory[:])
        return since, what.rstrip(b"\0").decode("utf-8", "replace")


@dataclass
class Shared:
    """Loaded once in the supervisor, before any fork."""

    config: Config
    lexicons: Lexicons
    gazetteer: Gazetteer
    redis_url: str
    json_console: bool = False


class Resources:
    """Everything a job may need, opened in the worker itself; nothing is shared with another process."""

    def __init__(self, shared: Shared, slot: Slot, clock: Clock) -> None:
        self.config = shared.config
        self.lexicons = shared.lexicons
        self.gazetteer = shared.gazetteer
        self.json_console = shared.json_console
        self.clock = clock
        self.slot = slot
        self.store: Store = open_store(shared.redis_url)
        self.holder = holder_name(os.getpid())
        self.tz = shared.config.timezone
        self.reader = Reader()
        self.random = random.Random()
        self._runner = asyncio.Runner()
        self.fetcher = Fetcher(policy(shared.config))
        self.templates = load_templates(shared.config.messages)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run one piece of asynchronous work to its end."""
        return self._runner.run(work)


def holder_name(pid: int) -> str:
    """How a process signs its claims."""
    return f"{socket.gethostname()}:{pid}"


_current: Resources | None = None


def current() -> Resources:
    """The resources of this worker process; jobs are called by name and find them here."""
    if _current is None:
        raise StoreError("this process is no worker: jobs run under `rasid run` or `rasid work`")
    return _current


class LaneWorker(SimpleWorker):
    """An RQ worker on one queue that says what it does and starts no thread of its own."""

    slot: Slot
    clock: Clock

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.slot.set(self.clock.monotonic(), "")
        try:
            super().execute_job(job, queue)
        finally:
            self.slot.set(0.0)

    def subscribe(self) -> None:
        """No command channel: it needs a thread, and a forked reader must not meet one."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""


def work(queue: str, shared: Shared, slot: Slot) -> None:
    """Be the worker of one queue until told to stop (SIGTERM ends after the job at hand)."""
    global _current
    clock = SystemClock()
    resources = Resources(shared, slot, clock)
    _current = resources
    if queue == PROCESS_QUEUE:
        resources.reader.start()  # forked now, while this process has no thread
    resources.run(resources.fetcher.__aenter__())
    connection = connect(shared.redis_url, timeout=None)
    worker = LaneWorker(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        name=f"{queue}-{socket.gethostname()}-{os.getpid()}",
        connection=connection,
        serializer=JSONSerializer,
        maintenance_interval=MAINTENANCE,
    )
    worker.slot, worker.clock = slot, clock
    try:
        worker.work(with_scheduler=False, logging_level="WARNING")
    finally:
        resources.reader.close()
