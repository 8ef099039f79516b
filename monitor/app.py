"""Wiring: which processes run, in which order they start and stop.

rasid run = embedded Valkey (unless redis.url names a server)
          + supervisor process (forks the workers)
          + this process: the poller, and a watch over the other two
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from monitor.canary import CANARY, flying, is_wanted, perch, with_canary
from monitor.clock import Clock, to_ms
from monitor.config import Config, secrets
from monitor.embedded import EmbeddedServer, socket_url
from monitor.errors import RasidError, StoreError, UsageError
from monitor.harvest import Outcome
from monitor.http import Fetcher, policy
from monitor.log import hide
from monitor.migrate import prepare
from monitor.notify import Notifier, from_environment
from monitor.poller import Poller
from monitor.reload import Reloader
from monitor.store import Store, open_store, ping
from monitor.workforce import Options, Workers, workers_command

log = logging.getLogger("rasid.app")

ONCE_LIMIT = 900.0  # seconds after which `--once` gives up waiting for items and deliveries
WATCH = 0.5


@dataclass
class Summary:
    """What a finished run did."""

    outcomes: list[Outcome] = field(default_factory=list)
    finished: bool = True
    undelivered: int = 0
    error: str = ""  # why it had to end

    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.failed]


@contextmanager
def attached(config: Config) -> Iterator[Store]:
    """The store for a command that only looks: the running server's, else one started briefly."""
    url = redis_url(config)
    if url != "embedded":
        store = open_store(url)
        yield store
        store.close()
        return
    if ping(socket_url(config.data_dir)):
        store = open_store(socket_url(config.data_dir))
        yield store
        store.close()
        return
    with EmbeddedServer(config.data_dir) as server:
        store = open_store(server.url)
        yield store
        store.close()


@contextmanager
def serving(config: Config, clock: Clock) -> Iterator[tuple[Store, EmbeddedServer | None]]:
    """The store for a daemon, with its embedded server if it has one."""
    if redis_url(config) != "embedded":
        store = _prepared(open_store(redis_url(config)))
        yield store, None
        store.close()
        return
    with EmbeddedServer(config.data_dir) as server:
        store = _prepared(open_store(server.url))
        store.claims.release_all(to_ms(clock.now()))  # we hold the directory: nobody else is alive
        yield store, server
        store.close()


def _prepared(store: Store) -> Store:
    """The store, its data brought to this program's version. StoreError for data of a newer one."""
    for step in prepare(store):
        log.warning("the data was brought up to date: %s", step)
    return store


async def _keep_alive(parts: list[Callable[[], object]], stop: asyncio.Event) -> str:
    """Until told to stop, or until a part cannot be kept alive: then says why and stops the rest."""
    while not stop.is_set():
        for part in parts:
            try:
                await asyncio.to_thread(part)
            except RasidError as error:
                stop.set()
                return error.line()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WATCH)
    return ""


