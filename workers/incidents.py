"""Which incident a mention joins, and what the team is told of it. Pure: same input, same ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.clock import parse_iso
from monitor.models import Alert, Incident, Item, Mention, Place, Reading, Severity, Source
from monitor.text import fold
from workers import messages

ENDING = ("lifted", "ceased")
CALM = ("lifted", "eased", "ceased", "return", "denied")
OLD_EVENT = timedelta(hours=24)
_HIGH = ("imposed", "extended", "tightened", "planned", "ordered", "flight", "forced")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one item changes: incidents to write, alert revisions, and (category, reason) notes."""

    incidents: list[Incident] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def severity(mention: Mention) -> Severity:
    """How urgent a mention is by default."""
    if mention.status in CALM:
        return "info"
    return "high" if mention.status in _HIGH else "medium"


def same_place(one: Sequence[Place], other: Sequence[Place]) -> bool:
    """Do two lists name a place that is the same, or one that lies in the other?"""
    return any(
        _key(left) == _key(right)
        or (bool(left.code) and left.code in right.within)
        or (bool(right.code) and right.code in left.within)
        for left in one
        for right in other
    )


def plan(
    item: Item,
    reading: Reading,
    open_incidents: Sequence[Incident],
    *,
    now: datetime,
    window: timedelta,
    tz: ZoneInfo,
    previous: Reading | None = None,
) -> Plan:
    """Decide for every happening of one item: joins quietly, updates, opens, or is only noted."""
    made = Plan()
    known = {one.id: one for one in open_incidents if not one.closed and now - one.updated <= window}
    if previous is not None and item.pages:
        _corrections(made, item, reading, known, now, tz)
    for number, mention in enumerate(_happenings(reading.mentions)):
        joined = _join(item, mention, known)
        if joined is None:
            _open(made, item, mention, number, known, now, tz)
        else:
            _update(made, item, mention, joined, known, now, tz)
    for held in reading.suppressed:
        made.notes.append((held.category, f"held back: {held.reason}"))
    return made


