"""Keeps the workers alive and the work moving: restarts, hard deadlines, and the sweeper.

The sweeper rings for every pending row that is due, takes back the claims of dead workers, and lets old
records go. It runs here because this process has no threads, no jobs and nothing else to do.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from monitor.canary import CANARY
from monitor.clock import Clock, to_ms
from monitor.config import Config, secrets
from monitor.errors import RasidError, StoreError
from monitor.jobqueue import PROCESS_QUEUE, Bell, deliver_queue
from monitor.log import hide
from monitor.reload import Reloader
from monitor.store import Store, open_store
from monitor.store.claims import Watch
from workers.desk import work as desk_work
from workers.process import die_with_parent
from workers.runtime import Shared, Slot, holder_name, work

log = logging.getLogger("rasid.supervisor")

DESK = "desk"
TICK = 0.25  # seconds between looks at the children
SWEEP = 0.5  # seconds between looks at the store
GRACE = 15.0  # seconds a job may run past RQ's own limit before its worker is killed
STOP_TIMEOUT = 8.0
PRUNE = 600.0


@dataclass
class Child:
    """One worker process and its slot."""

    queue: str
    pid: int
    slot: Slot
    started: float
    outdated: bool = False  # it finishes its job by the config before, and ends


@dataclass
class Supervisor:
    """Forks one worker a place in `lanes`, for ever."""

    shared: Shared
    clock: Clock
    parent: int  # our own parent; when it is gone we stop
    reloader: Reloader | None = None
    prepare: Callable[[Config], Shared] | None = None  # everything heavy, for a new config
    _children: list[Child] = field(default_factory=list)
    _stop: bool = False
    _watch: Watch = field(default_factory=Watch)
    _last_prune: float = 0.0
    _beats: int = 0
    _down_since: float | None = None
    _bells: dict[str, Bell] = field(default_factory=dict)

    def lanes(self) -> list[str]:
        """What to keep running: the desk, process workers, and a worker for each receiver's lane."""
        config = self.shared.config
        lanes = [DESK] + [PROCESS_QUEUE] * config.workers.process
        lanes += [
            deliver_queue(name) for name in sorted(config.receivers) for _ in range(config.workers.deliver)
        ]
        return [*lanes, deliver_queue(CANARY)] if config.watch.canary else lanes

    def run(self) -> None:
        """Until SIGTERM, SIGINT or the parent's end."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        store = open_store(self.shared.redis_url)
        next_sweep = 0.0
        while not self._stop and os.getppid() == self.parent:
            self._reload()
            self._reap(store)
            self._start_missing()
            self._kill_overdue()
            if self.clock.monotonic() >= next_sweep:
                self._sweep_safely(store)
                next_sweep = self.clock.monotonic() + SWEEP
            time.sleep(TICK)
        self._end_children()
        with suppress(StoreError):
            store.team.beat_ends(f"workers on {socket.gethostname()}")

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            if self.reloader:
                self.reloader.ask()
        else:
            self._stop = True

    def _reload(self) -> None:
        """Go on with the config file as it is now: workers finish their jobs and are replaced."""
        found = self.reloader.look(self.clock.monotonic()) if self.reloader else None
        if not found or not found.config or not self.prepare:
            return  # a refusal is told by the daemon
        hide(secrets(found.config))
        try:
            self.shared = self.prepare(found.config)
        except RasidError as error:
            log.error("the workers go on by the config before: %s", error.line())
            return
        log.info("workers are replaced: %s", "; ".join(found.changes))
        self._bells.clear()
        for child in self._children:
            child.outdated = True
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)

    # ------------------------------------------------------------ children

    def _start_missing(self) -> None:
        running = [child.queue for child in self._children if not child.outdated]
        for queue in self.lanes():
            if queue in running:
                running.remove(queue)
            else:
                self._children.append(self._fork(queue))

    def _fork(self, queue: str) -> Child:
        slot = Slot()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                die_with_parent()
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(number, signal.SIG_DFL)
                desk_work(self.shared, self.clock) if queue == DESK else work(queue, self.shared, slot)
                code = 0
            except StoreError as error:
                log.warning("%s worker ends: %s", queue, error.line())
            except Exception:
                log.exception("%s worker ends", queue)
            finally:
                sys.stdout.flush()
                os._exit(code)
        return Child(queue, pid, slot, self.clock.monotonic())

    def _reap(self, store: Store) -> None:
        for child in list(self._children):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            self._children.remove(child)
            phase, _, item = child.slot.get()[1].partition(" ")
            level = logging.DEBUG if child.outdated else logging.WARNING
            log.log(level, "%s worker %d ended (status %d)", child.queue, pid, status)
            if not child.outdated and self.clock.monotonic() - child.started < 1.0:
                time.sleep(0.5)  # it dies at once: do not spin
            with suppress(StoreError):  # else the claim is found standing still
                dead = holder_name(pid)
                now_ms = to_ms(self.clock.now())
                blamed = item if phase == "read" else ""
                store.claims.release_where(dead.__eq__, now_ms, reading=blamed)

    def _kill_overdue(self) -> None:
        limit = self.shared.config.workers.job_timeout + GRACE
        for child in self._children:
            since, what = child.slot.get()
            if since and self.clock.monotonic() - since > limit:
                log.error("%s worker %d hangs in %s; killing it", child.queue, child.pid, what or "a job")
                os.kill(child.pid, signal.SIGKILL)

    def _end_children(self) -> None:
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
        deadline = self.clock.monotonic() + STOP_TIMEOUT
        while self._children and self.clock.monotonic() < deadline:
            self._children = [one for one in self._children if os.waitpid(one.pid, os.WNOHANG)[0] == 0]
            time.sleep(0.02)
        for child in self._children:
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)

    # ------------------------------------------------------------ the sweeper

    def _sweep_safely(self, store: Store) -> None:
        try:
            self._sweep(store)
        except StoreError as error:
            if self._down_since is None:
                self._down_since = self.clock.monotonic()
                log.error("the store is away: %s", error.line())
            return
        if self._down_since is not None:
            log.warning("the store is back after %.0f s", self.clock.monotonic() - self._down_since)
            self._down_since = None

    def _sweep(self, store: Store) -> None:
        now_ms = to_ms(self.clock.now())
        self._beats += 1
        store.team.beat(f"workers on {socket.gethostname()}", {}, self._beats)
        patience = self.shared.config.workers.job_timeout + GRACE * 2
        store.claims.release_stuck(self._watch, self.clock.monotonic(), patience, now_ms)
        bell = self._bell(store, PROCESS_QUEUE)
        bell.ring(store.items.ring(now_ms, queue_empty=bell.is_silent()))
        for receiver in store.outbox.lanes():
            if receiver not in self.shared.config.receivers and receiver != CANARY:
                store.outbox.bury(receiver, now_ms, "this receiver is no longer in the config")
                continue
            bell = self._bell(store, deliver_queue(receiver))
            bell.ring(store.outbox.ring(receiver, now_ms, queue_empty=bell.is_silent()))
        if self.clock.monotonic() - self._last_prune > PRUNE or not self._last_prune:
            self._last_prune = self.clock.monotonic()
            self._prune(store, now_ms)

    def _bell(self, store: Store, queue: str) -> Bell:
        if queue not in self._bells:
            self._bells[queue] = Bell(store.client.redis, queue, self.shared.config.workers.job_timeout)
        return self._bells[queue]

    def _prune(self, store: Store, now_ms: int) -> None:
        keep = self.shared.config.retention
        items, alerts = now_ms - round(keep.items * 1000), now_ms - round(keep.alerts * 1000)
        store.items.prune(items, alerts)
        store.outbox.prune(alerts)
        store.feeds.forget_unlisted(items)
