"""What a visit brings in: fetch -> read -> decide -> watch -> plan. The poller stores it in one step."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from monitor.clock import Clock, from_ms, iso, parse_iso, to_ms
from monitor.config import Config, FeedConfig
from monitor.decide import Decision, decide, identity, may_page
from monitor.errors import FetchError, ParseError, StaleError
from monitor.http import Fetched, Fetcher
from monitor.models import Entry, FeedDocument, Item, Json
from monitor.rhythm import Rhythm, alerted, observe, quiet_for
from monitor.robots import crawl_delay
from monitor.schedule import USUAL_PLAN, Demand, Plan, next_poll
from monitor.sources import Page, read_source
from monitor.store import Batch, Store, host_of
from monitor.telegram import preview_url
from monitor.text import one_line
from monitor.visits import (
    address,
    conditions,
    earlier_page,
    fresh_for,
    hints_from,
    hints_of,
    refused,
    succeeded,
)
from monitor.watch import Watched, asked_in_full, delayed, distrust, listing, silence, wanted_in_full

log = logging.getLogger("rasid.poller")

MOST_PAGES = 3  # of older entries that are fetched to fill a hole
GONE_EVERY = 86_400.0  # seconds between looks at a feed that its outlet has closed (410)
LONGEST_WAIT = 10.0  # seconds that a visit waits for one request more
ROBOTS_BYTES, ROBOTS_TIMEOUT = 500_000, 10.0
HIDDEN = timedelta(minutes=10)  # so long an outlet's own cache may lag
FRESH = timedelta(days=1)  # an older entry that turns up says nothing about our delay


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
class Begun:
    """A feed that is ours to poll now: its lease's token, and the turn at its host."""

    token: str
    host: str
    holder: str
    state: Json


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one visit leaves: its outcome, the entries to store, the feed's new state."""

    outcome: Outcome
    batch: tuple[Batch, ...]
    state: Json
    fresh: tuple[datetime, ...] = ()  # when its new entries were published, or seen


