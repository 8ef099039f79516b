"""The situation report: what was told in a span of time, against the spans before, on one page. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape
from urllib.parse import urlsplit

from monitor.alerts import Alert, Incident
from monitor.drawing import Point, draw
from monitor.models import Place, Severity
from monitor.text import fold, isolate, one_line

SPANS_BEFORE = 7  # of the report's own length, for the average
MOST_TOLD, MOST_PLACES, MOST_SOURCES, MOST_OPEN = 200, 15, 10, 50
CALM = ("lifted", "ceased", "denied", "withdrawn")

WORDS = {
    "en": {
        "dir": "ltr", "report": "Situation report", "from": "from", "to": "to", "quiet": "Nothing was told.",
        "category": "Category", "place": "Place", "incidents": "incidents", "average": "average before",
        "timeline": "Timeline", "map": "Map", "sources": "Sources", "open": "Open incidents", "more": "and {} more",
        "no_average": "no days before to compare with", "status": "status", "since": "since", "updated": "last report",
        "unknown": "place unknown", "no_points": "No place on the map.", "reports": "reports",
        "curfew": "curfew", "displacement": "displacement", "clashes": "clashes",
    },
    "ar": {
        "dir": "rtl", "report": "تقرير الوضع", "from": "من", "to": "إلى", "quiet": "لم يُبلَّغ عن شيء.",
        "category": "الفئة", "place": "المكان", "incidents": "حوادث", "average": "المعدل السابق",
        "timeline": "التسلسل الزمني", "map": "الخريطة", "sources": "المصادر", "open": "حوادث مفتوحة", "more": "و{} أخرى",
        "no_average": "لا أيام سابقة للمقارنة", "status": "الحالة", "since": "منذ", "updated": "آخر خبر",
        "unknown": "مكان غير معروف", "no_points": "لا مكان على الخريطة.", "reports": "أخبار",
        "curfew": "حظر تجوال", "displacement": "نزوح", "clashes": "اشتباكات",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """So many incidents; `average` in the spans before, None while there are none to compare with."""

    name: str
    count: int
    average: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One alert revision of the timeline."""

    at: datetime
    severity: Severity
    title: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class Open:
    """An incident that is not over."""

    category: str
    status: str
    place: str
    opened: datetime
    updated: datetime
    sources: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the page says, in the order of the page."""

    since: datetime
    until: datetime
    zone: tzinfo
    lang: str
    categories: tuple[Count, ...]
    places: tuple[Count, ...]
    timeline: tuple[Told, ...]
    untold: int  # revisions that the timeline leaves out, the oldest
    points: tuple[Point, ...]
    sources: tuple[Count, ...]
    open: tuple[Open, ...]

    @property
    def title(self) -> str:
        word = WORDS[self.lang]
        span = f"{word['from']} {isolate(self.at(self.since))} {word['to']} {isolate(self.at(self.until))}"
        return f"{word['report']} {span}"

    def at(self, moment: datetime) -> str:
        """A time as the team reads it."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def word(self, name: str) -> str:
        """A word in the report's language; a category of the config's own stands as it is."""
        return WORDS[self.lang].get(name, name)

    def text(self) -> str:
        """For mail and chats."""
        return _text(self)

    def html(self) -> str:
        """One file without anything outside it."""
        return _html(self)


def compose(
    alerts: Iterable[Alert],
    incidents: Iterable[Incident],
    now: datetime,
    since: datetime,
    tz: tzinfo,
    *,
    lang: str = "en",
) -> Report:
    """The report from `since` to `now`. `alerts`: all revisions since `since - SPANS_BEFORE * (now - since)`.

    `incidents`: those that are open. Drills are left out. `lang`: ar or en.
    """
    length = now - since
    told = [
        one for one in alerts if one.kind != "drill" and since - SPANS_BEFORE * length <= one.created <= now
    ]
    firsts = _firsts(told)
    spans = _spans_before(firsts, since, length)
    inside = sorted(
        (one for one in told if one.created >= since), key=lambda one: (one.created, one.message_id)
    )
    current = [one for one in firsts if one.created >= since]
    before = [one for one in firsts if one.created < since]
    unknown = WORDS[lang]["unknown"]
    latest = {one.id: one for one in sorted(inside, key=lambda one: one.revision)}
    return Report(
        since=since,
        until=now,
        zone=tz,
        lang=lang,
        categories=_counts([_category(one) for one in current], [_category(one) for one in before], spans),
        places=_counts(
            [_place_name(one, lang) or unknown for one in current],
            [_place_name(one, lang) or unknown for one in before],
            spans,
            most=MOST_PLACES,
        ),
        timeline=tuple(map(_told, inside[-MOST_TOLD:])),
        untold=max(0, len(inside) - MOST_TOLD),
        points=_points(latest.values(), lang),
        sources=_sources(latest.values()),
        open=_open(incidents, lang),
    )


