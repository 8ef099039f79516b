"""Polls feeds: fetch, parse, decide, INGEST, ring. Every poll ends in one outcome that sets the next.

due feed -> lease -> conditional GET -> 304 or same body? -> parse -> decide -> INGEST -> ring
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import random
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.clock import Clock, iso, parse_iso, to_ms
from monitor.config import Config, FeedConfig
from monitor.decide import Decision, decide, identity, may_page
from monitor.errors import FetchError, ParseError, StaleError, StoreError
from monitor.http import Fetched, Fetcher, retry_after
from monitor.jobqueue import PROCESS_QUEUE, Bell
from monitor.models import Entry, FeedDocument, Item, Json
from monitor.parse import parse
from monitor.schedule import next_poll
from monitor.store import Batch, Store
from monitor.text import one_line

log = logging.getLogger("rasid.poller")

CONCURRENCY = 50  # polls under way at once
DEAD_LEASE = 60.0  # seconds of our own time that a foreign lease must stand still
FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one poll ended: `reason` names it, `message` and `cure` are for a person when it failed."""

    feed: str
    reason: str
    new: int = 0
    changed: int = 0
    message: str = ""
    cure: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.message)


@dataclass
class Poller:
    """Polls every feed of a config against one store. `started` is the daemon's start."""

    config: Config
    store: Store
    fetcher: Fetcher
    clock: Clock
    started: datetime
    report: Callable[[Outcome], None] = lambda _: None
    _leases: dict[str, tuple[str, float]] = field(default_factory=dict)
    _due: dict[str, datetime] = field(default_factory=dict)
    _holder: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:poller")

    async def once(self) -> list[Outcome]:
        """Poll every feed one time."""
        slots = asyncio.Semaphore(CONCURRENCY)

        async def one(feed: FeedConfig) -> Outcome:
            async with slots:
                return await self._poll_safely(feed)

        return list(await asyncio.gather(*(one(feed) for feed in self.config.feeds)))

    async def forever(self, stop: asyncio.Event) -> None:
        """Poll each feed when it is due, until told to stop; polls under way are finished first."""
        running: dict[str, asyncio.Task[Outcome]] = {}
        await self._spread_start()
        while not stop.is_set():
            now = self.clock.now()
            running = {name: task for name, task in running.items() if not task.done()}
            for feed in self.config.feeds:
                free = feed.name not in running and len(running) < CONCURRENCY
                if free and self._clamped_due(feed, now) <= now:
                    running[feed.name] = asyncio.create_task(self._poll_safely(feed))
            try:
                await asyncio.wait_for(stop.wait(), 0.25)
            except TimeoutError:
                continue
        if running:
            await asyncio.wait(running.values(), timeout=self.config.http.timeout)

    async def _spread_start(self) -> None:
        """Feeds keep their own due times; overdue ones are spread, so that a start is no stampede."""
        states = await asyncio.to_thread(self.store.feeds.states)
        now = self.clock.now()
        spread = min(self.config.polling.min_interval, 0.05 * len(self.config.feeds))
        for feed in self.config.feeds:
            saved = states.get(feed.name, {}).get("next")
            due = parse_iso(saved) if saved else now
            self._due[feed.name] = max(due, now + timedelta(seconds=random.uniform(0, spread)))

    def _clamped_due(self, feed: FeedConfig, now: datetime) -> datetime:
        """A due time further off than any interval comes of a clock that was set back: due now."""
        due = self._due.get(feed.name, now)
        longest = max(self.config.polling.max_interval, _interval(feed, self.config) or 0.0) * 1.5 + 86_400
        return due if due <= now + timedelta(seconds=longest) else now

    async def _poll_safely(self, feed: FeedConfig) -> Outcome:
        try:
            outcome = await self._poll(feed)
        except StoreError as error:  # nothing was marked seen; the feed is polled again as soon as it can be
            pause = min(5.0, self.config.polling.min_interval)
            self._due[feed.name] = self.clock.now() + timedelta(seconds=pause)
            outcome = Outcome(feed.name, error.reason, message=str(error), cure=error.cure)
        self.report(outcome)
        return outcome

    async def _poll(self, feed: FeedConfig) -> Outcome:
        token = await asyncio.to_thread(self._take_lease, feed.name)
        if not token:
            self._due[feed.name] = self.clock.now() + timedelta(seconds=1)
            return Outcome(feed.name, "polled_elsewhere")
        state = await asyncio.to_thread(self.store.feeds.state, feed.name)
        await self._host_turn(feed.url)
        batch: list[Batch] = []
        try:
            fetched = await self._fetch(feed, state)
            outcome, batch, changes = await asyncio.to_thread(self._digest, feed, state, fetched)
            state = {**state, **changes, "errors": 0, "error": "", "cure": ""}
        except (FetchError, ParseError) as error:
            outcome = Outcome(feed.name, error.reason, message=one_line(str(error), 400), cure=error.cure)
            fetched = None
            wait = error.retry_after if isinstance(error, FetchError) else None
            failed = {"error": outcome.message, "cure": outcome.cure, "retry_after": wait}
            state = {**state, **failed, "errors": int(state.get("errors", 0)) + 1}
        state = self._schedule(feed, state, outcome, fetched)
        written = await asyncio.to_thread(self._ingest, feed, token, batch, state)
        if written:
            log.info("%s: %d new, %d changed", feed.name, outcome.new, outcome.changed)
        return outcome

    def _take_lease(self, feed: str) -> str:
        """The feed's lease, or "" while another poller has it and may be alive."""
        found, since = self._leases.get(feed, ("", 0.0))
        dead = found if found and self.clock.monotonic() - since > DEAD_LEASE else ""
        token, held = self.store.feeds.take_lease(feed, self._holder, dead)
        if token:
            self._leases.pop(feed, None)
        elif held != found:
            self._leases[feed] = (held, self.clock.monotonic())
        return token

    async def _host_turn(self, url: str) -> None:
        """Wait for our turn at the feed's host."""
        host, delay = urlsplit(url).netloc, self.config.http.per_host.delay
        ask = self.store.feeds.host_wait
        while wait := await asyncio.to_thread(ask, host, to_ms(self.clock.now()), delay):
            await asyncio.sleep(wait)

    async def _fetch(self, feed: FeedConfig, state: Json) -> Fetched:
        headers = {"Accept": FEED_TYPES}
        if state.get("etag"):
            headers["If-None-Match"] = state["etag"]
        if state.get("last_modified"):
            headers["If-Modified-Since"] = state["last_modified"]
        fetched = await self.fetcher.get(feed.url, headers=headers, allow_private=True)
        if fetched.status not in (200, 304):
            raise _refused(fetched, self.clock.now())
        return fetched

    def _digest(self, feed: FeedConfig, state: Json, fetched: Fetched) -> tuple[Outcome, list[Batch], Json]:
        """What a good answer brings: the outcome, the entries to store, the changes of state."""
        now = self.clock.now()
        changes: Json = {"last_success": iso(now), "retry_after": None, "status": fetched.status}
        if fetched.status == 304:
            return Outcome(feed.name, "not_modified"), [], changes
        body_hash = hashlib.sha256(fetched.body).hexdigest()[:32]
        changes |= {
            "etag": fetched.headers.get("etag", ""),
            "last_modified": fetched.headers.get("last-modified", ""),
            "body": body_hash,
        }
        if body_hash == state.get("body"):
            return Outcome(feed.name, "same_body"), [], changes
        content_type = fetched.headers.get("content-type", "")
        document = parse(fetched.body, content_type, url=fetched.url, encoding=feed.encoding, now=now)
        batch, counts = self._accept(feed, state, document, now)
        changes |= {
            "format": document.format,
            "entries": len(document.entries),
            "notes": list(document.notes),
            "rate": _entries_a_day(document, now),
        }
        if "baseline" not in state:
            changes["baseline"] = iso(self.started - timedelta(seconds=self.config.polling.backlog))
        outcome = Outcome(feed.name, "fetched", counts["new"], counts["changed"])
        return outcome, batch, changes

    def _accept(
        self, feed: FeedConfig, state: Json, document: FeedDocument, now: datetime
    ) -> tuple[list[Batch], Counter[str]]:
        """The entries of a document as items, each with the keys it is known by."""
        keys = [key for entry in document.entries for key in identity(entry)]
        known = self.store.feeds.known(feed.outlet, keys)
        decisions = decide(document.entries, known, outlet=feed.outlet)
        for decision in decisions:
            log.debug("%s: %s (%s) %s", feed.name, decision.kind, decision.reason, decision.item_id)
        batch = [Batch(self._item(feed, state, decision, now), decision.keys) for decision in decisions]
        return batch, Counter(decision.kind for decision in decisions)

    def _item(self, feed: FeedConfig, state: Json, decision: Decision, now: datetime) -> Item:
        entry: Entry = decision.entry
        first = "baseline" not in state
        start = self.started - timedelta(seconds=self.config.polling.backlog)
        baseline = start if first else parse_iso(state["baseline"])
        pages, why = may_page(entry.published, now, first_poll=first, baseline=baseline)
        return Item(
            id=decision.item_id,
            revision=0,
            feed=feed.name,
            outlet=feed.outlet,
            url=entry.link or feed.url,
            title=one_line(entry.title, 500),
            summary=entry.summary,
            content=entry.content,
            published=entry.published,
            seen=now,
            fingerprint=decision.fingerprint,
            lang=feed.lang,
            country=feed.country,
            tier=feed.tier,
            pages=pages,
            quiet="" if pages else why,
        )

    def _schedule(self, feed: FeedConfig, state: Json, outcome: Outcome, fetched: Fetched | None) -> Json:
        """When the feed is polled next, and why then."""
        now = self.clock.now()
        polling = self.config.polling
        due, why = next_poll(
            now,
            interval=_interval(feed, self.config),
            min_interval=polling.min_interval,
            max_interval=polling.max_interval,
            errors=int(state.get("errors", 0)),
            retry_after=state.get("retry_after"),
            cache_max_age=_max_age(fetched),
            rate_per_day=float(state.get("rate", 0.0)),
            jitter=random.random(),
        )
        self._due[feed.name] = due
        return {**state, "polled": iso(now), "next": iso(due), "why_next": why, "outcome": outcome.reason}

    def _ingest(self, feed: FeedConfig, token: str, batch: list[Batch], state: Json) -> list[str]:
        now_ms = to_ms(self.clock.now())
        try:
            written = self.store.feeds.ingest(feed.name, token, feed.outlet, batch, state, now_ms)
        except StaleError:
            log.warning("%s: another poller took over meanwhile; nothing of this poll was kept", feed.name)
            return []
        if written:
            bell = Bell(self.store.client.redis, PROCESS_QUEUE, self.config.workers.job_timeout)
            bell.ring(self.store.items.ring(now_ms, queue_empty=bell.is_silent()))
        return written


