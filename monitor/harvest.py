"""What a visit brings in: fetch -> read -> decide -> watch -> plan. The poller stores it in one step."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.clock import Clock, iso, parse_iso
from monitor.config import Config, FeedConfig
from monitor.decide import Decision, decide, identity, may_page
from monitor.http import Fetched, Fetcher
from monitor.models import Entry, FeedDocument, Item, Json
from monitor.parse import parse
from monitor.schedule import next_poll
from monitor.store import Batch, Store
from monitor.text import one_line
from monitor.visits import address, conditions, fresh_for, refused

log = logging.getLogger("rasid.poller")

MOST_PAGES = 3  # of older entries that are fetched to fill a hole


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


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one visit leaves: its outcome, the entries to store, the feed's new state."""

    outcome: Outcome
    batch: tuple[Batch, ...]
    state: Json


@dataclass
class Harvester:
    """Visits feeds for a poller. `stirred`: outlet -> until when (ms) an alert makes it worth asking more often."""

    config: Config
    store: Store
    fetcher: Fetcher
    clock: Clock
    started: datetime
    stirred: dict[str, int] = field(default_factory=dict)

    async def fetch(self, feed: FeedConfig, state: Json) -> Fetched:
        """Ask the feed, with its validators. Raises FetchError for any answer but 200 and 304."""
        url = address(feed, state)
        return await self._get(feed, url, conditions(state, in_full=False))

    async def _get(self, feed: FeedConfig, url: str, headers: dict[str, str]) -> Fetched:
        named = url == feed.url  # only what the config names may be in a private network
        fetched = await self.fetcher.get(url, headers=headers, home=feed.url, allow_private=named)
        if fetched.status not in (200, 304):
            raise refused(fetched, self.clock.now())
        return fetched

    async def gather(self, feed: FeedConfig, state: Json, fetched: Fetched) -> Harvest:
        """Read what came. Raises FetchError and ParseError."""
        now = self.clock.now()
        state = {**state, "last_success": iso(now), "retry_after": None, "status": fetched.status}
        state |= {"errors": 0, "error": "", "cure": ""}
        if fetched.status == 304:
            return Harvest(Outcome(feed.name, "not_modified"), (), state)
        body = hashlib.sha256(fetched.body).hexdigest()[:32]
        headers = fetched.headers
        state |= {"etag": headers.get("etag", ""), "last_modified": headers.get("last-modified", "")}
        if body == state.get("body"):
            return Harvest(Outcome(feed.name, "same_body"), (), state)
        return await asyncio.to_thread(self._read, feed, {**state, "body": body}, fetched, now)

    def _read(self, feed: FeedConfig, state: Json, fetched: Fetched, now: datetime) -> Harvest:
        """Parse and decide, off the event loop."""
        content_type = fetched.headers.get("content-type", "")
        document = parse(fetched.body, content_type, url=fetched.url, encoding=feed.encoding, now=now)
        decisions = self._decisions(feed, document.entries)
        batch = [Batch(self._item(feed, state, one, now), one.keys) for one in decisions]
        counts = Counter(one.kind for one in decisions)
        state = {
            **state,
            "format": document.format,
            "entries": len(document.entries),
            "notes": list(document.notes),
            "rate": _entries_a_day(document, now),
            "baseline": state.get("baseline") or iso(self._start()),
        }
        return Harvest(Outcome(feed.name, "fetched", counts["new"], counts["changed"]), tuple(batch), state)

    def _decisions(self, feed: FeedConfig, entries: Sequence[Entry]) -> list[Decision]:
        keys = [key for entry in entries for key in identity(entry)]
        decisions = decide(entries, self.store.feeds.known(feed.outlet, keys), outlet=feed.outlet)
        for one in decisions:
            log.debug("%s: %s (%s) %s", feed.name, one.kind, one.reason, one.item_id)
        return decisions

    def _start(self) -> datetime:
        """What was published before this is history for a new feed."""
        return self.started - timedelta(seconds=self.config.polling.backlog)

    def _item(self, feed: FeedConfig, state: Json, decision: Decision, now: datetime) -> Item:
        entry = decision.entry
        first = "baseline" not in state
        baseline = self._start() if first else parse_iso(state["baseline"])
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

    def planned(self, feed: FeedConfig, harvest: Harvest, fetched: Fetched | None) -> Harvest:
        """The harvest with the time of the next poll, and why then, in its state."""
        now, polling, state = self.clock.now(), self.config.polling, harvest.state
        due, why = next_poll(
            now,
            interval=feed.interval if feed.interval is not None else polling.interval,
            min_interval=polling.min_interval,
            max_interval=polling.max_interval,
            errors=int(state.get("errors", 0)),
            retry_after=state.get("retry_after"),
            cache_max_age=fresh_for(fetched, now),
            rate_per_day=float(state.get("rate", 0.0)),
            jitter=random.random(),
        )
        state = {
            **state,
            "polled": iso(now),
            "next": iso(due),
            "why_next": why,
            "outcome": harvest.outcome.reason,
        }
        return replace(harvest, state=state)


def _entries_a_day(document: FeedDocument, now: datetime) -> float:
    """The feed's own rate, from the dates of its last week."""
    ages = [(now - entry.published).total_seconds() for entry in document.entries if entry.published]
    recent = [age for age in ages if 0 <= age <= 7 * 86_400]
    return round(len(recent) * 86_400 / max(max(recent), 3_600), 2) if recent else 0.0
