"""Who is told of an alert. Filters fail open: what is unknown matches. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.config import Route
from monitor.models import Alert, Place


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


def matches(alert: Alert, lang: str, outlet: str, route: Route, resolve: Callable[[str], list[Place]]) -> str:
    """`matches`, or the name of the filter that says no (`digest`: too unsure to be told now)."""
    filters = (
        ("category", route.categories, alert.category),
        ("status", route.statuses, alert.status),
        ("outlet", route.outlets, outlet),
        ("language", route.languages, lang),
    )
    for name, allowed, value in filters:
        if allowed and value and value not in allowed:
            return name
    if route.places and not _in_places(alert, route, resolve):
        return "place"
    return "digest" if alert.confidence < route.min_confidence else "matches"


def _in_places(alert: Alert, route: Route, resolve: Callable[[str], list[Place]]) -> bool:
    places = [place for mention in alert.mentions for place in mention.places]
    if not places:
        return not route.places_strict
    wanted = {found.code for name in route.places for found in resolve(name) if found.code}
    return any(place.code in wanted or wanted & set(place.within) for place in places)
