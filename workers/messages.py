"""What people read: a first line that survives a lock screen, then who, where, when, how sure. Pure.

🔴 حظر تجول – الشحيل، دير الزور – الليلة 18:00 حتى 06:00
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Alert, Source
from monitor.models import Hours, Mention, Place, Severity
from monitor.notices import Notice
from monitor.text import isolate, one_line, shorten
from workers.templates import Templates
from workers.words import MARKS, NAMES, REASONS, SHOWN_STATUSES, STATUSES, WORDS

LIMIT = 3_500  # characters: what the narrowest channels take in one message
LATE = timedelta(minutes=10)
EVENING = "16:00"  # hours that begin later are tonight's
ARABIC = ("ar", "fa", "ur", "ckb")  # languages whose readers are told in Arabic


@dataclass(frozen=True, slots=True)
class Message:
    """What one receiver is sent: under an id that repeats keep, in the thread of what it goes on with."""

    id: str
    thread: str
    title: str
    text: str
    lang: str
    severity: Severity
    created: datetime
    alerts: tuple[Alert, ...] = ()
    notice: Notice | None = None


def of_alerts(alerts: Sequence[Alert], *, note: str = "", now: datetime) -> Message:
    """One message for the alerts of one group, the gravest first; `note` stands below its title. Late ones say so."""
    first = alerts[0]
    title, text = bundle(alerts)
    late = now - first.created
    if late > LATE:
        title = f"{title} – {_delayed(late, WORDS[tongue_of(first.lang)])}"
    head, _, rest = text.partition("\n")
    if len(alerts) == 1 or late > LATE:
        head = title
    lines = [head, *(one_line(line, 300) for line in note.splitlines()), rest]
    return Message(
        first.message_id,
        first.id,
        title,
        "\n".join(line for line in lines if line),
        first.lang,
        first.severity,
        first.created,
        tuple(alerts),
    )


def of_notice(notice: Notice) -> Message:
    """A notice as a message."""
    return Message(
        notice.id,
        notice.thread or notice.id,
        notice.title,
        notice.text,
        "en",
        notice.severity,
        notice.created,
        notice=notice,
    )


def bundle(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Title and text for the alerts of one group, the gravest first; links survive shortening."""
    order = {"high": 0, "medium": 1, "info": 2}
    ranked = sorted(alerts, key=lambda alert: order[alert.severity])
    room = LIMIT // max(1, len(ranked)) - 2
    texts = [_fitted(alert, max(80, room)) for alert in ranked]
    more = f" (+{len(ranked) - 1})" if len(ranked) > 1 else ""
    return f"{ranked[0].title}{more}", "\n\n".join(texts)


def _fitted(alert: Alert, room: int) -> str:
    """An alert's text, cut at a word to fit; its newest source's link and its own stay."""
    if len(alert.text) <= room:
        return alert.text
    links = [_link(alert.sources[-1].url) if alert.sources else "", alert.links.get("ack", "")]
    tail = "\n".join(link for link in links if link)
    return f"{shorten(alert.text, max(60, room - len(tail) - 1))}\n{tail}"


# ---------------------------------------------------------------- one alert