def places_of(alert: Alert) -> list[Place]:
    """The places of an alert, each once, in their order."""
    found = (place for mention in alert.mentions for place in mention.places)
    return list({place.code or place.name: place for place in found}.values())


def in_places(alert: Alert, wanted: Sequence[str]) -> bool:
    """Whether an alert tells of one of these places (names in either script, or codes), or of a part of one."""
    names = {fold(one) for one in wanted}
    return any(
        {fold(one) for one in (place.text, place.name, place.name_ar, place.code, *place.within) if one}
        & names
        for place in places_of(alert)
    )


def _category(one: Alert | Incident) -> str:
    return one_line(one.category, 40)


def _firsts(told: Iterable[Alert]) -> list[Alert]:
    """The first revision of every alert that opened within the time looked at."""
    return [one for one in told if one.revision == 1]


def _spans_before(firsts: Sequence[Alert], since: datetime, length: timedelta) -> int:
    """How many spans the average is made of: no more than the record reaches back; 0 for none."""
    oldest = min((one.created for one in firsts), default=since)
    if oldest >= since or not length:
        return 0
    return min(math.ceil((since - oldest) / length), SPANS_BEFORE)


def _counts(now: Sequence[str], before: Sequence[str], spans: int, *, most: int = 0) -> tuple[Count, ...]:
    current, past = Counter(now), Counter(before)
    names = sorted(current | past, key=lambda name: (-current[name], -past[name], name))
    found = [Count(name, current[name], round(past[name] / spans, 1) if spans else None) for name in names]
    return tuple(found[:most] if most else found)


def _told(alert: Alert) -> Told:
    url = next((source.url for source in reversed(alert.sources) if is_web(source.url)), "")
    return Told(alert.created, alert.severity, one_line(alert.title, 200), one_line(alert.why, 120), url)


def _place_name(alert: Alert, lang: str) -> str:
    return next((place_name(place, lang) for place in places_of(alert)), "")


def place_name(place: Place, lang: str) -> str:
    """A place in the report's language, as far as it is known."""
    return one_line((place.name_ar if lang == "ar" else place.name) or place.name or place.text, 60)


def _points(alerts: Iterable[Alert], lang: str) -> tuple[Point, ...]:
    found: Counter[tuple[float, float, str, str]] = Counter()
    for alert in alerts:
        for place in places_of(alert):
            if (
                place.lat is not None
                and place.lon is not None
                and abs(place.lat) <= 90
                and abs(place.lon) <= 180
            ):
                found[(place.lat, place.lon, _category(alert), place_name(place, lang))] += 1
    return tuple(
        Point(*key, count) for key, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    )


def _sources(alerts: Iterable[Alert]) -> tuple[Count, ...]:
    items = {(source.outlet, source.item) for alert in alerts for source in alert.sources}
    found = Counter(one_line(outlet, 60) for outlet, _ in items)
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(name, count) for name, count in ranked[:MOST_SOURCES])


def _open(incidents: Iterable[Incident], lang: str) -> tuple[Open, ...]:
    found = [
        Open(
            _category(one),
            one_line(one.status, 40),
            next((place_name(place, lang) for place in one.places), ""),
            one.opened,
            one.updated,
            len(one.sources),
        )
        for one in incidents
        if not one.closed and one.alert and one.ended is None and one.status not in CALM
    ]
    return tuple(sorted(found, key=lambda one: (one.updated, one.category), reverse=True))


