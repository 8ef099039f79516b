"""What a report says, beside what the team was told of that place: is it news, and why? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Incident, Standing
from monitor.clock import parse_iso
from monitor.models import Hours, Item, Mention, People, Place
from monitor.text import fold, one_line
from workers.joining import ENDING, inside, same
from workers.sameness import rewritten

WITHDRAWN = "withdrawn"
OVER = (*ENDING, WITHDRAWN)
OLD_EVENT = timedelta(hours=24)
LAG = timedelta(hours=1)  # within it outlets still repeat a status that has changed meanwhile
NEXT_DAY = timedelta(hours=6)  # a later date told so soon is the same night past midnight
MORE = 1.5  # times as many people are news
FAMILY = 5  # persons
# Statuses of a curfew by how far the story has gone: what lies behind is a late report.
_PROGRESS = {"threatened": 0, "planned": 1, "imposed": 2, "extended": 3, "tightened": 3, "eased": 3}
_LEAVING = ("ordered", "flight", "forced")
_ORDERS = ("imposed", "extended", "tightened", "planned", "ordered")  # of which the area is news by itself
_FIRST = ("reported again", "status changed", "renewed", "new place")
_LENGTH = re.compile(r"(\d{1,4}) hours")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one report says of one happening, and when."""

    status: str
    now: datetime
    at: datetime  # when the outlet published it
    today: date  # … in the team's time zone
    people: People | None = None
    deaths: bool = False
    hours: Hours | None = None
    event: date | None = None
    ends: datetime | None = None


def facts(mention: Mention, item: Item, *, deaths: bool, now: datetime, tz: ZoneInfo) -> Facts:
    """The facts of a mention. A time that cannot be read is no time."""
    at = min(item.published or item.seen, now)
    event = _day(mention.event_time, tz)
    today = at.astimezone(tz).date()
    ends = _end(mention.hours, event, at, tz) if mention.category == "curfew" and mention.hours else None
    return Facts(mention.status, now, at, today, mention.people, deaths, mention.hours, event, ends)


def is_old(event_time: str | None, now: datetime, tz: ZoneInfo) -> bool:
    """Did an event end more than 24 hours ago? A date without a time counts to the end of that day."""
    day = _day(event_time, tz)
    if event_time is None or day is None:
        return False
    if len(event_time) > len("2026-01-01"):
        return now - parse_iso(event_time) > OLD_EVENT
    midnight = datetime(day.year, day.month, day.day, tzinfo=tz)
    return now - midnight > timedelta(days=1) + OLD_EVENT


def begin(new: Facts) -> Standing:
    """The standing of a place when it is told for the first time."""
    event = new.event.isoformat() if new.event else None
    return Standing(
        new.status, new.at, {new.status: new.now}, new.people, new.deaths, new.hours, event, new.ends
    )


def told(was: Standing, new: Facts) -> Standing:
    """The standing after a revision went out."""
    made = begin(new)
    return replace(
        made,
        reported={**was.reported, new.status: new.now},
        people=new.people or was.people,
        deaths=new.deaths or was.deaths,
        hours=new.hours or was.hours,
        event=made.event or was.event,
        ends=new.ends or (None if new.hours else _next_end(was, new.at)),
    )


def _next_end(was: Standing, at: datetime) -> datetime | None:
    """When the hours told before are over: those of a night come back every night."""
    ends = was.ends
    if ends is None or ends > at or was.hours is None or was.hours.until:
        return ends if ends and ends > at else None
    return ends + timedelta(days=(at - ends).days + 1)


def heard(was: Standing, new: Facts) -> Standing:
    """The standing after a report that was no news."""
    late = new.status != was.status
    return replace(
        was,
        reported={**was.reported, new.status: new.now},
        hours=was.hours or (None if late else new.hours),
        ends=was.ends or (None if late else new.ends),
    )


# ---------------------------------------------------------------- news


def news(was: Standing, new: Facts) -> str:
    """Why a report is told once more, or "" where it only counts."""
    if was.status == WITHDRAWN:
        return "reported again"
    if was.status in ENDING:
        return _after_the_end(was, new)
    if new.status in ENDING:
        return "" if _lags(was, new) else "status changed"
    if new.status != was.status and _status_is_news(was, new):
        return "status changed"
    if _renewed(was, new):
        return "renewed"
    return _more(was, new)


def _after_the_end(was: Standing, new: Facts) -> str:
    """Another word of the end, a late report of what has ended, or the next time?"""
    if new.status in ENDING or new.status == "eased" or new.at < was.changed:
        return ""
    repeats = bool(new.hours) and new.hours == was.hours
    return "" if repeats and new.now - was.changed < LAG else "renewed"


def _lags(was: Standing, new: Facts) -> bool:
    """Does an outlet still repeat what others told before the last change?"""
    last = was.reported.get(new.status)
    return last is not None and (new.at < was.changed or new.now - last < LAG)


