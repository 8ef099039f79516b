"""What the team is told besides alerts: digests, heartbeats, faults, what a silence held back (`rasid.notice/1`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from monitor.clock import iso, parse_iso
from monitor.models import Json, Severity

Kind = Literal["digest", "heartbeat", "fault", "mended", "silence", "report", "canary"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that is no alert. Notices of one matter share `thread`; `about` names what they list."""

    id: str  # nt_<hex>, made from what it says: the same is never told twice
    kind: Kind
    created: datetime
    severity: Severity
    title: str
    text: str
    thread: str = ""
    about: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """Stable across retries."""
        return self.id

    def to_dict(self) -> Json:
        """The webhook body."""
        return {
            "schema": "rasid.notice/1",
            "id": self.id,
            "kind": self.kind,
            "created": iso(self.created),
            "severity": self.severity,
            "title": self.title,
            "text": self.text,
            "thread": self.thread,
            "about": list(self.about),
        }

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        values = {key: value for key, value in data.items() if key != "schema"}
        return cls(**{**values, "created": parse_iso(data["created"]), "about": tuple(data["about"])})


def notice_id(*parts: str) -> str:
    """An id made from what a notice is about."""
    return f"nt_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"
