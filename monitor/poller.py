"""Polls feeds: due -> host's turn -> lease -> visit -> INGEST -> ring. Every poll ends in one named outcome.

What a visit asks for and brings stands in `visits` and `harvest`; who is due stands in `agenda`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.agenda import Agenda
from monitor.canary import CANARY
from monitor.clock import Clock, iso, parse_iso, to_ms
from monitor.config import Config, FeedConfig
from monitor.errors import FetchError, ParseError, StaleError, StoreError
from monitor.harvest import Begun, Harvest, Harvester, Outcome, demand, interval_of
from monitor.http import Fetcher
from monitor.jobqueue import PROCESS_QUEUE, Bell
from monitor.models import Json
from monitor.schedule import allocate
from monitor.store import Store, host_of
from monitor.text import one_line
from monitor.visits import address, after_failure, of_this_address
from monitor.watch import UPLINK_REASONS, Uplink

log = logging.getLogger("rasid.poller")

CONCURRENCY = 50  # polls under way at once
TICK = 0.25  # seconds between looks at the agenda when nothing else wakes us
BEAT_EVERY = 5.0  # seconds between signs of life
STIRRED_EVERY = 2.0  # seconds between looks for outlets that an alert came of
SHARED_EVERY = 600.0  # seconds between looks at all rhythms, to share out the requests
ROBOTS, ROBOTS_EVERY = "robots.txt of ", 3600.0
UPLINK = "(all feeds)"
UPLINK_MESSAGE = "nearly no host can be reached: it is our own line or name server, not the outlets"
UPLINK_CURE = (
    "look at this machine's network; the feeds are asked on, and nothing that they still list is lost"
)
START_RATE = 20.0  # overdue feeds begun a second after a start


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why a feed is not polled now, and in how many seconds it may be."""

    reason: str  # polled_elsewhere | host_waits
    host: str
    wait: float


