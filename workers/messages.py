"""What people read: a first line that survives a lock screen, then who, where, when, how sure. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.models import Alert, Hours, Mention, Severity, Source
from monitor.notices import Notice
from monitor.text import isolate, one_line, shorten

LIMIT = 3_500  # characters: what the narrowest channels take in one message
MARKS = {"high": "🔴", "medium": "🟠", "info": "🟢"}
_NAMES = {
    "ar": {"curfew": "حظر تجول", "displacement": "نزوح", "clashes": "اشتباكات"},
    "en": {"curfew": "CURFEW", "displacement": "DISPLACEMENT", "clashes": "CLASHES"},
}
_STATUSES = {
    "imposed": "فُرض",
    "extended": "مُدّد",
    "tightened": "شُدّد",
    "eased": "خُفّف",
    "lifted": "رُفع",
    "planned": "مقرر",
    "threatened": "تهديد",
    "ordered": "أمر إخلاء",
    "flight": "نزوح",
    "forced": "تهجير قسري",
    "return": "عودة",
    "ceased": "توقفت",
    "clashes": "جارية",
    "denied": "نُفي",
    "withdrawn": "سُحب الخبر",
    "reported": "ورد خبر",
}
# Reasons as alerts keep them for machines (patterns), and as Arabic readers are told.
_REASONS = (
    (r"first report", "أول خبر"),
    (r"status changed", "تغيّرت الحالة"),
    (r"renewed", "تجدّد"),
    (r"new place", "مكان جديد"),
    (r"deaths reported", "سقوط قتلى"),
    (r"reported again", "ورد من جديد"),
    (r"confirmed by (\d+) sources", r"أكّدته مصادر مستقلة عددها \1"),
    (r"denied in a report of (.+)", r"نفي في خبر \1"),
    (r"corrected by the outlet: no longer reports.*", "سحبت الوسيلة خبرها"),
    (r"corrected by the outlet.*", "صحّحت الوسيلة خبرها"),
    (r"people: .*", "تغيّرت الأعداد"),
)
_WORDS = {
    "ar": {
        "place": "المكان غير محدد",
        "status": "الحالة",
        "says": "النص",
        "source": "المصدر",
        "people": "الأعداد",
        "by": "الجهة",
        "published": "نُشر",
        "seen": "رُصد",
        "single": "مصدر واحد، غير مؤكد",
        "several": "مصادر مستقلة",
        "why": "السبب",
        "families": "عائلة",
        "persons": "شخص",
        "atleast": "على الأقل",
        "open": "حتى إشعار آخر",
        "fixed": "تصحيح",
    },
    "en": {
        "place": "place uncertain",
        "status": "Status",
        "says": "Text",
        "source": "Source",
        "people": "People",
        "by": "By",
        "published": "published",
        "seen": "seen",
        "single": "one source, unconfirmed",
        "several": "independent sources",
        "why": "Why",
        "families": "families",
        "persons": "persons",
        "atleast": "at least",
        "open": "until further notice",
        "fixed": "CORRECTION",
    },
}


LATE = timedelta(minutes=10)


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


def of_alerts(alerts: Sequence[Alert], *, note: str = "", now: datetime, tz: ZoneInfo) -> Message:  # noqa: ARG001
    """One message for the alerts of one group; `note` stands above it. Late ones say how late."""
    first = alerts[0]
    title, text = bundle(alerts)
    late = now - first.created
    if late > LATE:
        hours = late / timedelta(hours=1)
        span = f"{hours:.0f} h" if hours >= 1 else f"{late / timedelta(minutes=1):.0f} min"
        note = "\n".join(filter(None, [f"delayed {span}", note]))
    return Message(
        first.message_id,
        first.id,
        title,
        f"{note}\n{text}" if note else text,
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


def compose(
    mention: Mention,
    sources: Sequence[Source],
    *,
    severity: Severity,
    kind: str,
    why: str,
    lang: str,
    tz: ZoneInfo,
    independent: int = 1,
) -> tuple[str, str]:
    """Title and text of one alert revision, in the item's language (Arabic or English).

    `independent`: sources that do not stand on each other.
    """
    tongue = "en" if lang[:2] == "en" else "ar"
    words = _WORDS[tongue]
    title = _title(mention, severity, kind, tongue)
    lines = [
        title,
        f"{words['status']}: {_status(mention, tongue)} — {words['why']}: {isolate(_reason(why, tongue))}",
    ]
    if mention.evidence:
        lines.append(f"{words['says']}: «{isolate(one_line(mention.evidence[0].text, 400))}»")
    if mention.actor:
        lines.append(f"{words['by']}: {isolate(one_line(mention.actor, 80))}")
    if mention.people:
        least = f"{words['atleast']} " if mention.people.at_least else ""
        lines.append(
            f"{words['people']}: {least}{mention.people.count} {words.get(mention.people.unit, mention.people.unit)}"
        )
    lines += [_source(source, words, tz) for source in sources[-5:]]
    lines.append(words["single"] if independent <= 1 else f"{words['several']}: {independent}")
    return title, "\n".join(lines)


def bundle(alerts: Sequence[Alert]) -> tuple[str, str]:
    """One message for the alerts of one group, the gravest first; links survive shortening."""
    order = {"high": 0, "medium": 1, "info": 2}
    ranked = sorted(alerts, key=lambda alert: order[alert.severity])
    room = LIMIT // max(1, len(ranked))
    texts = []
    for alert in ranked:
        url = _link(alert.sources[-1].url) if alert.sources else ""
        text = alert.text
        if len(text) > room:
            text = f"{shorten(text, max(80, room - len(url) - 1))}\n{url}"
        texts.append(text)
    more = f" (+{len(ranked) - 1})" if len(ranked) > 1 else ""
    return f"{ranked[0].title}{more}", "\n\n".join(texts)


def _title(mention: Mention, severity: Severity, kind: str, tongue: str) -> str:
    words = _WORDS[tongue]
    name = _NAMES[tongue].get(mention.category, mention.category)
    if tongue == "ar":
        places = "، ".join(place.name_ar or place.name for place in mention.places[:3])
    else:
        places = ", ".join(place.name for place in mention.places[:3])
    parts = [isolate(one_line(places, 90)) if places else words["place"]]
    if mention.status in (
        "lifted",
        "eased",
        "extended",
        "planned",
        "threatened",
        "return",
        "ceased",
        "ordered",
        "denied",
        "withdrawn",
    ):
        parts.append(_status(mention, tongue))
    if mention.hours:
        parts.append(_hours(mention.hours, tongue))
    fixed = f"{words['fixed']}: " if kind == "correction" else ""
    return f"{MARKS[severity]} {fixed}{name} – {' – '.join(parts)}"


def _status(mention: Mention, tongue: str) -> str:
    return _STATUSES.get(mention.status, mention.status) if tongue == "ar" else mention.status


def _reason(why: str, tongue: str) -> str:
    """Why this message goes out, in the reader's language where we have the words."""
    if tongue == "ar":
        for pattern, words in _REASONS:
            if found := re.fullmatch(pattern, why, re.DOTALL):
                return one_line(found.expand(words), 200)
    return one_line(why, 200)


def _link(url: str) -> str:
    """A link that may be shown: http or https, and nothing in it that could break the line."""
    return "".join(url.split()) if url.startswith(("http://", "https://")) else ""


def _hours(hours: Hours, tongue: str) -> str:
    until = _WORDS[tongue]["open"] if hours.until == "until further notice" else (hours.until or "")
    if hours.start and hours.end:
        return f"{hours.start} {'حتى' if tongue == 'ar' else 'to'} {hours.end}"
    return until or hours.start or (hours.end or "")


def _source(source: Source, words: dict[str, str], tz: ZoneInfo) -> str:
    def at(moment: datetime | None) -> str:
        return moment.astimezone(tz).strftime("%Y-%m-%d %H:%M") if moment else "?"

    times = f"{words['published']} {at(source.published)}, {words['seen']} {at(source.seen)}"
    return (
        f"{words['source']}: {isolate(one_line(source.outlet, 60))} ({times})\n{_link(source.url)}".rstrip()
    )
