"""Who is told of an alert. Filters fail open: what is unknown matches. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.models import Alert, Place
from monitor.routes import Route


def route(
    alert: Alert,
    lang: str,
    outlet: str,
    routes: Iterable[Route],
    resolve: Callable[[str], list[Place]],
    *,
    told_before: Iterable[str] = (),
) -> list[str]:
    """Receivers of an alert, each once; whoever was told before hears of every later revision."""
    chosen = list(told_before)
    for one in routes:
        if matches(alert, lang, outlet, one, resolve) == "matches":
            chosen += one.receivers
    return list(dict.fromkeys(chosen))


def fallbacks(receiver: str, routes: Iterable[Route]) -> list[str]:
    """Who is told instead of a receiver that fails, each once."""
    named = [name for one in routes if receiver in one.receivers for name in one.fallback]
    return [name for name in dict.fromkeys(named) if name != receiver]


def matches(alert: Alert, lang: str, outlet: str, route: Route, resolve: Callable[[str], list[Place]]) -> str:
    """`matches`, or the name of the filter that says no (`digest`: too unsure to be told now)."""
    filters = (
        ("category", route.categories, alert.category),
        ("status", route.statuses, alert.status),
        ("language", route.languages, lang),
    )
    for name, allowed, value in filters:
        if allowed and value and not _allows(allowed, value, by_family=name == "language"):
            return name
    if route.outlets and not {outlet, *(source.outlet for source in alert.sources)} & set(route.outlets):
        return "outlet"
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


def _in_places(alert: Alert, route: Route, resolve: Callable[[str], list[Place]]) -> bool:
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