def compose(
    mention: Mention,
    sources: Sequence[Source],
    *,
    severity: Severity,
    kind: str,
    why: str,
    lang: str,
    tz: ZoneInfo,
    now: datetime,
    independent: int = 1,
    outlets: int = 0,
    links: dict[str, str] | None = None,
    templates: Templates | None = None,
) -> tuple[str, str]:
    """Title and text of one alert revision, in Arabic for Arabic readers, else in English.

    `sources`: those that are new to the team. `independent`: sources that do not stand on each other, of so many
    `outlets`. `templates`: an admin's own words; where they fail the built-in ones stand.
    """
    tongue = tongue_of(lang)
    words = WORDS[tongue]
    title = _title(mention, severity, kind, tongue, tz, now)
    lines = [
        f"{words['status']}: {_status(mention, tongue)} — {words['why']}: {isolate(reason(why, tongue))}",
        *_facts(mention, words),
        *(_source(source, words, tz) for source in sources[-5:]),
        _independence(independent, max(outlets, len({one.outlet for one in sources})), words),
        *_unknown(mention, words),
        *_links(links or {}, words),
    ]
    text = "\n".join([title, *lines])
    if templates is None:
        return title, text
    return templates.fill(
        tongue,
        title,
        text,
        {
            "category": mention.category,
            "category_name": NAMES[tongue].get(mention.category, mention.category),
            "status": mention.status,
            "status_name": _status(mention, tongue),
            "severity": severity,
            "kind": kind,
            "why": reason(why, tongue),
            "places": [place_name(one, tongue) for one in mention.places],
            "when": _when(mention, tongue, tz, now),
            "people": _people(mention, words),
            "by": one_line(mention.actor or "", 80),
            "evidence": one_line(mention.evidence[0].text, 400) if mention.evidence else "",
            "sources": [
                {"outlet": one_line(one.outlet, 60), "url": _link(one.url), "title": one_line(one.title, 200)}
                for one in sources[-5:]
            ],
            "independent": independent,
            "confidence": mention.confidence,
            "links": dict(links or {}),
        },
    )


def tongue_of(lang: str) -> str:
    """The language in which readers of an item are told: Arabic or English."""
    return "ar" if lang.split("-")[0].lower() in ("", *ARABIC) else "en"


def reason(why: str, tongue: str) -> str:
    """Why this message goes out, in the reader's language where we have the words."""
    if tongue == "ar":
        for pattern, words in REASONS:
            if found := re.fullmatch(pattern, why, re.DOTALL):
                return one_line(found.expand(words), 200)
    return one_line(why, 200)


def place_name(place: Place, tongue: str) -> str:
    """A place as people know it: with its governorate."""
    name, area = (
        (place.name_ar or place.name, place.area_ar or place.area)
        if tongue == "ar"
        else (place.name, place.area)
    )
    shown = one_line(name, 60)
    return f"{shown}{WORDS[tongue]['and']}{one_line(area, 40)}" if area and area != name else shown


def _title(mention: Mention, severity: Severity, kind: str, tongue: str, tz: ZoneInfo, now: datetime) -> str:
    words = WORDS[tongue]
    name = NAMES[tongue].get(mention.category, one_line(mention.category, 40))
    marks = {"correction": f"{words['fixed']}: ", "drill": f"{words['drill']}: "}
    unsure = bool(mention.places) and not any(place.code for place in mention.places)
    if unsure:
        name += f"{words['and']}{words['unsure']}"
    where = " · ".join(_places(mention.places, tongue)) or words["nowhere"]
    parts = [isolate(shorten(where, 120)) + (words["question"] if unsure else "")]
    if mention.status in SHOWN_STATUSES:
        parts.append(_status(mention, tongue))
    if when := _when(mention, tongue, tz, now):
        parts.append(when)
    return f"{MARKS[severity]} {marks.get(kind, '')}{name} – {' – '.join(parts)}"


def _places(places: Sequence[Place], tongue: str) -> list[str]:
    """Up to three places; their governorate once where they share it."""
    areas = {place.area for place in places[:3]}
    if len(areas) != 1 or len(places) == 1:
        return [place_name(place, tongue) for place in places[:3]]
    names = [
        one_line(place.name_ar or place.name if tongue == "ar" else place.name, 60) for place in places[:3]
    ]
    area = places[0].area_ar if tongue == "ar" else places[0].area
    joined = WORDS[tongue]["and"].join(names)
    return [f"{joined} ({one_line(area, 40)})" if area else joined]


def _when(mention: Mention, tongue: str, tz: ZoneInfo, now: datetime) -> str:
    """When, as briefly as it can be said: `tonight 18:00 to 06:00`, `today ~02:00`, `2026-03-01`."""
    words, hours = WORDS[tongue], mention.hours
    day = _day(mention.event_time, tz, now)
    at = _clock(mention.event_time, tz)
    if hours and hours.start:
        if day in ("", "today") and hours.start >= EVENING:
            day = "tonight"
        return " ".join(filter(None, [words.get(day, day), _hours(hours, tongue)]))
    shown = [words.get(day, day), f"~{at}" if at else "", _hours(hours, tongue) if hours else ""]
    return " ".join(one for one in shown if one)