def _interval(feed: FeedConfig, config: Config) -> float | None:
    """The interval somebody set, in seconds; None where the feed's own pace decides."""
    return feed.interval if feed.interval is not None else config.polling.interval


def _refused(fetched: Fetched, now: datetime) -> FetchError:
    cures = {
        401: "the feed wants a login",
        403: "the outlet refuses our agent: set http.contact, or ask them to let us in",
        404: "look up the feed's new address on the outlet's page",
        406: "the outlet refuses our agent: set http.contact, or ask them to let us in",
        410: "the outlet has closed this feed: remove it from the config",
        429: "the outlet asks for fewer requests: a longer interval helps",
    }
    cure = cures.get(fetched.status, "it is tried again by itself")
    wait = retry_after(fetched.headers, now)
    return FetchError(
        f"HTTP {fetched.status} from {fetched.url}",
        reason=f"http_{fetched.status}",
        cure=cure,
        status=fetched.status,
        retry_after=wait,
    )


def _max_age(fetched: Fetched | None) -> float | None:
    """Seconds of `Cache-Control: max-age`, if the answer has one."""
    for part in (fetched.headers.get("cache-control", "") if fetched else "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.isdigit():
            return float(min(int(value), 86_400))
    return None


def _entries_a_day(document: FeedDocument, now: datetime) -> float:
    """The feed's own rate, from the dates of its last week."""
    ages = [(now - entry.published).total_seconds() for entry in document.entries if entry.published]
    recent = [age for age in ages if 0 <= age <= 7 * 86_400]
    return round(len(recent) * 86_400 / max(max(recent), 3_600), 2) if recent else 0.0