@dataclass
class Harvester:
    """Visits feeds for a poller. `stirred`: outlet -> until when (ms) an alert makes it worth asking more often."""

    config: Config
    store: Store
    fetcher: Fetcher
    clock: Clock
    started: datetime
    stirred: dict[str, int] = field(default_factory=dict)
    plan: Plan = USUAL_PLAN  # what the feeds share of the budget

    async def fetch(self, feed: FeedConfig, state: Json) -> tuple[Fetched, bool]:
        """Ask the feed; the answer, and whether it was asked for in full. FetchError for all but 200 and 304."""
        url = address(feed, state)
        in_full = wanted_in_full(Watched.from_dict(state.get("watched")), self.clock.now(), tier=feed.tier)
        return await self._get(feed, url, conditions(state, in_full=in_full)), in_full

    async def _get(self, feed: FeedConfig, url: str, headers: dict[str, str]) -> Fetched:
        named = url in (feed.url, preview_url(feed.url))  # nothing else may be in a private network
        fetched = await self.fetcher.get(url, headers=headers, home=feed.url, allow_private=named)
        if fetched.status not in (200, 304):
            raise refused(fetched, self.clock.now())
        return fetched

    async def gather(
        self, feed: FeedConfig, state: Json, fetched: Fetched, begun: Begun, *, in_full: bool
    ) -> Harvest:
        """Read what came. Raises FetchError and ParseError."""
        now = self.clock.now()
        state = succeeded(state, fetched, now)
        if fetched.status == 304:
            return self._nothing_new(feed, state, "not_modified", now)
        body = hashlib.sha256(fetched.body).hexdigest()[:32]
        before = (state.get("etag", ""), state.get("last_modified", ""))
        after = (fetched.headers.get("etag", ""), fetched.headers.get("last-modified", ""))
        state |= {"etag": after[0], "last_modified": after[1]}
        if body == state.get("body"):
            return self._nothing_new(
                feed, _asked(state, now, 0, False) if in_full else state, "same_body", now
            )
        document = await asyncio.to_thread(self._source, feed, fetched, now)
        if isinstance(document, Page):
            return await self._follow(feed, state, document, begun)
        state = {**state, "body": body}
        harvest = await asyncio.to_thread(self._read, feed, state, document, now)
        if in_full:
            hidden = (any(before) and before == after) or _were_hidden(harvest)
            harvest = replace(harvest, state=_asked(harvest.state, now, harvest.outcome.new, hidden))
        if "overflow" in _names(harvest.state) and document.entries:
            harvest = await self._fill(feed, harvest, document, fetched.url, begun)
        return harvest

    async def _follow(self, feed: FeedConfig, state: Json, page: Page, begun: Begun) -> Harvest:
        """The address is a page that names its feed: that one is read, now and from now on."""
        found = page.links[0].url
        if state.get("found"):  # the feed that was found has become a page
            raise ParseError(f"what came from {state['found']} is a page, not a feed", reason="not_a_feed")
        state = {**state, "found": found, "etag": "", "last_modified": "", "body": ""}
        fetched = await self._in_turn(feed, found, begun)
        return await self.gather(feed, state, fetched, begun, in_full=False)

    def _nothing_new(self, feed: FeedConfig, state: Json, reason: str, now: datetime) -> Harvest:
        """An answer without news; a silence that the feed's rhythm does not explain is told."""
        watched, rhythm = Watched.from_dict(state.get("watched")), Rhythm.from_dict(state.get("rhythm") or {})
        missed = quiet_for(rhythm, parse_iso(watched.news), now) if watched.news else 0.0
        findings = silence(watched, now, missed)
        lasting = [one for one in state.get("findings", []) if one["name"] != "quiet"]
        state = {**state, "findings": [*lasting, *map(asdict, findings)]}
        return Harvest(Outcome(feed.name, reason), (), state)

    def _source(self, feed: FeedConfig, fetched: Fetched, now: datetime) -> FeedDocument | Page:
        kind = fetched.headers.get("content-type", "")
        return read_source(fetched.body, kind, url=fetched.url, encoding=feed.encoding, now=now)

    def _older(self, feed: FeedConfig, fetched: Fetched, now: datetime) -> FeedDocument:
        source = self._source(feed, fetched, now)
        if isinstance(source, Page):
            raise ParseError("a page, not a feed", reason="not_a_feed")
        return source

    def _read(self, feed: FeedConfig, state: Json, document: FeedDocument, now: datetime) -> Harvest:
        """Decide and watch, off the event loop: the store is asked what is known."""
        decisions = self._decisions(feed, document.entries)
        batch = tuple(Batch(self._item(feed, state, one, now), one.keys) for one in decisions)
        counts = Counter(one.kind for one in decisions)
        fresh = [one.entry.published or now for one in decisions if one.kind == "new"]
        watched, findings = listing(
            Watched.from_dict(state.get("watched")),
            [one.item_id for one in decisions],
            now,
            new=counts["new"],
        )
        if "baseline" in state:  # what a first poll finds was not waiting for us
            dated = [one.entry.published for one in decisions if one.kind == "new" and one.entry.published]
            watched = delayed(watched, ((now - at).total_seconds() for at in dated if now - at < FRESH))
        state = {
            **state,
            "format": document.format,
            "entries": len(document.entries),
            "notes": list(document.notes),
            "hints": hints_of(document),
            "rhythm": observe(Rhythm.from_dict(state.get("rhythm") or {}), fresh, now).to_dict(),
            "watched": watched.to_dict(),
            "findings": [asdict(one) for one in findings],
            "baseline": state.get("baseline") or iso(self._start()),
        }
        outcome = Outcome(feed.name, "fetched", counts["new"], counts["changed"])
        return Harvest(outcome, batch, state, tuple(fresh))

    async def _fill(
        self, feed: FeedConfig, harvest: Harvest, document: FeedDocument, url: str, begun: Begun
    ) -> Harvest:
        """Fetch pages of older entries until one holds an entry that is known; what fails is told, no more."""
        found, whole, number = list(harvest.batch), False, 2
        filled, now = 0, self.clock.now()
        while number < 2 + MOST_PAGES and not whole:
            try:
                fetched = await self._in_turn(feed, earlier_page(document, url, number), begun)
                document = await asyncio.to_thread(self._older, feed, fetched, now)
            except (FetchError, ParseError) as error:
                log.info("%s: no page of older entries: %s", feed.name, error)
                break
            older = await asyncio.to_thread(self._decisions, feed, document.entries)
            listed = {batch.item.id for batch in found}
            missed = [one for one in older if one.item_id not in listed]
            whole = any(one.kind != "new" for one in older)
            found += [Batch(self._item(feed, harvest.state, one, now), one.keys) for one in missed]
            filled += sum(one.kind == "new" for one in missed)
            if not missed:  # the page is the feed again: it knows no paging
                break
            number += 1
        return _filled(harvest, tuple(found), filled, whole=whole)

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
        if entry.media and not (entry.title or entry.summary or entry.content):
            pages, why = False, "unread_image"  # a decree as a picture: for a person to look at
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
            whole=entry.whole,
        )

    async def _in_turn(self, feed: FeedConfig, url: str, begun: Begun) -> Fetched:
        """One request more in a visit, when its host's turn has come. StaleError if the feed was taken over."""
        host = host_of(url)
        await asyncio.to_thread(self.store.hosts.done, begun.host, begun.holder)  # the request before is over
        while wait := await asyncio.to_thread(self._next_turn, feed, host, begun):
            if wait > LONGEST_WAIT:
                raise FetchError(f"{host} wants to be left alone for {wait:.0f} s", reason="host_holds")
            await asyncio.sleep(wait)
        try:
            return await self._get(feed, url, conditions({}, in_full=True))
        finally:
            await asyncio.to_thread(self.store.hosts.done, host, begun.holder)

    def _next_turn(self, feed: FeedConfig, host: str, begun: Begun) -> float:
        """Show that we live, and ask for the turn."""
        if not self.store.feeds.still_polling(feed.name, begun.token):
            raise StaleError(f"feed {feed.name}: another poller took it over")
        return self.turn(host, begun.holder)

    def turn(self, host: str, holder: str) -> float:
        """Seconds until a request to the host may start; 0.0: it may now, until the holder is `done`."""
        manners = self.config.http.per_host
        return self.store.hosts.turn(
            host,
            holder,
            to_ms(self.clock.now()),
            delay=manners.delay,
            concurrency=manners.concurrency,
            patience=self.config.http.timeout * 2,
        )

    async def read_robots(self, url: str) -> None:
        """Keep what a host wants between two requests; it holds for article pages too."""
        wanted = 0.0
        try:
            there = urljoin(url, "/robots.txt")
            fetched = await self.fetcher.get(there, home=url, max_bytes=ROBOTS_BYTES, timeout=ROBOTS_TIMEOUT)
            if fetched.status == 200:
                wanted = crawl_delay(fetched.body.decode("utf-8", "replace"), "rasid")
        except FetchError as error:
            log.debug("no robots.txt at %s: %s", url, error)
        await asyncio.to_thread(self.store.hosts.robots, host_of(url), wanted, to_ms(self.clock.now()))

    def planned(self, feed: FeedConfig, harvest: Harvest, fetched: Fetched | None) -> Harvest:
        """The harvest with the time of the next poll, and why then, in its state."""
        now, polling, state = self.clock.now(), self.config.polling, harvest.state
        rhythm = Rhythm.from_dict(state.get("rhythm") or {})
        if feed.outlet in self.stirred:
            rhythm = alerted(rhythm, from_ms(self.stirred[feed.outlet]))
        due, why = next_poll(
            now,
            interval=GONE_EVERY if state.get("gone") else interval_of(feed, self.config),
            min_interval=polling.min_interval,
            max_interval=polling.max_interval,
            errors=0 if state.get("gone") else int(state.get("errors", 0)),
            retry_after=state.get("retry_after"),
            cache_max_age=fresh_for(fetched, now),
            jitter=random.random(),
            rhythm=rhythm,
            tier=feed.tier,
            hints=hints_from(state),
            plan=self.plan,
        )
        if "overflow" in _names(state) and interval_of(feed, self.config) is None:
            due, why = min(due, now + timedelta(seconds=polling.min_interval)), "overflow"
        state = {
            **state,
            "polled": iso(now),
            "next": iso(due),
            "why_next": why,
            "outcome": harvest.outcome.reason,
        }
        return replace(harvest, state=state)