def _day(event: str | None, tz: ZoneInfo, now: datetime) -> str:
    if not event:
        return ""
    today = now.astimezone(tz).date()
    try:
        day = (
            datetime.fromisoformat(event).astimezone(tz).date() if "T" in event else date.fromisoformat(event)
        )
    except ValueError:
        return one_line(event, 20)
    return {today: "today", today - timedelta(days=1): "yesterday"}.get(day, day.isoformat())


def _clock(event: str | None, tz: ZoneInfo) -> str:
    if not event or "T" not in event:
        return ""
    try:
        return datetime.fromisoformat(event).astimezone(tz).strftime("%H:%M")
    except ValueError:
        return ""


def _hours(hours: Hours, tongue: str) -> str:
    words = WORDS[tongue]
    until = words["open"] if hours.until == "until further notice" else one_line(hours.until or "", 40)
    if hours.start and hours.end:
        return f"{hours.start} {words['until']} {hours.end}"
    return " ".join(filter(None, [hours.start or "", until or (hours.end or "")]))


def _status(mention: Mention, tongue: str) -> str:
    return STATUSES.get(mention.status, mention.status) if tongue == "ar" else mention.status


def _facts(mention: Mention, words: dict[str, str]) -> list[str]:
    """Who ordered it, the words that say so, how many people."""
    lines = []
    if mention.actor:
        lines.append(f"{words['by']}: {isolate(one_line(mention.actor, 80))}")
    if mention.evidence:
        lines.append(f"{words['says']}: «{isolate(one_line(mention.evidence[0].text, 400))}»")
    if people := _people(mention, words):
        lines.append(f"{words['people']}: {people}")
    return lines


def _people(mention: Mention, words: dict[str, str]) -> str:
    if not mention.people:
        return ""
    least = f"{words['atleast']} " if mention.people.at_least else ""
    return (
        f"{least}{mention.people.count} {words.get(mention.people.unit, one_line(mention.people.unit, 30))}"
    )


def _source(source: Source, words: dict[str, str], tz: ZoneInfo) -> str:
    def at(moment: datetime | None) -> str:
        return moment.astimezone(tz).strftime("%Y-%m-%d %H:%M") if moment else "?"

    cites = f", {words['citing']} {isolate(one_line(source.cites, 60))}" if source.cites else ""
    times = f"{words['published']} {at(source.published)}, {words['seen']} {at(source.seen)}"
    return f"{words['source']}: {isolate(one_line(source.outlet, 60))}{cites} ({times})\n{_link(source.url)}".rstrip()


def _independence(independent: int, outlets: int, words: dict[str, str]) -> str:
    if independent <= 1:
        return words["single"]
    return words["several"].format(count=independent, outlets=max(outlets, independent))


def _unknown(mention: Mention, words: dict[str, str]) -> list[str]:
    """What a reader would ask and nobody has said."""
    lines = [] if mention.places else [words["nowhere"]]
    ends = mention.hours is not None and bool(mention.hours.end or mention.hours.until)
    if mention.category == "curfew" and mention.status in ("imposed", "extended", "tightened") and not ends:
        lines.append(words["endless"])
    return lines


def _links(links: dict[str, str], words: dict[str, str]) -> list[str]:
    named = (("board", words["thread"]), ("ack", words["ack"]))
    return [f"{name}: {links[key]}" for key, name in named if links.get(key)]


def _link(url: str) -> str:
    """A link that may be shown: http or https, and nothing in it that could break the line."""
    return "".join(url.split()) if url.startswith(("http://", "https://")) else ""


def _delayed(late: timedelta, words: dict[str, str]) -> str:
    minutes = round(late.total_seconds() / 60)
    span = (
        words["minutes"].format(count=minutes)
        if minutes < 90
        else words["hours"].format(count=round(minutes / 60))
    )
    return words["delayed"].format(span=span)