def _status_is_news(was: Standing, new: Facts) -> bool:
    if new.status in _LEAVING:  # they go on side by side: each is told once
        return new.status not in was.reported
    if new.status not in _PROGRESS or _lags(was, new):
        return False
    forward = _PROGRESS[new.status] >= _PROGRESS.get(was.status, 0)
    return forward or (new.status == "imposed" and bool(new.hours and was.hours) and new.hours != was.hours)


def _renewed(was: Standing, new: Facts) -> bool:
    """Another night or day than the one told."""
    if was.ends and new.at >= was.ends and (new.event is None or new.event >= new.today):
        return True
    before = date.fromisoformat(was.event) if was.event else None
    if new.event is None or before is None or new.event <= before:
        return False
    return new.event > new.today or new.now - was.changed >= NEXT_DAY


def _more(was: Standing, new: Facts) -> str:
    if new.people and _persons(new.people) >= MORE * (_persons(was.people) if was.people else 0):
        return f"people: {count(new.people)}" + (f", told before: {count(was.people)}" if was.people else "")
    return "deaths reported" if new.deaths and not was.deaths else ""


def _persons(people: People) -> int:
    return people.count * (FAMILY if people.unit == "families" else 1)


def count(people: People) -> str:
    """A count for people to read."""
    return f"{'at least ' if people.at_least else ''}{people.count} {people.unit}"


# ---------------------------------------------------------------- incidents


def grown(
    incident: Incident, mention: Mention, facts: Facts, *, always: bool = False
) -> tuple[Incident, tuple[Place, ...], list[str]]:
    """The incident after a report, the places that are new, and a reason for each place that is news."""
    places, standings = list(incident.places), list(incident.standings)
    if not places and mention.places:  # only now is it said where
        places, standings = [mention.places[0]], standings[:1]
    added: list[Place] = []
    reasons: list[str] = []
    for index, was in enumerate(list(standings)):
        if mention.places and not touches(places[index], mention.places):
            continue
        reason = "corrected" if always else news(was, facts)
        reasons.append(reason)
        standings[index] = told(was, facts) if reason else heard(was, facts)
    if not incident.places and mention.places:
        added.append(mention.places[0])
        reasons.append("new place")
    for place in mention.places:
        if any(same(place, one) for one in places):
            continue
        reason = _news_of(place, incident, facts)
        if reason or always:
            added.append(place)
            reasons.append(reason)
            places.append(place)
            standings.append(begin(facts))
    return replace(incident, places=tuple(places), standings=tuple(standings)), tuple(added), reasons


def amended(incident: Incident, mention: Mention, facts: Facts, *, keep_status: bool) -> Incident:
    """The incident after one of its outlets corrected itself; others may have told of its next status meanwhile."""
    changed = grown(incident, mention, facts, always=True)[0]
    if not keep_status:
        return changed
    before = incident.standings
    kept = [
        replace(one, status=was.status, changed=was.changed)
        for one, was in zip(changed.standings, before, strict=False)
    ]
    return replace(changed, standings=(*kept, *changed.standings[len(kept) :]))


def _news_of(place: Place, incident: Incident, facts: Facts) -> str:
    """Why a place that was not told is news: an order for a wider area, or a town of its own."""
    within = [
        was for one, was in zip(incident.places, incident.standings, strict=False) if inside(place, one)
    ]
    if not within:
        wider = any(inside(one, place) for one in incident.places)
        return "new place" if not wider or facts.status in _ORDERS else ""
    reason = news(within[-1], facts)
    if within[-1].status in OVER or reason in _FIRST:
        return reason
    return "new place"


def settled(incident: Incident, now: datetime) -> Incident:
    """The status of what still goes on, and whether all of it is over."""
    going = [one for one in incident.standings if one.status not in OVER]
    latest = max(going or incident.standings, key=lambda one: one.changed)
    ended = None if going else incident.ended or now
    return replace(incident, status=latest.status, ended=ended, updated=now)


def completed(incident: Incident) -> Incident:
    """An incident as written by an earlier version has no standings: they are what it says of itself."""
    if len(incident.standings) == max(1, len(incident.places)):
        return incident
    one = Standing(incident.status, incident.updated, {incident.status: incident.updated})
    return replace(incident, standings=tuple(one for _ in incident.places) or (one,))


def touches(place: Place, said: Iterable[Place]) -> bool:
    """Is a place among those said, or in one of them?"""
    return any(same(place, one) or inside(place, one) for one in said)


def rank(reason: str) -> int:
    """Which reason is named where several hold: the lowest."""
    return _FIRST.index(reason) if reason in _FIRST else len(_FIRST)


# ---------------------------------------------------------------- corrections


