"""What a config means: are its places known, are its selectors CSS? (`monitor.config` checks its shape.)"""

from __future__ import annotations

from difflib import get_close_matches

from monitor.config import Config
from monitor.errors import ConfigError, Problem
from workers.places import Gazetteer, load
from workers.selector import selector_problem


def check(config: Config, file: str, gazetteer: Gazetteer | None = None) -> None:
    """Raise ConfigError naming every place filter without a place, and every selector that is none."""
    problems = _selectors(config, file)
    if any(route.places for route in config.routes):
        problems += _places(config, file, gazetteer or load())
    if problems:
        raise ConfigError(problems)


def _selectors(config: Config, file: str) -> list[Problem]:
    return [
        Problem(
            file,
            0,
            0,
            f"feeds[{number}].selector",
            f"no CSS selector: {why}",
            "write it like `div.entry-content`",
        )
        for number, feed in enumerate(config.feeds)
        if feed.selector and (why := selector_problem(feed.selector))
    ]


def _places(config: Config, file: str, known: Gazetteer) -> list[Problem]:
    return [
        Problem(file, 0, 0, f"routes[{number}].places", f"no place is known as {name!r}", _cure(name, known))
        for number, route in enumerate(config.routes)
        for name in route.places
        if not known.resolve(name)
    ]


def _cure(name: str, gazetteer: Gazetteer) -> str:
    near = get_close_matches(name, gazetteer.names(), n=1)
    return f"did you mean {near[0]!r}?" if near else "write it as the gazetteer does, in Arabic or English"
