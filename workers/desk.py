"""The desk: what is due by the clock rather than by an item. A process of its own beside the workers.

Each second: messages that waited ─▶ told together; alerts nobody acknowledged ─▶ called again; receivers that fail
─▶ their fallbacks; digests, heartbeats ─▶ outbox; and a look out for faults (`workers/lookout.py`).
Every row it writes has an id made from what it tells, so that two desks, or one started again, tell nothing twice.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from monitor.alerts import Alert, Delivery
from monitor.canary import CANARY
from monitor.clock import Clock, iso, to_ms
from monitor.errors import StoreError, StoreUnavailableError
from monitor.handling import Silence
from monitor.jobqueue import Bell, deliver_queue
from monitor.notices import Notice, notice_id
from monitor.report import SPANS_BEFORE, compose
from monitor.routes import Route
from monitor.store import Store, open_store
from monitor.store.outbox import BREAKER
from monitor.store.snapshot import alerts_since
from monitor.text import one_line
from monitor.watch import Watched, delay
from workers import digests, routing
from workers.calls import calls
from workers.direct import Direct
from workers.lookout import Lookout
from workers.routing import last_time
from workers.runtime import Shared, holder_name
from workers.telling import rows_of

log = logging.getLogger("rasid.desk")

TICK = 1.0
TAKE_OVER = 15.0  # seconds that another desk's beat must stand still
DIGEST_ITEMS = 5_000
REPORTED = timedelta(days=1)


class Desk:
    """One installation's desk; of several hosts' desks one works at a time."""

    def __init__(self, shared: Shared, store: Store, clock: Clock, holder: str, lookout: Lookout) -> None:
        self._shared, self._config = shared, shared.config
        self._store, self._clock, self._holder, self._lookout = store, clock, holder, lookout
        self._other: tuple[str, float] = ("", 0.0)
        self._stood_in: set[str] = set()

    def run(self) -> None:
        """For ever; the process is ended from outside."""
        while True:
            self.tick()
            time.sleep(TICK)

    def tick(self) -> None:
        """One round. What fails of it is tried again in the next one."""
        now = self._clock.now()
        ours = True  # while the store is away nobody else can be asked
        try:
            ours = self._is_our_turn()
            if ours:
                self.release(now)
                self.call(now)
                self.stand_in(now)
                self.regular(now)
            self._lookout.store_answered()
        except StoreUnavailableError as error:
            log.debug("the store is away: %s", error)
        except StoreError as error:  # it is full, or may not write to its disk
            log.debug("%s", error)
            self._lookout.store_answered(one_line(str(error), 200))
        if ours:
            self._lookout.look(now)

    def _is_our_turn(self) -> bool:
        other, since = self._other
        monotonic = self._clock.monotonic()
        dead = other if other and monotonic - since > TAKE_OVER else ""
        answer = self._store.team.desk_turn(self._holder, dead)
        if answer != "ours" and answer != other:
            self._other = (answer, monotonic)
        return answer == "ours"

    # ------------------------------------------------------------ what waited

    def release(self, now: datetime) -> None:
        """Tell what was held until now: several messages to one receiver for one reason in one."""
        rows = self._store.outbox.held(to_ms(now))
        groups: dict[tuple[str, str], list[Delivery]] = {}
        for row in rows:
            if row.hold != "unsure" or row.receiver not in self._config.digest.receivers:
                groups.setdefault((row.receiver, row.hold), []).append(row)
        for (receiver, hold), some in groups.items():
            reason = digests.why_held(hold, self._silences(hold))
            alerts = self._alerts(some)
            if len(some) == 1 or not alerts:
                for row in some:
                    self._store.outbox.release(row.id, to_ms(now), f"held back: {reason}")
            else:
                notice = digests.held_together(receiver, reason, alerts, now, self._config.timezone)
                into = Delivery(f"{notice.id}-{receiver}", receiver, (notice.id,))
                self._store.outbox.bundle([row.id for row in some], into, [notice], to_ms(now))
            self._ring(receiver, now)

    def _silences(self, hold: str) -> Mapping[str, Silence]:
        name = hold.partition(":")[2]
        one = self._store.team.known_silence(name) if hold.startswith("silence:") else None
        return {name: one} if one else {}

    def _alerts(self, rows: Iterable[Delivery]) -> list[Alert]:
        ids = dict.fromkeys(message for row in rows for message in row.alerts)
        return [alert for one in ids if (alert := self._store.items.alert(one))]

    # ------------------------------------------------------------ who is called again

    def call(self, now: datetime) -> None:
        """Escalate and remind of alerts that nobody acknowledged."""
        if not any(route.escalate or route.remind for route in self._config.routes):
            return
        for alert_id in self._store.team.asking():
            revisions = self._store.items.revisions(alert_id)
            if not revisions or now - revisions[-1].created > timedelta(days=2):
                self._store.team.asks_no_more(alert_id)
                continue
            alert = revisions[-1]
            handling = self._store.team.handling(alert.incident)
            matching = [one for one in self._config.routes if self._matches(alert, one)]
            told = [name for name in self._config.receivers if self._store.outbox.heard(name, [alert_id])]
            rows = [
                row
                for one in calls(revisions, handling, matching, told, now)
                if one.receiver in self._config.receivers
                for row in rows_of(
                    one.receiver, [one.alert.message_id], self._config, tail=one.tail, note=one.note
                )
            ]
            self._add(rows, now)

    def _matches(self, alert: Alert, route: Route) -> bool:
        outlet = alert.sources[-1].outlet if alert.sources else ""
        tiers = {feed.outlet: feed.tier for feed in self._config.feeds}
        resolve = self._shared.gazetteer.resolve
        return routing.matches(alert, alert.lang, outlet, route, resolve, tiers) == "matches"

    def stand_in(self, now: datetime) -> None:
        """Grave alerts for a receiver that is left alone go to its fallbacks at once."""
        for receiver in self._config.receivers:
            names = routing.fallbacks(receiver, self._config.routes)
            trouble = self._store.outbox.trouble(receiver) if names else None
            if not trouble or trouble.failures < BREAKER:
                continue
            for row in self._store.outbox.due(receiver):
                if row.id in self._stood_in:
                    continue
                self._stood_in.add(row.id)
                if any(alert.severity == "high" for alert in self._alerts([row])):
                    note = f"told here because {receiver} could not be reached"
                    for name in names:
                        self._add(rows_of(name, row.alerts, self._config, note=note), now)

    def _add(self, rows: list[Delivery], now: datetime, notices: Iterable[Notice] = ()) -> None:
        if self._store.outbox.add(rows, to_ms(now), list(notices)):
            for receiver in {row.receiver for row in rows}:
                self._ring(receiver, now)

    def _ring(self, receiver: str, now: datetime) -> None:
        bell = Bell(self._store.client.redis, deliver_queue(receiver), self._config.workers.job_timeout)
        bell.ring(self._store.outbox.ring(receiver, to_ms(now), queue_empty=bell.is_silent()))

    # ------------------------------------------------------------ digests and heartbeats

    def regular(self, now: datetime) -> None:
        """The daily digest and the heartbeat, each once for its time."""
        slot = last_time(now, self._config.digest.at, self._config.timezone)
        if self._store.team.last_slot("digest") < iso(slot):
            self._daily(slot, now)
            self._store.team.slot_done("digest", iso(slot))
        slot = last_time(now, self._config.report.at, self._config.timezone)
        if self._config.report.receivers and self._store.team.last_slot("report") < iso(slot):
            self._report(slot, now)
            self._store.team.slot_done("report", iso(slot))
        every = self._config.heartbeat.every
        beat = datetime.fromtimestamp(now.timestamp() // every * every, UTC)
        if self._config.heartbeat.receivers and self._store.team.last_slot("heartbeat") < iso(beat):
            self._heartbeat(beat, now)
            self._store.team.slot_done("heartbeat", iso(beat))

    def _daily(self, slot: datetime, now: datetime) -> None:
        since = iso(slot - timedelta(days=1))
        records = [
            one
            for one in self._store.items.newest(DIGEST_ITEMS)
            if since <= str(one["item"]["seen"]) < iso(slot) and one["item"]["outlet"] != CANARY
        ]
        waiting = [row for row in self._store.outbox.held(to_ms(now)) if row.hold == "unsure"]
        for receiver in self._config.digest.receivers:
            rows = [row for row in waiting if row.receiver == receiver]
            notice = digests.daily(receiver, slot, self._alerts(rows), records, now, self._config.timezone)
            if notice is None:
                continue
            into = Delivery(f"{notice.id}-{receiver}", receiver, (notice.id,))
            self._store.outbox.bundle([row.id for row in rows], into, [notice], to_ms(now))
            self._ring(receiver, now)

    def _report(self, slot: datetime, now: datetime) -> None:
        """The situation report of the last day."""
        since = slot - REPORTED
        alerts = alerts_since(self._store.client, to_ms(slot - (SPANS_BEFORE + 1) * REPORTED))
        window = timedelta(seconds=self._config.incidents.window)
        _, incidents = self._store.items.open_incidents(to_ms(now - window))
        page = compose(alerts, incidents, slot, since, self._config.timezone)
        ident = notice_id("report", iso(slot))
        notice = Notice(ident, "report", now, "info", page.title, page.text(), thread="report")
        names = self._config.report.receivers
        self._add([Delivery(f"{ident}-{name}", name, (ident,)) for name in names], now, [notice])

    def _heartbeat(self, slot: datetime, now: datetime) -> None:
        every = self._config.heartbeat.every
        states = self._store.feeds.states()
        mine = {feed.name: states.get(feed.name, {}) for feed in self._config.feeds if feed.outlet != CANARY}
        delays = [
            found for state in mine.values() if (found := delay(Watched.from_dict(state.get("watched"))))
        ]
        rows = self._store.outbox.rows()
        recent = [
            one for one in self._store.items.alerts(1000) if now - one.created < timedelta(seconds=every)
        ]
        pulse = digests.Pulse(
            mine,
            (sorted(one[0] for one in delays)[len(delays) // 2], max(one[1] for one in delays))
            if delays
            else None,
            len(recent),
            self._store.items.waiting(),
            sum(row.state in ("due", "sending") for row in rows),
            sum(row.state == "held" for row in rows),
            self._store.team.silences(now),
            self._lookout.standing(),
        )
        notice = digests.heartbeat(slot, pulse, now, self._config.timezone, every)
        rows = [
            Delivery(f"{notice.id}-{name}", name, (notice.id,)) for name in self._config.heartbeat.receivers
        ]
        self._add(rows, now, [notice])


def work(shared: Shared, clock: Clock) -> None:
    """Be the desk of this machine, until the process is ended."""
    store = open_store(shared.redis_url)
    direct = Direct(shared.config, clock, json_console=shared.json_console)
    lookout = Lookout(shared.config, store, clock, direct)
    Desk(shared, store, clock, holder_name(os.getpid()), lookout).run()
