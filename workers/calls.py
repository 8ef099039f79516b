"""Whom to call again about an alert that nobody has acknowledged: escalation and reminders. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts import Alert
from monitor.handling import Handling, unacknowledged
from monitor.routes import Route

LOOKED_AT = timedelta(hours=24)  # so long an alert that nobody acknowledged is followed


@dataclass(frozen=True, slots=True)
class Call:
    """One message more about an alert: `tail` ends its row's id, so that it is sent once."""

    alert: Alert
    receiver: str
    tail: str
    note: str


def calls(
    revisions: Sequence[Alert],
    handling: Handling,
    routes: Iterable[Route],
    told: Sequence[str],
    now: datetime,
) -> list[Call]:
    """Everybody who is to be called by now. `routes`: those that match the alert; `told`: who was told of it."""
    alert = unacknowledged(revisions, handling)
    if alert is None or now - alert.created > LOOKED_AT or alert.kind == "drill":
        return []
    open_for = (now - alert.created).total_seconds()
    found: list[Call] = []
    for route in routes:
        if route.escalate and open_for >= route.escalate.after:
            note = f"escalated: nobody acknowledged this for {_minutes(route.escalate.after)}"
            found += [Call(alert, name, "-escalated", note) for name in route.escalate.to]
        if route.remind and alert.severity == "high":
            number = min(int(open_for // route.remind.every), route.remind.times)
            if number:
                note = f"reminder {number} of {route.remind.times}: nobody acknowledged this yet"
                found += [
                    Call(alert, name, f"-reminder{number}", note) for name in route.receivers if name in told
                ]
    return list({(one.receiver, one.tail): one for one in found}.values())


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
