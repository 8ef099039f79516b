"""Who is told of an alert, and when. Filters fail open: what is unknown matches. Pure.

alert ─▶ which routes match ─▶ silence? flood? quiet hours? digest? throttle? ─▶ a Telling for each receiver, once
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Alert
from monitor.config import Digest, Flood
from monitor.handling import Silence, is_new_status
from monitor.models import Place
from monitor.routes import QuietHours, Route

SEVERITIES = ("info", "medium", "high")
WIDE_FLOOD = 3  # a category over all outlets may tell so many times what one outlet may

Resolve = Callable[[str], list[Place]]


@dataclass(frozen=True, slots=True)
class Telling:
    """One receiver hears of an alert: at once, or with others at `until`, for the reason `hold`.

    Reasons: `silence:<id>`, `flood:<outlet or category>`, `quiet hours`, `digest`, `throttle`,
    `unsure` (only in the daily digest).
    """

    receiver: str
    hold: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What besides the alert decides: the hour, silences, and how much was told lately (`counters`)."""

    now: datetime
    tz: ZoneInfo
    resolve: Resolve
    silences: Sequence[Silence] = ()
    told: Mapping[str, int] = field(default_factory=dict)  # counter -> how many lately
    tiers: Mapping[str, int] = field(default_factory=dict)  # outlet -> tier
    flood: Flood = field(default_factory=Flood)
    digest: Digest = field(default_factory=Digest)


def route(
    alert: Alert,
    lang: str,
    outlet: str,
    routes: Iterable[Route],
    at: Situation,
    *,
    told_before: Iterable[str] = (),
) -> list[Telling]:
    """Receivers of an alert, each once; whoever was told before hears of every later revision, whatever filters say."""
    before = list(told_before)
    kept_back = _kept_back(alert, outlet, at)
    found: list[Telling] = []
    reached: set[str] = set()
    for one in routes:
        answer = matches(alert, lang, outlet, one, at.resolve, at.tiers)
        receivers = [name for name in one.receivers if answer == "matches" or name in before]
        reached |= set(receivers)
        found += [kept_back_for(name, kept_back) or _timed(alert, name, one, at) for name in receivers]
        if answer == "digest" and not receivers:
            found += _unsure(one, at)
    found += [kept_back_for(name, kept_back) or Telling(name) for name in before if name not in reached]
    return _soonest(found)


def fallbacks(receiver: str, routes: Iterable[Route]) -> list[str]:
    """Who is told instead of a receiver that fails, each once."""
    named = [name for one in routes if receiver in one.receivers for name in one.fallback]
    return [name for name in dict.fromkeys(named) if name != receiver]


def counters(outlet: str, category: str) -> tuple[str, str]:
    """What flood control counts: an outlet's alerts of one category, and the category's of all outlets."""
    return f"outlet:{outlet}|{category}", f"category:{category}"


def throttle_counter(receiver: str) -> str:
    """What a route's throttle counts."""
    return f"to:{receiver}"


# ---------------------------------------------------------------- which routes


def matches(
    alert: Alert,
    lang: str,
    outlet: str,
    route: Route,
    resolve: Resolve,
    tiers: Mapping[str, int] | None = None,
) -> str:
    """`matches`, or the name of the filter that says no (`digest`: too unsure to be told now)."""
    filters = (
        ("category", route.categories, alert.category),
        ("status", route.statuses, alert.status),
        ("severity", route.severities, alert.severity),
        ("language", route.languages, lang),
    )
    for name, allowed, value in filters:
        if allowed and value and not _allows(allowed, value, by_family=name == "language"):
            return name
    outlets = {outlet, *(source.outlet for source in alert.sources)}
    if route.outlets and not outlets & set(route.outlets):
        return "outlet"
    ranks = {tiers[one] for one in outlets if one in tiers} if tiers else set()
    if route.tiers and ranks and not ranks & set(route.tiers):
        return "tier"
    if alert.independent_sources < route.min_outlets:
        return "sources"
    if route.places and not _in_places(alert, route, resolve):
        return "place"
    return "digest" if alert.confidence < route.min_confidence else "matches"


def _allows(allowed: Iterable[str], value: str, *, by_family: bool) -> bool:
    """Whether a filter names the value; a language also by its family (`ar` and `ar-SY` mean each other)."""
    if not by_family:
        return value in allowed
    return any(_family(one) == _family(value) for one in allowed)


def _family(lang: str) -> str:
    return lang.split("-", 1)[0].lower()


def _in_places(alert: Alert, route: Route, resolve: Resolve) -> bool:
    """Whether the alert may concern a place of the route: one there, an area around it, or who knows where."""
    places = [place for mention in alert.mentions for place in mention.places]
    named = [found for name in route.places for found in resolve(name)]
    wanted = {found.code for found in named if found.code}
    around = {code for found in named for code in found.within}
    for place in places:
        if place.code in wanted or wanted & set(place.within):
            return True
        if not route.places_strict and (place.code in around or not (place.code or place.within)):
            return True
    return not places and not route.places_strict