def interval_of(feed: FeedConfig, config: Config) -> float | None:
    """The interval somebody set, in seconds; None where the feed's own pace decides."""
    return feed.interval if feed.interval is not None else config.polling.interval


def demand(feed: FeedConfig, state: Json, config: Config) -> Demand:
    """What a feed asks of the budget."""
    rhythm = Rhythm.from_dict(state.get("rhythm") or {})
    return Demand(rhythm, feed.tier, interval_of(feed, config))


def _names(state: Json) -> set[str]:
    return {one["name"] for one in state.get("findings", [])}


def _were_hidden(harvest: Harvest) -> bool:
    """Whether an entry was out long before the last poll, which was told that nothing had changed."""
    if harvest.state.get("outcome") != "not_modified":
        return False
    last = parse_iso(harvest.state["polled"])
    return any(at < last - HIDDEN for at in harvest.fresh)


def _asked(state: Json, now: datetime, new: int, hidden: bool) -> Json:
    """The state after the feed was asked in full; `hidden`: its validators had kept the new entries from us."""
    watched = Watched.from_dict(state.get("watched"))
    watched = asked_in_full(watched, now, new=new, hidden=hidden)
    told = [one for one in state.get("findings", []) if one["name"] != "lying_validators"]
    return {**state, "watched": watched.to_dict(), "findings": [*told, *map(asdict, distrust(watched))]}


def _filled(harvest: Harvest, batch: tuple[Batch, ...], count: int, *, whole: bool) -> Harvest:
    """The harvest with the older entries, and what is left to be told of the hole."""
    findings = []
    for one in harvest.state["findings"]:
        if one["name"] == "overflow":
            done = f"{count} were found on its pages of older entries"
            rest = "none is missing" if whole else "more may be missing"
            one = {**one, "message": f"{one['message']}; {done}, {rest}"}
        findings.append(one)
    outcome = replace(harvest.outcome, new=harvest.outcome.new + count)
    return Harvest(outcome, batch, {**harvest.state, "findings": findings})
