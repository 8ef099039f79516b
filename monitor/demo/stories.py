"""What the demo's outlets publish: read from `articles/*.yaml`, one file an outlet. No clock, no sockets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ARTICLES = Path(__file__).with_name("articles")


@dataclass(frozen=True, slots=True)
class Correction:
    """What an article says from `at` seconds on, under the same guid."""

    at: float
    title: str
    paragraphs: tuple[str, ...]
    expect: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """One article. It appears `day` days and `at` seconds after the newsroom's start (days are negative).

    `expect` says what Rasid should find: category to status, and `place`; empty for nothing.
    """

    outlet: str
    id: int
    at: float
    title: str
    paragraphs: tuple[str, ...]
    day: int = 0
    lead: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    correction: Correction | None = None
    expect: dict[str, str] = field(default_factory=dict)

    def published(self, started: datetime) -> datetime:
        """When it is published, for a newsroom that started at `started`."""
        return started + timedelta(days=self.day, seconds=self.at)

    def changed(self, started: datetime, now: datetime) -> datetime:
        """When its text last changed, as seen at `now`."""
        corrected = started + timedelta(seconds=self.correction.at) if self.correction else None
        return corrected if corrected and corrected <= now else self.published(started)

    def as_of(self, started: datetime, now: datetime) -> Story | None:
        """The article as its outlet shows it at `now`; None before it is published."""
        if now < self.published(started):
            return None
        correction = self.correction
        if correction is None or now < started + timedelta(seconds=correction.at):
            return self
        return replace(
            self,
            title=correction.title,
            paragraphs=correction.paragraphs,
            lead="",
            expect=correction.expect,
        )


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented news site. `full`: its feed carries whole articles; `related`: other headlines it links."""

    key: str
    name: str
    tagline: str
    lang: str
    country: str
    content: str  # how the feed is to be read: auto | feed | page
    full: bool
    encoding: str
    stories: tuple[Story, ...]
    related: tuple[str, ...]
    popular: tuple[str, ...]
    comments: tuple[str, ...] = ()


def _story(outlet: str, data: dict[str, Any]) -> Story:
    fix = data.get("correction")
    correction = Correction(**{**fix, "paragraphs": tuple(fix["paragraphs"])}) if fix else None
    tuples = {key: tuple(data.get(key, ())) for key in ("paragraphs", "tags")}
    return Story(**{**data, **tuples, "outlet": outlet, "correction": correction})


def _outlet(key: str, data: dict[str, Any]) -> Outlet:
    head = data["outlet"]
    lists = {name: tuple(head.get(name, ())) for name in ("related", "popular", "comments")}
    stories = tuple(_story(key, story) for story in data["articles"])
    return Outlet(**{**head, **lists, "key": key, "stories": stories})


@cache
def outlets() -> dict[str, Outlet]:
    """Every outlet by key (the name of its file), in the order of the keys."""
    yaml = YAML(typ="safe")
    return {
        path.stem: _outlet(path.stem, yaml.load(path.read_text(encoding="utf-8")))
        for path in sorted(ARTICLES.glob("*.yaml"))
    }