# ---------------------------------------------------------------- when


def _kept_back(alert: Alert, outlet: str, at: Situation) -> tuple[str, datetime] | None:
    """Why an alert is told later to everybody, and when: a silence, or a flood that it belongs to."""
    if alert.kind == "drill":
        return None
    for silence in at.silences:
        if is_silenced(alert, silence, at.resolve):
            return f"silence:{silence.id}", silence.until
    by_outlet, by_category = counters(outlet, alert.category)
    until = _slot(at.now, at.flood.within)
    if at.told.get(by_outlet, 0) >= at.flood.alerts:
        return f"flood:{outlet}", until
    grave = alert.kind == "new" and (alert.category == "curfew" or alert.status == "ordered")
    if at.told.get(by_category, 0) >= at.flood.alerts * WIDE_FLOOD and not grave:
        return f"flood:{alert.category}", until
    return None


def is_silenced(alert: Alert, silence: Silence, resolve: Resolve) -> bool:
    """Whether a silence covers an alert: its category, and each of its places lies in one of the silence's.

    What is told of a known incident anew (status, place, deaths, a denial, a correction) breaks through.
    """
    if alert.kind == "correction" or alert.why.startswith("denied"):
        return False
    if alert.kind != "new" and is_new_status(alert):
        return False
    if silence.categories and alert.category not in silence.categories:
        return False
    if not silence.places:
        return True
    codes = {found.code for name in silence.places for found in resolve(name) if found.code}
    places = [place for mention in alert.mentions for place in mention.places]
    return bool(places) and all(place.code in codes or codes & set(place.within) for place in places)


def kept_back_for(receiver: str, why: tuple[str, datetime] | None) -> Telling | None:
    """The telling of an alert that is kept back from everybody."""
    return Telling(receiver, *why) if why else None


def _timed(alert: Alert, receiver: str, one: Route, at: Situation) -> Telling:
    if alert.kind == "drill":
        return Telling(receiver)
    if one.quiet_hours and (end := _quiet_until(one.quiet_hours, alert, at)):
        return Telling(receiver, "quiet hours", end)
    if one.digest:
        return Telling(receiver, "digest", _slot(at.now, one.digest))
    if one.throttle and at.told.get(throttle_counter(receiver), 0) >= one.throttle[0]:
        return Telling(receiver, "throttle", _slot(at.now, one.throttle[1]))
    return Telling(receiver)


def _unsure(one: Route, at: Situation) -> list[Telling]:
    """Where what is too unsure for a route goes: into its own digest, else into the daily one."""
    if one.digest:
        return [Telling(name, "digest", _slot(at.now, one.digest)) for name in one.receivers]
    morning = next_time(at.now, at.digest.at, at.tz)
    return [Telling(name, "unsure", morning) for name in at.digest.receivers]


def _quiet_until(quiet: QuietHours, alert: Alert, at: Situation) -> datetime | None:
    """The end of the quiet hours that hold this alert now, or None."""
    if quiet.bypass != "none" and SEVERITIES.index(alert.severity) >= SEVERITIES.index(quiet.bypass):
        return None
    start, end = quiet.hours
    clock = at.now.astimezone(at.tz).strftime("%H:%M")
    inside = start <= clock < end if start < end else clock >= start or clock < end
    return next_time(at.now, end, at.tz) if inside else None


def next_time(now: datetime, clock: str, tz: ZoneInfo) -> datetime:
    """The next moment (UTC) at which the clocks of a zone show HH:MM."""
    local = now.astimezone(tz)
    hour, minute = (int(part) for part in clock.split(":"))
    for days in range(3):
        found = (local + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if (moment := found.astimezone(UTC)) > now:
            return moment
    return now + timedelta(days=1)


def last_time(now: datetime, clock: str, tz: ZoneInfo) -> datetime:
    """The last moment (UTC) at which the clocks of a zone showed HH:MM."""
    return next_time(now - timedelta(days=1), clock, tz)


def _slot(now: datetime, span: float) -> datetime:
    """The end of the span of so many seconds that now lies in: messages held in one span are told together."""
    return datetime.fromtimestamp((now.timestamp() // span + 1) * span, UTC)


def _soonest(found: Iterable[Telling]) -> list[Telling]:
    """Each receiver once, by the telling that comes first."""
    best: dict[str, Telling] = {}
    for one in found:
        known = best.get(one.receiver)
        if known is None or (known.until and (one.until is None or one.until < known.until)):
            best[one.receiver] = one
    return list(best.values())
