"""What the team is told, as plain data: incidents, their alerts, and the deliveries of those. No I/O, no decisions.

Times are aware UTC datetimes in memory and ISO 8601 with a Z in JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from monitor.clock import iso, parse_iso
from monitor.models import Hours, Json, Mention, People, Place, Severity, moment


@dataclass(frozen=True, slots=True)
class Source:
    """One item that tells of an incident."""

    item: str
    outlet: str
    url: str
    title: str
    published: datetime | None
    seen: datetime
    cites: str | None = None

    def to_dict(self) -> Json:
        return asdict(self) | {
            "published": iso(self.published) if self.published else None,
            "seen": iso(self.seen),
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(**{**data, "published": moment(data["published"]), "seen": parse_iso(data["seen"])})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the team was told of one place of an incident: later reports are compared with it."""

    status: str
    changed: datetime  # when an outlet published the status told
    reported: dict[str, datetime]  # when anybody last reported each status
    people: People | None = None
    deaths: bool = False
    hours: Hours | None = None
    event: str | None = None  # ISO date
    ends: datetime | None = None  # of a curfew's hours

    def to_dict(self) -> Json:
        return {
            "status": self.status,
            "changed": iso(self.changed),
            "reported": {status: iso(moment) for status, moment in self.reported.items()},
            "people": asdict(self.people) if self.people else None,
            "deaths": self.deaths,
            "hours": self.hours.to_dict() if self.hours else None,
            "event": self.event,
            "ends": iso(self.ends) if self.ends else None,
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(
            status=data["status"],
            changed=parse_iso(data["changed"]),
            reported={status: parse_iso(moment) for status, moment in data["reported"].items()},
            people=People(**data["people"]) if data["people"] else None,
            deaths=data["deaths"],
            hours=Hours.from_dict(data["hours"]) if data["hours"] else None,
            event=data["event"],
            ends=moment(data["ends"]),
        )


@dataclass(frozen=True, slots=True)
class Incident:
    """Mentions of one category that tell of the same happening. `revision` counts its alert's revisions."""

    id: str  # in_<hex>
    category: str
    status: str
    opened: datetime
    updated: datetime
    places: tuple[Place, ...]
    sources: tuple[Source, ...]
    alert: str = ""  # al_<hex>
    revision: int = 0
    closed: bool = False
    receivers: tuple[str, ...] = ()  # everyone who was told
    mentions: tuple[Mention, ...] = ()  # as last told
    standings: tuple[Standing, ...] = ()  # one a place, in their order; a single one without places
    texts: dict[str, str] = field(default_factory=dict)  # sketches of what was read, by item
    told: datetime | None = None  # when the last revision went out
    shown: int = 0  # so many of the sources were told
    confirmed: bool = False  # enough independent sources were told
    denied: datetime | None = None  # a denial was told, and nothing against it since
    ended: datetime | None = None  # lifted, ceased or withdrawn everywhere; late reports still join

    def to_dict(self) -> Json:
        return {
            "id": self.id,
            "category": self.category,
            "status": self.status,
            "opened": iso(self.opened),
            "updated": iso(self.updated),
            "places": [place.to_dict() for place in self.places],
            "sources": [source.to_dict() for source in self.sources],
            "alert": self.alert,
            "revision": self.revision,
            "closed": self.closed,
            "receivers": list(self.receivers),
            "mentions": [mention.to_dict() for mention in self.mentions],
            "standings": [one.to_dict() for one in self.standings],
            "texts": dict(self.texts),
            "told": iso(self.told) if self.told else None,
            "shown": self.shown,
            "confirmed": self.confirmed,
            "denied": iso(self.denied) if self.denied else None,
            "ended": iso(self.ended) if self.ended else None,
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(
            id=data["id"],
            category=data["category"],
            status=data["status"],
            opened=parse_iso(data["opened"]),
            updated=parse_iso(data["updated"]),
            places=tuple(Place.from_dict(place) for place in data["places"]),
            sources=tuple(Source.from_dict(source) for source in data["sources"]),
            alert=data["alert"],
            revision=data["revision"],
            closed=data["closed"],
            receivers=tuple(data["receivers"]),
            mentions=tuple(Mention.from_dict(mention) for mention in data["mentions"]),
            standings=tuple(Standing.from_dict(one) for one in data.get("standings", ())),
            texts=data.get("texts", {}),
            told=moment(data.get("told")),
            shown=data.get("shown", 0),
            confirmed=data.get("confirmed", False),
            denied=moment(data.get("denied")),
            ended=moment(data.get("ended")),
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """What the team is told about one incident, at one revision (`rasid.alert/1`)."""

    id: str  # al_<hex>, survives revisions
    revision: int
    group: str  # gr_<hex>: the item that opened it
    kind: str  # new | update | correction | drill
    incident: str
    created: datetime
    why: str
    category: str
    status: str
    confidence: float
    severity: Severity
    title: str
    text: str
    lang: str
    mentions: tuple[Mention, ...]
    sources: tuple[Source, ...]
    independent_sources: int = 1
    links: dict[str, str] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Stable across retries: `<id>_r<revision>`."""
        return f"{self.id}_r{self.revision}"

    def to_dict(self) -> Json:
        """The webhook body, `alerts --json` and the board's answer."""
        places = {place.code or place.name: place for mention in self.mentions for place in mention.places}
        return {
            "schema": "rasid.alert/1",
            "id": self.id,
            "revision": self.revision,
            "group": self.group,
            "kind": self.kind,
            "incident": self.incident,
            "created": iso(self.created),
            "why": self.why,
            "category": self.category,
            "status": self.status,
            "confidence": round(self.confidence, 3),
            "severity": self.severity,
            "title": self.title,
            "text": self.text,
            "lang": self.lang,
            "mentions": [mention.to_dict() for mention in self.mentions],
            "places": [place.to_dict() for place in places.values()],
            "independent_sources": self.independent_sources,
            "sources": [source.to_dict() for source in self.sources],
            "links": dict(self.links),
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        values = {key: value for key, value in data.items() if key not in ("schema", "places")}
        return cls(
            **{
                **values,
                "created": parse_iso(data["created"]),
                "mentions": tuple(Mention.from_dict(mention) for mention in data["mentions"]),
                "sources": tuple(Source.from_dict(source) for source in data["sources"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outbox row: the alert revisions of one group for one receiver, under an id that never changes.

    States: due, sending, delivered, dead; held (waits until `due_ms` for the reason `hold`), bundled (told in
    another row's message), collapsed (a later revision was told meanwhile).
    """

    id: str
    receiver: str
    alerts: tuple[str, ...]  # message ids: al_…_r1, or one notice: nt_…
    state: str = "due"
    attempts: int = 0
    token: int = 0
    created_ms: int = 0
    due_ms: int = 0
    done_ms: int = 0
    error: str = ""
    maybe_sent: bool = False  # an earlier try may have arrived
    note: str = ""  # a line of its own above the message
    hold: str = ""  # why it waits, or waited