@dataclass
class Poller:
    """Polls every feed of a config against one store. `started` is the daemon's start."""

    config: Config
    store: Store
    fetcher: Fetcher
    clock: Clock
    started: datetime
    report: Callable[[Outcome], None] = lambda _: None
    _agenda: Agenda = field(init=False)
    _feeds: dict[str, FeedConfig] = field(init=False)
    _leases: dict[str, tuple[str, float]] = field(default_factory=dict)  # foreign ones: beat, since when seen
    _polled: dict[str, str] = field(default_factory=dict)  # when each feed was last polled, as far as we know
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _holder: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    )
    _stirred_at: float = 0.0
    _beat_at: float = -BEAT_EVERY
    _beats: int = 0
    _shared_at: float = 0.0
    _uplink: Uplink = field(default_factory=Uplink)
    _line_down: bool = False
    _robots: dict[str, float] = field(default_factory=dict)  # host -> when its robots.txt was last thought of

    def __post_init__(self) -> None:
        self._agenda = Agenda(self.config.http.per_host.concurrency)
        self._feeds = {feed.name: feed for feed in self.config.feeds}
        self._harvester = Harvester(self.config, self.store, self.fetcher, self.clock, self.started)

    async def once(self) -> list[Outcome]:
        """Poll every feed one time."""
        for feed in self.config.feeds:
            self._agenda.put(feed.name, host_of(feed.url), self.clock.monotonic())
        ended: dict[str, Outcome] = {}
        await self._rounds(asyncio.Event(), ended)
        return [ended[feed.name] for feed in self.config.feeds]

    async def forever(self, stop: asyncio.Event) -> None:
        """Poll each feed when it is due, until told to stop; polls under way are finished first."""
        await self._plan_start()
        await self._rounds(stop, None)
        with suppress(StoreError):
            await asyncio.to_thread(self.store.team.beat_ends, self._part())

    async def apply(self, config: Config) -> None:
        """Go on with another config: what stays keeps its state and its next poll, what is new is polled soon."""
        before, self.config = self._feeds, config
        self._feeds = {feed.name: feed for feed in config.feeds}
        self._harvester.config = config
        self._agenda.at_once = config.http.per_host.concurrency
        for name in before:
            if self._feeds.get(name) != before[name]:
                self._agenda.drop(name)
        fresh = [feed for feed in config.feeds if before.get(feed.name) != feed]
        await self._plan(fresh)

    async def _plan_start(self) -> None:
        """Feeds keep their own due times."""
        await self._plan(self.config.feeds)

    async def _plan(self, feeds: Sequence[FeedConfig]) -> None:
        """Plan feeds by what the store knows; overdue ones are spread, so that a start is no stampede."""
        states = await asyncio.to_thread(self.store.feeds.states)
        await asyncio.to_thread(self._share_out, states)
        now, monotonic = self.clock.now(), self.clock.monotonic()
        spread = min(self.config.polling.min_interval, len(feeds) / START_RATE)
        for feed in feeds:
            state = states.get(feed.name, {})
            self._polled[feed.name] = str(state.get("polled", ""))
            wait = self._wait(feed, state, now)
            wait = wait if wait > 0 else random.uniform(0, spread)
            self._agenda.put(feed.name, host_of(address(feed, state)), monotonic + wait)

    def _share_out(self, states: dict[str, Json]) -> None:
        """What every feed gets of the requests, by the rhythms known now."""
        polling = self.config.polling
        self._harvester.plan = allocate(
            [demand(feed, states.get(feed.name, {}), self.config) for feed in self.config.feeds],
            polling.budget,
            now=self.clock.now(),
            min_interval=polling.min_interval,
            max_interval=polling.max_interval,
        )
        self._shared_at = self.clock.monotonic()

    def _wait(self, feed: FeedConfig, state: Json, now: datetime) -> float:
        """Seconds until a feed's stored due time; one further off than any wait comes of a clock set back."""
        if state.get("source", feed.url) != feed.url:
            return 0.0  # the config names another address now
        wait = (parse_iso(state["next"]) - now).total_seconds() if state.get("next") else 0.0
        longest = max(self.config.polling.max_interval, feed.interval or 0.0) * 1.5 + 90_000
        return wait if wait <= longest else 0.0

    # ------------------------------------------------------------ rounds

    async def _rounds(self, stop: asyncio.Event, ended: dict[str, Outcome] | None) -> None:
        """Until told to stop; or, with `ended`, until it holds an outcome of every feed."""
        running: set[asyncio.Task[None]] = set()
        while not stop.is_set() and (ended is None or len(ended) < len(self._feeds)):
            for name in self._agenda.take(self.clock.monotonic(), CONCURRENCY - len(running)):
                task = asyncio.create_task(self._turn_to(name, ended))
                running.add(task)
                task.add_done_callback(running.discard)
                task.add_done_callback(lambda _: self._wake.set())
            if ended is None:
                await self._look_round()
            await self._pause(stop)
        if running:
            await asyncio.wait(running, timeout=self.config.http.timeout)

    async def _pause(self, stop: asyncio.Event) -> None:
        """Until a poll ends, a feed is due, or we are told to stop."""
        due = self._agenda.next_due()
        wait = TICK if due is None else min(max(due - self.clock.monotonic(), 0.001), TICK)
        waiting = [asyncio.ensure_future(event.wait()) for event in (stop, self._wake)]
        await asyncio.wait(waiting, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        self._wake.clear()

    async def _look_round(self) -> None:
        """Now and then: which outlets brought alerts, and how the requests are shared out."""
        monotonic = self.clock.monotonic()
        try:
            if monotonic - self._beat_at >= BEAT_EVERY:
                self._beat_at = monotonic
                await self._show_life()
            if monotonic - self._stirred_at >= STIRRED_EVERY:
                self._stirred_at = monotonic
                await self._hasten_stirred()
            if monotonic - self._shared_at >= SHARED_EVERY:
                self._shared_at = monotonic
                states = await asyncio.to_thread(self.store.feeds.states)
                await asyncio.to_thread(self._share_out, states)  # it takes a while with thousands of feeds
        except StoreError as error:
            log.debug("the store is away: %s", error)  # the polls themselves tell it

    async def _show_life(self) -> None:
        """What the desk watches us by."""
        self._beats += 1
        flies = any(feed.outlet == CANARY for feed in self.config.feeds)
        facts = {"uplink_down": self._line_down, "canary": iso(self.started) if flies else ""}
        await asyncio.to_thread(self.store.team.beat, self._part(), facts, self._beats)

    def _part(self) -> str:
        return f"poller on {socket.gethostname()}"

    async def _hasten_stirred(self) -> None:
        """An alert came of an outlet: its feeds are asked soon, and more often for a while."""
        now_ms = to_ms(self.clock.now())
        self._harvester.stirred = await asyncio.to_thread(self.store.feeds.stirred, now_ms)
        soon = self.clock.monotonic() + self.config.polling.min_interval
        for feed in self.config.feeds if self._harvester.stirred else ():
            if feed.outlet in self._harvester.stirred and interval_of(feed, self.config) is None:
                self._agenda.hasten(feed.name, soon)

    async def _turn_to(self, name: str, ended: dict[str, Outcome] | None) -> None:
        """What the agenda has next: a feed, or a host's robots.txt."""
        if name.startswith(ROBOTS):
            await self._read_robots(name)
        elif name in self._feeds:
            await self._poll_and_plan(self._feeds[name], ended)
        else:  # the config lists it no more
            self._agenda.done(name)

    async def _poll_and_plan(self, feed: FeedConfig, ended: dict[str, Outcome] | None) -> None:
        """One poll; the feed is planned again unless this was its only one."""
        try:
            outcome, host, wait = await self._poll(feed)
        except StaleError as error:
            log.warning("%s", error)
            outcome, host, wait = Outcome(feed.name, "polled_elsewhere"), host_of(feed.url), 1.0
        except StoreError as error:  # nothing was marked seen; the feed is polled again as soon as it can be
            outcome = Outcome(feed.name, error.reason, message=str(error), cure=error.cure)
            host, wait = host_of(feed.url), min(5.0, self.config.polling.min_interval)
        except Exception as error:  # one feed's surprise must not end the watch over the others
            log.exception("%s: the poll failed", feed.name)
            outcome = Outcome(
                feed.name, "internal", message=f"{type(error).__name__}: {error}", cure="tell us"
            )
            host, wait = host_of(feed.url), self.config.polling.min_interval
        if outcome.reason == "host_waits":
            self._agenda.wait(feed.name, self.clock.monotonic() + wait)
            return
        self._agenda.done(feed.name)
        if outcome.reason != "polled_elsewhere" or ended is not None:
            self._tell(outcome, host)
        if ended is not None:
            ended[feed.name] = outcome
            return
        current = self._feeds.get(feed.name)
        if current is None:  # taken out of the config meanwhile
            return
        if current != feed:
            host, wait = host_of(current.url), 0.05
        if not outcome.failed:
            await self._plan_robots(f"{urlsplit(feed.url).scheme}://{host}/")
        self._agenda.put(feed.name, host, self.clock.monotonic() + wait)

    def _tell(self, outcome: Outcome, host: str) -> None:
        """Report an outcome; while our own line is down, one report of that stands for all."""
        down = self._uplink.note(host, outcome.reason)
        if down and not self._line_down:
            self.report(Outcome(UPLINK, "uplink", message=UPLINK_MESSAGE, cure=UPLINK_CURE))
        if self._line_down and not down:
            self.report(Outcome(UPLINK, "back"))
        self._line_down = down
        if not (down and outcome.reason in UPLINK_REASONS):
            self.report(outcome)

    # ------------------------------------------------------------ one poll

    async def _poll(self, feed: FeedConfig) -> tuple[Outcome, str, float]:
        """One poll: how it ended, the host to be asked next, and in how many seconds."""
        begun = await asyncio.to_thread(self._begin, feed)
        if isinstance(begun, NotNow):
            return Outcome(feed.name, begun.reason), begun.host, begun.wait
        harvest = None
        try:
            harvest = await self._visit(feed, begun)
        finally:
            written = await asyncio.to_thread(self._end, feed, begun, harvest)
        if written:
            log.info("%s: %d new, %d changed", feed.name, harvest.outcome.new, harvest.outcome.changed)
        wait = self._wait(feed, harvest.state, self.clock.now())
        return harvest.outcome, host_of(address(feed, harvest.state)), max(wait, 0.05)

    def _begin(self, feed: FeedConfig) -> Begun | NotNow:
        """The feed's lease and its host's turn; neither while another poller has them and may be alive."""
        found, since = self._leases.get(feed.name, ("", 0.0))
        patience = (
            self.config.http.timeout * 1.5 + 5.0
        )  # a living poller shows itself before every further request
        dead = found if found and self.clock.monotonic() - since > patience else ""
        token, held, state = self.store.feeds.begin_poll(feed.name, self._holder, dead)
        if not token:
            if held != found:
                self._leases[feed.name] = (held, self.clock.monotonic())
            return NotNow("polled_elsewhere", host_of(feed.url), 1.0)
        self._leases.pop(feed.name, None)
        host, polled = host_of(address(feed, state)), str(state.get("polled", ""))
        if self._polled.setdefault(feed.name, polled) != polled:
            # Another poller was here since we last looked: its plan is ours.
            self._polled[feed.name] = polled
            self.store.feeds.give_back(feed.name, token)
            return NotNow("polled_elsewhere", host, max(self._wait(feed, state, self.clock.now()), 0.5))
        holder = self._turn_of(feed.name)
        if wait := self._harvester.turn(host, holder):
            self.store.feeds.give_back(feed.name, token)
            return NotNow("host_waits", host, wait)
        return Begun(token, host, holder, state)

    def _end(self, feed: FeedConfig, begun: Begun, harvest: Harvest | None) -> list[str]:
        """Store what was brought and give the turn back; the ids of the items that are new or changed."""
        try:
            if harvest is None:
                self.store.feeds.give_back(feed.name, begun.token)
                return []
            self._polled[feed.name] = harvest.state["polled"]
            return self._ingest(feed, begun.token, harvest)
        finally:
            self.store.hosts.done(begun.host, begun.holder)

    def _turn_of(self, feed: str) -> str:
        return f"{self._holder} {feed}"

    async def _plan_robots(self, url: str) -> None:
        """Have a host's robots.txt read once a day, in its turn."""
        host, monotonic = host_of(url), self.clock.monotonic()
        if monotonic - self._robots.get(host, -ROBOTS_EVERY) < ROBOTS_EVERY:
            return
        self._robots[host] = monotonic
        if await asyncio.to_thread(self.store.hosts.robots_due, host, to_ms(self.clock.now())):
            self._agenda.put(ROBOTS + url, host, monotonic)

    async def _read_robots(self, name: str) -> None:
        url = name.removeprefix(ROBOTS)
        host, holder = host_of(url), self._turn_of(name)
        try:
            wait = await asyncio.to_thread(self._harvester.turn, host, holder)
            if wait:
                self._agenda.wait(name, self.clock.monotonic() + wait)
                return
            await self._harvester.read_robots(url)
            await asyncio.to_thread(self.store.hosts.done, host, holder)
        except StoreError as error:
            log.debug("robots.txt of %s is not kept: %s", host, error)
        self._agenda.done(name)

    async def _visit(self, feed: FeedConfig, begun: Begun) -> Harvest:
        """Ask, read, decide; a failure is an outcome too. StaleError if the feed was taken over meanwhile."""
        state, fetched = of_this_address(feed, begun.state), None
        try:
            fetched, in_full = await self._harvester.fetch(feed, state)
            harvest = await self._harvester.gather(feed, state, fetched, begun, in_full=in_full)
        except (FetchError, ParseError) as error:
            wait = error.retry_after if isinstance(error, FetchError) else None
            message = one_line(str(error), 400)
            state = after_failure(state, error, message, wait, self.clock.now())
            harvest = Harvest(Outcome(feed.name, error.reason, message=message, cure=error.cure), (), state)
            if wait and isinstance(error, FetchError) and error.status in (429, 503):
                until = to_ms(self.clock.now() + timedelta(seconds=wait))
                host = host_of(address(feed, state))
                await asyncio.to_thread(self.store.hosts.hold, host, until)
        return self._harvester.planned(feed, harvest, fetched)

    def _ingest(self, feed: FeedConfig, token: str, harvest: Harvest) -> list[str]:
        now_ms = to_ms(self.clock.now())
        try:
            written = self.store.feeds.ingest(
                feed.name, token, feed.outlet, harvest.batch, harvest.state, now_ms
            )
        except StaleError:
            log.warning("%s: another poller took over meanwhile; nothing of this poll was kept", feed.name)
            return []
        if written:
            bell = Bell(self.store.client.redis, PROCESS_QUEUE, self.config.workers.job_timeout)
            bell.ring(self.store.items.ring(now_ms, queue_empty=bell.is_silent()))
        return written
