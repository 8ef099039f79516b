"""The sweeper against a real server: whatever is overdue is rung again, whoever heard the first bell."""

from __future__ import annotations

import os
from dataclasses import replace

from monitor.clock import SystemClock
from monitor.config import Config
from monitor.jobqueue import PROCESS_QUEUE, Bell, deliver_queue
from monitor.store import Store
from tests.contract.test_store import ITEM, MS, ROW, deliverable, ingest
from workers import classify, places
from workers.runtime import Shared
from workers.supervisor import Supervisor

RECEIVERS = {"receivers": {"console": {}}}


def supervisor(store: Store, config: Config) -> Supervisor:
    shared = Shared(config, classify.load(), places.Gazetteer([]), "unused")
    return Supervisor(shared, SystemClock(), os.getppid())


def waiting(store: Store, queue: str) -> bool:
    return not Bell(store.client.redis, queue, 60).is_silent()


def test_overdue_rows_are_rung_and_a_removed_receiver_s_are_dead_letters(store: Store) -> None:
    deliverable(store)
    ingest(store, replace(ITEM, id="it_2"))
    store.client.redis.delete(f"rq:queue:{deliver_queue('console')}", f"rq:queue:{PROCESS_QUEUE}")
    supervisor(store, Config.model_validate(RECEIVERS))._sweep(store)
    assert waiting(store, deliver_queue("console"))
    assert waiting(store, PROCESS_QUEUE)
    supervisor(store, Config.model_validate({"receivers": {"other": {"console": {}}}}))._sweep(store)
    assert [(row.state, row.error) for row in store.outbox.rows()] == [
        ("dead", "this receiver is no longer in the config")
    ]


def test_after_a_start_no_bell_counts_that_a_dead_worker_heard(store: Store) -> None:
    deliverable(store)
    ingest(store, replace(ITEM, id="it_2"))
    assert store.items.ring(MS, queue_empty=True) == ["it_2"]
    assert store.outbox.ring("console", MS, queue_empty=True) == [ROW.id]
    assert store.items.ring(MS, queue_empty=True) == store.outbox.ring("console", MS, queue_empty=True) == []
    store.claims.release_all(MS)
    assert store.items.ring(MS, queue_empty=False) == ["it_2"]
    assert store.outbox.ring("console", MS, queue_empty=False) == [ROW.id]
