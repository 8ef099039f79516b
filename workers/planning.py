"""What a decision on one item goes by, and what it makes: a report, a moment, a plan. Data only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.alerts import Alert, Incident
from monitor.config import Config
from monitor.models import Item, Reading, Severity
from workers.places import PlaceHit
from workers.templates import Templates

CONFIRM = 3  # independent sources

Links = Callable[[str, str, int], dict[str, str]]  # incident, alert, revision -> what its message links to


class Places(Protocol):
    """What denials ask of a gazetteer."""

    def find(self, text: str, *, country: str = "") -> list[PlaceHit]: ...


@dataclass(frozen=True, slots=True)
class Report:
    """One item as it was read; `previous` is the reading of its revision before."""

    item: Item
    reading: Reading
    body: str = ""  # to which the evidence's offsets point
    previous: Reading | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is decided, and by which rules."""

    now: datetime
    window: timedelta
    tz: ZoneInfo
    confirm: int = CONFIRM
    places: Places | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)  # what each category's news weighs
    thresholds: frozenset[int] = frozenset()  # numbers of independent sources that a route waits for
    templates: Templates | None = None
    links: Links = lambda _incident, _alert, _revision: {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one item changes: incidents to write, alert revisions, and (category, reason) notes."""

    incidents: list[Incident] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def moment_of(
    config: Config,
    now: datetime,
    places: Places,
    templates: Templates | None = None,
    links: Links = lambda _incident, _alert, _revision: {},
) -> Moment:
    """A moment under the rules of a config."""
    return Moment(
        now,
        timedelta(seconds=config.incidents.window),
        config.timezone,
        config.incidents.confirm,
        places,
        {name: one.severity for name, one in config.categories.items()},
        frozenset(route.min_outlets for route in config.routes if route.min_outlets > 1),
        templates,
        links,
    )