def differences(old: Mention, new: Mention, titles: tuple[str, str], body: str) -> list[str]:
    """What an outlet changed in a happening it had told, in words: `status: imposed → lifted`."""
    pairs = [
        ("status", old.status, new.status),
        ("place", _places(old), _places(new)),
        ("hours", _hours(old.hours), _hours(new.hours)),
        ("people", count(old.people) if old.people else "", count(new.people) if new.people else ""),
        ("date", old.event_time or "", new.event_time or ""),
    ]
    changed = [f"{name}: {was or 'none'} → {now}" for name, was, now in pairs if was != now and now]
    if changed:
        return changed
    if rewritten(*titles):
        return [_change("title", *titles)]
    if old.evidence and new.evidence and _taken_back(old.evidence[0].text, new.evidence[0].text, body):
        return [_change("text", old.evidence[0].text, new.evidence[0].text)]
    return []


def _change(name: str, old: str, new: str) -> str:
    return f"{name}: {one_line(old, 80)} → {one_line(new, 80)}"


def _taken_back(old: str, new: str, body: str) -> bool:
    """Is what was said no longer there, and something else instead? News added on top takes nothing back."""
    return rewritten(old, new) and fold(old) not in fold(body)


def _places(mention: Mention) -> str:
    return ", ".join(sorted(place.name for place in mention.places))


def _hours(hours: Hours | None) -> str:
    if hours is None:
        return ""
    return " ".join(
        [f"{hours.start or '?'}-{hours.end}" if hours.end else hours.start or "", hours.until or ""]
    ).strip()


# ---------------------------------------------------------------- deaths

_DEATHS = re.compile(
    r"(?<!\w)[ولب]?(?:مقتل|قتل|قتلي|استشهاد|استشهد|شهداء|ضحايا|قضي)(?!\w)|\b(?:kill(?:ed|ing|s)|dead|deaths?|died)\b"
)
_NONE = re.compile(r"(?:دون|بدون|بلا|لا|لم)\s+(?:\w+\s+){0,2}$|\b(?:no|without|not)\s+(?:\w+\s+){0,2}$")
_ARMED = re.compile(
    r"(?<!\w)(?:ال)?(?:عنصر|عناصر|مسلح|مسلحين|مسلحا|جندي|جنود|عسكري|عسكريين|مقاتل|مقاتلين|مقاتلا|ضابط|قيادي|ارهابي|ارهابيين)(?!\w)"
    r"|\b(?:soldiers?|fighters?|gunm[ae]n|militants?|officers?|troops|commander)\b"
)
_CIVIL = re.compile(
    r"(?<!\w)[ولب]?(?:ال)?(?:مدني|مدنيان|مدنيين|مدنيون|طفل|طفله|اطفال|امراه|نساء|سيده|شاب|عايله|اهالي|مواطن)(?!\w)"
    r"|\b(?:civilians?|child(?:ren)?|wom[ae]n|residents?|bystanders?)\b"
)
_AFTER = 120  # characters in which the dead are named


def deaths(texts: Sequence[str]) -> bool:
    """Do the texts tell of deaths that are not the fighters' alone?"""
    for text in map(fold, texts):
        for match in _DEATHS.finditer(text):
            if _NONE.search(text, max(0, match.start() - 30), match.start()):
                continue
            around = text[match.start() : match.end() + _AFTER]
            if _CIVIL.search(around) or not _ARMED.search(around):
                return True
    return False


# ---------------------------------------------------------------- times


def _day(event_time: str | None, tz: ZoneInfo) -> date | None:
    """The day of an event; a year that no news tells of is a misreading."""
    if not event_time:
        return None
    try:
        if len(event_time) <= len("2026-01-01"):
            day = date.fromisoformat(event_time)
        else:
            day = parse_iso(event_time).astimezone(tz).date()
    except (ValueError, OverflowError):
        return None
    return day if 1900 < day.year < 2900 else None


def _end(hours: Hours, event: date | None, at: datetime, tz: ZoneInfo) -> datetime | None:
    """When a curfew's hours are over; None where it goes on until further notice or nobody says."""
    day = event or at.astimezone(tz).date()
    if hours.until:
        if length := _LENGTH.fullmatch(hours.until):
            start = _at(day, hours.start, tz) if hours.start else None
            return (start or at) + timedelta(hours=int(length[1]))
        last = _day(hours.until, tz)
        return _at(last, hours.end or "23:59", tz) if last else None
    if not hours.start or not hours.end:
        return None
    if event is None and (running := _night(day - timedelta(days=1), hours, tz)) and at < running:
        started = _at(day - timedelta(days=1), hours.start, tz)
        if started and started <= at:
            return running
    return _night(day, hours, tz)


def _night(day: date, hours: Hours, tz: ZoneInfo) -> datetime | None:
    start, end = _at(day, hours.start or "", tz), _at(day, hours.end or "", tz)
    if start is None or end is None:
        return None
    return end if end > start else end + timedelta(days=1)


def _at(day: date, clock: str, tz: ZoneInfo) -> datetime | None:
    hour, _, minute = clock.partition(":")
    if not (hour.isdigit() and minute.isdigit()) or int(hour) > 24 or int(minute) > 59:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=tz)
    return (midnight + timedelta(hours=int(hour), minutes=int(minute))).astimezone(UTC)
