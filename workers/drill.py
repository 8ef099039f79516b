"""A drill: an alert marked as such, over the real routes to the real receivers, and how long each took."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.alerts import Alert, Delivery, Source
from monitor.clock import Clock, to_ms
from monitor.config import Config
from monitor.errors import DeliveryError, UsageError
from monitor.jobqueue import Bell, deliver_queue
from monitor.models import Mention, Place
from monitor.receivers import Receiver
from monitor.store import Store
from workers import deliver, messages
from workers.incidents import severity
from workers.places import load
from workers.telling import Told, tell

MARK = "🧪 DRILL – تدريب"
LOOK = 0.1  # seconds between looks at the outbox


@dataclass(frozen=True, slots=True)
class Result:
    """How one receiver took the drill: `outcome` is delivered, or why not; `seconds` until then."""

    receiver: str
    outcome: str
    seconds: float

    @property
    def failed(self) -> bool:
        return self.outcome != "delivered"


def alert_of(config: Config, category: str, status: str, place: str, clock: Clock) -> Alert:
    """The drill's alert. UsageError for a category or place that is not known."""
    if category not in config.categories:
        known = ", ".join(config.categories)
        raise UsageError(f"there is no category {category!r}", cure=f"known: {known}")
    places: tuple[Place, ...] = ()
    if place:
        found = load(config.places.files).resolve(place)
        if not found:
            raise UsageError(f"no place is known as {place!r}", cure="write it as the gazetteer does")
        places = (found[0],)
    now, ident = clock.now(), uuid.uuid4().hex[:12]
    mention = Mention(category, status, 1.0, (), places=places)
    source = Source(f"it_drill_{ident}", "Rasid", "", "drill", now, now)
    level = severity(mention)
    title, text = messages.compose(
        mention,
        [source],
        severity=level,
        kind="drill",
        why="drill",
        lang="ar",
        tz=config.timezone,
        now=now,
    )
    return Alert(
        id=f"al_drill_{ident}",
        revision=1,
        group=f"gr_drill_{ident}",
        kind="drill",
        incident=f"in_drill_{ident}",
        created=now,
        why="drill",
        category=category,
        status=status,
        confidence=1.0,
        severity=level,
        title=f"{MARK} – {title}",
        text=f"{MARK}\n{text}",
        lang="ar",
        mentions=(mention,),
        sources=(source,),
    )


def through_the_outbox(
    alert: Alert, config: Config, store: Store, clock: Clock, patience: float
) -> list[Result]:
    """Hand it to the running daemon as any alert; waits until every receiver took it, or for `patience` seconds."""
    told = _told(alert, config, store, clock)
    rows = [replace(row, state="due", hold="") for row in told.rows]  # a drill waits for nothing
    store.items.keep(alert)
    store.outbox.add(rows, to_ms(clock.now()))
    for row in rows:
        bell = Bell(store.client.redis, deliver_queue(row.receiver), config.workers.job_timeout)
        bell.ring([row.id])
    return _waited(rows, store, clock, patience)


def _waited(rows: Sequence[Delivery], store: Store, clock: Clock, patience: float) -> list[Result]:
    began, found = clock.monotonic(), dict[str, Result]()
    while len(found) < len(rows):
        elapsed = clock.monotonic() - began
        for row in rows:
            now = store.outbox.row(row.id)
            if row.receiver in found or now is None:
                continue
            if now.state == "delivered":
                seconds = timedelta(milliseconds=now.done_ms - now.created_ms).total_seconds()
                found[row.receiver] = Result(row.receiver, "delivered", seconds)
            elif now.state == "dead" or elapsed > patience:
                why = now.error or "nobody took it from the outbox: does the daemon run?"
                found[row.receiver] = Result(row.receiver, why, elapsed)
        time.sleep(LOOK)
    return list(found.values())


def directly(alert: Alert, config: Config, store: Store, clock: Clock) -> list[Result]:
    """Send from this process, where no daemon runs."""
    told = _told(alert, config, store, clock)
    return [_sent(alert, config.receivers[row.receiver], config, clock) for row in told.rows]


def _told(alert: Alert, config: Config, store: Store, clock: Clock) -> Told:
    """To whom the routes say that it goes."""
    resolve = load(config.places.files).resolve
    return tell(
        [alert], alert.lang, "Rasid", {}, store=store, config=config, resolve=resolve, now=clock.now()
    )


def _sent(alert: Alert, receiver: Receiver, config: Config, clock: Clock) -> Result:
    began = clock.monotonic()
    message = messages.of_alerts([alert], now=clock.now())
    try:
        outcome = deliver.send_alone(message, receiver, config, clock.now()) or "delivered"
    except DeliveryError as error:
        outcome = error.line()
    return Result(receiver.name, outcome, clock.monotonic() - began)
