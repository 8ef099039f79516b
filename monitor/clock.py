"""The only place that reads a clock. Everything else is handed `now`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

COUNTRY_ZONES = {
    "SY": "Asia/Damascus", "IQ": "Asia/Baghdad", "LB": "Asia/Beirut", "JO": "Asia/Amman", "PS": "Asia/Hebron",
    "IL": "Asia/Jerusalem", "TR": "Europe/Istanbul", "YE": "Asia/Aden", "SD": "Africa/Khartoum", "LY": "Africa/Tripoli",
    "EG": "Africa/Cairo", "SA": "Asia/Riyadh", "AE": "Asia/Dubai", "QA": "Asia/Qatar", "KW": "Asia/Kuwait",
    "IR": "Asia/Tehran", "TN": "Africa/Tunis", "DZ": "Africa/Algiers", "MA": "Africa/Casablanca", "FR": "Europe/Paris",
    "GB": "Europe/London",
}  # fmt: skip


class Clock(Protocol):
    """Wall-clock time for people and records, monotonic seconds for durations."""

    def now(self) -> datetime:
        """The current time, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never jump."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class ManualClock:
    """A clock that moves only when told to, for tests and simulations."""

    start: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    elapsed: float = 0.0
    jump: float = 0.0  # seconds by which the wall clock alone was set forward or back

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed + self.jump)

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self.elapsed += seconds


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, as the store keeps times."""
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: float) -> datetime:
    """The UTC time of a stored number of milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with a trailing Z, whole seconds: `2026-11-22T17:30:00Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def zone_of(country: str, default: tzinfo) -> tzinfo:
    """The time zone of an outlet's country (ISO 3166), for times that are printed without one."""
    name = COUNTRY_ZONES.get(country)
    return ZoneInfo(name) if name else default


def parse_iso(text: str) -> datetime:
    """The aware UTC time of an ISO 8601 text; a text without a zone is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
