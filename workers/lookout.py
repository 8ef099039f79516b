"""The lookout: takes a snapshot of everything, and tells new and mended faults directly, not through the store."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.clock import Clock, from_ms, iso, parse_iso
from monitor.config import Config
from monitor.errors import StoreError
from monitor.models import Json
from monitor.notices import Notice, notice_id
from monitor.store import Store
from workers import faults
from workers.faults import Fault, Known, Snapshot

log = logging.getLogger("rasid.lookout")

LOOK_EVERY = 5.0  # seconds
FEEDS_EVERY = 30.0  # seconds between looks at the feeds' states, of which there may be thousands
DEEP_EVERY = 600.0  # seconds between looks at the lengths of articles
DEEP_ITEMS = 3_000


class Direct(Protocol):
    """A way to receivers that needs no store."""

    def tell(self, notice: Notice, receivers: tuple[str, ...]) -> None:
        """Send to each of them as soon as it takes it; returns at once."""


@dataclass
class Beats:
    """What an observer remembers of the others' beats: the last one seen, and since when (monotonic)."""

    seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def ages(self, beats: dict[str, Json], now: float) -> dict[str, float]:
        """Part -> seconds for which its beat has stood still."""
        self.seen = {part: one for part, one in self.seen.items() if part in beats}
        for part, facts in beats.items():
            if self.seen.get(part, (-1, 0.0))[0] != facts["beat"]:
                self.seen[part] = (facts["beat"], now)
        return {part: now - since for part, (_, since) in self.seen.items()}


class Lookout:
    """Remembers which faults stand, and which were told."""

    def __init__(self, config: Config, store: Store, clock: Clock, direct: Direct) -> None:
        self._config, self._store, self._clock, self._direct = config, store, clock, direct
        self._known: dict[str, Known] = {}
        self._beats = Beats()
        self._answered = clock.monotonic()
        self._looked = self._looked_deep = self._looked_at_feeds = -DEEP_EVERY
        self._feeds: dict[str, Json] = {}
        self._refusal = ""
        self._drifted: list[str] = []
        self._silent: list[str] = []

    def store_answered(self, refusal: str = "") -> None:
        """The store answered just now, or says why it takes nothing."""
        self._answered, self._refusal = self._clock.monotonic(), refusal

    def standing(self) -> list[str]:
        """Faults that were told and still stand, a line each."""
        return [one.fault.line() for one in self._known.values() if one.told and one.gone is None]

    def look(self, now: datetime) -> None:
        """Look for faults, if it is time, and tell what is new or mended."""
        if self._clock.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = self._clock.monotonic()
        found = faults.found(self.snapshot(now), self._config)
        self._known, fresh, mended = faults.changes(self._known, self._clock.monotonic(), found)
        for kind, some in (("fault", fresh), ("mended", mended)):
            if some:
                self._tell(kind, some, now)

    def snapshot(self, now: datetime) -> Snapshot:
        """Everything that faults are judged by."""
        try:
            return self._read(now)
        except StoreError:
            return Snapshot(now, store_away=self._clock.monotonic() - self._answered)

    def _read(self, now: datetime) -> Snapshot:
        monotonic, store = self._clock.monotonic(), self._store
        if monotonic - self._looked_deep >= DEEP_EVERY:
            self._looked_deep = monotonic
            self._look_deep()
        if monotonic - self._looked_at_feeds >= FEEDS_EVERY:
            self._looked_at_feeds = monotonic
            self._feeds = store.feeds.states()
        beats = store.team.beats()
        starts = [parse_iso(facts["canary"]) for facts in beats.values() if facts.get("canary")]
        arrived = store.team.canary_arrived()
        return Snapshot(
            now,
            self._feeds,
            refusal=self._refusal,
            warnings=store.warnings(),
            memory=store.memory(),
            still=self._beats.ages(beats, monotonic),
            uplink_down=any(facts.get("uplink_down") for facts in beats.values()),
            oldest_item=store.items.oldest_waiting(),
            troubles={
                name: (one.failures, from_ms(one.since_ms), one.error)
                for name in self._config.receivers
                if (one := store.outbox.trouble(name))
            },
            dead=self._dead(),
            canary=max([*starts, *([arrived] if arrived else [])]) if starts else None,
            drifted=self._drifted,
            silent=self._silent,
            template_errors=[f"{name}: {why}" for name, why in store.team.template_failures().items()],
        )

    def _dead(self) -> dict[str, tuple[int, datetime, str]]:
        found: dict[str, tuple[int, datetime, str]] = {}
        for row in self._store.outbox.dead():
            count, newest, error = found.get(row.receiver, (0, from_ms(row.done_ms), row.error))
            found[row.receiver] = (count + 1, max(newest, from_ms(row.done_ms)), error)
        return found

    def _look_deep(self) -> None:
        """Which outlets' articles have become far shorter, or tell of nothing any more."""
        lengths: dict[str, list[int]] = {}
        hits: dict[str, list[bool]] = {}
        for record in self._store.items.newest(DEEP_ITEMS):
            outlet, article = str(record["item"]["outlet"]), record.get("article") or {}
            if record["state"] == "done" and "reading" in record:
                hits.setdefault(outlet, []).append(bool(record["reading"].get("mentions")))
            if article.get("source") == "page":
                lengths.setdefault(outlet, []).append(len(str(article["text"])))
        self._drifted = [outlet for outlet, some in lengths.items() if faults.drifted(some)]
        self._silent = [outlet for outlet, some in hits.items() if faults.fell_silent(some)]

    def _tell(self, kind: str, some: list[Fault], now: datetime) -> None:
        notice = told(kind, some, now)
        failing = {one.receiver for one in some if one.receiver}
        chosen = self._config.watch.receivers or tuple(self._config.receivers)
        others = tuple(name for name in chosen if name not in failing) or chosen
        for line in notice.text.splitlines():
            log.warning("%s", line)
        self._direct.tell(notice, others)


def told(kind: str, some: list[Fault], now: datetime) -> Notice:
    """What is said of faults that are new (`fault`) or gone (`mended`)."""
    mended = kind == "mended"
    grave = not mended and any(one.severity == "high" for one in some)
    mark = "🟢 Rasid, mended" if mended else ("🔴 Rasid" if grave else "🟠 Rasid")
    what = some[0].text if len(some) == 1 else f"{len(some)} faults"
    title = f"{mark}: {what}"
    if len(some) == 1:
        lines = [] if mended else [some[0].cure]
    else:
        lines = [f"• {one.text if mended else one.line()}" for one in some]
    return Notice(
        notice_id(kind, iso(now), *(one.key for one in some)),
        "mended" if mended else "fault",
        now,
        "info" if mended else ("high" if grave else "medium"),
        title,
        "\n".join([title, *lines]),
        thread=some[0].key,
        about=tuple(one.key for one in some),
    )
