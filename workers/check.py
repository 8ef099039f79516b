"""What a config means: are its places known? (`monitor.config` checks its shape.)"""

from __future__ import annotations

from difflib import get_close_matches

from monitor.config import Config
from monitor.errors import ConfigError, Problem
from workers.places import Gazetteer, load


def check(config: Config, file: str, gazetteer: Gazetteer | None = None) -> None:
    """Raise ConfigError naming every place filter that no gazetteer entry answers to."""
    if not any(route.places for route in config.routes):
        return
    known = gazetteer or load()
    problems = [
        Problem(file, 0, 0, f"routes[{number}].places", f"no place is known as {name!r}", _cure(name, known))
        for number, route in enumerate(config.routes)
        for name in route.places
        if not known.resolve(name)
    ]
    if problems:
        raise ConfigError(problems)


def _cure(name: str, gazetteer: Gazetteer) -> str:
    near = get_close_matches(name, gazetteer.names(), n=1)
    return f"did you mean {near[0]!r}?" if near else "write it as the gazetteer does, in Arabic or English"