def _happenings(mentions: Sequence[Mention]) -> list[Mention]:
    """One mention a category and place: the surest of those that tell of the same."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: -one.confidence):
        same = [
            other
            for other in kept
            if other.category == mention.category
            and (same_place(other.places, mention.places) or not (other.places and mention.places))
        ]
        if not same:
            kept.append(mention)
    return kept


def _join(item: Item, mention: Mention, known: dict[str, Incident]) -> Incident | None:
    for incident in known.values():
        if incident.category != mention.category:
            continue
        if same_place(incident.places, mention.places):
            return incident
        if any(source.item == item.id for source in incident.sources) and not mention.places:
            return incident
        if not incident.places and not mention.places and _same_story(item, incident):
            return incident
    return None


def _same_story(item: Item, incident: Incident) -> bool:
    """Nearly the same headline: most of the words of the shorter one stand in the other."""
    words = set(fold(item.title).split())
    for source in incident.sources:
        other = set(fold(source.title).split())
        if words and other and len(words & other) >= 0.7 * min(len(words), len(other)):
            return True
    return False


def _open(
    made: Plan,
    item: Item,
    mention: Mention,
    number: int,
    known: dict[str, Incident],
    now: datetime,
    tz: ZoneInfo,
) -> None:
    reason = _quiet(item, mention, now)
    if reason:
        made.notes.append((mention.category, reason))
        return
    where = _key(mention.places[0]) if mention.places else str(number)
    incident = Incident(
        id=_digest("in", mention.category, item.id, where),
        category=mention.category,
        status=mention.status,
        opened=now,
        updated=now,
        places=mention.places,
        sources=(_source(item),),
        closed=mention.status in ENDING,
        mentions=(mention,),
    )
    incident = replace(incident, alert=_digest("al", incident.id))
    _tell(made, item, mention, incident, known, now, tz, kind="new", why="first report")


def _update(
    made: Plan,
    item: Item,
    mention: Mention,
    incident: Incident,
    known: dict[str, Incident],
    now: datetime,
    tz: ZoneInfo,
) -> None:
    told_by_us = any(source.item == item.id for source in incident.sources)
    sources = incident.sources if told_by_us else (*incident.sources, _source(item))
    grown = replace(incident, sources=sources, updated=now)
    changed = mention.status != incident.status and _is_news(mention, incident)
    if changed and not _quiet(item, mention, now):
        status = replace(grown, status=mention.status, mentions=(mention,), closed=mention.status in ENDING)
        _tell(made, item, mention, status, known, now, tz, kind="update", why="status changed")
        return
    if not told_by_us and item.pages:
        known[grown.id] = grown
        _keep(made, grown)
    made.notes.append((mention.category, f"joined {incident.id}, nothing new"))


def _is_news(mention: Mention, incident: Incident) -> bool:
    """`imposed` after `extended` is a late report, not a change; everything else is told."""
    return not (mention.status == "imposed" and incident.status in ("extended", "tightened", "eased"))


def _corrections(
    made: Plan, item: Item, reading: Reading, known: dict[str, Incident], now: datetime, tz: ZoneInfo
) -> None:
    """Incidents that rest on this item, and of which its new text no longer speaks."""
    for incident in list(known.values()):
        if not any(source.item == item.id for source in incident.sources) or not incident.mentions:
            continue
        still = [one for one in reading.mentions if one.category == incident.category]
        if any(same_place(one.places, incident.places) or not one.places for one in still):
            continue
        alone = all(source.item == item.id for source in incident.sources)
        where = "، ".join(place.name_ar or place.name for place in incident.places) or "an unnamed place"
        why = f"corrected by the outlet: no longer reports {incident.category} in {where}"
        gone = replace(incident, updated=now, closed=alone)
        mention = incident.mentions[0]
        _tell(made, item, mention, gone, known, now, tz, kind="correction", why=why)
        known.pop(gone.id)


def _tell(
    made: Plan,
    item: Item,
    mention: Mention,
    incident: Incident,
    known: dict[str, Incident],
    now: datetime,
    tz: ZoneInfo,
    *,
    kind: str,
    why: str,
) -> None:
    incident = replace(incident, revision=incident.revision + 1)
    level = "info" if kind == "correction" else severity(mention)
    title, text = messages.compose(
        mention, incident.sources, severity=level, kind=kind, why=why, lang=item.lang, tz=tz
    )
    known[incident.id] = incident
    _keep(made, incident)
    made.alerts.append(
        Alert(
            id=incident.alert,
            revision=incident.revision,
            group=_digest("gr", item.id, str(item.revision)),
            kind=kind,
            incident=incident.id,
            created=now,
            why=why,
            category=incident.category,
            status=mention.status,
            confidence=mention.confidence,
            severity=level,
            title=title,
            text=text,
            lang=item.lang or "ar",
            mentions=(mention,),
            sources=incident.sources,
            independent_sources=len({source.outlet for source in incident.sources}),
        )
    )


def _keep(made: Plan, incident: Incident) -> None:
    made.incidents[:] = [one for one in made.incidents if one.id != incident.id] + [incident]


def _quiet(item: Item, mention: Mention, now: datetime) -> str:
    """Why a mention is not told, or ""."""
    if not item.pages:
        return f"not told: {item.quiet}"
    if mention.event_time and now - parse_iso(mention.event_time) > OLD_EVENT + timedelta(hours=24):
        return "not told: old event"
    return ""


def _source(item: Item) -> Source:
    return Source(item.id, item.outlet, item.url, item.title, item.published, item.seen)


def _key(place: Place) -> str:
    return place.code or fold(place.name_ar or place.name)


def _digest(prefix: str, *parts: str) -> str:
    return f"{prefix}_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"
