"""Links in messages that let their reader act with one tap. Pure.

A token says what may be done, about which revision of which alert, and until when; its signature is the proof, so
that no password is needed. `v1.<payload>.<signature>`, both base64url: it survives mail programs and messengers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

LinkAct = Literal["ack", "not_relevant"]
LINK_ACTS: tuple[LinkAct, ...] = get_args(LinkAct)
LIFETIME = timedelta(days=7)
LONGEST = 400  # characters of a token; ours have about 150
_VERSION = "v1"
_ALERT = re.compile(r"al_[A-Za-z0-9_-]{1,64}")
_LAST = datetime.max.replace(tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Link:
    """What a token allows. `expired`: it is ours, but its time is over."""

    alert: str  # al_<hex>
    revision: int
    act: LinkAct
    expires: datetime
    expired: bool = False


def link(key: bytes, public_url: str, alert_id: str, revision: int, act: LinkAct, expires: datetime) -> str:
    """The address that does `act`. `key`: `store.team.link_key()`; `expires`: usually now + LIFETIME."""
    payload = json.dumps([alert_id, revision, act, int(expires.timestamp())], separators=(",", ":"))
    body = f"{_VERSION}.{_encode(payload.encode())}"
    return f"{public_url.rstrip('/')}/do/{body}.{_encode(_sign(key, body))}"


def read(key: bytes, token: str, now: datetime) -> Link | None:
    """What a token allows; None when it is not ours. One that is over is returned with `expired`."""
    body, _, signature = token.rpartition(".")
    if len(token) > LONGEST or not token.isascii() or not body.startswith(f"{_VERSION}."):
        return None
    if not hmac.compare_digest(signature, _encode(_sign(key, body))):  # as text: one spelling only
        return None
    try:
        fields = json.loads(_decode(body.removeprefix(f"{_VERSION}.")))
    except (ValueError, binascii.Error):
        return None
    match fields:
        case [str(alert), int(revision), str(act), int(seconds)] if (
            _ALERT.fullmatch(alert) and act in LINK_ACTS and 0 <= seconds < _LAST
        ):
            expires = datetime.fromtimestamp(seconds, UTC)
            return Link(alert, revision, act, expires, expired=expires <= now)
    return None


def _sign(key: bytes, body: str) -> bytes:
    return hmac.digest(key, b"rasid link\0" + body.encode(), hashlib.sha256)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
