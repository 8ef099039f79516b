"""What the pages and the API show, gathered from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts import Alert, Delivery, Incident
from monitor.board.desk import Desk, shown
from monitor.clock import from_ms, parse_iso, to_ms
from monitor.config import Config, FeedConfig
from monitor.errors import UsageError
from monitor.handling import Handling, unacknowledged
from monitor.models import SEVERITIES, Json, Place
from monitor.rhythm import Rhythm, rate
from monitor.tables import feed_problems
from monitor.text import fold
from monitor.values import duration
from monitor.watch import Watched, delay

CASES = 100  # open incidents on one page
ROWS = 2_000  # newest deliveries that are looked at
NEWEST = 500  # newest alerts and items that are looked at
STUCK = timedelta(minutes=5)  # an item that waits longer is a problem


@dataclass(frozen=True, slots=True)
class Case:
    """An open incident as the duty officer sees it."""

    incident: Incident
    alert: Alert | None  # its last revision
    handling: Handling
    needs: bool  # somebody still has to acknowledge it
    severity: str

    @property
    def ended(self) -> bool:
        return self.incident.ended is not None

    @property
    def people(self) -> list[str]:
        """Who took a step, each once, the last one first."""
        return list(dict.fromkeys(step.by for step in reversed(self.handling.steps)))

    @property
    def title(self) -> str:
        """What was told, else the outlet's own words."""
        if self.alert:
            return self.alert.title
        return self.incident.sources[-1].title if self.incident.sources else self.incident.id


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, or that holds messages back. `grave`: somebody should act."""

    kind: str
    subject: str
    text: str
    page: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """Items that are not read yet."""

    count: int
    oldest: datetime | None


def case(desk: Desk, incident: Incident) -> Case:
    """An incident with its alert's last revision and what was done."""
    revisions = desk.store.items.revisions(incident.alert) if incident.alert else []
    handling = desk.store.team.handling(incident.id)
    configured = desk.config.categories.get(incident.category)
    severity = revisions[-1].severity if revisions else (configured.severity if configured else "info")
    needs = unacknowledged(revisions, handling) is not None
    return Case(incident, revisions[-1] if revisions else None, handling, needs, severity)


def cases(desk: Desk, limit: int = CASES) -> tuple[list[Case], int]:
    """Open incidents: those that need somebody first, ended ones last; and how many there are in all."""
    incidents = desk.open_incidents()
    found = [case(desk, one) for one in incidents[:limit]]
    found.sort(key=lambda one: (one.ended, not one.needs, -SEVERITIES.index(one.severity)))
    return found, len(incidents)


# ---------------------------------------------------------------- what is wrong


def troubles(desk: Desk) -> list[Trouble]:
    """Everything wrong, the grave first."""
    store, now = desk.store, desk.clock.now()
    found = [*_feeds_in_trouble(desk), *_receivers_in_trouble(desk)]
    rows = store.outbox.rows(ROWS)
    if dead := sum(row.state == "dead" for row in rows):
        found.append(Trouble("dead letters", str(dead), "", "/deliveries?state=dead"))
    waits = waiting(desk)
    if waits.count:
        stuck = waits.oldest is not None and now - waits.oldest > STUCK
        text = f"the oldest since {_local(desk, waits.oldest)}" if waits.oldest else ""
        found.append(Trouble("items wait to be read", str(waits.count), text, "/items?state=pending", stuck))
    if given_up := store.items.dead():
        found.append(Trouble("items were given up", str(given_up), "", "/items?state=dead"))
    for one in store.team.silences(now):
        text = f"{one.why} ({_local(desk, one.until)})"
        found.append(Trouble("silence in force", one.by, text, "/silences", grave=False))
    if held := sum(row.state == "held" for row in rows):
        found.append(Trouble("messages are held back", str(held), "", "/deliveries?state=held", grave=False))
    found += [Trouble("store", "", warning, "") for warning in store.warnings()]
    return sorted(found, key=lambda one: not one.grave)


def _feeds_in_trouble(desk: Desk) -> Iterable[Trouble]:
    states = desk.store.feeds.states()
    for feed in desk.config.feeds:
        if problems := feed_problems(feed, states.get(feed.name, {})):
            yield Trouble("feed", feed.name, problems[0], "/feeds")


def _receivers_in_trouble(desk: Desk) -> Iterable[Trouble]:
    for name in desk.store.outbox.lanes():
        if one := desk.store.outbox.trouble(name):
            since = _local(desk, from_ms(one.since_ms))
            text = f"{one.failures} failures in a row since {since}: {one.error}"
            yield Trouble("receiver", name, text, f"/deliveries?receiver={name}")


def _local(desk: Desk, moment: datetime) -> str:
    return moment.astimezone(desk.config.timezone).strftime("%Y-%m-%d %H:%M")


def waiting(desk: Desk) -> Waiting:
    """Items that are not read yet; the oldest is looked for among the newest items."""
    count = desk.store.items.waiting()
    if not count:
        return Waiting(0, None)
    seen = [one["item"]["seen"] for one in desk.store.items.newest(NEWEST) if one["state"] == "pending"]
    return Waiting(count, min(map(parse_iso, seen), default=None))


