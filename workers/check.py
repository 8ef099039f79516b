"""What a config means: are its places known, are its selectors CSS, do its templates work? And what to think of.

`monitor.config` checks its shape; `monitor.configfile.located` finds the lines of what is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from monitor.alerts import Source
from monitor.config import Config
from monitor.errors import ConfigError, Problem, RasidError
from monitor.models import Evidence, Mention, Place
from monitor.routes import Route
from monitor.text import fold
from workers.classify import LANGUAGES
from workers.places import Gazetteer, load
from workers.selector import selector_problem

if TYPE_CHECKING:
    from workers.templates import Templates


def check(config: Config, file: str, gazetteer: Gazetteer | None = None) -> None:
    """Raise ConfigError naming every place filter without a place, selector that is none, template that fails."""
    problems = [*_selectors(config, file), *_templates(config, file), *_terms(config, file)]
    problems += [*_second_opinion(config, file), *(missing := list(_missing(config, file)))]
    if any(route.places for route in config.routes) or config.places.files:
        try:
            known = gazetteer or load(() if missing else config.places.files)
            problems += _places(config, file, known)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)


def warnings(config: Config) -> list[str]:
    """What is allowed and yet unwise, a line each with what to do."""
    return list(_warnings(config))


def routes(config: Config) -> list[str]:
    """Which route takes what, and when, a line each."""
    return [
        f"route {number}: {_what(route)} → {_to_whom(route)}" for number, route in enumerate(config.routes, 1)
    ]


def _what(route: Route) -> str:
    named = [*route.categories] or ["everything"]
    found = [", ".join(named)]
    if route.places:
        found.append(f"in {', '.join(route.places)}{'' if route.places_strict else ' (or place unknown)'}")
    filters = (
        ("status", route.statuses),
        ("severity", route.severities),
        ("of", route.outlets),
        ("tier", tuple(map(str, route.tiers))),
        ("language", route.languages),
    )
    found += [f"{name} {', '.join(values)}" for name, values in filters if values]
    if route.min_outlets > 1:
        found.append(f"from {route.min_outlets} independent sources on")
    return " ".join([*found, f"(confidence {route.min_confidence:g} and more)"])


def _to_whom(route: Route) -> str:
    found = [", ".join(route.receivers)]
    if route.quiet_hours:
        found.append(f"not {'-'.join(route.quiet_hours.hours)} (below {route.quiet_hours.bypass})")
    if route.digest:
        found.append(f"together every {route.digest:g} s")
    if route.throttle:
        found.append(f"at most {route.throttle[0]} in {route.throttle[1]:g} s")
    if route.remind:
        found.append(
            f"again every {route.remind.every:g} s, {route.remind.times} times, until somebody acknowledges"
        )
    if route.escalate:
        found.append(f"after {route.escalate.after:g} s to {', '.join(route.escalate.to)}")
    if route.fallback:
        found.append(f"else to {', '.join(route.fallback)}")
    return "; ".join(found)


def _warnings(config: Config) -> Iterator[str]:
    reaching = {one.kind for one in config.receivers.values()} - {"console", "file"}
    if len(reaching) < 2:
        yield "there are no two ways to reach the team that do not share a failure: add a second kind of receiver"
    if not config.board.public_url:
        yield "nobody can acknowledge from a phone: set board.public_url, else `rasid ack` is the only way"
    if not config.heartbeat.receivers:
        yield "nobody gets a heartbeat: name heartbeat.receivers, so that silence can be trusted"
    if not config.digest.receivers:
        yield "nobody gets the daily digest, so what is too unsure is told nowhere: name digest.receivers"
    if not config.watch.deadman_url.get_secret_value():
        yield "nobody is called when this machine is lost: set watch.deadman_url"
    if not config.http.contact:
        yield "outlets cannot reach you: set http.contact, it goes into the User-Agent"
    for feed in config.feeds:
        if feed.url.startswith("http://") and "127.0.0.1" not in feed.url:
            yield f"feed {feed.name} is read without TLS: anybody on the way can change it; try https"


def _selectors(config: Config, file: str) -> Iterator[Problem]:
    for number, feed in enumerate(config.feeds):
        if feed.selector and (why := selector_problem(feed.selector)):
            key = f"feeds[{number}].selector"
            yield Problem(file, 0, 0, key, f"no CSS selector: {why}", "write it like `div.entry-content`")


def _terms(config: Config, file: str) -> Iterator[Problem]:
    """Terms that would match nothing or everything, and languages that nobody reads."""
    for name, category in config.categories.items():
        for section, by_language in (("terms", category.terms), ("exclude", category.exclude)):
            for lang, terms in by_language.items():
                key = f"categories.{name}.{section}.{lang}"
                if lang not in LANGUAGES:
                    known = ", ".join(LANGUAGES)
                    yield Problem(file, 0, 0, key, f"the language {lang!r} is not read", f"known: {known}")
                for number, term in enumerate(terms):
                    if not re.search(r"[^\W\d_]{2}", fold(term)):
                        cure = "write at least one word of two letters; a final * stands for any ending"
                        yield Problem(file, 0, 0, f"{key}[{number}]", "a term without a word", cure)


def _missing(config: Config, file: str) -> Iterator[Problem]:
    """Files of places that are not there."""
    for number, path in enumerate(config.places.files):
        if not path.is_file():
            key = f"places.files[{number}]"
            yield Problem(file, 0, 0, key, f"there is no file {path}", "paths are relative to this file")


def _second_opinion(config: Config, file: str) -> Iterator[Problem]:
    """A model that cannot be used, and languages that nobody reads."""
    own = config.second_opinion
    for number, lang in enumerate(own.languages):
        if lang not in LANGUAGES:
            key = f"second_opinion.languages[{number}]"
            yield Problem(
                file, 0, 0, key, f"the language {lang!r} is not read", f"known: {', '.join(LANGUAGES)}"
            )
    if own.model is not None:
        from workers.classify.ownmodel import open_model

        try:
            open_model(own.model)
        except RasidError as error:
            yield Problem(file, 0, 0, "second_opinion.model", str(error), error.cure)


def _places(config: Config, file: str, known: Gazetteer) -> Iterator[Problem]:
    for number, route in enumerate(config.routes):
        for index, name in enumerate(route.places):
            if not known.knows(name):
                key = f"routes[{number}].places[{index}]"
                yield Problem(file, 0, 0, key, f"no place is known as {name!r}", _cure(name, known))


def _cure(name: str, gazetteer: Gazetteer) -> str:
    near = get_close_matches(name, gazetteer.names(), n=1)
    return f"did you mean {near[0]!r}?" if near else "write it as the gazetteer does, in Arabic or English"


def _templates(config: Config, file: str) -> Iterator[Problem]:
    """Compile each template and fill it with an alert that has everything, and with one that has nothing."""
    if not config.messages.templates:
        return
    from workers.templates import load as load_templates

    made = load_templates(config.messages)
    for tongue in config.messages.templates:
        _fill(made, tongue, config)
    for key, why in made.failures.items():
        yield Problem(file, 0, 0, key, f"the template fails: {why}", "docs/messages.md lists what it may use")


def _fill(made: Templates, tongue: str, config: Config) -> None:
    from workers.messages import compose

    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    said = Evidence("title", 0, 4, "text", "rule")
    whole = Mention("curfew", "imposed", 0.9, (said,), places=(Place("حلب", "Aleppo", "حلب", "SY02"),))
    source = Source("it_1", "Outlet", "https://outlet.example/1", "title", now, now)
    for mention, sources in ((whole, [source]), (Mention("curfew", "imposed", 0.9, ()), [])):
        compose(
            mention, sources, severity="high", kind="new", why="first report", lang=tongue, tz=config.timezone,
            now=now, templates=made,
        )  # fmt: skip
