"""What people do about incidents: acknowledge, claim, resolve, and silence. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from monitor.alerts import Alert
from monitor.clock import iso, parse_iso
from monitor.models import Json

LONGEST_SILENCE = timedelta(hours=8)
Act = Literal["acknowledge", "claim", "resolve", "not_relevant"]
ACTS: tuple[Act, ...] = ("acknowledge", "claim", "resolve", "not_relevant")


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what about an incident, when, seeing which revision of its alert."""

    act: Act
    by: str
    at: datetime
    revision: int

    def to_dict(self) -> Json:
        return {"act": self.act, "by": self.by, "at": iso(self.at), "revision": self.revision}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(data["act"], data["by"], parse_iso(data["at"]), data["revision"])


@dataclass(frozen=True, slots=True)
class Handling:
    """All steps that were taken about one incident, in their order."""

    incident: str
    steps: tuple[Step, ...] = ()

    def with_step(self, step: Step) -> Handling:
        """The handling after one more step; the same act of the same person on the same revision is one step."""
        for known in self.steps:
            if (known.act, known.by, known.revision) == (step.act, step.by, step.revision):
                return self
        return replace(self, steps=(*self.steps, step))

    def to_dict(self) -> Json:
        return {"incident": self.incident, "steps": [step.to_dict() for step in self.steps]}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(data["incident"], tuple(Step.from_dict(step) for step in data["steps"]))


def is_new_status(alert: Alert) -> bool:
    """Whether a revision tells something that nobody can have acknowledged before."""
    return alert.kind in ("new", "drill") or alert.why.startswith(
        ("status changed", "renewed", "new place", "deaths")
    )


def asks_for_nobody(alert: Alert) -> bool:
    """Whether a revision takes the matter back: nobody needs to be called any more."""
    return alert.status in ("denied", "withdrawn", "lifted", "ceased")


def asks(alert: Alert) -> str:
    """Whether a revision has somebody called who does not acknowledge it: `yes`, `no`, or `` (as before)."""
    if asks_for_nobody(alert):
        return "no"
    return "yes" if is_new_status(alert) and alert.severity != "info" else ""


def unacknowledged(revisions: Iterable[Alert], handling: Handling) -> Alert | None:
    """The revision that somebody still has to acknowledge, or None. `revisions`: all of one alert.

    Any step of a person acknowledges what was told until then; a new status asks again; a denial, lifting or
    withdrawal asks for nobody.
    """
    ranked = sorted(revisions, key=lambda one: one.revision)
    if not ranked or asks_for_nobody(ranked[-1]):
        return None
    asking = [one for one in ranked if is_new_status(one)]
    seen = max((step.revision for step in handling.steps), default=0)
    if not asking or seen >= asking[-1].revision:
        return None
    return asking[-1]


@dataclass(frozen=True, slots=True)
class Silence:
    """What is not to be told for a while: categories and places (codes or names); empty means all."""

    id: str  # si_<hex>
    by: str
    why: str
    since: datetime
    until: datetime
    categories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        return {
            "id": self.id,
            "by": self.by,
            "why": self.why,
            "since": iso(self.since),
            "until": iso(self.until),
            "categories": list(self.categories),
            "places": list(self.places),
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        return cls(
            data["id"],
            data["by"],
            data["why"],
            parse_iso(data["since"]),
            parse_iso(data["until"]),
            tuple(data["categories"]),
            tuple(data["places"]),
        )
