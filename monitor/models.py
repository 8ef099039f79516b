"""The things Rasid speaks of, as plain data. No I/O, no decisions.

One story travels Entry -> Item -> Article -> Reading (mentions) -> Incident -> Alert -> Delivery.
Times are aware UTC datetimes in memory and ISO 8601 with a Z in JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self

from monitor.clock import iso, parse_iso

Json = dict[str, Any]
STATUSES = (  # of labels, and what is told of them
    "imposed", "extended", "tightened", "eased", "lifted", "planned", "threatened", "ordered", "flight", "forced",
    "return", "clashes", "ceased", "denied", "withdrawn", "reported",
)  # fmt: skip
CATEGORIES = ("curfew", "displacement", "clashes")
SEVERITIES = ("info", "medium", "high")
Severity = Literal["info", "medium", "high"]


def moment(value: str | None) -> datetime | None:
    """A time as JSON has it; None for none."""
    return parse_iso(value) if value else None


# ---------------------------------------------------------------- from the outlet


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a feed document, as the outlet wrote it. Texts may hold HTML."""

    guid: str | None
    link: str | None
    title: str
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    media: tuple[str, ...] = ()  # URLs of enclosures and images
    whole: bool = False  # it holds all there is to read: its page is not fetched


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A parsed feed. `notes` name what was mended or cut: `encoding`, `truncated`, `entry_dropped`."""

    format: str  # rss20, atom10, rdf, json, …
    title: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    language: str = ""
    ttl: int | None = None  # minutes
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[str, ...] = ()
    update_period: int | None = None  # seconds, from sy:updatePeriod and sy:updateFrequency
    next_url: str | None = None  # paged feed (rel=next)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry we accepted, at one revision; what a worker is given to read."""

    id: str  # it_<hex>
    revision: int
    feed: str
    outlet: str
    url: str
    title: str
    summary: str
    content: str
    published: datetime | None
    seen: datetime
    fingerprint: str
    lang: str = ""
    country: str = ""
    tier: int = 2
    pages: bool = True  # may it wake anybody?
    quiet: str = ""  # if not: the named reason
    whole: bool = False  # the entry holds all there is to read: its page is not fetched

    def to_dict(self) -> Json:
        data = asdict(self)
        data["published"] = iso(self.published) if self.published else None
        data["seen"] = iso(self.seen)
        return data

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(**{**data, "published": moment(data["published"]), "seen": parse_iso(data["seen"])})


@dataclass(frozen=True, slots=True)
class Dropped:
    """A block of a page that was not taken for the article, and the rule that said so."""

    reason: str
    text: str
    linked: bool = False  # nearly all of it is links


@dataclass(frozen=True, slots=True)
class Article:
    """What a page or a feed entry says, without its boilerplate."""

    title: str
    text: str  # paragraphs, one newline between
    source: str  # page | feed | jsonld | none
    published: datetime | None = None
    lang: str = ""
    author: str = ""
    url: str = ""  # canonical
    image: str = ""
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()  # `selector_missed`, `page_timeout`, …


# ---------------------------------------------------------------- what it says


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that made a rule speak: `text == field[start:end]`, in code points of the original."""

    field: str  # title | body
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as named in the text, with its gazetteer entry. `within` holds the codes of what it lies in."""

    text: str
    name: str
    name_ar: str = ""
    code: str = ""
    lat: float | None = None
    lon: float | None = None
    within: tuple[str, ...] = ()
    area: str = ""  # the governorate it lies in, for people
    area_ar: str = ""

    def to_dict(self) -> Json:
        return {**asdict(self), "within": list(self.within)}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(**{**data, "within": tuple(data.get("within", ()))})


@dataclass(frozen=True, slots=True)
class People:
    """How many people; `unit` is families or persons; `at_least` for "more than", "dozens of"."""

    count: int
    unit: str
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """Curfew hours, local: `from`, `to` as HH:MM; `until` a date, a time or `until further notice`."""

    start: str | None = None
    end: str | None = None
    until: str | None = None

    def to_dict(self) -> Json:
        named = {"from": self.start, "to": self.end, "until": self.until}
        return {key: value for key, value in named.items() if value is not None}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(data.get("from"), data.get("to"), data.get("until"))


@dataclass(frozen=True, slots=True)
class Mention:
    """One happening of one category that an item reports as real and current."""

    category: str
    status: str
    confidence: float
    evidence: tuple[Evidence, ...]
    role: str = "main"  # main | passing
    places: tuple[Place, ...] = ()
    people: People | None = None
    hours: Hours | None = None
    event_time: str | None = None  # ISO date or date and time
    actor: str | None = None

    def to_dict(self) -> Json:
        return {
            "category": self.category,
            "status": self.status,
            "confidence": round(self.confidence, 3),
            "role": self.role,
            "evidence": [asdict(evidence) for evidence in self.evidence],
            "places": [place.to_dict() for place in self.places],
            "people": asdict(self.people) if self.people else None,
            "hours": self.hours.to_dict() if self.hours else None,
            "event_time": self.event_time,
            "actor": self.actor,
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(
            category=data["category"],
            status=data["status"],
            confidence=data["confidence"],
            role=data["role"],
            evidence=tuple(Evidence(**evidence) for evidence in data["evidence"]),
            places=tuple(Place.from_dict(place) for place in data["places"]),
            people=People(**data["people"]) if data["people"] else None,
            hours=Hours.from_dict(data["hours"]) if data["hours"] else None,
            event_time=data["event_time"],
            actor=data["actor"],
        )


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Words that looked like a mention and are none, with the reason: negated, background, weak, …"""

    category: str
    reason: str
    evidence: tuple[Evidence, ...]
    status: str = ""  # `denied` where somebody denies it

    def to_dict(self) -> Json:
        return asdict(self) | {"evidence": [asdict(evidence) for evidence in self.evidence]}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says. `mentions` is the truth, everything else is derived from it or explains it."""

    lang: str
    mentions: tuple[Mention, ...]
    suppressed: tuple[Suppressed, ...] = ()

    def places(self) -> list[Place]:
        """The places of mentions, each once, in order."""
        found = (place for mention in self.mentions for place in mention.places)
        return list({place.code or place.name: place for place in found}.values())
