"""The doorbell: RQ jobs by name, ids as arguments. What a job finds to do stands in the store, not here."""

from __future__ import annotations

from collections.abc import Sequence

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from monitor.errors import StoreError
from monitor.store import mapped_errors

PROCESS_QUEUE = "rasid-process"
DELIVER_QUEUE = "rasid-deliver"
JOBS = {PROCESS_QUEUE: "workers.jobs.process_item", DELIVER_QUEUE: "workers.sending.deliver_row"}
KEPT = 60  # seconds that RQ keeps a finished or failed job: long enough to look at, no more


def deliver_queue(receiver: str) -> str:
    """The lane of one receiver: a queue of its own, so that a stalled one holds up nobody else."""
    return f"{DELIVER_QUEUE}-{receiver}"


class Bell:
    """Rings one queue. `timeout` in seconds is RQ's own limit on a job."""

    def __init__(self, connection: redis.Redis, queue: str, timeout: float) -> None:
        family = next((name for name in JOBS if queue == name or queue.startswith(f"{name}-")), "")
        if not family:
            raise StoreError(f"no job is known for the queue {queue!r}")
        self._job = JOBS[family]
        self._timeout = round(timeout)
        self._queue = Queue(queue, connection=connection, serializer=JSONSerializer)

    def is_silent(self) -> bool:
        """No job waits, so every earlier bell has been heard or lost."""
        with mapped_errors():
            return self._queue.count == 0

    def ring(self, ids: Sequence[str]) -> None:
        """One job an id."""
        if not ids:
            return
        with mapped_errors():
            self._queue.enqueue_many(
                [
                    Queue.prepare_data(
                        self._job, args=(one,), timeout=self._timeout, result_ttl=0, failure_ttl=KEPT
                    )
                    for one in ids
                ]
            )
