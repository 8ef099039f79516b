"""What would these rules have told? Stored items go through a config again; nothing is sent.

items since a time ─▶ read with the config's terms ─▶ joined into incidents of their own ─▶ routed ─▶ compared with
what was really told
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerts import Alert, Incident
from monitor.canary import CANARY
from monitor.config import Config
from monitor.models import Article, Item, Json
from workers import incidents, routing
from workers.articles import document_of
from workers.classify import Lexicons, read
from workers.places import Gazetteer
from workers.planning import Report, moment_of
from workers.routing import Situation


@dataclass(frozen=True, slots=True)
class Told:
    """One alert revision that an item brings: what of, when, and who hears of it (with the reason if later)."""

    item: str
    at: datetime
    category: str
    status: str
    why: str
    title: str
    outlet: str
    url: str
    receivers: tuple[str, ...]

    def key(self) -> tuple[str, str]:
        """What is compared: an item telling of a category."""
        return self.item, self.category


@dataclass(frozen=True, slots=True)
class Replay:
    """What the config would have told, and what was told. Both in the order of time."""

    items: int
    would: tuple[Told, ...]
    did: tuple[Told, ...]

    def starts(self) -> list[Told]:
        """What would alert that did not."""
        known = {one.key() for one in self.did}
        return [one for one in self.would if one.key() not in known]

    def stops(self) -> list[Told]:
        """What alerted and would not."""
        known = {one.key() for one in self.would}
        return [one for one in self.did if one.key() not in known]

    def volume(self, zone: ZoneInfo) -> dict[str, dict[str, tuple[int, int]]]:
        """Day -> receiver -> messages that were told, and that would be."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for place, told in ((0, self.did), (1, self.would)):
            counts = Counter(
                (f"{one.at.astimezone(zone):%Y-%m-%d}", name) for one in told for name in one.receivers
            )
            for (day, name), count in counts.items():
                pair = list(found.setdefault(day, {}).get(name, (0, 0)))
                pair[place] = count
                found[day][name] = (pair[0], pair[1])
        return {day: found[day] for day in sorted(found)}


@dataclass
class _Past:
    """The incidents as they would have been."""

    open: dict[str, Incident] = field(default_factory=dict)

    def at(self, since: datetime) -> list[Incident]:
        return [one for one in self.open.values() if not one.closed and one.updated >= since]


def replay(
    records: Iterable[Json],
    alerts: Sequence[Alert],
    receivers: Mapping[str, Sequence[str]],
    config: Config,
    lexicons: Lexicons,
    gazetteer: Gazetteer,
) -> Replay:
    """Run items (as the store keeps them, in any order) through a config.

    `alerts`: every revision that was told; `receivers`: by message id, who it was addressed to.
    """
    past, would, did = _Past(), list[Told](), list[Told]()
    ordered = sorted(
        (one for one in records if one["state"] == "done" and one["item"]["outlet"] != CANARY),
        key=lambda one: str(one["item"]["seen"]),
    )
    by_group: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_group.setdefault(alert.group, []).append(alert)
    for record in ordered:
        item = _item(record)
        would += _would_tell(record, item, past, config, lexicons, gazetteer)
        for alert in by_group.get(incidents.group_of(item), ()):
            did.append(_told(item, alert, tuple(receivers.get(alert.message_id, ()))))
    return Replay(len(ordered), tuple(would), tuple(did))


def _would_tell(
    record: Json, item: Item, past: _Past, config: Config, lexicons: Lexicons, gazetteer: Gazetteer
) -> list[Told]:
    now = item.seen
    moment = moment_of(config, now, gazetteer)
    document = document_of(item, article_in(record), config.timezone)
    reading = read(document, lexicons, gazetteer)
    report = Report(item, reading, document.body)
    plan = incidents.plan(report, past.at(now - moment.window), moment)
    found = []
    receivers = {one.id: one.receivers for one in plan.incidents}
    for alert in plan.alerts:
        at = Situation(
            now,
            config.timezone,
            gazetteer.resolve,
            tiers={feed.outlet: feed.tier for feed in config.feeds},
            digest=config.digest,
        )
        before = receivers.get(alert.incident, ())
        names = tuple(
            one.receiver
            for one in routing.route(alert, item.lang, item.outlet, config.routes, at, told_before=before)
            if one.hold != "unsure"
        )
        receivers[alert.incident] = tuple(dict.fromkeys((*before, *names)))
        found.append(_told(item, alert, names))
    for incident in plan.incidents:
        past.open[incident.id] = replace(incident, receivers=tuple(receivers.get(incident.id, ())))
    return found


def _told(item: Item, alert: Alert, receivers: tuple[str, ...]) -> Told:
    return Told(
        item.id,
        item.seen,
        alert.category,
        alert.status,
        alert.why,
        alert.title,
        item.outlet,
        item.url,
        receivers,
    )


def _item(record: Json) -> Item:
    return Item.from_dict(record["item"])


def article_in(record: Json) -> Article:
    """The article as an item's record keeps it."""
    kept = record.get("article") or {}
    return Article(
        url=str(record["item"]["url"]),
        title=str(kept.get("title", "")),
        text=str(kept.get("text", "")),
        source=str(kept.get("source", "")),
    )