def is_web(url: str) -> bool:
    """Whether a link may be shown: it leads to the web and nowhere else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


# ---------------------------------------------------------------- as text


def _text(report: Report) -> str:
    word = report.word
    lines = [report.title, ""]
    if not report.timeline:
        lines += [word("quiet"), ""]
    if report.categories and report.categories[0].average is None:
        lines.append(f"({word('no_average')})")
    for heading, counts in ((word("category"), report.categories), (word("place"), report.places)):
        if counts:
            lines += [heading, *(f"  {_count_line(report, one)}" for one in counts), ""]
    if report.timeline:
        lines += [word("timeline"), *([word("more").format(report.untold)] if report.untold else [])]
        lines += [
            f"  {report.at(one.at)}  {isolate(one.title)} ({isolate(one.why)})" for one in report.timeline
        ]
        lines.append("")
    if report.open:
        lines += [word("open"), *(f"  {_open_line(report, one)}" for one in report.open[:MOST_OPEN])]
        left = len(report.open) - MOST_OPEN
        lines += [f"  {word('more').format(left)}", ""] if left > 0 else [""]
    if report.sources:
        lines += [word("sources"), *(f"  {isolate(one.name)}: {one.count}" for one in report.sources), ""]
    return "\n".join(lines)


def _count_line(report: Report, one: Count) -> str:
    beside = f" ({report.word('average')}: {one.average:g})" if one.average is not None else ""
    return f"{isolate(report.word(one.name))}: {one.count}{beside}"


def _open_line(report: Report, one: Open) -> str:
    where = isolate(one.place or report.word("unknown"))
    parts = (
        f"{report.word(one.category)} – {where}: {one.status}",
        f"{report.word('since')} {isolate(report.at(one.opened))}",
        f"{report.word('updated')} {isolate(report.at(one.updated))}",
        f"{one.sources} {report.word('reports')}",
    )
    return ", ".join(parts)


# ---------------------------------------------------------------- as a page

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff}
table{border-collapse:collapse;margin:.5rem 0}th,td{text-align:start;padding:.2rem .8rem;border-bottom:1px solid #ddd}
td.n{text-align:end;font-variant-numeric:tabular-nums}td:first-child{white-space:nowrap}h2{margin-top:2rem}svg{max-width:100%;height:auto;border:1px solid #ddd}
.high{border-inline-start:4px solid #b91c1c}.medium{border-inline-start:4px solid #b45309}.info{border-inline-start:4px solid #15803d}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def _html(report: Report) -> str:
    word = report.word
    body = [f"<h1>{escape(report.title)}</h1>"]
    if not report.timeline:
        body.append(f"<p>{escape(word('quiet'))}</p>")
    for heading, counts in (("category", report.categories), ("place", report.places)):
        if counts:
            rows = [(_cell(word(one.name)), _number(one.count), _number(one.average)) for one in counts]
            head = (word(heading), word("incidents"), word("average"))
            body += [f"<h2>{escape(word(heading))}</h2>", _table(head, rows)]
    body += [f"<h2>{escape(word('map'))}</h2>", _map(report)]
    if report.timeline:
        left = f"<p>{escape(word('more').format(report.untold))}</p>" if report.untold else ""
        told = [
            (_cell(report.at(one.at), one.severity), _cell_link(one), _cell(one.why))
            for one in report.timeline
        ]
        body += [f"<h2>{escape(word('timeline'))}</h2>{left}", _table((), told)]
    if report.open:
        body += [f"<h2>{escape(word('open'))}</h2>", _open_table(report)]
    if report.sources:
        named = [(_cell(one.name), _number(one.count)) for one in report.sources]
        body += [f"<h2>{escape(word('sources'))}</h2>", _table((), named)]
    return (
        f'<!doctype html>\n<html lang="{report.lang}" dir="{word("dir")}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heading = "".join(f"<th>{escape(one)}</th>" for one in head)
    lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>{f'<tr>{heading}</tr>' if head else ''}\n{lines}\n</table>"


def _cell(value: str, style: str = "") -> str:
    return f'<td dir="auto"{f" class={style}" if style else ""}>{escape(value)}</td>'


def _number(value: float | None) -> str:
    return f'<td class="n">{"–" if value is None else f"{value:g}"}</td>'


def _cell_link(one: Told) -> str:
    if not one.url:
        return _cell(one.title)
    return f'<td dir="auto"><a rel="noreferrer" href="{escape(one.url)}">{escape(one.title)}</a></td>'


def _open_table(report: Report) -> str:
    word = report.word
    head = [word(one) for one in ("category", "place", "status", "since", "updated", "reports")]
    rows = [
        (
            _cell(word(one.category)),
            _cell(one.place or word("unknown")),
            _cell(one.status),
            _cell(report.at(one.opened)),
            _cell(report.at(one.updated)),
            _number(one.sources),
        )
        for one in report.open[:MOST_OPEN]
    ]
    left = len(report.open) - MOST_OPEN
    return _table(head, rows) + (f"<p>{escape(word('more').format(left))}</p>" if left > 0 else "")


def _map(report: Report) -> str:
    if not report.points:
        return f"<p>{escape(report.word('no_points'))}</p>"
    return draw(report.points, report.word("map"), report.word, direction=report.word("dir"))