def stop_on_signals(stop: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM ask for an orderly stop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


def redis_url(config: Config) -> str:
    """Where the store is; may hold a password."""
    return config.redis.url.get_secret_value()


Beside = Callable[[Poller, asyncio.Event], Coroutine[Any, Any, None]]  # what runs beside the polls


def run(
    config: Config,
    options: Options,
    clock: Clock,
    *,
    once: bool,
    report: Callable[[Outcome], None],
    finish: Callable[[Store, Summary], None],
    until: Callable[[Store], bool] | None = None,
) -> Summary:
    """Everything on one machine. `until` ends an endless run when it says so; `finish` sees it last."""
    notifier = from_environment()
    with serving(config, clock) as (store, server):
        for warning in store.warnings():
            log.warning("%s", warning)
        nest = perch() if is_wanted(config) and not once else None
        port = nest.getsockname()[1] if nest else 0
        workers = Workers(options, server.url if server else redis_url(config), port)
        parts: list[Callable[[], object]] = [workers.keep_alive]
        if server:
            parts.append(server.keep_alive)
        try:
            current = Current(config)
            tasks: list[Beside] = [
                lambda _, stop: _notify(notifier, stop),
                lambda poller, stop: _reload(poller, stop, current, options, nest, workers),
                lambda _, stop: _show_board(current, store, clock, stop),
            ]
            beside = [] if once else tasks
            summary = asyncio.run(_poll(config, store, clock, parts, once, report, until, nest, beside))
        finally:
            notifier.stopping()
            workers.stop()
        finish(store, summary)
    return summary


async def _poll(
    config: Config,
    store: Store,
    clock: Clock,
    parts: list[Callable[[], object]],
    once: bool,
    report: Callable[[Outcome], None],
    until: Callable[[Store], bool] | None,
    nest: socket.socket | None = None,
    beside: Sequence[Beside] = (),
    *,
    far: bool = False,
) -> Summary:
    """Polls until told to stop. `nest`: a port for the canary; `far`: its workers may be on other machines."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    watch = asyncio.create_task(_keep_alive(parts, stop))
    summary = Summary()

    def note(outcome: Outcome) -> None:
        summary.outcomes.append(outcome) if once else None
        report(outcome)

    async with AsyncExitStack() as stack:
        if nest:
            await stack.enter_async_context(flying(nest, config.watch.canary or 0.0, clock, whole=far))
            config = with_canary(config, nest.getsockname()[1])
            await asyncio.to_thread(_forget_canaries, store, config)
        fetcher = await stack.enter_async_context(Fetcher(policy(config)))
        poller = Poller(config, store, fetcher, clock, clock.now(), note)
        if once:
            polls = asyncio.create_task(poller.once())
            await asyncio.wait({polls, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            summary.finished = await _settled(store, clock, stop, settled)
        else:
            polls_forever = asyncio.create_task(poller.forever(stop))
            others = [asyncio.create_task(one(poller, stop)) for one in beside]
            for other in others:
                other.add_done_callback(_tell_failure)
            if until:
                summary.finished = await _settled(store, clock, stop, until)
                stop.set()
            await polls_forever
            await asyncio.gather(*others, return_exceptions=True)
    stop.set()
    summary.error = await watch
    return summary


def _forget_canaries(store: Store, config: Config) -> None:
    """Drop what canaries of this machine left that fly no more."""
    mine = [feed.name for feed in config.feeds if feed.outlet == CANARY]
    ours = f"{CANARY} of {socket.gethostname()}:"
    store.feeds.forget([name for name in store.feeds.states() if name.startswith(ours) and name not in mine])


async def _notify(notifier: Notifier, stop: asyncio.Event) -> None:
    """Tell systemd that we are ready, and then that the loop turns."""
    notifier.ready()
    while not stop.is_set():
        notifier.alive()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), notifier.watchdog or None)


def _tell_failure(task: asyncio.Task[None]) -> None:
    """What runs beside the polls must not end them, nor fail unseen."""
    if not task.cancelled() and (error := task.exception()):
        log.error("a part of the daemon has ended", exc_info=error)


@dataclass
class Current:
    """The config in force, and an event that is set when it has changed."""

    config: Config
    changed: asyncio.Event = field(default_factory=asyncio.Event)


async def _show_board(current: Current, store: Store, clock: Clock, stop: asyncio.Event) -> None:
    """Answer on the board, by the config in force. Without a port the rest goes on: alerts matter more."""
    from monitor.board import serve
    from workers.places import load

    while not stop.is_set():
        current.changed.clear()
        gazetteer = await asyncio.to_thread(load, current.config.places.files)
        over = asyncio.Event()
        work = asyncio.create_task(serve(current.config, store, clock, over, gazetteer.knows))
        ends = [asyncio.create_task(event.wait()) for event in (stop, current.changed)]
        await asyncio.wait([work, *ends], return_when=asyncio.FIRST_COMPLETED)
        over.set()
        for one in ends:
            one.cancel()
        try:
            await work
        except RasidError as error:
            log.error("there is no board: %s", error.line())
            return


async def _reload(
    poller: Poller,
    stop: asyncio.Event,
    current: Current,
    options: Options,
    nest: socket.socket | None,
    workers: Workers | None,
) -> None:
    """Follow the config file: the poller goes on with it; the workers look after themselves."""
    from workers.check import check

    reloader = Reloader(
        options.config_path, os.environ, current.config, lambda one: check(one, str(options.config_path))
    )

    def asked() -> None:
        reloader.ask()
        if workers:
            workers.reload()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked)
    while not stop.is_set():
        found = await asyncio.to_thread(reloader.look, poller.clock.monotonic())
        for line in found.refusal.splitlines() if found else ():
            log.error("the edited config is refused, the running one stays: %s", line)
        if found and found.config:
            hide(secrets(found.config))
            for line in found.changes:
                log.warning("the config has changed: %s", line)
            changed = with_canary(found.config, nest.getsockname()[1]) if nest else found.config
            poller.fetcher.obey(policy(changed))
            await poller.apply(changed)
            current.config = found.config
            current.changed.set()
        if found:
            with suppress(StoreError):
                lines = found.changes or ("refused:", *found.refusal.splitlines())
                await asyncio.to_thread(poller.store.team.config_changed, poller.clock.now(), lines)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WATCH)


def settled(store: Store) -> bool:
    """Every item is processed and every delivery was tried."""
    return store.items.waiting() == 0 and store.outbox.untried() == 0


async def _settled(
    store: Store, clock: Clock, stop: asyncio.Event, condition: Callable[[Store], bool]
) -> bool:
    deadline = clock.monotonic() + ONCE_LIMIT
    while not stop.is_set() and clock.monotonic() < deadline:
        with suppress(StoreError):  # it is being restarted: ask again
            if await asyncio.to_thread(condition, store):
                return True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.2)
    return False


def poll_only(config: Config, options: Options, clock: Clock, report: Callable[[Outcome], None]) -> None:
    """The role `rasid poll`: a poller on a shared Redis."""
    _needs_shared(config, "poll")
    store = _prepared(open_store(redis_url(config)))
    nest = perch() if is_wanted(config) else None
    tasks: list[Beside] = [lambda poller, stop: _reload(poller, stop, Current(config), options, nest, None)]
    asyncio.run(_poll(config, store, clock, [], False, report, None, nest, tasks, far=True))
    store.close()


def work_only(config: Config, options: Options) -> int:
    """The role `rasid work`: a supervisor and its workers on a shared Redis; becomes that process."""
    _needs_shared(config, "work")
    _prepared(open_store(redis_url(config))).close()
    return subprocess.run(workers_command(options, redis_url(config)), check=False).returncode


def _needs_shared(config: Config, role: str) -> None:
    if redis_url(config) == "embedded":
        raise UsageError(
            f"`rasid {role}` needs a Redis that its fellows can reach, but redis.url is `embedded`",
            cure="set redis.url to redis://HOST:6379, or use `rasid run`, which is everything in one",
        )
