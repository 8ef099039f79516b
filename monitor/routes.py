"""Who hears of what, and when: what an admin may write under `routes`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.models import Severity
from monitor.values import Count, Duration, Name, Rate, Section, SpanOfDay

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Tier = Annotated[int, Field(strict=True, ge=1, le=3)]


class QuietHours(Section):
    hours: SpanOfDay = Field(
        description='When nobody is to be woken, in `timezone`; what comes then is told at its end (span, "22:00-06:00").'
    )
    bypass: Literal["info", "medium", "high", "none"] = Field(
        default="high",
        description="Severity from which alerts pass all the same: info, medium, high or none.",
    )


class Escalate(Section):
    after: Duration = Field(
        description="How long after an alert's creation nobody may have acknowledged it (duration)."
    )
    to: tuple[Name, ...] = Field(min_length=1, description="Who is told then (names of receivers).")


class Remind(Section):
    every: Duration = Field(
        description="Time between two reminders of a high alert that nobody acknowledged (duration)."
    )
    times: Count = Field(default=3, description="How many reminders at most (count).")


class Route(Section):
    receivers: tuple[Name, ...] = Field(min_length=1, description="Who is told (names of receivers).")
    categories: tuple[Name, ...] = Field(default=(), description="Only these categories; empty: all (names).")
    statuses: tuple[Name, ...] = Field(default=(), description="Only these statuses; empty: all (names).")
    severities: tuple[Severity, ...] = Field(
        default=(), description="Only these severities: info, medium, high; empty: all (list)."
    )
    places: tuple[Name, ...] = Field(
        default=(), description="Only these places and what lies in them; empty: all (names or P-codes)."
    )
    outlets: tuple[Name, ...] = Field(
        default=(), description="Only alerts with a source of these outlets; empty: all (names)."
    )
    tiers: tuple[Tier, ...] = Field(
        default=(), description="Only alerts with a source of these tiers; empty: all (1 to 3)."
    )
    languages: tuple[Language, ...] = Field(
        default=(), description="Only these languages; empty: all (ISO 639 codes)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below it an alert goes to the digest (0 to 1)."
    )
    min_outlets: Count = Field(
        default=1, description="Independent sources from which on an alert is told (count)."
    )
    places_strict: bool = Field(
        default=False, strict=True, description="Leave out alerts whose place is unknown (true or false)."
    )
    fallback: tuple[Name, ...] = Field(
        default=(), description="Who is told when a receiver of the route fails (names of receivers)."
    )
    quiet_hours: QuietHours | None = Field(
        default=None, description="When only grave alerts are told at once."
    )
    digest: Duration | None = Field(
        default=None,
        description="Collect alerts and tell them in one message so often; left out: at once (duration).",
    )
    throttle: Rate | None = Field(
        default=None,
        description="So many alerts at once in such a time, the rest in one message; left out: no limit (10/1h).",
    )
    escalate: Escalate | None = Field(
        default=None, description="Whom to tell of a high alert that nobody acknowledges; left out: nobody."
    )
    remind: Remind | None = Field(
        default=None, description="Repeat a high alert that nobody acknowledges; left out: never."
    )