# ---------------------------------------------------------------- alerts


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter on alerts; empty fields let everything pass."""

    category: str = ""
    status: str = ""
    place: str = ""
    since: datetime | None = None

    def fits(self, alert: Alert) -> bool:
        """Whether an alert passes."""
        if self.since and alert.created < self.since:
            return False
        if (self.category and alert.category != self.category) or (
            self.status and alert.status != self.status
        ):
            return False
        return not self.place or _names(alert, fold(self.place))


def _names(alert: Alert, word: str) -> bool:
    places = (place for mention in alert.mentions for place in mention.places)
    return any(
        word in fold(f"{one.text} {one.name} {one.name_ar} {one.code} {' '.join(one.within)}")
        for one in places
    )


def since(text: str, now: datetime) -> datetime | None:
    """The moment that `24h`, `7d` or an ISO time means. Raises UsageError for anything else."""
    if not text:
        return None
    try:
        return now - timedelta(seconds=duration(text))
    except (ValueError, OverflowError):
        pass
    try:
        return parse_iso(text[:40])
    except (ValueError, OverflowError):
        raise UsageError(
            f"since: {text[:40]!r} is no time", cure="write 24h, 7d or 2026-11-22T17:30:00Z"
        ) from None


# ---------------------------------------------------------------- feeds, deliveries, places


def feed_health(feed: FeedConfig, state: Json) -> Json:
    """One feed's health, as `rasid feeds --json` tells it."""
    found = delay(Watched.from_dict(state.get("watched")))
    rhythm = Rhythm.from_dict(state.get("rhythm") or {})
    last = parse_iso(state["polled"]) if state.get("polled") else None
    return {
        "name": feed.name,
        "url": shown(feed.url),
        "polled_at": shown(state.get("found") or state.get("moved") or feed.url),
        "outcome": state.get("outcome", "never polled"),
        "status": state.get("status"),
        "last_success": state.get("last_success", ""),
        "next": state.get("next", ""),
        "why_next": state.get("why_next", ""),
        "delay_seconds": list(found) if found else None,
        "entries": state.get("entries", 0),
        "entries_a_day": round(rate(rhythm, last), 1) if last else 0.0,
        "errors": state.get("errors", 0),
        "problems": feed_problems(feed, state),
    }


def feeds(config: Config, states: dict[str, Json]) -> list[Json]:
    """Every feed of the config, problems first."""
    found = [feed_health(feed, states.get(feed.name, {})) for feed in config.feeds]
    return sorted(found, key=lambda one: (not one["problems"], one["name"]))


def states_of(rows: Iterable[Delivery]) -> Counter[str]:
    """How many deliveries are in each state."""
    return Counter(row.state for row in rows)


def told(desk: Desk, row: Delivery) -> tuple[str, str]:
    """What a row tells of: its title, and the page of its incident where there is one."""
    for message_id in row.alerts:
        if message_id.startswith("nt_"):
            notice = desk.store.outbox.notice(message_id)
            return (notice.title, "") if notice else (message_id, "")
        if alert := desk.store.items.alert(message_id):
            return alert.title, f"/incidents/{alert.incident}"
    return ", ".join(row.alerts), ""


def deliveries_of(desk: Desk, alert_id: str) -> list[Delivery]:
    """Deliveries of every revision of an alert, the newest first."""
    if not alert_id:
        return []
    return [
        row
        for row in desk.store.outbox.rows(ROWS)
        if any(one.rpartition("_r")[0] == alert_id for one in row.alerts)
    ]


def places_of(incident: Incident) -> list[Place]:
    """Its places, each once."""
    return list({one.code or one.name: one for one in incident.places}.values())


def revive(desk: Desk, row_id: str) -> str:
    """Send a dead letter once more: `ok`, `unknown`, or the state of a row that is not dead."""
    return desk.store.outbox.revive(row_id, to_ms(desk.clock.now()))


def found_in(record: Json) -> tuple[list[tuple[str, str]], list[str]]:
    """What was found in an item (category, status), and why nothing of it was told."""
    mentions = [(one["category"], one["status"]) for one in record.get("reading", {}).get("mentions", [])]
    note = record.get("note", {})
    reasons = [str(one) for one in note.get("reasons", [])]
    reasons += [f"{one['category']}: {one['reason']}" for one in note.get("review", [])]
    reasons += [str(one) for one in note.get("article", []) if str(one).startswith("page_")]
    suppressed = record.get("reading", {}).get("suppressed", [])
    reasons += [f"{one['category']}: {one['reason']}" for one in suppressed]
    if quiet := record["item"].get("quiet"):
        reasons.append(str(quiet))
    return mentions, list(dict.fromkeys(reasons))


def statuses(alerts: Sequence[Alert]) -> list[str]:
    """Statuses that occur, for the filter."""
    return sorted({one.status for one in alerts})
